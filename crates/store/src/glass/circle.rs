//! Circles of officers, their shares, and the role keys that are sealed to them.

use crate::bound::{CIRCLES as BOUND_CIRCLES, OFFICERS as BOUND_OFFICERS, change, check};
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

macro_rules! circles {
    ($rest:literal) => {
        sql(concat!(
            "select id, organisation_id, state, needed, life, commitment, public, made_by, made_at, accepted_by, drilled_at \
             from glass_circles ",
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
static DROP_APPROVALS: Sql = sql(
    "delete from glass_approvals where request_id in (select id from glass_requests where organisation_id = $1 and state = 'asked')",
);
static DROP_ALL_DEPOSITS: Sql = sql(
    "delete from glass_deposits where request_id in (select id from glass_requests where organisation_id = $1)",
);

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
    &DROP_APPROVALS,
    &DROP_ALL_DEPOSITS,
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
