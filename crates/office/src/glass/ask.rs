//! Asking the officers: for one case, for keys that were lost, for a drill.

use super::{live, note, tell};
use crate::desk::WritingDesk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Action, Held, Resource, decide};
use domain::values::Input;
use domain::{Decision, FieldError, Id, Mask, Problem, RecordKind, Relation};
use store::glass::Request;

/// What somebody may ask for: codes.
pub const PURPOSES: [&str; 5] = ["life", "health", "safety", "child", "authority"];
/// For how long, minutes.
pub const MODES: [i64; 4] = [30, 60, 120, 240];
/// A case is opened for four hours at most, minutes (security design, 3.4).
pub const LONGEST: i64 = 240;
/// Whoever is in danger cannot wait longer, and an old question is not answered by mistake: twelve hours.
const ASKED_FOR: i64 = 12 * 3600 * MICROS;
/// Officers have two weeks for a drill, and for somebody who lost her keys.
const UNHURRIED: i64 = 14 * 86_400 * MICROS;
const MICROS: i64 = 1_000_000;
pub(super) const REASON: usize = 1000;

pub(super) fn first<'a>(input: &'a Input, name: &str) -> &'a str {
    input.get(name).and_then(|v| v.first()).map_or("", |v| v.trim())
}

/// Roles that may ask: those for whom the table has a rule for an opened case.
#[must_use]
pub fn may_ask(ctx: &Ctx) -> bool {
    let relations = [Held::at_best(Relation::BreakGlass)];
    // Whoever is forced is answered like everybody else; the question goes to nobody.
    let actor = domain::Actor { duress: false, ..ctx.actor };
    decide(&actor, Action::View, Resource { kind: RecordKind::Case, relations: &relations }).allow
}

/// Number and reason lie sealed together: the officers have no key of the case yet.
fn seal_reason(office: &Office, id: Id, number: &str, reason: &str) -> Vec<u8> {
    office.vault.seal_small("glass reason", &id.0, format!("{number}\n{reason}").as_bytes())
}

pub(super) fn open_reason(office: &Office, request: &Request) -> Result<(String, String)> {
    // The case was erased since.
    if request.reason.is_empty() {
        return Ok((String::new(), String::new()));
    }
    let plain = office.vault.open_small("glass reason", &request.id.0, &request.reason);
    let plain = plain.map_err(|_| OfficeError::Sealed)?;
    let text = std::str::from_utf8(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
    let (number, reason) = text.split_once('\n').unwrap_or(("", text));
    Ok((number.to_owned(), reason.to_owned()))
}

fn reason_of(input: &Input, errors: &mut Vec<FieldError>) -> String {
    let reason = first(input, "reason").to_owned();
    if reason.is_empty() {
        errors.push(FieldError::new("reason", Problem::Required));
    } else if reason.chars().count() > REASON {
        errors.push(FieldError::new("reason", Problem::TooLong));
    }
    reason
}

/// Asks for one case. Fields: `number`; `purpose`, one of [`PURPOSES`]; `reason`; `minutes`, at most
/// [`LONGEST`]; `names` (`yes`). A number that does not exist is answered like one that does: the request goes
/// to nobody and runs out.
///
/// # Errors
/// `Invalid`; `NoKeys` when the asker has no passkey that opens keys, or asks for names less than a day after she
/// lost hers; `NotFound` for roles that may not ask.
pub fn ask(office: &Office, ctx: &Ctx, input: &Input) -> Result<Id> {
    if !may_ask(ctx) {
        return Err(OfficeError::NotFound);
    }
    let mut errors = Vec::new();
    let number: String = first(input, "number").chars().filter(|c| !c.is_whitespace()).collect();
    if number.is_empty() {
        errors.push(FieldError::new("number", Problem::Required));
    } else if number.chars().count() > 20 {
        errors.push(FieldError::new("number", Problem::TooLong));
    }
    let purpose = PURPOSES.into_iter().find(|p| *p == first(input, "purpose"));
    if purpose.is_none() {
        errors.push(FieldError::new("purpose", Problem::Required));
    }
    let reason = reason_of(input, &mut errors);
    let minutes = first(input, "minutes").parse::<i64>().ok().filter(|m| (1..=LONGEST).contains(m));
    if minutes.is_none() {
        errors.push(FieldError::new("minutes", Problem::NotANumber));
    }
    let (Some(purpose), Some(minutes), true) = (purpose, minutes, errors.is_empty()) else {
        return Err(OfficeError::Invalid(errors));
    };
    let names = first(input, "names") == "yes";
    office.act(ctx, "glass.ask", |desk| {
        let asker = ctx.actor.user.0;
        store::glass::drop_stale_deposits(desk.tx, ctx.now)?;
        let (_, identity) = store::roots::user(desk.tx, asker)?.ok_or(OfficeError::NoKeys)?;
        // What is opened is sealed to this key; names only if they may be given to her at all.
        if identity.is_empty() || names && crate::roots::names_key(desk.tx, asker, ctx.now)?.is_none() {
            return Err(OfficeError::NoKeys);
        }
        let case = store::records::by_number(desk.tx, &number)?
            .filter(|h| h.kind == RecordKind::Case && !ctx.actor.duress);
        let (organisation, case_id) = case.map_or((Id([0; 16]), None), |c| (c.organisation_id, Some(c.id)));
        let mask = if names { Mask::IDENTITY } else { Mask::WORK };
        let id = ctx.id();
        let request = Request {
            id,
            organisation,
            kind: "case".to_owned(),
            case_id,
            reason: seal_reason(office, id, &number, &reason),
            mask: i64::from(mask.0),
            minutes,
            ask_until: ctx.now.saturating_add(ASKED_FOR),
            ..blank(ctx, purpose)
        };
        store::glass::ask(desk.tx, &request)?;
        let cases: Vec<Id> = case_id.into_iter().collect();
        let objects = cases.iter().copied().chain([id]).collect();
        desk.note_many(
            "glass-asked",
            RecordKind::Case,
            objects,
            cases,
            Decision::by("ask", Mask::NONE),
            Mask::NONE,
        );
        desk.because(&reason);
        tell_officers(desk, organisation, "asked", id)?;
        Ok(id)
    })
}

fn blank(ctx: &Ctx, purpose: &str) -> Request {
    Request {
        id: ctx.id(),
        organisation: Id([0; 16]),
        kind: String::new(),
        case_id: None,
        asker: ctx.actor.user.0,
        state: "asked".to_owned(),
        purpose: purpose.to_owned(),
        reason: Vec::new(),
        mask: 0,
        minutes: 0,
        life: false,
        asked_at: ctx.now,
        ask_until: ctx.now.saturating_add(UNHURRIED),
        opened_at: None,
        until: None,
        ended_at: None,
        reviewed_at: None,
        reviewed_by: None,
        review: None,
    }
}

/// Roles that have keys to lose.
#[must_use]
pub fn may_recover(ctx: &Ctx) -> bool {
    !crate::roots::classes(ctx.actor.role).is_empty() && !ctx.actor.duress
}

/// Is there anybody to ask, and has whoever asks a key to be answered with?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing is locked, so nothing has to be opened.
    Unlocked,
    /// No officers yet.
    NoOfficers,
    /// The asker has no key for names, to which what is opened would be sealed.
    NoKey,
    /// There is.
    Ready,
}

/// Said before a form is filled in. For a case that may be anybody's: of the whole house (`anywhere`); for one's
/// own keys: of one's own organisation.
///
/// # Errors
/// The database.
pub fn reach(office: &Office, ctx: &Ctx, anywhere: bool) -> Result<Reach> {
    office.look(ctx, "glass.reach", |desk| {
        let own = ctx.actor.organisation.0;
        let all = crate::names::directory(desk)?;
        let asked: Vec<Id> =
            all.organisations.iter().map(|o| o.id).filter(|id| anywhere || *id == own).collect();
        let (mut locked, mut officers) = (false, false);
        for organisation in asked {
            locked |= crate::roots::is_locked(desk, organisation)?;
            officers |= live(desk.tx, organisation)?.is_some();
        }
        let key = store::roots::user(desk.tx, ctx.actor.user.0)?;
        let key = key.is_some_and(|(_, identity)| !anywhere || !identity.is_empty());
        Ok(match (locked, officers, key) {
            (false, ..) => Reach::Unlocked,
            (_, false, _) => Reach::NoOfficers,
            (.., false) => Reach::NoKey,
            _ => Reach::Ready,
        })
    })
}

/// Until when names wait for this actor, microseconds: she lost her key for them less than a day ago.
///
/// # Errors
/// The database.
pub fn names_wait(office: &Office, ctx: &Ctx) -> Result<Option<i64>> {
    let user = ctx.actor.user.0;
    office.store.read("glass.names_wait", |tx| crate::roots::names_wait(tx, user, ctx.now))
}

/// Asks the officers for the organisation's keys: hers are lost and nobody with keys is left to let her in.
/// She has set up new keys of her own before. Names are given a day after they were lost, not sooner; what is
/// approved before that gives the keys for case work. Field: `reason`.
///
/// # Errors
/// `Invalid`; `NoKeys` without keys of her own; `WrongState` where there are no officers; `NotFound` for roles
/// without sealed data.
pub fn recover(office: &Office, ctx: &Ctx, input: &Input) -> Result<Id> {
    if !may_recover(ctx) {
        return Err(OfficeError::NotFound);
    }
    let mut errors = Vec::new();
    let reason = reason_of(input, &mut errors);
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    office.act(ctx, "glass.recover", |desk| {
        let organisation = ctx.actor.organisation.0;
        store::roots::user(desk.tx, ctx.actor.user.0)?.ok_or(OfficeError::NoKeys)?;
        live(desk.tx, organisation)?.ok_or(OfficeError::WrongState)?;
        let id = ctx.id();
        let sealed = seal_reason(office, id, "", &reason);
        let request =
            Request { id, organisation, kind: "recover".to_owned(), reason: sealed, ..blank(ctx, "recover") };
        store::glass::ask(desk.tx, &request)?;
        note(desk, "recover-asked", vec![organisation, id], Decision::by("ask", Mask::NONE));
        desk.because(&reason);
        tell_officers(desk, organisation, "recover-asked", id)?;
        Ok(id)
    })
}

/// Asks an organisation's officers for a drill, or finds the one that waits already. From the command line.
///
/// # Errors
/// `WrongState` where there are no officers.
pub fn drill(office: &Office, ctx: &Ctx, organisation: Id) -> Result<Id> {
    office.act(ctx, "glass.drill", |desk| {
        live(desk.tx, organisation)?.ok_or(OfficeError::WrongState)?;
        if let Some(waiting) = store::glass::drills(desk.tx, organisation, ctx.now)?.first() {
            return Ok(waiting.id);
        }
        let id = ctx.id();
        let reason = seal_reason(office, id, "", "");
        let request = Request { id, organisation, kind: "drill".to_owned(), reason, ..blank(ctx, "drill") };
        store::glass::ask(desk.tx, &request)?;
        note(desk, "drill-asked", vec![organisation, id], Decision::by("command", Mask::NONE));
        tell_officers(desk, organisation, "drill-asked", id)?;
        Ok(id)
    })
}

/// Where an organisation's drill stands.
pub struct DrillStatus {
    /// How many officers have confirmed the one that waits; nothing when none waits.
    pub confirmed: Option<usize>,
    /// How many it takes.
    pub needed: usize,
    /// How many officers there are.
    pub officers: usize,
    /// How many of their shares were found right at some time.
    pub checked: usize,
    /// When the shares last came together, microseconds.
    pub last: Option<i64>,
}

/// Where an organisation's drill stands; nothing where there are no officers. Opens nothing.
///
/// # Errors
/// The database.
pub fn drill_status(office: &Office, ctx: &Ctx, organisation: Id) -> Result<Option<DrillStatus>> {
    office.look(ctx, "glass.drill_status", |desk| {
        let Some(circle) = live(desk.tx, organisation)? else { return Ok(None) };
        let officers = store::glass::officers(desk.tx, circle.id)?;
        let waiting = store::glass::drills(desk.tx, organisation, ctx.now)?;
        let confirmed = match waiting.first() {
            Some(request) => Some(store::glass::approvals(desk.tx, request.id)?.len()),
            None => None,
        };
        Ok(Some(DrillStatus {
            confirmed,
            needed: usize::try_from(circle.needed).unwrap_or(0),
            officers: officers.len(),
            checked: officers.iter().filter(|o| o.checked_at.is_some()).count(),
            last: circle.drilled_at,
        }))
    })
}

fn tell_officers(desk: &mut WritingDesk<'_, '_>, organisation: Id, kind: &str, request: Id) -> Result<()> {
    let Some(circle) = live(desk.tx, organisation)? else { return Ok(()) };
    let asker = desk.ctx.actor.user.0;
    let officers = store::glass::officers(desk.tx, circle.id)?.into_iter().map(|o| o.user);
    tell(desk, officers.filter(|o| *o != asker).collect::<Vec<_>>(), kind, Some(request), None)
}
