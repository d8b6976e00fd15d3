//! Signing in through a partner's own identity provider: the door, the way back, the administrator's settings,
//! and the list of those who wait to be confirmed.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::doors::after_door;
use crate::forms::{field_id, plain};
use crate::frame::{Route, SESSION, cookie, get, machine, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine, Link};
use crate::records::{refused, trail};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::RecordKind;
use domain::policy::Action;
use office::OfficeError;
use office::federation::{self, Begun, Config, Outcome, Returned, Setting};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/sign-in/partner", Action::Public, door),
    post("/sign-in/partner", Action::Public, begin),
    get("/sign-in/partner/{id}", Action::Public, back),
    get("/sign-in/partner/{id}/left", Action::Public, left),
    machine("/sign-in/partner/{id}/logout", log_out),
    get("/organisations/{id}/provider", Action::Edit, setting),
    post("/organisations/{id}/provider", Action::Edit, save),
    get("/organisations/{id}/provider/end", Action::Edit, ask_end),
    post("/organisations/{id}/provider/end", Action::Edit, end),
    post("/organisations/{id}/provider/invite", Action::Edit, invite),
    get("/partner-sign-in", Action::Session, waiting),
    post("/partner-sign-in", Action::Session, answer),
];

/// Holds a sign-in under way. Lax, because the provider sends the browser back from another site; it opens
/// nothing by itself.
const ATTEMPT: &str = "__Host-pristan-partner";

fn attempt_cookie(value: &str, seconds: u32) -> String {
    format!("{ATTEMPT}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}

#[derive(Template)]
#[template(path = "federation_door.html")]
struct DoorPage {
    page: Page,
    errors: Vec<ErrorLine>,
    code: Field,
    invitation: Field,
    next: String,
}

#[derive(Template)]
#[template(path = "federation_away.html")]
struct AwayPage {
    page: Page,
    href: String,
    host: String,
    lead: String,
}

#[derive(Template)]
#[template(path = "federation_said.html")]
struct SaidPage {
    page: Page,
    title: String,
    body: String,
    /// Goes on by itself.
    refresh: String,
    links: Vec<Link>,
}

#[derive(Template)]
#[template(path = "federation_setting.html")]
struct SettingPage {
    page: Page,
    trail: Vec<Link>,
    lead: String,
    action: String,
    invite_action: String,
    end_action: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    back: String,
    active: bool,
    /// Addresses to be written down at the provider.
    ours: Vec<(String, String)>,
    users: Vec<UserRow>,
    /// What to know before inviting the only user there is; empty where there are more.
    alone: String,
}

struct UserRow {
    id: String,
    name: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "federation_code.html")]
struct CodePage {
    page: Page,
    trail: Vec<Link>,
    code: String,
    back: String,
}

#[derive(Template)]
#[template(path = "federation_waiting.html")]
struct WaitingPage {
    page: Page,
    rows: Vec<WaitingRow>,
}

struct WaitingRow {
    number: String,
    name: String,
    since: String,
    may_confirm: bool,
    /// Why whoever looks does not confirm it.
    why: String,
    /// A passkey of her own would do.
    passkey: bool,
}

fn door(visit: &Visit<'_>) -> Answer {
    if visit.signed_in.is_some() {
        return Ok(Reply::Redirect("/".to_owned()));
    }
    door_page(visit, after_door(visit.query("next").unwrap_or_default()), ("", ""), "")
}

fn door_page(visit: &Visit<'_>, next: &str, typed: (&str, &str), wrong: &str) -> Answer {
    let page = Page::new(visit, "");
    let mut code = plain(&page, "text", "organisation", "federation-code", typed.0, true);
    let invitation = plain(&page, "text", "invitation", "federation-invitation", typed.1, false);
    let mut errors = Vec::new();
    if !wrong.is_empty() {
        code.error = page.t(wrong);
        errors.push(ErrorLine { id: field_id("organisation"), text: code.error.clone() });
    }
    render(&DoorPage { page, errors, code, invitation, next: next.to_owned() })
}

fn begin(visit: &Visit<'_>) -> Answer {
    let next = after_door(visit.sent("next"));
    let (code, invitation) = (visit.sent("organisation").trim(), visit.sent("invitation").trim());
    if code.is_empty() {
        return refused(door_page(visit, next, (code, invitation), "problem-required"));
    }
    match federation::begin(&visit.web.office, &visit.ctx, code, invitation, next)? {
        // Forms may lead nowhere but to this house, so the way out is a link that says where it goes.
        Begun::Away(away) => {
            let page = Page::new(visit, "");
            let lead = page.t("federation-away-lead");
            let html = AwayPage { page, href: away.href, host: away.host, lead }.render()?;
            Ok(Reply::PageWithCookies(html, vec![attempt_cookie(&away.cookie, 600)]))
        }
        Begun::Unknown => refused(door_page(visit, next, (code, invitation), "federation-unknown")),
        Begun::Down => said(
            visit,
            "down",
            "",
            &[("/sign-in", "federation-password"), ("/sign-in/partner", "federation-again")],
            Vec::new(),
        ),
    }
}

fn said(
    visit: &Visit<'_>,
    what: &str,
    refresh: &str,
    links: &[(&str, &str)],
    cookies: Vec<String>,
) -> Answer {
    let page = Page::new(visit, "");
    let links =
        links.iter().map(|(href, key)| Link { label: page.t(key), href: (*href).to_owned() }).collect();
    let html = SaidPage {
        title: page.t(&format!("federation-{what}-title")),
        body: page.t(&format!("federation-{what}-body")),
        refresh: refresh.to_owned(),
        links,
        page,
    }
    .render()?;
    Ok(Reply::PageWithCookies(html, cookies))
}

/// Back from the provider. The page is shown here and the next step begins from it: the cookie of the new
/// session is not sent along with a step that began at another site.
fn back(visit: &Visit<'_>) -> Answer {
    let query = |name| visit.query(name).unwrap_or_default();
    let returned = Returned {
        code: query("code"),
        state: query("state"),
        iss: visit.query("iss"),
        error: query("error"),
    };
    let office = &visit.web.office;
    let outcome = match visit.id("id") {
        Ok(id) => {
            federation::finish(office, &visit.ctx, id, visit.cookie(ATTEMPT), &visit.caller, &returned)?
        }
        Err(_) => Outcome::Refused,
    };
    let mut cookies = vec![attempt_cookie("", 0)];
    let again = [("/sign-in", "federation-password"), ("/sign-in/partner", "federation-again")];
    match outcome {
        Outcome::In { token, next, locked } => {
            cookies.push(cookie(SESSION, &token));
            let next = after_door(&next);
            if locked {
                let vault = crate::ROUTES.iter().copied().flatten().any(|r| r.path == "/step-up");
                let mut links = vec![(next, "federation-on")];
                if vault {
                    links.insert(0, ("/step-up", "federation-unlock"));
                }
                return said(visit, "locked", "", &links, cookies);
            }
            said(visit, "in", next, &[(next, "federation-on")], cookies)
        }
        Outcome::Waiting => said(visit, "waiting", "", &again, cookies),
        Outcome::Unlinked => said(visit, "unlinked", "", &again, cookies),
        // Only said to whom the provider knows, and never which of the three it is.
        Outcome::NotInvited => said(visit, "not-invited", "", &again, cookies),
        Outcome::Weak => said(visit, "weak", "", &again, cookies),
        Outcome::Refused => said(visit, "refused", "", &again, cookies),
        Outcome::Down => said(visit, "down", "", &again, cookies),
    }
}

/// Signed out here; there is still the session at the provider.
fn left(visit: &Visit<'_>) -> Answer {
    let way = match visit.id("id") {
        Ok(id) => federation::way_out(&visit.web.office, &visit.ctx, id),
        Err(error) => Err(error),
    };
    match way {
        Ok(Some((href, host))) => {
            let page = Page::new(visit, "");
            let lead = page.t("federation-left-lead");
            render(&AwayPage { page, href, host, lead })
        }
        Ok(None) | Err(OfficeError::NotFound) => Ok(Reply::Redirect("/sign-in".to_owned())),
        Err(other) => Err(other.into()),
    }
}

/// What a provider tells us by itself: 200 when done, 400 when it is not to be believed (Back-Channel Logout, 2.8).
fn log_out(visit: &Visit<'_>) -> Answer {
    let Ok(id) = visit.id("id") else { return Ok(Reply::Plain(400)) };
    match federation::log_out(&visit.web.office, &visit.ctx, id, visit.sent("logout_token")) {
        Ok(()) => Ok(Reply::Plain(200)),
        Err(OfficeError::NotFound) => Ok(Reply::Plain(400)),
        Err(other) => Err(other.into()),
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([' ', ',', '\n', '\r', '\t']).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn setting(visit: &Visit<'_>) -> Answer {
    let found = federation::setting(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let minutes = |config: &Config| config.max_age.map(|a| (a / 60).to_string()).unwrap_or_default();
    let typed = found.provider.as_ref().map_or_else(Default::default, |p| {
        [
            p.config.issuer.clone(),
            p.config.client.clone(),
            String::new(),
            p.config.hosts.join(" "),
            p.config.acr.join(" "),
            p.config.amr.join(" "),
            minutes(&p.config),
        ]
    });
    setting_page(visit, &found, &typed, &[])
}

const FIELDS: [&str; 7] = ["issuer", "client", "secret", "hosts", "acr", "amr", "max_age"];

fn setting_page(
    visit: &Visit<'_>,
    found: &Setting,
    typed: &[String; 7],
    wrong: &[federation::Wrong],
) -> Answer {
    let id = visit.id("id")?;
    let page = Page::new(visit, "organisations");
    let mut fields = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in FIELDS.into_iter().zip(typed) {
        let kind = match name {
            "secret" => "password",
            "max_age" => "number",
            _ => "text",
        };
        let key = format!("federation-{}", name.replace('_', "-"));
        let value = if kind == "password" { "" } else { value.as_str() };
        let mut field = plain(&page, kind, name, &key, value, matches!(name, "issuer" | "client"));
        if let Some((_, problem)) = wrong.iter().find(|(n, _)| *n == name) {
            field.error = if field.required && value.is_empty() {
                page.t("problem-required")
            } else {
                page.t(&format!("federation-wrong-{problem}"))
            };
            errors.push(ErrorLine { id: field_id(name), text: format!("{}: {}", field.label, field.error) });
        }
        fields.push(field);
    }
    let origin = visit.web.office.federation.origin();
    let provider = found.provider.as_ref().filter(|p| p.active);
    let ours = provider.map_or_else(Vec::new, |p| {
        vec![
            (page.t("federation-our-back"), format!("{origin}/sign-in/partner/{}", p.id)),
            (page.t("federation-our-logout"), format!("{origin}/sign-in/partner/{}/logout", p.id)),
            (page.t("federation-our-home"), format!("{origin}/sign-in")),
        ]
    });
    let users = found.users.iter().map(|user| UserRow {
        id: user.id.to_string(),
        name: user.name.clone(),
        state: match (user.linked, user.waiting, user.invited) {
            (true, ..) => "linked",
            (_, true, _) => "waiting",
            (.., true) => "invited",
            _ => "none",
        },
    });
    let back = format!("/organisations/{id}");
    let mut trail = trail(&page, RecordKind::Organisation, None);
    trail.push(Link { label: found.organisation.clone(), href: back.clone() });
    render(&SettingPage {
        trail,
        lead: found.organisation.clone(),
        action: format!("{back}/provider"),
        invite_action: format!("{back}/provider/invite"),
        end_action: format!("{back}/provider/end"),
        errors,
        fields,
        back,
        active: provider.is_some(),
        ours,
        users: users.collect(),
        alone: match found.alone {
            Some(only) if only == visit.user() => page.t("federation-alone-own"),
            Some(_) => page.t("federation-alone"),
            None => String::new(),
        },
        page,
    })
}

fn save(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    let typed = FIELDS.map(|name| visit.sent(name).trim().to_owned());
    let [issuer, client, secret, hosts, acr, amr, age] = typed.clone();
    let minutes = (!age.is_empty()).then(|| age.parse::<i64>().ok().filter(|m| *m <= 720).unwrap_or(0));
    let config = Config {
        issuer,
        client,
        secret,
        hosts: words(&hosts),
        acr: words(&acr),
        amr: words(&amr),
        max_age: minutes.map(|m| m * 60),
    };
    match federation::save(&visit.web.office, &visit.ctx, id, config)? {
        Ok(()) => saved(&format!("/organisations/{id}/provider"), "provider"),
        Err(wrong) => {
            let found = federation::setting(&visit.web.office, &visit.ctx, id)?;
            refused(setting_page(visit, &found, &typed, &wrong))
        }
    }
}

fn ask_end(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = federation::setting(&visit.web.office, &visit.ctx, id)?;
    let back = format!("/organisations/{id}/provider");
    let Some(provider) = found.provider.filter(|p| p.active) else { return Ok(Reply::Redirect(back)) };
    let page = Page::new(visit, "organisations");
    let mut trail = trail(&page, RecordKind::Organisation, None);
    trail.push(Link { label: found.organisation, href: format!("/organisations/{id}") });
    let linked = found.users.iter().filter(|u| u.linked).count();
    render(&StepPage {
        class: page.t("federation-setting"),
        trail,
        title: page.t("federation-end-title"),
        lead: provider.config.issuer,
        alert_kind: "amber",
        alert_title: page.tn("federation-end-linked", linked),
        alert_body: page.t("federation-end-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors: Vec::new(),
        fields: Vec::new(),
        button: page.t("federation-end"),
        icon: "blocked",
        red: true,
        back,
        restored: false,
        page,
    })
}

fn end(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    federation::end(&visit.web.office, &visit.ctx, id)?;
    saved(&format!("/organisations/{id}"), "provider-ended")
}

fn invite(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    let user = visit.sent("user").parse().map_err(|_| OfficeError::NotFound)?;
    let code = federation::invite(&visit.web.office, &visit.ctx, id, user)?;
    let page = Page::new(visit, "organisations");
    let back = format!("/organisations/{id}/provider");
    let mut trail = trail(&page, RecordKind::Organisation, None);
    trail.push(Link { label: page.names.name(id).to_owned(), href: format!("/organisations/{id}") });
    render(&CodePage { trail, code, back, page })
}

fn waiting(visit: &Visit<'_>) -> Answer {
    let found = federation::pending(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "home");
    let rows = found.into_iter().map(|p| WaitingRow {
        since: crate::format::moment(page.texts(), p.since, page.today),
        number: p.number,
        name: p.name,
        may_confirm: p.may_confirm,
        passkey: p.alone && !p.invited && !p.may_confirm,
        why: page.t(match (p.alone, p.invited) {
            (false, _) => "federation-not-yours",
            (true, true) => "federation-not-yours-invited",
            (true, false) => "federation-not-yours-alone",
        }),
    });
    render(&WaitingPage { rows: rows.collect(), page })
}

fn answer(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let yes = visit.sent("answer") == "yes";
    federation::answer(&visit.web.office, &visit.ctx, visit.sent("number"), yes)?;
    saved("/partner-sign-in", if yes { "partner-confirmed" } else { "partner-refused" })
}
