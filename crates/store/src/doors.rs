//! Logins and sessions; below, what people sign in with and how they come back.

pub mod factors;
pub mod guesses;
pub mod recovery;

use crate::bound::{LOGINS, SESSIONS, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A login as stored.
#[derive(Clone)]
pub struct Login {
    /// Keyed digest of the login name.
    pub login: i64,
    /// Who.
    pub user_id: Id,
    /// Argon2id in PHC form.
    pub phc: String,
    /// Ended?
    pub ended: bool,
    /// The second password, which opens a quiet house: hashed with the salt of the first.
    pub quiet: Option<String>,
}

/// A session as stored.
#[derive(Clone)]
pub struct Session {
    /// SHA-256 of its token.
    pub digest: [u8; 32],
    /// Who.
    pub user_id: Id,
    /// Began, microseconds.
    pub created_at: i64,
    /// Seen last, microseconds.
    pub seen_at: i64,
    /// Ended, microseconds; 0 is not.
    pub ended_at: i64,
    /// `full` or `quiet`.
    pub kind: String,
    /// What its proof is worth: 1 password, 2 password and code, 3 passkey.
    pub assurance: i64,
    /// When that was proven, microseconds.
    pub proven_at: i64,
    /// When a name was shown last, microseconds; 0 is never.
    pub revealed_at: i64,
    /// Coarse words for the device: browser and system.
    pub label: String,
    /// Keyed digest of what the browser says of itself.
    pub device: Option<Vec<u8>>,
    /// The keys that it opens, sealed under the token.
    pub keyring: Option<Vec<u8>>,
    /// Public key of the browser that the session is bound to.
    pub bound: Option<Vec<u8>>,
    /// Since when, microseconds; 0 is not.
    pub bound_at: i64,
}

/// A session with what every request asks about its user.
pub struct Standing {
    /// The session.
    pub session: Session,
    /// Passkeys that are in use.
    pub passkeys: i64,
    /// Notices not yet seen.
    pub notices: i64,
    /// Its user may sign in: the login has not ended.
    pub may_enter: bool,
}

static LOGIN: Sql = sql("select login, user_id, phc, ended, quiet from logins where login = $1");
static LOGIN_OF: Sql = sql("select login, user_id, phc, ended, quiet from logins where user_id = $1");
static INSERT_LOGIN: Sql = sql("insert into logins (login, user_id, phc, ended) values ($1, $2, $3, 0)");
static SET_PASSWORD: Sql = sql("update logins set phc = $2 where user_id = $1");
static END_LOGIN: Sql = sql("update logins set ended = $2 where user_id = $1");
static SET_QUIET: Sql = sql("update logins set quiet = $2 where user_id = $1");
static SESSION: Sql = sql(
    "select digest, user_id, created_at, seen_at, ended_at, kind, assurance, proven_at, revealed_at, label, device, \
     keyring, bound, bound_at, (select count(*) from passkeys p where p.user_id = s.user_id and p.ended_at = 0), \
     (select count(*) from notices n where n.user_id = s.user_id and n.seen_at = 0), \
     (select count(*) from logins l where l.user_id = s.user_id and l.ended = 0) from sessions s where digest = $1",
);
static SESSIONS_OF: Sql = sql(
    "select digest, user_id, created_at, seen_at, ended_at, kind, assurance, proven_at, revealed_at, label, device, \
     keyring, bound, bound_at from sessions where user_id = $1 and ended_at = 0 and created_at > $2 order by created_at desc",
);
static INSERT_SESSION: Sql = sql(
    "insert into sessions (digest, user_id, created_at, seen_at, ended_at, kind, assurance, proven_at, revealed_at, \
     label, device, keyring, bound, bound_at) values ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
static BIND: Sql =
    sql("update sessions set bound = $2, bound_at = $3 where digest = $1 and ended_at = 0 and bound is null");
static REVEALED: Sql = sql("update sessions set revealed_at = $2, seen_at = $2 where digest = $1");
static KEYRING: Sql = sql("update sessions set keyring = $2 where digest = $1 and ended_at = 0");
static SEEN: Sql = sql("update sessions set seen_at = $2 where digest = $1 and ended_at = 0");
static END: Sql = sql("update sessions set ended_at = $2, keyring = null where digest = $1 and ended_at = 0");
static END_ALL: Sql =
    sql("update sessions set ended_at = $2, keyring = null where user_id = $1 and ended_at = 0");
static SWEEP: Sql = sql("delete from sessions where created_at < $1");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &LOGIN,
    &LOGIN_OF,
    &SET_QUIET,
    &SESSIONS_OF,
    &BIND,
    &REVEALED,
    &KEYRING,
    &INSERT_LOGIN,
    &SET_PASSWORD,
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
        login: row.get(0)?,
        user_id: row.get(1)?,
        phc: row.get(2)?,
        ended: row.get::<i64>(3)? != 0,
        quiet: row.get(4)?,
    })
}

fn read_session(row: &Row<'_>) -> Result<Session> {
    Ok(Session {
        digest: row.get(0)?,
        user_id: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        ended_at: row.get(4)?,
        kind: row.get(5)?,
        assurance: row.get(6)?,
        proven_at: row.get(7)?,
        revealed_at: row.get(8)?,
        label: row.get(9)?,
        device: row.get(10)?,
        keyring: row.get(11)?,
        bound: row.get(12)?,
        bound_at: row.get(13)?,
    })
}

/// By keyed digest of the login name.
///
/// # Errors
/// The database.
pub fn login<T: Tx>(tx: &mut T, login: i64) -> Result<Option<Login>> {
    let found = tx.query_opt(&LOGIN, params![login], read_login)?;
    if let Some(found) = &found {
        check(tx, &LOGINS, params![found.user_id.0])?;
    }
    Ok(found)
}

/// Adds a login.
///
/// # Errors
/// The database.
pub fn insert_login(tx: &mut WriteTx<'_>, login: i64, user: Id, phc: &str) -> Result<()> {
    change(tx, &LOGINS, params![user.0], |tx| tx.execute(&INSERT_LOGIN, params![login, user.0, phc]))?;
    Ok(())
}

/// Another password for a user.
///
/// # Errors
/// The database.
pub fn set_password(tx: &mut WriteTx<'_>, user: Id, phc: &str) -> Result<()> {
    change(tx, &LOGINS, params![user.0], |tx| tx.execute(&SET_PASSWORD, params![user.0, phc]))?;
    Ok(())
}

/// Ends or restores a user's login.
///
/// # Errors
/// The database.
pub fn end_login(tx: &mut WriteTx<'_>, user: Id, ended: bool) -> Result<()> {
    change(tx, &LOGINS, params![user.0], |tx| tx.execute(&END_LOGIN, params![user.0, i64::from(ended)]))?;
    Ok(())
}

/// The login of a user.
///
/// # Errors
/// The database.
pub fn login_of<T: Tx>(tx: &mut T, user: Id) -> Result<Option<Login>> {
    check(tx, &LOGINS, params![user.0])?;
    tx.query_opt(&LOGIN_OF, params![user.0], read_login)
}

/// Sets or removes the second password.
///
/// # Errors
/// The database.
pub fn set_quiet(tx: &mut WriteTx<'_>, user: Id, phc: Option<&str>) -> Result<()> {
    change(tx, &LOGINS, params![user.0], |tx| tx.execute(&SET_QUIET, params![user.0, phc]))?;
    Ok(())
}

/// By digest of its token.
///
/// # Errors
/// The database.
pub fn session<T: Tx>(tx: &mut T, digest: &[u8; 32]) -> Result<Option<Standing>> {
    check(tx, &SESSIONS, params![digest.as_slice()])?;
    tx.query_opt(&SESSION, params![digest.as_slice()], |row| {
        let may_enter = row.get::<i64>(16)? != 0;
        let (passkeys, notices) = (row.get(14)?, row.get(15)?);
        Ok(Standing { session: read_session(row)?, passkeys, notices, may_enter })
    })
}

/// Sessions of a user that have not ended and began after a moment, newest first.
///
/// # Errors
/// The database.
pub fn sessions_of<T: Tx>(tx: &mut T, user: Id, after: i64) -> Result<Vec<Session>> {
    tx.query(&SESSIONS_OF, params![user.0, after], read_session)
}

/// Begins a session.
///
/// # Errors
/// The database.
pub fn insert_session(tx: &mut WriteTx<'_>, session: &Session) -> Result<()> {
    change(tx, &SESSIONS, params![session.digest.as_slice()], |tx| {
        tx.execute(
            &INSERT_SESSION,
            params![
                session.digest.as_slice(),
                session.user_id.0,
                session.created_at,
                session.seen_at,
                session.kind,
                session.assurance,
                session.proven_at,
                session.revealed_at,
                session.label,
                session.device,
                session.keyring,
                session.bound,
                session.bound_at,
            ],
        )
    })?;
    Ok(())
}

/// Binds a session to the key of its browser, once. True when it was not bound before.
///
/// # Errors
/// The database.
pub fn bind(tx: &mut WriteTx<'_>, digest: &[u8; 32], public: &[u8], now: i64) -> Result<bool> {
    let bound = change(tx, &SESSIONS, params![digest.as_slice()], |tx| {
        tx.execute(&BIND, params![digest.as_slice(), public, now])
    })?;
    Ok(bound > 0)
}

/// A name was shown in the session.
///
/// # Errors
/// The database.
pub fn revealed(tx: &mut WriteTx<'_>, digest: &[u8; 32], now: i64) -> Result<()> {
    tx.execute(&REVEALED, params![digest.as_slice(), now])?;
    Ok(())
}

/// Another keyring for the session.
///
/// # Errors
/// The database.
pub fn set_keyring(tx: &mut WriteTx<'_>, digest: &[u8; 32], keyring: &[u8]) -> Result<()> {
    tx.execute(&KEYRING, params![digest.as_slice(), keyring])?;
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
