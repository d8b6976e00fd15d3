//! Reading a whole log again and finding the first entry that is not as it was written.

use std::collections::HashMap;

use super::leaf::{Leaf, LeafError};
use super::tree::{Frontier, Hash, leaf_hash};

/// The first entry that is wrong, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("audit entry {index}: {kind}")]
pub struct Fault {
    /// The position at which the log stops being sound.
    pub index: u64,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What can be wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// An entry is missing, doubled or out of order.
    #[error("the entries are not in sequence")]
    Sequence,
    /// The bytes do not give the stored hash.
    #[error("the entry was changed")]
    Hash,
    /// The bytes are not an entry.
    #[error("{0}")]
    Leaf(LeafError),
    /// The entry says that it has another position.
    #[error("the entry belongs to another position")]
    Index,
    /// The entry does not follow from the one before.
    #[error("the entry does not follow from the one before")]
    Link,
    /// The clock of a node went backwards.
    #[error("the clock of its node went backwards")]
    Clock,
    /// The log ends before or after its head says.
    #[error("the log is shorter or longer than its head says")]
    Size,
    /// All entries fit each other, and yet not the root.
    #[error("the log does not give the root of its head")]
    Root,
}

/// Takes the entries one after another; keeps 64 hashes at most, and one clock a node.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    frontier: Frontier,
    last: Hash,
    clocks: HashMap<Option<u16>, u64>,
}

impl Verifier {
    /// From the first entry on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on from a state that is trusted: the frontier before the next entry and the leaf hash of the
    /// entry before it.
    #[must_use]
    pub fn resume(frontier: Frontier, last: Hash) -> Self {
        Self { frontier, last, clocks: HashMap::new() }
    }

    /// The state reached, to be kept for [`Verifier::resume`].
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The leaf hash of the last entry seen.
    #[must_use]
    pub fn last(&self) -> &Hash {
        &self.last
    }

    /// Checks the next entry as it lies in the database: position, bytes and stored leaf hash.
    ///
    /// # Errors
    /// The first fault. The verifier stays where it was.
    pub fn push(&mut self, index: u64, bytes: &[u8], stored: &Hash) -> Result<Leaf, Fault> {
        let next = self.frontier.size();
        let fault = |kind| Fault { index: next, kind };
        if index != next {
            return Err(fault(FaultKind::Sequence));
        }
        let hash = leaf_hash(bytes);
        if hash != *stored {
            return Err(fault(FaultKind::Hash));
        }
        let leaf = Leaf::decode(bytes).map_err(|e| fault(FaultKind::Leaf(e)))?;
        if leaf.index != index {
            return Err(fault(FaultKind::Index));
        }
        if leaf.prev_leaf != self.last {
            return Err(fault(FaultKind::Link));
        }
        if let Some(clock) = leaf.hlc {
            let before = self.clocks.entry(leaf.node).or_default();
            if clock < *before {
                return Err(fault(FaultKind::Clock));
            }
            *before = clock;
        }
        self.frontier.append(hash);
        self.last = hash;
        Ok(leaf)
    }

    /// Takes an entry by its hash alone: for those before the place from which on everything is to be read.
    pub fn skip(&mut self, hash: Hash) {
        self.frontier.append(hash);
        self.last = hash;
    }

    /// Compares with the head kept elsewhere (and, better, cosigned by somebody else).
    ///
    /// # Errors
    /// [`FaultKind::Size`] or [`FaultKind::Root`].
    pub fn finish(&self, size: u64, root: &Hash) -> Result<(), Fault> {
        let index = self.frontier.size();
        if index != size {
            return Err(Fault { index: index.min(size), kind: FaultKind::Size });
        }
        if self.frontier.root() != *root {
            return Err(Fault { index, kind: FaultKind::Root });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::leaf::tests::example;
    use crate::log::tree::root;

    type Row = (u64, Vec<u8>, Hash);

    fn log(size: u64) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for index in 0..size {
            let prev = rows.last().map_or([0; 32], |(_, _, h)| *h);
            let bytes = example(index, prev).encode().unwrap();
            let hash = leaf_hash(&bytes);
            rows.push((index, bytes, hash));
        }
        rows
    }

    fn top(rows: &[Row]) -> Hash {
        root(&rows.iter().map(|r| r.2).collect::<Vec<_>>())
    }

    fn check(rows: &[Row], size: u64, top: &Hash) -> Result<(), Fault> {
        let mut verifier = Verifier::new();
        for (index, bytes, hash) in rows {
            verifier.push(*index, bytes, hash)?;
        }
        verifier.finish(size, top)
    }

    fn fault(index: u64, kind: FaultKind) -> Result<(), Fault> {
        Err(Fault { index, kind })
    }

    #[test]
    fn every_way_of_tampering_names_the_first_bad_entry() {
        let good = log(20);
        let head = top(&good);
        assert_eq!(check(&good, 20, &head), Ok(()));

        let mut edited = good.clone();
        *edited[7].1.last_mut().unwrap() ^= 1;
        assert_eq!(check(&edited, 20, &head), fault(7, FaultKind::Hash));

        edited[7].2 = leaf_hash(&edited[7].1);
        assert_eq!(check(&edited, 20, &head), fault(7, FaultKind::Link), "the link itself was edited");

        let mut rewritten = good.clone();
        let mut other = Leaf::decode(&rewritten[7].1).unwrap();
        other.actor = [9; 16];
        rewritten[7].1 = other.encode().unwrap();
        rewritten[7].2 = leaf_hash(&rewritten[7].1);
        assert_eq!(check(&rewritten, 20, &head), fault(8, FaultKind::Link), "the next entry betrays it");

        let mut deleted = good.clone();
        deleted.remove(7);
        assert_eq!(check(&deleted, 20, &head), fault(7, FaultKind::Sequence));
        for row in &mut deleted[7..] {
            row.0 -= 1;
        }
        assert_eq!(check(&deleted, 19, &head), fault(7, FaultKind::Index));

        let mut doubled = good.clone();
        doubled.insert(7, good[6].clone());
        assert_eq!(check(&doubled, 20, &head), fault(7, FaultKind::Sequence));

        let mut swapped = good.clone();
        swapped.swap(7, 8);
        assert_eq!(check(&swapped, 20, &head), fault(7, FaultKind::Sequence));
        (swapped[7].0, swapped[8].0) = (7, 8);
        assert_eq!(check(&swapped, 20, &head), fault(7, FaultKind::Index));

        assert_eq!(check(&good[..15], 20, &head), fault(15, FaultKind::Size));
        assert_eq!(check(&good, 15, &top(&good[..15])), fault(15, FaultKind::Size));

        let mut garbage = good.clone();
        garbage[3].1 = b"not cbor".to_vec();
        garbage[3].2 = leaf_hash(b"not cbor");
        assert_eq!(check(&garbage, 20, &head), fault(3, FaultKind::Leaf(LeafError::Malformed)));
    }

    #[test]
    fn a_log_written_anew_is_sound_in_itself_and_fails_at_its_head() {
        let good = log(20);
        let mut forged: Vec<Row> = Vec::new();
        for index in 0..20 {
            let prev = forged.last().map_or([0; 32], |r| r.2);
            let mut leaf = example(index, prev);
            if index == 7 {
                leaf.actor = [9; 16];
            }
            let bytes = leaf.encode().unwrap();
            let hash = leaf_hash(&bytes);
            forged.push((index, bytes, hash));
        }
        assert_eq!(check(&forged, 20, &top(&forged)), Ok(()), "the control: no head from elsewhere");
        assert_eq!(check(&forged, 20, &top(&good)), fault(20, FaultKind::Root));
    }

    #[test]
    fn a_clock_that_goes_backwards_is_found_within_its_node() {
        let (mut verifier, mut last) = (Verifier::new(), [0; 32]);
        for (index, (node, clock)) in [(1, 50), (2, 20), (1, 50), (2, 30), (1, 49)].into_iter().enumerate() {
            let leaf = Leaf { node: Some(node), hlc: Some(clock), ..example(index as u64, last) };
            let bytes = leaf.encode().unwrap();
            last = leaf_hash(&bytes);
            let pushed = verifier.push(index as u64, &bytes, &last).map(drop);
            assert_eq!(pushed, if index < 4 { Ok(()) } else { fault(4, FaultKind::Clock) });
        }
    }

    #[test]
    fn verification_goes_on_where_it_stopped() {
        let rows = log(20);
        let mut first = Verifier::new();
        for (i, b, h) in &rows[..9] {
            first.push(*i, b, h).unwrap();
        }
        let state = Frontier::from_bytes(&first.frontier().to_bytes()).unwrap();
        let mut second = Verifier::resume(state, *first.last());
        for (i, b, h) in &rows[9..] {
            second.push(*i, b, h).unwrap();
        }
        assert_eq!(second.finish(20, &top(&rows)), Ok(()));
    }
}
