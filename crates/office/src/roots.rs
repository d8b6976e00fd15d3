//! Keys that hang from people: who is granted a new data key, how an organisation locks its data, admits a
//! colleague, turns its epoch; sharing and ending it; the session's keyring.
//!
//! An organisation starts **open**: its data keys hang from the server's master key. Locking makes role
//! keys, seals them to those who have keys of their own, and takes every data key of the organisation out
//! of the server's hand, batch by batch. Source: security design, 3.2 to 3.4.

mod epoch;
mod holders;
mod ring;

pub use epoch::{Progress, Running, begin, come_by, convert, lock, settle, turn};
#[doc(hidden)]
pub use epoch::{Turning, finish_turn, start_turn};
pub use holders::dismiss;
pub(crate) use holders::{is_last, membership};
pub use ring::{Member, Status, admit, keyring, refresh, status};
pub(crate) use ring::{givable, names_key, names_wait};

use crate::desk::{Desk, WritingDesk};
use crate::{OfficeError, Result};
use domain::policy::{Actor, Held, Resource, Role, Terms, decide};
use domain::{Action, Compartment, Head, Id, Mask, OrganisationId, RecordKind, Relation, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::keys::Grant;
use store::{Tx, WriteTx};
use vault::{Class, Holder, KeyId, RoleAt};

/// Compartments that hang from people once their organisation has locked.
pub const ROOTED: [Compartment; 4] = [Compartment::C2, Compartment::C3, Compartment::C4, Compartment::C5];

/// Kinds that the server keeps by itself: names of colleagues and partners stand on every page, and lists of
/// trainings are shared by all partners. None of them is about a person who was trafficked.
const OF_THE_SERVER: [RecordKind; 5] = [
    RecordKind::Organisation,
    RecordKind::User,
    RecordKind::Training,
    RecordKind::TrainingSession,
    RecordKind::Attendance,
];

/// Role keys of an organisation; none while it is open.
///
/// # Errors
/// The database.
pub fn roles<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id) -> Result<Arc<Vec<store::roots::RoleKey>>> {
    if let Some(known) = desk.roles.get(&organisation) {
        return Ok(Arc::clone(known));
    }
    let found = Arc::new(store::roots::roles(desk.tx, organisation)?);
    desk.roles.insert(organisation, Arc::clone(&found));
    Ok(found)
}

/// Has an organisation locked its data?
///
/// # Errors
/// The database.
pub fn is_locked<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id) -> Result<bool> {
    Ok(!roles(desk, organisation)?.is_empty())
}

/// The role keys of a class that were not ended: several where a turn is under way or was interrupted.
pub(crate) fn live<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id, class: Class) -> Result<Vec<RoleAt>> {
    let all = roles(desk, organisation)?;
    let live = all.iter().filter(|r| r.class == i64::from(class.byte()) && r.ended_at == 0);
    Ok(live.map(|r| RoleAt { organisation: organisation.0, class, epoch: r.epoch }).collect())
}

/// The role key in force of a class: epoch and public half.
fn public<T: Tx>(
    desk: &mut Desk<'_, T>,
    organisation: Id,
    class: Class,
) -> Result<Option<(RoleAt, Vec<u8>)>> {
    let all = roles(desk, organisation)?;
    let live = all.iter().filter(|r| r.class == i64::from(class.byte()) && r.ended_at == 0);
    Ok(live
        .max_by_key(|r| r.epoch)
        .map(|r| (RoleAt { organisation: organisation.0, class, epoch: r.epoch }, r.public.clone())))
}

/// What a role may open at most, over all relations and kinds: which role keys its people are given.
#[must_use]
pub fn reach(role: Role) -> Mask {
    let actor = Actor::new(UserId(Id([1; 16])), OrganisationId(Id([2; 16])), role, [0; 8]);
    let relations = [
        Relation::Own,
        Relation::Team,
        Relation::Organisation,
        Relation::Addressed,
        Relation::National,
        Relation::General,
    ];
    let mut mask = Mask::NONE;
    for kind in RecordKind::ALL.iter().filter(|k| !OF_THE_SERVER.contains(k)) {
        for action in [Action::View, Action::Reveal, Action::Create, Action::Edit] {
            for relation in relations {
                let decision =
                    decide(&actor, action, Resource { kind: *kind, relations: &[Held::at_best(relation)] });
                if decision.allow {
                    mask = mask.union(decision.mask);
                }
            }
        }
    }
    mask
}

/// The classes of role keys that people of a role are given.
#[must_use]
pub fn classes(role: Role) -> Vec<Class> {
    let mask = reach(role);
    let has = |class: Class| match class {
        Class::Work => mask.has(Compartment::C2),
        Class::Identity | Class::Search => mask.has(Compartment::C3),
        Class::Privileged => mask.has(Compartment::C5),
    };
    Class::ALL.into_iter().filter(|class| has(*class)).collect()
}

/// A subject as far as granting needs it: what it is and whose.
struct Subject {
    kind: RecordKind,
    id: Id,
    owner: Id,
    assignee: Option<Id>,
}

fn subject_of<T: Tx>(desk: &mut Desk<'_, T>, head: &Head) -> Result<Subject> {
    let id = head.key_subject();
    if id == head.id {
        let (kind, owner, assignee) = (head.kind, head.organisation_id, head.assignee);
        return Ok(Subject { kind, id, owner, assignee });
    }
    let found = store::records::head(desk.tx, id)?.ok_or(OfficeError::Sealed)?;
    Ok(Subject { kind: found.kind, id, owner: found.organisation_id, assignee: found.assignee })
}

/// Which organisations may read new content of a compartment of a subject, the writer's own aside.
fn readers<T: Tx>(
    desk: &mut Desk<'_, T>,
    subject: &Subject,
    compartment: Compartment,
) -> Result<BTreeSet<Id>> {
    let mut out = BTreeSet::from([subject.owner]);
    match subject.kind {
        RecordKind::Case => out.extend(of_case(desk, subject.kind, subject.id, compartment)?),
        // Who opened a case of his own on her reads her name through what is shared with him, no further.
        RecordKind::Person => {
            let (case, owner) = (RecordKind::Case.code(), subject.owner);
            for (case, _) in store::records::of_person_in(desk.tx, subject.id, case, owner)? {
                out.extend(of_case(desk, subject.kind, case, compartment)?);
            }
        }
        // Signals go to those who answer for all of them.
        RecordKind::Signal => {
            let directory = crate::names::directory(desk)?;
            let national = |o: &&crate::names::Named| matches!(o.kind.as_str(), "iom" | "ncctb");
            out.extend(directory.organisations.iter().filter(national).map(|o| o.id));
        }
        _ => {
            if let Some(user) = subject.assignee
                && let Some(user) = store::records::head(desk.tx, user)?
            {
                out.insert(user.organisation_id);
            }
        }
    }
    Ok(out)
}

/// Locked organisations that may find a person by name.
///
/// # Errors
/// The database.
pub fn readers_of_person<T: Tx>(desk: &mut Desk<'_, T>, head: &Head) -> Result<Vec<Id>> {
    let subject = subject_of(desk, head)?;
    let mut out = Vec::new();
    for organisation in readers(desk, &subject, Compartment::C3)? {
        if is_locked(desk, organisation)? {
            out.push(organisation);
        }
    }
    Ok(out)
}

/// Locked organisations whose own index may know a person: those that find her now, and those that did while
/// something about her was shared with them. An index forgets nothing by itself.
///
/// # Errors
/// The database.
pub fn indexes_of_person<T: Tx>(desk: &mut Desk<'_, T>, head: &Head) -> Result<BTreeSet<Id>> {
    let mut out: BTreeSet<Id> = readers_of_person(desk, head)?.into_iter().collect();
    for case in store::records::ids_of_person(desk.tx, head.id, RecordKind::Case.code())? {
        for share in store::shares::of_case(desk.tx, case)? {
            if is_locked(desk, share.organisation_id)? {
                out.insert(share.organisation_id);
            }
        }
    }
    Ok(out)
}

/// Organisations that read a compartment of a case: its own, and those it is shared with for that.
/// `kind` says whose keys are meant: those of the case, or those of its person, which a share of, say, the place
/// alone does not give.
fn of_case<T: Tx>(
    desk: &mut Desk<'_, T>,
    kind: RecordKind,
    case: Id,
    compartment: Compartment,
) -> Result<BTreeSet<Id>> {
    let mut out = BTreeSet::new();
    for row in store::access::of_case(desk.tx, case)? {
        let reads = match Relation::from_code(&row.relation) {
            Relation::Organisation => true,
            Relation::Addressed => {
                row.until > desk.ctx.now && {
                    let (office, now) = (desk.office, desk.ctx.now);
                    let rows = store::access::standing(desk.tx, case, [row.holder; 3])?;
                    rows.into_iter()
                        .filter_map(|row| crate::shares::held(office, now, row)?.terms)
                        .any(|terms| given(&terms, kind).has(compartment))
                }
            }
            _ => false,
        };
        if reads {
            out.insert(row.holder);
        }
    }
    Ok(out)
}

/// The compartments of a case, or of its person, that the terms of a share open.
fn given(terms: &Terms, kind: RecordKind) -> Mask {
    if kind == RecordKind::Person {
        return terms.mask(kind);
    }
    let others = RecordKind::ALL.iter().filter(|k| **k != RecordKind::Person);
    others.fold(Mask::NONE, |mask, kind| mask.union(terms.mask(*kind)))
}

/// A new data key for a record's subject and compartment, granted to those who may read it.
///
/// What is privileged (C5) is granted to the organisation that wrote it and to nobody else: a therapist's
/// notes do not become readable because the case is somebody else's (domain reference, 2.6).
///
/// # Errors
/// `Busy` when no key lies ready; the database.
pub fn new_key(desk: &mut WritingDesk<'_, '_>, head: &Head, compartment: Compartment) -> Result<KeyId> {
    let (half_id, half) = desk.office.take_key(compartment)?;
    let subject = subject_of(desk, head)?;
    let place = (subject.id, compartment as i64);
    let of_server = !ROOTED.contains(&compartment)
        || OF_THE_SERVER.contains(&subject.kind)
        || !is_locked(desk, subject.owner)?;
    if of_server {
        store::keys::add(desk.tx, &half_id.0, place, false, &half_id.0)?;
        return Ok(half_id);
    }
    let lane = crate::keys::lane(compartment);
    let opened = desk.office.vault.root_new(lane, half_id, &half).map_err(|_| OfficeError::Sealed)?;
    let id = opened.key_id();
    store::keys::add(desk.tx, &id.0, place, true, &half_id.0)?;
    let own = desk.ctx.actor.organisation.0;
    let mut holders = if compartment == Compartment::C5 && own != Id([0; 16]) {
        BTreeSet::new()
    } else {
        readers(desk, &subject, compartment)?
    };
    holders.insert(own);
    for holder in holders {
        grant(desk, &opened, compartment, holder)?;
    }
    desk.hold(opened);
    Ok(id)
}

/// Grants an opened key to an organisation's role key, by the role key itself where it is at hand. Nothing
/// happens for an organisation that has no keys yet. Says whether it was granted.
pub(crate) fn grant(
    desk: &mut WritingDesk<'_, '_>,
    opened: &vault::Opened,
    compartment: Compartment,
    holder: Id,
) -> Result<bool> {
    let Some(class) = Class::of(crate::keys::lane(compartment)) else { return Ok(false) };
    let Some((at, public)) = public(desk, holder, class)? else { return Ok(false) };
    let keys = Arc::clone(&desk.ctx.keys);
    let role = keys.newest(&holder.0, class).filter(|role| role.at == at);
    let to = match role {
        Some(role) => Holder::Role(role),
        None => Holder::Organisation { at, public: &public },
    };
    let sealed = opened.grant(&to).map_err(|_| OfficeError::Sealed)?;
    let sealed = Grant { holder, epoch: sealed.epoch, sealed: sealed.sealed };
    store::keys::grant(desk.tx, &opened.key_id().0, &sealed)?;
    Ok(true)
}

/// Shares a case with an organisation: grants it every data key of the case and of its person in the
/// compartments that the terms open of each, and nothing else.
///
/// # Errors
/// `Locked` when whoever shares has no key for part of it, or the organisation has no keys yet while the
/// case's own has locked; the database.
pub fn share(desk: &mut WritingDesk<'_, '_>, case_id: Id, organisation: Id, terms: &Terms) -> Result<()> {
    let case = store::records::head(desk.tx, case_id)?.ok_or(OfficeError::NotFound)?;
    let (of_case, of_person) = (given(terms, RecordKind::Case), given(terms, RecordKind::Person));
    let subjects = [(Some(case_id), of_case), (case.person_id, of_person)];
    for (subject, mask) in subjects.into_iter().filter_map(|(s, mask)| s.map(|s| (s, mask))) {
        for (key_id, number) in store::keys::of_subject(desk.tx, subject)? {
            let Some(compartment) = compartment(number).filter(|c| mask.has(*c)) else { continue };
            let rooted = store::keys::get(desk.tx, &key_id)?.is_some_and(|key| key.rooted);
            if !rooted || compartment == Compartment::C4 {
                continue;
            }
            // What another organisation wrote for itself alone is not ours to hand on.
            let Some(opened) = desk.take_held(KeyId(key_id), subject, compartment)? else {
                if compartment == Compartment::C5 {
                    continue;
                }
                return Err(OfficeError::Locked(Mask::NONE.with(compartment)));
            };
            let granted = grant(desk, &opened, compartment, organisation)?;
            desk.hold(opened);
            if !granted {
                return Err(OfficeError::NoKeys);
            }
        }
    }
    if of_person.has(Compartment::C3)
        && let Some(person) = case.person_id
        && is_locked(desk, organisation)?
    {
        store::roots::add_unindexed(desk.tx, organisation, person)?;
    }
    Ok(())
}

/// Ends a share: takes the grants away, and gives what is written from now on new keys, so that what the
/// organisation may have kept opens nothing new. What it was given of her through another case stays; a case
/// that the organisation opened itself gives it nothing of her.
///
/// # Errors
/// The database.
pub fn unshare(desk: &mut WritingDesk<'_, '_>, case_id: Id, organisation: Id) -> Result<()> {
    let case = store::records::head(desk.tx, case_id)?.ok_or(OfficeError::NotFound)?;
    let mut subjects = vec![case_id];
    if let Some(person) = case.person_id {
        let mut through_another = false;
        let owner =
            store::records::head(desk.tx, person)?.map_or(case.organisation_id, |p| p.organisation_id);
        let kind = RecordKind::Case.code();
        for (other, _) in store::records::of_person_in(desk.tx, person, kind, owner)? {
            through_another |= other != case_id
                && of_case(desk, RecordKind::Person, other, Compartment::C3)?.contains(&organisation);
        }
        if !through_another {
            subjects.push(person);
            store::roots::drop_unindexed(desk.tx, organisation, person)?;
        }
    }
    for subject in subjects {
        if store::records::head(desk.tx, subject)?.is_some_and(|h| h.organisation_id == organisation) {
            continue;
        }
        for (key_id, number) in store::keys::of_subject(desk.tx, subject)? {
            store::keys::ungrant(desk.tx, &key_id, organisation)?;
            if compartment(number).is_some_and(|c| ROOTED.contains(&c)) {
                store::keys::unbind(desk.tx, subject, number)?;
            }
        }
    }
    Ok(())
}

/// Destroys every key of a subject: its halves in the keystore, its grants. Nothing of it opens any more,
/// for anybody. Gives how many keys there were.
///
/// # Errors
/// The database.
pub fn shred(desk: &mut WritingDesk<'_, '_>, subject: Id) -> Result<usize> {
    Ok(store::keys::shred(desk.tx, subject)?)
}

fn compartment(number: i64) -> Option<Compartment> {
    Compartment::ALL.into_iter().find(|c| *c as i64 == number)
}

impl Desk<'_, WriteTx<'_>> {
    /// A data key out of the desk's own memory, to be given back with `hold`: granting needs both at once.
    fn take_held(
        &mut self,
        id: KeyId,
        subject: Id,
        compartment: Compartment,
    ) -> Result<Option<vault::Opened>> {
        self.key(id, subject, compartment)?;
        Ok(self.take_key(id))
    }
}
