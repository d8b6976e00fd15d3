//! Who stands how to a person: through whose cases, and whether he may be told her name.

use crate::desk::Desk;
use crate::{OfficeError, Result};
use domain::policy::{Resource, decide};
use domain::{Action, Compartment, Head, Held, Id, Mask, Record, RecordKind};
use store::Tx;
use store::records::Stored;

/// A person's cases at the organisation that wrote her down, and who leads each. They alone say who stands how to her: a case that
/// somebody else opens on her gives no way to her and no key, beyond what is shared with him.
///
/// # Errors
/// The database.
pub(crate) fn own_cases<T: Tx>(desk: &mut Desk<'_, T>, person: &Head) -> Result<Vec<(Id, Option<Id>)>> {
    let (case, owner) = (RecordKind::Case.code(), person.organisation_id);
    if let Some(known) = desk.known_cases(person.id) {
        return Ok(known.iter().filter(|c| c.organisation == owner).map(|c| (c.id, c.lead)).collect());
    }
    Ok(store::records::of_person_in(desk.tx, person.id, case, owner)?)
}

/// How the actor stands to the person of a case: through that case where it is of the organisation that wrote
/// her down, through the cases there otherwise.
///
/// # Errors
/// The database.
pub(crate) fn through<T: Tx>(desk: &mut Desk<'_, T>, case: &Head, person: &Head) -> Result<Vec<Held>> {
    if case.organisation_id == person.organisation_id {
        desk.relations(case.id)
    } else {
        desk.relations_to(person)
    }
}

/// Whose person is the one of a case? Nothing leaves the house about somebody whom another house wrote down: who has a
/// case of his own on her may have been shown her name, and hands it on to nobody.
///
/// # Errors
/// The database.
pub(crate) fn of_another_house<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<bool> {
    let Some(person) = case.person_id else { return Ok(false) };
    Ok(store::records::head(desk.tx, person)?.is_some_and(|p| p.organisation_id != case.organisation_id))
}

/// May the actor make of the name of a case's person what lists show of it, and find her by it? Not whoever
/// only knows that there is a case, has it under a number alone, or was given it without the name.
///
/// # Errors
/// The database.
pub(crate) fn named<T: Tx>(desk: &mut Desk<'_, T>, case: &Head, person: &Head) -> Result<bool> {
    let relations = through(desk, case, person)?;
    let person = Resource { kind: RecordKind::Person, relations: &relations };
    Ok(decide(&desk.ctx.actor, Action::List, person).mask.has(Compartment::C3))
}

/// Of a person's name what lists show of it. The caller has decided and notes it.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn shortened<T: Tx>(desk: &mut Desk<'_, T>, stored: Stored, mask: Mask) -> Result<Record> {
    let mut person = desk.unseal(stored, mask)?;
    domain::people::shorten(&mut person.values);
    Ok(person)
}

/// A person for the heading of a page about her: what may be read, and of her name an initial.
///
/// # Errors
/// `NotFound` when absent, refused or no person; `Sealed`; the database.
pub(crate) fn glimpse<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<Record> {
    let stored = desk.stored(id)?;
    if stored.head.kind != RecordKind::Person {
        return Err(OfficeError::NotFound);
    }
    let decision = desk.may(Action::View, &stored.head)?;
    let relations = desk.relations_to(&stored.head)?;
    let list = Resource { kind: RecordKind::Person, relations: &relations };
    let list = decide(&desk.ctx.actor, Action::List, list);
    let name = list.mask.intersection(Mask::NONE.with(Compartment::C3));
    let person = shortened(desk, stored, decision.mask.union(name))?;
    desk.note("view", &person.head.clone(), decision, person.mask);
    Ok(person)
}

/// Whoever opens a case on a person has her before him: his organisation wrote her down and nobody leads a case of
/// hers there, he works on a case of hers, or she was shared with his organisation by her name. To know that she is there
/// is not enough.
///
/// # Errors
/// `NotFound` otherwise, as if she were not there, and noted; the database.
pub(crate) fn identified<T: Tx>(desk: &mut Desk<'_, T>, person: Id) -> Result<()> {
    let head = desk.stored(person)?.head;
    if head.kind != RecordKind::Person {
        return Err(OfficeError::NotFound);
    }
    let decision = desk.may(Action::List, &head)?;
    if decision.mask.has(Compartment::C3) {
        return Ok(());
    }
    let refused = domain::Decision { allow: false, rule: "no-name", ..decision };
    desk.note("create", &head, refused, Mask::NONE);
    Err(OfficeError::NotFound)
}

/// May the actor make of a person's name what lists show of it, by whatever way he stands to her?
pub(super) fn named_at_all<T: Tx>(desk: &mut Desk<'_, T>, person: &Head) -> Result<bool> {
    let relations = desk.relations_to(person)?;
    let list = Resource { kind: RecordKind::Person, relations: &relations };
    Ok(decide(&desk.ctx.actor, Action::List, list).mask.has(Compartment::C3))
}

/// May the actor know of a person: through one of her cases, or, when she has none yet, because his own
/// organisation wrote her down?
///
/// # Errors
/// The database.
pub fn knows<T: Tx>(desk: &mut Desk<'_, T>, person: &Head) -> Result<bool> {
    if person.kind != RecordKind::Person {
        return Ok(false);
    }
    let cases = own_cases(desk, person)?;
    if cases.is_empty() {
        return Ok(person.organisation_id == desk.ctx.actor.organisation.0);
    }
    for (case, _) in cases {
        let relations = desk.relations(case)?;
        if decide(&desk.ctx.actor, Action::List, Resource { kind: RecordKind::Case, relations: &relations })
            .allow
        {
            return Ok(true);
        }
    }
    Ok(false)
}
