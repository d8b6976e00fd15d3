//! Blind search tokens.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;

static TARGETS: Sql = sql("select target from tokens where token = $1 limit $2");
static ROWS: Sql = sql("select target from tokens where token = $1");
static INSERT: Sql = sql("insert into tokens (token, target) values ($1, $2)");
static DELETE: Sql = sql("delete from tokens where token = $1 and target = $2");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&TARGETS, &ROWS, &INSERT, &DELETE];

type Result<T> = std::result::Result<T, StoreError>;

/// Sealed targets of a token, at most so many.
///
/// # Errors
/// The database.
pub fn targets<T: Tx>(tx: &mut T, token: i64, rows: usize) -> Result<Vec<Vec<u8>>> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    tx.query(&TARGETS, params![token, rows], |row| row.get(0))
}

/// All sealed targets of a token.
///
/// # Errors
/// The database.
pub fn all<T: Tx>(tx: &mut T, token: i64) -> Result<Vec<Vec<u8>>> {
    tx.query(&ROWS, params![token], |row| row.get(0))
}

/// Adds a token.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, token: i64, target: &[u8]) -> Result<()> {
    tx.execute(&INSERT, params![token, target])?;
    Ok(())
}

/// Takes a token away; says whether it was there.
///
/// # Errors
/// The database.
pub fn delete(tx: &mut WriteTx<'_>, token: i64, target: &[u8]) -> Result<bool> {
    Ok(tx.execute(&DELETE, params![token, target])? > 0)
}
