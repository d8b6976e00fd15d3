//! The master key and how it is kept: a random key, sealed under a passphrase or a key file.
//!
//! The header is a small JSON text that lies beside the database and belongs in every backup; it opens
//! nothing by itself. The master key is drawn at random and only sealed under the passphrase, so the
//! passphrase can be changed ([`reseal`]) without touching a single other key. The sealed key is the check
//! value too: when it does not open although the header's digest is right, the passphrase was wrong; when
//! the digest is not right, the header is damaged, and no passphrase would help.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cipher::{self, Canonical};
use crate::kdf::{self, Cost, Key32};
use crate::{hex, random};

const VERSION: u8 = 1;
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
    Passphrase { cost: Cost, salt: String },
    KeyFile,
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
    let seal = match source {
        MasterSource::Passphrase(_) => Seal::Passphrase { cost, salt: hex::encode(&random::bytes::<32>()) },
        MasterSource::KeyFile(_) => Seal::KeyFile,
    };
    let outer = seal.outer_key(source)?;
    let mut sealed = vec![cipher::SUITE];
    cipher::seal(&cipher::key(&outer), seal.canonical().bytes(), key.bytes(), &mut sealed);
    let mut header =
        MasterHeader { version: VERSION, seal, master: hex::encode(&sealed), digest: String::new() };
    header.digest = header.compute_digest();
    Ok(header)
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
            Seal::KeyFile => MasterError::WrongKeyFile,
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

    /// Whether a passphrase has to be asked for (otherwise a key file).
    #[must_use]
    pub fn needs_passphrase(&self) -> bool {
        matches!(self.seal, Seal::Passphrase { .. })
    }

    fn compute_digest(&self) -> String {
        let all = self.seal.canonical().add(&[self.version]).add(self.master.as_bytes());
        hex::encode(&crate::sha256(all.bytes()))
    }
}

impl Seal {
    /// Everything in the header that decides about the key; bound to it as associated data.
    fn canonical(&self) -> Canonical {
        let base = Canonical::new("pristan master v1").add(&[cipher::SUITE]);
        match self {
            Self::Passphrase { cost, salt } => [cost.m, cost.t, cost.p]
                .into_iter()
                .fold(base.add(b"passphrase"), |c, n| c.add(&n.to_be_bytes()))
                .add(salt.as_bytes()),
            Self::KeyFile => base.add(b"keyfile"),
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
            (Self::KeyFile, MasterSource::KeyFile(path)) => {
                Ok(kdf::derive(&*read_key_file(path)?, &[b"key file"]))
            }
            (Self::Passphrase { .. }, MasterSource::KeyFile(_)) => Err(MasterError::NeedsPassphrase),
            (Self::KeyFile, MasterSource::Passphrase(_)) => Err(MasterError::NeedsKeyFile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_passphrase(text: &str) -> (MasterKey, MasterHeader) {
        create(MasterSource::Passphrase(text), Cost::fast()).ok().unwrap()
    }

    #[test]
    fn opens_with_the_passphrase_alone() {
        let (key, header) = with_passphrase("кораби в пристана");
        let header = MasterHeader::from_json(&header.to_json()).unwrap();
        assert!(header.needs_passphrase());
        let again = open(&header, MasterSource::Passphrase("кораби в пристана")).ok().unwrap();
        assert_eq!(again.bytes(), key.bytes());
        assert_eq!(open(&header, MasterSource::Passphrase("x")).err(), Some(MasterError::WrongPassphrase));
        let path = Path::new("nowhere");
        assert_eq!(open(&header, MasterSource::KeyFile(path)).err(), Some(MasterError::NeedsPassphrase));
    }

    #[test]
    fn the_header_does_not_hold_the_key() {
        let (key, header) = with_passphrase("secret words here");
        let json = header.to_json();
        assert!(!json.contains(&hex::encode(key.bytes())) && !json.contains("secret words"));
    }

    #[test]
    fn damage_is_told_from_a_wrong_passphrase() {
        let (_, header) = with_passphrase("right");
        let json = header.to_json();
        let mut damaged = 0;
        for (at, _) in json.char_indices().filter(|(_, c)| c.is_ascii_hexdigit() || c.is_ascii_punctuation())
        {
            let mut bytes = json.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let text = String::from_utf8(bytes).unwrap();
            let opened =
                MasterHeader::from_json(&text).and_then(|h| open(&h, MasterSource::Passphrase("right")));
            match opened.err() {
                Some(MasterError::Damaged | MasterError::Newer) => damaged += 1,
                other => panic!("byte {at}: {other:?}"),
            }
        }
        assert!(damaged > 200);
    }

    #[test]
    fn a_weakened_header_with_a_right_digest_opens_nothing() {
        let (_, mut header) = with_passphrase("right");
        header.seal = match header.seal {
            Seal::Passphrase { salt, .. } => Seal::Passphrase { cost: Cost { m: 8, t: 1, p: 1 }, salt },
            other => other,
        };
        header.digest = header.compute_digest();
        assert_eq!(
            open(&header, MasterSource::Passphrase("right")).err(),
            Some(MasterError::WrongPassphrase)
        );
    }

    #[test]
    fn resealing_keeps_the_key() {
        let (key, old) = with_passphrase("old");
        let new = reseal(&key, MasterSource::Passphrase("new"), Cost::fast()).unwrap();
        assert_eq!(open(&new, MasterSource::Passphrase("new")).ok().unwrap().bytes(), key.bytes());
        assert!(open(&new, MasterSource::Passphrase("old")).is_err());
        assert!(open(&old, MasterSource::Passphrase("old")).is_ok());
    }

    #[test]
    fn key_files() {
        let dir = std::env::temp_dir().join(format!("vault-{}", hex::encode(&random::bytes::<8>())));
        std::fs::create_dir(&dir).unwrap();
        let (a, b, c) = (dir.join("a"), dir.join("b"), dir.join("c"));
        create_key_file(&a).unwrap();
        create_key_file(&b).unwrap();
        let before = std::fs::read(&a).unwrap();
        assert_eq!(create_key_file(&a), Err(MasterError::KeyFileExists));
        assert_eq!(std::fs::read(&a).unwrap(), before);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&a).unwrap().permissions()) & 0o777,
            0o600
        );
        let (key, header) = create(MasterSource::KeyFile(&a), Cost::MASTER).ok().unwrap();
        assert!(!header.needs_passphrase());
        assert_eq!(open(&header, MasterSource::KeyFile(&a)).ok().unwrap().bytes(), key.bytes());
        assert_eq!(open(&header, MasterSource::KeyFile(&b)).err(), Some(MasterError::WrongKeyFile));
        assert_eq!(open(&header, MasterSource::KeyFile(&c)).err(), Some(MasterError::KeyFileUnreadable));
        std::fs::write(&c, "not a key").unwrap();
        assert_eq!(open(&header, MasterSource::KeyFile(&c)).err(), Some(MasterError::KeyFileUnreadable));
        assert_eq!(open(&header, MasterSource::Passphrase("x")).err(), Some(MasterError::NeedsKeyFile));
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn newer_headers_say_so() {
        assert_eq!(MasterHeader::from_json(r#"{"version":2,"other":true}"#), Err(MasterError::Newer));
        assert_eq!(MasterHeader::from_json("{}"), Err(MasterError::Damaged));
    }
}
