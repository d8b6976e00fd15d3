//! Kinds of records and the rooms they live in.

use crate::field::Spec;
use crate::{
    assistance, cases, consents, erasure, exports, hotline, legal, organisations, people, reintegration,
    returns, screening, signals, tasks, training,
};
use serde::{Deserialize, Serialize};

/// The rooms that are built; the same names stand on each floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// Partner organisations and users.
    Organisations,
    /// Identity.
    People,
    /// First information.
    Signals,
    /// Episodes of assistance.
    Cases,
    /// Consents.
    Consents,
    /// Identification.
    Screening,
    /// Movements.
    Returns,
    /// Needs and services.
    Assistance,
    /// Plans, goals, visits.
    Reintegration,
    /// Calls.
    Hotline,
    /// Trainings.
    Training,
    /// Targets and indicators.
    Programme,
    /// What is due.
    Tasks,
}

impl Room {
    /// As in addresses and text keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::People => "people",
            Self::Signals => "signals",
            Self::Cases => "cases",
            Self::Consents => "consents",
            Self::Screening => "screening",
            Self::Returns => "returns",
            Self::Assistance => "assistance",
            Self::Reintegration => "reintegration",
            Self::Hotline => "hotline",
            Self::Training => "training",
            Self::Programme => "programme",
            Self::Tasks => "tasks",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal in $room:ident, $spec:expr;)+) => {
        /// What a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RecordKind { $($(#[$doc])* $name),+ }

        impl RecordKind {
            /// All kinds.
            pub const ALL: &'static [RecordKind] = &[$(RecordKind::$name),+];

            /// As stored and as in text keys.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// By stored code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<RecordKind> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }

            /// The room it lives in.
            #[must_use]
            pub fn room(self) -> Room {
                match self { $(Self::$name => Room::$room),+ }
            }

            /// Its description.
            #[must_use]
            pub fn spec(self) -> &'static Spec {
                match self { $(Self::$name => &$spec),+ }
            }
        }
    };
}

kinds! {
    /// A partner organisation.
    Organisation = "organisation" in Organisations, organisations::ORGANISATION;
    /// Somebody who works in the system.
    User = "user" in Organisations, organisations::USER;
    /// A contact with the hotline.
    Contact = "contact" in Hotline, hotline::CONTACT;
    /// A piece of information.
    Signal = "signal" in Signals, signals::SIGNAL;
    /// Somebody a signal is about.
    SignalPerson = "signal-person" in Signals, signals::SIGNAL_PERSON;
    /// A human being.
    Person = "person" in People, people::PERSON;
    /// An episode of assistance.
    Case = "case" in Cases, cases::CASE;
    /// A note in a case.
    Note = "note" in Cases, cases::NOTE;
    /// A consent.
    Consent = "consent" in Consents, consents::CONSENT;
    /// An identification event.
    Identification = "identification" in Screening, screening::IDENTIFICATION;
    /// What happened to the person, in the codes of the case data standard.
    Exploitation = "exploitation-record" in Screening, screening::EXPLOITATION;
    /// A movement.
    Return = "return" in Returns, returns::RETURN;
    /// A condition before departure.
    Gate = "gate" in Returns, returns::GATE;
    /// A leg of a movement.
    Leg = "leg" in Returns, returns::LEG;
    /// An assessed need.
    Need = "need" in Assistance, assistance::NEED;
    /// A service.
    Service = "service" in Assistance, assistance::SERVICE;
    /// A reintegration plan.
    Plan = "plan" in Reintegration, reintegration::PLAN;
    /// A goal of a plan.
    Goal = "goal" in Reintegration, reintegration::GOAL;
    /// A monitoring visit.
    Visit = "visit" in Reintegration, reintegration::VISIT;
    /// A legal hold on a case.
    Hold = "hold" in Cases, erasure::HOLD;
    /// A request to erase.
    Erasure = "erasure" in People, erasure::ERASURE;
    /// A request of an authority.
    LegalRequest = "legal-request" in Cases, legal::LEGAL_REQUEST;
    /// Something taken out of the house as a file.
    Export = "export" in Organisations, exports::EXPORT;
    /// A training event.
    Training = "training" in Training, training::TRAINING;
    /// A session of a training.
    TrainingSession = "training-session" in Training, training::SESSION;
    /// Somebody who attended.
    Attendance = "attendance" in Training, training::ATTENDANCE;
    /// Something to be done.
    Task = "task" in Tasks, tasks::TASK;
}

impl RecordKind {
    /// Kinds that are written down inside a case, in the order of its menu.
    pub const IN_CASE: &'static [RecordKind] = &[
        Self::Note,
        Self::Task,
        Self::Consent,
        Self::Identification,
        Self::Exploitation,
        Self::Return,
        Self::Need,
        Self::Service,
        Self::Plan,
        Self::Visit,
    ];

    /// The kind this one hangs from, when it cannot stand alone.
    #[must_use]
    pub fn parent(self) -> Option<RecordKind> {
        match self {
            Self::SignalPerson => Some(Self::Signal),
            Self::Gate | Self::Leg => Some(Self::Return),
            Self::Goal => Some(Self::Plan),
            Self::TrainingSession | Self::Attendance => Some(Self::Training),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compartment, Kind};
    use std::collections::BTreeSet;

    #[test]
    fn descriptions_hold_together() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordKind::from_code(kind.code()), Some(*kind));
            let spec = kind.spec();
            assert_eq!(spec.kind, *kind);
            let names: BTreeSet<_> = spec.fields.iter().map(|f| f.name).collect();
            assert_eq!(names.len(), spec.fields.len(), "{kind:?} names a field twice");
            for field in spec.fields {
                let of_head = ["state", "on_date", "due_on", "assignee"].contains(&field.name);
                assert_eq!(field.compartment == Compartment::C0, of_head, "{kind:?}.{}", field.name);
                if field.name == "state" {
                    let Kind::Code(list) = field.kind else { panic!("{kind:?}.state is not a code") };
                    assert_eq!(list.codes, spec.states, "{kind:?}");
                }
            }
        }
    }
}
