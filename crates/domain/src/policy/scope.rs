//! Scopes of lists: what the table says about every row at once.

use super::Action::List;
use super::Relation::{Addressed, BreakGlass, General, National, Own, Team};
use super::{Actor, Decision, EVERYONE_NATIONAL, Held, Relation, Resource, decide};
use crate::RecordKind as K;
use crate::{Id, Mask, RecordKind};

/// Kinds that are the same for every organisation: partners, staff, trainings.
pub(super) fn shared(kind: RecordKind) -> bool {
    matches!(kind, K::Organisation | K::User | K::Training | K::TrainingSession | K::Attendance)
}

/// How an actor stands to a record that belongs to no case: `General` when it is shared by nature
/// (partners, trainings) or of his own organisation, else `National`.
#[must_use]
pub fn standing(actor: &Actor, kind: RecordKind, organisation: Id) -> Relation {
    if shared(kind) || organisation == actor.organisation.0 { General } else { National }
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
    let check = |relation: Relation| decide(actor, List, Resource { kind, relations: &[relation] });
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
    relations: [&'static str; 3],
    mask: Mask,
    rule: &'static str,
    now: i64,
}

impl Scope {
    /// Whose rows of `access` the list joins.
    #[must_use]
    pub fn holder(&self) -> Id {
        self.holder
    }
    /// Codes of the relations that the role may list by; an empty one matches nothing.
    #[must_use]
    pub fn relations(&self) -> [&'static str; 3] {
        self.relations
    }
    /// The widest that a row may open; the row's own share may narrow it.
    #[must_use]
    pub fn mask(&self) -> Mask {
        self.mask
    }
    /// The rule behind it.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule
    }
    /// The moment, microseconds: rows that have not begun or have ended then are not in the list. A scope
    /// that was given none lists no share at all.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }
    /// The same at a moment.
    #[must_use]
    pub fn at(self, now: i64) -> Scope {
        Scope { now, ..self }
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

impl CaseList {
    /// Relations that bring a case into the list.
    #[must_use]
    pub fn relations(self) -> &'static [Relation] {
        match self {
            CaseList::Mine => &[Own, Team, BreakGlass],
            CaseList::Organisation => &[Relation::Organisation, Addressed],
            CaseList::National => &[National],
        }
    }
}

/// The scope of a list of cases, or nothing when the role has no such list.
#[must_use]
pub fn scope(actor: &Actor, list: CaseList) -> Option<Scope> {
    let holder: Id = match list {
        CaseList::Mine => actor.user.0,
        CaseList::Organisation => actor.organisation.0,
        CaseList::National => EVERYONE_NATIONAL,
    };
    // A list over several relations shows no more than the narrowest of them.
    let mut found: Option<Scope> = None;
    for (at, relation) in list.relations().iter().enumerate() {
        let decision = at_best(actor, *relation);
        if decision.allow {
            let mut next = found.unwrap_or(Scope {
                holder,
                relations: [""; 3],
                mask: decision.mask,
                rule: decision.rule,
                now: 0,
            });
            next.mask = next.mask.intersection(decision.mask);
            if let Some(slot) = next.relations.get_mut(at) {
                *slot = relation.code();
            }
            found = Some(next);
        }
    }
    found
}

/// What the table says of a list over a relation whose conditions are met: each row's are its own.
fn at_best(actor: &Actor, relation: Relation) -> Decision {
    decide(actor, List, Resource { kind: K::Case, relations: &[Held::at_best(relation)] })
}
