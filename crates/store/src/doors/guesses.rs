//! How often a login name was tried in vain, and until when the next attempt waits. Names that nobody has are counted
//! like the others.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;

static GET: Sql = sql("select failed, not_before, at from guesses where login = $1");
static PUT: Sql = sql("insert into guesses (login, failed, not_before, at) values ($1, $2, $3, $4) \
     on conflict (login) do update set failed = $2, not_before = $3, at = $4");
static FORGET: Sql = sql("delete from guesses where login = $1");
static SWEEP: Sql = sql("delete from guesses where at < $1");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&GET, &PUT, &FORGET, &SWEEP];

/// So long without an attempt, and what was counted is forgotten, microseconds.
const KEPT_US: i64 = 24 * 60 * 60 * 1_000_000;

/// An attempt, counted as a wrong one before it is weighed: however many come at once, each sees those before it.
/// `wait_after` says how long the next one waits after so many, microseconds. Gives the moment before which nothing
/// is weighed, where that lies ahead; such an attempt is not counted.
///
/// # Errors
/// The database.
pub fn charge(
    tx: &mut WriteTx<'_>,
    login: i64,
    now: i64,
    wait_after: impl Fn(i64) -> i64,
) -> Result<Option<i64>, StoreError> {
    let before = tx.query_opt(&GET, params![login], |row| {
        Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?))
    })?;
    let (failed, not_before) = match before {
        Some((failed, not_before, at)) if now - at < KEPT_US => (failed, not_before),
        _ => (0, 0),
    };
    if not_before > now {
        return Ok(Some(not_before));
    }
    tx.execute(&PUT, params![login, failed + 1, now + wait_after(failed + 1), now])?;
    Ok(None)
}

/// The right one came: what was counted is forgotten.
///
/// # Errors
/// The database.
pub fn forget(tx: &mut WriteTx<'_>, login: i64) -> Result<(), StoreError> {
    tx.execute(&FORGET, params![login])?;
    Ok(())
}

/// Forgets the names that nobody tried for a day.
///
/// # Errors
/// The database.
pub fn sweep(tx: &mut WriteTx<'_>, now: i64) -> Result<(), StoreError> {
    tx.execute(&SWEEP, params![now - KEPT_US])?;
    Ok(())
}
