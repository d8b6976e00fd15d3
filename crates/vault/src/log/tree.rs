//! Hashes of leaves and nodes, and the frontier: the few hashes from which a log can be continued.

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

fn hash(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

/// `SHA-256(0x00 | leaf)`.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    hash(&[&[0], leaf])
}

/// `SHA-256(0x01 | left | right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

/// The root of a log without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    hash(&[])
}

/// The root over a slice of leaf hashes.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    leaves.iter().fold(Frontier::new(), Frontier::with).root()
}

/// The roots of the perfect subtrees that make up the log, largest first: one for each bit set in its
/// size, so at most 64. Appending costs one hash on average.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored state of the audit log is damaged")]
pub struct FrontierError;

impl Frontier {
    /// Of an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one leaf by its [`leaf_hash`].
    pub fn append(&mut self, leaf: Hash) {
        let mut peak = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                peak = node_hash(&left, &peak);
            }
            size >>= 1;
        }
        self.peaks.push(peak);
        self.size = self.size.saturating_add(1);
    }

    fn with(mut self, leaf: &Hash) -> Self {
        self.append(*leaf);
        self
    }

    /// How many leaves there are; the next one gets this index.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        let from_the_right = self.peaks.iter().rev().copied();
        from_the_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }

    /// The size as eight big-endian bytes, then the hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend(self.peaks.iter().flatten());
        out
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// The length does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, odd) = rest.as_chunks::<32>();
        if !odd.is_empty() || peaks.len() as u64 != u64::from(size.count_ones()) {
            return Err(FrontierError);
        }
        Ok(Self { size, peaks: peaks.to_vec() })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962, section 2.1, word for word: split at the largest power of two smaller than the size.
    pub(in super::super) fn naive(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => crate::sha256(b""),
            [one] => crate::sha256(&[&[0], one.as_slice()].concat()),
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                let (left, right) = (naive(&leaves[..k]), naive(&leaves[k..]));
                crate::sha256(&[&[1], left.as_slice(), right.as_slice()].concat())
            }
        }
    }

    #[test]
    fn known_roots() {
        // The empty root of RFC 6962 and the roots over the leaves used by the Certificate Transparency
        // projects' tests: "", 00, 10, 2021, 3031, 40414243.
        let leaves: [&[u8]; 6] = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"];
        let expected = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ];
        for (n, want) in expected.iter().enumerate() {
            let hashes: Vec<Hash> = leaves[..n].iter().map(|l| leaf_hash(l)).collect();
            assert_eq!(&crate::hex::encode(&root(&hashes)), want, "{n} leaves");
        }
    }

    #[test]
    fn damaged_frontiers_are_refused() {
        let mut f = Frontier::new();
        for n in 0..5 {
            f.append([n; 32]);
        }
        let bytes = f.to_bytes();
        assert_eq!(Frontier::from_bytes(&bytes), Ok(f));
        for length in 0..bytes.len() {
            assert_eq!(Frontier::from_bytes(&bytes[..length]), Err(FrontierError));
        }
        assert_eq!(Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()), Err(FrontierError));
    }

    proptest! {
        #[test]
        fn the_frontier_equals_the_definition(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..140)) {
            let mut frontier = Frontier::new();
            for (n, leaf) in leaves.iter().enumerate() {
                frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
                prop_assert_eq!(frontier.size(), n as u64);
                frontier.append(leaf_hash(leaf));
                prop_assert_eq!(frontier.root(), naive(&leaves[..=n]));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(f) = Frontier::from_bytes(&bytes) {
                prop_assert_eq!(f.to_bytes(), bytes);
            }
        }
    }
}
