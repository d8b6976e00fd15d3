//! Needs and the services that answer them.

use crate::RecordKind;
use crate::codes::*;
use crate::field::{Field, Kind, Spec};

/// An assessed need.
pub static NEED: Spec = Spec {
    kind: RecordKind::Need,
    states: NEED_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("service_type", Kind::Code(&SERVICE_TYPE)).required(),
        Field::c1("urgency", Kind::Code(&URGENCY)).required(),
        Field::c2("description", Kind::Long(20_000)),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&NEED_STATE)),
    ],
};

/// A service. One-off help (food, a ticket) never counts as reintegration support.
pub static SERVICE: Spec = Spec {
    kind: RecordKind::Service,
    states: SERVICE_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("service_type", Kind::Code(&SERVICE_TYPE)).required(),
        Field::c1("provider", Kind::Organisation),
        Field::c1("one_off", Kind::Tick),
        Field::c1("need", Kind::Record(RecordKind::Need)),
        Field::c1("cost", Kind::Money),
        Field::c2("description", Kind::Long(20_000)),
        Field::c5("clinical", Kind::Long(20_000)),
        Field::c0("state", Kind::Code(&SERVICE_STATE)).required(),
    ],
};
