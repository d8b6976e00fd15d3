//! The authenticator app: a code of the moment beside the password. Good for one use; never enough for names.

use super::{SignedIn, leaf, notify};
use crate::{Ctx, Office, OfficeError, Result};
use domain::{FieldError, Id, Problem};
use store::doors::factors;
use vault::totp::TotpSecret;
use zeroize::Zeroizing;

const PURPOSE: &str = "totp";

/// What the page of a new app shows.
pub struct Enrolment {
    /// For the picture.
    pub uri: Zeroizing<String>,
    /// For typing by hand.
    pub text: Zeroizing<String>,
}

fn secret(office: &Office, user: Id, sealed: &[u8]) -> Option<TotpSecret> {
    let plain = office.vault.open_small(PURPOSE, &user.0, sealed).ok()?;
    TotpSecret::from_bytes(plain.as_bytes())
}

/// The step of a right code, to be used up in the transaction that lets the person in. The used step is read
/// again there: that statement decides.
pub(super) fn right_step(
    office: &Office,
    user: Id,
    stored: &factors::Totp,
    code: &str,
    now: i64,
) -> Option<i64> {
    secret(office, user, &stored.secret)?.verify(code, now / 1_000_000, Some(stored.used_step))
}

/// A secret for a new app, or the one begun already; nothing counts before a first code has confirmed it.
/// Nothing when an app is set up.
///
/// # Errors
/// `WrongState` when there is one already; the database.
pub fn begin(office: &Office, _ctx: &Ctx, signed_in: &SignedIn, login: &str) -> Result<Enrolment> {
    let user = signed_in.user;
    let known = office.store.read("doors.totp", |tx| factors::totp(tx, user))?;
    let secret = match known {
        Some(known) if known.confirmed_at != 0 => return Err(OfficeError::WrongState),
        // In a quiet house there is a page like any other, and no code is ever right.
        _ if signed_in.quiet => TotpSecret::generate(),
        Some(known) => secret(office, user, &known.secret).ok_or(OfficeError::Sealed)?,
        None => {
            let fresh = TotpSecret::generate();
            let sealed = office.vault.seal_small(PURPOSE, &user.0, fresh.as_bytes());
            office.store.write("doors.begin_totp", |tx| factors::set_totp(tx, user, Some(&sealed)))?;
            fresh
        }
    };
    Ok(Enrolment { uri: secret.uri("Pristan", login), text: secret.base32() })
}

/// The first code confirms the app. Other sessions end.
///
/// # Errors
/// `Invalid` when the code is wrong or used; `WrongState` when nothing was begun; the database.
pub fn confirm(office: &Office, ctx: &Ctx, signed_in: &SignedIn, code: &str) -> Result<()> {
    let user = signed_in.user;
    let wrong = || OfficeError::Invalid(vec![FieldError::new("code", Problem::UnknownChoice)]);
    if signed_in.quiet {
        return Err(wrong());
    }
    let known = office.store.read("doors.totp", |tx| factors::totp(tx, user))?;
    let known = known.filter(|k| k.confirmed_at == 0).ok_or(OfficeError::WrongState)?;
    let step = right_step(office, user, &known, code, ctx.now).ok_or_else(wrong)?;
    office.store.write("doors.confirm_totp", |tx| -> Result<()> {
        if !factors::use_step(tx, user, step)? {
            return Err(wrong());
        }
        factors::confirm_totp(tx, user, ctx.now)?;
        changed(office, tx, ctx, signed_in, "user.app", "app")
    })
}

/// Takes the app away. Other sessions end.
///
/// # Errors
/// The database.
pub fn remove(office: &Office, ctx: &Ctx, signed_in: &SignedIn) -> Result<()> {
    if signed_in.quiet {
        return Ok(());
    }
    office.store.write("doors.remove_totp", |tx| -> Result<()> {
        factors::set_totp(tx, signed_in.user, None)?;
        changed(office, tx, ctx, signed_in, "user.app-removed", "app-removed")
    })
}

/// A factor has changed: every other session ends, the owner is told, the log knows.
pub(super) fn changed(
    office: &Office,
    tx: &mut store::WriteTx<'_>,
    ctx: &Ctx,
    signed_in: &SignedIn,
    action: &str,
    notice: &str,
) -> Result<()> {
    for session in store::doors::sessions_of(tx, signed_in.user, 0)? {
        if super::prefix(&session.digest) != signed_in.actor.session {
            store::doors::end(tx, &session.digest, ctx.now)?;
        }
    }
    notify(tx, signed_in.user, notice, None, ctx.now)?;
    let done = leaf(signed_in.actor, ctx.now, action, vec![signed_in.user], true, "own");
    crate::audit::append(office, tx, &[done])
}
