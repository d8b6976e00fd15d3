//! What was taken out of the house as a file: by whom, what for, how many.

use crate::RecordKind;
use crate::codes::{EXPORT_PURPOSE, EXPORT_STATE};
use crate::field::{Field, Kind, Spec};

/// A file of the case data standard. `on_date` is the day it was asked for; `first_day` and `last_day` bound
/// the day on which its cases were opened. The counts are written by the steps.
pub static EXPORT: Spec = Spec {
    kind: RecordKind::Export,
    states: EXPORT_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date),
        Field::c1("purpose", Kind::Code(&EXPORT_PURPOSE)).required(),
        Field::c2("note", Kind::Text(500)).required(),
        Field::c1("first_day", Kind::Date),
        Field::c1("last_day", Kind::Date),
        Field::c0("state", Kind::Code(&EXPORT_STATE)),
        Field::c1("rows", Kind::Number(0, 1_000_000)),
        Field::c1("left_out", Kind::Number(0, 1_000_000)),
        Field::c1("lost", Kind::Number(0, 100_000_000)),
    ],
};

/// Fields that the form asks.
pub const ON_FORM: [&str; 4] = ["purpose", "note", "first_day", "last_day"];

/// So many cases are taken out at once at most: they are held in memory, never on a disk. A choice of the
/// program; more are taken out period by period.
pub const MOST: usize = 1_000;
