//! A SQLite connection with both files attached.

use super::dialect::{self, DATA, DATA_FILE, Dialect, KEYSTORE, KEYSTORE_FILE};
use super::session::{Cells, Each};
use super::{Fault, Options, Row, Sql, StoreError, Value};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use std::collections::HashMap;
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

pub(crate) struct SqConn {
    conn: Connection,
    /// `$1` rewritten, by the place of the statement.
    texts: HashMap<(usize, usize), Box<str>>,
}

/// Makes the folder (0700) and the two files (0600), so that nobody else can read them, not even
/// for a moment; SQLite gives its side files the mode of the file they belong to.
pub(crate) fn make_files(dir: &Path) -> Result<(), StoreError> {
    let wrong = |path: &Path| StoreError::Unreadable(path.to_owned());
    if !dir.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|_| wrong(dir))?;
    }
    for name in [DATA_FILE, KEYSTORE_FILE] {
        private(&dir.join(name))?;
    }
    Ok(())
}

/// Makes a file that only its owner may read, or makes it so.
pub(crate) fn private(path: &Path) -> Result<(), StoreError> {
    let wrong = |_| StoreError::Unreadable(path.to_owned());
    // Not truncated: the file may hold everything there is.
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(wrong)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(wrong)
}

fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Settings that are no pragmas.
fn harden(conn: &Connection, options: &Options) -> Result<(), StoreError> {
    conn.busy_timeout(options.busy).map_err(|e| fault(&e))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    for (setting, on) in [
        // Without it every `limit $n` is planned anew each time a value is bound: half of a list's time.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        conn.set_db_config(setting, on).map_err(|e| fault(&e))?;
    }
    Ok(())
}

fn attach(conn: &Connection, path: &Path, schema: &str) -> Result<(), StoreError> {
    let wrong = || StoreError::Unreadable(path.to_owned());
    let text = path.to_str().ok_or_else(wrong)?;
    conn.execute(&format!("attach ?1 as {schema}"), [text]).map(drop).map_err(|_| wrong())
}

/// A file that is no database, or that may not be read, is named; the rest is a fault.
fn opened(path: PathBuf) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::CannotOpen) => {
            StoreError::Unreadable(path.clone())
        }
        _ => fault(&error),
    }
}

impl SqConn {
    /// A connection to both files of a folder. See [`dialect::DATA`] for their order.
    pub fn open(dir: &Path, options: &Options, writer: bool) -> Result<SqConn, StoreError> {
        let conn = Connection::open_in_memory_with_flags(flags()).map_err(|e| fault(&e))?;
        harden(&conn, options)?;
        attach(&conn, &dir.join(KEYSTORE_FILE), KEYSTORE)?;
        attach(&conn, &dir.join(DATA_FILE), DATA)?;
        conn.execute_batch(&dialect::sqlite_settings(options, writer)).map_err(opened(dir.to_owned()))?;
        Ok(SqConn { conn, texts: HashMap::new() })
    }

    /// A connection for changing the schema: the records' file is the first database, where
    /// `create table` works, and both files use rollback journals, with which a commit over two
    /// files is atomic. Needs to be alone.
    pub fn open_for_schema(dir: &Path, options: &Options) -> Result<SqConn, StoreError> {
        let path = dir.join(DATA_FILE);
        let conn = Connection::open_with_flags(&path, flags()).map_err(opened(path.clone()))?;
        harden(&conn, options)?;
        attach(&conn, &dir.join(KEYSTORE_FILE), KEYSTORE)?;
        conn.execute_batch("pragma foreign_keys = on; pragma temp_store = memory;").map_err(|e| fault(&e))?;
        for schema in ["main", KEYSTORE] {
            let text = format!("pragma {schema}.journal_mode = delete");
            let mode: String = conn.query_row(&text, (), |row| row.get(0)).map_err(opened(path.clone()))?;
            if mode != "delete" {
                return Err(StoreError::Busy);
            }
        }
        Ok(SqConn { conn, texts: HashMap::new() })
    }

    /// Connection of the client library, for the backup.
    pub fn raw(&self) -> &Connection {
        &self.conn
    }

    fn prepared(&mut self, sql: Sql) -> Result<rusqlite::CachedStatement<'_>, StoreError> {
        let text = self.texts.entry(sql.place()).or_insert_with(|| dialect::numbered(sql.text()).into());
        self.conn.prepare_cached(text).map_err(|e| unprepared(&e))
    }

    pub fn rows(&mut self, sql: Sql, params: &[Value<'_>], each: Each<'_>) -> Result<(), StoreError> {
        let mut statement = self.prepared(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| fault(&e))? {
            if !each(&Row(Cells::Sqlite(row)))? {
                break;
            }
        }
        Ok(())
    }

    pub fn execute(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.prepared(sql)?;
        bind(&mut statement, params)?;
        let changed = statement.raw_execute().map_err(|e| fault(&e))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    pub fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        self.conn.execute_batch(text).map_err(|e| unprepared(&e))
    }

    pub fn is_open(&self) -> bool {
        !self.conn.is_autocommit()
    }

    /// Moves the log into the files and empties it.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        for schema in [KEYSTORE, DATA] {
            let text = format!("pragma {schema}.wal_checkpoint(truncate)");
            let busy: i64 = self.conn.query_row(&text, (), |row| row.get(0)).map_err(|e| fault(&e))?;
            if busy != 0 {
                return Err(StoreError::Busy);
            }
        }
        Ok(())
    }

    pub fn explain(&mut self, sql: Sql) -> Result<String, StoreError> {
        let text = format!("explain query plan {}", dialect::numbered(sql.text()));
        let mut statement = self.conn.prepare(&text).map_err(|e| unprepared(&e))?;
        let mut rows = statement.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows.next().map_err(|e| fault(&e))? {
            plan.push_str(&row.get::<_, String>(3).map_err(|e| fault(&e))?);
            plan.push('\n');
        }
        Ok(plan)
    }

    pub fn findings(&mut self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for schema in [KEYSTORE, DATA] {
            found.extend(self.check(schema, "integrity_check", 0)?.into_iter().filter(|line| line != "ok"));
            let orphans = self.check(schema, "foreign_key_check", 0)?;
            found.extend(
                orphans.into_iter().map(|table| format!("{schema}.{table}: a reference leads nowhere")),
            );
        }
        Ok(found)
    }

    fn check(&self, schema: &str, what: &str, column: usize) -> Result<Vec<String>, StoreError> {
        let text = format!("pragma {schema}.{what}");
        let mut statement = self.conn.prepare(&text).map_err(|e| fault(&e))?;
        let lines = statement.query_map((), |row| row.get(column)).map_err(|e| fault(&e))?;
        lines.collect::<Result<_, _>>().map_err(|e| fault(&e))
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Value<'_>]) -> Result<(), StoreError> {
    if statement.parameter_count() != params.len() {
        return Err(StoreError::fault(Fault::Other, "parameters"));
    }
    for (index, value) in params.iter().enumerate() {
        let value = match *value {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(n),
            Value::Bool(yes) => ValueRef::Integer(i64::from(yes)),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        };
        statement.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(value)).map_err(|e| fault(&e))?;
    }
    Ok(())
}

/// A cell, unless it is none or of a type that we do not use.
pub(crate) fn cell<'r>(row: &'r rusqlite::Row<'r>, index: usize) -> Option<Value<'r>> {
    match row.get_ref(index).ok()? {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(n) => Some(Value::Int(n)),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::Text),
        ValueRef::Blob(bytes) => Some(Value::Blob(bytes)),
        ValueRef::Real(_) => None,
    }
}

/// The error without the engine's words: they may quote a value.
pub(crate) fn fault(error: &rusqlite::Error) -> StoreError {
    let code = match error {
        rusqlite::Error::SqliteFailure(code, _) => *code,
        rusqlite::Error::SqlInputError { error, .. } => *error,
        _ => return StoreError::fault(Fault::Other, Dialect::Sqlite.name()),
    };
    let kind = match code.code {
        ErrorCode::DiskFull => return StoreError::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => return StoreError::Busy,
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly => Fault::Io,
        ErrorCode::ConstraintViolation => match code.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Fault::Duplicate,
            _ => Fault::Constraint,
        },
        ErrorCode::TypeMismatch => Fault::Constraint,
        _ => Fault::Other,
    };
    StoreError::fault(kind, &format!("{} {}", Dialect::Sqlite.name(), code.extended_code))
}

/// The error of a text that does not compile, with the engine's words: they come from the text.
fn unprepared(error: &rusqlite::Error) -> StoreError {
    match (fault(error), error) {
        (
            StoreError::Database { fault: Fault::Other, code, .. },
            rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)),
        ) => StoreError::Database { fault: Fault::Other, code, about: msg.as_str().into() },
        (other, _) => other,
    }
}
