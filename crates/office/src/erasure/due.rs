//! Whose time is over: what the page shows, what the command lists, and what the unattended job does.
//! The walk reads heads and coded values (C0 and C1), nothing else.

use super::{held, settle, shred};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::retention::{Applies, Due, Matter, due};
use domain::{Action, Date, Decision, Id, Mask, PartialDate, Record, RecordKind, Relation, Role, screening};
use store::records::Stored;
use store::{Tx, WriteTx};

/// Rows read at once.
const PAGE: i64 = 500;
/// Rows that the page shows at most; the counts go on.
const SHOWN: usize = 300;

/// Something whose time is over.
pub struct DueRow {
    /// By which rule.
    pub applies: Applies,
    /// Which record.
    pub id: Id,
    /// The person, for a case.
    pub person: Option<Id>,
    /// Number of the case.
    pub number: Option<String>,
    /// Since which day.
    pub since: Date,
    /// Somebody who may open the birth date has to look first.
    pub check_age: bool,
    /// A legal hold keeps it.
    pub held: bool,
    /// The job does it alone.
    pub unattended: bool,
    /// May the reader open it?
    pub open: bool,
}

/// Everything whose time is over.
#[derive(Default)]
pub struct DueList {
    /// Rows, longest overdue first within each walk, cut at some hundreds.
    pub rows: Vec<DueRow>,
    /// How many by rule, all of them.
    pub counts: Vec<(Applies, usize)>,
}

impl DueList {
    fn add(&mut self, row: DueRow) {
        match self.counts.iter_mut().find(|(applies, _)| *applies == row.applies) {
            Some((_, n)) => *n += 1,
            None => self.counts.push((row.applies, 1)),
        }
        if self.rows.len() < SHOWN {
            self.rows.push(row);
        }
    }
}

/// What the rules need to know of a closed case. The caller notes that C1 was read.
pub(super) fn matter_of_case<T: Tx>(
    desk: &mut Desk<'_, T>,
    stored: Stored,
    birth: Option<PartialDate>,
) -> Result<Option<Matter>> {
    let head = stored.head.clone();
    if head.state != "closed" {
        return Ok(None);
    }
    if head.person_id.is_none() {
        return Ok(head.due_on.map(|until| Matter::Remainder { until }));
    }
    let case = desk.unseal(stored, Mask::CODED)?;
    let Some(closed) = case.values.date("closed_on") else { return Ok(None) };
    let mut events = Vec::new();
    for stored in store::records::of_case_kind(desk.tx, head.id, RecordKind::Identification.code())? {
        events.push(desk.unseal(stored, Mask::CODED)?);
    }
    let latest = screening::latest(&events.iter().collect::<Vec<_>>());
    Ok(Some(Matter::Case {
        opened: head.on_date.unwrap_or(closed),
        closed,
        not_victim: latest.is_some_and(|(outcome, _)| outcome == "not_victim"),
        child: case.get("track") == Some("children"),
        birth,
    }))
}

/// The month of birth, which is among the coded values.
fn born<T: Tx>(desk: &mut Desk<'_, T>, person: Option<Id>) -> Result<Option<PartialDate>> {
    let Some(person) = person else { return Ok(None) };
    let Some(stored) = store::records::get(desk.tx, person)? else { return Ok(None) };
    let person = desk.unseal(stored, Mask::CODED)?;
    Ok(person.get("born").and_then(PartialDate::parse))
}

fn row(due: &Due<'_>, stored: &Stored, held: bool, open: bool) -> DueRow {
    DueRow {
        applies: due.rule.applies,
        id: stored.head.id,
        person: stored.head.person_id,
        number: stored.head.number.clone(),
        since: due.since,
        check_age: due.check_age,
        held,
        unattended: due.rule.unattended,
        open,
    }
}

/// Who asks: everything, or only the cases somebody works on.
fn walk<T: Tx>(desk: &mut Desk<'_, T>, only_own: bool, everything: bool) -> Result<DueList> {
    let rules = &desk.office.programme.retention;
    let today = desk.ctx.today;
    let mut list = DueList::default();
    let mut after = None;
    loop {
        let page = store::records::of_kind(desk.tx, RecordKind::Case.code(), None, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some((last.head.created_at, last.head.id));
        for stored in page {
            if stored.head.state != "closed" {
                continue;
            }
            let relations = desk.relations(stored.head.id)?;
            let own = relations.iter().any(|r| matches!(r.relation, Relation::Own | Relation::Team));
            if only_own && !own {
                continue;
            }
            let birth = born(desk, stored.head.person_id)?;
            let Some(matter) = matter_of_case(desk, stored.clone(), birth)? else { continue };
            let Some(due) = due(rules, matter, today) else { continue };
            let held = held(desk, stored.head.id)?;
            list.add(row(&due, &stored, held, own || everything));
        }
    }
    if only_own {
        return Ok(list);
    }
    let mut after = None;
    loop {
        let page = store::records::of_kind(desk.tx, RecordKind::Signal.code(), None, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some((last.head.created_at, last.head.id));
        for stored in page.iter().filter(|s| s.head.state == "not_trafficking") {
            let Some(on) = stored.head.on_date else { continue };
            if let Some(due) = due(rules, Matter::Signal { on }, today) {
                list.add(row(&due, stored, false, everything));
            }
        }
    }
    for (id, due) in calls(desk)? {
        if let Some(stored) = store::records::get(desk.tx, id)? {
            list.add(row(&due, &stored, false, false));
        }
    }
    Ok(list)
}

/// Calls that led to nothing and whose time is over.
fn calls<'a, T: Tx>(desk: &mut Desk<'a, T>) -> Result<Vec<(Id, Due<'a>)>> {
    let office: &'a Office = desk.office;
    let mut found = Vec::new();
    let mut after = (i64::MIN, Id([0; 16]));
    loop {
        let page = store::erasure::calls(desk.tx, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = (last.created_at, last.id);
        for call in page.iter().filter(|c| c.state != "converted") {
            let Some(on) = call.on_date else { continue };
            let due = due(&office.programme.retention, Matter::Call { on }, desk.ctx.today);
            found.extend(due.map(|d| (call.id, d)));
        }
    }
    Ok(found)
}

/// What is due, for the page: the head of the programme sees everything, others the cases they work on.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn list(office: &Office, ctx: &Ctx) -> Result<DueList> {
    office.look(ctx, "retention.list", |desk| {
        let decision = desk.may_general(Action::Retain, RecordKind::Case)?;
        let manager = ctx.actor.role == Role::Manager;
        let list = walk(desk, !manager, manager)?;
        let ids: Vec<Id> = list.rows.iter().map(|r| r.id).collect();
        desk.note_many("retain", RecordKind::Case, ids, Vec::new(), decision, Mask::CODED);
        Ok(list)
    })
}

/// The same for the command line: everything, and nobody's name.
///
/// # Errors
/// `Sealed`; the database.
pub fn list_for_command(office: &Office, ctx: &Ctx) -> Result<DueList> {
    office.look(ctx, "retention.list", |desk| {
        let list = walk(desk, false, false)?;
        let ids: Vec<Id> = list.rows.iter().map(|r| r.id).collect();
        desk.note_many("retain", RecordKind::Case, ids, Vec::new(), BY_JOB, Mask::CODED);
        Ok(list)
    })
}

const BY_JOB: Decision =
    Decision { allow: true, rule: "retention-job", mask: Mask::CODED, duties: domain::policy::Duties::NONE };

/// Does what needs nobody's decision: calls that led to nothing, and what is left of cases when its time as
/// evidence is over. How many of each.
///
/// # Errors
/// The database; what was done before the failure stays done.
pub fn apply(office: &Office, ctx: &Ctx) -> Result<Vec<(Applies, usize)>> {
    let mut done = Vec::new();
    for applies in [Applies::CallWithoutCase, Applies::FinanceEvidence] {
        if !office.programme.retention.rule(applies).is_some_and(|r| r.unattended) {
            continue;
        }
        let mut n = 0;
        let ids: Vec<Id> = office.look(ctx, "retention.find", |desk| match applies {
            Applies::CallWithoutCase => Ok(calls(desk)?.into_iter().map(|(id, _)| id).collect()),
            _ => remainders(desk),
        })?;
        for id in ids {
            n += usize::from(office.act(ctx, "retention.apply", |desk| one(desk, applies, id))?);
        }
        done.push((applies, n));
    }
    if done.iter().any(|(_, n)| *n > 0) {
        settle(office);
    }
    Ok(done)
}

/// What is left of cases and is evidence no longer.
fn remainders<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Vec<Id>> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store::records::of_kind(desk.tx, RecordKind::Case.code(), None, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some((last.head.created_at, last.head.id));
        let over = |s: &&Stored| {
            let until = s.head.due_on.filter(|_| s.head.state == "closed" && s.head.person_id.is_none());
            until.is_some_and(|until| {
                let matter = Matter::Remainder { until };
                due(&desk.office.programme.retention, matter, desk.ctx.today).is_some()
            })
        };
        found.extend(page.iter().filter(over).map(|s| s.head.id));
    }
    Ok(found)
}

/// One of them, looked at once more: it may have become a signal meanwhile.
fn one(desk: &mut Desk<'_, WriteTx<'_>>, applies: Applies, id: Id) -> Result<bool> {
    let head = match store::records::head(desk.tx, id)? {
        Some(head) => head,
        None => return Ok(false),
    };
    match (applies, head.kind) {
        (Applies::CallWithoutCase, RecordKind::Contact)
            if head.state != "converted" && store::records::under(desk.tx, id)?.is_empty() =>
        {
            shred::alone(desk, id)?;
        }
        (Applies::FinanceEvidence, RecordKind::Case) if head.person_id.is_none() => {
            shred::evidence(desk, id)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// May the head of the programme erase this signal now?
fn over<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<domain::Head> {
    let head = desk.stored(id)?.head;
    if head.kind != RecordKind::Signal {
        return Err(OfficeError::NotFound);
    }
    desk.may(Action::Erase, &head)?;
    let rules = &desk.office.programme.retention;
    let over = head.state == "not_trafficking"
        && head.on_date.is_some_and(|on| due(rules, Matter::Signal { on }, desk.ctx.today).is_some());
    let case = store::records::under(desk.tx, id)?.iter().any(|s| s.head.kind == RecordKind::Case);
    if over && !case { Ok(head) } else { Err(OfficeError::WrongState) }
}

/// The signal that is to be erased. Authorises; opens nothing.
///
/// # Errors
/// `WrongState` when its time is not over or it led to a case; `NotFound` when refused; the database.
pub fn signal_form(office: &Office, ctx: &Ctx, id: Id) -> Result<Record> {
    office.look(ctx, "retention.signal_form", |desk| {
        let head = over(desk, id)?;
        Ok(Record { values: head.values(), head, mask: Mask::NONE, locked: Mask::NONE })
    })
}

/// Erases a signal whose time is over, by the decision of the head of the programme.
///
/// # Errors
/// `WrongState` when its time is not over or it led to a case; `NotFound` when refused; the database.
pub fn signal(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "retention.signal", |desk| {
        over(desk, id)?;
        shred::alone(desk, id)
    })?;
    settle(office);
    Ok(())
}
