//! Argon2id and HKDF: keys from passphrases, and keys from keys.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::hkdf;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A 256-bit key, wiped when dropped.
pub(crate) type Key32 = Zeroizing<[u8; 32]>;

/// What one guess at a passphrase costs: Argon2id's memory in KiB, passes and lanes (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB.
    pub m: u32,
    /// Passes over the memory.
    pub t: u32,
    /// Lanes.
    pub p: u32,
}

impl Cost {
    /// For the master passphrase: 64 MiB, 3 passes. Asked once per start, so it may be slow.
    pub const MASTER: Self = Self { m: 64 * 1024, t: 3, p: 1 };
    /// For passwords of accounts: 64 MiB, 2 passes (OWASP ASVS 5.0, appendix C, asks for at least 46 MiB at
    /// one pass). Two at a time is what a small server bears: callers hold a semaphore.
    pub const PASSWORD: Self = Self { m: 64 * 1024, t: 2, p: 1 };

    /// Next to nothing. For tests and the demo's made-up people, and only where it is passed by name:
    /// nothing in this crate takes it by default.
    #[must_use]
    pub const fn fast() -> Self {
        Self { m: 64, t: 1, p: 1 }
    }

    /// A stored cost beyond these bounds was not written by us: 8 KiB to 1 GiB, 1 to 20 passes, 1 to 8
    /// lanes. Without the upper ones an edited row could make a login eat all memory.
    pub(crate) fn is_sane(self) -> bool {
        (8..=1024 * 1024).contains(&self.m)
            && (1..=20).contains(&self.t)
            && (1..=8).contains(&self.p)
            && self.m >= 8 * self.p
    }
}

/// The Argon2id key of a passphrase. `None` for a cost or salt it does not accept, or without memory.
pub(crate) fn argon2id(passphrase: &[u8], salt: &[u8], cost: Cost) -> Option<Key32> {
    let params = Params::new(cost.m, cost.t, cost.p, Some(32)).ok().filter(|_| cost.is_sane())?;
    let mut out = Key32::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, out.as_mut_slice())
        .ok()?;
    Some(out)
}

struct Len32;

impl hkdf::KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

/// HKDF-SHA256 (RFC 5869). The label's parts are expanded one after another: they are constants or have a
/// fixed place, and every label of the crate is distinct from the others' beginnings.
pub(crate) fn derive(key: &[u8; 32], label: &[&[u8]]) -> Key32 {
    let mut out = Key32::default();
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"pristan vault v1").extract(key);
    crate::cipher::cannot_fail(prk.expand(label, Len32).and_then(|okm| okm.fill(out.as_mut_slice())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argon2id_matches_the_reference_implementation() {
        // From the reference implementation's own test: argon2id v=19, m=65536, t=2, p=1.
        let key = argon2id(b"password", b"somesalt", Cost::PASSWORD).unwrap();
        assert_eq!(
            crate::hex::encode(key.as_slice()),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
        );
    }

    #[test]
    fn a_hostile_cost_is_refused() {
        for cost in [Cost { m: u32::MAX, t: 1, p: 1 }, Cost { m: 64, t: 0, p: 1 }, Cost { m: 64, t: 1, p: 9 }]
        {
            assert!(argon2id(b"x", b"somesalt", cost).is_none());
        }
    }

    #[test]
    fn labels_separate_keys() {
        let key = [7; 32];
        assert_eq!(*derive(&key, &[b"a"]), *derive(&key, &[b"a"]));
        assert_ne!(*derive(&key, &[b"a"]), *derive(&key, &[b"b"]));
        assert_ne!(*derive(&key, &[b"a"]), *derive(&[8; 32], &[b"a"]));
    }
}
