//! Who holds which role key, and whether anybody would be left to open things if one person were gone.
//!
//! An account whose login has ended keeps what was sealed to it: sealed, with nobody to open it, until the next
//! turn hands the keys on. So a person whose access is ended by mistake, or by somebody who means harm, loses
//! nothing, and neither do those whose data hangs from her.

use crate::desk::{Desk, WritingDesk};
use crate::{OfficeError, Result};
use domain::{Compartment, Id};
use store::roots::Membership;
use store::{Tx, WriteTx};
use vault::{Class, Half, PrivateKey, RoleAt, RoleKey, UserPublic};

/// What a membership says of the public half it was sealed to.
fn holder_key(public: &UserPublic, class: Class) -> Vec<u8> {
    vault::sha256(public.half(class.half())).to_vec()
}

/// The place of a membership among role keys.
pub(super) fn place(m: &Membership) -> Option<RoleAt> {
    let class = u8::try_from(m.class).ok().and_then(Class::from_byte)?;
    Some(RoleAt { organisation: m.organisation.0, class, epoch: m.epoch })
}

/// A role key sealed to somebody's public half, with the word of whoever holds the role key for it. `by` is who
/// lets her in, and when.
///
/// # Errors
/// `Sealed` when the public half is none.
pub(crate) fn membership(
    (at, role): (RoleAt, &PrivateKey),
    user: Id,
    public: &UserPublic,
    by: (Id, i64),
) -> Result<Membership> {
    let sealed = vault::people::admit(&at, role, &user.0, public).map_err(|_| OfficeError::Sealed)?;
    let mut made = Membership {
        user,
        organisation: Id(at.organisation),
        class: i64::from(at.class.byte()),
        epoch: at.epoch,
        sealed,
        admitted_by: by.0,
        admitted_at: by.1,
        holder_key: None,
        vouched: None,
    };
    vouch(&mut made, (at, role), public);
    Ok(made)
}

/// Vouches for a membership.
pub(super) fn vouch(m: &mut Membership, (at, role): (RoleAt, &PrivateKey), public: &UserPublic) {
    let key = holder_key(public, at.class);
    let by = (&m.admitted_by.0, m.admitted_at);
    m.vouched = Some(vault::people::vouch(&at, role, &m.user.0, &key, by).to_vec());
    m.holder_key = Some(key);
}

/// Does a holder of this role key say that the member was let in with the public half that stands there now?
fn holds(m: &Membership, role: &RoleKey, public: &UserPublic) -> bool {
    let key = holder_key(public, role.at.class);
    let by = (&m.admitted_by.0, m.admitted_at);
    let word = vault::people::vouch(&role.at, &role.key, &m.user.0, &key, by);
    m.vouched.as_deref().is_some_and(|vouched| vault::same(vouched, &word))
}

/// Was a membership sealed to the public halves that stand there now? One sealed to a pair of before a recovery
/// opens to nobody.
pub(super) fn fits(m: &Membership, class: Class, now: Option<&(Vec<u8>, Vec<u8>)>) -> bool {
    let half = |(work, identity): &(Vec<u8>, Vec<u8>)| match class.half() {
        Half::Work => vault::sha256(work),
        Half::Identity => vault::sha256(identity),
    };
    now.is_some_and(|now| m.holder_key.as_deref().is_none_or(|key| key == half(now)))
}

/// Can this user sign in at all?
pub(super) fn signs_in<T: Tx>(tx: &mut T, user: Id) -> Result<bool> {
    Ok(store::doors::login_of(tx, user)?.is_some_and(|login| !login.ended))
}

fn public<T: Tx>(tx: &mut T, user: Id) -> Result<Option<UserPublic>> {
    Ok(store::roots::user(tx, user)?.map(|(work, identity)| UserPublic { work, identity }))
}

/// Those who were let in to these role keys and are still here, with the public halves they were let in with:
/// to whom a new epoch goes. Nobody else gets it, whatever stands in the database about her.
pub(super) fn still_here(
    desk: &mut WritingDesk<'_, '_>,
    organisation: Id,
    old: &[RoleKey],
) -> Result<Vec<(Membership, UserPublic, Class)>> {
    let mut out: Vec<(Membership, UserPublic, Class)> = Vec::new();
    for m in store::roots::members(desk.tx, organisation)? {
        let Some(role) = old.iter().find(|role| Some(role.at) == place(&m)) else { continue };
        let class = role.at.class;
        if out.iter().any(|(known, _, of)| known.user == m.user && *of == class) {
            continue;
        }
        let Some(head) = store::records::head(desk.tx, m.user)? else { continue };
        let wanted = domain::Role::from_code(&head.state).map(super::classes).unwrap_or_default();
        let ours = head.organisation_id == organisation && wanted.contains(&class);
        let Some(public) = public(desk.tx, m.user)? else { continue };
        if ours && signs_in(desk.tx, m.user)? && holds(&m, role, &public) {
            out.push((m, public, class));
        }
    }
    Ok(out)
}

/// Somebody else who can sign in and holds a role key.
fn another_holds<T: Tx>(tx: &mut T, m: &Membership) -> Result<bool> {
    let Some(at) = place(m) else { return Ok(true) };
    for other in store::roots::members(tx, m.organisation)? {
        if other.user == m.user || place(&other) != Some(at) || !signs_in(tx, other.user)? {
            continue;
        }
        if fits(&other, at.class, store::roots::user(tx, other.user)?.as_ref()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Do the officers of the organisation hold a role key together?
fn officers_hold<T: Tx>(tx: &mut T, m: &Membership) -> Result<bool> {
    let circles = store::glass::circles(tx, m.organisation)?;
    let Some(circle) = circles.into_iter().find(|c| c.state == "live") else { return Ok(false) };
    Ok(store::glass::keys(tx, circle.id)?
        .iter()
        .any(|(class, epoch, _)| (*class, *epoch) == (m.class, m.epoch)))
}

/// Another user who can sign in and was granted a key by name.
fn another_named<T: Tx>(tx: &mut T, key_id: &[u8; 16], user: Id) -> Result<bool> {
    for holder in store::keys::holders(tx, key_id)? {
        if holder != user && signs_in(tx, holder)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Is this the last person who can open something: a role key that no colleague and no officers hold, or a note
/// that is sealed to nobody else who can sign in?
///
/// # Errors
/// The database.
pub(crate) fn is_last<T: Tx>(desk: &mut Desk<'_, T>, user: Id) -> Result<bool> {
    for m in store::roots::memberships(desk.tx, user)? {
        let live = place(&m)
            .is_some_and(|at| super::live(desk, m.organisation, at.class).is_ok_and(|l| l.contains(&at)));
        if live && !another_holds(desk.tx, &m)? && !officers_hold(desk.tx, &m)? {
            return Ok(true);
        }
    }
    for (key_id, number) in store::keys::held(desk.tx, user)? {
        if number == Compartment::C4 as i64 && !another_named(desk.tx, &key_id, user)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Somebody's access ends. What was opened to her for a few hours goes at once, and the epoch is due; role keys
/// and sealed notes stay as they are, sealed to her, until the turn finds somebody else who holds them.
///
/// # Errors
/// The database.
pub fn dismiss(tx: &mut WriteTx<'_>, user: Id, now: i64) -> Result<()> {
    for membership in store::roots::memberships(tx, user)? {
        store::roots::make_epoch_due(tx, membership.organisation, now)?;
    }
    for (key_id, number) in store::keys::held(tx, user)? {
        if number != Compartment::C4 as i64 {
            store::keys::ungrant(tx, &key_id, user)?;
        }
    }
    Ok(())
}

/// After a turn: what those whose access has ended still have sealed to them goes, where somebody else who is
/// here holds the same.
pub(super) fn clear(tx: &mut WriteTx<'_>, organisation: Id) -> Result<()> {
    let mut gone: Vec<Id> = Vec::new();
    for m in store::roots::members(tx, organisation)? {
        if signs_in(tx, m.user)? {
            continue;
        }
        if !gone.contains(&m.user) {
            gone.push(m.user);
        }
        if another_holds(tx, &m)? {
            store::roots::dismiss(tx, &m)?;
        }
    }
    for user in gone {
        for (key_id, _) in store::keys::held(tx, user)? {
            if another_named(tx, &key_id, user)? {
                store::keys::ungrant(tx, &key_id, user)?;
            }
        }
    }
    Ok(())
}

/// Somebody who comes by with her keys vouches for her own memberships of before this was kept: the half in her
/// session opened them, and its public half is the one that stands there.
pub(super) fn vouch_own(desk: &mut WritingDesk<'_, '_>) -> Result<()> {
    let ctx = desk.ctx;
    let user = ctx.actor.user.0;
    let Some(public) = public(desk.tx, user)? else { return Ok(()) };
    for mut m in store::roots::memberships(desk.tx, user)? {
        let Some(at) = place(&m).filter(|_| m.vouched.is_none()) else { continue };
        let (Some(role), Some(half)) = (ctx.keys.role(&at), ctx.keys.half(at.class.half())) else { continue };
        if half.public() == public.half(at.class.half()) {
            vouch(&mut m, (at, role), &public);
            store::roots::vouch(desk.tx, &m)?;
        }
    }
    Ok(())
}
