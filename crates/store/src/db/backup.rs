//! Copies of the two SQLite files, and putting them back.
//!
//! A database file without its side files, or beside those of another, is a mixture of histories.
//! So a copy is made by SQLite itself, and a restored file takes the name of the old one only after
//! the old one's side files are gone.

use super::dialect::{DATA, DATA_FILE, KEYSTORE, KEYSTORE_FILE};
use super::sqlite::{SqConn, fault, make_files, private};
use super::{ReadTx, Sql, StoreError, Tx, sql};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Keys first, as everywhere.
const FILES: [(&str, &str); 2] = [(KEYSTORE, KEYSTORE_FILE), (DATA, DATA_FILE)];
/// Pages copied at once.
const PAGES: i32 = 256;
/// Stands in the folder while restored files take their names.
const PENDING: &str = "restore.pending";

static LOOK_KEYSTORE: Sql = sql("select count(*) from keystore.sqlite_schema");
static LOOK_DATA: Sql = sql("select count(*) from data.sqlite_schema");

fn unreadable(path: &Path) -> StoreError {
    StoreError::Unreadable(path.to_owned())
}

/// Reads a little from both files: from here on the transaction sees this moment of each.
pub(crate) fn look(tx: &mut ReadTx<'_>) -> Result<(), StoreError> {
    for sql in [&LOOK_KEYSTORE, &LOOK_DATA] {
        tx.query_one(sql, &[], |row| row.get::<i64>(0))?;
    }
    Ok(())
}

/// Copies both files inside a reading transaction. A copy that broke off keeps the name `.part`.
pub(crate) fn copy(from: &SqConn, out_dir: &Path) -> Result<(), StoreError> {
    if FILES.iter().any(|(_, name)| out_dir.join(name).exists()) {
        return Err(unreadable(out_dir));
    }
    if !out_dir.is_dir() {
        make_dir(out_dir)?;
    }
    let parts: Vec<PathBuf> = FILES.iter().map(|(_, name)| out_dir.join(format!("{name}.part"))).collect();
    for ((schema, _), part) in FILES.iter().zip(&parts) {
        if part.exists() {
            std::fs::remove_file(part).map_err(|_| unreadable(part))?;
        }
        private(part)?;
        let mut to = Connection::open(part).map_err(|_| unreadable(part))?;
        let backup = Backup::new_with_names(from.raw(), *schema, &mut to, "main").map_err(|e| fault(&e))?;
        while backup.step(PAGES).map_err(|e| fault(&e))? != StepResult::Done {}
        drop(backup);
        to.close().map_err(|(_, e)| fault(&e))?;
        sync(part)?;
    }
    for ((_, name), part) in FILES.iter().zip(&parts) {
        std::fs::rename(part, out_dir.join(name)).map_err(|_| unreadable(part))?;
    }
    sync(out_dir)
}

/// Puts a backup into the place of a store that nobody has open. Nothing of the old store is touched
/// before both copies are complete and found sound.
///
/// # Errors
/// A file of the backup is missing or broken, or the folder cannot be used.
pub fn restore_sqlite(from: &Path, dir: &Path) -> Result<(), StoreError> {
    for (_, name) in FILES {
        sound(&from.join(name))?;
    }
    make_files(dir)?;
    for (_, name) in FILES {
        let new = restored(dir, name);
        private(&new)?;
        std::fs::copy(from.join(name), &new).map_err(|_| unreadable(&new))?;
        private(&new)?;
        sync(&new)?;
    }
    let pending = dir.join(PENDING);
    private(&pending)?;
    sync(&pending)?;
    sync(dir)?;
    complete_restore(dir)
}

/// Gives restored files their names. Runs again when a store is opened, in case it was cut short.
pub(crate) fn complete_restore(dir: &Path) -> Result<(), StoreError> {
    let pending = dir.join(PENDING);
    if !pending.exists() {
        return Ok(());
    }
    for (_, name) in FILES {
        let new = restored(dir, name);
        if !new.exists() {
            continue;
        }
        for side in ["-wal", "-shm", "-journal"] {
            let side = dir.join(format!("{name}{side}"));
            if side.exists() {
                std::fs::remove_file(&side).map_err(|_| unreadable(&side))?;
            }
        }
        sync(dir)?;
        std::fs::rename(&new, dir.join(name)).map_err(|_| unreadable(&new))?;
    }
    sync(dir)?;
    std::fs::remove_file(&pending).map_err(|_| unreadable(&pending))?;
    sync(dir)
}

fn restored(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.restored"))
}

/// Is it a database, and whole?
fn sound(path: &Path) -> Result<(), StoreError> {
    let wrong = |_| unreadable(path);
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrong)?;
    let verdict: String = conn.query_row("pragma integrity_check(1)", (), |row| row.get(0)).map_err(wrong)?;
    if verdict == "ok" { Ok(()) } else { Err(unreadable(path)) }
}

fn make_dir(dir: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|_| unreadable(dir))
}

fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|_| unreadable(path))
}
