//! Keys of subjects. The keystore lies apart from the data; its keys are made in batches ahead of
//! need, so that a new case costs no second fsync, and bound to a subject in the transaction that
//! first seals something for it. A key that is never bound after a crash is a spare, no harm.

use crate::{Office, OfficeError, Result};
use domain::Compartment;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use store::StoreError;
use vault::{KeyId, WrappedKey};

const BATCH: usize = 512;

/// Keys that are on disk but bound to nobody yet, by compartment C1 to C5.
#[derive(Default)]
pub struct Pool([Mutex<VecDeque<(KeyId, WrappedKey)>>; 5]);

impl Pool {
    fn lane(&self, compartment: Compartment) -> &Mutex<VecDeque<(KeyId, WrappedKey)>> {
        let [c1, c2, c3, c4, c5] = &self.0;
        match compartment {
            Compartment::C0 | Compartment::C1 => c1,
            Compartment::C2 => c2,
            Compartment::C3 => c3,
            Compartment::C4 => c4,
            Compartment::C5 => c5,
        }
    }

    fn left(&self, compartment: Compartment) -> usize {
        self.lane(compartment).lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A key that lies ready.
    ///
    /// # Errors
    /// `Busy` when a burst of writing has used up what was reserved: the caller tries again.
    pub fn take(&self, compartment: Compartment) -> Result<(KeyId, WrappedKey)> {
        let taken = self.lane(compartment).lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        taken.ok_or(OfficeError::Store(StoreError::Busy))
    }
}

impl Office {
    /// A key that lies ready, for a subject that needs one.
    pub(crate) fn take_key(&self, compartment: Compartment) -> Result<(KeyId, WrappedKey)> {
        self.pool.take(compartment)
    }

    /// Sees to it that at least so many unbound keys lie ready in each compartment.
    ///
    /// # Errors
    /// The database.
    pub fn reserve_keys(&self, at_least: usize) -> Result<()> {
        for compartment in
            [Compartment::C1, Compartment::C2, Compartment::C3, Compartment::C4, Compartment::C5]
        {
            if self.pool.left(compartment) >= at_least {
                continue;
            }
            let fresh: Vec<(KeyId, WrappedKey)> =
                (0..BATCH.max(at_least)).map(|_| self.vault.new_wrapped(lane(compartment))).collect();
            self.store.write("keys.reserve", |tx| -> std::result::Result<(), StoreError> {
                for (id, wrapped) in &fresh {
                    store::keys::insert(tx, &id.0, compartment as i64, &wrapped.0)?;
                }
                Ok(())
            })?;
            // Only after the commit: a key that is not on disk must not seal anything.
            self.pool.lane(compartment).lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
        }
        Ok(())
    }
}

/// The vault's name for a compartment.
#[must_use]
pub fn lane(compartment: Compartment) -> vault::Compartment {
    match compartment {
        Compartment::C0 => vault::Compartment::C0,
        Compartment::C1 => vault::Compartment::C1,
        Compartment::C2 => vault::Compartment::C2,
        Compartment::C3 => vault::Compartment::C3,
        Compartment::C4 => vault::Compartment::C4,
        Compartment::C5 => vault::Compartment::C5,
    }
}
