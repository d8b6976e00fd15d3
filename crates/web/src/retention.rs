//! Whose time is over: the page, and erasing a signal that was about something else.

use crate::answer::{Answer, Reply, page as render, saved};
use crate::erasure::rules;
use crate::frame::{Route, get, post};
use crate::page::Page;
use crate::parts::{Choice, Link};
use crate::returns::StepPage;
use crate::visit::Visit;
use askama::Template;
use domain::policy::Action;
use domain::retention::Applies;
use office::erasure;

/// Routes.
pub static ROUTES: &[Route] = &[
    get("/retention", Action::Retain, show),
    get("/retention/signals/{id}", Action::Erase, signal_form),
    post("/retention/signals/{id}", Action::Erase, signal),
];

#[derive(Template)]
#[template(path = "retention.html")]
struct ListPage {
    page: Page,
    provisional: String,
    rules: Vec<RuleLine>,
    choices: Vec<Choice>,
    clear: String,
    rows: Vec<Row>,
    line: String,
    cut: bool,
}

struct RuleLine {
    name: String,
    n: usize,
    who: String,
}

struct Row {
    number: String,
    href: String,
    rule: String,
    since: String,
    act: String,
    act_href: String,
    held: bool,
    check_age: bool,
}

fn show(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let found = erasure::list(office, &visit.ctx)?;
    let page = Page::new(visit, "cases");
    let retention = &office.programme.retention;
    let chosen = visit.query("rule").and_then(|c| Applies::ALL.into_iter().find(|a| a.code() == c));
    let counted = |applies: Applies| found.counts.iter().find(|(a, _)| *a == applies).map_or(0, |(_, n)| *n);
    let lines = retention.rules.iter().map(|rule| RuleLine {
        name: rule.name.get(page.lang).to_owned(),
        n: counted(rule.applies),
        who: page.t(if rule.unattended { "retention-job" } else { "retention-people" }),
    });
    let provisional = if retention.provisional {
        let whom = retention.confirm.as_ref().map_or("", |t| t.get(page.lang));
        page.ta("retention-provisional-body", &[("who", whom)])
    } else {
        String::new()
    };
    let total: usize =
        found.counts.iter().filter(|(a, _)| chosen.is_none_or(|c| c == *a)).map(|(_, n)| n).sum();
    let rows: Vec<Row> = found
        .rows
        .iter()
        .filter(|r| chosen.is_none_or(|c| c == r.applies))
        .map(|r| {
            let (act, act_href) = match (r.applies, r.person) {
                _ if r.held || !r.open => (String::new(), String::new()),
                (Applies::NotVictim | Applies::ClosedCase, Some(person)) => {
                    (page.t("retention-to-person"), format!("/people/{person}/erasure"))
                }
                (Applies::SignalNotTrafficking, _) => {
                    (page.t("retention-erase-signal"), format!("/retention/signals/{}", r.id))
                }
                _ => (String::new(), String::new()),
            };
            let case =
                matches!(r.applies, Applies::NotVictim | Applies::ClosedCase | Applies::FinanceEvidence);
            Row {
                number: r.number.clone().unwrap_or_else(|| "–".to_owned()),
                href: if r.open && case { format!("/cases/{}", r.id) } else { String::new() },
                rule: page.t(&format!("retention-{}", r.applies.code())),
                since: page.day(Some(r.since)),
                act,
                act_href,
                held: r.held,
                check_age: r.check_age,
            }
        })
        .collect();
    render(&ListPage {
        provisional,
        rules: lines.collect(),
        choices: rules(&page, chosen.map_or("", Applies::code)),
        clear: if chosen.is_some() { "/retention".to_owned() } else { String::new() },
        line: page.tn("retention-line", total),
        cut: total > rows.len(),
        rows,
        page,
    })
}

fn signal_form(visit: &Visit<'_>) -> Answer {
    let id = visit.id("id")?;
    let signal = erasure::signal_form(&visit.web.office, &visit.ctx, id)?;
    let page = Page::new(visit, "signals");
    render(&StepPage {
        class: page.t("retention"),
        trail: vec![Link { label: page.t("retention"), href: "/retention".to_owned() }],
        title: page.t("retention-erase-signal"),
        lead: page.ta("retention-signal-of", &[("day", &page.day(signal.head.on_date))]),
        alert_kind: "amber",
        alert_title: page.t("retention-signal-means"),
        alert_body: page.t("retention-signal-means-body"),
        action: visit.path.clone(),
        version: String::new(),
        errors: Vec::new(),
        fields: Vec::new(),
        button: page.t("retention-erase-signal"),
        icon: "blocked",
        red: true,
        back: "/retention".to_owned(),
        restored: false,
        page,
    })
}

fn signal(visit: &Visit<'_>) -> Answer {
    match erasure::signal(&visit.web.office, &visit.ctx, visit.id("id")?) {
        Ok(()) => saved("/retention", "signal-erased"),
        Err(office::OfficeError::WrongState) => Ok(Reply::Redirect("/retention".to_owned())),
        Err(other) => Err(other.into()),
    }
}
