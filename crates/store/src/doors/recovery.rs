//! Printed codes, and requests of people who have lost a factor.

use crate::bound::{CONFIRMATIONS, RECOVERIES, RECOVERY_CODES, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A printed code as stored.
pub struct Code {
    /// Which one: the source of its slots.
    pub id: Id,
    /// Keyed digest of the code.
    pub digest: Vec<u8>,
    /// What the second person adds, sealed.
    pub second: Vec<u8>,
}

/// A request as stored.
#[derive(Clone)]
pub struct Request {
    /// Which one.
    pub id: Id,
    /// Keyed digest of the login that was typed.
    pub login: i64,
    /// Whose login that is, if anybody's.
    pub user_id: Option<Id>,
    /// `code`: with the printed code and one second person. `people`: with two of them and a day's wait.
    pub kind: String,
    /// Keyed digest of the claim.
    pub claim: Vec<u8>,
    /// What both sides compare.
    pub number: String,
    /// What a second person has released.
    pub second: Option<Vec<u8>>,
    /// Begun, microseconds.
    pub begun_at: i64,
    /// Used or stopped, microseconds; 0 is not.
    pub done_at: i64,
}

static CODE: Sql = sql("select id, digest, second from recovery_codes where user_id = $1");
static DROP_CODE: Sql = sql("delete from recovery_codes where user_id = $1");
static INSERT_CODE: Sql =
    sql("insert into recovery_codes (user_id, id, digest, second, made_at) values ($1, $2, $3, $4, $5)");
static SET_SECOND: Sql = sql("update recovery_codes set second = $2 where user_id = $1");
static BY_CLAIM: Sql = sql("select id, login, user_id, kind, claim, number, second, begun_at, done_at \
     from recoveries where claim = $1");
static BY_LOGIN: Sql = sql("select id, login, user_id, kind, claim, number, second, begun_at, done_at \
     from recoveries where login = $1 and begun_at > $2 and done_at = 0 order by begun_at desc limit 20");
static BEGUN: Sql = sql("select count(*) from recoveries where login = $1 and begun_at > $2");
static INSERT: Sql =
    sql("insert into recoveries (id, login, user_id, kind, claim, number, second, begun_at, done_at) \
     values ($1, $2, $3, $4, $5, $6, null, $7, 0)");
// Whoever was confirmed already is not pushed aside.
static DISPLACE: Sql =
    sql("update recoveries set done_at = $3 where id in (select r.id from recoveries r where \
     r.login = $1 and r.begun_at > $2 and r.done_at = 0 and not exists \
     (select 1 from recovery_confirmations c where c.recovery = r.id) order by r.begun_at, r.id limit 1)");
static SWEEP: Sql = sql("delete from recoveries where begun_at < $1");
static SWEEP_CONFIRMATIONS: Sql =
    sql("delete from recovery_confirmations where recovery not in (select id from recoveries)");
static RELEASE: Sql = sql("update recoveries set second = $2 where id = $1 and done_at = 0");
static DONE: Sql = sql("update recoveries set done_at = $2 where id = $1 and done_at = 0");
static STOP: Sql = sql("update recoveries set done_at = $2 where user_id = $1 and done_at = 0");
static CONFIRM: Sql = sql("insert into recovery_confirmations (recovery, by_user, at) values ($1, $2, $3) \
     on conflict do nothing");
static CONFIRMED: Sql = sql("select by_user, at from recovery_confirmations where recovery = $1 order by at");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &CODE,
    &DROP_CODE,
    &INSERT_CODE,
    &SET_SECOND,
    &BY_CLAIM,
    &BY_LOGIN,
    &BEGUN,
    &INSERT,
    &DISPLACE,
    &SWEEP,
    &SWEEP_CONFIRMATIONS,
    &RELEASE,
    &DONE,
    &STOP,
    &CONFIRM,
    &CONFIRMED,
];

type Result<T> = std::result::Result<T, StoreError>;

/// The printed code of a user.
///
/// # Errors
/// The database.
pub fn code<T: Tx>(tx: &mut T, user: Id) -> Result<Option<Code>> {
    check(tx, &RECOVERY_CODES, params![user.0])?;
    tx.query_opt(&CODE, params![user.0], |row| {
        Ok(Code { id: row.get(0)?, digest: row.get(1)?, second: row.get(2)? })
    })
}

/// Another printed code; the one before is worth nothing from then on. `None` takes it away.
///
/// # Errors
/// The database.
pub fn set_code(tx: &mut WriteTx<'_>, user: Id, code: Option<&Code>, now: i64) -> Result<()> {
    tx.execute(&DROP_CODE, params![user.0])?;
    if let Some(code) = code {
        change(tx, &RECOVERY_CODES, params![user.0], |tx| {
            tx.execute(&INSERT_CODE, params![user.0, code.id.0, code.digest, code.second, now])
        })?;
    }
    Ok(())
}

/// The second number of a printed code, sealed anew; the code stays good.
///
/// # Errors
/// The database.
pub fn set_second(tx: &mut WriteTx<'_>, user: Id, second: &[u8]) -> Result<()> {
    change(tx, &RECOVERY_CODES, params![user.0], |tx| tx.execute(&SET_SECOND, params![user.0, second]))?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Request> {
    Ok(Request {
        id: row.get(0)?,
        login: row.get(1)?,
        user_id: row.get(2)?,
        kind: row.get(3)?,
        claim: row.get(4)?,
        number: row.get(5)?,
        second: row.get(6)?,
        begun_at: row.get(7)?,
        done_at: row.get(8)?,
    })
}

/// By keyed digest of its claim.
///
/// # Errors
/// The database.
pub fn by_claim<T: Tx>(tx: &mut T, claim: &[u8]) -> Result<Option<Request>> {
    let found = tx.query_opt(&BY_CLAIM, params![claim], read)?;
    if let Some(found) = &found {
        check(tx, &RECOVERIES, params![found.id.0])?;
    }
    Ok(found)
}

/// Open requests for a login begun after a moment, newest first.
///
/// # Errors
/// The database.
pub fn by_login<T: Tx>(tx: &mut T, login: i64, after: i64) -> Result<Vec<Request>> {
    let found = tx.query(&BY_LOGIN, params![login, after], read)?;
    for one in &found {
        check(tx, &RECOVERIES, params![one.id.0])?;
    }
    Ok(found)
}

/// How many requests were begun for a login after a moment.
///
/// # Errors
/// The database.
pub fn begun<T: Tx>(tx: &mut T, login: i64, after: i64) -> Result<i64> {
    tx.query_one(&BEGUN, params![login, after], |row| row.get(0))
}

/// Ends the oldest open request of a login since a moment that nobody has confirmed.
///
/// # Errors
/// The database.
pub fn displace(tx: &mut WriteTx<'_>, login: i64, after: i64, now: i64) -> Result<()> {
    tx.execute(&DISPLACE, params![login, after, now])?;
    Ok(())
}

/// Forgets requests that began before a moment.
///
/// # Errors
/// The database.
pub fn sweep(tx: &mut WriteTx<'_>, before: i64) -> Result<()> {
    if tx.execute(&SWEEP, params![before])? > 0 {
        tx.execute(&SWEEP_CONFIRMATIONS, params![])?;
    }
    Ok(())
}

/// Begins a request.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, request: &Request) -> Result<()> {
    let Request { id, login, user_id, kind, claim, number, begun_at, .. } = request;
    change(tx, &RECOVERIES, params![id.0], |tx| {
        tx.execute(&INSERT, params![id.0, *login, user_id.map(|u| u.0), kind, claim, number, *begun_at])
    })?;
    Ok(())
}

/// A second person has released what the code lacks.
///
/// # Errors
/// The database.
pub fn release(tx: &mut WriteTx<'_>, id: Id, second: &[u8]) -> Result<()> {
    tx.execute(&RELEASE, params![id.0, second])?;
    Ok(())
}

/// The request was used; whether this was the first time.
///
/// # Errors
/// The database.
pub fn done(tx: &mut WriteTx<'_>, id: Id, now: i64) -> Result<bool> {
    Ok(tx.execute(&DONE, params![id.0, now])? == 1)
}

/// Stops every open request for a user; how many there were.
///
/// # Errors
/// The database.
pub fn stop(tx: &mut WriteTx<'_>, user: Id, now: i64) -> Result<u64> {
    tx.execute(&STOP, params![user.0, now])
}

/// A colleague confirms; once is enough of each.
///
/// # Errors
/// The database.
pub fn confirm(tx: &mut WriteTx<'_>, id: Id, by: Id, now: i64) -> Result<()> {
    change(tx, &CONFIRMATIONS, params![id.0], |tx| tx.execute(&CONFIRM, params![id.0, by.0, now]))?;
    Ok(())
}

/// Who has confirmed and when.
///
/// # Errors
/// The database.
pub fn confirmed<T: Tx>(tx: &mut T, id: Id) -> Result<Vec<(Id, i64)>> {
    check(tx, &CONFIRMATIONS, params![id.0])?;
    tx.query(&CONFIRMED, params![id.0], |row| Ok((row.get(0)?, row.get(1)?)))
}
