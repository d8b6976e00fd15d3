//! Having others sign what the log is: what to ask a witness, and what to make of its answer.

use super::{number, sign};
use crate::{Ctx, Office, OfficeError, Result};
use std::sync::{Mutex, PoisonError};
use store::{ReadTx, Tx};
use vault::log::witness::AddCheckpoint;
use vault::log::{Checkpoint, KeyKind, Signature, VerifierKey, consistency};

/// A cosignature older than this no longer counts, seconds.
const FRESH_S: i64 = 24 * 3600;
/// How long the answer of [`anchored`] is kept, microseconds.
const KEEP_US: i64 = 60 * 1_000_000;
const SETTING: &str = "witnesses";

/// A witness: where it listens, and the key it signs with.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// `http://host:port`.
    pub url: String,
    /// Its verifier key.
    pub key: VerifierKey,
}

/// Has somebody else signed the log lately?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchored {
    /// Yes; when, seconds since 1970 by the witness's clock.
    At(i64),
    /// There was a signature, but none younger than 24 hours.
    Old(i64),
    /// Never.
    Never,
}

/// What [`anchored`] found last and when it looked.
#[derive(Default)]
pub struct AnchoredState(Mutex<Option<(i64, Anchored)>>);

/// A stored cosignature that was checked.
pub struct Trust;

impl Trust {
    /// The checkpoint under which the row is a right cosignature by this key; nothing when it is not.
    ///
    /// # Errors
    /// The database.
    pub fn of<T: Tx>(
        tx: &mut T,
        row: &store::audit::Cosignature,
        key: &VerifierKey,
    ) -> Result<Option<Checkpoint>> {
        let Some(note) = store::audit::checkpoint(tx, row.size)? else { return Ok(None) };
        let Ok(note) = vault::log::Note::parse(&note) else { return Ok(None) };
        let signed = Signature::parse(&row.line).and_then(|s| s.verify(key, &note.text));
        let right = signed.is_ok_and(|at| i64::try_from(at) == Ok(row.at));
        let checkpoint = Checkpoint::parse(&note.text).ok();
        Ok(checkpoint.filter(|c| right && number(c.size) == row.size))
    }
}

/// The witnesses that the installation was told about.
///
/// # Errors
/// `Sealed` when the setting does not read; the database.
pub fn targets<T: Tx>(tx: &mut T) -> Result<Vec<Target>> {
    let text = store::settings::get(tx, SETTING)?.unwrap_or_default();
    text.lines()
        .map(|line| {
            let (url, key) = line.split_once(' ').ok_or(OfficeError::Sealed)?;
            let key = VerifierKey::parse(key).map_err(|_| OfficeError::Sealed)?;
            Ok(Target { url: url.to_owned(), key })
        })
        .collect()
}

/// Remembers witnesses for the next start; a leaf says so.
///
/// # Errors
/// The database.
pub fn set_targets(office: &Office, ctx: &Ctx, targets: &[Target]) -> Result<()> {
    let text: Vec<String> = targets.iter().map(|t| format!("{} {}", t.url, t.key)).collect();
    office.act(ctx, "audit.witnesses", |desk| {
        store::settings::set(desk.tx, SETTING, &text.join("\n"))?;
        let (kind, by) = (domain::RecordKind::Organisation, crate::upkeep::BY_COMMAND);
        desk.note_many("witnesses", kind, Vec::new(), Vec::new(), by, domain::Mask::NONE);
        desk.because(&text.join("\n"));
        Ok(())
    })
}

/// The signed state of the log as it is now; signs it unless that was done. Nothing when nothing was ever
/// logged.
///
/// # Errors
/// `Sealed` when what is stored does not read; the database.
pub fn newest(office: &Office) -> Result<Option<(Checkpoint, String)>> {
    let note = office.store.write("audit.sign", |tx| -> Result<_> {
        let Some(mut head) = store::audit::head(tx)? else { return Ok(None) };
        let note = match store::audit::checkpoint(tx, head.size)? {
            Some(note) => note,
            None => sign(office, tx, &mut head)?,
        };
        store::audit::set_head(tx, &head)?;
        Ok(Some(note))
    })?;
    let Some(note) = note else { return Ok(None) };
    let (checkpoint, _) =
        Checkpoint::signed(&note, office.vault.log_key().public()).map_err(|_| OfficeError::Sealed)?;
    Ok(Some((checkpoint, note)))
}

/// The size that a witness has signed last as far as this database knows.
///
/// # Errors
/// The database.
pub fn known_size(office: &Office, key: &VerifierKey) -> Result<u64> {
    let size = office.store.read("audit.known", |tx| store::audit::cosigned_size(tx, &key.to_string()))?;
    Ok(size.and_then(|s| u64::try_from(s).ok()).unwrap_or(0))
}

/// The request that asks a witness, who has seen `old` leaves, to sign this checkpoint.
///
/// # Errors
/// The database.
pub fn ask(office: &Office, old: u64, (checkpoint, note): &(Checkpoint, String)) -> Result<AddCheckpoint> {
    let mut hashes = Vec::new();
    if old > 0 && old < checkpoint.size {
        office.store.read("audit.proof", |tx| {
            store::audit::hashes(tx, 0, number(checkpoint.size), |hash| hashes.push(hash))
        })?;
    }
    let proof = usize::try_from(old).ok().and_then(|old| consistency(&hashes, old)).unwrap_or_default();
    Ok(AddCheckpoint { old, proof, note: note.clone() })
}

/// A witness answered with signature lines: keeps its own. Gives its time, seconds since 1970; nothing
/// when none of the lines is its.
///
/// # Errors
/// The database.
pub fn answered(
    office: &Office,
    key: &VerifierKey,
    checkpoint: &Checkpoint,
    body: &str,
) -> Result<Option<u64>> {
    let text = checkpoint.text();
    let own = body.lines().filter_map(|line| {
        let signature = Signature::parse(line).ok().filter(|_| key.kind() == KeyKind::Cosignature)?;
        Some((signature.verify(key, &text).ok()?, line))
    });
    let Some((at, line)) = own.max_by_key(|(at, _)| *at) else { return Ok(None) };
    let row = store::audit::Cosignature {
        witness: key.to_string(),
        size: number(checkpoint.size),
        at: i64::try_from(at).unwrap_or(i64::MAX),
        line: line.to_owned(),
    };
    office.store.write("audit.cosign", |tx| store::audit::cosign(tx, &row))?;
    *office.anchored.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    Ok(Some(at))
}

/// Has a witness that this installation knows signed within 24 hours? Asked at most once a minute.
///
/// # Errors
/// The database.
pub fn anchored(office: &Office, now: i64) -> Result<Anchored> {
    let known = *office.anchored.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, found)) = known
        && (0..KEEP_US).contains(&(now - at))
    {
        return Ok(found);
    }
    let found = office.store.read("audit.anchored", |tx| newest_right(office, tx))?;
    let found = match found {
        None => Anchored::Never,
        Some(at) if now / 1_000_000 - at < FRESH_S => Anchored::At(at),
        Some(at) => Anchored::Old(at),
    };
    *office.anchored.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, found));
    Ok(found)
}

impl Office {
    /// Does this installation have a witness at all?
    ///
    /// # Errors
    /// The database.
    pub fn watched(&self) -> Result<bool> {
        Ok(!self.witnesses.is_empty() || !self.store.read("audit.watched", |tx| targets(tx))?.is_empty())
    }

    /// Every witness that this installation knows, each key once.
    ///
    /// # Errors
    /// The database.
    pub fn all_witnesses(&self) -> Result<Vec<Target>> {
        let mut all = self.witnesses.clone();
        for target in self.store.read("audit.watched", |tx| targets(tx))? {
            if !all.iter().any(|t| t.key == target.key) {
                all.push(target);
            }
        }
        Ok(all)
    }
}

fn newest_right(office: &Office, tx: &mut ReadTx<'_>) -> Result<Option<i64>> {
    let mut known = targets(tx)?;
    known.extend(office.witnesses.iter().cloned());
    let mut newest = None;
    for Target { key, .. } in known {
        if let Some(row) = store::audit::newest_cosigned(tx, &key.to_string())?
            && Trust::of(tx, &row, &key)?.is_some()
        {
            newest = newest.max(Some(row.at));
        }
    }
    Ok(newest)
}
