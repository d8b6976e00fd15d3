//! Keys of the organisation: is its data locked, who holds the keys, who waits to be admitted.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::format;
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use office::roots::{Member, Status};
use vault::Class;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/keys", Action::View, show),
    post("/keys/lock", Action::Grant, lock),
    post("/keys/go-on", Action::Grant, go_on),
    post("/keys/turn", Action::Grant, turn),
    post("/keys/admit/{id}", Action::Grant, admit),
];

/// One of the organisation's people.
struct Row {
    name: String,
    role: String,
    /// What her state is, in words: holds the keys, waits, has none yet.
    kind: &'static str,
    icon: &'static str,
    state: String,
    /// What it opens, or what to do.
    note: String,
    fingerprint: String,
    /// Where she is admitted; empty when there is nothing to do.
    admit: String,
}

#[derive(Template)]
#[template(path = "roots.html")]
struct KeysPage {
    page: Page,
    organisation: String,
    locked: bool,
    /// Sentence about the state, and what follows from it.
    alert_kind: &'static str,
    alert_title: String,
    alert_body: String,
    /// What this session has at hand, in words.
    at_hand: String,
    rows: Vec<Row>,
    may_lock: bool,
    why_not: String,
    keyless: String,
    epoch: String,
    due: String,
    /// How far the conversion has come; empty when none is running or due.
    progress: String,
    running: bool,
    unfinished: bool,
}

fn opens(page: &Page, classes: &[Class]) -> String {
    let words: Vec<String> = classes
        .iter()
        .map(|class| match class {
            Class::Work => page.t("roots-class-work"),
            Class::Identity => page.t("roots-class-identity"),
            Class::Privileged => page.t("roots-class-privileged"),
            Class::Search => page.t("roots-class-search"),
        })
        .collect();
    words.join(", ")
}

fn row(page: &Page, status: &Status, member: &Member, own: domain::Id) -> Row {
    let complete = member.wanted.iter().all(|class| member.holds.contains(class));
    let waits = status.locked && member.enrolled && !complete;
    let (kind, icon, key) = match (member.enrolled, status.locked, complete) {
        (false, ..) => ("grey", "", "roots-none-yet"),
        (true, false, _) => ("blue", "", "roots-ready"),
        (true, true, true) => ("violet", "lock", "roots-holds"),
        (true, true, false) => ("amber", "clock", "roots-waits"),
    };
    let note = if complete && status.locked {
        let by = member.admitted_by.clone().unwrap_or_default();
        page.ta("roots-opens", &[("what", &opens(page, &member.holds)), ("by", &by)])
    } else if member.enrolled {
        page.ta("roots-will-open", &[("what", &opens(page, &member.wanted))])
    } else {
        page.t("roots-none-yet.hint")
    };
    // Names come a day after they were lost; the line says from when, so that nobody tries in vain.
    let note = match member.names_wait {
        Some(at) if status.locked => {
            let when = format::moment(page.texts(), at, page.today);
            format!("{note} {}", page.ta("roots-names-wait", &[("when", &when)]))
        }
        _ => note,
    };
    Row {
        name: member.name.clone(),
        role: page.t(&format!("role-{}", member.role.code())),
        kind,
        icon,
        state: page.t(key),
        note,
        fingerprint: if waits { member.fingerprint.clone().unwrap_or_default() } else { String::new() },
        admit: if waits && member.user != own && !status.at_hand.is_empty() {
            format!("/keys/admit/{}", member.user)
        } else {
            String::new()
        },
    }
}

fn show(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let status = office::roots::status(office, &visit.ctx)?;
    let page = Page::new(visit, "organisations");
    let enrolled = status.members.iter().filter(|m| m.enrolled).count();
    let has_identity = visit.ctx.keys.half(vault::Half::Identity).is_some();
    let why_not = match (status.locked, has_identity) {
        (false, false) => page.t("roots-lock-needs-passkey"),
        _ => String::new(),
    };
    let key = if status.locked { "roots-locked" } else { "roots-open" };
    let rows = status.members.iter().map(|m| row(&page, &status, m, visit.user())).collect();
    let progress = status.running.map(|keys| page.tn("roots-progress", keys)).unwrap_or_default();
    render(&KeysPage {
        organisation: visit.signed_in()?.organisation.clone(),
        locked: status.locked,
        alert_kind: if status.locked { "violet" } else { "amber" },
        alert_title: page.t(key),
        alert_body: page.t(&format!("{key}.body")),
        at_hand: if status.at_hand.is_empty() { String::new() } else { opens(&page, &status.at_hand) },
        rows,
        may_lock: !status.locked && has_identity && enrolled > 0,
        why_not,
        keyless: status.keyless.join(", "),
        epoch: if status.locked { status.epoch.to_string() } else { String::new() },
        due: status.due.map(|at| page.day(Some(format::day_of(at)))).unwrap_or_default(),
        running: status.running.is_some(),
        unfinished: status.unfinished,
        progress,
        page,
    })
}

fn lock(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::roots::lock(&visit.web.office, &visit.ctx) {
        Ok(()) => {
            // What was written before follows in the background, under the keys of this session.
            office::roots::begin(&visit.web.office, visit.ctx.clone())?;
            saved("/keys", "roots-locked")
        }
        Err(office::OfficeError::WrongState) => Ok(Reply::Redirect("/keys".to_owned())),
        Err(other) => Err(other.into()),
    }
}

fn go_on(visit: &Visit<'_>) -> Answer {
    office::roots::begin(&visit.web.office, visit.ctx.clone())?;
    Ok(Reply::Redirect("/keys".to_owned()))
}

fn turn(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    office::roots::turn(&visit.web.office, &visit.ctx)?;
    saved("/keys", "roots-turned")
}

fn admit(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    office::roots::admit(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    saved("/keys", "roots-admitted")
}
