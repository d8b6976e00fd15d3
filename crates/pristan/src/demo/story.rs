//! One person's way through the programme, from the first word to the last visit.

use super::names::{Name, languages};
use super::plan::{Place, Planner, values};
use super::profile::{DISTRICTS, Life, MEANS, MONTHS, RECRUITERS, SECTORS};
use super::rng::Rng;
use super::texts;
use domain::{Actor, Record, RecordKind, Values, numbers};

/// How long the history is, days.
pub const HISTORY: i32 = 730;

/// A case and what its story needs to know about it.
pub struct Told {
    pub life: Life,
    pub role: &'static str,
    pub district: &'static str,
    /// Day of opening, days from today.
    pub opened: i32,
    pub worker: Actor,
    pub person: Record,
    pub case: Record,
    /// Seeks or has protection: does not go back to the country of origin.
    pub asylum: bool,
}

/// Seven digits that nobody has twice: multiplication by a number prime to nine million.
fn number(seed: u64, index: u64) -> String {
    let n = (index.wrapping_mul(7_654_321).wrapping_add(seed % 9_000_000)) % 9_000_000 + 1_000_000;
    format!("{:03}-{:04}", n / 10_000, n % 10_000)
}

/// Which of so many cases comes when: evenly over the history, with a little chance.
pub fn opened(rng: &mut Rng, index: u64, of: u64) -> i32 {
    let span = u64::try_from(HISTORY).unwrap_or(0);
    let place = i32::try_from(index.saturating_mul(span) / of.max(1)).unwrap_or(0);
    (place - HISTORY + rng.between(-3, 3)).clamp(-HISTORY, -1)
}

/// Writes the whole story of one person. `lean` tells only what the load test needs: the person, the
/// case, and three records.
pub fn tell(p: &mut Planner<'_>, seed: u64, index: u64, of: u64, lean: bool) {
    p.rng = Rng::new(seed, index + 1);
    let life = Life::draw(&mut p.rng);
    let opened = opened(&mut p.rng, index, of);
    // The first case worker leads almost half of the cases, so that one desk looks full.
    let first = !lean && p.rng.chance(450);
    let worker = if first {
        p.staff.workers.first().copied()
    } else {
        let at = p.rng.below(u32::try_from(p.staff.workers.len()).unwrap_or(1));
        p.staff.workers.get(usize::try_from(at).unwrap_or(0)).copied()
    };
    let worker = worker.unwrap_or(p.staff.hotline);
    let role = match p.rng.below(100) {
        0..=3 if !life.child() => "witness",
        _ if life.age < 12 => "accompanying_child",
        _ => "victim",
    };
    let intake = intake(&mut p.rng, &life);
    let signal = if lean { None } else { Some(super::around::signal(p, &life, intake, opened, worker)) };
    let district = p.rng.weighted(DISTRICTS);
    let person = person(p, &life, district, opened, worker, index, lean);
    let asylum = life.citizenship == "SY" || (life.foreign() && p.rng.chance(120));
    let track = if life.child() {
        "children"
    } else if life.foreign() {
        "foreigners"
    } else {
        "adults"
    };
    let risk = p.rng.weighted(&[("high", 2), ("medium", 5), ("low", 3)]);
    // Whoever keeps a case in order moves its next date on: few have passed, most lie in the coming weeks.
    let next = (opened + 30).max(p.rng.below(48) - 2);
    let mut case_values = values(&[
        ("on_date", &p.date(opened)),
        ("track", track),
        ("role", role),
        ("intake", intake),
        ("risk", risk),
        ("state", "active"),
        ("assignee", &worker.user.to_string()),
        ("due_on", &p.date(next)),
        ("home_district", if life.foreign() { "abroad" } else { district }),
        ("summary", p.rng.pick(texts::SUMMARY)),
    ]);
    if life.foreign() {
        case_values.set("asylum", if asylum { p.rng.pick(&["claimed", "granted"]) } else { "none" });
    }
    if role == "witness" && p.rng.chance(300) {
        case_values.set("special_protection", "yes");
    }
    let at = p.at(opened) + 1_800_000_000;
    let place = Place {
        person_id: Some(person.head.id),
        parent_id: signal.as_ref().map(|(signal, _)| signal.head.id),
        number: Some(number(seed, index)),
        case_id: None,
    };
    let case = p.insert(RecordKind::Case, place, worker, at, case_values);
    if let Some((mut signal, mut noted)) = signal {
        let at = case.head.created_at + 60_000_000;
        noted.head.person_id = Some(person.head.id);
        p.update(&mut noted, worker, at, "link", &[]);
        p.update(&mut signal, worker, at, "state", &[("state", "confirmed")]);
    }
    let mut told = Told { life, role, district, opened, worker, person, case, asylum };
    if lean { lean_records(p, &told) } else { super::journey::tell(p, &mut told) }
}

fn intake(rng: &mut Rng, life: &Life) -> &'static str {
    if life.country == "BG" {
        rng.weighted(&[("police", 4), ("partner", 3), ("hotline", 3), ("outreach", 1), ("self", 1)])
    } else {
        rng.weighted(&[
            ("iom_mission", 7),
            ("hotline", 4),
            ("consul", 3),
            ("partner", 3),
            ("police", 2),
            ("self", 1),
        ])
    }
}

fn person(
    p: &mut Planner<'_>,
    life: &Life,
    district: &str,
    opened: i32,
    worker: Actor,
    index: u64,
    lean: bool,
) -> Record {
    let woman = life.sex == "female";
    let name = Name::draw(&mut p.rng, life.citizenship, woman);
    // Born so that the age is right on the day the case is opened.
    let since_birthday = p.rng.between(1, 360);
    let born = p.day(opened - life.age * 365 - life.age / 4 - since_birthday);
    let mut out = values(&[
        ("given_name", name.given),
        ("family_name", &name.family),
        ("sex", life.sex),
        ("citizenship", life.citizenship),
        ("spoken", languages(life.citizenship)),
    ]);
    if let Some(middle) = &name.middle {
        out.set("middle_name", middle.as_str());
    }
    if let Some(other) = &name.other {
        out.set("other_names", other.as_str());
    }
    match p.rng.below(10) {
        0 => out.set("birth_date", format!("~{}", born.year())),
        1 => out.set("birth_date", format!("{:04}-{:02}", born.year(), born.month())),
        _ => {
            out.set("birth_date", born.to_string());
            if !life.foreign() && p.rng.chance(650) {
                let serial = u16::try_from(p.rng.below(1000)).unwrap_or(0);
                out.set("identifier_kind", "egn");
                out.set("identifier", numbers::make_egn(born, serial));
            }
        }
    }
    out.set("document", format!("ДЕМО{index:06}"));
    if lean {
        // Not a number that anybody can dial, and nearly everybody's own.
        out.set("phone", format!("000 {:07}", index % 10_000_000));
    } else {
        if p.rng.chance(600) {
            out.set("phone", format!("0888 000 {:03}", p.rng.below(1000)));
        }
        if !life.foreign() {
            out.set("permanent_address", format!("обл. {} (демо, без улица)", texts::district(district)));
        }
        if p.rng.chance(200) {
            out.set("safe_contact", "Само през деня, не на стационарния телефон");
        }
    }
    let mut needs = Vec::new();
    for (need, chance) in [
        ("pregnancy", if life.form == "newborn" { 800 } else { 0 }),
        ("disability", 40),
        ("medical", 150),
        ("interpreter", if life.foreign() { 800 } else { 0 }),
        ("with_children", if woman && life.age > 20 { 200 } else { 0 }),
        ("literacy", 80),
        ("addiction", 30),
    ] {
        if p.rng.chance(chance) {
            needs.push(need);
        }
    }
    if !needs.is_empty() {
        out.set("special_needs", needs.join(" "));
    }
    let at = p.at(opened);
    p.insert(RecordKind::Person, Place::free(), worker, at, out)
}

/// Identification, a note, a service: what the load test reads and counts.
fn lean_records(p: &mut Planner<'_>, told: &Told) {
    let place = Place::case(told.case.head.id);
    let at = told.case.head.created_at;
    identification(p, told, told.opened, "informal", at + 60_000_000);
    let note = values(&[
        ("on_date", &p.date(told.opened)),
        ("contact_kind", "meeting"),
        ("text", p.rng.pick(texts::FIRST)),
    ]);
    p.insert(RecordKind::Note, place.clone(), told.worker, at + 120_000_000, note);
    let kind = p.rng.weighted(SERVICES);
    let service = values(&[
        ("on_date", &p.date(told.opened)),
        ("service_type", kind),
        ("state", "delivered"),
        ("description", texts::service(kind)),
    ]);
    p.insert(RecordKind::Service, place, told.worker, at + 180_000_000, service);
}

/// How often each kind of help is given (judgement).
pub const SERVICES: &[(&str, u32)] = &[
    ("humanitarian", 12),
    ("medical", 16),
    ("psychological", 24),
    ("social", 20),
    ("vocational", 8),
    ("legal", 9),
    ("employment", 8),
    ("other", 3),
];

/// An identification event on a day.
pub fn identification(p: &mut Planner<'_>, told: &Told, on: i32, kind: &str, at: i64) {
    let (outcome, code) = match kind {
        "formal" => ("identified", "GDBOP"),
        _ => ("presumed", if told.life.country == "DE" { "IOM-DE" } else { "IOM-SOF" }),
    };
    let mut out = values(&[
        ("on_date", &p.date(on)),
        ("kind", kind),
        ("outcome", outcome),
        ("country", told.life.country),
    ]);
    if let Some(id) = p.staff.organisation(code) {
        out.set("organisation", id.to_string());
    }
    p.insert(RecordKind::Identification, Place::case(told.case.head.id), told.worker, at, out);
}

/// What happened, in codes.
pub fn exploitation(p: &mut Planner<'_>, told: &Told, at: i64) {
    let life = told.life;
    let (low, high) = p.rng.weighted(MONTHS);
    let months = p.rng.between(low.max(1), high.max(1));
    let ended = told.opened - p.rng.between(5, 60);
    let month = |offset: i32| p.day(offset).strftime("%Y-%m").to_string();
    let (from, to) = (month(ended - months * 30), month(ended));
    let mut out: Values =
        values(&[("forms", life.form), ("countries", life.country), ("from_date", &from), ("to_date", &to)]);
    if life.form == "labour" {
        out.set("sector", p.rng.weighted(SECTORS));
    }
    out.set("recruiter", p.rng.weighted(RECRUITERS));
    out.set(
        "recruitment",
        p.rng.weighted(&[("job_offer", 6), ("relationship", 3), ("online_ad", 2), ("other", 1)]),
    );
    // Three in four have said anything about means; the order is that of the code list.
    if p.rng.chance(750) {
        let mut means = Vec::new();
        for (code, share) in MEANS {
            if p.rng.chance(*share / 2) {
                means.push(*code);
            }
        }
        if !means.is_empty() {
            out.set("means", means.join(" "));
        }
    }
    p.insert(RecordKind::Exploitation, Place::case(told.case.head.id), told.worker, at, out);
}
