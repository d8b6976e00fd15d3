//! What officers are asked for, who approved, and the shares deposited meanwhile.

use crate::bound::{APPROVALS as BOUND_APPROVALS, REQUESTS as BOUND_REQUESTS, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// What officers are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: Id,
    /// Whose officers.
    pub organisation: Id,
    /// `case`, `recover` or `drill`.
    pub kind: String,
    /// Which case.
    pub case_id: Option<Id>,
    /// Who asks.
    pub asker: Id,
    /// `asked`, `open`, `ended`, `refused`, `done`; `forged` where the row was found so.
    pub state: String,
    /// Code of the purpose.
    pub purpose: String,
    /// Why, sealed.
    pub reason: Vec<u8>,
    /// Bits of the compartments.
    pub mask: i64,
    /// For how long.
    pub minutes: i64,
    /// One officer alone opened it.
    pub life: bool,
    /// When, microseconds.
    pub asked_at: i64,
    /// Nobody approves it from this moment on.
    pub ask_until: i64,
    /// When it was opened.
    pub opened_at: Option<i64>,
    /// When it ends by itself.
    pub until: Option<i64>,
    /// When it was ended and cleared away.
    pub ended_at: Option<i64>,
    /// When somebody went through what was looked at.
    pub reviewed_at: Option<i64>,
    /// Who.
    pub reviewed_by: Option<Id>,
    /// What she found, sealed.
    pub review: Option<Vec<u8>>,
}

/// A share deposited for another officer.
pub struct Deposit {
    /// For which request.
    pub request: Id,
    /// Whose share.
    pub officer: Id,
    /// For whom.
    pub recipient: Id,
    /// The share.
    pub sealed: Vec<u8>,
    /// When the request runs out, microseconds.
    pub until: i64,
}

macro_rules! requests {
    ($rest:literal) => {
        sql(concat!(
            "select id, organisation_id, kind, case_id, asker, state, purpose, reason, mask, minutes, life, asked_at, ask_until, \
             opened_at, until, ended_at, reviewed_at, reviewed_by, review from glass_requests ",
            $rest
        ))
    };
}

static REQUEST: Sql = requests!("where id = $1");
static OF_ORGANISATION: Sql =
    requests!("where organisation_id = $1 and kind <> 'drill' order by asked_at desc, id desc limit $2");
static DRILLS: Sql = requests!(
    "where organisation_id = $1 and kind = 'drill' and state = 'asked' and ask_until > $2 order by asked_at desc"
);
static OF_ASKER: Sql = requests!("where asker = $1 order by asked_at desc, id desc limit $2");
static OPENED_TO: Sql = requests!("where asker = $1 and state = 'open'");
static OPENED: Sql = requests!("where state = 'open' order by until, id");
static ADD_REQUEST: Sql = sql(
    "insert into glass_requests (id, organisation_id, kind, case_id, asker, state, purpose, reason, mask, minutes, life, \
     asked_at, ask_until) values ($1, $2, $3, $4, $5, 'asked', $6, $7, $8, $9, 0, $10, $11)",
);
static OPEN: Sql = sql(
    "update glass_requests set state = $2, opened_at = $3, until = $4, life = $5 where id = $1 and state = 'asked'",
);
static REFUSE: Sql =
    sql("update glass_requests set state = 'refused', ended_at = $2 where id = $1 and state = 'asked'");
static END: Sql = sql(
    "update glass_requests set state = 'ended', until = $2, ended_at = $3 where id = $1 and state = 'open'",
);
static SET_ASIDE: Sql = sql("update glass_requests set state = 'forged' where id = $1 and state = 'open'");
static REVIEW: Sql = sql(
    "update glass_requests set reviewed_at = $2, reviewed_by = $3, review = $4 where id = $1 and reviewed_at is null",
);
static APPROVALS: Sql = sql("select officer from glass_approvals where request_id = $1 order by at, officer");
static APPROVE: Sql = sql("insert into glass_approvals (request_id, officer, at) values ($1, $2, $3)");
static DEPOSITS: Sql =
    sql("select officer, sealed from glass_deposits where request_id = $1 and recipient = $2");
static DEPOSIT: Sql = sql(
    "insert into glass_deposits (request_id, officer, recipient, sealed, until) values ($1, $2, $3, $4, $5)",
);
static DROP_DEPOSITS: Sql = sql("delete from glass_deposits where request_id = $1");
static DROP_STALE_DEPOSITS: Sql = sql("delete from glass_deposits where until <= $1");
static STALE_DEPOSITS: Sql = sql("select request_id from glass_deposits where until <= $1 limit 1");
static FORGET_TEXTS: Sql = sql("update glass_requests set reason = $2, review = null where case_id = $1");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &REQUEST,
    &OF_ORGANISATION,
    &DRILLS,
    &OF_ASKER,
    &OPENED_TO,
    &OPENED,
    &ADD_REQUEST,
    &OPEN,
    &REFUSE,
    &END,
    &SET_ASIDE,
    &REVIEW,
    &APPROVALS,
    &APPROVE,
    &DEPOSITS,
    &DEPOSIT,
    &DROP_DEPOSITS,
    &DROP_STALE_DEPOSITS,
    &STALE_DEPOSITS,
    &FORGET_TEXTS,
];

type Result<T> = std::result::Result<T, StoreError>;

fn request_of(row: &Row<'_>) -> Result<Request> {
    Ok(Request {
        id: row.get(0)?,
        organisation: row.get(1)?,
        kind: row.get(2)?,
        case_id: row.get(3)?,
        asker: row.get(4)?,
        state: row.get(5)?,
        purpose: row.get(6)?,
        reason: row.get(7)?,
        mask: row.get(8)?,
        minutes: row.get(9)?,
        life: row.get::<i64>(10)? != 0,
        asked_at: row.get(11)?,
        ask_until: row.get(12)?,
        opened_at: row.get(13)?,
        until: row.get(14)?,
        ended_at: row.get(15)?,
        reviewed_at: row.get(16)?,
        reviewed_by: row.get(17)?,
        review: row.get(18)?,
    })
}

/// Those that are what the program wrote. One that another hand changed counts for nothing and takes no other along.
fn right<T: Tx>(tx: &mut T, found: Vec<Request>) -> Result<Vec<Request>> {
    let mut kept = Vec::new();
    for request in found {
        if is_right(tx, &request)? {
            kept.push(request);
        }
    }
    Ok(kept)
}

/// Is a request what the program wrote?
///
/// # Errors
/// The database.
pub fn is_right<T: Tx>(tx: &mut T, request: &Request) -> Result<bool> {
    match check(tx, &BOUND_REQUESTS, params![request.id.0]) {
        Ok(()) => Ok(true),
        Err(StoreError::Forged(table)) => {
            tracing::error!(table, id = %request.id, "a row was changed outside of the program and is left out");
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

/// A request.
///
/// # Errors
/// `Forged`; the database.
pub fn request<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Request>> {
    check(tx, &BOUND_REQUESTS, params![id.0])?;
    tx.query_opt(&REQUEST, params![id.0], request_of)
}

/// Requests to an organisation's officers, drills aside; the latest first.
///
/// # Errors
/// The database.
pub fn of_organisation<T: Tx>(tx: &mut T, organisation: Id, rows: i64) -> Result<Vec<Request>> {
    let found = tx.query(&OF_ORGANISATION, params![organisation.0, rows], request_of)?;
    right(tx, found)
}

/// Drills of an organisation that wait for officers.
///
/// # Errors
/// The database.
pub fn drills<T: Tx>(tx: &mut T, organisation: Id, now: i64) -> Result<Vec<Request>> {
    let found = tx.query(&DRILLS, params![organisation.0, now], request_of)?;
    right(tx, found)
}

/// What somebody has asked for.
///
/// # Errors
/// The database.
pub fn of_asker<T: Tx>(tx: &mut T, asker: Id, rows: i64) -> Result<Vec<Request>> {
    let found = tx.query(&OF_ASKER, params![asker.0, rows], request_of)?;
    right(tx, found)
}

/// What was opened to somebody and not cleared away yet; its time may be over.
///
/// # Errors
/// The database.
pub fn opened_to<T: Tx>(tx: &mut T, asker: Id) -> Result<Vec<Request>> {
    let found = tx.query(&OPENED_TO, params![asker.0], request_of)?;
    right(tx, found)
}

/// Everything that was opened and not cleared away yet, right or not: there are few at any moment.
///
/// # Errors
/// The database.
pub fn opened<T: Tx>(tx: &mut T) -> Result<Vec<Request>> {
    tx.query(&OPENED, params![], request_of)
}

/// Writes a request down; it is asked, and nothing more.
///
/// # Errors
/// The database.
pub fn ask(tx: &mut WriteTx<'_>, request: &Request) -> Result<()> {
    let r = request;
    change(tx, &BOUND_REQUESTS, params![r.id.0], |tx| {
        tx.execute(
            &ADD_REQUEST,
            params![
                r.id.0,
                r.organisation.0,
                r.kind.as_str(),
                r.case_id.map(|i| i.0),
                r.asker.0,
                r.purpose.as_str(),
                r.reason.as_slice(),
                r.mask,
                r.minutes,
                r.asked_at,
                r.ask_until
            ],
        )
    })?;
    Ok(())
}

/// It is opened until a moment, or done (a drill, a recovery).
///
/// # Errors
/// The database.
pub fn open(
    tx: &mut WriteTx<'_>,
    id: Id,
    state: &str,
    (at, until): (i64, Option<i64>),
    life: bool,
) -> Result<()> {
    change(tx, &BOUND_REQUESTS, params![id.0], |tx| {
        tx.execute(&OPEN, params![id.0, state, at, until, i64::from(life)])
    })?;
    tx.execute(&DROP_DEPOSITS, params![id.0])?;
    Ok(())
}

/// It is refused.
///
/// # Errors
/// The database.
pub fn refuse(tx: &mut WriteTx<'_>, id: Id, now: i64) -> Result<()> {
    change(tx, &BOUND_REQUESTS, params![id.0], |tx| tx.execute(&REFUSE, params![id.0, now]))?;
    tx.execute(&DROP_DEPOSITS, params![id.0])?;
    Ok(())
}

/// It has ended, at `until`, and was cleared away now.
///
/// # Errors
/// The database.
pub fn end(tx: &mut WriteTx<'_>, id: Id, until: i64, now: i64) -> Result<()> {
    change(tx, &BOUND_REQUESTS, params![id.0], |tx| tx.execute(&END, params![id.0, until, now]))?;
    Ok(())
}

/// An opened one that another hand changed is out of the way; it stays as forged as it was.
///
/// # Errors
/// The database.
pub fn set_aside(tx: &mut WriteTx<'_>, id: Id) -> Result<()> {
    tx.execute(&SET_ASIDE, params![id.0])?;
    Ok(())
}

/// Somebody went through what was looked at; says whether she was the first.
///
/// # Errors
/// The database.
pub fn review(tx: &mut WriteTx<'_>, id: Id, by: Id, text: &[u8], now: i64) -> Result<bool> {
    let values = params![id.0, now, by.0, text];
    Ok(change(tx, &BOUND_REQUESTS, params![id.0], |tx| tx.execute(&REVIEW, values))? > 0)
}

/// Who has approved, in order.
///
/// # Errors
/// The database.
pub fn approvals<T: Tx>(tx: &mut T, request: Id) -> Result<Vec<Id>> {
    check(tx, &BOUND_APPROVALS, params![request.0])?;
    tx.query(&APPROVALS, params![request.0], |row| row.get(0))
}

/// An officer approves.
///
/// # Errors
/// The database; a second approval of the same officer breaks the key.
pub fn approve(tx: &mut WriteTx<'_>, request: Id, officer: Id, now: i64) -> Result<()> {
    let values = params![request.0, officer.0, now];
    change(tx, &BOUND_APPROVALS, params![request.0], |tx| tx.execute(&APPROVE, values))?;
    Ok(())
}

/// Shares deposited for an officer: whose, sealed.
///
/// # Errors
/// The database.
pub fn deposits<T: Tx>(tx: &mut T, request: Id, recipient: Id) -> Result<Vec<(Id, Vec<u8>)>> {
    tx.query(&DEPOSITS, params![request.0, recipient.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Deposits an officer's share for another officer.
///
/// # Errors
/// The database.
pub fn deposit(tx: &mut WriteTx<'_>, d: &Deposit) -> Result<()> {
    let sealed = d.sealed.as_slice();
    tx.execute(&DEPOSIT, params![d.request.0, d.officer.0, d.recipient.0, sealed, d.until])?;
    Ok(())
}

/// Are there deposits of requests that nobody can approve any more?
///
/// # Errors
/// The database.
pub fn stale_deposits<T: Tx>(tx: &mut T, now: i64) -> Result<bool> {
    Ok(tx.query_opt(&STALE_DEPOSITS, params![now], |row| row.get::<Id>(0))?.is_some())
}

/// Deposits of requests that nobody can approve any more go.
///
/// # Errors
/// The database.
pub fn drop_stale_deposits(tx: &mut WriteTx<'_>, now: i64) -> Result<()> {
    tx.execute(&DROP_STALE_DEPOSITS, params![now])?;
    Ok(())
}

/// Empties what was written about a case when it was asked for and gone through.
///
/// # Errors
/// The database.
pub fn forget_texts(tx: &mut WriteTx<'_>, case: Id) -> Result<()> {
    let nothing: &[u8] = &[];
    tx.execute(&FORGET_TEXTS, params![case.0, nothing])?;
    Ok(())
}
