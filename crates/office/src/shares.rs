//! Sharing a case with a partner: never without a consent in force or a ground in law, never more than was
//! agreed, never onward, and over at the moment it ends.
//!
//! A share is a row of `shares` with its terms under a keyed digest, and a row of `access` that lists join.
//! Both are read from the database at every request and nothing keeps them, so that an end counts on every
//! node from its commit on. Running out is a comparison of times, not a job.

use crate::desk::{Desk, WritingDesk};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{FOREVER, Ground, Groups, Held, Purpose, Terms};
use domain::values::Input;
use domain::{
    Action, Compartment, Decision, FieldError, Head, Id, Mask, Problem, Record, RecordKind, Relation,
};
use store::Tx;
use store::access::Row as AccessRow;
use store::shares::Share;

mod asylum;
mod disclosed;
mod form;
mod notices;

pub(crate) use asylum::lock as asylum_lock;
pub use disclosed::{Disclosed, Disclosure, disclosed};
pub use form::Wish;
pub use notices::{Ended, confirm_deleted, ended};

/// How a share stands, for the page of a case's shares.
pub struct Line {
    /// The share; its note still sealed.
    pub share: Share,
    /// Who receives.
    pub organisation: String,
    /// What was agreed.
    pub terms: Terms,
    /// The reason given, on a ground in law.
    pub reason: Option<String>,
    /// Who opened it.
    pub opened_by: String,
    /// Who ended it before its time.
    pub ended_by: Option<String>,
    /// Does it hold now?
    pub holds: bool,
}

/// The page of a case's shares.
pub struct Shares {
    /// The case, coded fields.
    pub case: Record,
    /// Every share, newest first.
    pub lines: Vec<Line>,
    /// Consents of the case that are in force today.
    pub consents: Vec<Record>,
}

/// What a receiver is told on top of the case.
pub struct Received {
    /// Organisation that answers for the case.
    pub from: Id,
    /// Until when, microseconds; [`FOREVER`] as long as the consent lasts.
    pub until: i64,
    /// What was agreed.
    pub terms: Terms,
}

/// Everything a share says, as one line for its keyed digest: a share that was changed behind the
/// program's back opens nothing.
fn canonical(s: &Share) -> String {
    format!(
        "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
        s.id,
        s.case_id,
        s.organisation_id,
        s.groups,
        s.purpose,
        s.ground,
        s.consent_id.map(|i| i.to_string()).unwrap_or_default(),
        s.since,
        s.asked_until,
        s.until,
        s.opened_by,
    )
}

fn mac(office: &Office, share: &Share) -> [u8; 32] {
    office.vault.mac_text("share", &canonical(share))
}

/// The terms of a share as stored; nothing when a code is not known any more.
fn terms(office: &Office, share: &Share) -> Option<Terms> {
    let ground = match share.consent_id {
        Some(consent) if share.ground == CONSENT => Ground::Consent(consent),
        _ => Ground::Law(office.grounds.get(&share.ground)?.groups),
    };
    Some(Terms {
        groups: Groups(u8::try_from(share.groups).ok()?),
        purpose: Purpose::from_code(&share.purpose)?,
        ground,
    })
}

/// What stands in the place of a ground in law where there is a consent.
const CONSENT: &str = "consent";

/// A row of `access` as the policy weighs it. A share whose digest does not fit, or whose row says something
/// else than the share, is no relation at all; nor is, by itself, that a case was opened in an emergency
/// ([`crate::glass::held`]).
#[must_use]
pub(crate) fn held(office: &Office, at: i64, row: store::access::Standing) -> Option<Held> {
    let relation = Relation::from_code(&row.relation);
    if relation == Relation::BreakGlass {
        return None;
    }
    let mask = Mask(u8::try_from(row.mask).ok()?);
    let mut held = Held { mask, since: row.since, until: row.until, at, ..Held::from(relation) };
    if let Some(share) = row.share {
        let fits = vault::same(&mac(office, &share), &share.mac)
            && (share.since, share.until) == (row.since, row.until)
            && share.ended_at.is_none();
        if !fits {
            return None;
        }
        held.terms = Some(terms(office, &share)?);
    }
    Some(held)
}

/// Opens a share as a form asks for it. The answer is the share's id.
///
/// # Errors
/// `Invalid` with the fields to correct: more than was agreed, a consent that ended or does not name the
/// organisation, a ground that does not fit it; `NotFound` when refused, which it always is for somebody
/// whose organisation only received the case; the database.
pub fn open(office: &Office, ctx: &Ctx, case_id: Id, input: &Input, key: Option<Id>) -> Result<Id> {
    let wish = Wish::parse(input, &office.grounds).map_err(OfficeError::Invalid)?;
    office.act(ctx, "shares.open", |desk| {
        crate::records::once(desk, key, |desk| {
            let case = desk.stored(case_id)?;
            if case.head.kind != RecordKind::Case {
                return Err(OfficeError::NotFound);
            }
            let decision = desk.may(Action::Grant, &case.head)?;
            let case = desk.unseal(case, decision.mask)?;
            enter(desk, &case, &wish, decision)
        })
    })
}

/// Checks a wish against the consent or the ground, and writes it down. The caller has authorised.
///
/// # Errors
/// `Invalid`; the database; the keys.
pub fn enter(desk: &mut WritingDesk<'_, '_>, case: &Record, wish: &Wish, decision: Decision) -> Result<Id> {
    let until = form::check(desk, case, wish)?;
    let head = &case.head;
    settle(desk, head.id, Some(wish.organisation), decision)?;
    let now = desk.ctx.now;
    let mut share = Share {
        id: desk.ctx.id(),
        case_id: head.id,
        organisation_id: wish.organisation,
        groups: i64::from(wish.terms.groups.0),
        purpose: wish.terms.purpose.code().to_owned(),
        ground: wish.law.clone().unwrap_or_else(|| CONSENT.to_owned()),
        consent_id: match wish.terms.ground {
            Ground::Consent(id) => Some(id),
            Ground::Law(_) => None,
        },
        since: now,
        asked_until: wish.until.map_or(FOREVER, domain::civil::end_of_day),
        until,
        opened_by: desk.ctx.actor.user.0,
        ..Share::default()
    };
    if !wish.reason.is_empty() {
        let id = desk.writing_key(head, Compartment::C2)?;
        let key = desk.key(id, head.id, Compartment::C2)?.ok_or(OfficeError::Sealed)?;
        share.note = Some(key.seal(&note_place(head, &share.id), wish.reason.as_bytes()));
    }
    share.mac = mac(desk.office, &share);
    store::shares::insert(desk.tx, &share)?;
    let opens = wish.terms.effective().compartments();
    let row = AccessRow {
        mask: i64::from(opens.0),
        since: share.since,
        until: share.until,
        share_id: Some(share.id),
        ..AccessRow::new(head.id, wish.organisation, Relation::Addressed.code(), &head.state, now)
    };
    store::access::insert(desk.tx, &row)?;
    let objects = vec![head.id, wish.organisation, share.id];
    desk.note_many("grant", RecordKind::Case, objects, vec![head.id], decision, opens);
    if !wish.reason.is_empty() {
        desk.because(&wish.reason);
    }
    crate::roots::share(desk, head.id, wish.organisation, &wish.terms)?;
    Ok(share.id)
}

fn note_place<'a>(case: &'a Head, share: &'a Id) -> vault::Place<'a> {
    vault::Place {
        organisation: &case.organisation_id.0,
        table: "shares",
        row: &share.0,
        field: "note",
        version: 1,
    }
}

/// Ends a share before its time.
///
/// # Errors
/// `WrongState` when it is over already; `NotFound` when refused or of another case; the database.
pub fn end(office: &Office, ctx: &Ctx, case_id: Id, share: Id) -> Result<()> {
    office.act(ctx, "shares.end", |desk| {
        let case = desk.stored(case_id)?;
        let decision = desk.may(Action::Grant, &case.head)?;
        let share = store::shares::get(desk.tx, share)?.filter(|s| s.case_id == case_id);
        let share = share.ok_or(OfficeError::NotFound)?;
        if !share.holds(ctx.now) {
            return Err(OfficeError::WrongState);
        }
        close(desk, share, "by_hand", decision)?;
        settle(desk, case_id, None, decision)
    })
}

/// Writes the end of a share into both tables and the log.
fn close(desk: &mut WritingDesk<'_, '_>, mut share: Share, why: &str, decision: Decision) -> Result<()> {
    let now = desk.ctx.now;
    share.until = share.until.min(now);
    share.ended_at = Some(now);
    share.ended_by = Some(desk.ctx.actor.user.0);
    share.ended_why = Some(why.to_owned());
    share.mac = mac(desk.office, &share);
    store::shares::end(desk.tx, &share)?;
    forget(desk, &share, decision)
}

/// Takes the row that lists join away, and the keys.
fn forget(desk: &mut WritingDesk<'_, '_>, share: &Share, decision: Decision) -> Result<()> {
    let (case, organisation) = (share.case_id, share.organisation_id);
    store::access::delete(desk.tx, case, organisation, Relation::Addressed.code())?;
    let objects = vec![case, organisation, share.id];
    desk.note_many("revoke", RecordKind::Case, objects, vec![case], decision, Mask::NONE);
    crate::roots::unshare(desk, case, organisation)
}

/// Tidies a case's shares up while somebody writes about them anyway: rows of those that ran out go, with
/// their keys; a share with `replaced` that still holds is ended, because a new one takes its place.
fn settle(
    desk: &mut WritingDesk<'_, '_>,
    case_id: Id,
    replaced: Option<Id>,
    decision: Decision,
) -> Result<()> {
    let rows = store::access::of_case(desk.tx, case_id)?;
    for row in rows.iter().filter(|r| r.relation == Relation::Addressed.code()) {
        if row.until <= desk.ctx.now {
            gone(desk, case_id, row.holder, row.share_id, decision)?;
        } else if replaced == Some(row.holder) {
            match row.share_id.map(|id| store::shares::get(desk.tx, id)).transpose()?.flatten() {
                Some(share) => close(desk, share, "replaced", decision)?,
                None => store::access::delete(desk.tx, case_id, row.holder, &row.relation)?,
            }
        }
    }
    Ok(())
}

/// How many are let go in one transaction.
const BATCH: i64 = 100;

/// Lets go of what ran out: the rows that lists join, and the keys. A share whose time is over opens nothing
/// in any case; this makes that its receiver could not open it even with the database in its hand. Taking
/// grants away needs no key, so that anybody may come by: a session, or a job without one. Gives how many.
///
/// # Errors
/// The database; the clock, when it is behind what was seen before.
pub fn let_go(office: &Office, ctx: &Ctx) -> Result<usize> {
    let mut all = 0;
    while !office.store.read("shares.over", |tx| store::access::over(tx, ctx.now, 1))?.is_empty() {
        all += office.act(ctx, "shares.let_go", |desk| {
            // Somebody else may have been quicker.
            let rows = store::access::over(desk.tx, ctx.now, BATCH)?;
            for row in &rows {
                gone(desk, row.case_id, row.holder, row.share_id, Decision::by("time", Mask::NONE))?;
            }
            Ok(rows.len())
        })?;
    }
    Ok(all)
}

/// Takes away what is left of a share whose time is over.
fn gone(
    desk: &mut WritingDesk<'_, '_>,
    case: Id,
    holder: Id,
    share: Option<Id>,
    decision: Decision,
) -> Result<()> {
    match share.map(|id| store::shares::get(desk.tx, id)).transpose()?.flatten() {
        Some(share) => forget(desk, &share, decision),
        None => Ok(store::access::delete(desk.tx, case, holder, Relation::Addressed.code())?),
    }
}

/// A consent was written: every share that rests on it follows, in the same transaction. One that the
/// consent no longer carries ends; the others end when the consent ends.
///
/// # Errors
/// The database.
pub(crate) fn follow(desk: &mut WritingDesk<'_, '_>, consent: &Record) -> Result<()> {
    let Some(case_id) = consent.head.case_id else { return Ok(()) };
    let decision = Decision::by("consent", Mask::NONE);
    let now = desk.ctx.now;
    for mut share in store::shares::of_consent(desk.tx, consent.head.id)? {
        if !share.holds(now) {
            continue;
        }
        let Some(terms) = terms(desk.office, &share) else { continue };
        let until = share.asked_until.min(domain::consents::ends_at(consent));
        let carried = domain::consents::names(consent, share.organisation_id)
            && terms.groups.within(domain::consents::groups(consent))
            && domain::consents::purposes(consent).any(|p| p == terms.purpose)
            && consent.head.on_date.is_some_and(|from| from <= domain::civil::day_of(now))
            && until > now;
        if consent.head.state == "withdrawn" {
            close(desk, share, "consent_withdrawn", decision)?;
        } else if !carried {
            close(desk, share, "consent_changed", decision)?;
        } else if until != share.until {
            share.until = until;
            share.mac = mac(desk.office, &share);
            store::shares::move_end(desk.tx, &share)?;
            store::access::move_end(desk.tx, case_id, share.id, until)?;
        }
    }
    Ok(())
}

/// The shares of a case, for those who may open and end them.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx, case_id: Id) -> Result<Shares> {
    office.look(ctx, "shares.list", |desk| {
        let stored = desk.stored(case_id)?;
        if stored.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Grant, &stored.head)?;
        let head = stored.head.clone();
        let case = desk.unseal(stored, decision.mask.intersection(Mask::CODED))?;
        let lines = lines(desk, &head, decision.mask)?;
        let mut consents = Vec::new();
        for stored in store::records::of_case_kind(desk.tx, case_id, RecordKind::Consent.code())? {
            let consent = desk.unseal(stored, decision.mask.intersection(Mask::CODED))?;
            if domain::consents::in_force(&consent, ctx.today) {
                consents.push(consent);
            }
        }
        desk.note("shares", &head, decision, decision.mask.intersection(Mask::WORK));
        Ok(Shares { case, lines, consents })
    })
}

/// Every share of a case, newest first, with names and reasons. The caller has authorised and notes it.
fn lines<T: Tx>(desk: &mut Desk<'_, T>, case: &Head, mask: Mask) -> Result<Vec<Line>> {
    let directory = crate::names::directory(desk)?;
    let mut out = Vec::new();
    for share in store::shares::of_case(desk.tx, case.id)? {
        // On a ground that is in no list any more: it opens nothing, and is still to be seen.
        let nothing = || {
            let ground = Ground::Law(Groups::NONE);
            Some(Terms { groups: Groups::NONE, purpose: Purpose::from_code(&share.purpose)?, ground })
        };
        let Some(terms) = terms(desk.office, &share).or_else(nothing) else { continue };
        let reason = match &share.note {
            Some(blob) if mask.has(Compartment::C2) => {
                let id = vault::key_of(blob).ok_or(OfficeError::Sealed)?;
                match desk.key(id, case.id, Compartment::C2)? {
                    Some(key) => {
                        let place = note_place(case, &share.id);
                        let plain = key.unseal(&place, blob).map_err(|_| OfficeError::Sealed)?;
                        Some(String::from_utf8_lossy(plain.as_bytes()).into_owned())
                    }
                    None => None,
                }
            }
            _ => None,
        };
        out.push(Line {
            organisation: directory.name(share.organisation_id).to_owned(),
            opened_by: directory.name(share.opened_by).to_owned(),
            ended_by: share.ended_by.map(|u| directory.name(u).to_owned()),
            holds: share.holds(desk.ctx.now),
            terms,
            reason,
            share,
        });
    }
    Ok(out)
}

/// What somebody is told who sees a case through a share; nothing for those who see it otherwise.
///
/// # Errors
/// The database.
pub fn received<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<Option<Received>> {
    let held = desk.relations(case.id)?;
    let own = held
        .iter()
        .any(|h| h.holds() && matches!(h.relation, Relation::Own | Relation::Team | Relation::Organisation));
    if own {
        return Ok(None);
    }
    Ok(held
        .iter()
        .filter(|h| h.holds() && h.relation == Relation::Addressed)
        .find_map(|h| h.terms.map(|terms| Received { from: case.organisation_id, until: h.until, terms })))
}

fn refused_field(field: &str, problem: Problem) -> OfficeError {
    OfficeError::Invalid(vec![FieldError::new(field, problem)])
}
