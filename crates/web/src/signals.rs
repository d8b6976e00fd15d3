//! Signals: the list, the page of a signal, its way to a person and a case.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::{CaseLine, Tag, case_lines, may};
use crate::format;
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Link};
use crate::records::{Fact, facts};
use crate::visit::{Visit, after_text};
use askama::Template;
use domain::policy::Action;
use domain::{Record, RecordKind, codes};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/signals", Action::List, index),
    get("/signals/{id}", Action::View, show),
    get("/signals/{id}/state", Action::Edit, back),
    post("/signals/{id}/state", Action::Edit, set_state),
];

/// Rows of a list.
const ROWS: i64 = 25;

#[derive(Template)]
#[template(path = "signals.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    may_write: bool,
    first: String,
    next: String,
}

struct Row {
    href: String,
    title: String,
    day: String,
    place: String,
    urgency: Tag,
    state: Tag,
    intake: String,
    who: String,
}

fn state_tag(page: &Page, signal: &Record) -> Tag {
    let (kind, icon) = match signal.head.state.as_str() {
        "new" => ("new", ""),
        "in_work" => ("blue", ""),
        "confirmed" => ("green", "check"),
        _ => ("grey", ""),
    };
    Tag::new(kind, page.t(&format!("signal-state-{}", signal.head.state)), icon)
}

/// How urgent, as long as somebody has to act on it.
fn urgency_tag(page: &Page, signal: &Record) -> Tag {
    let code = signal.get("urgency").unwrap_or("later");
    let open = matches!(signal.head.state.as_str(), "new" | "in_work");
    let (kind, icon) = match code {
        "now" if open => ("red", "warning"),
        "today" if open => ("amber", "clock"),
        _ => ("grey", ""),
    };
    Tag::new(kind, page.t(&format!("urgency-{code}")), icon)
}

/// What a signal is about in a few coded words: no text that anybody wrote.
fn title(page: &Page, signal: &Record) -> String {
    let forms: Vec<String> =
        signal.values.codes("exploitation").map(|c| page.t(&format!("exploitation-{c}"))).collect();
    if forms.is_empty() { page.t("kind-signal") } else { forms.join(", ") }
}

fn index(visit: &Visit<'_>) -> Answer {
    let found =
        office::records::list(&visit.web.office, &visit.ctx, RecordKind::Signal, visit.after(), ROWS)?;
    let page = Page::new(visit, "signals");
    let rows = found
        .rows
        .iter()
        .map(|signal| Row {
            href: format!("/signals/{}", signal.head.id),
            title: title(&page, signal),
            day: page.day(signal.head.on_date),
            place: signal.get("country").map(|c| page.t(&format!("country-{c}"))).unwrap_or_default(),
            urgency: urgency_tag(&page, signal),
            state: state_tag(&page, signal),
            intake: signal.get("intake").map(|c| page.t(&format!("intake-{c}"))).unwrap_or_default(),
            who: signal.head.assignee.map(|a| page.names.name(a).to_owned()).unwrap_or_default(),
        })
        .collect();
    render(&ListPage {
        rows,
        may_write: may(visit, Action::Create, RecordKind::Signal),
        first: if visit.after().is_some() { "/signals".to_owned() } else { String::new() },
        next: found.next.map(|at| format!("/signals?after={}", after_text(at))).unwrap_or_default(),
        page,
    })
}

#[derive(Template)]
#[template(path = "signal.html")]
struct SignalPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    lead: String,
    state: Tag,
    urgency: Tag,
    facts: Vec<Fact>,
    persons: Vec<PersonRow>,
    cases: Vec<CaseLine>,
    origin_href: String,
    person_href: String,
    edit_href: String,
    history_href: String,
    state_action: String,
    states: Vec<Choice>,
}

/// Somebody the signal is about.
struct PersonRow {
    title: String,
    facts: Vec<Fact>,
    open_href: String,
    person_href: String,
    edit_href: String,
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = office::signals::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "signals");
    let signal = &found.signal;
    let id = signal.head.id;
    let persons = found
        .persons
        .iter()
        .map(|person| {
            let noted = person.head.id;
            // Somebody who is written down already, and whom the reader may open.
            let known = person.head.person_id.filter(|id| found.known.contains(id));
            let elsewhere = person.head.person_id.is_some() && known.is_none();
            let open = if !found.may_open_case || elsewhere {
                String::new()
            } else if let Some(known) = known {
                format!("/people/{known}/case?signal={id}&noted={noted}")
            } else {
                format!("/people/new?signal={id}&noted={noted}")
            };
            PersonRow {
                title: page.t(&format!("person-role-{}", person.get("role").unwrap_or("victim"))),
                facts: facts(&page, person, &[])
                    .into_iter()
                    .filter(|f| f.label != page.t("signal-person-role"))
                    .collect(),
                open_href: open,
                person_href: known.map(|k| format!("/people/{k}")).unwrap_or_default(),
                edit_href: if found.may_edit { format!("/records/{noted}/edit") } else { String::new() },
            }
        })
        .collect();
    let by = page.names.name(signal.head.created_by).to_owned();
    let at = format::moment(page.texts(), signal.head.created_at, page.today);
    let states = if found.may_edit {
        let others = codes::SIGNAL_STATE.codes.iter().filter(|s| **s != signal.head.state && **s != "new");
        others
            .map(|code| Choice {
                code: (*code).to_owned(),
                label: page.t(&format!("signals-set-{code}")),
                ..Choice::default()
            })
            .collect()
    } else {
        Vec::new()
    };
    render(&SignalPage {
        trail: vec![Link { label: page.t("room-signals"), href: "/signals".to_owned() }],
        title: page.ta("signals-title", &[("day", &page.day(signal.head.on_date))]),
        lead: page.ta("written-by", &[("who", &by), ("when", &at)]),
        state: state_tag(&page, signal),
        urgency: urgency_tag(&page, signal),
        facts: facts(&page, signal, &[]),
        persons,
        cases: case_lines(visit, &page, &found.cases, &found.open),
        origin_href: found.origin.map(|o| format!("/records/{o}")).unwrap_or_default(),
        person_href: if found.may_edit { format!("/records/{id}/add/signal-person") } else { String::new() },
        edit_href: if found.may_edit { format!("/records/{id}/edit") } else { String::new() },
        history_href: format!("/records/{id}/history"),
        state_action: format!("/signals/{id}/state"),
        states,
        page,
    })
}

fn back(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/signals/{}", visit.id("id")?)))
}

fn set_state(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    office::signals::set_state(&visit.web.office, &visit.ctx, id, visit.sent("state"))?;
    saved(&format!("/signals/{id}"), "signal-state")
}
