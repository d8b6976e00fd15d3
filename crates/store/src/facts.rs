//! Facts that indicators count: which subject fulfils which definition on which day.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::{Date, Id};

static DELETE: Sql = sql("delete from facts where owner = $1");
static INSERT: Sql =
    sql("insert into facts (code, on_date, subject, case_id, owner) values ($1, $2, $3, $4, $5)");
static OF_OWNER: Sql = sql("select code, on_date, subject from facts where owner = $1");
static COUNT: Sql =
    sql("select count(distinct subject) from facts where code = $1 and on_date between $2 and $3");
static CASES: Sql = sql(
    "select case_id, min(on_date) from facts where code = $1 and on_date between $2 and $3 and case_id is not null \
     group by case_id order by min(on_date) desc, case_id limit $4",
);
static SUBJECTS: Sql =
    sql("select subject, min(on_date) from facts where code = $1 and on_date between $2 and $3 \
     group by subject order by min(on_date) desc, subject limit $4");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&DELETE, &INSERT, &OF_OWNER, &COUNT, &CASES, &SUBJECTS];

type Result<T> = std::result::Result<T, StoreError>;

/// One stored fact: keyed code, day, subject.
pub type Fact = (i64, String, Id);

/// The facts that an owner (person, training, contact) has now.
///
/// # Errors
/// The database.
pub fn of_owner<T: Tx>(tx: &mut T, owner: Id) -> Result<Vec<Fact>> {
    tx.query(&OF_OWNER, params![owner.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Takes away all facts of an owner.
///
/// # Errors
/// The database.
pub fn delete(tx: &mut WriteTx<'_>, owner: Id) -> Result<()> {
    tx.execute(&DELETE, params![owner.0])?;
    Ok(())
}

/// Adds a fact.
///
/// # Errors
/// The database.
pub fn insert(
    tx: &mut WriteTx<'_>,
    code: i64,
    on: Date,
    subject: Id,
    case_id: Option<Id>,
    owner: Id,
) -> Result<()> {
    tx.execute(&INSERT, params![code, on.to_string(), subject.0, case_id.map(|c| c.0), owner.0])?;
    Ok(())
}

/// Different subjects with a fact in the period, both days inclusive.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T, code: i64, from: Date, to: Date) -> Result<i64> {
    tx.query_one(&COUNT, params![code, from.to_string(), to.to_string()], |row| row.get(0))
}

fn pairs<T: Tx>(
    tx: &mut T,
    statement: &'static Sql,
    code: i64,
    from: Date,
    to: Date,
    rows: i64,
) -> Result<Vec<(Id, String)>> {
    tx.query(statement, params![code, from.to_string(), to.to_string(), rows], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Cases behind a figure with the first day that counts, latest first.
///
/// # Errors
/// The database.
pub fn cases<T: Tx>(tx: &mut T, code: i64, from: Date, to: Date, rows: i64) -> Result<Vec<(Id, String)>> {
    pairs(tx, &CASES, code, from, to, rows)
}

/// Subjects behind a figure with the first day that counts, latest first.
///
/// # Errors
/// The database.
pub fn subjects<T: Tx>(tx: &mut T, code: i64, from: Date, to: Date, rows: i64) -> Result<Vec<(Id, String)>> {
    pairs(tx, &SUBJECTS, code, from, to, rows)
}
