//! Partner organisations and the people who work in them.

use crate::RecordKind;
use crate::codes::{ORGANISATION_KIND, ROLE, SERVICE_TYPE};
use crate::field::{Field, Kind, Spec};

/// A partner organisation.
pub static ORGANISATION: Spec = Spec {
    kind: RecordKind::Organisation,
    states: &[],
    fields: &[
        Field::c1("name", Kind::Text(200)).required(),
        Field::c1("code", Kind::Text(20)),
        Field::c1("kind", Kind::Code(&ORGANISATION_KIND)).required(),
        Field::c1("country", Kind::Country).required(),
        Field::c1("city", Kind::Text(100)),
        Field::c1("focal_point", Kind::Text(200)),
        Field::c1("phone", Kind::Phone),
        Field::c1("email", Kind::Text(200)),
        Field::c1("services", Kind::Codes(&SERVICE_TYPE)),
        Field::c0("due_on", Kind::Date),
    ],
};

/// A user. The password is no field: it is never stored, only its hash in the table of logins.
pub static USER: Spec = Spec {
    kind: RecordKind::User,
    states: ROLE.codes,
    fields: &[
        Field::c1("name", Kind::Text(200)).required(),
        Field::c1("login", Kind::Text(60)).required(),
        Field::c0("state", Kind::Code(&ROLE)).required(),
    ],
};

/// Which side of a training an organisation sits on: state, NGO, international.
#[must_use]
pub fn institution(kind: &str) -> &'static str {
    match kind {
        "iom" | "iom_mission" => "international",
        "ngo" | "shelter" => "ngo",
        "other" => "other",
        _ => "state",
    }
}
