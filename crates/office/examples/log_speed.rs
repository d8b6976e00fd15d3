//! How long verifying a log takes, beside nothing but hashing the same bytes: one line of JSON.
//!
//! `cargo run --release -p office --example log_speed [LEAVES]` (one million unless told otherwise).

use domain::{Actor, Id, Mask, OrganisationId, RecordKind, Role, UserId};
use office::Office;
use office::audit::{Verdict, append, verify};
use office::desk::Leaf;
use std::io::Write;
use std::time::Instant;
use store::{MIGRATIONS, Options, Store};

const PROGRAMME: &str = include_str!("../../../programmes/bg-2016-2017.toml");
/// Leaves written in one transaction.
const BATCH: u64 = 10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let leaves: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |n| n.parse())?;
    let dir = std::env::temp_dir().join(format!("pristan-log-speed-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let measured = measure(&dir, leaves);
    std::fs::remove_dir_all(&dir)?;
    writeln!(std::io::stdout(), "{}", measured?)?;
    Ok(())
}

fn measure(dir: &std::path::Path, leaves: u64) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let store = Store::open_sqlite(dir, Options::default())?;
    store.migrate(MIGRATIONS)?;
    let vault = vault::Vault::new(&vault::MasterKey::for_tests(7));
    let programme = domain::programme::Programme::parse(PROGRAMME)?;
    let office = Office::new(store, vault, programme, false);
    let begun = Instant::now();
    for batch in 0..leaves.div_ceil(BATCH) {
        let made: Vec<Leaf> = (batch * BATCH..leaves.min((batch + 1) * BATCH)).map(leaf).collect();
        // In portions of what one checkpoint covers, as many requests would write them.
        office
            .store
            .write("speed.fill", |tx| made.chunks(256).try_for_each(|some| append(&office, tx, some)))?;
    }
    let written = begun.elapsed();

    let mut bytes: Vec<Vec<u8>> = Vec::new();
    office.store.read("speed.read", |tx| {
        store::audit::walk(tx, 0, |leaf| {
            bytes.push(leaf.leaf);
            Ok(true)
        })
    })?;
    let total: usize = bytes.iter().map(Vec::len).sum();
    let begun = Instant::now();
    let sum = bytes.iter().fold(0_u8, |sum, leaf| sum ^ vault::sha256(leaf).first().copied().unwrap_or(0));
    std::hint::black_box(sum);
    let hashed = begun.elapsed();
    drop(bytes);

    let mut best = f64::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        let verdict = verify(&office)?;
        best = best.min(begun.elapsed().as_secs_f64());
        if !matches!(verdict, Verdict::Sound { size, .. } if size == leaves) {
            return Err(format!("not sound: {verdict:?}").into());
        }
    }
    Ok(serde_json::json!({
        "leaves": leaves,
        "bytes_per_leaf": total / usize::try_from(leaves.max(1))?,
        "written_s": written.as_secs_f64(),
        "sha256_of_leaves_s": hashed.as_secs_f64(),
        "verified_s": best,
    }))
}

fn leaf(n: u64) -> Leaf {
    let id = |n: u64| Id((u128::from(n) << 64 | u128::from(n)).to_be_bytes());
    let actor = Actor::new(UserId(id(n % 97)), OrganisationId(id(1)), Role::Caseworker, [7; 8]);
    Leaf {
        action: "case.view".to_owned(),
        kind: RecordKind::Case.code(),
        objects: vec![id(n % 100_003)],
        cases: vec![id(n % 100_003)],
        mask: Mask::IDENTITY,
        allowed: true,
        rule: "own",
        actor,
        now: 1_489_666_200_000_000 + i64::try_from(n).unwrap_or(0) * 1_000,
        reason: None,
        before: None,
        after: None,
    }
}
