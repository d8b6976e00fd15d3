//! The reintegration plan, its goals, and the visits that follow it.

use crate::RecordKind;
use crate::codes::*;
use crate::field::{Field, Kind, Spec};

/// A plan. `due_on` is its next review.
pub static PLAN: Spec = Spec {
    kind: RecordKind::Plan,
    states: PLAN_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c2("wishes", Kind::Long(20_000)),
        Field::c2("summary", Kind::Long(50_000)).required(),
        Field::c1("signed_on", Kind::Date),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&PLAN_STATE)).required(),
    ],
};

/// A goal of a plan.
pub static GOAL: Spec = Spec {
    kind: RecordKind::Goal,
    states: GOAL_STATE.codes,
    fields: &[
        Field::c1("area", Kind::Code(&GOAL_AREA)).required(),
        Field::c2("text", Kind::Long(5_000)).required(),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&GOAL_STATE)).required(),
    ],
};

/// A monitoring visit. The five judgements are plain observations, no score.
pub static VISIT: Spec = Spec {
    kind: RecordKind::Visit,
    states: VISIT_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("kind", Kind::Code(&VISIT_KIND)).required(),
        Field::c1("safety", Kind::Code(&CONDITION)),
        Field::c1("housing", Kind::Code(&CONDITION)),
        Field::c1("income", Kind::Code(&CONDITION)),
        Field::c1("health", Kind::Code(&CONDITION)),
        Field::c1("family", Kind::Code(&CONDITION)),
        Field::c2("findings", Kind::Long(20_000)),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&VISIT_STATE)).required(),
    ],
};
