//! Erasing what is written about a person: who asks, who decides, what holds it back, and whose time is over.
//!
//! Two people are needed: one who works with her asks, the head of the programme decides. Erasing destroys
//! the keys of everything about her, takes the rows away, and leaves coded values in bands that name nobody,
//! so that the programme's figures stay what they are.

mod due;
mod shred;

pub use due::{DueList, DueRow, apply, list, list_for_command, signal, signal_form};
pub use shred::again;
pub(crate) use shred::unindex_own;

use crate::desk::Desk;
use crate::records::once;
use crate::{Ctx, Office, OfficeError, Result};
use domain::retention::{answer_by, due as due_on};
use domain::values::Input;
use domain::{Action, Decision, FieldError, Id, Mask, Problem, Record, RecordKind, Values, codes};
use store::Tx;

/// Name of the leaf that says: of these records nothing need be there any more.
pub const TOMBSTONE: &str = "erasure.shred";

/// The page about erasing a person's file.
pub struct ErasurePage {
    /// The person, as far as the actor may see.
    pub person: Record,
    /// Requests about her that the actor may read, newest first.
    pub requests: Vec<Record>,
    /// Legal holds that are set, each with the header of its case.
    pub holds: Vec<SetHold>,
    /// May this actor ask?
    pub may_ask: bool,
    /// May this actor decide on what others asked?
    pub may_decide: bool,
    /// Every case of hers is closed and her time is over.
    pub time_over: bool,
}

/// A request, for the page on which it is decided and for the answer to it.
pub struct RequestPage {
    /// The request.
    pub request: Record,
    /// The person, while she is there, as far as the actor may see.
    pub person: Option<Record>,
    /// Legal holds that are set.
    pub holds: Vec<SetHold>,
    /// May this actor decide?
    pub may_decide: bool,
    /// Has this actor asked? Then somebody else has to decide.
    pub same_hand: bool,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Her file is gone; so many signals about several people have to be looked at by hand.
    Erased {
        /// Signals whose text may still speak of her.
        by_hand: usize,
    },
    /// Refused with its grounds.
    Refused,
}

fn first<'a>(input: &'a Input, name: &str) -> &'a str {
    input.get(name).and_then(|v| v.first()).map_or("", |v| v.trim())
}

/// A hold that is set, with the header of its case; nothing where the reader may not know of the case: then only that
/// something is held.
pub type SetHold = Option<(Record, Record)>;

/// The holds that are set in a person's cases. The caller has authorised what concerns her.
pub(crate) fn holds_of<T: Tx>(desk: &mut Desk<'_, T>, person: Id) -> Result<Vec<SetHold>> {
    let mut out = Vec::new();
    for case in store::records::ids_of_person(desk.tx, person, RecordKind::Case.code())? {
        let set = store::records::of_case_kind(desk.tx, case, RecordKind::Hold.code())?;
        let set: Vec<_> = set.into_iter().filter(|s| s.head.state == "set").collect();
        if set.is_empty() {
            continue;
        }
        let stored = desk.stored(case)?;
        if !desk.could(Action::List, RecordKind::Case, &stored.head)? {
            out.push(None);
            continue;
        }
        let header = desk.unseal(stored, Mask::NONE)?;
        for one in set {
            let hold = desk.unseal(one, Mask::CODED)?;
            desk.note("view", &hold.head, Decision::by("held", hold.mask), hold.mask);
            out.push(Some((hold, header.clone())));
        }
    }
    Ok(out)
}

/// Is a hold set on a case? Reads heads alone.
pub(crate) fn held<T: Tx>(desk: &mut Desk<'_, T>, case: Id) -> Result<bool> {
    let holds = store::records::of_case_kind(desk.tx, case, RecordKind::Hold.code())?;
    Ok(holds.iter().any(|h| h.head.state == "set"))
}

/// Is every case of a person closed, and the time of each over?
fn time_over<T: Tx>(desk: &mut Desk<'_, T>, person: &Record) -> Result<bool> {
    let birth = domain::people::born(&person.values);
    let cases = store::records::ids_of_person(desk.tx, person.head.id, RecordKind::Case.code())?;
    let mut over = !cases.is_empty();
    for id in cases {
        let stored = desk.stored(id)?;
        let matter = due::matter_of_case(desk, stored, birth)?;
        let today = desk.ctx.today;
        over &= matter
            .and_then(|m| due_on(&desk.office.programme.retention, m, today))
            .is_some_and(|d| !d.check_age);
    }
    Ok(over)
}

/// The page about erasing a person's file.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, person: Id) -> Result<ErasurePage> {
    office.look(ctx, "erasure.page", |desk| {
        let person = crate::people::glimpse(desk, person)?;
        let may_ask = desk.could(Action::Ask, RecordKind::Person, &person.head)?;
        let may_decide = desk.could(Action::Erase, RecordKind::Person, &person.head)?;
        if !may_ask && !may_decide {
            desk.may(Action::Ask, &person.head)?;
        }
        let mut stored = Vec::new();
        for id in store::erasure::about(desk.tx, person.head.id)? {
            stored.extend(store::records::get(desk.tx, id)?.filter(|s| s.head.kind == RecordKind::Erasure));
        }
        let mut requests = crate::records::open_all(desk, stored)?;
        requests.sort_by_key(|r| std::cmp::Reverse(r.head.created_at));
        let holds = holds_of(desk, person.head.id)?;
        let time_over = may_ask && time_over(desk, &person)?;
        Ok(ErasurePage { person, requests, holds, may_ask, may_decide, time_over })
    })
}

/// Asks that a person's file be erased. A request that waits already is not doubled.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; the database.
pub fn ask(office: &Office, ctx: &Ctx, person: Id, input: &Input, key: Option<Id>) -> Result<Id> {
    let mut input = input.clone();
    for name in ["state", "due_on", "decided_on", "grounds", "answer", "erased", "by_hand"] {
        input.remove(name);
    }
    let mut values = Values::parse(RecordKind::Erasure.spec(), &input).map_err(OfficeError::Invalid)?;
    let on = values.date("on_date").unwrap_or(ctx.today);
    if on > ctx.today {
        return Err(OfficeError::Invalid(vec![FieldError::new("on_date", Problem::DateOutOfRange)]));
    }
    values.set("due_on", answer_by(on).to_string());
    values.set("state", "asked");
    office.act(ctx, "erasure.ask", |desk| {
        once(desk, key, |desk| {
            let stored = desk.stored(person)?;
            if stored.head.kind != RecordKind::Person {
                return Err(OfficeError::NotFound);
            }
            let decision = desk.may(Action::Ask, &stored.head)?;
            for id in store::erasure::about(desk.tx, person)? {
                if let Some(head) = store::records::head(desk.tx, id)?
                    && head.kind == RecordKind::Erasure
                    && head.state == "asked"
                {
                    return Ok(id);
                }
            }
            if values.get("asked_by") == Some("retention") {
                let record = desk.unseal(stored.clone(), decision.mask)?;
                if !time_over(desk, &record)? {
                    let error = FieldError::new("asked_by", Problem::UnknownChoice);
                    return Err(OfficeError::Invalid(vec![error]));
                }
            }
            let mut head = desk.new_head(RecordKind::Erasure);
            head.take(&values);
            head.person_id = Some(person);
            let id = head.id;
            desk.insert(
                &Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE },
                decision,
            )?;
            Ok(id)
        })
    })
}

/// A request with what its decision needs to know.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn request(office: &Office, ctx: &Ctx, id: Id) -> Result<RequestPage> {
    office.look(ctx, "erasure.request", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Erasure {
            return Err(OfficeError::NotFound);
        }
        let may_decide = desk.could(Action::Erase, RecordKind::Erasure, &stored.head)?;
        let decision = desk.may(if may_decide { Action::Erase } else { Action::View }, &stored.head)?;
        let request = desk.unseal(stored, decision.mask)?;
        desk.note("view", &request.head.clone(), decision, request.mask);
        let mut holds = Vec::new();
        let mut person = None;
        if let Some(id) = request.head.person_id
            && let Some(stored) = store::records::get(desk.tx, id)?
        {
            holds = holds_of(desk, id)?;
            if desk.could(Action::View, RecordKind::Person, &stored.head)? {
                person = Some(crate::people::glimpse(desk, id)?);
            }
        }
        let same_hand = request.head.created_by == ctx.actor.user.0;
        Ok(RequestPage { request, person, holds, may_decide, same_hand })
    })
}

/// Decides on a request: `outcome` is `erase` or `refuse`; refusing needs a ground and an answer in words.
///
/// # Errors
/// `Invalid`; `WrongState` when it is decided already, when the same hand has asked, or when a legal hold is
/// set and erasing is asked for; `NotFound` when refused; the database.
pub fn decide(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<Outcome> {
    let erase = match first(input, "outcome") {
        "erase" => true,
        "refuse" => false,
        _ => return Err(OfficeError::Invalid(vec![FieldError::new("outcome", Problem::Required)])),
    };
    let answer = first(input, "answer").to_owned();
    let grounds: Vec<&str> =
        input.get("grounds").into_iter().flatten().filter_map(|g| codes::ERASURE_GROUND.known(g)).collect();
    let mut errors = Vec::new();
    if !erase && grounds.is_empty() {
        errors.push(FieldError::new("grounds", Problem::Required));
    }
    if !erase && answer.is_empty() {
        errors.push(FieldError::new("answer", Problem::Required));
    }
    if answer.chars().count() > 10_000 {
        errors.push(FieldError::new("answer", Problem::TooLong));
    }
    if erase && first(input, "sure") != "1" {
        errors.push(FieldError::new("sure", Problem::Required));
    }
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    let outcome = office.act(ctx, "erasure.decide", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Erasure {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Erase, &stored.head)?;
        let mut request = desk.unseal(stored, decision.mask)?;
        let person = request.head.person_id;
        if request.head.state != "asked"
            || request.head.version != version
            || request.head.created_by == ctx.actor.user.0
        {
            return Err(OfficeError::WrongState);
        }
        if !erase {
            request.head.state = "refused".to_owned();
            request.values.set("state", "refused");
            request.values.set("decided_on", ctx.today.to_string());
            request.values.set("grounds", grounds.join(" "));
            request.values.set("answer", answer.clone());
            desk.update(&mut request, decision, "refuse")?;
            return Ok(Outcome::Refused);
        }
        let person = person.ok_or(OfficeError::WrongState)?;
        let stored = desk.stored(person)?;
        desk.may(Action::Erase, &stored.head)?;
        for case in store::records::ids_of_person(desk.tx, person, RecordKind::Case.code())? {
            if held(desk, case)? {
                return Err(OfficeError::WrongState);
            }
        }
        let gone = shred::person(desk, person, Some(&request))?;
        Ok(Outcome::Erased { by_hand: gone.by_hand })
    })?;
    if matches!(outcome, Outcome::Erased { .. }) {
        settle(office);
    }
    Ok(outcome)
}

/// Empties the log of SQLite, which holds the last image of what was erased until then. Whoever still reads
/// the old state holds it back for a moment; the next erasure, or the next start, does it then.
pub(crate) fn settle(office: &Office) {
    for _ in 0..20 {
        match office.store.checkpoint() {
            Ok(()) => return,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(25)),
        }
    }
    tracing::warn!("the database's log could not be emptied after an erasure");
}

/// The case for which a hold is to be set. Authorises.
///
/// # Errors
/// `NotFound` when absent or refused; the database.
pub fn hold_form(office: &Office, ctx: &Ctx, case: Id) -> Result<Record> {
    office.look(ctx, "erasure.hold_form", |desk| {
        let stored = desk.stored(case)?;
        if stored.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Hold, &stored.head)?;
        desk.unseal(stored, decision.mask.intersection(Mask::CODED))
    })
}

/// Sets a legal hold on a case.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; the database.
pub fn hold(office: &Office, ctx: &Ctx, case: Id, input: &Input, key: Option<Id>) -> Result<Id> {
    let mut input = input.clone();
    for name in ["state", "lifted_on", "lift_note"] {
        input.remove(name);
    }
    let mut values = Values::parse(RecordKind::Hold.spec(), &input).map_err(OfficeError::Invalid)?;
    if values.date("on_date").is_some_and(|d| d > ctx.today) {
        return Err(OfficeError::Invalid(vec![FieldError::new("on_date", Problem::DateOutOfRange)]));
    }
    values.set("state", "set");
    office.act(ctx, "erasure.hold", |desk| {
        once(desk, key, |desk| {
            let stored = desk.stored(case)?;
            if stored.head.kind != RecordKind::Case {
                return Err(OfficeError::NotFound);
            }
            let decision = desk.may(Action::Hold, &stored.head)?;
            // What was anonymised has nobody left to be held for.
            if stored.head.person_id.is_none() {
                return Err(OfficeError::WrongState);
            }
            let mut head = desk.new_head(RecordKind::Hold);
            head.take(&values);
            head.case_id = Some(case);
            let id = head.id;
            desk.insert(
                &Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE },
                decision,
            )?;
            Ok(id)
        })
    })
}

/// A hold that is set and the header of its case, for the page on which it is lifted.
///
/// # Errors
/// `NotFound` when absent or refused; the database.
pub fn lift_form(office: &Office, ctx: &Ctx, id: Id) -> Result<(Record, Record)> {
    office.look(ctx, "erasure.lift_form", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Hold {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Hold, &stored.head)?;
        let hold = desk.unseal(stored, decision.mask)?;
        desk.note("view", &hold.head.clone(), decision, hold.mask);
        let case = crate::records::case_header(desk, hold.head.case_id)?.ok_or(OfficeError::NotFound)?;
        Ok((hold, case))
    })
}

/// Lifts a legal hold.
///
/// # Errors
/// `Invalid`; `WrongState` when it is lifted already; `NotFound` when refused; the database.
pub fn lift(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<Id> {
    let on = first(input, "lifted_on");
    let note = first(input, "lift_note").to_owned();
    let day = domain::civil::parse_date(on);
    let problem = match day {
        None if on.is_empty() => Some(Problem::Required),
        None => Some(Problem::ImpossibleDate),
        Some(day) if day > ctx.today => Some(Problem::DateOutOfRange),
        Some(_) => None,
    };
    let mut errors: Vec<FieldError> = problem.map(|p| FieldError::new("lifted_on", p)).into_iter().collect();
    if note.is_empty() {
        errors.push(FieldError::new("lift_note", Problem::Required));
    } else if note.chars().count() > 5_000 {
        errors.push(FieldError::new("lift_note", Problem::TooLong));
    }
    let (Some(day), true) = (day, errors.is_empty()) else { return Err(OfficeError::Invalid(errors)) };
    office.act(ctx, "erasure.lift", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Hold {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Hold, &stored.head)?;
        let mut hold = desk.unseal(stored, decision.mask)?;
        if hold.head.state != "set" || hold.head.version != version {
            return Err(OfficeError::WrongState);
        }
        if hold.head.on_date.is_some_and(|set| day < set) {
            return Err(OfficeError::Invalid(vec![FieldError::new("lifted_on", Problem::DateOutOfRange)]));
        }
        hold.head.state = "lifted".to_owned();
        hold.values.set("state", "lifted");
        hold.values.set("lifted_on", day.to_string());
        hold.values.set("lift_note", note.clone());
        let case = hold.head.case_id.ok_or(OfficeError::WrongState)?;
        desk.update(&mut hold, decision, "lift")?;
        Ok(case)
    })
}
