//! Sessions: begun at the door, looked up by every request, ended by time, by hand, or with their factor.

use super::bound::{self, Bond};
use super::{Caller, Proof, SignedIn, leaf, prefix};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Assurance, QUIET_HOUSE, Role};
use domain::{Actor, Id, OrganisationId, UserId};
use std::sync::Arc;
use store::doors::Session;
use store::{Tx, WriteTx};
use vault::Keyring;

const MINUTE_US: i64 = 60 * 1_000_000;
/// Idle sessions end after fifteen minutes, all after twelve hours (security design, 5.1).
pub const IDLE_US: i64 = 15 * MINUTE_US;
/// Where a name was shown a moment ago, after five.
pub const IDLE_REVEALED_US: i64 = 5 * MINUTE_US;
/// Absolute end of a session.
pub const ABSOLUTE_US: i64 = 12 * 60 * MINUTE_US;
/// How long a passkey, or what somebody without one has, counts as just given.
pub const FRESH_US: i64 = 5 * MINUTE_US;

/// What a session is begun with.
pub(crate) struct Begin<'a> {
    pub user: Id,
    pub proof: Proof,
    pub quiet: bool,
    pub caller: &'a Caller,
    pub keyring: Keyring,
    /// A session that goes on under another token keeps its age and its bond.
    pub goes_on: Option<&'a Session>,
    pub action: &'static str,
}

/// Begins a session and writes it down; gives the token of its cookie.
///
/// Every door comes through here, so here and in this transaction it is asked once more whether the login has ended:
/// what a door has read before a slow hash or a person's answer may be over by now.
pub(crate) fn begin(office: &Office, tx: &mut WriteTx<'_>, now: i64, begin: Begin<'_>) -> Result<String> {
    if store::doors::login_of(tx, begin.user)?.is_none_or(|login| login.ended) {
        return Err(OfficeError::WrongLogin);
    }
    let token = vault::random::token();
    let digest = vault::session_digest(&token);
    let keyring = (!begin.keyring.is_empty()).then(|| begin.keyring.seal(&token));
    store::doors::sweep(tx, now - 2 * ABSOLUTE_US)?;
    store::doors::guesses::sweep(tx, now)?;
    store::forms::forget(tx, now - 2 * ABSOLUTE_US)?;
    store::forms::forget_drafts(tx, now - super::drafts::KEPT_US)?;
    store::doors::insert_session(
        tx,
        &Session {
            digest,
            user_id: begin.user,
            created_at: begin.goes_on.map_or(now, |old| old.created_at),
            seen_at: now,
            ended_at: 0,
            kind: if begin.quiet { "quiet" } else { "full" }.to_owned(),
            assurance: begin.proof.number(),
            proven_at: now,
            revealed_at: 0,
            label: begin.caller.label(),
            device: begin.caller.facts(office),
            keyring,
            bound: begin.goes_on.and_then(|old| old.bound.clone()),
            bound_at: begin.goes_on.map_or(0, |old| old.bound_at),
        },
    )?;
    let actor = actor_of(tx, begin.user, &digest)?;
    let rule = if begin.quiet { "quiet" } else { begin.proof.rule() };
    crate::audit::append(office, tx, &[leaf(actor, now, begin.action, vec![begin.user], true, rule)])?;
    Ok(token)
}

/// Who a user acts as in a session.
pub(super) fn actor_of<T: Tx>(tx: &mut T, user: Id, digest: &[u8; 32]) -> Result<Actor> {
    let head = store::records::head(tx, user)?.ok_or(OfficeError::WrongLogin)?;
    let role = Role::from_code(&head.state).ok_or(OfficeError::WrongLogin)?;
    Ok(Actor::new(UserId(user), OrganisationId(head.organisation_id), role, prefix(digest)))
}

/// How sure a session is now: a passkey is fresh for five minutes.
fn assurance(session: &Session, now: i64) -> Assurance {
    match session.assurance {
        3.. if now - session.proven_at <= FRESH_US => Assurance::Fresh,
        3.. => Assurance::Passkey,
        2 => Assurance::PasswordTotp,
        _ => Assurance::Password,
    }
}

/// The session of a cookie. One that is over (idle, too old, ended) is given back as such, without keys: a form
/// that was under way becomes a draft of its owner. One whose user's role is gone is not there.
///
/// # Errors
/// The database.
pub fn session(office: &Office, now: i64, token: &str) -> Result<Option<SignedIn>> {
    session_of(office, now, token, None)
}

/// As [`session`], for a request of a caller: a cookie that turns up in another kind of browser or system
/// than the one it was given to ends its session. What a browser says of itself can be copied along with a
/// cookie, so that stops the careless thief; the careful one lacks the key that the session is [`bound`] to.
///
/// # Errors
/// The database.
pub fn session_of(
    office: &Office,
    now: i64,
    token: &str,
    caller: Option<&Caller>,
) -> Result<Option<SignedIn>> {
    let digest = vault::session_digest(token);
    let found = office.store.read("doors.session", |tx| -> Result<_> {
        let Some(standing) = store::doors::session(tx, &digest)? else { return Ok(None) };
        let strict = store::settings::get(tx, super::REQUIRE_PASSKEYS)?.as_deref() == Some("yes");
        Ok(store::records::head(tx, standing.session.user_id)?.map(|head| (standing, head, strict)))
    })?;
    let Some((standing, head, strict)) = found else { return Ok(None) };
    let session = standing.session;
    let Some(role) = Role::from_code(&head.state) else { return Ok(None) };
    // Whoever's login has ended goes on in no session, whatever began it.
    let ended = session.ended_at != 0 || !standing.may_enter;
    if let (false, Some(known), Some(caller)) = (ended, &session.device, caller)
        && caller.facts(office).is_none_or(|facts| !vault::same(&facts, known))
    {
        office.store.write("doors.moved", |tx| -> Result<()> {
            store::doors::end(tx, &digest, now)?;
            super::notify(tx, session.user_id, "moved", None, now)?;
            let actor = actor_of(tx, session.user_id, &digest)?;
            crate::audit::append(
                office,
                tx,
                &[leaf(actor, now, "user.session-moved", vec![session.user_id], false, "other-device")],
            )
        })?;
        return Ok(None);
    }
    let idle = now - session.seen_at;
    let limit = if session.revealed_at != 0 && session.seen_at - session.revealed_at < IDLE_REVEALED_US {
        IDLE_REVEALED_US
    } else {
        IDLE_US
    };
    // A clock that went back must not make a session older or younger than it is.
    let over = ended || now - session.created_at > ABSOLUTE_US || !(-MINUTE_US..=limit).contains(&idle);
    let bond = caller.map_or(Bond::Free, |caller| bound::bond(office, now, &session, &caller.proof));
    if !over && idle > MINUTE_US && bond != Bond::Stale && !caller.is_some_and(|c| c.unattended) {
        office.store.write("doors.seen", |tx| store::doors::seen(tx, &digest, now))?;
    }
    let keys = match (&session.keyring, over || bond == Bond::Stale) {
        // Somebody who is forced opens nothing, and a session that is over or unproven neither.
        (Some(blob), false) if session.kind == "full" => ring(office, token, &session, blob)?,
        _ => Keyring::default(),
    };
    let quiet = session.kind == "quiet";
    let assurance = assurance(&session, now);
    // Whoever has no passkey cannot give a fresh one: the password and code that he has just given count, unless the
    // house asks for more. A password alone counts among invented people, and where there is nobody at all.
    let just = (0..=FRESH_US).contains(&(now - session.proven_at));
    let enough = assurance >= Assurance::PasswordTotp || office.demo || quiet;
    let counts =
        if standing.passkeys == 0 && !strict && just && enough { Assurance::Fresh } else { assurance };
    let actor = Actor {
        user: UserId(if quiet { quiet_id(office, session.user_id) } else { session.user_id }),
        organisation: OrganisationId(if quiet { QUIET_HOUSE } else { head.organisation_id }),
        role,
        session: prefix(&digest),
        assurance: counts,
        duress: quiet,
    };
    let directory = office.directory(&super::bare_ctx(actor, now))?;
    Ok(Some(SignedIn {
        actor,
        user: session.user_id,
        name: directory.name(session.user_id).to_owned(),
        organisation: directory.name(head.organisation_id).to_owned(),
        house: head.organisation_id,
        expired: over,
        assurance,
        proven_at: session.proven_at,
        passkeys: standing.passkeys,
        strict,
        notices: if quiet { 0 } else { standing.notices },
        quiet,
        lock_after: limit / 1_000_000,
        keys: Arc::new(keys),
        keyed: session.keyring.is_some(),
        bond,
    }))
}

/// The keyring of a session, in step with what its user is a member of now.
fn ring(office: &Office, token: &str, session: &Session, blob: &[u8]) -> Result<Keyring> {
    let user = session.user_id;
    let mut ring = Keyring::open(token, &user.0, blob).map_err(|_| OfficeError::Sealed)?;
    let changed = office.store.read("doors.ring", |tx| crate::roots::refresh(tx, user, &mut ring))?;
    if changed {
        let sealed = ring.seal(token);
        office.store.write("doors.ring", |tx| store::doors::set_keyring(tx, &session.digest, &sealed))?;
    }
    Ok(ring)
}

/// In the quiet house nobody knows anybody: who acts there is an id that no record has. The log still says
/// whose session it was, by the session.
fn quiet_id(office: &Office, user: Id) -> Id {
    let mac = office.vault.mac_text("quiet house", &user.to_string());
    Id(mac.first_chunk::<16>().copied().unwrap_or_default())
}

/// Ends a session.
///
/// # Errors
/// The database.
pub fn sign_out(office: &Office, now: i64, token: &str) -> Result<()> {
    let digest = vault::session_digest(token);
    office.store.write("doors.sign_out", |tx| store::doors::end(tx, &digest, now))?;
    Ok(())
}

/// A name was shown in this session: it idles five minutes from now on.
///
/// # Errors
/// The database.
pub fn revealed(office: &Office, now: i64, token: &str) -> Result<()> {
    let digest = vault::session_digest(token);
    Ok(office.store.write("doors.revealed", |tx| store::doors::revealed(tx, &digest, now))?)
}

/// One of a user's own sessions, as the account page lists it.
pub struct OwnSession {
    /// Names it in a form: first half of its digest.
    pub key: String,
    /// Browser and system, coarse.
    pub label: String,
    /// Began, microseconds.
    pub created_at: i64,
    /// Seen last, microseconds.
    pub seen_at: i64,
    /// The one that asks.
    pub this: bool,
    /// How it was opened.
    pub assurance: Assurance,
    /// It is bound to a key of its browser.
    pub bound: bool,
}

/// A user's own sessions, newest first. In a quiet house only the one that asks: the others are none of those
/// who stand behind her.
///
/// # Errors
/// The database.
pub fn own(office: &Office, signed_in: &SignedIn, now: i64) -> Result<Vec<OwnSession>> {
    let all = office
        .store
        .read("doors.sessions", |tx| store::doors::sessions_of(tx, signed_in.user, now - ABSOLUTE_US))?;
    let this = |s: &Session| prefix(&s.digest) == signed_in.actor.session;
    let alive = all.into_iter().filter(|s| now - s.seen_at <= IDLE_US && (!signed_in.quiet || this(s)));
    Ok(alive
        .map(|s| OwnSession {
            key: key_of(&s.digest),
            this: this(&s),
            assurance: assurance(&s, now),
            bound: s.bound.is_some(),
            label: s.label,
            created_at: s.created_at,
            seen_at: s.seen_at,
        })
        .collect())
}

fn key_of(digest: &[u8; 32]) -> String {
    super::hex(digest.get(..16).unwrap_or_default())
}

/// Ends one of a user's own sessions, or with no key all but the one that asks. How many ended.
///
/// # Errors
/// The database.
pub fn end_own(office: &Office, ctx: &Ctx, signed_in: &SignedIn, key: Option<&str>) -> Result<usize> {
    if signed_in.quiet {
        return Ok(0);
    }
    office.store.write("doors.end_session", |tx| -> Result<usize> {
        let mut ended = 0;
        for session in store::doors::sessions_of(tx, signed_in.user, 0)? {
            let this = prefix(&session.digest) == signed_in.actor.session;
            let wanted = key.map_or(!this, |key| key_of(&session.digest) == key);
            if wanted {
                store::doors::end(tx, &session.digest, ctx.now)?;
                ended += 1;
            }
        }
        let done = leaf(signed_in.actor, ctx.now, "user.end-sessions", vec![signed_in.user], true, "own");
        crate::audit::append(office, tx, &[done])?;
        Ok(ended)
    })
}

/// Goes on under another token: the old one is dead from this moment on (no fixed session survives a
/// step-up), the age stays, what was opened anew is added.
pub(super) fn rotate(
    office: &Office,
    tx: &mut WriteTx<'_>,
    now: i64,
    old: &str,
    caller: &Caller,
    (proof, keyring): (Proof, Keyring),
) -> Result<String> {
    let digest = vault::session_digest(old);
    let standing = store::doors::session(tx, &digest)?.ok_or(OfficeError::WrongLogin)?;
    let session = standing.session;
    if session.ended_at != 0 {
        return Err(OfficeError::WrongLogin);
    }
    store::doors::end(tx, &digest, now)?;
    begin(
        office,
        tx,
        now,
        Begin {
            user: session.user_id,
            proof,
            quiet: session.kind == "quiet",
            caller,
            keyring,
            goes_on: Some(&session),
            action: "user.step-up",
        },
    )
}
