//! Tasks: what is due, for whom, by when.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::{Head, RecordKind};
use jiff::civil::Date;

/// Something to be done.
pub static TASK: Spec = Spec {
    kind: RecordKind::Task,
    states: TASK_STATE.codes,
    fields: &[
        Field::c2("text", Kind::Text(300)).required(),
        Field::c1("kind", Kind::Code(&TASK_KIND)).required(),
        Field::c0("due_on", Kind::Date).required(),
        Field::c0("assignee", Kind::User),
        Field::c0("state", Kind::Code(&TASK_STATE)),
    ],
};

/// Open and past its day?
#[must_use]
pub fn overdue(head: &Head, today: Date) -> bool {
    head.state == "open" && head.due_on.is_some_and(|due| due < today)
}
