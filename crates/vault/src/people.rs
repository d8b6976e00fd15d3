//! Keys that hang from people: key pairs of users, the slots that hold their private halves, the role keys
//! of organisations, and the keyring that a session carries.
//!
//! A user has two key pairs. The **work** pair opens what a case worker writes (C2, C5), the **identity**
//! pair opens names (C3, C4, search). Each private half lies sealed in unlock slots, one for each way of
//! signing in; a password has no slot for the identity half. An organisation has a role key for each
//! [`Class`] and epoch, sealed to its members' public keys; the people's halves of data keys are granted to
//! role keys or, for C4, to named users. Source: security design, 3.2.
//!
//! # The suite
//!
//! Sealing to a public key is HPKE (RFC 9180, base mode) with the X-Wing KEM (X25519 and ML-KEM-768
//! together, draft-connolly-cfrg-xwing-kem), HKDF-SHA256 and ChaCha20-Poly1305, from the crate `hpke`: names
//! have to stay secret for decades, so what is recorded today must not open to a quantum computer. Under a
//! symmetric key it is AES-256-GCM-SIV like everything else. The first byte says which.

mod keyring;

pub use keyring::{Keyring, RoleKey};

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

use crate::cipher::{self, Canonical, SUITE, SealError};
use crate::compartment::Compartment;
use crate::kdf::{self, Key32};
use crate::random;

/// First byte of what is sealed to a public key: HPKE with X-Wing, HKDF-SHA256, ChaCha20-Poly1305.
const SUITE_HYBRID: u8 = 2;
/// Length of an encapsulated X-Wing key in bytes.
const ENCAPSULATED: usize = 1120;

/// Which of a user's two key pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Half {
    /// Case work and privileged notes.
    Work = 1,
    /// Names, sealed witnesses, search.
    Identity = 2,
}

impl Half {
    /// Both.
    pub const BOTH: [Half; 2] = [Half::Work, Half::Identity];

    /// As stored and in associated data.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// What a role key of an organisation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// C2, case work.
    Work = 2,
    /// C3, identity.
    Identity = 3,
    /// C5, clinical and legal.
    Privileged = 5,
    /// The key of the blind search index. It stays the same over epochs.
    Search = 6,
}

impl Class {
    /// All classes.
    pub const ALL: [Class; 4] = [Class::Work, Class::Identity, Class::Privileged, Class::Search];

    /// As stored and in associated data.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// By stored number.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Class> {
        Class::ALL.into_iter().find(|c| c.byte() == byte)
    }

    /// The class whose role key opens a compartment; C4 opens to named users only, C0 and C1 to the server.
    #[must_use]
    pub fn of(compartment: Compartment) -> Option<Class> {
        match compartment {
            Compartment::C2 => Some(Class::Work),
            Compartment::C3 => Some(Class::Identity),
            Compartment::C5 => Some(Class::Privileged),
            Compartment::C0 | Compartment::C1 | Compartment::C4 => None,
        }
    }

    /// To which of a member's pairs the role key is sealed.
    #[must_use]
    pub fn half(self) -> Half {
        match self {
            Class::Work | Class::Privileged => Half::Work,
            Class::Identity | Class::Search => Half::Identity,
        }
    }
}

/// The private half of a key pair: a seed of 256 bits, from which the hybrid pair and a symmetric key are
/// derived. Wiped when dropped; it has neither `Debug` nor `Clone`.
pub struct PrivateKey(Key32);

impl PrivateKey {
    /// A new pair: the private half and the public one (1,216 bytes).
    #[must_use]
    pub fn generate() -> (PrivateKey, Vec<u8>) {
        let mut seed = Key32::default();
        random::fill(seed.as_mut_slice());
        let key = PrivateKey(seed);
        let public = key.public();
        (key, public)
    }

    /// From 32 bytes that were shown by [`PrivateKey::expose`].
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey(Key32::new(*seed))
    }

    /// The seed, for splitting it among officers. The caller wipes its copy.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another owner of the same key: a session that turns an epoch holds old and new at once.
    #[must_use]
    pub fn share(&self) -> PrivateKey {
        PrivateKey(self.0.clone())
    }

    fn pair(&self) -> (<XWing as Kem>::PrivateKey, <XWing as Kem>::PublicKey) {
        XWing::derive_keypair(kdf::derive(&self.0, &[b"hybrid pair"]).as_slice())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        self.pair().1.to_bytes().to_vec()
    }

    fn symmetric(&self) -> aws_lc_rs::aead::LessSafeKey {
        cipher::key(&kdf::derive(&self.0, &[b"symmetric"]))
    }

    /// Opens what was sealed to this key, under it or to its public half.
    pub(crate) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Key32, SealError> {
        let plain = self.open_bytes(aad, sealed)?;
        let bytes = <[u8; 32]>::try_from(plain.as_bytes()).map_err(|_| SealError::Malformed)?;
        Ok(Key32::new(bytes))
    }

    fn open_bytes(&self, aad: &[u8], sealed: &[u8]) -> Result<crate::Secret, SealError> {
        Ok(match sealed.split_first() {
            Some((&SUITE, rest)) => cipher::open(&self.symmetric(), aad, rest)?,
            Some((&SUITE_HYBRID, rest)) => {
                let (encapsulated, text) = rest.split_at_checked(ENCAPSULATED).ok_or(SealError::Malformed)?;
                let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(encapsulated)
                    .map_err(|_| SealError::Malformed)?;
                let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
                    &OpModeR::Base,
                    &self.pair().0,
                    &encapsulated,
                    INFO,
                    text,
                    aad,
                );
                crate::Secret::new(plain.map_err(|_| SealError::Tampered)?)
            }
            Some(_) => return Err(SealError::UnknownSuite),
            None => return Err(SealError::Malformed),
        })
    }

    /// Seals 32 bytes under this key: 61 bytes.
    pub(crate) fn seal(&self, aad: &[u8], secret: &[u8; 32]) -> Vec<u8> {
        let mut out = vec![SUITE];
        cipher::seal(&self.symmetric(), aad, secret, &mut out);
        out
    }
}

const INFO: &[u8] = b"pristan people v1";

/// Seals 32 bytes to a public key: 1,169 bytes.
pub(crate) fn seal_to(public: &[u8], aad: &[u8], secret: &[u8; 32]) -> Result<Vec<u8>, SealError> {
    seal_bytes_to(public, aad, secret)
}

fn seal_bytes_to(public: &[u8], aad: &[u8], secret: &[u8]) -> Result<Vec<u8>, SealError> {
    let public = <XWing as Kem>::PublicKey::from_bytes(public).map_err(|_| SealError::Malformed)?;
    let (encapsulated, text) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &public,
        INFO,
        secret,
        aad,
    )
    .map_err(|_| SealError::Malformed)?;
    let mut out = vec![SUITE_HYBRID];
    out.extend_from_slice(&encapsulated.to_bytes());
    out.extend_from_slice(&text);
    Ok(out)
}

/// The fingerprint of a public key, to be compared by voice before a partner's key is trusted: eight groups
/// of four hexadecimal digits (128 bits of SHA-256).
#[must_use]
pub fn fingerprint(public: &[u8]) -> String {
    let digest = crate::sha256(public);
    let hex = crate::hex::encode(digest.get(..16).unwrap_or_default());
    let groups: Vec<&str> = (0..8).filter_map(|i| hex.get(i * 4..i * 4 + 4)).collect();
    groups.join(" ")
}

/// A user's two private halves.
pub struct UserSecret {
    /// Opens case work.
    pub work: PrivateKey,
    /// Opens names.
    pub identity: PrivateKey,
}

/// A user's two public halves.
#[derive(Clone)]
pub struct UserPublic {
    /// Of the work pair.
    pub work: Vec<u8>,
    /// Of the identity pair.
    pub identity: Vec<u8>,
}

impl UserPublic {
    /// One of the two.
    #[must_use]
    pub fn half(&self, half: Half) -> &[u8] {
        match half {
            Half::Work => &self.work,
            Half::Identity => &self.identity,
        }
    }
}

/// Two new pairs.
#[must_use]
pub fn new_user() -> (UserSecret, UserPublic) {
    let (work, work_public) = PrivateKey::generate();
    let (identity, identity_public) = PrivateKey::generate();
    (UserSecret { work, identity }, UserPublic { work: work_public, identity: identity_public })
}

/// The key of an unlock slot: from what a person has or knows, never stored.
pub struct Kek(Key32);

impl Kek {
    /// From the result of Argon2id over a password; [`crate::password::unlock`] gives it.
    pub(crate) fn from_password(key: &Key32) -> Kek {
        Kek(kdf::derive(key, &[b"slot password"]))
    }

    /// From the 32 bytes that a passkey's PRF extension gives for this user's salt.
    #[must_use]
    pub fn from_prf(output: &[u8; 32]) -> Kek {
        Kek(kdf::derive(output, &[b"slot passkey"]))
    }

    /// From the 128 random bits of a printed recovery code: too many to guess, so no slow function.
    #[must_use]
    pub fn from_recovery(code: &[u8; 16]) -> Kek {
        let mut key = Key32::default();
        key.iter_mut().zip(code).for_each(|(to, from)| *to = *from);
        Kek(kdf::derive(&key, &[b"slot recovery"]))
    }

    /// From the 256 random bits of a session's cookie: what the server keeps of a session opens nothing.
    #[must_use]
    pub fn from_session_token(token: &str) -> Kek {
        Kek(kdf::derive(&crate::sha256(format!("keyring {token}").as_bytes()), &[b"session"]))
    }

    fn aead(&self) -> aws_lc_rs::aead::LessSafeKey {
        cipher::key(&self.0)
    }
}

fn slot_aad(user: &[u8; 16], half: Half) -> Canonical {
    Canonical::new("pristan slot v1").add(&[SUITE]).add(user).add(&[half.byte()])
}

/// Seals a private half into a slot of a user.
#[must_use]
pub fn seal_half(kek: &Kek, user: &[u8; 16], half: Half, secret: &PrivateKey) -> Vec<u8> {
    let mut out = vec![SUITE];
    cipher::seal(&kek.aead(), slot_aad(user, half).bytes(), secret.0.as_slice(), &mut out);
    out
}

/// Opens a slot.
///
/// # Errors
/// Another key, user or half, or changed.
pub fn open_half(kek: &Kek, user: &[u8; 16], half: Half, slot: &[u8]) -> Result<PrivateKey, SealError> {
    let rest = crate::keys::after_suite(slot)?;
    let plain = cipher::open(&kek.aead(), slot_aad(user, half).bytes(), rest)?;
    let bytes = <[u8; 32]>::try_from(plain.as_bytes()).map_err(|_| SealError::Malformed)?;
    Ok(PrivateKey(Key32::new(bytes)))
}

/// What a role key is bound to when it is sealed to a member, or a private half to an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleAt {
    /// The organisation.
    pub organisation: [u8; 16],
    /// What it opens.
    pub class: Class,
    /// Which epoch.
    pub epoch: i64,
}

fn member_aad(at: &RoleAt, user: &[u8; 16]) -> Canonical {
    Canonical::new("pristan role v1")
        .add(&at.organisation)
        .add(&[at.class.byte()])
        .add(&at.epoch.to_be_bytes())
        .add(user)
}

/// Seals a role key to a member's public half.
///
/// # Errors
/// `Malformed` when the public key is none.
pub fn admit(
    at: &RoleAt,
    role: &PrivateKey,
    user: &[u8; 16],
    public: &UserPublic,
) -> Result<Vec<u8>, SealError> {
    seal_to(public.half(at.class.half()), member_aad(at, user).bytes(), &role.0)
}

/// What whoever holds a role key says of a member: this public half is hers, this person let her in. Nobody
/// without the role key can say it, not even with the master key, so a public half that was put into the
/// database by another hand is handed nothing when the epoch turns. `by` is who let her in and when.
#[must_use]
pub fn vouch(
    at: &RoleAt,
    role: &PrivateKey,
    user: &[u8; 16],
    holder_key: &[u8],
    (by, when): (&[u8; 16], i64),
) -> [u8; 32] {
    let key = kdf::derive(&role.0, &[b"member"]);
    let epoch = at.epoch.to_be_bytes();
    let (class, when) = ([at.class.byte()], when.to_be_bytes());
    cipher::mac(&key, &[&at.organisation, &class, &epoch, user, holder_key, by, &when])
}

/// Seals a secret to somebody's public half for a purpose: an officer's share, a recovered half.
///
/// # Errors
/// `Malformed` when the public key is none.
pub fn seal_for(
    public: &[u8],
    purpose: &str,
    context: &[u8],
    secret: &[u8; 32],
) -> Result<Vec<u8>, SealError> {
    seal_to(public, Canonical::new("pristan for v1").add(purpose.as_bytes()).add(context).bytes(), secret)
}

/// Opens what [`seal_for`] made.
///
/// # Errors
/// Another key, purpose or context, or changed.
pub fn open_for(
    key: &PrivateKey,
    purpose: &str,
    context: &[u8],
    sealed: &[u8],
) -> Result<PrivateKey, SealError> {
    key.open(Canonical::new("pristan for v1").add(purpose.as_bytes()).add(context).bytes(), sealed)
        .map(PrivateKey)
}

fn text_aad(purpose: &str, context: &[u8]) -> Canonical {
    Canonical::new("pristan text for v1").add(purpose.as_bytes()).add(context)
}

/// Seals a text of any length to somebody's public half: what she typed and has not saved.
///
/// # Errors
/// `Malformed` when the public key is none.
pub fn seal_text_for(
    public: &[u8],
    purpose: &str,
    context: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, SealError> {
    seal_bytes_to(public, text_aad(purpose, context).bytes(), text)
}

/// Opens what [`seal_text_for`] made.
///
/// # Errors
/// Another key, purpose or context, or changed.
pub fn open_text_for(
    key: &PrivateKey,
    purpose: &str,
    context: &[u8],
    sealed: &[u8],
) -> Result<crate::Secret, SealError> {
    key.open_bytes(text_aad(purpose, context).bytes(), sealed)
}

/// Makes a key out of two halves, or one half out of the key and the other.
pub(crate) fn xor(a: &[u8; 32], b: &[u8; 32]) -> Key32 {
    let mut out = Key32::new(*a);
    out.iter_mut().zip(b).for_each(|(to, from)| *to ^= *from);
    out
}

/// A random key.
pub(crate) fn fresh() -> Key32 {
    let mut key = Key32::default();
    random::fill(key.as_mut_slice());
    key
}

#[cfg(test)]
mod tests;
