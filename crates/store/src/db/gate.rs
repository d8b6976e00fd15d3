//! The gate before the writer: closed while the disk takes nothing.

use super::StoreError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a write is let through to see whether the disk works again.
const PROBE: Duration = Duration::from_secs(1);

/// Open, or closed since a write found the disk full.
#[derive(Default)]
pub(crate) struct Gate {
    closed: AtomicBool,
    probed: Mutex<Option<Instant>>,
}

impl Gate {
    /// Lets a write pass: always when open, once a second when closed.
    pub fn pass(&self) -> Result<(), StoreError> {
        self.pass_every(PROBE)
    }

    fn pass_every(&self, pause: Duration) -> Result<(), StoreError> {
        if !self.is_closed() {
            return Ok(());
        }
        let mut probed = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        if probed.is_some_and(|last| last.elapsed() < pause) {
            return Err(StoreError::Full);
        }
        *probed = Some(Instant::now());
        Ok(())
    }

    /// The disk refused.
    pub fn close(&self) {
        *self.probed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if !self.closed.swap(true, Ordering::AcqRel) {
            tracing::error!("the disk takes no writes: the store is read-only");
        }
    }

    /// Rows were written and are durable.
    pub fn open(&self) {
        if self.closed.swap(false, Ordering::AcqRel) {
            tracing::warn!("the disk takes writes again");
        }
    }

    /// Is it closed?
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_gate_lets_one_through_now_and_then() {
        let (never, always) = (Duration::MAX, Duration::ZERO);
        let gate = Gate::default();
        assert_eq!(gate.pass_every(never), Ok(()));
        gate.close();
        assert_eq!(gate.pass_every(never), Err(StoreError::Full));
        assert_eq!(gate.pass_every(always), Ok(()));
        assert_eq!(gate.pass_every(never), Err(StoreError::Full));
        assert!(gate.is_closed());
        gate.open();
        assert_eq!(gate.pass_every(never), Ok(()));
        assert!(!gate.is_closed());
    }
}
