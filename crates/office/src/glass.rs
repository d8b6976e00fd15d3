//! Break-glass, escrow, and notes sealed to persons.
//!
//! # The circle of officers
//!
//! An organisation that has locked its data names officers: at least three, of its own people or, where it is
//! too small, of a sister organisation. One holder of its keys names them, another accepts: in the accepting
//! session a key pair is made, every role key in force is sealed to its public half, and the private half is
//! split so that `k` of `n` shares bring it back. Each share is sealed to its officer's identity key; the
//! private half is then forgotten. Whoever holds the database **and** the master key has `n` shares that only
//! the officers' own keys open. When an epoch turns, the new role keys are sealed to the circle as well
//! ([`reseal`]). A new circle has a new pair: a secret is split once.
//!
//! # How shares come together
//!
//! Somebody asks; officers approve, each in his own session. An officer who is not yet the last one opens his
//! share, checks it against the commitment and seals it anew, once to each officer who may become the last
//! one; around that lies the server's own key, so that neither the database with one officer's keys nor the
//! database with the master key opens a deposit. The last one opens the deposits made out to him and his own
//! share, combines them in memory, opens the role keys, and does exactly what was asked:
//!
//! - **one case**: that case's data keys (and its person's) in the compartments that were asked for are
//!   granted to the asker by name, and a relation is written down that holds for at most four hours. Time is
//!   compared on every read; nothing has to run for it to end. Afterwards the grants are taken away and what
//!   is written from then on gets new keys.
//! - **keys for somebody who lost them**: the role keys in force are sealed to her new key pair.
//! - **a drill**: every role key is opened and compared with its public half; nothing else happens.
//!
//! What was asked for is a row of authority ([`store::bound`]): a request that somebody changed in the database
//! between two approvals, or afterwards, opens nothing, and a relation reaches no further and no longer than its
//! request ([`held`]).
//!
//! Then everything is wiped. Deposits are deleted when a request is settled or has run out. No officer has `k`
//! shares at rest before `k - 1` others have approved that very request.
//!
//! Where the organisation has turned it on (by the same two persons), an officer also holds the whole private
//! half sealed to him: for danger to life, when nobody else can be reached. Everybody is told at once.
//!
//! What was told to whom is a code and a request, never a name or a case number.

mod approve;
mod ask;
mod board;
mod circle;
mod review;
mod sealed;
mod settle;

pub use approve::{Outcome, approve, refuse};
pub use ask::{
    DrillStatus, LONGEST, MODES, PURPOSES, Reach, ask, drill, drill_status, may_ask, may_recover, names_wait,
    reach, recover,
};
pub use board::{Asked, Board, Told, board, notices, seen};
pub use circle::{Circle, Page, Person, accept, name, page, reseal};
pub use review::{Detail, Looked, detail, review};
pub use sealed::{FIELDS, Kept, Mine, Note, Shown, add, list, name_person, open};
pub(crate) use sealed::{forget, knows};
pub use settle::{end, sweep};

use crate::Result;
use crate::desk::{Desk, WritingDesk};
use domain::policy::Held;
use domain::{Decision, FieldError, Id, Mask, Problem, RecordKind, Relation};
use store::Tx;
use store::access::Standing;
use store::glass::{Notice, Request};
use vault::escrow::{EscrowError, Share};

/// Decisions of this room that no rule of the table makes: being an officer is a row, not a role.
const OFFICER: &str = "officer";

fn refused() -> Decision {
    Decision { allow: false, ..Decision::by("default-deny", Mask::NONE) }
}

fn wrong(field: &str, problem: Problem) -> crate::OfficeError {
    crate::OfficeError::Invalid(vec![FieldError::new(field, problem)])
}

/// Tells people something; each of them once.
fn tell(
    desk: &mut WritingDesk<'_, '_>,
    users: impl IntoIterator<Item = Id>,
    kind: &str,
    request: Option<Id>,
    about: Option<Id>,
) -> Result<()> {
    let mut told = Vec::new();
    for user in users {
        if told.contains(&user) {
            continue;
        }
        told.push(user);
        let (id, kind) = (desk.ctx.id(), kind.to_owned());
        store::glass::notify(desk.tx, &Notice { id, user, kind, request, about, at: desk.ctx.now })?;
    }
    Ok(())
}

/// The live circle of an organisation.
fn live<T: Tx>(tx: &mut T, organisation: Id) -> Result<Option<store::glass::Circle>> {
    Ok(store::glass::circles(tx, organisation)?.into_iter().find(|c| c.state == "live"))
}

/// Everybody of an organisation who works with sealed data.
fn staff<T: Tx>(desk: &mut Desk<'_, T>, organisation: Id) -> Result<Vec<Id>> {
    let directory = crate::names::directory(desk)?;
    Ok(directory
        .users
        .iter()
        .filter(|u| u.organisation == organisation && works(&u.kind))
        .map(|u| u.id)
        .collect())
}

/// Does a role work with sealed data?
fn works(role: &str) -> bool {
    domain::Role::from_code(role).is_some_and(|role| !crate::roots::classes(role).is_empty())
}

/// A share in two pieces: what may lie open (set, number, checksum) and the 32 bytes to be sealed.
fn apart(share: &Share) -> Option<(Vec<u8>, zeroize::Zeroizing<[u8; 32]>)> {
    let bytes = share.to_bytes();
    let (head, rest) = bytes.split_at_checked(18)?;
    let (value, sum) = rest.split_first_chunk::<32>()?;
    Some(([head, sum].concat(), zeroize::Zeroizing::new(*value)))
}

/// The share out of its two pieces.
fn together(frame: &[u8], value: &[u8; 32]) -> std::result::Result<Share, EscrowError> {
    let (head, sum) = frame.split_at_checked(18).ok_or(EscrowError::DamagedShare)?;
    let bytes = zeroize::Zeroizing::new([head, value.as_slice(), sum].concat());
    Share::from_bytes(&bytes)
}

/// Notes something about an organisation's officers.
fn note(desk: &mut WritingDesk<'_, '_>, action: &str, objects: Vec<Id>, decision: Decision) {
    desk.note_many(action, RecordKind::Organisation, objects, Vec::new(), decision, Mask::NONE);
}

/// A row of `access` that says a case was opened in an emergency, within what `opened` of this person's requests
/// says: no more compartments, no earlier and no longer. Without such a request it is no relation at all.
pub(crate) fn held(at: i64, case: Id, row: &Standing, opened: &[Request]) -> Vec<Held> {
    let within = |request: &Request| {
        let mask = Mask(u8::try_from(row.mask).ok()?).intersection(settle::wanted(request));
        let (since, until) = (row.since.max(request.opened_at?), row.until.min(request.until?));
        Some(Held { mask, since, until, at, ..Held::from(Relation::BreakGlass) })
    };
    opened.iter().filter(|r| r.kind == "case" && r.case_id == Some(case)).filter_map(within).collect()
}

/// Is a row of `access` exactly what one of the requests `opened` says? For the verification.
pub(crate) fn fits(row: &store::access::Row, opened: &[Request]) -> bool {
    opened.iter().any(|r| {
        (r.case_id, r.asker) == (Some(row.case_id), row.holder)
            && i64::from(settle::wanted(r).0) == row.mask
            && (r.opened_at, r.until) == (Some(row.since), Some(row.until))
    })
}

/// Whoever leads the case, if it is still there.
fn lead<T: Tx>(desk: &mut Desk<'_, T>, request: &Request) -> Result<Option<Id>> {
    let Some(case) = request.case_id else { return Ok(None) };
    Ok(store::records::head(desk.tx, case)?.and_then(|h| h.assignee))
}
