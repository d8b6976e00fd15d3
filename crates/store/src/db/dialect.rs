//! Everything that differs between the two engines and is text.

use super::{Options, Sql, Synchronous, sql};

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded, two files.
    Sqlite,
    /// A server, version 15 or newer.
    Postgres,
}

/// Name under which a SQLite connection attaches the file with the records.
///
/// Neither file is the connection's first database. In WAL mode a commit over two files is atomic
/// for each of them alone, and runs in the order of attachment: with the keystore first, a crash in
/// between leaves a key that seals nothing, never a record whose key is missing.
pub(crate) const DATA: &str = "data";
/// Name of the schema that holds the keys, on both engines.
pub(crate) const KEYSTORE: &str = "keystore";
/// The file with the records.
pub(crate) const DATA_FILE: &str = "pristan.db";
/// The file with the keys.
pub(crate) const KEYSTORE_FILE: &str = "keystore.db";

/// One closure's part of a batch.
pub(crate) const SAVEPOINT: &str = "savepoint member";
/// The closure succeeded.
pub(crate) const RELEASE: &str = "release savepoint member";
/// The closure was refused.
pub(crate) const UNDO: &str = "rollback to savepoint member; release savepoint member";
/// Gives up the whole batch.
pub(crate) const ROLLBACK: &str = "rollback";
/// Makes it durable.
pub(crate) const COMMIT: &str = "commit";

impl Dialect {
    /// As it stands in error codes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// Begins reading.
    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin",
            Dialect::Postgres => "begin isolation level repeatable read read only",
        }
    }

    /// Begins writing, behind every other writer of this database.
    ///
    /// SQLite has one writer anyway. On PostgreSQL several processes may write: each locks a table
    /// that nobody changes. `lock table` takes no snapshot, so the snapshot is made when the lock is
    /// held and a repeatable read never meets a row that changed since. Locking a row instead
    /// (`select .. for update`) makes the snapshot first and fails with 40001 under contention.
    pub(crate) fn begin_write(self, migrated: bool) -> &'static str {
        match (self, migrated) {
            (Dialect::Sqlite, _) => "begin immediate",
            (Dialect::Postgres, false) => "begin isolation level repeatable read",
            (Dialect::Postgres, true) => {
                "begin isolation level repeatable read; lock table schema_version in exclusive mode"
            }
        }
    }

    /// Begins changing the schema, behind every other process that does. Read committed, so that what
    /// such a process has done is seen after waiting for it.
    pub(crate) fn begin_schema(self) -> &'static str {
        match self {
            Dialect::Sqlite => "begin immediate",
            Dialect::Postgres => {
                "begin isolation level read committed; select pg_advisory_xact_lock(5787213827046133840)"
            }
        }
    }

    /// Where the versions of the schema are kept; on PostgreSQL the schema of the keys as well.
    pub(crate) fn schema_table(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "create table if not exists schema_version
                   (version integer primary key not null, name text not null, checksum text not null) strict"
            }
            Dialect::Postgres => {
                "create schema if not exists keystore;
                 create table if not exists schema_version
                   (version bigint primary key not null, name text not null, checksum text not null)"
            }
        }
    }

    /// Is that table there?
    pub(crate) fn has_schema_table(self) -> Sql {
        static SQLITE: Sql = sql("select count(*) from pragma_table_list where name = 'schema_version'");
        static POSTGRES: Sql = sql("select to_regclass('schema_version') is not null");
        match self {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
        }
    }

    /// A text for this engine. The tokens `{id}` and `{blob}` are bytes, `{bool}` a truth value,
    /// `{strict}` stands behind the closing bracket of every table, `{clustered}` in its place where a short
    /// row is its own key: SQLite then keeps one tree and not two.
    pub(crate) fn render(self, text: &str) -> String {
        let (blob, boolean, strict) = match self {
            Dialect::Sqlite => ("blob", "integer", "strict"),
            Dialect::Postgres => ("bytea", "boolean", ""),
        };
        let text = text
            .replace("{id}", blob)
            .replace("{blob}", blob)
            .replace("{bool}", boolean)
            .replace("{strict}", strict)
            .replace("{clustered}", if strict.is_empty() { "" } else { "strict, without rowid" });
        match self {
            // Strict tables know it under one name only.
            Dialect::Sqlite => text.replace(" bigint", " integer"),
            Dialect::Postgres => text,
        }
    }
}

/// `$1` becomes `?1`. To SQLite `$2` is a *name*, and names are numbered as they appear, so that
/// `select $2, $1` would silently swap its values. Strings, quoted names and comments stay.
pub(crate) fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\'', '"', '-', '/']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let length = match from.as_bytes() {
            [b'$', b'0'..=b'9', ..] => {
                out.push('?');
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
            [quote @ (b'\'' | b'"'), ..] => {
                let inside = from.get(1..).unwrap_or_default();
                inside.find(char::from(*quote)).map_or(from.len(), |end| end + 2)
            }
            [b'-', b'-', ..] => from.find('\n').unwrap_or(from.len()),
            [b'/', b'*', ..] => from.find("*/").map_or(from.len(), |end| end + 2),
            _ => 1,
        };
        let (kept, after) = from.split_at(length);
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What a new SQLite connection is told, after both files are attached.
pub(crate) fn sqlite_settings(options: &Options, writer: bool) -> String {
    let synchronous = match options.synchronous {
        Synchronous::Full => "full",
        Synchronous::Off => "off",
    };
    let cache = options.cache_kib;
    // Nothing is mapped into memory: a mapped page that cannot be read kills the process, and after each commit
    // readers would unmap everything, which costs more than reading does.
    let mut text =
        String::from("pragma foreign_keys = on; pragma trusted_schema = off; pragma temp_store = memory;");
    for schema in [DATA, KEYSTORE] {
        if writer {
            text.push_str(&format!("pragma {schema}.journal_mode = wal;"));
        }
        text.push_str(&format!(
            "pragma {schema}.synchronous = {synchronous}; pragma {schema}.secure_delete = on;
             pragma {schema}.journal_size_limit = 4194304;"
        ));
    }
    text.push_str(&format!(
        "pragma {DATA}.cache_size = -{cache}; pragma {KEYSTORE}.cache_size = -1024;
         pragma {DATA}.mmap_size = 0; pragma {KEYSTORE}.mmap_size = 0;"
    ));
    if !writer {
        text.push_str("pragma query_only = on;");
    }
    text
}

/// What a new PostgreSQL connection is told.
pub(crate) fn postgres_settings(options: &Options) -> String {
    let statement = options.statement.as_millis();
    let lock = options.busy.as_millis();
    let synchronous = match options.synchronous {
        // A server that waits for its standby keeps doing so; one that waits for nothing is told to.
        Synchronous::Full => {
            "select set_config('synchronous_commit', 'on', false)
              where current_setting('synchronous_commit') in ('off', 'local', 'remote_write');"
        }
        Synchronous::Off => "set synchronous_commit = off;",
    };
    format!(
        "set application_name = 'pristan'; set timezone = 'UTC'; set search_path = public;
         set client_min_messages = warning; set standard_conforming_strings = on;
         set statement_timeout = {statement}; set lock_timeout = {lock};
         set idle_in_transaction_session_timeout = 60000; {synchronous}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_and_text_is_left_alone() {
        assert_eq!(numbered("select $2, $1 where x = $12"), "select ?2, ?1 where x = ?12");
        assert_eq!(numbered("select '$1', \"$1\", 'a''$1', $1"), "select '$1', \"$1\", 'a''$1', ?1");
        assert_eq!(numbered("a - $1 / $2 -- $1\n, /* $1 */ $3"), "a - ?1 / ?2 -- $1\n, /* $1 */ ?3");
        assert_eq!(numbered("пристан $1 $x '$1"), "пристан ?1 $x '$1");
    }

    #[test]
    fn tokens_are_rendered() {
        let text = "create table a (b {id}, c {blob}, d {bool}, e bigint) {strict}";
        assert_eq!(
            Dialect::Sqlite.render(text),
            "create table a (b blob, c blob, d integer, e integer) strict"
        );
        assert_eq!(Dialect::Postgres.render(text), "create table a (b bytea, c bytea, d boolean, e bigint) ");
    }
}
