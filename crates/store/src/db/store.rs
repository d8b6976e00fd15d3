//! The handle that everybody holds.

use super::gate::Gate;
use super::meter::Meter;
use super::pool::Pool;
use super::postgres::PgConn;
use super::sqlite::{SqConn, make_files};
use super::writer::Writer;
use super::{Dialect, Options, ReadTx, Session, Sql, Stats, StoreError, Tx, WriteTx, backup};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A database of either engine. Everything blocks: call it from a thread that may.
pub struct Store {
    pub(crate) engine: Engine,
    pub(crate) pool: Pool,
    pub(crate) writer: Writer,
    pub(crate) gate: Gate,
    pub(crate) meter: Meter,
}

/// How connections are made.
pub(crate) struct Engine {
    pub place: Place,
    pub options: Options,
    /// The digest that binds rows, once the office has lent it.
    pub lent: crate::bound::Lent,
}

/// Where the database is.
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<::postgres::Config>),
}

impl Engine {
    /// A new connection.
    pub fn connect(&self, writer: bool) -> Result<Session, StoreError> {
        match &self.place {
            Place::Sqlite(dir) => {
                SqConn::open(dir, &self.options, writer).map(|conn| Session::sqlite(conn, self.lent.clone()))
            }
            Place::Postgres(config) => {
                PgConn::open(config, &self.options).map(|conn| Session::postgres(conn, self.lent.clone()))
            }
        }
    }

    /// A connection for changing the schema.
    pub fn connect_for_schema(&self) -> Result<Session, StoreError> {
        match &self.place {
            Place::Sqlite(dir) => SqConn::open_for_schema(dir, &self.options)
                .map(|conn| Session::sqlite(conn, self.lent.clone())),
            Place::Postgres(_) => self.connect(true),
        }
    }
}

impl Store {
    /// Opens the two files in a folder, and makes what is missing. The folder belongs to one process.
    ///
    /// # Errors
    /// The folder or a file cannot be used.
    pub fn open_sqlite(dir: &Path, options: Options) -> Result<Store, StoreError> {
        make_files(dir)?;
        // Names in journals must not depend on where the process stands.
        let dir = dir.canonicalize().map_err(|_| StoreError::Unreadable(dir.to_owned()))?;
        backup::complete_restore(&dir)?;
        Store::open(Place::Sqlite(dir), options)
    }

    /// Connects to a PostgreSQL database with `C` collation: `postgres://user@host/name`.
    ///
    /// # Errors
    /// The address is none, or nobody answers there.
    pub fn open_postgres(url: &str, options: Options) -> Result<Store, StoreError> {
        let config = url.parse().map_err(|_| StoreError::fault(super::Fault::Other, "address"))?;
        Store::open(Place::Postgres(Box::new(config)), options)
    }

    fn open(place: Place, options: Options) -> Result<Store, StoreError> {
        let store = Store {
            pool: Pool::new(options.readers, options.busy),
            engine: Engine { place, options, lent: crate::bound::Lent::default() },
            writer: Writer::default(),
            gate: Gate::default(),
            meter: Meter::default(),
        };
        // The writer's connection comes first: it makes the files what the readers expect.
        store.between(|core| core.session(&store.engine).map(drop))?;
        store.warm()?;
        Ok(store)
    }

    /// Opens a connection for reading ahead of need: with a full disk SQLite may not be able to.
    pub(crate) fn warm(&self) -> Result<(), StoreError> {
        self.pool.lease(&self.engine)?.end();
        Ok(())
    }

    /// Lends the digest that binds rows of authority: without it none of them is read or written. What was lent
    /// first stays.
    pub fn bind_rows(&self, seal: crate::bound::Seal) {
        let _ = self.engine.lent.set(seal);
    }

    /// Which engine it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.engine.place {
            Place::Sqlite(_) => Dialect::Sqlite,
            Place::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a closure that sees one moment of the database.
    ///
    /// # Errors
    /// The closure's, and the database's.
    pub fn read<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let answer = self.read_inner(work);
        self.meter.ran(name, false, started.elapsed(), answer.is_ok());
        answer
    }

    fn read_inner<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lease = self.pool.lease(&self.engine)?;
        let answer = work(&mut ReadTx(lease.session()?));
        match lease.end() {
            Some(fault) if answer.is_ok() => Err(fault.into()),
            _ => answer,
        }
    }

    /// Runs a closure that writes, and returns when what it wrote is durable. Other closures may run
    /// in the same transaction, before and after it; an error undoes this one alone. Not to be called
    /// from within another one.
    ///
    /// # Errors
    /// The closure's; [`StoreError::Commit`] or [`StoreError::Full`] when nothing was kept.
    pub fn write<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let answer = self.writer.write(&self.engine, &self.gate, &self.meter, work);
        self.meter.ran(name, true, started.elapsed(), answer.is_ok());
        answer
    }

    /// Runs something with the writer's place while no batch is open.
    pub(crate) fn between<T>(
        &self,
        work: impl FnOnce(&mut super::writer::Core) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.writer.between(&self.gate, &self.meter, work)
    }

    /// Did the disk refuse the last write? Writes are still to be tried: one in a second is let
    /// through and finds out whether there is room again.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.gate.is_closed()
    }

    /// Counters since the store was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats { waiting: self.writer.waiting(), ..self.meter.stats() }
    }

    /// How the engine would run a statement, parameters unknown; compiles it on the way. A walk
    /// through a whole table shows as `SCAN` (SQLite) or `Seq Scan` (PostgreSQL).
    ///
    /// # Errors
    /// The statement does not compile.
    pub fn explain(&self, sql: &Sql) -> Result<String, StoreError> {
        self.between(|core| core.session(&self.engine)?.explain(*sql))
    }

    /// What is broken in the stored data: nothing, as a rule. Reads every page.
    ///
    /// # Errors
    /// The database.
    pub fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let mut lease = self.pool.lease(&self.engine)?;
        let session = lease.session()?;
        // PostgreSQL would end the whole transaction at the first page that it cannot read.
        session.rollback()?;
        let found = session.findings();
        lease.end();
        found
    }

    /// Moves what the log of SQLite holds into the files and empties it. Deleted rows are wiped from
    /// the files at once, but their last image stays in that log until this is done.
    ///
    /// # Errors
    /// The database; busy while somebody still reads the old state.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.between(|core| match core.session(&self.engine)?.as_sqlite() {
            Some(conn) => conn.checkpoint(),
            None => Ok(()),
        })
    }

    /// Copies both files as they are at one moment into a folder, under their own names, while the
    /// store is in use.
    ///
    /// # Errors
    /// The store is none of SQLite, the folder cannot be used or holds a backup already.
    pub fn backup_sqlite(&self, out_dir: &Path) -> Result<(), StoreError> {
        // Both files are looked at while nobody writes, another program neither (a command beside the server);
        // from then on the copy sees that moment.
        let mut lease = self.between(|core| {
            let mut lease = self.pool.lease(&self.engine)?;
            let mut tx = ReadTx(lease.session()?);
            if tx.session().dialect() == Dialect::Sqlite {
                let writer = core.session(&self.engine)?;
                writer.begin_write()?;
                let seen = backup::look(&mut tx);
                writer.rollback()?;
                seen?;
            }
            Ok(lease)
        })?;
        let copied = match lease.session()?.as_sqlite() {
            Some(conn) => backup::copy(conn, out_dir),
            None => Err(StoreError::Unreadable(out_dir.to_owned())),
        };
        lease.end();
        copied
    }
}
