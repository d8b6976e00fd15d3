//! People: search, search before create, the page of a person, opening a case.

mod looked;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::{CaseLine, case_lines, may};
use crate::drafts;
use crate::forms::{Section, Source, fields, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine, Hidden, Link, Reveal};
use crate::records::{Fact, facts, refused};
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use domain::values::Input;
use domain::{Compartment, FieldError, Id, Mask, Record, RecordKind, Values};
use office::OfficeError;
use office::people::{Found, Query};
use office::records::{Under, not_on_form, start};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/search", Action::Search, home),
    post("/search", Action::Search, search),
    get("/people/new", Action::Create, new_form),
    post("/people/new", Action::Create, create),
    get("/people/{id}", Action::View, show),
    get("/people/{id}/looked", Action::Log, looked::looked),
    get("/people/{id}/case", Action::Create, case_form),
    post("/people/{id}/case", Action::Create, open_case),
];

/// `woman, 24`: what a page may say of somebody whose name is masked.
#[must_use]
pub fn about(page: &Page, person: &Record) -> String {
    let age = domain::people::age(&person.values, page.today);
    let child = age.is_some_and(|a| a < 18);
    let who = match (person.get("sex"), child) {
        (Some("female"), false) => "people-woman",
        (Some("male"), false) => "people-man",
        (Some("female"), true) => "people-girl",
        (Some("male"), true) => "people-boy",
        (_, true) => "people-child",
        _ => "people-somebody",
    };
    match age {
        Some(age) => page.ta("people-about-age", &[("who", &page.t(who)), ("n", &age.to_string())]),
        None => page.t(who),
    }
}

/// Searches never stand in an address: whoever comes by one starts at home.
fn home(_visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/".to_owned()))
}

/// Somebody a search found.
struct FoundRow {
    masked: String,
    about: String,
    href: String,
    cases: Vec<CaseLine>,
}

fn found_rows(visit: &Visit<'_>, page: &Page, found: &[Found]) -> Vec<FoundRow> {
    found
        .iter()
        .map(|f| FoundRow {
            masked: domain::people::masked_name(&f.person.values),
            about: about(page, &f.person),
            href: if f.may_view { format!("/people/{}", f.person.head.id) } else { String::new() },
            cases: case_lines(visit, page, &f.cases, &f.open),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    query: String,
    line: String,
    rows: Vec<FoundRow>,
    may_write: bool,
}

fn search(visit: &Visit<'_>) -> Answer {
    let text = visit.sent("q").trim();
    if text.is_empty() {
        return home(visit);
    }
    let query = Query { text: text.to_owned() };
    let found = office::people::search(&visit.web.office, &visit.ctx, &query)?;
    let page = Page::new(visit, "");
    render(&SearchPage {
        query: text.chars().take(200).collect(),
        line: page.tn("people-found", found.len()),
        rows: found_rows(visit, &page, &found),
        may_write: may(visit, Action::Create, RecordKind::Person),
        page,
    })
}

#[derive(Template)]
#[template(path = "person_form.html")]
struct FormPage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    errors: Vec<ErrorLine>,
    sections: Vec<Section>,
    hidden: Vec<Hidden>,
    back: String,
    restored: bool,
    noted: bool,
}

#[derive(Template)]
#[template(path = "person_candidates.html")]
struct CandidatesPage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    rows: Vec<FoundRow>,
    hidden: Vec<Hidden>,
}

fn people_trail(page: &Page) -> Vec<Link> {
    vec![Link { label: page.t("room-cases"), href: "/cases".to_owned() }]
}

/// Parts of the form and what is asked in each.
const PARTS: [(&str, &[&str]); 4] = [
    ("", &["given_name", "middle_name", "family_name", "other_names", "sex", "birth_date", "citizenship"]),
    ("people-part-number", &["identifier_kind", "identifier", "identifier_overruled", "document"]),
    ("people-part-contact", &["permanent_address", "current_address", "phone", "safe_contact", "email"]),
    ("people-part-needs", &["spoken", "special_needs", "remarks"]),
];

/// The person noted in a signal whom the form is about.
fn noted(visit: &Visit<'_>, signal: &str, noted: &str) -> Result<Option<(Record, Record)>, OfficeError> {
    let (Ok(signal), Ok(noted)) = (signal.parse::<Id>(), noted.parse::<Id>()) else { return Ok(None) };
    let found = office::signals::page(&visit.web.office, &visit.ctx, signal)?;
    Ok(found.persons.into_iter().find(|p| p.head.id == noted).map(|person| (found.signal, person)))
}

fn new_form(visit: &Visit<'_>) -> Answer {
    let spec = RecordKind::Person.spec();
    let (signal, who) = (visit.query("signal").unwrap_or_default(), visit.query("noted").unwrap_or_default());
    let mut input = match noted(visit, signal, who)? {
        Some((_, person)) => {
            let mut input = office::signals::person_from(&person).to_input(spec);
            input.insert("signal".to_owned(), vec![signal.to_owned()]);
            input.insert("noted".to_owned(), vec![who.to_owned()]);
            input
        }
        None => Input::new(),
    };
    // A draft about somebody else of another signal must not slip under this one.
    let first =
        |input: &Input, name: &str| input.get(name).and_then(|v| v.first()).cloned().unwrap_or_default();
    let draft = drafts::of_page(visit)?.filter(|d| who.is_empty() || first(d, "noted") == who);
    let restored = draft.is_some();
    input.extend(draft.unwrap_or_default());
    form_page(visit, &input, &[], restored)
}

fn form_page(visit: &Visit<'_>, input: &Input, errors: &[FieldError], restored: bool) -> Answer {
    start(&visit.web.office, &visit.ctx, RecordKind::Person, Under::default())?;
    let page = Page::new(visit, "cases");
    let spec = RecordKind::Person.spec();
    let source = Source {
        spec,
        input,
        errors,
        mask: Mask::PRIVILEGED,
        skip: not_on_form(RecordKind::Person),
        records: &[],
    };
    let all = fields(&page, &source);
    let given = |name: &str| input.get(name).and_then(|v| v.first()).is_some_and(|v| !v.is_empty());
    // The way around the check is offered when the check has said no.
    let overrule = given("identifier_overruled") || errors.iter().any(|e| e.field == "identifier");
    let sections = PARTS
        .iter()
        .map(|(key, names)| Section {
            title: if key.is_empty() { String::new() } else { page.t(key) },
            fields: all
                .iter()
                .filter(|f| {
                    names.contains(&f.name.as_str()) && (overrule || f.name != "identifier_overruled")
                })
                .cloned()
                .collect(),
        })
        .collect();
    let signal = input.get("signal").and_then(|v| v.first()).cloned().unwrap_or_default();
    let hidden = ["signal", "noted"]
        .into_iter()
        .filter_map(|name| {
            input
                .get(name)
                .and_then(|v| v.first())
                .map(|v| Hidden { name: name.to_owned(), value: v.clone() })
        })
        .collect();
    render(&FormPage {
        trail: people_trail(&page),
        action: visit.path.clone(),
        errors: summary(&page, RecordKind::Person, errors),
        sections,
        hidden,
        back: if signal.parse::<Id>().is_ok() { format!("/signals/{signal}") } else { "/cases".to_owned() },
        restored,
        noted: given("noted"),
        page,
    })
}

fn create(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    // Back from the candidates, with everything that was typed.
    if !visit.sent("back").is_empty() {
        return form_page(visit, &visit.input, &[], false);
    }
    let values = match Values::parse(RecordKind::Person.spec(), &visit.input) {
        Ok(values) => values,
        Err(errors) => return refused(form_page(visit, &visit.input, &errors, false)),
    };
    if visit.sent("confirm") != "1" {
        let found = office::people::alike(office, &visit.ctx, &values)?;
        if !found.is_empty() {
            return candidates(visit, &found);
        }
    }
    match office::people::create(office, &visit.ctx, &visit.input, visit.once()) {
        Ok(id) => {
            drafts::done(visit)?;
            let signal = link_noted(visit, id)?;
            let more =
                signal.map(|(signal, noted)| format!("&signal={signal}&noted={noted}")).unwrap_or_default();
            Ok(Reply::Redirect(format!("/people/{id}/case?saved=person{more}")))
        }
        Err(OfficeError::Invalid(errors)) => refused(form_page(visit, &visit.input, &errors, false)),
        Err(other) => Err(other.into()),
    }
}

/// Ties the person to what a signal noted of her. Whoever may not change the signal writes the person all the same.
fn link_noted(visit: &Visit<'_>, person: Id) -> Result<Option<(Id, Id)>, OfficeError> {
    let (Ok(signal), Ok(noted)) = (visit.sent("signal").parse::<Id>(), visit.sent("noted").parse::<Id>())
    else {
        return Ok(None);
    };
    match office::people::link(&visit.web.office, &visit.ctx, noted, person, None) {
        Ok(_) | Err(OfficeError::NotFound) => Ok(Some((signal, noted))),
        Err(other) => Err(other),
    }
}

fn candidates(visit: &Visit<'_>, found: &[Found]) -> Answer {
    let page = Page::new(visit, "cases");
    let typed = visit
        .input
        .iter()
        .filter(|(name, _)| !name.starts_with('_') && !["confirm", "back"].contains(&name.as_str()));
    let hidden = typed
        .flat_map(|(name, values)| values.iter().map(|v| Hidden { name: name.clone(), value: v.clone() }))
        .collect();
    let rows = found_rows(visit, &page, found);
    render(&CandidatesPage { trail: people_trail(&page), action: visit.path.clone(), rows, hidden, page })
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    trail: Vec<Link>,
    reveal: Reveal,
    may_reveal: bool,
    facts: Vec<Fact>,
    cases: Vec<CaseLine>,
    case_href: String,
    edit_href: String,
    history_href: String,
    erasure_href: String,
    own_data_href: String,
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = office::people::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "cases");
    let person = &found.person;
    let id = person.head.id;
    // What names her is not on this page: it opens by the reveal of a case, with a reason.
    let mut plain = person.clone();
    let spec = person.head.kind.spec();
    plain.values = person.values.within(spec, Compartment::C1);
    plain.values.extend(person.values.within(spec, Compartment::C2));
    plain.mask = person.mask.intersection(Mask::WORK);
    let facts = facts(&page, &plain, &[]).into_iter().filter(|f| !f.sealed).collect();
    render(&PersonPage {
        trail: people_trail(&page),
        reveal: Reveal {
            action: found.reveal.map(|case| format!("/cases/{case}/reveal")).unwrap_or_default(),
            masked: domain::people::masked_name(&person.values),
            about: about(&page, person),
            reasons: crate::cases::reasons(&page),
            ..Reveal::default()
        },
        may_reveal: found.reveal.is_some(),
        facts,
        cases: case_lines(visit, &page, &found.cases, &found.open),
        case_href: if found.may_open_case { format!("/people/{id}/case") } else { String::new() },
        edit_href: if found.may_edit { format!("/records/{id}/edit") } else { String::new() },
        history_href: format!("/records/{id}/history"),
        erasure_href: if found.may_ask || found.may_erase {
            format!("/people/{id}/erasure")
        } else {
            String::new()
        },
        own_data_href: if found.may_ask { format!("/people/{id}/own-data") } else { String::new() },
        page,
    })
}

/// What opening a case asks.
const OPENING: [&str; 6] = ["on_date", "track", "role", "intake", "risk", "assignee"];

#[derive(Template)]
#[template(path = "case_new.html")]
struct OpenPage {
    page: Page,
    trail: Vec<Link>,
    action: String,
    masked: String,
    about: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    signal: String,
    cases: Vec<CaseLine>,
    back: String,
    restored: bool,
}

fn case_form(visit: &Visit<'_>) -> Answer {
    let person = office::people::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let (signal, who) = (visit.query("signal").unwrap_or_default(), visit.query("noted").unwrap_or_default());
    let mut set = Values::default()
        .with("on_date", visit.ctx.today.to_string())
        .with("assignee", visit.ctx.actor.user.to_string())
        .with("role", "victim")
        .with("track", track(&person.person, visit.ctx.today));
    if let Some((signal, noted)) = noted(visit, signal, who)? {
        for (name, from) in [("intake", &signal), ("role", &noted)] {
            if let Some(value) = from.get(name) {
                set.set(name, value);
            }
        }
    }
    let mut input = set.to_input(RecordKind::Case.spec());
    if signal.parse::<Id>().is_ok() {
        input.insert("signal".to_owned(), vec![signal.to_owned()]);
    }
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    input.extend(draft.unwrap_or_default());
    open_page(visit, &person, &input, &[], restored)
}

/// The track that fits what is known: children first, then whoever is no citizen of Bulgaria.
fn track(person: &Record, today: domain::Date) -> &'static str {
    if domain::people::age(&person.values, today).is_some_and(|a| a < 18) {
        "children"
    } else if person.values.get("citizenship").is_some()
        && !person.values.codes("citizenship").any(|c| c == "BG")
    {
        "foreigners"
    } else {
        "adults"
    }
}

fn open_page(
    visit: &Visit<'_>,
    found: &office::people::PersonPage,
    input: &Input,
    errors: &[FieldError],
    restored: bool,
) -> Answer {
    if !found.may_open_case {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "cases");
    let spec = RecordKind::Case.spec();
    let skip: Vec<&str> = spec.fields.iter().map(|f| f.name).filter(|n| !OPENING.contains(n)).collect();
    let source = Source { spec, input, errors, mask: Mask::PRIVILEGED, skip: &skip, records: &[] };
    let id = found.person.head.id;
    let mut trail = people_trail(&page);
    trail.push(Link { label: page.t("kind-person"), href: format!("/people/{id}") });
    render(&OpenPage {
        trail,
        action: visit.path.clone(),
        masked: domain::people::masked_name(&found.person.values),
        about: about(&page, &found.person),
        errors: summary(&page, RecordKind::Case, errors),
        fields: fields(&page, &source),
        signal: input.get("signal").and_then(|v| v.first()).cloned().unwrap_or_default(),
        cases: case_lines(visit, &page, &found.cases, &found.open),
        back: format!("/people/{id}"),
        restored,
        page,
    })
}

fn open_case(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let office = &visit.web.office;
    let signal = visit.sent("signal").parse::<Id>().ok();
    match office::cases::open(office, &visit.ctx, id, signal, &visit.input, visit.once()) {
        Ok(case) => {
            drafts::done(visit)?;
            saved(&format!("/cases/{case}"), "case")
        }
        Err(OfficeError::Invalid(errors)) => {
            let person = office::people::page(office, &visit.ctx, id)?;
            refused(open_page(visit, &person, &visit.input, &errors, false))
        }
        Err(other) => Err(other.into()),
    }
}
