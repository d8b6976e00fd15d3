//! Data keys, the one call that opens them, and everything derived from the master key.

use aws_lc_rs::aead::LessSafeKey;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::cipher::{self, Canonical, SUITE, SealError};
use crate::compartment::Compartment;
use crate::kdf::{self, Key32};
use crate::master::MasterKey;
use crate::people::{self, Class, Half, Keyring, RoleAt, RoleKey};
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

/// What the database has of a data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The data key's id, as it stands in front of every blob.
    pub id: KeyId,
    /// The id of the half that the keystore has. The same as `id` where the server alone opens the key.
    pub half_id: KeyId,
    /// That half, under the master key.
    pub half: WrappedKey,
    /// Does the key hang from people? Then the other half is needed, which was granted to some.
    pub rooted: bool,
    /// What was granted to whoever asks: to his organisation, to himself.
    pub grants: Vec<Grant>,
}

/// The people's half of a data key, sealed to one holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Organisation or user.
    pub holder: [u8; 16],
    /// Epoch of the organisation's role key; 0 for a user's own key.
    pub epoch: i64,
    /// The sealed half.
    pub sealed: Vec<u8>,
}

/// Why a subject's key did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The key hangs from people, and none of the keys of whoever asks opens it.
    #[error("no key at hand opens this")]
    Locked,
    /// The wrapped key was changed, belongs to another compartment or to another master key.
    #[error("the key does not open: {0}")]
    Key(SealError),
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
    targets: crate::Targets,
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
            targets: crate::Targets::new(derive("search target")),
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

    /// The one call: opens a data key with what `keyring` holds. The caller has asked the policy before;
    /// this call does not decide, it makes the decision matter.
    ///
    /// # Errors
    /// `Locked` when no key at hand opens it; `Key` when something was changed.
    pub fn open(
        &self,
        keyring: &Keyring,
        compartment: Compartment,
        found: &Found,
    ) -> Result<Opened, OpenError> {
        let server = self.unwrap_key(compartment, found.half_id, &found.half).map_err(OpenError::Key)?;
        if !found.rooted {
            return if found.id == found.half_id {
                Ok(Opened::new(&server.0, found.id, compartment, None))
            } else {
                Err(OpenError::Key(SealError::OtherKey))
            };
        }
        let mut fault = OpenError::Locked;
        for grant in &found.grants {
            match people_half(keyring, compartment, found.id, grant) {
                Ok(Some(people)) => {
                    let key = people::xor(&server.0, &people);
                    let opened = Opened::new(&key, found.id, compartment, Some(people));
                    // Two halves that do not belong together make a key that sealed nothing.
                    return if DataKey(*key).id() == found.id {
                        Ok(opened)
                    } else {
                        Err(OpenError::Key(SealError::OtherKey))
                    };
                }
                Ok(None) => {}
                Err(error) => fault = OpenError::Key(error),
            }
        }
        Err(fault)
    }

    /// A new data key that hangs from people: its server half is one from the keystore's pool, its people's
    /// half is new and to be granted with [`Opened::grant`].
    ///
    /// # Errors
    /// The half was changed.
    pub fn root_new(
        &self,
        compartment: Compartment,
        half_id: KeyId,
        half: &WrappedKey,
    ) -> Result<Opened, SealError> {
        let server = self.unwrap_key(compartment, half_id, half)?;
        let people = people::fresh();
        let key = people::xor(&server.0, &people);
        let id = DataKey(*key).id();
        Ok(Opened::new(&key, id, compartment, Some(people)))
    }

    /// Takes a data key that the server alone opens out of its hand: the same key (nothing has to be sealed
    /// anew) is split between a new server half and a people's half, to be granted. After that the old
    /// wrapped key is destroyed by the caller.
    ///
    /// # Errors
    /// Either was changed.
    pub fn reroot(
        &self,
        compartment: Compartment,
        (id, wrapped): (KeyId, &WrappedKey),
        (half_id, half): (KeyId, &WrappedKey),
    ) -> Result<Opened, SealError> {
        let key = self.unwrap_key(compartment, id, wrapped)?;
        let server = self.unwrap_key(compartment, half_id, half)?;
        Ok(Opened::new(&key.0, id, compartment, Some(people::xor(&key.0, &server.0))))
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

    /// What the tokens of the server's index stand for.
    #[must_use]
    pub fn targets(&self) -> &crate::Targets {
        &self.targets
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

    /// The keyed digest that binds rows of authority: who signs in with what, whose keys are whose. It can be
    /// handed on without the vault, and makes nothing else.
    pub fn row_seal(&self) -> impl Fn(&[&[u8]]) -> [u8; 32] + Send + Sync + 'static {
        let key = crate::kdf::derive(&self.log, &[b"rows v1"]);
        move |fields| cipher::mac(&key, fields)
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

pub(crate) fn after_suite(blob: &[u8]) -> Result<&[u8], SealError> {
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

/// The people's half out of one grant; nothing when the keyring does not have the key it is sealed to.
fn people_half(
    keyring: &Keyring,
    compartment: Compartment,
    id: KeyId,
    grant: &Grant,
) -> Result<Option<Key32>, SealError> {
    let aad = grant_aad(id, compartment, &grant.holder, grant.epoch);
    match Class::of(compartment) {
        Some(class) if grant.epoch > 0 => keyring
            .role(&RoleAt { organisation: grant.holder, class, epoch: grant.epoch })
            .map(|key| key.open(aad.bytes(), &grant.sealed))
            .transpose(),
        // What was sealed to a pair that somebody has lost since stays there, in case it is found.
        _ => Ok(keyring.half(Half::Identity).and_then(|key| key.open(aad.bytes(), &grant.sealed).ok())),
    }
}

/// Seals a grant of an organisation anew under another role key of the same class: when its epoch turns.
///
/// # Errors
/// It does not open under `from`; the classes differ.
pub fn rewrap(
    compartment: Compartment,
    id: KeyId,
    grant: &Grant,
    from: &RoleKey,
    to: &RoleKey,
) -> Result<Grant, SealError> {
    let class = Class::of(compartment);
    if class != Some(from.at.class) || class != Some(to.at.class) || from.at.organisation != grant.holder {
        return Err(SealError::OtherKey);
    }
    let people =
        from.key.open(grant_aad(id, compartment, &grant.holder, grant.epoch).bytes(), &grant.sealed)?;
    let sealed = to.key.seal(grant_aad(id, compartment, &to.at.organisation, to.at.epoch).bytes(), &people);
    Ok(Grant { holder: to.at.organisation, epoch: to.at.epoch, sealed })
}

fn grant_aad(id: KeyId, compartment: Compartment, holder: &[u8; 16], epoch: i64) -> Canonical {
    Canonical::new("pristan grant v1")
        .add(&id.0)
        .add(&[compartment.byte()])
        .add(holder)
        .add(&epoch.to_be_bytes())
}

/// An opened data key: seals and unseals fields of one subject in one compartment.
pub struct Opened {
    key: LessSafeKey,
    id: KeyId,
    compartment: Compartment,
    people: Option<Key32>,
}

/// To whom a data key is granted.
pub enum Holder<'a> {
    /// An organisation whose role key is at hand.
    Role(&'a RoleKey),
    /// An organisation by its public role key.
    Organisation {
        /// Which role key.
        at: RoleAt,
        /// Its public half.
        public: &'a [u8],
    },
    /// A user by name: C4, break-glass.
    User {
        /// Who.
        user: [u8; 16],
        /// Public half of the identity pair.
        public: &'a [u8],
    },
}

impl Opened {
    fn new(key: &[u8; 32], id: KeyId, compartment: Compartment, people: Option<Key32>) -> Opened {
        Opened { key: cipher::key(key), id, compartment, people }
    }

    /// Grants the key: seals its people's half to a holder.
    ///
    /// # Errors
    /// `OtherKey` when the key hangs from the server alone or the holder's key is of another class;
    /// `Malformed` when the public key is none.
    pub fn grant(&self, holder: &Holder<'_>) -> Result<Grant, SealError> {
        let people = self.people.as_ref().ok_or(SealError::OtherKey)?;
        let fits = |at: &RoleAt| Class::of(self.compartment) == Some(at.class) && at.epoch > 0;
        let aad = |holder: &[u8; 16], epoch| grant_aad(self.id, self.compartment, holder, epoch);
        let (holder, epoch, sealed) = match holder {
            Holder::Role(role) if fits(&role.at) => {
                let at = role.at;
                let sealed = role.key.seal(aad(&at.organisation, at.epoch).bytes(), people);
                (at.organisation, at.epoch, sealed)
            }
            Holder::Organisation { at, public } if fits(at) => {
                let sealed = people::seal_to(public, aad(&at.organisation, at.epoch).bytes(), people)?;
                (at.organisation, at.epoch, sealed)
            }
            Holder::User { user, public } => {
                (*user, 0, people::seal_to(public, aad(user, 0).bytes(), people)?)
            }
            Holder::Role(_) | Holder::Organisation { .. } => return Err(SealError::OtherKey),
        };
        Ok(Grant { holder, epoch, sealed })
    }

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
