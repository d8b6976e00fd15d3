//! What a room answers, and how errors become pages.

use crate::page::Page;
use crate::visit::Visit;
use askama::Template;
use office::OfficeError;

/// What a room answers.
pub enum Reply {
    /// A page.
    Page(String),
    /// A page after a refused form: 422.
    Refused(String),
    /// A page that says two people changed the same: 409.
    Conflict(String),
    /// A page that asks for a proof of the browser: 403.
    Unproven(String),
    /// Go there with GET.
    Redirect(String),
    /// Go there, with a cookie.
    RedirectWithCookie(String, String),
    /// Nothing to show: 204.
    Done,
    /// A page, with cookies.
    PageWithCookies(String, Vec<String>),
    /// A file to be kept: its name, which says nothing of anybody, its media type, its bytes.
    File {
        /// Letters, digits, dots and dashes.
        name: String,
        /// Media type.
        kind: &'static str,
        /// What is in it.
        body: Vec<u8>,
    },
    /// A status for another program.
    Plain(u16),
}

/// Answer of a room.
pub type Answer = Result<Reply, WebError>;

/// Errors on their way to a page. No variant carries anything sealed.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// A use case refused.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// A template did not render.
    #[error("a template did not render")]
    Template(#[from] askama::Error),
    /// The form did not carry the token of the session.
    #[error("forged or stale form")]
    Forged,
    /// The form is of an earlier session of the same user: her words wait in the form at this path.
    #[error("a form of an earlier session")]
    Late(String),
    /// Too much was sent.
    #[error("too much was sent")]
    TooLarge,
    /// The door wants to know again who this is, and leads back to this path.
    #[error("a fresh proof is asked for")]
    StepUp(String),
}

/// Renders a page.
///
/// # Errors
/// The template.
pub fn page(template: &impl Template) -> Answer {
    Ok(Reply::Page(template.render()?))
}

/// Goes to a path and says there what was saved.
///
/// # Errors
/// None; the type fits handlers.
pub fn saved(path: &str, what: &str) -> Answer {
    Ok(Reply::Redirect(format!("{path}?saved={what}")))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    title: String,
    body: String,
    reference: String,
    /// Where what was written waits; empty where nothing does.
    back: String,
}

#[derive(Template)]
#[template(path = "error_bare.html")]
struct ErrorBare {
    page: Page,
    title: String,
    body: String,
    reference: String,
}

/// Status and page of an error. What may not be known to exist looks byte for byte like what does not.
#[must_use]
pub fn error(visit: &Visit<'_>, error: &WebError) -> (u16, String) {
    let (status, key) = match error {
        WebError::Office(OfficeError::NotFound) => (404, "not-found"),
        WebError::Office(OfficeError::WrongState | OfficeError::Stale(_)) => (409, "wrong-state"),
        WebError::Office(OfficeError::Invalid(_) | OfficeError::Blocked(_)) => (422, "refused"),
        WebError::Office(OfficeError::Locked(_)) => (403, "locked"),
        WebError::Office(OfficeError::NoKeys) => (409, "no-keys"),
        WebError::Office(OfficeError::LastHolder) => (409, "last-holder"),
        WebError::Office(OfficeError::TooNew) => (403, "too-new"),
        WebError::Office(OfficeError::TooMany) => (403, "too-many"),
        WebError::Office(OfficeError::StepUp(_)) => (403, "step-up"),
        WebError::Office(OfficeError::Clock) => (503, "clock"),
        WebError::Office(OfficeError::WrongLogin | OfficeError::Wait(_) | OfficeError::Crowded) => {
            (403, "forged")
        }
        WebError::Office(OfficeError::Store(store::StoreError::Full)) => (507, "full"),
        WebError::Office(OfficeError::Store(store::StoreError::Busy)) => (503, "busy"),
        WebError::Office(OfficeError::Store(store::StoreError::Forged(table))) => {
            office::audit::forged(&visit.web.office, &visit.ctx, table);
            (500, "row-forged")
        }
        WebError::Office(OfficeError::Store(_) | OfficeError::Sealed | OfficeError::Paper)
        | WebError::Template(_) => (500, "fault"),
        WebError::Forged | WebError::StepUp(_) => (403, "forged"),
        WebError::Late(_) => (409, "late"),
        WebError::TooLarge => (413, "too-large"),
    };
    let reference = if status == 404 { String::new() } else { visit.ctx.reference() };
    if status >= 500 {
        tracing::error!(reference, status, fault = %error, "request failed");
    }
    let page = Page::new(visit, "");
    let (title, body) = (page.t(&format!("error-{key}-title")), page.t(&format!("error-{key}-body")));
    let html = if visit.signed_in.is_some() {
        let back = if let WebError::Late(path) = error { path.clone() } else { String::new() };
        ErrorPage { page, title, body, reference, back }.render()
    } else {
        ErrorBare { page, title, body, reference }.render()
    };
    (status, html.unwrap_or_default())
}
