//! Going through what was looked at.

use super::approve::for_officer;
use super::ask::{REASON, first};
use super::board::{Asked, shown};
use super::settle::sweep;
use super::{OFFICER, lead, live, note, refused, wrong};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::values::Input;
use domain::{Decision, Id, Mask, Problem, RecordKind};
use store::Tx;
use store::glass::Request;

/// One thing that was looked at.
pub struct Looked {
    /// When, microseconds.
    pub at: i64,
    /// `case.view`.
    pub action: String,
    /// Did it open a name?
    pub identity: bool,
    /// Was it refused?
    pub refused: bool,
}

/// A request with what was looked at through it.
pub struct Detail {
    /// The request.
    pub asked: Asked,
    /// Oldest first; for officers and whoever leads the case.
    pub looked: Vec<Looked>,
    /// Is the list for this actor, and is there one?
    pub looked_at_shown: bool,
    /// May this actor write the review?
    pub may_review: bool,
    /// The review and its author.
    pub review: Option<(String, String)>,
}

/// May this actor write the review: whoever leads the case, or answers for data protection. Not the asker.
fn may_review<T: Tx>(desk: &mut Desk<'_, T>, request: &Request) -> Result<bool> {
    let me = desk.ctx.actor.user.0;
    if request.asker == me || request.kind != "case" || request.opened_at.is_none() {
        return Ok(false);
    }
    if lead(desk, request)? == Some(me) {
        return Ok(true);
    }
    let Some(circle) = live(desk.tx, request.organisation)? else { return Ok(false) };
    Ok(store::glass::officers(desk.tx, circle.id)?.iter().any(|o| o.user == me && o.dpo))
}

/// One request with everything that was looked at through it.
///
/// # Errors
/// `NotFound` for everybody but its officers, its asker and whoever leads the case; the database.
pub fn detail(office: &Office, ctx: &Ctx, id: Id) -> Result<Detail> {
    sweep(office, ctx)?;
    office.look(ctx, "glass.detail", |desk| {
        let me = ctx.actor.user.0;
        let found = store::glass::request(desk.tx, id)?.filter(|_| !ctx.actor.duress);
        let Some(request) = found else {
            desk.stored(id)?;
            return Err(OfficeError::NotFound);
        };
        let circle = live(desk.tx, request.organisation)?;
        let may_review = may_review(desk, &request)?;
        let leads = lead(desk, &request)? == Some(me);
        if request.asker != me && !leads {
            for_officer(desk, id)?;
        }
        let mut asked = shown(desk, &request, circle.as_ref())?;
        asked.may_end |= leads && asked.state == "open";
        let looked = if request.asker == me { Vec::new() } else { looked(desk, &request)? };
        let review = match (&request.review, request.reviewed_by) {
            (Some(sealed), Some(by)) => {
                let plain = office.vault.open_small("glass review", &id.0, sealed);
                let plain = plain.map_err(|_| OfficeError::Sealed)?;
                let text = std::str::from_utf8(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
                Some((text.to_owned(), crate::names::user(desk, by)?))
            }
            _ => None,
        };
        let open = may_review && review.is_none() && asked.state == "ended";
        let cases = request.case_id.into_iter().collect();
        let objects = vec![request.organisation, id];
        let decision = Decision::by(OFFICER, Mask::NONE);
        desk.note_many("request", RecordKind::Organisation, objects, cases, decision, Mask::NONE);
        let looked_at_shown = request.asker != me && request.opened_at.is_some() && request.kind == "case";
        Ok(Detail { asked, looked, looked_at_shown, may_review: open, review })
    })
}

/// What the asker looked at in the case while it was open, from the log.
fn looked<T: Tx>(desk: &mut Desk<'_, T>, request: &Request) -> Result<Vec<Looked>> {
    let (Some(case), Some(from)) = (request.case_id, request.opened_at) else { return Ok(Vec::new()) };
    let until = request.until.unwrap_or(i64::MAX);
    let mut out = Vec::new();
    let Some(case) = store::records::head(desk.tx, case)? else { return Ok(out) };
    for leaf in crate::audit::leaves_about(desk, &case, 2000)? {
        if leaf.actor == request.asker.0 && (from..until).contains(&leaf.time_us) {
            out.push(Looked {
                at: leaf.time_us,
                identity: crate::audit::opened_names(&leaf),
                refused: leaf.decision == vault::log::Decision::Deny,
                action: leaf.action,
            });
        }
    }
    out.reverse();
    Ok(out)
}

/// Writes the review of an opened case that has ended. Field: `review`.
///
/// # Errors
/// `Invalid`; `NotFound` for everybody who may not; `WrongState` while it is open or when it is reviewed.
pub fn review(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<()> {
    let text = first(input, "review").to_owned();
    if text.is_empty() {
        return Err(wrong("review", Problem::Required));
    }
    if text.chars().count() > REASON {
        return Err(wrong("review", Problem::TooLong));
    }
    sweep(office, ctx)?;
    office.act(ctx, "glass.review", |desk| {
        let request = store::glass::request(desk.tx, id)?.ok_or(OfficeError::NotFound)?;
        if !may_review(desk, &request)? {
            note(desk, "review", vec![request.organisation, id], refused());
            return Err(OfficeError::NotFound);
        }
        let sealed = office.vault.seal_small("glass review", &id.0, text.as_bytes());
        if request.state != "ended" || !store::glass::review(desk.tx, id, ctx.actor.user.0, &sealed, ctx.now)?
        {
            return Err(OfficeError::WrongState);
        }
        let cases = request.case_id.into_iter().collect();
        let objects = vec![request.organisation, id];
        let decision = Decision::by(OFFICER, Mask::NONE);
        desk.note_many("review", RecordKind::Organisation, objects, cases, decision, Mask::NONE);
        desk.because(&text);
        Ok(())
    })
}
