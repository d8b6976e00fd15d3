//! The log's mathematics beside what others wrote: `ct-merkle` for the tree, Cloudflare's `signed_note` and
//! `tlog_tiles` for notes, checkpoints, proofs and tiles.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use signed_note::{StandardVerifier, VerifierList};
use tlog_tiles::Tile;
use vault::log::tiles::tile_path;
use vault::log::{Checkpoint, Hash, Note, consistency, inclusion, leaf_hash, root};

const MOST: usize = 67;

fn entry(n: usize) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(&entry(n))).collect()
}

fn theirs(proof: &[Hash]) -> Vec<tlog_tiles::Hash> {
    proof.iter().map(|h| tlog_tiles::Hash(*h)).collect()
}

#[test]
fn roots_and_proofs_are_those_of_two_other_programs() {
    let all = leaves(MOST);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=MOST {
        tree.push(entry(size - 1));
        let now = &all[..size];
        assert_eq!(tree.root().as_bytes().as_slice(), root(now), "root of {size}");
        let (n, top) = (size as u64, tlog_tiles::Hash(root(now)));
        for index in 0..size {
            let proof = inclusion(now, index).unwrap();
            assert_eq!(tree.prove_inclusion(index).as_bytes(), proof.concat(), "{index} of {size}");
            let leaf = tlog_tiles::Hash(now[index]);
            tlog_tiles::check_record(&theirs(&proof), n, top, index as u64, leaf).unwrap();
        }
        for old in 1..size {
            let proof = consistency(now, old).unwrap();
            assert_eq!(tree.prove_consistency(size - old).as_bytes(), proof.concat(), "{old} to {size}");
            let before = tlog_tiles::Hash(root(&now[..old]));
            tlog_tiles::check_tree(&theirs(&proof), n, top, old as u64, before).unwrap();
        }
    }
    // The control: a proof of one size does not do for another.
    let proof = consistency(&all, 5).unwrap();
    let (top, wrong) = (tlog_tiles::Hash(root(&all)), tlog_tiles::Hash(root(&all[..6])));
    assert!(tlog_tiles::check_tree(&theirs(&proof), MOST as u64, top, 6, wrong).is_err());
}

#[test]
fn notes_and_keys_are_read_by_another_program() {
    let vault = vault::Vault::new(&vault::MasterKey::for_tests(3));
    let key = vault.log_key();
    let origin = key.public().name().to_owned();
    let checkpoint = Checkpoint { origin: origin.clone(), size: 9, root: root(&leaves(9)) };
    let text = checkpoint.text();
    let note = Note { signatures: vec![key.sign(&text, 0)], text: text.clone() }.to_string();
    let verifier = StandardVerifier::new(&key.public().to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    let read = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    assert_eq!(read.verify(&known).unwrap().0.len(), 1);
    assert_eq!(read.text(), text.as_bytes());
    let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
    assert_eq!((read.origin(), read.size(), read.hash().0), (origin.as_str(), 9, checkpoint.root));
    // The control: another size under the same signature.
    let other = note.replacen("\n9\n", "\n8\n", 1);
    assert!(signed_note::Note::from_bytes(other.as_bytes()).unwrap().verify(&known).is_err());
}

#[test]
fn tiles_lie_where_another_program_looks_for_them() {
    for (level, number, width) in [(0, 0, 256), (0, 1_234_067, 256), (2, 999, 3), (1, 1000, 255)] {
        let tile = Tile::new(8, level, number, width, false);
        assert_eq!(tile.path().replacen("tile/8/", "tile/", 1), tile_path(level, number, u64::from(width)));
    }
    let hashes = leaves(256);
    assert_eq!(Tile::subtree_hash(&hashes.concat()).0, root(&hashes));
}
