//! Cases: one person in one episode of assistance, from opening to closure.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::{Record, RecordKind};

/// A case. Closing and reopening go through their own use cases, not through the form.
pub static CASE: Spec = Spec {
    kind: RecordKind::Case,
    states: CASE_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("track", Kind::Code(&TRACK)).required(),
        Field::c1("role", Kind::Code(&PERSON_ROLE)).required(),
        Field::c1("intake", Kind::Code(&INTAKE)).required(),
        Field::c1("risk", Kind::Code(&RISK)),
        Field::c1("asylum", Kind::Code(&ASYLUM)),
        Field::c1("special_protection", Kind::Tick),
        Field::c1("home_district", Kind::Code(&DISTRICT)),
        Field::c2("summary", Kind::Long(50_000)),
        Field::c0("assignee", Kind::User),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&CASE_STATE)),
        Field::c1("closure_reason", Kind::Code(&CLOSURE_REASON)),
        Field::c1("closed_on", Kind::Date),
        Field::c2("closure_note", Kind::Long(20_000)),
        Field::c1("referred_by", Kind::Organisation),
        Field::c2("standard_fields", Kind::Long(50_000)),
    ],
};

/// Fields of a case that only closing and importing set.
pub const NOT_ON_FORM: [&str; 5] =
    ["closure_reason", "closed_on", "closure_note", "referred_by", "standard_fields"];

/// Kinds of organisation through which a state acts, or word reaches it: its representation and, as the
/// reference says, the mission there. That the other authorities of the country are meant as well is our
/// reading, to be confirmed; it is the one that gives less away.
const OF_A_STATE: [&str; 10] = [
    "embassy",
    "iom_mission",
    "ncctb",
    "border_police",
    "organised_crime",
    "migration",
    "child_protection",
    "social_assistance",
    "refugees",
    "prosecution",
];

/// Does somebody seek asylum in this case, or has it?
#[must_use]
pub fn seeks_asylum(case: &Record) -> bool {
    matches!(case.get("asylum"), Some("claimed" | "granted"))
}

/// While somebody seeks asylum or has it, nothing goes to the representation, to a mission or to any other
/// authority of a country whose citizen she is (domain reference 2.4 and 2.6: no contact with the diplomatic
/// representation; unlocked only by a claim that is withdrawn or finished). All three are read in their codes.
#[must_use]
pub fn asylum_bars(case: &Record, person: &Record, receiver: &Record) -> bool {
    let official = receiver.get("kind").is_some_and(|kind| OF_A_STATE.contains(&kind));
    let country = receiver.get("country").unwrap_or_default();
    seeks_asylum(case) && official && person.values.codes("citizenship").any(|c| c == country)
}

/// A note.
pub static NOTE: Spec = Spec {
    kind: RecordKind::Note,
    states: &[],
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("contact_kind", Kind::Code(&CONTACT_KIND)).required(),
        Field::c2("text", Kind::Long(60_000)).required(),
        Field::c5("privileged", Kind::Long(60_000)),
    ],
};

/// How far a measure of the referral mechanism has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing yet.
    Empty,
    /// Something is there.
    Begun,
    /// Finished.
    Done,
}

/// The ten measures of the national referral mechanism in their three blocks.
pub const MEASURES: [&str; 10] = ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4"];

/// Where a case stands in each measure, read from its records; the order may be broken.
/// Measures whose rooms are not built yet (2.2, 3.3, 3.4) stay empty.
#[must_use]
pub fn measures(case: &Record, records: &[Record]) -> [Progress; 10] {
    let of = |kind| records.iter().filter(move |r| r.head.kind == kind);
    let any = |found: bool, done: bool| match (found, done) {
        (_, true) => Progress::Done,
        (true, false) => Progress::Begun,
        _ => Progress::Empty,
    };
    let identified = of(RecordKind::Identification).next().is_some();
    let risk = case.get("risk").is_some();
    let needs = of(RecordKind::Need).next().is_some();
    let consent = of(RecordKind::Consent).next().is_some();
    let delivered = |types: &[&str]| {
        of(RecordKind::Service)
            .any(|s| s.head.state == "delivered" && s.get("service_type").is_some_and(|t| types.contains(&t)))
    };
    let plan = of(RecordKind::Plan).next().is_some();
    let plan_done = of(RecordKind::Plan).any(|p| p.head.state == "closed");
    let moving = of(RecordKind::Return).next().is_some();
    let home = of(RecordKind::Return).any(|r| r.head.state == "arrived");
    [
        any(identified, identified),
        any(risk, risk),
        any(needs, of(RecordKind::Need).any(|n| n.head.state == "met")),
        any(consent, consent && case.get("referred_by").is_some()),
        any(false, delivered(&["safe_environment", "psychological", "medical", "humanitarian"])),
        Progress::Empty,
        any(plan, plan_done),
        any(moving, home),
        any(delivered(&["legal"]), false),
        Progress::Empty,
    ]
}
