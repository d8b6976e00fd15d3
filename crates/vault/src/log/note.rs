//! Signed notes: a short text with signatures under it (C2SP `signed-note`, `tlog-checkpoint` and
//! `tlog-cosignature`, cosignature/v1).
//!
//! A note is a text that ends with a line feed, an empty line, and one line for each signature: an em dash,
//! the name of the key, and base64 of the key's id (4 bytes) and the signature. Two kinds of key are known:
//! Ed25519 (the log's own, over the text) and cosignature/v1 (a witness's, over the text and a time).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Hash;
use crate::cipher::cannot_fail;
use crate::kdf::Key32;
use crate::{hex, random};

/// A note longer than this is not looked at.
pub const MAX_NOTE: usize = 64 * 1024;
/// Signatures of one note; more are refused.
const MAX_SIGNATURES: usize = 100;
const DASH: &str = "\u{2014} ";

/// Why a note, a key or a checkpoint is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not in the format.
    #[error("it is not a signed note")]
    Malformed,
    /// The text is not a checkpoint.
    #[error("it is not a checkpoint")]
    NotACheckpoint,
    /// Not a verifier key, or its id does not fit it.
    #[error("it is not a verifier key")]
    Key,
    /// No signature by this key, or a wrong one.
    #[error("it is not signed by this key")]
    Signature,
}

/// What a key signs, and the byte that says so in its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The text of the note.
    Ed25519,
    /// The text of a checkpoint and the time at which a witness saw it.
    Cosignature,
}

impl KeyKind {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }
}

fn name_is_sound(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> [u8; 4] {
    let digest = crate::sha256(&[name.as_bytes(), b"\n", &[kind.byte()], public].concat());
    digest.first_chunk::<4>().copied().unwrap_or_default()
}

/// The public half: `name+id+key`, as Go's `sumdb/note` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: [u8; 32],
}

impl VerifierKey {
    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, public) = match bytes.split_first() {
            Some((1, public)) => (KeyKind::Ed25519, public),
            Some((4, public)) => (KeyKind::Cosignature, public),
            _ => return Err(NoteError::Key),
        };
        let public = <[u8; 32]>::try_from(public).map_err(|_| NoteError::Key)?;
        let key = Self { name: name.to_owned(), kind, public };
        let fits = name_is_sound(name) && id == hex::encode(&key.id());
        if fits { Ok(key) } else { Err(NoteError::Key) }
    }

    /// The key's name; of a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The first four bytes of a hash over name, kind and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.kind, &self.public)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public).verify(message, signature).is_ok()
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.kind.byte()];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(&self.id()), STANDARD.encode(key))
    }
}

/// The secret half. It cannot be printed.
pub struct NoteKey {
    pair: Ed25519KeyPair,
    public: VerifierKey,
}

impl NoteKey {
    pub(crate) fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Self {
        let pair = cannot_fail(Ed25519KeyPair::from_seed_unchecked(seed));
        let mut public = [0; 32];
        for (to, from) in public.iter_mut().zip(pair.public_key().as_ref()) {
            *to = *from;
        }
        Self { pair, public: VerifierKey { name: name.to_owned(), kind, public } }
    }

    /// A new key of a witness and the 64 hexadecimal digits from which [`NoteKey::witness`] makes it again.
    ///
    /// # Errors
    /// [`NoteError::Key`] when the name is empty or has blanks or a plus sign.
    pub fn new_witness(name: &str) -> Result<(Self, zeroize::Zeroizing<String>), NoteError> {
        let mut seed = Key32::default();
        random::fill(seed.as_mut_slice());
        let text = zeroize::Zeroizing::new(hex::encode(seed.as_slice()));
        Ok((Self::witness(name, &text)?, text))
    }

    /// The key of a witness from its 64 digits.
    ///
    /// # Errors
    /// [`NoteError::Key`] when the name or the digits are not right.
    pub fn witness(name: &str, digits: &str) -> Result<Self, NoteError> {
        let seed = hex::decode(digits.trim()).filter(|s| s.len() == 32).ok_or(NoteError::Key)?;
        let mut key = Key32::default();
        key.copy_from_slice(&seed);
        if !name_is_sound(name) {
            return Err(NoteError::Key);
        }
        Ok(Self::from_seed(name, KeyKind::Cosignature, &key))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// Signs a text. `seconds` since 1970 UTC goes into a cosignature and is not used by a log's own key.
    #[must_use]
    pub fn sign(&self, text: &str, seconds: u64) -> Signature {
        let (message, mut bytes) = match self.public.kind {
            KeyKind::Ed25519 => (text.to_owned(), Vec::new()),
            KeyKind::Cosignature => (cosigned(text, seconds), seconds.to_be_bytes().to_vec()),
        };
        bytes.extend_from_slice(self.pair.sign(message.as_bytes()).as_ref());
        Signature { name: self.public.name.clone(), id: self.public.id(), bytes }
    }
}

fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Signature {
    /// Reads one line, without its line feed.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let (name, base64) =
            line.strip_prefix(DASH).and_then(|l| l.split_once(' ')).ok_or(NoteError::Malformed)?;
        let bytes = STANDARD.decode(base64).map_err(|_| NoteError::Malformed)?;
        let (id, rest) = bytes.split_first_chunk::<4>().ok_or(NoteError::Malformed)?;
        if !name_is_sound(name) || rest.is_empty() {
            return Err(NoteError::Malformed);
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: rest.to_vec() })
    }

    /// The line, without its line feed.
    #[must_use]
    pub fn line(&self) -> String {
        let mut bytes = self.id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        format!("{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }

    /// Does it claim to be by this key?
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name && self.id == key.id()
    }

    /// Checks it; gives the time of a cosignature in seconds since 1970 UTC, 0 for a log's own.
    ///
    /// # Errors
    /// [`NoteError::Signature`].
    pub fn verify(&self, key: &VerifierKey, text: &str) -> Result<u64, NoteError> {
        let (message, signature, seconds) = match key.kind {
            KeyKind::Ed25519 => (text.to_owned(), self.bytes.as_slice(), 0),
            KeyKind::Cosignature => {
                let (time, rest) = self.bytes.split_first_chunk::<8>().ok_or(NoteError::Signature)?;
                let seconds = u64::from_be_bytes(*time);
                (cosigned(text, seconds), rest, seconds)
            }
        };
        let right = self.is_by(key) && key.verify(message.as_bytes(), signature);
        if right { Ok(seconds) } else { Err(NoteError::Signature) }
    }
}

/// A text with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, with its last line feed.
    pub text: String,
    /// The lines under it.
    pub signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note. Signatures are read, not checked: see [`Note::verify`].
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE || note.contains(|c: char| c != '\n' && c.is_control()) {
            return Err(NoteError::Malformed);
        }
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, rest) = note.split_at_checked(at + 1).ok_or(NoteError::Malformed)?;
        let lines = rest.strip_prefix('\n').and_then(|r| r.strip_suffix('\n')).ok_or(NoteError::Malformed)?;
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.is_empty() || signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Looks for a right signature by this key; gives the time of a cosignature.
    ///
    /// # Errors
    /// [`NoteError::Signature`] when there is none, or one that claims to be and is wrong.
    pub fn verify(&self, key: &VerifierKey) -> Result<u64, NoteError> {
        let mut own = self.signatures.iter().filter(|s| s.is_by(key)).peekable();
        if own.peek().is_none() {
            return Err(NoteError::Signature);
        }
        own.try_fold(0, |newest: u64, s| Ok(newest.max(s.verify(key, &self.text)?)))
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|s| writeln!(f, "{}", s.line()))
    }
}

/// The state of a log: whose, how many leaves, which root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log; the name of its key.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size, base64 of the root, each on its line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text of a note. Further lines are refused: no log of ours writes any.
    ///
    /// # Errors
    /// [`NoteError::NotACheckpoint`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ""] = lines.as_slice() else { return Err(NoteError::NotACheckpoint) };
        let number = size.parse::<u64>().ok().filter(|n| n.to_string() == **size);
        let root = STANDARD.decode(root).ok().and_then(|r| Hash::try_from(r).ok());
        match (number, root) {
            (Some(size), Some(root)) if !origin.is_empty() => {
                Ok(Self { origin: (*origin).to_owned(), size, root })
            }
            _ => Err(NoteError::NotACheckpoint),
        }
    }

    /// Reads a note, and checks that this log has signed it.
    ///
    /// # Errors
    /// It is none, it is another log's, or the signature is wrong.
    pub fn signed(note: &str, log: &VerifierKey) -> Result<(Self, Note), NoteError> {
        let note = Note::parse(note)?;
        note.verify(log)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == log.name { Ok((checkpoint, note)) } else { Err(NoteError::Signature) }
    }
}

/// One hash as base64, as proofs are written.
#[must_use]
pub fn hash_line(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// Reads [`hash_line`].
#[must_use]
pub fn parse_hash(line: &str) -> Option<Hash> {
    STANDARD.decode(line).ok().and_then(|h| Hash::try_from(h).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From the documentation of Go's `golang.org/x/mod/sumdb/note`: its first user's key and note.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SAID: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_of_another_program_verifies() {
        let key = VerifierKey::parse(PETER).unwrap();
        assert_eq!(key.to_string(), PETER);
        let note = Note::parse(SAID).unwrap();
        assert_eq!(note.verify(&key), Ok(0));
        assert_eq!(note.to_string(), SAID);
        let other = Note::parse(&SAID.replace("problem is", "problem Is")).unwrap();
        assert_eq!(other.verify(&key), Err(NoteError::Signature));
    }

    fn log_key() -> NoteKey {
        NoteKey::from_seed("example.invalid/log", KeyKind::Ed25519, &[3; 32])
    }

    #[test]
    fn checkpoints_are_signed_and_cosigned() {
        let (log, (witness, digits)) = (log_key(), NoteKey::new_witness("w.invalid/one").unwrap());
        let checkpoint = Checkpoint { origin: log.public().name().to_owned(), size: 9, root: [5; 32] };
        let text = checkpoint.text();
        let note = Note { signatures: vec![log.sign(&text, 0), witness.sign(&text, 1_700_000_000)], text };
        let written = note.to_string();
        let (read, note) = Checkpoint::signed(&written, log.public()).unwrap();
        assert_eq!(read, checkpoint);
        assert_eq!(note.verify(witness.public()), Ok(1_700_000_000));
        let again = NoteKey::witness("w.invalid/one", &digits).unwrap();
        assert_eq!(again.public(), witness.public());
        // The time is signed as well.
        let mut moved = note.clone();
        moved.signatures[1].bytes[7] ^= 1;
        assert_eq!(moved.verify(witness.public()), Err(NoteError::Signature));
        // Another log's checkpoint is not this one's, though the key be right.
        let foreign = Checkpoint { origin: "other.invalid".to_owned(), ..checkpoint }.text();
        let foreign = Note { signatures: vec![log.sign(&foreign, 0)], text: foreign }.to_string();
        assert_eq!(Checkpoint::signed(&foreign, log.public()), Err(NoteError::Signature));
    }

    #[test]
    fn keys_that_do_not_fit_their_id_are_refused() {
        let key = log_key().public().to_string();
        assert!(VerifierKey::parse(&key).is_ok());
        for bad in [key.replace("log+", "lag+"), key.replace("+Ae", "+Be"), "a+b".to_owned(), String::new()] {
            assert_eq!(VerifierKey::parse(&bad), Err(NoteError::Key), "{bad}");
        }
        assert!(NoteKey::new_witness("two words").is_err() && NoteKey::new_witness("a+b").is_err());
    }

    #[test]
    fn numbers_have_one_spelling() {
        let text = Checkpoint { origin: "o".to_owned(), size: 10, root: [0; 32] }.text();
        assert!(Checkpoint::parse(&text).is_ok());
        for bad in ["010", "+10", "", "1e1", "18446744073709551616"] {
            assert!(Checkpoint::parse(&text.replace("\n10\n", &format!("\n{bad}\n"))).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(\u{2014} |[a-z+ ]|\n|=|[0-9A-Z]){0,200}") {
            let _ = (VerifierKey::parse(&text), Checkpoint::parse(&text), Signature::parse(&text));
            if let Ok(note) = Note::parse(&text) {
                prop_assert_eq!(note.to_string(), text);
            }
        }
    }
}
