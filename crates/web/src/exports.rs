//! Taking cases out of the house: who took out what, counting before, and the file.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::Tag;
use crate::drafts;
use crate::format;
use crate::forms::{Source, part, seen_by, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::Link;
use crate::records::{Fact, facts, refused, state_word};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::exports::{MOST, ON_FORM};
use domain::policy::Action;
use domain::values::Input;
use domain::{FieldError, Mask, Record, RecordKind};
use office::OfficeError;
use office::exchange;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/exports", Action::List, index),
    get("/exports/new", Action::Export, form),
    post("/exports/new", Action::Export, prepare),
    get("/exports/{id}", Action::View, show),
    get("/exports/{id}/file", Action::Export, back),
    post("/exports/{id}/file", Action::Export, file),
];

/// What the file is, for the browser.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

struct Row {
    href: String,
    when: String,
    who: String,
    purpose: String,
    state: Tag,
    rows: String,
    left_out: String,
}

#[derive(Template)]
#[template(path = "exports.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    may: bool,
}

fn state_tag(page: &Page, record: &Record) -> Tag {
    let taken = record.head.state == "taken";
    Tag::new(if taken { "green" } else { "grey" }, state_word(page, record), if taken { "check" } else { "" })
}

fn index(visit: &Visit<'_>) -> Answer {
    let found = exchange::exports(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "organisations");
    let rows = found
        .rows
        .iter()
        .map(|r| Row {
            href: format!("/exports/{}", r.head.id),
            when: format::moment(page.texts(), r.head.updated_at, page.today),
            who: page.names.name(r.head.created_by).to_owned(),
            purpose: r.get("purpose").map(|p| page.t(&format!("export-purpose-{p}"))).unwrap_or_default(),
            state: state_tag(&page, r),
            rows: r.get("rows").unwrap_or_default().to_owned(),
            left_out: r.get("left_out").unwrap_or_default().to_owned(),
        })
        .collect();
    render(&ListPage { rows, may: found.may, page })
}

fn trail(page: &Page) -> Vec<Link> {
    vec![Link { label: page.t("exports-title"), href: "/exports".to_owned() }]
}

fn form(visit: &Visit<'_>) -> Answer {
    form_page(visit, None, &[])
}

fn form_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    exchange::export_form(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "organisations");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let input = typed.cloned().or(draft).unwrap_or_default();
    let spec = RecordKind::Export.spec();
    let source = Source { spec, input: &input, errors, mask: Mask::WORK, skip: &[], records: &[] };
    let mut fields =
        ON_FORM.iter().filter_map(|n| spec.field(n)).map(|f| part(&page, &source, f)).collect::<Vec<_>>();
    let most = page.ta("exports-most", &[("n", &MOST.to_string())]);
    render(&StepPage {
        class: page.t("kind-export"),
        trail: trail(&page),
        title: page.t("exports-new"),
        lead: seen_by(&page, &format!("{} {most}", page.t("exports-new-lead")), "exports-seen", &mut fields),
        alert_kind: "violet",
        alert_title: page.t("exports-care"),
        alert_body: page.t("exports-care-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors: summary(&page, RecordKind::Export, errors),
        fields,
        button: page.t("exports-prepare"),
        icon: "doc",
        red: false,
        back: "/exports".to_owned(),
        restored,
        page,
    })
}

fn prepare(visit: &Visit<'_>) -> Answer {
    match exchange::prepare(&visit.web.office, &visit.ctx, &visit.input, visit.once()) {
        Ok(id) => {
            drafts::done(visit)?;
            saved(&format!("/exports/{id}"), "export")
        }
        Err(OfficeError::Invalid(errors)) => refused(form_page(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "export.html")]
struct ExportPage {
    page: Page,
    trail: Vec<Link>,
    state: Tag,
    count: String,
    empty: bool,
    left_out: String,
    facts: Vec<Fact>,
    who: String,
    may_take: bool,
    waits: bool,
    action: String,
}

fn show(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = exchange::export_page(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "organisations");
    let record = &found.record;
    let n = |name: &str| record.get(name).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let taken = record.head.state == "taken";
    let left_out = n("left_out");
    let mut shown = record.clone();
    for name in ["state", "rows", "left_out"] {
        shown.values.0.remove(name);
    }
    let when = format::moment(page.texts(), record.head.updated_at, page.today);
    render(&ExportPage {
        trail: trail(&page),
        state: state_tag(&page, record),
        count: page.tn(if taken { "exports-went-out" } else { "exports-go-out" }, n("rows")),
        empty: n("rows") == 0,
        left_out: if left_out == 0 { String::new() } else { page.tn("exports-left-out", left_out) },
        facts: facts(&page, &shown, &[]),
        who: format!("{}, {when}", page.names.name(record.head.created_by)),
        may_take: found.may_take && n("rows") > 0,
        waits: !taken && !found.may_take,
        action: format!("/exports/{id}/file"),
        page,
    })
}

/// The file is no page; whoever comes back to it after signing in again finds its button.
fn back(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/exports/{}", visit.id("id")?)))
}

fn file(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match exchange::take(&visit.web.office, &visit.ctx, id) {
        // The name says what and when, never whose.
        Ok(body) => Ok(Reply::File { name: format!("htcds-{}.xlsx", visit.ctx.today), kind: WORKBOOK, body }),
        Err(OfficeError::WrongState | OfficeError::Invalid(_)) => {
            Ok(Reply::Redirect(format!("/exports/{id}")))
        }
        Err(other) => Err(other.into()),
    }
}
