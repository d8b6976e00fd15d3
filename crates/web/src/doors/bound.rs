//! The proof that a request comes from the browser its session is bound to, and the page that asks for it.

use crate::answer::{Answer, Reply, page as render};
use crate::frame::{PROOF, cookie};
use crate::page::Page;
use crate::visit::Visit;
use askama::Template;
use office::doors::SignedIn;
use office::doors::bound::{Bond, Given, Proved, challenge, prove};

/// Where the script of a page sends its proof.
pub const PATH: &str = "/session/proof";
/// Steps that only end a session need no proof.
pub const ENDS: [&str; 2] = ["/lock", "/sign-out"];

/// What a page says to its script about the session.
#[derive(Default)]
pub struct Said {
    /// To be signed; empty where nobody is signed in.
    pub challenge: String,
    /// The session is bound already.
    pub bound: bool,
    /// How old the proof is that this request came with, seconds.
    pub age: i64,
}

impl Said {
    /// About the session of a visit.
    #[must_use]
    pub fn of(visit: &Visit<'_>) -> Said {
        let (Some(bond), Some(token)) = (visit.bond, &visit.token) else { return Said::default() };
        let now = visit.ctx.now;
        let age = if let Bond::Proven(at) = bond { (now - at).max(0) / 1_000_000 } else { 0 };
        Said { challenge: challenge(&visit.web.office, now, token), bound: bond != Bond::Free, age }
    }
}

#[derive(Template)]
#[template(path = "door_prove.html")]
struct ProvePage {
    page: Page,
    /// Where the page goes on; empty is the same address.
    next: String,
}

/// What guards the proof of a page that asks for it: good for nothing else, since whoever copied a cookie sees it.
fn guard(visit: &Visit<'_>) -> String {
    format!("proof {}", visit.token.as_deref().unwrap_or_default())
}

/// Does a proof carry what its page was given: the one of an ordinary page, or of the page that asks for it?
#[must_use]
pub fn guarded(visit: &Visit<'_>, given: &str) -> bool {
    let vault = &visit.web.office.vault;
    let token = visit.token.as_deref().unwrap_or_default();
    !token.is_empty() && (vault.csrf_matches(token, given) || vault.csrf_matches(&guard(visit), given))
}

/// The answer to a request without a proof that counts: a page whose script gives one and goes on. A form that
/// was on its way waits as a draft of its owner.
///
/// # Errors
/// The database.
pub fn ask(visit: &Visit<'_>, owner: &SignedIn, form: bool) -> Answer {
    let mut next = String::new();
    // An autosave that comes too late comes again: its page keeps what it holds.
    if form && visit.path != "/drafts" {
        let body = crate::drafts::encode(&visit.input);
        office::doors::save_draft(&visit.web.office, owner, visit.ctx.now, &visit.path, &body)?;
        next = crate::drafts::form_page(&visit.path);
    }
    let mut page = Page::new(visit, "");
    page.csrf = visit.web.office.vault.csrf(&guard(visit));
    page.switch_href = format!("/language/{}?back=/", if page.lang == "en" { "bg" } else { "en" });
    match render(&ProvePage { page, next })? {
        Reply::Page(html) => Ok(Reply::Unproven(html)),
        other => Ok(other),
    }
}

/// Takes a proof. 200 with the cookie; 409 with a newer challenge; 403 for another key.
pub(super) fn take(visit: &Visit<'_>) -> Answer {
    let (Some(token), Some(_)) = (&visit.token, visit.bond) else { return Ok(Reply::Plain(403)) };
    let given = Given {
        challenge: visit.sent("challenge"),
        signature: visit.sent("signature"),
        key: visit.sent("key"),
    };
    match prove(&visit.web.office, visit.ctx.now, token, &given) {
        Ok(Proved::Yes(value)) => Ok(Reply::PageWithCookies(String::new(), vec![cookie(PROOF, &value)])),
        Ok(Proved::Again(fresh)) => Ok(Reply::Conflict(fresh)),
        Ok(Proved::No) | Err(office::OfficeError::WrongLogin) => Ok(Reply::Plain(403)),
        Err(other) => Err(other.into()),
    }
}
