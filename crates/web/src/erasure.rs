//! Erasing a person's file, legal holds, and the paper that shows a person what is written about her.

mod own_data;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::cases::Tag;
use crate::drafts;
use crate::format;
use crate::forms::{Source, part, plain, summary};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine, Link};
use crate::people::about;
use crate::records::{Fact, case_title, facts, refused, state_word};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use domain::values::Input;
use domain::{FieldError, Id, Mask, Record, RecordKind, codes};
use office::OfficeError;
use office::erasure::{self, ErasurePage, Outcome, RequestPage, SetHold};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/people/{id}/erasure", Action::Ask, show),
    post("/people/{id}/erasure", Action::Ask, ask),
    get("/erasures/{id}", Action::View, request),
    post("/erasures/{id}", Action::Erase, decide),
    get("/erasures/{id}/answer", Action::View, answer),
    get("/cases/{id}/hold", Action::Hold, hold_form),
    post("/cases/{id}/hold", Action::Hold, hold),
    get("/holds/{id}/lift", Action::Hold, lift_form),
    post("/holds/{id}/lift", Action::Hold, lift),
    get("/people/{id}/own-data", Action::Ask, own_data::form),
    post("/people/{id}/own-data", Action::Ask, own_data::make),
];

/// What is left of an anonymised case, in one line.
#[must_use]
pub fn remainder(page: &Page, case: &Record) -> String {
    let mut parts = Vec::new();
    for (name, list) in [("sex", "sex"), ("age_band", "age-band"), ("outcome", "identification-outcome")] {
        parts.extend(case.get(name).map(|code| page.t(&format!("{list}-{code}"))));
    }
    parts.extend(case.get("citizen").map(|code| page.t(&format!("anonymised-citizen-{code}"))));
    parts.extend(case.values.codes("services").map(|code| page.t(&format!("service-type-{code}"))));
    page.ta("anonymised-body", &[("what", &parts.join(" · "))])
}

fn state_tag(page: &Page, request: &Record) -> Tag {
    let (kind, icon) = match request.head.state.as_str() {
        "asked" => ("amber", "clock"),
        "refused" => ("grey", ""),
        _ => ("green", "check"),
    };
    Tag::new(kind, state_word(page, request), icon)
}

struct RequestRow {
    href: String,
    day: String,
    by: String,
    due: String,
    late: bool,
    state: Tag,
}

struct HoldLine {
    title: String,
    body: String,
    href: String,
}

fn hold_lines(page: &Page, holds: &[SetHold], lift: bool) -> Vec<HoldLine> {
    holds
        .iter()
        .map(|known| {
            let Some((hold, case)) = known else {
                return HoldLine {
                    title: page.t("hold-elsewhere"),
                    body: page.t("hold-elsewhere.body"),
                    href: String::new(),
                };
            };
            let ground = hold.get("ground").map(|g| page.t(&format!("hold-ground-{g}"))).unwrap_or_default();
            let since = page.day(hold.head.on_date);
            let body = page.ta("hold-is-set-body", &[("ground", &ground), ("day", &since)]);
            HoldLine {
                title: page.ta("hold-on-case", &[("case", &case_title(page, case))]),
                body,
                href: if lift { format!("/holds/{}/lift", hold.head.id) } else { String::new() },
            }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "erasure.html")]
struct PersonErasure {
    page: Page,
    trail: Vec<Link>,
    masked: String,
    about: String,
    holds: Vec<HoldLine>,
    rows: Vec<RequestRow>,
    may_ask: bool,
    time_over: bool,
    action: String,
    back: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
    restored: bool,
}

fn person_trail(page: &Page, person: Id) -> Vec<Link> {
    vec![
        Link { label: page.t("room-cases"), href: "/cases".to_owned() },
        Link { label: page.t("kind-person"), href: format!("/people/{person}") },
    ]
}

fn show(visit: &Visit<'_>) -> Answer {
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    let mut input = Input::from([("on_date".to_owned(), vec![visit.ctx.today.to_string()])]);
    input.extend(draft.unwrap_or_default());
    erasure_page(visit, &input, &[], restored)
}

fn erasure_page(visit: &Visit<'_>, input: &Input, errors: &[FieldError], restored: bool) -> Answer {
    let id = visit.id("id")?;
    let found: ErasurePage = erasure::page(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let spec = RecordKind::Erasure.spec();
    let source = Source { spec, input, errors, mask: Mask::PRIVILEGED, skip: &[], records: &[] };
    let fields = ["on_date", "asked_by", "words"]
        .into_iter()
        .filter_map(|name| spec.field(name))
        .map(|field| {
            let mut made = part(&page, &source, field);
            if field.name == "asked_by" && !found.time_over {
                made.options.retain(|o| o.code != "retention");
            }
            made
        })
        .collect();
    let rows = found
        .requests
        .iter()
        .map(|r| RequestRow {
            href: format!("/erasures/{}", r.head.id),
            day: page.day(r.head.on_date),
            by: r.get("asked_by").map(|by| page.t(&format!("erasure-by-{by}"))).unwrap_or_default(),
            due: page.day(r.head.due_on),
            late: r.head.state == "asked" && r.head.due_on.is_some_and(|d| d < page.today),
            state: state_tag(&page, r),
        })
        .collect();
    let waits = found.requests.iter().any(|r| r.head.state == "asked");
    render(&PersonErasure {
        trail: person_trail(&page, id),
        masked: domain::people::masked_name(&found.person.values),
        about: about(&page, &found.person),
        holds: hold_lines(&page, &found.holds, found.may_decide),
        rows,
        may_ask: found.may_ask && !waits,
        time_over: found.time_over,
        action: visit.path.clone(),
        back: format!("/people/{id}"),
        errors: summary(&page, RecordKind::Erasure, errors),
        fields,
        restored,
        page,
    })
}

fn ask(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    match erasure::ask(&visit.web.office, &visit.ctx, id, &visit.input, visit.once()) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&visit.path, "erasure-asked")
        }
        Err(OfficeError::Invalid(errors)) => refused(erasure_page(visit, &visit.input, &errors, false)),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "erasure_request.html")]
struct Request {
    page: Page,
    trail: Vec<Link>,
    state: Tag,
    facts: Vec<Fact>,
    holds: Vec<HoldLine>,
    by_hand: String,
    answer_href: String,
    may_decide: bool,
    same_hand: bool,
    action: String,
    version: String,
    errors: Vec<ErrorLine>,
    outcome: Field,
    sure: Field,
    grounds: Field,
    answer: Field,
    /// A legal hold leaves nothing else to decide.
    only_refuse: bool,
    back: String,
    restored: bool,
}

fn request(visit: &Visit<'_>) -> Answer {
    let draft = drafts::of_page(visit)?;
    let restored = draft.is_some();
    request_page(visit, &draft.unwrap_or_default(), &[], restored)
}

fn request_page(visit: &Visit<'_>, input: &Input, errors: &[FieldError], restored: bool) -> Answer {
    let id = visit.id("id")?;
    let found: RequestPage = erasure::request(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let open = found.request.head.state == "asked";
    let spec = RecordKind::Erasure.spec();
    let mut typed = input.clone();
    if !found.holds.is_empty() && !typed.contains_key("grounds") {
        typed.insert("grounds".to_owned(), vec!["open_proceedings".to_owned()]);
    }
    let source = Source { spec, input: &typed, errors, mask: Mask::PRIVILEGED, skip: &[], records: &[] };
    let of = |name: &str| spec.field(name).map(|f| part(&page, &source, f)).unwrap_or_default();
    let first = |name: &str| input.get(name).and_then(|v| v.first()).cloned().unwrap_or_default();
    let wrong = |name: &str| {
        let error = errors.iter().find(|e| e.field == name);
        error.map(|e| crate::forms::problem(&page, e)).unwrap_or_default()
    };
    let mut outcome = plain(&page, "radios", "outcome", "erasure-outcome", "", true);
    outcome.error = wrong("outcome");
    // What a legal hold forbids is not offered.
    let offered: &[&str] = if found.holds.is_empty() { &["erase", "refuse"] } else { &["refuse"] };
    outcome.options = offered
        .iter()
        .map(|code| Choice {
            code: (*code).to_owned(),
            label: page.t(&format!("erasure-outcome-{code}")),
            chosen: first("outcome") == *code || offered.len() == 1,
            ..Choice::default()
        })
        .collect();
    let only_refuse = offered.len() == 1;
    let asked_for = |name: &str| {
        let hint = if only_refuse { String::new() } else { page.t("erasure-when-refused") };
        Field { required: only_refuse, depends: true, hint, ..of(name) }
    };
    let mut sure = plain(&page, "check", "sure", "erasure-sure", &first("sure"), true);
    sure.error = wrong("sure");
    let mut trail = vec![Link { label: page.t("room-cases"), href: "/cases".to_owned() }];
    let mut back = "/cases".to_owned();
    if let Some(person) = &found.person {
        trail = person_trail(&page, person.head.id);
        let href = format!("/people/{}/erasure", person.head.id);
        back.clone_from(&href);
        trail.push(Link { label: page.t("erasure"), href });
    }
    let by_hand = found.request.get("by_hand").and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
    // The form's own fields have texts of their own, the others those of the kind.
    let lines = errors
        .iter()
        .map(|e| {
            let key = match e.field.as_str() {
                name @ ("outcome" | "sure") => format!("erasure-{name}"),
                name => format!("{}-{name}", RecordKind::Erasure.code()),
            };
            let id = crate::forms::field_id(&e.field);
            ErrorLine { id, text: format!("{}: {}", page.t(&key), crate::forms::problem(&page, e)) }
        })
        .collect();
    // The state stands beside the heading.
    let mut shown = found.request.clone();
    shown.values.0.remove("state");
    render(&Request {
        trail,
        state: state_tag(&page, &found.request),
        facts: facts(&page, &shown, &[]).into_iter().filter(|f| !f.sealed || open).collect(),
        holds: hold_lines(&page, &found.holds, found.may_decide),
        by_hand: by_hand.map(|n| page.tn("erasure-by-hand", n)).unwrap_or_default(),
        answer_href: if open { String::new() } else { format!("/erasures/{id}/answer") },
        may_decide: found.may_decide && open && !found.same_hand,
        same_hand: found.may_decide && open && found.same_hand,
        action: visit.path.clone(),
        version: found.request.head.version.to_string(),
        errors: lines,
        outcome,
        sure,
        grounds: asked_for("grounds"),
        answer: asked_for("answer"),
        only_refuse,
        back,
        restored,
        page,
    })
}

fn decide(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    match erasure::decide(&visit.web.office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(outcome) => {
            drafts::done(visit)?;
            let what = match outcome {
                Outcome::Erased { .. } => "erasure-done",
                Outcome::Refused => "erasure-refused",
            };
            saved(&format!("/erasures/{id}"), what)
        }
        Err(OfficeError::Invalid(errors)) => refused(request_page(visit, &visit.input, &errors, false)),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "erasure_answer.html")]
struct AnswerPage {
    page: Page,
    trail: Vec<Link>,
    done: bool,
    asked: String,
    decided: String,
    grounds: Vec<String>,
    words: String,
}

/// The answer on paper: neutral, without a name.
fn answer(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let found = erasure::request(&visit.web.office, &visit.ctx, id)?;
    let request = &found.request;
    if request.head.state == "asked" {
        return Ok(Reply::Redirect(format!("/erasures/{id}")));
    }
    let page = Page::new(visit, "cases");
    let full = |date: Option<domain::Date>| {
        date.map(|d| page.ta("date-full", &[("date", &format::date_field(d))])).unwrap_or_default()
    };
    render(&AnswerPage {
        trail: vec![Link { label: page.t("erasure-request"), href: format!("/erasures/{id}") }],
        done: request.head.state == "done",
        asked: full(request.head.on_date),
        decided: full(request.values.date("decided_on")),
        grounds: request
            .values
            .codes("grounds")
            .filter_map(|g| codes::ERASURE_GROUND.known(g))
            .map(|g| page.t(&format!("erasure-ground-{g}.letter")))
            .collect(),
        words: request.get("answer").unwrap_or_default().to_owned(),
        page,
    })
}

fn hold_form(visit: &Visit<'_>) -> Answer {
    hold_page(visit, None, &[])
}

fn hold_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let case = erasure::hold_form(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let today = || Input::from([("on_date".to_owned(), vec![format::date_field(page.today)])]);
    let input = typed.cloned().or(draft).unwrap_or_else(today);
    let fields = step_fields(&page, &input, errors, &["on_date", "ground", "due_on", "note"], &[]);
    render(&StepPage {
        class: page.t("kind-hold"),
        trail: case_trail(&page, &case),
        title: page.t("hold-set"),
        lead: page.t("hold-set-lead"),
        alert_kind: "blue",
        alert_title: page.t("hold-means"),
        alert_body: page.t("hold-means-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors: summary(&page, RecordKind::Hold, errors),
        fields,
        button: page.t("hold-set"),
        icon: "scales",
        red: false,
        back: format!("/cases/{id}"),
        restored,
        page,
    })
}

fn step_fields(
    page: &Page,
    input: &Input,
    errors: &[FieldError],
    names: &[&str],
    required: &[&str],
) -> Vec<Field> {
    let spec = RecordKind::Hold.spec();
    let source = Source { spec, input, errors, mask: Mask::PRIVILEGED, skip: &[], records: &[] };
    names
        .iter()
        .filter_map(|name| spec.field(name))
        .map(|field| {
            let made = part(page, &source, field);
            Field { required: made.required || required.contains(&field.name), ..made }
        })
        .collect()
}

fn case_trail(page: &Page, case: &Record) -> Vec<Link> {
    vec![
        Link { label: page.t("room-cases"), href: "/cases".to_owned() },
        Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) },
    ]
}

fn hold(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    match erasure::hold(&visit.web.office, &visit.ctx, id, &visit.input, visit.once()) {
        Ok(_) => {
            drafts::done(visit)?;
            saved(&format!("/cases/{id}"), "hold-set")
        }
        Err(OfficeError::Invalid(errors)) => refused(hold_page(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

fn lift_form(visit: &Visit<'_>) -> Answer {
    lift_page(visit, None, &[])
}

fn lift_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError]) -> Answer {
    let id = visit.id("id")?;
    let (hold, case) = erasure::lift_form(&visit.web.office, &visit.ctx, id)?;
    let home = format!("/cases/{}", case.head.id);
    if hold.head.state != "set" {
        return Ok(Reply::Redirect(home));
    }
    let page = Page::new(visit, "cases");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let restored = draft.is_some();
    let today = || Input::from([("lifted_on".to_owned(), vec![format::date_field(page.today)])]);
    let input = typed.cloned().or(draft).unwrap_or_else(today);
    let both = ["lifted_on", "lift_note"];
    let ground = hold.get("ground").map(|g| page.t(&format!("hold-ground-{g}"))).unwrap_or_default();
    let since = page.day(hold.head.on_date);
    render(&StepPage {
        class: page.t("kind-hold"),
        trail: case_trail(&page, &case),
        title: page.t("hold-lift"),
        lead: page.ta("hold-is-set-body", &[("ground", &ground), ("day", &since)]),
        alert_kind: "amber",
        alert_title: page.t("hold-lift-means"),
        alert_body: page.t("hold-lift-means-body"),
        action: visit.path.clone(),
        version: hold.head.version.to_string(),
        errors: summary(&page, RecordKind::Hold, errors),
        fields: step_fields(&page, &input, errors, &both, &both),
        button: page.t("hold-lift"),
        icon: "check",
        red: false,
        back: home,
        restored,
        page,
    })
}

fn lift(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    let id = visit.id("id")?;
    match erasure::lift(&visit.web.office, &visit.ctx, id, visit.version(), &visit.input) {
        Ok(case) => {
            drafts::done(visit)?;
            saved(&format!("/cases/{case}"), "hold-lifted")
        }
        Err(OfficeError::Invalid(errors)) => refused(lift_page(visit, Some(&visit.input), &errors)),
        Err(other) => Err(other.into()),
    }
}

/// Choices of the grounds, for the page of what is due.
#[must_use]
pub fn rules(page: &Page, chosen: &str) -> Vec<Choice> {
    let mut all: Vec<Choice> = domain::retention::Applies::ALL
        .iter()
        .map(|a| Choice {
            code: a.code().to_owned(),
            label: page.t(&format!("retention-{}", a.code())),
            chosen: a.code() == chosen,
            ..Choice::default()
        })
        .collect();
    let none = !all.iter().any(|c| c.chosen);
    all.insert(0, Choice { label: page.t("retention-all"), chosen: none, ..Choice::default() });
    all
}
