//! Signing in with a password, and a code of the moment where an app is set up.

use super::sessions::{Begin, begin};
use super::throttle::{charge, worked};
use super::{Caller, Proof, SignedIn, leaf, login_key, nobody, notify, notify_officers, slots, totp};
use crate::{Ctx, Office, OfficeError, Result};
use domain::Id;
use store::WriteTx;
use store::doors::Login;
use store::doors::{factors, guesses};
use vault::password::{Typed, which};
use vault::{Cost, Half, Kek, Keyring, PrivateKey};

/// What the form of the door sends.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    /// Login.
    pub login: &'a str,
    /// Password.
    pub password: &'a str,
    /// Code of the app, empty for whoever has none.
    pub code: &'a str,
    /// Challenge of the form, while many guess at once.
    pub work: &'a str,
    /// Its answer; empty for whoever waited instead.
    pub answer: &'a str,
}

/// Checks login and password and begins a session; gives the token for the cookie.
///
/// # Errors
/// As [`enter`].
pub fn sign_in(office: &Office, ctx: &Ctx, login: &str, password: &str) -> Result<String> {
    enter(office, ctx, &Caller::default(), Given { login, password, ..Given::default() })
}

/// What is known of a login when it is weighed.
struct Known {
    login: Login,
    totp: Option<factors::Totp>,
    passkeys: usize,
}

fn look_up(office: &Office, key: i64) -> Result<Option<Known>> {
    office.store.read("doors.login", |tx| -> Result<_> {
        let Some(login) = store::doors::login(tx, key)? else { return Ok(None) };
        let totp = factors::totp(tx, login.user_id)?.filter(|t| t.confirmed_at != 0);
        let passkeys = factors::passkeys(tx, login.user_id)?.len();
        Ok(Some(Known { login, totp, passkeys }))
    })
}

/// Is the password right, which one is it? One hash, whatever the answer.
fn weigh(office: &Office, known: Option<&Known>, password: &str) -> Typed {
    office.doors.throttle.hashing(|| match known {
        Some(known) => which(password, &known.login.phc, known.login.quiet.as_deref()),
        None => {
            vault::password::verify_dummy(password, Cost::PASSWORD);
            Typed::Wrong
        }
    })
}

/// Before anything is weighed: has the caller done the work that is asked while many guess, and does this
/// place or login wait? The attempt counts as a wrong one until it has been found right.
fn admitted(office: &Office, ctx: &Ctx, caller: &Caller, given: &Given<'_>, key: i64) -> Result<()> {
    let door = &office.doors.throttle;
    if door.queue_full() || door.crowded(ctx.now) && !worked(office, ctx.now, given.work, given.answer) {
        return Err(OfficeError::Crowded);
    }
    let mut until = door.place_waits(caller.place);
    if until <= ctx.now {
        until = charge(office, key, ctx.now)?.unwrap_or(0);
    }
    if until > ctx.now {
        // The same work as a real check, so that waiting does not tell a known login from an unknown one.
        door.hashing(|| vault::password::verify_dummy(given.password, Cost::PASSWORD));
        return Err(OfficeError::Wait((until - ctx.now) / 1_000_000 + 1));
    }
    Ok(())
}

/// Notes a wrong attempt, for a login that exists and one that does not alike.
fn refused(office: &Office, ctx: &Ctx, caller: &Caller, user: Option<Id>) -> Result<OfficeError> {
    office.doors.throttle.wrong(caller.place, ctx.now);
    office.store.write("doors.refused", |tx| -> Result<()> {
        let objects = user.into_iter().collect();
        let note = leaf(nobody(), ctx.now, "user.sign-in", objects, false, "wrong");
        crate::audit::append(office, tx, &[note])
    })?;
    Ok(OfficeError::WrongLogin)
}

/// What a right password leads to.
enum Way {
    /// Into the house.
    In(Option<Kek>, Proof),
    /// Into the quiet one.
    Quiet,
    /// Nowhere.
    Nowhere,
}

fn way(office: &Office, known: &Known, typed: Typed, code: &str, now: i64) -> (Way, Option<i64>) {
    if known.login.ended {
        return (Way::Nowhere, None);
    }
    let kek = match typed {
        Typed::Wrong => return (Way::Nowhere, None),
        Typed::Second => return (Way::Quiet, None),
        Typed::First(kek) => Some(kek),
        Typed::Outdated => None,
    };
    let Some(stored) = &known.totp else { return (Way::In(kek, Proof::Password), None) };
    match totp::right_step(office, known.login.user_id, stored, code, now) {
        Some(step) => (Way::In(kek, Proof::Code), Some(step)),
        None => (Way::Nowhere, None),
    }
}

/// Signs in with what the form of the door gave and begins a session; gives the token for the cookie.
///
/// # Errors
/// `WrongLogin` for anything that does not match; `Wait` after too many guesses; `Crowded` when many guess
/// and this attempt brought no work; the database.
pub fn enter(office: &Office, ctx: &Ctx, caller: &Caller, given: Given<'_>) -> Result<String> {
    let key = login_key(office, given.login);
    let known = look_up(office, key)?;
    admitted(office, ctx, caller, &given, key)?;
    let typed = weigh(office, known.as_ref(), given.password);
    let Some(known) = known else {
        return Err(refused(office, ctx, caller, None)?);
    };
    let user = known.login.user_id;
    let (way, step) = way(office, &known, typed, given.code, ctx.now);
    let (kek, proof, quiet) = match way {
        Way::Nowhere => return Err(refused(office, ctx, caller, Some(user))?),
        Way::In(kek, proof) => (kek, proof, false),
        Way::Quiet => (None, Proof::Password, true),
    };
    // Stored in the form before there were slots: hashed anew, this once.
    let upgrade = (kek.is_none() && !quiet).then(|| {
        office.doors.throttle.hashing(|| vault::password::hash_and_key(given.password, Cost::PASSWORD))
    });
    let entered = office.store.write("doors.sign_in", |tx| -> Result<Option<String>> {
        if !stands(tx, &known.login)? {
            return Ok(None);
        }
        if let Some(step) = step
            && !factors::use_step(tx, user, step)?
        {
            return Ok(None);
        }
        guesses::forget(tx, key)?;
        if let Some((phc, _)) = &upgrade {
            store::doors::set_password(tx, user, phc)?;
        }
        let kek = upgrade.as_ref().map(|(_, kek)| kek).or(kek.as_ref());
        let keyring = if quiet {
            alarm(office, tx, ctx.now, user)?;
            Keyring::default()
        } else {
            let halves = halves(tx, ctx.now, &known, kek)?;
            crate::roots::keyring(tx, user, halves)?
        };
        let action = "user.sign-in";
        begin(office, tx, ctx.now, Begin { user, proof, quiet, caller, keyring, goes_on: None, action })
            .map(Some)
    })?;
    match entered {
        Some(token) => Ok(token),
        // Somebody else was quicker with the same code, or what was weighed is not what is stored any more.
        None => Err(refused(office, ctx, caller, Some(user))?),
    }
}

/// Is a login still what it was when its password was weighed? A hash takes its time and waits in a queue:
/// meanwhile access may have been ended, or the password changed by its owner or somebody who came back. What was
/// sealed under the other password would then be lost, or somebody let in who is to stay outside.
fn stands(tx: &mut WriteTx<'_>, weighed: &Login) -> Result<bool> {
    let now = store::doors::login_of(tx, weighed.user_id)?;
    Ok(now.is_some_and(|now| !now.ended && now.phc == weighed.phc && now.quiet == weighed.quiet))
}

/// What a password opens: the work half. With a passkey enrolled and no app, a password alone opens nothing:
/// the passkey is the second step, at the first thing that asks for it.
fn halves(
    tx: &mut WriteTx<'_>,
    now: i64,
    known: &Known,
    kek: Option<&Kek>,
) -> Result<Vec<(Half, PrivateKey)>> {
    let user = known.login.user_id;
    let Some(kek) = kek else { return Ok(Vec::new()) };
    let made = slots::first_keys(tx, user, kek, now)?;
    if known.passkeys > 0 && known.totp.is_none() {
        return Ok(Vec::new());
    }
    if !made.is_empty() {
        return Ok(made);
    }
    slots::open(tx, user, (slots::PASSWORD, user), kek)
}

/// The second password was used: help is called, and nothing of it shows.
fn alarm(office: &Office, tx: &mut WriteTx<'_>, now: i64, user: Id) -> Result<()> {
    let head = store::records::head(tx, user)?.ok_or(OfficeError::WrongLogin)?;
    notify_officers(tx, head.organisation_id, "quiet", user, now)?;
    let note = leaf(nobody(), now, "user.silent-alarm", vec![user], true, "quiet");
    crate::audit::append(office, tx, &[note])
}

/// Weighs the own password of whoever is signed in: a screen left open must not let anybody guess it at
/// leisure. Gives the login and, in a full house, the key of its slot. The attempt counts as a wrong one until the
/// caller forgets it.
pub(super) fn own_password(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    password: &str,
) -> Result<(Login, Option<Kek>)> {
    let key = office.store.read("doors.login", |tx| store::doors::login_of(tx, signed_in.user))?;
    let login = key.ok_or(OfficeError::WrongLogin)?;
    if let Some(until) = charge(office, login.login, ctx.now)? {
        return Err(OfficeError::Wait((until - ctx.now) / 1_000_000 + 1));
    }
    let typed = office.doors.throttle.hashing(|| which(password, &login.phc, login.quiet.as_deref()));
    match (typed, signed_in.quiet) {
        (Typed::First(kek), false) => Ok((login, Some(kek))),
        (Typed::Outdated, false) | (Typed::Second, true) => Ok((login, None)),
        _ => Err(OfficeError::WrongLogin),
    }
}

/// The same where nothing beside the password is asked.
fn own_password_alone(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    password: &str,
) -> Result<(Login, Option<Kek>)> {
    let known = own_password(office, ctx, signed_in, password)?;
    office.store.write("doors.right", |tx| guesses::forget(tx, known.0.login))?;
    Ok(known)
}

/// Another password for oneself; all sessions end, this one too: whoever changed it signs in anew.
///
/// # Errors
/// `Invalid`; `WrongLogin` when the old one does not match; `Wait` after too many guesses; the database.
pub fn change_password(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    login: &str,
    old: &str,
    new: &str,
) -> Result<()> {
    let key = login_key(office, login);
    let named = office.store.read("doors.login", |tx| store::doors::login(tx, key))?;
    if named.is_none_or(|named| named.user_id != signed_in.user) {
        office.doors.throttle.hashing(|| vault::password::verify_dummy(old, Cost::PASSWORD));
        return Err(OfficeError::WrongLogin);
    }
    let (known, kek) = own_password_alone(office, ctx, signed_in, old)?;
    if new == old {
        let same = domain::FieldError::new("password", domain::Problem::PasswordSame);
        return Err(OfficeError::Invalid(vec![same]));
    }
    if let Some(error) = crate::organisations::password_problem(new, login) {
        return Err(OfficeError::Invalid(vec![error]));
    }
    let user = signed_in.user;
    if signed_in.quiet {
        // Whoever forces somebody to change the password has changed nothing, and is told nothing.
        return Ok(());
    }
    // Under the salt of the old one where there is a second password beside it, which stays good.
    let beside = |phc: &str| vault::password::hash_beside(new, phc);
    let (phc, new_kek) = office.doors.throttle.hashing(|| {
        known
            .quiet
            .as_ref()
            .and_then(|_| beside(&known.phc))
            .unwrap_or_else(|| vault::password::hash_and_key(new, Cost::PASSWORD))
    });
    if known.quiet.as_deref().is_some_and(|quiet| vault::password::verify(new, quiet)) {
        return Err(OfficeError::Invalid(vec![domain::FieldError::new(
            "password",
            domain::Problem::PasswordCommon,
        )]));
    }
    office.store.write("doors.change_password", |tx| -> Result<()> {
        if !stands(tx, &known)? {
            return Err(OfficeError::WrongLogin);
        }
        if let Some(kek) = &kek {
            let halves = slots::open(tx, user, (slots::PASSWORD, user), kek)?;
            let sealed = halves.iter().map(|(half, key)| (*half, key, &new_kek));
            slots::set(tx, user, (slots::PASSWORD, user), sealed)?;
        }
        store::doors::set_password(tx, user, &phc)?;
        store::doors::end_all(tx, user, ctx.now)?;
        notify(tx, user, "password", None, ctx.now)?;
        let done = leaf(signed_in.actor, ctx.now, "user.password", vec![user], true, "own");
        crate::audit::append(office, tx, &[done])
    })
}

/// Sets the second password, which opens a quiet house and calls for help; an empty one takes it away.
///
/// # Errors
/// `Invalid` when it is as good as the first or too easily guessed; `WrongLogin`, `Wait` over the own
/// password; the database.
pub fn set_quiet(office: &Office, ctx: &Ctx, signed_in: &SignedIn, own: &str, quiet: &str) -> Result<()> {
    let (login, _) = own_password_alone(office, ctx, signed_in, own)?;
    if signed_in.quiet {
        return Ok(());
    }
    let problem = |problem| Err(OfficeError::Invalid(vec![domain::FieldError::new("quiet", problem)]));
    let phc = if quiet.is_empty() {
        None
    } else {
        // Short is allowed: it opens nothing, and has to be remembered on a bad day.
        if quiet.chars().count() < 6 {
            return problem(domain::Problem::PasswordShort);
        }
        let made = office.doors.throttle.hashing(|| vault::password::hash_beside(quiet, &login.phc));
        match made {
            Some((phc, _)) if phc != login.phc => Some(phc),
            _ => return problem(domain::Problem::PasswordCommon),
        }
    };
    office.store.write("doors.set_quiet", |tx| -> Result<()> {
        // Hashed under the salt of the first: beside another first one it would never be known again.
        if !stands(tx, &login)? {
            return Err(OfficeError::WrongLogin);
        }
        store::doors::set_quiet(tx, signed_in.user, phc.as_deref())?;
        let done = leaf(signed_in.actor, ctx.now, "user.second-password", vec![signed_in.user], true, "own");
        crate::audit::append(office, tx, &[done])
    })
}
