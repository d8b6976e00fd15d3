//! Logins and sessions.

use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A login as stored.
#[derive(Clone)]
pub struct Login {
    /// Who.
    pub user_id: Id,
    /// Argon2id in PHC form.
    pub phc: String,
    /// Wrong guesses since the last right one.
    pub failed: i64,
    /// No guess is weighed before this moment, microseconds.
    pub not_before: i64,
    /// Ended?
    pub ended: bool,
}

/// A session as stored.
#[derive(Clone)]
pub struct Session {
    /// Who.
    pub user_id: Id,
    /// Began, microseconds.
    pub created_at: i64,
    /// Seen last, microseconds.
    pub seen_at: i64,
    /// Ended, microseconds; 0 is not.
    pub ended_at: i64,
}

static LOGIN: Sql = sql("select user_id, phc, failed, not_before, ended from logins where login = $1");
static INSERT_LOGIN: Sql =
    sql("insert into logins (login, user_id, phc, failed, not_before, ended) values ($1, $2, $3, 0, 0, 0)");
static SET_PASSWORD: Sql = sql("update logins set phc = $2, failed = 0, not_before = 0 where user_id = $1");
static COUNT_GUESS: Sql = sql("update logins set failed = $2, not_before = $3 where login = $1");
static END_LOGIN: Sql = sql("update logins set ended = $2 where user_id = $1");
static SESSION: Sql = sql("select user_id, created_at, seen_at, ended_at from sessions where digest = $1");
static INSERT_SESSION: Sql =
    sql("insert into sessions (digest, user_id, created_at, seen_at, ended_at) values ($1, $2, $3, $3, 0)");
static SEEN: Sql = sql("update sessions set seen_at = $2 where digest = $1 and ended_at = 0");
static END: Sql = sql("update sessions set ended_at = $2 where digest = $1 and ended_at = 0");
static END_ALL: Sql = sql("update sessions set ended_at = $2 where user_id = $1 and ended_at = 0");
static SWEEP: Sql = sql("delete from sessions where created_at < $1");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &LOGIN,
    &INSERT_LOGIN,
    &SET_PASSWORD,
    &COUNT_GUESS,
    &END_LOGIN,
    &SESSION,
    &INSERT_SESSION,
    &SEEN,
    &END,
    &END_ALL,
    &SWEEP,
];

type Result<T> = std::result::Result<T, StoreError>;

fn read_login(row: &Row<'_>) -> Result<Login> {
    Ok(Login {
        user_id: row.get(0)?,
        phc: row.get(1)?,
        failed: row.get(2)?,
        not_before: row.get(3)?,
        ended: row.get::<i64>(4)? != 0,
    })
}

/// By keyed digest of the login name.
///
/// # Errors
/// The database.
pub fn login<T: Tx>(tx: &mut T, login: i64) -> Result<Option<Login>> {
    tx.query_opt(&LOGIN, params![login], read_login)
}

/// Adds a login.
///
/// # Errors
/// The database.
pub fn insert_login(tx: &mut WriteTx<'_>, login: i64, user: Id, phc: &str) -> Result<()> {
    tx.execute(&INSERT_LOGIN, params![login, user.0, phc])?;
    Ok(())
}

/// Another password for a user.
///
/// # Errors
/// The database.
pub fn set_password(tx: &mut WriteTx<'_>, user: Id, phc: &str) -> Result<()> {
    tx.execute(&SET_PASSWORD, params![user.0, phc])?;
    Ok(())
}

/// Remembers how often somebody guessed wrong and until when he waits.
///
/// # Errors
/// The database.
pub fn count_guess(tx: &mut WriteTx<'_>, login: i64, failed: i64, not_before: i64) -> Result<()> {
    tx.execute(&COUNT_GUESS, params![login, failed, not_before])?;
    Ok(())
}

/// Ends or restores a user's login.
///
/// # Errors
/// The database.
pub fn end_login(tx: &mut WriteTx<'_>, user: Id, ended: bool) -> Result<()> {
    tx.execute(&END_LOGIN, params![user.0, i64::from(ended)])?;
    Ok(())
}

/// By digest of its token.
///
/// # Errors
/// The database.
pub fn session<T: Tx>(tx: &mut T, digest: &[u8; 32]) -> Result<Option<Session>> {
    tx.query_opt(&SESSION, params![digest.as_slice()], |row| {
        Ok(Session {
            user_id: row.get(0)?,
            created_at: row.get(1)?,
            seen_at: row.get(2)?,
            ended_at: row.get(3)?,
        })
    })
}

/// Begins a session.
///
/// # Errors
/// The database.
pub fn insert_session(tx: &mut WriteTx<'_>, digest: &[u8; 32], user: Id, now: i64) -> Result<()> {
    tx.execute(&INSERT_SESSION, params![digest.as_slice(), user.0, now])?;
    Ok(())
}

/// The session was used.
///
/// # Errors
/// The database.
pub fn seen(tx: &mut WriteTx<'_>, digest: &[u8; 32], now: i64) -> Result<()> {
    tx.execute(&SEEN, params![digest.as_slice(), now])?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// The database.
pub fn end(tx: &mut WriteTx<'_>, digest: &[u8; 32], now: i64) -> Result<()> {
    tx.execute(&END, params![digest.as_slice(), now])?;
    Ok(())
}

/// Ends every session of a user.
///
/// # Errors
/// The database.
pub fn end_all(tx: &mut WriteTx<'_>, user: Id, now: i64) -> Result<()> {
    tx.execute(&END_ALL, params![user.0, now])?;
    Ok(())
}

/// Throws away sessions that began before a moment.
///
/// # Errors
/// The database.
pub fn sweep(tx: &mut WriteTx<'_>, before: i64) -> Result<()> {
    tx.execute(&SWEEP, params![before])?;
    Ok(())
}
