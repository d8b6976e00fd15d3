//! Databases on a PostgreSQL server, one for each test.

use postgres::{Client, Config, NoTls};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names the address of a database on the server, as a user who may create others. `./test` sets it.
pub const VARIABLE: &str = "PRISTAN_TEST_POSTGRES";

/// A database that exists as long as this value.
pub struct Database {
    admin: Config,
    name: String,
    url: String,
}

/// A new, empty database with `C` collation; nothing when no server is named, and then a line says
/// that the test is skipped.
///
/// # Panics
/// A server is named, but does not do as asked: that is a broken test machine.
#[must_use]
pub fn fresh_database() -> Option<Database> {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    let Ok(admin_url) = std::env::var(VARIABLE) else {
        skipped();
        return None;
    };
    let name = format!("pristan_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let created = (|| -> Result<Database, Box<dyn std::error::Error>> {
        let admin: Config = admin_url.parse()?;
        let mut client = admin.connect(NoTls)?;
        // Left over by a test that was killed, long ago, under the same process number.
        client.batch_execute(&format!("drop database if exists {name} with (force)"))?;
        client.batch_execute(&format!(
            "create database {name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
        ))?;
        let url = with_database(&admin_url, &name).ok_or("the address names no database")?;
        Ok(Database { admin, name: name.clone(), url })
    })();
    match created {
        Ok(database) => Some(database),
        Err(error) => unusable(&error.to_string()),
    }
}

#[expect(clippy::panic, reason = "a test machine that is broken must fail, not skip")]
fn unusable(said: &str) -> ! {
    panic!("{VARIABLE} names a server that makes no database: {said}")
}

/// `postgres://user@host:port/name?options` with another name.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (address, options) = url.split_once('?').map_or((url, None), |(a, o)| (a, Some(o)));
    let (_, after) = address.split_once("://")?;
    let host = after.split_once('/').map_or(after, |(host, _)| host);
    let scheme = address.split_once("://")?.0;
    let options = options.map(|o| format!("?{o}")).unwrap_or_default();
    Some(format!("{scheme}://{host}/{name}{options}"))
}

#[expect(clippy::print_stderr, reason = "a skipped test has to be seen")]
fn skipped() {
    eprintln!("SKIPPED on PostgreSQL: {VARIABLE} is not set");
}

impl Database {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection beside the store, for what a test has to do behind its back.
    ///
    /// # Errors
    /// The server.
    pub fn connect(&self) -> Result<Client, postgres::Error> {
        self.admin.clone().dbname(&self.name).connect(NoTls)
    }

    /// Breaks every connection to it, as a restart of the server would.
    ///
    /// # Errors
    /// The server.
    pub fn break_connections(&self) -> Result<(), postgres::Error> {
        self.admin.connect(NoTls)?.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            &[&self.name],
        )?;
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut client) = self.admin.connect(NoTls) {
            let _ = client.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
    }
}

/// The folder with the programs of the newest PostgreSQL server on this machine (`initdb`, `pg_ctl`).
#[must_use]
pub fn binaries() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= 15 && bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}
