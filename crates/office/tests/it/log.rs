//! The twelve ways of tampering with the log, on both engines: nine are found by the log itself, three only
//! by somebody else who has seen it. And its clock, its export, and the paper for the person.

use crate::hand::Hand;
use crate::tale::{Tale, sound};
use domain::policy::Role;
use domain::{Id, RecordKind};
use office::audit::{
    Demands, Verdict, answered, ask, export, known_size, newest, verify, verify_export, verify_with,
};
use office::clock::{AHEAD_US, BEHIND_US, ClockState};
use office::{Ids, OfficeError};
use std::cell::RefCell;
use std::collections::HashMap;
use testkit::house::{Engine, NOW, TestOffice, office};
use vault::log::witness::{Refusal, cosign, decide};
use vault::log::{Checkpoint, Hash, Leaf, Note, NoteKey, VerifierKey};

const MINUTE: i64 = 60 * 1_000_000;

/// A person with a case, written down over some minutes, so that there are several checkpoints.
fn lived(house: &TestOffice) -> (Id, Id) {
    let mut tale = Tale::new(house);
    let person = tale.person(&[("given_name", "Ана"), ("sex", "female")]);
    tale.ctx.now += MINUTE;
    let case = tale.case(person, "victim", "2016-06-01");
    for day in ["2016-06-02", "2016-06-03", "2016-06-04"] {
        tale.ctx.now += MINUTE;
        tale.in_case(
            case,
            RecordKind::Note,
            &[("on_date", day), ("contact_kind", "phone"), ("text", "бележка")],
        );
    }
    // The tree must have two nodes on its right edge that can be swapped.
    while newest(house).unwrap().unwrap().0.size.count_ones() < 2 {
        office::records::view(house, &tale.ctx, case).unwrap();
    }
    (person, case)
}

fn changed(verdict: &Verdict) -> Option<u64> {
    match verdict {
        Verdict::Tampered { index, .. } => Some(*index),
        _ => None,
    }
}

/// Whether a verdict is the one that was expected.
type Wanted = fn(&Verdict) -> bool;

#[test]
fn nine_ways_are_found_by_the_log_itself() {
    type Way = (&'static str, fn(&mut Hand, Id), Wanted);
    let ways: [Way; 9] = [
        (
            "edit",
            |hand, _| {
                let mut leaf = hand.leaf(5);
                leaf.actor = [3; 16];
                hand.put_leaf(5, &leaf);
            },
            |found| changed(found) == Some(6),
        ),
        ("delete", |hand, _| hand.run("delete from audit where idx = 7"), |found| changed(found) == Some(7)),
        (
            "insert",
            |hand, _| {
                let end = hand.number("select count(*) from audit");
                let mut leaf = hand.leaf(end - 1);
                leaf.prev_leaf = hand.hash(end - 1);
                leaf.index += 1;
                hand.run(&format!(
                    "insert into audit (idx, leaf, hash) values ({end}, {0}, {0})",
                    hand.blob(b"")
                ));
                hand.put_leaf(end, &leaf);
            },
            |found| changed(found).is_some_and(|at| at > 7),
        ),
        (
            "reorder",
            |hand, _| {
                hand.run("update audit set idx = -1 where idx = 4");
                hand.run("update audit set idx = 4 where idx = 5");
                hand.run("update audit set idx = 5 where idx = -1");
            },
            |found| changed(found) == Some(4),
        ),
        (
            "truncate",
            |hand, _| hand.run("delete from audit where idx >= (select count(*) from audit) - 2"),
            |found| changed(found).is_some_and(|at| at > 5),
        ),
        (
            "duplicate",
            |hand, _| {
                hand.run("update audit set leaf = (select leaf from audit where idx = 5) where idx = 6");
                hand.run("update audit set hash = (select hash from audit where idx = 5) where idx = 6");
            },
            |found| changed(found) == Some(6),
        ),
        (
            "swap nodes",
            |hand, _| {
                let mut frontier = hand.bytes("select frontier from audit_head");
                let (_, nodes) = frontier.split_at_mut(8);
                nodes.rotate_left(32);
                hand.run(&format!("update audit_head set frontier = {}", hand.blob(&frontier)));
            },
            |found| changed(found).is_some_and(|at| at > 7),
        ),
        (
            "edit the row alone",
            |hand, case| {
                hand.run(&format!(
                    "update records set on_date = '2015-01-01' where id = {}",
                    hand.blob(&case.0)
                ));
            },
            |found| matches!(found, Verdict::RowChanged { .. }),
        ),
        (
            "edit a checkpoint",
            |hand, _| {
                let size = hand.number("select max(size) from checkpoints");
                let note = hand.text(&format!("select note from checkpoints where size = {size}"));
                let note = note.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size - 1), 1);
                hand.run(&format!("update checkpoints set note = '{note}' where size = {size}"));
            },
            |found| changed(found).is_some_and(|at| at > 5),
        ),
    ];
    for engine in Engine::BOTH {
        for (name, tamper, wanted) in ways {
            let Some(house) = office(engine) else { continue };
            let (_, case) = lived(&house);
            sound(&house);
            let house = Hand::at_closed(house, |hand| tamper(hand, case));
            let found = verify(&house).unwrap();
            assert!(wanted(&found), "{engine:?}, {name}: {found:?}");
        }
    }
}

/// A witness with nothing but what a witness keeps; the same decisions as the served one.
struct Witness {
    key: NoteKey,
    log: VerifierKey,
    seen: RefCell<HashMap<String, (u64, Hash)>>,
}

impl Witness {
    fn new(name: &str, house: &TestOffice) -> Witness {
        let log = house.vault.log_key().public().clone();
        Witness { key: NoteKey::new_witness(name).unwrap().0, log, seen: RefCell::default() }
    }

    /// One round as `pristan audit anchor` does it: asked with what the database believes.
    fn round(&self, house: &TestOffice) -> Result<u64, Refusal> {
        let head = newest(house).unwrap().unwrap();
        let mut old = known_size(house, self.key.public()).unwrap();
        for _ in 0..2 {
            let asked = ask(house, old, &head).unwrap();
            let decided = decide(&asked.body(), std::slice::from_ref(&self.log), |origin| {
                self.seen.borrow().get(origin).copied()
            });
            match decided {
                Ok((checkpoint, _)) => {
                    self.seen
                        .borrow_mut()
                        .insert(checkpoint.origin.clone(), (checkpoint.size, checkpoint.root));
                    let line = cosign(&self.key, &checkpoint, 1_489_666_200);
                    assert_eq!(
                        answered(house, self.key.public(), &head.0, &line).unwrap(),
                        Some(1_489_666_200)
                    );
                    return Ok(checkpoint.size);
                }
                Err(Refusal::Seen(size)) if size < head.0.size => old = size,
                Err(refusal) => return Err(refusal),
            }
        }
        panic!("asked twice");
    }

    /// What it would print as its state.
    fn note(&self) -> String {
        let (origin, (size, root)) = self.seen.borrow().iter().next().map(|(o, s)| (o.clone(), *s)).unwrap();
        let text = Checkpoint { origin, size, root }.text();
        Note { signatures: vec![self.key.sign(&text, 1_489_666_300)], text }.to_string()
    }

    fn demand(&self) -> Demands {
        Demands { witnesses: vec![self.key.public().clone()], seen: vec![self.note()], ..Demands::default() }
    }
}

/// Somebody who holds the log key writes history anew from leaf 5 on, hashes, head and checkpoints too.
fn forge(hand: &mut Hand, vault: &vault::Vault) {
    let end = hand.number("select count(*) from audit");
    let (mut frontier, mut last) = (vault::log::Frontier::new(), [0; 32]);
    hand.run("delete from cosignatures");
    for index in 0..end {
        let mut leaf = hand.leaf(index);
        leaf.prev_leaf = last;
        if index == 5 {
            leaf.actor = [9; 16];
        }
        last = hand.put_leaf(index, &leaf);
        frontier.append(last);
        let size = index + 1;
        if hand.number(&format!("select count(*) from checkpoints where size = {size}")) == 1 {
            let key = vault.log_key();
            let origin = key.public().name().to_owned();
            let text = Checkpoint { origin, size: frontier.size(), root: frontier.root() }.text();
            let note = Note { signatures: vec![key.sign(&text, 0)], text };
            hand.run(&format!("update checkpoints set note = '{note}' where size = {size}"));
        }
    }
    let (root, mac) = (frontier.root(), vault.mac_head(frontier.size(), &frontier.root()));
    hand.run(&format!(
        "update audit_head set last = {}, frontier = {}, root = {}, mac = {}",
        hand.blob(&last),
        hand.blob(&frontier.to_bytes()),
        hand.blob(&root),
        hand.blob(&mac)
    ));
}

fn forged(house: TestOffice) -> TestOffice {
    let stolen = vault::Vault::new(&vault::MasterKey::for_tests(7));
    Hand::at_closed(house, |hand| forge(hand, &stolen))
}

fn behind(house: &TestOffice, demands: &Demands) -> bool {
    matches!(verify_with(house, demands).unwrap().verdict, Verdict::Behind { .. })
}

#[test]
fn a_log_signed_anew_with_the_stolen_key_is_found_by_the_witness_alone() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        lived(&house);
        let witness = Witness::new("dpo.invalid/w", &house);
        let size = witness.round(&house).unwrap();
        assert_eq!(witness.round(&house), Ok(size), "the control: an honest log is signed again");
        assert_eq!(verify_with(&house, &witness.demand()).unwrap().witnessed, Some(size));

        let house = forged(house);
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "{engine:?}: it fits itself");
        assert_eq!(witness.round(&house), Err(Refusal::Seen(size)), "{engine:?}");
        assert!(behind(&house, &witness.demand()));
        // And when it has grown since.
        Tale::new(&house).person(&[("given_name", "Бела"), ("sex", "female")]);
        assert_eq!(witness.round(&house), Err(Refusal::Inconsistent), "{engine:?}");
        assert!(behind(&house, &witness.demand()));
    }
}

#[test]
fn an_old_database_is_found_by_the_witness_alone() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let (_, case) = lived(&house);
        let witness = Witness::new("dpo.invalid/w", &house);
        let old = witness.round(&house).unwrap();
        let house = Hand::at_closed(house, Hand::keep);
        let mut tale = Tale::new(&house);
        tale.ctx.now += 20 * MINUTE;
        tale.in_case(
            case,
            RecordKind::Note,
            &[("on_date", "2016-07-01"), ("contact_kind", "phone"), ("text", "x")],
        );
        let seen = witness.round(&house).unwrap();
        assert!(seen > old);

        let house = Hand::at_closed(house, Hand::put_back);
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "{engine:?}: it fits itself");
        assert_eq!(witness.round(&house), Err(Refusal::Seen(seen)), "{engine:?}");
        assert!(behind(&house, &witness.demand()));
    }
}

#[test]
fn two_views_for_two_witnesses_are_found_when_they_compare() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        lived(&house);
        let [one, two] = ["a.invalid/w", "b.invalid/w"].map(|name| Witness::new(name, &house));
        one.round(&house).unwrap();
        let house = forged(house);
        two.round(&house).unwrap();
        // Each view, by itself and with its own witness, is sound.
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
        assert!(
            matches!(verify_with(&house, &two.demand()).unwrap().verdict, Verdict::Sound { .. }),
            "{engine:?}"
        );
        let both = Demands {
            witnesses: vec![one.key.public().clone(), two.key.public().clone()],
            seen: vec![one.note(), two.note()],
            since: 0,
        };
        assert!(behind(&house, &both), "{engine:?}");
    }
}

#[test]
fn an_export_is_checked_without_the_database() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        lived(&house);
        let ctx = house.ctx(Role::Admin);
        // More than one tile.
        house
            .look(&ctx, "test.many", |desk| {
                let by = domain::Decision::by("test", domain::Mask::NONE);
                for _ in 0..600 {
                    desk.note_many("list", RecordKind::Case, Vec::new(), Vec::new(), by, domain::Mask::NONE);
                }
                Ok(())
            })
            .unwrap();
        let witness = Witness::new("dpo.invalid/w", &house);
        let dir = house.folder().join("log");
        export(&house, &ctx, &dir).unwrap();
        let key = house.vault.log_key().public().clone();
        let check = |demands: &Demands| verify_export(&dir, &key, demands).unwrap().verdict;
        assert!(matches!(check(&Demands::default()), Verdict::Sound { size: 600.., .. }));
        let named = || vec![witness.key.public().clone()];
        let signed = || Demands { witnesses: named(), ..Demands::default() };
        assert!(matches!(check(&signed()), Verdict::Behind { .. }), "the witness has not signed yet");
        witness.round(&house).unwrap();
        export(&house, &ctx, &dir).unwrap();
        assert!(matches!(check(&signed()), Verdict::Sound { .. }));
        assert!(matches!(check(&Demands { since: 300, ..witness.demand() }), Verdict::Sound { .. }));
        // Another log's key does not fit it.
        let other = vault::Vault::new(&vault::MasterKey::for_tests(8));
        let foreign = verify_export(&dir, other.log_key().public(), &Demands::default()).unwrap().verdict;
        assert_eq!(changed(&foreign), Some(0));

        let broken = |path: &str, work: &dyn Fn(&mut Vec<u8>)| {
            let path = dir.join(path);
            let good = std::fs::read(&path).unwrap();
            let mut bad = good.clone();
            work(&mut bad);
            assert_ne!(good, bad);
            std::fs::write(&path, bad).unwrap();
            let found = check(&Demands::default());
            std::fs::write(&path, good).unwrap();
            changed(&found)
        };
        assert_eq!(broken("tile/0/001", &|tile| tile[..64].rotate_left(32)), Some(256), "swapped nodes");
        assert_eq!(broken("tile/entries/000", &|bundle| bundle.truncate(bundle.len() - 3)), Some(0));
        let edited = broken("tile/entries/001", &|bundle| bundle[40] ^= 1);
        assert!(edited.is_some_and(|at| (256..512).contains(&at)), "{edited:?}");
        assert!(broken("checkpoint", &|note| note[30] ^= 1).is_some());
        assert!(broken("checkpoints.json", &|json| *json = b"[\"x\"]".to_vec()).is_some());
        assert!(matches!(check(&Demands::default()), Verdict::Sound { .. }), "the control: all as it was");
        sound(&house);
    }
}

#[test]
fn entries_before_a_place_are_taken_by_their_hashes() {
    let house = office(Engine::Sqlite).unwrap();
    lived(&house);
    let house = Hand::at_closed(house, |hand| {
        let leaf = hand.leaf(3);
        let bytes = Leaf { actor: [8; 16], ..leaf }.encode().unwrap();
        hand.run(&format!("update audit set leaf = {} where idx = 3", hand.blob(&bytes)));
    });
    let since = |since| verify_with(&house, &Demands { since, ..Demands::default() }).unwrap().verdict;
    assert_eq!(changed(&since(0)), Some(3));
    assert_eq!(changed(&since(3)), Some(3));
    assert!(matches!(since(4), Verdict::Sound { .. }));
}

/// A wall clock that goes back stands still; far back, or absurdly ahead, it stops all writing.
#[test]
fn nothing_that_has_ended_lives_again() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        lived(&house);
        let ctx = house.ctx(Role::Caseworker);
        let login = Role::Caseworker.code();
        let token = office::doors::sign_in(&house, &ctx, login, testkit::house::PASSWORD).unwrap();
        let seen = |house: &TestOffice, wall: i64| {
            let now = house.time(wall).unwrap();
            office::doors::session(house, now, &token).unwrap().is_some_and(|s| !s.expired)
        };
        let start = house.highest_time().unwrap();
        assert!(seen(&house, start + MINUTE));
        assert!(!seen(&house, start + 40 * MINUTE), "idle for too long");
        // The control: without the remembered time the session would live again.
        assert!(
            office::doors::session(&house, start + 2 * MINUTE, &token).unwrap().is_some_and(|s| !s.expired)
        );
        for back in [0, 2 * MINUTE, 30 * MINUTE, -60 * MINUTE] {
            assert!(!seen(&house, start + back), "{engine:?}: set back to {back}");
        }
        // Not in another process either: the time is in the database.
        let house = house.while_closed(|_| ());
        assert!(!seen(&house, start + 2 * MINUTE), "{engine:?}");
        assert_eq!(house.clock_state(), ClockState::Right, "an hour is no more than a wait");

        let attempt = |house: &TestOffice| {
            let mut tale = Tale::new(house);
            tale.ctx.now = house.highest_time().unwrap();
            let input = crate::tale::form(&[("given_name", "Вера"), ("sex", "female")]);
            office::people::create(house, &tale.ctx, &input, None)
        };
        for (wall, state) in [
            (start - BEHIND_US - MINUTE, ClockState::Behind),
            (start + AHEAD_US + 60 * MINUTE, ClockState::Ahead),
        ] {
            house.time(wall).unwrap();
            assert_eq!(house.clock_state(), state);
            assert!(matches!(attempt(&house), Err(OfficeError::Clock)), "{engine:?}, {state:?}");
        }
        house.time(start + 41 * MINUTE).unwrap();
        assert!(attempt(&house).is_ok(), "the control: with a clock that fits it is written");
        sound(&house);
    }
}

#[test]
fn a_clock_that_was_wrong_can_be_taken_back_on_purpose() {
    let house = office(Engine::Sqlite).unwrap();
    lived(&house);
    let year = 365 * 24 * 60 * MINUTE;
    house.time(NOW + year).unwrap();
    house.time(NOW).unwrap();
    assert_eq!(house.clock_state(), ClockState::Behind);
    let ctx = house.ctx(Role::Admin);
    office::clock::accept(&house, &ctx).unwrap();
    assert_eq!(house.time(NOW).unwrap(), NOW);
    assert_eq!(house.clock_state(), ClockState::Right);
    let leaf = house.store.read("test.last", |tx| {
        let head = store::audit::head(tx)?.unwrap();
        store::audit::range(tx, head.size - 1, 1)
    });
    assert_eq!(Leaf::decode(&leaf.unwrap()[0].leaf).unwrap().action, "clock.accept");
    sound(&house);
}

#[test]
fn leaves_carry_their_node_and_a_clock_that_only_rises() {
    let house = office(Engine::Sqlite).unwrap();
    let mut tale = Tale::new(&house);
    tale.person(&[("given_name", "Ана"), ("sex", "female")]);
    tale.ctx.now -= MINUTE;
    tale.person(&[("given_name", "Бела"), ("sex", "female")]);
    let leaves = house.store.read("test.leaves", |tx| store::audit::range(tx, 0, 1000)).unwrap();
    let leaves: Vec<Leaf> = leaves.iter().map(|l| Leaf::decode(&l.leaf).unwrap()).collect();
    assert!(leaves.iter().all(|l| l.node == Some(1)));
    assert!(leaves.windows(2).all(|w| w[0].hlc < w[1].hlc));
    assert!(leaves.windows(2).any(|w| w[0].time_us > w[1].time_us), "the control: the wall clock went back");
}

#[test]
fn the_paper_says_who_what_and_why_without_a_name() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let (person, case) = lived(&house);
        let ctx = house.ctx(Role::Caseworker);
        office::people::reveal(&house, &ctx, case, "meeting").unwrap();
        let paper = office::audit::paper(&house, &ctx, person, &["contact", "meeting"]).unwrap();
        let shown = paper.looks.iter().find(|l| l.verb == "reveal").unwrap();
        assert_eq!((shown.organisation.as_str(), shown.role.as_str()), ("МОМ София", "caseworker"));
        assert_eq!(shown.reason, Some("meeting"));
        assert!(shown.identity && !shown.refused);
        // The page of the case shows an initial: that is no name, nor is where she goes.
        let way = [
            ("direction", "to_bulgaria"),
            ("from_country", "DE"),
            ("to_country", "BG"),
            ("to_place", "София"),
        ];
        let dated = [&way[..], &[("will", "voluntary"), ("on_date", "2016-06-20")]].concat();
        Tale { house: &house, ctx: ctx.clone() }.in_case(case, RecordKind::Return, &dated);
        office::cases::page(&house, &ctx, case).unwrap();
        let paper = office::audit::paper(&house, &ctx, person, &["contact", "meeting"]).unwrap();
        assert!(paper.looks.iter().any(|l| (l.kind.as_str(), l.verb.as_str()) == ("case", "view")));
        assert!(paper.looks.iter().all(|l| !l.identity || l.kind == "person"));
        let looks = office::audit::who_looked(&house, &ctx, case).unwrap();
        assert!(looks.iter().all(|l| !l.identity || l.action.starts_with("person.")));
        assert!(looks.iter().any(|l| l.identity), "the control");
        assert!(paper.looks.iter().any(|l| l.verb == "create" && l.kind == "person"), "her own record too");
        // That it was asked for is itself in the log.
        let again = office::audit::paper(&house, &ctx, person, &[]).unwrap();
        assert!(again.looks.len() > paper.looks.len() || again.looks[0].verb == "log");
        let stranger = house.partner("X", "ngo", Role::Ngo);
        assert!(matches!(office::audit::paper(&house, &stranger, person, &[]), Err(OfficeError::NotFound)));
        assert!(matches!(ctx.ids, Ids::Random));
        sound(&house);
    }
}
