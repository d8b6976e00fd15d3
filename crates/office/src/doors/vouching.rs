//! Whose word counts when somebody says "it is she": of a colleague who has lost a way in, or who comes through
//! a partner's provider for the first time.
//!
//! An administrator makes accounts, and could make two that vouch for a third. So a word counts only from an
//! account that has been there for a while, with a passkey given a moment ago, and, where the organisation has
//! locked its data, from somebody whom its people have let in to their keys: that is what no administrator can
//! give. Officers of the organisation count like its own people. Source: security design, 5.2; attack by
//! accounts made for the purpose.

use crate::{OfficeError, Result};
use domain::policy::{Assurance, Role};
use domain::{Actor, Head, Id, RecordKind};
use store::Tx;
use vault::{Keyring, RoleAt};

const DAY_US: i64 = 24 * 3600 * 1_000_000;
/// An account is at least so old before its word counts. Provisional: no law says it.
pub const ESTABLISHED_US: i64 = 14 * DAY_US;

/// Somebody who would vouch.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'a> {
    /// Whose session it is.
    pub user: Id,
    /// As whom she acts.
    pub actor: &'a Actor,
    /// How sure the door is of her.
    pub assurance: Assurance,
    /// What her session holds.
    pub keys: &'a Keyring,
}

/// Has an account been here long enough for what one alone could do much harm with? In the first two weeks of an
/// installation everybody has: nobody is older.
///
/// # Errors
/// The database.
pub(crate) fn established<T: Tx>(tx: &mut T, user: &Head, now: i64) -> Result<bool> {
    let long = |since: i64| now - since >= ESTABLISHED_US;
    let first = store::records::first_of_kind(tx, RecordKind::User.code())?;
    Ok(long(user.created_at) || !first.is_some_and(long))
}

/// The officers of an organisation's live circle.
pub(super) fn officers<T: Tx>(tx: &mut T, organisation: Id) -> Result<Vec<Id>> {
    let circles = store::glass::circles(tx, organisation)?;
    let Some(circle) = circles.into_iter().find(|c| c.state == "live") else { return Ok(Vec::new()) };
    Ok(store::glass::officers(tx, circle.id)?.into_iter().map(|officer| officer.user).collect())
}

/// Is somebody one of them?
pub(super) fn is_officer<T: Tx>(tx: &mut T, user: Id, organisation: Id) -> Result<bool> {
    Ok(officers(tx, organisation)?.contains(&user))
}

/// Does a session hold every role key in force that its role is for? True while the organisation is open.
fn holds_keys<T: Tx>(tx: &mut T, by: Voice<'_>, organisation: Id) -> Result<bool> {
    let live: Vec<_> =
        store::roots::roles(tx, organisation)?.into_iter().filter(|r| r.ended_at == 0).collect();
    let mut any = live.is_empty();
    for class in crate::roots::classes(by.actor.role) {
        let newest = live.iter().filter(|r| r.class == i64::from(class.byte())).map(|r| r.epoch).max();
        let Some(epoch) = newest else { continue };
        if by.keys.role(&RoleAt { organisation: organisation.0, class, epoch }).is_none() {
            return Ok(false);
        }
        any = true;
    }
    Ok(any)
}

/// Does her word count for a user of an organisation?
///
/// # Errors
/// `NotFound` when it does not; `StepUp` when it would with a passkey given anew; the database.
pub(crate) fn may_vouch<T: Tx>(
    tx: &mut T,
    by: Voice<'_>,
    (of, organisation): (Id, Id),
    now: i64,
) -> Result<()> {
    let Some(head) = store::records::head(tx, by.user)? else { return Err(OfficeError::NotFound) };
    let officer = is_officer(tx, by.user, organisation)?;
    let ours = head.organisation_id == organisation && by.actor.organisation.0 == organisation;
    let counts = head.kind == RecordKind::User
        && by.user != of
        && !by.actor.duress
        && established(tx, &head, now)?
        // Whoever makes accounts, and whoever sees figures alone, knows nobody by the work.
        && !matches!(by.actor.role, Role::Admin | Role::Monitor)
        && (officer || (ours && holds_keys(tx, by, organisation)?));
    let has_passkey = !store::doors::factors::passkeys(tx, by.user)?.is_empty();
    match (counts && has_passkey, by.assurance) {
        (true, Assurance::Fresh) => Ok(()),
        (true, _) => Err(OfficeError::StepUp(Assurance::Fresh)),
        (false, _) => Err(OfficeError::NotFound),
    }
}
