//! The way home: planned, prepared, departed, arrived.

use super::journey::{note, past};
use super::plan::{Place, Planner, values};
use super::story::Told;
use super::texts;
use domain::programme::GateWhen;
use domain::{Record, RecordKind};

/// The return, if there is one; the day of arrival, if it is over.
pub fn movement(p: &mut Planner<'_>, told: &mut Told) -> Option<i32> {
    let life = told.life;
    let (direction, to) = match (life.foreign(), life.country) {
        (true, _) => ("to_origin", life.citizenship),
        (false, "BG") => ("internal", "BG"),
        (false, _) => ("to_bulgaria", "BG"),
    };
    let chance = match direction {
        "internal" => 300,
        "to_origin" => 750,
        _ => 880,
    };
    if told.asylum || !p.rng.chance(chance) {
        return None;
    }
    let planned = told.opened + p.rng.between(3, 8);
    let leaves = planned + p.rng.between(10, 30);
    if !past(planned) {
        return None;
    }
    let (from_town, to_town) = match direction {
        "to_origin" => ("София", texts::town(to)),
        "internal" => ("София", texts::district(told.district)),
        _ => (texts::town(life.country), texts::district(told.district)),
    };
    let mut out = values(&[
        ("direction", direction),
        ("will", "voluntary"),
        ("from_country", life.country),
        ("to_country", to),
        ("from_place", from_town),
        ("to_place", to_town),
        ("on_date", &p.date(leaves)),
        ("state", "planned"),
    ]);
    if past(leaves) || p.rng.chance(600) {
        out.set(
            "voluntary_decision",
            "Каза с преводач, че се връща по своя воля и че може да промени решението си.",
        );
    }
    let at = p.at(planned);
    let place = Place::case(told.case.head.id);
    let mut moving = p.insert(RecordKind::Return, place, told.worker, at, out);
    p.update(&mut told.case, told.worker, at + 60_000_000, "edit", &[("state", "return")]);
    let cancelled = past(leaves) && p.rng.chance(50);
    gates(p, told, &moving, planned, leaves);
    legs(p, told, &moving, leaves, (direction, from_town, to_town));
    note(p, told, planned + 1, texts::BEFORE, "partner");
    if cancelled {
        let at = p.at(leaves - 1);
        p.update(&mut moving, told.worker, at, "cancel", &[("state", "cancelled")]);
        p.update(&mut told.case, told.worker, at + 60_000_000, "edit", &[("state", "active")]);
        return None;
    }
    if !past(leaves) {
        return None;
    }
    let at = p.at(leaves);
    p.update(
        &mut moving,
        told.worker,
        at,
        "depart",
        &[("state", "departed"), ("departed_on", &p.date(leaves))],
    );
    // Most travel by air and arrive the same day.
    let arrives = leaves + i32::from(p.rng.chance(200));
    if !past(arrives) {
        return None;
    }
    let received = if life.foreign() {
        "Колега от мисията"
    } else {
        "Социален работник, МОМ София"
    };
    let changes = [
        ("state", "arrived"),
        ("arrived_on", &p.date(arrives)),
        ("received_by", received),
        ("arrival_note", "Без забавяне."),
    ];
    let at = p.at(arrives).max(at) + 3_600_000_000;
    p.update(&mut moving, told.worker, at, "arrive", &changes);
    p.update(&mut told.case, told.worker, at + 60_000_000, "edit", &[("state", "reintegration")]);
    note(p, told, (arrives + 1).min(-1), texts::ARRIVAL, "meeting");
    Some(arrives)
}

fn gates(p: &mut Planner<'_>, told: &Told, moving: &Record, planned: i32, leaves: i32) {
    let departure = p.day(leaves);
    let situation = domain::returns::situation(&told.case, &told.person.values, moving, departure);
    let programme = p.programme;
    for rule in &programme.gates {
        let applies = match rule.when {
            GateWhen::Always => true,
            GateWhen::Child => situation.child,
            GateWhen::Medical => situation.medical,
            GateWhen::Outbound => situation.outbound,
            GateWhen::Asylum => situation.asylum,
            GateWhen::SpecialProtection => situation.special_protection,
        };
        // These the program finds out by itself.
        let by_itself =
            ["consent", "itinerary", "asylum_clear", "voluntary_decision"].contains(&rule.code.as_str());
        if !applies || by_itself {
            continue;
        }
        let who = match rule.code.as_str() {
            "travel_document" => "Консулска служба",
            "fit_to_travel" => "Лекар",
            "guardian" | "child_notice" => "Отдел „Закрила на детето“",
            _ => "Водещ случая",
        };
        let out = values(&[
            ("gate", &rule.code),
            ("responsible", who),
            ("due_on", &p.date(leaves - 2)),
            ("state", "waiting"),
        ]);
        let at = p.at(planned) + 60_000_000;
        let mut gate = p.insert(RecordKind::Gate, Place::under(moving), told.worker, at, out);
        let done = leaves - p.rng.between(2, 8);
        // Everything is met before anybody departs; on the way there something is always missing.
        if past(done.max(planned + 1)) && (past(leaves) || p.rng.chance(650)) {
            let done = done.max(planned + 1);
            let at = p.at(done) + 60_000_000;
            let changes = [("state", "met"), ("done_on", &*p.date(done)), ("evidence", "В досието")];
            p.update(&mut gate, told.worker, at, "edit", &changes);
        }
    }
}

fn legs(
    p: &mut Planner<'_>,
    told: &Told,
    moving: &Record,
    leaves: i32,
    (direction, from, to): (&str, &str, &str),
) {
    if !past(leaves) && p.rng.chance(400) {
        return;
    }
    let flight = format!("полет ДЕМО {:03}", p.rng.between(100, 999));
    let mut put = |mode: &str, from: &str, to: &str, times: (&str, &str), carrier: &str| {
        let out = values(&[
            ("on_date", &p.date(leaves)),
            ("mode", mode),
            ("from_place", from),
            ("departs_at", times.0),
            ("to_place", to),
            ("arrives_at", times.1),
            ("carrier", carrier),
            ("meeting", "Зала пристигане, табела „Пристан“"),
            ("if_late", "Обаждане на дежурния на програмата"),
        ]);
        let at = p.at(leaves.min(0) - 3).max(moving.head.created_at + 120_000_000);
        p.insert(RecordKind::Leg, Place::under(moving), told.worker, at, out);
    };
    match direction {
        "internal" => put("bus", from, to, ("09:30", "13:10"), "автобус"),
        "to_origin" => put("plane", from, to, ("10:20", "16:40"), &flight),
        _ => {
            put("plane", from, "Летище София", ("11:05", "14:30"), &flight);
            put("car", "Летище София", to, ("15:15", "18:00"), "служебен автомобил");
        }
    }
}
