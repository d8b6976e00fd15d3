//! Partner organisations and the people who work in them.

use crate::answer::{Answer, page as render, saved};
use crate::drafts;
use crate::forms::{Source, fields, plain, problem, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Field, FieldError as ErrorLine, Link};
use crate::records::{Fact, facts, refused, trail};
use crate::visit::Visit;
use askama::Template;
use domain::policy::{Action, Resource, decide};
use domain::values::Input;
use domain::{FieldError, Mask, Record, RecordKind, Relation, Role, codes};
use office::organisations::Access;
use office::{OfficeError, organisations};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/organisations", Action::List, list),
    get("/organisations/{id}", Action::View, show),
    get("/organisations/{id}/users/new", Action::Create, new_user),
    post("/organisations/{id}/users/new", Action::Create, add_user),
    get("/users/{id}/end", Action::Edit, ask_end),
    post("/users/{id}/end", Action::Edit, end),
    get("/users/{id}/restore", Action::Edit, ask_restore),
    post("/users/{id}/restore", Action::Edit, restore),
];

#[derive(Template)]
#[template(path = "organisation_list.html")]
struct ListPage {
    page: Page,
    may_add: bool,
    may_see_exports: bool,
    groups: Vec<Group>,
}

struct Group {
    title: String,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    name: String,
    note: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    lead: String,
    may_edit: bool,
    edit_href: String,
    history_href: String,
    new_user_href: String,
    provider_href: String,
    own: bool,
    facts: Vec<Fact>,
    users: Vec<UserRow>,
}

struct UserRow {
    name: String,
    login: String,
    role: String,
    ended: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "user_form.html")]
struct UserForm {
    page: Page,
    trail: Vec<Link>,
    title: String,
    lead: String,
    action: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    back: String,
    restored: bool,
}

#[derive(Template)]
#[template(path = "user_access.html")]
struct AccessPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    body: String,
    name: String,
    role: String,
    action: String,
    button: String,
    /// Said in front of the button when nobody else could open something then.
    last: String,
    back: String,
    done: String,
}

fn general(visit: &Visit<'_>, action: Action, kind: RecordKind) -> bool {
    decide(&visit.ctx.actor, action, Resource { kind, relations: &[Relation::General] }).allow
}

fn text<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).unwrap_or_default()
}

/// City and country in one line.
fn place(page: &Page, record: &Record) -> String {
    let country = record.get("country").map(|c| page.t(&format!("country-{c}"))).unwrap_or_default();
    [text(record, "city"), &country].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
}

fn list(visit: &Visit<'_>) -> Answer {
    // Partners are few: the programme has about fifteen.
    let found = office::records::list(&visit.web.office, &visit.ctx, RecordKind::Organisation, None, 1000)?;
    let page = Page::new(visit, "organisations");
    let house = visit.signed_in()?.house;
    let mut groups = Vec::new();
    for kind in codes::ORGANISATION_KIND.codes {
        let mut rows: Vec<Row> = found
            .rows
            .iter()
            .filter(|o| o.get("kind") == Some(*kind))
            .map(|o| Row {
                href: format!("/organisations/{}", o.head.id),
                name: text(o, "name").to_owned(),
                note: place(&page, o),
                own: o.head.id == house,
            })
            .collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        if !rows.is_empty() {
            groups.push(Group { title: page.t(&format!("organisation-kind-{kind}")), rows });
        }
    }
    render(&ListPage {
        may_add: general(visit, Action::Create, RecordKind::Organisation),
        may_see_exports: general(visit, Action::List, RecordKind::Export),
        groups,
        page,
    })
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = organisations::page(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "organisations");
    let record = &found.organisation;
    let id = record.head.id;
    let mut users: Vec<UserRow> = found
        .users
        .iter()
        .map(|user| {
            let ended = found.ended.contains(&user.head.id);
            let href = format!("/users/{}/{}", user.head.id, if ended { "restore" } else { "end" });
            UserRow {
                name: text(user, "name").to_owned(),
                login: text(user, "login").to_owned(),
                role: page.t(&format!("role-{}", user.head.state)),
                ended,
                // Nobody shuts himself out.
                href: if user.head.id == visit.user() { String::new() } else { href },
            }
        })
        .collect();
    users.sort_by(|a, b| (a.ended, &a.name).cmp(&(b.ended, &b.name)));
    let kind = record.get("kind").map(|k| page.t(&format!("organisation-kind-{k}"))).unwrap_or_default();
    let lead =
        [kind, place(&page, record)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
    render(&OrganisationPage {
        trail: trail(&page, RecordKind::Organisation, None),
        title: text(record, "name").to_owned(),
        lead,
        may_edit: found.may_edit,
        edit_href: format!("/records/{id}/edit"),
        history_href: format!("/records/{id}/history"),
        new_user_href: format!("/organisations/{id}/users/new"),
        provider_href: format!("/organisations/{id}/provider"),
        own: id == page.organisation,
        facts: facts(&page, record, &[]),
        users,
        page,
    })
}

/// The form of a new user. What was typed as password is never sent back.
fn user_form(visit: &Visit<'_>, input: &Input, errors: &[FieldError], restored: bool) -> Answer {
    let organisation = organisations::for_new_user(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "organisations");
    let kind = RecordKind::User;
    let source = Source { spec: kind.spec(), input, errors, mask: Mask::CODED, skip: &[], records: &[] };
    let mut fields = fields(&page, &source);
    // Who sees a compartment of a case says nothing about colleagues: everybody inside knows them.
    fields.iter_mut().for_each(|field| field.seen.clear());
    let of = text(&organisation, "kind");
    for role in fields.iter_mut().filter(|field| field.name == "state") {
        role.options.retain(|o| o.chosen || Role::from_code(&o.code).is_none_or(|r| r.is_of(of)));
    }
    let mut password = plain(&page, "password", "password", "organisations-password", "", true);
    if let Some(error) = errors.iter().find(|e| e.field == "password") {
        password.error = problem(&page, error);
    }
    fields.push(password);
    let (own, of_password): (Vec<FieldError>, Vec<FieldError>) =
        errors.iter().cloned().partition(|e| e.field != "password");
    let mut lines = summary(&page, kind, &own);
    lines.extend(of_password.iter().map(|e| ErrorLine {
        id: crate::forms::field_id("password"),
        text: format!("{}: {}", page.t("organisations-password"), problem(&page, e)),
    }));
    let back = format!("/organisations/{}", organisation.head.id);
    let mut trail = trail(&page, RecordKind::Organisation, None);
    trail.push(Link { label: text(&organisation, "name").to_owned(), href: back.clone() });
    render(&UserForm {
        trail,
        title: page.t("kind-user.new"),
        lead: text(&organisation, "name").to_owned(),
        action: visit.path.clone(),
        errors: lines,
        fields,
        back,
        restored,
        page,
    })
}

fn new_user(visit: &Visit<'_>) -> Answer {
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    user_form(visit, &draft.unwrap_or_default(), &[], restored)
}

fn add_user(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match organisations::add_user(&visit.web.office, &visit.ctx, id, &visit.input, visit.once()) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/organisations/{id}"), RecordKind::User.code())
        }
        Err(OfficeError::Invalid(errors)) => refused(user_form(visit, &visit.input, &errors, false)),
        Err(other) => Err(other.into()),
    }
}

/// Asks before a login is ended or given back; says so when that is done already.
/// `last` says that nobody else could open something then.
fn ask(visit: &Visit<'_>, ending: bool, last: bool) -> Answer {
    let (user, ended) = organisations::user(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let page = Page::new(visit, "organisations");
    let what = if ending { "end" } else { "restore" };
    let organisation = user.head.organisation_id;
    let back = format!("/organisations/{organisation}");
    let mut trail = trail(&page, RecordKind::Organisation, None);
    trail.push(Link { label: page.names.name(organisation).to_owned(), href: back.clone() });
    render(&AccessPage {
        trail,
        title: page.t(&format!("organisations-{what}-title")),
        body: page.t(&format!("organisations-{what}-body")),
        name: text(&user, "name").to_owned(),
        role: page.t(&format!("role-{}", user.head.state)),
        action: visit.path.clone(),
        button: page.t(&if last {
            "organisations-end-anyway".to_owned()
        } else {
            format!("organisations-{what}")
        }),
        last: if last { page.t("organisations-end-last") } else { String::new() },
        done: if ended == ending { page.t(&format!("organisations-{what}-done")) } else { String::new() },
        back,
        page,
    })
}

fn ask_end(visit: &Visit<'_>) -> Answer {
    ask(visit, true, false)
}

fn ask_restore(visit: &Visit<'_>) -> Answer {
    ask(visit, false, false)
}

fn set(visit: &Visit<'_>, access: Access) -> Result<String, OfficeError> {
    let organisation = organisations::end_user(&visit.web.office, &visit.ctx, visit.id("id")?, access)?;
    Ok(format!("/organisations/{organisation}"))
}

fn end(visit: &Visit<'_>) -> Answer {
    let anyway = visit.input.get("anyway").is_some_and(|v| v.iter().any(|v| v == "yes"));
    let back = match set(visit, if anyway { Access::EndAnyway } else { Access::End }) {
        Err(OfficeError::LastHolder) => return refused(ask(visit, true, true)),
        other => other?,
    };
    drafts::done(visit)?;
    saved(&back, "user-ended")
}

fn restore(visit: &Visit<'_>) -> Answer {
    let back = set(visit, Access::Restore)?;
    drafts::done(visit)?;
    saved(&back, "user-restored")
}
