//! Keys, compartments, sealing, blind tokens and the mathematics of the audit log.
//!
//! The only crate that names a cipher. Floor 1: it knows nothing of cases, databases or people; the
//! office maps its own notions onto subjects, compartments and places.
//!
//! # What hangs from what
//!
//! The master key ([`master`]), opened at start, covers C0 and C1, the log and the keystore. A data key has
//! an id and belongs to a subject (case, person, signal) and compartment. Where an organisation has locked
//! its data, the keys of C2 to C5 are split: one half lies in the keystore under the master key, the other
//! is granted to role keys of organisations or to named users ([`people`]), whose keys open only with what
//! a person has or knows. Neither half alone says anything of the key; erasing a subject is destroying its
//! halves in the keystore. [`Vault::open`] is the one call.
//!
//! # The cipher, and why
//!
//! AES-256-GCM-SIV (RFC 8452) with a random 96-bit nonce, key ids derived from the key. Plain AES-GCM
//! with random nonces breaks completely when one nonce comes twice, and a restored virtual machine or a
//! poor generator can bring that about; with SIV a repeated nonce shows only whether two texts were
//! equal. aws-lc-rs offers it in its safe interface, in constant time, next to the HMAC, HKDF and SHA-256
//! that this crate needs anyway, so no second cryptographic library comes in. XChaCha20-Poly1305 would
//! need one. A blob names its suite in its first byte, so that the choice can be changed later.

mod cipher;
pub mod compartment;
pub mod escrow;
mod hex;
pub mod kdf;
mod keys;
pub mod log;
pub mod master;
pub mod password;
pub mod people;
pub mod random;
pub mod recovery;
pub mod secret;
mod targets;
pub mod totp;

pub use cipher::SealError;
pub use compartment::Compartment;
pub use kdf::Cost;
pub use keys::{
    DataKey, Found, Grant, Holder, KeyId, OpenError, Opened, Place, Vault, WrappedKey, key_of, purpose,
    rewrap,
};
pub use master::{MasterError, MasterHeader, MasterKey, MasterSource, SealKind};
pub use people::{Class, Half, Kek, Keyring, PrivateKey, RoleAt, RoleKey, UserPublic, UserSecret};
pub use secret::{NotText, Secret};
pub use targets::Targets;

use aws_lc_rs::digest;

/// SHA-256 of `bytes`. For public or high-entropy input only: a digest of a name can be guessed back.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// What the database keeps of a session token: its SHA-256. Enough for a token of 256 random bits, and a
/// stolen dump opens no session.
#[must_use]
pub fn session_digest(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

/// A salted commitment to a personal value for the audit log. The salt lives with the case's sealed data:
/// once that is erased, nobody can tell the value from the commitment, and the log still holds.
#[must_use]
pub fn commitment(salt: &[u8; 32], value: &[u8]) -> [u8; 32] {
    cipher::mac(salt, &[b"pristan commitment v1", value])
}

/// Did the key of a browser sign this? ECDSA on P-256 with SHA-256, as WebCrypto makes it: `public` is the
/// uncompressed point (65 bytes), `signature` is r and s (64 bytes). What is no point or no signature is `false`.
#[must_use]
pub fn browser_signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public).verify(message, signature).is_ok()
}

/// Compares without telling by its time how far two secrets agree.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
