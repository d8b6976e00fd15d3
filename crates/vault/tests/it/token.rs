//! The master key under a key in a real PKCS#11 token: SoftHSM 2, from the distribution.
//!
//! SoftHSM finds its tokens through an environment variable, and a test must not change the environment of
//! the process it shares. So each test here is started once more, as a process of its own, with a token of
//! its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use vault::master::{Token, create, move_to, open, reseal};
use vault::{Cost, MasterError, MasterHeader, MasterKey, MasterSource, SealKind};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const INSIDE: &str = "PRISTAN_TEST_TOKEN_INSIDE";
const PIN: &str = "648219";

fn token<'a>(label: &'a str, key: &'a str, pin: &'a str) -> Token<'a> {
    Token { module: Path::new(MODULE), label, key, pin }
}

fn softhsm(arguments: &[&str], config: &Path) {
    let made = Command::new("softhsm2-util").args(arguments).env("SOFTHSM2_CONF", config).output();
    let made = made.expect("these tests need SoftHSM: apt-get install softhsm2");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Runs `test` again in a process with the tokens `harbour` and `other`; true inside of it.
fn inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let dir = tempfile::tempdir().unwrap();
    let (tokens, config) = (dir.path().join("tokens"), dir.path().join("softhsm2.conf"));
    std::fs::create_dir(&tokens).unwrap();
    std::fs::write(&config, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()))
        .unwrap();
    for label in ["harbour", "other"] {
        softhsm(&["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "111111"], &config);
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("token::{test}"), "--nocapture"])
        .env("SOFTHSM2_CONF", &config)
        .env(INSIDE, "yes")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("1 passed"), "{said}");
    false
}

/// Keys cannot be compared from outside; what they derive can.
fn same(a: &MasterKey, b: &MasterKey) -> bool {
    vault::Vault::new(a).csrf("x") == vault::Vault::new(b).csrf("x")
}

fn refusal(header: &MasterHeader, source: MasterSource<'_>) -> Option<MasterError> {
    open(header, source).err()
}

#[test]
fn the_token_opens_and_nothing_else_does() {
    if !inside("the_token_opens_and_nothing_else_does") {
        return;
    }
    let good = MasterSource::Pkcs11(token("harbour", "pristan", PIN));
    let (key, header) = create(good, Cost::fast()).ok().unwrap();
    let header = MasterHeader::from_json(&header.to_json()).unwrap();
    assert_eq!(header.kind(), SealKind::Pkcs11 { label: "harbour", key: "pristan" });
    // Any number of times in one process.
    for _ in 0..3 {
        assert!(same(&open(&header, good).ok().unwrap(), &key));
    }
    for (what, error) in [
        (token("harbour", "pristan", "000000"), MasterError::TokenPin),
        (token("other", "pristan", PIN), MasterError::NeedsToken),
        (token("harbour", "another", PIN), MasterError::NeedsToken),
        (
            Token { module: Path::new("/nowhere/lib.so"), ..token("harbour", "pristan", PIN) },
            MasterError::TokenLibrary,
        ),
        (
            Token { module: Path::new("/usr/bin/true"), ..token("harbour", "pristan", PIN) },
            MasterError::TokenLibrary,
        ),
    ] {
        assert_eq!(refusal(&header, MasterSource::Pkcs11(what)), Some(error));
    }
    assert_eq!(refusal(&header, MasterSource::Passphrase(PIN)), Some(MasterError::NeedsToken));
    assert_eq!(
        create(MasterSource::Pkcs11(token("nowhere", "k", PIN)), Cost::fast()).err(),
        Some(MasterError::TokenMissing)
    );

    // Neither PIN nor key nor the library's path is in the header.
    let json = header.to_json();
    assert!(!json.contains(PIN) && !json.contains("softhsm"), "{json}");
}

#[test]
fn a_key_that_is_another_or_gone_opens_nothing() {
    if !inside("a_key_that_is_another_or_gone_opens_nothing") {
        return;
    }
    let first = token("harbour", "pristan", PIN);
    let (key, header) = create(MasterSource::Pkcs11(first), Cost::fast()).ok().unwrap();
    assert!(open(&header, MasterSource::Pkcs11(first)).is_ok(), "control");
    pkcs11_tool(&["--delete-object", "--type", "secrkey", "--label", "pristan"]);
    assert_eq!(refusal(&header, MasterSource::Pkcs11(first)), Some(MasterError::TokenKey));
    // Sealing again makes a key of that label anew; the old header does not open under it.
    let renewed = reseal(&key, MasterSource::Pkcs11(first), Cost::fast()).unwrap();
    assert_eq!(refusal(&header, MasterSource::Pkcs11(first)), Some(MasterError::WrongToken));
    assert!(same(&open(&renewed, MasterSource::Pkcs11(first)).ok().unwrap(), &key));
    // Two of one label: none is guessed.
    pkcs11_tool(&["--keygen", "--key-type", "AES:32", "--label", "pristan"]);
    assert_eq!(refusal(&renewed, MasterSource::Pkcs11(first)), Some(MasterError::TokenKey));
    // One that anybody with the PIN could carry away protects nothing.
    pkcs11_tool(&["--keygen", "--key-type", "AES:32", "--label", "loose", "--extractable"]);
    let loose = create(MasterSource::Pkcs11(token("harbour", "loose", PIN)), Cost::fast()).err();
    assert_eq!(loose, Some(MasterError::TokenKeyExtractable));
}

fn pkcs11_tool(arguments: &[&str]) {
    let run = Command::new("pkcs11-tool")
        .args(["--module", MODULE, "--token-label", "harbour", "--login", "--pin", PIN])
        .args(arguments)
        .output()
        .expect("these tests need pkcs11-tool: apt-get install opensc");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_key_moves_from_source_to_source() {
    if !inside("the_key_moves_from_source_to_source") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file: PathBuf = dir.path().join("pristan-key");
    vault::master::create_key_file(&file).unwrap();
    let sources = [
        MasterSource::Passphrase("кестен лодка извор зорница"),
        MasterSource::KeyFile(&file),
        MasterSource::Credential { directory: dir.path(), name: "pristan-key" },
        MasterSource::Pkcs11(token("harbour", "pristan", PIN)),
        MasterSource::Pkcs11(token("other", "pristan", PIN)),
        MasterSource::Pkcs11(token("harbour", "second", PIN)),
    ];
    for old in sources {
        let (key, header) = create(old, Cost::fast()).ok().unwrap();
        for new in sources {
            let moved = move_to(&header, old, new, Cost::fast()).unwrap();
            assert_ne!(moved, header);
            assert!(same(&open(&moved, new).ok().unwrap(), &key));
            assert!(same(&open(&header, old).ok().unwrap(), &key), "until it is replaced, the old one opens");
        }
    }
    let (_, header) = create(sources[3], Cost::fast()).ok().unwrap();
    let wrong = MasterSource::Pkcs11(token("harbour", "pristan", "000000"));
    assert_eq!(move_to(&header, sources[3], wrong, Cost::fast()), Err(MasterError::TokenPin));
    assert_eq!(move_to(&header, wrong, sources[0], Cost::fast()), Err(MasterError::TokenPin));
}

#[test]
fn every_change_to_the_header_is_noticed() {
    if !inside("every_change_to_the_header_is_noticed") {
        return;
    }
    let source = MasterSource::Pkcs11(token("harbour", "pristan", PIN));
    let (_, header) = create(source, Cost::fast()).ok().unwrap();
    let json = header.to_json();
    let mut changed = 0;
    for (at, _) in json.char_indices().filter(|(_, c)| c.is_ascii_hexdigit()).step_by(7) {
        let mut bytes = json.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        let read = MasterHeader::from_json(&String::from_utf8(bytes).unwrap());
        let error = read.and_then(|header| open(&header, source)).err();
        assert_eq!(error, Some(MasterError::Damaged), "byte {at}");
        changed += 1;
    }
    assert!(changed > 30);
}
