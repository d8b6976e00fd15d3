//! What happens while an epoch turns: another turn, somebody who leaves, somebody who comes in, a crash.

use crate::tale::{Tale, form, on_both};
use domain::{Compartment, Id, Mask, RecordKind, Role};
use office::organisations::{Access, end_user};
use office::{Ctx, glass, roots};
use testkit::house::TestOffice;
use vault::{Class, Half};

const STORY: &str = "КАНАРЧЕ-обрат-5127";

fn noted(house: &TestOffice, ctx: &Ctx) -> Id {
    let tale = Tale { house, ctx: ctx.clone() };
    let person = tale.person(&[("given_name", "Райна"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let text = [("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", STORY)];
    tale.in_case(case, RecordKind::Note, &text)
}

/// Does a record open to somebody with the keys as they are in the database now?
fn reads(house: &TestOffice, ctx: &Ctx, id: Id) -> bool {
    opens(house, &keyed(house, ctx), id)
}

/// Does a record open to a keyring, whatever the policy says?
fn opens(house: &TestOffice, ctx: &Ctx, id: Id) -> bool {
    let found = house.look(ctx, "test", |desk| {
        let stored = desk.stored(id)?;
        desk.unseal(stored, Mask::NONE.with(Compartment::C2))
    });
    found.unwrap().get("text") == Some(STORY)
}

fn keyed(house: &TestOffice, ctx: &Ctx) -> Ctx {
    house.with_keys(ctx.clone(), &Half::BOTH)
}

fn epoch(house: &TestOffice, ctx: &Ctx) -> Option<i64> {
    keyed(house, ctx).keys.newest(&house.organisation.0, Class::Work).map(|role| role.at.epoch)
}

/// The epochs of role keys that were not ended, the search key's aside.
fn live(house: &TestOffice) -> Vec<i64> {
    let all = house.store.read("test", |tx| store::roots::roles(tx, house.organisation)).unwrap();
    let work = all.iter().filter(|r| r.class == i64::from(Class::Work.byte()) && r.ended_at == 0);
    let mut out: Vec<i64> = work.map(|r| r.epoch).collect();
    out.sort_unstable();
    out
}

fn due(house: &TestOffice) -> Option<i64> {
    house.store.read("test", |tx| store::roots::epoch_due(tx, house.organisation)).unwrap()
}

/// A key under the right name that is not the one in force: a turn with it would end the one that opens the grants.
#[test]
fn a_key_that_was_slipped_in_turns_no_epoch() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let note = noted(house, &lead);
        house.lock(&lead);
        let lead = keyed(house, &lead);
        let at = lead.keys.newest(&house.organisation.0, Class::Work).unwrap().at;
        let mut ring = vault::Keyring::new(lead.actor.user.0.0, Vec::new());
        for held in lead.keys.held() {
            let key = lead.keys.role(&held).unwrap().share();
            let key = if held == at { vault::PrivateKey::generate().0 } else { key };
            ring.put(vault::RoleKey { at: held, key });
        }
        let deceived = Ctx { keys: std::sync::Arc::new(ring), ..lead.clone() };
        assert!(matches!(roots::turn(house, &deceived), Err(office::OfficeError::Sealed)));
        assert_eq!(live(house), [at.epoch]);
        assert!(reads(house, &lead, note));
        assert!(roots::turn(house, &lead).unwrap() > 0);
        assert!(reads(house, &lead, note));
    });
}

#[test]
fn two_turns_at_once_lose_nothing() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let note = noted(house, &lead);
        let second = house.colleague(Role::Caseworker, "second");
        house.lock(&lead);
        // The first one has made its keys and read what is to be sealed anew, and stalls.
        let lead = keyed(house, &lead);
        let first = roots::start_turn(house, &lead).unwrap();
        let of = |epoch| {
            house
                .store
                .read("test", |tx| store::keys::of_holder(tx, house.organisation, epoch, &[0; 16], 2000))
                .unwrap()
        };
        let stalled = of(1);
        assert!(!stalled.is_empty());
        let other = keyed(house, &second);
        let another = roots::start_turn(house, &other).unwrap();
        assert_eq!(live(house), [1, 2, 3]);
        // What hangs from the old keys when they are to end goes on with them, whoever left it there.
        assert_eq!(roots::finish_turn(house, &other, &another).unwrap(), stalled.len());
        assert_eq!((live(house), of(3).len()), (vec![3], stalled.len()));
        assert!(reads(house, &second, note));
        // The first one goes on where it was: what has moved meanwhile stays.
        house
            .store
            .write("test", |tx| {
                let anew: Vec<_> = stalled.into_iter().map(|one| (one.key_id, one.grant.sealed)).collect();
                assert_eq!(store::keys::rewrap(tx, house.organisation, [1, 2], &anew)?, 0);
                Ok::<_, store::StoreError>(())
            })
            .unwrap();
        assert_eq!(roots::finish_turn(house, &lead, &first).unwrap(), 0);
        assert_eq!((live(house), due(house)), (vec![3], None));
        for there in [&lead, &second] {
            assert_eq!(epoch(house, there), Some(3));
            assert!(reads(house, there, note));
        }
        // The other way round: the one that began first ends first, and the other takes over what it sealed.
        let (lead, other) = (keyed(house, &lead), keyed(house, &second));
        let first = roots::start_turn(house, &lead).unwrap();
        let another = roots::start_turn(house, &keyed(house, &other)).unwrap();
        roots::finish_turn(house, &lead, &first).unwrap();
        assert!(due(house).is_some(), "one is not over yet");
        assert!(reads(house, &second, note));
        roots::finish_turn(house, &other, &another).unwrap();
        assert_eq!((live(house), due(house)), (vec![5], None));
        assert!(reads(house, &lead, note) && reads(house, &second, note));
    });
}

#[test]
fn whoever_leaves_while_an_epoch_turns_makes_the_next_one_due() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let note = noted(house, &lead);
        let leaves = house.colleague(Role::Caseworker, "leaves");
        house.lock(&lead);
        let lead = keyed(house, &lead);
        let turning = roots::start_turn(house, &lead).unwrap();
        // She was handed the new key, and goes within the same microsecond.
        assert_eq!(epoch(house, &leaves), Some(2));
        let kept = keyed(house, &leaves);
        end_user(house, &house.ctx(Role::Admin), leaves.actor.user.0, Access::End).unwrap();
        roots::finish_turn(house, &lead, &turning).unwrap();
        assert!(due(house).is_some());
        roots::settle(house, &keyed(house, &lead)).unwrap();
        assert_eq!((live(house), due(house), epoch(house, &lead)), (vec![3], None, Some(3)));
        assert!(reads(house, &lead, note));
        // With the keys that she carried away and the database as it is now.
        assert!(!opens(house, &kept, note));
    });
}

#[test]
fn whoever_is_let_in_after_a_crash_ends_the_turn() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let note = noted(house, &lead);
        house.lock(&lead);
        let input = form(&[
            ("name", "Без никого"),
            ("login", "next"),
            ("state", "caseworker"),
            ("password", "пет лодки под бял фар"),
        ]);
        let admin = house.ctx(Role::Admin);
        let id = office::organisations::add_user(house, &admin, house.organisation, &input, None).unwrap();
        house.enrol(id);
        let mut next = lead.clone();
        next.actor.user = domain::UserId(id);
        // The process is killed before anything was sealed anew.
        drop(roots::start_turn(house, &keyed(house, &lead)).unwrap());
        roots::admit(house, &keyed(house, &lead), id).unwrap();
        assert!(reads(house, &next, note), "what hangs from the older key");
        end_user(house, &admin, lead.actor.user.0, Access::EndAnyway).unwrap();
        roots::settle(house, &keyed(house, &next)).unwrap();
        assert_eq!((live(house), due(house), epoch(house, &next)), (vec![3], None, Some(3)));
        assert!(reads(house, &next, note));
    });
}

#[test]
fn whoever_comes_back_by_officers_after_a_crash_ends_the_turn() {
    on_both(|house| {
        let t = crate::glass::town(house, false);
        drop(roots::start_turn(house, &t.at(&t.lead, 0)).unwrap());
        // Keys of her own anew: what was sealed to the old ones does not open.
        house.enrol(t.lead.actor.user.0);
        assert!(t.locked(&t.at(&t.lead, 0), t.note).has(Compartment::C2));
        let id = glass::recover(house, &t.at(&t.lead, 0), &form(&[("reason", "изгубен ключ")])).unwrap();
        for officer in &t.officers[..2] {
            glass::approve(house, &t.at(officer, 0), id, false).unwrap();
        }
        assert!(!t.locked(&t.at(&t.lead, 0), t.note).has(Compartment::C2));
        roots::settle(house, &t.at(&t.lead, 0)).unwrap();
        assert_eq!((live(house), due(house)), (vec![3], None));
        assert!(!t.locked(&t.at(&t.lead, 0), t.note).has(Compartment::C2));
    });
}
