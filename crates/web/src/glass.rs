//! Officers, emergency access to one case, keys given back, and what everybody was told.

mod sealed;

use crate::answer::{Answer, Reply, page as render, saved};
use crate::drafts;
use crate::format;
use crate::forms::{field_id, plain, problem};
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Field, FieldError as ErrorLine};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::FieldError;
use domain::policy::Action;
use domain::values::Input;
use office::OfficeError;
use office::glass::{Asked, Circle, Outcome, Told};

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/keys/officers", Action::Session, officers),
    post("/keys/officers", Action::Session, name),
    get("/keys/officers/{id}/accept", Action::Session, back_to_officers),
    post("/keys/officers/{id}/accept", Action::Session, accept),
    get("/glass", Action::Session, board),
    get("/glass/new", Action::Session, ask_form),
    post("/glass/new", Action::Session, ask),
    get("/glass/recover", Action::Session, recover_form),
    post("/glass/recover", Action::Session, recover),
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

fn officers(visit: &Visit<'_>) -> Answer {
    officers_page(visit, None, &[], "")
}

fn officers_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    let found = office::glass::page(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let input = typed.cloned().or(draft).unwrap_or_default();
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
        alert: if alert.is_empty() { String::new() } else { page.t(alert) },
        locked: found.locked,
        live: found.live.as_ref().map(|c| ring(&page, c)),
        named: found.named.as_ref().map(|c| ring(&page, c)),
        fields,
        page,
    })
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

fn name(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::glass::name(&visit.web.office, &visit.ctx, &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved("/keys/officers", "officers-named")
        }
        Err(OfficeError::Invalid(errors)) => refused(officers_page(visit, Some(&visit.input), &errors, "")),
        Err(other) => refused(officers_page(visit, Some(&visit.input), &[], in_the_way(other)?)),
    }
}

fn back_to_officers(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/keys/officers".to_owned()))
}

fn accept(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::glass::accept(&visit.web.office, &visit.ctx, visit.id("id")?) {
        Ok(()) => saved("/keys/officers", "officers-accepted"),
        Err(other) => refused(officers_page(visit, None, &[], in_the_way(other)?)),
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
        href: told.request.map(|r| format!("/glass/{r}")).unwrap_or_default(),
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
    past: Vec<Line>,
}

fn board(visit: &Visit<'_>) -> Answer {
    board_page(visit, "")
}

fn board_page(visit: &Visit<'_>, alert: &str) -> Answer {
    let found = office::glass::board(&visit.web.office, &visit.ctx)?;
    let page = Page::new(visit, "");
    let lines = |all: &[Asked]| all.iter().map(|a| line(&page, a)).collect::<Vec<_>>();
    render(&BoardPage {
        alert: if alert.is_empty() { String::new() } else { page.t(alert) },
        may_ask: found.may_ask,
        officer: found.officer,
        notices: found.notices.iter().map(|n| news(&page, n)).collect(),
        waiting: lines(&found.waiting),
        mine: lines(&found.mine),
        past: lines(&found.past),
        page,
    })
}

fn back_to_board(_: &Visit<'_>) -> Answer {
    Ok(Reply::Redirect("/glass".to_owned()))
}

fn told(visit: &Visit<'_>) -> Answer {
    office::glass::seen(&visit.web.office, &visit.ctx, visit.id("id")?)?;
    Ok(Reply::Redirect("/glass".to_owned()))
}

#[derive(Template)]
#[template(path = "glass_ask.html")]
struct AskPage {
    page: Page,
    title: String,
    lead: String,
    note: String,
    send: String,
    action: String,
    alert: String,
    errors: Vec<ErrorLine>,
    fields: Vec<Field>,
}

fn ask_form(visit: &Visit<'_>) -> Answer {
    ask_page(visit, None, &[], "")
}

fn ask_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    if !office::glass::may_ask(&visit.ctx) {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "");
    let draft = if typed.is_none() { drafts::of_page(visit)? } else { None };
    let input = typed.cloned().or(draft).unwrap_or_default();
    let mut purposes = vec![Choice { label: page.t("choose-none"), ..Choice::default() }];
    purposes.extend(
        office::glass::PURPOSES
            .iter()
            .map(|p| choice(p, page.t(&format!("glass-purpose-{p}")), all(&input, "purpose"))),
    );
    let chosen = if first(&input, "minutes").is_empty() {
        vec!["60".to_owned()]
    } else {
        all(&input, "minutes").to_vec()
    };
    let minutes = office::glass::MODES
        .iter()
        .map(|n| n.to_string())
        .map(|n| choice(&n, page.ta("glass-minutes-n", &[("n", &n)]), &chosen))
        .collect();
    let names = vec![choice("yes", page.t("glass-names.yes"), all(&input, "names"))];
    let (number, reason) = (first(&input, "number"), first(&input, "reason"));
    let fields = vec![
        field(&page, errors, ("text", "number", "glass-number"), number, true, Vec::new()),
        field(&page, errors, ("select", "purpose", "glass-purpose"), "", true, purposes),
        field(&page, errors, ("textarea", "reason", "glass-reason"), reason, true, Vec::new()),
        field(&page, errors, ("radios", "minutes", "glass-minutes"), "", true, minutes),
        field(&page, errors, ("checkboxes", "names", "glass-names"), "", false, names),
    ];
    render(&AskPage {
        title: page.t("glass-ask"),
        lead: page.t("glass-ask-lead"),
        note: page.t("glass-ask-note"),
        send: page.t("glass-send"),
        action: visit.path.clone(),
        alert: if alert.is_empty() { String::new() } else { page.t(alert) },
        errors: summary(&page, "glass", errors),
        fields,
        page,
    })
}

fn ask(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::glass::ask(&visit.web.office, &visit.ctx, &visit.input) {
        Ok(_) => {
            drafts::done(visit)?;
            saved("/glass", "glass-asked")
        }
        Err(OfficeError::Invalid(errors)) => refused(ask_page(visit, Some(&visit.input), &errors, "")),
        Err(other) => refused(ask_page(visit, Some(&visit.input), &[], in_the_way(other)?)),
    }
}

fn recover_form(visit: &Visit<'_>) -> Answer {
    recover_page(visit, None, &[], "")
}

fn recover_page(visit: &Visit<'_>, typed: Option<&Input>, errors: &[FieldError], alert: &str) -> Answer {
    if !office::glass::may_recover(&visit.ctx) {
        return Err(OfficeError::NotFound.into());
    }
    let page = Page::new(visit, "");
    let reason = typed.map_or("", |input| first(input, "reason"));
    let fields = vec![field(&page, errors, ("textarea", "reason", "glass-reason"), reason, true, Vec::new())];
    render(&AskPage {
        title: page.t("glass-recover"),
        lead: page.t("glass-recover-lead"),
        note: page.t("glass-recover-note"),
        send: page.t("glass-send"),
        action: visit.path.clone(),
        alert: if alert.is_empty() { String::new() } else { page.t(alert) },
        errors: summary(&page, "glass", errors),
        fields,
        page,
    })
}

fn recover(visit: &Visit<'_>) -> Answer {
    visit.fresh()?;
    match office::glass::recover(&visit.web.office, &visit.ctx, &visit.input) {
        Ok(_) => saved("/glass", "glass-asked"),
        Err(OfficeError::Invalid(errors)) => refused(recover_page(visit, Some(&visit.input), &errors, "")),
        Err(other) => refused(recover_page(visit, Some(&visit.input), &[], in_the_way(other)?)),
    }
}

struct Look {
    when: String,
    what: String,
    tag: String,
}

#[derive(Template)]
#[template(path = "glass_request.html")]
struct RequestPage {
    page: Page,
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
    let page = Page::new(visit, "");
    let looked = found
        .looked
        .iter()
        .map(|l| {
            let (kind, what) = l.action.split_once('.').unwrap_or(("", &l.action));
            let kind = page.texts().maybe(&format!("kind-{kind}"));
            let what = page.texts().maybe(&format!("cases-look-{what}"));
            Look {
                when: format::moment(page.texts(), l.at, page.today),
                what: if kind.is_empty() || what.is_empty() {
                    l.action.clone()
                } else {
                    format!("{kind}: {what}")
                },
                tag: match (l.refused, l.identity) {
                    (true, _) => page.t("glass-look-refused"),
                    (false, true) => page.t("glass-look-identity"),
                    (false, false) => String::new(),
                },
            }
        })
        .collect();
    let typed = visit.sent("review");
    let fields = if found.may_review {
        vec![field(&page, errors, ("textarea", "review", "glass-review"), typed, true, Vec::new())]
    } else {
        Vec::new()
    };
    let (review, reviewed) = found.review.unwrap_or_default();
    render(&RequestPage {
        alert: if alert.is_empty() { String::new() } else { page.t(alert) },
        asked: line(&page, &found.asked),
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
