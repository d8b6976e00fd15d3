//! Emergency access and somebody who can write to the database: what officers agree to is what they read, and it is
//! over when it was said to be over.

use crate::bound::is_forged;
use crate::glass::{Town, town};
use crate::hand::Hand;
use domain::policy::CaseList;
use domain::{Compartment, Id, Mask, RecordKind, Role};
use office::audit::{Verdict, bind_older, verify};
use office::glass::{self, Outcome};
use office::{Ctx, OfficeError};
use testkit::house::{Engine, TestOffice, office};
use vault::Half;
use vault::log::Leaf;

const MINUTE: i64 = 60_000_000;

/// Who acts in a town, without the house, which is closed and opened in between.
struct Cast {
    lead: Ctx,
    officers: Vec<Ctx>,
    asker: Ctx,
    accomplice: Ctx,
    case: Id,
    person: Id,
    note: Id,
    other: Id,
    other_case: Id,
    number: String,
}

impl Cast {
    fn new(house: &TestOffice, life: bool) -> Cast {
        let t = town(house, life);
        let head = house.store.read("test", |tx| store::records::head(tx, t.other)).unwrap().unwrap();
        let accomplice = house.partner("NGO-X", "ngo", Role::Ngo);
        if std::env::var_os(testkit::house::LOCKED).is_none() {
            house.enrol(accomplice.actor.user.0);
        }
        let accomplice = house.with_keys(accomplice, &Half::BOTH);
        let Town { lead, officers, asker, case, person, note, other, number, .. } = t;
        let other_case = head.case_id.unwrap();
        Cast { lead, officers, asker, accomplice, case, person, note, other, other_case, number }
    }

    fn town<'h>(&self, house: &'h TestOffice) -> Town<'h> {
        Town {
            house,
            lead: self.lead.clone(),
            officers: self.officers.clone(),
            asker: self.asker.clone(),
            case: self.case,
            person: self.person,
            note: self.note,
            other: self.other,
            number: self.number.clone(),
        }
    }

    /// Nobody outside sees anything of either case.
    fn shut(&self, house: &TestOffice, why: &str) {
        let t = self.town(house);
        for (who, record) in [
            (&self.asker, self.note),
            (&self.asker, self.other),
            (&self.accomplice, self.note),
            (&self.accomplice, self.other),
        ] {
            let at = t.at(who, 1);
            assert!(matches!(t.sees(&at, record), Err(OfficeError::NotFound)), "{why}");
            assert!(t.locked(&at, record).has(Compartment::C2), "{why}");
        }
    }
}

/// Opened for an hour, case work alone, the honest way.
fn opened(house: &TestOffice, cast: &Cast) -> Id {
    let t = cast.town(house);
    let id = t.ask(&t.asker, false);
    glass::approve(house, &t.officers[0], id, false).unwrap();
    assert_eq!(glass::approve(house, &t.officers[1], id, false).unwrap(), Outcome::Done);
    assert!(t.sees(&t.at(&t.asker, 1), t.note).is_ok(), "control");
    assert!(matches!(verify(house).unwrap(), Verdict::Sound { .. }), "{:?}", verify(house));
    id
}

fn names_row(house: &TestOffice, named: &str) -> bool {
    matches!(verify(house).unwrap(), Verdict::Forged { table, .. } if table == named)
}

fn undo(hand: &mut Hand, table: &str) {
    hand.any(&format!("delete from {table}"));
    hand.run(&format!("insert into {table} select * from kept"));
    hand.any("drop table kept");
}

fn leaves_of(house: &TestOffice, action: &str) -> usize {
    let mut found = 0;
    let count = |row: store::audit::Leaf| {
        found += usize::from(Leaf::decode(&row.leaf).unwrap().action == action);
        Ok(true)
    };
    house.store.read("test", |tx| store::audit::walk(tx, 0, count)).unwrap();
    found
}

#[test]
fn a_request_that_another_hand_changed_between_two_approvals_opens_nothing() {
    for engine in Engine::BOTH {
        let Some(mut house) = office(engine) else { continue };
        let cast = Cast::new(&house, true);
        let id = cast.town(&house).ask(&cast.asker, false);
        glass::approve(&house, &cast.officers[0], id, false).unwrap();
        let deeds = [
            "case_id = {case}",
            "asker = {accomplice}",
            "case_id = {case}, asker = {accomplice}",
            "mask = {names}",
            "minutes = 240",
            "ask_until = ask_until + 86400000000",
            "kind = 'recover'",
            "purpose = 'child'",
            "asked_at = asked_at - 1",
        ];
        for deed in deeds {
            house = Hand::at_closed(house, |hand| {
                let deed = deed
                    .replace("{case}", &hand.blob(&cast.other_case.0))
                    .replace("{accomplice}", &hand.blob(&cast.accomplice.actor.user.0.0))
                    .replace("{names}", &Mask::IDENTITY.0.to_string());
                hand.any("create table kept as select * from glass_requests");
                hand.run(&format!("update glass_requests set {deed}"));
            });
            for alone in [false, true] {
                let answer = glass::approve(&house, &cast.officers[1], id, alone);
                assert!(is_forged(answer, "glass_requests"), "{engine:?} {deed} {alone}");
            }
            cast.shut(&house, deed);
            assert!(names_row(&house, "glass_requests"), "{engine:?} {deed}: {:?}", verify(&house));
            // The officer's page shows the others and not this one.
            let board = glass::board(&house, &cast.officers[1]).unwrap();
            assert!(board.waiting.iter().chain(&board.past).all(|a| a.id != id), "{deed}");
            house = Hand::at_closed(house, |hand| undo(hand, "glass_requests"));
            assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "{deed} is put back");
        }
        // The honest way: as it was asked, it opens.
        assert_eq!(glass::approve(&house, &cast.officers[1], id, false).unwrap(), Outcome::Done);
        let t = cast.town(&house);
        assert!(t.sees(&t.at(&t.asker, 1), t.note).is_ok());
        assert!(matches!(t.sees(&t.at(&t.asker, 1), t.other), Err(OfficeError::NotFound)));
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
    }
}

#[test]
fn a_refused_request_is_not_asked_again_by_another_hand() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, true);
        let id = cast.town(&house).ask(&cast.asker, false);
        glass::refuse(&house, &cast.officers[0], id).unwrap();
        let house = Hand::at_closed(house, |hand| {
            hand.run("update glass_requests set state = 'asked', ended_at = null");
        });
        for alone in [false, true] {
            let answer = glass::approve(&house, &cast.officers[1], id, alone);
            assert!(is_forged(answer, "glass_requests"), "{engine:?}");
        }
        cast.shut(&house, "refused");
    }
}

#[test]
fn the_number_that_officers_read_is_the_case_that_opens() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        let id = cast.town(&house).ask(&cast.asker, false);
        glass::approve(&house, &cast.officers[0], id, false).unwrap();
        let house = Hand::at_closed(house, |hand| {
            let case = hand.blob(&cast.case.0);
            hand.run(&format!("update records set number = '999-0000' where id = {case}"));
        });
        assert!(is_forged(glass::approve(&house, &cast.officers[1], id, false), "records"), "{engine:?}");
        cast.shut(&house, "number");
        assert!(matches!(verify(&house).unwrap(), Verdict::RowChanged { id } if id == cast.case));
    }
}

#[test]
fn an_approval_that_nobody_gave_is_found() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        let [drill, id] = [
            glass::drill(&house, &house.ctx(Role::Admin), house.organisation).unwrap(),
            cast.town(&house).ask(&cast.asker, false),
        ];
        // From here on a row without a digest is not one of before.
        bind_older(&house, &house.ctx(Role::Admin)).unwrap();
        let house = Hand::at_closed(house, |hand| {
            let officer = hand.blob(&cast.officers[0].actor.user.0.0);
            for request in [drill, id] {
                let request = hand.blob(&request.0);
                hand.run(&format!(
                    "insert into glass_approvals (request_id, officer, at) values ({request}, {officer}, 1)"
                ));
            }
        });
        let status = glass::drill_status(&house, &house.ctx(Role::Admin), house.organisation);
        assert!(is_forged(status, "glass_approvals"), "{engine:?}: a drill that nobody confirmed");
        assert!(is_forged(glass::approve(&house, &cast.officers[1], id, false), "glass_approvals"));
        assert!(names_row(&house, "glass_approvals"));
        assert!(glass::board(&house, &cast.officers[1]).is_ok(), "the page still shows");
    }
}

#[test]
fn a_row_that_reaches_further_than_its_request_opens_nothing_more() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        opened(&house, &cast);
        let house = Hand::at_closed(house, |hand| {
            hand.any("create table kept as select * from access");
            hand.run(&format!(
                "update access set until = until + {}, mask = 63 where relation = 'break_glass'",
                120 * MINUTE
            ));
        });
        let t = cast.town(&house);
        let last = t.at(&t.asker, 60 * MINUTE - 1);
        assert!(t.sees(&last, t.note).is_ok(), "{engine:?}: what was given stays as it was given");
        let person = t.sees(&last, t.person).unwrap();
        let reach = Mask(person.mask.0 | person.locked.0);
        assert!(!reach.has(Compartment::C3), "names were not asked for, whatever the row says");
        let over = t.at(&t.asker, 60 * MINUTE);
        assert!(matches!(t.sees(&over, t.note), Err(OfficeError::NotFound)), "{engine:?}");
        assert!(matches!(office::cases::page(&house, &over, t.case), Err(OfficeError::NotFound)));
        let mine = |ctx: &Ctx| {
            let page = office::cases::list(&house, ctx, CaseList::Mine, None, None, 20).unwrap();
            page.rows.iter().any(|row| row.case.head.id == t.case)
        };
        assert!(mine(&last) && !mine(&over), "{engine:?}: nor is it in a list");
        assert!(matches!(verify(&house).unwrap(), Verdict::RowChanged { id } if id == t.case));
        // Its time over, it is cleared away as any other.
        assert_eq!(glass::sweep(&house, &t.at(&t.lead, 60 * MINUTE)).unwrap(), 1);
        assert!(t.locked(&t.at(&t.asker, 61 * MINUTE), t.note).has(Compartment::C2));
        let house = Hand::at_closed(house, |hand| hand.any("drop table kept"));
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
    }
}

#[test]
fn an_end_that_is_moved_in_both_tables_ends_it_at_once() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        let id = opened(&house, &cast);
        let later = 120 * MINUTE;
        let house = Hand::at_closed(house, |hand| {
            hand.run(&format!("update access set until = until + {later} where relation = 'break_glass'"));
            hand.run(&format!("update glass_requests set until = until + {later}, minutes = 180"));
        });
        let t = cast.town(&house);
        for after in [1, 61 * MINUTE] {
            let at = t.at(&t.asker, after);
            assert!(matches!(t.sees(&at, t.note), Err(OfficeError::NotFound)), "{engine:?} {after}");
        }
        let named = matches!(verify(&house).unwrap(), Verdict::Forged { table: "glass_requests", row }
            if id.0 == *hex(&row));
        assert!(named, "{engine:?}: {:?}", verify(&house));
        // Whoever comes by puts it aside and says so, once; nothing is done in its name.
        let now = t.at(&t.lead, 1);
        for _ in 0..2 {
            assert_eq!(glass::sweep(&house, &now).unwrap(), 0);
            assert_eq!(leaves_of(&house, "installation.forged"), 1, "{engine:?}");
        }
        let admin = house.ctx(Role::Admin).actor.user.0;
        let told = house.store.read("test", |tx| store::doors::factors::notices(tx, admin)).unwrap();
        assert!(told.iter().any(|notice| notice.code == "row-forged"));
        assert!(names_row(&house, "glass_requests"), "it is still named");
        assert!(glass::board(&house, &now).is_ok() && glass::board(&house, &t.at(&t.asker, 1)).is_ok());
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn an_emergency_that_nobody_was_asked_about_opens_nothing() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        let id = opened(&house, &cast);
        // The accomplice is written beside the one who asked: in the one table, then in both, with the request's
        // own digest.
        let house = Hand::at_closed(house, |hand| {
            let accomplice = hand.blob(&cast.accomplice.actor.user.0.0);
            hand.any("create table planted as select * from access where relation = 'break_glass'");
            hand.run(&format!("update planted set holder = {accomplice}"));
            hand.run("insert into access select * from planted");
        });
        let t = cast.town(&house);
        let shut = |house: &TestOffice| {
            let t = cast.town(house);
            let sees = t.sees(&t.at(&cast.accomplice, 1), t.note);
            assert!(matches!(sees, Err(OfficeError::NotFound)), "{engine:?}");
            assert!(t.sees(&t.at(&t.asker, 1), t.note).is_ok(), "{engine:?}: the honest one goes on");
        };
        shut(t.house);
        assert!(matches!(verify(&house).unwrap(), Verdict::RowChanged { id } if id == cast.case));
        let house = Hand::at_closed(house, |hand| {
            let (old, new) = (hand.blob(&id.0), hand.blob(&[9; 16]));
            let accomplice = hand.blob(&cast.accomplice.actor.user.0.0);
            hand.any("drop table planted");
            hand.any(&format!("create table planted as select * from glass_requests where id = {old}"));
            hand.run(&format!("update planted set id = {new}, asker = {accomplice}"));
            hand.run("insert into glass_requests select * from planted");
        });
        shut(&house);
        assert!(names_row(&house, "glass_requests"));
        // The forged one keeps no honest one from being ended and cleared away.
        let t = cast.town(&house);
        assert_eq!(glass::sweep(&house, &t.at(&t.lead, 60 * MINUTE)).unwrap(), 1);
        assert!(t.locked(&t.at(&t.asker, 61 * MINUTE), t.note).has(Compartment::C2));
    }
}

#[test]
fn whoever_is_named_by_a_forged_request_loses_nothing_when_it_is_over() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        opened(&house, &cast);
        let grants = |house: &TestOffice| {
            let read = |tx: &mut store::ReadTx<'_>| {
                let mut all = 0;
                for (key, _) in store::keys::of_subject(tx, cast.case)? {
                    all += store::keys::grants(tx, &key, [house.organisation; 2])?.len();
                }
                Ok::<_, store::StoreError>(all)
            };
            house.store.read("test", read).unwrap()
        };
        let before = grants(&house);
        assert!(before > 0, "control");
        // Over by its time, the keys of whoever asked are taken away: here they would be the organisation's.
        let organisation = house.organisation;
        let house = Hand::at_closed(house, |hand| {
            let organisation = hand.blob(&organisation.0);
            hand.run(&format!("update glass_requests set asker = {organisation}, until = 1"));
        });
        let t = cast.town(&house);
        let ended = glass::sweep(&house, &t.at(&t.lead, 1)).unwrap();
        assert_eq!((grants(&house), ended), (before, 0), "{engine:?}");
        assert!(t.sees(&t.at(&t.lead, 2), t.note).is_ok());
    }
}

#[test]
fn requests_of_before_are_bound_once_in_a_round_of_their_own() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let cast = Cast::new(&house, false);
        let (ctx, monitor) = (house.ctx(Role::Admin), house.user(Role::Monitor));
        let id = cast.town(&house).ask(&cast.asker, false);
        glass::approve(&house, &cast.officers[0], id, false).unwrap();
        // As an installation stands that bound its rows before these tables were among them.
        let leaf = office::desk::Leaf {
            action: "installation.bound".to_owned(),
            kind: RecordKind::User.code(),
            objects: Vec::new(),
            cases: Vec::new(),
            mask: Mask::NONE,
            allowed: true,
            rule: "start",
            actor: ctx.actor,
            now: ctx.now,
            reason: None,
            before: None,
            after: None,
        };
        house.store.write("test", |tx| office::audit::append(&house, tx, &[leaf])).unwrap();
        let forget = |hand: &mut Hand| {
            hand.run("update glass_requests set mac = null");
            hand.run("update glass_approvals set mac = null");
            hand.any("delete from settings where name = 'rows_bound'");
        };
        let house = Hand::at_closed(house, |hand| {
            forget(hand);
            let monitor = hand.blob(&monitor.0);
            hand.run(&format!("update logins set mac = null where user_id = {monitor}"));
        });
        assert!(names_row(&house, "logins"), "{engine:?}: those of the first round were bound");
        assert!(is_forged(glass::approve(&house, &cast.officers[1], id, false), "glass_requests"));
        assert_eq!(bind_older(&house, &ctx).unwrap(), 2, "the request and the approval, and no login");
        assert!(names_row(&house, "logins"));
        assert_eq!(bind_older(&house, &ctx).unwrap(), 0);
        assert_eq!(glass::approve(&house, &cast.officers[1], id, false).unwrap(), Outcome::Done);
        // Never again.
        let house = Hand::at_closed(house, forget);
        assert_eq!(bind_older(&house, &ctx).unwrap(), 0);
        let t = cast.town(&house);
        assert!(matches!(t.sees(&t.at(&t.asker, 1), t.note), Err(OfficeError::NotFound)));
    }
}
