//! Trainings: the list, and the page of one with its sessions and who attended.

use crate::answer::{Answer, page as render};
use crate::format;
use crate::frame::{Route, get};
use crate::page::Page;
use crate::parts::{Link, Pager};
use crate::records::{Fact, facts, state_word, trail};
use crate::visit::{Visit, after_text};
use askama::Template;
use domain::policy::{Action, Resource, decide};
use domain::{Compartment, Record, RecordKind, Relation};
use office::training;

/// Routes.
pub static ROUTES: &[Route] =
    &[get("/training", Action::List, list), get("/training/{id}", Action::View, show)];

/// Rows of a page of the list.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "training_list.html")]
struct ListPage {
    page: Page,
    may_add: bool,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    href: String,
    title: String,
    state: String,
    state_kind: &'static str,
    day: String,
    city: String,
    topics: String,
    participants: String,
}

#[derive(Template)]
#[template(path = "training.html")]
struct TrainingPage {
    page: Page,
    trail: Vec<Link>,
    id: String,
    edit_href: String,
    history_href: String,
    title: String,
    lead: String,
    state: String,
    state_kind: &'static str,
    may_edit: bool,
    facts: Vec<Fact>,
    sessions: Vec<Session>,
    people: Vec<Participant>,
    bars: Vec<Bar>,
    missing: Vec<String>,
}

struct Session {
    href: String,
    day: String,
    topic: String,
    hours: String,
    trainer: String,
    sealed: bool,
}

struct Participant {
    href: String,
    name: String,
    sealed: bool,
    institution: String,
    organisation: String,
    sessions: String,
    tests: String,
}

struct Bar {
    label: String,
    pct: usize,
    n: usize,
}

fn state_kind(record: &Record) -> &'static str {
    match record.head.state.as_str() {
        "held" => "green",
        "planned" => "blue",
        _ => "grey",
    }
}

/// `10 май`, or `10 май – 12 май` for several days.
fn days(page: &Page, record: &Record) -> String {
    let first = page.day(record.head.on_date);
    match record.head.due_on.filter(|last| Some(*last) != record.head.on_date) {
        Some(last) => format!("{first} – {}", page.day(Some(last))),
        None => first,
    }
}

/// A value as people read it; empty when it is absent or sealed.
fn text(page: &Page, record: &Record, name: &str) -> String {
    let field = record.head.kind.spec().field(name);
    field.zip(record.get(name)).map_or_else(String::new, |(field, value)| {
        format::value(page.texts(), &page.names, field, value, page.today)
    })
}

fn list(visit: &Visit<'_>) -> Answer {
    let training::TrainingList { rows: mut found, next } =
        training::list(&visit.web.office, &visit.ctx, visit.after(), ROWS)?;
    let page = Page::new(visit, "training");
    let general = Resource { kind: RecordKind::Training, relations: &[Relation::General] };
    let may_add = decide(&visit.ctx.actor, Action::Create, general).allow;
    found.sort_by_key(|row| std::cmp::Reverse((row.training.head.on_date, row.training.head.created_at)));
    let rows: Vec<Row> = found
        .iter()
        .map(|row| Row {
            href: format!("/training/{}", row.training.head.id),
            title: row.training.get("title").unwrap_or_default().to_owned(),
            state: state_word(&page, &row.training),
            state_kind: state_kind(&row.training),
            day: days(&page, &row.training),
            city: text(&page, &row.training, "city"),
            topics: text(&page, &row.training, "topics"),
            participants: row.participants.to_string(),
        })
        .collect();
    let pager = Pager {
        prev: visit.query("after").map_or_else(String::new, |_| "/training".to_owned()),
        next: next.map_or_else(String::new, |place| format!("/training?after={}", after_text(place))),
        text: page.tn("trainings-count", rows.len()),
        next_text: page.t("trainings-next"),
    };
    render(&ListPage { may_add, rows, pager, page })
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = training::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "training");
    let edit = |record: &Record| {
        if found.may_edit { format!("/records/{}/edit", record.head.id) } else { String::new() }
    };
    let opened = |record: &Record, name: &str| {
        record
            .head
            .kind
            .spec()
            .field(name)
            .is_some_and(|f| f.compartment == Compartment::C0 || record.mask.has(f.compartment))
    };
    let sessions = found
        .sessions
        .iter()
        .map(|s| Session {
            href: edit(s),
            day: page.day(s.head.on_date),
            topic: text(&page, s, "topic"),
            hours: text(&page, s, "hours"),
            trainer: text(&page, s, "trainer"),
            sealed: !opened(s, "trainer"),
        })
        .collect();
    let people: Vec<Participant> = found
        .attendance
        .iter()
        .map(|a| Participant {
            href: edit(a),
            name: text(&page, a, "name"),
            sealed: !opened(a, "name"),
            institution: text(&page, a, "institution"),
            organisation: text(&page, a, "organisation"),
            sessions: text(&page, a, "sessions"),
            tests: match (a.get("test_before"), a.get("test_after")) {
                (None, None) => String::new(),
                (before, after) => format!("{} → {}", before.unwrap_or("–"), after.unwrap_or("–")),
            },
        })
        .collect();
    let most = found.by_institution.iter().map(|(_, n)| *n).max().unwrap_or(0);
    let bars = found
        .by_institution
        .iter()
        .map(|(code, n)| Bar {
            label: page.t(&format!("institution-{code}")),
            pct: (n * 100).checked_div(most).unwrap_or(0),
            n: *n,
        })
        .collect();
    let record = &found.training;
    let mut lines = facts(&page, record, &[]);
    // The page's own head says these.
    let said = ["title", "state"].map(|name| page.t(&format!("training-{name}")));
    lines.retain(|fact| !said.contains(&fact.label));
    let cancelled = record.head.state == "cancelled";
    let missing = found
        .missing
        .iter()
        .map(|what| {
            page.t(&format!(
                "trainings-missing-{}",
                if cancelled && *what == "held" { "cancelled" } else { what }
            ))
        })
        .collect();
    let city = text(&page, record, "city");
    let lead =
        [days(&page, record), city].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
    render(&TrainingPage {
        trail: trail(&page, RecordKind::Training, None),
        edit_href: edit(record),
        history_href: format!("/records/{}/history", record.head.id),
        id: record.head.id.to_string(),
        title: record.get("title").unwrap_or_default().to_owned(),
        lead,
        state: state_word(&page, record),
        state_kind: state_kind(record),
        may_edit: found.may_edit,
        facts: lines,
        sessions,
        people,
        bars,
        missing,
        page,
    })
}
