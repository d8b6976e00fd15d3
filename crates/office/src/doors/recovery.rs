//! Coming back after a factor is lost.
//!
//! With the printed code and one second person: the head of the programme in the same organisation, or an officer
//! of its circle, confirms from a session of his own, standing beside the person or hearing the voice. Without the
//! code two confirm: colleagues or officers; then a day passes in which the owner is told and can stop it. Officers
//! may be of a sister organisation, so that somebody who works alone comes back as well; the organisation's keys
//! they then give back together (see [`crate::glass`]). Whose word counts is in [`super::vouching`].
//!
//! Whatever did not come back with the person waits: new keys for names can be given anything a day later and not
//! sooner, by whomever ([`crate::roots`] asks each time). An administrator can begin it for somebody and never
//! choose what the person signs in with afterwards: that takes the claim, which only whoever asked was shown.
//! Source: security design, 5.2; OWASP ASVS 5.0, 6.4.3 to 6.4.6.
//!
//! The printed code has 128 bits. Its slot of the work half opens with the code alone, the one of the identity
//! half with the code and a second number, which lies sealed to the organisation's work key where there is one,
//! and to each of its officers, and is released by whoever confirms.
//!
//! After somebody has come back, the code may be the last thing that opens names: a password does not, and the new
//! session may be lost before a passkey is enrolled. A code that has opened names therefore stays, marked as used, and
//! goes when a passkey holds them. Until then it does no more than before: a new request, and a second person again.

mod second;

pub(crate) use second::hand_on;
pub(super) use second::held_elsewhere;

use second::{keep_or_drop, open_second, seal_second};

use super::sessions::{Begin, begin as begin_session};
use super::vouching::{Voice, is_officer, may_vouch, officers};
use super::{Caller, Proof, SignedIn, leaf, login_key, nobody, notify, notify_officers, slots, stepup, totp};
use crate::{Ctx, Office, OfficeError, Result};
use domain::Id;
use domain::policy::Role;
use store::doors::{factors, recovery};
use store::{Tx, WriteTx};
use vault::recovery::RecoveryCode;
use vault::{Cost, Half, Kek, PrivateKey};
use zeroize::Zeroizing;

const HOUR_US: i64 = 3600 * 1_000_000;
/// A request is good for three days.
const LIFE_US: i64 = 72 * HOUR_US;
/// Without the printed code nothing is taken away before a day has passed since the second word for it, and
/// names that did not come back open a day after that. Provisional: no law says it.
pub const DELAY_US: i64 = 24 * HOUR_US;
/// Requests a login may have open in a day; one more takes the place of the oldest that nobody has confirmed, so that
/// no flood of them keeps the owner out.
const A_DAY: i64 = 5;
/// Requests are forgotten after thirty days; the log keeps that they were made.
const KEPT_US: i64 = 30 * 24 * HOUR_US;
const RELEASED: &str = "recovery released";

/// What is printed for somebody to keep: shown once.
pub type Printed = Zeroizing<String>;

fn code_digest(office: &Office, code: &str) -> Vec<u8> {
    office.vault.mac_text("recovery code", code).to_vec()
}

fn claim_digest(office: &Office, claim: &str) -> Vec<u8> {
    let plain: String = claim.chars().filter(char::is_ascii_alphanumeric).collect();
    office.vault.mac_text("recovery claim", &plain.to_ascii_uppercase()).to_vec()
}

/// The key of the slot of a half: for names the second number is mixed in.
fn kek(code: &RecoveryCode, second: Option<&[u8; 16]>) -> Kek {
    let whole = code.kek();
    let mut key = Zeroizing::new([0_u8; 16]);
    key.iter_mut().zip(whole.iter()).for_each(|(to, from)| *to = *from);
    if let Some(second) = second {
        key.iter_mut().zip(second).for_each(|(to, from)| *to ^= *from);
    }
    Kek::from_recovery(&key)
}

/// Prints another code. The one before is worth nothing from then on. It opens what this session has open.
///
/// # Errors
/// `NotFound` in a quiet house; `WrongState` when the one before opens names and this session does not; the database.
pub fn print(office: &Office, ctx: &Ctx, signed_in: &SignedIn) -> Result<Printed> {
    if signed_in.quiet {
        return Err(OfficeError::NotFound);
    }
    let code = RecoveryCode::generate();
    let text = code.reveal();
    let id = ctx.id();
    let user = signed_in.user;
    let second: [u8; 16] = vault::random::bytes();
    office.store.write("doors.print_code", |tx| -> Result<()> {
        let stored = recovery::Code {
            id,
            digest: code_digest(office, &text),
            second: seal_second(office, tx, ctx.now, signed_in, &second)?,
        };
        if let Some(old) = recovery::code(tx, user)? {
            // Perhaps the passkey is lost already, and the paper is the last that opens names.
            let names = i64::from(Half::Identity.byte());
            let opens =
                factors::slots(tx, user, slots::RECOVERY, old.id)?.iter().any(|(half, _)| *half == names);
            if opens && signed_in.keys.half(Half::Identity).is_none() {
                return Err(OfficeError::WrongState);
            }
            factors::set_slots(tx, user, slots::RECOVERY, old.id, &[])?;
        }
        recovery::set_code(tx, user, Some(&stored), ctx.now)?;
        let halves = stepup::own_halves(signed_in);
        let (alone, together) = (kek(&code, None), kek(&code, Some(&second)));
        let sealed = halves.iter().map(|(half, key)| match half {
            Half::Work => (*half, key, &alone),
            Half::Identity => (*half, key, &together),
        });
        slots::set(tx, user, (slots::RECOVERY, id), sealed)?;
        totp::changed(office, tx, ctx, signed_in, "user.recovery-code", "code")
    })?;
    Ok(text)
}

/// What whoever asks is shown, once.
pub struct Asked {
    /// Only this lets the person go on: to be written down.
    pub claim: Printed,
    /// What the person reads to the second one.
    pub number: String,
}

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn fresh_claim() -> Printed {
    let bytes: [u8; 12] = vault::random::bytes();
    let mut text = Zeroizing::new(String::with_capacity(14));
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0')));
    }
    text
}

/// Somebody has lost a way in. The answer is the same whether the login is anybody's or not; the owner, those who
/// answer for the organisation, and its officers are told.
///
/// # Errors
/// `Crowded` while many guess; the database.
pub fn ask(office: &Office, ctx: &Ctx, login: &str, with_code: bool) -> Result<Asked> {
    let key = login_key(office, login);
    let claim = fresh_claim();
    let digest = claim_digest(office, &claim);
    let number =
        format!("{:06}", digest.first_chunk::<4>().map_or(0, |d| u32::from_be_bytes(*d)) % 1_000_000);
    let kind = if with_code { "code" } else { "people" };
    office.store.write("doors.ask_recovery", |tx| -> Result<()> {
        let user = store::doors::login(tx, key)?.filter(|l| !l.ended).map(|l| l.user_id);
        recovery::sweep(tx, ctx.now - KEPT_US)?;
        let day = ctx.now - 24 * HOUR_US;
        let many = recovery::begun(tx, key, day)? >= A_DAY;
        if many {
            recovery::displace(tx, key, day, ctx.now)?;
        }
        let request = recovery::Request {
            id: ctx.id(),
            login: key,
            user_id: user,
            kind: kind.to_owned(),
            claim: digest.clone(),
            number: number.clone(),
            second: None,
            begun_at: ctx.now,
            done_at: 0,
        };
        recovery::insert(tx, &request)?;
        if let Some(user) = request.user_id.filter(|_| !many) {
            notify(tx, user, "recovery", None, ctx.now)?;
            if let Some(head) = store::records::head(tx, user)? {
                notify_officers(tx, head.organisation_id, "recovery", user, ctx.now)?;
                for officer in officers(tx, head.organisation_id)?.into_iter().filter(|o| *o != user) {
                    notify(tx, officer, "recovery", Some(user), ctx.now)?;
                }
            }
        }
        let note = leaf(nobody(), ctx.now, "user.recovery", user.into_iter().collect(), true, kind);
        crate::audit::append(office, tx, &[note])
    })?;
    Ok(Asked { claim, number })
}

/// Whom a colleague is about to confirm.
pub struct Waiting {
    /// Who has asked.
    pub user: Id,
    /// Name on the screen.
    pub name: String,
    /// With the printed code?
    pub with_code: bool,
    /// When, microseconds.
    pub begun_at: i64,
}

/// As what this actor may confirm for that user, for the log: as the head of the same organisation where the
/// printed code is there, as any colleague where it is not; or as an officer of the organisation's circle,
/// wherever he works. In each case only whose word counts.
fn may_confirm<T: Tx>(
    tx: &mut T,
    by: &SignedIn,
    (of, organisation): (Id, Id),
    with_code: bool,
    now: i64,
) -> Result<&'static str> {
    let officer = is_officer(tx, by.user, organisation)?;
    if by.quiet || (with_code && !officer && by.actor.role != Role::Manager) {
        return Err(OfficeError::NotFound);
    }
    let voice = Voice { user: by.user, actor: &by.actor, assurance: by.assurance, keys: &by.keys };
    may_vouch(tx, voice, (of, organisation), now)?;
    Ok(if officer { "officer" } else { "second-person" })
}

/// May this user sign in at all?
fn may_enter<T: Tx>(tx: &mut T, user: Id) -> Result<bool> {
    Ok(store::doors::login_of(tx, user)?.is_some_and(|login| !login.ended))
}

fn request_of<T: Tx>(
    office: &Office,
    tx: &mut T,
    by: &SignedIn,
    (login, number): (&str, &str),
    now: i64,
) -> Result<(recovery::Request, Id, &'static str)> {
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    let open = recovery::by_login(tx, login_key(office, login), now - LIFE_US)?;
    let request = open.into_iter().find(|r| r.number == number).ok_or(OfficeError::NotFound)?;
    let user = request.user_id.ok_or(OfficeError::NotFound)?;
    if !may_enter(tx, user)? {
        return Err(OfficeError::NotFound);
    }
    let head = store::records::head(tx, user)?.ok_or(OfficeError::NotFound)?;
    let rule = may_confirm(tx, by, (user, head.organisation_id), request.kind == "code", now)?;
    Ok((request, user, rule))
}

/// The request that a colleague or an officer has in hand: by login and the number that the person reads out.
///
/// # Errors
/// `NotFound` when there is none, or it is not for this actor to confirm; `StepUp` when it is with a passkey given
/// anew; the database.
pub fn waiting(office: &Office, ctx: &Ctx, by: &SignedIn, login: &str, number: &str) -> Result<Waiting> {
    let (request, user, _) =
        office.store.read("doors.waiting", |tx| request_of(office, tx, by, (login, number), ctx.now))?;
    let directory = office.directory(&super::bare_ctx(by.actor, ctx.now))?;
    Ok(Waiting {
        user,
        name: directory.name(user).to_owned(),
        with_code: request.kind == "code",
        begun_at: request.begun_at,
    })
}

/// A colleague or an officer confirms that the person who asks is who he says.
///
/// # Errors
/// `NotFound` as in [`waiting`]; `WrongState` when this session lacks the key that releases names (sign in
/// with a passkey or password first); the database.
pub fn confirm(office: &Office, ctx: &Ctx, by: &SignedIn, login: &str, number: &str) -> Result<()> {
    office.store.write("doors.confirm_recovery", |tx| -> Result<()> {
        let (request, user, rule) = request_of(office, tx, by, (login, number), ctx.now)?;
        if request.kind == "code"
            && let Some(code) = recovery::code(tx, user)?
        {
            let second = open_second(office, by, user, &code.second)?.ok_or(OfficeError::WrongState)?;
            let sealed = office.vault.seal_small(RELEASED, &request.id.0, &second);
            recovery::release(tx, request.id, &sealed)?;
        }
        recovery::confirm(tx, request.id, by.user, ctx.now)?;
        notify(tx, user, "recovery-confirmed", Some(by.user), ctx.now)?;
        let note = leaf(by.actor, ctx.now, "user.recovery-confirm", vec![user], true, rule);
        crate::audit::append(office, tx, &[note])
    })
}

/// What the form of coming back sends.
#[derive(Clone, Copy)]
pub struct Coming<'a> {
    /// Login.
    pub login: &'a str,
    /// The claim that was shown when it was asked for.
    pub claim: &'a str,
    /// The printed code, empty for whoever has none.
    pub code: &'a str,
    /// A new first password; passkeys are enrolled right after.
    pub password: &'a str,
}

/// How a person came back.
pub struct Back {
    /// Token for the cookie.
    pub token: String,
    /// Names open with this session.
    pub names: bool,
}

/// Comes back: what was lost ends, with every session; a new password is set, and what the printed code opens
/// is in the new session, from where a new passkey takes it.
///
/// # Errors
/// `WrongLogin` when anything does not match, nobody has confirmed yet or the day is not over: the answer does
/// not tell which;
/// `Wait`; `Invalid` for the new password; the database.
pub fn come_back(office: &Office, ctx: &Ctx, caller: &Caller, given: Coming<'_>) -> Result<Back> {
    let until = office.doors.throttle.place_waits(caller.place);
    if until > ctx.now {
        return Err(OfficeError::Wait((until - ctx.now) / 1_000_000 + 1));
    }
    if let Some(error) = crate::organisations::password_problem(given.password, given.login) {
        return Err(OfficeError::Invalid(vec![error]));
    }
    let (phc, new_kek) =
        office.doors.throttle.hashing(|| vault::password::hash_and_key(given.password, Cost::PASSWORD));
    let done = office.store.write("doors.come_back", |tx| -> Result<Option<Back>> {
        let Some((request, user, opened)) = holds(office, tx, ctx.now, &given)? else { return Ok(None) };
        if !recovery::done(tx, request.id, ctx.now)? {
            return Ok(None);
        }
        store::doors::end_all(tx, user, ctx.now)?;
        factors::end_passkeys(tx, user, ctx.now, "recovered")?;
        factors::set_totp(tx, user, None)?;
        keep_or_drop(office, tx, (user, ctx.now), &opened)?;
        recovery::stop(tx, user, ctx.now)?;
        store::doors::set_quiet(tx, user, None)?;
        store::doors::set_password(tx, user, &phc)?;
        store::doors::guesses::forget(tx, login_key(office, given.login))?;
        let halves = settle(tx, user, ctx.now, opened)?;
        let work = halves.iter().filter(|(half, _)| *half == Half::Work);
        slots::set(tx, user, (slots::PASSWORD, user), work.map(|(half, key)| (*half, key, &new_kek)))?;
        notify(tx, user, "recovered", None, ctx.now)?;
        let names = halves.iter().any(|(half, _)| *half == Half::Identity);
        let keyring = crate::roots::keyring(tx, user, halves)?;
        let action = "user.recovered";
        let proof = Proof::Password;
        let begun = Begin { user, proof, quiet: false, caller, keyring, goes_on: None, action };
        Ok(Some(Back { token: begin_session(office, tx, ctx.now, begun)?, names }))
    })?;
    match done {
        Some(back) => Ok(back),
        None => {
            office.doors.throttle.wrong(caller.place, ctx.now);
            Err(OfficeError::WrongLogin)
        }
    }
}

/// Does everything match, and have enough confirmed? Then whose it is and what the printed code opened.
#[expect(clippy::type_complexity, reason = "three things that are only ever taken apart at once")]
fn holds(
    office: &Office,
    tx: &mut WriteTx<'_>,
    now: i64,
    given: &Coming<'_>,
) -> Result<Option<(recovery::Request, Id, Vec<(Half, PrivateKey)>)>> {
    let Some(request) = recovery::by_claim(tx, &claim_digest(office, given.claim))? else { return Ok(None) };
    let alive = request.done_at == 0 && now - request.begun_at < LIFE_US;
    let Some(user) = request.user_id.filter(|_| alive && request.login == login_key(office, given.login))
    else {
        return Ok(None);
    };
    if !may_enter(tx, user)? {
        return Ok(None);
    }
    // Whoever cannot sign in any more has said nothing: an account made for the purpose may have been found.
    let mut confirmed = Vec::new();
    for (by, at) in recovery::confirmed(tx, request.id)? {
        if may_enter(tx, by)? {
            confirmed.push(at);
        }
    }
    if request.kind == "people" {
        let over = confirmed.get(1).is_some_and(|second| now - second >= DELAY_US);
        return Ok(over.then_some((request, user, Vec::new())));
    }
    let (Ok(code), Some(stored)) = (RecoveryCode::parse(given.code), recovery::code(tx, user)?) else {
        return Ok(None);
    };
    if !vault::same(&code_digest(office, &code.reveal()), &stored.digest) || confirmed.is_empty() {
        return Ok(None);
    }
    let Some(released) = &request.second else { return Ok(None) };
    let second =
        office.vault.open_small(RELEASED, &request.id.0, released).map_err(|_| OfficeError::Sealed)?;
    let second = second.as_bytes().first_chunk::<16>().copied().ok_or(OfficeError::Sealed)?;
    let source = (slots::RECOVERY, stored.id);
    let mut halves = slots::open(tx, user, source, &kek(&code, None))?;
    halves.extend(slots::open(tx, user, source, &kek(&code, Some(&second)))?);
    Ok(Some((request, user, halves)))
}

/// The key pairs of somebody who has come back. What the printed code did not open is gone: new pairs take
/// its place, and colleagues or officers give her the organisation's keys anew. Whatever opens names is given to a
/// new pair a day later and not sooner, also to somebody who had none before.
fn settle(
    tx: &mut WriteTx<'_>,
    user: Id,
    now: i64,
    mut halves: Vec<(Half, PrivateKey)>,
) -> Result<Vec<(Half, PrivateKey)>> {
    let has = |halves: &[(Half, PrivateKey)], half| halves.iter().any(|(h, _)| *h == half);
    let none = factors::UserKeys { work: Vec::new(), identity: Vec::new(), identity_from: 0 };
    let mut keys = factors::user_keys(tx, user)?.unwrap_or(none);
    let mut lost = false;
    if !has(&halves, Half::Work) {
        lost |= !keys.work.is_empty();
        let (key, public) = PrivateKey::generate();
        halves.push((Half::Work, key));
        keys.work = public;
    }
    if !has(&halves, Half::Identity) {
        lost |= !keys.identity.is_empty();
        // The next passkey makes a new pair.
        keys.identity = Vec::new();
        keys.identity_from = now + DELAY_US;
    }
    factors::set_user_keys(tx, user, &keys, now)?;
    if lost {
        // What was sealed to the pairs of before stays: a passkey that is found again opens it, and colleagues
        // or officers let her in with the new ones beside it.
        for membership in store::roots::memberships(tx, user)? {
            store::roots::make_epoch_due(tx, membership.organisation, now)?;
        }
    }
    Ok(halves)
}

/// The owner of an account stops every request for it that he did not make. How many there were.
///
/// # Errors
/// The database.
pub fn stop(office: &Office, ctx: &Ctx, signed_in: &SignedIn) -> Result<u64> {
    if signed_in.quiet {
        return Ok(0);
    }
    office.store.write("doors.stop_recovery", |tx| -> Result<u64> {
        let stopped = recovery::stop(tx, signed_in.user, ctx.now)?;
        let note = leaf(signed_in.actor, ctx.now, "user.recovery-stop", vec![signed_in.user], true, "own");
        crate::audit::append(office, tx, &[note])?;
        Ok(stopped)
    })
}
