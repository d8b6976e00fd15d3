//! How many people's names somebody opens in a day. A case worker opens those of her own cases; whoever copies the
//! house opens all of them. Source: security design, 2 (attack 1) and 3.6; the numbers stand in the programme file.

use crate::desk::{Desk, Leaf};
use crate::{Office, OfficeError, Result};
use domain::{Compartment, Id, RecordKind};
use store::{Tx, WriteTx};

/// Microseconds of a day.
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Counts what a leaf opened, in its transaction. Those who answer for the organisation are told when it is too much.
pub(super) fn count(office: &Office, tx: &mut WriteTx<'_>, leaf: &Leaf) -> Result<()> {
    let verb = leaf.action.split_once('.').map_or("", |(_, verb)| verb);
    let user = leaf.actor.user.0;
    // A list shows one's own cases, a search shows names of those alone though it finds others as well, whoever writes a
    // name down knows it, and a command has no user.
    if !leaf.allowed
        || leaf.kind != RecordKind::Person.code()
        || !leaf.mask.has(Compartment::C3)
        || matches!(verb, "list" | "search" | "create")
        || user == Id([0; 16])
    {
        return Ok(());
    }
    for person in &leaf.objects {
        let Some(many) = store::limits::opened(tx, user, leaf.now / DAY_US, *person)? else { continue };
        if many == i64::from(office.programme.names.tell_after) {
            let organisation = leaf.actor.organisation.0;
            crate::doors::notify_officers(tx, organisation, "many-names", user, leaf.now)?;
            crate::doors::notify(tx, user, "many-names-own", None, leaf.now)?;
        }
    }
    Ok(())
}

/// Has the actor opened as many names today as anybody may? One that was opened today opens again.
///
/// # Errors
/// `TooMany`; the database.
pub(crate) fn stop<T: Tx>(desk: &mut Desk<'_, T>, person: Id) -> Result<()> {
    let (user, day) = (desk.ctx.actor.user.0, desk.ctx.now / DAY_US);
    let many = store::limits::count(desk.tx, user, day)?;
    if many >= i64::from(desk.office.programme.names.stop_after)
        && !store::limits::has(desk.tx, user, day, person)?
    {
        return Err(OfficeError::TooMany);
    }
    Ok(())
}
