//! Is the plan sound by the rules that everybody's records are held to, and the same every time?

use super::*;
use domain::programme::Programme;
use domain::{Actor, Id, OrganisationId, RecordKind, Role, UserId, Values};
use std::collections::{HashMap, HashSet};

const NOW: i64 = 1_789_000_000_000_000;

fn staff() -> Staff {
    let actor = |n: u8, role| Actor::new(UserId(Id([n; 16])), OrganisationId(Id([100; 16])), role, [0; 8]);
    let workers = vec![actor(1, Role::Caseworker), actor(2, Role::Caseworker), actor(3, Role::Caseworker)];
    Staff::for_tests(
        workers,
        actor(4, Role::Hotline),
        &["IOM-SOF", "IOM-DE", "MFA", "ANIMUS", "SACP", "PRB", "ASA"],
    )
}

fn plan(staff: &Staff, programme: &Programme, cases: u64, seed: u64, lean: bool) -> Vec<Write> {
    let mut planner = Planner::new(staff, programme, NOW, clock::today(NOW));
    if !lean {
        around(&mut planner, seed, cases);
    }
    for index in 0..cases {
        story::tell(&mut planner, seed, index, cases, lean);
    }
    let mut writes = planner.out;
    writes.sort_by_key(|w| w.at);
    writes
}

fn the_programme() -> Programme {
    Programme::parse(&programme(clock::today(NOW))).unwrap()
}

fn shape(writes: &[Write]) -> Vec<(i64, Id, i64, Values)> {
    let of = |w: &Write| match &w.op {
        Op::Insert(r) | Op::Update(r, _) => Some((w.at, r.head.id, r.head.version, r.values.clone())),
        Op::Grant { .. } | Op::Share { .. } => None,
    };
    writes.iter().filter_map(of).collect()
}

#[test]
fn the_period_moves_and_nothing_else() {
    let (demo, real) = (the_programme(), Programme::parse(PROGRAMME).unwrap());
    let year = clock::today(NOW).year();
    assert_eq!(
        (demo.from.to_string(), demo.to.to_string()),
        (format!("{}-01-01", year - 1), format!("{year}-12-31"))
    );
    assert!(Programme { from: real.from, to: real.to, ..demo } == real);
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let (staff, programme) = (staff(), the_programme());
    let (a, b) = (plan(&staff, &programme, 40, 7, false), plan(&staff, &programme, 40, 7, false));
    assert!(shape(&a) == shape(&b));
    assert!(shape(&a) != shape(&plan(&staff, &programme, 40, 8, false)));
}

#[test]
fn every_record_passes_the_form_and_comes_after_what_it_hangs_from() {
    let (staff, programme) = (staff(), the_programme());
    for lean in [false, true] {
        let mut versions: HashMap<Id, i64> = HashMap::new();
        let mut numbers = HashSet::new();
        for write in plan(&staff, &programme, 200, 3, lean) {
            assert!(write.at < NOW);
            let (record, expected) = match &write.op {
                Op::Insert(record) => (record, None),
                Op::Update(record, _) => (record, Some(record.head.version)),
                Op::Grant { case_id, .. } | Op::Share { case_id, .. } => {
                    assert!(versions.contains_key(case_id), "granted before it is opened");
                    continue;
                }
            };
            let head = &record.head;
            let known = versions.insert(head.id, head.version + i64::from(expected.is_some()));
            assert_eq!(known, expected, "{:?} at version {}", head.kind, head.version);
            for above in [head.case_id, head.person_id, head.parent_id].into_iter().flatten() {
                assert!(versions.contains_key(&above), "{:?} before what it belongs to", head.kind);
            }
            let spec = head.kind.spec();
            let parsed = Values::parse(spec, &record.values.to_input(spec));
            match parsed {
                Ok(values) => assert!(values == record.values, "{:?} is not canonical", head.kind),
                Err(errors) => panic!("{:?}: {errors:?}", head.kind),
            }
            if let (RecordKind::Case, None, Some(number)) = (head.kind, expected, &head.number) {
                assert!(numbers.insert(number.clone()));
            }
        }
        assert_eq!(numbers.len(), 200);
    }
}

#[test]
fn nobody_departs_with_an_unmet_condition() {
    let (staff, programme) = (staff(), the_programme());
    let mut newest: HashMap<Id, domain::Record> = HashMap::new();
    let mut departures = 0;
    for write in plan(&staff, &programme, 200, 5, false) {
        let (Op::Insert(record) | Op::Update(record, _)) = &write.op else { continue };
        newest.insert(record.head.id, (**record).clone());
        let Op::Update(moving, "depart") = &write.op else { continue };
        departures += 1;
        let case = &newest[&moving.head.case_id.unwrap()];
        let person = &newest[&case.head.person_id.unwrap()];
        let of = |kind: RecordKind, parent: Option<Id>| -> Vec<domain::Record> {
            let fits = |r: &&domain::Record| {
                r.head.kind == kind
                    && r.head.case_id == Some(case.head.id)
                    && (parent.is_none() || r.head.parent_id == parent)
            };
            newest.values().filter(fits).cloned().collect()
        };
        let day = moving.head.on_date.unwrap();
        let gates = of(RecordKind::Gate, Some(moving.head.id));
        let legs = of(RecordKind::Leg, Some(moving.head.id)).len();
        let consents = of(RecordKind::Consent, None);
        let situation = domain::returns::situation(case, &person.values, moving, day);
        let ready =
            domain::returns::readiness(&programme.gates, situation, moving, &gates, legs, &consents, day);
        let unmet: Vec<_> = ready.iter().filter(|g| g.blocks()).collect();
        assert!(unmet.is_empty(), "{unmet:?}");
    }
    assert!(departures > 100, "{departures}");
}

#[test]
fn the_office_counts_the_same_for_the_same_seed_and_is_sound() {
    let figures = |seed: u64| {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::Folder(dir.path().join("demo"));
        let ctx = upkeep::system_ctx(NOW, clock::today(NOW));
        let text = programme(ctx.today);
        let first = accounts::first();
        let setup = Setup {
            programme: &text,
            demo: true,
            cost: vault::Cost::fast(),
            admin: FirstAdmin { login: first.login, name: first.name(), password: first.password },
        };
        let office =
            upkeep::init(&place, MasterSource::Passphrase("any words at all"), &ctx, &setup).unwrap();
        accounts::make(&office, &ctx).unwrap();
        let filled = fill(&office, &ctx, 60, seed, false).unwrap();
        assert_eq!(filled.cases, 60);
        for check in upkeep::doctor(&office, &ctx, &place, true).unwrap() {
            assert!(check.ok, "{check:?}");
        }
        let figures = office::programme::figures_for_command(&office, None, None).unwrap();
        // The first case worker has something to do today, and cases to do it in.
        let staff = Staff::of(&office, &ctx).unwrap();
        let worker = Ctx { actor: staff.workers[0], ..ctx };
        let home = office::tasks::home(&office, &worker).unwrap();
        assert!(
            home.my_cases > 3 && !home.tasks.is_empty() && home.overdue > 0,
            "{} {}",
            home.my_cases,
            home.tasks.len()
        );
        for actor in &staff.everybody {
            let may = domain::policy::scope(actor, domain::policy::CaseList::Organisation);
            if may.is_some() && matches!(actor.role, Role::Ngo | Role::Mission) {
                let ctx = Ctx { actor: *actor, ..worker.clone() };
                let list = domain::policy::CaseList::Organisation;
                assert!(office::cases::count(&office, &ctx, list).unwrap() > 0, "{:?}", actor.role);
            }
        }
        figures
    };
    let (a, b) = (figures(11), figures(11));
    assert_eq!(a, b);
    let value = |code: &str| a.figures.iter().find(|f| f.code == code).unwrap().value;
    for code in ["R1", "R1a", "R2", "R3", "H1", "H1s"] {
        assert!(value(code) > 0, "{code}: {a:?}");
    }
    assert_eq!(value("R1"), value("R1a") + value("R1b"));
    assert_eq!(value("T1"), 2, "{a:?}");
    assert!(value("T2") >= 30);
    assert!(figures(12) != a);
}
