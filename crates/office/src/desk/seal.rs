//! Sealing: which key new content gets, where each part lies, what a row's digest is.

use super::Desk;
use crate::{OfficeError, Result};
use domain::policy::Decision;
use domain::{Compartment, Head, Mask, Record, RecordKind, Values};
use store::WriteTx;
use store::records::Stored;

impl Desk<'_, WriteTx<'_>> {
    /// `parts` names the versions at which the compartments were sealed, where they differ. The coded
    /// compartment is bound to that list, so that none of them can be brought back from before by itself.
    pub(super) fn seal(&mut self, record: &Record, parts: Option<[i64; 5]>) -> Result<Stored> {
        let spec = record.head.kind.spec();
        let mut values = record.values.clone();
        if record.head.kind == RecordKind::Person && record.mask.has(Compartment::C3) {
            domain::people::derive(&mut values);
        }
        if parts.is_some() && !record.mask.has(Compartment::C1) {
            return Err(OfficeError::Sealed);
        }
        let mut sealed: [Option<Vec<u8>>; 5] = Default::default();
        for (slot, compartment) in sealed.iter_mut().zip(Compartment::SEALED) {
            let part = values.within(spec, compartment);
            if part.0.is_empty() && !(parts.is_some() && compartment == Compartment::C1) {
                continue;
            }
            let plain = vault::Secret::new(serde_json::to_vec(&part).map_err(|_| OfficeError::Sealed)?);
            let id = self.writing_key(&record.head, compartment)?;
            let key = self.key(id, record.head.key_subject(), compartment)?.ok_or(OfficeError::Sealed)?;
            *slot = Some(at(&record.head, parts.as_ref(), compartment, |place| {
                key.seal(place, plain.as_bytes())
            }));
        }
        Ok(Stored { head: record.head.clone(), sealed, parts })
    }

    /// The key that new content is sealed under: the subject's present one, if whoever sits here holds it,
    /// else a new one that is granted to those who may read it.
    pub(crate) fn writing_key(&mut self, head: &Head, compartment: Compartment) -> Result<vault::KeyId> {
        let subject = head.key_subject();
        let current = store::keys::current(self.tx, subject, compartment as i64)?.map(vault::KeyId);
        if let Some(id) = current
            && self.key(id, subject, compartment)?.is_some()
        {
            return Ok(id);
        }
        let id = crate::roots::new_key(self, head, compartment)?;
        if current.is_none() {
            store::keys::bind(self.tx, subject, compartment as i64, &id.0)?;
        }
        Ok(id)
    }

    /// Seals coded values for what is left of a record, under a key that is made for it. The caller has destroyed
    /// the keys that were there.
    ///
    /// # Errors
    /// The database; the keys.
    pub(crate) fn remain(&mut self, head: &Head, coded: &Values) -> Result<()> {
        let mut sealed: [Option<Vec<u8>>; 5] = Default::default();
        if !coded.0.is_empty() {
            let plain = vault::Secret::new(serde_json::to_vec(coded).map_err(|_| OfficeError::Sealed)?);
            let id = self.writing_key(head, Compartment::C1)?;
            let key = self.key(id, head.key_subject(), Compartment::C1)?.ok_or(OfficeError::Sealed)?;
            let [c1, ..] = &mut sealed;
            *c1 = Some(at(head, None, Compartment::C1, |place| key.seal(place, plain.as_bytes())));
        }
        let stored = Stored { head: head.clone(), sealed, parts: None };
        store::erasure::remain(self.tx, &stored)?;
        let decision = Decision {
            allow: true,
            rule: "erasure",
            mask: Mask::CODED,
            duties: domain::policy::Duties::NONE,
        };
        self.note("remain", head, decision, Mask::CODED);
        if let Some(leaf) = self.leaves.last_mut() {
            leaf.after = Some(digest(&stored));
        }
        Ok(())
    }
}

/// At which version of the record a compartment was sealed.
pub(super) fn sealed_at(head: &Head, parts: Option<&[i64; 5]>, compartment: Compartment) -> i64 {
    let part = parts.zip(Compartment::SEALED.iter().position(|c| *c == compartment));
    part.and_then(|(parts, index)| parts.get(index).copied()).unwrap_or(head.version)
}

/// Where a blob lies: bound into its seal, so that moving it anywhere else breaks it.
pub(super) fn at<R>(
    head: &Head,
    parts: Option<&[i64; 5]>,
    compartment: Compartment,
    work: impl FnOnce(&vault::Place<'_>) -> R,
) -> R {
    let field = match parts {
        Some(parts) if compartment == Compartment::C1 => format!("c1 of {parts:?}"),
        _ => compartment.code().to_owned(),
    };
    work(&vault::Place {
        organisation: &head.organisation_id.0,
        table: "records",
        row: &head.id.0,
        field: &field,
        version: sealed_at(head, parts, compartment),
    })
}

pub(super) fn used(record: &Record) -> Mask {
    let spec = record.head.kind.spec();
    spec.fields
        .iter()
        .filter(|f| record.values.get(f.name).is_some())
        .fold(Mask::NONE, |mask, f| mask.with(f.compartment))
}

/// Digest of a row as stored: head and blobs.
#[must_use]
pub fn digest(stored: &Stored) -> [u8; 32] {
    let mut bytes = Vec::new();
    let head = &stored.head;
    bytes.extend_from_slice(&head.id.0);
    for id in [
        head.case_id,
        head.person_id,
        head.parent_id,
        Some(head.organisation_id),
        head.assignee,
        Some(head.created_by),
        Some(head.updated_by),
    ] {
        bytes.extend_from_slice(&id.map_or([0; 16], |i| i.0));
    }
    for number in [head.version, head.created_at, head.updated_at] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    let (on, due) = (head.on_date.map(|d| d.to_string()), head.due_on.map(|d| d.to_string()));
    let texts =
        [Some(head.kind.code()), Some(&head.state), on.as_deref(), due.as_deref(), head.number.as_deref()];
    for text in texts.map(Option::unwrap_or_default) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    for blob in &stored.sealed {
        let blob = blob.as_deref().unwrap_or_default();
        bytes.extend_from_slice(&(blob.len() as u64).to_be_bytes());
        bytes.extend_from_slice(blob);
    }
    if let Some(parts) = &stored.parts {
        bytes.extend_from_slice(&store::records::parts_bytes(parts));
    }
    vault::sha256(&bytes)
}
