//! Consents: scope, purpose, recipients, expiry, withdrawal.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::policy::{FOREVER, Groups, Purpose};
use crate::{Id, Record, RecordKind};
use jiff::civil::Date;

/// A consent. `due_on` is the day it ends.
pub static CONSENT: Spec = Spec {
    kind: RecordKind::Consent,
    states: CONSENT_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("given_how", Kind::Code(&CONSENT_KIND)).required(),
        Field::c1("scope", Kind::Codes(&CONSENT_SCOPE)).required(),
        Field::c1("purpose", Kind::Codes(&CONSENT_PURPOSE)).required(),
        Field::c1("recipients", Kind::Organisations),
        Field::c0("due_on", Kind::Date),
        Field::c1("spoken", Kind::Code(&LANGUAGE)),
        Field::c1("interpreter", Kind::Tick),
        Field::c2("own_words", Kind::Long(20_000)),
        Field::c2("child_view", Kind::Long(20_000)),
        Field::c0("state", Kind::Code(&CONSENT_STATE)),
        Field::c1("withdrawn_on", Kind::Date),
        Field::c2("withdrawal_note", Kind::Long(20_000)),
    ],
};

/// Fields that only the withdrawal sets.
pub const NOT_ON_FORM: [&str; 3] = ["state", "withdrawn_on", "withdrawal_note"];

/// Is the consent in force on that day? Valid on its last day, not after; a withdrawal ends it at once.
#[must_use]
pub fn in_force(consent: &Record, day: Date) -> bool {
    consent.head.state != "withdrawn"
        && consent.head.on_date.is_some_and(|from| from <= day)
        && consent.head.due_on.is_none_or(|until| day <= until)
}

/// The moment at which the consent is over, microseconds since 1970: the midnight after its last day, where
/// the programme works; [`FOREVER`] when it has none.
#[must_use]
pub fn ends_at(consent: &Record) -> i64 {
    consent.head.due_on.map_or(FOREVER, crate::civil::end_of_day)
}

/// Does the consent name this organisation among those that may receive?
#[must_use]
pub fn names(consent: &Record, organisation: Id) -> bool {
    consent.values.codes("recipients").any(|r| r.parse() == Ok(organisation))
}

/// Which field groups it lets go.
#[must_use]
pub fn groups(consent: &Record) -> Groups {
    Groups::of(consent.values.codes("scope"))
}

/// What it lets them go for.
pub fn purposes(consent: &Record) -> impl Iterator<Item = Purpose> {
    consent.values.codes("purpose").filter_map(Purpose::from_code)
}
