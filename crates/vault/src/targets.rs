//! What a search token stands for: somebody's id, sealed, so that a dump does not show which tokens belong together.

use crate::cipher::{self, Canonical, SUITE};
use crate::kdf::Key32;
use aws_lc_rs::aead::LessSafeKey;

/// Seals and opens what the tokens of one index stand for. Made once for many: a search opens hundreds.
pub struct Targets {
    nonces: Key32,
    key: LessSafeKey,
}

impl Targets {
    pub(crate) fn new(key: Key32) -> Targets {
        Targets { key: cipher::key(&key), nonces: key }
    }

    /// What a token stands for. The same token and person always give the same bytes, so that a row is found and
    /// replaced without opening others.
    #[must_use]
    pub fn seal(&self, token: i64, target: &[u8; 16]) -> Vec<u8> {
        let nonce = cipher::mac(&self.nonces, &[b"nonce", &token.to_be_bytes(), target]);
        let nonce = nonce.first_chunk::<12>().copied().unwrap_or_default();
        let mut out = vec![SUITE];
        cipher::seal_with(&self.key, nonce, aad(token).bytes(), target, &mut out);
        out
    }

    /// Opens what [`Targets::seal`] made for the same token; nothing for anybody else's.
    #[must_use]
    pub fn open(&self, token: i64, sealed: &[u8]) -> Option<[u8; 16]> {
        let rest = crate::keys::after_suite(sealed).ok()?;
        let plain = cipher::open(&self.key, aad(token).bytes(), rest).ok()?;
        <[u8; 16]>::try_from(plain.as_bytes()).ok()
    }
}

fn aad(token: i64) -> Canonical {
    Canonical::new("pristan target v1").add(&token.to_be_bytes())
}
