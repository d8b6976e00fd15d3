//! What can go wrong below the rooms. No variant carries a row or a parameter: these errors reach
//! logs, and the people in this database are hunted.

use std::path::PathBuf;

/// What kind of fault a database reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A value that must be there once is there already.
    Duplicate,
    /// Another constraint: foreign key, check, not null, type.
    Constraint,
    /// Two transactions got into each other's way; a new attempt may succeed.
    Conflict,
    /// The connection is gone.
    Gone,
    /// The disk or the file system.
    Io,
    /// Anything else.
    Other,
}

/// An error of the store. A fault of the database is never "not found".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database refused a statement.
    #[error("database fault {code} {about}")]
    Database {
        /// What kind.
        fault: Fault,
        /// The engine's own code: `sqlite 2067`, `postgres 23505`.
        code: Box<str>,
        /// The engine's words, kept only where a statement did not even parse: they come from its
        /// static text. Empty otherwise, since engines like to quote values.
        about: Box<str>,
    },
    /// The transaction could not be made durable; nothing of it counts.
    #[error("the transaction was not committed")]
    Commit,
    /// No room on the disk, or the disk does not take writes: the store is read-only for now.
    #[error("the disk is full, nothing can be written")]
    Full,
    /// Somebody else holds what is needed; a later attempt may succeed.
    #[error("the database is busy")]
    Busy,
    /// The column is not there, is null, or holds another type than asked for.
    #[error("column {0} is not what was asked for")]
    Column(usize),
    /// One row was expected, and there were none or several.
    #[error("not exactly one row")]
    NotOne,
    /// A row of this table is not what the program wrote: changed by another hand. It counts for nothing.
    #[error("a row of {0} was changed outside of the program")]
    Forged(&'static str),
    /// A newer program has changed this database.
    #[error("the database has schema {found}, this program knows {known}")]
    SchemaTooNew {
        /// Version found.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// An applied migration is not the one this program carries.
    #[error("schema {0} is not the one this program knows")]
    SchemaChanged(i64),
    /// A file or folder of the store cannot be used.
    #[error("cannot use {}", .0.display())]
    Unreadable(PathBuf),
}

impl StoreError {
    /// A fault without an engine's code.
    pub(crate) fn fault(fault: Fault, code: &str) -> StoreError {
        StoreError::Database { fault, code: code.into(), about: "".into() }
    }

    /// Is it a value that may be there only once?
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, StoreError::Database { fault: Fault::Duplicate, .. })
    }

    /// Did the medium refuse, so that no write is worth trying?
    pub(crate) fn is_medium(&self) -> bool {
        matches!(self, StoreError::Full | StoreError::Database { fault: Fault::Io, .. })
    }

    /// Did the engine, not the reader of its answer, fail? PostgreSQL then takes no further statement.
    pub(crate) fn spoils(&self) -> bool {
        matches!(self, StoreError::Database { .. } | StoreError::Full | StoreError::Busy)
    }
}
