//! Sessions bound to their browser.
//!
//! A cookie can be copied: out of a profile, a backup, a log of a proxy. So a browser with scripts makes a key
//! pair that WebCrypto never gives out, and the session is bound to its public half, once. From then on a
//! request counts only together with a proof: a second cookie that the server gives for a signed challenge and
//! that holds for two minutes. Who copies both cookies has two minutes; who copies them later has nothing.
//!
//! The key is bound on the first page after sign-in, whatever the way in was. Without scripts a session stays
//! unbound and lives as before; a session that is bound cannot be unbound. Source: security design, 5.1
//! ("DPoP-like proof with a non-extractable WebCrypto key") and attack 27.

use super::sessions::actor_of;
use super::{hex, leaf, unhex};
use crate::{Office, OfficeError, Result};
use store::doors::Session;

const SECOND_US: i64 = 1_000_000;
/// How long a proof counts.
pub const PROOF_US: i64 = 120 * SECOND_US;
/// How old a challenge may be that is signed.
const CHALLENGE_US: i64 = 120 * SECOND_US;
/// Between binding and the first proof: requests that were on their way already.
const GRACE_US: i64 = 10 * SECOND_US;

/// How a session stands to the browser that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// It is bound to none.
    Free,
    /// The browser has proven that it holds the key, at this moment (microseconds).
    Proven(i64),
    /// It is bound, and this request came without a proof that counts.
    Stale,
}

/// What the script of a page sends to bind a session or to prove that it holds the key.
pub struct Given<'a> {
    /// The challenge that it signed.
    pub challenge: &'a str,
    /// Signature over [`signed_text`], hexadecimal.
    pub signature: &'a str,
    /// Public key, hexadecimal: for a session that is not bound yet.
    pub key: &'a str,
}

/// What came of it.
pub enum Proved {
    /// Value of the cookie that is the proof.
    Yes(String),
    /// The challenge was too old; sign this one.
    Again(String),
    /// Another key, or none.
    No,
}

fn stamped(office: &Office, purpose: &str, whose: &[u8], at: i64) -> String {
    let mac = office.vault.mac_text(purpose, &format!("{}.{at}", hex(whose)));
    format!("{at}.{}", hex(&mac))
}

/// The moment of a stamp that this house made for `whose` not longer than `most` ago.
fn stamped_at(office: &Office, purpose: &str, whose: &[u8], now: i64, most: i64, stamp: &str) -> Option<i64> {
    let at: i64 = stamp.split_once('.')?.0.parse().ok()?;
    let real = vault::same(stamped(office, purpose, whose, at).as_bytes(), stamp.as_bytes());
    (real && (-SECOND_US..=most).contains(&now.checked_sub(at)?)).then_some(at)
}

const CHALLENGE: &str = "session challenge";
const PROOF: &str = "session proof";

/// A challenge for the session of a token.
#[must_use]
pub fn challenge(office: &Office, now: i64, token: &str) -> String {
    stamped(office, CHALLENGE, &vault::session_digest(token), now)
}

/// What a browser signs: the challenge, marked so that the key signs nothing that means something elsewhere.
#[must_use]
pub fn signed_text(challenge: &str) -> String {
    format!("pristan session proof v1\n{challenge}")
}

/// Whose proof it is: the key's, in sessions of one user. It outlives a step-up, which goes on under another token.
fn whose(public: &[u8], user: domain::Id) -> Vec<u8> {
    [public, user.0.as_slice()].concat()
}

/// How a session stands to a browser that shows this proof.
#[must_use]
pub(super) fn bond(office: &Office, now: i64, session: &Session, proof: &str) -> Bond {
    let Some(public) = &session.bound else { return Bond::Free };
    match stamped_at(office, PROOF, &whose(public, session.user_id), now, PROOF_US, proof) {
        Some(at) => Bond::Proven(at),
        None if (0..=GRACE_US).contains(&(now - session.bound_at)) => Bond::Proven(session.bound_at),
        None => Bond::Stale,
    }
}

/// Binds the session of a token to a key, or proves that the browser holds the key it is bound to.
///
/// # Errors
/// `WrongLogin` when there is no such session any more; the database.
pub fn prove(office: &Office, now: i64, token: &str, given: &Given<'_>) -> Result<Proved> {
    let digest = vault::session_digest(token);
    let standing = office.store.read("doors.bound", |tx| store::doors::session(tx, &digest))?;
    let session = standing.map(|s| s.session).filter(|s| s.ended_at == 0).ok_or(OfficeError::WrongLogin)?;
    if stamped_at(office, CHALLENGE, &digest, now, CHALLENGE_US, given.challenge).is_none() {
        return Ok(Proved::Again(challenge(office, now, token)));
    }
    let public = match &session.bound {
        Some(known) => known.clone(),
        None => unhex(given.key).unwrap_or_default(),
    };
    let signature = unhex(given.signature).unwrap_or_default();
    if !vault::browser_signed(&public, signed_text(given.challenge).as_bytes(), &signature) {
        return Ok(Proved::No);
    }
    if session.bound.is_none() {
        let bound = office.store.write("doors.bind", |tx| -> Result<bool> {
            if !store::doors::bind(tx, &digest, &public, now)? {
                // Another page of this browser was first, with the same key; or it was somebody else.
                let standing = store::doors::session(tx, &digest)?;
                return Ok(standing.is_some_and(|s| s.session.bound.as_ref() == Some(&public)));
            }
            let actor = actor_of(tx, session.user_id, &digest)?;
            let done = leaf(actor, now, "user.session-bound", vec![session.user_id], true, "own");
            crate::audit::append(office, tx, &[done])?;
            Ok(true)
        })?;
        if !bound {
            return Ok(Proved::No);
        }
    }
    Ok(Proved::Yes(stamped(office, PROOF, &whose(&public, session.user_id), now)))
}
