//! Proofs that one leaf is in a log, and that a later log continues an earlier one.
//!
//! Building follows the recursive definitions of RFC 6962, section 2.1; checking follows the loops of its
//! successor, RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use super::tree::{Hash, empty_root, node_hash, root};

/// The largest power of two smaller than `n` (for `n` of 2 and more).
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// The hashes that lead from leaf `index` to the root over `leaves`, lowest first. `None` when there is no
/// such leaf. For a root of an earlier time pass only the leaves of that time.
#[must_use]
pub fn inclusion(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut part, mut index) = (leaves, index);
    while part.len() > 1 {
        let (left, right) = part.split_at_checked(split(part.len()))?;
        if index < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            index -= left.len();
            part = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether `proof` shows that the leaf with that hash is number `index` of the `size` leaves under `root`.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The proof that the log of `leaves` continues its own first `old` leaves. `None` when it had fewer.
#[must_use]
pub fn consistency(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    if old == 0 || old == leaves.len() {
        return Some(proof);
    }
    // `whole`: the part's old leaves are exactly the old log, so its root is known to the verifier.
    let (mut part, mut old, mut whole) = (leaves, old, true);
    while old < part.len() {
        let (left, right) = part.split_at_checked(split(part.len()))?;
        if old <= left.len() {
            proof.push(root(right));
            part = left;
        } else {
            proof.push(root(left));
            old -= left.len();
            part = right;
            whole = false;
        }
    }
    if !whole {
        proof.push(root(part));
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows that the log of `new_size` leaves begins with the log of `old_size` leaves.
#[must_use]
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut steps = proof.iter();
    // A power of two: the old root is itself a node of the new tree and is left out of the proof.
    let first = if old_size.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::tree::{leaf_hash, tests::naive};

    fn log(size: usize) -> (Vec<Vec<u8>>, Vec<Hash>) {
        let leaves: Vec<Vec<u8>> = (0..size).map(|n| format!("leaf {n}").into_bytes()).collect();
        let hashes = leaves.iter().map(|l| leaf_hash(l)).collect();
        (leaves, hashes)
    }

    #[test]
    fn every_leaf_of_every_small_log_is_proved_and_nothing_else() {
        for size in 1..40 {
            let (leaves, hashes) = log(size);
            let top = naive(&leaves);
            for index in 0..size {
                let proof = inclusion(&hashes, index).unwrap();
                let holds = |leaf, i, n, p: &[Hash], r| verify_inclusion(leaf, i, n, p, r);
                let (i, n) = (index as u64, size as u64);
                assert!(holds(&hashes[index], i, n, &proof, &top), "{index} of {size}");
                assert!(!holds(&[0; 32], i, n, &proof, &top));
                assert!(!holds(&hashes[index], i, n, &proof, &[0; 32]));
                assert!(!holds(&hashes[index], (i + 1) % n, n, &proof, &top) || n == 1);
                assert!(!holds(&hashes[index], n, n, &proof, &top));
                assert!(!holds(&hashes[index], i, n, &[proof.as_slice(), &[[0; 32]]].concat(), &top));
                for step in 0..proof.len() {
                    let mut bad = proof.clone();
                    bad[step][0] ^= 1;
                    assert!(!holds(&hashes[index], i, n, &bad, &top));
                    assert!(!holds(&hashes[index], i, n, &proof[..step], &top));
                }
            }
            assert_eq!(inclusion(&hashes, size), None);
        }
    }

    #[test]
    fn every_pair_of_small_logs_is_proved_and_nothing_else() {
        for new in 0..34 {
            let (leaves, hashes) = log(new);
            let new_root = naive(&leaves);
            for old in 0..=new {
                let old_root = naive(&leaves[..old]);
                let proof = consistency(&hashes, old).unwrap();
                let (o, n) = (old as u64, new as u64);
                assert!(verify_consistency(o, &old_root, n, &new_root, &proof), "{old} to {new}");
                assert!(!verify_consistency(o, &[0; 32], n, &new_root, &proof), "{old} to {new}");
                // An empty log has nothing that a later one could contradict.
                assert!(old == 0 || !verify_consistency(o, &old_root, n, &[0; 32], &proof));
                assert!(!verify_consistency(
                    o,
                    &old_root,
                    n,
                    &new_root,
                    &[proof.as_slice(), &[[0; 32]]].concat()
                ));
                for step in 0..proof.len() {
                    let mut bad = proof.clone();
                    bad[step][0] ^= 1;
                    assert!(!verify_consistency(o, &old_root, n, &new_root, &bad));
                    assert!(!verify_consistency(o, &old_root, n, &new_root, &proof[..step]));
                }
            }
            assert_eq!(consistency(&hashes, new + 1), None);
        }
    }

    #[test]
    fn a_rewritten_past_has_no_proof() {
        let (leaves, hashes) = log(20);
        let (old_root, mut other) = (naive(&leaves[..11]), hashes.clone());
        other[4] = leaf_hash(b"something else");
        let proof = consistency(&other, 11).unwrap();
        assert!(!verify_consistency(11, &old_root, 20, &root(&other), &proof));
        assert!(!verify_consistency(11, &old_root, 20, &root(&other), &consistency(&hashes, 11).unwrap()));
    }
}
