//! Leaves of the log and the head of its tree.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// The head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of leaves.
    pub size: i64,
    /// Hash of the last leaf.
    pub last: [u8; 32],
    /// Compact range of the tree.
    pub frontier: Vec<u8>,
    /// Root of the tree.
    pub root: [u8; 32],
    /// Size and root under the log key.
    pub mac: [u8; 32],
    /// Hybrid clock of the last leaf, microseconds.
    pub hlc: i64,
    /// The highest time ever seen, microseconds since 1970.
    pub clock: i64,
    /// Size of the newest checkpoint.
    pub signed_size: i64,
    /// When it was signed, by the hybrid clock.
    pub signed_at: i64,
}

/// A checkpoint as stored.
pub struct Checkpoint {
    /// Size of the tree.
    pub size: i64,
    /// The signed note.
    pub note: String,
}

/// What a witness signed under a checkpoint.
pub struct Cosignature {
    /// The witness's verifier key.
    pub witness: String,
    /// Size of the checkpoint.
    pub size: i64,
    /// Seconds since 1970, by the witness's clock.
    pub at: i64,
    /// The signature line.
    pub line: String,
}

/// A leaf as stored.
pub struct Leaf {
    /// Index, gapless from 0.
    pub index: i64,
    /// Canonical bytes.
    pub leaf: Vec<u8>,
    /// Hash.
    pub hash: [u8; 32],
}

static HEAD: Sql = sql(
    "select size, last, frontier, root, mac, hlc, clock, signed_size, signed_at from audit_head where id = 1",
);
static FIRST_HEAD: Sql =
    sql("insert into audit_head (id, size, last, frontier, root, mac, hlc, clock, signed_size, signed_at) \
     values (1, $1, $2, $3, $4, $5, $6, $7, $8, $9)");
static NEXT_HEAD: Sql = sql(
    "update audit_head set size = $1, last = $2, frontier = $3, root = $4, mac = $5, hlc = $6, clock = $7, \
     signed_size = $8, signed_at = $9 where id = 1",
);
static HASHES: Sql = sql("select hash from audit where idx >= $1 and idx < $2 order by idx");
static LEAVES: Sql = sql("select idx, leaf, hash from audit where idx >= $1 order by idx");
static SIGN: Sql = sql("insert into checkpoints (size, at, note) values ($1, $2, $3) on conflict do nothing");
static CHECKPOINTS: Sql = sql("select size, note from checkpoints where size > $1 order by size limit $2");
static CHECKPOINT: Sql = sql("select size, note from checkpoints where size = $1");
static COSIGNED: Sql = sql(
    "select witness, size, at, line from cosignatures where witness > $1 or (witness = $1 and size > $2) \
     order by witness, size limit $3",
);
static COSIGNED_LAST: Sql =
    sql("select size from cosignatures where witness = $1 order by size desc limit 1");
static COSIGN: Sql = sql("insert into cosignatures (witness, size, at, line) values ($1, $2, $3, $4)");
static UNCOSIGN: Sql = sql("delete from cosignatures where witness = $1 and size = $2");
static KEEP_CLOCK: Sql = sql("update audit_head set clock = $1 where id = 1 and clock < $1");
static RESET_CLOCK: Sql = sql("update audit_head set clock = $1 where id = 1");
static NEWEST_COSIGNED: Sql =
    sql("select witness, size, at, line from cosignatures where witness = $1 order by at desc limit 1");
static INSERT: Sql = sql("insert into audit (idx, leaf, hash) values ($1, $2, $3)");
// The newest of each side first, so that neither is walked whole; what is about both comes once.
static OF_TWO: Sql = sql("select a.leaf from audit a where a.idx in ( \
     select idx from (select idx from audit_cases where case_id = $1 order by idx desc limit $3) some_first \
     union \
     select idx from (select idx from audit_cases where case_id = $2 order by idx desc limit $3) some_second) \
     order by a.idx desc limit $3");
static INSERT_CASE: Sql = sql("insert into audit_cases (case_id, idx) values ($1, $2)");
static RANGE: Sql = sql("select idx, leaf, hash from audit where idx >= $1 order by idx limit $2");
static OF_CASE: Sql = sql(
    "select a.leaf from audit_cases c join audit a on a.idx = c.idx where c.case_id = $1 order by c.idx desc limit $2",
);

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &HEAD,
    &FIRST_HEAD,
    &NEXT_HEAD,
    &INSERT,
    &OF_TWO,
    &INSERT_CASE,
    &RANGE,
    &OF_CASE,
    &HASHES,
    &LEAVES,
    &SIGN,
    &CHECKPOINTS,
    &CHECKPOINT,
    &COSIGNED,
    &COSIGNED_LAST,
    &COSIGN,
    &UNCOSIGN,
    &NEWEST_COSIGNED,
    &KEEP_CLOCK,
    &RESET_CLOCK,
];

type Result<T> = std::result::Result<T, StoreError>;

/// The head, if anything has been logged.
///
/// # Errors
/// The database.
pub fn head<T: Tx>(tx: &mut T) -> Result<Option<Head>> {
    tx.query_opt(&HEAD, params![], |row| {
        Ok(Head {
            size: row.get(0)?,
            last: row.get(1)?,
            frontier: row.get(2)?,
            root: row.get(3)?,
            mac: row.get(4)?,
            hlc: row.get(5)?,
            clock: row.get(6)?,
            signed_size: row.get(7)?,
            signed_at: row.get(8)?,
        })
    })
}

/// Replaces the head.
///
/// # Errors
/// The database.
pub fn set_head(tx: &mut WriteTx<'_>, head: &Head) -> Result<()> {
    let values = params![
        head.size,
        head.last,
        head.frontier,
        head.root,
        head.mac,
        head.hlc,
        head.clock,
        head.signed_size,
        head.signed_at
    ];
    if tx.execute(&NEXT_HEAD, values)? == 0 {
        tx.execute(&FIRST_HEAD, values)?;
    }
    Ok(())
}

/// Appends a leaf.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, index: i64, leaf: &[u8], hash: &[u8; 32]) -> Result<()> {
    tx.execute(&INSERT, params![index, leaf, hash.as_slice()])?;
    Ok(())
}

/// Notes that a leaf is about a case.
///
/// # Errors
/// The database.
pub fn insert_case(tx: &mut WriteTx<'_>, case_id: Id, index: i64) -> Result<()> {
    tx.execute(&INSERT_CASE, params![case_id.0, index])?;
    Ok(())
}

/// Leaves from an index on.
///
/// # Errors
/// The database.
pub fn range<T: Tx>(tx: &mut T, from: i64, rows: i64) -> Result<Vec<Leaf>> {
    tx.query(&RANGE, params![from, rows], |row| {
        Ok(Leaf { index: row.get(0)?, leaf: row.get(1)?, hash: row.get(2)? })
    })
}

/// The newest leaves about a case.
///
/// # Errors
/// The database.
pub fn of_case<T: Tx>(tx: &mut T, case_id: Id, rows: i64) -> Result<Vec<Vec<u8>>> {
    tx.query(&OF_CASE, params![case_id.0, rows], |row| row.get(0))
}

/// The newest leaves about a case or its person.
///
/// # Errors
/// The database.
pub fn of_two<T: Tx>(tx: &mut T, case_id: Id, person_id: Id, rows: i64) -> Result<Vec<Vec<u8>>> {
    tx.query(&OF_TWO, params![case_id.0, person_id.0, rows], |row| row.get(0))
}

/// Walks all leaves from an index on, however many there are; `false` ends the walk.
///
/// # Errors
/// The database, or `each`.
pub fn walk<T: Tx>(tx: &mut T, from: i64, mut each: impl FnMut(Leaf) -> Result<bool>) -> Result<()> {
    tx.for_each(&LEAVES, params![from], |row| {
        each(Leaf { index: row.get(0)?, leaf: row.get(1)?, hash: row.get(2)? })
    })
}

/// Walks the leaf hashes from an index up to another one.
///
/// # Errors
/// The database.
pub fn hashes<T: Tx>(tx: &mut T, from: i64, until: i64, mut each: impl FnMut([u8; 32])) -> Result<()> {
    tx.for_each(&HASHES, params![from, until], |row| {
        each(row.get(0)?);
        Ok(true)
    })
}

/// Keeps a checkpoint; where there is one of this size, that one stays.
///
/// # Errors
/// The database.
pub fn sign(tx: &mut WriteTx<'_>, size: i64, at: i64, note: &str) -> Result<()> {
    tx.execute(&SIGN, params![size, at, note])?;
    Ok(())
}

/// Checkpoints above a size, in order.
///
/// # Errors
/// The database.
pub fn checkpoints<T: Tx>(tx: &mut T, above: i64, rows: i64) -> Result<Vec<Checkpoint>> {
    tx.query(&CHECKPOINTS, params![above, rows], |row| {
        Ok(Checkpoint { size: row.get(0)?, note: row.get(1)? })
    })
}

/// The checkpoint of a size.
///
/// # Errors
/// The database.
pub fn checkpoint<T: Tx>(tx: &mut T, size: i64) -> Result<Option<String>> {
    tx.query_opt(&CHECKPOINT, params![size], |row| row.get(1))
}

/// What witnesses signed, after one of them.
///
/// # Errors
/// The database.
pub fn cosignatures<T: Tx>(tx: &mut T, after: (&str, i64), rows: i64) -> Result<Vec<Cosignature>> {
    tx.query(&COSIGNED, params![after.0, after.1, rows], |row| {
        Ok(Cosignature { witness: row.get(0)?, size: row.get(1)?, at: row.get(2)?, line: row.get(3)? })
    })
}

/// The largest size that a witness signed.
///
/// # Errors
/// The database.
pub fn cosigned_size<T: Tx>(tx: &mut T, witness: &str) -> Result<Option<i64>> {
    tx.query_opt(&COSIGNED_LAST, params![witness], |row| row.get(0))
}

/// Keeps what a witness signed; a newer one takes the place of an older one under the same checkpoint.
///
/// # Errors
/// The database.
pub fn cosign(tx: &mut WriteTx<'_>, signed: &Cosignature) -> Result<()> {
    tx.execute(&UNCOSIGN, params![signed.witness, signed.size])?;
    tx.execute(&COSIGN, params![signed.witness, signed.size, signed.at, signed.line])?;
    Ok(())
}

/// What a witness signed last.
///
/// # Errors
/// The database.
pub fn newest_cosigned<T: Tx>(tx: &mut T, witness: &str) -> Result<Option<Cosignature>> {
    tx.query_opt(&NEWEST_COSIGNED, params![witness], |row| {
        Ok(Cosignature { witness: row.get(0)?, size: row.get(1)?, at: row.get(2)?, line: row.get(3)? })
    })
}

/// Remembers a time if it is the highest one seen.
///
/// # Errors
/// The database.
pub fn keep_clock(tx: &mut WriteTx<'_>, now: i64) -> Result<()> {
    tx.execute(&KEEP_CLOCK, params![now])?;
    Ok(())
}

/// Sets the highest time seen, back as well.
///
/// # Errors
/// The database.
pub fn reset_clock(tx: &mut WriteTx<'_>, now: i64) -> Result<()> {
    tx.execute(&RESET_CLOCK, params![now])?;
    Ok(())
}
