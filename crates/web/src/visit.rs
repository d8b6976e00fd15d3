//! One request, as the rooms see it: who, what was sent, in which language.

use crate::Web;
use crate::format;
use domain::policy::Role;
use domain::values::Input;
use domain::{Actor, Id, OrganisationId, UserId};
use office::doors::bound::Bond;
use office::doors::{Caller, SignedIn};
use office::names::Directory;
use office::{Ctx, Ids};
use std::collections::HashMap;
use std::sync::Arc;

/// One request.
pub struct Visit<'w> {
    /// The building.
    pub web: &'w Web,
    /// For the use cases.
    pub ctx: Ctx,
    /// Whose session it is; rooms other than the door always have one.
    pub signed_in: Option<SignedIn>,
    /// How the session stands to the browser; nothing where there is none.
    pub bond: Option<Bond>,
    /// Token of the session, for signing out.
    pub token: Option<String>,
    /// What forms must send back.
    pub csrf: String,
    /// The cookie that guards forms: of the session, or of the door.
    pub guard: String,
    /// Where the request comes from.
    pub caller: Caller,
    /// Path without the query.
    pub path: String,
    /// Names for pages.
    pub names: Arc<Directory>,
    /// What a form sent.
    pub input: Input,
    params: HashMap<String, String>,
    query: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
}

/// What the frame takes from the wire before a room is asked.
pub(crate) struct Wire {
    pub path: String,
    pub query: String,
    pub cookies: Vec<(String, String)>,
    pub params: HashMap<String, String>,
    pub body: Vec<u8>,
    pub request: [u8; 4],
    /// Address and what the browser says of itself.
    pub from: (String, String),
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

impl Wire {
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl<'w> Visit<'w> {
    pub(crate) fn new(
        web: &'w Web,
        wire: Wire,
        now: i64,
        lang: &'static str,
        (signed_in, bond): (Option<SignedIn>, Option<Bond>),
        names: Arc<Directory>,
        (token, csrf, guard, caller): (Option<String>, String, String, Caller),
    ) -> Visit<'w> {
        let nobody = Actor::new(UserId(Id([0; 16])), OrganisationId(Id([0; 16])), Role::Monitor, [0; 8]);
        let ctx = Ctx {
            actor: signed_in.as_ref().map_or(nobody, |s| s.actor),
            now,
            today: format::day_of(now),
            request: wire.request,
            lang,
            ids: Ids::Random,
            keys: signed_in.as_ref().map(|s| Arc::clone(&s.keys)).unwrap_or_default(),
        };
        let mut input = Input::new();
        for (name, value) in pairs(&wire.body) {
            input.entry(name).or_default().push(value);
        }
        let query = pairs(wire.query.as_bytes());
        Visit {
            web,
            ctx,
            signed_in,
            bond,
            token,
            csrf,
            guard,
            caller,
            path: wire.path,
            names,
            input,
            params: wire.params,
            query,
            cookies: wire.cookies,
        }
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// A part of the path that is an id; what is none looks like what does not exist.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn id(&self, name: &str) -> Result<Id, office::OfficeError> {
        self.param(name).parse().map_err(|_| office::OfficeError::NotFound)
    }

    /// A part of the path.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// The first value of a name in the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All values of a name in the query.
    pub fn queries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// What a form gives as its guard, without the mark of whose page it is.
    #[must_use]
    pub fn given(&self) -> &str {
        self.sent("_csrf").split('.').next().unwrap_or_default()
    }

    /// The first value of a field that was sent.
    #[must_use]
    pub fn sent(&self, name: &str) -> &str {
        self.input.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }

    /// The idempotency key of the form, bound to its path: forms of one page share what the page made.
    #[must_use]
    pub fn once(&self) -> Option<Id> {
        let key: Id = self.sent("_once").parse().ok()?;
        let digest = vault::sha256(&[key.0.as_slice(), self.path.as_bytes()].concat());
        let mut id = [0; 16];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Some(Id(id))
    }

    /// The version a form was made from.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.sent("_version").parse().unwrap_or(0)
    }

    /// Who acts, as an id.
    #[must_use]
    pub fn user(&self) -> Id {
        self.ctx.actor.user.0
    }

    /// Whose session it is.
    ///
    /// # Errors
    /// `NotFound` before sign-in: the frame lets nobody through to where this is asked.
    pub fn signed_in(&self) -> Result<&SignedIn, crate::WebError> {
        Ok(self.signed_in.as_ref().ok_or(office::OfficeError::NotFound)?)
    }

    /// Before names are shown, something leaves the house, or somebody is let in: has the passkey been used
    /// within five minutes, or by whoever has none password and code?
    ///
    /// # Errors
    /// `StepUp`: the door asks, and leads back to the page of this form with what was typed; the database.
    pub fn fresh(&self) -> Result<(), crate::WebError> {
        if office::doors::must_step_up(self.signed_in()?) { self.step_up() } else { Ok(()) }
    }

    /// Before a way of signing in is added or taken away: has this user shown within five minutes who he is,
    /// with whatever he has?
    ///
    /// # Errors
    /// As [`Visit::fresh`].
    pub fn proven(&self) -> Result<(), crate::WebError> {
        if office::doors::needs_proof(self.signed_in()?, self.ctx.now) { self.step_up() } else { Ok(()) }
    }

    pub(crate) fn step_up(&self) -> Result<(), crate::WebError> {
        if !self.input.is_empty() {
            let body = crate::drafts::encode(&self.input);
            office::doors::save_draft(&self.web.office, self.signed_in()?, self.ctx.now, &self.path, &body)?;
        }
        Err(crate::WebError::StepUp(crate::drafts::form_page(&self.path)))
    }

    /// Where a page of a list goes on: `after=time-id`.
    #[must_use]
    pub fn after(&self) -> Option<(i64, Id)> {
        let (at, id) = self.query("after")?.split_once('-')?;
        Some((at.parse().ok()?, id.parse().ok()?))
    }
}

/// The address part of a place in a list.
#[must_use]
pub fn after_text((at, id): (i64, Id)) -> String {
    format!("{at}-{id}")
}
