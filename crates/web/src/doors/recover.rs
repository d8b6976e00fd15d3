//! Coming back after something is lost: asked for at the door, confirmed by colleagues inside.

use super::{lines, said};
use crate::answer::{Answer, Reply, page as render};
use crate::forms::{plain, problem};
use crate::frame::{Route, SESSION, cookie, get, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use office::OfficeError;
use office::doors::recovery;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/recover", Action::Public, ask_form),
    post("/recover", Action::Public, ask),
    get("/recover/back", Action::Public, back_form),
    post("/recover/back", Action::Public, back),
    get("/account/confirm", Action::Session, confirm_form),
    post("/account/confirm", Action::Session, confirm),
];

#[derive(Template)]
#[template(path = "door_recover.html")]
struct AskPage {
    page: Page,
    errors: Vec<ErrorLine>,
    login: Field,
    /// What is shown once it was asked for: claim and number.
    claim: String,
    number: String,
    with_code: bool,
    /// Challenge to be worked at, while many ask or guess at once.
    work: String,
}

fn at_the_door(visit: &Visit<'_>, path: &str) -> Page {
    let mut page = Page::new(visit, "");
    let other = if page.lang == "en" { "bg" } else { "en" };
    page.switch_href = format!("/language/{other}?back={path}");
    page
}

fn ask_form(visit: &Visit<'_>) -> Answer {
    ask_page(visit, "", None)
}

fn ask_page(visit: &Visit<'_>, typed: &str, error: Option<String>) -> Answer {
    let page = at_the_door(visit, "/recover");
    let mut login = plain(&page, "text", "login", "door-login", typed, true);
    let errors = match error {
        Some(text) => {
            login.error.clone_from(&text);
            lines(&page, &[("login", text)], &[&login])
        }
        None => Vec::new(),
    };
    let (claim, number) = (String::new(), String::new());
    render(&AskPage { page, errors, login, claim, number, with_code: false, work: super::work(visit) })
}

fn ask(visit: &Visit<'_>) -> Answer {
    let login = visit.sent("login").trim();
    if login.is_empty() {
        return refused(ask_page(visit, "", Some(Page::new(visit, "").t("problem-required"))));
    }
    let with_code = visit.sent("with") == "code";
    let (work, answer) = (visit.sent("door_work"), visit.sent("door_answer"));
    let office = &visit.web.office;
    if let Err(error) = office::doors::throttle::asked(office, visit.ctx.now, &visit.caller, work, answer) {
        return refused(ask_page(visit, login, Some(said(&Page::new(visit, ""), error, "door-wrong")?)));
    }
    let asked = recovery::ask(&visit.web.office, &visit.ctx, login, with_code)?;
    let page = at_the_door(visit, "/recover");
    let field = plain(&page, "text", "login", "door-login", login, true);
    render(&AskPage {
        page,
        errors: Vec::new(),
        login: field,
        claim: asked.claim.to_string(),
        number: asked.number,
        with_code,
        work: String::new(),
    })
}

#[derive(Template)]
#[template(path = "door_back.html")]
struct BackPage {
    page: Page,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

fn back_form(visit: &Visit<'_>) -> Answer {
    back_page(visit, &[])
}

/// The form with what was typed, except the password.
fn back_page(visit: &Visit<'_>, errors: &[(&str, String)]) -> Answer {
    let page = at_the_door(visit, "/recover/back");
    let field = |kind, name: &'static str, key: &str, value: &str, required| {
        let mut field = plain(&page, kind, name, key, value, required);
        field.error = errors.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone()).unwrap_or_default();
        field
    };
    let fields = vec![
        field("text", "login", "door-login", visit.sent("login").trim(), true),
        field("text", "door_claim", "door-claim", visit.sent("door_claim"), true),
        field("text", "door_print", "door-print", visit.sent("door_print"), false),
        field("password", "password", "door-password-new", "", true),
    ];
    let errors = lines(&page, errors, &fields.iter().collect::<Vec<_>>());
    render(&BackPage { errors, fields, page })
}

fn back(visit: &Visit<'_>) -> Answer {
    let page = Page::new(visit, "");
    let given = recovery::Coming {
        login: visit.sent("login").trim(),
        claim: visit.sent("door_claim"),
        code: visit.sent("door_print"),
        password: visit.sent("password"),
    };
    let mut errors = Vec::new();
    for (name, value) in [("login", given.login), ("door_claim", given.claim), ("password", given.password)] {
        if value.is_empty() {
            errors.push((name, page.t("problem-required")));
        }
    }
    // A slip of the pen is told by the code itself, before anything is looked up.
    if !given.code.is_empty() && vault::recovery::RecoveryCode::parse(given.code).is_err() {
        errors.push(("door_print", page.t("door-print-mistyped")));
    }
    if !given.password.is_empty() {
        let found = office::organisations::password_problem(given.password, given.login);
        errors.extend(found.map(|e| ("password", problem(&page, &e))));
    }
    if errors.is_empty() {
        match recovery::come_back(&visit.web.office, &visit.ctx, &visit.caller, given) {
            Ok(back) => {
                let to = if back.names { "/account?saved=back" } else { "/account?saved=back-work" };
                return Ok(Reply::RedirectWithCookie(to.to_owned(), cookie(SESSION, &back.token)));
            }
            Err(OfficeError::Invalid(found)) => {
                errors.extend(found.iter().map(|e| ("password", problem(&page, e))));
            }
            Err(error) => errors.push(("door_claim", said(&page, error, "door-back-wrong")?)),
        }
    }
    refused(back_page(visit, &errors))
}

#[derive(Template)]
#[template(path = "door_confirm.html")]
struct ConfirmPage {
    page: Page,
    errors: Vec<ErrorLine>,
    login: Field,
    number: Field,
    /// Whom: empty before it is found.
    who: String,
    with_code: bool,
}

fn confirm_form(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    confirm_page(visit, None, &[])
}

fn confirm_page(visit: &Visit<'_>, found: Option<recovery::Waiting>, errors: &[(&str, String)]) -> Answer {
    let page = Page::new(visit, "");
    let field = |name: &'static str, key: &str| {
        let mut field = plain(&page, "text", name, key, visit.sent(name), true);
        field.error = errors.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone()).unwrap_or_default();
        field
    };
    let login = field("login", "door-confirm-login");
    let number = field("door_number", "door-confirm-number");
    let errors = lines(&page, errors, &[&login, &number]);
    let with_code = found.as_ref().is_some_and(|f| f.with_code);
    let who = found.map_or_else(String::new, |f| page.ta("door-confirm-who", &[("name", &f.name)]));
    render(&ConfirmPage { errors, login, number, who, with_code, page })
}

/// First it is shown who it is, then it is confirmed.
fn confirm(visit: &Visit<'_>) -> Answer {
    visit.proven()?;
    let office = &visit.web.office;
    let signed_in = visit.signed_in()?;
    let (login, number) = (visit.sent("login"), visit.sent("door_number"));
    let page = Page::new(visit, "");
    let empty: Vec<(&str, String)> = [("login", login), ("door_number", number)]
        .into_iter()
        .filter(|(_, value)| value.trim().is_empty())
        .map(|(name, _)| (name, page.t("problem-required")))
        .collect();
    if !empty.is_empty() {
        return refused(confirm_page(visit, None, &empty));
    }
    let wrong = |key: &str| refused(confirm_page(visit, None, &[("door_number", page.t(key))]));
    let found = match recovery::waiting(office, &visit.ctx, signed_in, login, number) {
        Ok(found) => found,
        Err(OfficeError::NotFound) => return wrong("door-confirm-none"),
        Err(other) => return Err(other.into()),
    };
    if visit.sent("sure") != "yes" {
        return confirm_page(visit, Some(found), &[]);
    }
    match recovery::confirm(office, &visit.ctx, signed_in, login, number) {
        Ok(()) => crate::answer::saved("/account", "confirmed"),
        Err(OfficeError::WrongState) => wrong("door-confirm-keys"),
        Err(other) => Err(other.into()),
    }
}
