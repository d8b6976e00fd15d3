//! Whose names somebody opened on a day.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

static ADD: Sql =
    sql("insert into names_opened (user_id, day, person_id) values ($1, $2, $3) on conflict do nothing");
static COUNT: Sql = sql("select count(*) from names_opened where user_id = $1 and day = $2");
static HAS: Sql = sql("select 1 from names_opened where user_id = $1 and day = $2 and person_id = $3");
static FORGET: Sql = sql("delete from names_opened where user_id = $1 and day < $2");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&ADD, &COUNT, &HAS, &FORGET];

/// Counts a person whose name somebody opened on a day (days since 1970) and forgets the days before. Gives how many
/// people that makes, where she is one more.
///
/// # Errors
/// The database.
pub fn opened(tx: &mut WriteTx<'_>, user: Id, day: i64, person: Id) -> Result<Option<i64>, StoreError> {
    tx.execute(&FORGET, params![user.0, day])?;
    if tx.execute(&ADD, params![user.0, day, person.0])? == 0 {
        return Ok(None);
    }
    count(tx, user, day).map(Some)
}

/// How many people's names somebody opened on a day.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T, user: Id, day: i64) -> Result<i64, StoreError> {
    tx.query_one(&COUNT, params![user.0, day], |row| row.get(0))
}

/// Did somebody open this name on that day already?
///
/// # Errors
/// The database.
pub fn has<T: Tx>(tx: &mut T, user: Id, day: i64, person: Id) -> Result<bool, StoreError> {
    Ok(tx.query_opt(&HAS, params![user.0, day, person.0], |row| row.get::<i64>(0))?.is_some())
}
