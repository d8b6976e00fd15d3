//! Who gets the keys when an epoch turns, what is left when somebody's access ends, and that nobody's missing
//! keys keep the others from working.

use crate::tale::{Tale, form, on_both};
use domain::{Compartment, Id, Mask, RecordKind, Role};
use office::organisations::{Access, end_user};
use office::{Ctx, OfficeError, roots};
use store::StoreError;
use testkit::house::TestOffice;
use vault::{Class, Half};

const STORY: &str = "КАНАРЧЕ-епоха-3381";
const SECRET: &str = "КАНАРЧЕ-къща-4471";

fn case(house: &TestOffice, ctx: &Ctx) -> (Id, Id) {
    let tale = Tale { house, ctx: ctx.clone() };
    let person = tale.person(&[("given_name", "Райна"), ("sex", "female")]);
    let case = tale.case(person, "victim", "2016-06-01");
    let text = [("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", STORY)];
    (case, tale.in_case(case, RecordKind::Note, &text))
}

/// What a keyring opens of a record, whatever the policy says.
fn text(house: &TestOffice, ctx: &Ctx, id: Id) -> Option<String> {
    let found = house.look(ctx, "test", |desk| {
        let stored = desk.stored(id)?;
        desk.unseal(stored, Mask::NONE.with(Compartment::C2))
    });
    found.unwrap().get("text").map(str::to_owned)
}

fn keyed(house: &TestOffice, ctx: &Ctx) -> Ctx {
    house.with_keys(ctx.clone(), &Half::BOTH)
}

fn holds(ctx: &Ctx) -> Vec<Class> {
    let mut out: Vec<Class> = ctx.keys.held().map(|at| at.class).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// An account in the house as its administrator makes it: nobody has let it in.
fn stranger(house: &TestOffice, login: &str) -> Ctx {
    let input = form(&[
        ("name", "Без никого"),
        ("login", login),
        ("state", "caseworker"),
        ("password", "пет лодки под бял фар"),
    ]);
    let admin = house.ctx(Role::Admin);
    let id = office::organisations::add_user(house, &admin, house.organisation, &input, None).unwrap();
    house.enrol(id);
    let mut ctx = house.ctx(Role::Caseworker);
    ctx.actor.user = domain::UserId(id);
    keyed(house, &ctx)
}

fn admitted_by(house: &TestOffice, user: Id) -> Vec<Id> {
    let all = house.store.read("test", |tx| store::roots::memberships(tx, user)).unwrap();
    all.into_iter().filter(|m| m.class == i64::from(Class::Work.byte())).map(|m| m.admitted_by).collect()
}

#[test]
fn a_turn_hands_keys_on_to_those_who_had_them_and_to_nobody_else() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let (_, note) = case(house, &lead);
        house.lock(&lead);
        let lead = keyed(house, &lead);
        let made = |login| {
            let colleague = stranger(house, login);
            roots::admit(house, &lead, colleague.actor.user.0).unwrap();
            keyed(house, &colleague)
        };
        let (stays, leaves, changed) = (made("stays"), made("leaves"), made("changed"));
        // One whom nobody let in, with a passkey of her own; and one whose public half was put in the place of
        // the one she was let in with.
        let mallory = stranger(house, "mallory");
        assert_eq!(holds(&mallory), []);
        house.enrol(changed.actor.user.0);
        end_user(house, &house.ctx(Role::Admin), leaves.actor.user.0, Access::End).unwrap();
        assert_eq!(roots::settle(house, &lead).unwrap(), 0);

        let (lead, stays) = (keyed(house, &lead), keyed(house, &stays));
        assert_eq!(lead.keys.newest(&house.organisation.0, Class::Work).unwrap().at.epoch, 2);
        for there in [&lead, &stays] {
            assert!(holds(there).contains(&Class::Identity), "{:?}", holds(there));
            assert_eq!(text(house, there, note).as_deref(), Some(STORY));
        }
        for gone in [&mallory, &leaves, &changed] {
            let gone = keyed(house, gone);
            assert!(!holds(&gone).contains(&Class::Work), "{:?}", holds(&gone));
            assert_eq!(text(house, &gone, note), None);
        }
        // Who let somebody in is not rewritten by whoever happened to come by.
        let third = keyed(house, &stays);
        end_user(house, &house.ctx(Role::Admin), changed.actor.user.0, Access::End).unwrap();
        roots::turn(house, &third).unwrap();
        assert_eq!(admitted_by(house, stays.actor.user.0), [lead.actor.user.0]);
        // A colleague who looks at her lets her in, and then she holds the keys.
        roots::admit(house, &keyed(house, &lead), mallory.actor.user.0).unwrap();
        assert_eq!(text(house, &keyed(house, &mallory), note).as_deref(), Some(STORY));
    });
}

#[test]
fn who_was_let_in_before_anybody_vouched_keeps_the_keys_by_coming_by() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let (_, note) = case(house, &lead);
        house.lock(&lead);
        let (lead, manager) = (keyed(house, &lead), house.ctx(Role::Manager));
        // As rows were before this was kept.
        let blank = |house: &TestOffice| {
            house
                .store
                .write("test", |tx| {
                    for user in [lead.actor.user.0, manager.actor.user.0] {
                        for mut m in store::roots::memberships(tx, user)? {
                            (m.holder_key, m.vouched) = (None, None);
                            store::roots::vouch(tx, &m)?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        };
        blank(house);
        roots::settle(house, &keyed(house, &manager)).unwrap();
        roots::turn(house, &lead).unwrap();
        for there in [&lead, &manager] {
            assert_eq!(text(house, &keyed(house, there), note).as_deref(), Some(STORY));
        }
        // Control: of two who did not come by, whoever turns vouches for herself alone.
        blank(house);
        roots::turn(house, &keyed(house, &lead)).unwrap();
        assert_eq!(text(house, &keyed(house, &lead), note).as_deref(), Some(STORY));
        assert_eq!(text(house, &keyed(house, &manager), note), None);
    });
}

#[test]
fn ending_the_only_member_and_giving_access_back_loses_nothing() {
    on_both(|house| {
        let alone = house.partner("NGO-A", "ngo", Role::Caseworker);
        let (case, note) = case(house, &alone);
        house.lock(&alone);
        let alone = keyed(house, &alone);
        let sealed = office::glass::add(house, &alone, case, &form(&[("safe_place", SECRET)])).unwrap();
        let (admin, user) = (house.ctx(Role::Admin), alone.actor.user.0);
        let refused = end_user(house, &admin, user, Access::End);
        assert!(matches!(refused, Err(OfficeError::LastHolder)));
        let login = || house.store.read("test", |tx| store::doors::login_of(tx, user)).unwrap().unwrap();
        assert!(!login().ended, "nothing was changed");
        // In wrong hands it ends all the same, and nothing is deleted.
        end_user(house, &admin, user, Access::EndAnyway).unwrap();
        assert!(login().ended);
        end_user(house, &admin, user, Access::Restore).unwrap();
        let back = keyed(house, &alone);
        roots::settle(house, &back).unwrap();
        let back = keyed(house, &alone);
        assert_eq!(text(house, &back, note).as_deref(), Some(STORY));
        let opened = office::glass::open(house, &back, sealed).unwrap();
        assert_eq!(opened.values.get("safe_place"), Some(SECRET));
    });
}

#[test]
fn whoever_leaves_keeps_nothing_once_somebody_else_holds_it() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let (case, note) = case(house, &lead);
        let second = house.colleague(Role::Caseworker, "second");
        house.lock(&lead);
        let (lead, second) = (keyed(house, &lead), keyed(house, &second));
        let sealed = office::glass::add(house, &lead, case, &form(&[("safe_place", SECRET)])).unwrap();
        let (admin, user) = (house.ctx(Role::Admin), lead.actor.user.0);
        // Everything but the note opens to others; the administrator is not told which it is.
        assert!(matches!(end_user(house, &admin, user, Access::End), Err(OfficeError::LastHolder)));
        let name = form(&[("user", second.actor.user.0.to_string().as_str()), ("reason", "поема случая")]);
        office::glass::name_person(house, &lead, sealed, &name).unwrap();
        end_user(house, &admin, user, Access::End).unwrap();
        let left = |house: &TestOffice| {
            house
                .store
                .read("test", |tx| {
                    let named = store::keys::held(tx, user)?.len();
                    Ok::<_, StoreError>((store::roots::memberships(tx, user)?.len(), named))
                })
                .unwrap()
        };
        assert_ne!(left(house), (0, 0), "kept until the turn");
        roots::settle(house, &second).unwrap();
        assert_eq!(left(house), (0, 0), "search key and sealed note too");
        assert_eq!(text(house, &keyed(house, &lead), note), None);
        let second = keyed(house, &second);
        assert_eq!(text(house, &second, note).as_deref(), Some(STORY));
        assert_eq!(
            office::glass::open(house, &second, sealed).unwrap().values.get("safe_place"),
            Some(SECRET)
        );
    });
}

#[test]
fn whoever_cannot_hold_names_waits_and_keeps_nobody_waiting() {
    if std::env::var_os(testkit::house::LOCKED).is_some() {
        return;
    }
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        let (_, note) = case(house, &lead);
        let (plain, later) =
            (house.colleague(Role::Caseworker, "password"), house.colleague(Role::Caseworker, "came.back"));
        for user in [lead.actor.user.0, house.user(Role::Manager), later.actor.user.0] {
            house.enrol(user);
        }
        // One has a password alone; another may be granted names from tomorrow on.
        let (secret, public) = vault::people::new_user();
        house
            .store
            .write("test", |tx| {
                store::roots::set_user(tx, plain.actor.user.0, &public.work, &[], 0)?;
                let mut keys = store::doors::factors::user_keys(tx, later.actor.user.0)?.unwrap();
                keys.identity_from = lead.now + 1;
                store::doors::factors::set_user_keys(tx, later.actor.user.0, &keys, 0)
            })
            .unwrap();
        let work = || {
            let own = vec![(Half::Work, secret.work.share())];
            house.store.read("test", |tx| roots::keyring(tx, plain.actor.user.0, own)).unwrap()
        };
        let lead = keyed(house, &lead);
        roots::lock(house, &lead).unwrap();
        let lead = keyed(house, &lead);
        let mut progress = roots::Progress::default();
        while !progress.done {
            progress = roots::convert(house, &lead, progress).unwrap();
        }
        let of = |ring: &vault::Keyring, class| ring.newest(&house.organisation.0, class).map(|r| r.at.epoch);
        for epoch in [1, 2] {
            let lead = keyed(house, &lead);
            assert_eq!(text(house, &lead, note).as_deref(), Some(STORY));
            assert_eq!(of(&lead.keys, Class::Identity), Some(epoch));
            let later = keyed(house, &later);
            for ring in [&work(), &*later.keys] {
                assert_eq!((of(ring, Class::Work), of(ring, Class::Identity)), (Some(epoch), None));
            }
            if epoch == 1 {
                // A grant that somebody spoiled keeps no other from being sealed anew.
                spoil(house);
                roots::turn(house, &lead).unwrap();
            }
        }
        // The next day she is let in to names as well.
        let tomorrow = Ctx { now: lead.now + 2, ..keyed(house, &lead) };
        roots::admit(house, &tomorrow, later.actor.user.0).unwrap();
        assert_eq!(of(&keyed(house, &later).keys, Class::Identity), Some(2));
    });
}

/// A data key that belongs to nothing, with a grant to the house that does not open.
fn spoil(house: &TestOffice) {
    let subject = Id([42; 16]);
    house
        .store
        .write("test", |tx| {
            store::keys::insert(tx, &[42; 16], 2, &[0; 61])?;
            store::keys::add(tx, &[42; 16], (subject, 2), true, &[42; 16])?;
            let grant = store::keys::Grant { holder: house.organisation, epoch: 1, sealed: vec![9; 61] };
            store::keys::grant(tx, &[42; 16], &grant)
        })
        .unwrap();
}

#[test]
fn what_cannot_be_settled_keeps_nobody_from_the_home_page() {
    on_both(|house| {
        let lead = house.ctx(Role::Caseworker);
        house.lock(&lead);
        let lead = keyed(house, &lead);
        house
            .store
            .write("test", |tx| {
                // Officers with a key that is none: new role keys cannot be sealed to them.
                let circle = store::glass::Circle {
                    id: Id([7; 16]),
                    organisation: house.organisation,
                    state: "named".to_owned(),
                    needed: 2,
                    life: false,
                    commitment: None,
                    public: None,
                    made_by: lead.actor.user.0,
                    made_at: 0,
                    accepted_by: None,
                    drilled_at: None,
                };
                store::glass::add_circle(tx, &circle)?;
                store::glass::start(tx, circle.id, (&[1; 8], &[1; 8]), lead.actor.user.0, 1)?;
                store::roots::make_epoch_due(tx, house.organisation, 1).map(drop)
            })
            .unwrap();
        assert!(matches!(roots::settle(house, &lead), Err(OfficeError::Sealed)));
        roots::come_by(house, &lead);
        roots::come_by(house, &lead);
        let told = |user| house.store.read("test", |tx| store::doors::factors::notices(tx, user)).unwrap();
        let codes: Vec<String> = told(lead.actor.user.0).into_iter().map(|n| n.code).collect();
        assert_eq!(codes, ["keys-trouble"], "told once, until it is seen");
    });
}
