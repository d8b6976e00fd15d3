//! The log as files that others can keep and check without the database (C2SP `tlog-tiles`).
//!
//! Beside tiles, bundles and `checkpoint` lies `checkpoints.json`: every signed checkpoint with what
//! witnesses signed under it, as an array of notes. Leaves hold ids and codes, never a name.

use super::verify::{Expected, Walk, seen, tampered};
use super::{Demands, Report, Verdict, number};
use crate::upkeep::{UpkeepError, file_error, private_folder};
use crate::{Ctx, Office, OfficeError};
use domain::{Mask, RecordKind};
use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use vault::log::tiles::{File, Tiler, WIDTH, bundle_path, entries};
use vault::log::{Checkpoint, Note, Signature, VerifierKey, leaf_hash};

const CHECKPOINT: &str = "checkpoint";
const CHECKPOINTS: &str = "checkpoints.json";

type Result<T> = std::result::Result<T, UpkeepError>;

/// A leaf says that the log was written out; then it is, up to that leaf. Gives the checkpoint.
///
/// # Errors
/// A file or folder; the database.
pub fn export(office: &Office, ctx: &Ctx, dir: &Path) -> Result<Checkpoint> {
    office.look(ctx, "audit.export", |desk| {
        let by = crate::upkeep::BY_COMMAND;
        desk.note_many("export-log", RecordKind::Organisation, Vec::new(), Vec::new(), by, Mask::NONE);
        Ok(())
    })?;
    let (checkpoint, note) =
        super::newest(office)?.ok_or(UpkeepError::Incomplete("nothing was ever logged"))?;
    private_folder(dir)?;
    let mut out = Out { dir, folder: PathBuf::new() };
    office.store.read("audit.export", |tx| -> Result<()> {
        let (mut tiler, mut full) = (Tiler::new(), Vec::new());
        let mut failed = Ok(());
        store::audit::walk(tx, 0, |leaf| {
            if leaf.index >= number(checkpoint.size) {
                return Ok(false);
            }
            tiler.push(&leaf.leaf, leaf.hash, &mut full);
            failed = full.drain(..).try_for_each(|file| out.write(&file));
            Ok(failed.is_ok())
        })?;
        failed?;
        tiler.finish().iter().try_for_each(|file| out.write(file))?;
        let mut signed: HashMap<i64, Vec<Signature>> = HashMap::new();
        let mut after = (String::new(), 0);
        loop {
            let page = store::audit::cosignatures(tx, (&after.0, after.1), 1000)?;
            let Some(last) = page.last() else { break };
            after = (last.witness.clone(), last.size);
            for row in page {
                let line = Signature::parse(&row.line).map_err(|_| OfficeError::Sealed)?;
                signed.entry(row.size).or_default().push(line);
            }
        }
        let mut notes = Vec::new();
        let mut above = -1;
        loop {
            let page = store::audit::checkpoints(tx, above, 1000)?;
            let Some(last) = page.last() else { break };
            above = last.size;
            for row in page {
                let with = signed.remove(&row.size).unwrap_or_default();
                notes.push(if with.is_empty() { row.note } else { with_signatures(&row.note, with)? });
            }
        }
        let json = serde_json::to_vec_pretty(&notes).map_err(|_| OfficeError::Sealed)?;
        out.write(&(CHECKPOINTS.to_owned(), json))?;
        let last = notes.pop().filter(|last| last.starts_with(&checkpoint.text())).unwrap_or(note);
        out.write(&(CHECKPOINT.to_owned(), last.into_bytes()))
    })?;
    Ok(checkpoint)
}

fn with_signatures(note: &str, more: Vec<Signature>) -> Result<String> {
    let mut note = Note::parse(note).map_err(|_| OfficeError::Sealed)?;
    note.signatures.extend(more);
    Ok(note.to_string())
}

struct Out<'d> {
    dir: &'d Path,
    /// The folder made last: files come in order, a new one every 256,000 leaves.
    folder: PathBuf,
}

impl Out<'_> {
    fn write(&mut self, (path, bytes): &File) -> Result<()> {
        let path = self.dir.join(path);
        if let Some(folder) = path.parent()
            && folder != self.folder
        {
            std::fs::create_dir_all(folder).map_err(file_error(folder))?;
            folder.clone_into(&mut self.folder);
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&path).map_err(file_error(&path))?;
        file.write_all(bytes).map_err(file_error(&path))
    }
}

/// What is in a file; nothing when there is none.
fn read(dir: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let path = dir.join(path);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => Err(file_error(&path)(e)),
    }
}

/// Checks an export with nothing but the log's public key: every leaf, every tile, every checkpoint.
///
/// # Errors
/// There is no export, or a file cannot be read.
pub fn verify_export(dir: &Path, log: &VerifierKey, demands: &Demands) -> Result<Report> {
    let mut report = Report {
        verdict: Verdict::Sound { size: 0, root: [0; 32] },
        checkpoints: 0,
        rows: None,
        witnessed: None,
    };
    report.verdict = match look(dir, log, demands, &mut report)? {
        Ok(verdict) | Err(verdict) => verdict,
    };
    Ok(report)
}

type Found = std::result::Result<Verdict, Verdict>;

fn at(index: u64, problem: impl Into<String>) -> Result<Found> {
    Ok(Err(Verdict::Tampered { index, problem: problem.into() }))
}

fn look(dir: &Path, log: &VerifierKey, demands: &Demands, report: &mut Report) -> Result<Found> {
    let note = read(dir, CHECKPOINT)?.ok_or_else(|| UpkeepError::NotThere(dir.display().to_string()))?;
    let note = String::from_utf8(note).unwrap_or_default();
    let Ok((head, _)) = Checkpoint::signed(&note, log) else {
        return at(0, "the checkpoint is not signed by the log");
    };
    let mut expected = vec![Expected { checkpoint: head.clone(), foreign: false }];
    let mut notes: Vec<String> = match read(dir, CHECKPOINTS)? {
        None => Vec::new(),
        Some(json) => match serde_json::from_slice(&json) {
            Ok(notes) => notes,
            Err(_) => return at(0, "the list of checkpoints does not read"),
        },
    };
    notes.push(note);
    let mut signed = vec![false; demands.witnesses.len()];
    for note in &notes {
        let Ok((checkpoint, note)) = Checkpoint::signed(note, log) else {
            return at(0, "a checkpoint is not signed by the log");
        };
        for (key, signed) in demands.witnesses.iter().zip(&mut signed) {
            if !note.signatures.iter().any(|s| s.is_by(key)) {
                continue;
            }
            if note.verify(key).is_err() {
                return at(checkpoint.size, "what a witness signed is not what lies here");
            }
            *signed = true;
            report.witnessed = report.witnessed.max(Some(checkpoint.size));
        }
        expected.push(Expected { checkpoint, foreign: false });
    }
    if let Some((key, _)) = demands.witnesses.iter().zip(&signed).find(|(_, signed)| !**signed) {
        let problem = format!("{} has not signed anything here", key.name());
        return Ok(Err(Verdict::Behind { size: head.size, seen: 0, problem }));
    }
    if let Some(verdict) = seen(log, demands, &mut expected) {
        return Ok(Err(verdict));
    }
    let mut walk = Walk::new(expected);
    if let Err(verdict) = leaves(dir, head.size, demands.since, &mut walk)? {
        return Ok(Err(verdict));
    }
    if let Err(verdict) = walk.finish() {
        return Ok(Err(verdict));
    }
    report.checkpoints = walk.compared;
    Ok(Ok(Verdict::Sound { size: head.size, root: head.root }))
}

fn leaves(dir: &Path, size: u64, since: u64, walk: &mut Walk) -> Result<std::result::Result<(), Verdict>> {
    let (mut tiler, mut made) = (Tiler::new(), Vec::new());
    let (mut index, mut bundles) = (0, 0);
    while index < size {
        let width = (size - index).min(WIDTH);
        let bundle = read(dir, &bundle_path(bundles, width))?.unwrap_or_default();
        let Some(found) = entries(&bundle).filter(|found| found.len() as u64 == width) else {
            return Ok(Err(cut(index)));
        };
        for entry in found {
            let hash = leaf_hash(entry);
            if index < since {
                walk.verifier.skip(hash);
            } else if let Err(fault) = walk.verifier.push(index, entry, &hash) {
                return Ok(Err(tampered(fault)));
            }
            if let Err(verdict) = walk.reached() {
                return Ok(Err(verdict));
            }
            tiler.push(entry, hash, &mut made);
            index += 1;
        }
        bundles += 1;
        for file in made.drain(..) {
            if !same(dir, &file)? {
                return Ok(Err(Verdict::Tampered { index: index - width, problem: moved(&file) }));
            }
        }
    }
    for file in tiler.finish() {
        if !same(dir, &file)? {
            return Ok(Err(Verdict::Tampered { index: size - size % WIDTH, problem: moved(&file) }));
        }
    }
    Ok(Ok(()))
}

fn cut(index: u64) -> Verdict {
    Verdict::Tampered { index, problem: "leaves are missing, cut or too many".to_owned() }
}

fn moved((path, _): &File) -> String {
    format!("the nodes in {path} are not those of the leaves")
}

fn same(dir: &Path, (path, bytes): &File) -> Result<bool> {
    Ok(read(dir, path)?.as_ref() == Some(bytes))
}
