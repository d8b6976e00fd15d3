//! Coming back with the help of officers, the day that names wait, and being named for what is sealed.

use crate::device::Device;
use crate::doors::{NEW, by_passkey, enrol, enter, established, given, inside, notices, with_a_word};
use crate::glass::{SECRET, STORY, Town, circle_form, town};
use crate::tale::{form, on_both, sound};
use domain::policy::Assurance;
use domain::{Compartment, Id, Role};
use office::doors::{Caller, ESTABLISHED_US, SignedIn, recovery};
use office::glass::{self, Outcome};
use office::{Ctx, OfficeError};
use std::sync::Arc;
use testkit::house::{PASSWORD, TestOffice};
use vault::Half;

/// Somebody at another organisation with keys of her own.
fn sister(house: &TestOffice, code: &str) -> Ctx {
    let made = house.partner(code, "ngo", Role::Ngo);
    if std::env::var_os(testkit::house::LOCKED).is_none() {
        house.enrol(made.actor.user.0);
    }
    house.with_keys(made, &Half::BOTH)
}

/// The same house with officers who work elsewhere but one.
fn guarded<'h>(t: &Town<'h>) -> [Ctx; 2] {
    let house = t.house;
    let sisters = ["NGO-B", "NGO-C"].map(|code| sister(house, code));
    let officers = [t.officers[0].clone(), sisters[0].clone(), sisters[1].clone()];
    let circle = glass::name(house, &t.lead, &circle_form(&officers, false)).unwrap();
    glass::accept(house, &t.officers[1], circle).unwrap();
    office::roots::settle(house, &t.at(&t.lead, 0)).unwrap();
    sisters
}

/// A session by password, with the keys that a passkey would have opened.
fn session(house: &TestOffice, ctx: &Ctx, login: &str, halves: &[Half]) -> SignedIn {
    let token = enter(house, ctx, given(login, PASSWORD, "")).unwrap();
    let mut who = inside(house, ctx, &token);
    who.keys = house.with_keys(ctx.clone(), halves).keys;
    who
}

/// The same of somebody whose word counts: with a passkey shown just now, which opens nothing here.
fn word(house: &TestOffice, ctx: &Ctx, login: &str, halves: &[Half]) -> SignedIn {
    let key = store::doors::factors::Passkey {
        id: ctx.id(),
        user_id: ctx.actor.user.0,
        credential: ctx.id().0.repeat(2),
        data: Vec::new(),
        counter: 0,
        label: String::new(),
        opens: false,
        created_at: ctx.now,
        used_at: 0,
        ended_at: 0,
        ended_why: String::new(),
    };
    let mut who = session(house, ctx, login, halves);
    house.store.write("test", |tx| store::doors::factors::insert_passkey(tx, &key)).unwrap();
    who.assurance = Assurance::Fresh;
    who
}

/// A session as a use case sees it.
fn acting(who: &SignedIn, now: i64, like: &Ctx) -> Ctx {
    Ctx { actor: who.actor, keys: Arc::clone(&who.keys), now, ..like.clone() }
}

fn approved(house: &TestOffice, t: &Town<'_>, by: &[Ctx], id: Id, later: i64) {
    let mut last = Outcome::TooFew;
    for officer in by {
        last = glass::approve(house, &t.at(officer, later), id, false).unwrap();
    }
    assert_eq!(last, Outcome::Done);
}

#[test]
fn officers_of_a_sister_organisation_bring_somebody_back_and_names_a_day_later() {
    on_both(|house| {
        let t = town(house, false);
        let sisters = guarded(&t);
        // Accounts are two weeks old before their word counts.
        let begun = ESTABLISHED_US;
        let now = &t.at(&t.lead, begun);
        let asked = recovery::ask(house, now, "caseworker", false).unwrap();
        let coming = recovery::Coming { login: "caseworker", claim: &asked.claim, code: "", password: NEW };
        let day = recovery::DELAY_US;
        let back = |later: i64| {
            recovery::come_back(house, &t.at(&t.lead, begun + later), &Caller::default(), coming)
        };
        let confirm = |by: &SignedIn| recovery::confirm(house, now, by, "caseworker", &asked.number);
        // Who works elsewhere and is no officer finds no request; nor does the administrator.
        for (ctx, login) in [(&t.asker, "ngo.ngo-a"), (&house.ctx(Role::Admin), "admin")] {
            let refused = confirm(&word(house, &t.at(ctx, begun), login, &Half::BOTH));
            assert!(matches!(refused, Err(OfficeError::NotFound)), "{login}");
        }
        for (sister, login) in sisters.iter().zip(["ngo.ngo-b", "ngo.ngo-c"]) {
            assert!(matches!(back(day + 1), Err(OfficeError::WrongLogin)), "one officer is not enough");
            let by = word(house, &t.at(sister, begun), login, &Half::BOTH);
            assert!(notices(house, &by, now).contains(&"recovery".to_owned()), "officers are told");
            confirm(&by).unwrap();
        }
        assert!(matches!(back(day - 1), Err(OfficeError::WrongLogin)), "the owner has a day to say no");
        let came = back(day).unwrap();
        // From here on everything is counted from the moment she came back.
        let begun = begun + day;
        let now = &t.at(&t.lead, begun);
        assert!(!came.names);
        let mut device = Device::new();
        let token = enrol(house, now, &came.token, &mut device).unwrap();
        let her = |later: i64, token: &str| {
            let at = Ctx { now: now.now + later, ..now.clone() };
            acting(&inside(house, &at, token), at.now, now)
        };
        let opens = |ctx: &Ctx| {
            let (work, names) = (t.locked(ctx, t.note), t.locked(ctx, t.person));
            (!work.has(Compartment::C2), !names.has(Compartment::C3))
        };
        assert_eq!(opens(&her(0, &token)), (false, false), "a new factor alone opens nothing");
        // The officers give back what may be given: case work now, names not on this day, by nobody.
        let lost = her(0, &token);
        let id = glass::recover(house, &lost, &form(&[("reason", "изгубен ключ")])).unwrap();
        approved(house, &t, &sisters, id, begun);
        assert_eq!(opens(&her(0, &token)), (true, false));
        assert!(t.told(&lost).contains(&"recovered-work".to_owned()));
        let colleague = &t.officers[1];
        office::roots::admit(house, &t.at(colleague, begun), lost.actor.user.0).unwrap();
        office::roots::turn(house, &t.at(colleague, begun)).unwrap();
        assert_eq!(opens(&her(0, &token)), (true, false), "neither a colleague nor an epoch gives them");
        let asks = [("number", t.number.as_str()), ("purpose", "life"), ("reason", "x"), ("minutes", "60")];
        let for_names: Vec<_> = asks.iter().copied().chain([("names", "yes")]).collect();
        assert!(matches!(glass::ask(house, &lost, &form(&for_names)), Err(OfficeError::NoKeys)));
        assert!(glass::ask(house, &lost, &form(&asks)).is_ok(), "control");
        let user = lost.actor.user.0.to_string();
        let candidate = |later| {
            let page = glass::page(house, &t.at(colleague, begun + later)).unwrap();
            page.candidates.iter().any(|p| p.id.to_string() == user)
        };
        assert!(!candidate(0), "nor is she an officer meanwhile");
        // To the microsecond.
        let early = recovery::DELAY_US - 1;
        office::roots::admit(house, &t.at(colleague, begun + early), lost.actor.user.0).unwrap();
        device.counter += 1;
        let at = Ctx { now: now.now + early, ..now.clone() };
        let token = by_passkey(house, &at, &device).unwrap();
        assert_eq!(opens(&her(early, &token)), (true, false));
        let id = glass::recover(house, &her(early, &token), &form(&[("reason", "имената")])).unwrap();
        approved(house, &t, &sisters, id, begun + day);
        assert_eq!(opens(&her(recovery::DELAY_US, &token)), (true, true));
        assert!(candidate(recovery::DELAY_US));
        sound(house);
    });
}

#[test]
fn an_officer_elsewhere_releases_what_the_printed_code_lacks() {
    on_both(|house| {
        let t = town(house, false);
        let sisters = guarded(&t);
        let now = &t.at(&t.lead, ESTABLISHED_US);
        let who = session(house, now, "caseworker", &Half::BOTH);
        let publics = |who: &SignedIn| Half::BOTH.map(|half| who.keys.half(half).unwrap().public());
        let before = publics(&who);
        let printed = recovery::print(house, now, &who).unwrap();
        let asked = recovery::ask(house, now, "caseworker", true).unwrap();
        let confirm = |by: &SignedIn| recovery::confirm(house, now, by, "caseworker", &asked.number);
        let colleague = word(house, &t.at(&t.officers[1], ESTABLISHED_US), "two", &Half::BOTH);
        assert!(matches!(confirm(&colleague), Err(OfficeError::NotFound)), "a colleague who is neither");
        let by_password = word(house, &t.at(&sisters[0], ESTABLISHED_US), "ngo.ngo-b", &[Half::Work]);
        assert!(matches!(confirm(&by_password), Err(OfficeError::WrongState)), "an officer without her key");
        confirm(&word(house, &t.at(&sisters[0], ESTABLISHED_US), "ngo.ngo-b", &Half::BOTH)).unwrap();
        let coming =
            recovery::Coming { login: "caseworker", claim: &asked.claim, code: &printed, password: NEW };
        let came = recovery::come_back(house, now, &Caller::default(), coming).unwrap();
        assert!(came.names);
        assert_eq!(publics(&inside(house, now, &came.token)), before, "the same keys as before");
        sound(house);
    });
}

#[test]
fn a_code_that_never_opened_names_makes_them_wait_as_well() {
    on_both(|house| {
        let now = established(house);
        let token = enter(house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let printed = recovery::print(house, &now, &inside(house, &now, &token)).unwrap();
        let asked = recovery::ask(house, &now, "caseworker", true).unwrap();
        let head = with_a_word(house, &now, "manager");
        recovery::confirm(house, &now, &head, "caseworker", &asked.number).unwrap();
        let coming =
            recovery::Coming { login: "caseworker", claim: &asked.claim, code: &printed, password: NEW };
        let came = recovery::come_back(house, &now, &Caller::default(), coming).unwrap();
        let who = inside(house, &now, &came.token);
        // In a house that is locked from the first day the password of the test has no slot: nothing was printed.
        assert!(!came.names && who.keys.half(Half::Work).is_some());
        let keys = house.store.read("test", |tx| store::doors::factors::user_keys(tx, who.user));
        assert_eq!(keys.unwrap().unwrap().identity_from, now.now + recovery::DELAY_US);
    });
}

#[test]
fn being_named_is_a_relation_and_reaches_nothing_else() {
    on_both(|house| {
        let t = town(house, false);
        let note = glass::add(house, &t.lead, t.case, &form(&[("safe_place", SECRET)])).unwrap();
        let reads =
            |ctx: &Ctx| glass::open(house, ctx, note).map(|n| n.values.get("safe_place").map(str::to_owned));
        let name = |by: &Ctx, whom: Id| {
            let pairs = [("user", whom.to_string()), ("reason", "придружава до съда".to_owned())];
            glass::name_person(house, by, note, &form(&[("user", &pairs[0].1), ("reason", &pairs[1].1)]))
        };
        // A passkey that was shown an hour ago is not enough, for reading and for naming.
        let mut stale = t.lead.clone();
        stale.actor.assurance = Assurance::Passkey;
        let step_up = |result: bool| assert!(result, "a fresh passkey is asked for");
        step_up(matches!(reads(&stale), Err(OfficeError::StepUp(Assurance::Fresh))));
        step_up(matches!(name(&stale, t.asker.actor.user.0), Err(OfficeError::StepUp(Assurance::Fresh))));
        // Who works elsewhere reads what she was named for, and it stays with her; its case stays shut.
        name(&t.lead, t.asker.actor.user.0).unwrap();
        assert_eq!(reads(&t.asker).unwrap().as_deref(), Some(SECRET));
        assert!(matches!(t.sees(&t.asker, t.note), Err(OfficeError::NotFound)));
        let opened = glass::open(house, &t.asker, note).unwrap();
        assert!(!opened.may_name && opened.candidates.is_empty());
        assert!(matches!(name(&t.asker, t.officers[0].actor.user.0), Err(OfficeError::NotFound)));
        // Roles that never hear of a case's content are not named.
        let consul = house.ctx(Role::Consul).actor.user.0;
        let told = glass::open(house, &t.lead, note).unwrap();
        assert!(told.may_name && told.candidates.iter().all(|(id, _)| *id != consul));
        assert!(matches!(name(&t.lead, consul), Err(OfficeError::Invalid(_))));
        // Nobody comes in by a row of `access`.
        let outsider = &t.officers[1];
        let row = store::access::Row::new(
            t.case,
            outsider.actor.user.0,
            "named",
            "open",
            house.ctx(Role::Admin).now,
        );
        house.store.write("test", |tx| store::access::insert(tx, &row)).unwrap();
        assert!(matches!(reads(outsider), Err(OfficeError::NotFound)));
        assert!(matches!(t.sees(outsider, t.note), Err(OfficeError::NotFound)));
        assert!(matches!(glass::list(house, outsider, t.case), Err(OfficeError::NotFound)));
        house
            .store
            .write("test", |tx| store::access::delete(tx, t.case, outsider.actor.user.0, "named"))
            .unwrap();
        // Somebody who lost her key is still on the list, opens nothing, and can be named again.
        let lost = t.asker.actor.user.0;
        house.enrol(lost);
        let again = t.at(&t.asker, 0);
        assert!(matches!(reads(&again), Err(OfficeError::Locked(_))));
        assert_eq!(glass::open(house, &t.lead, note).unwrap().holders.len(), 2);
        name(&t.lead, lost).unwrap();
        assert_eq!(reads(&again).unwrap().as_deref(), Some(SECRET));
        assert_eq!(glass::open(house, &t.lead, note).unwrap().holders.len(), 2, "each once");
        // The log says by which rule.
        let leaves = house.store.read("test", |tx| store::audit::of_case(tx, t.case, 100)).unwrap();
        let rules: Vec<_> = leaves
            .iter()
            .map(|bytes| vault::log::Leaf::decode(bytes).unwrap())
            .filter(|leaf| leaf.action == "case.unseal" && leaf.decision == vault::log::Decision::Allow)
            .map(|leaf| leaf.rule)
            .collect();
        assert!(!rules.is_empty() && rules.iter().all(|rule| rule == "sealed-named"), "{rules:?}");
        assert_eq!(t.sees(&t.lead, t.note).unwrap().get("text"), Some(STORY));
        // Nothing more is sealed in a case that is closed.
        let version = office::cases::page(house, &t.lead, t.case).unwrap().case.head.version;
        let closing = form(&[("closure_reason", "goals_reached"), ("closed_on", "2016-12-20")]);
        office::cases::close(house, &t.lead, t.case, version, &closing).unwrap();
        let late = glass::add(house, &t.lead, t.case, &form(&[("threats", "x")]));
        assert!(matches!(late, Err(OfficeError::WrongState)));
    });
}

#[test]
fn who_has_no_key_for_names_keeps_nobody_from_locking() {
    on_both(|house| {
        if std::env::var_os(testkit::house::LOCKED).is_some() {
            return;
        }
        let (by, head) = (house.user(Role::Caseworker), house.user(Role::Manager));
        house.enrol(by);
        let (_, public) = vault::people::new_user();
        let now = house.ctx(Role::Caseworker);
        let write = |user: Id, identity: &[u8], from: i64| {
            let (work, identity) = (public.work.clone(), identity.to_vec());
            let keys = store::doors::factors::UserKeys { work, identity, identity_from: from };
            let set =
                |tx: &mut store::WriteTx<'_>| store::doors::factors::set_user_keys(tx, user, &keys, now.now);
            house.store.write("test", set).unwrap();
        };
        // Somebody who works with a password alone.
        write(head, &[], 0);
        // Nobody else holds a key for names, and hers are of today: the organisation's would be nobody's.
        write(by, &public.identity, now.now + 1);
        assert!(matches!(office::roots::lock(house, &now), Err(OfficeError::NoKeys)));
        house.enrol(by);
        office::roots::lock(house, &house.with_keys(now.clone(), &Half::BOTH)).unwrap();
        let classes = |user: Id| -> Vec<i64> {
            let found = house.store.read("test", |tx| store::roots::memberships(tx, user)).unwrap();
            found.into_iter().map(|m| m.class).collect()
        };
        let names = i64::from(vault::Class::Identity.byte());
        assert!(classes(by).contains(&names));
        assert!(!classes(head).is_empty() && !classes(head).contains(&names));
    });
}
