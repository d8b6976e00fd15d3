//! Keys of subjects. The keystore lies apart from the data; its keys are made in batches ahead of
//! need, so that a new case costs no second fsync, and bound to a subject in the transaction that
//! first seals something for it. A key that is never bound after a crash is a spare, no harm.

use crate::{Office, OfficeError, Result};
use domain::{Compartment, Id};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use store::{StoreError, Tx, WriteTx};
use vault::{KeyId, Keystore, WrappedKey};

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

    fn take(&self, compartment: Compartment) -> Option<(KeyId, WrappedKey)> {
        self.lane(compartment).lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Office {
    /// Sees to it that at least so many unbound keys lie ready in each compartment.
    ///
    /// # Errors
    /// The database.
    pub fn reserve_keys(&self, at_least: usize) -> Result<()> {
        for compartment in [Compartment::C1, Compartment::C2, Compartment::C3, Compartment::C5] {
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

/// Reads keys inside a transaction.
pub struct Reading<'a, T: Tx>(pub &'a mut T);

impl<T: Tx> Keystore for Reading<'_, T> {
    type Error = OfficeError;
    fn wrapped(
        &mut self,
        subject: &[u8; 16],
        compartment: vault::Compartment,
    ) -> Result<Option<(KeyId, WrappedKey)>> {
        let found = store::keys::of(self.0, Id(*subject), compartment as i64)?;
        Ok(found.map(|(id, wrapped)| (KeyId(id), WrappedKey(wrapped))))
    }
    fn bind_new(&mut self, _: &[u8; 16], _: vault::Compartment) -> Result<(KeyId, WrappedKey)> {
        Err(OfficeError::Sealed)
    }
}

/// Reads keys and binds new ones.
pub struct Writing<'a, 'b>(pub &'a mut WriteTx<'b>, pub &'a Office);

impl Keystore for Writing<'_, '_> {
    type Error = OfficeError;
    fn wrapped(
        &mut self,
        subject: &[u8; 16],
        compartment: vault::Compartment,
    ) -> Result<Option<(KeyId, WrappedKey)>> {
        Reading(self.0).wrapped(subject, compartment)
    }
    fn bind_new(
        &mut self,
        subject: &[u8; 16],
        compartment: vault::Compartment,
    ) -> Result<(KeyId, WrappedKey)> {
        let own = Compartment::ALL.into_iter().find(|c| lane(*c) == compartment).unwrap_or(Compartment::C1);
        let (id, wrapped) = self.1.pool.take(own).ok_or(OfficeError::Store(StoreError::Busy))?;
        store::keys::bind(self.0, Id(*subject), compartment as i64, &id.0)?;
        Ok((id, wrapped))
    }
}
