//! What happens in a case after it is opened.

use super::plan::{Place, Planner, values};
use super::story::{SERVICES, Told, exploitation, identification};
use super::texts;
use domain::RecordKind;
use domain::policy::Purpose;

/// A day of this story, days from today; nothing is written about days to come.
pub fn past(day: i32) -> bool {
    day < 0
}

/// Tells the rest of a case.
pub fn tell(p: &mut Planner<'_>, told: &mut Told) {
    let opened = told.opened;
    let (worker, case_id) = (told.worker, told.case.head.id);
    let at = told.case.head.created_at;
    let rejected = told.role == "victim" && p.rng.chance(40);
    if told.role == "victim" {
        identification(p, told, opened, "informal", at + 600_000_000);
        exploitation(p, told, at + 1_200_000_000);
    }
    note(p, told, opened + 1, texts::FIRST, "meeting");
    let partners = recipients(p, told);
    consent(p, told, opened + 1, &partners);
    needs(p, told, opened + 2);

    let returned = if rejected { None } else { super::movement::movement(p, told) };
    let settled = returned.unwrap_or(opened + 10);
    if rejected {
        return not_a_victim(p, told);
    }
    let formal = opened + p.rng.between(25, 90);
    if past(formal) && told.role == "victim" && p.rng.chance(550) {
        let at = p.at(formal);
        identification(p, told, formal, "formal", at);
    }
    // How it goes on, and how it ends.
    let end = match p.rng.below(100) {
        0..=9 => Some((settled + p.rng.between(20, 90), p.rng.pick(&["lost_contact", "refused_help"]))),
        10..=69 => Some((
            settled + p.rng.between(150, 420),
            p.rng.weighted(&[
                ("goals_reached", 13),
                ("referred_on", 3),
                ("re_emigrated", 3),
                ("re_trafficked", 1),
            ]),
        )),
        _ => None,
    };
    let last = end.map_or(-1, |(day, _)| day).min(-1);
    let waiting = returned.is_none() && told.case.head.state == "return";
    services(p, told, settled, last, returned.is_some());
    if !waiting && settled < last && p.rng.chance(880) {
        plan(p, told, settled, last, end.is_some_and(|(day, _)| past(day)));
        visits(p, told, settled, last);
    }
    let mut day = settled + p.rng.between(5, 20);
    for _ in 0..7 {
        if day > last {
            break;
        }
        note(p, told, day, texts::AFTER, "meeting");
        day += p.rng.between(20, 60);
    }
    // A renewed consent where the first one has run out.
    if opened + 365 < last {
        consent(p, told, opened + 360, &partners);
    }
    tasks(p, told, last, end.is_none_or(|(day, _)| !past(day)));
    match end {
        Some((day, reason)) if past(day) && !waiting => close(p, told, day, reason),
        Some((day, _)) if day < 20 && !waiting => {
            let at = p.at(-2);
            p.update(&mut told.case, worker, at, "edit", &[("state", "closing")]);
        }
        _ if !waiting && p.rng.chance(60) => {
            let at = p.at(-5);
            p.update(&mut told.case, worker, at, "edit", &[("state", "no_contact")]);
        }
        _ => {}
    }
    if p.rng.chance(300)
        && let Some(other) = p.staff.workers.iter().copied().find(|w| w.user != worker.user)
    {
        let at = p.at(opened + 1);
        p.team(case_id, other, worker, at);
    }
}

/// A note on a day.
pub fn note(p: &mut Planner<'_>, told: &Told, day: i32, from: &[&'static str], kind: &str) {
    if !past(day) {
        return;
    }
    let text = p.rng.pick(from);
    let mut out = values(&[("on_date", &p.date(day)), ("contact_kind", kind), ("text", text)]);
    if p.rng.chance(120) {
        out.set("privileged", p.rng.pick(texts::PRIVILEGED));
    }
    if text.contains("бажда") || text.contains("телефон") {
        out.set("contact_kind", "phone");
    }
    let at = p.at(day);
    p.insert(RecordKind::Note, Place::case(told.case.head.id), told.worker, at, out);
}

/// Which partners the case is shared with.
fn recipients(p: &mut Planner<'_>, told: &Told) -> Vec<&'static str> {
    let mut codes = Vec::new();
    match told.life.country {
        "DE" => codes.push("IOM-DE"),
        "BG" => {}
        _ if p.rng.chance(300) => codes.push("MFA"),
        _ => {}
    }
    // Whoever seeks protection: nothing goes to the country of origin.
    if told.life.citizenship == "NG" && !told.asylum {
        codes.push("IOM-NG");
    }
    if told.life.child() {
        codes.push("SACP");
    }
    if told.asylum {
        codes.push("SAR");
    }
    if told.role == "witness" {
        codes.push("PRB");
    }
    for (code, chance) in [
        ("GDBOP", 250),
        ("NCCTHB", 400),
        (super::accounts::SHELTER, 400),
        ("ANIMUS", 300),
        ("PRB", 80),
        ("ASA", 150),
    ] {
        if !codes.contains(&code) && p.rng.chance(chance) {
            codes.push(code);
        }
    }
    codes
}

/// What a partner is given, and what for.
fn given(code: &str) -> (Purpose, &'static str) {
    match code {
        "GDBOP" => (Purpose::Protection, "identity location"),
        "PRB" => (Purpose::Proceedings, "identity story"),
        "ANIMUS" | super::accounts::SHELTER => (Purpose::Assistance, "contact identity needs story"),
        "NCCTHB" | "SACP" | "SAR" | "ASA" => (Purpose::Referral, "contact identity needs documents"),
        _ => (Purpose::Return, "contact identity needs location documents"),
    }
}

fn consent(p: &mut Planner<'_>, told: &Told, day: i32, partners: &[&'static str]) {
    if !past(day) {
        return;
    }
    let life = told.life;
    let kind = if life.child() { "guardian" } else { p.rng.weighted(&[("written", 8), ("oral", 2)]) };
    let mut out = values(&[
        ("on_date", &p.date(day)),
        ("given_how", kind),
        ("scope", "contact identity needs story location documents"),
        ("purpose", "assistance return referral protection proceedings"),
        ("due_on", &p.date(day + 365)),
        ("own_words", "Иска да се прибере и да ѝ се помогне с документите."),
    ]);
    if life.sex == "male" {
        out.set("own_words", "Иска да се прибере и да му се помогне с документите.");
    }
    if life.foreign() {
        out.set("interpreter", "yes");
    }
    if life.child() {
        out.set("child_view", "Попитано беше с прости думи. Иска да бъде с баба си.");
    }
    let recipients: Vec<String> =
        partners.iter().filter_map(|c| p.staff.organisation(c)).map(|id| id.to_string()).collect();
    if !recipients.is_empty() {
        out.set("recipients", recipients.join(" "));
    }
    let at = p.at(day).max(told.case.head.created_at + 1);
    let consent = p.insert(RecordKind::Consent, Place::case(told.case.head.id), told.worker, at, out);
    for code in partners {
        let (purpose, groups) = given(code);
        p.share(&consent, code, purpose, groups, told.worker);
    }
}

fn needs(p: &mut Planner<'_>, told: &Told, day: i32) {
    for _ in 0..p.rng.between(1, 3) {
        if !past(day) {
            return;
        }
        let kind = p.rng.weighted(SERVICES);
        let urgency = p.rng.weighted(&[("now", 1), ("today", 1), ("week", 4), ("later", 3)]);
        let out = values(&[
            ("on_date", &p.date(day)),
            ("service_type", kind),
            ("urgency", urgency),
            ("due_on", &p.date(day + 21)),
            ("description", texts::service(kind)),
            ("state", "open"),
        ]);
        let at = p.at(day);
        let mut need = p.insert(RecordKind::Need, Place::case(told.case.head.id), told.worker, at, out);
        let met = day + p.rng.between(10, 60);
        if past(met) && p.rng.chance(800) {
            let at = p.at(met);
            p.update(&mut need, told.worker, at, "edit", &[("state", "met")]);
        }
    }
}

fn services(p: &mut Planner<'_>, told: &Told, settled: i32, last: i32, arrived: bool) {
    if told.role == "witness" {
        if past(settled) {
            put_service(p, told, settled, "witness_protection", false, Some("PRB"));
        }
        return;
    }
    if arrived && past(settled) {
        put_service(p, told, settled, "humanitarian", true, Some("IOM-SOF"));
    }
    let shelter = arrived && settled + 1 < last;
    let mut days = Vec::new();
    {
        let rng = &mut p.rng;
        if shelter && rng.chance(450) {
            days.push((settled + 1, "safe_environment"));
        }
        let mut day = settled + rng.between(2, 12);
        for _ in 0..rng.between(1, 5) {
            days.push((day, rng.weighted(SERVICES)));
            day += rng.between(7, 50);
        }
    }
    for (day, kind) in days {
        // What is planned for the next weeks is written down; what lies further away is not.
        if day > last && !(last == -1 && (0..30).contains(&day)) {
            continue;
        }
        let provider = match kind {
            "safe_environment" => Some(super::accounts::SHELTER),
            "psychological" => Some("ANIMUS"),
            "social" => Some("ASA"),
            _ => Some("IOM-SOF"),
        };
        let one_off = kind == "humanitarian" || (kind == "medical" && p.rng.chance(400));
        put_service(p, told, day, kind, one_off, provider);
    }
}

fn put_service(
    p: &mut Planner<'_>,
    told: &Told,
    day: i32,
    kind: &str,
    one_off: bool,
    provider: Option<&str>,
) {
    let state = if past(day) { "delivered" } else { "planned" };
    let mut out = values(&[
        ("on_date", &p.date(day)),
        ("service_type", kind),
        ("state", state),
        ("description", texts::service(kind)),
    ]);
    if one_off {
        out.set("one_off", "yes");
    }
    if let Some(id) = provider.and_then(|code| p.staff.organisation(code)) {
        out.set("provider", id.to_string());
    }
    if p.rng.chance(450) {
        out.set("cost", format!("{}.00 EUR", p.rng.between(2, 40) * 10));
    }
    let at = p.at(day.min(-1)).max(told.case.head.created_at + 240_000_000);
    p.insert(RecordKind::Service, Place::case(told.case.head.id), told.worker, at, out);
}

fn plan(p: &mut Planner<'_>, told: &Told, settled: i32, last: i32, ended: bool) {
    let (written, signed) = (settled + p.rng.between(4, 10), settled + p.rng.between(11, 20));
    if written > last {
        return;
    }
    let out = values(&[
        ("on_date", &p.date(written)),
        ("wishes", "Спокойно жилище, работа наблизо, да не се разпитва повече."),
        ("summary", "Шест месеца подкрепа: настаняване, консултации, документи, обучение и работа."),
        ("due_on", &p.date(written + 90)),
        ("state", "draft"),
    ]);
    let at = p.at(written).max(told.case.head.created_at + 300_000_000);
    let mut plan = p.insert(RecordKind::Plan, Place::case(told.case.head.id), told.worker, at, out);
    let areas = [
        "safety",
        "housing",
        "health",
        "psychological",
        "education",
        "work",
        "income",
        "family",
        "legal",
        "documents",
    ];
    let first = p.rng.below(10);
    for n in 0..p.rng.between(2, 4) {
        let area = areas.get(usize::try_from((first + n * 3) % 10).unwrap_or(0)).copied().unwrap_or("work");
        let out = values(&[
            ("area", area),
            ("text", texts::goal(area)),
            ("due_on", &p.date(written + 150)),
            ("state", "open"),
        ]);
        let mut goal = p.insert(RecordKind::Goal, Place::under(&plan), told.worker, at + 60_000_000, out);
        let reached = written + p.rng.between(40, 150);
        if reached <= last && p.rng.chance(700) {
            let state = p.rng.weighted(&[("reached", 6), ("partly", 3), ("dropped", 1)]);
            let at = p.at(reached).max(at + 120_000_000);
            p.update(&mut goal, told.worker, at, "edit", &[("state", state)]);
        }
    }
    if signed <= last && p.rng.chance(900) {
        let at = p.at(signed).max(at + 120_000_000);
        p.update(&mut plan, told.worker, at, "edit", &[("state", "signed"), ("signed_on", &p.date(signed))]);
        if ended {
            let at = p.at(last).max(at + 60_000_000);
            p.update(&mut plan, told.worker, at, "edit", &[("state", "closed")]);
        }
    }
}

fn visits(p: &mut Planner<'_>, told: &Told, settled: i32, last: i32) {
    for after in [30, 90, 180] {
        let day = settled + after + p.rng.between(-4, 4);
        let open = last == -1;
        if day > last && !(open && (0..60).contains(&day)) {
            return;
        }
        let kind = p.rng.weighted(&[("home", 5), ("office", 3), ("phone", 3)]);
        let mut out = values(&[("on_date", &p.date(day)), ("kind", kind), ("state", "planned")]);
        let at = p.at(day.min(0) - 7).max(told.case.head.created_at + 360_000_000);
        if past(day) {
            out.set("state", if p.rng.chance(900) { "done" } else { "missed" });
            if out.get("state") == Some("done") {
                for field in ["safety", "housing", "income", "health", "family"] {
                    out.set(field, p.rng.weighted(&[("good", 5), ("fair", 4), ("poor", 1)]));
                }
                out.set("findings", p.rng.pick(texts::AFTER));
            }
            out.set("due_on", p.date(day + 60));
        }
        let at = if past(day) { p.at(day).max(at) } else { at };
        p.insert(RecordKind::Visit, Place::case(told.case.head.id), told.worker, at, out);
    }
}

/// Days on which open tasks fall due, days from today.
const DUE: [i32; 11] = [-3, 0, 2, 5, 1, -1, 0, 3, 7, 13, 6];

fn tasks(p: &mut Planner<'_>, told: &Told, last: i32, open: bool) {
    let place = Place::case(told.case.head.id);
    let user = told.worker.user.to_string();
    let put = |p: &mut Planner<'_>, written: i32, due: i32| {
        let (kind, text) = p.rng.pick(texts::TASKS);
        let out = values(&[
            ("text", text),
            ("kind", kind),
            ("due_on", &p.date(due)),
            ("assignee", &user),
            ("state", "open"),
        ]);
        let at = p.at(written).max(told.case.head.created_at + 420_000_000);
        p.insert(RecordKind::Task, place.clone(), told.worker, at, out)
    };
    for _ in 0..p.rng.between(1, 2) {
        let written = told.opened + p.rng.between(2, 40);
        let done = written + p.rng.between(1, 6);
        if done <= last {
            let mut task = put(p, written, done);
            let at = p.at(done).max(task.head.created_at + 60_000_000);
            p.update(&mut task, told.worker, at, "edit", &[("state", "done")]);
        }
    }
    if open && p.rng.chance(650) {
        let due = p.rng.pick(&DUE);
        let written = (due.min(0) - p.rng.between(2, 6)).max(told.opened);
        put(p, written.min(-1), due);
    }
}

fn close(p: &mut Planner<'_>, told: &mut Told, day: i32, reason: &str) {
    let note = match reason {
        "goals_reached" => "Целите са постигнати. Знае къде да се обади, ако има нужда.",
        "lost_contact" => "Няма връзка от шест седмици. Случаят може да бъде отворен отново.",
        "refused_help" => "Не желае повече помощ. Решението е нейно, вратата остава отворена.",
        _ => "Приключен след разговор. Оставен е телефонът на линията.",
    };
    let changes = [
        ("state", "closed"),
        ("closure_reason", reason),
        ("closed_on", &*p.date(day)),
        ("closure_note", note),
    ];
    let at = p.at(day).max(told.case.head.created_at) + 7_200_000_000;
    p.update(&mut told.case, told.worker, at, "close", &changes);
}

fn not_a_victim(p: &mut Planner<'_>, told: &mut Told) {
    let day = told.opened + p.rng.between(10, 40);
    if !past(day) {
        return;
    }
    let out = values(&[
        ("on_date", &p.date(day)),
        ("kind", "formal"),
        ("outcome", "not_victim"),
        ("country", told.life.country),
    ]);
    let at = p.at(day);
    p.insert(RecordKind::Identification, Place::case(told.case.head.id), told.worker, at, out);
    close(p, told, day, "not_a_victim");
}
