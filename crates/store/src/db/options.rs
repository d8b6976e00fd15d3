//! How a store is opened.

use std::time::Duration;

/// How sure a commit is before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// On the disk. The only setting for real data.
    Full,
    /// Somewhere on its way. Exists for one purpose: a crash test whose control must lose data.
    Off,
}

/// Settings of a store. The defaults suit one server with some hundred users and keep the memory of
/// the database part near 100 MB.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections for reading.
    pub readers: usize,
    /// See [`Synchronous`].
    pub synchronous: Synchronous,
    /// How long to wait for a lock or a free connection.
    pub busy: Duration,
    /// How long one statement may take (PostgreSQL).
    pub statement: Duration,
    /// Page cache of each connection in KiB (SQLite).
    pub cache_kib: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            readers: 4,
            synchronous: Synchronous::Full,
            busy: Duration::from_secs(10),
            statement: Duration::from_secs(30),
            cache_kib: 8 * 1024,
        }
    }
}
