//! The form of a call: sixty seconds, by keys alone if need be. Nothing is required but to say something.

use super::{Level, level, sayings};
use crate::answer::{Answer, page as render, saved};
use crate::drafts;
use crate::format::date_field;
use crate::forms::{Source, part, summary};
use crate::page::Page;
use crate::parts::{Choice, Field as Part, FieldError as ErrorLine, Link};
use crate::records::refused;
use crate::visit::Visit;
use askama::Template;
use domain::codes::{NO_CONTENT, RED_FLAGS, TOPIC};
use domain::hotline::QUESTIONS;
use domain::values::Input;
use domain::{FieldError, Mask, RecordKind, Values};
use office::OfficeError;

#[derive(Template)]
#[template(path = "call.html")]
struct CallPage {
    page: Page,
    number: String,
    action: String,
    errors: Vec<ErrorLine>,
    restored: bool,
    no_content: Vec<Choice>,
    questions: Vec<Part>,
    pills: Vec<Part>,
    about: Vec<Part>,
    offer: Vec<Part>,
    flags: Part,
    checks: Part,
    call_back: Part,
    safe: Vec<Part>,
    note: Part,
    due: Part,
    warned: usize,
    level: Option<Level>,
    say_title: String,
    say: Vec<String>,
    scripts: Vec<Script>,
    other_lines: Vec<Link>,
}

/// What to say on a topic that is not chosen yet.
struct Script {
    title: String,
    say: Vec<String>,
}

pub(super) fn form(visit: &Visit<'_>) -> Answer {
    office::records::start(
        &visit.web.office,
        &visit.ctx,
        RecordKind::Contact,
        office::records::Under::default(),
    )?;
    // The draft of another call is not this call: `?blank=1` leaves it aside.
    let draft = if visit.query("blank").is_some() { None } else { drafts::of_page(visit)? };
    let restored = draft.is_some();
    let mut input = draft.unwrap_or_default();
    if !restored {
        for (name, value) in [("channel", "phone"), ("confidentiality", "anonymous")] {
            input.insert(name.to_owned(), vec![value.to_owned()]);
        }
    }
    show(visit, &input, &[], restored)
}

pub(super) fn log(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let mut input = visit.input.clone();
    let then = visit.sent("then");
    if then == "level" {
        office::records::start(office, &visit.ctx, RecordKind::Contact, office::records::Under::default())?;
        return show(visit, &input, &[], false);
    }
    if then == "remind" {
        input.insert("state".to_owned(), vec!["follow_up".to_owned()]);
        let given = input.get("due_on").is_some_and(|d| d.iter().any(|d| !d.trim().is_empty()));
        if let (false, Ok(tomorrow)) = (given, visit.ctx.today.tomorrow()) {
            input.insert("due_on".to_owned(), vec![date_field(tomorrow)]);
        }
    }
    match office::hotline::log(office, &visit.ctx, &input, visit.once()) {
        Ok(id) => {
            drafts::done(visit)?;
            if then == "signal" {
                let signal = office::hotline::convert(office, &visit.ctx, id, None)?;
                return saved(&format!("/signals/{signal}"), "contact-converted");
            }
            // After a call without content the next one may ring already.
            let empty = !visit.sent("no_content").is_empty();
            saved(&if empty { "/hotline".to_owned() } else { format!("/hotline/{id}") }, "contact")
        }
        Err(OfficeError::Invalid(errors)) => refused(show(visit, &input, &errors, false)),
        Err(other) => Err(other.into()),
    }
}

/// What was answered so far, for the level.
fn said(input: &Input) -> Values {
    let first = |name: &str| input.get(name).and_then(|v| v.first()).map(String::as_str);
    let names = QUESTIONS.iter().copied().chain(["topic"]);
    names.fold(Values::default(), |values, name| match first(name) {
        Some(value) if !value.is_empty() => values.with(name, value),
        _ => values,
    })
}

fn show(visit: &Visit<'_>, input: &Input, errors: &[FieldError], restored: bool) -> Answer {
    let page = Page::new(visit, "hotline");
    let spec = RecordKind::Contact.spec();
    let source = Source { spec, input, errors, mask: Mask::PRIVILEGED, skip: &[], records: &[] };
    let make = |name: &str| spec.field(name).map(|f| part(&page, &source, f)).unwrap_or_default();
    // Dense on purpose: during a call nobody reads reasons at each field; one line says it for all.
    let bare =
        |name: &str| Part { why: String::new(), seen: String::new(), hint: String::new(), ..make(name) };
    // One of a few, as pills with keys: letter and number.
    let pills = |name: &str, letter: &str, kind: &'static str| {
        let mut made = Part { kind, ..bare(name) };
        made.options.retain(|o| !o.code.is_empty());
        for (n, option) in made.options.iter_mut().enumerate() {
            option.key = if letter.is_empty() { String::new() } else { format!("{letter}{}", n + 1) };
        }
        made
    };
    let key = |name: &str| page.t(&format!("hotline-key-{name}"));

    let questions = QUESTIONS.iter().enumerate().map(|(n, name)| {
        let mut made = Part { kind: "segment", key: ((n + 1) % 10).to_string(), ..bare(name) };
        made.options.retain(|o| !o.code.is_empty());
        for option in &mut made.options {
            option.key = key(&option.code);
            let harmless = matches!(*name, "can_talk" | "place_known" | "has_child");
            option.alarm = option.code == "yes" && !harmless;
        }
        made
    });
    let questions = questions.collect();
    let mut secret = pills("confidentiality", "", "pills");
    for option in &mut secret.options {
        option.key = key(&option.code);
    }
    let no_content = NO_CONTENT.codes.iter().enumerate().map(|(n, code)| Choice {
        code: (*code).to_owned(),
        label: page.t(&format!("no-content-{code}")),
        key: format!("{}{}", key("empty"), n + 1),
        ..Choice::default()
    });
    let no_content = no_content.collect();
    let said = said(input);
    let topic = said.get("topic").and_then(|t| TOPIC.known(t));
    let scripts = TOPIC
        .codes
        .iter()
        .filter(|t| topic != Some(**t))
        .map(|t| Script { title: page.t(&format!("topic-{t}")), say: sayings(&page, t) });
    let scripts = scripts.filter(|s| !s.say.is_empty()).collect();
    let flagged = input.get("red_flags").map(Vec::as_slice).unwrap_or_default();
    let call_back = pills("call_back", "", "pills");
    let note = Part { kind: "textarea", why: String::new(), seen: String::new(), ..make("note") };
    let each = |names: &[&str]| -> Vec<Part> { names.iter().map(|n| bare(n)).collect() };
    let line = &visit.web.office.programme.hotline;
    render(&CallPage {
        number: line.number.clone(),
        action: visit.path.clone(),
        errors: summary(&page, RecordKind::Contact, errors),
        restored,
        no_content,
        questions,
        pills: vec![secret, pills("caller", &key("caller"), "pills"), pills("topic", &key("topic"), "pills")],
        about: each(&["channel", "age_band", "sex", "district", "spoken"]),
        offer: each(&[
            "offer_place",
            "offer_job",
            "offer_pay",
            "offer_source",
            "offer_leaving",
            "offer_agency",
        ]),
        flags: pills("red_flags", &key("flags"), "checkboxes"),
        checks: bare("checks"),
        call_back,
        safe: each(&["safe_phone", "safe_hours"]),
        note,
        due: bare("due_on"),
        warned: RED_FLAGS.codes.iter().filter(|c| flagged.iter().any(|f| f == *c)).count(),
        level: (!said.0.is_empty()).then(|| level(&page, &said)),
        say_title: topic.map(|t| page.t(&format!("topic-{t}"))).unwrap_or_default(),
        say: sayings(&page, topic.unwrap_or("start")),
        scripts,
        other_lines: line
            .other_lines
            .iter()
            .map(|n| Link { label: n.clone(), href: format!("tel:{}", n.replace(' ', "")) })
            .collect(),
        page,
    })
}
