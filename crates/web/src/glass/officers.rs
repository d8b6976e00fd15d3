//! Officers of an organisation on screen: named, accepted, and when their shares last came together.

use super::ask::typed_or_kept;
use super::{all, choice, field, first, in_the_way, said, sent, summary};
use crate::answer::{Answer, Reply, page as render, saved};
use crate::format;
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::FieldError;
use domain::values::Input;
use office::glass::Circle;

struct OfficerLine {
    name: String,
    note: String,
}

struct Ring {
    officers: Vec<OfficerLine>,
    rule: String,
    life: bool,
    history: String,
    drill: String,
    accept: String,
    waits: String,
}

fn ring(page: &Page, circle: &Circle) -> Ring {
    let moment = |at: i64| format::moment(page.texts(), at, page.today);
    let n = circle.officers.len().to_string();
    let made = page.ta("glass-made-by", &[("who", &circle.made_by), ("when", &moment(circle.made_at))]);
    let accepted = circle.accepted_by.as_ref().map(|by| page.ta("glass-accepted-by", &[("who", by)]));
    Ring {
        officers: circle
            .officers
            .iter()
            .map(|o| {
                let checked = match o.checked_at {
                    Some(at) => page.ta("glass-share-checked", &[("when", &moment(at))]),
                    None => page.t("glass-share-unchecked"),
                };
                let dpo = if o.dpo { format!("{}. ", page.t("glass-dpo")) } else { String::new() };
                OfficerLine { name: o.name.clone(), note: format!("{dpo}{checked}") }
            })
            .collect(),
        rule: page.ta("glass-rule", &[("k", &circle.needed.to_string()), ("n", &n)]),
        life: circle.life,
        history: [Some(made), accepted].into_iter().flatten().collect::<Vec<_>>().join(" "),
        drill: match circle.drilled_at {
            Some(at) => page.ta("glass-drilled-at", &[("when", &moment(at))]),
            None => page.t("glass-never-drilled"),
        },
        accept: if circle.may_accept {
            format!("/keys/officers/{}/accept", circle.id)
        } else {
            String::new()
        },
        waits: page.t("glass-waits-for-another"),
    }
}

#[derive(Template)]
#[template(path = "glass_officers.html")]
struct OfficersPage {
    page: Page,
    errors: Vec<ErrorLine>,
    /// Something that stands in the way, in words.
    alert: String,
    locked: bool,
    live: Option<Ring>,
    named: Option<Ring>,
    fields: Vec<Field>,
}

pub(super) fn officers(visit: &Visit<'_>) -> Answer {
    officers_page(visit, None, &[], "")
}

fn officers_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    let found = office::glass::page(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "");
    let input = typed_or_kept(visit, typed)?;
    let people = |name: &str| -> Vec<Choice> {
        let of = |p: &office::glass::Person| choice(&p.id.to_string(), p.name.clone(), all(&input, name));
        found.candidates.iter().map(of).collect()
    };
    let mut dpo = vec![Choice { label: page.t("choose-none"), ..Choice::default() }];
    dpo.extend(people("dpo"));
    let needed = if first(&input, "needed").is_empty() { "2" } else { first(&input, "needed") };
    let life = vec![choice("yes", page.t("glass-life.yes"), all(&input, "life"))];
    let fields = vec![
        field(&page, errors, ("checkboxes", "officers", "glass-officers"), "", true, people("officers")),
        field(&page, errors, ("select", "dpo", "glass-dpo"), "", true, dpo),
        field(&page, errors, ("number", "needed", "glass-needed"), needed, true, Vec::new()),
        field(&page, errors, ("checkboxes", "life", "glass-life"), "", false, life),
    ];
    render(&OfficersPage {
        errors: summary(&page, "glass", errors),
        alert: said(&page, alert),
        locked: found.locked,
        live: found.live.as_ref().map(|c| ring(&page, c)),
        named: found.named.as_ref().map(|c| ring(&page, c)),
        fields,
        page,
    })
}

pub(super) fn name(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let done = office::glass::name(&visit.web.office, &visit.ctx, &visit.input);
    sent(visit, done, officers_page, ("/keys/officers", "officers-named"))
}

pub(super) fn back_to_officers(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/keys/officers".to_owned()))
}

pub(super) fn accept(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::glass::accept(&visit.web.office, &visit.ctx, visit.id("id")?) {
        Ok(()) => saved("/keys/officers", "officers-accepted"),
        Err(other) => refused(officers_page(visit, None, &[], in_the_way(other)?)),
    }
}
