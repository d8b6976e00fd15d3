//! Cases: the lists, opening and closing, the team, who looked. The page of a case is in `page`.

mod clocks;
mod looks;
mod page;
mod tables;
mod timeline;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{Source, options, part, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link, Tab};
use crate::people::about;
use crate::records::{case_title, refused};
use crate::visit::{Visit, after_text};
use askama::Template;
use domain::policy::{Action, CaseList, Relation, Resource, decide};
use domain::values::Input;
use domain::{FieldError, Id, Mask, Problem, Record, RecordKind, codes};
use office::OfficeError;

pub use looks::deed;
use looks::{LookRow, look_rows};

pub use page::{REASONS, reasons};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/cases", Action::List, index),
    get("/cases/{id}", Action::View, page::show),
    get("/cases/{id}/reveal", Action::Reveal, back_to_case),
    post("/cases/{id}/reveal", Action::Reveal, page::reveal),
    get("/cases/{id}/close", Action::Close, close_form),
    post("/cases/{id}/close", Action::Close, close),
    get("/cases/{id}/reopen", Action::Close, back_to_case),
    post("/cases/{id}/reopen", Action::Close, reopen),
    get("/cases/{id}/team", Action::Grant, team_form),
    post("/cases/{id}/team", Action::Grant, grant),
    get("/cases/{id}/team/remove", Action::Grant, back_to_team),
    post("/cases/{id}/team/remove", Action::Grant, remove),
    get("/cases/{id}/log", Action::Log, log),
];

/// Rows of a list.
const ROWS: i64 = 25;
/// Tabs count no further than this.
const COUNTED: i64 = 1000;

/// A word in colour, perhaps with an icon.
pub struct Tag {
    /// Colour.
    pub kind: &'static str,
    /// Word.
    pub text: String,
    /// Icon, or nothing.
    pub icon: &'static str,
}

impl Tag {
    /// A tag.
    #[must_use]
    pub fn new(kind: &'static str, text: String, icon: &'static str) -> Tag {
        Tag { kind, text, icon }
    }
}

/// The state of a case as a tag.
#[must_use]
pub fn state_tag(page: &Page, case: &Record) -> Tag {
    let (kind, icon) = match case.head.state.as_str() {
        "active" => ("water", ""),
        "return" | "reintegration" => ("blue", ""),
        "no_contact" => ("amber", "no-phone"),
        "closing" => ("green", "check"),
        _ => ("grey", ""),
    };
    Tag::new(kind, page.t(&format!("case-state-{}", case.head.state)), icon)
}

/// May this actor do something that is about no record yet?
#[must_use]
pub fn may(visit: &Visit<'_>, action: Action, kind: RecordKind) -> bool {
    decide(&visit.ctx.actor, action, Resource { kind, relations: &[Relation::General] }).allow
}

/// A case in a list of another page: its number, who leads it, a way in when there is one.
pub struct CaseLine {
    /// Number.
    pub number: String,
    /// Address, empty when the actor only knows that it exists.
    pub href: String,
    /// State.
    pub state: Tag,
    /// "Yours", or whose it is.
    pub whose: String,
}

/// Lines of a person's cases.
#[must_use]
pub fn case_lines(visit: &Visit<'_>, page: &Page, cases: &[Record], open: &[Id]) -> Vec<CaseLine> {
    cases
        .iter()
        .map(|case| {
            let id = case.head.id;
            let whose = match case.head.assignee {
                Some(lead) if lead == visit.user() => page.t("cases-yours"),
                Some(lead) => page.ta("cases-lead", &[("who", page.names.name(lead))]),
                None => String::new(),
            };
            CaseLine {
                number: case.head.number.clone().unwrap_or_else(|| "–".to_owned()),
                href: if open.contains(&id) { format!("/cases/{id}") } else { String::new() },
                state: state_tag(page, case),
                whose,
            }
        })
        .collect()
}

fn back_to_case(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/cases/{}", visit.id("id")?)))
}

fn back_to_team(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/cases/{}/team", visit.id("id")?)))
}

fn list_code(list: CaseList) -> &'static str {
    match list {
        CaseList::Mine => "mine",
        CaseList::Organisation => "organisation",
        CaseList::National => "national",
    }
}

#[derive(Template)]
#[template(path = "cases.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    list: &'static str,
    states: Vec<Choice>,
    clear: String,
    rows: Vec<Row>,
    line: String,
    may_search: bool,
    may_open: bool,
    may_retain: bool,
    may_legal: bool,
    first: String,
    next: String,
}

struct Row {
    number: String,
    href: String,
    masked: String,
    about: String,
    flag: String,
    state: Tag,
    risk: String,
    track: String,
    due: String,
    due_late: bool,
    lead: String,
    touched: String,
}

fn index(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let lists = office::cases::lists(&visit.ctx);
    let mut counted = Vec::new();
    for list in lists {
        counted.push((list, office::cases::count(office, &visit.ctx, list)?));
    }
    // Who leads no case begins with the first list that has any.
    let which = match visit.query("list") {
        Some(code) => counted.iter().find(|(list, _)| list_code(*list) == code),
        None => counted.iter().find(|(_, n)| *n > 0).or_else(|| counted.first()),
    };
    let which = which.map(|(list, _)| *list);
    let which = which.ok_or(OfficeError::NotFound)?;
    let state = visit.query("state").and_then(|s| codes::CASE_STATE.known(s));
    let found = office::cases::list(office, &visit.ctx, which, state, visit.after(), ROWS)?;
    let page = Page::new(visit, "cases");
    let list = list_code(which);
    let mut tabs = Vec::new();
    for (one, n) in counted {
        let code = list_code(one);
        tabs.push(Tab {
            href: format!("/cases?list={code}"),
            label: page.t(&format!("cases-list-{code}")),
            n: if n < COUNTED { usize::try_from(n).unwrap_or(0) } else { 0 },
            current: one == which,
        });
    }
    let mut states = options(&page, &codes::CASE_STATE, state.unwrap_or_default());
    states.insert(
        0,
        Choice { label: page.t("cases-state-open"), chosen: state.is_none(), ..Choice::default() },
    );
    let base = format!("/cases?list={list}&state={}", state.unwrap_or_default());
    let line = match state {
        Some(state) => page.ta(
            "cases-line-state",
            &[("n", &found.rows.len().to_string()), ("state", &page.t(&format!("case-state-{state}")))],
        ),
        None => page.tn("cases-line", found.rows.len()),
    };
    render(&ListPage {
        tabs,
        list,
        states,
        clear: if state.is_some() { format!("/cases?list={list}") } else { String::new() },
        rows: found.rows.iter().map(|r| row(&page, r)).collect(),
        line,
        may_search: may(visit, Action::Search, RecordKind::Person),
        may_open: may(visit, Action::Create, RecordKind::Person)
            && may(visit, Action::Create, RecordKind::Case),
        may_retain: may(visit, Action::Retain, RecordKind::Case),
        may_legal: {
            let own = Resource { kind: RecordKind::LegalRequest, relations: &[Relation::Own] };
            decide(&visit.ctx.actor, Action::Ask, own).allow
        },
        first: if visit.after().is_some() { base.clone() } else { String::new() },
        next: found.next.map(|at| format!("{base}&after={}", after_text(at))).unwrap_or_default(),
        page,
    })
}

fn row(page: &Page, row: &office::cases::CaseRow) -> Row {
    let case = &row.case;
    let head = &case.head;
    let flag = if case.values.ticked("special_protection") {
        page.t("cases-flag-protection")
    } else if domain::cases::seeks_asylum(case) {
        page.t("cases-flag-asylum")
    } else if case.get("role") == Some("witness") {
        page.t("cases-flag-witness")
    } else {
        String::new()
    };
    Row {
        number: head.number.clone().unwrap_or_else(|| "–".to_owned()),
        href: if row.open { format!("/cases/{}", head.id) } else { String::new() },
        masked: row.person.as_ref().map(|p| domain::people::masked_name(&p.values)).unwrap_or_default(),
        about: row.person.as_ref().map(|p| about(page, p)).unwrap_or_default(),
        flag,
        state: state_tag(page, case),
        risk: case.get("risk").unwrap_or_default().to_owned(),
        track: case.get("track").unwrap_or_default().to_owned(),
        due: head.due_on.map(|d| page.day(Some(d))).unwrap_or_default(),
        due_late: head.state != "closed" && head.due_on.is_some_and(|d| d < page.today),
        lead: row.lead.clone().unwrap_or_else(|| "–".to_owned()),
        touched: format::moment(page.texts(), row.touched_at, page.today),
    }
}

fn trail(page: &Page, case: &Record) -> Vec<Link> {
    vec![
        Link { label: page.t("room-cases"), href: "/cases".to_owned() },
        Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) },
    ]
}

#[derive(Template)]
#[template(path = "case_close.html")]
struct ClosePage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    back: String,
    version: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    open_tasks: String,
    tasks_href: String,
    restored: bool,
}

fn close_form(visit: &Visit<'_>) -> Answer {
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    let mut input = Input::from([("closed_on".to_owned(), vec![visit.ctx.today.to_string()])]);
    input.extend(draft.unwrap_or_default());
    close_page(visit, &input, &[], None, restored)
}

fn close_page(
    visit: &Visit<'_>,
    input: &Input,
    errors: &[FieldError],
    version: Option<i64>,
    restored: bool,
) -> Answer {
    let id = visit.id("id")?;
    let found = office::cases::page(&visit.web.office, &visit.ctx, id)?;
    if !found.may.close {
        return Err(OfficeError::NotFound.into());
    }
    if found.case.head.state == "closed" {
        return back_to_case(visit);
    }
    let page = Page::new(visit, "cases");
    let spec = RecordKind::Case.spec();
    let source = Source { spec, input, errors, mask: Mask::PRIVILEGED, skip: &[], records: &[] };
    let fields = ["closure_reason", "closed_on", "closure_note"]
        .into_iter()
        .filter_map(|name| spec.field(name))
        .map(|field| Field { required: field.name != "closure_note", ..part(&page, &source, field) })
        .collect();
    let open =
        found.records.iter().filter(|r| r.head.kind == RecordKind::Task && r.head.state == "open").count();
    render(&ClosePage {
        trail: trail(&page, &found.case),
        action: visit.path.clone(),
        back: format!("/cases/{id}"),
        version: version.unwrap_or(found.case.head.version).to_string(),
        errors: summary(&page, RecordKind::Case, errors),
        fields,
        tasks_href: format!("/cases/{id}?show=task"),
        open_tasks: if open > 0 { page.tn("cases-close-tasks", open) } else { String::new() },
        restored,
        page,
    })
}

fn close(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match office::cases::close(&visit.web.office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/cases/{id}"), "case-closed")
        }
        Err(OfficeError::Invalid(errors)) => {
            refused(close_page(visit, &visit.input, &errors, Some(visit.version()), false))
        }
        Err(other) => Err(other.into()),
    }
}

fn reopen(visit: &Visit<'_>) -> Answer {
    let new = office::cases::reopen(&visit.web.office, &visit.ctx, visit.id("id")?, visit.once())?;
    saved(&format!("/cases/{new}"), "case-reopened")
}

#[derive(Template)]
#[template(path = "case_team.html")]
struct TeamPage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    errors: Vec<ErrorLine>,
    members: Vec<Member>,
    colleague: Field,
    shares_href: String,
}

struct Member {
    id: String,
    name: String,
    what: String,
    may_go: bool,
}

fn team_form(visit: &Visit<'_>) -> Answer {
    team_page(visit, None)
}

/// `wrong` is what is wrong with the choice that was sent.
fn team_page(visit: &Visit<'_>, wrong: Option<Problem>) -> Answer {
    let id = visit.id("id")?;
    let (case, rows) = office::cases::team(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let held: Vec<Id> = rows.iter().map(|(holder, ..)| *holder).collect();
    let none = || Choice { label: page.t("choose-none"), ..Choice::default() };
    let choice = |id: Id, label: String| Choice { code: id.to_string(), label, ..Choice::default() };
    // Staff of other organisations are not named here: they see a case through a share alone.
    let mut users = vec![none()];
    let own = page.names.users.iter().filter(|u| page.colleague(u) && !held.contains(&u.id));
    users.extend(own.map(|u| choice(u.id, u.name.clone())));
    let colleague = Field {
        id: "f-holder-colleague".to_owned(),
        name: "holder".to_owned(),
        label: page.t("cases-team-colleague"),
        hint: page.t("cases-team-colleague.hint"),
        error: wrong.map(|p| page.t(&format!("problem-{}", p.code()))).unwrap_or_default(),
        required: true,
        kind: "select",
        options: users,
        ..Field::default()
    };
    let errors = Some(&colleague)
        .into_iter()
        .filter(|f| !f.error.is_empty())
        .map(|f| ErrorLine { id: f.id.clone(), text: format!("{}: {}", f.label, f.error) })
        .collect();
    let members = rows
        .into_iter()
        .map(|(holder, name, relation)| Member {
            id: holder.to_string(),
            name,
            what: page.t(&format!("cases-relation-{}", relation.code())),
            may_go: relation == Relation::Team,
        })
        .collect();
    let action = format!("/cases/{id}/team");
    let shares_href = format!("/cases/{id}/shares");
    render(&TeamPage { trail: trail(&page, &case), action, errors, members, colleague, shares_href, page })
}

fn holder(visit: &Visit<'_>) -> Option<Id> {
    visit.sent("holder").parse().ok()
}

fn grant(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let Some(holder) = holder(visit) else {
        return refused(team_page(visit, Some(Problem::Required)));
    };
    visit.fresh()?;
    match office::cases::grant(&visit.web.office, &visit.ctx, id, holder) {
        Ok(()) => saved(&format!("/cases/{id}/team"), "case-team"),
        Err(OfficeError::Invalid(errors)) => refused(team_page(visit, errors.first().map(|e| e.problem))),
        Err(other) => Err(other.into()),
    }
}

fn remove(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let holder = holder(visit).ok_or(OfficeError::NotFound)?;
    visit.fresh()?;
    office::cases::revoke(&visit.web.office, &visit.ctx, id, holder)?;
    saved(&format!("/cases/{id}/team"), "case-team")
}

#[derive(Template)]
#[template(path = "case_log.html")]
struct LogPage {
    page: Page,
    trail: Vec<Link>,
    rows: Vec<LookRow>,
    /// Where the paper for the person is.
    paper: String,
}

fn log(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let looks = office::audit::who_looked(&visit.web.office, &visit.ctx, id)?;
    let found = office::cases::page(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let paper = found.case.head.person_id.map_or_else(String::new, |id| format!("/people/{id}/looked"));
    render(&LogPage { trail: trail(&page, &found.case), rows: look_rows(&page, &looks), paper, page })
}
