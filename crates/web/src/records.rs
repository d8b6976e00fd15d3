//! Pages that every kind of record has: form, page, history, conflict.

mod words;

pub use words::{Fact, case_title, facts, facts_on_paper, state_word, title_of};

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{Section, Source, fields, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Conflict, ConflictRow, FieldError as ErrorLine, Hidden, Link};
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use domain::values::Input;
use domain::{Compartment, FieldError, Id, Mask, Record, RecordKind, Values};
use office::OfficeError;
use office::records::{Under, create, edit, for_edit, has_form, history, not_on_form, start, view};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/cases/{case}/add/{kind}", Action::Create, new_in_case),
    post("/cases/{case}/add/{kind}", Action::Create, create_in_case),
    get("/records/{parent}/add/{kind}", Action::Create, new_under),
    post("/records/{parent}/add/{kind}", Action::Create, create_under),
    get("/add/{kind}", Action::Create, new_alone),
    post("/add/{kind}", Action::Create, create_alone),
    get("/records/{id}", Action::View, show),
    get("/records/{id}/edit", Action::Edit, edit_form),
    post("/records/{id}/edit", Action::Edit, save),
    get("/records/{id}/history", Action::View, versions),
];

#[derive(Template)]
#[template(path = "record_form.html")]
struct FormPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    action: String,
    version: String,
    errors: Vec<ErrorLine>,
    sections: Vec<Section>,
    back: String,
    restored: bool,
}

#[derive(Template)]
#[template(path = "record_view.html")]
struct ViewPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    lead: String,
    facts: Vec<Fact>,
    children: Vec<ChildSheet>,
    edit_href: String,
    history_href: String,
    extra: Vec<Link>,
}

struct ChildSheet {
    id: String,
    title: String,
    add: Link,
    rows: Vec<ChildRow>,
    none: String,
}

struct ChildRow {
    href: String,
    title: String,
    note: String,
    state: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    page: Page,
    /// Where the names of older versions are asked for; empty when they are here, or not for this reader.
    names_href: String,
    trail: Vec<Link>,
    title: String,
    versions: Vec<VersionSheet>,
}

struct VersionSheet {
    id: String,
    title: String,
    note: String,
    facts: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "conflict.html")]
struct ConflictPage {
    page: Page,
    trail: Vec<Link>,
    conflict: Conflict,
}

fn kind_of(visit: &Visit<'_>) -> Result<RecordKind, OfficeError> {
    RecordKind::from_code(visit.param("kind")).filter(|k| has_form(*k)).ok_or(OfficeError::NotFound)
}

/// The room a record's pages belong to, for the main menu.
#[must_use]
pub fn room(kind: RecordKind, in_case: bool) -> &'static str {
    match kind.room() {
        _ if in_case && kind != RecordKind::Return => "cases",
        domain::Room::People | domain::Room::Cases => "cases",
        domain::Room::Tasks => "home",
        room => room.code(),
    }
}

/// Where somebody came from: the list, the case.
#[must_use]
pub fn trail(page: &Page, kind: RecordKind, case: Option<&Record>) -> Vec<Link> {
    let link = |label: String, href: String| Link { label, href };
    match case {
        Some(case) => vec![
            link(page.t("room-cases"), "/cases".to_owned()),
            link(case_title(page, case), format!("/cases/{}", case.head.id)),
        ],
        None => {
            let (key, href) = match room(kind, false) {
                "signals" => ("room-signals", "/signals"),
                "hotline" => ("room-hotline", "/hotline"),
                "training" => ("room-training", "/training"),
                "organisations" => ("room-organisations", "/organisations"),
                "cases" => ("room-cases", "/cases"),
                _ => ("room-home", "/"),
            };
            vec![link(page.t(key), href.to_owned())]
        }
    }
}

/// Where a record of a kind is read after it was saved.
fn home_of(kind: RecordKind, id: Id, under: Under) -> String {
    match kind {
        RecordKind::Signal => format!("/signals/{id}"),
        RecordKind::Person => format!("/people/{id}"),
        RecordKind::Training => format!("/training/{id}"),
        RecordKind::Organisation => format!("/organisations/{id}"),
        RecordKind::Return => format!("/returns/{id}"),
        RecordKind::Contact => format!("/hotline/{id}"),
        RecordKind::SignalPerson => format!("/signals/{}", under.parent_id.unwrap_or(id)),
        RecordKind::TrainingSession | RecordKind::Attendance => {
            format!("/training/{}", under.parent_id.unwrap_or(id))
        }
        RecordKind::Leg | RecordKind::Gate => format!("/returns/{}", under.parent_id.unwrap_or(id)),
        RecordKind::Goal => format!("/records/{}", under.parent_id.unwrap_or(id)),
        RecordKind::Task if under.case_id.is_none() => "/tasks".to_owned(),
        _ => under.case_id.map_or_else(|| format!("/records/{id}"), |case| format!("/cases/{case}")),
    }
}

fn new_in_case(visit: &Visit<'_>) -> Answer {
    let under = Under { case_id: Some(visit.id("case")?), parent_id: None };
    new_form(visit, kind_of(visit)?, under)
}

fn create_in_case(visit: &Visit<'_>) -> Answer {
    let under = Under { case_id: Some(visit.id("case")?), parent_id: None };
    create_form(visit, kind_of(visit)?, under)
}

fn new_under(visit: &Visit<'_>) -> Answer {
    let under = Under { case_id: None, parent_id: Some(visit.id("parent")?) };
    new_form(visit, kind_of(visit)?, under)
}

fn create_under(visit: &Visit<'_>) -> Answer {
    let under = Under { case_id: None, parent_id: Some(visit.id("parent")?) };
    create_form(visit, kind_of(visit)?, under)
}

fn new_alone(visit: &Visit<'_>) -> Answer {
    new_form(visit, kind_of(visit)?, Under::default())
}

fn create_alone(visit: &Visit<'_>) -> Answer {
    create_form(visit, kind_of(visit)?, Under::default())
}

/// The records a form's fields may point to.
fn choices(visit: &Visit<'_>, kind: RecordKind, case: Option<Id>) -> Result<Vec<Record>, OfficeError> {
    let points = kind.spec().fields.iter().any(|f| matches!(f.kind, domain::Kind::Record(_)));
    match case {
        Some(case) if points => {
            office::records::in_case(&visit.web.office, &visit.ctx, case, RecordKind::Need)
        }
        _ => Ok(Vec::new()),
    }
}

fn new_form(visit: &Visit<'_>, kind: RecordKind, under: Under) -> Answer {
    let (case, values) = start(&visit.web.office, &visit.ctx, kind, under)?;
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    let mut input = values.to_input(kind.spec());
    for (name, value) in draft.unwrap_or_default() {
        input.insert(name, value);
    }
    // A page may begin a form with something it knows: what kind of contact, which direction.
    for field in kind.spec().fields {
        if let Some(value) = visit.query(field.name).filter(|_| field.compartment <= Compartment::C1) {
            input.insert(field.name.to_owned(), vec![value.to_owned()]);
        }
    }
    let form = Form {
        kind,
        case: case.as_ref(),
        input: &input,
        errors: &[],
        mask: Mask::PRIVILEGED,
        version: 0,
        restored,
    };
    render_form(visit, &form, None)
}

fn create_form(visit: &Visit<'_>, kind: RecordKind, under: Under) -> Answer {
    match create(&visit.web.office, &visit.ctx, kind, under, &visit.input, visit.once()) {
        Ok(id) => {
            drafts::done(visit)?;
            saved(&home_of(kind, id, under), kind.code())
        }
        Err(OfficeError::Invalid(errors)) => {
            let (case, _) = start(&visit.web.office, &visit.ctx, kind, under)?;
            let form = Form {
                kind,
                case: case.as_ref(),
                input: &visit.input,
                errors: &errors,
                mask: Mask::PRIVILEGED,
                version: 0,
                restored: false,
            };
            refused(render_form(visit, &form, None))
        }
        Err(other) => Err(other.into()),
    }
}

/// A page again, as an answer to a refused form.
///
/// # Errors
/// Those of the page.
pub fn refused(answer: Answer) -> Answer {
    match answer? {
        Reply::Page(html) => Ok(Reply::Refused(html)),
        other => Ok(other),
    }
}

struct Form<'a> {
    kind: RecordKind,
    case: Option<&'a Record>,
    input: &'a Input,
    errors: &'a [FieldError],
    mask: Mask,
    version: i64,
    restored: bool,
}

fn render_form(visit: &Visit<'_>, form: &Form<'_>, record: Option<&Record>) -> Answer {
    let page = Page::new(visit, room(form.kind, form.case.is_some()));
    let records = choices(visit, form.kind, form.case.map(|c| c.head.id))?;
    let source = Source {
        spec: form.kind.spec(),
        input: form.input,
        errors: form.errors,
        mask: form.mask,
        skip: not_on_form(form.kind),
        records: &records,
    };
    let mut asked = fields(&page, &source);
    if let (RecordKind::Case, Some(case)) = (form.kind, record) {
        // What takes a step of its own is not offered.
        let closed = case.head.state == "closed";
        let state = asked.iter_mut().filter(|f| f.name == "state");
        state.for_each(|f| f.options.retain(|o| o.code.is_empty() || (o.code == "closed") == closed));
    }
    let sections = vec![Section { title: String::new(), fields: asked }];
    let code = form.kind.code();
    let title = match record {
        Some(_) => page.ta("form-edit-title", &[("what", &page.t(&format!("kind-{code}")))]),
        None => page.t(&format!("kind-{code}.new")),
    };
    let back = match (record, form.case) {
        (Some(record), _) => {
            home_of(form.kind, record.head.id, Under { case_id: None, parent_id: record.head.parent_id })
        }
        (None, Some(case)) => format!("/cases/{}", case.head.id),
        _ => trail(&page, form.kind, None).pop().map_or_else(|| "/".to_owned(), |l| l.href),
    };
    render(&FormPage {
        trail: trail(&page, form.kind, form.case),
        title,
        action: visit.path.clone(),
        version: form.version.to_string(),
        errors: summary(&page, form.kind, form.errors),
        sections,
        back,
        restored: form.restored,
        page,
    })
}

fn edit_form(visit: &Visit<'_>) -> Answer {
    let (record, case) = for_edit(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let kind = record.head.kind;
    shown_whole(visit, kind)?;
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    let mut input = record.values.to_input(kind.spec());
    if let Some(draft) = draft {
        input = draft;
    }
    let form = Form {
        kind,
        case: case.as_ref(),
        input: &input,
        errors: &[],
        mask: record.mask,
        version: record.head.version,
        restored,
    };
    render_form(visit, &form, Some(&record))
}

fn save(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let office = &visit.web.office;
    // After a conflict: the other's version stays, and what was typed is let go.
    if visit.sent("keep") == "theirs" {
        drafts::done(visit)?;
        let (record, _) = for_edit(office, &visit.ctx, id)?;
        let under = Under { case_id: record.head.case_id, parent_id: record.head.parent_id };
        return Ok(Reply::Redirect(home_of(record.head.kind, id, under)));
    }
    match edit(office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            let (record, _) = for_edit(office, &visit.ctx, id)?;
            let under = Under { case_id: record.head.case_id, parent_id: record.head.parent_id };
            let code = record.head.kind.code();
            let back = if record.head.kind == RecordKind::Case {
                format!("/cases/{id}")
            } else {
                home_of(record.head.kind, id, under)
            };
            saved(&back, code)
        }
        Err(OfficeError::Invalid(errors)) => {
            let (record, case) = for_edit(office, &visit.ctx, id)?;
            let form = Form {
                kind: record.head.kind,
                case: case.as_ref(),
                input: &visit.input,
                errors: &errors,
                mask: record.mask,
                version: visit.version(),
                restored: false,
            };
            refused(render_form(visit, &form, Some(&record)))
        }
        Err(OfficeError::Stale(stale)) => conflict(visit, &stale),
        Err(other) => Err(other.into()),
    }
}

/// Both versions side by side.
///
/// # Errors
/// The template.
pub fn conflict(visit: &Visit<'_>, stale: &office::Stale) -> Answer {
    let theirs = &stale.theirs;
    let kind = theirs.head.kind;
    let page = Page::new(visit, room(kind, theirs.head.case_id.is_some()));
    let texts = page.texts();
    let show = |values: &Values, field: &domain::Field| {
        values
            .get(field.name)
            .map(|v| format::value(texts, &page.names, field, v, page.today))
            .unwrap_or_default()
    };
    let rows = kind
        .spec()
        .fields
        .iter()
        .filter(|f| theirs.mask.has(f.compartment) && !not_on_form(kind).contains(&f.name))
        .map(|f| (f, show(&stale.mine, f), show(&theirs.values, f)))
        .filter(|(_, mine, other)| !mine.is_empty() || !other.is_empty())
        .map(|(f, mine, other)| ConflictRow {
            label: page.t(&format!("{}-{}", kind.code(), f.name)),
            differs: mine != other,
            mine,
            theirs: other,
        })
        .collect();
    let hidden = visit
        .input
        .iter()
        .filter(|(name, _)| !name.starts_with('_') && name.as_str() != "keep")
        .flat_map(|(name, values)| values.iter().map(|v| Hidden { name: name.clone(), value: v.clone() }))
        .collect();
    let at = format::moment(texts, theirs.head.updated_at, page.today);
    let conflict = Conflict {
        lead: page.ta("conflict-lead", &[("who", &stale.by), ("when", &at)]),
        action: visit.path.clone(),
        version: theirs.head.version.to_string(),
        mine_label: page.t("conflict-mine"),
        theirs_label: page.ta("conflict-theirs", &[("who", &stale.by)]),
        rows,
        both: false,
        hidden,
    };
    let html = ConflictPage { trail: trail(&page, kind, None), conflict, page }.render()?;
    Ok(Reply::Conflict(html))
}

fn show(visit: &Visit<'_>) -> Answer {
    let found = view(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let record = &found.record;
    let kind = record.head.kind;
    // Rooms with pages of their own.
    let id = record.head.id;
    match kind {
        RecordKind::Case => return Ok(Reply::Redirect(format!("/cases/{id}"))),
        RecordKind::Return
        | RecordKind::Signal
        | RecordKind::Training
        | RecordKind::Organisation
        | RecordKind::Person
        | RecordKind::Contact => {
            return Ok(Reply::Redirect(home_of(kind, id, Under::default())));
        }
        _ => {}
    }
    let page = Page::new(visit, room(kind, found.case.is_some()));
    let mut children = Vec::new();
    for child in RecordKind::ALL.iter().filter(|k| k.parent() == Some(kind)) {
        let code = child.code();
        let rows = found
            .children
            .iter()
            .filter(|c| c.head.kind == *child)
            .map(|c| ChildRow {
                href: format!("/records/{}/edit", c.head.id),
                title: title_of(&page, c),
                note: c.get("text").unwrap_or_default().to_owned(),
                state: state_word(&page, c),
            })
            .collect();
        children.push(ChildSheet {
            id: format!("children-{code}"),
            title: page.t(&format!("kind-{code}.plural")),
            add: if found.may_edit {
                Link { label: page.t(&format!("kind-{code}.new")), href: format!("/records/{id}/add/{code}") }
            } else {
                Link::default()
            },
            rows,
            none: page.t(&format!("kind-{code}.none")),
        });
    }
    let mut extra = Vec::new();
    if kind == RecordKind::Consent && record.head.state != "withdrawn" && found.may_edit {
        extra.push(Link { label: page.t("consent-withdraw"), href: format!("/consents/{id}/withdraw") });
    }
    let by = page.names.name(record.head.created_by).to_owned();
    let at = format::moment(page.texts(), record.head.created_at, page.today);
    render(&ViewPage {
        trail: trail(&page, kind, found.case.as_ref()),
        title: page.t(&format!("kind-{}", kind.code())),
        lead: page.ta("written-by", &[("who", &by), ("when", &at)]),
        facts: facts(&page, record, &[]),
        children,
        edit_href: if found.may_edit { format!("/records/{id}/edit") } else { String::new() },
        history_href: format!("/records/{id}/history"),
        extra,
        page,
    })
}

/// A page that names a person: the session idles five minutes from now on, as after a reveal.
fn shown_whole(visit: &Visit<'_>, kind: RecordKind) -> Result<(), OfficeError> {
    if kind == RecordKind::Person {
        let token = visit.token.as_deref().unwrap_or_default();
        office::doors::revealed(&visit.web.office, visit.ctx.now, token)?;
    }
    Ok(())
}

fn versions(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let (versions, case) = history(&visit.web.office, &visit.ctx, id)?;
    let kind = versions.first().map_or(RecordKind::Note, |v| v.record.head.kind);
    let named = versions.iter().any(|v| v.record.mask.has(Compartment::C3));
    if named {
        shown_whole(visit, kind)?;
    }
    let hidden = kind == RecordKind::Person && !named && office::doors::must_step_up(visit.signed_in()?);
    let page = Page::new(visit, room(kind, case.is_some()));
    let sheets = versions
        .iter()
        .map(|v| {
            let head = &v.record.head;
            let at = format::moment(page.texts(), head.updated_at, page.today);
            VersionSheet {
                id: format!("version-{}", head.version),
                title: page.ta("version-title", &[("n", &head.version.to_string())]),
                note: format!("{}, {at}", page.names.name(head.updated_by)),
                facts: facts(&page, &v.record, &v.changed),
            }
        })
        .collect();
    render(&HistoryPage {
        trail: trail(&page, kind, case.as_ref()),
        title: page.ta("history-title", &[("what", &page.t(&format!("kind-{}", kind.code())))]),
        versions: sheets,
        names_href: if hidden { format!("/step-up?next={}", visit.path) } else { String::new() },
        page,
    })
}
