//! Asking that what is written be erased, and what holds it back.

use crate::RecordKind;
use crate::codes::*;
use crate::field::{Field, Kind, Spec};

/// A legal hold on a case: while it is set nothing of the case is erased. `due_on` is the day to look at it again.
pub static HOLD: Spec = Spec {
    kind: RecordKind::Hold,
    states: HOLD_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("ground", Kind::Code(&HOLD_GROUND)).required(),
        Field::c2("note", Kind::Long(5_000)),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&HOLD_STATE)),
        Field::c1("lifted_on", Kind::Date),
        Field::c2("lift_note", Kind::Long(5_000)),
    ],
};

/// A request to erase a person's file. `due_on` is the day by which she must have an answer. It outlives the
/// file, with its codes alone.
pub static ERASURE: Spec = Spec {
    kind: RecordKind::Erasure,
    states: ERASURE_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("asked_by", Kind::Code(&ERASURE_BY)).required(),
        Field::c2("words", Kind::Long(20_000)),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&ERASURE_STATE)),
        Field::c1("decided_on", Kind::Date),
        Field::c1("grounds", Kind::Codes(&ERASURE_GROUND)),
        Field::c2("answer", Kind::Long(10_000)),
        Field::c1("erased", Kind::Number(0, 1_000_000)),
        Field::c1("by_hand", Kind::Number(0, 1_000)),
    ],
};
