//! Notes for protected witnesses on screen.

use super::{all, choice, field, first, said, sent, summary};
use crate::answer::{Answer, page as render};
use crate::format;
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link};
use crate::visit::Visit;
use askama::Template;
use domain::values::Input;
use domain::{FieldError, Head};
use office::OfficeError;
use office::glass::FIELDS;

fn trail(page: &Page, case: &Head) -> Vec<Link> {
    let number = case.number.clone().unwrap_or_default();
    vec![
        Link { label: page.t("room-cases"), href: "/cases".to_owned() },
        Link { label: number, href: format!("/cases/{}", case.id) },
        Link { label: page.t("sealed-title"), href: format!("/cases/{}/sealed", case.id) },
    ]
}

struct Line {
    href: String,
    when: String,
    holders: String,
}

#[derive(Template)]
#[template(path = "sealed.html")]
struct SealedPage {
    page: Page,
    trail: Vec<Link>,
    add: String,
    notes: Vec<Line>,
}

pub(super) fn index(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = office::glass::list(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let notes = found
        .notes
        .iter()
        .map(|n| Line {
            href: n.id.map(|id| format!("/sealed/{id}")).unwrap_or_default(),
            when: format::moment(page.texts(), n.at, page.today),
            holders: n.holders.as_ref().map_or_else(|| page.t("sealed-holders-hidden"), |h| h.join(", ")),
        })
        .collect();
    render(&SealedPage {
        trail: trail(&page, &found.case).into_iter().take(2).collect(),
        add: if found.may_add { format!("/cases/{id}/sealed/new") } else { String::new() },
        notes,
        page,
    })
}

#[derive(Template)]
#[template(path = "sealed_new.html")]
struct NewPage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    back: String,
    alert: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

pub(super) fn form(visit: &Visit<'_>) -> Answer {
    new_page(visit, None, &[], "")
}

fn new_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    let id = visit.id("id")?;
    let found = office::glass::list(&visit.web.office, &visit.ctx, id)?;
    if !found.may_add {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "cases");
    let empty = Input::new();
    let input = typed.unwrap_or(&empty);
    // No drafts: a draft lies under the server's key.
    let fields = FIELDS
        .iter()
        .map(|name| {
            let key = format!("sealed-{name}");
            field(&page, errors, ("textarea", name, &key), first(input, name), false, Vec::new())
        })
        .collect();
    render(&NewPage {
        trail: trail(&page, &found.case),
        action: visit.path.clone(),
        back: format!("/cases/{id}/sealed"),
        alert: said(&page, alert),
        errors: summary(&page, "sealed", errors),
        fields,
        page,
    })
}

pub(super) fn add(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let done = office::glass::add(&visit.web.office, &visit.ctx, id, &visit.input);
    sent(visit, done, new_page, (&format!("/cases/{id}/sealed"), "sealed-added"))
}

struct Part {
    label: String,
    text: String,
}

#[derive(Template)]
#[template(path = "sealed_note.html")]
struct NotePage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    alert: String,
    by: String,
    parts: Vec<Part>,
    holders: Vec<String>,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

pub(super) fn note(visit: &Visit<'_>) -> Answer {
    note_page(visit, None, &[], "")
}

fn note_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    let found = office::glass::open(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "cases");
    let empty = Input::new();
    let input = typed.unwrap_or(&empty);
    let mut people = vec![Choice { label: page.t("choose-none"), ..Choice::default() }];
    people.extend(
        found.candidates.iter().map(|(id, name)| choice(&id.to_string(), name.clone(), all(input, "user"))),
    );
    let fields = if !found.may_name {
        Vec::new()
    } else {
        vec![
            field(&page, errors, ("select", "user", "sealed-user"), "", true, people),
            field(
                &page,
                errors,
                ("text", "reason", "sealed-reason"),
                first(input, "reason"),
                true,
                Vec::new(),
            ),
        ]
    };
    let parts = FIELDS
        .iter()
        .filter_map(|name| {
            let text = found.values.get(name)?.to_owned();
            Some(Part { label: page.t(&format!("sealed-{name}")), text })
        })
        .collect();
    let when = format::moment(page.texts(), found.at, page.today);
    render(&NotePage {
        trail: trail(&page, &found.case),
        action: visit.path.clone(),
        alert: said(&page, alert),
        by: page.ta("sealed-by", &[("who", &found.by), ("when", &when)]),
        parts,
        holders: found.holders,
        errors: summary(&page, "sealed", errors),
        fields,
        page,
    })
}

pub(super) fn name(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let done = office::glass::name_person(&visit.web.office, &visit.ctx, id, &visit.input);
    sent(visit, done, note_page, (&format!("/sealed/{id}"), "sealed-named"))
}
