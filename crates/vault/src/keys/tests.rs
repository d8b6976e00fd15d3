use std::collections::HashSet;

use super::*;

const NOBODY: fn() -> Keyring = Keyring::default;
const PLACE: Place<'static> =
    Place { organisation: &[2; 16], table: "person", row: &[4; 16], field: "name", version: 7 };

fn vault() -> Vault {
    Vault::new(&MasterKey::for_tests(5))
}

/// A key that the server alone opens, as the database has it.
fn of_server(vault: &Vault, compartment: Compartment) -> Found {
    let (id, wrapped) = vault.new_wrapped(compartment);
    Found { id, half_id: id, half: wrapped, rooted: false, grants: Vec::new() }
}

fn opened(vault: &Vault, compartment: Compartment) -> Opened {
    vault.open(&NOBODY(), compartment, &of_server(vault, compartment)).ok().unwrap()
}

#[test]
fn a_field_comes_back() {
    let vault = vault();
    let found = of_server(&vault, Compartment::C3);
    let opened = vault.open(&NOBODY(), Compartment::C3, &found).ok().unwrap();
    let blob = opened.seal(&PLACE, "Мария".as_bytes());
    assert_eq!(blob.len(), 45 + "Мария".len());
    assert_eq!(key_of(&blob), Some(opened.key_id()));
    let again = vault.open(&NOBODY(), Compartment::C3, &found).ok().unwrap();
    assert_eq!(again.unseal(&PLACE, &blob).ok().unwrap().as_str(), Ok("Мария"));
    assert_ne!(opened.seal(&PLACE, b"x"), opened.seal(&PLACE, b"x"));
    assert!(opened.unseal(&PLACE, &opened.seal(&PLACE, b"")).ok().unwrap().is_empty());
}

#[test]
fn swapping_or_rolling_back_anything_fails_closed() {
    let opened = opened(&vault(), Compartment::C3);
    let blob = opened.seal(&PLACE, b"text");
    let elsewhere = [
        Place { organisation: &[9; 16], ..PLACE },
        Place { table: "persons", ..PLACE },
        Place { table: "perso", field: "nname", ..PLACE },
        Place { row: &[9; 16], ..PLACE },
        Place { field: "alias", ..PLACE },
        Place { version: 6, ..PLACE },
        Place { version: 8, ..PLACE },
        Place { version: -7, ..PLACE },
    ];
    for place in elsewhere {
        assert_eq!(opened.unseal(&place, &blob).err(), Some(SealError::Tampered), "{place:?}");
    }
    for bit in 0..blob.len() * 8 {
        let mut bad = blob.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0 => SealError::UnknownSuite,
            1..17 => SealError::OtherKey,
            _ => SealError::Tampered,
        };
        assert_eq!(opened.unseal(&PLACE, &bad).err(), Some(expected));
    }
    for length in 0..blob.len() {
        assert!(opened.unseal(&PLACE, &blob[..length]).is_err());
    }
}

#[test]
fn keys_do_not_open_each_others_blobs() {
    let vault = vault();
    let c3 = opened(&vault, Compartment::C3);
    let c2 = opened(&vault, Compartment::C2);
    let other = opened(&vault, Compartment::C3);
    let blob = c3.seal(&PLACE, b"text");
    for key in [&c2, &other] {
        assert_eq!(key.unseal(&PLACE, &blob).err(), Some(SealError::OtherKey));
        let mut forged = blob.clone();
        forged[1..17].copy_from_slice(&key.key_id().0);
        assert_eq!(key.unseal(&PLACE, &forged).err(), Some(SealError::Tampered));
    }
}

#[test]
fn a_compartment_is_bound_even_under_one_data_key() {
    let same_key = [6; 32];
    let id = DataKey(same_key).id();
    let c3 = Opened::new(&same_key, id, Compartment::C3, None);
    let c2 = Opened::new(&same_key, id, Compartment::C2, None);
    assert_eq!(c2.unseal(&PLACE, &c3.seal(&PLACE, b"text")).err(), Some(SealError::Tampered));
}

#[test]
fn wrapped_keys_are_bound_to_id_compartment_and_master() {
    let vault = vault();
    for c in Compartment::ALL {
        let (id, wrapped) = vault.new_wrapped(c);
        assert_eq!(wrapped.0.len(), 61);
        assert!(vault.unwrap_key(c, id, &wrapped).is_ok());
        for other in Compartment::ALL.into_iter().filter(|o| *o != c) {
            assert_eq!(vault.unwrap_key(other, id, &wrapped).err(), Some(SealError::Tampered));
        }
        let (other_id, _) = vault.new_wrapped(c);
        assert_eq!(vault.unwrap_key(c, other_id, &wrapped).err(), Some(SealError::Tampered));
        let stranger = Vault::new(&MasterKey::for_tests(6));
        assert_eq!(stranger.unwrap_key(c, id, &wrapped).err(), Some(SealError::Tampered));
        for bit in 0..wrapped.0.len() * 8 {
            let mut bad = wrapped.clone();
            bad.0[bit / 8] ^= 1 << (bit % 8);
            assert!(vault.unwrap_key(c, id, &bad).is_err());
        }
    }
}

#[test]
fn exchanged_keystore_rows_open_no_data() {
    let vault = vault();
    let mine = of_server(&vault, Compartment::C3);
    let theirs = of_server(&vault, Compartment::C3);
    let blob = vault.open(&NOBODY(), Compartment::C3, &mine).ok().unwrap().seal(&PLACE, b"text");
    let opened = vault.open(&NOBODY(), Compartment::C3, &theirs).ok().unwrap();
    assert_eq!(opened.unseal(&PLACE, &blob).err(), Some(SealError::OtherKey));
    // Their half under my id, and a half of another compartment.
    let mixed = Found { half_id: theirs.half_id, half: theirs.half, ..mine.clone() };
    let result = vault.open(&NOBODY(), Compartment::C3, &mixed);
    assert_eq!(result.err(), Some(OpenError::Key(SealError::OtherKey)));
    let (_, wrong_drawer) = vault.new_wrapped(Compartment::C2);
    let wrong = Found { half: wrong_drawer, ..mine };
    let result = vault.open(&NOBODY(), Compartment::C3, &wrong);
    assert_eq!(result.err(), Some(OpenError::Key(SealError::Tampered)));
}

#[test]
fn blind_tokens_depend_on_everything_and_stay_the_same() {
    let vault = vault();
    let token = vault.blind(&[2; 16], "name", "ivanov");
    assert_eq!(token, self::vault().blind(&[2; 16], "name", "ivanov"));
    assert_ne!(token, vault.blind(&[3; 16], "name", "ivanov"));
    assert_ne!(token, vault.blind(&[2; 16], "nam", "eivanov"));
    assert_ne!(token, vault.blind(&[2; 16], "name", "ivanova"));
    assert_ne!(token, Vault::new(&MasterKey::for_tests(6)).blind(&[2; 16], "name", "ivanov"));
    assert_ne!(vault.fact_code("BG"), vault.fact_code("RO"));
    let many: HashSet<i64> = (0..20_000).map(|n| vault.blind(&[2; 16], "name", &n.to_string())).collect();
    assert_eq!(many.len(), 20_000);
    assert!(many.iter().all(|t| *t >= 0));
}

#[test]
fn small_things_are_bound_to_purpose_and_context() {
    let vault = vault();
    let blob = vault.seal_small(purpose::DRAFT, b"user 1", b"typed");
    assert_eq!(vault.open_small(purpose::DRAFT, b"user 1", &blob).ok().unwrap().as_bytes(), b"typed");
    let tampered = Some(SealError::Tampered);
    assert_eq!(vault.open_small(purpose::REFERENCE, b"user 1", &blob).err(), tampered);
    assert_eq!(vault.open_small(purpose::DRAFT, b"user 2", &blob).err(), tampered);
    assert_eq!(vault.open_small(purpose::DRAFT, b"user 1", b"").err(), Some(SealError::Malformed));
    assert_eq!(vault.open_small(purpose::DRAFT, b"user 1", b"\x02x").err(), Some(SealError::UnknownSuite));
}

#[test]
fn csrf_and_heads() {
    let vault = vault();
    let token = vault.csrf("session");
    assert_eq!(token.len(), 64);
    assert!(vault.csrf_matches("session", &token));
    assert!(!vault.csrf_matches("session2", &token) && !vault.csrf_matches("session", ""));
    let head = vault.mac_head(3, &[1; 32]);
    assert!(vault.head_matches(3, &[1; 32], &head));
    assert!(!vault.head_matches(4, &[1; 32], &head) && !vault.head_matches(3, &[2; 32], &head));
}

#[test]
fn digests_and_commitments() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex::encode(&crate::sha256(b"")), empty);
    assert_eq!(crate::session_digest("t"), crate::sha256(b"t"));
    assert_ne!(crate::commitment(&[0; 32], b"a"), crate::commitment(&[1; 32], b"a"));
}
