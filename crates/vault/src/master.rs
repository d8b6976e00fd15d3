//! The master key and how it is kept: a random key, sealed under a passphrase, a key file, a credential of
//! the service manager, or a key that never leaves a security module.
//!
//! The header is a small JSON text that lies beside the database and belongs in every backup; it opens
//! nothing by itself. The master key is drawn at random and only sealed under the passphrase, so the
//! passphrase can be changed ([`reseal`]) without touching a single other key. The sealed key is the check
//! value too: when it does not open although the header's digest is right, the passphrase was wrong; when
//! the digest is not right, the header is damaged, and no passphrase would help.
//!
//! A credential holds the same 64 digits as a key file, only that systemd keeps it encrypted (to the machine
//! or its TPM) and lays it out for the service alone. Either opens what the other sealed: the copy of the
//! digits in the safe still opens everything when the machine is gone.

mod token;

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cipher::{self, Canonical};
use crate::kdf::{self, Cost, Key32};
use crate::{hex, random, same};

pub use token::Token;

/// Newest form of the header that is known. 2 brought credentials and tokens; the rest is still written as 1,
/// so that an older program opens it.
const VERSION: u8 = 2;
/// A key file is 64 digits; anything much longer is some other file and is not read into memory.
const KEY_FILE_LIMIT: u64 = 4096;

/// The key under everything. Wiped when dropped; it cannot be printed.
pub struct MasterKey(Key32);

impl MasterKey {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key made from a fixed pattern, for tests of the crates above. Not for anything that holds data.
    #[must_use]
    pub fn for_tests(pattern: u8) -> Self {
        Self(Zeroizing::new([pattern; 32]))
    }
}

/// Where the secret that opens the master key comes from.
#[derive(Clone, Copy)]
pub enum MasterSource<'a> {
    /// Typed at start or handed over by the service manager.
    Passphrase(&'a str),
    /// A file written by [`create_key_file`], kept away from the database.
    KeyFile(&'a Path),
    /// A file with the same content as a key file, laid out by systemd in `$CREDENTIALS_DIRECTORY`.
    Credential {
        /// That folder.
        directory: &'a Path,
        /// Name of the credential: one name, no path.
        name: &'a str,
    },
    /// A key in a security module.
    Pkcs11(Token<'a>),
}

/// What kind of secret opens a header; what a program has to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealKind<'a> {
    /// A passphrase.
    Passphrase,
    /// A key file.
    KeyFile,
    /// A credential of this name.
    Credential(&'a str),
    /// This key of this token.
    Pkcs11 {
        /// Label of the token.
        label: &'a str,
        /// Label of the key in it.
        key: &'a str,
    },
}

/// What is stored to open the master key again. It holds no secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterHeader {
    version: u8,
    seal: Seal,
    /// `suite | nonce | ciphertext | tag` in hexadecimal.
    master: String,
    /// SHA-256 of all the rest: tells damage from a wrong passphrase. It guards against accidents, not
    /// against people; against those the sealed key's associated data does.
    digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Seal {
    Passphrase {
        cost: Cost,
        salt: String,
    },
    KeyFile,
    Credential {
        name: String,
    },
    /// The token's key seals a random key, and that one the master key. Which library drives the token is
    /// not written down: whoever can change the header must not choose what code is loaded.
    Pkcs11 {
        label: String,
        key: String,
        /// `nonce | ciphertext | tag` of AES-256-GCM in hexadecimal.
        wrapped: String,
    },
}

/// Why the master key could not be opened or made. One plain line each, fit to be shown at the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterError {
    /// The header is sound, the passphrase is not the one.
    #[error("The passphrase is wrong.")]
    WrongPassphrase,
    /// The header is sound, the key file is not the one.
    #[error("The key file does not belong to this database.")]
    WrongKeyFile,
    /// The header cannot be read; restore it from a backup.
    #[error("The master key header is damaged. Restore it from a backup.")]
    Damaged,
    /// Written by a later version of the program.
    #[error("The master key header was written by a newer version of the program.")]
    Newer,
    /// A passphrase is asked for and none was given.
    #[error("This database opens with a passphrase.")]
    NeedsPassphrase,
    /// A key file is asked for and none was given.
    #[error("This database opens with a key file.")]
    NeedsKeyFile,
    /// The key file is missing, unreadable or not a key file.
    #[error("The key file cannot be read.")]
    KeyFileUnreadable,
    /// There is a file already; it may be the only key to something.
    #[error("There is a file of that name already; a key file is never overwritten.")]
    KeyFileExists,
    /// The key file could not be written.
    #[error("The key file cannot be written.")]
    KeyFileUnwritable,
    /// A credential is asked for and none was given.
    #[error(
        "This database opens with a credential of the service manager, or the key file it was made from."
    )]
    NeedsCredential,
    /// There is no such credential, it is no plain name, or it does not hold what a key file holds.
    #[error("The credential cannot be read.")]
    CredentialUnreadable,
    /// A token is asked for and none was given, or one with other labels.
    #[error("This database opens with a key in a security module.")]
    NeedsToken,
    /// This program was built without PKCS#11.
    #[error("This program was built without support for security modules.")]
    NoTokens,
    /// The library cannot be loaded, or is no PKCS#11 library.
    #[error("The library of the security module cannot be used.")]
    TokenLibrary,
    /// No token of that label, or more than one.
    #[error("There is not exactly one token of that label.")]
    TokenMissing,
    /// The PIN is wrong. Many tokens lock after a few of these.
    #[error("The PIN of the token is wrong.")]
    TokenPin,
    /// The PIN is locked.
    #[error("The PIN of the token is locked.")]
    TokenLocked,
    /// No key of that label, or more than one.
    #[error("There is not exactly one AES key of that label in the token.")]
    TokenKey,
    /// The key could be read out of the token, so it protects nothing.
    #[error("The key of that label can be read out of the token. Use one that cannot.")]
    TokenKeyExtractable,
    /// The token's key is not the one that sealed the header.
    #[error("The key in the token does not belong to this database.")]
    WrongToken,
    /// Anything else the token did not want to do.
    #[error("The token refused. Does it do AES-256-GCM?")]
    TokenRefused,
    /// The new header did not open again to the same key. Nothing was changed.
    #[error("The newly sealed master key did not open again. Nothing was changed.")]
    NotTheSame,
    /// Key derivation refused the cost or could not get its memory.
    #[error("There is not enough memory to open the master key.")]
    Memory,
}

/// Makes a new random master key and the header that opens it again. `cost` counts for passphrases only;
/// use [`Cost::MASTER`].
///
/// # Errors
/// The key file cannot be read, or there is no memory for the derivation.
pub fn create(source: MasterSource<'_>, cost: Cost) -> Result<(MasterKey, MasterHeader), MasterError> {
    let mut key = Key32::default();
    random::fill(key.as_mut_slice());
    let key = MasterKey(key);
    let header = reseal(&key, source, cost)?;
    Ok((key, header))
}

/// Seals an open master key under another passphrase or key file. The old header still opens until it and
/// its backups are gone.
///
/// # Errors
/// As for [`create`].
pub fn reseal(key: &MasterKey, source: MasterSource<'_>, cost: Cost) -> Result<MasterHeader, MasterError> {
    let (seal, outer) = Seal::new(source, cost)?;
    let mut sealed = vec![cipher::SUITE];
    cipher::seal(&cipher::key(&outer), seal.canonical().bytes(), key.bytes(), &mut sealed);
    let version = match seal {
        Seal::Passphrase { .. } | Seal::KeyFile => 1,
        Seal::Credential { .. } | Seal::Pkcs11 { .. } => 2,
    };
    let mut header = MasterHeader { version, seal, master: hex::encode(&sealed), digest: String::new() };
    header.digest = header.compute_digest();
    Ok(header)
}

/// Opens `header` with the old source, seals the key under the new one, and opens it once more to see that
/// it does. The new header may then take the old one's place.
///
/// # Errors
/// Either source does not work, or [`MasterError::NotTheSame`]: the old header must stay then.
pub fn move_to(
    header: &MasterHeader,
    old: MasterSource<'_>,
    new: MasterSource<'_>,
    cost: Cost,
) -> Result<MasterHeader, MasterError> {
    let key = open(header, old)?;
    let moved = reseal(&key, new, cost)?;
    let again = MasterHeader::from_json(&moved.to_json()).and_then(|read| open(&read, new));
    match again {
        Ok(again) if same(again.bytes(), key.bytes()) => Ok(moved),
        _ => Err(MasterError::NotTheSame),
    }
}

/// Opens the master key.
///
/// # Errors
/// See [`MasterError`]; a wrong passphrase, a damaged header and the wrong kind of source are told apart.
pub fn open(header: &MasterHeader, source: MasterSource<'_>) -> Result<MasterKey, MasterError> {
    if header.version > VERSION {
        return Err(MasterError::Newer);
    }
    if header.version == 0 || header.digest != header.compute_digest() {
        return Err(MasterError::Damaged);
    }
    let sealed = hex::decode(&header.master).ok_or(MasterError::Damaged)?;
    let Some((&cipher::SUITE, sealed)) = sealed.split_first() else { return Err(MasterError::Damaged) };
    let outer = header.seal.outer_key(source)?;
    let opened = cipher::open(&cipher::key(&outer), header.seal.canonical().bytes(), sealed).map_err(
        |_| match header.seal {
            Seal::Passphrase { .. } => MasterError::WrongPassphrase,
            Seal::KeyFile | Seal::Credential { .. } => MasterError::WrongKeyFile,
            Seal::Pkcs11 { .. } => MasterError::WrongToken,
        },
    )?;
    let mut key = Key32::default();
    if opened.len() != key.len() {
        return Err(MasterError::Damaged);
    }
    key.copy_from_slice(opened.as_bytes());
    Ok(MasterKey(key))
}

/// Writes 32 random bytes as 64 hexadecimal digits, readable by the owner alone.
///
/// # Errors
/// A file of that name exists, or it cannot be written to the disk.
pub fn create_key_file(path: &Path) -> Result<(), MasterError> {
    let mut key = Key32::default();
    random::fill(key.as_mut_slice());
    let mut text = Zeroizing::new(hex::encode(key.as_slice()));
    text.push('\n');
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => MasterError::KeyFileExists,
        _ => MasterError::KeyFileUnwritable,
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|_| MasterError::KeyFileUnwritable)
}

fn read_key_file(path: &Path) -> Result<Key32, MasterError> {
    let unreadable = |_| MasterError::KeyFileUnreadable;
    let mut text = Zeroizing::new(String::with_capacity(128));
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(KEY_FILE_LIMIT).read_to_string(&mut text).map_err(unreadable)?;
    let bytes = hex::decode(text.trim()).filter(|b| b.len() == 32).ok_or(MasterError::KeyFileUnreadable)?;
    let mut key = Key32::default();
    key.copy_from_slice(&bytes);
    Ok(key)
}

impl MasterHeader {
    /// The header as JSON with line breaks, ready to be written to a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        cipher::cannot_fail(serde_json::to_string_pretty(self))
    }

    /// Reads a header.
    ///
    /// # Errors
    /// [`MasterError::Damaged`] when it is not one, [`MasterError::Newer`] when a later version wrote it.
    pub fn from_json(text: &str) -> Result<Self, MasterError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        match serde_json::from_str::<Versioned>(text) {
            Ok(v) if v.version > u64::from(VERSION) => Err(MasterError::Newer),
            Ok(_) => serde_json::from_str(text).map_err(|_| MasterError::Damaged),
            Err(_) => Err(MasterError::Damaged),
        }
    }

    /// What opens it.
    #[must_use]
    pub fn kind(&self) -> SealKind<'_> {
        match &self.seal {
            Seal::Passphrase { .. } => SealKind::Passphrase,
            Seal::KeyFile => SealKind::KeyFile,
            Seal::Credential { name } => SealKind::Credential(name),
            Seal::Pkcs11 { label, key, .. } => SealKind::Pkcs11 { label, key },
        }
    }

    fn compute_digest(&self) -> String {
        let all = self.seal.canonical().add(&[self.version]).add(self.master.as_bytes());
        hex::encode(&crate::sha256(all.bytes()))
    }
}

impl Seal {
    /// What will stand in the header, and the key it leads to.
    fn new(source: MasterSource<'_>, cost: Cost) -> Result<(Self, Key32), MasterError> {
        let seal = match source {
            MasterSource::Passphrase(_) => {
                Self::Passphrase { cost, salt: hex::encode(&random::bytes::<32>()) }
            }
            MasterSource::KeyFile(_) => Self::KeyFile,
            MasterSource::Credential { name, .. } => Self::Credential { name: name.to_owned() },
            MasterSource::Pkcs11(token) => {
                let mut outer = Key32::default();
                random::fill(outer.as_mut_slice());
                let wrapped = hex::encode(&token.wrap(&outer)?);
                let (label, key) = (token.label.to_owned(), token.key.to_owned());
                return Ok((Self::Pkcs11 { label, key, wrapped }, outer));
            }
        };
        let outer = seal.outer_key(source)?;
        Ok((seal, outer))
    }

    /// Everything in the header that decides about the key; bound to it as associated data.
    fn canonical(&self) -> Canonical {
        let base = Canonical::new("pristan master v1").add(&[cipher::SUITE]);
        match self {
            Self::Passphrase { cost, salt } => [cost.m, cost.t, cost.p]
                .into_iter()
                .fold(base.add(b"passphrase"), |c, n| c.add(&n.to_be_bytes()))
                .add(salt.as_bytes()),
            Self::KeyFile => base.add(b"keyfile"),
            Self::Credential { name } => base.add(b"credential").add(name.as_bytes()),
            Self::Pkcs11 { label, key, wrapped } => {
                base.add(b"pkcs11").add(label.as_bytes()).add(key.as_bytes()).add(wrapped.as_bytes())
            }
        }
    }

    fn outer_key(&self, source: MasterSource<'_>) -> Result<Key32, MasterError> {
        match (self, source) {
            (Self::Passphrase { cost, salt }, MasterSource::Passphrase(text)) => {
                let salt = hex::decode(salt).ok_or(MasterError::Damaged)?;
                if !cost.is_sane() {
                    return Err(MasterError::Damaged);
                }
                kdf::argon2id(text.as_bytes(), &salt, *cost).ok_or(MasterError::Memory)
            }
            (Self::KeyFile | Self::Credential { .. }, MasterSource::KeyFile(path)) => {
                Ok(kdf::derive(&*read_key_file(path)?, &[b"key file"]))
            }
            (Self::KeyFile | Self::Credential { .. }, MasterSource::Credential { directory, name }) => {
                let plain = Path::new(name).file_name().is_some_and(|file| file == name);
                let path = plain.then(|| directory.join(name)).ok_or(MasterError::CredentialUnreadable)?;
                let key = read_key_file(&path).map_err(|_| MasterError::CredentialUnreadable)?;
                Ok(kdf::derive(&key, &[b"key file"]))
            }
            (Self::Pkcs11 { label, key, wrapped }, MasterSource::Pkcs11(token))
                if label == token.label && key == token.key =>
            {
                token.unwrap(&hex::decode(wrapped).ok_or(MasterError::Damaged)?)
            }
            (Self::Passphrase { .. }, _) => Err(MasterError::NeedsPassphrase),
            (Self::KeyFile, _) => Err(MasterError::NeedsKeyFile),
            (Self::Credential { .. }, _) => Err(MasterError::NeedsCredential),
            (Self::Pkcs11 { .. }, _) => Err(MasterError::NeedsToken),
        }
    }
}

#[cfg(test)]
mod tests;
