//! The schema and its versions. Migrations are only ever added; one that was applied is never
//! changed, and a database that a newer program has changed is left alone.

use crate::db::{Core, Session, Sql, Store, StoreError, Tx, WriteTx, sql};
use crate::params;

/// One step of the schema, one text for both engines. `{id}` and `{blob}` stand for bytes, `{bool}`
/// for a truth value, `{strict}` or `{clustered}` behind the closing bracket of every table. Tables of the keystore
/// are written `keystore.name` and get their indexes through `unique` and `primary key`: the two
/// engines put the schema of a separate index in different places.
#[derive(Clone, Copy)]
pub struct Migration {
    /// Ascending, from 1.
    pub version: i64,
    /// What it is about.
    pub name: &'static str,
    /// Statements.
    pub sql: &'static str,
}

static APPLIED: Sql = sql("select version, checksum from schema_version order by version");
static RECORD: Sql = sql("insert into schema_version (version, name, checksum) values ($1, $2, $3)");

impl Migration {
    /// FNV-1a over the text: it finds an edited migration, not an enemy, who would edit the
    /// database instead.
    fn checksum(&self) -> String {
        let digest = self.sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{digest:016x}")
    }
}

impl Store {
    /// Brings the schema up to date; how many migrations were applied. Each one has a transaction
    /// of its own, so that a crash leaves a version that is known. To be called before anything else
    /// uses the store: on SQLite it needs to be alone.
    ///
    /// # Errors
    /// [`StoreError::SchemaTooNew`], [`StoreError::SchemaChanged`], [`StoreError::Busy`] when the
    /// store is in use, or the database.
    pub fn migrate(&self, known: &[Migration]) -> Result<usize, StoreError> {
        self.between(|core| {
            let applied = applied(core.session(&self.engine)?)?;
            if missing(&applied, known)?.is_empty() {
                return Ok(0);
            }
            let done = self.apply(core, known);
            // The next connection finds the new schema, and sets the files up for readers.
            core.disconnect();
            core.session(&self.engine)?;
            self.warm()?;
            done
        })
    }

    /// The newest migration applied; 0 for an empty database.
    ///
    /// # Errors
    /// The database.
    pub fn schema_version(&self) -> Result<i64, StoreError> {
        self.between(|core| {
            Ok(applied(core.session(&self.engine)?)?.last().map_or(0, |(version, _)| *version))
        })
    }

    fn apply(&self, core: &mut Core, known: &[Migration]) -> Result<usize, StoreError> {
        core.disconnect();
        if !self.pool.close_idle() {
            return Err(StoreError::Busy);
        }
        let mut session = self.engine.connect_for_schema()?;
        let mut done = 0;
        for migration in known {
            session.begin_schema()?;
            let step = step(&mut session, migration, known);
            match step {
                Ok(true) => {
                    session.commit()?;
                    tracing::info!(version = migration.version, name = migration.name, "schema changed");
                    done += 1;
                }
                Ok(false) => session.rollback()?,
                Err(error) => {
                    // The connection is closed right after, which undoes it as well.
                    let _ = session.rollback();
                    return Err(error);
                }
            }
        }
        Ok(done)
    }
}

/// Applies a migration unless it is there already, perhaps since a moment ago by another process.
fn step(session: &mut Session, migration: &Migration, known: &[Migration]) -> Result<bool, StoreError> {
    let dialect = session.dialect();
    session.batch(dialect.schema_table())?;
    let applied = applied(session)?;
    if !missing(&applied, known)?.iter().any(|m| m.version == migration.version) {
        return Ok(false);
    }
    session.batch(&dialect.render(migration.sql))?;
    let (version, name, checksum) = (migration.version, migration.name, migration.checksum());
    WriteTx(session).execute(&RECORD, params![version, name, checksum])?;
    Ok(true)
}

/// Versions and checksums in the database.
fn applied(session: &mut Session) -> Result<Vec<(i64, String)>, StoreError> {
    let there = session.dialect().has_schema_table();
    let mut tx = WriteTx(session);
    if !tx.query_one(&there, &[], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    tx.query(&APPLIED, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// What is still to be applied. The database has to hold the first ones of those known, unchanged.
fn missing<'m>(applied: &[(i64, String)], known: &'m [Migration]) -> Result<&'m [Migration], StoreError> {
    let newest = known.last().map_or(0, |m| m.version);
    if let Some((found, _)) = applied.last()
        && *found > newest
    {
        return Err(StoreError::SchemaTooNew { found: *found, known: newest });
    }
    for (index, (version, checksum)) in applied.iter().enumerate() {
        let same = known.get(index).is_some_and(|m| m.version == *version && m.checksum() == *checksum);
        if !same {
            return Err(StoreError::SchemaChanged(*version));
        }
    }
    Ok(known.get(applied.len()..).unwrap_or_default())
}
