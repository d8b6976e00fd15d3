//! Officers, emergency access to one case, keys given back, and what everybody was told.

mod ask;
mod officers;
mod sealed;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::deed;
use crate::drafts;
use crate::format;
use crate::forms::{field_id, plain, problem};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link, Toast};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::FieldError;
use domain::policy::Action;
use domain::values::Input;
use office::OfficeError;
use office::glass::{Asked, Looked, Outcome, Told};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/keys/officers", Action::Session, officers::officers),
    post("/keys/officers", Action::Session, officers::name),
    get("/keys/officers/{id}/accept", Action::Session, officers::back_to_officers),
    post("/keys/officers/{id}/accept", Action::Session, officers::accept),
    get("/glass", Action::Session, board),
    get("/glass/new", Action::Session, ask::ask_form),
    post("/glass/new", Action::Session, ask::ask),
    get("/glass/recover", Action::Session, ask::recover_form),
    post("/glass/recover", Action::Session, ask::recover),
    get("/glass/told/{id}", Action::Session, back_to_board),
    post("/glass/told/{id}", Action::Session, told),
    get("/glass/{id}", Action::Session, request),
    get("/glass/{id}/approve", Action::Session, back_to_request),
    post("/glass/{id}/approve", Action::Session, approve),
    get("/glass/{id}/refuse", Action::Session, back_to_request),
    post("/glass/{id}/refuse", Action::Session, refuse),
    get("/glass/{id}/end", Action::Session, back_to_request),
    post("/glass/{id}/end", Action::Session, end),
    get("/glass/{id}/review", Action::Session, back_to_request),
    post("/glass/{id}/review", Action::Session, review),
    get("/cases/{id}/sealed", Action::View, sealed::index),
    get("/cases/{id}/sealed/new", Action::View, sealed::form),
    post("/cases/{id}/sealed/new", Action::View, sealed::add),
    get("/sealed/{id}", Action::View, sealed::note),
    post("/sealed/{id}", Action::Grant, sealed::name),
];

fn field(
    page: &Page,
    errors: &[FieldError],
    (kind, name, key): (&'static str, &str, &str),
    value: &str,
    required: bool,
    options: Vec<Choice>,
) -> Field {
    let mut field = plain(page, kind, name, key, value, required);
    field.error = errors.iter().find(|e| e.field == name).map(|e| problem(page, e)).unwrap_or_default();
    field.options = options;
    field
}

fn summary(page: &Page, prefix: &str, errors: &[FieldError]) -> Vec<ErrorLine> {
    errors
        .iter()
        .map(|e| ErrorLine {
            id: field_id(&e.field),
            text: format!("{}: {}", page.t(&format!("{prefix}-{}", e.field)), problem(page, e)),
        })
        .collect()
}

fn choice(code: &str, label: String, chosen: &[String]) -> Choice {
    Choice { code: code.to_owned(), label, chosen: chosen.iter().any(|c| c == code), ..Choice::default() }
}

fn all<'a>(input: &'a Input, name: &str) -> &'a [String] {
    input.get(name).map(Vec::as_slice).unwrap_or_default()
}

fn first<'a>(input: &'a Input, name: &str) -> &'a str {
    all(input, name).first().map_or("", String::as_str)
}

/// What stands in the way of a step, as the key of a sentence; other errors go their way.
fn in_the_way(error: OfficeError) -> Result<&'static str, OfficeError> {
    match error {
        OfficeError::WrongState => Ok("glass-wrong-state"),
        OfficeError::NoKeys => Ok("glass-no-keys"),
        OfficeError::Locked(_) => Ok("glass-no-identity"),
        other => Err(other),
    }
}

/// A request in words.
struct Line {
    href: String,
    title: String,
    facts: Vec<(String, String)>,
    state_kind: &'static str,
    state_icon: &'static str,
    state: String,
    approve: String,
    refuse: String,
    end: String,
    alone: bool,
    case: String,
}

fn line(page: &Page, asked: &Asked) -> Line {
    let moment = |at: i64| format::moment(page.texts(), at, page.today);
    let base = format!("/glass/{}", asked.id);
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: String| facts.push((page.t(key), value));
    fact("glass-asked-at", moment(asked.asked_at));
    if asked.kind != "drill" {
        fact("glass-asker", asked.asker.clone());
        fact("glass-reason", asked.reason.clone());
    }
    if asked.kind == "case" {
        fact("glass-purpose", page.t(&format!("glass-purpose-{}", asked.purpose)));
        fact("glass-scope", page.t(if asked.names { "glass-scope-names" } else { "glass-scope-work" }));
        fact("glass-minutes", page.ta("glass-minutes-n", &[("n", &asked.minutes.to_string())]));
    }
    match (asked.state, asked.until) {
        ("asked", _) => fact("glass-answer-until", moment(asked.ask_until)),
        ("open" | "ended", Some(until)) => fact("glass-open-until", moment(until)),
        _ => {}
    }
    if asked.need > 0 && asked.state == "asked" {
        let (have, need) = (asked.have.to_string(), asked.need.to_string());
        fact("glass-approved", page.ta("glass-approved-n", &[("have", &have), ("need", &need)]));
    }
    let (state_kind, state_icon) = match asked.state {
        "open" => ("violet", "unlock"),
        "asked" => ("amber", "clock"),
        "done" => ("green", ""),
        _ => ("grey", ""),
    };
    let step = |may: bool, step: &str| if may { format!("{base}/{step}") } else { String::new() };
    Line {
        title: match asked.kind.as_str() {
            "case" => page.ta("glass-title-case", &[("number", &asked.number)]),
            kind => page.t(&format!("glass-title-{kind}")),
        },
        facts,
        state_kind,
        state_icon,
        state: page.t(&format!("glass-state-{}", asked.state)),
        approve: step(asked.may_approve, "approve"),
        refuse: step(asked.may_approve, "refuse"),
        end: step(asked.may_end, "end"),
        alone: asked.may_alone,
        case: asked.case.map(|case| format!("/cases/{case}")).unwrap_or_default(),
        href: base,
    }
}

struct News {
    text: String,
    when: String,
    action: String,
    href: String,
}

fn news(page: &Page, told: &Told) -> News {
    News {
        text: page.ta(&format!("glass-told-{}", told.kind), &[("who", &told.about)]),
        when: format::moment(page.texts(), told.at, page.today),
        action: format!("/glass/told/{}", told.id),
        href: match (told.request, told.kind.as_str()) {
            (Some(note), "named") => format!("/sealed/{note}"),
            (Some(request), _) => format!("/glass/{request}"),
            (None, _) => String::new(),
        },
    }
}

#[derive(Template)]
#[template(path = "glass.html")]
struct BoardPage {
    page: Page,
    alert: String,
    may_ask: bool,
    officer: bool,
    notices: Vec<News>,
    waiting: Vec<Line>,
    mine: Vec<Line>,
    sealed: Vec<SealedLine>,
    past: Vec<Line>,
}

/// A note that whoever looks was named for.
struct SealedLine {
    href: String,
    title: String,
    when: String,
}

fn board(visit: &Visit<'_>) -> Answer {
    board_page(visit, "")
}

fn board_page(visit: &Visit<'_>, alert: &str) -> Answer {
    let found = office::glass::board(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "");
    let lines = |all: &[Asked]| all.iter().map(|a| line(&page, a)).collect::<Vec<_>>();
    render(&BoardPage {
        alert: said(&page, alert),
        may_ask: found.may_ask,
        officer: found.officer,
        notices: found.notices.iter().map(|n| news(&page, n)).collect(),
        waiting: lines(&found.waiting),
        mine: lines(&found.mine),
        sealed: found
            .sealed
            .iter()
            .map(|n| SealedLine {
                href: format!("/sealed/{}", n.id),
                title: page.ta("glass-title-case", &[("number", &n.number)]),
                when: format::moment(page.texts(), n.at, page.today),
            })
            .collect(),
        past: lines(&found.past),
        page,
    })
}

/// What stands in the way, in words; empty when nothing does.
fn said(page: &Page, alert: &str) -> String {
    if alert.is_empty() { String::new() } else { page.t(alert) }
}

/// The page of a form with what was typed, what is to be corrected, and what stands in the way.
type Form = fn(&Visit<'_>, Option<&Input>, &[FieldError], &str) -> Answer;

/// Where a form leads: on, or back to itself with everything that was typed.
fn sent<T>(visit: &Visit<'_>, done: Result<T, OfficeError>, form: Form, (to, text): (&str, &str)) -> Answer {
    match done {
        Ok(_) => {
            drafts::done(visit)?;
            saved(to, text)
        }
        Err(OfficeError::Invalid(errors)) => refused(form(visit, Some(&visit.input), &errors, "")),
        Err(other) => refused(form(visit, Some(&visit.input), &[], in_the_way(other)?)),
    }
}

fn back_to_board(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/glass".to_owned()))
}

fn told(visit: &Visit<'_>) -> Answer {
    office::glass::seen(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    Ok(Reply::Redirect("/glass".to_owned()))
}

struct Look {
    when: String,
    what: String,
    tag: String,
    /// How often in a row.
    times: usize,
}

/// What was looked at, in words: one page opened writes a leaf for each kind of record on it, here it is one line
/// that names them all. The same again within a minute is counted.
fn looks(page: &Page, looked: &[Looked]) -> Vec<Look> {
    let verb = |l: &Looked| l.action.split_once('.').map_or("", |(_, verb)| verb).to_owned();
    let mut out: Vec<Look> = Vec::new();
    for group in looked.chunk_by(|a, b| (a.at, verb(a), a.refused) == (b.at, verb(b), b.refused)) {
        let Some(first) = group.first() else { continue };
        let kinds: Vec<&str> = group.iter().filter_map(|l| l.action.split('.').next()).collect();
        let look = Look {
            when: format::moment(page.texts(), first.at, page.today),
            what: if first.refused { page.t("looked-refused") } else { deed(page, &verb(first), &kinds) },
            tag: match (first.refused, group.iter().any(|l| l.identity)) {
                (true, _) => page.t("glass-look-refused"),
                (false, true) => page.t("glass-look-identity"),
                (false, false) => String::new(),
            },
            times: 1,
        };
        match out.last_mut() {
            Some(last) if (&last.when, &last.what, &last.tag) == (&look.when, &look.what, &look.tag) => {
                last.times += 1;
            }
            _ => out.push(look),
        }
    }
    out
}

#[derive(Template)]
#[template(path = "glass_request.html")]
struct RequestPage {
    page: Page,
    trail: Vec<Link>,
    /// What kind of request it is, where the title is a case.
    lead: String,
    alert: String,
    asked: Line,
    /// Whether what was looked at is shown to this reader.
    looks: bool,
    looked: Vec<Look>,
    review: String,
    reviewed: String,
    review_action: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

fn request(visit: &Visit<'_>) -> Answer {
    request_page(visit, &[], "")
}

fn request_page(visit: &Visit<'_>, errors: &[FieldError], alert: &str) -> Answer {
    let found = office::glass::detail(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    let mut page = Page::new(visit, "");
    if let (Some("glass-done"), "open", Some(until)) =
        (visit.query("saved"), found.asked.state, found.asked.until)
    {
        let text = page.ta("glass-open-now", &[("when", &format::hour(page.texts(), until))]);
        page.toast = Some(Toast { text, undo_href: String::new() });
    }
    let looked = looks(&page, &found.looked);
    let typed = visit.sent("review");
    let fields = if found.may_review {
        vec![field(&page, errors, ("textarea", "review", "glass-review"), typed, true, Vec::new())]
    } else {
        Vec::new()
    };
    let (review, reviewed) = found.review.unwrap_or_default();
    render(&RequestPage {
        alert: said(&page, alert),
        asked: line(&page, &found.asked),
        trail: vec![Link { label: page.t("glass-title"), href: "/glass".to_owned() }],
        lead: if found.asked.kind == "case" { page.t("glass-title-case.lead") } else { String::new() },
        looks: found.looked_at_shown,
        looked,
        review,
        reviewed,
        review_action: format!("/glass/{}/review", found.asked.id),
        errors: summary(&page, "glass", errors),
        fields,
        page,
    })
}

fn back_to_request(visit: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect(format!("/glass/{}", visit.id("id")?)))
}

fn approve(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    let alone = visit.sent("alone") == "yes";
    match office::glass::approve(&visit.web.office, &visit.ctx, id, alone) {
        Ok(Outcome::Waiting { .. }) => saved(&format!("/glass/{id}"), "glass-approved"),
        Ok(Outcome::Done) => saved(&format!("/glass/{id}"), "glass-done"),
        Ok(Outcome::Wrong(_)) => refused(request_page(visit, &[], "glass-wrong-share")),
        Ok(Outcome::TooFew) => refused(request_page(visit, &[], "glass-too-few")),
        Err(other) => refused(request_page(visit, &[], in_the_way(other)?)),
    }
}

fn refuse(visit: &Visit<'_>) -> Answer {
    match office::glass::refuse(&visit.web.office, &visit.ctx, visit.id("id")?) {
        Ok(()) => saved("/glass", "glass-refused"),
        Err(other) => refused(request_page(visit, &[], in_the_way(other)?)),
    }
}

fn end(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match office::glass::end(&visit.web.office, &visit.ctx, id) {
        Ok(()) => saved(&format!("/glass/{id}"), "glass-ended"),
        Err(other) => refused(request_page(visit, &[], in_the_way(other)?)),
    }
}

fn review(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match office::glass::review(&visit.web.office, &visit.ctx, id, &visit.input) {
        Ok(()) => saved(&format!("/glass/{id}"), "glass-reviewed"),
        Err(OfficeError::Invalid(errors)) => refused(request_page(visit, &errors, "")),
        Err(other) => refused(request_page(visit, &[], in_the_way(other)?)),
    }
}
