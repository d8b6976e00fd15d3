//! What a second person adds to a printed code: a number that lies sealed to colleagues and officers, follows the turn
//! of the epoch, and keeps the mark of a code that was used.

use crate::doors::vouching::officers;
use crate::doors::{SignedIn, slots};
use crate::{Office, OfficeError, Result};
use domain::{Id, RecordKind};
use store::doors::{factors, recovery};
use store::{StoreError, WriteTx};
use vault::{Class, Half, PrivateKey, RoleKey};
use zeroize::Zeroizing;

const SECOND: &str = "recovery second";
const SECOND_OFFICER: &str = "recovery second, officer";
/// Stands before the second number of a code that somebody came back with.
const USED: u8 = 3;

/// The second number: sealed to the work key of the user's organisation where this session holds it, so that
/// only a colleague's session releases it, and beside that to each officer; else to the server.
pub(super) fn seal_second(
    office: &Office,
    tx: &mut WriteTx<'_>,
    now: i64,
    signed_in: &SignedIn,
    second: &[u8; 16],
) -> Result<Vec<u8>> {
    let user = signed_in.user;
    let mut padded = Zeroizing::new([0_u8; 32]);
    padded.iter_mut().zip(second).for_each(|(to, from)| *to = *from);
    let organisation = signed_in.actor.organisation.0;
    let holds = signed_in.keys.newest(&organisation.0, Class::Work).is_some();
    // To the key in force now: the session's own may have ended since it was read, and nobody would hold it.
    let work = |r: &store::roots::RoleKey| r.class == i64::from(Class::Work.byte()) && r.ended_at == 0;
    let roles = if holds { store::roots::roles(tx, organisation)? } else { Vec::new() };
    let inner = match roles.into_iter().filter(work).max_by_key(|r| r.epoch) {
        Some(role) => {
            let sealed = vault::people::seal_for(&role.public, SECOND, &user.0, &padded)
                .map_err(|_| OfficeError::Sealed)?;
            let mut inner = [&[2_u8], role.epoch.to_be_bytes().as_slice()].concat();
            put(&mut inner, &sealed)?;
            for officer in officers(tx, organisation)?.into_iter().filter(|officer| *officer != user) {
                let Some(identity) = crate::roots::names_key(tx, officer, now)? else { continue };
                let context = [user.0, officer.0].concat();
                let sealed = vault::people::seal_for(&identity, SECOND_OFFICER, &context, &padded)
                    .map_err(|_| OfficeError::Sealed)?;
                inner.extend_from_slice(&officer.0);
                put(&mut inner, &sealed)?;
            }
            inner
        }
        None => [&[0_u8], padded.as_slice()].concat(),
    };
    Ok(office.vault.seal_small(SECOND, &user.0, &inner))
}

/// An epoch turns: the second numbers of an organisation's printed codes go on to the fresh work key, in the same
/// transaction that ends the old ones. Without it no colleague could release them any more, and whoever printed a
/// code would learn of it when she needs it.
pub(crate) fn hand_on(
    office: &Office,
    tx: &mut WriteTx<'_>,
    organisation: Id,
    old: &[RoleKey],
    fresh: &[RoleKey],
) -> Result<()> {
    let Some(to) = fresh.iter().find(|role| role.at.class == Class::Work) else { return Ok(()) };
    let mut after = None;
    loop {
        let users = store::records::of_kind(tx, RecordKind::User.code(), Some(organisation), after, 500)?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some((last.head.created_at, last.head.id));
        for user in users.iter().map(|user| user.head.id) {
            let code = match recovery::code(tx, user) {
                Ok(Some(code)) => code,
                // One that somebody changed counts for nothing; it keeps no other from going on.
                Ok(None) | Err(StoreError::Forged(_)) => continue,
                Err(other) => return Err(other.into()),
            };
            if let Some(second) = handed_on(office, user, &code.second, old, to)? {
                recovery::set_second(tx, user, &second)?;
            }
        }
    }
}

/// A second number sealed to one of the old work keys, under the fresh one; nothing for what hangs from none of them.
fn handed_on(
    office: &Office,
    user: Id,
    sealed: &[u8],
    old: &[RoleKey],
    to: &RoleKey,
) -> Result<Option<Vec<u8>>> {
    let Ok(plain) = office.vault.open_small(SECOND, &user.0, sealed) else { return Ok(None) };
    let whole = plain.as_bytes();
    // A code that is used already is one that somebody may need once more.
    let used = whole.strip_prefix(&[USED]);
    let parts = used.unwrap_or(whole).split_first().and_then(|(form, rest)| {
        let (epoch, rest) = rest.split_first_chunk::<8>()?;
        let (sealed, officers) = match form {
            1 => (rest, [].as_slice()),
            2 => taken(rest)?,
            _ => return None,
        };
        let epoch = i64::from_be_bytes(*epoch);
        let from = old.iter().find(|role| role.at.class == Class::Work && role.at.epoch == epoch)?;
        Some((vault::people::open_for(&from.key, SECOND, &user.0, sealed).ok()?, officers))
    });
    let Some((second, officers)) = parts else { return Ok(None) };
    let sealed = vault::people::seal_for(&to.key.public(), SECOND, &user.0, second.expose())
        .map_err(|_| OfficeError::Sealed)?;
    let mark: &[u8] = if used.is_some() { &[USED] } else { &[] };
    let mut inner = Zeroizing::new([mark, &[2_u8], to.at.epoch.to_be_bytes().as_slice()].concat());
    put(&mut inner, &sealed)?;
    inner.extend_from_slice(officers);
    Ok(Some(office.vault.seal_small(SECOND, &user.0, &inner)))
}

fn put(out: &mut Vec<u8>, part: &[u8]) -> Result<()> {
    let length = u16::try_from(part.len()).map_err(|_| OfficeError::Sealed)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
    Ok(())
}

/// The next part that was [`put`] and what follows it.
fn taken(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Opens the second number with the session of whoever confirms, a colleague's or an officer's; nothing when that
/// session lacks the key.
pub(super) fn open_second(
    office: &Office,
    by: &SignedIn,
    user: Id,
    sealed: &[u8],
) -> Result<Option<[u8; 16]>> {
    let plain = office.vault.open_small(SECOND, &user.0, sealed).map_err(|_| OfficeError::Sealed)?;
    let inner = plain.as_bytes();
    let inner = inner.strip_prefix(&[USED]).unwrap_or(inner);
    let take = |bytes: &[u8]| bytes.first_chunk::<16>().copied();
    Ok(match inner.split_first() {
        Some((0, padded)) => take(padded),
        // Printed before there were officers for it.
        Some((1, rest)) => {
            rest.split_first_chunk::<8>().and_then(|(epoch, sealed)| as_colleague(by, user, *epoch, sealed))
        }
        Some((2, rest)) => rest.split_first_chunk::<8>().and_then(|(epoch, rest)| {
            let (role, rest) = taken(rest)?;
            as_colleague(by, user, *epoch, role).or_else(|| as_officer(by, user, rest))
        }),
        _ => None,
    })
}

fn is_used(office: &Office, user: Id, code: &recovery::Code) -> Result<bool> {
    let plain = office.vault.open_small(SECOND, &user.0, &code.second).map_err(|_| OfficeError::Sealed)?;
    Ok(plain.as_bytes().first() == Some(&USED))
}

/// Somebody came back: the code that opened names stays until a passkey holds them, any other is worth nothing now.
pub(super) fn keep_or_drop(
    office: &Office,
    tx: &mut WriteTx<'_>,
    (user, now): (Id, i64),
    opened: &[(Half, PrivateKey)],
) -> Result<()> {
    let Some(code) = recovery::code(tx, user)? else { return Ok(()) };
    if !opened.iter().any(|(half, _)| *half == Half::Identity) {
        return Ok(recovery::set_code(tx, user, None, now)?);
    }
    // What the printed code did not open lies in the slots of a passkey that may be found again.
    if opened.len() == Half::BOTH.len() {
        factors::drop_other_slots(tx, user, slots::RECOVERY, code.id)?;
    }
    if is_used(office, user, &code)? {
        return Ok(());
    }
    let plain = office.vault.open_small(SECOND, &user.0, &code.second).map_err(|_| OfficeError::Sealed)?;
    let inner = Zeroizing::new([[USED].as_slice(), plain.as_bytes()].concat());
    Ok(recovery::set_second(tx, user, &office.vault.seal_small(SECOND, &user.0, &inner))?)
}

/// A passkey holds names: the code that somebody came back with has done what it stayed for.
pub(in crate::doors) fn held_elsewhere(
    office: &Office,
    tx: &mut WriteTx<'_>,
    user: Id,
    now: i64,
) -> Result<()> {
    if let Some(code) = recovery::code(tx, user)?
        && is_used(office, user, &code)?
    {
        factors::set_slots(tx, user, slots::RECOVERY, code.id, &[])?;
        recovery::set_code(tx, user, None, now)?;
    }
    Ok(())
}

fn as_colleague(by: &SignedIn, user: Id, epoch: [u8; 8], sealed: &[u8]) -> Option<[u8; 16]> {
    let (organisation, epoch) = (by.actor.organisation.0.0, i64::from_be_bytes(epoch));
    let role = by.keys.role(&vault::RoleAt { organisation, class: vault::Class::Work, epoch })?;
    vault::people::open_for(role, SECOND, &user.0, sealed).ok()?.expose().first_chunk::<16>().copied()
}

fn as_officer(by: &SignedIn, user: Id, mut parts: &[u8]) -> Option<[u8; 16]> {
    let identity = by.keys.half(Half::Identity)?;
    while let Some((officer, rest)) = parts.split_first_chunk::<16>() {
        let (sealed, rest) = taken(rest)?;
        if *officer == by.user.0 {
            let context = [user.0, by.user.0].concat();
            let opened = vault::people::open_for(identity, SECOND_OFFICER, &context, sealed).ok()?;
            return opened.expose().first_chunk::<16>().copied();
        }
        parts = rest;
    }
    None
}
