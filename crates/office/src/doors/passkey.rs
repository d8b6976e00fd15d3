//! Passkeys: enrolled, used at the door and for step-up, and what their PRF output opens.
//!
//! The ceremony is webauthn-rs's; user verification is always required. Its state travels in the form, sealed
//! to the server and bound to the cookie the form was made for, so nothing is written before somebody
//! answers; an answer is taken once.
//!
//! The extension `prf` is not in that library's words, so it is added to the options here, with one salt for
//! the house: signing in without typing a login means that the user is not known when the salt is needed,
//! and the output differs by credential anyway. It comes back in a field of its own, opens the slot and is
//! wiped.

use super::sessions::{Begin, begin as begin_session, rotate};
use super::{Caller, Proof, SignedIn, leaf, nobody, notify, slots, stepup, totp};
use crate::{Ctx, Office, OfficeError, Result};
use domain::Id;
use std::sync::{Arc, PoisonError, RwLock};
use store::doors::factors;
use vault::{Half, Kek};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use zeroize::{Zeroize, Zeroizing};

/// A ceremony that takes longer than five minutes is begun anew.
const LIFE_US: i64 = 5 * 60 * 1_000_000;
const PASSKEY_BLOB: &str = "passkey";
/// No address that browsers give passkeys to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address that browsers give passkeys to: https://name, or http://localhost")]
pub struct BadOrigin;

/// The address of this house as browsers see it.
#[derive(Default)]
pub(super) struct Party(RwLock<Option<Arc<Webauthn>>>);

fn build(origin: &str) -> std::result::Result<Webauthn, BadOrigin> {
    let url = Url::parse(origin).map_err(|_| BadOrigin)?;
    let host = url.domain().ok_or(BadOrigin)?.to_owned();
    let local = host == "localhost";
    if url.scheme() != "https" && !(local && url.scheme() == "http") {
        return Err(BadOrigin);
    }
    let mut builder = WebauthnBuilder::new(&host, &url)
        .map_err(|_| BadOrigin)?
        .rp_name("Pristan")
        .allow_any_port(local)
        .timeout(std::time::Duration::from_secs(300));
    let other = Url::parse("https://localhost").map_err(|_| BadOrigin)?;
    if local {
        builder = builder.append_allowed_origin(&other);
    }
    builder.build().map_err(|_| BadOrigin)
}

impl Party {
    pub(super) fn set(&self, origin: &str) -> std::result::Result<(), BadOrigin> {
        let made = Arc::new(build(origin)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(())
    }

    fn get(&self) -> Result<Arc<Webauthn>> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        let made = Arc::new(build("http://localhost").map_err(|_| OfficeError::WrongState)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        Ok(made)
    }
}

/// What a page needs to ask a browser for a passkey.
pub struct Asked {
    /// Options for `navigator.credentials`, as JSON.
    pub options: String,
    /// Comes back with the answer.
    pub state: String,
}

/// What a browser answered.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The state of the form.
    pub state: &'a str,
    /// The credential, as JSON.
    pub credential: &'a str,
    /// Output of the PRF extension, 64 hexadecimal digits; empty where the device has none.
    pub prf: &'a str,
}

fn salt(office: &Office) -> Result<String> {
    let party = office.doors.party.get()?;
    let origin = party.get_allowed_origins().first().and_then(|o| o.domain().map(str::to_owned));
    Ok(super::hex(&office.vault.mac_text("passkey prf v1", &origin.unwrap_or_default())))
}

fn fault(_: impl std::fmt::Debug) -> OfficeError {
    OfficeError::Sealed
}

/// Seals a ceremony's state: id, time, and what webauthn-rs has to remember.
fn seal(
    office: &Office,
    now: i64,
    purpose: &str,
    guard: &str,
    state: &impl serde::Serialize,
) -> Result<String> {
    let id: [u8; 16] = vault::random::bytes();
    let mut plain = [id.as_slice(), &now.to_be_bytes()].concat();
    serde_json::to_writer(&mut plain, state).map_err(fault)?;
    let context = vault::sha256(guard.as_bytes());
    Ok(super::hex(&office.vault.seal_small(purpose, &context, &plain)))
}

fn unseal<T: serde::de::DeserializeOwned>(
    office: &Office,
    now: i64,
    purpose: &str,
    guard: &str,
    sealed: &str,
) -> Option<(Id, T)> {
    let context = vault::sha256(guard.as_bytes());
    let plain = office.vault.open_small(purpose, &context, &super::unhex(sealed)?).ok()?;
    let (id, rest) = plain.as_bytes().split_first_chunk::<16>()?;
    let (at, state) = rest.split_first_chunk::<8>()?;
    let age = now - i64::from_be_bytes(*at);
    (0..LIFE_US).contains(&age).then_some(())?;
    Some((Id(*id), serde_json::from_slice(state).ok()?))
}

fn prf_kek(text: &str) -> Option<Kek> {
    let bytes = Zeroizing::new(super::unhex(text)?);
    let mut output = <[u8; 32]>::try_from(bytes.as_slice()).ok()?;
    let kek = Kek::from_prf(&output);
    output.zeroize();
    Some(kek)
}

fn digest(credential: &[u8]) -> [u8; 32] {
    vault::sha256(credential)
}

fn read(office: &Office, stored: &factors::Passkey) -> Result<Passkey> {
    let plain = office.vault.open_small(PASSKEY_BLOB, &stored.id.0, &stored.data).map_err(fault)?;
    serde_json::from_slice(plain.as_bytes()).map_err(fault)
}

fn written(office: &Office, id: Id, key: &Passkey) -> Result<Vec<u8>> {
    Ok(office.vault.seal_small(PASSKEY_BLOB, &id.0, &serde_json::to_vec(key).map_err(fault)?))
}

/// Asks for a new passkey: one that lies on the device with the account, verifies its user, and opens keys
/// where it can. In a quiet house as well, where no answer is ever right.
///
/// # Errors
/// The database.
pub fn begin_enrol(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    login: &str,
    guard: &str,
) -> Result<Asked> {
    let known = office.store.read("doors.passkeys", |tx| factors::passkeys(tx, signed_in.user))?;
    let mut exclude = Vec::new();
    for stored in &known {
        exclude.push(read(office, stored)?.cred_id().clone());
    }
    let user = Uuid::from_bytes(signed_in.user.0);
    let (created, state): (_, PasskeyRegistration) = office
        .doors
        .party
        .get()?
        .start_passkey_registration(user, login, login, Some(exclude))
        .map_err(fault)?;
    let mut options = serde_json::to_value(&created.public_key).map_err(fault)?;
    if let Some(choice) = options.get_mut("authenticatorSelection").and_then(|v| v.as_object_mut()) {
        choice.insert("residentKey".to_owned(), "required".into());
        choice.insert("requireResidentKey".to_owned(), true.into());
    }
    with_prf(&mut options, &salt(office)?);
    Ok(Asked { options: options.to_string(), state: seal(office, ctx.now, "passkey enrol", guard, &state)? })
}

fn with_prf(options: &mut serde_json::Value, salt: &str) {
    if let Some(options) = options.as_object_mut() {
        let extensions = options.entry("extensions").or_insert_with(|| serde_json::json!({}));
        if let Some(extensions) = extensions.as_object_mut() {
            extensions.insert("prf".to_owned(), serde_json::json!({ "eval": { "first": salt } }));
            // Browsers know it as output of the authenticator and refuse it as a wish.
            extensions.remove("uvm");
        }
    }
}

/// Takes a new passkey. What this session has open is sealed to it; a user without an identity pair gets one
/// here, because here is the first thing that may hold it.
///
/// # Errors
/// `WrongLogin` when the answer is not one to the question; the database.
pub fn finish_enrol(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    (token, caller): (&str, &Caller),
    answer: Answer<'_>,
    label: &str,
) -> Result<String> {
    let asked: Option<(Id, PasskeyRegistration)> =
        unseal(office, ctx.now, "passkey enrol", token, answer.state);
    let (challenge, state) = asked.filter(|_| !signed_in.quiet).ok_or(OfficeError::WrongLogin)?;
    let given: RegisterPublicKeyCredential =
        serde_json::from_str(answer.credential).map_err(|_| OfficeError::WrongLogin)?;
    let key = office
        .doors
        .party
        .get()?
        .finish_passkey_registration(&given, &state)
        .map_err(|_| OfficeError::WrongLogin)?;
    let kek = prf_kek(answer.prf);
    let id = ctx.id();
    let label: String = label.trim().chars().take(40).collect();
    let user = signed_in.user;
    office.store.write("doors.enrol_passkey", |tx| -> Result<String> {
        if !factors::answer(tx, challenge, ctx.now, ctx.now - 2 * LIFE_US)? {
            return Err(OfficeError::WrongLogin);
        }
        let stored = factors::Passkey {
            id,
            user_id: user,
            credential: digest(key.cred_id()).to_vec(),
            data: written(office, id, &key)?,
            counter: 0,
            label: label.clone(),
            opens: kek.is_some(),
            created_at: ctx.now,
            used_at: 0,
            ended_at: 0,
            ended_why: String::new(),
        };
        factors::insert_passkey(tx, &stored)?;
        let mut halves = stepup::own_halves(signed_in);
        if let Some(kek) = &kek {
            let has_work = halves.iter().any(|(half, _)| *half == Half::Work);
            halves.extend(slots::complete(tx, user, ctx.now, has_work)?);
            let sealed = halves.iter().map(|(half, key)| (*half, key, kek));
            slots::set(tx, user, (slots::PASSKEY, id), sealed)?;
            if halves.iter().any(|(half, _)| *half == Half::Identity) {
                super::recovery::held_elsewhere(office, tx, user, ctx.now)?;
            }
        }
        totp::changed(office, tx, ctx, signed_in, "user.passkey", "passkey")?;
        let ring = crate::roots::keyring(tx, user, halves)?;
        rotate(office, tx, ctx.now, token, caller, (Proof::Passkey, ring))
    })
}

/// Asks for a passkey at the door, whosever it is, or for one's own in a session.
///
/// # Errors
/// The database.
pub fn begin_use(office: &Office, ctx: &Ctx, signed_in: Option<&SignedIn>, guard: &str) -> Result<Asked> {
    let (wish, state) = office.doors.party.get()?.start_discoverable_authentication().map_err(fault)?;
    let mut options = serde_json::to_value(&wish.public_key).map_err(fault)?;
    with_prf(&mut options, &salt(office)?);
    if let Some(signed_in) = signed_in {
        let known = office.store.read("doors.passkeys", |tx| factors::passkeys(tx, signed_in.user))?;
        let mut own = Vec::new();
        for stored in &known {
            own.push(read(office, stored)?);
        }
        if !own.is_empty() {
            let (wish, _) = office.doors.party.get()?.start_passkey_authentication(&own).map_err(fault)?;
            let mut wish = serde_json::to_value(&wish.public_key).map_err(fault)?;
            let allow = wish.get_mut("allowCredentials").map(serde_json::Value::take).unwrap_or_default();
            if let Some(options) = options.as_object_mut() {
                options.insert("allowCredentials".to_owned(), allow);
            }
        }
    }
    let purpose = purpose(signed_in);
    Ok(Asked { options: options.to_string(), state: seal(office, ctx.now, purpose, guard, &state)? })
}

fn purpose(signed_in: Option<&SignedIn>) -> &'static str {
    if signed_in.is_some() { "passkey step-up" } else { "passkey sign-in" }
}

/// A passkey that was answered with and holds.
struct Used {
    stored: factors::Passkey,
    data: Vec<u8>,
    counter: i64,
    challenge: Id,
}

/// Whether an answer holds. A counter that does not move on is somebody else's copy: that passkey ends for
/// both, every session of its owner too, and the owner is told.
fn check(
    office: &Office,
    ctx: &Ctx,
    signed_in: Option<&SignedIn>,
    guard: &str,
    answer: Answer<'_>,
) -> Result<Used> {
    let asked: Option<(Id, DiscoverableAuthentication)> =
        unseal(office, ctx.now, purpose(signed_in), guard, answer.state);
    let (challenge, state) = asked.ok_or(OfficeError::WrongLogin)?;
    let given: PublicKeyCredential =
        serde_json::from_str(answer.credential).map_err(|_| OfficeError::WrongLogin)?;
    let party = office.doors.party.get()?;
    let found = office.store.read("doors.passkey", |tx| -> Result<_> {
        let Some(stored) = factors::passkey(tx, &digest(&given.raw_id))? else { return Ok(None) };
        let login = store::doors::login_of(tx, stored.user_id)?;
        Ok(Some((stored, login)))
    })?;
    let Some((stored, Some(login))) = found else { return Err(OfficeError::WrongLogin) };
    let others = signed_in.is_some_and(|s| s.user != stored.user_id);
    if stored.ended_at != 0 || login.ended || others {
        return Err(OfficeError::WrongLogin);
    }
    let mut key = read(office, &stored)?;
    let held = party.finish_discoverable_authentication_v2(&given, state, DiscoverableKey::from(&key));
    match held {
        Ok(result) => {
            key.update_credential(&result);
            let data = written(office, stored.id, &key)?;
            Ok(Used { stored, data, counter: i64::from(result.counter()), challenge })
        }
        Err(WebauthnError::CredentialPossibleCompromise) => {
            cloned(office, ctx, &stored)?;
            Err(OfficeError::WrongLogin)
        }
        Err(_) => Err(OfficeError::WrongLogin),
    }
}

fn cloned(office: &Office, ctx: &Ctx, stored: &factors::Passkey) -> Result<()> {
    office.store.write("doors.cloned", |tx| -> Result<()> {
        factors::end_passkey(tx, stored.user_id, stored.id, ctx.now, "cloned")?;
        store::doors::end_all(tx, stored.user_id, ctx.now)?;
        notify(tx, stored.user_id, "cloned", None, ctx.now)?;
        let note = leaf(nobody(), ctx.now, "user.passkey-cloned", vec![stored.user_id], false, "counter");
        crate::audit::append(office, tx, &[note])
    })
}

/// Uses up the answer inside of a transaction. False when another answer was quicker, with the same
/// challenge or with the same count.
fn spend(tx: &mut store::WriteTx<'_>, ctx: &Ctx, used: &Used) -> Result<bool> {
    Ok(factors::answer(tx, used.challenge, ctx.now, ctx.now - 2 * LIFE_US)?
        && factors::use_passkey(tx, used.stored.id, &used.data, used.counter, ctx.now)?)
}

/// Signs in with a passkey; gives the token for the cookie. Wrong guesses at passwords do not slow it down.
///
/// # Errors
/// `WrongLogin` for whatever does not hold; the database.
pub fn sign_in(
    office: &Office,
    ctx: &Ctx,
    caller: &Caller,
    guard: &str,
    answer: Answer<'_>,
) -> Result<String> {
    let kek = prf_kek(answer.prf);
    let used = match check(office, ctx, None, guard, answer) {
        Err(OfficeError::WrongLogin) => {
            office.doors.throttle.wrong(caller.place, ctx.now);
            return Err(OfficeError::WrongLogin);
        }
        other => other?,
    };
    let user = used.stored.user_id;
    office.store.write("doors.passkey_sign_in", |tx| -> Result<String> {
        if !spend(tx, ctx, &used)? {
            return Err(OfficeError::WrongLogin);
        }
        let halves = match &kek {
            Some(kek) => slots::open(tx, user, (slots::PASSKEY, used.stored.id), kek)?,
            None => Vec::new(),
        };
        let keyring = crate::roots::keyring(tx, user, halves)?;
        let proof = Proof::Passkey;
        let action = "user.sign-in";
        begin_session(
            office,
            tx,
            ctx.now,
            Begin { user, proof, quiet: false, caller, keyring, goes_on: None, action },
        )
    })
}

/// Steps up with one of the own passkeys; gives the token that takes the place of the old one.
///
/// # Errors
/// `WrongLogin` for whatever does not hold; the database.
pub fn step_up(
    office: &Office,
    ctx: &Ctx,
    signed_in: &SignedIn,
    (token, caller): (&str, &Caller),
    answer: Answer<'_>,
) -> Result<String> {
    let kek = prf_kek(answer.prf);
    let used = check(office, ctx, Some(signed_in), token, answer)?;
    office.store.write("doors.passkey_step_up", |tx| -> Result<String> {
        if !spend(tx, ctx, &used)? {
            return Err(OfficeError::WrongLogin);
        }
        let mut halves = stepup::own_halves(signed_in);
        if let Some(kek) = &kek
            && !signed_in.quiet
        {
            for (half, key) in slots::open(tx, signed_in.user, (slots::PASSKEY, used.stored.id), kek)? {
                if !halves.iter().any(|(h, _)| *h == half) {
                    halves.push((half, key));
                }
            }
        }
        let ring = crate::roots::keyring(tx, signed_in.user, halves)?;
        rotate(office, tx, ctx.now, token, caller, (Proof::Passkey, ring))
    })
}

/// Takes one of the own passkeys away, with what it opened. Other sessions end.
///
/// # Errors
/// `NotFound` when it is none of one's own; the database.
pub fn remove(office: &Office, ctx: &Ctx, signed_in: &SignedIn, id: Id) -> Result<()> {
    if signed_in.quiet {
        return Err(OfficeError::NotFound);
    }
    office.store.write("doors.remove_passkey", |tx| -> Result<()> {
        if !factors::end_passkey(tx, signed_in.user, id, ctx.now, "removed")? {
            return Err(OfficeError::NotFound);
        }
        totp::changed(office, tx, ctx, signed_in, "user.passkey-removed", "passkey-removed")
    })
}
