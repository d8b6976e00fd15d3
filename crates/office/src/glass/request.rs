//! Asking officers, approving, what everybody is told, and going through what was looked at.

use super::circle::{SHARE, WHOLE, share_context};
use super::settle::{close, settle};
use super::{OFFICER, apart, live, note, refused, staff, tell, together, wrong};
use crate::desk::{Desk, WritingDesk};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Action, Held, Resource, decide};
use domain::values::Input;
use domain::{Compartment, Decision, FieldError, Id, Mask, Problem, RecordKind, Relation};
use store::Tx;
use store::glass::{Circle, Officer, Request};
use vault::escrow::{Commitment, EscrowError, Share};
use vault::{Half, PrivateKey};

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
const REASON: usize = 1000;

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
    /// About which request.
    pub request: Option<Id>,
    /// About whom.
    pub about: String,
    /// When, microseconds.
    pub at: i64,
}

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

fn first<'a>(input: &'a Input, name: &str) -> &'a str {
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

fn open_reason(office: &Office, request: &Request) -> Result<(String, String)> {
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
/// `Invalid`; `NoKeys` when the asker has no keys of her own; `NotFound` for roles that may not ask.
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
        // What officers open is sealed to her key for names; without one they would be called for nothing.
        let (_, identity) = store::roots::user(desk.tx, asker)?.ok_or(OfficeError::NoKeys)?;
        let from = store::doors::factors::user_keys(desk.tx, asker)?.map_or(0, |keys| keys.identity_from);
        if identity.is_empty() || from > ctx.now {
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

/// Asks the officers for the organisation's keys: hers are lost and nobody with keys is left to let her in.
/// She has set up new keys of her own before. Field: `reason`.
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

/// A request with the circle and its officers, for one of them. To anybody else it does not exist.
fn for_officer<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<(Request, Circle, Vec<Officer>)> {
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
    let Some((_, identity)) = store::roots::user(desk.tx, recipient)? else { return Ok(()) };
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

/// Whoever leads the case, if it is still there.
fn lead<T: Tx>(desk: &mut Desk<'_, T>, request: &Request) -> Result<Option<Id>> {
    let Some(case) = request.case_id else { return Ok(None) };
    Ok(store::records::head(desk.tx, case)?.and_then(|h| h.assignee))
}

/// Ends it before its time: the asker, an officer, or whoever leads the case.
///
/// # Errors
/// `NotFound` for everybody else; `WrongState` when it is not open.
pub fn end(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "glass.end", |desk| {
        let me = ctx.actor.user.0;
        let request = store::glass::request(desk.tx, id)?.ok_or(OfficeError::NotFound)?;
        if request.asker != me && lead(desk, &request)? != Some(me) {
            for_officer(desk, id)?;
        }
        if request.state != "open" {
            return Err(OfficeError::WrongState);
        }
        let until = request.until.unwrap_or(ctx.now).min(ctx.now);
        close(desk, &request, until)
    })
}

/// Clears away what has ended by its time: access is over already, this removes keys and asks for the review.
/// Sessions call it as they come by. Gives how many there were.
///
/// # Errors
/// The database.
pub fn sweep(office: &Office, ctx: &Ctx) -> Result<usize> {
    let found = office.store.read("glass.over", |tx| {
        let over = !store::glass::over(tx, ctx.now)?.is_empty();
        Ok::<_, store::StoreError>(over || store::glass::stale_deposits(tx, ctx.now)?)
    })?;
    if !found {
        return Ok(0);
    }
    office.act(ctx, "glass.sweep", |desk| {
        store::glass::drop_stale_deposits(desk.tx, ctx.now)?;
        let over = store::glass::over(desk.tx, ctx.now)?;
        for request in &over {
            close(desk, request, request.until.unwrap_or(ctx.now))?;
        }
        Ok(over.len())
    })
}

fn shown<T: Tx>(desk: &mut Desk<'_, T>, request: &Request, circle: Option<&Circle>) -> Result<Asked> {
    let (now, me) = (desk.ctx.now, desk.ctx.actor.user.0);
    let (number, reason) = open_reason(desk.office, request)?;
    let approved = store::glass::approvals(desk.tx, request.id)?;
    let officer = match circle {
        Some(circle) => store::glass::officers(desk.tx, circle.id)?.iter().any(|o| o.user == me),
        None => false,
    };
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
                let one = shown(desk, request, circle.as_ref())?;
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
        let notices = told(desk)?;
        Ok(Board { waiting, past, mine, notices, may_ask: may_ask(ctx), officer: !circles.is_empty() })
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
    for bytes in store::audit::of_case(desk.tx, case, 2000)? {
        let leaf = vault::log::Leaf::decode(&bytes).map_err(|_| OfficeError::Sealed)?;
        if leaf.actor == request.asker.0 && (from..until).contains(&leaf.time_us) {
            out.push(Looked {
                at: leaf.time_us,
                identity: Mask(leaf.compartments).has(Compartment::C3),
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
