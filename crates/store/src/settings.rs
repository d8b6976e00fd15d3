//! Settings of the installation, and what imports have seen.

use crate::bound::{SETTINGS, change, check};
use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

static GET: Sql = sql("select value from settings where name = $1");
static UPDATE: Sql = sql("update settings set value = $2 where name = $1");
static INSERT: Sql = sql("insert into settings (name, value) values ($1, $2)");
static IMPORTED: Sql = sql("select case_id, row_digest from imports where identity = $1");
static IMPORT: Sql = sql("insert into imports (identity, case_id, row_digest) values ($1, $2, $3)");
static REIMPORT: Sql = sql("update imports set row_digest = $2 where identity = $1");
static IMPORTED_CASES: Sql =
    sql("select identity, case_id from imports where identity > $1 order by identity limit $2");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&GET, &UPDATE, &INSERT, &IMPORTED, &IMPORT, &REIMPORT, &IMPORTED_CASES];

/// Settings that would weaken the house if another hand changed them: only what the program wrote counts.
pub static BOUND: [&str; 1] = ["require_passkeys"];

type Result<T> = std::result::Result<T, StoreError>;

/// A setting.
///
/// # Errors
/// The database.
pub fn get<T: Tx>(tx: &mut T, name: &str) -> Result<Option<String>> {
    if BOUND.contains(&name) {
        check(tx, &SETTINGS, params![name])?;
    }
    tx.query_opt(&GET, params![name], |row| row.get(0))
}

/// Sets a setting.
///
/// # Errors
/// The database.
pub fn set(tx: &mut WriteTx<'_>, name: &str, value: &str) -> Result<()> {
    let write = |tx: &mut WriteTx<'_>| -> Result<()> {
        if tx.execute(&UPDATE, params![name, value])? == 0 {
            tx.execute(&INSERT, params![name, value])?;
        }
        Ok(())
    };
    if BOUND.contains(&name) { change(tx, &SETTINGS, params![name], write) } else { write(tx) }
}

/// The case that an imported row made, and the digest of the row as it was.
///
/// # Errors
/// The database.
pub fn imported<T: Tx>(tx: &mut T, identity: i64) -> Result<Option<(Id, Vec<u8>)>> {
    tx.query_opt(&IMPORTED, params![identity], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Remembers an imported row.
///
/// # Errors
/// The database.
pub fn import(tx: &mut WriteTx<'_>, identity: i64, case_id: Id, digest: &[u8]) -> Result<()> {
    if tx.execute(&REIMPORT, params![identity, digest])? == 0 {
        tx.execute(&IMPORT, params![identity, case_id.0, digest])?;
    }
    Ok(())
}

/// Cases that imports made, in order of the keyed identity, after one.
///
/// # Errors
/// The database.
pub fn imported_cases<T: Tx>(tx: &mut T, after: i64, rows: i64) -> Result<Vec<(i64, Id)>> {
    tx.query(&IMPORTED_CASES, params![after, rows], |row| Ok((row.get(0)?, row.get(1)?)))
}
