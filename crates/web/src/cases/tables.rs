//! One section of a case: its records of one kind as a table, from their description.

use super::Tag;
use super::timeline::{excerpt, short_day};
use crate::format;
use crate::page::Page;
use crate::records::title_of;
use domain::{Compartment, Kind, Record, RecordKind};
use office::cases::CasePageFull;
use std::collections::BTreeMap;

/// Letters of a long text that a cell shows.
const EXCERPT: usize = 180;

/// A section.
pub struct Table {
    /// Heading of the first column.
    pub first: String,
    /// The other headings: text, whether numbers stand below.
    pub heads: Vec<Head>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Sums and the like, below the table.
    pub foot: Vec<String>,
}

/// Heading of a column.
pub struct Head {
    /// Text.
    pub text: String,
    /// Numbers stand below.
    pub num: bool,
}

/// A record.
pub struct Row {
    /// What it is.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
pub struct Cell {
    /// Heading, for phones.
    pub label: String,
    /// Text.
    pub text: String,
    /// A tag instead of the text.
    pub tag: Option<Tag>,
    /// A number.
    pub num: bool,
}

enum Column {
    Field(&'static str),
    Validity,
    Goals,
    By,
}

use Column::{By, Field, Goals, Validity};

fn columns(kind: RecordKind) -> &'static [Column] {
    match kind {
        RecordKind::Note => &[Field("on_date"), Field("text"), By],
        RecordKind::Task => &[Field("due_on"), Field("kind"), Field("assignee"), Field("state")],
        RecordKind::Consent => {
            &[Field("on_date"), Validity, Field("due_on"), Field("scope"), Field("recipients")]
        }
        RecordKind::Identification => {
            &[Field("on_date"), Field("outcome"), Field("organisation"), Field("country"), By]
        }
        RecordKind::Exploitation => {
            &[Field("forms"), Field("countries"), Field("from_date"), Field("to_date"), By]
        }
        RecordKind::Return => {
            &[Field("on_date"), Field("from_country"), Field("to_country"), Field("will"), Field("state")]
        }
        RecordKind::Need => &[Field("on_date"), Field("urgency"), Field("due_on"), Field("state")],
        RecordKind::Service => &[Field("on_date"), Field("provider"), Field("state"), Field("cost")],
        RecordKind::Plan => &[Field("on_date"), Field("summary"), Goals, Field("due_on"), Field("state")],
        RecordKind::Visit => &[Field("on_date"), Field("findings"), Field("due_on"), Field("state")],
        _ => &[],
    }
}

fn label(page: &Page, kind: RecordKind, column: &Column) -> String {
    match column {
        Field(name) => page.t(&format!("{}-{name}", kind.code())),
        Validity => page.t("cases-validity"),
        Goals => page.t("kind-goal.plural"),
        By => page.t("cases-by"),
    }
}

/// How a consent stands today.
#[must_use]
pub fn validity(page: &Page, consent: &Record) -> Tag {
    if consent.head.state == "withdrawn" {
        return Tag::new("grey", page.t("consent-state-withdrawn"), "");
    }
    match consent.head.due_on {
        Some(until) if until < page.today => Tag::new("red", page.t("cases-consent-over"), "clock"),
        Some(until) if domain::civil::days_between(page.today, until) <= 14 => {
            Tag::new("amber", left(page, until), "clock")
        }
        _ if domain::consents::in_force(consent, page.today) => {
            Tag::new("green", page.t("cases-consent-valid"), "check")
        }
        _ => Tag::new("grey", page.t("cases-consent-later"), ""),
    }
}

/// What is left until a day: `9 days`, `today`, `overdue 2 days`.
#[must_use]
pub fn left(page: &Page, until: domain::Date) -> String {
    let days = domain::civil::days_between(page.today, until);
    let n = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
    match days {
        0 => page.t("today-word"),
        d if d < 0 => page.tn("cases-days-over", n),
        _ => page.tn("cases-days-left", n),
    }
}

fn state_kind(state: &str) -> (&'static str, &'static str) {
    match state {
        "done" | "delivered" | "met" | "arrived" | "signed" | "reached" | "given" => ("green", "check"),
        "missed" => ("amber", "warning"),
        "open" | "planned" | "departed" | "partly" => ("blue", ""),
        _ => ("grey", ""),
    }
}

fn cell(page: &Page, found: &CasePageFull, record: &Record, column: &Column) -> Cell {
    let kind = record.head.kind;
    let mut cell = Cell { label: label(page, kind, column), text: String::new(), tag: None, num: false };
    match column {
        Validity => cell.tag = Some(validity(page, record)),
        Goals => {
            let of_plan =
                |r: &&Record| r.head.kind == RecordKind::Goal && r.head.parent_id == Some(record.head.id);
            let all = found.records.iter().filter(of_plan).count();
            let reached = found.records.iter().filter(of_plan).filter(|g| g.head.state == "reached").count();
            cell.text = page.ta("cases-goals", &[("n", &all.to_string()), ("reached", &reached.to_string())]);
        }
        By => page.names.name(record.head.created_by).clone_into(&mut cell.text),
        Field(name) => {
            let Some(field) = kind.spec().field(name) else { return cell };
            if field.compartment != Compartment::C0 && !record.mask.has(field.compartment) {
                cell.tag = Some(Tag::new("violet", page.unseen(record, field.compartment), "lock"));
                return cell;
            }
            cell.num = field.kind == Kind::Money;
            let Some(text) = record.values.get(name) else { return cell };
            let value = match record.values.date(name).filter(|_| field.kind == Kind::Date) {
                Some(date) => {
                    let (day, year) = short_day(page, date);
                    format!("{day} {year}").trim_end().to_owned()
                }
                None => format::value(page.texts(), &page.names, field, text, page.today),
            };
            if domain::tasks::overdue(&record.head, page.today)
                && *name == "due_on"
                && kind == RecordKind::Task
            {
                cell.tag = Some(Tag::new("red", value, "clock"));
            } else if *name == "state" {
                let (colour, icon) = state_kind(text);
                cell.tag = Some(Tag::new(colour, value, icon));
            } else {
                cell.text =
                    if matches!(field.kind, Kind::Long(_)) { excerpt(&value, EXCERPT) } else { value };
            }
        }
    }
    cell
}

/// Sums of services by currency, delivered and planned apart. Nothing is converted.
fn totals(page: &Page, found: &CasePageFull) -> Vec<String> {
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for service in found.records.iter().filter(|r| r.head.kind == RecordKind::Service) {
        let Some((amount, currency)) = service.get("cost").and_then(|c| c.split_once(' ')) else { continue };
        let (whole, cents) = amount.split_once('.').unwrap_or((amount, "00"));
        let (Ok(whole), Ok(cents)) = (whole.parse::<i64>(), cents.parse::<i64>()) else { continue };
        if matches!(service.head.state.as_str(), "delivered" | "planned") {
            *sums.entry((service.head.state.as_str(), currency)).or_default() += whole * 100 + cents;
        }
    }
    let line = |state: &str| {
        let of_state = sums.iter().filter(|((s, _), _)| *s == state);
        let money: Vec<String> = of_state
            .map(|((_, currency), cents)| {
                format::money(page.texts(), &format!("{}.{:02} {currency}", cents / 100, cents % 100))
            })
            .collect();
        let key = format!("cases-total-{state}");
        (!money.is_empty()).then(|| page.ta(&key, &[("sum", &money.join(" + "))]))
    };
    ["delivered", "planned"].into_iter().filter_map(line).collect()
}

/// The records of one kind.
#[must_use]
pub fn table(page: &Page, found: &CasePageFull, kind: RecordKind) -> Table {
    let columns = columns(kind);
    let mut records: Vec<&Record> = found.records.iter().filter(|r| r.head.kind == kind).collect();
    if kind == RecordKind::Task {
        records.sort_by_key(|r| (r.head.state != "open", r.head.due_on));
    }
    let rows = records
        .into_iter()
        .map(|record| Row {
            title: title_of(page, record),
            href: format!("/records/{}", record.head.id),
            cells: columns.iter().map(|c| cell(page, found, record, c)).collect(),
        })
        .collect();
    let heads = columns
        .iter()
        .map(|c| Head { text: label(page, kind, c), num: matches!(c, Field("cost")) })
        .collect();
    let foot = if kind == RecordKind::Service { totals(page, found) } else { Vec::new() };
    Table { first: page.t(&format!("kind-{}", kind.code())), heads, rows, foot }
}
