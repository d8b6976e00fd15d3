//! The keyring of a session, and who is admitted to an organisation's role keys.

use super::{classes, holders};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Role;
use domain::{Compartment, Decision, Id, Mask, RecordKind};
use store::roots::Membership;
use store::{Tx, WriteTx};
use vault::{Class, Half, Keyring, PrivateKey, RoleKey, UserPublic};

/// The keyring of a user who has just signed in: her own halves, as far as her way of signing in opened
/// them, and the role keys that were sealed to her.
///
/// # Errors
/// The database.
pub fn keyring<T: Tx>(tx: &mut T, user: Id, halves: Vec<(Half, PrivateKey)>) -> Result<Keyring> {
    let mut ring = Keyring::new(user.0, halves);
    refresh(tx, user, &mut ring)?;
    Ok(ring)
}

/// Brings a keyring in step with what its user is a member of now: new role keys are taken, those of ended
/// epochs let go. Says whether anything changed, so that the session is sealed anew.
///
/// # Errors
/// The database.
pub fn refresh<T: Tx>(tx: &mut T, user: Id, ring: &mut Keyring) -> Result<bool> {
    let memberships = store::roots::memberships(tx, user)?;
    let at = holders::place;
    let mut changed = false;
    for (at, sealed) in memberships.iter().filter_map(|m| at(m).map(|at| (at, &m.sealed))) {
        if ring.role(&at).is_none() {
            changed |= ring.take(at, sealed);
        }
    }
    let still: Vec<vault::RoleAt> = memberships.iter().filter_map(at).collect();
    let before = ring.held().count();
    ring.keep(|held| still.contains(held));
    Ok(changed || ring.held().count() != before)
}

/// The key to which names, and what is sealed for a person, may be given to somebody now: the public part of her
/// identity half. Nothing for whoever has none yet, nor in the day after she lost hers: somebody who came in her
/// place would have names before she hears of it (security design, 5.2).
///
/// # Errors
/// The database.
pub(crate) fn names_key<T: Tx>(tx: &mut T, user: Id, now: i64) -> Result<Option<Vec<u8>>> {
    let known = store::doors::factors::user_keys(tx, user)?;
    Ok(known.filter(|k| !k.identity.is_empty() && k.identity_from <= now).map(|k| k.identity))
}

/// Until when names wait for somebody who lost her key for them, microseconds; nothing when they do not.
///
/// # Errors
/// The database.
pub(crate) fn names_wait<T: Tx>(tx: &mut T, user: Id, now: i64) -> Result<Option<i64>> {
    let known = store::doors::factors::user_keys(tx, user)?;
    Ok(known.map(|k| k.identity_from).filter(|from| *from > now))
}

/// Which of these classes may be given to somebody now: those of names only where names may be.
///
/// # Errors
/// The database.
pub(crate) fn givable<T: Tx>(tx: &mut T, user: Id, wanted: &[Class], now: i64) -> Result<Vec<Class>> {
    let names = names_key(tx, user, now)?.is_some();
    Ok(wanted.iter().copied().filter(|class| names || class.half() != Half::Identity).collect())
}

/// Somebody of the organisation, on the page of its keys.
pub struct Member {
    /// Who.
    pub user: Id,
    /// Name on the screen.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Has keys of her own: she has set up a way to unlock.
    pub enrolled: bool,
    /// Holds the organisation's keys of these classes.
    pub holds: Vec<Class>,
    /// Is to hold these.
    pub wanted: Vec<Class>,
    /// Fingerprint of her identity key, or of her work key where there is no other, to be compared by voice.
    pub fingerprint: Option<String>,
    /// Who let her in.
    pub admitted_by: Option<String>,
    /// Until when names wait for her, microseconds: she lost her key for them less than a day ago.
    pub names_wait: Option<i64>,
}

/// How an organisation's data is locked.
pub struct Status {
    /// The organisation.
    pub organisation: Id,
    /// Its name.
    pub name: String,
    /// Has it role keys?
    pub locked: bool,
    /// The epoch in force.
    pub epoch: i64,
    /// Since when a new epoch is due because somebody left, microseconds.
    pub due: Option<i64>,
    /// Its people that work with sealed data.
    pub members: Vec<Member>,
    /// May this actor lock, admit and turn?
    pub may: bool,
    /// Partners that read cases of this organisation and have no keys yet.
    pub keyless: Vec<String>,
    /// What was written before is being taken out of the server's hand: so many keys so far.
    pub running: Option<usize>,
    /// It has locked, some of what was written before still hangs from the server, and nothing is done about it.
    pub unfinished: bool,
    /// Classes the actor's session has at hand.
    pub at_hand: Vec<Class>,
}

/// The page of an organisation's keys. Everybody inside may read who holds them.
///
/// # Errors
/// `NotFound` for roles without sealed data; the database.
pub fn status(office: &Office, ctx: &Ctx) -> Result<Status> {
    // Asked before the rest is read: what ends meanwhile has then ended, and is not taken for left half way.
    let running = office.converting(ctx.actor.organisation.0).filter(|p| !p.done).map(|p| p.keys);
    office.look(ctx, "roots.status", |desk| status_at(desk, running))
}

/// May this actor work with the keys of the organisation: whoever works with sealed data there.
fn may(ctx: &Ctx) -> bool {
    !classes(ctx.actor.role).is_empty()
}

fn status_at<T: Tx>(desk: &mut Desk<'_, T>, running: Option<usize>) -> Result<Status> {
    let ctx = desk.ctx;
    let organisation = ctx.actor.organisation.0;
    if !may(ctx) {
        return Err(OfficeError::NotFound);
    }
    let directory = crate::names::directory(desk)?;
    let roles = super::roles(desk, organisation)?;
    let held = store::roots::members(desk.tx, organisation)?;
    let epoch = roles.iter().filter(|r| r.ended_at == 0).map(|r| r.epoch).max().unwrap_or(0);
    let mut members = Vec::new();
    for user in directory.users.iter().filter(|u| u.organisation == organisation) {
        let Some(role) = Role::from_code(&user.kind) else { continue };
        let wanted = classes(role);
        if wanted.is_empty() {
            continue;
        }
        let keys = store::roots::user(desk.tx, user.id)?;
        let own: Vec<&Membership> = held.iter().filter(|m| m.user == user.id).collect();
        // What was sealed to a pair of before a recovery is held by nobody.
        let holds = Class::ALL
            .into_iter()
            .filter(|c| {
                let of_class = |m: &&Membership| m.class == i64::from(c.byte()) && live(&roles, m);
                own.iter().any(|m| of_class(m) && holders::fits(m, *c, keys.as_ref()))
            })
            .collect();
        // Whoever has a password alone has a pair for case work.
        let shown = keys.map(|(work, identity)| if identity.is_empty() { work } else { identity });
        members.push(Member {
            user: user.id,
            name: user.name.clone(),
            role,
            enrolled: shown.is_some(),
            holds,
            wanted,
            fingerprint: shown.map(|public| vault::people::fingerprint(&public)),
            names_wait: names_wait(desk.tx, user.id, ctx.now)?,
            admitted_by: own.first().map(|m| directory.name(m.admitted_by).to_owned()),
        });
    }
    let keyless = if roles.is_empty() { super::epoch::keyless(desk, organisation)? } else { Vec::new() };
    let at_hand =
        Class::ALL.into_iter().filter(|class| ctx.keys.newest(&organisation.0, *class).is_some()).collect();
    let decision = Decision::by("keys", Mask::NONE);
    desk.note_many("keys", RecordKind::Organisation, vec![organisation], Vec::new(), decision, Mask::NONE);
    Ok(Status {
        organisation,
        name: directory.name(organisation).to_owned(),
        locked: !roles.is_empty(),
        epoch,
        due: store::roots::epoch_due(desk.tx, organisation)?,
        members,
        may: true,
        keyless,
        running,
        unfinished: running.is_none() && !roles.is_empty() && !super::epoch::finished(desk, organisation)?,
        at_hand,
    })
}

fn live(roles: &[store::roots::RoleKey], m: &Membership) -> bool {
    roles.iter().any(|r| r.class == m.class && r.epoch == m.epoch && r.ended_at == 0)
}

/// Lets a colleague use the organisation's role keys, as far as his role goes and this session holds them.
/// An account alone opens nothing: whoever made it and whoever admits it are two people, and the log names
/// both. Whoever lost her key for names gets those for case work at once, and those for names a day later, when she
/// is admitted again.
///
/// # Errors
/// `NotFound` when the user is none of the organisation's; `NoKeys` when he has set up none that could hold any
/// of them;
/// `Locked` when this session lacks a key that he is to get; the database.
pub fn admit(office: &Office, ctx: &Ctx, user: Id) -> Result<()> {
    office.act(ctx, "roots.admit", |desk| {
        let stored = desk.stored(user)?;
        let own = stored.head.organisation_id == ctx.actor.organisation.0;
        if stored.head.kind != RecordKind::User || !own || user == ctx.actor.user.0 || !may(ctx) {
            let refused = Decision { allow: false, ..Decision::by("default-deny", Mask::NONE) };
            desk.note_many("admit", RecordKind::User, vec![user], Vec::new(), refused, Mask::NONE);
            return Err(OfficeError::NotFound);
        }
        let role = Role::from_code(&stored.head.state).ok_or(OfficeError::NotFound)?;
        let wanted = classes(role);
        if wanted.is_empty() {
            return Err(OfficeError::WrongState);
        }
        let now = givable(desk.tx, user, &wanted, ctx.now)?;
        let now = give(desk, user, &now)?;
        if now.is_empty() {
            return Err(OfficeError::NoKeys);
        }
        let maker = stored.head.created_by;
        let reach = super::reach(role);
        let mask = if now == wanted { reach } else { reach.without(Compartment::C3) };
        let decision = Decision::by("keys", mask);
        desk.note_many("admit", RecordKind::User, vec![user, maker], Vec::new(), decision, decision.mask);
        Ok(())
    })
}

/// Seals the role keys in force to a user, as far as she has something to hold them with: somebody with a
/// password alone gets case work, and waits for names. Gives the classes that she got.
pub(super) fn give(desk: &mut Desk<'_, WriteTx<'_>>, user: Id, wanted: &[Class]) -> Result<Vec<Class>> {
    let ctx = desk.ctx;
    let organisation = ctx.actor.organisation.0;
    let (work, identity) = store::roots::user(desk.tx, user)?.ok_or(OfficeError::NoKeys)?;
    let names = names_key(desk.tx, user, ctx.now)?.is_some();
    let public = UserPublic { work, identity };
    // Nobody can hold names before there is a passkey for them, nor in the day after they were lost.
    let can = |class: Class| match class.half() {
        Half::Work => !public.work.is_empty(),
        Half::Identity => names,
    };
    let given: Vec<Class> = wanted.iter().copied().filter(|class| can(*class)).collect();
    for class in &given {
        let keys = std::sync::Arc::clone(&ctx.keys);
        let mut roles = Vec::new();
        match super::public(desk, organisation, *class)? {
            Some((newest, _)) => {
                let held = |at| keys.role(&at).map(|key| RoleKey { at, key: key.share() });
                roles.push(held(newest).ok_or_else(|| OfficeError::Locked(mask_of(*class)))?);
                // Beside the newest those of a turn that was interrupted: what was not sealed anew hangs from them,
                // and whoever has not all of them cannot end it.
                let older = super::live(desk, organisation, *class)?.into_iter().filter(|at| *at != newest);
                roles.extend(older.filter_map(held));
            }
            // The first in this organisation whose role needs this class.
            None if super::is_locked(desk, organisation)? => {
                roles = super::epoch::make(desk, organisation, &[*class], 1)?;
            }
            None => return Err(OfficeError::NoKeys),
        }
        for role in roles {
            let by = (ctx.actor.user.0, ctx.now);
            let made = holders::membership((role.at, &role.key), user, &public, by)?;
            store::roots::admit(desk.tx, &made)?;
        }
    }
    Ok(given)
}

/// What a class opens, as a mask for messages.
pub(super) fn mask_of(class: Class) -> Mask {
    match class {
        Class::Work => Mask::NONE.with(domain::Compartment::C2),
        Class::Identity | Class::Search => Mask::NONE.with(domain::Compartment::C3),
        Class::Privileged => Mask::NONE.with(domain::Compartment::C5),
    }
}
