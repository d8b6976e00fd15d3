//! Tasks, and the home page: what must I do today?

use crate::cases::{CasePage, list_at};
use crate::desk::Desk;
use crate::records::case_header;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::CaseList;
use domain::{Action, Date, Id, Mask, Record, RecordKind};
use store::Tx;

/// A task with the case it is about.
pub struct TaskRow {
    /// The task.
    pub task: Record,
    /// Its case, if any.
    pub case: Option<Record>,
}

/// The home page.
pub struct Home {
    /// Open tasks until the end of the coming week, soonest first; overdue ones lead.
    pub tasks: Vec<TaskRow>,
    /// How many are overdue.
    pub overdue: usize,
    /// How many are due today.
    pub today: usize,
    /// Consents and other clocks of my cases that run out within thirty days: the first six.
    pub clocks: Vec<Clock>,
    /// How many there are in all (counted up to 100).
    pub running_out: usize,
    /// Cases, latest touched first: my own, or else those of the widest list that has any.
    pub cases: Option<CasePage>,
    /// Which list they come from.
    pub list: Option<CaseList>,
    /// How many open cases are mine (counted up to 1,000).
    pub my_cases: i64,
    /// The next planned return in my cases.
    pub next_return: Option<(Record, Record)>,
    /// How many returns are planned in my cases (counted up to 100).
    pub returns: usize,
}

/// A date that runs out.
pub struct Clock {
    /// What it is about.
    pub record: Record,
    /// The case.
    pub case: Option<Record>,
    /// The day it ends.
    pub until: Date,
}

fn due_tasks<T: Tx>(desk: &mut Desk<'_, T>, until: Date, rows: i64) -> Result<Vec<TaskRow>> {
    let user = desk.ctx.actor.user.0;
    let stored =
        store::records::due(desk.tx, user, RecordKind::Task.code(), "open", &until.to_string(), rows)?;
    let mut out = Vec::new();
    let mut ids = Vec::new();
    let mut cases: Vec<Id> = Vec::new();
    for one in stored {
        let relations = desk.relations_to(&one.head)?;
        let decision = domain::policy::decide(
            &desk.ctx.actor,
            Action::View,
            domain::policy::Resource { kind: RecordKind::Task, relations: &relations },
        );
        // A task of a case that was taken away is no longer this user's to read.
        if !decision.allow {
            continue;
        }
        ids.push(one.head.id);
        let case_id = one.head.case_id;
        cases.extend(case_id.filter(|c| !cases.contains(c)));
        let task = desk.unseal(one, decision.mask)?;
        let case = case_header(desk, case_id)?;
        out.push(TaskRow { task, case });
    }
    if !ids.is_empty() {
        let decision = domain::Decision::by("own-tasks", Mask::WORK);
        desk.note_many("list", RecordKind::Task, ids, cases, decision, Mask::WORK);
    }
    Ok(out)
}

/// Everything the home page shows.
///
/// # Errors
/// `Sealed`; the database.
pub fn home(office: &Office, ctx: &Ctx) -> Result<Home> {
    office.look(ctx, "tasks.home", |desk| {
        let week = ctx.today.saturating_add(jiff::Span::new().days(7));
        let tasks = due_tasks(desk, week, 50)?;
        let overdue = tasks.iter().filter(|t| domain::tasks::overdue(&t.task.head, ctx.today)).count();
        let today = tasks.iter().filter(|t| t.task.head.due_on == Some(ctx.today)).count();
        // Who leads no case of his own is shown those of his organisation, then the national list.
        let mut cases: Option<CasePage> = None;
        let mut list = None;
        for which in crate::cases::lists(ctx) {
            if cases.as_ref().is_none_or(|found| found.rows.is_empty()) {
                cases = Some(list_at(desk, which, None, None, 8)?);
                list = Some(which);
            }
        }
        let mut my_cases = 0;
        let mut returns = 0;
        let mut running_out = 0;
        let mut clocks = Vec::new();
        let mut next_return: Option<(Record, Record)> = None;
        if let Some(scope) = domain::policy::scope(&ctx.actor, CaseList::Mine).map(|s| s.at(ctx.now)) {
            my_cases = store::access::count(desk.tx, &scope, 1000)?;
            let month = ctx.today.saturating_add(jiff::Span::new().days(30));
            let ending = store::records::running_out(
                desk.tx,
                &scope,
                &ctx.today.to_string(),
                &month.to_string(),
                100,
            )?;
            running_out = ending.len();
            for stored in ending.into_iter().take(6) {
                let case_id = stored.head.case_id;
                let Some(until) = stored.head.due_on else { continue };
                for record in crate::records::open_all(desk, vec![stored])? {
                    let case = case_header(desk, case_id)?;
                    clocks.push(Clock { record, case, until });
                }
            }
            let planned = store::records::next_returns(desk.tx, &scope, &ctx.today.to_string(), 100)?;
            returns = planned.len();
            for stored in planned.into_iter().take(1) {
                let case_id = stored.head.case_id;
                for record in crate::records::open_all(desk, vec![stored])? {
                    if let Some(case) = case_header(desk, case_id)? {
                        next_return = Some((record, case));
                    }
                }
            }
        }
        Ok(Home { tasks, overdue, today, clocks, running_out, cases, list, my_cases, next_return, returns })
    })
}

/// All open tasks of the actor, soonest first.
///
/// # Errors
/// `Sealed`; the database.
pub fn mine(office: &Office, ctx: &Ctx) -> Result<Vec<TaskRow>> {
    office.look(ctx, "tasks.mine", |desk| {
        let far = ctx.today.saturating_add(jiff::Span::new().days(3650));
        due_tasks(desk, far, 200)
    })
}

/// Marks a task as done, or opens it again.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn set_state(office: &Office, ctx: &Ctx, id: Id, state: &str) -> Result<Id> {
    let state = domain::codes::TASK_STATE.known(state).ok_or(OfficeError::WrongState)?;
    office.act(ctx, "tasks.set_state", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Task {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Edit, &stored.head)?;
        let mut task = desk.unseal(stored, decision.mask)?;
        task.head.state = state.to_owned();
        task.values.set("state", state);
        desk.update(&mut task, decision, "state")?;
        Ok(id)
    })
}
