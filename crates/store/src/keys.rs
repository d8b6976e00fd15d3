//! The keystore and which of its keys belongs to whom.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

static OF: Sql =
    sql("select k.key_id, k.wrapped from subject_keys s join keystore.keys k on k.key_id = s.key_id \
     where s.subject = $1 and s.compartment = $2");
static INSERT: Sql = sql("insert into keystore.keys (key_id, compartment, wrapped) values ($1, $2, $3)");
static BIND: Sql = sql("insert into subject_keys (subject, compartment, key_id) values ($1, $2, $3)");
static DESTROY: Sql =
    sql("delete from keystore.keys where key_id in (select key_id from subject_keys where subject = $1)");
static LOST: Sql = sql(
    "select count(*) from subject_keys s left join keystore.keys k on k.key_id = s.key_id \
     where s.subject = $1 and k.key_id is null",
);
static UNBIND: Sql = sql("delete from subject_keys where subject = $1");
static MISSING: Sql = sql(
    "select count(*) from subject_keys s left join keystore.keys k on k.key_id = s.key_id where k.key_id is null",
);
static COUNT: Sql = sql("select count(*) from keystore.keys");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&OF, &INSERT, &BIND, &DESTROY, &LOST, &UNBIND, &MISSING, &COUNT];

type Result<T> = std::result::Result<T, StoreError>;

/// The key of a subject's compartment: id and wrapped key.
///
/// # Errors
/// The database.
pub fn of<T: Tx>(tx: &mut T, subject: Id, compartment: i64) -> Result<Option<([u8; 16], Vec<u8>)>> {
    tx.query_opt(&OF, params![subject.0, compartment], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Puts a fresh key into the keystore.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, key_id: &[u8; 16], compartment: i64, wrapped: &[u8]) -> Result<()> {
    tx.execute(&INSERT, params![*key_id, compartment, wrapped])?;
    Ok(())
}

/// Binds a key to a subject's compartment.
///
/// # Errors
/// The database.
pub fn bind(tx: &mut WriteTx<'_>, subject: Id, compartment: i64, key_id: &[u8; 16]) -> Result<()> {
    tx.execute(&BIND, params![subject.0, compartment, *key_id])?;
    Ok(())
}

/// Destroys every key of a subject: what they sealed is lost, wherever a copy of it lies.
///
/// # Errors
/// The database.
pub fn shred(tx: &mut WriteTx<'_>, subject: Id) -> Result<()> {
    tx.execute(&DESTROY, params![subject.0])?;
    tx.execute(&UNBIND, params![subject.0])?;
    Ok(())
}

/// Is a key of a subject named that the keystore does not have?
///
/// # Errors
/// The database.
pub fn lost<T: Tx>(tx: &mut T, subject: Id) -> Result<bool> {
    Ok(tx.query_one(&LOST, params![subject.0], |row| row.get::<i64>(0))? > 0)
}

/// How many bindings point to a key that the keystore does not have.
///
/// # Errors
/// The database.
pub fn missing<T: Tx>(tx: &mut T) -> Result<i64> {
    tx.query_one(&MISSING, params![], |row| row.get(0))
}

/// How many keys there are.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T) -> Result<i64> {
    tx.query_one(&COUNT, params![], |row| row.get(0))
}
