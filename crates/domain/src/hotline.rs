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
    "can_talk",
    "danger_now",
    "locked_in",
    "place_known",
    "injured",
    "suicidal",
    "has_child",
    "family_threatened",
    "documents_taken",
    "travel_soon",
];

/// How urgent a contact is (a proposal of this product, not a published rule): danger, injury or
/// thoughts of suicide now; locked in, threats, taken documents, a child or travel within 72 hours
/// today; possible trafficking within a week; else later.
#[must_use]
pub fn triage(values: &Values) -> &'static str {
    let yes = |name: &str| values.get(name) == Some("yes");
    if yes("danger_now") || yes("injured") || yes("suicidal") {
        "now"
    } else if ["locked_in", "family_threatened", "documents_taken", "travel_soon", "has_child"]
        .iter()
        .any(|q| yes(q))
    {
        "today"
    } else if matches!(values.get("topic"), Some("possible_trafficking" | "missing" | "child")) {
        "week"
    } else {
        "later"
    }
}

/// Does the contact say anything? What the form fills in by itself does not count, so that a stray
/// key does not become a call.
#[must_use]
pub fn says_something(values: &Values) -> bool {
    const FILLED_IN: [&str; 5] = ["on_date", "channel", "confidentiality", "state", "due_on"];
    values.0.keys().any(|name| !FILLED_IN.contains(&name.as_str()))
}

/// The state after somebody changed the contact: what became a signal stays one, and only the
/// conversion makes one.
#[must_use]
pub fn state_after_edit<'a>(before: &'a str, asked: &'a str) -> &'a str {
    if before == "converted" || asked == "converted" { before } else { asked }
}

/// The person a converted contact is about: who calls for herself is meant herself, with what is
/// known of her; of anybody else nothing is known yet.
#[must_use]
pub fn concerned(contact: &Values) -> Values {
    let own = |name: &str| contact.get(name).filter(|_| contact.get("caller") == Some("self"));
    let mut person = Values::default().with("role", "victim").with("sex", own("sex").unwrap_or("unknown"));
    let child = (contact.get("topic") == Some("child")).then_some("child");
    if let Some(age) = own("age_band").or(child) {
        person.set("age_band", age);
    }
    person
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_follows_the_worst_answer() {
        let with =
            |pairs: &[(&str, &str)]| triage(&pairs.iter().fold(Values::default(), |v, (k, x)| v.with(k, *x)));
        assert_eq!(with(&[]), "later");
        assert_eq!(with(&[("topic", "possible_trafficking")]), "week");
        assert_eq!(with(&[("travel_soon", "yes"), ("danger_now", "no")]), "today");
        assert_eq!(with(&[("travel_soon", "yes"), ("danger_now", "yes")]), "now");
        assert_eq!(with(&[("danger_now", "unknown")]), "later");
    }

    #[test]
    fn a_stray_key_is_no_call() {
        let filled = Values::default().with("on_date", "2017-03-16").with("confidentiality", "anonymous");
        assert!(!says_something(&filled));
        assert!(says_something(&filled.clone().with("no_content", "silence")));
        assert!(says_something(&filled.with("topic", "information")));
    }

    #[test]
    fn the_friend_is_meant_and_the_caller_stays_unknown() {
        let call = Values::default().with("sex", "female").with("age_band", "18-24");
        let friend = concerned(&call.clone().with("caller", "friend"));
        assert_eq!(
            (friend.get("role"), friend.get("sex"), friend.get("age_band")),
            (Some("victim"), Some("unknown"), None)
        );
        let own = concerned(&call.with("caller", "self"));
        assert_eq!((own.get("sex"), own.get("age_band")), (Some("female"), Some("18-24")));
    }

    #[test]
    fn only_the_conversion_makes_a_signal() {
        assert_eq!(state_after_edit("closed", "converted"), "closed");
        assert_eq!(state_after_edit("converted", "closed"), "converted");
        assert_eq!(state_after_edit("closed", "follow_up"), "follow_up");
    }
}
