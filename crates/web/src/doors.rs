//! The door: signing in and out, the locked screen, the language, one's own password, drafts.

pub mod account;
pub mod bound;
pub mod pass;
pub mod recover;

use crate::answer::{Answer, Reply, page as render};
use crate::drafts;
use crate::forms::{field_id, plain, problem};
use crate::frame::{LANG, Route, SESSION, always, cookie, get, post};
use crate::page::{Page, exit_href};
use crate::parts::{Field, FieldError as ErrorLine};
use crate::records::refused;
use crate::texts::texts;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use office::OfficeError;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/sign-in", Action::Public, form),
    post("/sign-in", Action::Public, sign_in),
    post("/sign-out", Action::Session, sign_out),
    get("/lock", Action::Public, locked),
    post("/lock", Action::Session, lock),
    always("/leave", leave),
    get("/language/{code}", Action::Public, language),
    post("/language", Action::Public, choose_language),
    get("/password", Action::Session, password_form),
    post("/password", Action::Session, change_password),
    post("/drafts", Action::Session, drafts::save),
    post(bound::PATH, Action::Public, bound::take),
];

/// A year: staff need not choose their language anew each morning.
const YEAR: &str = "; Max-Age=31536000";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    errors: Vec<ErrorLine>,
    login: Field,
    password: Field,
    code: Field,
    key: pass::Ask,
    /// Challenge to be worked at, while many guess at once.
    work: String,
    next: String,
    ended: bool,
}

#[derive(Template)]
#[template(path = "locked.html")]
struct LockedPage {
    page: Page,
    code: Field,
    key: pass::Ask,
    next: String,
}

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage {
    lang: &'static str,
    href: &'static str,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    page: Page,
    errors: Vec<ErrorLine>,
    login: Field,
    old: Field,
    new: Field,
}

/// A path of this house, else the home page. What could leave the house (another host, a scheme, signs
/// that browsers drop or turn around) is no path.
#[must_use]
pub fn local_path(text: &str) -> &str {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") { text } else { "/" }
}

/// Where to go once the door is open: steps that only end or begin a session are no place to come back to.
pub(crate) fn after_door(text: &str) -> &str {
    let path = local_path(text);
    let door = path.split(['?', '#']).next().unwrap_or_default();
    let only_steps = ["/sign-in", "/sign-out", "/lock", "/leave", "/language", "/drafts"];
    if only_steps.contains(&door) || door.starts_with("/language/") { "/" } else { path }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A cookie that is gone.
pub(crate) fn cleared() -> String {
    format!("{}; Max-Age=0", cookie(SESSION, ""))
}

fn form(visit: &Visit<'_>) -> Answer {
    if visit.signed_in.is_some() {
        return Ok(Reply::Redirect("/".to_owned()));
    }
    let asked = visit.query("next").unwrap_or_default();
    // Locking or leaving a session that was over already is nothing that was lost.
    let ended = visit.query("ended").is_some() && !matches!(asked, "/lock" | "/sign-out");
    sign_in_page(visit, after_door(asked), "", Vec::new(), ended)
}

fn sign_in_page(
    visit: &Visit<'_>,
    next: &str,
    typed: &str,
    errors: Vec<(&str, String)>,
    ended: bool,
) -> Answer {
    let mut page = Page::new(visit, "");
    let back = if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", encoded(next)) };
    page.switch_href = format!("/language/{}?back={}", other(&page), encoded(&back));
    let work = work(visit);
    let mut key = pass::Ask::at_the_door(visit)?;
    let code = plain(&page, "code", "door_code", "door-code", "", false);
    let mut login = plain(&page, "text", "login", "door-login", typed, true);
    let mut password = plain(&page, "password", "password", "door-password", "", true);
    for (name, text) in &errors {
        match *name {
            "login" => login.error.clone_from(text),
            pass::ASK => key.error.clone_from(text),
            _ => password.error.clone_from(text),
        }
    }
    let errors = lines(&page, &errors, &[&login, &password]);
    render(&SignInPage { page, errors, login, password, code, key, work, next: next.to_owned(), ended })
}

/// The challenge of a form of the door while many guess at once, else nothing.
fn work(visit: &Visit<'_>) -> String {
    let office = &visit.web.office;
    if office.doors.throttle.crowded(visit.ctx.now) {
        office::doors::throttle::challenge(office, visit.ctx.now)
    } else {
        String::new()
    }
}

/// Lines of the summary; a field that was left empty is named, the other sentences speak for themselves.
fn lines(page: &Page, errors: &[(&str, String)], fields: &[&Field]) -> Vec<ErrorLine> {
    let empty = page.t("problem-required");
    let line = |(name, text): &(&str, String)| {
        let label =
            fields.iter().find(|f| f.name == *name && *text == empty).map(|f| format!("{}: ", f.label));
        ErrorLine { id: field_id(name), text: format!("{}{text}", label.unwrap_or_default()) }
    };
    errors.iter().map(line).collect()
}

fn other(page: &Page) -> &'static str {
    if page.lang == "en" { "bg" } else { "en" }
}

/// The words for too many guesses: whole minutes, never fewer than one.
fn wait_text(page: &Page, seconds: i64) -> String {
    page.tn("door-wait", usize::try_from((seconds + 59) / 60).unwrap_or(1).max(1))
}

/// The sentence of a refusal at the door; `wrong` is the key for what does not match, whatever it was.
fn said(page: &Page, error: OfficeError, wrong: &str) -> Result<String, crate::WebError> {
    match error {
        OfficeError::WrongLogin => Ok(page.t(wrong)),
        OfficeError::Wait(seconds) => Ok(wait_text(page, seconds)),
        OfficeError::Crowded => Ok(page.t("door-crowded")),
        other => Err(other.into()),
    }
}

fn sign_in(visit: &Visit<'_>) -> Answer {
    let next = after_door(visit.sent("next"));
    let (login, password) = (visit.sent("login").trim(), visit.sent("password"));
    let page = Page::new(visit, "");
    let mut errors = Vec::new();
    for (name, value) in [("login", login), ("password", password)] {
        if value.is_empty() {
            errors.push((name, page.t("problem-required")));
        }
    }
    if errors.is_empty() {
        let given = office::doors::Given {
            login,
            password,
            code: visit.sent("door_code"),
            work: visit.sent("door_work"),
            answer: visit.sent("door_answer"),
        };
        match office::doors::enter(&visit.web.office, &visit.ctx, &visit.caller, given) {
            Ok(token) => return Ok(Reply::RedirectWithCookie(next.to_owned(), cookie(SESSION, &token))),
            Err(error) => errors.push(("password", said(&page, error, "door-wrong")?)),
        }
    }
    refused(sign_in_page(visit, next, login, errors, false))
}

fn end(visit: &Visit<'_>) -> Result<(), crate::WebError> {
    if let Some(token) = &visit.token {
        office::doors::sign_out(&visit.web.office, visit.ctx.now, token)?;
    }
    Ok(())
}

fn sign_out(visit: &Visit<'_>) -> Answer {
    // Whoever came through a partner's provider is asked whether to leave that as well.
    let through = match &visit.token {
        Some(token) => office::federation::through(&visit.web.office, token)?,
        None => None,
    };
    end(visit)?;
    let to = through.map_or_else(|| "/sign-in".to_owned(), |id| format!("/sign-in/partner/{id}/left"));
    Ok(Reply::RedirectWithCookie(to, cleared()))
}

/// Locking ends the session: what a locked screen does not hold, nobody can get out of it. Unlocking is
/// signing in again, to the page it came from.
fn lock(visit: &Visit<'_>) -> Answer {
    end(visit)?;
    let back = after_door(visit.sent("back"));
    let to = if back == "/" { "/lock".to_owned() } else { format!("/lock?next={}", encoded(back)) };
    Ok(Reply::RedirectWithCookie(to, cleared()))
}

/// The quick exit: the session of this browser ends, and an empty page goes on to one that says nothing. Whoever
/// wants to be away is never answered with a refusal: a token that is wrong, or over, only ends nothing.
fn leave(visit: &Visit<'_>) -> Answer {
    let lang = texts(visit.ctx.lang).lang();
    let away = render(&LeavePage { lang, href: exit_href(lang) })?;
    if !bound::guarded(visit, visit.given()) {
        return Ok(away);
    }
    end(visit)?;
    match away {
        Reply::Page(html) => Ok(Reply::PageWithCookies(html, vec![cleared()])),
        other => Ok(other),
    }
}

fn locked(visit: &Visit<'_>) -> Answer {
    if visit.signed_in.is_some() {
        return Ok(Reply::Redirect("/".to_owned()));
    }
    let next = after_door(visit.query("next").unwrap_or_default()).to_owned();
    let mut page = Page::new(visit, "");
    let back = format!("/lock?next={}", encoded(&next));
    page.switch_href = format!("/language/{}?back={}", other(&page), encoded(&back));
    let code = plain(&page, "code", "door_code", "door-code", "", false);
    render(&LockedPage { key: pass::Ask::at_the_door(visit)?, page, code, next })
}

fn language(visit: &Visit<'_>) -> Answer {
    speak(visit.param("code"), visit.query("back").unwrap_or_default())
}

fn choose_language(visit: &Visit<'_>) -> Answer {
    speak(visit.sent("lang"), visit.sent("back"))
}

fn speak(lang: &str, back: &str) -> Answer {
    let Some(lang) = crate::LANGS.into_iter().find(|l| *l == lang) else {
        return Err(OfficeError::NotFound.into());
    };
    let back = local_path(back);
    // Whoever looks for help leaves no trace of it in the browser once it is closed.
    let lasting = if back.starts_with("/help-line") { "" } else { YEAR };
    Ok(Reply::RedirectWithCookie(back.to_owned(), format!("{}{lasting}", cookie(LANG, lang))))
}

fn password_form(visit: &Visit<'_>) -> Answer {
    password_page(visit, &own_login(visit)?, Vec::new())
}

/// The login of whoever is signed in.
fn own_login(visit: &Visit<'_>) -> Result<String, crate::WebError> {
    let user = visit.signed_in()?.user;
    Ok(visit.names.users.iter().find(|u| u.id == user).map(|u| u.code.clone()).unwrap_or_default())
}

fn password_page(visit: &Visit<'_>, login: &str, errors: Vec<(&str, String)>) -> Answer {
    let page = Page::new(visit, "home");
    let field = |kind, name: &'static str, key: &str, value: &str| {
        let mut field = plain(&page, kind, name, key, value, true);
        field.error =
            errors.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone()).unwrap_or_default();
        field
    };
    let login = field("text", "login", "door-login", login);
    let old = field("password", "old", "door-password-old", "");
    let new = field("password", "new", "door-password-new", "");
    let errors = lines(&page, &errors, &[&login, &old, &new]);
    render(&PasswordPage { login, old, new, errors, page })
}

fn change_password(visit: &Visit<'_>) -> Answer {
    let page = Page::new(visit, "");
    let (login, old, new) = (visit.sent("login").trim(), visit.sent("old"), visit.sent("new"));
    let mut errors = Vec::new();
    for (name, value) in [("login", login), ("old", old), ("new", new)] {
        if value.is_empty() {
            errors.push((name, page.t("problem-required")));
        }
    }
    if errors.is_empty() {
        let office = &visit.web.office;
        let signed_in = visit.signed_in()?;
        match office::doors::change_password(office, &visit.ctx, signed_in, login, old, new) {
            // Every session has ended, this one too: whoever changed it signs in with it.
            Ok(()) => return Ok(Reply::RedirectWithCookie("/sign-in?saved=password".to_owned(), cleared())),
            Err(OfficeError::Invalid(found)) => {
                errors.extend(found.iter().map(|e| ("new", problem(&page, e))))
            }
            Err(error) => errors.push(("old", said(&page, error, "door-password-wrong")?)),
        }
    }
    refused(password_page(visit, login, errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_the_house() {
        for (given, wanted) in [
            ("/cases", "/cases"),
            ("/cases?state=active#top", "/cases?state=active#top"),
            ("", "/"),
            ("cases", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/a\r\nset-cookie: x=y", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("/случаи", "/"),
        ] {
            assert_eq!(local_path(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn the_door_does_not_lead_to_itself() {
        for given in
            ["/sign-in", "/sign-in?next=/cases", "/lock", "/sign-out", "/language/en?back=/", "/drafts"]
        {
            assert_eq!(after_door(given), "/", "{given}");
        }
        assert_eq!(after_door("/locksmith"), "/locksmith");
    }
}
