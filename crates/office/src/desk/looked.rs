//! What a desk has opened, kept beside what its use case notes: a use case that fails half way has read all the
//! same, and its answer may show it (two people changed the same record: the page shows what stands there).

use super::{Leaf, case_of};
use domain::{Actor, Head, Id, Mask, RecordKind};
use std::collections::{BTreeMap, BTreeSet};

/// What of the leaves that a failed use case noted stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Refusals alone: its work was rolled back.
    Refusals,
    /// Everything: it only read.
    All,
}

/// Records opened at a desk: kind, case, compartments.
#[derive(Default)]
pub(super) struct Looked {
    at: BTreeMap<Id, (RecordKind, Option<Id>, Mask)>,
    made: BTreeSet<Id>,
}

impl Looked {
    /// A record was opened. Names of partners and colleagues stand on every page and are not counted.
    pub(super) fn at(&mut self, head: &Head, mask: Mask) {
        if !matches!(head.kind, RecordKind::Organisation | RecordKind::User) {
            let of = self.at.entry(head.id).or_insert((head.kind, case_of(head), Mask::NONE));
            of.2 = of.2.union(mask);
        }
    }

    /// A record was written first at this desk: nobody reads by it what was there before.
    pub(super) fn made(&mut self, id: Id) {
        self.made.insert(id);
    }

    /// The leaves of a failure: those that stand, and one for each kind and mask of what was opened and is in
    /// none of them.
    pub(super) fn leaves(self, mut noted: Vec<Leaf>, kept: Kept, (actor, now): (Actor, i64)) -> Vec<Leaf> {
        noted.retain(|leaf| kept == Kept::All || !leaf.allowed);
        let mut more: Vec<Leaf> = Vec::new();
        for (id, (kind, case, mask)) in self.at {
            let told = |l: &Leaf| l.allowed && l.objects.contains(&id) && mask.intersection(l.mask) == mask;
            if self.made.contains(&id) || noted.iter().any(told) {
                continue;
            }
            match more.iter_mut().find(|l| l.kind == kind.code() && l.mask == mask) {
                Some(leaf) => {
                    leaf.objects.push(id);
                    leaf.cases.extend(case.filter(|c| !leaf.cases.contains(c)));
                }
                None => more.push(Leaf {
                    action: format!("{}.view", kind.code()),
                    kind: kind.code(),
                    objects: vec![id],
                    cases: case.into_iter().collect(),
                    mask,
                    allowed: true,
                    rule: "not-done",
                    actor,
                    now,
                    reason: None,
                    before: None,
                    after: None,
                }),
            }
        }
        noted.extend(more);
        noted
    }
}
