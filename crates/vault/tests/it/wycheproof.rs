//! Project Wycheproof's vectors, which nobody here wrote, for every primitive in use. What a vector calls
//! invalid must be refused, what it calls valid must come out as it says; "acceptable" may be refused, but if
//! it is taken the result must be right. Each set must have done a known number of tests, so that a set
//! that shrinks or is filtered away by mistake does not pass as done.

use std::collections::HashMap;

use aws_lc_rs::{aead, agreement, hkdf, hmac, kem, signature};
use wycheproof::{TestResult, aead as aead_set, eddsa, hkdf as hkdf_set, mac, mlkem, xdh};

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

#[test]
fn x25519() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|g| &g.tests) {
        let private = agreement::PrivateKey::from_private_key(&agreement::X25519, &test.private_key).unwrap();
        let public = agreement::UnparsedPublicKey::new(&agreement::X25519, &test.public_key[..]);
        let agreed = agreement::agree(&private, public, (), |shared| Ok(shared == &test.shared_secret[..]));
        tally.add(test.tc_id, &test.comment, test.result, &Outcome::of(agreed.ok()));
        if test.shared_secret.iter().all(|byte| *byte == 0) {
            assert!(agreed.is_err(), "a shared secret of zeros comes of a point of low order");
        }
    }
    tally.is(487, 31);
}

fn ml_kem(name: mlkem::TestName) -> Vec<mlkem::Test> {
    let set = mlkem::TestSet::load(name).unwrap();
    set.test_groups.into_iter().flat_map(|group| group.tests).collect()
}

fn decapsulate(key: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    let key = kem::DecapsulationKey::new(&kem::ML_KEM_768, key).ok()?;
    key.decapsulate(ciphertext.into()).ok().map(|shared| shared.as_ref().to_vec())
}

#[test]
fn ml_kem_768_opening() {
    // aws-lc-rs takes no seeds, so the private keys come from the vectors for making keys: those that
    // start from the same seed.
    let keys: HashMap<_, _> = ml_kem(mlkem::TestName::MlKem768KeyGenSeed)
        .into_iter()
        .map(|test| (test.seed.unwrap().to_vec(), test.decaps_key.unwrap()))
        .collect();
    let mut tally = Tally::default();
    for test in ml_kem(mlkem::TestName::MlKem768) {
        let Some(key) = keys.get(&test.seed.unwrap().to_vec()) else { continue };
        let shared = decapsulate(key, &test.ct.unwrap());
        let outcome = Outcome::of(shared.map(|s| s == test.shared_secret.unwrap()[..]));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    for test in ml_kem(mlkem::TestName::MlKem768SemiExpandedDecaps) {
        let shared = decapsulate(&test.decaps_key.unwrap(), &test.ct.unwrap());
        let outcome = Outcome::of(shared.map(|s| test.shared_secret.is_some_and(|k| s == k[..])));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(111, 6);
}

#[test]
fn ml_kem_768_sealing() {
    // What is sealed is drawn by the library itself, so the ciphertext cannot be compared; that it opens
    // again can, and that a key with a coefficient past the modulus is refused.
    let mut tally = Tally::default();
    for test in ml_kem(mlkem::TestName::MlKem768Encaps) {
        let key = kem::EncapsulationKey::new(&kem::ML_KEM_768, &test.encaps_key.unwrap());
        let outcome = Outcome::of(key.ok().and_then(|key| key.encapsulate().ok()).map(|_| true));
        tally.add(test.tc_id, &test.comment, test.result, &outcome);
    }
    tally.is(133, 132);
    for test in ml_kem(mlkem::TestName::MlKem768KeyGenSeed) {
        let key = kem::EncapsulationKey::new(&kem::ML_KEM_768, &test.encaps_key.unwrap()).unwrap();
        let (ciphertext, shared) = key.encapsulate().unwrap();
        let opened = decapsulate(&test.decaps_key.unwrap(), ciphertext.as_ref());
        assert_eq!(opened.as_deref(), Some(shared.as_ref()), "test {}", test.tc_id);
    }
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
