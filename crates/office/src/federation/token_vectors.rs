//! Project Wycheproof's vectors through the function that checks tokens of identity providers. What a vector calls
//! invalid is refused and what it calls valid is taken; each set has done a known number of both.

use super::*;
use serde_json::json;
use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key(described: &serde_json::Value) -> Jwk {
    serde_json::from_value(described.clone()).unwrap()
}

/// As a provider writes it into its key set: without leading zeros.
fn rsa(n: &[u8], e: &[u8]) -> Jwk {
    let bare = |bytes: &[u8]| b64(&bytes.iter().copied().skip_while(|b| *b == 0).collect::<Vec<u8>>());
    key(&json!({"kty": "RSA", "n": bare(n), "e": bare(e)}))
}

/// Taken and refused.
#[derive(Default)]
struct Tally(usize, usize);

impl Tally {
    fn add(&mut self, id: usize, expected: TestResult, answer: Result<(), Bad>) {
        match (answer, expected) {
            (Ok(()), TestResult::Valid | TestResult::Acceptable) => self.0 += 1,
            (Err(Bad::Signature), TestResult::Invalid | TestResult::Acceptable) => self.1 += 1,
            (answer, _) => panic!("test {id}: {answer:?}, {expected:?}"),
        }
    }
}

#[test]
fn es256() {
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let point = &group.key.key[..];
        let key = key(&json!({"kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..])}));
        assert!(fits(&key, Algorithm::ES256));
        for test in &group.tests {
            tally.add(test.tc_id, test.result, proves(&key, Algorithm::ES256, &test.msg, &b64(&test.sig)));
        }
    }
    assert_eq!((tally.0, tally.1), (173, 89));
}

#[test]
fn rs256() {
    use rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            assert!(fits(&key, Algorithm::RS256));
            for test in &group.tests {
                tally.add(
                    test.tc_id,
                    test.result,
                    proves(&key, Algorithm::RS256, &test.msg, &b64(&test.sig)),
                );
            }
        }
    }
    assert_eq!((tally.0, tally.1), (24, 752));
}

/// RFC 7518, 3.5: the salt is as long as the hash.
#[test]
fn ps256() {
    use rsa_pss_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    let sets = [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ];
    for name in sets {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            assert!(fits(&key, Algorithm::PS256));
            for test in &group.tests {
                tally.add(
                    test.tc_id,
                    test.result,
                    proves(&key, Algorithm::PS256, &test.msg, &b64(&test.sig)),
                );
            }
        }
    }
    assert_eq!((tally.0, tally.1), (189, 135));
}
