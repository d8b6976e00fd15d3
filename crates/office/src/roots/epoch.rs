//! Locking an organisation's data, turning its epoch, and what a session settles when it comes by.

use super::ring::{give, mask_of};
use super::{ROOTED, classes, holders};
use crate::desk::{Desk, WritingDesk};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Role;
use domain::{Decision, Id, Mask, RecordKind, Relation};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::keys::OldGrant;
use store::{StoreError, Tx, WriteTx};
use vault::{Class, Half, KeyId, Keyring, PrivateKey, RoleAt, RoleKey, WrappedKey};

/// Kinds whose records are subjects of data keys.
const SUBJECTS: [RecordKind; 5] =
    [RecordKind::Person, RecordKind::Case, RecordKind::Signal, RecordKind::Contact, RecordKind::Task];
const BATCH: i64 = 100;

/// Where a conversion stands, kept between requests; `Progress::default()` begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Which kind is being walked, counted from 0.
    pub kind: usize,
    /// The last record of it that was done.
    pub after: Option<(i64, Id)>,
    /// Data keys taken out of the server's hand by this call.
    pub keys: usize,
    /// Nothing is left.
    pub done: bool,
}

/// Partners that read cases of an organisation and have no keys of their own yet.
pub(super) fn keyless<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id) -> Result<Vec<String>> {
    let directory = crate::names::directory(desk)?;
    let mut out = Vec::new();
    for holder in store::access::recipients_of(desk.tx, organisation, Relation::Addressed.code())? {
        if !super::is_locked(desk, holder)? {
            out.push(directory.name(holder).to_owned());
        }
    }
    Ok(out)
}

/// Locks the organisation of the actor: makes its role keys and seals them to everybody in it who has keys
/// of her own, as far as these can hold them; the log names each. From then on what is written hangs from people; [`convert`] brings what was written before
/// after it. The session's keyring gets the new keys with the next request.
///
/// # Errors
/// `WrongState` when it is locked already; `Locked` when this session has no identity key (a password
/// alone); `NoKeys` in the day after the actor lost hers; the database.
pub fn lock(office: &Office, ctx: &Ctx) -> Result<()> {
    office.act(ctx, "roots.lock", |desk| {
        let organisation = ctx.actor.organisation.0;
        if classes(ctx.actor.role).is_empty() {
            return Err(OfficeError::NotFound);
        }
        if super::is_locked(desk, organisation)? {
            return Err(OfficeError::WrongState);
        }
        if ctx.keys.half(Half::Identity).is_none() {
            return Err(OfficeError::Locked(mask_of(Class::Identity)));
        }
        // Whoever locks holds the keys for names, so that somebody does: not in the day after she lost hers.
        if super::names_key(desk.tx, ctx.actor.user.0, ctx.now)?.is_none() {
            return Err(OfficeError::NoKeys);
        }
        let wanted = wanted(desk, organisation)?;
        let fresh = make(desk, organisation, &wanted, 1)?;
        let mut named = vec![organisation];
        named.extend(admit_all(desk, organisation, &fresh)?);
        let decision = Decision::by("keys", Mask::NONE);
        desk.note_many("lock", RecordKind::Organisation, named, Vec::new(), decision, Mask::NONE);
        Ok(())
    })
}

/// The classes that somebody in the organisation who has keys of her own is to hold and can: a role key that
/// nobody holds would swallow what is sealed to it.
fn wanted(desk: &mut WritingDesk<'_, '_>, organisation: Id) -> Result<Vec<Class>> {
    let mut out: Vec<Class> = Vec::new();
    for (user, role) in enrolled(desk, organisation)? {
        for class in super::givable(desk.tx, user, &classes(role), desk.ctx.now)? {
            if !out.contains(&class) {
                out.push(class);
            }
        }
    }
    Ok(out)
}

/// People of an organisation who have keys of their own and whose login has not ended.
fn enrolled(desk: &mut WritingDesk<'_, '_>, organisation: Id) -> Result<Vec<(Id, Role)>> {
    let directory = crate::names::directory(desk)?;
    let mut out = Vec::new();
    for user in directory.users.iter().filter(|u| u.organisation == organisation) {
        let Some(role) = Role::from_code(&user.kind) else { continue };
        if holders::signs_in(desk.tx, user.id)? && store::roots::user(desk.tx, user.id)?.is_some() {
            out.push((user.id, role));
        }
    }
    Ok(out)
}

/// New role keys of an organisation, written down with their public halves.
pub(super) fn make(
    desk: &mut WritingDesk<'_, '_>,
    organisation: Id,
    wanted: &[Class],
    epoch: i64,
) -> Result<Vec<RoleKey>> {
    let mut fresh = Vec::new();
    for class in wanted {
        let (key, public) = PrivateKey::generate();
        let place = (i64::from(class.byte()), epoch);
        store::roots::add_role(desk.tx, organisation, place, &public, desk.ctx.now)?;
        let at = RoleAt { organisation: organisation.0, class: *class, epoch };
        fresh.push(RoleKey { at, key });
    }
    desk.roles.remove(&organisation);
    crate::glass::reseal(desk, organisation, &fresh)?;
    Ok(fresh)
}

/// Seals the first role keys to everybody of the organisation who has keys of her own and whose role needs
/// them: until this moment the server opened everything to each of them. Gives who they are. Later nobody comes
/// in by herself: see [`super::admit`].
fn admit_all(desk: &mut WritingDesk<'_, '_>, organisation: Id, fresh: &[RoleKey]) -> Result<Vec<Id>> {
    let mut ring = Keyring::default();
    for role in fresh {
        ring.put(RoleKey { at: role.at, key: role.key.share() });
    }
    let ctx = Ctx { keys: Arc::new(ring), ..desk.ctx.clone() };
    let members = enrolled(desk, organisation)?;
    let mut inner = Desk::new(desk.office, &ctx, desk.tx);
    let mut named = Vec::new();
    for (user, role) in members {
        let wanted: Vec<Class> =
            classes(role).into_iter().filter(|c| fresh.iter().any(|f| f.at.class == *c)).collect();
        // Who has no key for names yet, or lost it today, keeps nobody else waiting.
        let wanted = super::givable(inner.tx, user, &wanted, ctx.now)?;
        if !give(&mut inner, user, &wanted)?.is_empty() {
            named.push(user);
        }
    }
    Ok(named)
}

/// Hands a new epoch on to those who held the one before and are still here. Who let each of them in stays as
/// it was. Gives who they are.
fn hand_on(
    desk: &mut WritingDesk<'_, '_>,
    organisation: Id,
    old: &[RoleKey],
    fresh: &[RoleKey],
) -> Result<Vec<Id>> {
    let mut named = Vec::new();
    for (m, public, class) in holders::still_here(desk, organisation, old)? {
        let Some(role) = fresh.iter().find(|role| role.at.class == class) else { continue };
        let by = (m.admitted_by, m.admitted_at);
        let made = holders::membership((role.at, &role.key), m.user, &public, by)?;
        store::roots::admit(desk.tx, &made)?;
        if !named.contains(&m.user) {
            named.push(m.user);
        }
    }
    Ok(named)
}

/// Takes a batch of data keys of the actor's organisation out of the server's hand. Each batch is one
/// transaction on the data, and only after it the old wrapped keys are destroyed in the keystore: a crash in
/// between leaves wraps that the next call destroys, never content without a key.
///
/// # Errors
/// `WrongState` while the organisation is open; `Locked` without its keys; the database.
pub fn convert(office: &Office, ctx: &Ctx, from: Progress) -> Result<Progress> {
    let Some(kind) = SUBJECTS.get(from.kind).copied() else {
        clean(office)?;
        let name = done_setting(ctx.actor.organisation.0);
        office.store.write("roots.done", |tx| store::settings::set(tx, &name, "yes"))?;
        return Ok(Progress { done: true, keys: 0, ..from });
    };
    office.reserve_keys(usize::try_from(BATCH).unwrap_or(0) * 2)?;
    let mut destroyed = Vec::new();
    let after = office.act(ctx, "roots.convert", |desk| {
        let organisation = ctx.actor.organisation.0;
        if !super::is_locked(desk, organisation)? {
            return Err(OfficeError::WrongState);
        }
        let rows = store::records::of_kind(desk.tx, kind.code(), Some(organisation), from.after, BATCH)?;
        let last = rows.last().map(|s| (s.head.created_at, s.head.id));
        for stored in rows {
            if stored.head.key_subject() != stored.head.id {
                continue;
            }
            if kind == RecordKind::Person {
                crate::people::unindex_open(desk, &stored)?;
            }
            destroyed.extend(convert_subject(desk, &stored.head)?);
            if kind == RecordKind::Person {
                crate::people::index_own(desk, stored.head.id)?;
            }
        }
        Ok(last)
    })?;
    office.store.write("roots.destroy", |tx| -> std::result::Result<(), StoreError> {
        destroyed.iter().try_for_each(|id| store::keys::destroy(tx, id))
    })?;
    let keys = destroyed.len();
    Ok(match after {
        Some(after) => Progress { kind: from.kind, after: Some(after), keys, done: false },
        None => Progress { kind: from.kind + 1, after: None, keys, done: false },
    })
}

/// Is nothing left of an organisation that hangs from the server? Written down once a conversion has walked
/// through everything: what is written after locking hangs from people anyway.
pub(super) fn finished<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id) -> Result<bool> {
    Ok(store::settings::get(desk.tx, &done_setting(organisation))?.is_some())
}

fn done_setting(organisation: Id) -> String {
    format!("locked/{organisation}")
}

/// Conversions that are running in this process, by organisation.
#[derive(Default)]
pub struct Running(Mutex<HashMap<Id, Progress>>);

impl Office {
    /// How far the conversion of an organisation has come; nothing when none was begun in this process.
    #[must_use]
    pub fn converting(&self, organisation: Id) -> Option<Progress> {
        self.converting.0.lock().unwrap_or_else(PoisonError::into_inner).get(&organisation).copied()
    }

    fn converted(&self, organisation: Id, progress: Option<Progress>) {
        let mut running = self.converting.0.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Some(progress) => running.insert(organisation, progress),
            None => running.remove(&organisation),
        };
    }
}

/// Converts everything of the actor's organisation in a thread of its own, with the keys of the session that
/// began it; the page of keys shows how far it is, and goes on where it was interrupted.
///
/// # Errors
/// `WrongState` while the organisation is open.
pub fn begin(office: &Arc<Office>, ctx: Ctx) -> Result<()> {
    let organisation = ctx.actor.organisation.0;
    if office.store.read("roots.begin", |tx| store::roots::roles(tx, organisation))?.is_empty() {
        return Err(OfficeError::WrongState);
    }
    if office.converting(organisation).is_some_and(|p| !p.done) {
        return Ok(());
    }
    office.converted(organisation, Some(Progress::default()));
    let office = Arc::clone(office);
    std::thread::spawn(move || {
        let (mut progress, mut keys) = (Progress::default(), 0);
        while !progress.done {
            match convert(&office, &ctx, progress) {
                Ok(next) => {
                    keys += next.keys;
                    progress = next;
                    office.converted(organisation, Some(Progress { keys, ..next }));
                }
                Err(error) => {
                    tracing::error!(fault = %error, "locking was interrupted");
                    // The page says that it is unfinished and offers to go on.
                    office.converted(organisation, None);
                    return;
                }
            }
        }
    });
    Ok(())
}

/// Every server's key of one subject; gives the ids of the old wraps, to be destroyed after the commit.
fn convert_subject(desk: &mut WritingDesk<'_, '_>, head: &domain::Head) -> Result<Vec<[u8; 16]>> {
    let mut old = Vec::new();
    for (key_id, number) in store::keys::of_subject(desk.tx, head.id)? {
        let Some(compartment) = super::compartment(number).filter(|c| ROOTED.contains(c)) else { continue };
        let Some(key) = store::keys::get(desk.tx, &key_id)?.filter(|key| !key.rooted) else { continue };
        let lane = crate::keys::lane(compartment);
        let (half_id, half) = desk.office.take_key(compartment)?;
        let before = (KeyId(key_id), &WrappedKey(key.half));
        let opened =
            desk.office.vault.reroot(lane, before, (half_id, &half)).map_err(|_| OfficeError::Sealed)?;
        store::keys::reroot(desk.tx, &key_id, &half_id.0)?;
        let subject = super::subject_of(desk, head)?;
        for holder in super::readers(desk, &subject, compartment)? {
            super::grant(desk, &opened, compartment, holder)?;
        }
        desk.hold(opened);
        old.push(key_id);
    }
    Ok(old)
}

/// Destroys wraps that a crash left behind.
fn clean(office: &Office) -> Result<()> {
    let mut after = [0; 16];
    loop {
        let left = office.store.read("roots.left_over", |tx| store::keys::left_over(tx, &after, 500))?;
        let Some(last) = left.last() else { return Ok(()) };
        after = *last;
        office.store.write("roots.destroy", |tx| -> std::result::Result<(), StoreError> {
            left.iter().try_for_each(|id| store::keys::destroy(tx, id))
        })?;
    }
}

/// A turn between its first transaction and its last one.
#[doc(hidden)]
pub struct Turning {
    organisation: Id,
    old: Vec<RoleKey>,
    fresh: Vec<RoleKey>,
    /// Of the fresh ones.
    epoch: i64,
    /// What this turn answers: whatever made the epoch due later waits for another one.
    since: i64,
}

/// Turns the epoch of the actor's organisation: new role keys for those who held the old ones and are still
/// there, every grant of the organisation sealed anew under them, the old role keys ended. Whoever was never let
/// in gets nothing, and whoever has other keys than she was let in with waits to be let in anew. The search key
/// stays, since the index hangs from it. Gives how many grants were sealed anew.
///
/// Several sessions may turn at once, each to an epoch of its own: the last one takes over what the others have
/// sealed, and a role key ends only where nothing that it opens hangs from it any more.
///
/// # Errors
/// `WrongState` while the organisation is open; `Locked` when this session lacks one of the keys.
pub fn turn(office: &Office, ctx: &Ctx) -> Result<usize> {
    let turning = start_turn(office, ctx)?;
    let walked = walk(&turning, |epoch, after| {
        let organisation = turning.organisation;
        let batch = office
            .store
            .read("roots.grants", |tx| store::keys::of_holder(tx, organisation, epoch, after, 2000))?;
        let Some(last) = batch.last().map(|one| one.key_id) else { return Ok(None) };
        let anew = anew(&turning, epoch, batch);
        let moved = office.store.write("roots.rewrap", |tx| put(tx, &turning, epoch, &anew))?;
        Ok(Some((last, moved)))
    })?;
    Ok(walked + finish_turn(office, ctx, &turning)?)
}

/// First the new keys; content written from here on is granted to them.
///
/// # Errors
/// As [`turn`]; `Sealed` when a key of this session is not the one in force.
#[doc(hidden)]
pub fn start_turn(office: &Office, ctx: &Ctx) -> Result<Turning> {
    const TURNED: [Class; 3] = [Class::Work, Class::Identity, Class::Privileged];
    let organisation = ctx.actor.organisation.0;
    office.act(ctx, "roots.turn", |desk| {
        let mut old = Vec::new();
        let roles = store::roots::roles(desk.tx, organisation)?;
        for class in TURNED {
            // More than one where a turn before was interrupted: all of them are replaced.
            for at in super::live(desk, organisation, class)? {
                let key = ctx.keys.role(&at).ok_or_else(|| OfficeError::Locked(mask_of(class)))?;
                // A key that somebody slipped in under the right name opens no grant: the turn would take all of
                // them for spoiled, and end the one key that does open them.
                let genuine =
                    |r: &&store::roots::RoleKey| (r.class, r.epoch) == (i64::from(class.byte()), at.epoch);
                if roles.iter().find(genuine).is_none_or(|r| r.public != key.public()) {
                    return Err(OfficeError::Sealed);
                }
                old.push(RoleKey { at, key: key.share() });
            }
        }
        let Some(epoch) = old.iter().map(|r| r.at.epoch).max() else { return Err(OfficeError::WrongState) };
        let epoch = epoch + 1;
        let turned: Vec<Class> =
            TURNED.into_iter().filter(|class| old.iter().any(|r| r.at.class == *class)).collect();
        holders::vouch_own(desk)?;
        let fresh = make(desk, organisation, &turned, epoch)?;
        let mut named = vec![organisation];
        named.extend(hand_on(desk, organisation, &old, &fresh)?);
        if !named.contains(&ctx.actor.user.0) {
            // Nobody would hold what is written from now on.
            return Err(OfficeError::NoKeys);
        }
        let since = store::roots::make_epoch_due(desk.tx, organisation, ctx.now)?;
        let decision = Decision::by("keys", Mask::NONE);
        desk.note_many("epoch", RecordKind::Organisation, named, Vec::new(), decision, Mask::NONE);
        Ok(Turning { organisation, old, fresh, epoch, since })
    })
}

/// The old role keys end. What came to hang from them while the batches were walked is sealed anew in the same
/// transaction: another turn may have moved it behind this one. Gives how many grants that were.
///
/// # Errors
/// The database.
#[doc(hidden)]
pub fn finish_turn(office: &Office, ctx: &Ctx, turning: &Turning) -> Result<usize> {
    let organisation = turning.organisation;
    office.store.write("roots.turned", |tx| -> Result<usize> {
        let roles = store::roots::roles(tx, organisation)?;
        if roles.iter().any(|r| r.epoch == turning.epoch && r.ended_at != 0) {
            // A later turn has taken all of it over, and is over itself.
            return Ok(0);
        }
        let late = walk(turning, |epoch, after| {
            let batch = store::keys::of_holder(tx, organisation, epoch, after, 2000)?;
            let Some(last) = batch.last().map(|one| one.key_id) else { return Ok(None) };
            Ok(Some((last, put(tx, turning, epoch, &anew(turning, epoch, batch))?)))
        })?;
        crate::doors::recovery::hand_on(office, tx, organisation, &turning.old, &turning.fresh)?;
        for role in &turning.old {
            let place = (i64::from(role.at.class.byte()), role.at.epoch);
            store::roots::end_role(tx, organisation, place, ctx.now)?;
        }
        holders::clear(tx, organisation)?;
        // Where a later turn is under way, it says itself when it is over.
        if roles.iter().all(|r| r.epoch <= turning.epoch) {
            store::roots::epoch_turned(tx, organisation, turning.since)?;
        }
        Ok(late)
    })
}

/// Goes through the epochs that a turn replaces, batch by batch. A step gives the last key of its batch and how many
/// it has sealed anew, and nothing where there is no more.
fn walk(
    turning: &Turning,
    mut step: impl FnMut(i64, &[u8; 16]) -> Result<Option<([u8; 16], usize)>>,
) -> Result<usize> {
    let mut moved = 0;
    let mut epochs: Vec<i64> = turning.old.iter().map(|role| role.at.epoch).collect();
    epochs.sort_unstable();
    epochs.dedup();
    for epoch in epochs {
        let mut after = [0; 16];
        while let Some((last, done)) = step(epoch, &after)? {
            (after, moved) = (last, moved + done);
        }
    }
    Ok(moved)
}

/// Grants of an old epoch, sealed anew under the fresh one, each with its key.
fn anew(turning: &Turning, epoch: i64, batch: Vec<OldGrant>) -> Vec<([u8; 16], Vec<u8>)> {
    let mut anew = Vec::with_capacity(batch.len());
    for one in batch {
        let Some(lane) = super::compartment(one.compartment).map(crate::keys::lane) else { continue };
        let class = Class::of(lane);
        let from = turning.old.iter().find(|r| Some(r.at.class) == class && r.at.epoch == epoch);
        let to = turning.fresh.iter().find(|r| Some(r.at.class) == class);
        let (Some(from), Some(to)) = (from, to) else { continue };
        let grant = vault::Grant { holder: one.grant.holder.0, epoch, sealed: one.grant.sealed };
        // One that does not open now opens to nobody later either; it must not keep everybody else's from being
        // sealed anew.
        let Ok(sealed) = vault::rewrap(lane, KeyId(one.key_id), &grant, from, to) else {
            tracing::error!("a grant does not open and was left as it is");
            continue;
        };
        anew.push((one.key_id, sealed.sealed));
    }
    anew
}

/// Writes down what was sealed anew; gives how many of them were still as they were read.
fn put(tx: &mut WriteTx<'_>, turning: &Turning, from: i64, anew: &[([u8; 16], Vec<u8>)]) -> Result<usize> {
    let moved = store::keys::rewrap(tx, turning.organisation, [from, turning.epoch], anew)?;
    Ok(usize::try_from(moved).unwrap_or(usize::MAX))
}

/// What a session settles for its organisation when it comes by: an epoch that is due because somebody left,
/// and people whom nobody with the search key has indexed yet. Gives how many of those remain.
///
/// # Errors
/// The database; a sealed value that does not open.
pub fn settle(office: &Office, ctx: &Ctx) -> Result<usize> {
    crate::glass::sweep(office, ctx)?;
    let organisation = ctx.actor.organisation.0;
    let (due, waiting, own) = office.store.read("roots.settle", |tx| {
        let due = store::roots::epoch_due(tx, organisation)?;
        let own = store::roots::memberships(tx, ctx.actor.user.0)?;
        Ok::<_, StoreError>((due, store::roots::unindexed(tx, organisation, 200)?, own))
    })?;
    if own.iter().any(|m| m.vouched.is_none()) {
        office.act(ctx, "roots.vouch", holders::vouch_own)?;
    }
    let at_hand = |class| ctx.keys.newest(&organisation.0, class).is_some();
    if due.is_some() {
        match turn(office, ctx) {
            // Somebody with more keys will come by; until then what is written stays under the old epoch.
            Ok(_) | Err(OfficeError::Locked(_) | OfficeError::WrongState | OfficeError::NoKeys) => {}
            Err(other) => return Err(other),
        }
    }
    if waiting.is_empty() || !at_hand(Class::Search) || !at_hand(Class::Identity) {
        return Ok(waiting.len());
    }
    let all = office.act(ctx, "roots.index", |desk| {
        waiting.iter().try_for_each(|person| crate::people::index_own(desk, *person))
    });
    if all.is_ok() {
        return Ok(0);
    }
    let mut left = 0;
    for person in waiting {
        // One that does not open keeps nobody else from being found.
        if let Err(fault) = office.act(ctx, "roots.index", |desk| crate::people::index_own(desk, person)) {
            tracing::error!(%fault, "somebody could not be indexed");
            left += 1;
        }
    }
    Ok(left)
}

/// What [`settle`] does, for whoever opens her home page: nothing of it may keep her from her work. What does not
/// work is told to those who hold the organisation's keys, once, until they have seen it.
pub fn come_by(office: &Office, ctx: &Ctx) {
    let Err(fault) = settle(office, ctx) else { return };
    tracing::error!(%fault, "what waited for a session with keys was not settled");
    let told = office.store.write("roots.trouble", |tx| -> Result<()> {
        let organisation = ctx.actor.organisation.0;
        let mut told = Vec::new();
        for m in store::roots::members(tx, organisation)? {
            if told.contains(&m.user) {
                continue;
            }
            told.push(m.user);
            let known = store::doors::factors::notices(tx, m.user)?;
            if !known.iter().any(|notice| notice.code == TROUBLE) {
                store::doors::factors::notify(tx, ctx.id(), m.user, TROUBLE, None, ctx.now)?;
            }
        }
        Ok(())
    });
    if let Err(fault) = told {
        tracing::error!(%fault, "nobody could be told");
    }
}

/// Code of the notice that something about an organisation's keys could not be settled.
const TROUBLE: &str = "keys-trouble";
