//! The programme: progress to its targets, the way from case to closure, and the lists behind the figures.

use crate::answer::{Answer, page as render};
use crate::format;
use crate::frame::{Route, get};
use crate::page::Page;
use crate::parts::{Choice, Link};
use crate::records::{case_title, state_word, title_of};
use crate::visit::Visit;
use askama::Template;
use domain::policy::{Action, CaseList, scope};
use domain::programme::{
    Indicator, Pace, Period, Programme, elapsed, pace, periods, reached, reads_from_outside, suppress, whole,
};
use domain::{Date, Record};
use office::OfficeError;
use office::programme::{Behind, Figures, behind_column, figures};
use std::collections::HashMap;

mod way;

/// Routes.
pub static ROUTES: &[Route] =
    &[get("/programme", Action::Figures, show), get("/programme/{code}", Action::Figures, list)];

#[derive(Template)]
#[template(path = "programme.html")]
struct ProgrammePage {
    page: Page,
    title: String,
    lead: String,
    periods: Vec<Choice>,
    elapsed: u8,
    whole: bool,
    outside: bool,
    goals: Vec<Goal>,
    way: way::Way,
    quality: String,
    quality_href: String,
    about: About,
}

/// One indicator with its bar.
struct Goal {
    code: String,
    name: String,
    href: String,
    number: Number,
    of: String,
    has_target: bool,
    pct: u8,
    definition: String,
    parts: Vec<Part>,
    extra: Vec<String>,
    tag_kind: &'static str,
    tag: String,
    tag_icon: &'static str,
}

/// An indicator that is shown under another.
struct Part {
    code: String,
    name: String,
    href: String,
    number: Number,
}

/// A number as people and as programs read it; a hidden one has no plain form.
struct Number {
    text: String,
    plain: String,
}

struct About {
    aim: String,
    span: String,
    groups: Vec<String>,
    line: String,
    dial: String,
    other_lines: String,
    partners: String,
}

#[derive(Template)]
#[template(path = "programme_list.html")]
struct ListPage {
    page: Page,
    trail: Vec<Link>,
    badge: String,
    title: String,
    lead: String,
    number: Number,
    definition: String,
    note: String,
    column_first: String,
    column_last: String,
    rows: Vec<Row>,
    track: bool,
}

struct Row {
    href: String,
    title: String,
    track: String,
    state: String,
    day: String,
}

/// `1 204`, or the word for a hidden number.
fn number(page: &Page, value: Option<i64>) -> Number {
    match value {
        Some(value) => {
            let digits = value.to_string();
            let mut text = String::new();
            for (i, digit) in digits.chars().enumerate() {
                if i > 0 && (digits.len() - i).is_multiple_of(3) {
                    text.push('\u{a0}');
                }
                text.push(digit);
            }
            Number { text, plain: digits }
        }
        None => Number { text: page.t("programme-hidden"), plain: String::new() },
    }
}

/// Which days are asked for. Readers outside always get the whole period: from two periods that differ by
/// a day anybody could tell one person.
fn asked(visit: &Visit<'_>, programme: &Programme) -> (Date, Date) {
    let default = (programme.from, programme.to);
    if reads_from_outside(visit.ctx.actor.role) {
        return default;
    }
    let days = match visit.query("period").and_then(|p| p.split_once('_')) {
        Some((from, to)) => (from.parse().ok(), to.parse().ok()),
        None => {
            let day = |name| visit.query(name).and_then(|d| d.parse::<Date>().ok());
            (day("from").or(Some(default.0)), day("to").or(Some(default.1)))
        }
    };
    match days {
        (Some(from), Some(to)) if from <= to => (from, to),
        _ => default,
    }
}

/// What keeps the period in an address; empty for the whole one.
fn period_query(programme: &Programme, (from, to): (Date, Date)) -> String {
    if (from, to) == (programme.from, programme.to) { String::new() } else { format!("from={from}&to={to}") }
}

fn with_query(path: String, query: &str) -> String {
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn span(page: &Page, (from, to): (Date, Date)) -> String {
    page.ta("programme-span", &[("from", &format::date_field(from)), ("to", &format::date_field(to))])
}

fn period_name(page: &Page, period: Period) -> String {
    match period {
        Period::Whole => page.t("programme-period-whole"),
        Period::Year(year) => page.ta("programme-period-year", &[("year", &year.to_string())]),
        Period::Quarter(year, quarter) => {
            let quarter = page.t(&format!("programme-quarter-{quarter}"));
            page.ta("programme-period-quarter", &[("quarter", &quarter), ("year", &year.to_string())])
        }
    }
}

/// The numbers that this reader may see, by code of indicator or step.
fn shown(programme: &Programme, figures: &Figures, outside: bool) -> HashMap<String, Option<i64>> {
    let value = |code: &str| figures.figures.iter().find(|f| f.code == code).map_or(0, |f| f.value);
    let mut out = HashMap::new();
    for (step, [all, ..]) in &figures.way {
        let row = if outside { suppress(*all, &[]) } else { whole(*all, &[]) };
        out.insert((*step).to_owned(), row.total);
    }
    let row = if outside { suppress(figures.outside, &[]) } else { whole(figures.outside, &[]) };
    out.insert("outside".to_owned(), row.total);
    for indicator in &programme.indicators {
        let parts: Vec<&Indicator> = parts_of(programme, indicator).filter(|i| i.counted).collect();
        let alone = indicator.part_of.is_none() || !indicator.counted;
        if !alone {
            continue;
        }
        let values: Vec<i64> = parts.iter().map(|i| value(&i.code)).collect();
        // Trainings and the people trained are public; returns, help and calls are about people at risk.
        let hides = outside && !indicator.code.starts_with('T');
        let total = value(&indicator.code);
        let row = if hides { suppress(total, &values) } else { whole(total, &values) };
        out.insert(indicator.code.clone(), row.total);
        out.extend(parts.iter().map(|i| i.code.clone()).zip(row.parts));
    }
    out
}

fn parts_of<'a>(programme: &'a Programme, whole: &'a Indicator) -> impl Iterator<Item = &'a Indicator> {
    programme.indicators.iter().filter(|i| i.part_of.as_deref() == Some(whole.code.as_str()))
}

fn target_text(page: &Page, indicator: &Indicator) -> String {
    match (indicator.target, indicator.comparison) {
        (Some(target), Some(domain::programme::Comparison::MoreThan)) => {
            page.ta("programme-target-over", &[("n", &target.to_string())])
        }
        (Some(target), Some(domain::programme::Comparison::AtLeast)) => {
            page.ta("programme-target-least", &[("n", &target.to_string())])
        }
        _ => page.t("programme-target-none"),
    }
}

fn pace_tag(page: &Page, pace: Pace) -> (&'static str, String, &'static str) {
    match pace {
        Pace::Met => ("green", page.t("programme-pace-met"), "check"),
        Pace::Ahead => ("green", page.t("programme-pace-ahead"), "check"),
        Pace::Behind => ("amber", page.t("programme-pace-behind"), "clock"),
        Pace::FarBehind => ("red", page.t("programme-pace-far"), "warning"),
    }
}

/// Does this reader have any list of cases? Others see numbers without links to lists that would be empty.
fn lists_cases(visit: &Visit<'_>) -> bool {
    [CaseList::Mine, CaseList::Organisation, CaseList::National]
        .into_iter()
        .any(|list| scope(&visit.ctx.actor, list).is_some())
}

fn show(visit: &Visit<'_>) -> Answer {
    let programme = &visit.web.office.programme;
    let days = asked(visit, programme);
    let figures = figures(&visit.web.office, &visit.ctx, Some(days.0), Some(days.1))?;
    let page = Page::new(visit, "programme");
    let outside = reads_from_outside(visit.ctx.actor.role);
    let whole = days == (programme.from, programme.to);
    let gone = elapsed(programme.from, programme.to, visit.ctx.today);
    let seen = shown(programme, &figures, outside);
    let query = period_query(programme, days);
    let href = |code: &str| with_query(format!("/programme/{code}"), &query);
    let get = |code: &str| seen.get(code).copied().flatten();

    let mut goals = Vec::new();
    for indicator in programme.indicators.iter().filter(|i| i.part_of.is_none()) {
        let code = indicator.code.as_str();
        let value = get(code);
        let (mut pct, mut tag) = (0, ("", String::new(), ""));
        if let (Some(value), Some(target), Some(comparison)) = (value, indicator.target, indicator.comparison)
        {
            pct = reached(value, target, comparison);
            // The target is the whole programme's; a quarter of it is neither ahead nor behind.
            if whole {
                tag = pace_tag(&page, pace(value, target, comparison, gone));
            }
        }
        let extra = if code == "T2" {
            let known = figures.trained.iter().filter(|(_, n)| *n > 0);
            known.map(|(kind, n)| format!("{}: {n}", page.t(&format!("institution-{kind}")))).collect()
        } else {
            Vec::new()
        };
        goals.push(Goal {
            name: indicator.name.get(page.lang).to_owned(),
            href: href(code),
            number: number(&page, value),
            of: target_text(&page, indicator),
            has_target: indicator.target.is_some(),
            pct,
            definition: indicator.definition.get(page.lang).to_owned(),
            parts: parts_of(programme, indicator)
                .map(|part| Part {
                    code: part.code.clone(),
                    name: part.name.get(page.lang).to_owned(),
                    href: href(&part.code),
                    number: number(&page, get(&part.code)),
                })
                .collect(),
            extra,
            tag_kind: tag.0,
            tag: tag.1,
            tag_icon: tag.2,
            code: code.to_owned(),
        });
    }
    let mut options: Vec<Choice> = Vec::new();
    if !outside {
        options.extend(periods(programme).into_iter().map(|(period, from, to)| Choice {
            code: format!("{from}_{to}"),
            label: period_name(&page, period),
            chosen: (from, to) == days,
            ..Choice::default()
        }));
        if options.iter().all(|o| !o.chosen) {
            let code = format!("{}_{}", days.0, days.1);
            options.push(Choice { code, label: span(&page, days), chosen: true, ..Choice::default() });
        }
    }
    let years = if programme.from.year() == programme.to.year() {
        programme.from.year().to_string()
    } else {
        format!("{}–{}", programme.from.year(), programme.to.year())
    };
    let way = way::draw(&page, &figures, outside, lists_cases(visit), &query);
    let quality = match get("outside") {
        Some(0) => String::new(),
        Some(n) => page.tn("programme-quality-outside", usize::try_from(n).unwrap_or(0)),
        None => page.t("programme-quality-hidden"),
    };
    render(&ProgrammePage {
        title: page.ta("programme-title", &[("years", &years)]),
        lead: format!("{} · {}", programme.name.get(page.lang), span(&page, days)),
        periods: options,
        elapsed: gone,
        whole,
        outside,
        goals,
        way,
        quality,
        quality_href: if outside { String::new() } else { href("outside") },
        about: about(&page, programme),
        page,
    })
}

fn about(page: &Page, programme: &Programme) -> About {
    let dial = programme.hotline.international.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    About {
        aim: programme.aim.get(page.lang).to_owned(),
        span: span(page, (programme.from, programme.to)),
        groups: programme.target_groups.iter().map(|g| g.get(page.lang).to_owned()).collect(),
        line: programme.hotline.number.clone(),
        dial,
        other_lines: programme.hotline.other_lines.join(", "),
        partners: page.tn("programme-partners", page.names.organisations.len()),
    }
}

/// The list behind a figure.
fn list(visit: &Visit<'_>) -> Answer {
    let office = &visit.web.office;
    let programme = &office.programme;
    let code = visit.param("code");
    let outside = reads_from_outside(visit.ctx.actor.role);
    let column = visit.query("group").filter(|g| !g.is_empty());
    if outside && column.is_some() {
        return Err(OfficeError::NotFound.into());
    }
    let days = asked(visit, programme);
    let (behind, value) = behind_column(office, &visit.ctx, code, column, Some(days.0), Some(days.1))?;
    let value = if outside {
        let figures = figures(office, &visit.ctx, Some(days.0), Some(days.1))?;
        shown(programme, &figures, true).get(code).copied().flatten()
    } else {
        Some(value)
    };
    let page = Page::new(visit, "programme");
    let indicator = programme.indicator(code);
    let mut title = indicator
        .map_or_else(|| page.t(&format!("programme-step-{code}")), |i| i.name.get(page.lang).to_owned());
    if let Some(column) = column {
        title = format!("{title}: {}", page.t(&format!("programme-column-{column}")).to_lowercase());
    }
    let definition = match indicator {
        Some(indicator) => indicator.definition.get(page.lang).to_owned(),
        None => page.t(&format!("programme-step-{code}.definition")),
    };
    let mut lead = span(&page, days);
    if let Some(indicator) = indicator.filter(|i| i.target.is_some()) {
        lead = format!("{lead} · {}", target_text(&page, indicator));
    }
    let day = |text: &str| page.day(text.parse().ok());
    let row = |record: &Record, on: &str, href: String, title: String| Row {
        href,
        title,
        track: record.get("track").unwrap_or_default().to_owned(),
        state: state_word(&page, record),
        day: day(on),
    };
    let id = |record: &Record| record.head.id;
    let (rows, track, mut note): (Vec<Row>, bool, String) = match &behind {
        Behind::Cases(cases) => {
            let rows: Vec<Row> = cases
                .iter()
                .map(|(c, on)| row(c, on, format!("/cases/{}", id(c)), case_title(&page, c)))
                .collect();
            let note = if rows.is_empty() && value != Some(0) {
                "programme-note-none"
            } else {
                "programme-note-cases"
            };
            (rows, true, page.t(note))
        }
        Behind::Trainings(trainings) => {
            let rows = trainings.iter();
            let rows: Vec<Row> =
                rows.map(|(t, on)| row(t, on, format!("/training/{}", id(t)), title_of(&page, t))).collect();
            let note = if rows.is_empty() && value != Some(0) {
                page.t("programme-note-none")
            } else {
                String::new()
            };
            (rows, false, note)
        }
        Behind::Counted(_) => {
            let key = if code == "T2" { "programme-note-trained" } else { "programme-note-calls" };
            (Vec::new(), false, page.t(key))
        }
    };
    if rows.is_empty() && value == Some(0) && !matches!(behind, Behind::Counted(_)) {
        note = page.t("programme-note-zero");
    }
    if i64::try_from(rows.len()).is_ok_and(|n| n >= office::programme::ROWS) {
        note = format!("{note} {}", page.t("programme-note-first"));
    }
    if outside {
        note = page.t("programme-note-outside");
    }
    let back = with_query("/programme".to_owned(), &period_query(programme, days));
    render(&ListPage {
        trail: vec![Link { label: page.t("room-programme"), href: back }],
        badge: indicator.map_or_else(String::new, |i| i.code.clone()),
        title,
        lead,
        number: number(&page, value),
        definition,
        note,
        column_first: page.t(if track { "kind-case" } else { "kind-training" }),
        column_last: page.t(if track { "programme-day-counts" } else { "programme-day" }),
        rows,
        track,
        page,
    })
}
