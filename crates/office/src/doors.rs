//! Sign-in, sessions, drafts. Answers are the same for an unknown login and a wrong password, in
//! words and in work; guessing slows down softly and never locks the right person out for good.

use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Role;
use domain::{Actor, Id, Mask, OrganisationId, RecordKind, UserId};
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};

/// Idle sessions end after fifteen minutes, all after twelve hours (security design, 5.1).
pub const IDLE_US: i64 = 15 * 60 * 1_000_000;
/// Absolute end of a session.
pub const ABSOLUTE_US: i64 = 12 * 3600 * 1_000_000;
const MINUTE_US: i64 = 60 * 1_000_000;
/// Guesses that cost nothing but themselves; each further one doubles the wait up to fifteen minutes.
const FREE_GUESSES: i64 = 5;

/// At most two password hashes at a time, so that two cores never drown.
struct Semaphore(Mutex<usize>, Condvar);
static HASHES: Semaphore = Semaphore(Mutex::new(2), Condvar::new());

fn with_hash_permit<T>(work: impl FnOnce() -> T) -> T {
    let mut free = HASHES.0.lock().unwrap_or_else(PoisonError::into_inner);
    while *free == 0 {
        free = HASHES.1.wait(free).unwrap_or_else(PoisonError::into_inner);
    }
    *free -= 1;
    drop(free);
    let out = work();
    *HASHES.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    HASHES.1.notify_one();
    out
}

/// Wrong guesses at logins that do not exist: they wait like the others, so that waiting tells nothing.
/// In memory, bounded; a restart forgets them.
#[derive(Default)]
pub struct Strangers(Mutex<HashMap<i64, (i64, i64)>>);

impl Strangers {
    fn get(&self, key: i64) -> (i64, i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied().unwrap_or((0, 0))
    }
    fn set(&self, key: i64, failed: i64, not_before: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= 10_000 {
            all.clear();
        }
        all.insert(key, (failed, not_before));
    }
}

/// How long to wait after so many wrong guesses.
fn wait_after(failed: i64) -> i64 {
    if failed < FREE_GUESSES { 0 } else { (MINUTE_US << (failed - FREE_GUESSES).min(4)).min(15 * MINUTE_US) }
}

/// Keyed digest by which a login is found.
#[must_use]
pub fn login_key(office: &Office, login: &str) -> i64 {
    office.vault.blind(&[0; 16], "login", &login.trim().to_lowercase())
}

/// A signed-in session.
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// Name on the screen.
    pub name: String,
    /// Organisation on the screen.
    pub organisation: String,
    /// The session is over, but whose it was is known: a form in flight becomes a draft.
    pub expired: bool,
}

/// Checks login and password and begins a session; gives the token for the cookie.
///
/// # Errors
/// `WrongLogin` for anything that does not match; `Wait` after too many guesses; the database.
pub fn sign_in(office: &Office, ctx: &Ctx, login: &str, password: &str) -> Result<String> {
    let key = login_key(office, login);
    let known = office.store.read("doors.login", |tx| store::doors::login(tx, key))?;
    let (failed, not_before) =
        known.as_ref().map_or_else(|| office.strangers.get(key), |k| (k.failed, k.not_before));
    if not_before > ctx.now {
        // The same work as a real check, so that waiting does not tell a known login from an unknown one.
        with_hash_permit(|| vault::password::verify_dummy(password, vault::Cost::PASSWORD));
        return Err(OfficeError::Wait((not_before - ctx.now) / 1_000_000 + 1));
    }
    let right = with_hash_permit(|| match &known {
        Some(known) => vault::password::verify(password, &known.phc) && !known.ended,
        None => {
            vault::password::verify_dummy(password, vault::Cost::PASSWORD);
            false
        }
    });
    let Some(known) = known else {
        office.strangers.set(key, failed + 1, ctx.now + wait_after(failed + 1));
        return Err(OfficeError::WrongLogin);
    };
    if !right {
        let until = ctx.now + wait_after(failed + 1);
        office.store.write("doors.guess", |tx| store::doors::count_guess(tx, key, failed + 1, until))?;
        return Err(OfficeError::WrongLogin);
    }
    let token = vault::random::token();
    let digest = vault::sha256(token.as_bytes());
    office.store.write("doors.sign_in", |tx| -> Result<()> {
        store::doors::count_guess(tx, key, 0, 0)?;
        store::doors::sweep(tx, ctx.now - 2 * ABSOLUTE_US)?;
        store::forms::forget(tx, ctx.now - 2 * ABSOLUTE_US)?;
        store::doors::insert_session(tx, &digest, known.user_id, ctx.now)?;
        let head = store::records::head(tx, known.user_id)?.ok_or(OfficeError::WrongLogin)?;
        let role = Role::from_code(&head.state).ok_or(OfficeError::WrongLogin)?;
        let actor =
            Actor::new(UserId(known.user_id), OrganisationId(head.organisation_id), role, prefix(&digest));
        let leaf = crate::desk::Leaf {
            action: "user.sign-in".to_owned(),
            kind: RecordKind::User.code(),
            objects: vec![known.user_id],
            cases: Vec::new(),
            mask: Mask::NONE,
            allowed: true,
            rule: "password",
            actor,
            now: ctx.now,
            reason: None,
            before: None,
            after: None,
        };
        crate::audit::append(office, tx, &[leaf])
    })?;
    Ok(token)
}

fn prefix(digest: &[u8; 32]) -> [u8; 8] {
    let mut out = [0; 8];
    out.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    out
}

/// Whose session a token is. Moves the idle clock at most once a minute.
///
/// # Errors
/// The database.
pub fn session(office: &Office, now: i64, token: &str) -> Result<Option<SignedIn>> {
    let digest = vault::sha256(token.as_bytes());
    let found = office.store.read("doors.session", |tx| -> Result<_> {
        let Some(session) = store::doors::session(tx, &digest)? else { return Ok(None) };
        Ok(store::records::head(tx, session.user_id)?.map(|head| (session, head)))
    })?;
    let Some((session, head)) = found else { return Ok(None) };
    let Some(role) = Role::from_code(&head.state) else { return Ok(None) };
    // A clock that was set back must not revive a session: it counts as idle.
    let idle = now - session.seen_at;
    let over = session.ended_at != 0
        || now - session.created_at > ABSOLUTE_US
        || !(-MINUTE_US..=IDLE_US).contains(&idle);
    if !over && idle > MINUTE_US {
        office.store.write("doors.seen", |tx| store::doors::seen(tx, &digest, now))?;
    }
    // There is one way in so far; where there are several, the session says by which one it was opened.
    let actor =
        Actor::new(UserId(session.user_id), OrganisationId(head.organisation_id), role, prefix(&digest));
    let ctx = Ctx {
        actor,
        now,
        today: domain::Date::ZERO,
        request: [0; 4],
        lang: "bg",
        ids: crate::Ids::Random,
        keys: std::sync::Arc::default(),
    };
    let directory = office.directory(&ctx)?;
    Ok(Some(SignedIn {
        actor,
        name: directory.name(session.user_id).to_owned(),
        organisation: directory.name(head.organisation_id).to_owned(),
        expired: over,
    }))
}

/// Ends a session.
///
/// # Errors
/// The database.
pub fn sign_out(office: &Office, now: i64, token: &str) -> Result<()> {
    let digest = vault::sha256(token.as_bytes());
    office.store.write("doors.sign_out", |tx| store::doors::end(tx, &digest, now))?;
    Ok(())
}

/// Another password for oneself; all sessions end, this one too: whoever changed it signs in anew.
///
/// # Errors
/// `Invalid`; `WrongLogin` when the old one does not match; `Wait` after too many guesses; the database.
pub fn change_password(office: &Office, ctx: &Ctx, login: &str, old: &str, new: &str) -> Result<()> {
    let key = login_key(office, login);
    let known = office
        .store
        .read("doors.login", |tx| store::doors::login(tx, key))?
        .ok_or(OfficeError::WrongLogin)?;
    if known.user_id != ctx.actor.user.0 {
        return Err(OfficeError::WrongLogin);
    }
    // A screen left open must not let anybody guess the password at leisure.
    if known.not_before > ctx.now {
        return Err(OfficeError::Wait((known.not_before - ctx.now) / 1_000_000 + 1));
    }
    if !with_hash_permit(|| vault::password::verify(old, &known.phc)) {
        let until = ctx.now + wait_after(known.failed + 1);
        office
            .store
            .write("doors.guess", |tx| store::doors::count_guess(tx, key, known.failed + 1, until))?;
        return Err(OfficeError::WrongLogin);
    }
    if let Some(error) = crate::organisations::password_problem(new, login) {
        return Err(OfficeError::Invalid(vec![error]));
    }
    let phc = with_hash_permit(|| vault::password::hash(new, vault::Cost::PASSWORD));
    office.store.write("doors.change_password", |tx| -> Result<()> {
        store::doors::set_password(tx, known.user_id, &phc)?;
        store::doors::end_all(tx, known.user_id, ctx.now)?;
        Ok(())
    })
}

/// Keeps what somebody has typed so far, sealed to the server and bound to user and form.
///
/// # Errors
/// The database.
pub fn save_draft(office: &Office, user: Id, now: i64, form: &str, body: &[u8]) -> Result<()> {
    let form: String = form.chars().take(200).collect();
    let context = [user.0.as_slice(), form.as_bytes()].concat();
    let sealed = office.vault.seal_small("draft", &context, body);
    office.store.write("doors.save_draft", |tx| store::forms::save_draft(tx, user, &form, &sealed, now))?;
    Ok(())
}

/// A draft and when it was saved.
///
/// # Errors
/// The database.
pub fn draft(office: &Office, user: Id, form: &str) -> Result<Option<(Vec<u8>, i64)>> {
    let form: String = form.chars().take(200).collect();
    let found = office.store.read("doors.draft", |tx| store::forms::draft(tx, user, &form))?;
    let Some((sealed, at)) = found else { return Ok(None) };
    let context = [user.0.as_slice(), form.as_bytes()].concat();
    let plain = office.vault.open_small("draft", &context, &sealed).map_err(|_| OfficeError::Sealed)?;
    Ok(Some((plain.as_bytes().to_vec(), at)))
}

/// Throws a draft away after its form was saved.
///
/// # Errors
/// The database.
pub fn drop_draft(office: &Office, user: Id, form: &str) -> Result<()> {
    let form: String = form.chars().take(200).collect();
    if office.store.read("doors.draft", |tx| store::forms::draft(tx, user, &form))?.is_some() {
        office.store.write("doors.drop_draft", |tx| store::forms::drop_draft(tx, user, &form))?;
    }
    Ok(())
}
