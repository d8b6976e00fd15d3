//! The one suite in use: AES-256-GCM-SIV, HMAC-SHA256, and canonical associated data.

use aws_lc_rs::{aead, hmac};

use crate::random;
use crate::secret::Secret;

/// First byte of everything sealed. 1 = AES-256-GCM-SIV, random 96-bit nonce.
pub(crate) const SUITE: u8 = 1;
pub(crate) const NONCE: usize = 12;

/// Why something did not open. None of the messages says what was in it or where it lay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short to be a sealed blob.
    #[error("the sealed data is incomplete")]
    Malformed,
    /// Sealed by a suite this version does not know.
    #[error("the sealed data was written by a newer version")]
    UnknownSuite,
    /// Sealed under another data key: another subject's, another compartment's, or a replaced one.
    #[error("the sealed data belongs to another key")]
    OtherKey,
    /// Changed, or moved from another place or version.
    #[error("the sealed data was changed or moved")]
    Tampered,
}

/// Unwraps a result that can only be an error when an invariant of this crate is broken (a key of the
/// wrong length, a text of more than 64 GiB) or when the operating system has no randomness to give.
/// Going on would mean storing something unsealed or under a guessable key, so the request unwinds; the
/// message is constant.
pub(crate) fn cannot_fail<T, E>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(_) => unreachable!("a cryptographic primitive refused valid input"),
    }
}

pub(crate) fn key(bytes: &[u8; 32]) -> aead::LessSafeKey {
    aead::LessSafeKey::new(cannot_fail(aead::UnboundKey::new(&aead::AES_256_GCM_SIV, bytes)))
}

/// Appends `nonce | ciphertext | tag` to `out`.
pub(crate) fn seal(key: &aead::LessSafeKey, aad: &[u8], plain: &[u8], out: &mut Vec<u8>) {
    seal_with(key, random::bytes(), aad, plain, out);
}

/// As [`seal`] with a nonce that the caller derived from what is sealed: for rows that have to be found
/// again. AES-GCM-SIV allows it; equal input then gives equal output.
pub(crate) fn seal_with(
    key: &aead::LessSafeKey,
    nonce: [u8; NONCE],
    aad: &[u8],
    plain: &[u8],
    out: &mut Vec<u8>,
) {
    let mut text = zeroize::Zeroizing::new(plain.to_vec());
    let tag = cannot_fail(key.seal_in_place_separate_tag(
        aead::Nonce::assume_unique_for_key(nonce),
        aead::Aad::from(aad),
        text.as_mut_slice(),
    ));
    out.reserve(NONCE + text.len() + tag.as_ref().len());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&text);
    out.extend_from_slice(tag.as_ref());
}

/// Opens `nonce | ciphertext | tag`.
pub(crate) fn open(key: &aead::LessSafeKey, aad: &[u8], sealed: &[u8]) -> Result<Secret, SealError> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Malformed)?;
    let mut buffer = zeroize::Zeroizing::new(text.to_vec());
    let length = key
        .open_in_place(
            aead::Nonce::assume_unique_for_key(*nonce),
            aead::Aad::from(aad),
            buffer.as_mut_slice(),
        )
        .map_err(|_| SealError::Tampered)?
        .len();
    buffer.truncate(length);
    Ok(Secret::new(std::mem::take(&mut *buffer)))
}

/// Writes fields so that no two different lists of fields give the same bytes: each with its length as
/// eight big-endian bytes in front.
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    /// `domain` names the use, so that data bound for one use never fits another.
    pub(crate) fn new(domain: &str) -> Self {
        Self(Vec::with_capacity(192)).add(domain.as_bytes())
    }

    pub(crate) fn add(mut self, field: &[u8]) -> Self {
        self.0.extend_from_slice(&(field.len() as u64).to_be_bytes());
        self.0.extend_from_slice(field);
        self
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// HMAC-SHA256 over the canonical form of `fields`.
pub(crate) fn mac(key: &[u8; 32], fields: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for field in fields {
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    out
}

/// The first 63 bits of a MAC as a number that is never negative, which every database keeps in one
/// integer column.
pub(crate) fn code63(mac: &[u8; 32]) -> i64 {
    let first = mac.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(first) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_rfc_8452() {
        // RFC 8452, appendix C.2, AEAD_AES_256_GCM_SIV: plaintext of 8 bytes, no associated data.
        let mut k = [0; 32];
        k[0] = 1;
        let blob =
            crate::hex::decode("030000000000000000000000c2ef328e5c71c83b843122130f7364b761e0b97427e3df28");
        let blob = blob.unwrap();
        assert_eq!(open(&key(&k), b"", &blob).ok().unwrap().as_bytes(), [1, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_bit_counts() {
        let k = key(&[9; 32]);
        let mut blob = Vec::new();
        seal(&k, b"aad", b"plain text", &mut blob);
        assert_eq!(open(&k, b"aad", &blob).ok().unwrap().as_bytes(), b"plain text");
        for bit in 0..blob.len() * 8 {
            let mut bad = blob.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&k, b"aad", &bad).err(), Some(SealError::Tampered));
        }
        for length in 0..blob.len() {
            assert!(open(&k, b"aad", &blob[..length]).is_err());
        }
        assert_eq!(open(&k, b"aae", &blob).err(), Some(SealError::Tampered));
        assert_eq!(open(&key(&[8; 32]), b"aad", &blob).err(), Some(SealError::Tampered));
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(
            Canonical::new("d").add(b"ab").add(b"c").bytes(),
            Canonical::new("d").add(b"a").add(b"bc").bytes()
        );
        assert_ne!(mac(&[0; 32], &[b"ab", b"c"]), mac(&[0; 32], &[b"a", b"bc"]));
    }

    #[test]
    fn codes_are_never_negative() {
        assert_eq!(code63(&[0xff; 32]), i64::MAX);
    }
}
