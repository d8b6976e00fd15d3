//! What somebody has typed and not saved yet.
//!
//! A draft is sealed to its writer's own keys as soon as she has some: to the half that her way of signing in
//! opens, so that what was typed after a passkey does not open to a password alone, nor to whoever holds the
//! database and the master key. Only whoever has no keys at all has drafts under the server's key. Each of the
//! three lies beside the others; what a session cannot open it neither shows nor throws away. The server seals each
//! once more: a public key lies in the database, and whoever writes there could put words into a form with it.

use super::{SignedIn, factors};
use crate::{Office, OfficeError, Result};
use domain::policy::Assurance;
use domain::{FieldError, Problem};
use vault::{Half, people};

/// So many drafts of one user are kept; the oldest go first.
const KEPT: i64 = 50;
/// A draft that nobody came back to goes after thirty days, microseconds (provisional).
pub(super) const KEPT_US: i64 = 30 * 24 * 3600 * 1_000_000;
/// A draft has at most so many bytes: more than any form takes.
pub const LONGEST: usize = 512 * 1024;

const PURPOSE: &str = "draft";
/// What stands before the form's path in the name of the row.
const UNDER: [(Option<Half>, &str); 3] =
    [(Some(Half::Identity), "names "), (Some(Half::Work), "work "), (None, "")];

fn named(mark: &str, form: &str) -> String {
    let form: String = form.chars().take(200).collect();
    format!("{mark}{form}")
}

fn context(user: &SignedIn, row: &str) -> Vec<u8> {
    [user.actor.user.0.0.as_slice(), row.as_bytes()].concat()
}

/// The half that a draft of this session is sealed to, and its public key.
fn public(office: &Office, user: &SignedIn) -> Result<Option<(Half, Vec<u8>)>> {
    for half in [Half::Identity, Half::Work] {
        if let Some(key) = user.keys.half(half) {
            return Ok(Some((half, key.public())));
        }
    }
    // A session that is over, or unproven, opens nothing any more, and still seals. One that never had keys, such
    // as of a partner who came through a provider, could not open it again, and keeps its draft with the server
    // as long as its organisation does with everything.
    let found = office.store.read("doors.draft_key", |tx| -> Result<_> {
        if !user.keyed && store::roots::roles(tx, user.actor.organisation.0)?.is_empty() {
            return Ok(None);
        }
        Ok(factors::user_keys(tx, user.actor.user.0)?)
    })?;
    let Some(keys) = found else { return Ok(None) };
    let names = user.assurance >= Assurance::Passkey && !keys.identity.is_empty();
    let (half, key) = if names { (Half::Identity, keys.identity) } else { (Half::Work, keys.work) };
    Ok((!key.is_empty()).then_some((half, key)))
}

/// Keeps what somebody has typed so far, bound to user and form.
///
/// # Errors
/// `Invalid` beyond [`LONGEST`]; the database.
pub fn save_draft(office: &Office, user: &SignedIn, now: i64, form: &str, body: &[u8]) -> Result<()> {
    if body.len() > LONGEST {
        return Err(OfficeError::Invalid(vec![FieldError::new("key", Problem::TooLong)]));
    }
    let to = public(office, user)?;
    let half = to.as_ref().map(|(half, _)| *half);
    let mark = UNDER.iter().find(|(of, _)| *of == half).map_or("", |(_, mark)| *mark);
    let row = named(mark, form);
    let context = context(user, &row);
    let sealed = match &to {
        Some((_, key)) => {
            let own = people::seal_text_for(key, PURPOSE, &context, body).map_err(|_| OfficeError::Sealed)?;
            office.vault.seal_small(PURPOSE, &context, &own)
        }
        None => office.vault.seal_small(PURPOSE, &context, body),
    };
    let id = user.actor.user.0;
    office
        .store
        .write("doors.save_draft", |tx| store::forms::save_draft(tx, id, &row, &sealed, now, KEPT))?;
    Ok(())
}

/// The draft that this session opens, and when it was saved.
///
/// # Errors
/// `Sealed` when it was changed; the database.
pub fn draft(office: &Office, user: &SignedIn, form: &str) -> Result<Option<(Vec<u8>, i64)>> {
    for (half, mark) in UNDER {
        let row = named(mark, form);
        let key = match half {
            Some(half) => match user.keys.half(half) {
                Some(key) => Some(key),
                None => continue,
            },
            None => None,
        };
        let id = user.actor.user.0;
        let found = office.store.read("doors.draft", |tx| store::forms::draft(tx, id, &row))?;
        let Some((sealed, at)) = found else { continue };
        let context = context(user, &row);
        let ours = office.vault.open_small(PURPOSE, &context, &sealed).map_err(|_| OfficeError::Sealed)?;
        let plain = match key {
            Some(key) => match people::open_text_for(key, PURPOSE, &context, ours.as_bytes()) {
                Ok(plain) => plain,
                // Whoever lost a key and came back with another has lost what only that one opened.
                Err(_) => continue,
            },
            None => ours,
        };
        return Ok(Some((plain.as_bytes().to_vec(), at)));
    }
    Ok(None)
}

/// Throws the drafts of a form away after it was saved: those that this session opens.
///
/// # Errors
/// The database.
pub fn drop_draft(office: &Office, user: &SignedIn, form: &str) -> Result<()> {
    let id = user.actor.user.0;
    for (half, mark) in UNDER {
        if half.is_some_and(|half| user.keys.half(half).is_none()) {
            continue;
        }
        let row = named(mark, form);
        if office.store.read("doors.draft", |tx| store::forms::draft(tx, id, &row))?.is_some() {
            office.store.write("doors.drop_draft", |tx| store::forms::drop_draft(tx, id, &row))?;
        }
    }
    Ok(())
}
