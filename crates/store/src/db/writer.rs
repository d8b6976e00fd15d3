//! The one connection that writes, and group commit.
//!
//! A sync to the disk takes longer than a hundred inserts. So threads take turns inside one
//! transaction, each in a savepoint of its own, and the last of them commits for all. Nobody is
//! answered before that commit came back, not even those who were refused: what they saw may have
//! been a row that was never committed.

use super::dialect::{RELEASE, SAVEPOINT, UNDO};
use super::gate::Gate;
use super::meter::Meter;
use super::store::Engine;
use super::{Fault, Session, StoreError, WriteTx};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Closures in one transaction, at most.
const BATCH: usize = 64;
/// Attempts to begin a transaction: broken connections, conflicts.
const ATTEMPTS: usize = 5;

thread_local! {
    /// A closure runs on this thread. A second one would wait for its own thread for ever.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// What became of a transaction; its members wait for it.
#[derive(Default)]
struct Batch {
    outcome: Mutex<Option<Result<(), StoreError>>>,
    told: Condvar,
}

impl Batch {
    fn tell(&self, outcome: Result<(), StoreError>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.told.notify_all();
    }

    fn wait(&self) -> Result<(), StoreError> {
        let mut outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*outcome {
                Some(known) => return known.clone(),
                None => outcome = self.told.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// What the thread whose turn it is may touch.
#[derive(Default)]
pub(crate) struct Core {
    session: Option<Session>,
    open: Option<Arc<Batch>>,
    ran: usize,
}

/// See the top of the file.
#[derive(Default)]
pub(crate) struct Writer {
    core: Mutex<Core>,
    /// Threads between asking for the turn and having it. Each of them is certain to get it, and
    /// whoever has it either commits or leaves the batch to another one counted here: so a batch
    /// that is left open always finds somebody to commit it.
    waiting: AtomicUsize,
}

/// What a closure did to the batch.
enum Member<R> {
    /// Kept or undone; the batch goes on.
    Ran(R),
    /// Undone after a conflict: the batch's view of the database is too old to go on.
    Outdated(R),
    /// The transaction is gone with everything in it; the closure may have panicked as well.
    Broken(StoreError, Option<R>),
}

impl Writer {
    /// Waits for the turn.
    fn turn(&self) -> MutexGuard<'_, Core> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        core
    }

    /// Runs a closure as a member of a batch and waits for the commit.
    pub fn write<T, E: From<StoreError>>(
        &self,
        engine: &Engine,
        gate: &Gate,
        meter: &Meter,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if INSIDE.get() {
            return Err(StoreError::Busy.into());
        }
        gate.pass()?;
        let mut core = self.turn();
        let batch = core.join(engine, gate, meter)?;
        let member = match core.session.as_mut() {
            Some(session) => run(session, work),
            None => Member::Broken(StoreError::Commit, None),
        };
        core.ran += 1;
        let (answer, last) = match member {
            Member::Ran(answer) => (Some(answer), core.ran >= BATCH || self.waiting() == 0),
            Member::Outdated(answer) => (Some(answer), true),
            Member::Broken(error, panicked) => {
                core.abandon(&error, gate, meter);
                (panicked, false)
            }
        };
        if last {
            core.finish(gate, meter);
        }
        drop(core);
        let outcome = batch.wait();
        match answer {
            Some(Err(panic)) => resume_unwind(panic),
            Some(Ok(answer)) => outcome.map_err(E::from).and(answer),
            None => Err(outcome.err().unwrap_or(StoreError::Commit).into()),
        }
    }

    /// How many threads wait for the turn.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Runs something between two batches.
    pub fn between<T>(
        &self,
        gate: &Gate,
        meter: &Meter,
        work: impl FnOnce(&mut Core) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if INSIDE.get() {
            return Err(StoreError::Busy);
        }
        let mut core = self.turn();
        core.finish(gate, meter);
        work(&mut core)
    }
}

impl Core {
    /// Closes the connection; the next batch opens another.
    pub fn disconnect(&mut self) {
        self.session = None;
    }

    /// The connection, if there is one.
    pub fn session(&mut self, engine: &Engine) -> Result<&mut Session, StoreError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => engine.connect(true)?,
        };
        Ok(self.session.insert(session))
    }

    /// The open batch, or a new one.
    fn join(&mut self, engine: &Engine, gate: &Gate, meter: &Meter) -> Result<Arc<Batch>, StoreError> {
        if let Some(batch) = &self.open {
            return Ok(Arc::clone(batch));
        }
        let mut attempt = 1;
        loop {
            let session = self.session(engine)?;
            let Err(error) = session.begin_write() else { break };
            let retry = matches!(error, StoreError::Database { fault: Fault::Gone | Fault::Conflict, .. });
            if session.rollback().is_err() || session.is_gone() {
                self.session = None;
            }
            if error.is_medium() {
                gate.close();
                return Err(StoreError::Full);
            }
            if !retry || attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            meter.count(|stats| stats.retries += 1);
        }
        let batch = Arc::new(Batch::default());
        self.ran = 0;
        self.open = Some(Arc::clone(&batch));
        Ok(batch)
    }

    /// Commits the open batch, if there is one, and tells its members.
    fn finish(&mut self, gate: &Gate, meter: &Meter) {
        let Some(session) = self.session.as_mut() else {
            return self.abandon(&StoreError::Commit, gate, meter);
        };
        if self.open.is_none() {
            return;
        }
        match session.commit() {
            Ok(()) => {
                if session.wrote() {
                    gate.open();
                }
                meter.count(|stats| stats.commits += 1);
                if let Some(batch) = self.open.take() {
                    batch.tell(Ok(()));
                }
            }
            Err(error) => self.abandon(&error, gate, meter),
        }
    }

    /// Gives up the open batch, if there is one, and tells its members.
    fn abandon(&mut self, error: &StoreError, gate: &Gate, meter: &Meter) {
        let Some(batch) = self.open.take() else { return };
        tracing::error!(%error, members = self.ran, "a batch was not committed");
        let usable = self.session.as_mut().is_some_and(|s| s.rollback().is_ok() && !s.is_gone());
        // After a failed sync nobody knows what the engine still believes to be on the disk. When the
        // disk is merely full the connection stays: a new one would need room for its side files.
        if !usable || (error.is_medium() && *error != StoreError::Full) {
            self.session = None;
        }
        meter.count(|stats| stats.lost += 1);
        if error.is_medium() {
            gate.close();
            batch.tell(Err(StoreError::Full));
        } else {
            batch.tell(Err(StoreError::Commit));
        }
    }
}

/// Runs a closure in a savepoint. A panic is caught, so that the rest of the batch can go on, and
/// handed back.
fn run<T, E: From<StoreError>>(
    session: &mut Session,
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
) -> Member<std::thread::Result<Result<T, E>>> {
    if let Err(error) = session.batch(SAVEPOINT) {
        return Member::Broken(error, None);
    }
    INSIDE.set(true);
    let answer = catch_unwind(AssertUnwindSafe(|| work(&mut WriteTx(session))));
    INSIDE.set(false);
    let fault = session.take_spoiled();
    if !session.is_open() || fault.as_ref().is_some_and(StoreError::is_medium) {
        return Member::Broken(fault.unwrap_or(StoreError::Commit), answer.err().map(Err));
    }
    let keep = fault.is_none() && matches!(answer, Ok(Ok(_)));
    if let Err(error) = session.batch(if keep { RELEASE } else { UNDO }) {
        return Member::Broken(error, answer.err().map(Err));
    }
    let outdated = matches!(fault, Some(StoreError::Database { fault: Fault::Conflict, .. }));
    let answer = match (answer, fault) {
        (Ok(Ok(_)), Some(fault)) => Ok(Err(fault.into())),
        (answer, _) => answer,
    };
    if outdated { Member::Outdated(answer) } else { Member::Ran(answer) }
}
