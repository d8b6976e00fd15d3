//! Passkeys on the screen: what a page asks a browser for, and the forms that come back.

use super::{after_door, lines, said};
use crate::answer::{Answer, Reply, page as render};
use crate::format;
use crate::forms::plain;
use crate::frame::{Route, SESSION, cookie, get, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine, Link};
use crate::records::refused;
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use office::OfficeError;
use office::doors::passkey;

/// Routes.
pub static ROUTES: &[Route] = &[
    post("/sign-in/passkey", Action::Public, sign_in),
    get("/step-up", Action::Session, step_up_form),
    post("/step-up", Action::Session, step_up),
    post("/step-up/passkey", Action::Session, step_up_by_passkey),
    get("/account/passkeys/new", Action::Session, enrol_form),
    post("/account/passkeys/new", Action::Session, enrol),
    get("/account/passkeys/{id}/remove", Action::Session, ask_remove),
    post("/account/passkeys/{id}/remove", Action::Session, remove),
];

/// A question to a browser, inside of a form that only a script can answer.
pub struct Ask {
    /// Options, as JSON.
    pub options: String,
    /// Comes back with the answer.
    pub state: String,
    /// Why the last answer was none; empty before one was given.
    pub error: String,
}

/// Name of the question among the fields of a page, for the summary of errors.
pub const ASK: &str = "key-ask";

impl Ask {
    /// For whoever stands at the door.
    ///
    /// # Errors
    /// The database.
    pub fn at_the_door(visit: &Visit<'_>) -> Result<Ask, OfficeError> {
        let asked = passkey::begin_use(&visit.web.office, &visit.ctx, None, &visit.guard)?;
        Ok(Ask { options: asked.options, state: asked.state, error: String::new() })
    }
}

fn answer<'v>(visit: &'v Visit<'_>) -> passkey::Answer<'v> {
    passkey::Answer {
        state: visit.sent("door_state"),
        credential: visit.sent("door_key"),
        prf: visit.sent("door_prf"),
    }
}

/// A new session begins or goes on under another token.
fn onward(visit: &Visit<'_>, token: &str) -> Answer {
    Ok(Reply::RedirectWithCookie(after_door(visit.sent("next")).to_owned(), cookie(SESSION, token)))
}

fn sign_in(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    match passkey::sign_in(office, &visit.ctx, &visit.caller, &visit.guard, answer(visit)) {
        Ok(token) => onward(visit, &token),
        Err(error) => {
            let text = said(&Page::new(visit, ""), error, "door-key-failed")?;
            let next = after_door(visit.sent("next"));
            refused(super::sign_in_page(visit, next, "", vec![(ASK, text)], false))
        }
    }
}

#[derive(Template)]
#[template(path = "door_step_up.html")]
struct StepUpPage {
    page: Page,
    errors: Vec<ErrorLine>,
    key: Option<Ask>,
    password: Field,
    code: Field,
    next: String,
    /// What this user has is not enough for the next step, however often it is given: the sentence that says what is.
    missing: String,
    /// An app for codes would be enough.
    app_helps: bool,
}

fn step_up_form(visit: &Visit<'_>) -> Answer {
    let next = after_door(visit.query("next").unwrap_or_default()).to_owned();
    step_up_page(visit, next, &[])
}

fn step_up_page(visit: &Visit<'_>, next: String, errors: &[(&str, String)]) -> Answer {
    let signed_in = visit.signed_in()?;
    let page = Page::new(visit, "");
    let error = |name: &str| {
        errors.iter().find(|(n, _)| *n == name).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let key = if signed_in.passkeys > 0 {
        let asked = passkey::begin_use(&visit.web.office, &visit.ctx, Some(signed_in), &visit.guard)?;
        Some(Ask { options: asked.options, state: asked.state, error: error(ASK) })
    } else {
        None
    };
    let mut password = plain(&page, "password", "password", "door-password", "", true);
    password.error = error("password");
    let app = office::doors::has_app(&visit.web.office, signed_in)?;
    let label = if app { "door-code-now" } else { "door-code" };
    let mut code = plain(&page, "code", "door_code", label, "", app);
    code.error = error("door_code");
    let errors = lines(&page, errors, &[&password, &code]);
    let lacks = office::doors::lacks_second(&visit.web.office, signed_in)?;
    // For what is set up on one's own page the password is asked for all the same.
    let missing = match signed_in.strict {
        _ if next.starts_with("/account") => String::new(),
        true => page.t("door-step-strict"),
        false if lacks => page.t("door-step-lacks"),
        false => String::new(),
    };
    render(&StepUpPage { errors, key, password, code, next, missing, app_helps: !signed_in.strict, page })
}

/// The page again, with what was wrong.
fn again(visit: &Visit<'_>, errors: &[(&str, String)]) -> Answer {
    refused(step_up_page(visit, after_door(visit.sent("next")).to_owned(), errors))
}

fn step_up(visit: &Visit<'_>) -> Answer {
    let signed_in = visit.signed_in()?;
    let office = &visit.web.office;
    let page = Page::new(visit, "");
    let token = visit.token.as_deref().unwrap_or_default();
    let typed = (visit.sent("password"), visit.sent("door_code"));
    let mut errors = Vec::new();
    if typed.0.is_empty() {
        errors.push(("password", page.t("problem-required")));
    }
    if typed.1.is_empty() && office::doors::has_app(office, signed_in)? {
        errors.push(("door_code", page.t("problem-required")));
    }
    if !errors.is_empty() {
        return again(visit, &errors);
    }
    match office::doors::by_password(office, &visit.ctx, signed_in, token, &visit.caller, typed) {
        Ok(token) => onward(visit, &token),
        // With a passkey the page shows no field for a password.
        Err(OfficeError::NotFound) => again(visit, &[(ASK, page.t("door-key-failed"))]),
        Err(error) => again(visit, &[("password", said(&page, error, "door-step-wrong")?)]),
    }
}

fn step_up_by_passkey(visit: &Visit<'_>) -> Answer {
    let signed_in = visit.signed_in()?;
    let place = (visit.token.as_deref().unwrap_or_default(), &visit.caller);
    match passkey::step_up(&visit.web.office, &visit.ctx, signed_in, place, answer(visit)) {
        Ok(token) => onward(visit, &token),
        Err(error) => {
            let text = said(&Page::new(visit, ""), error, "door-key-failed")?;
            again(visit, &[(if signed_in.passkeys > 0 { ASK } else { "password" }, text)])
        }
    }
}

#[derive(Template)]
#[template(path = "door_passkey.html")]
struct EnrolPage {
    page: Page,
    errors: Vec<ErrorLine>,
    key: Ask,
    label: Field,
    /// How many there are already.
    known: i64,
}

fn enrol_form(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    enrol_page(visit, "", "")
}

fn enrol_page(visit: &Visit<'_>, typed: &str, error: &str) -> Answer {
    let signed_in = visit.signed_in()?;
    let page = Page::new(visit, "");
    let login = super::own_login(visit)?;
    let asked = passkey::begin_enrol(&visit.web.office, &visit.ctx, signed_in, &login, &visit.guard)?;
    let day = format::day(page.texts(), visit.ctx.today, visit.ctx.today);
    let typed = if typed.is_empty() { page.ta("door-key-named", &[("day", &day)]) } else { typed.to_owned() };
    let mut label = plain(&page, "text", "label", "door-key-label", &typed, true);
    error.clone_into(&mut label.error);
    let errors = if error.is_empty() {
        Vec::new()
    } else {
        vec![ErrorLine { id: label.id.clone(), text: error.to_owned() }]
    };
    let key = Ask { options: asked.options, state: asked.state, error: String::new() };
    render(&EnrolPage { errors, key, label, known: signed_in.passkeys, page })
}

fn enrol(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let signed_in = visit.signed_in()?;
    let place = (visit.token.as_deref().unwrap_or_default(), &visit.caller);
    let label = visit.sent("label");
    match passkey::finish_enrol(&visit.web.office, &visit.ctx, signed_in, place, answer(visit), label) {
        Ok(token) => {
            Ok(Reply::RedirectWithCookie("/account?saved=passkey".to_owned(), cookie(SESSION, &token)))
        }
        Err(OfficeError::WrongLogin) => {
            let text = Page::new(visit, "").t("door-key-failed");
            refused(enrol_page(visit, label, &text))
        }
        Err(other) => Err(other.into()),
    }
}

fn ask_remove(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = office::doors::account(&visit.web.office, visit.signed_in()?, visit.ctx.now)?;
    let key = found.passkeys.iter().find(|k| k.id == id).ok_or(OfficeError::NotFound)?;
    let page = Page::new(visit, "");
    let last = found.passkeys.len() == 1;
    render(&StepPage {
        class: page.t("account-title"),
        trail: vec![Link { label: page.t("account-title"), href: "/account".to_owned() }],
        title: page.t("account-remove-title"),
        lead: key.label.clone(),
        alert_kind: if last { "red" } else { "amber" },
        alert_title: page.t(if last { "account-remove-last" } else { "account-remove-not-last" }),
        alert_body: page.t("account-remove-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors: Vec::new(),
        fields: Vec::new(),
        button: page.t("account-remove"),
        icon: "close",
        red: true,
        back: "/account".to_owned(),
        restored: false,
        page,
    })
}

fn remove(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    visit.proven()?;
    passkey::remove(&visit.web.office, &visit.ctx, visit.signed_in()?, id)?;
    crate::answer::saved("/account", "passkey-removed")
}
