use super::*;
use crate::keys::{Found, Holder, KeyId, OpenError, Vault, WrappedKey};
use crate::{MasterKey, Place};

const ORG: [u8; 16] = [2; 16];
const PARTNER: [u8; 16] = [3; 16];
const USER: [u8; 16] = [9; 16];
const PLACE: Place<'static> =
    Place { organisation: &ORG, table: "records", row: &[4; 16], field: "c3", version: 1 };

fn vault() -> Vault {
    Vault::new(&MasterKey::for_tests(5))
}

fn role(organisation: [u8; 16], class: Class, epoch: i64) -> RoleKey {
    RoleKey { at: RoleAt { organisation, class, epoch }, key: PrivateKey::generate().0 }
}

fn ring(roles: Vec<RoleKey>) -> Keyring {
    let mut ring = Keyring::new(USER, Vec::new());
    roles.into_iter().for_each(|r| ring.put(r));
    ring
}

fn again_of(role: &RoleKey) -> RoleKey {
    RoleKey { at: role.at, key: role.key.share() }
}

struct Rooted {
    half_id: KeyId,
    half: WrappedKey,
    opened: crate::Opened,
}

fn rooted(vault: &Vault, compartment: Compartment) -> Rooted {
    let (half_id, half) = vault.new_wrapped(compartment);
    let opened = vault.root_new(compartment, half_id, &half).ok().unwrap();
    Rooted { half_id, half, opened }
}

fn found(key: &Rooted, grants: Vec<crate::keys::Grant>) -> Found {
    Found { id: key.opened.key_id(), half_id: key.half_id, half: key.half.clone(), rooted: true, grants }
}

#[test]
fn neither_half_opens_alone() {
    let vault = vault();
    let ours = role(ORG, Class::Identity, 1);
    let key = rooted(&vault, Compartment::C3);
    let blob = key.opened.seal(&PLACE, "Мария".as_bytes());
    let grant = key.opened.grant(&Holder::Role(&ours)).ok().unwrap();
    let all = found(&key, vec![grant]);
    let member = ring(vec![again_of(&ours)]);
    let opened = vault.open(&member, Compartment::C3, &all).ok().unwrap();
    assert_eq!(opened.unseal(&PLACE, &blob).ok().unwrap().as_str(), Ok("Мария"));
    // The server with its master key, without anybody's key; a member of another class or epoch.
    for ring in
        [Keyring::default(), ring(vec![role(ORG, Class::Identity, 1)]), ring(vec![role(ORG, Class::Work, 1)])]
    {
        let error = vault.open(&ring, Compartment::C3, &all).err().unwrap();
        assert!(matches!(error, OpenError::Locked | OpenError::Key(SealError::Tampered)), "{error:?}");
    }
    // The same keys taken for a key of the server's: the half alone is another key.
    let pretended = Found { rooted: false, ..all.clone() };
    assert_eq!(
        vault.open(&member, Compartment::C3, &pretended).err(),
        Some(OpenError::Key(SealError::OtherKey))
    );
    // The member with her key, without the keystore's half.
    let (other_id, other) = vault.new_wrapped(Compartment::C3);
    let without = Found { half_id: other_id, half: other, ..all };
    assert_eq!(
        vault.open(&member, Compartment::C3, &without).err(),
        Some(OpenError::Key(SealError::OtherKey))
    );
}

#[test]
fn a_partner_opens_what_was_granted_to_its_public_key_and_nothing_else() {
    let vault = vault();
    let theirs = role(PARTNER, Class::Identity, 4);
    let public = theirs.key.public();
    let (c3, c2) = (rooted(&vault, Compartment::C3), rooted(&vault, Compartment::C2));
    let holder = Holder::Organisation { at: theirs.at, public: &public };
    let grant = c3.opened.grant(&holder).ok().unwrap();
    assert_eq!(grant.sealed.len(), 1 + 1120 + 48);
    // An identity key of a partner cannot be given a key of case work by mistake.
    assert_eq!(c2.opened.grant(&holder).err(), Some(SealError::OtherKey));
    let partner = ring(vec![again_of(&theirs)]);
    assert!(vault.open(&partner, Compartment::C3, &found(&c3, vec![grant.clone()])).is_ok());
    // Laid beside another key, holder or epoch, the grant opens nothing.
    let moved = crate::keys::Grant { holder: ORG, ..grant.clone() };
    assert!(vault.open(&partner, Compartment::C3, &found(&c3, vec![moved])).is_err());
    let other = rooted(&vault, Compartment::C3);
    assert!(vault.open(&partner, Compartment::C3, &found(&other, vec![grant.clone()])).is_err());
    for at in 0..grant.sealed.len() {
        let mut bad = grant.clone();
        bad.sealed[at] ^= 1;
        assert!(vault.open(&partner, Compartment::C3, &found(&c3, vec![bad])).is_err(), "byte {at}");
    }
}

#[test]
fn a_sealed_witness_opens_to_the_named_and_to_no_role() {
    let vault = vault();
    let (secret, public) = new_user();
    let key = rooted(&vault, Compartment::C4);
    let all: Vec<RoleKey> = Class::ALL.into_iter().map(|class| role(ORG, class, 1)).collect();
    for role in &all {
        assert_eq!(key.opened.grant(&Holder::Role(role)).err(), Some(SealError::OtherKey));
    }
    let grant = key.opened.grant(&Holder::User { user: USER, public: &public.identity }).ok().unwrap();
    let named = Keyring::new(USER, vec![(Half::Identity, secret.identity)]);
    assert!(vault.open(&named, Compartment::C4, &found(&key, vec![grant.clone()])).is_ok());
    for other in [ring(all), Keyring::new(USER, vec![(Half::Work, secret.work)])] {
        assert_eq!(
            vault.open(&other, Compartment::C4, &found(&key, vec![grant.clone()])).err(),
            Some(OpenError::Locked)
        );
    }
}

#[test]
fn rerooting_keeps_the_key_and_takes_it_from_the_server() {
    let vault = vault();
    let (id, wrapped) = vault.new_wrapped(Compartment::C2);
    let server = Found { id, half_id: id, half: wrapped.clone(), rooted: false, grants: Vec::new() };
    let before = vault.open(&Keyring::default(), Compartment::C2, &server).ok().unwrap();
    let blob = before.seal(&PLACE, b"text");
    assert!(before.grant(&Holder::Role(&role(ORG, Class::Work, 1))).is_err());
    let (half_id, half) = vault.new_wrapped(Compartment::C2);
    let split = vault.reroot(Compartment::C2, (id, &wrapped), (half_id, &half)).ok().unwrap();
    let ours = role(ORG, Class::Work, 1);
    let grant = split.grant(&Holder::Role(&ours)).ok().unwrap();
    let after = Found { id, half_id, half, rooted: true, grants: vec![grant] };
    let opened = vault.open(&ring(vec![ours]), Compartment::C2, &after).ok().unwrap();
    assert_eq!(opened.unseal(&PLACE, &blob).ok().unwrap().as_bytes(), b"text");
    assert_eq!(vault.open(&Keyring::default(), Compartment::C2, &after).err(), Some(OpenError::Locked));
}

#[test]
fn slots_open_with_their_own_key_for_their_own_half() {
    let (secret, _) = new_user();
    let prf = Kek::from_prf(&[1; 32]);
    let slot = seal_half(&prf, &USER, Half::Identity, &secret.identity);
    let opened = open_half(&prf, &USER, Half::Identity, &slot).ok().unwrap();
    assert_eq!(opened.expose(), secret.identity.expose());
    let mut code = [0; 16];
    code[..].copy_from_slice(&[1; 16]);
    for (kek, user, half) in [
        (Kek::from_prf(&[2; 32]), USER, Half::Identity),
        (Kek::from_recovery(&code), USER, Half::Identity),
        (Kek::from_session_token("t"), USER, Half::Identity),
        (Kek::from_prf(&[1; 32]), [8; 16], Half::Identity),
        (Kek::from_prf(&[1; 32]), USER, Half::Work),
    ] {
        assert_eq!(open_half(&kek, &user, half, &slot).err(), Some(SealError::Tampered));
    }
}

#[test]
fn a_keyring_travels_in_its_session_and_takes_role_keys_that_are_its_own() {
    let (secret, public) = new_user();
    let (other_secret, _) = new_user();
    let at = RoleAt { organisation: ORG, class: Class::Identity, epoch: 3 };
    let role_key = PrivateKey::generate().0;
    let sealed = admit(&at, &role_key, &USER, &public).ok().unwrap();
    let mut ring = Keyring::new(USER, vec![(Half::Work, secret.work), (Half::Identity, secret.identity)]);
    assert!(ring.take(at, &sealed));
    assert_eq!(ring.held().collect::<Vec<_>>(), [at]);
    // Another epoch or class under the same sealing is refused; so is another member.
    assert!(!ring.take(RoleAt { epoch: 4, ..at }, &sealed));
    assert!(!ring.take(RoleAt { class: Class::Search, ..at }, &sealed));
    let mut stranger = Keyring::new(USER, vec![(Half::Identity, other_secret.identity)]);
    assert!(!stranger.take(at, &sealed));
    // A password session has no identity half: the role key of names stays shut.
    let mut weak = Keyring::new(USER, vec![(Half::Work, other_secret.work)]);
    assert!(!weak.take(at, &sealed));

    let packed = ring.seal("cookie");
    let again = Keyring::open("cookie", &USER, &packed).ok().unwrap();
    assert_eq!(again.role(&at).unwrap().expose(), role_key.expose());
    assert!(again.half(Half::Work).is_some() && again.half(Half::Identity).is_some());
    assert!(Keyring::open("cookiE", &USER, &packed).is_err());
    assert!(Keyring::open("cookie", &[1; 16], &packed).is_err());
    for at in 0..packed.len() {
        let mut bad = packed.clone();
        bad[at] ^= 1;
        assert!(Keyring::open("cookie", &USER, &bad).is_err());
    }
    // The secrets do not lie in what the server keeps.
    let seed = role_key.expose();
    assert!(!packed.windows(32).any(|w| w == seed));
}

#[test]
fn search_tokens_need_the_organisations_own_key() {
    let ours = role(ORG, Class::Search, 1);
    let member = ring(vec![again_of(&ours)]);
    let token = member.blind(&ORG, "name", "ivanov").unwrap();
    assert_eq!(ring(vec![ours]).blind(&ORG, "name", "ivanov"), Some(token));
    assert_ne!(member.blind(&ORG, "name", "ivanova"), Some(token));
    assert_eq!(member.blind(&PARTNER, "name", "ivanov"), None);
    assert_eq!(Keyring::default().blind(&ORG, "name", "ivanov"), None);
    assert_ne!(ring(vec![role(ORG, Class::Search, 1)]).blind(&ORG, "name", "ivanov"), Some(token));
}

#[test]
fn targets_are_found_again_and_open_to_the_index_key_alone() {
    let ours = role(ORG, Class::Search, 1);
    let member = ring(vec![ours]);
    let targets = member.targets(&ORG).unwrap();
    let target = targets.seal(5, &[1; 16]);
    assert_eq!(member.targets(&ORG).unwrap().seal(5, &[1; 16]), target);
    assert_ne!(targets.seal(6, &[1; 16]), target);
    assert_eq!(targets.open(5, &target), Some([1; 16]));
    assert_eq!(targets.open(6, &target), None);
    let stranger = ring(vec![role(ORG, Class::Search, 1)]);
    assert_eq!(stranger.targets(&ORG).unwrap().open(5, &target), None);
    assert_eq!(vault().targets().open(5, &target), None);
    assert!(Keyring::default().targets(&ORG).is_none());
}

#[test]
fn an_epoch_turns_without_a_new_data_key() {
    let vault = vault();
    let (old, new) = (role(ORG, Class::Work, 1), role(ORG, Class::Work, 2));
    let key = rooted(&vault, Compartment::C2);
    let grant = key.opened.grant(&Holder::Role(&old)).ok().unwrap();
    let again = crate::rewrap(Compartment::C2, key.opened.key_id(), &grant, &old, &new).ok().unwrap();
    let all = found(&key, vec![again]);
    assert!(vault.open(&ring(vec![again_of(&new)]), Compartment::C2, &all).is_ok());
    assert_eq!(vault.open(&ring(vec![again_of(&old)]), Compartment::C2, &all).err(), Some(OpenError::Locked));
    let names = role(ORG, Class::Identity, 2);
    assert!(crate::rewrap(Compartment::C2, key.opened.key_id(), &grant, &old, &names).is_err());
}

#[test]
fn what_is_sealed_for_somebody_is_bound_to_its_purpose() {
    let (officer, public) = PrivateKey::generate();
    let sealed = seal_for(&public, "share", b"set 1", &[7; 32]).ok().unwrap();
    assert_eq!(open_for(&officer, "share", b"set 1", &sealed).ok().unwrap().expose(), &[7; 32]);
    assert!(open_for(&officer, "share", b"set 2", &sealed).is_err());
    assert!(open_for(&officer, "other", b"set 1", &sealed).is_err());
    assert!(open_for(&PrivateKey::generate().0, "share", b"set 1", &sealed).is_err());
    assert!(seal_for(&public[1..], "share", b"", &[7; 32]).is_err());
    assert_eq!(fingerprint(&public).len(), 8 * 4 + 7);
    assert_ne!(fingerprint(&public), fingerprint(&PrivateKey::generate().1));
}
