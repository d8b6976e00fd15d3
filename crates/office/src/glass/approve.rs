//! Approving and refusing, each officer in his own session; how shares come together.

use super::circle::{SHARE, WHOLE, share_context};
use super::settle::settle;
use super::{OFFICER, apart, live, note, refused, staff, tell, together};
use crate::desk::{Desk, WritingDesk};
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Compartment, Decision, Id, Mask, RecordKind};
use store::Tx;
use store::glass::{Circle, Officer, Request};
use vault::escrow::{Commitment, EscrowError, Share};
use vault::{Half, PrivateKey};

/// What came of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// More officers are needed.
    Waiting {
        /// So many have approved.
        have: usize,
        /// So many it takes.
        need: usize,
    },
    /// It is done: the case is open, the keys are given, the drill has gone well.
    Done,
    /// These officers' shares are not the ones that were handed out. Nothing was opened, everybody was told.
    Wrong(Vec<Id>),
    /// One officer alone is not enough here. Nothing was opened, everybody was told.
    TooFew,
}

/// A request with the circle and its officers, for one of them. To anybody else it does not exist.
pub(super) fn for_officer<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<(Request, Circle, Vec<Officer>)> {
    let me = desk.ctx.actor.user.0;
    if let Some(request) = store::glass::request(desk.tx, id)?
        && let Some(circle) = live(desk.tx, request.organisation)?
        && !desk.ctx.actor.duress
    {
        let officers = store::glass::officers(desk.tx, circle.id)?;
        if officers.iter().any(|o| o.user == me) {
            return Ok((request, circle, officers));
        }
    }
    let kind = RecordKind::Organisation;
    desk.note_many("approve", kind, vec![id], Vec::new(), refused(), Mask::NONE);
    Err(OfficeError::NotFound)
}

/// An officer approves from his own session. `alone`: a life is in danger, and the organisation allows one
/// officer to open the case.
///
/// # Errors
/// `NotFound` for everybody who is no officer; `WrongState` when it is settled, has run out, was approved by
/// the same officer, or is his own; `Locked` when this session has no identity key; the database.
pub fn approve(office: &Office, ctx: &Ctx, id: Id, alone: bool) -> Result<Outcome> {
    office.act(ctx, "glass.approve", |desk| {
        let (request, circle, officers) = for_officer(desk, id)?;
        let me = ctx.actor.user.0;
        let approved = store::glass::approvals(desk.tx, id)?;
        let in_time = request.state == "asked" && ctx.now < request.ask_until;
        if request.asker == me || approved.contains(&me) || !in_time {
            note(desk, "approve", vec![request.organisation, id, me], refused());
            return Err(OfficeError::WrongState);
        }
        let missing = || OfficeError::Locked(Mask::NONE.with(Compartment::C3));
        let identity = ctx.keys.half(Half::Identity).ok_or_else(missing)?;
        let mine = officers.iter().find(|o| o.user == me).ok_or(OfficeError::NotFound)?;
        if alone {
            let whole = mine.whole.as_ref().filter(|_| circle.life && request.kind == "case");
            let Some(whole) = whole else {
                alarm(desk, &request, &officers, "too-few", me)?;
                return Ok(Outcome::TooFew);
            };
            let context = share_context(circle.id, me);
            let private = vault::people::open_for(identity, WHOLE, &context, whole);
            let private = private.map_err(|_| OfficeError::Sealed)?;
            store::glass::approve(desk.tx, id, me, ctx.now)?;
            settle(desk, &request, &circle, &private, true)?;
            return Ok(Outcome::Done);
        }
        let commitment = circle.commitment.as_deref().ok_or(OfficeError::Sealed)?;
        let commitment = Commitment::from_bytes(commitment).map_err(|_| OfficeError::Sealed)?;
        let Ok(own) = own_share(identity, &circle, mine).and_then(|s| checked(&commitment, s)) else {
            alarm(desk, &request, &officers, "wrong-share", me)?;
            return Ok(Outcome::Wrong(vec![me]));
        };
        let (have, need) = (approved.len() + 1, usize::from(commitment.needed()));
        if have < need {
            let later = officers.iter().filter(|o| o.user != me && o.user != request.asker);
            for officer in later.filter(|o| !approved.contains(&o.user)) {
                deposit(desk, &request, officer.user, &own)?;
            }
            store::glass::approve(desk.tx, id, me, ctx.now)?;
            store::glass::checked(desk.tx, circle.id, me, ctx.now)?;
            note(desk, "approve", vec![request.organisation, id, me], Decision::by(OFFICER, Mask::NONE));
            return Ok(Outcome::Waiting { have, need });
        }
        let mut shares = vec![own];
        for (officer, sealed) in store::glass::deposits(desk.tx, id, me)? {
            let frame = officers.iter().find(|o| o.user == officer).and_then(|o| o.frame.as_deref());
            let found = deposited(office, identity, [id, officer, me], frame, &sealed);
            match found.and_then(|s| checked(&commitment, s)) {
                Ok(share) => shares.push(share),
                Err(_) => {
                    alarm(desk, &request, &officers, "wrong-share", officer)?;
                    return Ok(Outcome::Wrong(vec![officer]));
                }
            }
        }
        let Ok(secret) = vault::escrow::combine(&commitment, &shares) else {
            alarm(desk, &request, &officers, "too-few", me)?;
            return Ok(Outcome::TooFew);
        };
        let private = PrivateKey::from_seed(&secret);
        store::glass::approve(desk.tx, id, me, ctx.now)?;
        store::glass::checked(desk.tx, circle.id, me, ctx.now)?;
        settle(desk, &request, &circle, &private, false)?;
        Ok(Outcome::Done)
    })
}

fn checked(commitment: &Commitment, share: Share) -> std::result::Result<Share, EscrowError> {
    commitment.check(&share).map(|()| share)
}

fn own_share(
    identity: &PrivateKey,
    circle: &Circle,
    officer: &Officer,
) -> std::result::Result<Share, EscrowError> {
    let (frame, sealed) =
        officer.frame.as_ref().zip(officer.sealed.as_ref()).ok_or(EscrowError::DamagedShare)?;
    let context = share_context(circle.id, officer.user);
    let value = vault::people::open_for(identity, SHARE, &context, sealed);
    together(frame, value.map_err(|_| EscrowError::DamagedShare)?.expose())
}

/// What a deposited share is sealed for.
const DEPOSIT: &str = "glass deposit";

fn deposit_context([request, officer, recipient]: [Id; 3]) -> Vec<u8> {
    [request.0, officer.0, recipient.0].concat()
}

/// Two locks: the recipient's identity key inside, the server's key outside.
fn deposit(desk: &mut WritingDesk<'_, '_>, request: &Request, recipient: Id, share: &Share) -> Result<()> {
    let Some(identity) = crate::roots::names_key(desk.tx, recipient, desk.ctx.now)? else { return Ok(()) };
    let officer = desk.ctx.actor.user.0;
    let (_, value) = apart(share).ok_or(OfficeError::Sealed)?;
    let context = deposit_context([request.id, officer, recipient]);
    let inner =
        vault::people::seal_for(&identity, DEPOSIT, &context, &value).map_err(|_| OfficeError::Sealed)?;
    let sealed = desk.office.vault.seal_small(DEPOSIT, &context, &inner);
    let (request, until) = (request.id, request.ask_until);
    let deposit = store::glass::Deposit { request, officer, recipient, sealed, until };
    Ok(store::glass::deposit(desk.tx, &deposit)?)
}

fn deposited(
    office: &Office,
    identity: &PrivateKey,
    place: [Id; 3],
    frame: Option<&[u8]>,
    sealed: &[u8],
) -> std::result::Result<Share, EscrowError> {
    let context = deposit_context(place);
    let broken = |_| EscrowError::DamagedShare;
    let inner = office.vault.open_small(DEPOSIT, &context, sealed).map_err(broken)?;
    let value = vault::people::open_for(identity, DEPOSIT, &context, inner.as_bytes()).map_err(broken)?;
    together(frame.ok_or(EscrowError::DamagedShare)?, value.expose())
}

/// Something is wrong with the shares: nothing is opened, and all who could be deceived are told.
fn alarm(
    desk: &mut WritingDesk<'_, '_>,
    request: &Request,
    officers: &[Officer],
    kind: &str,
    about: Id,
) -> Result<()> {
    note(desk, kind, vec![request.organisation, request.id, about], refused());
    let mut told: Vec<Id> = officers.iter().map(|o| o.user).collect();
    told.extend(staff(desk, request.organisation)?);
    tell(desk, told, kind, Some(request.id), Some(about))
}

/// An officer refuses. One is enough: the others may still be asked anew.
///
/// # Errors
/// `NotFound` for everybody who is no officer; `WrongState` when it is settled.
pub fn refuse(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "glass.refuse", |desk| {
        let (request, _, officers) = for_officer(desk, id)?;
        if request.state != "asked" || request.asker == ctx.actor.user.0 {
            return Err(OfficeError::WrongState);
        }
        store::glass::refuse(desk.tx, id, ctx.now)?;
        note(desk, "refuse", vec![request.organisation, id], Decision::by(OFFICER, Mask::NONE));
        let mut told: Vec<Id> = officers.iter().map(|o| o.user).filter(|o| *o != ctx.actor.user.0).collect();
        told.extend((request.asker != Id([0; 16])).then_some(request.asker));
        tell(desk, told, "refused", Some(id), None)
    })
}
