//! The hotline: the list of contacts, the page of one, and its way to a signal. The call form is in `call`.

mod call;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::format;
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Link, Pager};
use crate::records::Fact;
use crate::visit::Visit;
use askama::Template;
use domain::hotline::{QUESTIONS, triage};
use domain::policy::Action;
use domain::{Compartment, Id, Record, RecordKind, Values};
use office::OfficeError;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/hotline", Action::List, all),
    get("/hotline/new", Action::Create, call::form),
    post("/hotline/new", Action::Create, call::log),
    get("/hotline/{id}", Action::View, show),
    get("/hotline/{id}/convert", Action::Edit, back_to_contact),
    post("/hotline/{id}/convert", Action::Edit, convert),
];

const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "hotline.html")]
struct ListPage {
    page: Page,
    number: String,
    international: String,
    rows: Vec<Row>,
    pager: Pager,
    first: String,
}

struct Row {
    href: String,
    when: String,
    topic: String,
    empty: bool,
    level: Level,
    state: String,
    signal: String,
}

/// How urgent, as a tag and as a line.
#[derive(Default)]
pub(super) struct Level {
    kind: &'static str,
    icon: &'static str,
    word: String,
    why: String,
}

/// The level of what was said so far.
pub(super) fn level(page: &Page, values: &Values) -> Level {
    let code = triage(values);
    let (kind, icon) = match code {
        "now" => ("red", "warning"),
        "today" => ("amber", "clock"),
        "week" => ("blue", "calendar"),
        _ => ("grey", "check"),
    };
    Level {
        kind,
        icon,
        word: page.t(&format!("urgency-{code}")),
        why: page.t(&format!("hotline-level-{code}")),
    }
}

#[derive(Template)]
#[template(path = "contact.html")]
struct ContactPage {
    page: Page,
    lead: String,
    no_content: String,
    level: Level,
    flags: usize,
    sheets: Vec<Sheet>,
    note: Vec<String>,
    note_sealed: bool,
    say: Vec<String>,
    state: String,
    state_kind: &'static str,
    due: String,
    signals: Vec<Link>,
    may_convert: bool,
    may_edit: bool,
    id: String,
}

struct Sheet {
    id: &'static str,
    title: String,
    facts: Vec<Fact>,
}

/// Where the next page of the list begins: moment and id of the last row.
fn place(text: &str) -> Option<(i64, Id)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

fn all(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let after = visit.query("after").and_then(place);
    let found = office::records::list(office, &visit.ctx, RecordKind::Contact, after, ROWS)?;
    let converted: Vec<Id> =
        found.rows.iter().filter(|r| r.head.state == "converted").map(|r| r.head.id).collect();
    let signals = office::hotline::signals(office, &visit.ctx, &converted)?;
    let page = Page::new(visit, "hotline");
    let texts = page.texts();
    let rows = found
        .rows
        .iter()
        .map(|contact| {
            let no_content = contact.get("no_content").map(|c| page.t(&format!("no-content-{c}")));
            let topic = contact.get("topic").map(|t| page.t(&format!("topic-{t}")));
            // A contact written down later shows the day it was, one written at once the time as well.
            let same_day = contact.head.on_date == Some(format::day_of(contact.head.created_at));
            Row {
                href: format!("/hotline/{}", contact.head.id),
                when: if same_day {
                    format::moment(texts, contact.head.created_at, page.today)
                } else {
                    page.day(contact.head.on_date)
                },
                empty: no_content.is_some(),
                topic: no_content.or(topic).unwrap_or_else(|| page.t("hotline-no-topic")),
                level: level(&page, &contact.values),
                state: contact.head.state.clone(),
                signal: signals.get(&contact.head.id).map(|s| format!("/signals/{s}")).unwrap_or_default(),
            }
        })
        .collect();
    let pager = Pager {
        next: found.next.map(|(at, id)| format!("/hotline?after={at}.{id}")).unwrap_or_default(),
        next_text: page.t("hotline-older"),
        ..Pager::default()
    };
    let line = &office.programme.hotline;
    render(&ListPage {
        number: line.number.clone(),
        international: line.international.replace(' ', ""),
        rows,
        pager,
        first: if after.is_some() { "/hotline".to_owned() } else { String::new() },
        page,
    })
}

/// The lines of some fields of a contact; what is not said is left out, what is sealed says so.
fn lines(page: &Page, contact: &Record, names: &[&str]) -> Vec<Fact> {
    let spec = RecordKind::Contact.spec();
    let line = |name: &&str| {
        let field = spec.field(name)?;
        let label = page.t(&format!("contact-{name}"));
        if !contact.mask.has(field.compartment) {
            return Some(Fact {
                label,
                value: page.unseen(contact, field.compartment),
                sealed: true,
                changed: false,
            });
        }
        let value = format::value(page.texts(), &page.names, field, contact.get(name)?, page.today);
        Some(Fact { label, value, sealed: false, changed: false })
    };
    names.iter().filter_map(line).collect()
}

/// What to say, by topic: short sentences that can be read out.
pub(super) fn sayings(page: &Page, topic: &str) -> Vec<String> {
    (1..=4)
        .map(|n| page.texts().maybe(&format!("hotline-say-{topic}.s{n}")))
        .filter(|s| !s.is_empty())
        .collect()
}

const WHO: [&str; 8] =
    ["channel", "confidentiality", "caller", "topic", "age_band", "sex", "district", "spoken"];
const OFFER: [&str; 8] = [
    "offer_place",
    "offer_job",
    "offer_pay",
    "offer_source",
    "offer_leaving",
    "offer_agency",
    "red_flags",
    "checks",
];
const SAFE: [&str; 3] = ["call_back", "safe_phone", "safe_hours"];

fn show(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = office::records::view(&visit.web.office, &visit.ctx, id)?;
    let contact = &found.record;
    if contact.head.kind != RecordKind::Contact {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "hotline");
    let sheet =
        |id, key: &str, names: &[&str]| Sheet { id, title: page.t(key), facts: lines(&page, contact, names) };
    let mut sheets = vec![
        sheet("answers", "hotline-answers", &QUESTIONS),
        sheet("who", "hotline-part-2", &WHO),
        sheet("offer", "hotline-part-3", &OFFER),
        sheet("safe", "hotline-part-4", &SAFE),
    ];
    // An offer that nobody spoke of is no sheet, even where it would be sealed.
    let c2 = contact.mask.has(Compartment::C2);
    sheets.retain(|s| {
        s.facts.iter().any(|f| !f.sealed)
            || (s.id == "safe" && !s.facts.is_empty())
            || (s.id == "offer" && !c2)
    });
    let signals = found
        .children
        .iter()
        .filter(|c| c.head.kind == RecordKind::Signal)
        .map(|s| Link {
            label: page.ta("hotline-signal-of", &[("day", &page.day(s.head.on_date))]),
            href: format!("/signals/{}", s.head.id),
        })
        .collect();
    let state = &contact.head.state;
    let by = page.names.name(contact.head.created_by).to_owned();
    let at = format::moment(page.texts(), contact.head.created_at, page.today);
    render(&ContactPage {
        lead: page.ta("written-by", &[("who", &by), ("when", &at)]),
        no_content: contact.get("no_content").map(|c| page.t(&format!("no-content-{c}"))).unwrap_or_default(),
        level: level(&page, &contact.values),
        flags: contact.values.codes("red_flags").count(),
        sheets,
        note: contact.get("note").map(|n| n.lines().map(str::to_owned).collect()).unwrap_or_default(),
        note_sealed: !c2,
        say: contact.get("topic").map(|t| sayings(&page, t)).unwrap_or_default(),
        state: page.t(&format!("contact-state-{state}")),
        state_kind: match state.as_str() {
            "converted" => "blue",
            "follow_up" => "amber",
            _ => "grey",
        },
        due: contact.head.due_on.map(|d| page.day(Some(d))).unwrap_or_default(),
        may_convert: found.may_edit && state != "converted",
        may_edit: found.may_edit,
        signals,
        id: id.to_string(),
        page,
    })
}

/// Where a session ended in the middle comes back to: the button stands on the contact's page.
fn back_to_contact(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/hotline/{}", visit.id("id")?)))
}

fn convert(visit: &Visit<'_>) -> Answer {
    let signal = office::hotline::convert(&visit.web.office, &visit.ctx, visit.id("id")?, visit.once())?;
    saved(&format!("/signals/{signal}"), "contact-converted")
}
