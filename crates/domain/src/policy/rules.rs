//! The table.

use super::{Action, Relation, Role};
use crate::{Mask, RecordKind};

/// Which kinds a rule speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kinds {
    All,
    Except(&'static [RecordKind]),
    Only(&'static [RecordKind]),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) roles: &'static [Role],
    pub(super) relations: &'static [Relation],
    pub(super) actions: &'static [Action],
    pub(super) kinds: Kinds,
    pub(super) mask: Mask,
}

impl Rule {
    /// Is it about this role doing this with this kind?
    pub(super) fn speaks_of(&self, role: Role, action: Action, kind: RecordKind) -> bool {
        self.roles.contains(&role)
            && self.actions.contains(&action)
            && match self.kinds {
                Kinds::All => true,
                Kinds::Except(kinds) => !kinds.contains(&kind),
                Kinds::Only(kinds) => kinds.contains(&kind),
            }
    }
}

use Action::{
    Ask, Close, Create, Edit, Erase, Export, Figures, Grant, Hold, List, Log, Move, Release, Retain, Reveal,
    Seal, Search, Unseal, View,
};
use RecordKind as K;
use Relation::{Addressed, BreakGlass, General, Named, National, Own, Team};
use Role::{
    Admin, Caseworker, ChildSocial, Consul, Coordinator, Hotline, Manager, Mission, Monitor, Ngo, Police,
    Prosecutor, Refugees,
};

const READ: &[Action] = &[List, View];
const WRITE: &[Action] = &[List, View, Create, Edit];
const FULL: &[Action] = &[List, View, Create, Edit, Reveal, Move, Close, Grant, Log];
#[rustfmt::skip]
/// What lies in a case, and the person: a call to the hotline never does.
const CASE_KINDS: &[K] = &[
    K::Case, K::Person, K::Note, K::Task, K::Consent, K::Identification, K::Exploitation, K::Return, K::Gate, K::Leg,
    K::Need, K::Service, K::Plan, K::Goal, K::Visit, K::Hold,
];
const POLICE_KINDS: &[K] = &[K::Case, K::Identification, K::Return, K::Leg];
const CONSUL_KINDS: &[K] = &[K::Case, K::Person, K::Return, K::Gate, K::Leg];

#[rustfmt::skip]
pub(super) static RULES: &[Rule] = &[
    // The programme's own case workers: everything on their own cases; a colleague's case is known to exist.
    Rule { id: "caseworker-own", roles: &[Caseworker], relations: &[Own, Team], actions: FULL, kinds: Kinds::Only(CASE_KINDS), mask: Mask::PRIVILEGED },
    Rule { id: "caseworker-colleague", roles: &[Caseworker], relations: &[Relation::Organisation], actions: &[List], kinds: Kinds::Only(&[K::Case]), mask: Mask::CODED },
    Rule { id: "caseworker-general", roles: &[Caseworker], relations: &[General], actions: &[List, View, Create, Edit], kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task, K::Training, K::TrainingSession, K::Attendance, K::Contact]), mask: Mask::IDENTITY },
    // What a partner shared with the programme: as the others who receive, without the therapist's notes.
    Rule { id: "caseworker-addressed", roles: &[Caseworker], relations: &[Addressed], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::Only(CASE_KINDS), mask: Mask::IDENTITY },
    // The head of the programme: pseudonymous view of all cases, trainings, figures.
    Rule { id: "manager-national", roles: &[Manager], relations: &[National, Relation::Organisation], actions: READ, kinds: Kinds::Except(&[K::LegalRequest, K::Export]), mask: Mask::CODED },
    Rule { id: "manager-own", roles: &[Manager], relations: &[Own, Team], actions: FULL, kinds: Kinds::Only(CASE_KINDS), mask: Mask::PRIVILEGED },
    Rule { id: "manager-general", roles: &[Manager], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Training, K::TrainingSession, K::Attendance, K::Task, K::Signal, K::SignalPerson, K::Contact]), mask: Mask::IDENTITY },
    // Missions abroad: what was sent to them and their own.
    Rule { id: "mission-addressed", roles: &[Mission], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal, Move], kinds: Kinds::Only(CASE_KINDS), mask: Mask::IDENTITY },
    Rule { id: "mission-general", roles: &[Mission], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task]), mask: Mask::IDENTITY },
    // National commission: all cases pseudonymous, identity only when it receives.
    Rule { id: "coordinator-national", roles: &[Coordinator], relations: &[National], actions: READ, kinds: Kinds::Only(&[K::Case, K::Identification, K::Return, K::Service, K::Plan]), mask: Mask::CODED },
    Rule { id: "coordinator-addressed", roles: &[Coordinator], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::Only(CASE_KINDS), mask: Mask::IDENTITY },
    Rule { id: "coordinator-general", roles: &[Coordinator], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Task, K::Training, K::TrainingSession, K::Attendance]), mask: Mask::IDENTITY },
    // Police: what was sent to them; never health, therapy or the shelter.
    Rule { id: "police-addressed", roles: &[Police], relations: &[Addressed], actions: READ, kinds: Kinds::Only(POLICE_KINDS), mask: Mask::CODED },
    Rule { id: "police-identify", roles: &[Police, Prosecutor], relations: &[Addressed], actions: &[Create], kinds: Kinds::Only(&[K::Identification]), mask: Mask::WORK },
    Rule { id: "police-general", roles: &[Police, Prosecutor], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Task]), mask: Mask::IDENTITY },
    // Prosecution: addressed; never the needs.
    Rule { id: "prosecutor-addressed", roles: &[Prosecutor], relations: &[Addressed], actions: READ, kinds: Kinds::Only(&[K::Case, K::Person, K::Identification]), mask: Mask::IDENTITY },
    // Consul: its document request; never the story.
    Rule { id: "consul-addressed", roles: &[Consul], relations: &[Addressed], actions: READ, kinds: Kinds::Only(CONSUL_KINDS), mask: Mask(0b00_1011) },
    Rule { id: "consul-document", roles: &[Consul], relations: &[Addressed], actions: &[Create, Edit], kinds: Kinds::Only(&[K::Return, K::Gate]), mask: Mask(0b00_1011) },
    Rule { id: "consul-general", roles: &[Consul], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Task]), mask: Mask::IDENTITY },
    // Child protection, social assistance, refugees: addressed.
    Rule { id: "agency-addressed", roles: &[ChildSocial, Refugees], relations: &[Addressed], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::Only(CASE_KINDS), mask: Mask::IDENTITY },
    Rule { id: "agency-general", roles: &[ChildSocial, Refugees], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Task]), mask: Mask::IDENTITY },
    // NGOs and shelters: referred and own persons.
    Rule { id: "ngo-addressed", roles: &[Ngo], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::Only(CASE_KINDS), mask: Mask::PRIVILEGED },
    Rule { id: "ngo-general", roles: &[Ngo], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task]), mask: Mask::IDENTITY },
    // Somebody's life in danger, nobody of the team at hand: one user, one case, a few hours, against a reason.
    Rule { id: "break-glass", roles: &[Caseworker, Manager, Mission, Coordinator, ChildSocial, Refugees, Ngo], relations: &[BreakGlass], actions: &[List, View, Reveal], kinds: Kinds::Only(CASE_KINDS), mask: Mask::PRIVILEGED },
    // What is sealed for a protected witness: the team knows that something is, whoever leads the case knows who holds
    // it, and only whoever was named opens it and names one more. No role opens it, no organisation, no emergency.
    Rule { id: "sealed-team", roles: &[Caseworker, Manager, Mission, Coordinator, Ngo], relations: &[Own, Team], actions: &[Seal], kinds: Kinds::Only(&[K::Case]), mask: Mask::CLEAR },
    Rule { id: "sealed-lead", roles: &[Caseworker, Manager, Mission, Coordinator, Ngo], relations: &[Own], actions: &[Seal], kinds: Kinds::Only(&[K::Case]), mask: Mask::CODED },
    Rule { id: "sealed-named", roles: &[Caseworker, Manager, Mission, Coordinator, Police, Prosecutor, ChildSocial, Refugees, Ngo], relations: &[Named], actions: &[Unseal, Grant], kinds: Kinds::Only(&[K::Case]), mask: Mask::SEALED },
    // Signals of all partners: those who answer for them.
    Rule { id: "signals-national", roles: &[Caseworker, Coordinator], relations: &[National], actions: &[List, View, Edit], kinds: Kinds::Only(&[K::Signal, K::SignalPerson]), mask: Mask::IDENTITY },
    // Hotline: contacts and the signals they become; no case content.
    Rule { id: "hotline-general", roles: &[Hotline], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Contact, K::Signal, K::SignalPerson, K::Task]), mask: Mask::IDENTITY },
    // Everybody who works on cases searches; results are only what he may know of.
    Rule { id: "search", roles: &[Caseworker, Mission, Coordinator, ChildSocial, Refugees, Ngo, Manager], relations: &[General], actions: &[Search], kinds: Kinds::All, mask: Mask::CODED },
    // Figures of the programme.
    Rule { id: "figures", roles: &[Caseworker, Manager, Mission, Coordinator, Prosecutor, ChildSocial, Refugees, Ngo, Hotline, Monitor, Admin], relations: &[General], actions: &[Figures], kinds: Kinds::All, mask: Mask::CODED },
    // Erasure: whoever works with her asks, the head of the programme decides, never the same hand.
    Rule { id: "erasure-ask", roles: &[Caseworker, Manager, Mission, Ngo], relations: &[Own, Team, General], actions: &[Ask], kinds: Kinds::Only(&[K::Person]), mask: Mask::PRIVILEGED },
    Rule { id: "erasure-read", roles: &[Caseworker, Manager, Mission, Ngo], relations: &[General], actions: &[View], kinds: Kinds::Only(&[K::Erasure]), mask: Mask::WORK },
    Rule { id: "erasure-decide", roles: &[Manager], relations: &[Own, Team, National, General], actions: &[Erase], kinds: Kinds::Only(&[K::Person, K::Erasure, K::Signal]), mask: Mask::WORK },
    Rule { id: "legal-hold", roles: &[Manager], relations: &[Own, Team, National], actions: &[Hold], kinds: Kinds::Only(&[K::Case, K::Hold]), mask: Mask::WORK },
    Rule { id: "retention", roles: &[Caseworker, Manager, Mission, Ngo], relations: &[General], actions: &[Retain], kinds: Kinds::Only(&[K::Case]), mask: Mask::CODED },
    // Requests of authorities: whoever works on the case writes them down and decides, the head of the programme
    // and the small houses (missions, NGOs) for every case of their own organisation. Never the same hand: that
    // is the request's own rule (`domain::legal`).
    Rule { id: "legal-keep", roles: &[Caseworker, Manager, Mission, Ngo], relations: &[Own, Team], actions: &[List, View, Ask], kinds: Kinds::Only(&[K::LegalRequest]), mask: Mask::WORK },
    Rule { id: "legal-keep-house", roles: &[Manager, Mission, Ngo], relations: &[Relation::Organisation], actions: &[List, View, Ask], kinds: Kinds::Only(&[K::LegalRequest]), mask: Mask::WORK },
    Rule { id: "legal-release", roles: &[Caseworker, Manager, Mission, Ngo], relations: &[Own, Team], actions: &[Release], kinds: Kinds::Only(&[K::LegalRequest]), mask: Mask::IDENTITY },
    Rule { id: "legal-release-house", roles: &[Manager, Mission, Ngo], relations: &[Relation::Organisation], actions: &[Release], kinds: Kinds::Only(&[K::LegalRequest]), mask: Mask::IDENTITY },
    // Taking out of the house: the head of the programme, cases of the own organisation; who took what is seen by
    // the head and, in numbers, by the administrator.
    Rule { id: "export", roles: &[Manager], relations: &[Own, Team, Relation::Organisation], actions: &[Export], kinds: Kinds::Only(&[K::Case]), mask: Mask::IDENTITY },
    Rule { id: "export-keep", roles: &[Manager], relations: &[General], actions: &[List, View, Export], kinds: Kinds::Only(&[K::Export]), mask: Mask::WORK },
    Rule { id: "export-seen", roles: &[Admin], relations: &[General], actions: READ, kinds: Kinds::Only(&[K::Export]), mask: Mask::CODED },
    // Partner organisations: everybody reads, the administrator writes; users: the administrator alone.
    Rule { id: "organisations-read", roles: &Role::ALL, relations: &[General], actions: READ, kinds: Kinds::Only(&[K::Organisation]), mask: Mask::CODED },
    Rule { id: "admin-organisations", roles: &[Admin], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Organisation, K::User]), mask: Mask::CODED },
];

/// Every (id) of the table, for the documentation and the tests.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|r| r.id)
}
