//! Data keys, the one call that opens them, and everything derived from the master key.

use aws_lc_rs::aead::LessSafeKey;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::cipher::{self, Canonical, SUITE, SealError};
use crate::compartment::Compartment;
use crate::kdf::{self, Key32};
use crate::master::MasterKey;
use crate::secret::Secret;
use crate::{hex, log, random, same};

/// Purposes of [`Vault::seal_small`] that more than one room uses.
pub mod purpose {
    /// What somebody typed and has not saved yet.
    pub const DRAFT: &str = "draft";
    /// What a reference in an address or a token stands for.
    pub const REFERENCE: &str = "reference";
}

/// The id of a data key: the first 16 bytes of a MAC under that key. It reveals nothing of the key, and it
/// binds a blob to it, so that no one can make a blob that two keys open to two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 16]);

/// A data key sealed under its compartment's key: `suite | nonce | ciphertext | tag`, 61 bytes. The key id,
/// the compartment and the suite are bound to it. Not bound is the subject: keys are made in advance as a
/// pool and get their subject later, in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(pub Vec<u8>);

/// A data key in the open. Wiped when dropped; it cannot be printed or cloned.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    fn id(&self) -> KeyId {
        let mac = cipher::mac(&self.0, &[b"pristan key id v1"]);
        KeyId(mac.first_chunk::<16>().copied().unwrap_or_default())
    }
}

/// On whose behalf a key is opened. Stage one opens everything under the master key and only carries this
/// along; in the next stage the person's and the organisation's role keys are looked up by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: [u8; 16],
    /// The organisation it acts for.
    pub organisation: [u8; 16],
}

/// Where wrapped keys are kept: for each subject (a case, a person, a file) one per compartment.
pub trait Keystore {
    /// What can go wrong in the store.
    type Error;

    /// The subject's key of that compartment, or nothing if it has none (any more).
    ///
    /// # Errors
    /// The store could not be read.
    fn wrapped(
        &mut self,
        subject: &[u8; 16],
        compartment: Compartment,
    ) -> Result<Option<(KeyId, WrappedKey)>, Self::Error>;

    /// Binds a key from the pool (made by [`Vault::new_wrapped`] for this compartment) to the subject and
    /// returns it. If another writer was first, it returns that one's key.
    ///
    /// # Errors
    /// The store could not be written, or the subject was erased.
    fn bind_new(
        &mut self,
        subject: &[u8; 16],
        compartment: Compartment,
    ) -> Result<(KeyId, WrappedKey), Self::Error>;
}

/// Why a subject's key did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError<E> {
    /// There is no key: nothing was ever sealed there, or it was erased.
    #[error("there is no key for this compartment")]
    NoKey,
    /// The wrapped key was changed, belongs to another compartment or to another master key.
    #[error("the key does not open: {0}")]
    Key(SealError),
    /// The keystore itself failed.
    #[error("the keystore failed")]
    Keystore(E),
}

/// The exact place a sealed field lies in. All of it is associated data: moved to another row, field,
/// table or organisation, or brought back from an older version, a blob does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The organisation the row belongs to.
    pub organisation: &'a [u8; 16],
    /// The table's name.
    pub table: &'a str,
    /// The row's id.
    pub row: &'a [u8; 16],
    /// The column's name.
    pub field: &'a str,
    /// The row's version that this content belongs to.
    pub version: i64,
}

/// Everything derived from the master key. One per process; cheap to share behind an `Arc`.
pub struct Vault {
    keks: [LessSafeKey; 6],
    search: Key32,
    fact: Key32,
    log: Key32,
    note: log::NoteKey,
    session: Key32,
    small: Key32,
}

impl Vault {
    /// Derives one key per compartment and per use (HKDF-SHA256, a label of its own for each).
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let derive = |label: &str| kdf::derive(master.bytes(), &[label.as_bytes()]);
        Self {
            keks: Compartment::ALL
                .map(|c| cipher::key(&kdf::derive(master.bytes(), &[b"compartment ", c.code().as_bytes()]))),
            search: derive("search"),
            fact: derive("fact"),
            log: derive("log"),
            note: log_key(&derive("log note ed25519")),
            session: derive("session"),
            small: derive("small"),
        }
    }

    fn kek(&self, compartment: Compartment) -> &LessSafeKey {
        let [c0, c1, c2, c3, c4, c5] = &self.keks;
        match compartment {
            Compartment::C0 => c0,
            Compartment::C1 => c1,
            Compartment::C2 => c2,
            Compartment::C3 => c3,
            Compartment::C4 => c4,
            Compartment::C5 => c5,
        }
    }

    /// A new random data key for the keystore's pool of that compartment.
    #[must_use]
    pub fn new_wrapped(&self, compartment: Compartment) -> (KeyId, WrappedKey) {
        let mut key = DataKey([0; 32]);
        random::fill(&mut key.0);
        let id = key.id();
        let mut wrapped = vec![SUITE];
        cipher::seal(self.kek(compartment), wrap_aad(id, compartment).bytes(), &key.0, &mut wrapped);
        (id, WrappedKey(wrapped))
    }

    /// Opens a wrapped key, for `rekey` and for verifying a whole store. Use cases call [`Vault::open`].
    ///
    /// # Errors
    /// It was changed, or belongs to another id, compartment or master key.
    pub fn unwrap_key(
        &self,
        compartment: Compartment,
        id: KeyId,
        wrapped: &WrappedKey,
    ) -> Result<DataKey, SealError> {
        let sealed = after_suite(&wrapped.0)?;
        let opened = cipher::open(self.kek(compartment), wrap_aad(id, compartment).bytes(), sealed)?;
        let mut key = DataKey([0; 32]);
        if opened.len() != key.0.len() {
            return Err(SealError::Malformed);
        }
        key.0.copy_from_slice(opened.as_bytes());
        if key.id() == id { Ok(key) } else { Err(SealError::OtherKey) }
    }

    /// The one call: opens the subject's data key of a compartment for `actor`. The caller has asked the
    /// policy before; this call does not decide, it makes the decision matter.
    ///
    /// # Errors
    /// There is no key, it does not open, or the keystore failed.
    pub fn open<K: Keystore>(
        &self,
        actor: &Actor,
        subject: &[u8; 16],
        compartment: Compartment,
        keystore: &mut K,
    ) -> Result<Opened, OpenError<K::Error>> {
        let found = keystore.wrapped(subject, compartment).map_err(OpenError::Keystore)?;
        let (id, wrapped) = found.ok_or(OpenError::NoKey)?;
        self.opened(actor, compartment, id, &wrapped)
    }

    /// As [`Vault::open`], and binds a new key where the subject has none: for the first write.
    ///
    /// # Errors
    /// The key does not open, or the keystore failed.
    pub fn open_or_create<K: Keystore>(
        &self,
        actor: &Actor,
        subject: &[u8; 16],
        compartment: Compartment,
        keystore: &mut K,
    ) -> Result<Opened, OpenError<K::Error>> {
        let (id, wrapped) = match keystore.wrapped(subject, compartment).map_err(OpenError::Keystore)? {
            Some(found) => found,
            None => keystore.bind_new(subject, compartment).map_err(OpenError::Keystore)?,
        };
        self.opened(actor, compartment, id, &wrapped)
    }

    fn opened<E>(
        &self,
        _actor: &Actor,
        compartment: Compartment,
        id: KeyId,
        wrapped: &WrappedKey,
    ) -> Result<Opened, OpenError<E>> {
        let key = self.unwrap_key(compartment, id, wrapped).map_err(OpenError::Key)?;
        Ok(Opened { key: cipher::key(&key.0), id, compartment })
    }

    /// A blind search token: 63 bits, different for each organisation and field, so that two
    /// organisations' tables cannot be laid side by side.
    #[must_use]
    pub fn blind(&self, organisation: &[u8; 16], field: &str, token: &str) -> i64 {
        cipher::code63(&cipher::mac(&self.search, &[organisation, field.as_bytes(), token.as_bytes()]))
    }

    /// A code of the statistics (C1) as a number that says nothing without the key.
    #[must_use]
    pub fn fact_code(&self, code: &str) -> i64 {
        cipher::code63(&cipher::mac(&self.fact, &[code.as_bytes()]))
    }

    /// Seals something small that the server itself must open without anybody's key: drafts, what a token
    /// stands for. Each purpose has its own key; `context` (an id, an account) is bound to it.
    #[must_use]
    pub fn seal_small(&self, purpose: &str, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut out = vec![SUITE];
        cipher::seal(&self.small_key(purpose), small_aad(context).bytes(), plain, &mut out);
        out
    }

    /// Opens what [`Vault::seal_small`] made for the same purpose and context.
    ///
    /// # Errors
    /// It was changed, or belongs elsewhere.
    pub fn open_small(&self, purpose: &str, context: &[u8], blob: &[u8]) -> Result<Secret, SealError> {
        cipher::open(&self.small_key(purpose), small_aad(context).bytes(), after_suite(blob)?)
    }

    fn small_key(&self, purpose: &str) -> LessSafeKey {
        cipher::key(&kdf::derive(&self.small, &[b"purpose ", purpose.as_bytes()]))
    }

    /// The token against cross-site requests that belongs to a session: 64 hexadecimal digits.
    #[must_use]
    pub fn csrf(&self, session_token: &str) -> String {
        hex::encode(&cipher::mac(&self.session, &[b"csrf", session_token.as_bytes()]))
    }

    /// Whether `given` is the session's token; the time does not depend on how much of it is right.
    #[must_use]
    pub fn csrf_matches(&self, session_token: &str, given: &str) -> bool {
        same(self.csrf(session_token).as_bytes(), given.as_bytes())
    }

    /// The MAC of the audit log's head, so that who can only write to the database cannot make one.
    #[must_use]
    pub fn mac_head(&self, size: u64, root: &[u8; 32]) -> [u8; 32] {
        cipher::mac(&self.log, &[b"head v1", &size.to_be_bytes(), root])
    }

    /// Keyed digest of a text: reasons in the log, identities of an import, people at trainings.
    #[must_use]
    pub fn mac_text(&self, purpose: &str, text: &str) -> [u8; 32] {
        cipher::mac(&self.log, &[b"text v1", purpose.as_bytes(), text.as_bytes()])
    }

    /// The key that signs the log's checkpoints. Its name, the log's origin, is made from the key: two
    /// installations never share one.
    #[must_use]
    pub fn log_key(&self) -> &log::NoteKey {
        &self.note
    }

    /// Whether `mac` is that head's.
    #[must_use]
    pub fn head_matches(&self, size: u64, root: &[u8; 32], mac: &[u8]) -> bool {
        same(&self.mac_head(size, root), mac)
    }
}

fn log_key(seed: &Key32) -> log::NoteKey {
    let digest = cipher::mac(seed, &[b"origin"]);
    let short = digest.first_chunk::<8>().copied().unwrap_or_default();
    let origin = format!("pristan.invalid/log/{}", hex::encode(&short));
    log::NoteKey::from_seed(&origin, log::KeyKind::Ed25519, seed)
}

fn wrap_aad(id: KeyId, compartment: Compartment) -> Canonical {
    Canonical::new("pristan wrap v1").add(&[SUITE]).add(&id.0).add(&[compartment.byte()])
}

fn small_aad(context: &[u8]) -> Canonical {
    Canonical::new("pristan small v1").add(&[SUITE]).add(context)
}

fn after_suite(blob: &[u8]) -> Result<&[u8], SealError> {
    match blob.split_first() {
        Some((&SUITE, rest)) => Ok(rest),
        Some(_) => Err(SealError::UnknownSuite),
        None => Err(SealError::Malformed),
    }
}

/// Which key a field's blob was sealed under, without opening it: for verifying and re-keying.
#[must_use]
pub fn key_of(blob: &[u8]) -> Option<KeyId> {
    after_suite(blob).ok()?.first_chunk::<16>().map(|id| KeyId(*id))
}

/// An opened data key: seals and unseals fields of one subject in one compartment.
pub struct Opened {
    key: LessSafeKey,
    id: KeyId,
    compartment: Compartment,
}

impl Opened {
    /// The compartment it was opened for.
    #[must_use]
    pub fn compartment(&self) -> Compartment {
        self.compartment
    }

    /// The data key's id.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.id
    }

    /// Seals a field's content: `suite (1) | key id (16) | nonce (12) | ciphertext | tag (16)`, 45 bytes
    /// longer than `plain`. Twice the same text gives two different blobs.
    #[must_use]
    pub fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(45 + plain.len());
        out.push(SUITE);
        out.extend_from_slice(&self.id.0);
        cipher::seal(&self.key, self.aad(place).bytes(), plain, &mut out);
        out
    }

    /// Opens a field's content.
    ///
    /// # Errors
    /// Anything about it is not as it was sealed: key, place, version, compartment or a single bit.
    pub fn unseal(&self, place: &Place<'_>, blob: &[u8]) -> Result<Secret, SealError> {
        let (id, sealed) = after_suite(blob)?.split_first_chunk::<16>().ok_or(SealError::Malformed)?;
        if *id != self.id.0 {
            return Err(SealError::OtherKey);
        }
        cipher::open(&self.key, self.aad(place).bytes(), sealed)
    }

    fn aad(&self, place: &Place<'_>) -> Canonical {
        Canonical::new("pristan field v1")
            .add(&[SUITE])
            .add(&self.id.0)
            .add(&[self.compartment.byte()])
            .add(place.organisation)
            .add(place.table.as_bytes())
            .add(place.row)
            .add(place.field.as_bytes())
            .add(&place.version.to_be_bytes())
    }
}

#[cfg(test)]
mod tests;
