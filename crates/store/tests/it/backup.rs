//! Files, their modes, copies of them.

use crate::places::{COUNT, MIGRATIONS, Place, sqlite};
use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use store::{Options, Sql, Store, StoreError, Tx, params, restore_sqlite, sql};

static PUT_KEY: Sql = sql("insert into keystore.keys (id, wrapped) values ($1, $2)");
static COUNT_KEYS: Sql = sql("select count(*) from keystore.keys");

fn filled() -> (Place, PathBuf) {
    let place = sqlite();
    place.store.migrate(MIGRATIONS).unwrap();
    for id in 0..50 {
        place.add(id).unwrap();
        let key = [u8::try_from(id).unwrap(); 16];
        place.store.write("key", |tx| tx.execute(&PUT_KEY, params![key, key])).unwrap();
    }
    let root = place.dir.as_ref().unwrap().path().to_owned();
    (place, root)
}

fn counts(dir: &Path) -> (i64, i64) {
    let store = Store::open_sqlite(dir, Options::default()).unwrap();
    assert_eq!(store.integrity(), Ok(vec![]));
    let counts = store.read("counts", |tx| -> Result<_, StoreError> {
        Ok((
            tx.query_one(&COUNT, params![], |row| row.get(0))?,
            tx.query_one(&COUNT_KEYS, params![], |row| row.get(0))?,
        ))
    });
    counts.unwrap()
}

#[test]
fn nobody_else_may_read_the_files() {
    let (_place, root) = filled();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root.join("data")), 0o700);
    let files: Vec<_> = fs::read_dir(root.join("data")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.ends_with("pristan.db-wal")), "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_backup_is_one_moment_of_a_store_in_use() {
    let (place, root) = filled();
    let out = root.join("backup");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // A note and its key, always together.
            let mut id = 100_i64;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let mut key = [0; 16];
                key[..8].copy_from_slice(&id.to_be_bytes());
                let done = place.store.write("both", |tx| {
                    tx.execute(&crate::places::ADD, params![id, "text"])?;
                    tx.execute(&PUT_KEY, params![key, key])
                });
                done.unwrap();
                id += 1;
            }
        });
        let made = (0..5).map(|n| place.store.backup_sqlite(&out.join(n.to_string()))).collect::<Vec<_>>();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(made.iter().all(Result::is_ok), "{made:?}");
    });
    for n in 0..5 {
        let (notes, keys) = counts(&out.join(n.to_string()));
        assert!(notes >= 50);
        assert_eq!(notes, keys);
    }
    // A backup is not overwritten.
    assert!(matches!(place.store.backup_sqlite(&out.join("0")), Err(StoreError::Unreadable(_))));
}

#[test]
fn a_backup_waits_for_another_program_that_writes() {
    let (place, root) = filled();
    let (out, other) =
        (root.join("backup"), Store::open_sqlite(&root.join("data"), Options::default()).unwrap());
    std::thread::scope(|scope| {
        let mut backup = None;
        other
            .write("both", |tx| -> Result<(), StoreError> {
                tx.execute(&crate::places::ADD, params![100_i64, "text"])?;
                backup = Some(scope.spawn(|| place.store.backup_sqlite(&out)));
                std::thread::sleep(std::time::Duration::from_millis(400));
                assert!(backup.as_ref().is_some_and(|b| !b.is_finished()), "it did not wait");
                tx.execute(&PUT_KEY, params![[9_u8; 16].map(|b| b + 200), [0_u8; 16]]).map(drop)
            })
            .unwrap();
        backup.unwrap().join().unwrap().unwrap();
    });
    assert_eq!(counts(&out), (51, 51));
}

#[test]
fn a_restored_store_has_nothing_of_the_one_before() {
    let (place, root) = filled();
    let (data, out) = (root.join("data"), root.join("backup"));
    place.store.backup_sqlite(&out).unwrap();
    for id in 200..300 {
        place.add(id).unwrap();
    }
    // Leaves its log behind, as a killed process does.
    let wal = fs::read(data.join("pristan.db-wal")).unwrap();
    drop(place.store);
    fs::write(data.join("pristan.db-wal"), wal).unwrap();
    restore_sqlite(&out, &data).unwrap();
    assert_eq!(counts(&data), (50, 50));
    assert!(!data.join("restore.pending").exists());
}

#[test]
fn a_restore_that_was_cut_short_is_completed() {
    let (place, root) = filled();
    let (data, out) = (root.join("data"), root.join("backup"));
    place.store.backup_sqlite(&out).unwrap();
    place.add(200).unwrap();
    drop(place.store);
    // The keystore has its new name already, the records do not.
    fs::copy(out.join("keystore.db"), data.join("keystore.db")).unwrap();
    fs::copy(out.join("pristan.db"), data.join("pristan.db.restored")).unwrap();
    fs::write(data.join("restore.pending"), "").unwrap();
    assert_eq!(counts(&data), (50, 50));
}

#[test]
fn a_broken_backup_is_refused_and_the_store_stays() {
    let (place, root) = filled();
    let (data, out) = (root.join("data"), root.join("backup"));
    place.store.backup_sqlite(&out).unwrap();
    place.add(200).unwrap();
    drop(place.store);
    let file = fs::OpenOptions::new().write(true).open(out.join("pristan.db")).unwrap();
    file.write_all_at(&[0xa5; 64], 4096).unwrap();
    assert_eq!(restore_sqlite(&out, &data), Err(StoreError::Unreadable(out.join("pristan.db"))));
    assert_eq!(counts(&data), (51, 50));
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let (place, root) = filled();
    drop(place.store);
    let data = root.join("data");
    fs::write(data.join("pristan.db"), [0x41; 8192]).unwrap();
    let opened = Store::open_sqlite(&data, Options::default());
    assert!(matches!(opened.map(drop), Err(StoreError::Unreadable(_))));
}

#[test]
fn the_log_of_deleted_rows_can_be_emptied() {
    static DELETE: Sql = sql("delete from notes");
    const WORD: &[u8] = b"Unverwechselbar";
    let (place, root) = filled();
    let text = std::str::from_utf8(WORD).unwrap();
    place.store.write("word", |tx| tx.execute(&crate::places::ADD, params![500_i64, text])).unwrap();
    place.store.write("gone", |tx| tx.execute(&DELETE, params![])).unwrap();
    let found = || {
        fs::read_dir(root.join("data")).unwrap().any(|entry| {
            fs::read(entry.unwrap().path()).unwrap().windows(WORD.len()).any(|window| window == WORD)
        })
    };
    assert!(found());
    place.store.checkpoint().unwrap();
    assert!(!found());
}
