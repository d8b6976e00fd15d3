//! Notes sealed to persons, and who holds them.

use crate::bound::{NOTES as BOUND_NOTES, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

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
static HOLDERS: Sql = sql("select user_id from sealed_holders where note_id = $1 order by named_at, user_id");
static OF_HOLDER: Sql = sql(
    "select n.id, n.case_id, n.organisation_id, n.written_by, n.written_at, n.sealed from sealed_holders h \
     join sealed_notes n on n.id = h.note_id where h.user_id = $1 order by h.named_at desc, n.id limit $2",
);
static NAMED_AT: Sql = sql("select named_at from sealed_holders where note_id = $1 and user_id = $2");
static ADD_HOLDER: Sql =
    sql("insert into sealed_holders (note_id, user_id, named_by, named_at) values ($1, $2, $3, $4)");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] =
    &[&NOTES, &NOTE, &ADD_NOTE, &DROP_NOTE, &DROP_HOLDERS, &HOLDERS, &OF_HOLDER, &NAMED_AT, &ADD_HOLDER];

type Result<T> = std::result::Result<T, StoreError>;

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

/// Who may open a sealed note.
///
/// # Errors
/// The database.
pub fn holders<T: Tx>(tx: &mut T, note: Id) -> Result<Vec<Id>> {
    tx.query(&HOLDERS, params![note.0], |row| row.get(0))
}

/// Sealed notes that somebody was named for; the latest naming first.
///
/// # Errors
/// The database.
pub fn of_holder<T: Tx>(tx: &mut T, user: Id, rows: i64) -> Result<Vec<Note>> {
    tx.query(&OF_HOLDER, params![user.0, rows], note_of)
}

/// Since when somebody may open a sealed note, microseconds; nothing for whoever was not named.
///
/// # Errors
/// The database.
pub fn named_at<T: Tx>(tx: &mut T, note: Id, user: Id) -> Result<Option<i64>> {
    tx.query_opt(&NAMED_AT, params![note.0, user.0], |row| row.get(0))
}

/// Names somebody who may open a sealed note.
///
/// # Errors
/// The database.
pub fn add_holder(tx: &mut WriteTx<'_>, note: Id, user: Id, by: Id, now: i64) -> Result<()> {
    tx.execute(&ADD_HOLDER, params![note.0, user.0, by.0, now])?;
    Ok(())
}
