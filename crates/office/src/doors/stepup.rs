//! Step-up: before a weighty step the door asks again who this is.

use super::sessions::rotate;
use super::{Caller, Proof, REQUIRE_PASSKEYS, SignedIn, password, slots, totp};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Assurance;
use store::doors::{factors, guesses};
use vault::Half;

/// Must this session step up before names are shown, something leaves the house, or somebody is let in? Yes when
/// its user has not proven within five minutes who he is: by passkey if he has one, else by password and code,
/// which never is enough where the installation asks for passkeys.
#[must_use]
pub fn must_step_up(signed_in: &SignedIn) -> bool {
    signed_in.actor.assurance < Assurance::Fresh
}

/// Has this user nothing yet with which to step up: no passkey, and no app for codes where a password alone is not
/// enough?
///
/// # Errors
/// The database.
pub fn lacks_second(office: &Office, signed_in: &SignedIn) -> Result<bool> {
    if signed_in.passkeys > 0 || office.demo || signed_in.quiet {
        return Ok(false);
    }
    Ok(!has_app(office, signed_in)?)
}

/// Does this user step up with the code of an app? A quiet house knows of none.
///
/// # Errors
/// The database.
pub fn has_app(office: &Office, signed_in: &SignedIn) -> Result<bool> {
    if signed_in.passkeys > 0 || signed_in.quiet {
        return Ok(false);
    }
    let app = office.store.read("doors.totp", |tx| factors::totp(tx, signed_in.user))?;
    Ok(app.is_some_and(|app| app.confirmed_at != 0))
}

/// Says whether weighty steps take a passkey, for everybody and from now on; the log has it. Gives whether that
/// is a change.
///
/// # Errors
/// The database.
pub fn require_passkeys(office: &Office, ctx: &Ctx, on: bool) -> Result<bool> {
    office.store.write("doors.require_passkeys", |tx| -> Result<bool> {
        let was = store::settings::get(tx, REQUIRE_PASSKEYS)?.as_deref() == Some("yes");
        store::settings::set(tx, REQUIRE_PASSKEYS, if on { "yes" } else { "no" })?;
        let action = if on { "doors.passkeys-required" } else { "doors.passkeys-not-required" };
        let done = super::leaf(ctx.actor, ctx.now, action, Vec::new(), true, "command-line");
        crate::audit::append(office, tx, &[done])?;
        Ok(was != on)
    })
}

/// Has more than five minutes passed since this user proved who he is, with whatever he has? Asked before a
/// way of signing in is added or taken away.
#[must_use]
pub fn needs_proof(signed_in: &SignedIn, now: i64) -> bool {
    if signed_in.passkeys > 0 {
        return signed_in.assurance < Assurance::Fresh;
    }
    !(0..=super::FRESH_US).contains(&(now - signed_in.proven_at))
}

/// Steps up with password and code: for whoever has no passkey. Weaker, and the page says so. Gives the
/// token that takes the place of the old one.
///
/// # Errors
/// `NotFound` for whoever has a passkey; `WrongLogin`, `Wait`; the database.
pub fn by_password(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    token: &str,
    caller: &Caller,
    (typed, code): (&str, &str),
) -> Result<String> {
    if signed_in.passkeys > 0 {
        return Err(OfficeError::NotFound);
    }
    let user = signed_in.user;
    let (login, kek) = password::own_password(office, ctx, signed_in, typed)?;
    let app = office.store.read("doors.totp", |tx| factors::totp(tx, user))?;
    let app = app.filter(|t| t.confirmed_at != 0 && !signed_in.quiet);
    let step = match &app {
        Some(app) => match totp::right_step(office, user, app, code, ctx.now) {
            Some(step) => Some(step),
            None => return Err(OfficeError::WrongLogin),
        },
        None => None,
    };
    office.store.write("doors.step_up", |tx| -> Result<String> {
        if let Some(step) = step
            && !factors::use_step(tx, user, step)?
        {
            return Err(OfficeError::WrongLogin);
        }
        guesses::forget(tx, login.login)?;
        let mut halves: Vec<_> = own_halves(signed_in);
        if let Some(kek) = &kek
            && halves.is_empty()
        {
            halves = slots::open(tx, user, (slots::PASSWORD, user), kek)?;
        }
        let ring = crate::roots::keyring(tx, user, halves)?;
        let proof = if step.is_some() { Proof::Code } else { Proof::Password };
        rotate(office, tx, ctx.now, token, caller, (proof, ring))
    })
}

/// The halves that a session has open.
pub(super) fn own_halves(signed_in: &SignedIn) -> Vec<(Half, vault::PrivateKey)> {
    Half::BOTH.into_iter().filter_map(|h| signed_in.keys.half(h).map(|key| (h, key.share()))).collect()
}
