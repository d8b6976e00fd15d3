//! Returns in either direction, and what must be there before anybody departs.

use crate::codes::*;
use crate::consents::in_force;
use crate::field::{CodeList, Field, Kind, Spec};
use crate::programme::{Gate as GateRule, GateWhen};
use crate::{FieldError, Problem, Record, RecordKind, Values};
use jiff::civil::Date;

/// A movement. `on_date` is the day of departure. Its state moves only through departure, arrival
/// and cancellation, never through the form.
pub static RETURN: Spec = Spec {
    kind: RecordKind::Return,
    states: RETURN_STATE.codes,
    fields: &[
        Field::c1("direction", Kind::Code(&RETURN_DIRECTION)).required(),
        Field::c1("will", Kind::Code(&RETURN_WILL)).required(),
        Field::c1("from_country", Kind::Country).required(),
        Field::c1("to_country", Kind::Country).required(),
        Field::c3("from_place", Kind::Text(200)),
        Field::c3("to_place", Kind::Text(200)),
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("medical_flag", Kind::Tick),
        Field::c2("voluntary_decision", Kind::Long(10_000)),
        Field::c0("state", Kind::Code(&RETURN_STATE)),
        Field::c1("departed_on", Kind::Date),
        Field::c1("arrived_on", Kind::Date),
        Field::c3("received_by", Kind::Text(200)),
        Field::c2("arrival_note", Kind::Long(10_000)),
    ],
};

/// Fields that only departure and arrival set.
pub const NOT_ON_FORM: [&str; 5] = ["state", "departed_on", "arrived_on", "received_by", "arrival_note"];

/// Every condition the product knows how to ask for; which apply says the programme file.
pub static GATE_CODES: CodeList = CodeList {
    name: "gate",
    codes: &[
        "travel_document",
        "voluntary_decision",
        "consent",
        "risk_assessment",
        "reception",
        "itinerary",
        "allowance",
        "fit_to_travel",
        "escort",
        "guardian",
        "child_notice",
        "asylum_clear",
        "protection_clear",
        "exit_formalities",
    ],
};

/// A condition before departure.
pub static GATE: Spec = Spec {
    kind: RecordKind::Gate,
    states: GATE_STATE.codes,
    fields: &[
        Field::c1("gate", Kind::Code(&GATE_CODES)).required(),
        Field::c2("responsible", Kind::Text(200)),
        Field::c2("evidence", Kind::Text(500)),
        Field::c1("done_on", Kind::Date),
        Field::c0("due_on", Kind::Date),
        Field::c0("state", Kind::Code(&GATE_STATE)).required(),
    ],
};

/// A leg.
pub static LEG: Spec = Spec {
    kind: RecordKind::Leg,
    states: &[],
    fields: &[
        Field::c0("on_date", Kind::Date).required(),
        Field::c1("mode", Kind::Code(&TRAVEL_MODE)).required(),
        Field::c3("from_place", Kind::Text(200)).required(),
        Field::c3("departs_at", Kind::Text(5)),
        Field::c3("to_place", Kind::Text(200)).required(),
        Field::c3("arrives_at", Kind::Text(5)),
        Field::c3("carrier", Kind::Text(100)),
        Field::c3("escort", Kind::Text(200)),
        Field::c3("meeting", Kind::Text(300)),
        Field::c3("if_late", Kind::Text(300)),
    ],
};

/// What decides which conditions apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Under eighteen, or age unclear.
    pub child: bool,
    /// Pregnancy, illness, or a medical flag on the return.
    pub medical: bool,
    /// Leaves Bulgaria for another country.
    pub outbound: bool,
    /// Protection sought or granted: no contact with the country of origin.
    pub asylum: bool,
    /// Special protection for cooperating witnesses.
    pub special_protection: bool,
}

/// One condition as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateStatus {
    /// Which.
    pub code: &'static str,
    /// `missing`, `waiting`, `met`, `not_needed`.
    pub state: &'static str,
    /// Found by the system itself, not ticked by hand.
    pub automatic: bool,
    /// From background knowledge, marked so on screen.
    pub provisional: bool,
    /// It applies because she is a child, or is treated as one.
    pub for_child: bool,
    /// The record in which people note it, if there is one.
    pub record: Option<crate::Id>,
}

impl GateStatus {
    /// Does it hold back the departure?
    #[must_use]
    pub fn blocks(&self) -> bool {
        !matches!(self.state, "met" | "not_needed")
    }
}

/// The conditions that apply to a return and how each stands on a day.
/// Automatic ones read the case: a consent in force for returning, at least one leg, asylum and
/// special protection clear, the person's own decision written down. A noted risk assessment is
/// met for 30 days. Forced removals are not returns and are always held back.
#[must_use]
pub fn readiness(
    rules: &[GateRule],
    situation: Situation,
    moving: &Record,
    gates: &[Record],
    legs: usize,
    consents: &[Record],
    day: Date,
) -> Vec<GateStatus> {
    let applies = |when: GateWhen| match when {
        GateWhen::Always => true,
        GateWhen::Child => situation.child,
        GateWhen::Medical => situation.medical,
        GateWhen::Outbound => situation.outbound,
        GateWhen::Asylum => situation.asylum,
        GateWhen::SpecialProtection => situation.special_protection,
    };
    rules
        .iter()
        .filter(|rule| applies(rule.when))
        .filter_map(|rule| {
            let code = GATE_CODES.known(&rule.code)?;
            let noted = gates.iter().find(|g| g.get("gate") == Some(code));
            let noted_state =
                noted.map_or("missing", |g| GATE_STATE.known(&g.head.state).unwrap_or("missing"));
            let departure = moving.head.on_date.unwrap_or(day);
            let automatic = match code {
                "consent" => Some(
                    consents
                        .iter()
                        .any(|c| in_force(c, departure) && c.values.codes("purpose").any(|p| p == "return")),
                ),
                "itinerary" => Some(legs > 0),
                "asylum_clear" => Some(!situation.asylum),
                "voluntary_decision" => Some(
                    moving.get("will") == Some("voluntary") && moving.get("voluntary_decision").is_some(),
                ),
                _ => None,
            };
            let state = match automatic {
                Some(true) => "met",
                Some(false) => "missing",
                None if code == "risk_assessment" && noted_state == "met" => {
                    let fresh = noted
                        .and_then(|g| g.values.date("done_on"))
                        .is_some_and(|done| (0..=30).contains(&crate::civil::days_between(done, day)));
                    if fresh { "met" } else { "waiting" }
                }
                None if noted_state == "not_needed" && !rule.may_be_waived => "missing",
                None => noted_state,
            };
            Some(GateStatus {
                code,
                state,
                automatic: automatic.is_some(),
                provisional: rule.provisional,
                for_child: rule.when == GateWhen::Child,
                record: noted.map(|g| g.head.id),
            })
        })
        .collect()
}

/// What stands in the way of noting a condition so: a waiver where none is allowed, an assessment
/// of risk without the day from which its 30 days run.
#[must_use]
pub fn gate_problem(gate: &Values, waivable: bool) -> Option<FieldError> {
    match (gate.get("gate"), gate.get("state")) {
        (_, Some("not_needed")) if !waivable => Some(FieldError::new("state", Problem::UnknownChoice)),
        (Some("risk_assessment"), Some("met")) if gate.get("done_on").is_none() => {
            Some(FieldError::new("done_on", Problem::Required))
        }
        _ => None,
    }
}

/// The situation of a return, from what the case says. Unclear age counts as child.
#[must_use]
pub fn situation(case: &Record, person: &Values, moving: &Record, day: Date) -> Situation {
    let needs = |code: &str| person.codes("special_needs").any(|n| n == code);
    Situation {
        child: case.get("track") == Some("children") || crate::people::is_child(person, day),
        medical: moving.values.ticked("medical_flag") || needs("medical") || needs("pregnancy"),
        outbound: moving.get("from_country") == Some("BG") && moving.get("to_country") != Some("BG"),
        asylum: crate::cases::seeks_asylum(case),
        special_protection: case.values.ticked("special_protection"),
    }
}
