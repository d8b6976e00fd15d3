//! Returns: readiness that really blocks, departure, arrival.

use crate::desk::Desk;
use crate::records::{case_header, open_all};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Resource, decide};
use domain::returns::{GateStatus, readiness, situation};
use domain::values::Input;
use domain::{Action, Decision, FieldError, Head, Id, Mask, Problem, Record, RecordKind, Values};
use store::Tx;
use store::records::Stored;

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
    /// The conditions for a child hold for no other reason than that nobody wrote down when she was born.
    pub age_unknown: bool,
    /// What people noted about the conditions.
    pub notes: Vec<Record>,
    /// Legs by day.
    pub legs: Vec<Record>,
    /// May this actor let her depart?
    pub may_move: bool,
    /// May this actor change it?
    pub may_edit: bool,
    /// May this actor write down a leg?
    pub may_route: bool,
}

/// The conditions of a return as they stand, what blocks first, with the records they were read from.
/// The rules need coded fields, the month of birth and the consents, whatever this reader may see of them, and never a
/// name: what decides may not hang from a key that one reader has and another has not.
struct Conditions {
    gates: Vec<GateStatus>,
    /// Nobody wrote down when she was born: she is treated as a child.
    age_unknown: bool,
    person: Option<Stored>,
    under: Vec<Stored>,
}

fn conditions<T: Tx>(desk: &mut Desk<'_, T>, moving: &Record) -> Result<Conditions> {
    let case_id = moving.head.case_id.ok_or(OfficeError::NotFound)?;
    let case = desk.stored(case_id)?;
    let case = desk.unseal(case, Mask::CODED)?;
    let person = case.head.person_id.map(|id| desk.stored(id)).transpose()?;
    let known = person.clone().map(|stored| desk.unseal(stored, Mask::CODED)).transpose()?;
    // Whether she goes of her own will, and what she said of it, counts even where this reader may not read it.
    let whole = desk.stored(moving.head.id)?;
    let whole = desk.unseal(whole, Mask::WORK)?;
    if moving.mask.union(whole.mask) != moving.mask {
        desk.note("conditions", &whole.head, Decision::by("conditions", whole.mask), whole.mask);
    }
    let mut consents = Vec::new();
    for stored in store::records::of_case_kind(desk.tx, case_id, RecordKind::Consent.code())? {
        consents.push(desk.unseal(stored, Mask::CODED)?);
    }
    let mut noted = Vec::new();
    let mut legs = 0;
    let under = store::records::under(desk.tx, moving.head.id)?;
    for one in &under {
        match one.head.kind {
            RecordKind::Gate => noted.push(desk.unseal(one.clone(), Mask::CODED)?),
            RecordKind::Leg => legs += 1,
            _ => {}
        }
    }
    let empty = Values::default();
    let today = desk.ctx.today;
    let situation = situation(&case, known.as_ref().map_or(&empty, |p| &p.values), &whole, today);
    let mut gates =
        readiness(&desk.office.programme.gates, situation, &whole, &noted, legs, &consents, today);
    gates.sort_by_key(|g| match g.state {
        "missing" => 0,
        "waiting" => 1,
        _ => 2,
    });
    let age_unknown = case.get("track") != Some("children")
        && known.as_ref().is_none_or(|p| domain::people::born(&p.values).is_none());
    Ok(Conditions { gates, age_unknown, person, under })
}

/// The person as far as this reader may know her: for the initial, the sex and the age.
fn shown_person<T: Tx>(
    desk: &mut Desk<'_, T>,
    stored: Option<Stored>,
    case: Option<&Head>,
) -> Result<Option<Record>> {
    let (Some(stored), Some(case)) = (stored, case) else { return Ok(None) };
    let relations = crate::people::through(desk, case, &stored.head)?;
    let resource = Resource { kind: RecordKind::Person, relations: &relations };
    let decision = decide(&desk.ctx.actor, Action::List, resource);
    if decision.allow {
        crate::people::shortened(desk, stored, decision.mask.intersection(Mask::IDENTITY)).map(Some)
    } else {
        Ok(None)
    }
}

fn gather<T: Tx>(desk: &mut Desk<'_, T>, moving: Record) -> Result<Readiness> {
    let head = moving.head.clone();
    let Conditions { gates, age_unknown, person, under } = conditions(desk, &moving)?;
    let shown = open_all(desk, under)?;
    let (notes, mut legs): (Vec<Record>, Vec<Record>) =
        shown.into_iter().partition(|r| r.head.kind == RecordKind::Gate);
    legs.sort_by_key(|l| {
        (l.head.on_date, l.get("departs_at").unwrap_or_default().to_owned(), l.head.created_at)
    });
    let case = case_header(desk, head.case_id)?;
    let may_move = desk.could(Action::Move, RecordKind::Return, &head)?;
    let may_edit = desk.could(Action::Edit, RecordKind::Return, &head)?;
    let may_route = desk.could(Action::Create, RecordKind::Leg, &head)?;
    let person = shown_person(desk, person, case.as_ref().map(|c| &c.head))?;
    Ok(Readiness { moving, case, person, gates, age_unknown, notes, legs, may_move, may_edit, may_route })
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
        let (mut moving, decision) = to_move(desk, id, "planned")?;
        let unmet: Vec<GateStatus> =
            conditions(desk, &moving)?.gates.into_iter().filter(GateStatus::blocks).collect();
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

/// A return that this actor may move on, in the state from which the step begins.
fn to_move<T: Tx>(desk: &mut Desk<'_, T>, id: Id, state: &str) -> Result<(Record, domain::Decision)> {
    let stored = desk.stored(id)?;
    if stored.head.kind != RecordKind::Return {
        return Err(OfficeError::NotFound);
    }
    let decision = desk.may(Action::Move, &stored.head)?;
    if stored.head.state != state {
        return Err(OfficeError::WrongState);
    }
    Ok((desk.unseal(stored, decision.mask)?, decision))
}

/// Records arrival; from this day the return counts.
///
/// # Errors
/// `WrongState` before departure; `Invalid`; `NotFound` when refused.
pub fn arrive(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let text =
        |name: &str| input.get(name).and_then(|v| v.first()).map(|v| v.trim().to_owned()).unwrap_or_default();
    let (received_by, note) = (text("received_by"), text("arrival_note"));
    let on = day(input, "arrived_on", ctx);
    let mut errors = Vec::new();
    if let Err(OfficeError::Invalid(found)) = &on {
        errors.extend(found.iter().cloned());
    }
    if received_by.is_empty() {
        errors.push(FieldError::new("received_by", Problem::Required));
    }
    for (name, value, max) in [("received_by", &received_by, 200), ("arrival_note", &note, 10_000)] {
        if value.chars().count() > max {
            errors.push(FieldError::new(name, Problem::TooLong));
        }
    }
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    let on = on?;
    office.act(ctx, "returns.arrive", |desk| {
        let (mut moving, decision) = to_move(desk, id, "departed")?;
        if moving.values.date("departed_on").is_some_and(|left| on < left) {
            return Err(OfficeError::Invalid(vec![FieldError::new("arrived_on", Problem::DateOutOfRange)]));
        }
        moving.head.state = "arrived".to_owned();
        moving.values.set("state", "arrived");
        moving.values.set("arrived_on", on.to_string());
        moving.values.set("received_by", received_by);
        if !note.is_empty() {
            moving.values.set("arrival_note", note);
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
        let (mut moving, decision) = to_move(desk, id, "planned")?;
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

/// The record in which people note one condition, when there is one.
fn noted(office: &Office, ctx: &Ctx, moving: Id, code: &str) -> Result<Option<Head>> {
    office.look(ctx, "returns.gate", |desk| {
        let record = desk.fetch(Action::View, moving)?;
        if record.head.kind != RecordKind::Return {
            return Err(OfficeError::NotFound);
        }
        for stored in store::records::under(desk.tx, record.head.id)? {
            if stored.head.kind == RecordKind::Gate {
                let gate = desk.unseal(stored, Mask::CODED)?;
                if gate.get("gate") == Some(code) {
                    return Ok(Some(gate.head));
                }
            }
        }
        Ok(None)
    })
}

/// Writes or changes what is known about one condition, as it stands now.
///
/// # Errors
/// As [`gate_from`].
pub fn gate(office: &Office, ctx: &Ctx, moving: Id, code: &str, input: &Input) -> Result<Id> {
    let version = noted(office, ctx, moving, code)?.map_or(0, |head| head.version);
    gate_from(office, ctx, moving, code, version, input, None)
}

/// The same from a form that was made from a version; 0 when nothing was noted yet. What was saved
/// already just so is not refused: a form sent twice is no conflict.
///
/// # Errors
/// As [`crate::records::create`] and [`crate::records::edit`].
pub fn gate_from(
    office: &Office,
    ctx: &Ctx,
    moving: Id,
    code: &str,
    version: i64,
    input: &Input,
    key: Option<Id>,
) -> Result<Id> {
    let mut input = input.clone();
    input.insert("gate".to_owned(), vec![code.to_owned()]);
    let values = Values::parse(RecordKind::Gate.spec(), &input).map_err(OfficeError::Invalid)?;
    let waivable = office.programme.gates.iter().any(|rule| rule.code == code && rule.may_be_waived);
    if let Some(error) = domain::returns::gate_problem(&values, waivable) {
        return Err(OfficeError::Invalid(vec![error]));
    }
    let Some(head) = noted(office, ctx, moving, code)? else {
        let under = crate::records::Under { case_id: None, parent_id: Some(moving) };
        return crate::records::create(office, ctx, RecordKind::Gate, under, &input, key);
    };
    match crate::records::edit(office, ctx, head.id, version, &input) {
        Err(OfficeError::Stale(stale)) if stale.mine == stale.theirs.values => Ok(head.id),
        other => other,
    }
}

/// A line of the list of returns.
pub struct Line {
    /// The return.
    pub moving: Record,
    /// Its case, coded fields.
    pub case: Record,
    /// How many conditions hold a planned one back.
    pub unmet: usize,
}

/// Returns for the list: planned and on the way first, soonest first; then the past, latest first.
///
/// # Errors
/// `NotFound` when the role has no list of cases; `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx, rows: i64) -> Result<Vec<Line>> {
    office.look(ctx, "returns.list", |desk| {
        let lists = crate::cases::lists(ctx);
        if lists.is_empty() {
            desk.may_general(Action::List, RecordKind::Return)?;
        }
        let mut out: Vec<Line> = Vec::new();
        for which in lists {
            let Some(scope) = domain::policy::scope(&ctx.actor, which).map(|s| s.at(ctx.now)) else {
                continue;
            };
            let found = store::records::in_scope(desk.tx, &scope, RecordKind::Return.code(), rows)?;
            let fresh =
                found.into_iter().filter(|s| !out.iter().any(|l| l.moving.head.id == s.head.id)).collect();
            for moving in open_all(desk, fresh)? {
                let Some(case) = case_header(desk, moving.head.case_id)? else { continue };
                let unmet = if moving.head.state == "planned" {
                    conditions(desk, &moving)?.gates.iter().filter(|g| g.blocks()).count()
                } else {
                    0
                };
                out.push(Line { moving, case, unmet });
            }
        }
        let ahead = |line: &Line| matches!(line.moving.head.state.as_str(), "planned" | "departed");
        out.sort_by(|a, b| match (ahead(a), ahead(b)) {
            (true, true) => a.moving.head.on_date.cmp(&b.moving.head.on_date),
            (false, false) => b.moving.head.on_date.cmp(&a.moving.head.on_date),
            (first, _) => {
                if first {
                    std::cmp::Ordering::Less
                } else {
                    std::cmp::Ordering::Greater
                }
            }
        });
        Ok(out)
    })
}
