//! Signals: first information, perhaps about several persons.

use crate::RecordKind;
use crate::codes::*;
use crate::field::{Field, Kind, Spec};

/// A piece of information. It is not a person.
pub static SIGNAL: Spec = Spec {
    kind: RecordKind::Signal,
    states: SIGNAL_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("intake", Kind::Code(&INTAKE)).required(),
        Field::c1("source", Kind::Organisation),
        Field::c1("urgency", Kind::Code(&URGENCY)).required(),
        Field::c1("country", Kind::Country),
        Field::c2("place", Kind::Text(200)),
        Field::c1("exploitation", Kind::Codes(&EXPLOITATION)),
        Field::c2("summary", Kind::Long(50_000)).required(),
        Field::c0("assignee", Kind::User),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&SIGNAL_STATE)),
    ],
};

/// Somebody a signal is about, perhaps without a name yet.
pub static SIGNAL_PERSON: Spec = Spec {
    kind: RecordKind::SignalPerson,
    states: &[],
    fields: &[
        Field::c1("role", Kind::Code(&PERSON_ROLE)).required(),
        Field::c1("sex", Kind::Code(&SEX)).required(),
        Field::c1("age_band", Kind::Code(&AGE_BAND)),
        Field::c1("citizenship", Kind::Countries),
        Field::c3("known_as", Kind::Text(200)),
        Field::c2("description", Kind::Long(20_000)),
    ],
};
