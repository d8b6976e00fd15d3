//! What must hold for any bytes at all. The fuzz targets run it for as long as one likes, the tests of
//! `vault` for a moment on every run.

use std::sync::LazyLock;

use vault::escrow::{self, Commitment, Share};
use vault::log::{Checkpoint, KeyKind, Leaf, Note, NoteKey, Signature, VerifierKey};
use vault::recovery::RecoveryCode;
use vault::totp::TotpSecret;
use vault::{
    Compartment, Found, Half, Kek, Keyring, MasterHeader, MasterKey, Opened, Place, PrivateKey, Vault,
};

const ID: [u8; 16] = [7; 16];

struct House {
    vault: Vault,
    opened: Opened,
    kek: Kek,
    pair: PrivateKey,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let vault = Vault::new(&MasterKey::for_tests(7));
    let (id, half) = vault.new_wrapped(Compartment::C3);
    let found = Found { id, half_id: id, half, rooted: false, grants: Vec::new() };
    let opened = vault.open(&Keyring::default(), Compartment::C3, &found);
    let kek = Kek::from_session_token(&vault::random::token());
    House { vault, opened: opened.expect("a key of the server opens"), kek, pair: PrivateKey::generate().0 }
});

fn place(version: i64) -> Place<'static> {
    Place { organisation: &ID, table: "records", row: &ID, field: "values", version }
}

/// Nothing that was not sealed opens, and what was sealed opens only unchanged and where it belongs.
pub fn blob(data: &[u8]) {
    let House { vault, opened, kek, pair } = &*HOUSE;
    let _ = vault::key_of(data);
    assert!(opened.unseal(&place(1), data).is_err());
    assert!(vault.open_small("draft", b"x", data).is_err());
    let wrapped = vault::WrappedKey(data.to_vec());
    assert!(vault.unwrap_key(Compartment::C3, opened.key_id(), &wrapped).is_err());
    assert!(vault::people::open_half(kek, &ID, Half::Work, data).is_err());
    assert!(Keyring::open("token", &ID, data).is_err());
    assert!(vault::people::open_for(pair, "share", b"", data).is_err());
    // Public halves come from the database as well.
    let _ = vault::people::seal_for(data, "share", b"", &[7; 32]);

    let (at, plain) = data.split_at(data.len().min(4));
    let sealed = opened.seal(&place(1), plain);
    assert_eq!(opened.unseal(&place(1), &sealed).expect("it opens").as_bytes(), plain);
    assert!(opened.unseal(&place(2), &sealed).is_err());
    let at = at.iter().fold(0_usize, |n, byte| n << 8 | usize::from(*byte));
    let mut changed = sealed.clone();
    let bit = at % (8 * changed.len());
    changed[bit / 8] ^= 1 << (bit % 8);
    assert!(opened.unseal(&place(1), &changed).is_err());
    assert!(opened.unseal(&place(1), &sealed[..at % sealed.len()]).is_err());
}

/// A leaf that reads writes, and reads back the same.
pub fn leaf(data: &[u8]) {
    if let Ok(leaf) = Leaf::decode(data) {
        let bytes = leaf.encode().expect("what was read is not too long");
        assert!(Leaf::decode(&bytes).as_ref() == Ok(&leaf));
        assert!(bytes.len() <= data.len(), "the canonical form is the shortest");
    }
}

/// A signed note that reads is written again the same, and no signature of it is by a witness who signed
/// nothing. What that witness signs verifies with the time it was given, and with nothing put before it.
pub fn note(data: &[u8]) {
    static WITNESS: LazyLock<NoteKey> =
        LazyLock::new(|| NoteKey::new_witness("w.invalid/fuzz").expect("a sound name").0);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        // Base64 has one spelling here, so the only freedom is blanks around it.
        assert!(key.to_string() == text.trim());
        assert!(matches!(key.kind(), KeyKind::Ed25519 | KeyKind::Cosignature));
    }
    if let Ok(signature) = Signature::parse(text) {
        assert!(signature.line() == text);
        assert!(signature.verify(WITNESS.public(), text).is_err());
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert!(checkpoint.text() == text);
    }
    let Ok(mut note) = Note::parse(text) else { return };
    assert!(note.to_string() == text);
    assert!(note.verify(WITNESS.public()).is_err());
    assert!(Checkpoint::signed(text, WITNESS.public()).is_err());
    let seconds = data.len() as u64;
    let signature = WITNESS.sign(&note.text, seconds);
    note.signatures.insert(0, signature);
    if let Ok(read) = Note::parse(&note.to_string()) {
        assert!(read == note && read.verify(WITNESS.public()) == Ok(seconds));
        let longer = Note { text: format!("x{}", read.text), ..read };
        assert!(longer.verify(WITNESS.public()).is_err());
    }
}

/// What people and browsers send: recovery codes, one-time codes, tokens of sessions and forms.
pub fn token(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(code) = RecoveryCode::parse(&text) {
        let again = RecoveryCode::parse(&code.reveal()).expect("what it prints it reads");
        assert!(again.kek() == code.kek());
    }
    let House { vault, .. } = &*HOUSE;
    let right = vault.csrf("session");
    assert_eq!(vault.csrf_matches("session", &text), right == text);
    let _ = vault::session_digest(&text);
    let secret = TotpSecret::from_bytes(b"12345678901234567890").expect("20 bytes");
    if let Some(step) = secret.verify(&text, 59, None) {
        assert!((0..=2).contains(&step) && secret.verify(&text, 59, Some(step)).is_none_or(|s| s > step));
    }
}

/// Passwords and what the database says their hashes are. Judging one is slow, hence a target of its own.
pub fn password(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = vault::password::is_outdated(&text, vault::Cost::PASSWORD);
    let short = vault::password::check_new(&text[..text.floor_char_boundary(64)], &["d.koleva"]);
    assert!(short.is_err() || text.chars().count() >= vault::password::MIN);
}

/// Shares and commitments: read back as they were or refused; a forged share brings no secret.
pub fn share(data: &[u8]) {
    static SET: LazyLock<(Commitment, Vec<Share>)> =
        LazyLock::new(|| escrow::split(&vault::random::bytes(), 2, 3).expect("2 of 3"));
    let (commitment, shares) = &*SET;
    if let Ok(read) = Commitment::from_bytes(data) {
        assert_eq!(read.to_bytes(), data);
        assert!(escrow::combine(&read, shares).is_err());
    }
    if let Ok(read) = Share::from_bytes(data) {
        assert_eq!(read.to_bytes().as_slice(), data);
        assert!(escrow::combine(commitment, &[shares[0].clone(), read]).is_err());
    }
}

/// A header that reads is written again the same way. None of them opens with what is not its key.
pub fn header(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(header) = MasterHeader::from_json(text) {
        assert!(MasterHeader::from_json(&header.to_json()).as_ref() == Ok(&header));
        let nowhere = std::path::Path::new("/nowhere");
        assert!(vault::master::open(&header, vault::MasterSource::KeyFile(nowhere)).is_err());
    }
}
