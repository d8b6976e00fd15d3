//! Reading the whole log again, and everything that it wrote down about the rows.

use super::rows::Told;
use super::{Trust, number};
use crate::{Office, OfficeError, Result};
use domain::Id;
use std::collections::VecDeque;
use std::sync::mpsc::sync_channel;
use store::{ReadTx, StoreError, Tx};
use vault::log::{Checkpoint, Fault, Note, Verifier, VerifierKey};

/// Leaves handed over at a time from the thread that reads to the one that hashes.
const PAGE: usize = 1024;

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything fits: so many leaves, this root.
    Sound {
        /// Number of leaves.
        size: u64,
        /// Root of the tree.
        root: [u8; 32],
    },
    /// The first leaf that does not fit, and what is wrong.
    Tampered {
        /// Its index.
        index: u64,
        /// In plain words.
        problem: String,
    },
    /// A record that is not what the log last wrote down.
    RowChanged {
        /// Which record.
        id: Id,
    },
    /// A row of authority that is not what the program wrote: who signs in with what, whose keys are whose.
    Forged {
        /// Which table.
        table: &'static str,
        /// What names the row.
        row: String,
    },
    /// The log fits itself, but not what somebody else has seen of it: it was cut, restored from an older
    /// state, or written anew by one who holds its key.
    Behind {
        /// Leaves it has.
        size: u64,
        /// Leaves that were seen; 0 when nobody asked for has signed at all.
        seen: u64,
        /// In plain words.
        problem: String,
    },
}

/// What is asked of a log beyond fitting itself.
#[derive(Default)]
pub struct Demands {
    /// Leaves before this one are taken by their hashes, and rows are not compared.
    pub since: u64,
    /// Each of these witnesses must have signed, and rightly.
    pub witnesses: Vec<VerifierKey>,
    /// Checkpoints kept elsewhere, as signed notes: of a witness, on paper, in a letter.
    pub seen: Vec<String>,
}

/// What was found, and what was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was found.
    pub verdict: Verdict,
    /// Checkpoints compared.
    pub checkpoints: u64,
    /// Rows compared; nothing when that was not part of it.
    pub rows: Option<u64>,
    /// The largest size that a witness asked for has signed.
    pub witnessed: Option<u64>,
}

/// A state that the log must have gone through.
pub(super) struct Expected {
    pub checkpoint: Checkpoint,
    /// Seen by somebody else: a difference is theirs to tell, not the log's own.
    pub foreign: bool,
}

/// Walks the leaves past the states that are expected.
pub(super) struct Walk {
    pub verifier: Verifier,
    expected: VecDeque<Expected>,
    /// The last size at which the log was what it should be.
    good: u64,
    pub compared: u64,
}

impl Walk {
    pub fn new(mut expected: Vec<Expected>) -> Walk {
        expected.sort_by_key(|e| (e.checkpoint.size, e.foreign));
        let mut walk = Walk { verifier: Verifier::new(), expected: expected.into(), good: 0, compared: 0 };
        while walk.expected.front().is_some_and(|e| e.checkpoint.size == 0) {
            walk.expected.pop_front();
        }
        walk
    }

    /// To be called after each leaf.
    pub fn reached(&mut self) -> std::result::Result<(), Verdict> {
        let size = self.verifier.frontier().size();
        while let Some(next) = self.expected.front().filter(|e| e.checkpoint.size == size) {
            if next.checkpoint.root != self.verifier.frontier().root() {
                return Err(if next.foreign {
                    let problem = format!("another history was seen than the one here, of {size} leaves");
                    Verdict::Behind { size, seen: size, problem }
                } else {
                    let problem = format!("the log is not the one of its checkpoint of {size} leaves");
                    Verdict::Tampered { index: self.good, problem }
                });
            }
            self.good = size;
            self.compared += 1;
            self.expected.pop_front();
        }
        Ok(())
    }

    /// Nothing may be expected beyond the end.
    pub fn finish(&self) -> std::result::Result<(), Verdict> {
        let size = self.verifier.frontier().size();
        match self.expected.iter().find(|e| !e.foreign).or(self.expected.front()) {
            None => Ok(()),
            Some(e) if e.foreign => {
                let seen = self.expected.iter().map(|e| e.checkpoint.size).max().unwrap_or(0);
                let problem = format!("{seen} leaves were seen, here are {size}");
                Err(Verdict::Behind { size, seen, problem })
            }
            Some(e) => {
                let problem =
                    format!("a checkpoint of {} leaves is signed, here are {size}", e.checkpoint.size);
                Err(Verdict::Tampered { index: size, problem })
            }
        }
    }
}

pub(super) fn tampered(fault: Fault) -> Verdict {
    Verdict::Tampered { index: fault.index, problem: fault.kind.to_string() }
}

/// Notes kept elsewhere, checked: each must be signed by the log or by a witness that was named.
pub(super) fn seen(log: &VerifierKey, demands: &Demands, out: &mut Vec<Expected>) -> Option<Verdict> {
    for note in &demands.seen {
        let read = Note::parse(note).and_then(|note| {
            let by = std::iter::once(log).chain(&demands.witnesses);
            let signed = by.into_iter().any(|key| note.verify(key).is_ok());
            Checkpoint::parse(&note.text).map(|c| (c, signed))
        });
        match read {
            Ok((checkpoint, true)) if checkpoint.origin == log.name() => {
                out.push(Expected { checkpoint, foreign: true });
            }
            _ => {
                let problem = "a checkpoint that was handed in is not one of this log, or nobody asked for has \
                               signed it";
                return Some(Verdict::Behind { size: 0, seen: 0, problem: problem.to_owned() });
            }
        }
    }
    None
}

/// Recomputes the whole log and compares every record, every version of its history, and who stands how
/// to every case with what the log wrote down about them.
///
/// # Errors
/// The database.
pub fn verify(office: &Office) -> Result<Verdict> {
    verify_with(office, &Demands::default()).map(|report| report.verdict)
}

/// As [`verify`], with demands.
///
/// # Errors
/// The database.
pub fn verify_with(office: &Office, demands: &Demands) -> Result<Report> {
    office.store.read("audit.verify", |tx| {
        let mut report = Report {
            verdict: Verdict::Sound { size: 0, root: [0; 32] },
            checkpoints: 0,
            rows: None,
            witnessed: None,
        };
        match look(office, tx, demands, &mut report)? {
            Ok(sound) => report.verdict = sound,
            Err(found) => report.verdict = found,
        }
        Ok(report)
    })
}

type Found = std::result::Result<Verdict, Verdict>;

fn look(office: &Office, tx: &mut ReadTx<'_>, demands: &Demands, report: &mut Report) -> Result<Found> {
    let log = office.vault.log_key().public();
    let mut expected = Vec::new();
    if let Some(verdict) = stored_checkpoints(tx, log, &mut expected)? {
        return Ok(Err(verdict));
    }
    if let Some(verdict) = witnessed(tx, office, demands, &mut expected, report)? {
        return Ok(Err(verdict));
    }
    if let Some(verdict) = seen(log, demands, &mut expected) {
        return Ok(Err(verdict));
    }
    let (mut walk, mut told) = match leaves(tx, Walk::new(expected), demands.since)? {
        Ok(done) => done,
        Err(verdict) => return Ok(Err(verdict)),
    };
    if let Err(verdict) = head(office, tx, &mut walk)? {
        return Ok(Err(verdict));
    }
    report.checkpoints = walk.compared;
    let (size, root) = (walk.verifier.frontier().size(), walk.verifier.frontier().root());
    if demands.since == 0 {
        // Rows of authority first: what stands to a case is compared with some of them.
        for table in store::bound::TABLES {
            if let Some(row) = store::bound::forged(tx, table, told.bound >= table.round)? {
                return Ok(Err(Verdict::Forged { table: table.name, row }));
            }
        }
        told.opened = store::glass::opened(tx)?;
        let mut rows = 0;
        if let Some(id) = changed_row(tx, &mut told, &mut rows)? {
            return Ok(Err(Verdict::RowChanged { id }));
        }
        report.rows = Some(rows);
    }
    Ok(Ok(Verdict::Sound { size, root }))
}

/// Checkpoints in the database: each signed by the log, each of the size it lies under.
fn stored_checkpoints(
    tx: &mut ReadTx<'_>,
    log: &VerifierKey,
    out: &mut Vec<Expected>,
) -> Result<Option<Verdict>> {
    let mut above = -1;
    loop {
        let page = store::audit::checkpoints(tx, above, 2000)?;
        let Some(last) = page.last() else { return Ok(None) };
        above = last.size;
        for row in &page {
            let index = u64::try_from(row.size).unwrap_or(0);
            match Checkpoint::signed(&row.note, log) {
                Ok((checkpoint, _)) if checkpoint.size == index => {
                    out.push(Expected { checkpoint, foreign: false });
                }
                _ => {
                    let problem = format!("the checkpoint of {index} leaves is not signed by the log");
                    return Ok(Some(Verdict::Tampered { index, problem }));
                }
            }
        }
    }
}

/// What witnesses signed: those named must have, and those that the installation knows must have signed
/// what lies here.
fn witnessed(
    tx: &mut ReadTx<'_>,
    office: &Office,
    demands: &Demands,
    out: &mut Vec<Expected>,
    report: &mut Report,
) -> Result<Option<Verdict>> {
    let known = super::targets(tx)?;
    let mut keys: Vec<&VerifierKey> = demands.witnesses.iter().collect();
    keys.extend(office.witnesses.iter().chain(&known).map(|t| &t.key));
    let mut after = (String::new(), 0);
    let mut signed = vec![0_u64; keys.len()];
    loop {
        let page = store::audit::cosignatures(tx, (&after.0, after.1), 1000)?;
        let Some(last) = page.last() else { break };
        after = (last.witness.clone(), last.size);
        for row in &page {
            let Some(at) = keys.iter().position(|key| key.to_string() == row.witness) else { continue };
            let size = u64::try_from(row.size).unwrap_or(0);
            let (Some(key), Some(best)) = (keys.get(at), signed.get_mut(at)) else { continue };
            match Trust::of(tx, row, key)? {
                Some(checkpoint) => {
                    *best = (*best).max(size);
                    out.push(Expected { checkpoint, foreign: true });
                }
                None => {
                    let problem = format!("what a witness signed of {size} leaves is not what lies here");
                    return Ok(Some(Verdict::Tampered { index: size, problem }));
                }
            }
        }
    }
    for (key, size) in demands.witnesses.iter().zip(&signed) {
        if *size == 0 {
            let problem = format!("{} has not signed anything here", key.name());
            return Ok(Some(Verdict::Behind { size: 0, seen: 0, problem }));
        }
        report.witnessed = report.witnessed.max(Some(*size));
    }
    Ok(None)
}

/// All leaves: this thread reads, another one hashes and compares.
fn leaves(
    tx: &mut ReadTx<'_>,
    mut walk: Walk,
    since: u64,
) -> Result<std::result::Result<(Walk, Told), Verdict>> {
    let mut skipped = Ok(());
    if since > 0 {
        store::audit::hashes(tx, 0, number(since), |hash| {
            if skipped.is_ok() {
                walk.verifier.skip(hash);
                skipped = walk.reached();
            }
        })?;
        if let Err(verdict) = skipped {
            return Ok(Err(verdict));
        }
    }
    std::thread::scope(|scope| {
        let (give, take) = sync_channel::<Vec<store::audit::Leaf>>(8);
        let worker = scope.spawn(move || {
            let mut told = Told::default();
            for page in take {
                for row in page {
                    let index = u64::try_from(row.index).unwrap_or(u64::MAX);
                    let leaf = walk.verifier.push(index, &row.leaf, &row.hash).map_err(tampered)?;
                    walk.reached()?;
                    told.take(&leaf);
                }
            }
            Ok((walk, told))
        });
        let mut page = Vec::with_capacity(PAGE);
        let from = i64::try_from(since).unwrap_or(i64::MAX);
        let read = store::audit::walk(tx, from, |leaf| {
            page.push(leaf);
            // Whoever hashes has gone when it found something: then there is no use in reading on.
            Ok(page.len() < PAGE || give.send(std::mem::replace(&mut page, Vec::with_capacity(PAGE))).is_ok())
        });
        if read.is_ok() {
            let _ = give.send(page);
        }
        drop(give);
        let found = worker.join().map_err(|_| OfficeError::Store(StoreError::Commit))?;
        read?;
        Ok(found)
    })
}

/// The head of the log is what the leaves give, and made with the log key.
fn head(office: &Office, tx: &mut ReadTx<'_>, walk: &mut Walk) -> Result<std::result::Result<(), Verdict>> {
    let frontier = walk.verifier.frontier();
    let (size, root) = (frontier.size(), frontier.root());
    let wrong = |problem: &str| Ok(Err(Verdict::Tampered { index: size, problem: problem.to_owned() }));
    match store::audit::head(tx)? {
        None if size == 0 => {}
        None => return wrong("the head of the log is missing"),
        Some(head) => {
            if u64::try_from(head.size).ok() != Some(size) {
                return wrong("leaves are missing at the end, or too many");
            }
            if head.root != root || !office.vault.head_matches(size, &root, &head.mac) {
                return wrong("the head of the log does not fit the leaves");
            }
            if head.frontier != frontier.to_bytes() || head.last != *walk.verifier.last() {
                return wrong("the nodes kept with the head do not fit the leaves");
            }
        }
    }
    Ok(walk.finish())
}

/// The first row that is not what was written down, or that is gone.
fn changed_row<T: Tx>(tx: &mut T, told: &mut Told, rows: &mut u64) -> Result<Option<Id>> {
    let mut after: Option<Id> = None;
    loop {
        let page = store::records::all_after(tx, after, 1000)?;
        let Some(last) = page.last() else { break };
        after = Some(last.head.id);
        for stored in &page {
            if !told.fits(tx, stored)? {
                return Ok(Some(stored.head.id));
            }
            *rows += 1;
        }
    }
    // A record of which the log speaks must still be there.
    Ok(told.versions.keys().min().copied())
}
