//! What a witness is asked and how it decides (C2SP `tlog-witness`): pure, the wire is floor 5's.

use super::note::{Checkpoint, MAX_NOTE, Note, NoteError, NoteKey, VerifierKey, hash_line, parse_hash};
use super::proof::verify_consistency;
use super::tree::Hash;

/// No proof is longer.
const MAX_PROOF: usize = 63;

/// The body of `add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the asker believes the witness has seen last.
    pub old: u64,
    /// That the checkpoint's log continues the log of that size.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

impl AddCheckpoint {
    /// The body as text.
    #[must_use]
    pub fn body(&self) -> String {
        let proof: String = self.proof.iter().map(|h| hash_line(h) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(body: &str) -> Result<Self, NoteError> {
        if body.len() > 2 * MAX_NOTE {
            return Err(NoteError::Malformed);
        }
        let (head, note) = body.split_once("\n\n").ok_or(NoteError::Malformed)?;
        let mut lines = head.split('\n');
        let size = lines.next().and_then(|l| l.strip_prefix("old ")).ok_or(NoteError::Malformed)?;
        let old = size.parse::<u64>().ok().filter(|n| n.to_string() == size).ok_or(NoteError::Malformed)?;
        let proof = lines.map(parse_hash).collect::<Option<Vec<Hash>>>().ok_or(NoteError::Malformed)?;
        if proof.len() > MAX_PROOF {
            return Err(NoteError::Malformed);
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }
}

/// Why a witness does not cosign; the status is the specification's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400
    #[error("the request cannot be read")]
    Malformed,
    /// 403
    #[error("the checkpoint is not signed by the log")]
    NotSigned,
    /// 404
    #[error("the log is not known here")]
    Unknown,
    /// 409: the size that was seen last.
    #[error("another state was seen last, of size {0}")]
    Seen(u64),
    /// 422
    #[error("the checkpoint does not continue what was seen last")]
    Inconsistent,
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotSigned => 403,
            Self::Unknown => 404,
            Self::Seen(_) => 409,
            Self::Inconsistent => 422,
        }
    }
}

/// Decides on a request. `seen` tells what was cosigned last for a log (nothing yet is size 0). Gives the
/// checkpoint, which must be on the disk before its cosignature ([`cosign`]) leaves.
///
/// # Errors
/// [`Refusal`].
pub fn decide(
    body: &str,
    logs: &[VerifierKey],
    seen: impl FnOnce(&str) -> Option<(u64, Hash)>,
) -> Result<(Checkpoint, AddCheckpoint), Refusal> {
    let asked = AddCheckpoint::parse(body).map_err(|_| Refusal::Malformed)?;
    let note = Note::parse(&asked.note).map_err(|_| Refusal::Malformed)?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|_| Refusal::Malformed)?;
    let mut known = logs.iter().filter(|key| key.name() == checkpoint.origin).peekable();
    if known.peek().is_none() {
        return Err(Refusal::Unknown);
    }
    if !known.any(|key| note.verify(key).is_ok()) {
        return Err(Refusal::NotSigned);
    }
    if asked.old > checkpoint.size {
        return Err(Refusal::Malformed);
    }
    let (size, root) = seen(&checkpoint.origin).unwrap_or((0, super::empty_root()));
    if asked.old != size || (size == checkpoint.size && root != checkpoint.root) {
        return Err(Refusal::Seen(size));
    }
    if !verify_consistency(size, &root, checkpoint.size, &checkpoint.root, &asked.proof) {
        return Err(Refusal::Inconsistent);
    }
    Ok((checkpoint, asked))
}

/// The answer: one signature line with its line feed.
#[must_use]
pub fn cosign(key: &NoteKey, checkpoint: &Checkpoint, seconds: u64) -> String {
    format!("{}\n", key.sign(&checkpoint.text(), seconds).line())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::note::KeyKind;
    use crate::log::{consistency, leaf_hash, root};

    struct World {
        key: NoteKey,
        leaves: Vec<Hash>,
    }

    fn world() -> World {
        let key = NoteKey::from_seed("log.invalid", KeyKind::Ed25519, &[1; 32]);
        World { key, leaves: (0..20_u8).map(|n| leaf_hash(&[n])).collect() }
    }

    impl World {
        fn note(&self, leaves: &[Hash]) -> String {
            let origin = self.key.public().name().to_owned();
            let text = Checkpoint { origin, size: leaves.len() as u64, root: root(leaves) }.text();
            Note { signatures: vec![self.key.sign(&text, 0)], text }.to_string()
        }

        fn ask(&self, old: usize, size: usize) -> AddCheckpoint {
            let leaves = &self.leaves[..size];
            let proof = consistency(leaves, old).unwrap_or_default();
            AddCheckpoint { old: old as u64, proof, note: self.note(leaves) }
        }

        fn decide(&self, asked: &AddCheckpoint, seen: usize) -> Result<u64, Refusal> {
            let seen = (seen > 0).then(|| (seen as u64, root(&self.leaves[..seen])));
            decide(&asked.body(), &[self.key.public().clone()], |_| seen).map(|(c, _)| c.size)
        }
    }

    #[test]
    fn it_follows_the_log_and_nothing_else() {
        let world = world();
        let ask = |old, size| world.ask(old, size);
        assert_eq!(world.decide(&ask(0, 7), 0), Ok(7), "the first one");
        assert_eq!(world.decide(&ask(7, 13), 7), Ok(13));
        assert_eq!(world.decide(&ask(13, 13), 13), Ok(13), "the same again, for a fresh time");
        assert_eq!(world.decide(&ask(5, 13), 7), Err(Refusal::Seen(7)));
        assert_eq!(world.decide(&ask(3, 5), 7), Err(Refusal::Seen(7)), "a log that has become shorter");
        assert_eq!(world.decide(&AddCheckpoint { old: 14, ..ask(0, 13) }, 14), Err(Refusal::Malformed));
        let mut wrong = ask(7, 13);
        wrong.proof[0][0] ^= 1;
        assert_eq!(world.decide(&wrong, 7), Err(Refusal::Inconsistent));

        let mut forged = World { leaves: world.leaves.clone(), ..self::world() };
        forged.leaves[3] = [0; 32];
        assert_eq!(world.decide(&forged.ask(7, 13), 7), Err(Refusal::Inconsistent), "another history");
        assert_eq!(
            world.decide(&forged.ask(13, 13), 13),
            Err(Refusal::Seen(13)),
            "the same size, another root"
        );

        let other =
            World { key: NoteKey::from_seed("log.invalid", KeyKind::Ed25519, &[2; 32]), ..self::world() };
        assert_eq!(world.decide(&other.ask(0, 7), 0), Err(Refusal::NotSigned));
        let other =
            World { key: NoteKey::from_seed("else.invalid", KeyKind::Ed25519, &[1; 32]), ..self::world() };
        assert_eq!(world.decide(&other.ask(0, 7), 0), Err(Refusal::Unknown));
    }

    #[test]
    fn bodies_round_trip_and_others_are_refused() {
        let asked = world().ask(7, 13);
        assert_eq!(AddCheckpoint::parse(&asked.body()), Ok(asked.clone()));
        for bad in ["", "old 07\n\nx", "old\n\nx", "old 7\nxx\n\nx", "old 7\n"] {
            assert!(AddCheckpoint::parse(bad).is_err(), "{bad:?}");
        }
        let many = AddCheckpoint { proof: vec![[0; 32]; 64], ..asked };
        assert!(AddCheckpoint::parse(&many.body()).is_err());
    }
}
