use std::collections::{BTreeMap, HashSet};

use super::*;

type Bound = BTreeMap<([u8; 16], u8), (KeyId, WrappedKey)>;

struct Shelf<'a> {
    vault: &'a Vault,
    bound: Bound,
}

impl Keystore for Shelf<'_> {
    type Error = &'static str;

    fn wrapped(&mut self, s: &[u8; 16], c: Compartment) -> Result<Option<(KeyId, WrappedKey)>, Self::Error> {
        Ok(self.bound.get(&(*s, c.byte())).cloned())
    }

    fn bind_new(&mut self, s: &[u8; 16], c: Compartment) -> Result<(KeyId, WrappedKey), Self::Error> {
        Ok(self.bound.entry((*s, c.byte())).or_insert_with(|| self.vault.new_wrapped(c)).clone())
    }
}

struct Broken;

impl Keystore for Broken {
    type Error = &'static str;

    fn wrapped(&mut self, _: &[u8; 16], _: Compartment) -> Result<Option<(KeyId, WrappedKey)>, Self::Error> {
        Err("disk")
    }

    fn bind_new(&mut self, _: &[u8; 16], _: Compartment) -> Result<(KeyId, WrappedKey), Self::Error> {
        Err("disk")
    }
}

const ACTOR: Actor = Actor { user: [1; 16], organisation: [2; 16] };
const CASE: [u8; 16] = [3; 16];
const PLACE: Place<'static> =
    Place { organisation: &[2; 16], table: "person", row: &[4; 16], field: "name", version: 7 };

fn vault() -> Vault {
    Vault::new(&MasterKey::for_tests(5))
}

fn shelf(vault: &Vault) -> Shelf<'_> {
    Shelf { vault, bound: BTreeMap::new() }
}

#[test]
fn a_field_comes_back_and_only_after_the_first_write() {
    let vault = vault();
    let mut shelf = shelf(&vault);
    assert_eq!(vault.open(&ACTOR, &CASE, Compartment::C3, &mut shelf).err(), Some(OpenError::NoKey));
    let opened = vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    let blob = opened.seal(&PLACE, "Мария".as_bytes());
    assert_eq!(blob.len(), 45 + "Мария".len());
    assert_eq!(key_of(&blob), Some(opened.key_id()));
    let again = vault.open(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    assert_eq!(again.unseal(&PLACE, &blob).ok().unwrap().as_str(), Ok("Мария"));
    assert_ne!(opened.seal(&PLACE, b"x"), opened.seal(&PLACE, b"x"));
    assert!(opened.unseal(&PLACE, &opened.seal(&PLACE, b"")).ok().unwrap().is_empty());
}

#[test]
fn swapping_or_rolling_back_anything_fails_closed() {
    let vault = vault();
    let mut shelf = shelf(&vault);
    let opened = vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
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
    let mut shelf = shelf(&vault);
    let c3 = vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    let c2 = vault.open_or_create(&ACTOR, &CASE, Compartment::C2, &mut shelf).ok().unwrap();
    let other = vault.open_or_create(&ACTOR, &[8; 16], Compartment::C3, &mut shelf).ok().unwrap();
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
    let c3 = Opened { key: cipher::key(&same_key), id, compartment: Compartment::C3 };
    let c2 = Opened { key: cipher::key(&same_key), id, compartment: Compartment::C2 };
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
    let mut shelf = shelf(&vault);
    let mine = vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    vault.open_or_create(&ACTOR, &[8; 16], Compartment::C3, &mut shelf).ok().unwrap();
    let blob = mine.seal(&PLACE, b"text");
    let theirs = shelf.bound[&([8; 16], 3)].clone();
    shelf.bound.insert((CASE, 3), theirs);
    let opened = vault.open(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    assert_eq!(opened.unseal(&PLACE, &blob).err(), Some(SealError::OtherKey));
    let wrong_drawer = shelf.vault.new_wrapped(Compartment::C2);
    shelf.bound.insert((CASE, 3), wrong_drawer);
    let result = vault.open(&ACTOR, &CASE, Compartment::C3, &mut shelf);
    assert_eq!(result.err(), Some(OpenError::Key(SealError::Tampered)));
}

#[test]
fn erasing_the_wrap_erases_the_data_and_a_fault_is_not_an_absence() {
    let vault = vault();
    let mut shelf = shelf(&vault);
    vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut shelf).ok().unwrap();
    shelf.bound.clear();
    assert_eq!(vault.open(&ACTOR, &CASE, Compartment::C3, &mut shelf).err(), Some(OpenError::NoKey));
    for result in [
        vault.open(&ACTOR, &CASE, Compartment::C3, &mut Broken),
        vault.open_or_create(&ACTOR, &CASE, Compartment::C3, &mut Broken),
    ] {
        assert_eq!(result.err(), Some(OpenError::Keystore("disk")));
    }
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
