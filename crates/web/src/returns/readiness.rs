//! The page that says whether somebody may depart, what is missing, and the way she goes.

use crate::answer::{Answer, page as render};
use crate::format;
use crate::page::Page;
use crate::parts::{Cell, Clock, Link, Reason};
use crate::records::{Fact, case_title, facts};
use crate::visit::Visit;
use askama::Template;
use domain::civil::days_between;
use domain::returns::GateStatus;
use domain::{Compartment, Date, Record};
use office::returns::Readiness;

#[derive(Template)]
#[template(path = "return.html")]
struct ReturnPage {
    page: Page,
    trail: Vec<Link>,
    title: String,
    number: String,
    masked: String,
    about: String,
    track: String,
    way: String,
    state: String,
    forced: bool,
    refused: bool,
    cells: Vec<Cell>,
    met: String,
    gates: Vec<GateRow>,
    any_provisional: bool,
    departure: Departure,
    may_depart: bool,
    may_move: bool,
    may_edit: bool,
    may_route: bool,
    reasons: Vec<Reason>,
    next: Link,
    clocks: Vec<Clock>,
    stops: Vec<Stop>,
    details: Vec<Fact>,
    href: String,
    record_href: String,
    state_word: String,
}

/// When it is, in words.
struct Departure {
    day: String,
    left: String,
    late: bool,
}

struct GateRow {
    name: String,
    href: String,
    kind: &'static str,
    icon: &'static str,
    word: String,
    blocks: bool,
    responsible: String,
    evidence: String,
    sealed: bool,
    note: String,
    due: String,
    late: bool,
    provisional: bool,
}

/// A place on the way, and the leg that leaves from it.
#[derive(Default)]
struct Stop {
    hour: String,
    place: String,
    note: String,
    sealed: bool,
    icon: &'static str,
    leg: Option<Leg>,
}

struct Leg {
    title: String,
    icon: &'static str,
    href: String,
    facts: Vec<Fact>,
}

/// Is nothing in the way?
pub(super) fn ready(found: &Readiness) -> bool {
    found.gates.iter().all(|g| !g.blocks()) && !forced(found)
}

/// Removal by force is no return: it never departs from here.
fn forced(found: &Readiness) -> bool {
    found.moving.get("will") == Some("forced")
}

/// The page; `unmet` are the conditions for which a departure was just refused.
pub(super) fn page(visit: &Visit<'_>, found: &Readiness, unmet: Vec<GateStatus>) -> Answer {
    let page = Page::new(visit, "returns");
    let head = &found.moving.head;
    let id = head.id;
    let planned = head.state == "planned";
    let forced = forced(found);
    let mut reasons: Vec<Reason> =
        found.gates.iter().filter(|g| g.blocks()).map(|g| reason(&page, found, g)).collect();
    if forced {
        reasons.insert(
            0,
            Reason {
                text: page.t("return-forced"),
                href: String::new(),
                owner: page.t("return-forced.body"),
            },
        );
    }
    let met = found.gates.iter().filter(|g| !g.blocks()).count();
    let cells = found.gates.iter().rev().map(|g| Cell { state: cell(g.state) }).collect();
    let gates: Vec<GateRow> = found.gates.iter().map(|g| gate_row(&page, found, g)).collect();
    let next = found.gates.iter().find(|g| g.blocks()).filter(|_| planned && found.may_edit && !forced);
    let next = next.map_or_else(Link::default, |g| Link {
        label: page.t(&format!("gate-{}", g.code)),
        href: fix(found, g),
    });
    let person = found.person.as_ref();
    let of_state = ["departed_on", "arrived_on", "received_by", "arrival_note"];
    let label = |name: &str| page.t(&format!("return-{name}"));
    let labels: Vec<String> = of_state.iter().map(|n| label(n)).collect();
    let details = facts(&page, &found.moving, &[])
        .into_iter()
        .filter(|f| !planned && labels.contains(&f.label))
        .collect();
    render(&ReturnPage {
        trail: trail(&page, found),
        title: page.t(&format!("return-title-{}", head.state)),
        number: found.case.as_ref().and_then(|c| c.head.number.clone()).unwrap_or_default(),
        masked: person.map(|p| domain::people::masked_name(&p.values)).unwrap_or_default(),
        about: person.map(|p| about(&page, p, found.case.as_ref())).unwrap_or_default(),
        track: found.case.as_ref().and_then(|c| c.get("track")).unwrap_or_default().to_owned(),
        way: way(&page, &found.moving),
        state: head.state.clone(),
        forced,
        refused: !unmet.is_empty() || (forced && visit.path.ends_with("/depart")),
        cells,
        met: page.ta("return-met", &[("met", &met.to_string()), ("all", &found.gates.len().to_string())]),
        any_provisional: gates.iter().any(|g| g.provisional),
        gates,
        departure: departure(&page, found.moving.values.date("departed_on").or(head.on_date), planned),
        may_depart: planned && reasons.is_empty() && found.may_move,
        may_move: found.may_move,
        may_edit: found.may_edit,
        may_route: found.may_route,
        reasons,
        next,
        clocks: if planned { clocks(&page, found) } else { Vec::new() },
        stops: stops(&page, found),
        details,
        href: format!("/returns/{id}"),
        record_href: format!("/records/{id}"),
        state_word: page.t(&format!("return-state-{}", head.state)),
        page,
    })
}

fn trail(page: &Page, found: &Readiness) -> Vec<Link> {
    let mut links = vec![Link { label: page.t("room-returns"), href: "/returns".to_owned() }];
    if let Some(case) = &found.case {
        links.push(Link { label: case_title(page, case), href: format!("/cases/{}", case.head.id) });
    }
    links
}

/// `момиче, 13 г.`, as far as this reader may know.
fn about(page: &Page, person: &Record, case: Option<&Record>) -> String {
    let age = domain::people::age(&person.values, page.today);
    let sex = person.get("sex").filter(|s| matches!(*s, "female" | "male")).unwrap_or("other");
    // Who may not know the age may know the track.
    let child = age.map_or_else(|| case.and_then(|c| c.get("track")) == Some("children"), |a| a < 18);
    let grown = if child { "child" } else { "adult" };
    let who = page.t(&format!("return-about-{sex}-{grown}"));
    age.map_or_else(
        || who.clone(),
        |a| page.ta("return-about-age", &[("who", &who), ("age", &a.to_string())]),
    )
}

/// From where to where: places when the reader may know them, countries else.
fn way(page: &Page, moving: &Record) -> String {
    let end = |place: &str, country: &str| {
        let land = moving.get(country).map(|c| page.t(&format!("country-{c}")));
        moving.get(place).map(str::to_owned).or(land).unwrap_or_else(|| "–".to_owned())
    };
    format!("{} → {}", end("from_place", "from_country"), end("to_place", "to_country"))
}

fn departure(page: &Page, on: Option<Date>, planned: bool) -> Departure {
    let Some(on) = on else { return Departure { day: "–".to_owned(), left: String::new(), late: false } };
    let days = days_between(page.today, on);
    let n = usize::try_from(days.unsigned_abs()).unwrap_or(0);
    let left = match days {
        _ if !planned => String::new(),
        0 => page.t("today-word"),
        1.. => page.tn("return-in-days", n),
        _ => page.tn("return-late-days", n),
    };
    let weekday = page.t(&format!("weekday-{}", on.weekday().to_monday_one_offset()));
    Departure { day: format!("{}, {weekday}", page.day(Some(on))), left, late: planned && days < 0 }
}

fn cell(state: &str) -> &'static str {
    match state {
        "met" | "not_needed" => "done",
        "waiting" => "wait",
        _ => "missing",
    }
}

/// What people noted about a condition, when this reader may see it.
fn note_of<'a>(found: &'a Readiness, gate: &GateStatus) -> Option<&'a Record> {
    found.notes.iter().find(|n| Some(n.head.id) == gate.record)
}

/// Where a condition is put right. Automatic ones lie where the system reads them.
fn fix(found: &Readiness, gate: &GateStatus) -> String {
    let id = found.moving.head.id;
    if !found.may_edit || found.moving.head.state != "planned" {
        return String::new();
    }
    let case = found.case.as_ref().map(|c| c.head.id);
    match (gate.code, case) {
        // Route, consents and the case itself belong to those who plan the return.
        ("itinerary" | "consent" | "asylum_clear", _) if !found.may_route => String::new(),
        ("itinerary", _) => format!("/records/{id}/add/leg"),
        ("voluntary_decision", _) => super::at_field(&format!("/records/{id}/edit"), "voluntary_decision"),
        ("consent", Some(case)) => format!("/cases/{case}/add/consent?purpose=return"),
        ("asylum_clear", Some(case)) => super::at_field(&format!("/records/{case}/edit"), "asylum"),
        _ if gate.automatic => String::new(),
        (code, _) => format!("/returns/{id}/gate/{code}"),
    }
}

fn reason(page: &Page, found: &Readiness, gate: &GateStatus) -> Reason {
    let which = if gate.state == "waiting" { "waiting" } else { "missing" };
    let note = note_of(found, gate);
    let who = note.and_then(|n| n.get("responsible")).map(str::to_owned);
    let until =
        note.and_then(|n| n.head.due_on).map(|d| page.ta("return-until", &[("day", &page.day(Some(d)))]));
    let owner = match (who, until) {
        _ if gate.automatic => page.t("gate-automatic-owner"),
        (Some(who), Some(until)) => format!("{who}, {until}"),
        (Some(one), None) => one,
        (None, Some(until)) => format!("{}, {until}", page.t("gate-no-owner")),
        (None, None) => page.t("gate-no-owner"),
    };
    Reason { text: page.t(&format!("gate-{}.{which}", gate.code)), href: fix(found, gate), owner }
}

fn gate_row(page: &Page, found: &Readiness, gate: &GateStatus) -> GateRow {
    let note = note_of(found, gate);
    let (kind, icon) = match gate.state {
        "met" => ("green", "check"),
        "waiting" => ("amber", "clock"),
        "missing" => ("red", "blocked"),
        _ => ("grey", ""),
    };
    let text = |name: &str| note.and_then(|n| n.get(name)).unwrap_or_default().to_owned();
    let done = note
        .and_then(|n| n.values.date("done_on"))
        .map(|d| page.ta("gate-done-on", &[("day", &page.day(Some(d)))]));
    let due = note.and_then(|n| n.head.due_on);
    GateRow {
        name: page.t(&format!("gate-{}", gate.code)),
        href: fix(found, gate),
        kind,
        icon,
        word: page.t(&format!("gate-state-{}", gate.state)),
        blocks: gate.blocks(),
        responsible: if gate.automatic { page.t("gate-automatic-who") } else { text("responsible") },
        evidence: if gate.automatic { page.t("gate-automatic") } else { text("evidence") },
        sealed: note.is_some_and(|n| !n.mask.has(Compartment::C2)),
        note: if gate.automatic {
            page.t(&format!("gate-automatic-{}", gate.code))
        } else if found.age_unknown && gate.blocks() && gate.for_child {
            page.t("gate-age-unknown")
        } else {
            done.unwrap_or_default()
        },
        // A day is read in one piece.
        due: due.map(|d| page.day(Some(d)).replace(' ', "\u{a0}")).unwrap_or_default(),
        late: gate.blocks() && due.is_some_and(|d| d <= page.today),
        provisional: gate.provisional,
    }
}

/// How much of a time is gone, in whole percent.
fn gone(from: Date, today: Date, to: Date) -> u8 {
    let all = days_between(from, to).max(1);
    u8::try_from((days_between(from, today) * 100 / all).clamp(0, 100)).unwrap_or(100)
}

fn clock(page: &Page, name: String, from: Date, to: Date, href: String) -> Clock {
    let days = days_between(page.today, to);
    let n = usize::try_from(days.unsigned_abs()).unwrap_or(0);
    let (kind, left) = match days {
        0 => ("soon", page.t("today-word")),
        1..=7 => ("soon", page.tn("return-days", n)),
        8.. => ("calm", page.tn("return-days", n)),
        _ => ("overdue", page.tn("return-overdue", n)),
    };
    Clock { name, left, pct: gone(from, page.today, to), note: page.day(Some(to)), kind, href }
}

/// What is due first before she goes, at most three, and the departure itself.
fn clocks(page: &Page, found: &Readiness) -> Vec<Clock> {
    let mut due: Vec<(Date, &GateStatus, &Record)> = Vec::new();
    for gate in found.gates.iter().filter(|g| g.blocks()) {
        if let Some((note, day)) = note_of(found, gate).and_then(|n| n.head.due_on.map(|d| (n, d))) {
            due.push((day, gate, note));
        }
    }
    due.sort_by_key(|(day, ..)| *day);
    let mut out = Vec::new();
    for (day, gate, note) in due.into_iter().take(3) {
        let name = page.t(&format!("gate-{}", gate.code));
        out.push(clock(page, name, format::day_of(note.head.created_at), day, fix(found, gate)));
    }
    let head = &found.moving.head;
    if let Some(on) = head.on_date {
        let name = page.t("return-until-departure");
        out.push(clock(page, name, format::day_of(head.created_at), on, String::new()));
    }
    out
}

fn mode_icon(leg: &Record) -> &'static str {
    match leg.get("mode") {
        Some("plane" | "ship") => "plane",
        Some("car" | "train" | "bus") => "bus",
        _ => "arrow",
    }
}

/// The legs as a route: from place to place, what lies between under the place it leaves from.
fn stops(page: &Page, found: &Readiness) -> Vec<Stop> {
    let mut out: Vec<Stop> = Vec::new();
    let planned = found.moving.head.state == "planned";
    let mut arrived: Option<&Record> = None;
    let text = |leg: &Record, name: &str| leg.get(name).unwrap_or_default().to_owned();
    let sealed = |leg: &Record| !leg.mask.has(Compartment::C3);
    let arrival = |leg: &Record, last: bool| Stop {
        hour: text(leg, "arrives_at"),
        place: text(leg, "to_place"),
        sealed: sealed(leg),
        icon: if last { "home" } else { "pin" },
        ..Stop::default()
    };
    for leg in &found.legs {
        let mut note = page.day(leg.head.on_date);
        if let Some(before) = arrived {
            if before.get("to_place") == leg.get("from_place") {
                if let Some(hour) = before.get("arrives_at") {
                    note = format!("{}, {note}", page.ta("leg-arrives", &[("time", hour)]));
                }
            } else {
                out.push(arrival(before, false));
            }
        }
        let shown = ["carrier", "escort", "meeting", "if_late"].map(|n| page.t(&format!("leg-{n}")));
        let mode = leg.get("mode").map(|m| page.t(&format!("travel-mode-{m}"))).unwrap_or_default();
        out.push(Stop {
            hour: text(leg, "departs_at"),
            place: text(leg, "from_place"),
            note,
            sealed: sealed(leg),
            icon: if out.is_empty() { "home" } else { mode_icon(leg) },
            leg: Some(Leg {
                title: mode,
                icon: mode_icon(leg),
                href: if found.may_edit && planned {
                    format!("/records/{}/edit", leg.head.id)
                } else {
                    String::new()
                },
                facts: facts(page, leg, &[])
                    .into_iter()
                    .filter(|f| !f.sealed && shown.contains(&f.label))
                    .collect(),
            }),
        });
        arrived = Some(leg);
    }
    out.extend(arrived.map(|leg| arrival(leg, true)));
    out
}
