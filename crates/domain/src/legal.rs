//! Requests of authorities: who asks for what about one person, on which ground, who agreed to answer, and
//! what an answer may hold.
//!
//! A host or an administrator who is handed an order has no keys and can answer nothing; the organisation
//! that answers for the case can, and this is how: a request with a scope, two approvals, the least that was
//! approved, and the log (security design, section 2, attack 9). Which laws oblige to answer is not decided
//! here: the grounds are data, and marked as provisional until the programme's lawyer has confirmed them.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::policy::{FieldGroup, Groups, Purpose};
use crate::programme::Text;
use crate::{Compartment, Id, Mask, Record, RecordKind, Values};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A request of an authority about the person of one case. `on_date` is the day on the paper, `due_on` the day
/// by which an answer is expected. Everything from `granted` on is written by steps, never by a form.
pub static LEGAL_REQUEST: Spec = Spec {
    kind: RecordKind::LegalRequest,
    states: LEGAL_STATE.codes,
    fields: &[
        Field::c1("authority_kind", Kind::Code(&AUTHORITY_KIND)).required(),
        Field::c2("authority", Kind::Text(200)).required(),
        Field::c1("organisation", Kind::Organisation),
        Field::c2("reference", Kind::Text(100)).required(),
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("ground", Kind::Code(&REQUEST_GROUND)).required(),
        Field::c2("basis", Kind::Text(500)).required(),
        Field::c1("asked", Kind::Codes(&CONSENT_SCOPE)).required(),
        Field::c0("due_on", Kind::Date).required(),
        Field::c1("telling", Kind::Code(&REQUEST_TELLING)).required(),
        Field::c1("silent_until", Kind::Date),
        Field::c2("silence_basis", Kind::Text(500)),
        Field::c2("note", Kind::Long(10_000)),
        Field::c0("state", Kind::Code(&LEGAL_STATE)),
        Field::c1("granted", Kind::Codes(&CONSENT_SCOPE)),
        Field::c1("first_by", Kind::User),
        Field::c1("first_on", Kind::Date),
        Field::c1("second_by", Kind::User),
        Field::c1("decided_on", Kind::Date),
        Field::c1("refusal", Kind::Code(&REQUEST_REFUSAL)),
        Field::c2("refusal_note", Kind::Long(10_000)),
        Field::c1("told_on", Kind::Date),
        Field::c1("mark", Kind::Text(40)),
        // What was handed out, word for word, so that it can be shown later what it was.
        Field::c3("document", Kind::Long(4_000_000)),
    ],
};

/// Fields that the form of registering asks, in its order.
pub const ON_FORM: [&str; 13] = [
    "authority_kind",
    "authority",
    "organisation",
    "reference",
    "on_date",
    "ground",
    "basis",
    "asked",
    "due_on",
    "telling",
    "silent_until",
    "silence_basis",
    "note",
];

/// How an installation deals with requests: a part of the programme file. Without it: every ground that the
/// program knows, provisional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Nobody has confirmed the grounds and the number of days yet.
    #[serde(default = "yes")]
    pub provisional: bool,
    /// Who has to confirm them.
    #[serde(default)]
    pub confirm: Option<Text>,
    /// Codes of the grounds that are offered, from [`REQUEST_GROUND`].
    #[serde(default = "every_ground")]
    pub grounds: Vec<String>,
    /// For how many days the person may be left without word before somebody looks at it again. A choice of
    /// the programme, in no law.
    #[serde(default = "ninety")]
    pub silence_days: u16,
}

fn yes() -> bool {
    true
}

fn every_ground() -> Vec<String> {
    REQUEST_GROUND.codes.iter().map(|c| (*c).to_owned()).collect()
}

fn ninety() -> u16 {
    90
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { provisional: true, confirm: None, grounds: every_ground(), silence_days: ninety() }
    }
}

/// What an authority may be given at most: what the purpose of proceedings can need. Never
/// needs, never health (domain reference, 2.6: prosecution gets "no therapy notes").
#[must_use]
pub fn at_most() -> Groups {
    Purpose::Proceedings.groups()
}

/// The groups that the paper asks for; it may ask for more than it is given.
#[must_use]
pub fn asked(request: &Record) -> Groups {
    Groups::of(request.values.codes("asked"))
}

/// The groups that were approved so far.
#[must_use]
pub fn granted(request: &Record) -> Groups {
    Groups::of(request.values.codes("granted"))
}

/// What may still be approved: what was asked, what may be given at all and, after the first approval, what
/// the first one approved.
#[must_use]
pub fn open_groups(request: &Record, first: Option<Id>) -> Groups {
    let open = asked(request).intersection(at_most());
    if first.is_some() { open.intersection(granted(request)) } else { open }
}

/// Which approval somebody's would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// One of two: nothing is opened yet.
    First,
    /// The last: the answer is made.
    Last,
}

/// May `by` decide, and as which of the two? Nobody who wrote the request down, so that one person cannot
/// invent it and answer it with a single helper; nobody twice. `first` is who approved before and may still
/// decide today.
#[must_use]
pub fn approval(request: &Record, first: Option<Id>, by: Id) -> Option<Approval> {
    if request.head.state != "received" || request.head.created_by == by {
        return None;
    }
    match first {
        None => Some(Approval::First),
        Some(first) if first == by => None,
        Some(_) => Some(Approval::Last),
    }
}

/// Is the person not to be told (yet)?
#[must_use]
pub fn silent(request: &Record) -> bool {
    request.get("telling") == Some("forbidden") && request.get("told_on").is_none()
}

/// Is somebody to look again at whether she may be told?
#[must_use]
pub fn to_reconsider(request: &Record, today: Date) -> bool {
    silent(request) && request.values.date("silent_until").is_none_or(|until| until <= today)
}

/// Field by field, what a group hands out of which kind of record. What does not stand here is never in an
/// answer: remarks, special needs, the cells of imported files, consents, everything privileged (C5).
static GIVES: &[(FieldGroup, RecordKind, &[&str])] = &[
    (
        FieldGroup::Identity,
        RecordKind::Person,
        &[
            "given_name",
            "middle_name",
            "family_name",
            "other_names",
            "sex",
            "birth_date",
            "birth_place",
            "citizenship",
            "identifier_kind",
            "identifier",
            "document",
        ],
    ),
    (FieldGroup::Contact, RecordKind::Person, &["permanent_address", "current_address", "phone", "email"]),
    (FieldGroup::Story, RecordKind::Case, &["on_date", "role", "summary"]),
    (FieldGroup::Story, RecordKind::Note, &["on_date", "contact_kind", "text"]),
    (
        FieldGroup::Story,
        RecordKind::Identification,
        &["on_date", "kind", "outcome", "organisation", "country", "basis"],
    ),
    (
        FieldGroup::Story,
        RecordKind::Exploitation,
        &[
            "forms",
            "countries",
            "sector",
            "recruiter",
            "recruitment",
            "means",
            "from_date",
            "to_date",
            "story",
        ],
    ),
    (
        FieldGroup::Location,
        RecordKind::Return,
        &[
            "on_date",
            "from_country",
            "to_country",
            "from_place",
            "to_place",
            "departed_on",
            "arrived_on",
            "received_by",
        ],
    ),
    (
        FieldGroup::Location,
        RecordKind::Leg,
        &[
            "on_date",
            "mode",
            "from_place",
            "departs_at",
            "to_place",
            "arrives_at",
            "carrier",
            "escort",
            "meeting",
        ],
    ),
    (
        FieldGroup::Documents,
        RecordKind::Return,
        &["on_date", "direction", "from_country", "to_country", "voluntary_decision"],
    ),
    (FieldGroup::Documents, RecordKind::Gate, &["gate", "state", "done_on", "evidence"]),
];

/// The fields of a kind that some groups hand out, in the order of the kind.
#[must_use]
pub fn fields(groups: Groups, kind: RecordKind) -> Vec<&'static Field> {
    let named =
        |name: &str| GIVES.iter().any(|(g, k, names)| *k == kind && groups.has(*g) && names.contains(&name));
    kind.spec().fields.iter().filter(|f| named(f.name)).collect()
}

/// The compartments that have to be opened for them; nothing when the kind is no part of such an answer.
#[must_use]
pub fn mask(groups: Groups, kind: RecordKind) -> Mask {
    let opened = fields(groups, kind);
    if opened.is_empty() {
        return Mask::NONE;
    }
    opened.iter().fold(Mask::NONE.with(Compartment::C0), |mask, field| mask.with(field.compartment))
}

/// Of a record's values only those.
#[must_use]
pub fn part(groups: Groups, kind: RecordKind, values: &Values) -> Values {
    let mut out = Values::default();
    for field in fields(groups, kind) {
        if let Some(value) = values.get(field.name) {
            out.set(field.name, value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Head;

    #[test]
    fn an_answer_never_holds_more_than_a_share_for_proceedings_would() {
        for (group, kind, names) in GIVES {
            assert!(at_most().has(*group), "{group:?} is handed out and may not be");
            for name in *names {
                let field = kind.spec().field(name).unwrap_or_else(|| panic!("{kind:?} has no {name}"));
                assert!(field.compartment < Compartment::C4, "{kind:?}.{name}");
                // Contact lies beside the name: a share gives it with the identity alone, an answer by field.
                let share = Groups::NONE.with(*group).with(FieldGroup::Identity).mask(*kind);
                assert!(share.has(field.compartment), "{kind:?}.{name} is in no share of {group:?}");
            }
        }
        for kind in RecordKind::ALL {
            let all = mask(Groups::ALL, *kind);
            assert!(!all.has(Compartment::C4) && !all.has(Compartment::C5), "{kind:?}");
        }
        assert!(!at_most().has(FieldGroup::Health) && !at_most().has(FieldGroup::Needs));
        assert_eq!(mask(Groups::ALL, RecordKind::Consent), Mask::NONE);
        assert_eq!(mask(Groups::NONE, RecordKind::Person), Mask::NONE);
    }

    #[test]
    fn each_group_is_by_itself() {
        let person = Values::default()
            .with("given_name", "a")
            .with("phone", "b")
            .with("remarks", "c")
            .with("standard_fields", "d");
        let of = |groups| part(groups, RecordKind::Person, &person);
        let identity = Groups::NONE.with(FieldGroup::Identity);
        let contact = Groups::NONE.with(FieldGroup::Contact);
        assert!(of(identity) == Values::default().with("given_name", "a"));
        assert!(of(contact) == Values::default().with("phone", "b"));
        assert!(of(Groups::NONE.with(FieldGroup::Story)) == Values::default());
        assert!(
            !of(Groups::ALL).0.contains_key("remarks") && !of(Groups::ALL).0.contains_key("standard_fields")
        );
    }

    fn request(state: &str) -> Record {
        let id = Id([1; 16]);
        let head = Head {
            id,
            kind: RecordKind::LegalRequest,
            case_id: None,
            person_id: None,
            parent_id: None,
            organisation_id: id,
            assignee: None,
            state: state.to_owned(),
            on_date: None,
            due_on: None,
            number: None,
            version: 1,
            created_at: 0,
            created_by: id,
            updated_at: 0,
            updated_by: id,
        };
        let values = Values::default().with("asked", "identity health story").with("telling", "forbidden");
        Record { head, values, mask: Mask::WORK, locked: Mask::NONE }
    }

    #[test]
    fn two_others_decide_and_nobody_twice() {
        let [writer, a, b] = [1, 2, 3].map(|n| Id([n; 16]));
        let open = request("received");
        assert_eq!(approval(&open, None, writer), None);
        assert_eq!(approval(&open, Some(a), writer), None);
        assert_eq!(approval(&open, None, a), Some(Approval::First));
        assert_eq!(approval(&open, Some(a), a), None);
        assert_eq!(approval(&open, Some(a), b), Some(Approval::Last));
        for state in ["answered", "refused"] {
            assert_eq!(approval(&request(state), Some(a), b), None);
        }
    }

    #[test]
    fn the_second_can_only_narrow() {
        let mut open = request("received");
        let (identity, story) = (FieldGroup::Identity, FieldGroup::Story);
        assert_eq!(open_groups(&open, None), Groups::NONE.with(identity).with(story), "health was asked for");
        open.values.set("granted", "story");
        assert_eq!(open_groups(&open, Some(Id([2; 16]))), Groups::NONE.with(story));
        // Whoever approved first has left meanwhile: it begins anew.
        assert_eq!(open_groups(&open, None), Groups::NONE.with(identity).with(story));
    }

    #[test]
    fn silence_ends_by_telling_and_is_looked_at_again() {
        let day = Date::constant(2017, 3, 16);
        let mut one = request("answered");
        assert!(silent(&one) && to_reconsider(&one, day), "no day is today");
        one.values.set("silent_until", "2017-03-17");
        assert!(!to_reconsider(&one, day) && to_reconsider(&one, Date::constant(2017, 3, 17)));
        one.values.set("told_on", "2017-03-16");
        assert!(!silent(&one) && !to_reconsider(&one, Date::constant(2018, 1, 1)));
    }
}
