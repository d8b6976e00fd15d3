//! What erasing takes away. Rows are deleted, not emptied; SQLite overwrites their places (`secure_delete`).

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use crate::records::Stored;
use domain::{Date, Id};

static ABOUT: Sql = sql("select id from records where person_id = $1 order by id");
static CALLS: Sql = sql(
    "select id, created_at, on_date, state from records where kind = 'contact' and (created_at, id) > ($1, $2) \
     order by kind, created_at, id limit $3",
);
static DELETE: Sql = sql("delete from records where id = $1");
static DELETE_HISTORY: Sql = sql("delete from history where id = $1");
static REMAIN: Sql = sql(
    "update records set person_id = null, parent_id = null, assignee = null, state = $2, on_date = $3, due_on = $4, \
     number = null, version = $5, updated_at = $6, updated_by = $7, c1 = $8, c2 = null, c3 = null, c4 = null, c5 = null, parts = null \
     where id = $1",
);
static DELETE_ACCESS: Sql = sql("delete from access where case_id = $1 and holder <> $2");
static DELETE_IMPORTS: Sql = sql("delete from imports where case_id = $1");
static DELETE_DRAFTS: Sql = sql("delete from drafts where form like $1");
static TOKENS: Sql = sql("select token, target from tokens");
static RENAME_FACTS: Sql =
    sql("update facts set owner = $2, subject = $2, case_id = null where owner = $1 and subject = $1");
static ERASED: Sql =
    sql("select subject, erased_at from keystore.erased where subject > $1 order by subject limit $2");
static IS_ERASED: Sql = sql("select erased_at from keystore.erased where subject = $1");
static SET_ERASED: Sql = sql("insert into keystore.erased (subject, erased_at) values ($1, $2)");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &ABOUT,
    &CALLS,
    &DELETE,
    &DELETE_HISTORY,
    &REMAIN,
    &DELETE_ACCESS,
    &DELETE_IMPORTS,
    &DELETE_DRAFTS,
    &TOKENS,
    &RENAME_FACTS,
    &ERASED,
    &IS_ERASED,
    &SET_ERASED,
];

type Result<T> = std::result::Result<T, StoreError>;

/// Every record whose head names a person.
///
/// # Errors
/// The database.
pub fn about<T: Tx>(tx: &mut T, person: Id) -> Result<Vec<Id>> {
    tx.query(&ABOUT, params![person.0], |row| row.get(0))
}

/// The head of a call.
pub struct Call {
    /// Which.
    pub id: Id,
    /// When it was written down, microseconds.
    pub created_at: i64,
    /// The day of the call.
    pub on_date: Option<Date>,
    /// What became of it.
    pub state: String,
}

/// Calls in the order in which they were written down, after a place in that order.
///
/// # Errors
/// The database.
pub fn calls<T: Tx>(tx: &mut T, after: (i64, Id), rows: i64) -> Result<Vec<Call>> {
    tx.query(&CALLS, params![after.0, after.1.0, rows], |row| {
        let on: Option<String> = row.get(2)?;
        Ok(Call {
            id: row.get(0)?,
            created_at: row.get(1)?,
            on_date: on.map(|d| d.parse().map_err(|_| StoreError::Column(2))).transpose()?,
            state: row.get(3)?,
        })
    })
}

/// Takes a record and its history away.
///
/// # Errors
/// The database.
pub fn delete(tx: &mut WriteTx<'_>, id: Id) -> Result<()> {
    tx.execute(&DELETE, params![id.0])?;
    tx.execute(&DELETE_HISTORY, params![id.0])?;
    Ok(())
}

/// Leaves of a record its row with the coded compartment, bound to nobody, and nothing of its history.
///
/// # Errors
/// The database; [`StoreError::NotOne`] when it is not there.
pub fn remain(tx: &mut WriteTx<'_>, stored: &Stored) -> Result<()> {
    let h = &stored.head;
    let [c1, ..] = &stored.sealed;
    let (on, due) = (h.on_date.map(|d| d.to_string()), h.due_on.map(|d| d.to_string()));
    tx.execute(&DELETE_HISTORY, params![h.id.0])?;
    let changed =
        tx.execute(&REMAIN, params![h.id.0, h.state, on, due, h.version, h.updated_at, h.updated_by.0, c1])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotOne) }
}

/// Takes away who stood how to a case, all but one holder.
///
/// # Errors
/// The database.
pub fn delete_access(tx: &mut WriteTx<'_>, case_id: Id, but: Id) -> Result<()> {
    tx.execute(&DELETE_ACCESS, params![case_id.0, but.0])?;
    Ok(())
}

/// Forgets what imports have seen of a case.
///
/// # Errors
/// The database.
pub fn delete_imports(tx: &mut WriteTx<'_>, case_id: Id) -> Result<()> {
    tx.execute(&DELETE_IMPORTS, params![case_id.0])?;
    Ok(())
}

/// Throws away everybody's drafts of forms of a record: those whose address names it.
///
/// # Errors
/// The database.
pub fn delete_drafts(tx: &mut WriteTx<'_>, id: Id) -> Result<()> {
    let pattern = format!("%{id}%");
    tx.execute(&DELETE_DRAFTS, params![pattern.as_str()])?;
    Ok(())
}

/// Walks every search token; gives those that `wanted` picks by their sealed target. Nobody else can say
/// which tokens are whose, so there is no shorter way.
///
/// # Errors
/// The database.
pub fn tokens_where<T: Tx>(
    tx: &mut T,
    mut wanted: impl FnMut(i64, &[u8]) -> bool,
) -> Result<Vec<(i64, Vec<u8>)>> {
    let mut found = Vec::new();
    tx.for_each(&TOKENS, params![], |row| {
        let (token, target): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        if wanted(token, &target) {
            found.push((token, target));
        }
        Ok(true)
    })?;
    Ok(found)
}

/// Gives the facts of a subject to another id that stands for nobody: what is counted stays what it is.
///
/// # Errors
/// The database.
pub fn rename_facts(tx: &mut WriteTx<'_>, subject: Id, to: Id) -> Result<()> {
    tx.execute(&RENAME_FACTS, params![subject.0, to.0])?;
    Ok(())
}

/// Subjects that were erased and when, in order, after one.
///
/// # Errors
/// The database.
pub fn erased<T: Tx>(tx: &mut T, after: Id, rows: i64) -> Result<Vec<(Id, i64)>> {
    tx.query(&ERASED, params![after.0, rows], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Remembers, beside the keys, that a subject was erased.
///
/// # Errors
/// The database.
pub fn set_erased(tx: &mut WriteTx<'_>, subject: Id, at: i64) -> Result<()> {
    let known: Option<i64> = tx.query_opt(&IS_ERASED, params![subject.0], |row| row.get(0))?;
    if known.is_none() {
        tx.execute(&SET_ERASED, params![subject.0, at])?;
    }
    Ok(())
}
