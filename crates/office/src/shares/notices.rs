//! What a receiver is told when a sharing has ended: to delete what it copied. Found by time, so that one
//! that ran out is told like one that was ended; nothing about the person.

use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::CaseList;
use domain::{Decision, Id, Mask, RecordKind};

/// A sharing that has ended.
pub struct Ended {
    /// The share.
    pub share: Id,
    /// The number of the case, which the receiver knows.
    pub number: String,
    /// When it ended, microseconds.
    pub at: i64,
}

/// A notice stands for a year, or until it is answered.
const STANDS: i64 = 366 * 86_400 * 1_000_000;

/// Sharings with the actor's organisation that have ended, of which nobody has said yet that the copies are
/// deleted. The latest first.
///
/// # Errors
/// The database.
pub fn ended(office: &Office, ctx: &Ctx) -> Result<Vec<Ended>> {
    // Who never sees what his organisation receives has nothing to delete.
    if domain::policy::scope(&ctx.actor, CaseList::Organisation).is_none() {
        return Ok(Vec::new());
    }
    office.look(ctx, "shares.ended", |desk| {
        let mine = ctx.actor.organisation.0;
        let mut out = Vec::new();
        for share in store::shares::ended_for(desk.tx, mine, ctx.now, ctx.now - STANDS, 50)? {
            // A new sharing of the same case has taken its place: there is nothing to delete yet.
            let again = store::shares::of_case(desk.tx, share.case_id)?;
            if again.iter().any(|s| s.organisation_id == mine && s.holds(ctx.now)) {
                continue;
            }
            let Some(case) = store::records::head(desk.tx, share.case_id)? else { continue };
            let number = case.number.unwrap_or_default();
            out.push(Ended { share: share.id, number, at: share.until });
        }
        Ok(out)
    })
}

/// The receiver says that what it copied is deleted.
///
/// # Errors
/// `NotFound` when the share was with somebody else; `WrongState` when it holds, or was answered; the
/// database.
pub fn confirm_deleted(office: &Office, ctx: &Ctx, share: Id) -> Result<()> {
    office.act(ctx, "shares.deleted", |desk| {
        let found = store::shares::get(desk.tx, share)?;
        let receives = domain::policy::scope(&ctx.actor, CaseList::Organisation).is_some();
        let Some(found) = found.filter(|s| receives && s.organisation_id == ctx.actor.organisation.0) else {
            // Leaves the trace of something that is not there.
            desk.stored(share)?;
            return Err(OfficeError::NotFound);
        };
        if found.holds(ctx.now) || !store::shares::deleted(desk.tx, share, ctx.now, ctx.actor.user.0)? {
            return Err(OfficeError::WrongState);
        }
        let (case, by) = (found.case_id, Decision::by("receiver", Mask::NONE));
        desk.note_many("copies-deleted", RecordKind::Case, vec![case, share], vec![case], by, Mask::NONE);
        Ok(())
    })
}
