//! Unlock slots: the private halves of a user's keys, sealed once for each way of signing in.

use crate::Result;
use domain::Id;
use store::doors::factors;
use store::{Tx, WriteTx};
use vault::{Half, Kek, PrivateKey};

pub(super) const PASSWORD: &str = "password";
pub(super) const PASSKEY: &str = "passkey";
pub(super) const RECOVERY: &str = "recovery";

/// The halves that a slot's key opens. A slot that does not open gives nothing: it belongs to a password of
/// before, and the person is let in all the same.
pub(super) fn open<T: Tx>(
    tx: &mut T,
    user: Id,
    (kind, source): (&str, Id),
    kek: &Kek,
) -> Result<Vec<(Half, PrivateKey)>> {
    let mut out = Vec::new();
    for (number, sealed) in factors::slots(tx, user, kind, source)? {
        let Some(half) = Half::BOTH.into_iter().find(|h| i64::from(h.byte()) == number) else { continue };
        if let Ok(key) = vault::people::open_half(kek, &user.0, half, &sealed) {
            out.push((half, key));
        }
    }
    Ok(out)
}

/// Writes the slots of one way of signing in, in place of those it had. Whoever has nothing open takes nothing
/// away: what is there may be the last copy.
pub(super) fn set<'k>(
    tx: &mut WriteTx<'_>,
    user: Id,
    (kind, source): (&str, Id),
    halves: impl Iterator<Item = (Half, &'k PrivateKey, &'k Kek)>,
) -> Result<()> {
    let sealed: Vec<(i64, Vec<u8>)> = halves
        .map(|(half, key, kek)| (i64::from(half.byte()), vault::people::seal_half(kek, &user.0, half, key)))
        .collect();
    if sealed.is_empty() {
        return Ok(());
    }
    Ok(factors::set_slots(tx, user, kind, source, &sealed)?)
}

/// A user who signs in with a password for the first time gets a work pair; the identity pair is made when
/// there is a passkey to hold it, and until then its public half is empty and nobody can seal to it.
pub(super) fn first_keys(
    tx: &mut WriteTx<'_>,
    user: Id,
    kek: &Kek,
    now: i64,
) -> Result<Vec<(Half, PrivateKey)>> {
    if factors::user_keys(tx, user)?.is_some() {
        return Ok(Vec::new());
    }
    let (work, public) = PrivateKey::generate();
    let keys = factors::UserKeys { work: public, identity: Vec::new(), identity_from: 0 };
    factors::set_user_keys(tx, user, &keys, now)?;
    set(tx, user, (PASSWORD, user), std::iter::once((Half::Work, &work, kek)))?;
    Ok(vec![(Half::Work, work)])
}

/// Public halves of a user, made where there are none; the private halves made here, if any.
pub(super) fn complete(
    tx: &mut WriteTx<'_>,
    user: Id,
    now: i64,
    have_work: bool,
) -> Result<Vec<(Half, PrivateKey)>> {
    let mut made = Vec::new();
    let known = factors::user_keys(tx, user)?;
    let (mut work, mut identity, mut from) =
        known.map(|k| (k.work, k.identity, k.identity_from)).unwrap_or_default();
    if work.is_empty() && !have_work {
        let (key, public) = PrivateKey::generate();
        made.push((Half::Work, key));
        work = public;
    }
    if identity.is_empty() {
        let (key, public) = PrivateKey::generate();
        made.push((Half::Identity, key));
        identity = public;
        from = from.max(now);
    }
    if !made.is_empty() {
        factors::set_user_keys(tx, user, &factors::UserKeys { work, identity, identity_from: from }, now)?;
    }
    Ok(made)
}
