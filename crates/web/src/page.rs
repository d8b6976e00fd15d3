//! What every page carries: who reads it, in which language, and the frame around it.

use crate::format;
use crate::parts::{Link, NavItem, Toast};
use crate::texts::{Texts, texts};
use crate::visit::Visit;
use domain::policy::{Action, Actor, Relation, Resource, Role, decide};
use domain::{Date, RecordKind};
use office::audit::Anchored;
use office::clock::ClockState;
use office::names::Directory;
use std::sync::Arc;

/// The frame of a page; the layout and the parts read it.
pub struct Page {
    /// `bg` or `en`.
    pub lang: &'static str,
    /// Everything here is invented.
    pub demo: bool,
    /// Name of the reader, empty when signed out.
    pub user: String,
    /// Organisation and role.
    pub role_line: String,
    /// Against forged forms.
    pub csrf: String,
    /// Idempotency key, fresh each time.
    pub once: String,
    /// Main menu.
    pub nav: Vec<NavItem>,
    /// Day and time.
    pub now: String,
    /// What was just done.
    pub toast: Option<Toast>,
    /// Path of this page, without the query: where unlocking leads back to.
    pub path: String,
    /// This page in the other language.
    pub switch_href: String,
    /// Notices about the own account that were not seen yet.
    pub notices: usize,
    /// What the script is told about the browser's key.
    pub proof: crate::doors::bound::Said,
    /// A way of signing in is still missing.
    pub unfinished: bool,
    /// The page that the quick exit leads to.
    pub exit_href: &'static str,
    /// There is a session that leaving ends.
    pub leaves: bool,
    /// Seconds until the screen locks, 0 is never.
    pub lock_after: u32,
    /// Single keys are on.
    pub keys: bool,
    /// That nobody outside has signed the log lately; empty when somebody has, or nobody is signed in.
    pub unanchored: String,
    /// The clock of the server is wrong: nothing is saved.
    pub clock_wrong: bool,
    /// The day it is.
    pub today: Date,
    /// The reader's organisation.
    pub organisation: domain::Id,
    /// Names of partners and colleagues.
    pub names: Arc<Directory>,
    texts: &'static Texts,
}

/// Where a quick exit leads: a page that says nothing about whoever opened it.
#[must_use]
pub fn exit_href(lang: &str) -> &'static str {
    if lang == "en" { "https://www.bbc.com/weather" } else { "https://www.sinoptik.bg/" }
}

/// Rooms of the main menu and who has them.
fn rooms(actor: &Actor) -> Vec<(&'static str, &'static str)> {
    let general =
        |action, kind| decide(actor, action, Resource { kind, relations: &[Relation::General] }).allow;
    let cases = [
        domain::policy::CaseList::Mine,
        domain::policy::CaseList::Organisation,
        domain::policy::CaseList::National,
    ]
    .into_iter()
    .any(|list| domain::policy::scope(actor, list).is_some());
    let mut rooms = vec![("home", "/")];
    if cases {
        rooms.push(("cases", "/cases"));
    }
    if general(Action::List, RecordKind::Signal) {
        rooms.push(("signals", "/signals"));
    }
    if cases && actor.role != Role::Prosecutor {
        rooms.push(("returns", "/returns"));
    }
    if general(Action::List, RecordKind::Contact) {
        rooms.push(("hotline", "/hotline"));
    }
    if general(Action::List, RecordKind::Training) {
        rooms.push(("training", "/training"));
    }
    if general(Action::Figures, RecordKind::Case) {
        rooms.push(("programme", "/programme"));
    }
    rooms.push(("organisations", "/organisations"));
    rooms
}

fn unanchored(visit: &Visit<'_>, texts: &Texts) -> String {
    match office::audit::anchored(&visit.web.office, visit.ctx.now) {
        Ok(Anchored::At(_)) => String::new(),
        Ok(Anchored::Old(_)) => texts.t("log-unanchored-old"),
        // What cannot be asked is not known to be signed.
        Ok(Anchored::Never) | Err(_) => texts.t("log-unanchored"),
    }
}

impl Page {
    /// The frame of a page in a room; `room` is the code of the current one.
    #[must_use]
    pub fn new(visit: &Visit<'_>, room: &str) -> Page {
        let texts = texts(visit.ctx.lang);
        let signed_in = visit.signed_in.as_ref();
        let nav = signed_in.map_or_else(Vec::new, |s| {
            rooms(&s.actor)
                .into_iter()
                .map(|(key, href)| NavItem {
                    label: texts.t(&format!("room-{key}")),
                    href,
                    count: 0,
                    current: key == room,
                })
                .collect()
        });
        let other = if visit.ctx.lang == "en" { "bg" } else { "en" };
        let now = jiff::Timestamp::from_microsecond(visit.ctx.now)
            .unwrap_or_default()
            .to_zoned_datetime(format::zone().clone());
        let toast = visit.query("saved").and_then(|code| {
            let text = texts.maybe(&format!("kind-{code}.saved"));
            let text = if text.is_empty() { texts.maybe(&format!("saved-{code}")) } else { text };
            (!text.is_empty()).then(|| Toast { text, undo_href: String::new() })
        });
        Page {
            lang: texts.lang(),
            demo: visit.web.office.demo,
            user: signed_in.map(|s| s.name.clone()).unwrap_or_default(),
            role_line: signed_in.map_or_else(String::new, |s| {
                format!("{} · {}", s.organisation, texts.t(&format!("role-{}", s.actor.role.code())))
            }),
            csrf: visit.csrf.clone(),
            once: visit.ctx.id().to_string(),
            nav,
            now: format!(
                "{}, {}",
                texts.ta("date-full", &[("date", &format::date_field(now.date()))]),
                format::clock(texts, now.hour(), now.minute())
            ),
            toast,
            path: visit.path.clone(),
            switch_href: format!("/language/{other}?back={}", visit.path),
            notices: signed_in.map_or(0, |s| usize::try_from(s.notices).unwrap_or(0)),
            proof: crate::doors::bound::Said::of(visit),
            unfinished: signed_in.is_some_and(|s| s.passkeys == 0),
            exit_href: exit_href(texts.lang()),
            leaves: visit.token.is_some(),
            lock_after: signed_in.map_or(0, |s| u32::try_from(s.lock_after).unwrap_or(0)),
            keys: true,
            unanchored: signed_in.map_or_else(String::new, |_| unanchored(visit, texts)),
            clock_wrong: signed_in.is_some() && visit.web.office.clock_state() != ClockState::Right,
            today: visit.ctx.today,
            organisation: visit.ctx.actor.organisation.0,
            names: visit.names.clone(),
            texts,
        }
    }

    /// What stands in the place of something that its reader does not see: sealed to him, or only locked for
    /// this session.
    #[must_use]
    pub fn unseen(&self, record: &domain::Record, compartment: domain::Compartment) -> String {
        self.t(if record.locked.has(compartment) { "locked-here" } else { "sealed-here" })
    }

    /// What a mask of locked compartments is about, in words.
    #[must_use]
    pub fn locked_words(&self, locked: domain::Mask) -> String {
        use domain::Compartment::{C2, C3, C4, C5};
        let words = [
            (C2, "roots-class-work"),
            (C3, "roots-class-identity"),
            (C4, "roots-class-sealed"),
            (C5, "roots-class-privileged"),
        ];
        let words: Vec<String> =
            words.into_iter().filter(|(c, _)| locked.has(*c)).map(|(_, key)| self.t(key)).collect();
        words.join(", ")
    }

    /// The language's texts.
    #[must_use]
    pub fn texts(&self) -> &'static Texts {
        self.texts
    }

    /// A text.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.texts.t(key)
    }

    /// A text with a number.
    #[must_use]
    pub fn tn(&self, key: &str, n: usize) -> String {
        self.texts.tn(key, n)
    }

    /// A text with values.
    #[must_use]
    pub fn ta(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.texts.ta(key, args)
    }

    /// Is somebody of the reader's own organisation?
    #[must_use]
    pub fn colleague(&self, user: &office::names::Named) -> bool {
        user.organisation == self.organisation
    }

    /// A way back: keys of texts and addresses.
    #[must_use]
    pub fn way(&self, steps: &[(&str, &str)]) -> Vec<Link> {
        steps.iter().map(|(key, href)| Link { label: self.t(key), href: (*href).to_owned() }).collect()
    }

    /// A day: `16 март`.
    #[must_use]
    pub fn day(&self, date: Option<Date>) -> String {
        date.map_or_else(|| "–".to_owned(), |d| format::day(self.texts, d, self.today))
    }
}
