//! One's own page: ways of signing in and what each of them opens, sessions, notices, the second password.

use super::{lines, own_login, said};
use crate::answer::{Answer, Reply, page as render, saved};
use crate::format;
use crate::forms::{plain, problem};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::policy::{Action, Assurance};
use office::OfficeError;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/account", Action::Session, show),
    post("/account/notices", Action::Session, notices_read),
    get("/account/app", Action::Session, app_form),
    post("/account/app", Action::Session, app),
    post("/account/app/remove", Action::Session, app_remove),
    get("/account/code", Action::Session, code_form),
    post("/account/code", Action::Session, code),
    get("/account/second", Action::Session, second_form),
    post("/account/second", Action::Session, second),
    post("/account/sessions/end", Action::Session, end_session),
    post("/account/recovery/stop", Action::Session, stop_recovery),
];

struct KeyLine {
    id: String,
    label: String,
    opens: bool,
    made: String,
    used: String,
}

struct SessionLine {
    key: String,
    label: String,
    how: String,
    begun: String,
    seen: String,
    /// Only the browser it was begun in can use it.
    bound: bool,
    this: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    /// What would help, and where it is done.
    missing: Vec<(String, &'static str)>,
    /// The installation asks everybody for a passkey.
    required: bool,
    notices: Vec<String>,
    recovery_asked: bool,
    keys: Vec<KeyLine>,
    app: bool,
    code: bool,
    code_opens_names: bool,
    second: bool,
    sessions: Vec<SessionLine>,
    opens_work: bool,
    opens_names: bool,
    /// Works with sealed data, so the page of the organisation's keys is hers.
    has_keys: bool,
}

fn moment(page: &Page, at: i64) -> String {
    let when =
        jiff::Timestamp::from_microsecond(at).unwrap_or_default().to_zoned_datetime(format::zone().clone());
    let day = format::day(page.texts(), format::day_of(at), page.today);
    format!("{day}, {}", format::clock(page.texts(), when.hour(), when.minute()))
}

fn how(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Password => "password",
        Assurance::PasswordTotp => "app",
        Assurance::Passkey | Assurance::Fresh => "passkey",
    }
}

fn show(visit: &Visit<'_>) -> Answer {
    let signed_in = visit.signed_in()?;
    let page = Page::new(visit, "");
    let found = office::doors::account(&visit.web.office, signed_in, visit.ctx.now)?;
    // Said calmly, most important first; nothing of it keeps anybody from working.
    let mut missing = Vec::new();
    match found.passkeys.len() {
        0 => missing.push((page.t("account-missing-passkey"), "/account/passkeys/new")),
        1 => missing.push((page.t("account-missing-second-passkey"), "/account/passkeys/new")),
        _ => {}
    }
    if found.passkeys.is_empty() && !found.app {
        missing.push((page.t("account-missing-app"), "/account/app"));
    }
    if !found.code {
        missing.push((page.t("account-missing-code"), "/account/code"));
    } else if !found.code_opens_names && !found.passkeys.is_empty() {
        missing.push((page.t("account-missing-code-names"), "/account/code"));
    }
    let notices = found.notices.iter().map(|n| {
        let about = n.about.map(|id| visit.names.name(id).to_owned()).unwrap_or_default();
        let text = page.ta(&format!("notice-{}", n.code), &[("name", &about)]);
        format!("{}: {text}", moment(&page, n.at))
    });
    let own = |code: &str| found.notices.iter().any(|n| n.about.is_none() && n.code == code);
    let (opens_work, opens_names) = found.opens;
    render(&AccountPage {
        missing,
        required: signed_in.strict,
        notices: notices.collect(),
        recovery_asked: own("recovery"),
        keys: found
            .passkeys
            .iter()
            .map(|k| KeyLine {
                id: k.id.to_string(),
                label: k.label.clone(),
                opens: k.opens,
                made: moment(&page, k.created_at),
                used: if k.used_at == 0 { String::new() } else { moment(&page, k.used_at) },
            })
            .collect(),
        app: found.app,
        code: found.code,
        code_opens_names: found.code_opens_names,
        second: found.quiet_set,
        sessions: found
            .sessions
            .into_iter()
            .map(|s| SessionLine {
                key: s.key,
                label: if s.label.is_empty() { page.t("account-device-unknown") } else { s.label },
                how: page.t(&format!("account-how-{}", how(s.assurance))),
                begun: moment(&page, s.created_at),
                seen: moment(&page, s.seen_at),
                bound: s.bound,
                this: s.this,
            })
            .collect(),
        opens_work,
        opens_names,
        has_keys: !office::roots::classes(visit.ctx.actor.role).is_empty(),
        page,
    })
}

fn notices_read(visit: &Visit<'_>) -> Answer {
    office::doors::notices_read(&visit.web.office, visit.signed_in()?, visit.ctx.now)?;
    Ok(Reply::Redirect("/account".to_owned()))
}

fn end_session(visit: &Visit<'_>) -> Answer {
    let key = Some(visit.sent("session")).filter(|k| !k.is_empty());
    office::doors::end_own(&visit.web.office, &visit.ctx, visit.signed_in()?, key)?;
    saved("/account", "session-ended")
}

fn stop_recovery(visit: &Visit<'_>) -> Answer {
    office::doors::recovery::stop(&visit.web.office, &visit.ctx, visit.signed_in()?)?;
    saved("/account", "recovery-stopped")
}

#[derive(Template)]
#[template(path = "door_app.html")]
struct AppPage {
    page: Page,
    errors: Vec<ErrorLine>,
    picture: String,
    secret: String,
    code: Field,
}

fn app_form(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    app_page(visit, "")
}

/// The picture that an app photographs, as an address of its own: nothing is written into the page as markup.
fn picture(text: &str) -> String {
    let Ok(code) = qrcode::QrCode::new(text.as_bytes()) else { return String::new() };
    let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(220, 220).build();
    let mut out = String::from("data:image/svg+xml,");
    for byte in svg.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn app_page(visit: &Visit<'_>, error: &str) -> Answer {
    let page = Page::new(visit, "");
    let login = own_login(visit)?;
    let signed_in = visit.signed_in()?;
    let asked = match office::doors::begin_totp(&visit.web.office, &visit.ctx, signed_in, &login) {
        Ok(asked) => asked,
        // It is set up already.
        Err(OfficeError::WrongState) => return Ok(Reply::Redirect("/account".to_owned())),
        Err(other) => return Err(other.into()),
    };
    let mut code = plain(&page, "code", "door_code", "door-code-first", "", true);
    error.clone_into(&mut code.error);
    let errors = if error.is_empty() {
        Vec::new()
    } else {
        vec![ErrorLine { id: code.id.clone(), text: error.to_owned() }]
    };
    render(&AppPage { errors, picture: picture(&asked.uri), secret: grouped(&asked.text), code, page })
}

fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn app(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let signed_in = visit.signed_in()?;
    match office::doors::confirm_totp(&visit.web.office, &visit.ctx, signed_in, visit.sent("door_code")) {
        Ok(()) => saved("/account", "app"),
        Err(OfficeError::Invalid(_)) => refused(app_page(visit, &Page::new(visit, "").t("door-code-wrong"))),
        Err(OfficeError::WrongState) => Ok(Reply::Redirect("/account/app".to_owned())),
        Err(other) => Err(other.into()),
    }
}

fn app_remove(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    office::doors::remove_totp(&visit.web.office, &visit.ctx, visit.signed_in()?)?;
    saved("/account", "app-removed")
}

#[derive(Template)]
#[template(path = "door_code.html")]
struct CodePage {
    page: Page,
    /// There is one that the new one would take the place of.
    old: bool,
    /// Shown once, after it was made.
    printed: String,
    day: String,
}

fn code_form(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let old = office::doors::account(&visit.web.office, visit.signed_in()?, visit.ctx.now)?.code;
    render(&CodePage { page: Page::new(visit, ""), old, printed: String::new(), day: String::new() })
}

fn code(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let printed = match office::doors::recovery::print(&visit.web.office, &visit.ctx, visit.signed_in()?) {
        Err(OfficeError::WrongState) => return saved("/account", "code-kept"),
        other => other?,
    };
    let page = Page::new(visit, "");
    let day = page.ta("door-print-day", &[("day", &page.day(Some(visit.ctx.today)))]);
    render(&CodePage { page, old: false, printed: printed.to_string(), day })
}

#[derive(Template)]
#[template(path = "door_second.html")]
struct SecondPage {
    page: Page,
    errors: Vec<ErrorLine>,
    password: Field,
    quiet: Field,
}

fn second_form(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    second_page(visit, &[])
}

fn second_page(visit: &Visit<'_>, errors: &[(&str, String)]) -> Answer {
    let page = Page::new(visit, "");
    let field = |name: &'static str, key: &str, required| {
        let mut field = plain(&page, "password", name, key, "", required);
        field.error = errors.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone()).unwrap_or_default();
        field
    };
    let password = field("password", "door-password-old", true);
    let quiet = field("door_quiet", "door-second", false);
    let errors = lines(&page, errors, &[&password, &quiet]);
    render(&SecondPage { errors, password, quiet, page })
}

fn second(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let (own, quiet) = (visit.sent("password"), visit.sent("door_quiet"));
    let page = Page::new(visit, "");
    if own.is_empty() {
        return refused(second_page(visit, &[("password", page.t("problem-required"))]));
    }
    let error = match office::doors::set_quiet(&visit.web.office, &visit.ctx, visit.signed_in()?, own, quiet)
    {
        Ok(()) => return saved("/account", "second"),
        Err(OfficeError::Invalid(found)) => {
            ("door_quiet", found.first().map(|e| problem(&page, e)).unwrap_or_default())
        }
        Err(error) => ("password", said(&page, error, "door-second-wrong")?),
    };
    refused(second_page(visit, &[error]))
}
