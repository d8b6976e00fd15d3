//! What a room is handed: a transaction that reads, or one that writes as well.

use super::session::Row;
use super::{Param, Session, Sql, StoreError};

/// A transaction that only reads: it sees one moment of the database.
pub struct ReadTx<'c>(pub(crate) &'c mut Session);

/// A transaction that writes.
///
/// A statement that fails spoils the whole transaction, as PostgreSQL has it: later statements fail
/// with the same error and nothing is kept, whatever the closure returns. Where a row may be there
/// already, write `on conflict do nothing` rather than looking at the error.
pub struct WriteTx<'c>(pub(crate) &'c mut Session);

/// What both can do.
pub trait Tx {
    /// The connection; of no use outside of this crate.
    fn session(&mut self) -> &mut Session;

    /// All rows, each made into a `T`. Lists are paged, so the answer is small.
    ///
    /// # Errors
    /// The database, or `map`.
    fn query<T>(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.session().rows(*sql, params, false, &mut |row| {
            found.push(map(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// The database, `map`, or [`StoreError::NotOne`] where there are several.
    fn query_opt<T>(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.session().rows(*sql, params, false, &mut |row| {
            if found.is_some() {
                return Err(StoreError::NotOne);
            }
            found = Some(map(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The only row.
    ///
    /// # Errors
    /// The database, `map`, or [`StoreError::NotOne`] where there is none or several.
    fn query_one<T>(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.query_opt(sql, params, map)?.ok_or(StoreError::NotOne)
    }

    /// Walks the rows one by one, however many there are; `false` ends the walk.
    ///
    /// # Errors
    /// The database, or `each`.
    fn for_each(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        self.session().rows(*sql, params, true, &mut each)
    }
}

impl Tx for ReadTx<'_> {
    fn session(&mut self) -> &mut Session {
        self.0
    }
}

impl Tx for WriteTx<'_> {
    fn session(&mut self) -> &mut Session {
        self.0
    }
}

impl WriteTx<'_> {
    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// The database.
    pub fn execute(&mut self, sql: &Sql, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.0.execute(*sql, params)
    }
}
