//! Circles of officers, what they are asked for, whom they told; notes sealed to persons.

use crate::bound::{
    CIRCLES as BOUND_CIRCLES, NOTES as BOUND_NOTES, OFFICERS as BOUND_OFFICERS, change, check,
};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A circle of officers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// Its id.
    pub id: Id,
    /// Whose.
    pub organisation: Id,
    /// `named`, `live` or `ended`.
    pub state: String,
    /// How many officers it takes.
    pub needed: i64,
    /// May one officer open a case alone when a life is in danger?
    pub life: bool,
    /// Digests of the shares, in the form of the vault; nothing before it is accepted.
    pub commitment: Option<Vec<u8>>,
    /// Public half of the circle's pair.
    pub public: Option<Vec<u8>>,
    /// Who named it.
    pub made_by: Id,
    /// When, microseconds.
    pub made_at: i64,
    /// Who accepted it.
    pub accepted_by: Option<Id>,
    /// When the shares last came together in a drill.
    pub drilled_at: Option<i64>,
}

/// An officer of a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Who.
    pub user: Id,
    /// Answers for data protection.
    pub dpo: bool,
    /// The open part of the share.
    pub frame: Option<Vec<u8>>,
    /// The value, sealed to the officer.
    pub sealed: Option<Vec<u8>>,
    /// The whole private half, where one officer is enough.
    pub whole: Option<Vec<u8>>,
    /// When the share last opened and was right.
    pub checked_at: Option<i64>,
}

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
    /// `asked`, `open`, `ended`, `refused`, `done`.
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

/// What somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: Id,
    /// To whom.
    pub user: Id,
    /// Code of the news.
    pub kind: String,
    /// About which request.
    pub request: Option<Id>,
    /// About which colleague.
    pub about: Option<Id>,
    /// When, microseconds.
    pub at: i64,
}

/// A note sealed to persons, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id, which is the subject of its key.
    pub id: Id,
    /// In which case.
    pub case_id: Id,
    /// Bound into the seal.
    pub organisation: Id,
    /// Who wrote it.
    pub written_by: Id,
    /// When, microseconds.
    pub written_at: i64,
    /// The text.
    pub sealed: Vec<u8>,
}

macro_rules! circles {
    ($rest:literal) => {
        sql(concat!(
            "select id, organisation_id, state, needed, life, commitment, public, made_by, made_at, accepted_by, drilled_at \
             from glass_circles ",
            $rest
        ))
    };
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

static CIRCLES: Sql =
    circles!("where organisation_id = $1 and state in ('named', 'live') order by made_at desc");
static CIRCLE: Sql = circles!("where id = $1");
static ADD_CIRCLE: Sql = sql(
    "insert into glass_circles (id, organisation_id, state, needed, life, made_by, made_at) values ($1, $2, 'named', $3, $4, $5, $6)",
);
static START_CIRCLE: Sql = sql(
    "update glass_circles set state = 'live', commitment = $2, public = $3, accepted_by = $4, accepted_at = $5 where id = $1",
);
static END_CIRCLE: Sql = sql("update glass_circles set state = 'ended' where id = $1");
static DROP_NAMED: Sql = sql("delete from glass_circles where id = $1 and state = 'named'");
static DROP_OFFICERS: Sql = sql("delete from glass_officers where circle_id = $1");
static DRILLED: Sql = sql("update glass_circles set drilled_at = $2 where id = $1");
static OFFICERS: Sql = sql(
    "select user_id, dpo, frame, sealed, whole, checked_at from glass_officers where circle_id = $1 order by user_id",
);
static ADD_OFFICER: Sql = sql("insert into glass_officers (circle_id, user_id, dpo) values ($1, $2, $3)");
static SET_SHARE: Sql = sql(
    "update glass_officers set frame = $3, sealed = $4, whole = $5, checked_at = $6 where circle_id = $1 and user_id = $2",
);
static DROP_SHARES: Sql =
    sql("update glass_officers set frame = null, sealed = null, whole = null where circle_id = $1");
static CHECKED: Sql = sql("update glass_officers set checked_at = $3 where circle_id = $1 and user_id = $2");
static CIRCLES_OF: Sql =
    sql("select c.organisation_id from glass_officers o join glass_circles c on c.id = o.circle_id \
     where o.user_id = $1 and c.state = 'live'");
static KEYS: Sql = sql("select class, epoch, sealed from glass_keys where circle_id = $1");
static ADD_KEY: Sql = sql("insert into glass_keys (circle_id, class, epoch, sealed) values ($1, $2, $3, $4)");
static DROP_KEYS: Sql = sql("delete from glass_keys where circle_id = $1");

static REQUEST: Sql = requests!("where id = $1");
static OF_ORGANISATION: Sql =
    requests!("where organisation_id = $1 and kind <> 'drill' order by asked_at desc, id desc limit $2");
static DRILLS: Sql = requests!(
    "where organisation_id = $1 and kind = 'drill' and state = 'asked' and ask_until > $2 order by asked_at desc"
);
static OF_ASKER: Sql = requests!("where asker = $1 order by asked_at desc, id desc limit $2");
static OVER: Sql = requests!("where state = 'open' and until <= $1 order by until, id limit 50");
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
static REVIEW: Sql = sql(
    "update glass_requests set reviewed_at = $2, reviewed_by = $3, review = $4 where id = $1 and reviewed_at is null",
);
static APPROVALS: Sql = sql("select officer from glass_approvals where request_id = $1 order by at, officer");
static APPROVE: Sql = sql("insert into glass_approvals (request_id, officer, at) values ($1, $2, $3)");
static DROP_APPROVALS: Sql = sql(
    "delete from glass_approvals where request_id in (select id from glass_requests where organisation_id = $1 and state = 'asked')",
);
static DEPOSITS: Sql =
    sql("select officer, sealed from glass_deposits where request_id = $1 and recipient = $2");
static DEPOSIT: Sql = sql(
    "insert into glass_deposits (request_id, officer, recipient, sealed, until) values ($1, $2, $3, $4, $5)",
);
static DROP_DEPOSITS: Sql = sql("delete from glass_deposits where request_id = $1");
static DROP_ALL_DEPOSITS: Sql = sql(
    "delete from glass_deposits where request_id in (select id from glass_requests where organisation_id = $1)",
);
static DROP_STALE_DEPOSITS: Sql = sql("delete from glass_deposits where until <= $1");

static STALE_DEPOSITS: Sql = sql("select request_id from glass_deposits where until <= $1 limit 1");
static NOTICES: Sql = sql(
    "select id, user_id, kind, request_id, about, at from glass_notices where user_id = $1 and seen_at is null \
     order by at desc, id limit 100",
);
static NOTIFY: Sql = sql(
    "insert into glass_notices (id, user_id, kind, request_id, about, at) values ($1, $2, $3, $4, $5, $6)",
);
static SEEN: Sql =
    sql("update glass_notices set seen_at = $3 where id = $1 and user_id = $2 and seen_at is null");

static NOTES: Sql = sql(
    "select id, case_id, organisation_id, written_by, written_at, sealed from sealed_notes where case_id = $1 \
     order by written_at, id",
);
static NOTE: Sql = sql(
    "select id, case_id, organisation_id, written_by, written_at, sealed from sealed_notes where id = $1",
);
static ADD_NOTE: Sql = sql(
    "insert into sealed_notes (id, case_id, organisation_id, written_by, written_at, sealed) values ($1, $2, $3, $4, $5, $6)",
);
static DROP_NOTE: Sql = sql("delete from sealed_notes where id = $1");
static DROP_HOLDERS: Sql = sql("delete from sealed_holders where note_id = $1");
static FORGET_TEXTS: Sql = sql("update glass_requests set reason = $2, review = null where case_id = $1");
static HOLDERS: Sql = sql("select user_id from sealed_holders where note_id = $1 order by named_at, user_id");
static ADD_HOLDER: Sql =
    sql("insert into sealed_holders (note_id, user_id, named_by, named_at) values ($1, $2, $3, $4)");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &CIRCLES,
    &CIRCLE,
    &ADD_CIRCLE,
    &START_CIRCLE,
    &END_CIRCLE,
    &DROP_NAMED,
    &DROP_OFFICERS,
    &DRILLED,
    &OFFICERS,
    &ADD_OFFICER,
    &SET_SHARE,
    &DROP_SHARES,
    &CHECKED,
    &CIRCLES_OF,
    &KEYS,
    &ADD_KEY,
    &DROP_KEYS,
    &REQUEST,
    &OF_ORGANISATION,
    &DRILLS,
    &OF_ASKER,
    &OVER,
    &ADD_REQUEST,
    &OPEN,
    &REFUSE,
    &END,
    &REVIEW,
    &APPROVALS,
    &APPROVE,
    &DROP_APPROVALS,
    &DEPOSITS,
    &DEPOSIT,
    &DROP_DEPOSITS,
    &DROP_ALL_DEPOSITS,
    &DROP_STALE_DEPOSITS,
    &STALE_DEPOSITS,
    &NOTICES,
    &NOTIFY,
    &SEEN,
    &NOTES,
    &NOTE,
    &ADD_NOTE,
    &DROP_NOTE,
    &DROP_HOLDERS,
    &FORGET_TEXTS,
    &HOLDERS,
    &ADD_HOLDER,
];

type Result<T> = std::result::Result<T, StoreError>;

fn circle_of(row: &Row<'_>) -> Result<Circle> {
    Ok(Circle {
        id: row.get(0)?,
        organisation: row.get(1)?,
        state: row.get(2)?,
        needed: row.get(3)?,
        life: row.get::<i64>(4)? != 0,
        commitment: row.get(5)?,
        public: row.get(6)?,
        made_by: row.get(7)?,
        made_at: row.get(8)?,
        accepted_by: row.get(9)?,
        drilled_at: row.get(10)?,
    })
}

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

fn note_of(row: &Row<'_>) -> Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        case_id: row.get(1)?,
        organisation: row.get(2)?,
        written_by: row.get(3)?,
        written_at: row.get(4)?,
        sealed: row.get(5)?,
    })
}

/// Circles of an organisation that are named or live; the latest first.
///
/// # Errors
/// The database.
pub fn circles<T: Tx>(tx: &mut T, organisation: Id) -> Result<Vec<Circle>> {
    check(tx, &BOUND_CIRCLES, params![organisation.0])?;
    tx.query(&CIRCLES, params![organisation.0], circle_of)
}

/// A circle.
///
/// # Errors
/// The database.
pub fn circle<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Circle>> {
    let found = tx.query_opt(&CIRCLE, params![id.0], circle_of)?;
    if let Some(found) = &found {
        check(tx, &BOUND_CIRCLES, params![found.organisation.0])?;
    }
    Ok(found)
}

/// Names a circle. The columns of its keys are filled by [`start`].
///
/// # Errors
/// The database.
pub fn add_circle(tx: &mut WriteTx<'_>, circle: &Circle) -> Result<()> {
    let c = circle;
    let life = i64::from(c.life);
    let values = params![c.id.0, c.organisation.0, c.needed, life, c.made_by.0, c.made_at];
    change(tx, &BOUND_CIRCLES, params![c.organisation.0], |tx| tx.execute(&ADD_CIRCLE, values))?;
    Ok(())
}

/// A circle has its key pair and begins.
///
/// # Errors
/// The database.
pub fn start(
    tx: &mut WriteTx<'_>,
    circle: Id,
    (commitment, public): (&[u8], &[u8]),
    by: Id,
    now: i64,
) -> Result<()> {
    let of = self::circle(tx, circle)?.ok_or(StoreError::NotOne)?.organisation;
    change(tx, &BOUND_CIRCLES, params![of.0], |tx| {
        tx.execute(&START_CIRCLE, params![circle.0, commitment, public, by.0, now])
    })?;
    Ok(())
}

/// A circle ends: its sealed keys and shares go, and what officers had deposited for open requests.
///
/// # Errors
/// The database.
pub fn end_circle(tx: &mut WriteTx<'_>, circle: Id, organisation: Id) -> Result<()> {
    change(tx, &BOUND_CIRCLES, params![organisation.0], |tx| tx.execute(&END_CIRCLE, params![circle.0]))?;
    change(tx, &BOUND_OFFICERS, params![circle.0], |tx| tx.execute(&DROP_SHARES, params![circle.0]))?;
    tx.execute(&DROP_KEYS, params![circle.0])?;
    tx.execute(&DROP_APPROVALS, params![organisation.0])?;
    tx.execute(&DROP_ALL_DEPOSITS, params![organisation.0])?;
    Ok(())
}

/// A circle that nobody accepted is forgotten.
///
/// # Errors
/// The database.
pub fn drop_named(tx: &mut WriteTx<'_>, circle: Id) -> Result<()> {
    if tx.execute(&DROP_NAMED, params![circle.0])? > 0 {
        tx.execute(&DROP_OFFICERS, params![circle.0])?;
    }
    Ok(())
}

/// The shares of a circle came together.
///
/// # Errors
/// The database.
pub fn drilled(tx: &mut WriteTx<'_>, circle: Id, now: i64) -> Result<()> {
    tx.execute(&DRILLED, params![circle.0, now])?;
    Ok(())
}

/// Officers of a circle.
///
/// # Errors
/// The database.
pub fn officers<T: Tx>(tx: &mut T, circle: Id) -> Result<Vec<Officer>> {
    check(tx, &BOUND_OFFICERS, params![circle.0])?;
    tx.query(&OFFICERS, params![circle.0], |row| {
        Ok(Officer {
            user: row.get(0)?,
            dpo: row.get::<i64>(1)? != 0,
            frame: row.get(2)?,
            sealed: row.get(3)?,
            whole: row.get(4)?,
            checked_at: row.get(5)?,
        })
    })
}

/// Names an officer.
///
/// # Errors
/// The database.
pub fn add_officer(tx: &mut WriteTx<'_>, circle: Id, user: Id, dpo: bool) -> Result<()> {
    change(tx, &BOUND_OFFICERS, params![circle.0], |tx| {
        tx.execute(&ADD_OFFICER, params![circle.0, user.0, i64::from(dpo)])
    })?;
    Ok(())
}

/// Gives an officer his share.
///
/// # Errors
/// The database.
pub fn set_share(tx: &mut WriteTx<'_>, circle: Id, officer: &Officer) -> Result<()> {
    let o = officer;
    change(tx, &BOUND_OFFICERS, params![circle.0], |tx| {
        tx.execute(
            &SET_SHARE,
            params![
                circle.0,
                o.user.0,
                o.frame.as_deref(),
                o.sealed.as_deref(),
                o.whole.as_deref(),
                o.checked_at
            ],
        )
    })?;
    Ok(())
}

/// An officer's share opened and was right.
///
/// # Errors
/// The database.
pub fn checked(tx: &mut WriteTx<'_>, circle: Id, user: Id, now: i64) -> Result<()> {
    tx.execute(&CHECKED, params![circle.0, user.0, now])?;
    Ok(())
}

/// Organisations whose officer somebody is.
///
/// # Errors
/// The database.
pub fn circles_of<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Id>> {
    tx.query(&CIRCLES_OF, params![user.0], |row| row.get(0))
}

/// Role keys sealed to a circle: class, epoch, sealed.
///
/// # Errors
/// The database.
pub fn keys<T: Tx>(tx: &mut T, circle: Id) -> Result<Vec<(i64, i64, Vec<u8>)>> {
    tx.query(&KEYS, params![circle.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Adds a role key sealed to a circle.
///
/// # Errors
/// The database.
pub fn add_key(tx: &mut WriteTx<'_>, circle: Id, (class, epoch): (i64, i64), sealed: &[u8]) -> Result<()> {
    tx.execute(&ADD_KEY, params![circle.0, class, epoch, sealed])?;
    Ok(())
}

/// A request.
///
/// # Errors
/// The database.
pub fn request<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Request>> {
    tx.query_opt(&REQUEST, params![id.0], request_of)
}

/// Requests to an organisation's officers, drills aside; the latest first.
///
/// # Errors
/// The database.
pub fn of_organisation<T: Tx>(tx: &mut T, organisation: Id, rows: i64) -> Result<Vec<Request>> {
    tx.query(&OF_ORGANISATION, params![organisation.0, rows], request_of)
}

/// Drills of an organisation that wait for officers.
///
/// # Errors
/// The database.
pub fn drills<T: Tx>(tx: &mut T, organisation: Id, now: i64) -> Result<Vec<Request>> {
    tx.query(&DRILLS, params![organisation.0, now], request_of)
}

/// What somebody has asked for.
///
/// # Errors
/// The database.
pub fn of_asker<T: Tx>(tx: &mut T, asker: Id, rows: i64) -> Result<Vec<Request>> {
    tx.query(&OF_ASKER, params![asker.0, rows], request_of)
}

/// Opened ones whose time is over and that nobody has cleared away yet.
///
/// # Errors
/// The database.
pub fn over<T: Tx>(tx: &mut T, now: i64) -> Result<Vec<Request>> {
    tx.query(&OVER, params![now], request_of)
}

/// Writes a request down; it is asked, and nothing more.
///
/// # Errors
/// The database.
pub fn ask(tx: &mut WriteTx<'_>, request: &Request) -> Result<()> {
    let r = request;
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
    )?;
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
    tx.execute(&OPEN, params![id.0, state, at, until, i64::from(life)])?;
    tx.execute(&DROP_DEPOSITS, params![id.0])?;
    Ok(())
}

/// It is refused.
///
/// # Errors
/// The database.
pub fn refuse(tx: &mut WriteTx<'_>, id: Id, now: i64) -> Result<()> {
    tx.execute(&REFUSE, params![id.0, now])?;
    tx.execute(&DROP_DEPOSITS, params![id.0])?;
    Ok(())
}

/// It has ended, at `until`, and was cleared away now.
///
/// # Errors
/// The database.
pub fn end(tx: &mut WriteTx<'_>, id: Id, until: i64, now: i64) -> Result<()> {
    tx.execute(&END, params![id.0, until, now])?;
    Ok(())
}

/// Somebody went through what was looked at; says whether she was the first.
///
/// # Errors
/// The database.
pub fn review(tx: &mut WriteTx<'_>, id: Id, by: Id, text: &[u8], now: i64) -> Result<bool> {
    Ok(tx.execute(&REVIEW, params![id.0, now, by.0, text])? > 0)
}

/// Who has approved, in order.
///
/// # Errors
/// The database.
pub fn approvals<T: Tx>(tx: &mut T, request: Id) -> Result<Vec<Id>> {
    tx.query(&APPROVALS, params![request.0], |row| row.get(0))
}

/// An officer approves.
///
/// # Errors
/// The database; a second approval of the same officer breaks the key.
pub fn approve(tx: &mut WriteTx<'_>, request: Id, officer: Id, now: i64) -> Result<()> {
    tx.execute(&APPROVE, params![request.0, officer.0, now])?;
    Ok(())
}

/// Shares deposited for an officer: whose, sealed.
///
/// # Errors
/// The database.
pub fn deposits<T: Tx>(tx: &mut T, request: Id, recipient: Id) -> Result<Vec<(Id, Vec<u8>)>> {
    tx.query(&DEPOSITS, params![request.0, recipient.0], |row| Ok((row.get(0)?, row.get(1)?)))
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

/// What somebody has been told and not put away yet.
///
/// # Errors
/// The database.
pub fn notices<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Notice>> {
    tx.query(&NOTICES, params![user.0], |row| {
        Ok(Notice {
            id: row.get(0)?,
            user: row.get(1)?,
            kind: row.get(2)?,
            request: row.get(3)?,
            about: row.get(4)?,
            at: row.get(5)?,
        })
    })
}

/// Tells somebody something.
///
/// # Errors
/// The database.
pub fn notify(tx: &mut WriteTx<'_>, n: &Notice) -> Result<()> {
    let (request, about) = (n.request.map(|i| i.0), n.about.map(|i| i.0));
    tx.execute(&NOTIFY, params![n.id.0, n.user.0, n.kind.as_str(), request, about, n.at])?;
    Ok(())
}

/// Puts a notice away; says whether it was there.
///
/// # Errors
/// The database.
pub fn seen(tx: &mut WriteTx<'_>, id: Id, user: Id, now: i64) -> Result<bool> {
    Ok(tx.execute(&SEEN, params![id.0, user.0, now])? > 0)
}

/// Sealed notes of a case.
///
/// # Errors
/// The database.
pub fn notes<T: Tx>(tx: &mut T, case: Id) -> Result<Vec<Note>> {
    check(tx, &BOUND_NOTES, params![case.0])?;
    tx.query(&NOTES, params![case.0], note_of)
}

/// A sealed note.
///
/// # Errors
/// The database.
pub fn note<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Note>> {
    let found = tx.query_opt(&NOTE, params![id.0], note_of)?;
    if let Some(found) = &found {
        check(tx, &BOUND_NOTES, params![found.case_id.0])?;
    }
    Ok(found)
}

/// Writes a sealed note.
///
/// # Errors
/// The database.
pub fn add_note(tx: &mut WriteTx<'_>, n: &Note) -> Result<()> {
    change(tx, &BOUND_NOTES, params![n.case_id.0], |tx| {
        tx.execute(
            &ADD_NOTE,
            params![n.id.0, n.case_id.0, n.organisation.0, n.written_by.0, n.written_at, n.sealed.as_slice()],
        )
    })?;
    Ok(())
}

/// Deletes a sealed note and who held it.
///
/// # Errors
/// The database.
pub fn drop_note(tx: &mut WriteTx<'_>, id: Id) -> Result<()> {
    tx.execute(&DROP_NOTE, params![id.0])?;
    tx.execute(&DROP_HOLDERS, params![id.0])?;
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

/// Who may open a sealed note.
///
/// # Errors
/// The database.
pub fn holders<T: Tx>(tx: &mut T, note: Id) -> Result<Vec<Id>> {
    tx.query(&HOLDERS, params![note.0], |row| row.get(0))
}

/// Names somebody who may open a sealed note.
///
/// # Errors
/// The database.
pub fn add_holder(tx: &mut WriteTx<'_>, note: Id, user: Id, by: Id, now: i64) -> Result<()> {
    tx.execute(&ADD_HOLDER, params![note.0, user.0, by.0, now])?;
    Ok(())
}
