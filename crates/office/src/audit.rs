//! The log: every write, every read of sealed data, every refusal; leaves linked by hash, in a
//! Merkle tree whose head is kept under the log key and whose checkpoints are signed.
//!
//! A checkpoint is signed at most once a second, or every 256 leaves, in the transaction of the leaves that
//! made it due. What lies behind the newest one is covered by the head, which is under the log key too.

mod anchor;
mod bound;
mod export;
mod looked;
mod many;
mod rows;
mod verify;

pub use anchor::{
    Anchored, AnchoredState, Target, Trust, anchored, answered, ask, known_size, newest, set_targets, targets,
};
pub use bound::{bind_older, forged};
pub use export::{export, verify_export};
pub use looked::{Paper, PaperLook, paper};
pub(crate) use many::stop;
pub use verify::{Demands, Report, Verdict, verify, verify_with};

use crate::clock::ClockState;
use crate::desk::{Desk, Leaf};
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Mask, RecordKind};
use std::collections::BTreeSet;
use store::{Tx, WriteTx};
use vault::log::{Checkpoint, Frontier, Note};

/// A checkpoint is signed after so many leaves,
const SIGN_LEAVES: i64 = 256;
/// or after so long, microseconds.
const SIGN_US: i64 = 1_000_000;

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
    let (mut hlc, mut clock) = head.as_ref().map_or((0, 0), |h| (h.hlc, h.clock));
    let (signed_size, signed_at) = head.as_ref().map_or((0, i64::MIN), |h| (h.signed_size, h.signed_at));
    for leaf in leaves {
        let index = frontier.size();
        let place = number(index);
        // A time that nobody believes does not move the clocks.
        if crate::clock::judge(clock, leaf.now) != ClockState::Ahead {
            hlc = hlc.saturating_add(1).max(leaf.now);
            clock = clock.max(leaf.now);
        } else {
            hlc = hlc.saturating_add(1);
        }
        let bytes = encode(office, leaf, index, last, hlc)?;
        let hash = vault::log::leaf_hash(&bytes);
        store::audit::insert(tx, place, &bytes, &hash)?;
        for about in subjects(leaf) {
            store::audit::insert_case(tx, about, place)?;
        }
        many::count(office, tx, leaf)?;
        frontier.append(hash);
        last = hash;
    }
    let (size, root) = (frontier.size(), frontier.root());
    let mut head = store::audit::Head {
        size: number(size),
        last,
        frontier: frontier.to_bytes(),
        root,
        mac: office.vault.mac_head(size, &root),
        hlc,
        clock,
        signed_size,
        signed_at,
    };
    let due = head.size - signed_size >= SIGN_LEAVES || hlc.saturating_sub(signed_at) >= SIGN_US;
    if due || signed_size == 0 {
        sign(office, tx, &mut head)?;
    }
    store::audit::set_head(tx, &head)?;
    office.saw(clock);
    Ok(())
}

/// Signs the state of the log and keeps the note; the caller keeps the head.
fn sign(office: &Office, tx: &mut WriteTx<'_>, head: &mut store::audit::Head) -> Result<String> {
    let key = office.vault.log_key();
    let origin = key.public().name().to_owned();
    let size = u64::try_from(head.size).unwrap_or(0);
    let text = Checkpoint { origin, size, root: head.root }.text();
    let note = Note { signatures: vec![key.sign(&text, 0)], text }.to_string();
    store::audit::sign(tx, head.size, head.hlc, &note)?;
    (head.signed_size, head.signed_at) = (head.size, head.hlc);
    Ok(note)
}

fn number(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// Whose pages of "who looked" show the leaf: cases, and people whose own record it is about.
fn subjects(leaf: &Leaf) -> BTreeSet<Id> {
    let people = if leaf.kind == RecordKind::Person.code() { leaf.objects.as_slice() } else { &[] };
    leaf.cases.iter().chain(people).copied().collect()
}

fn encode(office: &Office, leaf: &Leaf, index: u64, prev_leaf: [u8; 32], hlc: i64) -> Result<Vec<u8>> {
    vault::log::Leaf {
        index,
        node: Some(office.node),
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
        hlc: u64::try_from(hlc).ok(),
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
        let looks = looks(desk, &stored.head, 200)?;
        desk.note("log", &stored.head, decision, Mask::NONE);
        Ok(looks)
    })
}

/// Did somebody see her name? A leaf says what its reader might open; of that, names stand in what is written about
/// people themselves, and in what leaves the house. Where a journey goes lies in the same compartment and is no name,
/// and the page of a case shows initials alone.
pub(crate) fn opened_names(leaf: &vault::log::Leaf) -> bool {
    let verb = leaf.action.split_once('.').map_or("", |(_, verb)| verb);
    let named =
        matches!(RecordKind::from_code(&leaf.object), Some(RecordKind::Person | RecordKind::SignalPerson));
    let leaves = matches!(verb, "export" | "release" | "answer");
    Mask(leaf.compartments).has(domain::Compartment::C3)
        && leaf.decision == vault::log::Decision::Allow
        && (named || leaves)
}

/// The newest leaves about a case and, where she belongs to the same organisation, about its person, newest first:
/// whoever opened her name by her own page saw as much as by the case. The caller has authorised.
///
/// # Errors
/// The database; `Sealed` when a leaf does not read.
pub(crate) fn leaves_about<T: Tx>(
    desk: &mut Desk<'_, T>,
    case: &domain::Head,
    rows: i64,
) -> Result<Vec<vault::log::Leaf>> {
    let person = match case.person_id {
        Some(person) => store::records::head(desk.tx, person)?,
        None => None,
    };
    let person = person.filter(|p| p.organisation_id == case.organisation_id).map(|p| p.id);
    let leaves = match person {
        Some(person) => store::audit::of_two(desk.tx, case.id, person, rows)?,
        None => store::audit::of_case(desk.tx, case.id, rows)?,
    };
    leaves.iter().map(|leaf| vault::log::Leaf::decode(leaf).map_err(|_| OfficeError::Sealed)).collect()
}

/// The newest looks at a case. The caller has authorised.
///
/// # Errors
/// The database; `Sealed` when a leaf does not read.
pub fn looks<T: Tx>(desk: &mut Desk<'_, T>, case: &domain::Head, rows: i64) -> Result<Vec<Look>> {
    let mut out = Vec::new();
    for leaf in leaves_about(desk, case, rows)? {
        out.push(Look {
            at: leaf.time_us,
            who: crate::names::user(desk, Id(leaf.actor))?,
            identity: opened_names(&leaf),
            refused: leaf.decision == vault::log::Decision::Deny,
            action: leaf.action,
        });
    }
    Ok(out)
}
