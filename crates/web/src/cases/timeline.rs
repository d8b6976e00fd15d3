//! The story of a case: newest on top, the future above the line of today.

use crate::format;
use crate::page::Page;
use crate::parts::TimelineItem;
use crate::records::{state_word, title_of};
use domain::{Compartment, Date, Id, Record, RecordKind};
use office::cases::CasePageFull;

/// Letters of a text that the story shows.
const EXCERPT: usize = 240;

/// The story.
pub struct Timeline {
    /// Entries, newest first.
    pub items: Vec<TimelineItem>,
    /// Before which entry the line of today stands.
    pub today_at: usize,
    /// The line of today.
    pub today: String,
    /// How many older entries are left out.
    pub older: usize,
}

/// `28 Oct`, and the year when it is not this one.
#[must_use]
pub fn short_day(page: &Page, date: Date) -> (String, String) {
    let month = page.t(&format!("cases-month-{}", date.month()));
    let year = if date.year() == page.today.year() {
        String::new()
    } else {
        page.ta("cases-year", &[("year", &date.year().to_string())])
    };
    (page.ta("cases-short-day", &[("day", &date.day().to_string()), ("month", &month)]), year)
}

/// The kind in front of words that do not say it: `Consent: written`.
fn titled(page: &Page, record: &Record) -> String {
    let title = title_of(page, record);
    let kind = record.head.kind;
    if !matches!(kind, RecordKind::Consent | RecordKind::Return | RecordKind::Need) {
        return title;
    }
    let mut letters = title.chars();
    let small: String =
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
    format!("{}: {small}", page.t(&format!("kind-{}", kind.code())))
}

/// The beginning of a text in one line.
#[must_use]
pub fn excerpt(text: &str, max: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= max {
        return text;
    }
    let mut short: String = text.chars().take(max).collect();
    if let Some(at) = short.rfind(' ') {
        short.truncate(at);
    }
    format!("{short}…")
}

/// Does the record keep something from its reader that makes it what it is?
#[must_use]
pub fn sealed(record: &Record) -> bool {
    record.head.kind.spec().uses(Compartment::C2) && !record.mask.has(Compartment::C2)
}

fn icon(record: &Record) -> &'static str {
    match record.head.kind {
        RecordKind::Note => match record.get("contact_kind") {
            Some("phone") => "phone",
            Some("message") => "chat",
            Some("court") => "scales",
            Some("visit") => "home",
            _ => "pen",
        },
        RecordKind::Task => "check",
        RecordKind::Consent => "doc",
        RecordKind::Identification => "flag",
        RecordKind::Exploitation => "shield",
        RecordKind::Return => "plane",
        RecordKind::Plan => "calendar",
        RecordKind::Visit => "pin",
        RecordKind::Service => match record.get("service_type") {
            Some("legal") => "scales",
            Some("safe_environment") => "home",
            Some("witness_protection") => "shield",
            Some("vocational" | "employment") => "case",
            Some("social") => "people",
            _ => "heart",
        },
        RecordKind::LegalRequest => "scales",
        _ => "heart",
    }
}

/// What the story says of a record below its title.
fn told(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Note => &["text"],
        RecordKind::Task => &["kind"],
        RecordKind::Consent => &["scope", "own_words"],
        RecordKind::Identification => &["outcome", "country", "basis"],
        RecordKind::Exploitation => &["forms", "countries"],
        RecordKind::Return => &["from_country", "to_country"],
        RecordKind::Need => &["urgency", "description"],
        RecordKind::Service => &["cost", "description"],
        RecordKind::Plan => &["summary"],
        RecordKind::Visit => &["findings"],
        RecordKind::Hold => &["ground", "note"],
        RecordKind::LegalRequest => &["authority", "asked"],
        _ => &[],
    }
}

fn body(page: &Page, record: &Record) -> String {
    let spec = record.head.kind.spec();
    let value = |name: &&str| {
        let text = record.get(name)?;
        Some(format::value(page.texts(), &page.names, spec.field(name)?, text, page.today))
    };
    let parts: Vec<String> = told(record.head.kind).iter().filter_map(value).collect();
    let between = if record.head.kind == RecordKind::Return { " → " } else { " · " };
    excerpt(&parts.join(between), EXCERPT)
}

fn by(page: &Page, record: &Record) -> String {
    let partner =
        ["provider", "organisation"].iter().find_map(|n| record.get(n)).and_then(|id| id.parse::<Id>().ok());
    let wrote = page.names.name(record.head.created_by);
    match partner {
        Some(partner) => page.names.name(partner).to_owned(),
        None => wrote.to_owned(),
    }
}

/// The day an entry stands at.
fn day_of(record: &Record) -> Date {
    let head = &record.head;
    let due = if head.kind == RecordKind::Task { head.due_on } else { None };
    head.on_date.or(due).unwrap_or_else(|| format::day_of(head.created_at))
}

struct Entry {
    day: Date,
    at: i64,
    item: TimelineItem,
}

fn entry(page: &Page, record: &Record) -> Entry {
    let head = &record.head;
    let day = day_of(record);
    let late = domain::tasks::overdue(head, page.today);
    let mut item = TimelineItem {
        icon: icon(record),
        title: titled(page, record),
        body: body(page, record),
        link: page.t("cases-open-record"),
        href: match head.kind {
            RecordKind::LegalRequest => format!("/legal/{}", head.id),
            _ => format!("/records/{}", head.id),
        },
        by: by(page, record),
        ..TimelineItem::default()
    };
    let state = state_word(page, record);
    if sealed(record) {
        (item.kind, item.icon) = ("sealed", "lock");
        (item.tag_kind, item.tag_icon, item.tag) = ("violet", "lock", page.unseen(record, Compartment::C2));
    } else if late {
        item.kind = "warn";
        (item.tag_kind, item.tag_icon, item.tag) = ("amber", "clock", page.t("cases-task-late"));
    } else {
        // The state is said where it is not what one expects.
        let told = match (head.kind, head.state.as_str()) {
            (_, "cancelled" | "missed" | "withdrawn" | "dropped" | "planned") => "grey",
            (RecordKind::Return, _) => "blue",
            (RecordKind::Task, "done") => "green",
            _ => "",
        };
        if !told.is_empty() {
            (item.tag_kind, item.tag) = (told, state);
        }
        if told == "green" {
            item.tag_icon = "check";
        }
        item.kind = if day > page.today {
            "future"
        } else if head.kind == RecordKind::Identification {
            "turn"
        } else {
            ""
        };
    }
    Entry { day, at: head.created_at, item }
}

/// Opening, arrival, closing: what the case itself tells.
fn turns(page: &Page, found: &CasePageFull) -> Vec<Entry> {
    let case = &found.case;
    let turn = |icon, title: String, body: String, by: String| TimelineItem {
        kind: "turn",
        icon,
        title,
        body,
        by,
        ..TimelineItem::default()
    };
    let mut out = Vec::new();
    if let Some(day) = case.head.on_date {
        let how = case.get("intake").map(|i| page.t(&format!("intake-{i}"))).unwrap_or_default();
        let by = page.names.name(case.head.created_by).to_owned();
        out.push(Entry { day, at: i64::MIN, item: turn("case", page.t("cases-opened"), how, by) });
    }
    if let Some(day) = case.values.date("closed_on").filter(|_| case.head.state == "closed") {
        let why =
            case.get("closure_reason").map(|r| page.t(&format!("closure-reason-{r}"))).unwrap_or_default();
        out.push(Entry {
            day,
            at: i64::MAX,
            item: turn("check", page.t("cases-closed"), why, String::new()),
        });
    }
    for record in found.records.iter().filter(|r| r.head.kind == RecordKind::Return) {
        if let Some(day) = record.values.date("arrived_on") {
            let where_to =
                record.get("to_country").map(|c| page.t(&format!("country-{c}"))).unwrap_or_default();
            let mut item = turn("plane", page.t("return-state-arrived"), where_to, by(page, record));
            item.link = page.t("cases-open-record");
            item.href = format!("/records/{}", record.head.id);
            out.push(Entry { day, at: record.head.updated_at, item });
        }
    }
    out
}

/// The story of a case; `all` shows it to its beginning, otherwise `rows` of the past.
#[must_use]
pub fn timeline(page: &Page, found: &CasePageFull, all: bool, rows: usize) -> Timeline {
    // What hangs from another record is read there.
    let own = found.records.iter().filter(|r| r.head.kind.parent().is_none());
    let mut entries: Vec<Entry> = own.map(|r| entry(page, r)).chain(turns(page, found)).collect();
    entries.sort_by_key(|e| std::cmp::Reverse((e.day, e.at)));
    let today_at = entries.iter().take_while(|e| e.day > page.today).count();
    let keep = if all { entries.len() } else { today_at + rows };
    let older = entries.len().saturating_sub(keep);
    let items = entries
        .into_iter()
        .take(keep)
        .map(|e| {
            let (day, hour) = short_day(page, e.day);
            TimelineItem { day, hour, ..e.item }
        })
        .collect();
    let today = page.ta("cases-today", &[("day", &page.day(Some(page.today)))]);
    Timeline { items, today_at, today, older }
}
