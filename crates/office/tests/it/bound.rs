//! Somebody who can write to the database and has no key: rows of authority that he changes count for nothing,
//! and verification names them.

use crate::hand::Hand;
use crate::tale::form;
use domain::{Id, Mask, RecordKind, Role};
use office::audit::{Verdict, bind_older, verify};
use office::desk::Leaf;
use office::doors::{self, Caller, Given};
use office::{Ctx, OfficeError};
use store::StoreError;
use testkit::house::{Engine, PASSWORD, TestOffice, office};
use vault::Half;

const OTHER: &str = "три весла и едно кормило";

fn enter(house: &TestOffice, login: &str, password: &str) -> office::Result<String> {
    let given = Given { login, password, ..Given::default() };
    doors::enter(house, &house.ctx(Role::Admin), &Caller::default(), given)
}

pub fn is_forged<T>(answer: office::Result<T>, table: &str) -> bool {
    matches!(answer, Err(OfficeError::Store(StoreError::Forged(name))) if name == table)
}

/// A house with a row in each table: locked, with officers, a sealed note, a passkey, a request to come back.
pub fn peopled(engine: Engine) -> Option<TestOffice> {
    let house = office(engine)?;
    let lead = house.ctx(Role::Caseworker);
    let tale = crate::tale::Tale { house: &house, ctx: lead.clone() };
    let person = tale.person(&[("given_name", "Райна"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let named = ["one", "two", "three"].map(|login| house.colleague(Role::Caseworker, login));
    house.lock(&lead);
    let keyed = |ctx: &Ctx| house.with_keys(ctx.clone(), &Half::BOTH);
    let ids = named.each_ref().map(|o| o.actor.user.0.to_string());
    let mut pairs: Vec<(&str, &str)> = ids.iter().map(|id| ("officers", id.as_str())).collect();
    pairs.extend([("dpo", ids[2].as_str()), ("needed", "2")]);
    let circle = office::glass::name(&house, &keyed(&lead), &form(&pairs)).unwrap();
    office::glass::accept(&house, &keyed(&named[0]), circle).unwrap();
    let drill = office::glass::drill(&house, &house.ctx(Role::Admin), house.organisation).unwrap();
    office::glass::approve(&house, &keyed(&named[0]), drill, false).unwrap();
    office::glass::add(&house, &keyed(&lead), case, &form(&[("threats", "тайна")])).unwrap();
    let (cost, user) = (vault::Cost::fast(), house.user(Role::Caseworker));
    let phc = vault::password::hash(OTHER, cost);
    let key = store::doors::factors::Passkey {
        id: Id([3; 16]),
        user_id: house.user(Role::Monitor),
        credential: vec![3; 32],
        data: vec![3],
        counter: 0,
        label: String::new(),
        opens: false,
        created_at: 1,
        used_at: 0,
        ended_at: 0,
        ended_why: String::new(),
    };
    house
        .store
        .write("test", |tx| {
            store::doors::set_password(tx, house.user(Role::Monitor), &phc)?;
            store::doors::factors::insert_passkey(tx, &key)?;
            store::settings::set(tx, doors::REQUIRE_PASSKEYS, "yes")?;
            store::doors::factors::set_totp(tx, house.user(Role::Manager), Some(&[5; 40]))?;
            let link = store::federation::Link { provider_id: Id([6; 16]), user_id: user };
            store::federation::set_link(tx, &[6; 32], link, user, 1)
        })
        .unwrap();
    let asked = doors::recovery::ask(&house, &lead, "caseworker", false).unwrap();
    assert_eq!(asked.number.len(), 6);
    enter(&house, "ngo", PASSWORD).unwrap();
    bind_older(&house, &lead).unwrap();
    Some(house)
}

/// One user's id, as a literal.
fn user(hand: &Hand, id: Id) -> String {
    hand.blob(&id.0)
}

#[test]
fn a_row_that_another_hand_changed_counts_for_nothing() {
    for engine in Engine::BOTH {
        let Some(mut house) = peopled(engine) else { continue };
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "{:?}", verify(&house));
        let (maria, monitor) = (house.user(Role::Caseworker), house.user(Role::Monitor));
        assert!(enter(&house, "caseworker", PASSWORD).is_ok(), "the control");
        assert!(matches!(enter(&house, "caseworker", OTHER), Err(OfficeError::WrongLogin)));
        let deeds: [(&str, &str); 15] = [
            (
                "logins",
                "update logins set phc = (select phc from logins where user_id = {b}) where user_id = {a}",
            ),
            ("passkeys", "update passkeys set user_id = {a} where user_id = {b}"),
            ("user_keys", "update user_keys set identity = work where user_id = {a}"),
            (
                "role_keys",
                "update role_keys set public = (select public from role_keys where class = 2) where class = 3",
            ),
            ("settings", "update settings set value = 'no' where name = 'require_passkeys'"),
            ("totp", "update totp set confirmed_at = 9"),
            ("provider_links", "update provider_links set user_id = {b}"),
            ("recoveries", "update recoveries set user_id = {b}"),
            ("sessions", "update sessions set user_id = {a}"),
            ("glass_circles", "update glass_circles set needed = 1"),
            ("glass_officers", "update glass_officers set dpo = 1"),
            ("sealed_notes", "update sealed_notes set written_by = {b}"),
            ("glass_requests", "update glass_requests set kind = 'recover', asker = {b}"),
            ("glass_approvals", "update glass_approvals set officer = {b}"),
            ("data_keys", "update data_keys set subject = {b} where compartment = 3"),
        ];
        for (table, deed) in deeds {
            house = Hand::at_closed(house, |hand| {
                hand.any(&format!("create table kept as select * from {table}"));
                let deed = deed.replace("{a}", &user(hand, maria)).replace("{b}", &user(hand, monitor));
                hand.run(&deed);
            });
            assert!(
                matches!(verify(&house).unwrap(), Verdict::Forged { table: found, .. } if found == table),
                "{engine:?} {table}: {:?}",
                verify(&house)
            );
            if table == "logins" {
                // The thief knows the monitor's password and would be Maria; neither password is good now.
                assert!(is_forged(enter(&house, "caseworker", OTHER), table));
                assert!(is_forged(enter(&house, "caseworker", PASSWORD), table));
                // Nor does a change make the row good.
                let set = house.store.write("test", |tx| store::doors::end_login(tx, maria, false));
                assert_eq!(set, Err(StoreError::Forged("logins")));
            }
            if table == "user_keys" {
                let read = house.store.read("test", |tx| store::roots::user(tx, maria));
                assert_eq!(read, Err(StoreError::Forged("user_keys")), "nothing is sealed to a planted key");
            }
            house = Hand::at_closed(house, |hand| {
                hand.any(&format!("delete from {table}"));
                hand.run(&format!("insert into {table} select * from kept"));
                hand.any("drop table kept");
            });
            assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "{table} is put back");
        }
    }
}

#[test]
fn a_session_that_another_hand_wrote_opens_nothing() {
    for engine in Engine::BOTH {
        let Some(house) = peopled(engine) else { continue };
        let (maria, now) = (house.user(Role::Caseworker), house.ctx(Role::Admin).now);
        let token = "0".repeat(64);
        let digest = vault::session_digest(&token);
        let house = Hand::at_closed(house, |hand| {
            let (digest, user) = (hand.blob(&digest), hand.blob(&maria.0));
            hand.run(&format!(
                "insert into sessions (digest, user_id, created_at, seen_at, ended_at, assurance, proven_at) \
                 values ({digest}, {user}, {now}, {now}, 0, 3, {now})"
            ));
        });
        assert!(is_forged(doors::session(&house, now, &token), "sessions"));
        assert!(matches!(verify(&house).unwrap(), Verdict::Forged { table: "sessions", .. }));
    }
}

#[test]
fn rows_of_before_are_bound_once_and_never_again() {
    for engine in Engine::BOTH {
        // An installation of before: nothing is bound, and the log knows nothing of it.
        let Some(house) = office(engine) else { continue };
        let ctx = house.ctx(Role::Admin);
        let forget = |hand: &mut Hand| {
            for table in store::bound::TABLES {
                hand.any(&format!("update {} set mac = null", table.name));
            }
            hand.any("delete from settings where name = 'rows_bound'");
        };
        let house = Hand::at_closed(house, forget);
        assert!(
            is_forged(enter(&house, "caseworker", PASSWORD), "logins"),
            "not before the start has bound them"
        );
        assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
        assert!(bind_older(&house, &ctx).unwrap() >= Role::ALL.len());
        assert!(enter(&house, "caseworker", PASSWORD).is_ok());
        assert_eq!(bind_older(&house, &ctx).unwrap(), 0);
        // Whoever takes the digests away again, and the mark, has them not made good at the next start.
        let house = Hand::at_closed(house, forget);
        assert_eq!(bind_older(&house, &ctx).unwrap(), 0);
        assert!(is_forged(enter(&house, "caseworker", PASSWORD), "logins"));
        assert!(matches!(verify(&house).unwrap(), Verdict::Forged { .. }));
        // The administrators are told, once, and it stands in the log.
        office::audit::forged(&house, &ctx, "logins");
        office::audit::forged(&house, &ctx, "logins");
        let told =
            house.store.read("test", |tx| store::doors::factors::notices(tx, ctx.actor.user.0)).unwrap();
        assert_eq!(told.iter().map(|n| n.code.as_str()).collect::<Vec<_>>(), ["row-forged"]);
    }
}

/// An installation whose keys were bound later than its other rows: those of the keys are, once, and the others are not
/// bound anew.
#[test]
fn keys_of_before_are_bound_once_and_nothing_else_with_them() {
    for engine in Engine::BOTH {
        let Some(house) = office(engine) else { continue };
        let ctx = house.ctx(Role::Caseworker);
        let tale = crate::tale::Tale { house: &house, ctx: ctx.clone() };
        let person = tale.person(&[("given_name", "Райна"), ("sex", "female")]);
        let opens = |house: &TestOffice| office::records::view(house, &ctx, person).map(drop);
        let said = Leaf {
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
        house.store.write("test", |tx| office::audit::append(&house, tx, &[said])).unwrap();
        let house = Hand::at_closed(house, |hand| {
            hand.run("update data_keys set mac = null");
            hand.run("update logins set mac = null");
        });
        assert!(is_forged(opens(&house), "data_keys"), "not before the start has bound them");
        assert!(bind_older(&house, &ctx).unwrap() > 0);
        assert!(opens(&house).is_ok());
        assert!(is_forged(enter(&house, "caseworker", PASSWORD), "logins"));
        let house = Hand::at_closed(house, |hand| {
            hand.run("update data_keys set mac = null");
            hand.any("delete from settings where name = 'rows_bound'");
        });
        assert_eq!(bind_older(&house, &ctx).unwrap(), 0);
        assert!(is_forged(opens(&house), "data_keys"));
        assert!(matches!(verify(&house).unwrap(), Verdict::Forged { .. }));
    }
}
