//! A record in words: its lines, its title, its state, on screen and on paper.

use crate::format;
use crate::page::Page;
use domain::{Compartment, Record, RecordKind};

/// One line of a record's page.
pub struct Fact {
    /// Label.
    pub label: String,
    /// Value, perhaps of several lines.
    pub value: String,
    /// Sealed to this reader.
    pub sealed: bool,
    /// Changed in this version (history).
    pub changed: bool,
}

/// `Случай 417-0962`.
#[must_use]
pub fn case_title(page: &Page, case: &Record) -> String {
    page.ta("case-title", &[("number", case.head.number.as_deref().unwrap_or("–"))])
}

/// The lines of a record, as far as its reader may see.
#[must_use]
pub fn facts(page: &Page, record: &Record, changed: &[&str]) -> Vec<Fact> {
    facts_read_on(page, record, changed, page.today)
}

/// The same for what is printed: every day with its year.
#[must_use]
pub fn facts_on_paper(page: &Page, record: &Record) -> Vec<Fact> {
    facts_read_on(page, record, &[], format::ON_PAPER)
}

fn facts_read_on(page: &Page, record: &Record, changed: &[&str], today: domain::Date) -> Vec<Fact> {
    let spec = record.head.kind.spec();
    let texts = page.texts();
    let mut out = Vec::new();
    for field in spec.fields.iter().filter(|f| f.name != "standard_fields") {
        let label = page.t(&format!("{}-{}", spec.kind.code(), field.name));
        if !record.mask.has(field.compartment) && field.compartment != Compartment::C0 {
            out.push(Fact {
                label,
                value: page.unseen(record, field.compartment),
                sealed: true,
                changed: false,
            });
        } else if let Some(text) = record.get(field.name) {
            let value = format::value(texts, &page.names, field, text, today);
            out.push(Fact { label, value, sealed: false, changed: changed.contains(&field.name) });
        }
    }
    out
}

/// One line that says what a record is: its type, its area, its first words.
#[must_use]
pub fn title_of(page: &Page, record: &Record) -> String {
    let kind = record.head.kind;
    let code = |name: &str, list: &str| record.get(name).map(|c| page.t(&format!("{list}-{c}")));
    let found = match kind {
        RecordKind::Service | RecordKind::Need => code("service_type", "service-type"),
        RecordKind::Note => code("contact_kind", "contact-kind"),
        RecordKind::Identification => code("kind", "identification-kind"),
        RecordKind::Visit => code("kind", "visit-kind"),
        RecordKind::Goal => code("area", "goal-area"),
        RecordKind::Gate => code("gate", "gate"),
        RecordKind::Return => code("direction", "return-direction"),
        RecordKind::Consent => code("given_how", "consent-kind"),
        RecordKind::Training => record.get("title").map(str::to_owned),
        RecordKind::Task => record.get("text").map(str::to_owned),
        RecordKind::Organisation => record.get("name").map(str::to_owned),
        RecordKind::TrainingSession => record.get("topic").map(str::to_owned),
        _ => None,
    };
    found.unwrap_or_else(|| page.t(&format!("kind-{}", kind.code())))
}

/// The word of a record's state.
#[must_use]
pub fn state_word(page: &Page, record: &Record) -> String {
    let state = &record.head.state;
    let list = record.head.kind.spec().field("state").and_then(|f| match f.kind {
        domain::Kind::Code(list) => Some(list.name),
        _ => None,
    });
    match list {
        Some(list) if !state.is_empty() => page.t(&format!("{list}-{state}")),
        _ => String::new(),
    }
}
