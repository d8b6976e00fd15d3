//! Who stands how to a case; what lists of cases join.

use crate::db::{self, Sql, StoreError, Tx, WriteTx, sql};
use crate::many::{filled, room};
use crate::params;
use domain::Id;
use domain::policy::Scope;

/// One relation of a holder (user or organisation) to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The case.
    pub case_id: Id,
    /// User, organisation, or the national list.
    pub holder: Id,
    /// Code of the relation.
    pub relation: String,
    /// State of the case.
    pub state: String,
    /// When the case was touched last, microseconds.
    pub touched_at: i64,
    /// Bits of the compartments it reaches at most.
    pub mask: i64,
    /// Holds from this moment on, microseconds.
    pub since: i64,
    /// Holds before this moment; `i64::MAX` has no end.
    pub until: i64,
    /// The share behind it.
    pub share_id: Option<Id>,
}

impl Row {
    /// A relation without conditions.
    #[must_use]
    pub fn new(case_id: Id, holder: Id, relation: &str, state: &str, touched_at: i64) -> Row {
        Row {
            case_id,
            holder,
            relation: relation.to_owned(),
            state: state.to_owned(),
            touched_at,
            mask: 63,
            since: 0,
            until: i64::MAX,
            share_id: None,
        }
    }
}

static RELATIONS: Sql = sql("select relation from access where case_id = $1 and holder = $2");
macro_rules! standing {
    ($holders:literal, $($cases:tt)+) => {
        sql(concat!(
            "select a.relation, a.mask, a.since, a.until, s.id, s.organisation_id, s.field_groups, s.purpose, s.ground, \
             s.consent_id, s.since, s.asked_until, s.until, s.opened_by, s.mac, s.ended_at, a.case_id \
             from access a left join shares s on s.id = a.share_id where a.case_id in (",
            $($cases)+,
            ") and a.holder in (",
            $holders,
            ")"
        ))
    };
}
static STANDING: Sql = standing!("$2, $3, $4", "$1");
static STANDING_MANY: Sql = standing!("$26, $27, $28", room!());
static OF_CASE: Sql = sql(
    "select holder, relation, state, touched_at, mask, since, until, share_id from access where case_id = $1 \
     order by relation, holder",
);
static INSERT: Sql =
    sql("insert into access (case_id, holder, relation, state, touched_at, mask, since, until, share_id) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
static MOVE_END: Sql = sql("update access set until = $3 where case_id = $1 and share_id = $2");
static DELETE: Sql = sql("delete from access where case_id = $1 and holder = $2 and relation = $3");
static TOUCH: Sql = sql("update access set touched_at = $2 where case_id = $1");
static SET_STATE: Sql = sql("update access set state = $2, touched_at = $3 where case_id = $1");
// Somebody may hold two relations to one case (lead and named in the team): the page shows it once.
static PAGE: Sql = sql(
    "select distinct case_id, touched_at from access where holder = $1 and (touched_at, case_id) < ($2, $3) \
     and state <> 'closed' and relation in ($5, $6, $7) and since <= $8 and until > $8 \
     order by touched_at desc, case_id desc limit $4",
);
static PAGE_STATE: Sql = sql(
    "select distinct case_id, touched_at from access where holder = $1 and state = $2 and (touched_at, case_id) < ($3, $4) \
     and relation in ($6, $7, $8) and since <= $9 and until > $9 order by touched_at desc, case_id desc limit $5",
);
static COUNT: Sql = sql(
    "select count(*) from (select case_id from access where holder = $1 and state <> 'closed' and relation in ($3, $4, $5) \
     and since <= $6 and until > $6 limit $2) as some_cases",
);
// The relation stands in the text: it is the condition of the index.
static OVER: Sql =
    sql("select case_id, holder, share_id from access where relation = 'addressed' and until <= $1 \
     order by until limit $2");
static RECIPIENTS_OF: Sql =
    sql("select distinct b.holder from access a join access b on b.case_id = a.case_id \
     where a.holder = $1 and a.relation = 'organisation' and b.relation = $2");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &RELATIONS,
    &STANDING,
    &STANDING_MANY,
    &OF_CASE,
    &INSERT,
    &MOVE_END,
    &DELETE,
    &TOUCH,
    &SET_STATE,
    &PAGE,
    &PAGE_STATE,
    &COUNT,
    &OVER,
    &RECIPIENTS_OF,
];

type Result<T> = std::result::Result<T, StoreError>;

/// Relations of one holder to one case.
///
/// # Errors
/// The database.
pub fn relations<T: Tx>(tx: &mut T, case_id: Id, holder: Id) -> Result<Vec<String>> {
    tx.query(&RELATIONS, params![case_id.0, holder.0], |row| row.get(0))
}

/// A relation with its conditions, and the share behind it.
pub struct Standing {
    /// Code of the relation.
    pub relation: String,
    /// Bits of the compartments it reaches at most.
    pub mask: i64,
    /// Holds from this moment on, microseconds.
    pub since: i64,
    /// Holds before this moment.
    pub until: i64,
    /// What was agreed.
    pub share: Option<crate::shares::Share>,
}

/// Relations of a user, an organisation and the national list to one case, in one statement. Those that
/// have ended by time are among them: the policy compares.
///
/// # Errors
/// The database.
pub fn standing<T: Tx>(tx: &mut T, case_id: Id, [a, b, c]: [Id; 3]) -> Result<Vec<Standing>> {
    let rows = tx.query(&STANDING, params![case_id.0, a.0, b.0, c.0], standing_of)?;
    Ok(rows.into_iter().map(|(_, standing)| standing).collect())
}

/// The same for many cases: a case, and one relation to it.
///
/// # Errors
/// The database.
pub fn standing_many<T: Tx>(tx: &mut T, cases: &[Id], [a, b, c]: [Id; 3]) -> Result<Vec<(Id, Standing)>> {
    let cases: Vec<[u8; 16]> = cases.iter().map(|id| id.0).collect();
    let mut found = Vec::new();
    for params in filled(&cases, params![a.0, b.0, c.0]) {
        found.extend(tx.query(&STANDING_MANY, &params, standing_of)?);
    }
    Ok(found)
}

fn standing_of(row: &db::Row<'_>) -> Result<(Id, Standing)> {
    let case_id = row.get(16)?;
    let share = match row.get::<Option<Id>>(4)? {
        None => None,
        Some(id) => Some(crate::shares::Share {
            id,
            case_id,
            organisation_id: row.get(5)?,
            groups: row.get(6)?,
            purpose: row.get(7)?,
            ground: row.get(8)?,
            consent_id: row.get(9)?,
            since: row.get(10)?,
            asked_until: row.get(11)?,
            until: row.get(12)?,
            opened_by: row.get(13)?,
            mac: row.get(14)?,
            ended_at: row.get(15)?,
            ..crate::shares::Share::default()
        }),
    };
    let standing =
        Standing { relation: row.get(0)?, mask: row.get(1)?, since: row.get(2)?, until: row.get(3)?, share };
    Ok((case_id, standing))
}

/// A share's row ends at another moment.
///
/// # Errors
/// The database.
pub fn move_end(tx: &mut WriteTx<'_>, case_id: Id, share_id: Id, until: i64) -> Result<()> {
    tx.execute(&MOVE_END, params![case_id.0, share_id.0, until])?;
    Ok(())
}

/// Every relation to a case.
///
/// # Errors
/// The database.
pub fn of_case<T: Tx>(tx: &mut T, case_id: Id) -> Result<Vec<Row>> {
    tx.query(&OF_CASE, params![case_id], |row| {
        Ok(Row {
            case_id,
            holder: row.get(0)?,
            relation: row.get(1)?,
            state: row.get(2)?,
            touched_at: row.get(3)?,
            mask: row.get(4)?,
            since: row.get(5)?,
            until: row.get(6)?,
            share_id: row.get(7)?,
        })
    })
}

/// Adds a relation.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, row: &Row) -> Result<()> {
    tx.execute(
        &INSERT,
        params![
            row.case_id.0,
            row.holder.0,
            row.relation,
            row.state,
            row.touched_at,
            row.mask,
            row.since,
            row.until,
            row.share_id.map(|i| i.0)
        ],
    )?;
    Ok(())
}

/// Takes a relation away.
///
/// # Errors
/// The database.
pub fn delete(tx: &mut WriteTx<'_>, case_id: Id, holder: Id, relation: &str) -> Result<()> {
    tx.execute(&DELETE, params![case_id.0, holder.0, relation])?;
    Ok(())
}

/// The case was worked on.
///
/// # Errors
/// The database.
pub fn touch(tx: &mut WriteTx<'_>, case_id: Id, now: i64) -> Result<()> {
    tx.execute(&TOUCH, params![case_id.0, now])?;
    Ok(())
}

/// The case is in another state.
///
/// # Errors
/// The database.
pub fn set_state(tx: &mut WriteTx<'_>, case_id: Id, state: &str, now: i64) -> Result<()> {
    tx.execute(&SET_STATE, params![case_id.0, state, now])?;
    Ok(())
}

/// A share whose time is over and whose row is still there.
pub struct Over {
    /// The case.
    pub case_id: Id,
    /// Who received.
    pub holder: Id,
    /// The share behind it.
    pub share_id: Option<Id>,
}

/// Shares whose time is over at a moment and whose rows are still there, the oldest end first.
///
/// # Errors
/// The database.
pub fn over<T: Tx>(tx: &mut T, now: i64, rows: i64) -> Result<Vec<Over>> {
    tx.query(&OVER, params![now, rows], |row| {
        Ok(Over { case_id: row.get(0)?, holder: row.get(1)?, share_id: row.get(2)? })
    })
}

/// Who stands in a relation to any case of an organisation.
///
/// # Errors
/// The database.
pub fn recipients_of<T: Tx>(tx: &mut T, organisation: Id, relation: &str) -> Result<Vec<Id>> {
    tx.query(&RECIPIENTS_OF, params![organisation.0, relation], |row| row.get(0))
}

/// A line of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The case.
    pub case_id: Id,
    /// When it was touched last.
    pub touched_at: i64,
}

/// A page of cases in a scope, latest touched first.
///
/// # Errors
/// The database.
pub fn page<T: Tx>(
    tx: &mut T,
    scope: &Scope,
    state: Option<&str>,
    after: Option<(i64, Id)>,
    rows: i64,
) -> Result<Vec<Line>> {
    let (at, id) = after.unwrap_or((i64::MAX, Id([0xff; 16])));
    let holder = scope.holder().0;
    let line = |row: &crate::db::Row<'_>| Ok(Line { case_id: row.get(0)?, touched_at: row.get(1)? });
    let ([r1, r2, r3], now) = (scope.relations(), scope.now());
    match state {
        Some(state) => tx.query(&PAGE_STATE, params![holder, state, at, id.0, rows, r1, r2, r3, now], line),
        None => tx.query(&PAGE, params![holder, at, id.0, rows, r1, r2, r3, now], line),
    }
}

/// How many open cases a scope has, counted up to a limit.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T, scope: &Scope, limit: i64) -> Result<i64> {
    let ([r1, r2, r3], now) = (scope.relations(), scope.now());
    tx.query_one(&COUNT, params![scope.holder().0, limit, r1, r2, r3, now], |row| row.get(0))
}
