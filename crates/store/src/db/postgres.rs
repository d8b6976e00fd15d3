//! A PostgreSQL connection.

use super::dialect::{self, Dialect};
use super::session::{Cells, Each};
use super::{Fault, Options, Row, Sql, StoreError, Value};
use ::postgres::error::SqlState;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::private::BytesMut;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};
use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) struct PgConn {
    /// Empty only while it is being dropped.
    client: Option<Client>,
    statements: HashMap<(usize, usize), Statement>,
    /// The server warned about something.
    warned: Arc<AtomicBool>,
    migrated: bool,
}

impl Drop for PgConn {
    /// The client ends a runtime of its own, which must not happen on a thread that serves tasks.
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && let Ok(thread) = std::thread::Builder::new().spawn(move || drop(client))
        {
            let _ = thread.join();
        }
    }
}

impl PgConn {
    pub fn open(config: &Config, options: &Options) -> Result<PgConn, StoreError> {
        let warned = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&warned);
        let client = config
            .clone()
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(30))
            .notice_callback(move |_| flag.store(true, Ordering::Release))
            .connect(NoTls)
            .map_err(|e| fault(&e))?;
        let mut conn = PgConn { client: Some(client), statements: HashMap::new(), warned, migrated: false };
        conn.batch(&dialect::postgres_settings(options))?;
        let found = conn.client()?.simple_query("select to_regclass('schema_version') is not null");
        conn.migrated = found.map_err(|e| fault(&e))?.iter().any(|message| first(message) == Some("t"));
        Ok(conn)
    }

    /// Is there the table whose lock puts the writers in a row?
    pub fn migrated(&self) -> bool {
        self.migrated
    }

    pub fn is_gone(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed)
    }

    fn client(&mut self) -> Result<&mut Client, StoreError> {
        self.client.as_mut().ok_or_else(|| StoreError::fault(Fault::Gone, "postgres"))
    }

    fn prepared(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<Statement, StoreError> {
        let statement = match self.statements.get(&sql.place()) {
            Some(known) => known.clone(),
            None => {
                let new = self.client()?.prepare(sql.text()).map_err(|e| unprepared(&e))?;
                self.statements.insert(sql.place(), new.clone());
                new
            }
        };
        if statement.params().len() != params.len() {
            return Err(StoreError::fault(Fault::Other, "parameters"));
        }
        Ok(statement)
    }

    pub fn rows(
        &mut self,
        sql: Sql,
        params: &[Value<'_>],
        stream: bool,
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql, params)?;
        if stream {
            let mut rows = self.client()?.query_raw(&statement, params.iter()).map_err(|e| fault(&e))?;
            while let Some(row) = rows.next().map_err(|e| fault(&e))? {
                if !each(&Row(Cells::Postgres(&row)))? {
                    break;
                }
            }
            return Ok(());
        }
        for row in self.client()?.query(&statement, &borrowed(params)).map_err(|e| fault(&e))? {
            if !each(&Row(Cells::Postgres(&row)))? {
                break;
            }
        }
        Ok(())
    }

    pub fn execute(&mut self, sql: Sql, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql, params)?;
        self.client()?.execute(&statement, &borrowed(params)).map_err(|e| fault(&e))
    }

    pub fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        self.client()?.batch_execute(text).map_err(|e| unprepared(&e))
    }

    /// Commits. A warning on the way is a failure: when the wait for a standby is cancelled, the
    /// server reports success and says only in a warning that the standby may not have the data.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.warned.store(false, Ordering::Release);
        self.client()?.batch_execute(dialect::COMMIT).map_err(|e| fault(&e))?;
        if self.warned.load(Ordering::Acquire) { Err(StoreError::Commit) } else { Ok(()) }
    }

    /// The plan of a statement with unknown parameters. Sequential scans are made dear, so that they
    /// only appear where no index helps, however small the tables are.
    pub fn explain(&mut self, sql: Sql) -> Result<String, StoreError> {
        let client = self.client()?;
        let count = client.prepare(sql.text()).map_err(|e| unprepared(&e))?.params().len();
        let arguments =
            if count == 0 { String::new() } else { format!("({})", vec!["null"; count].join(", ")) };
        let text = format!(
            "set enable_seqscan = off; set plan_cache_mode = force_generic_plan;
             prepare explained as {}; explain (costs off) execute explained{arguments};
             deallocate explained; reset enable_seqscan; reset plan_cache_mode",
            sql.text()
        );
        let answer = client.simple_query(&text);
        if answer.is_err() {
            // Settings fall back by themselves, a prepared statement stays.
            let _ = client.batch_execute("deallocate explained");
        }
        let lines = answer.map_err(|e| unprepared(&e))?;
        Ok(lines.iter().filter_map(first).map(|line| format!("{line}\n")).collect())
    }

    /// Invalid indexes, pages whose checksum does not fit, tables that cannot be read to their end.
    pub fn findings(&mut self) -> Result<Vec<String>, StoreError> {
        let client = self.client()?;
        let mut ask = |text: &str| -> Result<Vec<String>, StoreError> {
            let lines = client.simple_query(text).map_err(|e| fault(&e))?;
            Ok(lines.iter().filter_map(first).map(str::to_owned).collect())
        };
        let mut found = ask("select 'index ' || c.relname || ' is not valid' from pg_index i
               join pg_class c on c.oid = i.indexrelid where not i.indisvalid
             union all select 'pages with a wrong checksum' from pg_stat_database
              where datname = current_database() and checksum_failures > 0")?;
        let tables = ask("select format('%I.%I', schemaname, tablename) from pg_tables
              where schemaname in ('public', 'keystore') order by 1")?;
        for table in tables {
            if ask(&format!("select count(*) from (select t.* from {table} t offset 0) rows")).is_err() {
                found.push(format!("{table} cannot be read"));
            }
        }
        Ok(found)
    }
}

fn first(message: &SimpleQueryMessage) -> Option<&str> {
    match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    }
}

fn borrowed<'a>(params: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (*self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(n), &Type::INT8) => n.to_sql(ty, out),
            // An expression such as `$1 = 1` makes the server guess a narrower type.
            (Value::Int(n), &Type::INT4) => i32::try_from(n)?.to_sql(ty, out),
            (Value::Int(n), &Type::INT2) => i16::try_from(n)?.to_sql(ty, out),
            (Value::Bool(yes), &Type::BOOL) => yes.to_sql(ty, out),
            (Value::Text(text), ty) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            (Value::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err("a parameter has another type than its column".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Value<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Value<'r>, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::BYTEA => Value::Blob(raw),
            _ => Value::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value<'r>, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA)
            || <&str as FromSql>::accepts(ty)
    }
}

/// A cell, unless it is none or of a type that we do not use.
pub(crate) fn cell(row: &::postgres::Row, index: usize) -> Option<Value<'_>> {
    row.try_get(index).ok()
}

/// The error without the server's words: its details quote values.
fn fault(error: &::postgres::Error) -> StoreError {
    let Some(state) = error.code() else {
        let kind = if error.is_closed() || error.source().is_some_and(|e| e.is::<std::io::Error>()) {
            Fault::Gone
        } else {
            Fault::Other
        };
        return StoreError::fault(kind, Dialect::Postgres.name());
    };
    let kind = match *state {
        SqlState::DISK_FULL => return StoreError::Full,
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => return StoreError::Busy,
        SqlState::UNIQUE_VIOLATION => Fault::Duplicate,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => Fault::Conflict,
        SqlState::IO_ERROR => Fault::Io,
        _ => match state.code().get(..2) {
            Some("22" | "23") => Fault::Constraint,
            Some("08" | "57") => Fault::Gone,
            _ => Fault::Other,
        },
    };
    StoreError::fault(kind, &format!("{} {}", Dialect::Postgres.name(), state.code()))
}

/// The error of a text that does not compile, with the server's words: they come from the text.
fn unprepared(error: &::postgres::Error) -> StoreError {
    match (fault(error), error.as_db_error()) {
        (StoreError::Database { fault: Fault::Other, code, .. }, Some(server)) => {
            StoreError::Database { fault: Fault::Other, code, about: server.message().into() }
        }
        (other, _) => other,
    }
}
