//! Identification: dated events of several kinds that may stand beside one another,
//! never one boolean; and what happened, in codes.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::{Record, RecordKind};

/// An identification event. Informal identification opens access to help; formal status never gates it.
pub static IDENTIFICATION: Spec = Spec {
    kind: RecordKind::Identification,
    states: &[],
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("kind", Kind::Code(&IDENTIFICATION_KIND)).required(),
        Field::c1("outcome", Kind::Code(&IDENTIFICATION_OUTCOME)).required(),
        Field::c1("organisation", Kind::Organisation),
        Field::c1("country", Kind::Country).required(),
        Field::c2("basis", Kind::Long(20_000)),
    ],
};

/// What happened to the person, in codes near those of the case data standard.
pub static EXPLOITATION: Spec = Spec {
    kind: RecordKind::Exploitation,
    states: &[],
    fields: &[
        Field::c1("forms", Kind::Codes(&crate::codes::EXPLOITATION)).required(),
        Field::c1("countries", Kind::Countries),
        Field::c1("sector", Kind::Code(&SECTOR)),
        Field::c1("recruiter", Kind::Code(&RECRUITER)),
        Field::c1("recruitment", Kind::Codes(&RECRUITMENT)),
        Field::c1("means", Kind::Codes(&MEANS)),
        Field::c1("from_date", Kind::PartialDate),
        Field::c1("to_date", Kind::PartialDate),
        Field::c2("story", Kind::Long(60_000)),
    ],
};

/// The latest outcome among identification events, by day, then by time of writing.
#[must_use]
pub fn latest(events: &[&Record]) -> Option<(String, Option<String>)> {
    events
        .iter()
        .max_by_key(|e| (e.head.on_date, e.head.created_at))
        .and_then(|e| e.get("outcome").map(|o| (o.to_owned(), e.get("country").map(str::to_owned))))
}
