//! The fuzz targets' checks for a moment on every run, over bytes that are nothing and bytes that nearly are
//! something. `fuzz/` runs the same for as long as one likes.

#[path = "../../../../fuzz/checks.rs"]
mod checks;

use proptest::prelude::*;
use vault::escrow;
use vault::log::{Checkpoint, Decision, Leaf, Note, NoteKey};

/// Random bytes, or `good` with a few bytes changed, cut or put in: most of it still reads.
fn nearly(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..4);
    let edited = edits.prop_map(move |edits| {
        let mut bytes = good.clone();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            match kind {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                _ => bytes.get_mut(at).into_iter().for_each(|b| *b = byte),
            }
        }
        bytes
    });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), edited]
}

fn a_leaf() -> Vec<u8> {
    let leaf = Leaf {
        index: 41,
        node: None,
        time_us: 1_489_666_200_000_000,
        actor: [1; 16],
        session: [2; 8],
        action: "case.view".to_owned(),
        object: "case".to_owned(),
        objects: vec![[3; 16], [4; 16]],
        case: Some([5; 16]),
        compartments: 12,
        decision: Decision::Allow,
        rule: "team".to_owned(),
        reason_hash: None,
        prev_version: None,
        new_version: Some([6; 32]),
        prev_leaf: [7; 32],
        hlc: Some(3),
    };
    leaf.encode().unwrap()
}

fn a_header() -> Vec<u8> {
    let source = vault::MasterSource::Passphrase("кестен лодка");
    vault::master::create(source, vault::Cost::fast()).ok().unwrap().1.to_json().into_bytes()
}

fn a_share() -> Vec<u8> {
    escrow::split(&[7; 32], 2, 3).unwrap().1[0].to_bytes().to_vec()
}

fn a_code() -> Vec<u8> {
    vault::recovery::RecoveryCode::generate().reveal().as_bytes().to_vec()
}

fn a_note() -> Vec<u8> {
    let (key, _) = NoteKey::new_witness("w.invalid/one").unwrap();
    let text = Checkpoint { origin: "example.invalid/log".to_owned(), size: 9, root: [5; 32] }.text();
    Note { signatures: vec![key.sign(&text, 1_489_666_200)], text }.to_string().into_bytes()
}

#[test]
fn what_the_strategies_start_from_is_sound() {
    assert!(Leaf::decode(&a_leaf()).is_ok());
    assert!(vault::recovery::RecoveryCode::parse(std::str::from_utf8(&a_code()).unwrap()).is_ok());
    assert!(escrow::Share::from_bytes(&a_share()).is_ok());
    assert!(Note::parse(std::str::from_utf8(&a_note()).unwrap()).is_ok());
}

proptest! {
    #[test]
    fn blobs(data in nearly(vec![1; 120])) {
        checks::blob(&data);
    }

    #[test]
    fn leaves(data in nearly(a_leaf())) {
        checks::leaf(&data);
    }

    #[test]
    fn notes(data in nearly(a_note())) {
        checks::note(&data);
    }

    #[test]
    fn tokens(data in nearly(a_code())) {
        checks::token(&data);
    }

    #[test]
    fn passwords(data in nearly("tXq9-vLm2-zRw7-bNk4".as_bytes().to_vec())) {
        checks::password(&data);
    }

    #[test]
    fn shares(data in nearly(a_share())) {
        checks::share(&data);
    }

    #[test]
    fn headers(data in nearly(a_header())) {
        checks::header(&data);
    }
}
