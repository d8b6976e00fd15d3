//! The hotline: a call in sixty seconds, and how urgent it is.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::{RecordKind, Values};

/// A contact. Nothing in it may identify an anonymous caller: safe contact is C3 and asked last.
pub static CONTACT: Spec = Spec {
    kind: RecordKind::Contact,
    states: CONTACT_STATE.codes,
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("channel", Kind::Code(&CHANNEL)),
        Field::c1("no_content", Kind::Code(&NO_CONTENT)),
        Field::c1("can_talk", Kind::Code(&YES_NO)),
        Field::c1("danger_now", Kind::Code(&YES_NO)),
        Field::c1("locked_in", Kind::Code(&YES_NO)),
        Field::c1("place_known", Kind::Code(&YES_NO)),
        Field::c1("injured", Kind::Code(&YES_NO)),
        Field::c1("suicidal", Kind::Code(&YES_NO)),
        Field::c1("has_child", Kind::Code(&YES_NO)),
        Field::c1("family_threatened", Kind::Code(&YES_NO)),
        Field::c1("documents_taken", Kind::Code(&YES_NO)),
        Field::c1("travel_soon", Kind::Code(&YES_NO)),
        Field::c1("confidentiality", Kind::Code(&CONFIDENTIALITY)),
        Field::c1("caller", Kind::Code(&CALLER)),
        Field::c1("topic", Kind::Code(&TOPIC)),
        Field::c1("age_band", Kind::Code(&AGE_BAND)),
        Field::c1("sex", Kind::Code(&SEX)),
        Field::c1("district", Kind::Code(&DISTRICT)),
        Field::c1("spoken", Kind::Code(&LANGUAGE)),
        Field::c2("offer_place", Kind::Text(200)),
        Field::c2("offer_job", Kind::Text(200)),
        Field::c2("offer_pay", Kind::Text(100)),
        Field::c2("offer_source", Kind::Text(200)),
        Field::c2("offer_leaving", Kind::Text(100)),
        Field::c2("offer_agency", Kind::Text(200)),
        Field::c1("red_flags", Kind::Codes(&RED_FLAGS)),
        Field::c1("checks", Kind::Codes(&CHECKS)),
        Field::c1("call_back", Kind::Code(&CALL_BACK)),
        Field::c3("safe_phone", Kind::Phone),
        Field::c3("safe_hours", Kind::Text(100)),
        Field::c2("note", Kind::Long(50_000)),
        Field::c0("state", Kind::Code(&CONTACT_STATE)),
        Field::c0("due_on", Kind::Date),
    ],
};

/// The ten questions, in the order of their keys 1 to 0.
pub const QUESTIONS: [&str; 10] = [
    "can_talk", "danger_now", "locked_in", "place_known", "injured", "suicidal", "has_child", "family_threatened",
    "documents_taken", "travel_soon",
];

/// How urgent a contact is (a proposal of this product, not a published rule): danger, injury or
/// thoughts of suicide now; locked in, threats, taken documents, a child or travel within 72 hours
/// today; possible trafficking within a week; else later.
#[must_use]
pub fn triage(values: &Values) -> &'static str {
    let yes = |name: &str| values.get(name) == Some("yes");
    if yes("danger_now") || yes("injured") || yes("suicidal") {
        "now"
    } else if ["locked_in", "family_threatened", "documents_taken", "travel_soon", "has_child"].iter().any(|q| yes(q)) {
        "today"
    } else if matches!(values.get("topic"), Some("possible_trafficking" | "missing" | "child")) {
        "week"
    } else {
        "later"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_follows_the_worst_answer() {
        let with = |pairs: &[(&str, &str)]| {
            triage(&pairs.iter().fold(Values::default(), |v, (k, x)| v.with(k, *x)))
        };
        assert_eq!(with(&[]), "later");
        assert_eq!(with(&[("topic", "possible_trafficking")]), "week");
        assert_eq!(with(&[("travel_soon", "yes"), ("danger_now", "no")]), "today");
        assert_eq!(with(&[("travel_soon", "yes"), ("danger_now", "yes")]), "now");
        assert_eq!(with(&[("danger_now", "unknown")]), "later");
    }
}
