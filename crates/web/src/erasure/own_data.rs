//! What is written about a person, on paper for her.

use super::person_trail;
use crate::answer::{Answer, page as render};
use crate::format;
use crate::forms::plain;
use crate::page::Page;
use crate::parts::{Choice, FieldError as ErrorLine, Link};
use crate::records::{Fact, case_title, facts_on_paper, refused, title_of};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::{Compartment, Id, Problem, Record};
use office::access_document::{self, AccessDocument, REASONS};

pub(super) fn form(visit: &Visit<'_>) -> Answer {
    show(visit, false)
}

fn show(visit: &Visit<'_>, missing: bool) -> Answer {
    let id = visit.id("id")?;
    access_document::start(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let mut reason = plain(&page, "radios", "reason", "own-data-reason", "", true);
    reason.options = REASONS
        .iter()
        .map(|code| Choice {
            code: (*code).to_owned(),
            label: page.t(&format!("own-data-reason-{code}")),
            ..Choice::default()
        })
        .collect();
    let mut errors = Vec::new();
    if missing {
        reason.error = page.t(&format!("problem-{}", Problem::Required.code()));
        let text = format!("{}: {}", reason.label, reason.error);
        errors.push(ErrorLine { id: reason.id.clone(), text });
    }
    render(&StepPage {
        class: page.t("own-data"),
        trail: person_trail(&page, id),
        title: page.t("own-data"),
        lead: page.t("own-data-lead"),
        alert_kind: "violet",
        alert_title: page.t("own-data-care"),
        alert_body: page.t("own-data-care-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors,
        fields: vec![reason],
        button: page.t("own-data-make"),
        icon: "doc",
        red: false,
        back: format!("/people/{id}"),
        restored: false,
        page,
    })
}

#[derive(Template)]
#[template(path = "own_data.html")]
struct OwnData {
    page: Page,
    trail: Vec<Link>,
    made: String,
    person: Vec<Fact>,
    noted: Vec<Entry>,
    cases: Vec<CaseSheet>,
    elsewhere: String,
}

struct Entry {
    title: String,
    from: String,
    facts: Vec<Fact>,
}

struct CaseSheet {
    id: String,
    title: String,
    lead: String,
    facts: Vec<Fact>,
    entries: Vec<Entry>,
    shared: Vec<String>,
    looks: Vec<String>,
}

/// What a paper says of a record: where it came from, and what it holds. What the maker may not open is named.
fn entry(page: &Page, record: &Record) -> Entry {
    let head = &record.head;
    let day = head.on_date.or(head.due_on).unwrap_or_else(|| format::day_of(head.created_at));
    let mut title = page.t(&format!("kind-{}", head.kind.code()));
    let own = title_of(page, record);
    if own != title {
        title = format!("{title}: {own}");
    }
    let who = page.names.name(head.organisation_id);
    Entry {
        title,
        from: page.ta("own-data-from", &[("who", who), ("day", &format::date_field(day))]),
        facts: facts_on_paper(page, record),
    }
}

pub(super) fn make(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    let Some(reason) = REASONS.into_iter().find(|r| *r == visit.sent("reason")) else {
        return refused(show(visit, true));
    };
    let found: AccessDocument = access_document::make(&visit.web.office, &visit.ctx, id, reason)?;
    let page = Page::new(visit, "cases");
    let name = |id: &Id| page.names.name(*id).to_owned();
    let cases = found
        .cases
        .iter()
        .map(|c| CaseSheet {
            id: format!("c{}", c.case.head.number.as_deref().unwrap_or("0")),
            title: case_title(&page, &c.case),
            lead: c.lead.map(|l| page.ta("own-data-ask-whom", &[("who", &name(&l))])).unwrap_or_default(),
            facts: facts_on_paper(&page, &c.case),
            entries: c.records.iter().map(|r| entry(&page, r)).collect(),
            shared: c.shared.iter().map(&name).collect(),
            looks: c
                .looks
                .iter()
                .map(|(who, all, named)| {
                    let (all, named) = (all.to_string(), named.to_string());
                    page.ta("own-data-look", &[("who", &name(who)), ("n", &all), ("named", &named)])
                })
                .collect(),
        })
        .collect();
    let mut person = found.person.clone();
    person.mask = person.mask.with(Compartment::C1);
    render(&OwnData {
        trail: person_trail(&page, id),
        made: page.ta("own-data-made", &[("day", &format::date_field(page.today))]),
        person: facts_on_paper(&page, &person),
        noted: found.noted.iter().map(|r| entry(&page, r)).collect(),
        cases,
        elsewhere: found.elsewhere.iter().map(&name).collect::<Vec<_>>().join(", "),
        page,
    })
}
