//! The program from outside: what somebody types, what it answers, what it exits with.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PASSPHRASE: &str = "кестен лодка извор зорница";

struct House {
    dir: tempfile::TempDir,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl House {
    fn new() -> House {
        House { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run_with(&self, passphrase: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_pristan"))
            .args(arguments)
            .current_dir(self.dir.path())
            .env("PRISTAN_PASSPHRASE", passphrase)
            .env_remove("PRISTAN_ADMIN_PASSWORD")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    /// Succeeds, and says something on standard output.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run_with(PASSPHRASE, arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Fails with a code, nothing on standard output, and one line that says why.
    fn bad(&self, passphrase: &str, arguments: &[&str], code: i32, why: &str) {
        let output = self.run_with(passphrase, arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("pristan: ") && last.contains(why), "{arguments:?}: {said}");
        assert_eq!(said.lines().filter(|l| l.starts_with("pristan:")).count(), 1, "{said}");
    }

    fn init(&self) {
        std::fs::write(self.path("programme.toml"), include_str!("../../../../programmes/bg-2016-2017.toml"))
            .unwrap();
        let said = self.good(&["init", "--data", "house", "--programme", "programme.toml"]);
        assert!(said.contains("login: admin") && said.contains("password: "), "{said}");
    }
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_installation_is_made_checked_backed_up_and_restored() {
    let house = House::new();
    house.init();
    // A second time changes nothing.
    let before = std::fs::read(house.path("house/master.json")).unwrap();
    house.bad(PASSPHRASE, &["init", "--data", "house", "--programme", "programme.toml"], 1, "already");
    assert_eq!(std::fs::read(house.path("house/master.json")).unwrap(), before);

    let doctor = house.good(&["doctor", "--data", "house", "--full"]);
    assert!(doctor.lines().count() >= 8 && doctor.lines().all(|l| l.starts_with("ok ")), "{doctor}");
    assert!(house.good(&["audit", "verify", "--data", "house"]).contains("\"verdict\":\"sound\""));

    house.good(&["backup", "--data", "house", "--out", "one.backup"]);
    assert!(!house.path("house/backup.tmp").exists());
    house.bad(PASSPHRASE, &["backup", "--data", "house", "--out", "one.backup"], 1, "already");
    house.bad(PASSPHRASE, &["backup", "--database", "postgres://x", "--out", "two"], 1, "pg_dump");

    std::fs::create_dir(house.path("empty")).unwrap();
    house.good(&["restore", "one.backup", "--data", "empty"]);
    assert_eq!(files(&house.path("empty")), ["keystore.db", "master.json", "pristan.db"]);
    let doctor = house.good(&["doctor", "--data", "empty"]);
    assert!(doctor.lines().all(|l| l.starts_with("ok ")), "{doctor}");
    assert!(house.good(&["audit", "verify", "--data", "empty"]).contains("\"verdict\":\"sound\""));
    house.bad(PASSPHRASE, &["restore", "one.backup", "--data", "house"], 1, "already");
}

#[test]
fn grounds_in_law_are_shown_and_replaced() {
    let house = House::new();
    house.init();
    let said = house.good(&["grounds", "--data", "house"]);
    assert!(said.lines().count() >= 3 && said.lines().all(|l| l.contains("provisional")), "{said}");
    let built_in = include_str!("../../../../grounds/bg.toml");
    std::fs::write(house.path("bad.toml"), built_in.replace("\"health\"", "\"soul\"")).unwrap();
    house.bad(PASSPHRASE, &["grounds", "--data", "house", "--set", "bad.toml"], 1, "unknown group soul");
    assert_eq!(house.good(&["grounds", "--data", "house"]), said, "nothing was changed");
    std::fs::write(house.path("own.toml"), built_in.replace("days = 30", "days = 7\nprovisional = false"))
        .unwrap();
    let own = house.good(&["grounds", "--data", "house", "--set", "own.toml"]);
    assert!(
        own != said && own.lines().any(|l| l.contains("  7 days") && !l.contains("provisional")),
        "{own}"
    );
    assert_eq!(house.good(&["grounds", "--data", "house"]), own);
}

#[test]
fn a_backup_that_was_touched_is_refused_and_leaves_nothing() {
    let house = House::new();
    house.init();
    house.good(&["backup", "--data", "house", "--out", "one.backup"]);
    let whole = std::fs::read(house.path("one.backup")).unwrap();
    let try_with = |bytes: Vec<u8>, why: &str| {
        std::fs::write(house.path("bad.backup"), bytes).unwrap();
        house.bad(PASSPHRASE, &["restore", "bad.backup", "--data", "new"], 1, why);
        assert!(!house.path("new").exists() && !house.path("new.restoring").exists(), "{why}");
    };
    // Cut at the end (the piece that says "the end" is gone), and in the middle.
    try_with(whole[..whole.len() - 33].to_vec(), "cut short");
    try_with(whole[..whole.len() / 2].to_vec(), "cut short");
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    try_with(changed, "changed");
    try_with([whole.clone(), b"more".to_vec()].concat(), "follows its end");
    try_with(b"something else altogether".to_vec(), "no backup");
    // A piece moved: the last two change places.
    let mut pieces = Vec::new();
    let magic = b"PRISTAN BACKUP 2\n".len();
    let mut at = magic + 4 + u32::from_be_bytes(whole[magic..magic + 4].try_into().unwrap()) as usize + 16;
    let front = whole[..at].to_vec();
    while at < whole.len() {
        let length = 4 + u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
        pieces.push(whole[at..at + length].to_vec());
        at += length;
    }
    let count = pieces.len();
    assert!(count >= 4);
    let join = |pieces: &[Vec<u8>]| [front.clone(), pieces.concat()].concat();
    assert_eq!(join(&pieces), whole);
    pieces.swap(1, 2);
    try_with(join(&pieces), "changed");
    pieces.swap(1, 2);
    pieces.remove(1);
    try_with(join(&pieces), "changed");

    house.bad("друга парола от четири думи", &["restore", "one.backup", "--data", "new"], 1, "passphrase");
    assert!(!house.path("new").exists());
    // The control: the whole one is taken.
    house.good(&["restore", "one.backup", "--data", "new"]);
}

#[test]
fn a_wrong_passphrase_and_a_place_with_nothing_are_said_in_one_line() {
    let house = House::new();
    house.init();
    let wrong = "друга парола от четири думи";
    house.bad(wrong, &["doctor", "--data", "house"], 1, "passphrase");
    house.bad(wrong, &["audit", "verify", "--data", "house"], 2, "passphrase");
    house.bad(PASSPHRASE, &["doctor", "--data", "nowhere"], 1, "no installation");
    house.bad(PASSPHRASE, &["audit", "verify", "--data", "nowhere"], 2, "no installation");
    assert!(!house.path("nowhere").exists(), "looking makes nothing");
    house.bad("кратка", &["init", "--data", "other", "--programme", "programme.toml"], 1, "too short");
    assert!(!house.path("other").exists());
    std::fs::write(house.path("house/master.json"), "{").unwrap();
    house.bad(PASSPHRASE, &["doctor", "--data", "house"], 1, "damaged");
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let house = House::new();
    house.init();
    let conn = rusqlite::Connection::open(house.path("house/pristan.db")).unwrap();
    conn.execute("insert into schema_version (version, name, checksum) values (999, 'later', 'x')", ())
        .unwrap();
    drop(conn);
    house.bad(PASSPHRASE, &["doctor", "--data", "house"], 1, "schema 999");
    house.bad(PASSPHRASE, &["audit", "verify", "--data", "house"], 2, "schema 999");
    house.bad(PASSPHRASE, &["indicators", "--data", "house", "--format", "json"], 1, "newer Pristan");
}

#[test]
fn tampering_is_found() {
    let house = House::new();
    house.init();
    let change = |sql: &str| {
        let conn = rusqlite::Connection::open(house.path("house/pristan.db")).unwrap();
        assert!(conn.execute(sql, ()).unwrap() > 0, "{sql}");
    };
    change("update records set state = 'monitor' where kind = 'user'");
    house.bad(PASSPHRASE, &["audit", "verify", "--data", "house"], 1, "tampered: the record");
    let doctor = house.run_with(PASSPHRASE, &["doctor", "--data", "house"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(text(&doctor.stdout).contains("BAD  log"), "{}", text(&doctor.stdout));
    change("update records set state = 'admin' where kind = 'user'");
    house.good(&["audit", "verify", "--data", "house"]);
    change("update audit set leaf = zeroblob(length(leaf)) where idx = 3");
    house.bad(PASSPHRASE, &["audit", "verify", "--data", "house"], 1, "tampered:");
    let said = house.run_with(PASSPHRASE, &["audit", "verify", "--data", "house"]);
    assert!(text(&said.stdout).contains("\"first_bad_leaf\":3"), "{}", text(&said.stdout));
}

#[test]
fn the_demo_is_made_once_and_its_figures_are_the_same_every_time() {
    let house = House::new();
    let demo = |dir: &str, seed: &str| {
        house.good(&["demo", "--data", dir, "--cases", "12", "--seed", seed, "--no-serve"])
    };
    let accounts = demo("one", "5");
    assert_eq!(accounts.lines().filter(|l| l.starts_with("account: ")).count(), 15, "{accounts}");
    for line in accounts.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words.len(), 4, "{line}");
    }
    let figures = |dir: &str| house.good(&["indicators", "--data", dir, "--format", "json"]);
    let first = figures("one");
    let rows: serde_json::Value = serde_json::from_str(&first).unwrap();
    let row = &rows.as_array().unwrap()[0];
    for key in ["code", "name", "target", "value", "met", "definition"] {
        assert!(row.get(key).is_some(), "{key}");
    }
    let made = std::fs::metadata(house.path("one/master.json")).unwrap().modified().unwrap();
    demo("one", "5");
    assert_eq!(
        std::fs::metadata(house.path("one/master.json")).unwrap().modified().unwrap(),
        made,
        "made again"
    );
    demo("two", "5");
    assert_eq!(figures("two"), first);
    demo("one", "6");
    assert_ne!(
        std::fs::metadata(house.path("one/master.json")).unwrap().modified().unwrap(),
        made,
        "not made anew"
    );
    assert!(house.good(&["doctor", "--data", "one", "--full"]).lines().all(|l| l.starts_with("ok ")));
    let table = house.good(&["indicators", "--data", "one", "--format", "table", "--lang", "en"]);
    assert!(table.lines().next().unwrap().contains("..") && table.contains("Persons returned"), "{table}");
    house.bad(
        PASSPHRASE,
        &["indicators", "--data", "one", "--format", "json", "--programme", "x"],
        1,
        "runs the programme",
    );

    // A real installation is never taken for a demo.
    house.init();
    house.bad(PASSPHRASE, &["demo", "--data", "house", "--no-serve"], 1, "no demo");
}
