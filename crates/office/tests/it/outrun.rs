//! Somebody is being let in while access ends, a password changes, or a second form of the same kind is on its way.

use crate::device::Device;
use crate::doors::{
    NEW, by_passkey, ctx, enrol, enter, established, from_the_first_day, given, houses, inside, later, sound,
    with_a_word,
};
use domain::policy::Role;
use office::doors::passkey::{self, Answer};
use office::doors::{self, Caller, SignedIn, recovery};
use office::organisations::{Access, end_user};
use office::{Ctx, OfficeError};
use std::time::{Duration, Instant};
use store::{StoreError, WriteTx};
use testkit::house::{PASSWORD, TestOffice};
use vault::Half;

/// "password" in the form that has no slot.
const OLD_FORM: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
const OTHER: &str = "осем жаби край стар кладенец";

/// Runs what is given until each of it waits to write, makes a change before any of it may, and gives the answers.
fn outrun<T: Send>(
    house: &TestOffice,
    all: &[&(dyn Fn() -> T + Sync)],
    change: impl FnOnce(&mut WriteTx<'_>),
) -> Vec<T> {
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        house
            .store
            .write("test", |tx| -> Result<(), StoreError> {
                running.extend(all.iter().map(|one| scope.spawn(one)));
                let since = Instant::now();
                while house.store.stats().waiting < all.len() {
                    assert!(since.elapsed() < Duration::from_secs(60), "nobody came as far as writing");
                    std::thread::sleep(Duration::from_millis(2));
                }
                change(tx);
                Ok(())
            })
            .unwrap();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn refused<T>(answer: &office::Result<T>) -> bool {
    matches!(answer, Err(OfficeError::WrongLogin))
}

fn work(who: &SignedIn) -> Vec<u8> {
    who.keys.half(Half::Work).unwrap().public()
}

fn end_login(house: &TestOffice) -> impl FnOnce(&mut WriteTx<'_>) {
    let user = house.user(Role::Caseworker);
    move |tx| store::doors::end_login(tx, user, true).unwrap()
}

#[test]
fn nobody_whose_access_has_ended_is_let_in_by_what_was_read_before() {
    for house in houses() {
        let now = ctx(&house);
        let by_password = || enter(&house, &now, given("caseworker", PASSWORD, ""));
        let token = by_password().unwrap();
        let mut device = Device::new();
        let token = enrol(&house, &now, &token, &mut device).unwrap();
        inside(&house, &now, &token);
        device.counter = 2;
        let with_passkey = || by_passkey(&house, &now, &device);
        let answers = outrun(&house, &[&by_password, &with_passkey], end_login(&house));
        assert!(answers.iter().all(refused));
        // Nor does a session that is there go on, whatever left it there.
        let left = doors::session(&house, now.now, &token).unwrap().unwrap();
        assert!(left.expired && left.keys.is_empty());
        sound(&house);
    }
}

#[test]
fn a_password_that_changes_while_it_is_weighed_lets_nobody_in() {
    for house in houses() {
        let now = ctx(&house);
        let user = house.user(Role::Caseworker);
        let answers = outrun(&house, &[&|| enter(&house, &now, given("caseworker", PASSWORD, ""))], |tx| {
            let phc = vault::password::hash(NEW, vault::Cost::fast());
            store::doors::set_password(tx, user, &phc).unwrap();
        });
        assert!(answers.iter().all(refused));
        assert!(enter(&house, &now, given("caseworker", NEW, "")).is_ok(), "the control");
    }
}

#[test]
fn two_changes_of_a_password_at_once_keep_what_it_opens() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let who = inside(&house, &now, &token);
        let change = |to| doors::change_password(&house, &now, &who, "caseworker", PASSWORD, to);
        let answers = outrun(&house, &[&|| change(NEW), &|| change(OTHER)], |_| ());
        assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 1, "one is told to look again");
        let good = if answers[0].is_ok() { NEW } else { OTHER };
        let again = enter(&house, &now, given("caseworker", good, "")).unwrap();
        assert_eq!(work(&inside(&house, &now, &again)), work(&who));
    }
}

#[test]
fn two_first_sign_ins_at_once_keep_what_the_first_made() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = ctx(&house);
        let user = house.user(Role::Caseworker);
        // As an account is made: without a key of its password.
        house.store.write("test", |tx| store::doors::set_password(tx, user, OLD_FORM)).unwrap();
        let first = || enter(&house, &now, given("caseworker", "password", ""));
        let answers = outrun(&house, &[&first, &first], |_| ());
        let made: Vec<_> = answers.into_iter().flatten().collect();
        assert_eq!(made.len(), 1);
        let made = work(&inside(&house, &now, &made[0]));
        assert_eq!(work(&inside(&house, &now, &first().unwrap())), made);
    }
}

#[test]
fn a_request_to_come_back_ends_with_access() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let token = enrol(&house, &now, &token, &mut Device::new()).unwrap();
        let printed = recovery::print(&house, &now, &inside(&house, &now, &token)).unwrap();
        let [early, late, after] = [(); 3].map(|()| recovery::ask(&house, &now, "caseworker", true).unwrap());
        let head = with_a_word(&house, &now, "manager");
        let confirm =
            |asked: &recovery::Asked| recovery::confirm(&house, &now, &head, "caseworker", &asked.number);
        let back = |asked: &recovery::Asked| come_back(&house, &now, asked, &printed);
        confirm(&early).unwrap();
        let admin = Ctx { now: now.now, ..house.ctx(Role::Admin) };
        let user = house.user(Role::Caseworker);
        end_user(&house, &admin, user, Access::EndAnyway).unwrap();
        assert!(matches!(confirm(&late), Err(OfficeError::NotFound)));
        assert!(refused(&back(&early)));
        // Access is given back to whoever can sign in; whoever asked before that asks anew.
        end_user(&house, &admin, user, Access::Restore).unwrap();
        assert!(matches!(confirm(&after), Err(OfficeError::NotFound)));
        assert!(refused(&back(&early)));
        let anew = recovery::ask(&house, &now, "caseworker", true).unwrap();
        confirm(&anew).unwrap();
        // And where only the login tells: a request that was left open opens nothing.
        house.store.write("test", |tx| store::doors::end_login(tx, user, true)).unwrap();
        assert!(refused(&back(&anew)));
        house.store.write("test", |tx| store::doors::end_login(tx, user, false)).unwrap();
        assert!(back(&anew).is_ok(), "the control");
        sound(&house);
    }
}

fn come_back(
    house: &TestOffice,
    now: &Ctx,
    asked: &recovery::Asked,
    code: &str,
) -> office::Result<recovery::Back> {
    let coming = recovery::Coming { login: "caseworker", claim: &asked.claim, code, password: NEW };
    recovery::come_back(house, now, &Caller::default(), coming)
}

#[test]
fn the_printed_code_is_good_until_a_passkey_opens_names() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let token = enrol(&house, &now, &token, &mut Device::new()).unwrap();
        let who = inside(&house, &now, &token);
        let publics = |who: &SignedIn| Half::BOTH.map(|half| who.keys.half(half).unwrap().public());
        let before = publics(&who);
        let printed = recovery::print(&house, &now, &who).unwrap();
        let head = with_a_word(&house, &now, "manager");
        let ask = || recovery::ask(&house, &now, "caseworker", true).unwrap();
        let confirm = |asked: &recovery::Asked| {
            recovery::confirm(&house, &now, &head, "caseworker", &asked.number).unwrap();
        };
        let first = ask();
        confirm(&first);
        assert!(come_back(&house, &now, &first, &printed).unwrap().names);
        assert!(refused(&come_back(&house, &now, &first, &printed).map(|_| ())), "a request is good once");
        // That session is lost before anything was done in it. What the password opens is not names.
        let later = later(&now, 3600);
        let token = enter(&house, &later, given("caseworker", NEW, "")).unwrap();
        let who = inside(&house, &later, &token);
        assert!(who.keys.half(Half::Identity).is_none());
        assert!(
            matches!(recovery::print(&house, &later, &who), Err(OfficeError::WrongState)),
            "a code that opens less must not take the place of the last that opens names"
        );
        // Nor does a passkey that holds no keys.
        let mut device = Device::new();
        let asked = passkey::begin_enrol(&house, &later, &who, "caseworker", &token).unwrap();
        let credential = device.create(&asked.options);
        let answer = Answer { state: &asked.state, credential: &credential, prf: "" };
        passkey::finish_enrol(&house, &later, &who, (&token, &Caller::default()), answer, "без").unwrap();
        // The code is there, and takes a second person as before.
        let again = recovery::ask(&house, &later, "caseworker", true).unwrap();
        assert!(refused(&come_back(&house, &later, &again, &printed)), "nobody has confirmed");
        recovery::confirm(&house, &now, &head, "caseworker", &again.number).unwrap();
        let came = come_back(&house, &later, &again, &printed).unwrap();
        let who = inside(&house, &later, &came.token);
        assert!(came.names);
        assert_eq!(publics(&who), before);
        // A passkey holds them now: the code has gone.
        let mut device = Device::new();
        let token = enrol(&house, &later, &came.token, &mut device).unwrap();
        assert!(!doors::account(&house, &inside(&house, &later, &token), later.now).unwrap().code);
        let third = recovery::ask(&house, &later, "caseworker", true).unwrap();
        recovery::confirm(&house, &now, &head, "caseworker", &third.number).unwrap();
        assert!(refused(&come_back(&house, &later, &third, &printed)));
        device.counter = 2;
        let token = by_passkey(&house, &later, &device).unwrap();
        assert_eq!(publics(&inside(&house, &later, &token)), before);
        sound(&house);
    }
}
