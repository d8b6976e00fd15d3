//! Rows compared with what the log wrote down about them.

use crate::Result;
use crate::desk::digest;
use domain::{Id, RecordKind, Relation};
use std::collections::HashMap;
use store::Tx;
use store::glass::Request;
use store::records::Stored;

/// What the log tells about records.
#[derive(Default)]
pub(super) struct Told {
    /// Digests of all versions, the first one first.
    pub(super) versions: HashMap<Id, Vec<[u8; 32]>>,
    /// Who was last named for a case, or taken out again.
    named: HashMap<(Id, Id), bool>,
    /// Of tables up to this round every row of authority has its digest: one without it was put there by another
    /// hand.
    pub(super) bound: usize,
    /// What is open in an emergency, as the requests say.
    pub(super) opened: Vec<Request>,
}

impl Told {
    pub(super) fn take(&mut self, leaf: &vault::log::Leaf) {
        self.bound = self.bound.max(super::bound::round(&leaf.action));
        // A tombstone: of what it names nothing need be there any more, and what is left begins anew.
        if leaf.action == crate::erasure::TOMBSTONE {
            for id in leaf.objects.iter().map(|id| Id(*id)) {
                self.versions.remove(&id);
                self.named.retain(|(case, _), _| *case != id);
            }
            return;
        }
        let mut objects = leaf.objects.iter().map(|id| Id(*id));
        let Some(first) = objects.next() else { return };
        if let Some(digest) = leaf.new_version {
            self.versions.entry(first).or_default().push(digest);
        }
        if leaf.decision == vault::log::Decision::Allow
            && let (Some(holder), "case.grant" | "case.revoke") = (objects.next(), leaf.action.as_str())
        {
            self.named.insert((first, holder), leaf.action == "case.grant");
        }
    }

    /// Is the record, with its history and its relations, what was written down? Forgets it on the way.
    pub(super) fn fits<T: Tx>(&mut self, tx: &mut T, now: &Stored) -> Result<bool> {
        let Some(mut versions) = self.versions.remove(&now.head.id) else { return Ok(false) };
        if versions.pop() != Some(digest(now))
            || i64::try_from(versions.len() + 1).ok() != Some(now.head.version)
        {
            return Ok(false);
        }
        let older = if versions.is_empty() { Vec::new() } else { store::records::history(tx, &now.head)? };
        if older.len() != versions.len() {
            return Ok(false);
        }
        for (stored, told) in older.iter().zip(versions.iter().rev()) {
            // The history does not repeat whom a record is about; it may have been tied to a person later.
            let mut unlinked = stored.clone();
            unlinked.head.person_id = None;
            if digest(stored) != *told && digest(&unlinked) != *told {
                return Ok(false);
            }
        }
        if now.head.kind == RecordKind::Case { self.relations_fit(tx, now, &older) } else { Ok(true) }
    }

    /// Has everybody who stands to a case come there by a way that the log knows?
    fn relations_fit<T: Tx>(&self, tx: &mut T, case: &Stored, older: &[Stored]) -> Result<bool> {
        let id = case.head.id;
        let leads: Vec<Id> = std::iter::once(case).chain(older).filter_map(|s| s.head.assignee).collect();
        Ok(store::access::of_case(tx, id)?.iter().all(|row| {
            row.state == case.head.state
                && match Relation::from_code(&row.relation) {
                    Relation::National => row.holder == domain::policy::EVERYONE_NATIONAL,
                    Relation::Organisation => row.holder == case.head.organisation_id,
                    Relation::Own => leads.first() == Some(&row.holder),
                    // Who has led the case stays in its team.
                    Relation::Team => self.is_named(id, row.holder) || leads.contains(&row.holder),
                    Relation::Addressed => self.is_named(id, row.holder),
                    Relation::BreakGlass => {
                        self.is_named(id, row.holder) && crate::glass::fits(row, &self.opened)
                    }
                    Relation::Named | Relation::General | Relation::Nothing => false,
                }
        }))
    }

    fn is_named(&self, case: Id, holder: Id) -> bool {
        self.named.get(&(case, holder)).copied().unwrap_or(false)
    }
}
