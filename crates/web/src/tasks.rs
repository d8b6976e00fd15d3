//! Tasks: everything open, in the order in which it falls due, and the box that ticks one off.

use crate::answer::{Answer, Reply, page as render};
use crate::doors::local_path;
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::Task;
use crate::records::title_of;
use crate::visit::Visit;
use askama::Template;
use domain::civil::days_between;
use domain::policy::{Action, Relation, Resource, decide};
use domain::{Date, RecordKind};
use office::tasks::TaskRow;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/tasks", Action::Session, list),
    get("/tasks/{id}/done", Action::Session, to_list),
    post("/tasks/{id}/done", Action::Edit, done),
    get("/tasks/{id}/open", Action::Session, to_list),
    post("/tasks/{id}/open", Action::Edit, open),
];

/// Tasks that belong under one heading.
pub struct Group {
    /// Part of the page.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// Past their day.
    pub red: bool,
    /// How many there are.
    pub n: usize,
    /// The first of them, or all.
    pub tasks: Vec<Task>,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    page: Page,
    lead: String,
    groups: Vec<Group>,
    may_add: bool,
}

/// How far away a day is: `от 2 дни`, `днес`, `утре`, or the day itself when it is further than a week.
#[must_use]
pub fn when(page: &Page, due: Date) -> String {
    let days = days_between(page.today, due);
    match days {
        ..=-2 => page.tn("task-overdue-days", usize::try_from(-days).unwrap_or(0)),
        -1 => page.t("task-overdue-yesterday"),
        0 => page.t("today-word"),
        1 => page.t("task-tomorrow"),
        _ => page.day(Some(due)),
    }
}

fn one(page: &Page, row: &TaskRow, back: &str) -> Task {
    let head = &row.task.head;
    let due = head.due_on.unwrap_or(page.today);
    let late = due < page.today;
    let kind = row.task.get("kind").map(|k| page.t(&format!("task-kind-{k}")));
    let number = row.case.as_ref().and_then(|c| c.head.number.clone());
    let note: Vec<String> = [number, kind].into_iter().flatten().collect();
    Task {
        title: title_of(page, &row.task),
        href: format!("/records/{}", head.id),
        note: note.join(" · "),
        when: when(page, due),
        when_kind: if late { "red" } else { "grey" },
        when_icon: if late { "warning" } else { "" },
        done_action: format!("/tasks/{}/done?back={back}", head.id),
    }
}

/// Overdue, today, coming; of each at most so many (`most`, in this order), and no heading without tasks. `back` is where a ticked
/// box leads.
#[must_use]
pub fn groups(page: &Page, rows: &[TaskRow], most: [usize; 3], back: &str) -> Vec<Group> {
    type Belongs = fn(Date, Date) -> bool;
    let kinds: [(&'static str, bool, Belongs); 3] = [
        ("overdue", true, |due, today| due < today),
        ("today", false, |due, today| due == today),
        ("coming", false, |due, today| due > today),
    ];
    kinds
        .into_iter()
        .zip(most)
        .map(|((id, red, belongs), most)| {
            let of =
                || rows.iter().filter(move |r| belongs(r.task.head.due_on.unwrap_or(page.today), page.today));
            Group {
                id,
                title: page.t(&format!("task-group-{id}")),
                red,
                n: of().count(),
                tasks: of().take(most).map(|r| one(page, r, back)).collect(),
            }
        })
        .filter(|g| g.n > 0)
        .collect()
}

/// After a box was ticked the toast offers the way back.
pub fn offer_undo(page: &mut Page, visit: &Visit<'_>, back: &str) {
    let task = visit.query("task").and_then(|t| t.parse::<domain::Id>().ok());
    if let (Some(toast), Some(task), Some("task-done")) = (page.toast.as_mut(), task, visit.query("saved")) {
        toast.undo_href = format!("/tasks/{task}/open?back={back}");
    }
}

fn list(visit: &Visit<'_>) -> Answer {
    let rows = office::tasks::mine(&visit.web.office, &visit.ctx)?;
    let mut page = Page::new(visit, "home");
    offer_undo(&mut page, visit, "/tasks");
    let groups = groups(&page, &rows, [usize::MAX; 3], "/tasks");
    let general = Resource { kind: RecordKind::Task, relations: &[Relation::General] };
    let may_add = decide(&visit.ctx.actor, Action::Create, general).allow;
    render(&TasksPage { lead: page.tn("tasks-lead", rows.len()), groups, may_add, page })
}

/// The steps are no pages; whoever comes back to one after signing in again finds the list.
fn to_list(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/tasks".to_owned()))
}

fn done(visit: &Visit<'_>) -> Answer {
    let id = office::tasks::set_state(&visit.web.office, &visit.ctx, visit.id("id")?, "done")?;
    Ok(Reply::Redirect(format!("{}?saved=task-done&task={id}", back(visit))))
}

fn open(visit: &Visit<'_>) -> Answer {
    office::tasks::set_state(&visit.web.office, &visit.ctx, visit.id("id")?, "open")?;
    Ok(Reply::Redirect(format!("{}?saved=task-open", back(visit))))
}

/// Where the box stood: a path alone, so that what was said there last is not said twice.
fn back<'a>(visit: &'a Visit<'_>) -> &'a str {
    let asked = visit.query("back").unwrap_or("/tasks");
    local_path(asked).split(['?', '#']).next().unwrap_or("/")
}
