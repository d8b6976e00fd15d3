//! Returns: the list, the page that says whether somebody may depart, and the steps on the way.

mod readiness;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{Source, field_id, part, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Field as Part, FieldError as ErrorLine, Link};
use crate::records::{case_title, conflict, refused};
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use domain::returns::GateStatus;
use domain::values::Input;
use domain::{FieldError, Id, Mask, Record, RecordKind};
use office::OfficeError;
use office::returns::{Readiness, arrive, cancel, depart, gate_from, list, view};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/returns", Action::List, all),
    get("/returns/{id}", Action::View, show),
    get("/returns/{id}/gate/{code}", Action::Edit, gate_form),
    post("/returns/{id}/gate/{code}", Action::Edit, note_gate),
    get("/returns/{id}/depart", Action::Move, depart_form),
    post("/returns/{id}/depart", Action::Move, do_depart),
    get("/returns/{id}/arrive", Action::Move, arrive_form),
    post("/returns/{id}/arrive", Action::Move, do_arrive),
    get("/returns/{id}/cancel", Action::Move, cancel_form),
    post("/returns/{id}/cancel", Action::Move, do_cancel),
];

/// More than this no office has on the way at once; the list says so when it is cut.
const ROWS: i64 = 200;

#[derive(Template)]
#[template(path = "returns.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    cut: bool,
}

struct Row {
    href: String,
    number: String,
    direction: String,
    day: String,
    late: bool,
    state: String,
    state_kind: &'static str,
    ready_kind: &'static str,
    ready_icon: &'static str,
    ready: String,
}

/// One step with a form of its own: what it does, the few fields it needs, one button.
#[derive(Template)]
#[template(path = "step.html")]
pub struct StepPage {
    /// The frame.
    pub page: Page,
    /// Title of the window: a class of pages.
    pub class: String,
    /// Way back.
    pub trail: Vec<Link>,
    /// Heading.
    pub title: String,
    /// Under it.
    pub lead: String,
    /// Colour of the alert.
    pub alert_kind: &'static str,
    /// What the step means, title of the alert; empty is none.
    pub alert_title: String,
    /// And its sentence.
    pub alert_body: String,
    /// Where the form goes.
    pub action: String,
    /// Version the form was made from.
    pub version: String,
    /// What must be corrected.
    pub errors: Vec<ErrorLine>,
    /// Fields.
    pub fields: Vec<Part>,
    /// Words of the button.
    pub button: String,
    /// Its icon.
    pub icon: &'static str,
    /// Cannot be undone.
    pub red: bool,
    /// Where "cancel" leads.
    pub back: String,
    /// A draft was brought back.
    pub restored: bool,
}

fn all(visit: &Visit<'_>) -> Answer {
    let lines = list(&visit.web.office, &visit.ctx, ROWS)?;
    let page = Page::new(visit, "returns");
    let cut = i64::try_from(lines.len()).unwrap_or(ROWS) >= ROWS;
    let rows = lines
        .iter()
        .map(|line| {
            let head = &line.moving.head;
            let planned = head.state == "planned";
            let (ready_kind, ready_icon, ready) = match (planned, line.unmet) {
                (false, _) => ("", "", String::new()),
                (true, 0) => ("green", "check", page.t("returns-ready")),
                (true, n) => ("red", "blocked", page.tn("returns-blocked", n)),
            };
            Row {
                href: format!("/returns/{}", head.id),
                number: line.case.head.number.clone().unwrap_or_else(|| "–".to_owned()),
                direction: line
                    .moving
                    .get("direction")
                    .map(|d| page.t(&format!("return-direction-{d}")))
                    .unwrap_or_default(),
                day: page.day(head.on_date),
                late: planned && head.on_date.is_some_and(|d| d < page.today),
                state: page.t(&format!("return-state-{}", head.state)),
                state_kind: match head.state.as_str() {
                    "departed" => "blue",
                    "arrived" => "green",
                    _ => "grey",
                },
                ready_kind,
                ready_icon,
                ready,
            }
        })
        .collect();
    render(&ListPage { page, rows, cut })
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = view(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    readiness::page(visit, &found, Vec::new())
}

/// The list and the return's own page, for the pages of its steps.
fn trail(page: &Page, found: &Readiness) -> Vec<Link> {
    let mut links = vec![Link { label: page.t("room-returns"), href: "/returns".to_owned() }];
    if let Some(case) = &found.case {
        links.push(Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) });
    }
    links.push(Link { label: page.t("return-page"), href: format!("/returns/{}", found.moving.head.id) });
    links
}

/// What the page of a step is made of.
struct Step<'a> {
    key: &'static str,
    fields: &'a [&'a str],
    alert_kind: &'static str,
    red: bool,
    icon: &'static str,
}

const DEPART: Step<'_> =
    Step { key: "return-depart", fields: &["departed_on"], alert_kind: "blue", red: false, icon: "plane" };
const ARRIVE: Step<'_> = Step {
    key: "return-arrive",
    fields: &["arrived_on", "received_by", "arrival_note"],
    alert_kind: "blue",
    red: false,
    icon: "check",
};
const CANCEL: Step<'_> =
    Step { key: "return-cancel", fields: &[], alert_kind: "amber", red: true, icon: "close" };

/// The form of a step, with what was typed or with today.
fn step(
    visit: &Visit<'_>,
    step: &Step<'_>,
    found: &Readiness,
    typed: Option<&Input>,
    errors: &[FieldError],
) -> Answer {
    let page = Page::new(visit, "returns");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let today = || {
        let day = vec![format::date_field(page.today)];
        step.fields.iter().filter(|n| n.ends_with("_on")).map(|n| ((*n).to_owned(), day.clone())).collect()
    };
    let input = typed.cloned().or(draft).unwrap_or_else(today);
    let spec = RecordKind::Return.spec();
    let source = Source { spec, input: &input, errors, mask: found.moving.mask, skip: &[], records: &[] };
    let fields = spec.fields.iter().filter(|f| step.fields.contains(&f.name)).map(|f| {
        let mut made = part(&page, &source, f);
        // The step needs the day and who received her, though the record does without until then.
        made.required = f.name != "arrival_note";
        made
    });
    let fields = fields.collect();
    let key = step.key;
    render(&StepPage {
        class: page.t("room-returns"),
        trail: trail(&page, found),
        title: page.t(key),
        lead: String::new(),
        alert_kind: step.alert_kind,
        alert_title: page.t(&format!("{key}.means")),
        alert_body: page.t(&format!("{key}.body")),
        action: visit.path.clone(),
        version: found.moving.head.version.to_string(),
        errors: summary(&page, RecordKind::Return, errors),
        fields,
        button: page.t(&format!("{key}.button")),
        icon: step.icon,
        red: step.red,
        back: format!("/returns/{}", found.moving.head.id),
        restored,
        page,
    })
}

/// The return for the form of a step; in another state there is nothing to do but look.
fn for_step(visit: &Visit<'_>, state: &str) -> Result<Result<Readiness, Reply>, OfficeError> {
    let id = visit.id("id")?;
    let found = view(&visit.web.office, &visit.ctx, id)?;
    if !found.may_move {
        return Err(OfficeError::NotFound);
    }
    let fits = found.moving.head.state == state;
    Ok(if fits { Ok(found) } else { Err(Reply::Redirect(format!("/returns/{id}"))) })
}

fn depart_form(visit: &Visit<'_>) -> Answer {
    match for_step(visit, "planned")? {
        Ok(found) if readiness::ready(&found) => step(visit, &DEPART, &found, None, &[]),
        Ok(found) => Ok(Reply::Redirect(format!("/returns/{}", found.moving.head.id))),
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn do_depart(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match depart(&visit.web.office, &visit.ctx, id, &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/returns/{id}"), "return-departed")
        }
        Err(OfficeError::Blocked(unmet)) => {
            let found = view(&visit.web.office, &visit.ctx, id)?;
            refused(readiness::page(visit, &found, unmet))
        }
        Err(OfficeError::Invalid(errors)) => again(visit, &DEPART, &errors),
        Err(other) => already(visit, id, "departed", other),
    }
}

fn arrive_form(visit: &Visit<'_>) -> Answer {
    match for_step(visit, "departed")? {
        Ok(found) => step(visit, &ARRIVE, &found, None, &[]),
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn do_arrive(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match arrive(&visit.web.office, &visit.ctx, id, &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/returns/{id}"), "return-arrived")
        }
        Err(OfficeError::Invalid(errors)) => again(visit, &ARRIVE, &errors),
        Err(other) => already(visit, id, "arrived", other),
    }
}

fn cancel_form(visit: &Visit<'_>) -> Answer {
    match for_step(visit, "planned")? {
        Ok(found) => step(visit, &CANCEL, &found, None, &[]),
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn do_cancel(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match cancel(&visit.web.office, &visit.ctx, id) {
        Ok(_) => saved(&format!("/returns/{id}"), "return-cancelled"),
        Err(other) => already(visit, id, "cancelled", other),
    }
}

/// A step that was refused for its fields: the form again, with what was typed. Only who may take the
/// step learns what was wrong with it.
fn again(visit: &Visit<'_>, which: &Step<'_>, errors: &[FieldError]) -> Answer {
    let found = view(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    if !found.may_move {
        return Err(OfficeError::NotFound.into());
    }
    refused(step(visit, which, &found, Some(&visit.input), errors))
}

/// A form sent twice finds its step done: that is where it wanted to go.
fn already(visit: &Visit<'_>, id: Id, state: &str, error: OfficeError) -> Answer {
    if matches!(error, OfficeError::WrongState) {
        let found = view(&visit.web.office, &visit.ctx, id)?;
        if found.moving.head.state == state && found.moving.head.updated_by == visit.user() {
            return saved(&format!("/returns/{id}"), &format!("return-{state}"));
        }
    }
    Err(error.into())
}

/// A condition that people note by hand; those the system finds itself have no form.
fn by_hand(visit: &Visit<'_>) -> Result<(Readiness, GateStatus), OfficeError> {
    let found = view(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let code = visit.param("code");
    let status = found.gates.iter().find(|g| g.code == code && !g.automatic).cloned();
    let open = found.moving.head.state == "planned";
    status.filter(|_| open).map(|s| (found, s)).ok_or(OfficeError::NotFound)
}

fn gate_form(visit: &Visit<'_>) -> Answer {
    let (found, status) = by_hand(visit)?;
    let draft = drafts::of_page(visit)?;
    gate_page(visit, &found, &status, None, draft, &[])
}

/// The form of a condition. Asks once more for authority: whoever may read the return may not yet note this.
fn gate_page(
    visit: &Visit<'_>,
    found: &Readiness,
    status: &GateStatus,
    typed: Option<&Input>,
    draft: Option<Input>,
    errors: &[FieldError],
) -> Answer {
    let office = &visit.web.office;
    let noted: Option<Record> = match status.record {
        Some(id) => Some(office::records::for_edit(office, &visit.ctx, id)?.0),
        None => {
            let under = office::records::Under { case_id: None, parent_id: Some(found.moving.head.id) };
            office::records::start(office, &visit.ctx, RecordKind::Gate, under)?;
            None
        }
    };
    let page = Page::new(visit, "returns");
    let spec = RecordKind::Gate.spec();
    let restored = draft.is_some();
    let kept = || noted.as_ref().map(|r| r.values.to_input(spec)).unwrap_or_default();
    let input = typed.cloned().or(draft).unwrap_or_else(kept);
    let mask = noted.as_ref().map_or(Mask::PRIVILEGED, |r| r.mask);
    let source = Source { spec, input: &input, errors, mask, skip: &[], records: &[] };
    let waivable = office.programme.gates.iter().any(|g| g.code == status.code && g.may_be_waived);
    let mut fields: Vec<Part> = Vec::new();
    for name in ["state", "responsible", "evidence", "done_on", "due_on"] {
        let Some(field) = spec.field(name) else { continue };
        let mut made = part(&page, &source, field);
        if name == "state" {
            made.options.retain(|o| waivable || o.code != "not_needed");
        }
        fields.push(made);
    }
    let version =
        if typed.is_some() { visit.version() } else { noted.as_ref().map_or(0, |r| r.head.version) };
    let name = page.t(&format!("gate-{}", status.code));
    render(&StepPage {
        class: page.t("room-returns"),
        trail: trail(&page, found),
        title: name,
        lead: page.t("kind-gate"),
        alert_kind: "blue",
        alert_title: if status.provisional { page.t("gate-provisional") } else { String::new() },
        alert_body: page.t("gate-provisional.body"),
        action: visit.path.clone(),
        version: version.to_string(),
        errors: summary(&page, RecordKind::Gate, errors),
        fields,
        button: page.t("save"),
        icon: "check",
        red: false,
        back: format!("/returns/{}", found.moving.head.id),
        restored,
        page,
    })
}

fn note_gate(visit: &Visit<'_>) -> Answer {
    let (found, status) = by_hand(visit)?;
    let id = found.moving.head.id;
    let home = format!("/returns/{id}");
    if visit.sent("keep") == "theirs" {
        drafts::done(visit)?;
        return Ok(Reply::Redirect(home));
    }
    let done = gate_from(
        &visit.web.office,
        &visit.ctx,
        id,
        status.code,
        visit.version(),
        &visit.input,
        visit.once(),
    );
    match done {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&home, "gate")
        }
        Err(OfficeError::Invalid(errors)) => {
            refused(gate_page(visit, &found, &status, Some(&visit.input), None, &errors))
        }
        Err(OfficeError::Stale(stale)) => conflict(visit, &stale),
        Err(other) => Err(other.into()),
    }
}

/// Address of a field on a form.
fn at_field(path: &str, field: &str) -> String {
    format!("{path}#{}", field_id(field))
}
