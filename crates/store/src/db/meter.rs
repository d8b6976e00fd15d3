//! Counters in memory: how many transactions of which name, how long they took.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counters of the transactions of one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Named {
    /// How many ran.
    pub count: u64,
    /// How many of them were refused or failed.
    pub failed: u64,
    /// All together, microseconds, waiting for the commit included.
    pub micros: u64,
    /// The slowest, microseconds.
    pub slowest: u64,
}

/// Counters since the store was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Reading transactions.
    pub reads: u64,
    /// Writing transactions, each a member of a batch.
    pub writes: u64,
    /// Batches made durable.
    pub commits: u64,
    /// Batches that were not.
    pub lost: u64,
    /// Transactions begun anew after a conflict or a broken connection.
    pub retries: u64,
    /// Threads that wait for their turn to write, at this moment.
    pub waiting: usize,
    /// By name.
    pub named: BTreeMap<&'static str, Named>,
}

/// Where they are counted.
#[derive(Default)]
pub(crate) struct Meter(Mutex<Stats>);

impl Meter {
    /// Counts something.
    pub fn count(&self, with: impl FnOnce(&mut Stats)) {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Counts a transaction that is over.
    pub fn ran(&self, name: &'static str, write: bool, took: Duration, ok: bool) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(name, write, micros, ok, "transaction");
        self.count(|stats| {
            if write {
                stats.writes += 1
            } else {
                stats.reads += 1
            }
            let named = stats.named.entry(name).or_default();
            named.count += 1;
            named.failed += u64::from(!ok);
            named.micros = named.micros.saturating_add(micros);
            named.slowest = named.slowest.max(micros);
        });
    }

    /// A copy.
    pub fn stats(&self) -> Stats {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
