//! Project Wycheproof's vectors, which nobody here wrote, for every primitive in use. What a vector calls
//! invalid must be refused, what it calls valid must come out as it says; "acceptable" may be refused, but if
//! it is taken the result must be right. Each set must have done a known number of tests, so that a set
//! that shrinks or is filtered away by mistake does not pass as done.

use aws_lc_rs::{aead, hkdf, hmac, signature};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use ml_kem::{Decapsulate, KeyExport};
use wycheproof::{TestResult, aead as aead_set, ecdsa, eddsa, hkdf as hkdf_set, mac, mlkem, xdh};

/// What one vector came to.
enum Outcome {
    /// Taken, and as the vector says.
    Right,
    /// Taken, and not as the vector says.
    Differs,
    Refused,
}

impl Outcome {
    fn of(result: Option<bool>) -> Outcome {
        match result {
            Some(true) => Outcome::Right,
            Some(false) => Outcome::Differs,
            None => Outcome::Refused,
        }
    }

    fn is_sound(&self, expected: TestResult) -> bool {
        match (self, expected) {
            (Outcome::Right, TestResult::Valid | TestResult::Acceptable)
            | (Outcome::Refused, TestResult::Invalid | TestResult::Acceptable) => true,
            // An invalid vector may be computed as long as what it claims does not come out (a wrong tag).
            (Outcome::Differs, TestResult::Invalid) => true,
            _ => false,
        }
    }
}

/// Counts valid and invalid vectors and fails on the first unsound one.
#[derive(Default)]
struct Tally {
    taken: usize,
    refused: usize,
}

impl Tally {
    fn add(&mut self, id: usize, comment: &str, expected: TestResult, outcome: &Outcome) {
        assert!(outcome.is_sound(expected), "test {id} ({comment}), {expected:?}");
        match outcome {
            Outcome::Right => self.taken += 1,
            Outcome::Differs | Outcome::Refused => self.refused += 1,
        }
    }

    fn is(&self, taken: usize, refused: usize) {
        assert_eq!((self.taken, self.refused), (taken, refused), "vectors taken and refused");
    }
}

#[test]
fn aes_256_gcm_siv() {
    let set = aead_set::TestSet::load(aead_set::TestName::AesGcmSiv).unwrap();
    let mut tally = Tally::default();
    for group in set.test_groups.iter().filter(|g| g.key_size == 256 && g.nonce_size == 96) {
        for test in &group.tests {
            let key = aead::UnboundKey::new(&aead::AES_256_GCM_SIV, &test.key).unwrap();
            let key = aead::LessSafeKey::new(key);
            let nonce = || aead::Nonce::try_assume_unique_for_key(&test.nonce).unwrap();
            let mut text = [&test.ct[..], &test.tag[..]].concat();
            let opened = key.open_in_place(nonce(), aead::Aad::from(&test.aad[..]), &mut text);
            let outcome = Outcome::of(opened.ok().map(|plain| plain == &test.pt[..]));
            tally.add(test.tc_id, &test.comment, test.result, &outcome);

            let mut sealed = test.pt.to_vec();
            let tag =
                key.seal_in_place_separate_tag(nonce(), aead::Aad::from(&test.aad[..]), &mut sealed).unwrap();
            let same = sealed == test.ct[..] && tag.as_ref() == &test.tag[..];
            assert_eq!(same, test.result == TestResult::Valid, "sealing, test {}", test.tc_id);
        }
    }
    tally.is(69, 34);
}

#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut tally = Tally::default();
    // Truncated tags are a question of the caller; ours are whole.
    for group in set.test_groups.iter().filter(|g| g.tag_size == 256) {
        for test in &group.tests {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &test.key);
            let outcome = Outcome::of(hmac::verify(&key, &test.msg, &test.tag).ok().map(|()| true));
            tally.add(test.tc_id, &test.comment, test.result, &outcome);
        }
    }
    tally.is(33, 54);
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[test]
fn hkdf_sha256() {
    let set = hkdf_set::TestSet::load(hkdf_set::TestName::HkdfSha256).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|g| &g.tests) {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &test.salt).extract(&test.ikm);
        let mut out = vec![0; test.size];
        let info = [&test.info[..]];
        let expanded = prk.expand(&info, Length(test.size)).and_then(|okm| okm.fill(&mut out));
        let outcome = Outcome::of(expanded.ok().map(|()| out == test.okm[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(83, 3);
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let key = signature::UnparsedPublicKey::new(&signature::ED25519, &group.key.pk[..]);
        for test in &group.tests {
            let outcome = Outcome::of(key.verify(&test.msg, &test.sig).ok().map(|()| true));
            tally.add(test.tc_id, &test.comment, test.result, &outcome);
        }
    }
    tally.is(88, 63);
}

/// What a browser proves its session with.
#[test]
fn ecdsa_p256_of_browsers() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        for test in &group.tests {
            let taken = vault::browser_signed(&group.key.key, &test.msg, &test.sig);
            tally.add(test.tc_id, &test.comment, test.result, &Outcome::of(taken.then_some(true)));
        }
    }
    tally.is(173, 89);
}

// From here on: what hpke seals with (X-Wing is X25519 and ML-KEM-768), in the versions it uses.

#[test]
fn x25519() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|g| &g.tests) {
        let private: [u8; 32] = test.private_key[..].try_into().unwrap();
        let public: [u8; 32] = test.public_key[..].try_into().unwrap();
        let shared = x25519_dalek::StaticSecret::from(private).diffie_hellman(&public.into());
        let outcome = Outcome::of(Some(shared.as_bytes() == &test.shared_secret[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
        // X-Wing does not refuse points of low order: the other half and the hash over all of it carry it.
        // What refusing would rest on is right, though.
        let zero = test.shared_secret.iter().all(|byte| *byte == 0);
        assert_eq!(shared.was_contributory(), !zero, "test {}", test.tc_id);
    }
    tally.is(518, 0);
}

#[test]
fn chacha20_poly1305() {
    let set = aead_set::TestSet::load(aead_set::TestName::ChaCha20Poly1305).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|g| &g.tests) {
        let key = ChaCha20Poly1305::new_from_slice(&test.key).unwrap();
        // A nonce of another length is not even a value of the type.
        let opened = <[u8; 12]>::try_from(&test.nonce[..]).ok().and_then(|nonce| {
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            key.decrypt(&nonce.into(), Payload { msg: &sealed, aad: &test.aad }).ok()
        });
        let outcome = Outcome::of(opened.map(|plain| plain == test.pt[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(256, 69);
}

fn ml_kem_set(name: mlkem::TestName) -> Vec<mlkem::Test> {
    let set = mlkem::TestSet::load(name).unwrap();
    set.test_groups.into_iter().flat_map(|group| group.tests).collect()
}

/// The private key of a seed; nothing when the seed has another length.
fn private(seed: &[u8]) -> Option<ml_kem::DecapsulationKey768> {
    Some(ml_kem::DecapsulationKey768::from_seed(seed.try_into().ok()?))
}

#[test]
fn ml_kem_768_making_keys() {
    let mut tally = Tally::default();
    for test in ml_kem_set(mlkem::TestName::MlKem768KeyGenSeed) {
        let key = private(&test.seed.unwrap()).unwrap();
        let public = key.encapsulation_key().to_bytes();
        let outcome = Outcome::of(Some(public[..] == test.encaps_key.unwrap()[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(100, 0);
}

#[test]
fn ml_kem_768_opening() {
    let mut tally = Tally::default();
    for test in ml_kem_set(mlkem::TestName::MlKem768) {
        let shared = private(&test.seed.unwrap()).and_then(|key| {
            let ciphertext = test.ct.unwrap()[..].try_into().ok()?;
            Some(key.decapsulate(&ciphertext))
        });
        let outcome = Outcome::of(shared.map(|s| s[..] == test.shared_secret.unwrap()[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(161, 40);
}

#[test]
fn ml_kem_768_sealing() {
    let mut tally = Tally::default();
    for test in ml_kem_set(mlkem::TestName::MlKem768Encaps) {
        let sealed = test.encaps_key.unwrap()[..].try_into().ok().and_then(|bytes| {
            let key = ml_kem::EncapsulationKey768::new(&bytes).ok()?;
            let drawn = test.msg.unwrap()[..].try_into().ok()?;
            Some(key.encapsulate_deterministic(&drawn))
        });
        let outcome = Outcome::of(sealed.map(|(ciphertext, shared)| {
            ciphertext[..] == test.ct.unwrap()[..] && shared[..] == test.shared_secret.unwrap()[..]
        }));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(133, 132);
}

#[test]
fn the_judge_can_say_no() {
    for (outcome, expected) in [
        (Outcome::Right, TestResult::Invalid),
        (Outcome::Refused, TestResult::Valid),
        (Outcome::Differs, TestResult::Valid),
        (Outcome::Differs, TestResult::Acceptable),
    ] {
        assert!(!outcome.is_sound(expected), "{expected:?}");
    }
}
