//! Who may do what. One rule table gives both the check of one record and the scope of lists.
//! Default deny: what no rule allows is refused, and what may not be known to exist looks
//! exactly like what does not exist.
//!
//! A decision weighs: role, organisation (through the relation), relation, kind, compartment, the consent or
//! the ground in law behind a share, its purpose and its field groups, the moment, how the actor signed in,
//! a break-glass grant, and duress. Only [`decide`] makes decisions, only [`scope`] and [`general_scope`]
//! make scopes of lists.
//!
//! Source: the role matrix of the domain reference, 2.6 (a proposal derived from the referral
//! mechanism's rules, not a published rule), and the security design, 5.1 (step-up) and 3.4 (break-glass).

mod actions;
mod roles;
mod rules;
mod scope;
mod share;
mod standing;
#[cfg(test)]
mod tests;

pub use actions::Action;
pub use roles::Role;
pub use rules::rule_ids;
pub use scope::{CaseList, GeneralScope, Scope, general_scope, scope, standing};
pub use share::{FieldGroup, Ground, Groups, Purpose, Terms};
pub use standing::{Author, BREAK_GLASS_LONGEST, EVERYONE_NATIONAL, FOREVER, Held, Relation};

use crate::{Compartment, Mask, OrganisationId, RecordKind, UserId};
use rules::{RULES, Rule};

/// How sure the door is of who stands before it, weakest first (security design, 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assurance {
    /// A password alone.
    Password,
    /// A password and a code of the moment.
    PasswordTotp,
    /// A passkey.
    Passkey,
    /// A passkey within the last five minutes.
    Fresh,
}

impl Assurance {
    /// All, weakest first.
    pub const ALL: [Assurance; 4] =
        [Assurance::Password, Assurance::PasswordTotp, Assurance::Passkey, Assurance::Fresh];
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
    /// How the session was opened.
    pub assurance: Assurance,
    /// Signed in by the door for people who are forced to.
    pub duress: bool,
}

impl Actor {
    /// Somebody who is as sure as the program itself: the command line, demo data, tests. A session of a
    /// person says how it was opened instead.
    #[must_use]
    pub const fn new(user: UserId, organisation: OrganisationId, role: Role, session: [u8; 8]) -> Actor {
        Actor { user, organisation, role, session, assurance: Assurance::Fresh, duress: false }
    }
}

/// The organisation that somebody who is forced to sign in acts for: it has no records, and nothing that is
/// open to every organisation is open to it.
pub const QUIET_HOUSE: crate::Id = crate::Id([0xdd; 16]);

/// What an allowed step still asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duties {
    /// Sign in anew, at least like this, before it is done.
    pub step_up: Option<Assurance>,
    /// A reason must be given.
    pub reason: bool,
    /// Must be written into the log before anything is shown.
    pub log: bool,
    /// Somebody must be told in silence.
    pub alert: bool,
}

impl Duties {
    /// Nothing more is asked.
    pub const NONE: Duties = Duties { step_up: None, reason: false, log: false, alert: false };
}

/// What the decision is and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Allowed?
    pub allow: bool,
    /// The rule that allowed it, or `default-deny`.
    pub rule: &'static str,
    /// What may be opened.
    pub mask: Mask,
    /// What it still asks for.
    pub duties: Duties,
}

impl Decision {
    /// A decision that stands for the program itself (command line, demo, tests), or repeats one of a scope.
    #[must_use]
    pub const fn by(rule: &'static str, mask: Mask) -> Decision {
        Decision { allow: true, rule, mask, duties: Duties::NONE }
    }
}

/// What is to be done with what. `R` is [`Held`], or [`Relation`] where a relation needs no conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a, R = Held> {
    /// What kind of record.
    pub kind: RecordKind,
    /// How the actor stands to it; several may hold.
    pub relations: &'a [R],
}

/// The one place where authority is decided. Pure; several rules may allow, their masks add up.
#[must_use]
pub fn decide<R: Copy + Into<Held>>(actor: &Actor, action: Action, resource: Resource<'_, R>) -> Decision {
    by_rules(RULES, actor, action, resource)
}

/// The same over any table, so that a test can ask what an altered one would say.
fn by_rules<R: Copy + Into<Held>>(
    rules: &[Rule],
    actor: &Actor,
    action: Action,
    resource: Resource<'_, R>,
) -> Decision {
    let mut decision =
        Decision { allow: false, rule: "default-deny", mask: Mask::NONE, duties: Duties::NONE };
    // Legal holds, requests to erase or of authorities, and exports are written by steps of their own, never by
    // the form of every kind.
    let by_step = matches!(
        resource.kind,
        RecordKind::Hold | RecordKind::Erasure | RecordKind::LegalRequest | RecordKind::Export
    );
    if by_step && matches!(action, Action::Create | Action::Edit) {
        return decision;
    }
    // Who is forced lets nobody else in, takes nothing out, finds nothing that is sealed for a witness, and changes
    // nothing that the real house shares by nature: partners, staff, trainings. Who works where is not shown
    // either. The list of what was taken out is no more than a list, and stands in the quiet house as in any.
    let outward = matches!(action, Action::Grant | Action::Release | Action::Seal | Action::Unseal)
        || (action == Action::Export && resource.kind == RecordKind::Case);
    let shared = scope::shared(resource.kind) && !matches!(action, Action::List | Action::View);
    if actor.duress && (outward || shared || resource.kind == RecordKind::User) {
        return decision;
    }
    for rule in rules.iter().filter(|r| r.speaks_of(actor.role, action, resource.kind)) {
        for held in resource.relations.iter().map(|r| (*r).into()) {
            if !rule.relations.contains(&held.relation) {
                continue;
            }
            // Somebody who is forced to sign in sees nothing of the whole country's.
            if actor.organisation.0 == QUIET_HOUSE && held.relation == Relation::National {
                continue;
            }
            let Some(mask) = opened(actor, action, resource.kind, &held, rule.mask) else { continue };
            if !decision.allow {
                decision.rule = rule.id;
            }
            decision.allow = true;
            decision.mask = decision.mask.union(mask);
            if held.relation == Relation::BreakGlass {
                decision.duties.reason = true;
                decision.duties.alert = true;
            }
        }
    }
    if decision.allow {
        let wanted = action.assurance(resource.kind);
        decision.duties.step_up = (actor.assurance < wanted).then_some(wanted);
        decision.duties.reason |= action == Action::Reveal;
        decision.duties.log = true;
        decision.duties.alert |= actor.duress;
    }
    decision
}

/// What a rule opens through one relation; nothing when the relation does not hold now or does not reach
/// this kind.
fn opened(actor: &Actor, action: Action, kind: RecordKind, held: &Held, rule: Mask) -> Option<Mask> {
    if !held.holds() {
        return None;
    }
    // Only the organisation that answers for a case lets others in, answers an authority, or takes the case out,
    // whoever stands in the team.
    let of_the_house = matches!(action, Action::Grant | Action::Release | Action::Export)
        || (action == Action::Ask && kind == RecordKind::LegalRequest);
    if of_the_house && held.author == Author::Other {
        return None;
    }
    let mut mask = rule;
    match held.relation {
        Relation::Addressed => {
            let terms = held.terms?;
            // Who leads a case, and what the person agreed to, is for those who answer for the case: a
            // receiver who could change either would lengthen its own arm.
            let of_the_owner = matches!(kind, RecordKind::Case | RecordKind::Consent);
            if of_the_owner && matches!(action, Action::Create | Action::Edit) {
                return None;
            }
            // What the receiver writes itself it may read as long as the sharing lasts; of everything else
            // only what was agreed.
            if action != Action::Create && held.author != Author::Own {
                mask = mask.intersection(held.mask).intersection(terms.mask(kind));
                if mask == Mask::NONE {
                    return None;
                }
            }
        }
        Relation::BreakGlass if actor.duress => return None,
        _ => mask = mask.intersection(held.mask),
    }
    // Notes of another organisation's therapist or lawyer stay theirs, whoever leads the case (role matrix:
    // "never: other NGO therapy notes"). Only a share of health gives them.
    if held.author == Author::Other && held.relation != Relation::Addressed {
        mask = mask.without(Compartment::C5);
    }
    if actor.duress {
        mask = mask.without(Compartment::C4);
    }
    // Who she is, page by page or version by version, is read by somebody as sure as for a reveal. Lists make an
    // initial and an age of it.
    if kind == RecordKind::Person
        && action == Action::View
        && actor.assurance < Action::Reveal.assurance(kind)
    {
        mask = mask.without(Compartment::C3);
    }
    Some(mask)
}
