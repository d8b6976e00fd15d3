//! Drafts of forms, and keys by which a form sent twice makes one record.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

static MADE: Sql = sql("select result from idempotency where key = $1 and user_id = $2");
static REMEMBER: Sql = sql("insert into idempotency (key, user_id, result, at) values ($1, $2, $3, $4)");
static FORGET: Sql = sql("delete from idempotency where at < $1");
static DRAFT: Sql = sql("select body, saved_at from drafts where user_id = $1 and form = $2");
static DROP_DRAFT: Sql = sql("delete from drafts where user_id = $1 and form = $2");
static OLD_DRAFTS: Sql =
    sql("delete from drafts where user_id = $1 and saved_at < (select min(d.saved_at) from \
     (select saved_at from drafts where user_id = $1 order by saved_at desc limit $2) as d)");
static FORGET_DRAFTS: Sql = sql("delete from drafts where saved_at < $1");
static SAVE_DRAFT: Sql = sql("insert into drafts (user_id, form, body, saved_at) values ($1, $2, $3, $4)");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] =
    &[&MADE, &REMEMBER, &FORGET, &DRAFT, &DROP_DRAFT, &OLD_DRAFTS, &FORGET_DRAFTS, &SAVE_DRAFT];

type Result<T> = std::result::Result<T, StoreError>;

/// What a key has made already.
///
/// # Errors
/// The database.
pub fn made<T: Tx>(tx: &mut T, key: Id, user: Id) -> Result<Option<String>> {
    tx.query_opt(&MADE, params![key.0, user.0], |row| row.get(0))
}

/// Remembers what a key made.
///
/// # Errors
/// The database.
pub fn remember(tx: &mut WriteTx<'_>, key: Id, user: Id, result: &str, at: i64) -> Result<()> {
    tx.execute(&REMEMBER, params![key.0, user.0, result, at])?;
    Ok(())
}

/// Forgets keys older than a moment.
///
/// # Errors
/// The database.
pub fn forget(tx: &mut WriteTx<'_>, before: i64) -> Result<()> {
    tx.execute(&FORGET, params![before])?;
    Ok(())
}

/// A sealed draft and when it was saved.
///
/// # Errors
/// The database.
pub fn draft<T: Tx>(tx: &mut T, user: Id, form: &str) -> Result<Option<(Vec<u8>, i64)>> {
    tx.query_opt(&DRAFT, params![user.0, form], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Replaces a draft; of all drafts of the user the latest `kept` stay.
///
/// # Errors
/// The database.
pub fn save_draft(tx: &mut WriteTx<'_>, user: Id, form: &str, body: &[u8], at: i64, kept: i64) -> Result<()> {
    tx.execute(&DROP_DRAFT, params![user.0, form])?;
    tx.execute(&SAVE_DRAFT, params![user.0, form, body, at])?;
    tx.execute(&OLD_DRAFTS, params![user.0, kept])?;
    Ok(())
}

/// Forgets drafts older than a moment.
///
/// # Errors
/// The database.
pub fn forget_drafts(tx: &mut WriteTx<'_>, before: i64) -> Result<()> {
    tx.execute(&FORGET_DRAFTS, params![before])?;
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// The database.
pub fn drop_draft(tx: &mut WriteTx<'_>, user: Id, form: &str) -> Result<()> {
    tx.execute(&DROP_DRAFT, params![user.0, form])?;
    Ok(())
}
