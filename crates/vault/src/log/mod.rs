//! The mathematics of the audit log: a Merkle tree hashed as RFC 6962 says, over leaves in canonical CBOR.
//!
//! Pure functions: storing leaves, in the same transaction as what they record, is the store's work.

mod leaf;
mod note;
mod proof;
pub mod tiles;
mod tree;
mod verify;
pub mod witness;

pub use leaf::{Decision, Leaf, LeafError, MAX_LEAF};
pub use note::{Checkpoint, KeyKind, Note, NoteError, NoteKey, Signature, VerifierKey};
pub use proof::{consistency, inclusion, verify_consistency, verify_inclusion};
pub use tree::{Frontier, FrontierError, Hash, empty_root, leaf_hash, node_hash, root};
pub use verify::{Fault, FaultKind, Verifier};
