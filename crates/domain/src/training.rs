//! Trainings: events, their sessions, and who attended.

use crate::RecordKind;
use crate::codes::*;
use crate::field::{Field, Kind, Spec};

/// A training event; several days are one event. `on_date` is its first day, `due_on` its last.
pub static TRAINING: Spec = Spec {
    kind: RecordKind::Training,
    states: TRAINING_STATE.codes,
    fields: &[
        Field::c1("title", Kind::Text(200)).required(),
        Field::c0("on_date", Kind::Date).required(),
        Field::c0("due_on", Kind::Date),
        Field::c1("city", Kind::Text(100)).required(),
        Field::c1("topics", Kind::Codes(&TRAINING_TOPIC)).required(),
        Field::c1("organiser", Kind::Organisation),
        Field::c2("agenda", Kind::Long(20_000)),
        Field::c0("state", Kind::Code(&TRAINING_STATE)).required(),
    ],
};

/// A session.
pub static SESSION: Spec = Spec {
    kind: RecordKind::TrainingSession,
    states: &[],
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("topic", Kind::Text(200)).required(),
        Field::c1("hours", Kind::Number(1, 12)),
        Field::c2("trainer", Kind::Text(200)),
    ],
};

/// Somebody who attended.
pub static ATTENDANCE: Spec = Spec {
    kind: RecordKind::Attendance,
    states: &[],
    fields: &[
        Field::c3("name", Kind::Text(200)).required(),
        Field::c1("institution", Kind::Code(&INSTITUTION)).required(),
        Field::c1("organisation", Kind::Text(200)),
        Field::c1("sex", Kind::Code(&SEX)),
        Field::c1("city", Kind::Text(100)),
        Field::c1("sessions", Kind::Number(0, 60)),
        Field::c1("test_before", Kind::Number(0, 100)),
        Field::c1("test_after", Kind::Number(0, 100)),
        Field::c3("email", Kind::Text(200)),
    ],
};
