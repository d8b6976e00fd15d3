//! Returns: readiness that really blocks, departure, arrival.

use crate::desk::Desk;
use crate::records::{case_header, open_all};
use crate::{Ctx, Office, OfficeError, Result};
use domain::returns::{GateStatus, readiness, situation};
use domain::values::Input;
use domain::{Action, FieldError, Id, Mask, Problem, Record, RecordKind, Values};
use store::Tx;

/// The page of a return.
pub struct Readiness {
    /// The return.
    pub moving: Record,
    /// Its case.
    pub case: Option<Record>,
    /// The person, for the masked name.
    pub person: Option<Record>,
    /// Conditions in order: what blocks first.
    pub gates: Vec<GateStatus>,
    /// What people noted about the conditions.
    pub notes: Vec<Record>,
    /// Legs by day.
    pub legs: Vec<Record>,
    /// May this actor let her depart?
    pub may_move: bool,
    /// May this actor change it?
    pub may_edit: bool,
}

fn gather<T: Tx>(desk: &mut Desk<'_, T>, moving: Record) -> Result<Readiness> {
    let head = moving.head.clone();
    let case_id = head.case_id.ok_or(OfficeError::NotFound)?;
    let case = desk.stored(case_id)?;
    // The rules need the coded fields, the birth date and the consents, whatever this reader may see of them.
    let case = desk.unseal(case, Mask::CODED)?;
    let person = match case.head.person_id {
        Some(id) => {
            let stored = desk.stored(id)?;
            Some(desk.unseal(stored, Mask::IDENTITY)?)
        }
        None => None,
    };
    let mut consents = Vec::new();
    for stored in store::records::of_case_kind(desk.tx, case_id, RecordKind::Consent.code())? {
        consents.push(desk.unseal(stored, Mask::CODED)?);
    }
    let mut gates = Vec::new();
    let mut legs = 0;
    let stored = store::records::under(desk.tx, head.id)?;
    for one in &stored {
        match one.head.kind {
            RecordKind::Gate => gates.push(desk.unseal(one.clone(), Mask::CODED)?),
            RecordKind::Leg => legs += 1,
            _ => {}
        }
    }
    let empty = Values::default();
    let situation =
        situation(&case, person.as_ref().map_or(&empty, |p| &p.values), &moving, desk.ctx.today);
    let mut gates =
        readiness(&desk.office.programme.gates, situation, &moving, &gates, legs, &consents, desk.ctx.today);
    gates.sort_by_key(|g| match g.state {
        "missing" => 0,
        "waiting" => 1,
        _ => 2,
    });
    let shown = open_all(desk, stored)?;
    let (notes, mut legs): (Vec<Record>, Vec<Record>) = shown.into_iter().partition(|r| r.head.kind == RecordKind::Gate);
    legs.sort_by_key(|l| (l.head.on_date, l.get("departs_at").unwrap_or_default().to_owned(), l.head.created_at));
    let case = case_header(desk, Some(case_id))?;
    let may_move = desk.could(Action::Move, RecordKind::Return, &head)?;
    let may_edit = desk.could(Action::Edit, RecordKind::Return, &head)?;
    let person = person.filter(|_| case.is_some());
    Ok(Readiness { moving, case, person, gates, notes, legs, may_move, may_edit })
}

/// What is missing before departure?
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn view(office: &Office, ctx: &Ctx, id: Id) -> Result<Readiness> {
    office.look(ctx, "returns.view", |desk| {
        let moving = desk.fetch(Action::View, id)?;
        if moving.head.kind != RecordKind::Return {
            return Err(OfficeError::NotFound);
        }
        gather(desk, moving)
    })
}

/// Lets the person depart. Refused while any condition is unmet, whoever asks.
///
/// # Errors
/// `Blocked` with the conditions; `WrongState`; `Invalid`; `NotFound` when refused.
pub fn depart(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let on = day(input, "departed_on", ctx)?;
    office.act(ctx, "returns.depart", |desk| {
        let stored = desk.stored(id)?;
        let decision = desk.may(Action::Move, &stored.head)?;
        let moving = desk.unseal(stored, decision.mask)?;
        if moving.head.kind != RecordKind::Return || moving.head.state != "planned" {
            return Err(OfficeError::WrongState);
        }
        let ready = gather(desk, moving)?;
        let unmet: Vec<GateStatus> = ready.gates.into_iter().filter(GateStatus::blocks).collect();
        let mut moving = ready.moving;
        if !unmet.is_empty() || moving.get("will") == Some("forced") {
            return Err(OfficeError::Blocked(unmet));
        }
        moving.head.state = "departed".to_owned();
        moving.values.set("state", "departed");
        moving.values.set("departed_on", on.to_string());
        desk.update(&mut moving, decision, "depart")?;
        Ok(id)
    })
}

/// Records arrival; from this day the return counts.
///
/// # Errors
/// `WrongState` before departure; `Invalid`; `NotFound` when refused.
pub fn arrive(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let on = day(input, "arrived_on", ctx)?;
    let text = |name: &str| input.get(name).and_then(|v| v.first()).map(|v| v.trim().to_owned()).unwrap_or_default();
    let (received_by, note) = (text("received_by"), text("arrival_note"));
    if received_by.is_empty() {
        return Err(OfficeError::Invalid(vec![FieldError::new("received_by", Problem::Required)]));
    }
    office.act(ctx, "returns.arrive", |desk| {
        let stored = desk.stored(id)?;
        let decision = desk.may(Action::Move, &stored.head)?;
        let mut moving = desk.unseal(stored, decision.mask)?;
        if moving.head.state != "departed" {
            return Err(OfficeError::WrongState);
        }
        if moving.values.date("departed_on").is_some_and(|left| on < left) {
            return Err(OfficeError::Invalid(vec![FieldError::new("arrived_on", Problem::DateOutOfRange)]));
        }
        moving.head.state = "arrived".to_owned();
        moving.values.set("state", "arrived");
        moving.values.set("arrived_on", on.to_string());
        moving.values.set("received_by", received_by.chars().take(200).collect::<String>());
        if !note.is_empty() {
            moving.values.set("arrival_note", note.chars().take(10_000).collect::<String>());
        }
        desk.update(&mut moving, decision, "arrive")?;
        Ok(id)
    })
}

/// Calls a planned return off.
///
/// # Errors
/// `WrongState` after departure; `NotFound` when refused.
pub fn cancel(office: &Office, ctx: &Ctx, id: Id) -> Result<Id> {
    office.act(ctx, "returns.cancel", |desk| {
        let stored = desk.stored(id)?;
        let decision = desk.may(Action::Move, &stored.head)?;
        let mut moving = desk.unseal(stored, decision.mask)?;
        if moving.head.state != "planned" {
            return Err(OfficeError::WrongState);
        }
        moving.head.state = "cancelled".to_owned();
        moving.values.set("state", "cancelled");
        desk.update(&mut moving, decision, "cancel")?;
        Ok(id)
    })
}

fn day(input: &Input, name: &str, ctx: &Ctx) -> Result<domain::Date> {
    let text = input.get(name).and_then(|v| v.first()).map(String::as_str).unwrap_or_default();
    let problem = match domain::civil::parse_date(text) {
        Some(day) if day <= ctx.today => return Ok(day),
        Some(_) => Problem::DateOutOfRange,
        None if text.trim().is_empty() => Problem::Required,
        None => Problem::ImpossibleDate,
    };
    Err(OfficeError::Invalid(vec![FieldError::new(name, problem)]))
}

/// Writes or changes what is known about one condition.
///
/// # Errors
/// As [`crate::records::create`] and [`crate::records::edit`].
pub fn gate(office: &Office, ctx: &Ctx, moving: Id, code: &str, input: &Input) -> Result<Id> {
    let mut input = input.clone();
    input.insert("gate".to_owned(), vec![code.to_owned()]);
    let existing = office.look(ctx, "returns.gate", |desk| {
        let record = desk.fetch(Action::View, moving)?;
        for stored in store::records::under(desk.tx, record.head.id)? {
            if stored.head.kind == RecordKind::Gate {
                let gate = desk.unseal(stored, Mask::CODED)?;
                if gate.get("gate") == Some(code) {
                    return Ok(Some(gate.head));
                }
            }
        }
        Ok(None)
    })?;
    match existing {
        Some(head) => crate::records::edit(office, ctx, head.id, head.version, &input),
        None => {
            let under = crate::records::Under { case_id: None, parent_id: Some(moving) };
            crate::records::create(office, ctx, RecordKind::Gate, under, &input, None)
        }
    }
}

/// Returns on their way or planned, for the list: soonest first.
///
/// # Errors
/// `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx, rows: i64) -> Result<Vec<(Record, Record)>> {
    office.look(ctx, "returns.list", |desk| {
        let mut out = Vec::new();
        for which in crate::cases::lists(ctx) {
            let Some(scope) = domain::policy::scope(&ctx.actor, which) else { continue };
            for stored in store::records::in_scope(desk.tx, &scope, RecordKind::Return.code(), rows)? {
                if out.iter().any(|(r, _): &(Record, Record)| r.head.id == stored.head.id) {
                    continue;
                }
                let case_id = stored.head.case_id;
                for record in open_all(desk, vec![stored])? {
                    if let Some(case) = case_header(desk, case_id)? {
                        out.push((record, case));
                    }
                }
            }
        }
        out.sort_by_key(|(r, _)| (r.head.state != "planned" && r.head.state != "departed", r.head.on_date));
        Ok(out)
    })
}
