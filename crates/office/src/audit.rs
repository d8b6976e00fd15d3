//! The log: every write, every read of sealed data, every refusal; leaves linked by hash, in a
//! Merkle tree whose head is kept under the log key.

use crate::desk::{Desk, Leaf, digest};
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Mask, RecordKind, Relation};
use std::collections::HashMap;
use store::records::Stored;
use store::{Tx, WriteTx};
use vault::log::Frontier;

/// Appends leaves. The head row is read and written in the same transaction, so that the order of
/// the log is the order of commits.
///
/// # Errors
/// The database; `Sealed` when the head does not read.
pub fn append(office: &Office, tx: &mut WriteTx<'_>, leaves: &[Leaf]) -> Result<()> {
    if leaves.is_empty() {
        return Ok(());
    }
    let head = store::audit::head(tx)?;
    let (mut frontier, mut last) = match &head {
        Some(head) => (Frontier::from_bytes(&head.frontier).map_err(|_| OfficeError::Sealed)?, head.last),
        None => (Frontier::default(), [0; 32]),
    };
    for leaf in leaves {
        let index = frontier.size();
        let bytes = encode(office, leaf, index, last)?;
        let hash = vault::log::leaf_hash(&bytes);
        store::audit::insert(tx, i64::try_from(index).unwrap_or(i64::MAX), &bytes, &hash)?;
        for case in &leaf.cases {
            store::audit::insert_case(tx, *case, i64::try_from(index).unwrap_or(i64::MAX))?;
        }
        frontier.append(hash);
        last = hash;
    }
    let root = frontier.root();
    let head = store::audit::Head {
        size: i64::try_from(frontier.size()).unwrap_or(i64::MAX),
        last,
        frontier: frontier.to_bytes(),
        root,
        mac: office.vault.mac_head(frontier.size(), &root),
    };
    store::audit::set_head(tx, &head)?;
    Ok(())
}

fn encode(office: &Office, leaf: &Leaf, index: u64, prev_leaf: [u8; 32]) -> Result<Vec<u8>> {
    vault::log::Leaf {
        index,
        node: None,
        time_us: leaf.now,
        actor: leaf.actor.user.0.0,
        session: leaf.actor.session,
        action: leaf.action.clone(),
        object: leaf.kind.to_owned(),
        objects: leaf.objects.iter().map(|id| id.0).collect(),
        case: leaf.cases.first().map(|id| id.0),
        compartments: leaf.mask.0,
        decision: if leaf.allowed { vault::log::Decision::Allow } else { vault::log::Decision::Deny },
        rule: leaf.rule.to_owned(),
        // A reason is people's text: only its keyed digest goes into a log that is never erased.
        reason_hash: leaf.reason.as_ref().map(|r| office.vault.mac_text("reason", r)),
        prev_version: leaf.before,
        new_version: leaf.after,
        prev_leaf,
    }
    .encode()
    .map_err(|_| OfficeError::Sealed)
}

/// One line of "who looked".
pub struct Look {
    /// When, microseconds.
    pub at: i64,
    /// Whose name.
    pub who: String,
    /// `case.view`.
    pub action: String,
    /// Refused?
    pub refused: bool,
    /// Did it open identity?
    pub identity: bool,
}

/// Who looked at a case, newest first.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn who_looked(office: &Office, ctx: &Ctx, case_id: Id) -> Result<Vec<Look>> {
    office.look(ctx, "audit.who_looked", |desk| {
        let stored = desk.stored(case_id)?;
        if stored.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Log, &stored.head)?;
        let looks = looks(desk, case_id, 200)?;
        desk.note("log", &stored.head, decision, Mask::NONE);
        Ok(looks)
    })
}

/// The newest looks at a case. The caller has authorised.
///
/// # Errors
/// The database; `Sealed` when a leaf does not read.
pub fn looks<T: Tx>(desk: &mut Desk<'_, T>, case_id: Id, rows: i64) -> Result<Vec<Look>> {
    let mut out = Vec::new();
    for bytes in store::audit::of_case(desk.tx, case_id, rows)? {
        let leaf = vault::log::Leaf::decode(&bytes).map_err(|_| OfficeError::Sealed)?;
        out.push(Look {
            at: leaf.time_us,
            who: crate::names::user(desk, Id(leaf.actor))?,
            identity: Mask(leaf.compartments).has(domain::Compartment::C3),
            refused: leaf.decision == vault::log::Decision::Deny,
            action: leaf.action,
        });
    }
    Ok(out)
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything fits: so many leaves, this root.
    Sound {
        /// Number of leaves.
        size: u64,
        /// Root of the tree.
        root: [u8; 32],
    },
    /// The first leaf that does not fit, and what is wrong.
    Tampered {
        /// Its index.
        index: u64,
        /// In plain words.
        problem: String,
    },
    /// A record that is not what the log last wrote down.
    RowChanged {
        /// Which record.
        id: Id,
    },
}

/// Recomputes the whole log and compares every record, every version of its history, and who stands how
/// to every case with what the log wrote down about them.
///
/// # Errors
/// The database.
pub fn verify(office: &Office) -> Result<Verdict> {
    office.store.read("audit.verify", |tx| {
        let mut verifier = vault::log::Verifier::default();
        let mut told = Told::default();
        let mut from = 0;
        loop {
            let rows = store::audit::range(tx, from, 2000)?;
            let Some(last) = rows.last() else { break };
            from = last.index + 1;
            for row in &rows {
                let index = u64::try_from(row.index).unwrap_or(u64::MAX);
                match verifier.push(index, &row.leaf, &row.hash) {
                    Ok(leaf) => told.take(&leaf),
                    Err(fault) => {
                        return Ok(Verdict::Tampered { index: fault.index, problem: fault.kind.to_string() });
                    }
                }
            }
        }
        let (size, root) = (verifier.frontier().size(), verifier.frontier().root());
        let head = store::audit::head(tx)?;
        let tampered = |problem: &str| Ok(Verdict::Tampered { index: size, problem: problem.to_owned() });
        match head {
            None if size == 0 => {}
            None => return tampered("the head of the log is missing"),
            Some(head) => {
                if u64::try_from(head.size).ok() != Some(size) {
                    return tampered("leaves are missing at the end, or too many");
                }
                if head.root != root || !office.vault.head_matches(size, &root, &head.mac) {
                    return tampered("the head of the log does not fit the leaves");
                }
            }
        }
        let mut after: Option<Id> = None;
        loop {
            let rows = store::records::all_after(tx, after, 1000)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.head.id);
            for stored in &rows {
                if !told.fits(tx, stored)? {
                    return Ok(Verdict::RowChanged { id: stored.head.id });
                }
            }
        }
        // A record of which the log speaks must still be there.
        if let Some(id) = told.versions.keys().min() {
            return Ok(Verdict::RowChanged { id: *id });
        }
        Ok(Verdict::Sound { size, root })
    })
}

/// What the log tells about records.
#[derive(Default)]
struct Told {
    /// Digests of all versions, the first one first.
    versions: HashMap<Id, Vec<[u8; 32]>>,
    /// Who was last named for a case, or taken out again.
    named: HashMap<(Id, Id), bool>,
}

impl Told {
    fn take(&mut self, leaf: &vault::log::Leaf) {
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
    fn fits<T: Tx>(&mut self, tx: &mut T, now: &Stored) -> Result<bool> {
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
                    Relation::Addressed | Relation::BreakGlass => self.is_named(id, row.holder),
                    Relation::General | Relation::Nothing => false,
                }
        }))
    }

    fn is_named(&self, case: Id, holder: Id) -> bool {
        self.named.get(&(case, holder)).copied().unwrap_or(false)
    }
}
