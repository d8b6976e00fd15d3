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

static HEAD: Sql = sql("select size, last, frontier, root, mac from audit_head where id = 1");
static FIRST_HEAD: Sql =
    sql("insert into audit_head (id, size, last, frontier, root, mac) values (1, $1, $2, $3, $4, $5)");
static NEXT_HEAD: Sql =
    sql("update audit_head set size = $1, last = $2, frontier = $3, root = $4, mac = $5 where id = 1");
static INSERT: Sql = sql("insert into audit (idx, leaf, hash) values ($1, $2, $3)");
static INSERT_CASE: Sql = sql("insert into audit_cases (case_id, idx) values ($1, $2)");
static RANGE: Sql = sql("select idx, leaf, hash from audit where idx >= $1 order by idx limit $2");
static OF_CASE: Sql = sql(
    "select a.leaf from audit_cases c join audit a on a.idx = c.idx where c.case_id = $1 order by c.idx desc limit $2",
);

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&HEAD, &FIRST_HEAD, &NEXT_HEAD, &INSERT, &INSERT_CASE, &RANGE, &OF_CASE];

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
        })
    })
}

/// Replaces the head.
///
/// # Errors
/// The database.
pub fn set_head(tx: &mut WriteTx<'_>, head: &Head) -> Result<()> {
    if tx.execute(&NEXT_HEAD, params![head.size, head.last, head.frontier, head.root, head.mac])? == 0 {
        tx.execute(&FIRST_HEAD, params![head.size, head.last, head.frontier, head.root, head.mac])?;
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
