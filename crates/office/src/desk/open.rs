//! Opening: keys out of the drawer, one by one or for a whole page, and what they open of a record.

use super::Desk;
use super::seal::at;
use crate::keys::lane;
use crate::{OfficeError, Result};
use domain::{Compartment, Head, Id, Mask, Record, Values};
use std::collections::HashMap;
use store::Tx;
use store::records::Stored;
use vault::Opened;

impl<T: Tx> Desk<'_, T> {
    /// Opens the compartments of the mask. The caller has decided and notes it. What no key at hand opens
    /// is left out and named in `locked`.
    ///
    /// # Errors
    /// `Sealed` when a blob was changed, swapped or rolled back; the database.
    pub fn unseal(&mut self, stored: Stored, mask: Mask) -> Result<Record> {
        let Stored { head, sealed, parts } = stored;
        let mut values = head.values();
        let (mut opened, mut locked) = (mask, Mask::NONE);
        let mut read = Mask::NONE;
        self.hangs_rightly(&head)?;
        for (compartment, blob) in Compartment::SEALED.into_iter().zip(sealed) {
            let Some(blob) = blob else { continue };
            if !mask.has(compartment) {
                continue;
            }
            let id = vault::key_of(&blob).ok_or(OfficeError::Sealed)?;
            let Some(key) = self.key(id, head.key_subject(), compartment)? else {
                opened = opened.without(compartment);
                locked = locked.with(compartment);
                continue;
            };
            let plain = at(&head, parts.as_ref(), compartment, |place| key.unseal(place, &blob))
                .map_err(|_| OfficeError::Sealed)?;
            let part: Values = serde_json::from_slice(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
            values.extend(part);
            read = read.with(compartment);
            self.looked.at(&head, read);
        }
        Ok(Record { head, values, mask: opened, locked })
    }

    /// A record that is sealed under its parent's keys hangs from a parent of the kind it may hang from: the kind is
    /// not bound into the seal, and a note that was given another one must not open by the key of its case.
    fn hangs_rightly(&mut self, head: &Head) -> Result<()> {
        let subject = head.key_subject();
        let (Some(parent), Some(wanted)) = (head.parent_id, head.kind.parent()) else { return Ok(()) };
        if parent != subject || self.parents.get(&parent) == Some(&wanted) {
            return Ok(());
        }
        let found = store::records::head(self.tx, parent)?.ok_or(OfficeError::Sealed)?;
        self.parents.insert(parent, found.kind);
        if found.kind == wanted { Ok(()) } else { Err(OfficeError::Sealed) }
    }

    /// As [`Desk::unseal`], for what must not be half a thing: a file that leaves the house, a paper for the
    /// person, an import that compares with what is there.
    ///
    /// # Errors
    /// `Locked` when any of it has no key at hand; otherwise as [`Desk::unseal`].
    pub fn unseal_whole(&mut self, stored: Stored, mask: Mask) -> Result<Record> {
        let record = self.unseal(stored, mask)?;
        if record.locked == Mask::NONE { Ok(record) } else { Err(OfficeError::Locked(record.locked)) }
    }

    /// To whom keys are granted that whoever sits here may have.
    fn holders(&self) -> [Id; 2] {
        [self.ctx.actor.organisation.0, self.ctx.actor.user.0]
    }

    fn opened(
        &self,
        (id, key, grants): store::keys::Granted,
        subject: Id,
        compartment: Compartment,
    ) -> Result<Option<Opened>> {
        if key.subject != subject || key.compartment != compartment as i64 {
            return Err(OfficeError::Sealed);
        }
        let found = vault::Found {
            id: vault::KeyId(id),
            half_id: vault::KeyId(key.half_id),
            half: vault::WrappedKey(key.half),
            rooted: key.rooted,
            grants: grants
                .into_iter()
                .map(|g| vault::Grant { holder: g.holder.0, epoch: g.epoch, sealed: g.sealed })
                .collect(),
        };
        match self.office.vault.open(&self.ctx.keys, lane(compartment), &found) {
            Ok(opened) => Ok(Some(opened)),
            Err(vault::OpenError::Locked) => Ok(None),
            Err(vault::OpenError::Key(_)) => Err(OfficeError::Sealed),
        }
    }

    /// Takes the keys of several records out of the drawer at once, those that [`Desk::unseal`] with the same masks
    /// will ask for. What is not there, or does not fit, it says then.
    ///
    /// # Errors
    /// `Sealed` when a key was changed; the database.
    pub fn keys_ahead<'s>(&mut self, records: impl IntoIterator<Item = (&'s Stored, Mask)>) -> Result<()> {
        let mut wanted: HashMap<[u8; 16], (Id, Compartment)> = HashMap::new();
        for (stored, mask) in records {
            for (compartment, blob) in Compartment::SEALED.into_iter().zip(&stored.sealed) {
                let id = blob.as_deref().filter(|_| mask.has(compartment)).and_then(vault::key_of);
                let Some(id) = id.filter(|id| !self.keys.contains_key(&id.0)) else { continue };
                wanted.entry(id.0).or_insert((stored.head.key_subject(), compartment));
            }
        }
        let ids: Vec<[u8; 16]> = wanted.keys().copied().collect();
        for granted in store::keys::get_many_for(self.tx, &ids, self.holders())? {
            if let Some((subject, compartment)) = wanted.get(&granted.0) {
                let (id, opened) = (granted.0, self.opened(granted, *subject, *compartment)?);
                self.keys.insert(id, opened);
            }
        }
        Ok(())
    }

    /// A data key of a subject; nothing when whoever sits here has no key for it.
    pub(crate) fn key(
        &mut self,
        id: vault::KeyId,
        subject: Id,
        compartment: Compartment,
    ) -> Result<Option<&Opened>> {
        if !self.keys.contains_key(&id.0) {
            let granted = store::keys::get_for(self.tx, &id.0, self.holders())?.ok_or(OfficeError::Sealed)?;
            let opened = self.opened(granted, subject, compartment)?;
            self.keys.insert(id.0, opened);
        }
        Ok(self.keys.get(&id.0).and_then(Option::as_ref))
    }

    /// A key out of the memory of this desk, to be given back with [`Desk::hold`].
    pub(crate) fn take_key(&mut self, id: vault::KeyId) -> Option<Opened> {
        self.keys.remove(&id.0).flatten()
    }

    /// Remembers a key that was just made, or gives one back.
    pub(crate) fn hold(&mut self, opened: Opened) {
        self.keys.insert(opened.key_id().0, Some(opened));
    }
}
