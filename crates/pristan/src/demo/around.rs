//! What happens around the cases: signals, the hotline, trainings, tasks of other desks.

use super::names::colleague;
use super::plan::{Place, Planner, values};
use super::profile::{DISTRICTS, Life};
use super::rng::Rng;
use super::story::HISTORY;
use super::texts;
use domain::{Actor, Record, RecordKind, Values};

/// The signal a case begins with and the person noted in it. A call to the hotline comes before it
/// where the case came in that way.
pub fn signal(
    p: &mut Planner<'_>,
    life: &Life,
    intake: &str,
    opened: i32,
    worker: Actor,
) -> (Record, Record) {
    let on = (opened - p.rng.between(0, 4)).max(-HISTORY - 10);
    let mut at = p.at(on).min(p.at(opened)) - 14_400_000_000;
    let mut contact = None;
    if intake == "hotline" {
        let call = call(p, on, "possible_trafficking", at, "follow_up");
        contact = Some(call);
        at += 1_800_000_000;
    }
    let urgency = p.rng.weighted(&[("now", 1), ("today", 3), ("week", 5), ("later", 1)]);
    let mut out = values(&[
        ("on_date", &p.date(on)),
        ("intake", intake),
        ("urgency", urgency),
        ("country", life.country),
        ("exploitation", life.form),
        ("summary", p.rng.pick(texts::SIGNAL)),
        ("state", "new"),
    ]);
    out.set("place", texts::town(life.country));
    let actor = if contact.is_some() { p.staff.hotline } else { worker };
    let place = Place { parent_id: contact.as_ref().map(|c| c.head.id), ..Place::free() };
    let signal = p.insert(RecordKind::Signal, place, actor, at, out);
    let band = match life.age {
        ..18 => "child",
        18..=24 => "18-24",
        25..=34 => "25-34",
        35..=49 => "35-49",
        _ => "50-plus",
    };
    let role = if life.age < 12 { "accompanying_child" } else { "victim" };
    let out =
        values(&[("role", role), ("sex", life.sex), ("age_band", band), ("citizenship", life.citizenship)]);
    let place = Place { parent_id: Some(signal.head.id), ..Place::free() };
    let noted = p.insert(RecordKind::SignalPerson, place, actor, at + 60_000_000, out);
    if let Some(mut contact) = contact {
        p.update(&mut contact, p.staff.hotline, at + 120_000_000, "convert", &[("state", "converted")]);
    }
    (signal, noted)
}

fn call(p: &mut Planner<'_>, day: i32, topic: &str, at: i64, state: &str) -> Record {
    let mut out = values(&[("on_date", &p.date(day)), ("state", state)]);
    out.set("channel", p.rng.weighted(&[("phone", 80), ("message", 10), ("mail", 4), ("form", 6)]));
    if topic == "none" {
        out.set(
            "no_content",
            p.rng.weighted(&[("hung_up", 4), ("silence", 3), ("wrong_number", 2), ("joke", 1)]),
        );
        return p.insert(RecordKind::Contact, Place::free(), p.staff.hotline, at, out);
    }
    out.set("topic", topic);
    out.set("can_talk", "yes");
    out.set("danger_now", if p.rng.chance(20) { "yes" } else { "no" });
    out.set("confidentiality", p.rng.weighted(&[("anonymous", 5), ("line_only", 3), ("may_share", 2)]));
    out.set("caller", p.rng.weighted(&[("self", 5), ("relative", 3), ("friend", 2), ("professional", 2)]));
    out.set("sex", p.rng.weighted(&[("female", 6), ("male", 3), ("unknown", 1)]));
    out.set(
        "age_band",
        p.rng.weighted(&[
            ("18-24", 3),
            ("25-34", 3),
            ("35-49", 3),
            ("50-plus", 1),
            ("child", 1),
            ("unknown", 2),
        ]),
    );
    out.set("district", p.rng.weighted(DISTRICTS));
    out.set("spoken", p.rng.weighted(&[("bg", 90), ("tr", 4), ("en", 3), ("ru", 3)]));
    out.set("note", p.rng.pick(texts::CALL));
    if topic == "job_abroad" {
        out.set("offer_place", texts::town(p.rng.pick(&["DE", "GR", "NL", "IT"])));
        out.set(
            "offer_job",
            p.rng.pick(&["бране на плодове", "почистване", "строителство", "грижа за възрастни"]),
        );
        out.set("red_flags", p.rng.pick(&["no_contract", "fee_first", "no_contract travel_arranged"]));
        out.set("checks", p.rng.pick(&["agency_register", "eures", "agency_register eures"]));
    }
    if state == "follow_up" && topic != "possible_trafficking" {
        out.set("call_back", "yes");
        out.set("safe_phone", format!("0888 000 {:03}", p.rng.below(1000)));
        out.set("due_on", p.date(day + 1));
    }
    p.insert(RecordKind::Contact, Place::free(), p.staff.hotline, at, out)
}

/// What people call about (judgement); `none` is a call without content.
const TOPICS: &[(&str, u32)] = &[
    ("job_abroad", 34),
    ("agency_check", 12),
    ("work_rights", 8),
    ("return_home", 6),
    ("possible_trafficking", 8),
    ("missing", 4),
    ("child", 4),
    ("information", 14),
    ("other", 4),
    ("none", 12),
];

/// Calls that led to no case, and signals that are still open or were something else.
pub fn calls(p: &mut Planner<'_>, seed: u64, cases: u64) {
    for n in 0..(cases * 5 / 2).min(5_000) {
        p.rng = Rng::new(seed ^ 0x0ca1_1000, n);
        let day = -p.rng.between(0, HISTORY - 1);
        let topic = p.rng.weighted(TOPICS);
        let state = if day > -4 && p.rng.chance(300) { "follow_up" } else { "closed" };
        let at = p.at(day);
        call(p, day, topic, at, state);
    }
    let worker = p.staff.workers.first().copied().unwrap_or(p.staff.hotline);
    for n in 0..(cases / 12).clamp(2, 40) {
        p.rng = Rng::new(seed ^ 0x0516_7a10, n);
        let life = Life::draw(&mut p.rng);
        let new = n < 4;
        let day = if new { -p.rng.between(0, 5) } else { -p.rng.between(10, HISTORY - 1) };
        let intake = p.rng.pick(&["partner", "police", "outreach", "consul"]);
        let (mut signal, _) = signal(p, &life, intake, day.min(-1), worker);
        let at = (signal.head.created_at + 3_600_000_000).min(p.at(0));
        match (new, n % 2) {
            (true, 0) => {}
            (true, _) => p.update(&mut signal, worker, at, "state", &[("state", "in_work")]),
            (false, _) => p.update(&mut signal, worker, at, "state", &[("state", "not_trafficking")]),
        }
    }
}

/// Two trainings that were held and one to come.
pub fn trainings(p: &mut Planner<'_>, seed: u64) {
    p.rng = Rng::new(seed ^ 0x7ea1_0000, 1);
    let programme = p.programme;
    let Some(writer) = p.staff.workers.first().copied() else { return };
    let title = |n: usize| {
        programme.trainings.get(n).map_or("Обучение за партньори", |t| t.title.bg.as_str())
    };
    // The first one falls into the programme's period if the history reaches back that far.
    let begun = domain::civil::days_between(p.today, programme.from) + 45;
    let first = begun.clamp(-HISTORY + 30, -150).max(-420);
    held(p, title(0), first, "Пловдив", writer);
    held(p, title(1), -95, "София", writer);
    let out =
        training("Обучение за социални работници: общуване с деца", "Варна", "interview children", "planned");
    let out = out.with("on_date", p.date(40)).with("due_on", p.date(41));
    let out = organiser(p, out);
    let at = p.at(-12);
    p.insert(RecordKind::Training, Place::free(), writer, at, out);
}

fn training(title: &str, city: &str, topics: &str, state: &str) -> Values {
    values(&[("title", title), ("city", city), ("topics", topics), ("state", state)])
}

fn organiser(p: &Planner<'_>, out: Values) -> Values {
    match p.staff.organisation("IOM-SOF") {
        Some(id) => out.with("organiser", id.to_string()),
        None => out,
    }
}

fn held(p: &mut Planner<'_>, title: &str, day: i32, city: &str, writer: Actor) {
    let out = training(title, city, "identification referral", "planned");
    let out = out.with("on_date", p.date(day)).with("due_on", p.date(day + 1));
    let out = organiser(
        p,
        out.with("agenda", "Ден 1: показатели и първи разговор. Ден 2: насочване, упражнения по двойки."),
    );
    let at = p.at(day - 30);
    let mut event = p.insert(RecordKind::Training, Place::free(), writer, at, out);
    for (n, topic) in ["Показатели и първи разговор", "Насочване и сигурност"].into_iter().enumerate()
    {
        let on = day + i32::try_from(n).unwrap_or(0);
        let out = values(&[
            ("on_date", &p.date(on)),
            ("topic", topic),
            ("hours", "6"),
            ("trainer", "Обучител на програмата"),
        ]);
        p.insert(
            RecordKind::TrainingSession,
            Place { parent_id: Some(event.head.id), ..Place::free() },
            writer,
            at + 60_000_000,
            out,
        );
    }
    let close = p.at(day + 2);
    for n in 0..p.rng.between(19, 23) {
        let (name, sex) = colleague(&mut p.rng);
        let (institution, organisation) = match n {
            0 => ("ngo", "Фондация (демо)"),
            1 => ("state", "Областна дирекция"),
            _ => p.rng.pick(&[
                ("state", "Гранична полиция"),
                ("state", "Отдел „Закрила на детето“"),
                ("state", "Дирекция „Миграция“"),
                ("ngo", "Сдружение (демо)"),
                ("ngo", "Приют (демо)"),
                ("international", "Международна организация"),
            ]),
        };
        let before = p.rng.between(35, 70);
        let after = (before + p.rng.between(5, 30)).min(100);
        let out = values(&[
            ("name", &name),
            ("institution", institution),
            ("organisation", organisation),
            ("sex", sex),
            ("city", city),
            ("sessions", if p.rng.chance(900) { "2" } else { "1" }),
            ("test_before", &before.to_string()),
            ("test_after", &after.to_string()),
        ]);
        let place = Place { parent_id: Some(event.head.id), ..Place::free() };
        p.insert(RecordKind::Attendance, place, writer, close, out);
    }
    p.update(&mut event, writer, close + 60_000_000, "edit", &[("state", "held")]);
}

/// Something to do for those whose work is not cases.
pub fn desks(p: &mut Planner<'_>, seed: u64) {
    let everybody = p.staff.everybody.clone();
    for (n, actor) in everybody.into_iter().enumerate() {
        p.rng = Rng::new(seed ^ 0x0de5_c000, u64::try_from(n).unwrap_or(0));
        let kind = RecordKind::Task;
        let may = domain::policy::decide(
            &actor,
            domain::Action::Create,
            domain::policy::Resource { kind, relations: &[domain::Relation::General] },
        );
        if !may.allow {
            continue;
        }
        for (text, what, due) in [
            ("Отговор на писмото от комисията", "notify", 1),
            ("Месечна среща на партньорите", "meeting", 6),
            ("Справка за тримесечието", "document", -1),
        ] {
            let out = values(&[
                ("text", text),
                ("kind", what),
                ("due_on", &p.date(due)),
                ("assignee", &actor.user.to_string()),
                ("state", "open"),
            ]);
            let at = p.at(due.min(0) - 5);
            p.insert(kind, Place::free(), actor, at, out);
        }
    }
}
