use super::*;

fn with_passphrase(text: &str) -> (MasterKey, MasterHeader) {
    create(MasterSource::Passphrase(text), Cost::fast()).ok().unwrap()
}

#[test]
fn opens_with_the_passphrase_alone() {
    let (key, header) = with_passphrase("кораби в пристана");
    let header = MasterHeader::from_json(&header.to_json()).unwrap();
    assert_eq!(header.kind(), SealKind::Passphrase);
    let again = open(&header, MasterSource::Passphrase("кораби в пристана")).ok().unwrap();
    assert_eq!(again.bytes(), key.bytes());
    assert_eq!(open(&header, MasterSource::Passphrase("x")).err(), Some(MasterError::WrongPassphrase));
    let path = Path::new("nowhere");
    assert_eq!(open(&header, MasterSource::KeyFile(path)).err(), Some(MasterError::NeedsPassphrase));
}

#[test]
fn the_header_does_not_hold_the_key() {
    let (key, header) = with_passphrase("secret words here");
    let json = header.to_json();
    assert!(!json.contains(&hex::encode(key.bytes())) && !json.contains("secret words"));
}

#[test]
fn damage_is_told_from_a_wrong_passphrase() {
    let (_, header) = with_passphrase("right");
    let json = header.to_json();
    let mut damaged = 0;
    for (at, _) in json.char_indices().filter(|(_, c)| c.is_ascii_hexdigit() || c.is_ascii_punctuation()) {
        let mut bytes = json.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        let text = String::from_utf8(bytes).unwrap();
        let opened = MasterHeader::from_json(&text).and_then(|h| open(&h, MasterSource::Passphrase("right")));
        match opened.err() {
            Some(MasterError::Damaged | MasterError::Newer) => damaged += 1,
            other => panic!("byte {at}: {other:?}"),
        }
    }
    assert!(damaged > 200);
}

#[test]
fn a_weakened_header_with_a_right_digest_opens_nothing() {
    let (_, mut header) = with_passphrase("right");
    header.seal = match header.seal {
        Seal::Passphrase { salt, .. } => Seal::Passphrase { cost: Cost { m: 8, t: 1, p: 1 }, salt },
        other => other,
    };
    header.digest = header.compute_digest();
    assert_eq!(open(&header, MasterSource::Passphrase("right")).err(), Some(MasterError::WrongPassphrase));
}

#[test]
fn resealing_keeps_the_key() {
    let (key, old) = with_passphrase("old");
    let new = reseal(&key, MasterSource::Passphrase("new"), Cost::fast()).unwrap();
    assert_eq!(open(&new, MasterSource::Passphrase("new")).ok().unwrap().bytes(), key.bytes());
    assert!(open(&new, MasterSource::Passphrase("old")).is_err());
    assert!(open(&old, MasterSource::Passphrase("old")).is_ok());
}

#[test]
fn key_files() {
    let dir = std::env::temp_dir().join(format!("vault-{}", hex::encode(&random::bytes::<8>())));
    std::fs::create_dir(&dir).unwrap();
    let (a, b, c) = (dir.join("a"), dir.join("b"), dir.join("c"));
    create_key_file(&a).unwrap();
    create_key_file(&b).unwrap();
    let before = std::fs::read(&a).unwrap();
    assert_eq!(create_key_file(&a), Err(MasterError::KeyFileExists));
    assert_eq!(std::fs::read(&a).unwrap(), before);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&a).unwrap().permissions()) & 0o777,
        0o600
    );
    let (key, header) = create(MasterSource::KeyFile(&a), Cost::MASTER).ok().unwrap();
    assert_eq!(header.kind(), SealKind::KeyFile);
    assert_eq!(open(&header, MasterSource::KeyFile(&a)).ok().unwrap().bytes(), key.bytes());
    assert_eq!(open(&header, MasterSource::KeyFile(&b)).err(), Some(MasterError::WrongKeyFile));
    assert_eq!(open(&header, MasterSource::KeyFile(&c)).err(), Some(MasterError::KeyFileUnreadable));
    std::fs::write(&c, "not a key").unwrap();
    assert_eq!(open(&header, MasterSource::KeyFile(&c)).err(), Some(MasterError::KeyFileUnreadable));
    assert_eq!(open(&header, MasterSource::Passphrase("x")).err(), Some(MasterError::NeedsKeyFile));
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn newer_headers_say_so() {
    assert_eq!(MasterHeader::from_json(r#"{"version":3,"other":true}"#), Err(MasterError::Newer));
    assert_eq!(MasterHeader::from_json("{}"), Err(MasterError::Damaged));
}

#[test]
fn a_credential_is_a_key_file_laid_out_by_the_service_manager() {
    let dir = std::env::temp_dir().join(format!("vault-{}", hex::encode(&random::bytes::<8>())));
    std::fs::create_dir(&dir).unwrap();
    let copy = dir.join("copy-in-the-safe");
    create_key_file(&copy).unwrap();
    std::fs::copy(&copy, dir.join("pristan-key")).unwrap();
    let credential = |name| MasterSource::Credential { directory: &dir, name };
    let (key, header) = create(credential("pristan-key"), Cost::MASTER).ok().unwrap();
    let header = MasterHeader::from_json(&header.to_json()).unwrap();
    assert_eq!(header.kind(), SealKind::Credential("pristan-key"));
    assert_eq!(open(&header, credential("pristan-key")).ok().unwrap().bytes(), key.bytes());
    // The machine is gone, the copy is left; and the other way round.
    assert_eq!(open(&header, MasterSource::KeyFile(&copy)).ok().unwrap().bytes(), key.bytes());
    let by_file = reseal(&key, MasterSource::KeyFile(&copy), Cost::MASTER).unwrap();
    assert_eq!(open(&by_file, credential("pristan-key")).ok().unwrap().bytes(), key.bytes());

    for name in ["missing", "", ".", "..", "../pristan-key", "a/b", "/etc/hostname"] {
        let error = open(&header, credential(name)).err();
        assert_eq!(error, Some(MasterError::CredentialUnreadable), "{name}");
    }
    std::fs::write(dir.join("short"), "0123").unwrap();
    assert_eq!(open(&header, credential("short")).err(), Some(MasterError::CredentialUnreadable));
    create_key_file(&dir.join("other")).unwrap();
    assert_eq!(open(&header, credential("other")).err(), Some(MasterError::WrongKeyFile));
    assert_eq!(open(&header, MasterSource::Passphrase("x")).err(), Some(MasterError::NeedsCredential));
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn headers_of_the_first_version_still_open() {
    // Written by the program before it knew credentials and tokens: the passphrase is `old words`, the key
    // 32 times 0x2a, the derivation Cost::fast().
    let header = MasterHeader::from_json(FIRST).unwrap();
    let key = open(&header, MasterSource::Passphrase("old words")).ok().unwrap();
    assert_eq!(key.bytes(), &[0x2a; 32]);
    // And what they knew is still written so that they can read it.
    assert_eq!(reseal(&key, MasterSource::Passphrase("x"), Cost::fast()).unwrap().version, 1);
    let dir = Path::new("/nowhere");
    let newer = MasterSource::Credential { directory: dir, name: "x" };
    assert_eq!(reseal(&key, newer, Cost::fast()).err(), Some(MasterError::CredentialUnreadable));
}

const FIRST: &str = r#"
{
  "version": 1,
  "seal": {
    "kind": "passphrase",
    "cost": {
      "m": 64,
      "t": 1,
      "p": 1
    },
    "salt": "fcdf42d847bc23c326abf7b1291c642505de038cb6304ba08dccc56a0e8e9203"
  },
  "master": "0147cbb7b54d677ced87384d3dd709958e9e4d5116b814161d591cb279aa96b0551249d9c9b1294e9a5b7e59b38fca9abdc20e9c54181a500fcaf327f6",
  "digest": "76f6280523b01d5bd6b63081750f9d2e07f5111295df669384e3b795a001c53a"
}
"#;
