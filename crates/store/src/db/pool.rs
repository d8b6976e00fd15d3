//! The connections that read.

use super::store::Engine;
use super::{Session, StoreError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Idle connections and how many there are in all.
#[derive(Default)]
struct Shelf {
    idle: Vec<Session>,
    open: usize,
}

pub(crate) struct Pool {
    shelf: Mutex<Shelf>,
    freed: Condvar,
    most: usize,
    patience: Duration,
}

impl Pool {
    pub fn new(most: usize, patience: Duration) -> Pool {
        Pool { shelf: Mutex::default(), freed: Condvar::new(), most: most.max(1), patience }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection in whose transaction one can read. A broken one is replaced.
    pub fn lease(&self, engine: &Engine) -> Result<Lease<'_>, StoreError> {
        let deadline = Instant::now() + self.patience;
        let mut shelf = self.shelf();
        loop {
            if let Some(mut session) = shelf.idle.pop() {
                drop(shelf);
                let begun = session.begin_read();
                if begun.is_ok() {
                    return Ok(Lease { pool: self, session: Some(session), returned: false });
                }
                drop(session);
                shelf = self.shelf();
                shelf.open = shelf.open.saturating_sub(1);
            } else if shelf.open < self.most {
                shelf.open += 1;
                drop(shelf);
                // The lease gives the place back should the connection fail.
                let mut lease = Lease { pool: self, session: None, returned: false };
                let mut session = engine.connect(false)?;
                session.begin_read()?;
                lease.session = Some(session);
                return Ok(lease);
            } else {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(StoreError::Busy);
                }
                shelf = self.freed.wait_timeout(shelf, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Closes what is idle; false when some connections are in use.
    pub fn close_idle(&self) -> bool {
        let mut shelf = self.shelf();
        let closed = std::mem::take(&mut shelf.idle);
        shelf.open = shelf.open.saturating_sub(closed.len());
        shelf.open == 0
    }
}

/// A connection on loan. Dropped without [`Lease::end`], as when a closure panics, it is closed.
pub(crate) struct Lease<'p> {
    pool: &'p Pool,
    session: Option<Session>,
    returned: bool,
}

impl Lease<'_> {
    /// The connection.
    pub fn session(&mut self) -> Result<&mut Session, StoreError> {
        self.session.as_mut().ok_or(StoreError::Busy)
    }

    /// Ends the transaction; the fault in it, if there was one.
    pub fn end(mut self) -> Option<StoreError> {
        let mut session = self.session.take()?;
        let fault = session.take_spoiled();
        let ended = session.rollback();
        if ended.is_ok() && !session.is_gone() {
            self.pool.shelf().idle.push(session);
            self.returned = true;
        }
        fault
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        drop(self.session.take());
        let mut shelf = self.pool.shelf();
        if !self.returned {
            shelf.open = shelf.open.saturating_sub(1);
        }
        drop(shelf);
        self.pool.freed.notify_one();
    }
}
