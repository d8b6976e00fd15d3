//! Who may do what. One rule table gives both the check of one record and the scope of lists.
//! Default deny: what no rule allows is refused, and what may not be known to exist looks
//! exactly like what does not exist.
//!
//! Source: the role matrix of the domain reference, 2.6 (a proposal derived from the referral
//! mechanism's rules, not a published rule).

use crate::{Id, Mask, OrganisationId, RecordKind, UserId};

/// Role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Case worker of the programme's own office.
    Caseworker,
    /// Head of the programme.
    Manager,
    /// Staff of an IOM mission abroad.
    Mission,
    /// National commission.
    Coordinator,
    /// Border police, organised crime, migration directorate.
    Police,
    /// Prosecution.
    Prosecutor,
    /// Embassy or consulate.
    Consul,
    /// Child protection and social assistance.
    ChildSocial,
    /// Refugee agency.
    Refugees,
    /// NGO or shelter.
    Ngo,
    /// Hotline counsellor.
    Hotline,
    /// Monitoring, donor.
    Monitor,
    /// Administrator.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 13] = [
        Role::Caseworker,
        Role::Manager,
        Role::Mission,
        Role::Coordinator,
        Role::Police,
        Role::Prosecutor,
        Role::Consul,
        Role::ChildSocial,
        Role::Refugees,
        Role::Ngo,
        Role::Hotline,
        Role::Monitor,
        Role::Admin,
    ];

    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Role::Caseworker => "caseworker",
            Role::Manager => "manager",
            Role::Mission => "mission",
            Role::Coordinator => "coordinator",
            Role::Police => "police",
            Role::Prosecutor => "prosecutor",
            Role::Consul => "consul",
            Role::ChildSocial => "child_social",
            Role::Refugees => "refugees",
            Role::Ngo => "ngo",
            Role::Hotline => "hotline",
            Role::Monitor => "monitor",
            Role::Admin => "admin",
        }
    }

    /// By stored code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.code() == code)
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// For whom.
    pub organisation: OrganisationId,
    /// As what.
    pub role: Role,
    /// First eight bytes of the hash of the session, for the log.
    pub session: [u8; 8],
}

/// How an actor stands to a record. A row of the table `access` names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Leads the case, or wrote the record.
    Own,
    /// Named in the team.
    Team,
    /// Same organisation as the case.
    Organisation,
    /// Sent to the actor's organisation.
    Addressed,
    /// Every case, pseudonymous: national coordination and the programme's head.
    National,
    /// Not about a case, and open to the role.
    General,
    /// None.
    Nothing,
}

impl Relation {
    /// As stored in `access`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Team => "team",
            Self::Organisation => "organisation",
            Self::Addressed => "addressed",
            Self::National => "national",
            Self::General => "general",
            Self::Nothing => "nothing",
        }
    }

    /// By stored code.
    #[must_use]
    pub fn from_code(code: &str) -> Relation {
        [Self::Own, Self::Team, Self::Organisation, Self::Addressed, Self::National]
            .into_iter()
            .find(|r| r.code() == code)
            .unwrap_or(Self::Nothing)
    }
}

/// The holder of the row by which national coordination may list every case.
pub const EVERYONE_NATIONAL: Id = Id([0xff; 16]);

/// What somebody wants to do. A route names one or does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Needs no session: sign-in, assets, the public page.
    Public,
    /// Needs a session and nothing more: home, language, lock, own drafts.
    Session,
    /// See that it exists, in a list.
    List,
    /// Read it.
    View,
    /// Write a new one.
    Create,
    /// Change it.
    Edit,
    /// See the full name.
    Reveal,
    /// Search people and cases.
    Search,
    /// Let a person depart, record arrival.
    Move,
    /// Close and reopen.
    Close,
    /// Name the team, send to another organisation.
    Grant,
    /// See who looked.
    Log,
    /// Read the programme's figures.
    Figures,
    /// Ask that a person's file be erased; give her what is written about her.
    Ask,
    /// Set and lift a legal hold.
    Hold,
    /// Decide on a request to erase.
    Erase,
    /// See whose time is over.
    Retain,
}

/// Which kinds a rule speaks of.
#[derive(Debug, Clone, Copy)]
enum Kinds {
    All,
    Only(&'static [RecordKind]),
}

/// One line of the table.
struct Rule {
    id: &'static str,
    roles: &'static [Role],
    relations: &'static [Relation],
    actions: &'static [Action],
    kinds: Kinds,
    mask: Mask,
}

use Action::{
    Ask, Close, Create, Edit, Erase, Figures, Grant, Hold, List, Log, Move, Retain, Reveal, Search, View,
};
use RecordKind as K;
use Relation::{Addressed, General, National, Own, Team};
use Role::{
    Admin, Caseworker, ChildSocial, Consul, Coordinator, Hotline, Manager, Mission, Monitor, Ngo, Police,
    Prosecutor, Refugees,
};

const READ: &[Action] = &[List, View];
const WRITE: &[Action] = &[List, View, Create, Edit];
const FULL: &[Action] = &[List, View, Create, Edit, Reveal, Move, Close, Grant, Log];
const POLICE_KINDS: &[K] = &[K::Case, K::Identification, K::Return, K::Leg];
const CONSUL_KINDS: &[K] = &[K::Case, K::Person, K::Return, K::Gate, K::Leg];

#[rustfmt::skip]
static RULES: &[Rule] = &[
    // The programme's own case workers: everything on their own cases; a colleague's case is known to exist.
    Rule { id: "caseworker-own", roles: &[Caseworker], relations: &[Own, Team], actions: FULL, kinds: Kinds::All, mask: Mask::PRIVILEGED },
    Rule { id: "caseworker-colleague", roles: &[Caseworker], relations: &[Relation::Organisation], actions: &[List], kinds: Kinds::Only(&[K::Case]), mask: Mask::CODED },
    Rule { id: "caseworker-general", roles: &[Caseworker], relations: &[General], actions: &[List, View, Create, Edit], kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task, K::Training, K::TrainingSession, K::Attendance, K::Contact]), mask: Mask::IDENTITY },
    // The head of the programme: pseudonymous view of all cases, trainings, figures.
    Rule { id: "manager-national", roles: &[Manager], relations: &[National, Relation::Organisation], actions: READ, kinds: Kinds::All, mask: Mask::CODED },
    Rule { id: "manager-own", roles: &[Manager], relations: &[Own, Team], actions: FULL, kinds: Kinds::All, mask: Mask::PRIVILEGED },
    Rule { id: "manager-general", roles: &[Manager], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Training, K::TrainingSession, K::Attendance, K::Task, K::Signal, K::SignalPerson, K::Contact]), mask: Mask::IDENTITY },
    // Missions abroad: what was sent to them and their own.
    Rule { id: "mission-addressed", roles: &[Mission], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal, Move], kinds: Kinds::All, mask: Mask::IDENTITY },
    Rule { id: "mission-general", roles: &[Mission], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task]), mask: Mask::IDENTITY },
    // National commission: all cases pseudonymous, identity only when it receives.
    Rule { id: "coordinator-national", roles: &[Coordinator], relations: &[National], actions: READ, kinds: Kinds::Only(&[K::Case, K::Identification, K::Return, K::Service, K::Plan]), mask: Mask::CODED },
    Rule { id: "coordinator-addressed", roles: &[Coordinator], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::All, mask: Mask::IDENTITY },
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
    Rule { id: "agency-addressed", roles: &[ChildSocial, Refugees], relations: &[Addressed], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::All, mask: Mask::IDENTITY },
    Rule { id: "agency-general", roles: &[ChildSocial, Refugees], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Task]), mask: Mask::IDENTITY },
    // NGOs and shelters: referred and own persons.
    Rule { id: "ngo-addressed", roles: &[Ngo], relations: &[Own, Team, Addressed, Relation::Organisation], actions: &[List, View, Create, Edit, Reveal], kinds: Kinds::All, mask: Mask::PRIVILEGED },
    Rule { id: "ngo-general", roles: &[Ngo], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Signal, K::SignalPerson, K::Person, K::Case, K::Task]), mask: Mask::IDENTITY },
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
    // Partner organisations: everybody reads, the administrator writes; users: the administrator alone.
    Rule { id: "organisations-read", roles: &Role::ALL, relations: &[General], actions: READ, kinds: Kinds::Only(&[K::Organisation]), mask: Mask::CODED },
    Rule { id: "admin-organisations", roles: &[Admin], relations: &[General], actions: WRITE, kinds: Kinds::Only(&[K::Organisation, K::User]), mask: Mask::CODED },
];

/// What the decision is and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Allowed?
    pub allow: bool,
    /// The rule that allowed it, or `default-deny`.
    pub rule: &'static str,
    /// What may be opened.
    pub mask: Mask,
}

/// What is to be done with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// What kind of record.
    pub kind: RecordKind,
    /// How the actor stands to it; several may hold.
    pub relations: &'a [Relation],
}

/// The one place where authority is decided. Pure; several rules may allow, their masks add up.
#[must_use]
pub fn decide(actor: &Actor, action: Action, resource: Resource<'_>) -> Decision {
    let mut decision = Decision { allow: false, rule: "default-deny", mask: Mask::NONE };
    // Legal holds and requests to erase are written by steps of their own, never by the form of every kind.
    if matches!(resource.kind, K::Hold | K::Erasure) && matches!(action, Create | Edit) {
        return decision;
    }
    for rule in RULES {
        let holds = rule.roles.contains(&actor.role)
            && rule.actions.contains(&action)
            && rule.relations.iter().any(|r| resource.relations.contains(r))
            && match rule.kinds {
                Kinds::All => true,
                Kinds::Only(kinds) => kinds.contains(&resource.kind),
            };
        if holds {
            if !decision.allow {
                decision.rule = rule.id;
            }
            decision.allow = true;
            decision.mask = decision.mask.union(rule.mask);
        }
    }
    decision
}

/// How an actor stands to a record that belongs to no case: `General` when it is shared by nature
/// (partners, trainings) or of his own organisation, else `National`.
#[must_use]
pub fn standing(actor: &Actor, kind: RecordKind, organisation: Id) -> Relation {
    let shared = matches!(kind, K::Organisation | K::User | K::Training | K::TrainingSession | K::Attendance);
    if shared || organisation == actor.organisation.0 { General } else { National }
}

/// Which records outside of cases a list may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneralScope {
    organisation: Option<Id>,
    mask: Mask,
    rule: &'static str,
}

impl GeneralScope {
    /// Only those of this organisation; `None` is all.
    #[must_use]
    pub fn organisation(&self) -> Option<Id> {
        self.organisation
    }
    /// What of each row may be opened.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.mask
    }
    /// The rule behind it.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// The scope of a list of records outside of cases, or nothing.
#[must_use]
pub fn general_scope(actor: &Actor, kind: RecordKind) -> Option<GeneralScope> {
    let check = |relation| decide(actor, List, Resource { kind, relations: &[relation] });
    let (national, general) = (check(National), check(General));
    let shared = standing(actor, kind, Id([0; 16])) == General;
    if general.allow && (shared || national.allow) {
        let mask = if shared { general.mask } else { general.mask.intersection(national.mask) };
        Some(GeneralScope { organisation: None, mask, rule: general.rule })
    } else if general.allow {
        Some(GeneralScope {
            organisation: Some(actor.organisation.0),
            mask: general.mask,
            rule: general.rule,
        })
    } else if national.allow {
        Some(GeneralScope { organisation: None, mask: national.mask, rule: national.rule })
    } else {
        None
    }
}

/// Which cases a list may show: only this module makes one, so an unfiltered list does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    holder: Id,
    mask: Mask,
    rule: &'static str,
}

impl Scope {
    /// Whose rows of `access` the list joins.
    #[must_use]
    pub fn holder(&self) -> Id {
        self.holder
    }
    /// What of each row may be opened.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.mask
    }
    /// The rule behind it.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Which list of cases somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseList {
    /// Those he leads or helps with.
    Mine,
    /// Those of his organisation, own or received.
    Organisation,
    /// All, pseudonymous.
    National,
}

/// The scope of a list of cases, or nothing when the role has no such list.
#[must_use]
pub fn scope(actor: &Actor, list: CaseList) -> Option<Scope> {
    let (holder, relations): (Id, &[Relation]) = match list {
        CaseList::Mine => (actor.user.0, &[Own, Team]),
        CaseList::Organisation => (actor.organisation.0, &[Relation::Organisation, Addressed]),
        CaseList::National => (EVERYONE_NATIONAL, &[National]),
    };
    // A list over several relations shows no more than the narrowest of them.
    let mut found: Option<Scope> = None;
    for relation in relations {
        let decision = decide(actor, List, Resource { kind: K::Case, relations: &[*relation] });
        if decision.allow {
            let mask = found.map_or(decision.mask, |f| f.mask.intersection(decision.mask));
            found = Some(Scope { holder, mask, rule: decision.rule });
        }
    }
    found
}

/// Every (id) of the table, for the documentation and the tests.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|r| r.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Compartment;

    fn actor(role: Role) -> Actor {
        Actor { user: UserId(Id([1; 16])), organisation: OrganisationId(Id([2; 16])), role, session: [0; 8] }
    }

    fn sees(role: Role, relation: Relation, kind: RecordKind) -> Mask {
        decide(&actor(role), View, Resource { kind, relations: &[relation] }).mask
    }

    #[test]
    fn nobody_without_a_relation_sees_a_case() {
        for role in Role::ALL {
            for kind in RecordKind::ALL {
                for action in [View, Edit, Create, Reveal, Move, Close, Grant, Log] {
                    let decision = decide(
                        &actor(role),
                        action,
                        Resource { kind: *kind, relations: &[Relation::Nothing] },
                    );
                    assert!(!decision.allow, "{role:?} {kind:?} {action:?}");
                    assert_eq!(decision.rule, "default-deny");
                }
            }
        }
    }

    #[test]
    fn the_matrix_of_nevers() {
        // Police never see health, therapy, the shelter, or any narrative.
        for kind in [K::Service, K::Need, K::Note, K::Plan, K::Visit] {
            assert_eq!(sees(Police, Addressed, kind), Mask::NONE, "{kind:?}");
        }
        assert!(!sees(Police, Addressed, K::Case).has(Compartment::C2));
        // A consul never reads the story, a prosecutor never the needs.
        assert!(!sees(Consul, Addressed, K::Case).has(Compartment::C2));
        assert_eq!(sees(Consul, Addressed, K::Exploitation), Mask::NONE);
        assert_eq!(sees(Prosecutor, Addressed, K::Need), Mask::NONE);
        // Monitoring and administration see no case at all; the hotline no case content.
        for role in [Monitor, Admin, Hotline] {
            for relation in [Own, Team, Relation::Organisation, Addressed, National] {
                for kind in RecordKind::IN_CASE.iter().chain(&[K::Case, K::Person]) {
                    assert_eq!(sees(role, relation, *kind), Mask::NONE, "{role:?} {relation:?} {kind:?}");
                }
            }
        }
        // The commission's national list is pseudonymous, the head's too.
        for role in [Coordinator, Manager] {
            let mask = sees(role, National, K::Case);
            assert!(
                mask.has(Compartment::C1) && !mask.has(Compartment::C2) && !mask.has(Compartment::C3),
                "{role:?}"
            );
        }
        // Sealed for named persons: no rule of this table opens it.
        for role in Role::ALL {
            for relation in [Own, Team, Relation::Organisation, Addressed, National, General] {
                for kind in RecordKind::ALL {
                    assert!(!sees(role, relation, *kind).has(Compartment::C4));
                }
            }
        }
    }

    #[test]
    fn a_list_never_shows_more_than_the_check_of_each_row() {
        for role in Role::ALL {
            for list in [CaseList::Mine, CaseList::Organisation, CaseList::National] {
                let Some(scope) = scope(&actor(role), list) else { continue };
                let relations: &[Relation] = match list {
                    CaseList::Mine => &[Own, Team],
                    CaseList::Organisation => &[Relation::Organisation, Addressed],
                    CaseList::National => &[National],
                };
                for relation in relations {
                    let one = decide(&actor(role), List, Resource { kind: K::Case, relations: &[*relation] });
                    if one.allow {
                        assert_eq!(scope.mask().intersection(one.mask), scope.mask(), "{role:?} {list:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ids_of_rules_are_unique() {
        let mut ids: Vec<_> = rule_ids().collect();
        let before = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), before);
    }
}
