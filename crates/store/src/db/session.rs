//! One connection of either engine, and the rows it yields.

use super::dialect::{self, Dialect};
use super::postgres::PgConn;
use super::sqlite::SqConn;
use super::{FromValue, Sql, StoreError, Value};
use crate::bound::Lent;

/// One row, valid while its closure runs.
pub struct Row<'r>(pub(crate) Cells<'r>);

/// Where the cells are.
pub(crate) enum Cells<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    /// The column with this index, from 0, as what it is.
    ///
    /// # Errors
    /// There is no such column, or its type is none of ours.
    pub fn value(&self, index: usize) -> Result<Value<'r>, StoreError> {
        match &self.0 {
            Cells::Sqlite(row) => super::sqlite::cell(row, index),
            Cells::Postgres(row) => super::postgres::cell(row, index),
        }
        .ok_or(StoreError::Column(index))
    }

    /// The column with this index, from 0, as a `T`; `Option<T>` where it may be null.
    ///
    /// # Errors
    /// There is no such column, it is null, or it holds another type.
    pub fn get<T: FromValue<'r>>(&self, index: usize) -> Result<T, StoreError> {
        T::from_value(self.value(index)?).ok_or(StoreError::Column(index))
    }
}

/// What a row is handed to; `false` ends the walk.
pub(crate) type Each<'f> = &'f mut dyn FnMut(&Row<'_>) -> Result<bool, StoreError>;

/// A connection. Rooms never see it, they are handed a transaction.
pub struct Session {
    link: Link,
    /// The first fault inside the present transaction: nothing of it may be kept.
    spoiled: Option<StoreError>,
    /// Did a statement change rows since the last `begin`?
    wrote: bool,
    /// The digest that binds rows.
    lent: Lent,
}

enum Link {
    Sqlite(Box<SqConn>),
    Postgres(Box<PgConn>),
}

impl Session {
    pub(crate) fn sqlite(conn: SqConn, lent: Lent) -> Session {
        Session { link: Link::Sqlite(Box::new(conn)), spoiled: None, wrote: false, lent }
    }

    pub(crate) fn postgres(conn: PgConn, lent: Lent) -> Session {
        Session { link: Link::Postgres(Box::new(conn)), spoiled: None, wrote: false, lent }
    }

    pub(crate) fn lent(&self) -> Lent {
        std::sync::Arc::clone(&self.lent)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Walks the rows of a statement. `stream` keeps only one of them in memory.
    pub(crate) fn rows(
        &mut self,
        sql: Sql,
        params: &[Value<'_>],
        stream: bool,
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        self.sound()?;
        let done = match &mut self.link {
            Link::Sqlite(conn) => conn.rows(sql, params, each),
            Link::Postgres(conn) => conn.rows(sql, params, stream, each),
        };
        self.noted(done)
    }

    /// Runs a statement that yields no rows; how many it changed.
    pub(crate) fn execute(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.sound()?;
        let done = match &mut self.link {
            Link::Sqlite(conn) => conn.execute(sql, params),
            Link::Postgres(conn) => conn.execute(sql, params),
        };
        self.wrote |= matches!(done, Ok(1..));
        self.noted(done)
    }

    /// Runs one of the facade's own texts, or a migration.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(conn) => conn.batch(text),
            Link::Postgres(conn) => conn.batch(text),
        }
    }

    /// After a fault PostgreSQL takes no further statement of the transaction. SQLite would, and the
    /// same use case would then end differently: so the first fault is repeated on both.
    fn sound(&self) -> Result<(), StoreError> {
        self.spoiled.clone().map_or(Ok(()), Err)
    }

    fn noted<T>(&mut self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &done
            && error.spoils()
        {
            self.spoiled.get_or_insert_with(|| error.clone());
        }
        done
    }

    /// The fault of the present transaction, which is forgotten.
    pub(crate) fn take_spoiled(&mut self) -> Option<StoreError> {
        self.spoiled.take()
    }

    /// Did the transaction change rows?
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    pub(crate) fn begin_read(&mut self) -> Result<(), StoreError> {
        self.spoiled = None;
        self.batch(self.dialect().begin_read())
    }

    pub(crate) fn begin_write(&mut self) -> Result<(), StoreError> {
        self.spoiled = None;
        self.wrote = false;
        let migrated = match &self.link {
            Link::Sqlite(_) => true,
            Link::Postgres(conn) => conn.migrated(),
        };
        self.batch(self.dialect().begin_write(migrated))
    }

    pub(crate) fn begin_schema(&mut self) -> Result<(), StoreError> {
        self.spoiled = None;
        self.batch(self.dialect().begin_schema())
    }

    /// Makes the transaction durable.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(conn) => conn.batch(dialect::COMMIT),
            Link::Postgres(conn) => conn.commit(),
        }
    }

    /// Gives the transaction up. On failure the connection is of no use any more.
    pub(crate) fn rollback(&mut self) -> Result<(), StoreError> {
        self.spoiled = None;
        if self.is_open() { self.batch(dialect::ROLLBACK) } else { Ok(()) }
    }

    /// Is a transaction still going on? An engine may end it by itself: SQLite when the disk is full,
    /// PostgreSQL when the connection breaks.
    pub(crate) fn is_open(&self) -> bool {
        match &self.link {
            Link::Sqlite(conn) => conn.is_open(),
            Link::Postgres(conn) => !conn.is_gone(),
        }
    }

    /// Is the connection lost?
    pub(crate) fn is_gone(&self) -> bool {
        match &self.link {
            Link::Sqlite(_) => false,
            Link::Postgres(conn) => conn.is_gone(),
        }
    }

    /// How the engine would run a statement.
    pub(crate) fn explain(&mut self, sql: Sql) -> Result<String, StoreError> {
        match &mut self.link {
            Link::Sqlite(conn) => conn.explain(sql),
            Link::Postgres(conn) => conn.explain(sql),
        }
    }

    /// What is broken in the stored data.
    pub(crate) fn findings(&mut self) -> Result<Vec<String>, StoreError> {
        match &mut self.link {
            Link::Sqlite(conn) => conn.findings(),
            Link::Postgres(conn) => conn.findings(),
        }
    }

    /// The SQLite connection, for what only it can do.
    pub(crate) fn as_sqlite(&mut self) -> Option<&mut SqConn> {
        match &mut self.link {
            Link::Sqlite(conn) => Some(conn),
            Link::Postgres(_) => None,
        }
    }
}
