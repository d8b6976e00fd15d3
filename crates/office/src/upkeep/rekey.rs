//! Sealing the master key under another passphrase, key file, credential or token.

use super::{
    BY_COMMAND, HEADER_FILE, Place, Result, SETTING_MASTER, file_error, find, private_file, sync_folder,
};
use crate::{Ctx, OfficeError};
use domain::{Mask, RecordKind};
use std::io::Write;
use std::path::Path;
use store::Options;
use vault::{Cost, MasterHeader, MasterSource};

/// Seals the installation's master key under `new`. The key itself stays, so nothing else is touched and a
/// running server notices nothing. The log says that it was done; where the header lies in the database,
/// both are one transaction, else the leaf comes first and the file is replaced in one step.
///
/// Backups made before carry the old header: they open with the old secret as long as they exist.
///
/// # Errors
/// `old` does not open it, `new` does not work, or the header cannot be written. The old one stays then.
pub fn rekey(
    place: &Place,
    old: MasterSource<'_>,
    new: MasterSource<'_>,
    ctx: &Ctx,
    cost: Cost,
) -> Result<()> {
    let locked = find(place, Options::default())?;
    let header = vault::master::move_to(locked.header(), old, new, cost)?;
    let office = locked.open(old)?;
    office.act(ctx, "upkeep.rekey", |desk| {
        desk.note_many("rekey", RecordKind::Organisation, Vec::new(), Vec::new(), BY_COMMAND, Mask::NONE);
        if place.folder().is_none() {
            store::settings::set(desk.tx, SETTING_MASTER, &header.to_json())?;
        }
        Ok::<_, OfficeError>(())
    })?;
    match place.folder() {
        Some(dir) => swap_header(dir, &header),
        None => Ok(()),
    }
}

/// Puts a header in the place of the old one: whoever looks, and whatever happens, finds the one or the
/// other, whole.
fn swap_header(dir: &Path, header: &MasterHeader) -> Result<()> {
    let (path, beside) = (dir.join(HEADER_FILE), dir.join("master.json.new"));
    // Left by an attempt that was cut off: never more than a copy that was not in force yet.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(file_error(&beside)(error)),
        _ => {}
    }
    let mut file = private_file(&beside)?;
    file.write_all(header.to_json().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(file_error(&beside))?;
    std::fs::rename(&beside, &path).map_err(file_error(&path))?;
    sync_folder(dir)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use vault::master::{create, open};

    fn header(passphrase: &str) -> MasterHeader {
        create(MasterSource::Passphrase(passphrase), Cost::fast()).ok().unwrap().1
    }

    /// How often somebody who keeps reading finds no whole header while `write` runs again and again.
    fn torn(dir: &Path, write: impl Fn(&Path, &MasterHeader), enough: impl Fn(usize) -> bool) -> usize {
        let (a, b) = (header("a"), header("b"));
        write(dir, &a);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut bad = 0;
                while !done.load(Ordering::Relaxed) {
                    let text = std::fs::read_to_string(dir.join(HEADER_FILE)).unwrap_or_default();
                    let read = MasterHeader::from_json(&text).ok();
                    bad += usize::from(read.is_none_or(|found| found != a && found != b));
                }
                bad
            });
            let mut rounds = 0;
            while !enough(rounds) && !reader.is_finished() {
                write(dir, if rounds % 2 == 0 { &b } else { &a });
                rounds += 1;
            }
            done.store(true, Ordering::Relaxed);
            reader.join().unwrap()
        })
    }

    #[test]
    fn nobody_ever_finds_half_a_header() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(torn(dir.path(), |dir, header| swap_header(dir, header).unwrap(), |n| n == 300), 0);
        // Control: written in place, it is found torn. Tried until it is, within reason.
        let in_place = |dir: &Path, header: &MasterHeader| {
            let mut file = std::fs::File::create(dir.join(HEADER_FILE)).unwrap();
            for piece in header.to_json().as_bytes().chunks(64) {
                file.write_all(piece).unwrap();
            }
        };
        let found = (0..100).any(|_| torn(dir.path(), in_place, |n| n == 300) > 0);
        assert!(found, "the reader would have noticed");
    }

    #[test]
    fn an_attempt_that_was_cut_off_is_no_hindrance() {
        let dir = tempfile::tempdir().unwrap();
        swap_header(dir.path(), &header("first")).unwrap();
        std::fs::write(dir.path().join("master.json.new"), "{\"version\":").unwrap();
        let read = |passphrase: &str| {
            let text = std::fs::read_to_string(dir.path().join(HEADER_FILE)).unwrap();
            open(&MasterHeader::from_json(&text).unwrap(), MasterSource::Passphrase(passphrase)).is_ok()
        };
        assert!(read("first"));
        swap_header(dir.path(), &header("second")).unwrap();
        assert!(read("second") && !read("first"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
