//! What an officer and an asker see, and what everybody was told.

use super::ask::{may_ask, open_reason};
use super::settle::sweep;
use super::{Mine, OFFICER, live};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Compartment, Decision, Id, Mask, RecordKind};
use store::glass::{Circle, Request};
use store::{StoreError, Tx};

/// A request on the page.
pub struct Asked {
    /// Its id.
    pub id: Id,
    /// `case`, `recover` or `drill`.
    pub kind: String,
    /// Who asks.
    pub asker: String,
    /// The number of the case, as it was typed.
    pub number: String,
    /// Code of the purpose.
    pub purpose: String,
    /// Why.
    pub reason: String,
    /// Names as well as case work?
    pub names: bool,
    /// For how long.
    pub minutes: i64,
    /// `asked`, `open`, `ended`, `refused`, `done`, or `late` when nobody answered in time.
    pub state: &'static str,
    /// Times in microseconds.
    pub asked_at: i64,
    /// Until when it may be approved.
    pub ask_until: i64,
    /// Until when it is open.
    pub until: Option<i64>,
    /// How many have approved.
    pub have: usize,
    /// How many it takes.
    pub need: usize,
    /// May this actor approve it now?
    pub may_approve: bool,
    /// May this actor alone open it?
    pub may_alone: bool,
    /// May this actor end it?
    pub may_end: bool,
    /// Has it been gone through?
    pub reviewed: bool,
    /// The case, for whoever asked, while it is open.
    pub case: Option<Id>,
}

/// Everything an officer and an asker see.
pub struct Board {
    /// What this actor is asked as an officer.
    pub waiting: Vec<Asked>,
    /// The rest of what this officer's circles were asked lately.
    pub past: Vec<Asked>,
    /// What this actor asked.
    pub mine: Vec<Asked>,
    /// Notes that this actor was named for.
    pub sealed: Vec<Mine>,
    /// What this actor was told.
    pub notices: Vec<Told>,
    /// May this actor ask at all?
    pub may_ask: bool,
    /// Is this actor somebody's officer?
    pub officer: bool,
}

/// A notice on the page.
pub struct Told {
    /// Its id.
    pub id: Id,
    /// Code of the news.
    pub kind: String,
    /// About which request, or which note.
    pub request: Option<Id>,
    /// About whom.
    pub about: String,
    /// When, microseconds.
    pub at: i64,
}

pub(super) fn shown<T: Tx>(
    desk: &mut Desk<'_, T>,
    request: &Request,
    circle: Option<&Circle>,
) -> Result<Asked> {
    let (now, me) = (desk.ctx.now, desk.ctx.actor.user.0);
    let (number, reason) = open_reason(desk.office, request)?;
    let officer = match circle {
        Some(circle) => store::glass::officers(desk.tx, circle.id)?.iter().any(|o| o.user == me),
        None => false,
    };
    let approved = if officer { store::glass::approvals(desk.tx, request.id)? } else { Vec::new() };
    let state = match request.state.as_str() {
        "asked" if now >= request.ask_until => "late",
        "asked" => "asked",
        "open" if request.until.is_some_and(|until| now < until) => "open",
        "refused" => "refused",
        "done" => "done",
        _ => "ended",
    };
    let may_approve = officer && state == "asked" && request.asker != me && !approved.contains(&me);
    let mine = request.asker == me;
    Ok(Asked {
        id: request.id,
        kind: request.kind.clone(),
        asker: crate::names::user(desk, request.asker)?,
        number,
        purpose: request.purpose.clone(),
        reason,
        names: Mask(u8::try_from(request.mask).unwrap_or(0)).has(Compartment::C3),
        minutes: request.minutes,
        state,
        asked_at: request.asked_at,
        ask_until: request.ask_until,
        until: request.until,
        // How many have approved is the officers' to know: it would tell an asker that a case exists.
        have: if officer { approved.len() } else { 0 },
        need: circle.filter(|_| officer).and_then(|c| usize::try_from(c.needed).ok()).unwrap_or(0),
        may_approve,
        may_alone: may_approve && circle.is_some_and(|c| c.life) && request.kind == "case",
        may_end: state == "open" && (officer || mine),
        reviewed: request.reviewed_at.is_some(),
        case: request.case_id.filter(|_| mine && state == "open"),
    })
}

/// What waits for this actor as an officer, what she asked for herself, what she was told.
///
/// # Errors
/// The database.
pub fn board(office: &Office, ctx: &Ctx) -> Result<Board> {
    sweep(office, ctx)?;
    office.look(ctx, "glass.board", |desk| {
        let me = ctx.actor.user.0;
        let (mut waiting, mut past) = (Vec::new(), Vec::new());
        let circles = if ctx.actor.duress { Vec::new() } else { store::glass::circles_of(desk.tx, me)? };
        for organisation in &circles {
            let circle = live(desk.tx, *organisation)?;
            let mut found = store::glass::of_organisation(desk.tx, *organisation, 50)?;
            found.extend(store::glass::drills(desk.tx, *organisation, ctx.now)?);
            for request in &found {
                let one = match shown(desk, request, circle.as_ref()) {
                    // Who approved it was changed by another hand: it keeps no other from being seen.
                    Err(OfficeError::Store(StoreError::Forged(table)))
                        if table == store::bound::APPROVALS.name =>
                    {
                        tracing::error!(table, id = %request.id, "a row was changed outside of the program");
                        continue;
                    }
                    other => other?,
                };
                if one.may_approve { waiting.push(one) } else { past.push(one) }
            }
        }
        let mut mine = Vec::new();
        for request in store::glass::of_asker(desk.tx, me, 20)? {
            mine.push(shown(desk, &request, None)?);
        }
        if !circles.is_empty() {
            let decision = Decision::by(OFFICER, Mask::NONE);
            desk.note_many(
                "requests",
                RecordKind::Organisation,
                circles.clone(),
                Vec::new(),
                decision,
                Mask::NONE,
            );
        }
        let sealed = super::sealed::mine(desk)?;
        let notices = told(desk)?;
        Ok(Board {
            waiting,
            past,
            mine,
            sealed,
            notices,
            may_ask: may_ask(ctx),
            officer: !circles.is_empty(),
        })
    })
}

fn told<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Vec<Told>> {
    // What officers were told could move whoever forces somebody.
    if desk.ctx.actor.duress {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for notice in store::glass::notices(desk.tx, desk.ctx.actor.user.0)? {
        let about = match notice.about {
            Some(user) => crate::names::user(desk, user)?,
            None => String::new(),
        };
        out.push(Told { id: notice.id, kind: notice.kind, request: notice.request, about, at: notice.at });
    }
    Ok(out)
}

/// How many things this actor was told and has not put away.
///
/// # Errors
/// The database.
pub fn notices(office: &Office, ctx: &Ctx) -> Result<usize> {
    if ctx.actor.duress {
        return Ok(0);
    }
    let user = ctx.actor.user.0;
    Ok(office.store.read("glass.notices", |tx| store::glass::notices(tx, user))?.len())
}

/// Puts a notice away.
///
/// # Errors
/// `NotFound` when it is not this actor's.
pub fn seen(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "glass.seen", |desk| {
        let was = store::glass::seen(desk.tx, id, ctx.actor.user.0, ctx.now)?;
        if was { Ok(()) } else { Err(OfficeError::NotFound) }
    })
}
