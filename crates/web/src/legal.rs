//! Requests of authorities: the list, writing one down, deciding by two, the answer on paper, telling the person.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::Tag;
use crate::drafts;
use crate::format;
use crate::forms::{Source, field_id, options, part, plain, problem, seen_by, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link};
use crate::records::{Fact, case_title, facts, refused, state_word};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::legal::{self, Approval};
use domain::policy::{Action, Groups};
use domain::values::Input;
use domain::{Compartment, FieldError, Id, Mask, Record, RecordKind};
use office::OfficeError;
use office::legal::{self as requests, LegalPage, Outcome};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/legal", Action::List, index),
    get("/cases/{id}/legal", Action::Ask, form),
    post("/cases/{id}/legal", Action::Ask, register),
    get("/legal/{id}", Action::View, show),
    post("/legal/{id}", Action::Release, decide),
    get("/legal/{id}/answer", Action::Release, answer),
    get("/legal/{id}/tell", Action::Ask, tell_form),
    post("/legal/{id}/tell", Action::Ask, tell),
];

/// Fields of a request that its page says in words of its own, or not at all.
const SAID_APART: [&str; 4] = ["document", "telling", "told_on", "state"];

/// Title and sentence of the warning that the grounds are nobody's law yet; empty when they were confirmed.
fn provisional(visit: &Visit<'_>, page: &Page) -> (String, String) {
    let rules = &visit.web.office.programme.legal;
    if !rules.provisional {
        return (String::new(), String::new());
    }
    let nobody = page.t("legal-provisional-who");
    let who = rules.confirm.as_ref().map_or(nobody.as_str(), |t| t.get(page.lang));
    (page.t("legal-provisional"), page.ta("legal-provisional-body", &[("who", who)]))
}

fn state_tag(page: &Page, request: &Record) -> Tag {
    match request.head.state.as_str() {
        "received" if request.get("first_by").is_some() => {
            Tag::new("amber", page.t("legal-approved-one"), "clock")
        }
        "received" => Tag::new("amber", state_word(page, request), "clock"),
        "refused" => Tag::new("grey", state_word(page, request), ""),
        _ => Tag::new("green", state_word(page, request), "check"),
    }
}

/// Who asks: the name where it may be read, else the kind of authority.
fn whom(page: &Page, request: &Record) -> String {
    let kind = || request.get("authority_kind").map(|k| page.t(&format!("authority-kind-{k}")));
    request.get("authority").map(str::to_owned).or_else(kind).unwrap_or_else(|| "–".to_owned())
}

struct Row {
    href: String,
    case: String,
    who: String,
    due: String,
    late: bool,
    state: Tag,
    silent: String,
}

#[derive(Template)]
#[template(path = "legal_list.html")]
struct ListPage {
    page: Page,
    provisional: (String, String),
    rows: Vec<Row>,
}

fn index(visit: &Visit<'_>) -> Answer {
    let found = requests::list(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "cases");
    let rows = found
        .iter()
        .map(|line| {
            let head = &line.request.head;
            let waits = head.state == "received";
            let silent = if legal::to_reconsider(&line.request, page.today) {
                page.t("legal-reconsider")
            } else if legal::silent(&line.request) {
                page.t("legal-silent")
            } else {
                String::new()
            };
            Row {
                href: format!("/legal/{}", head.id),
                case: line
                    .case
                    .as_ref()
                    .and_then(|c| c.head.number.clone())
                    .unwrap_or_else(|| "–".to_owned()),
                who: whom(&page, &line.request),
                due: page.day(head.due_on),
                late: waits && head.due_on.is_some_and(|d| d < page.today),
                state: state_tag(&page, &line.request),
                silent,
            }
        })
        .collect();
    render(&ListPage { provisional: provisional(visit, &page), rows, page })
}

fn trail(page: &Page, case: Option<&Record>) -> Vec<Link> {
    let mut trail = vec![Link { label: page.t("room-cases"), href: "/cases".to_owned() }];
    if let Some(case) = case {
        trail.push(Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) });
    }
    trail
}

fn form(visit: &Visit<'_>) -> Answer {
    form_page(visit, None, &[])
}

fn form_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let case = requests::form(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let input = typed.cloned().or(draft).unwrap_or_default();
    let spec = RecordKind::LegalRequest.spec();
    let source = Source { spec, input: &input, errors, mask: Mask::WORK, skip: &[], records: &[] };
    let grounds = &visit.web.office.programme.legal.grounds;
    let mut fields: Vec<Field> = legal::ON_FORM
        .iter()
        .filter_map(|name| spec.field(name))
        .map(|field| {
            let mut made = part(&page, &source, field);
            made.depends = matches!(field.name, "silent_until" | "silence_basis");
            if field.name == "ground" {
                made.options.retain(|o| o.code.is_empty() || grounds.contains(&o.code));
            }
            made
        })
        .collect();
    let (alert_title, alert_body) = provisional(visit, &page);
    render(&StepPage {
        class: page.t("kind-legal-request"),
        trail: trail(&page, Some(&case)),
        title: page.t("kind-legal-request.new"),
        lead: seen_by(&page, &page.t("legal-new-lead"), "legal-seen", &mut fields),
        alert_kind: "amber",
        alert_title,
        alert_body,
        action: visit.path.clone(),
        version: String::new(),
        errors: summary(&page, RecordKind::LegalRequest, errors),
        fields,
        button: page.t("legal-new"),
        icon: "scales",
        red: false,
        back: format!("/cases/{id}"),
        restored,
        page,
    })
}

fn register(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match requests::register(&visit.web.office, &visit.ctx, id, &visit.input, visit.once()) {
        Ok(request) => {
            drafts::done(visit)?;
            saved(&format!("/legal/{request}"), "legal-request")
        }
        Err(OfficeError::Invalid(errors)) => refused(form_page(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "legal_request.html")]
struct RequestPage {
    page: Page,
    trail: Vec<Link>,
    provisional: (String, String),
    state: Tag,
    /// Why this reader does not decide now: title and sentence.
    not_you: (String, String),
    facts: Vec<Fact>,
    answer_href: String,
    may_decide: bool,
    stands: String,
    nothing: bool,
    counts: String,
    action: String,
    version: String,
    errors: Vec<ErrorLine>,
    outcome: Field,
    groups: Field,
    sure: Field,
    refusal: Field,
    refusal_note: Field,
    told: String,
    silent: String,
    tell_href: String,
    restored: bool,
}

fn show(visit: &Visit<'_>) -> Answer {
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    request_page(visit, draft.as_ref(), &[], restored)
}

fn group_choices(page: &Page, open: Groups, chosen: impl Fn(&str) -> bool) -> Vec<Choice> {
    open.iter()
        .map(|g| {
            let name = page.t(&format!("consent-scope-{}", g.code()));
            let what = page.t(&format!("legal-group-{}", g.code()));
            Choice {
                code: g.code().to_owned(),
                label: format!("{name}: {what}"),
                chosen: chosen(g.code()),
                ..Choice::default()
            }
        })
        .collect()
}

/// Why somebody who could decide does not.
fn not_you(visit: &Visit<'_>, page: &Page, found: &LegalPage) -> (String, String) {
    let me = visit.user();
    let words = |key: &str| (page.t(key), page.t(&format!("{key}-body")));
    if !found.may_decide || found.request.head.state != "received" || found.approval.is_some() {
        (String::new(), String::new())
    } else if found.request.head.created_by == me {
        words("legal-same-hand")
    } else {
        words("legal-approved-you")
    }
}

/// A field of the decision's form, with what was typed and what is wrong with it.
fn field_of(
    page: &Page,
    errors: &[FieldError],
    input: &Input,
    kind: &'static str,
    name: &str,
    required: bool,
) -> Field {
    let value = input.get(name).and_then(|v| v.first()).cloned().unwrap_or_default();
    let mut made = plain(page, kind, name, &format!("legal-{name}"), &value, required);
    made.error = errors.iter().find(|e| e.field == name).map(|e| problem(page, e)).unwrap_or_default();
    made
}

fn errors_of(page: &Page, errors: &[FieldError]) -> Vec<ErrorLine> {
    errors
        .iter()
        .map(|e| ErrorLine {
            id: field_id(&e.field),
            text: format!("{}: {}", page.t(&format!("legal-{}", e.field)), problem(page, e)),
        })
        .collect()
}

fn request_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], restored: bool) -> Answer {
    let id = visit.id("id")?;
    let found = requests::page(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let input = typed.cloned().unwrap_or_default();
    let given = |name: &str| input.get(name).map(Vec::as_slice).unwrap_or_default();
    let mut outcome = field_of(&page, errors, &input, "radios", "outcome", true);
    let nothing = found.open == Groups::NONE;
    let offered: &[&str] = if nothing { &["refuse"] } else { &["approve", "refuse"] };
    outcome.options = offered
        .iter()
        .map(|code| Choice {
            code: (*code).to_owned(),
            label: page.t(&format!("legal-outcome-{code}")),
            chosen: nothing || given("outcome").iter().any(|g| g == code),
            ..Choice::default()
        })
        .collect();
    let mut groups = field_of(&page, errors, &input, "checkboxes", "groups", false);
    groups.depends = true;
    groups.options = group_choices(&page, found.open, |code| given("groups").iter().any(|g| g == code));
    let mut refusal = field_of(&page, errors, &input, "select", "refusal", nothing);
    refusal.depends = true;
    refusal.options = options(&page, &domain::codes::REQUEST_REFUSAL, &refusal.value);
    refusal.options.insert(0, Choice { label: page.t("choose-none"), ..Choice::default() });
    let stands = match (found.approval, found.first) {
        (Some(Approval::Last), Some(first)) => page.ta(
            "legal-decide-last",
            &[("who", page.names.name(first)), ("day", &page.day(found.request.values.date("first_on")))],
        ),
        (Some(_), _) => page.t("legal-decide-first"),
        (None, _) => String::new(),
    };
    let counts: Vec<String> = found
        .counts
        .iter()
        .map(|(kind, n)| format!("{} ({n})", page.t(&format!("kind-{}.plural", kind.code())).to_lowercase()))
        .collect();
    let request = &found.request;
    let silent = legal::silent(request);
    render(&RequestPage {
        trail: trail(&page, found.case.as_ref()),
        provisional: if request.head.state == "received" {
            provisional(visit, &page)
        } else {
            Default::default()
        },
        state: state_tag(&page, request),
        not_you: not_you(visit, &page, &found),
        facts: request_facts(&page, request),
        answer_href: if found.may_decide && request.head.state == "answered" {
            format!("/legal/{id}/answer")
        } else {
            String::new()
        },
        may_decide: found.approval.is_some(),
        stands,
        nothing,
        counts: if counts.is_empty() {
            String::new()
        } else {
            page.ta("legal-counts", &[("what", &counts.join(", "))])
        },
        action: visit.path.clone(),
        version: request.head.version.to_string(),
        errors: errors_of(&page, errors),
        outcome,
        groups,
        sure: field_of(&page, errors, &input, "check", "sure", false),
        refusal,
        refusal_note: Field {
            depends: true,
            ..field_of(&page, errors, &input, "textarea", "refusal_note", nothing)
        },
        told: request
            .values
            .date("told_on")
            .map(|d| page.ta("legal-tell-done", &[("day", &page.day(Some(d)))]))
            .unwrap_or_default(),
        silent: if silent {
            page.ta("legal-tell-silent-now", &[("day", &page.day(request.values.date("silent_until")))])
        } else {
            String::new()
        },
        tell_href: if found.may_tell && request.get("told_on").is_none() {
            format!("/legal/{id}/tell")
        } else {
            String::new()
        },
        restored,
        page,
    })
}

fn request_facts(page: &Page, request: &Record) -> Vec<Fact> {
    let mut shown = request.clone();
    for name in SAID_APART {
        shown.values.0.remove(name);
    }
    // What was handed out has a page of its own, for those who may decide.
    shown.mask = shown.mask.with(Compartment::C3);
    facts(page, &shown, &[])
}

fn decide(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match requests::decide(&visit.web.office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(outcome) => {
            drafts::done(visit)?;
            let what = match outcome {
                Outcome::Approved => "legal-approved",
                Outcome::Answered => "legal-answered",
                Outcome::Refused => "legal-refused",
            };
            saved(&format!("/legal/{id}"), what)
        }
        Err(OfficeError::Invalid(errors)) => refused(request_page(visit, Some(&visit.input), &errors, false)),
        Err(other) => Err(other.into()),
    }
}

struct Sheet {
    id: String,
    title: String,
    facts: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "legal_answer.html")]
struct AnswerPage {
    page: Page,
    trail: Vec<Link>,
    to: String,
    reference: String,
    made: String,
    mark: String,
    parts: Vec<Sheet>,
}

/// The answer on paper. Shows names: the screen locks sooner after it.
fn answer(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let (request, found) = match requests::answer(&visit.web.office, &visit.ctx, id) {
        Err(OfficeError::WrongState) => return Ok(Reply::Redirect(format!("/legal/{id}"))),
        other => other?,
    };
    office::doors::revealed(&visit.web.office, visit.ctx.now, visit.token.as_deref().unwrap_or_default())?;
    let mut page = Page::new(visit, "cases");
    page.lock_after = u32::try_from(office::doors::IDLE_REVEALED_US / 1_000_000).unwrap_or(0);
    let who = whom(&page, &request);
    let name =
        |field: &str| request.values.id(field).map(|u| page.names.name(u).to_owned()).unwrap_or_default();
    let date = |day: Option<domain::Date>| day.map(format::date_field).unwrap_or_default();
    let parts = found
        .parts
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let kind = page.t(&format!("kind-{}", one.kind.code()));
            let title = match one.day {
                Some(day) => {
                    page.ta("legal-answer-of", &[("kind", &kind), ("day", &format::date_field(day))])
                }
                None => kind,
            };
            let spec = one.kind.spec();
            let facts = spec.fields.iter().filter_map(|field| {
                let text = one.values.get(field.name)?;
                Some(Fact {
                    label: page.t(&format!("{}-{}", one.kind.code(), field.name)),
                    value: format::value(page.texts(), &page.names, field, text, format::ON_PAPER),
                    sealed: false,
                    changed: false,
                })
            });
            Sheet { id: format!("p{at}"), title, facts: facts.collect() }
        })
        .collect();
    let approved = [name("first_by"), name("second_by")].join(", ");
    let from = page.names.name(request.head.organisation_id).to_owned();
    let mark = request.get("mark").unwrap_or_default();
    render(&AnswerPage {
        trail: vec![Link { label: page.t("kind-legal-request"), href: format!("/legal/{id}") }],
        to: page.ta("legal-answer-to", &[("who", &who)]),
        reference: page.ta(
            "legal-answer-reference",
            &[
                ("reference", request.get("reference").unwrap_or_default()),
                ("day", &date(request.head.on_date)),
            ],
        ),
        made: page.ta(
            "legal-answer-made",
            &[("day", &date(request.values.date("decided_on"))), ("who", &from), ("approved", &approved)],
        ),
        mark: page.ta("legal-answer-mark", &[("mark", mark), ("who", &who)]),
        parts,
        page,
    })
}

fn tell_form(visit: &Visit<'_>) -> Answer {
    tell_page(visit, None, &[])
}

fn tell_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let found = requests::page(&visit.web.office, &visit.ctx, id)?;
    if !found.may_tell {
        return Err(OfficeError::NotFound.into());
    }
    if found.request.get("told_on").is_some() {
        return Ok(Reply::Redirect(format!("/legal/{id}")));
    }
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let input = typed.cloned().or(draft).unwrap_or_default();
    let mut telling = field_of(&page, errors, &input, "radios", "telling", true);
    telling.options = ["told", "silent"]
        .iter()
        .map(|code| Choice {
            code: (*code).to_owned(),
            label: page.t(&format!("legal-telling-{code}")),
            chosen: telling.value == *code,
            ..Choice::default()
        })
        .collect();
    let spec = RecordKind::LegalRequest.spec();
    let source = Source { spec, input: &input, errors, mask: Mask::WORK, skip: &[], records: &[] };
    let mut fields = vec![telling];
    fields.extend(
        ["told_on", "silent_until", "silence_basis"]
            .into_iter()
            .filter_map(|n| spec.field(n))
            .map(|f| part(&page, &source, f)),
    );
    let lines = errors
        .iter()
        .map(|e| {
            let of_form = e.field == "telling";
            let key = if of_form { "legal-telling".to_owned() } else { format!("legal-request-{}", e.field) };
            ErrorLine { id: field_id(&e.field), text: format!("{}: {}", page.t(&key), problem(&page, e)) }
        })
        .collect();
    render(&StepPage {
        class: page.t("kind-legal-request"),
        trail: trail(&page, found.case.as_ref()),
        title: page.t("legal-tell"),
        lead: seen_by(&page, &page.t("legal-tell-why"), "legal-seen", &mut fields),
        alert_kind: "blue",
        alert_title: String::new(),
        alert_body: String::new(),
        action: visit.path.clone(),
        version: found.request.head.version.to_string(),
        errors: lines,
        fields,
        button: page.t("legal-tell-save"),
        icon: "check",
        red: false,
        back: format!("/legal/{id}"),
        restored,
        page,
    })
}

fn tell(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match requests::tell(&visit.web.office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(()) => {
            drafts::done(visit)?;
            saved(&format!("/legal/{id}"), "legal-told")
        }
        Err(OfficeError::Invalid(errors)) => refused(tell_page(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

/// A request that waits, for the page of its case: title, sentence, where it leads.
#[must_use]
pub fn waiting(page: &Page, request: &Record) -> (String, String, String) {
    let body = page.ta(
        "legal-waits-body",
        &[("authority", &whom(page, request)), ("day", &page.day(request.head.due_on))],
    );
    (page.t("legal-waits"), body, format!("/legal/{}", request.head.id))
}

/// A line of the paper of what was disclosed.
pub struct Disclosed {
    pub who: String,
    pub reference: String,
    pub ground: String,
    pub what: String,
    pub day: String,
    pub by: String,
    pub silent: bool,
}

/// What was given to an authority, in words.
#[must_use]
pub fn disclosed(page: &Page, request: &Record) -> Disclosed {
    let names = legal::granted(request).iter().enumerate().map(|(n, g)| {
        let name = page.t(&format!("consent-scope-{}", g.code()));
        if n == 0 { name } else { name.to_lowercase() }
    });
    let names: Vec<String> = names.collect();
    let by: Vec<String> = ["first_by", "second_by"]
        .iter()
        .filter_map(|f| request.values.id(f))
        .map(|u: Id| page.names.name(u).to_owned())
        .collect();
    Disclosed {
        who: whom(page, request),
        reference: request.get("reference").unwrap_or_default().to_owned(),
        ground: request.get("ground").map(|g| page.t(&format!("request-ground-{g}"))).unwrap_or_default(),
        what: names.join(", "),
        day: page.day(request.values.date("decided_on")),
        by: by.join(", "),
        silent: legal::silent(request),
    }
}
