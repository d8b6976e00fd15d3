//! The door, rule by rule, on both engines.

use crate::device::Device;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use domain::policy::{Assurance, Role};
use office::doors::bound::{self, Bond, Proved};
use office::doors::passkey::{self, Answer};
use office::doors::{self, Caller, Given, SignedIn, recovery};
use office::{Ctx, Office, OfficeError};
use std::sync::Arc;
use testkit::house::{Engine, PASSWORD, TestOffice, office};
use vault::Half;
use vault::totp::TotpSecret;

pub const NEW: &str = "седем чайки над сив покрив";

pub fn houses() -> impl Iterator<Item = TestOffice> {
    Engine::BOTH.into_iter().filter_map(office)
}

pub fn ctx(house: &TestOffice) -> Ctx {
    house.ctx(Role::Monitor)
}

pub fn later(ctx: &Ctx, seconds: i64) -> Ctx {
    Ctx { now: ctx.now + seconds * 1_000_000, ..ctx.clone() }
}

pub fn given<'a>(login: &'a str, password: &'a str, code: &'a str) -> Given<'a> {
    Given { login, password, code, ..Given::default() }
}

pub fn enter(house: &TestOffice, ctx: &Ctx, given: Given<'_>) -> office::Result<String> {
    doors::enter(house, ctx, &Caller::default(), given)
}

pub fn inside(house: &TestOffice, ctx: &Ctx, token: &str) -> SignedIn {
    let found = doors::session(house, ctx.now, token).unwrap().expect("a session");
    assert!(!found.expired);
    found
}

fn gone(house: &TestOffice, ctx: &Ctx, token: &str) -> bool {
    doors::session(house, ctx.now, token).unwrap().is_none_or(|s| s.expired)
}

pub fn enrol(house: &TestOffice, ctx: &Ctx, token: &str, device: &mut Device) -> office::Result<String> {
    let who = inside(house, ctx, token);
    let asked = passkey::begin_enrol(house, ctx, &who, "caseworker", token)?;
    let credential = device.create(&asked.options);
    let prf = device.prf(&asked.options);
    let answer = Answer { state: &asked.state, credential: &credential, prf: &prf };
    passkey::finish_enrol(house, ctx, &who, (token, &Caller::default()), answer, "служебен")
}

pub fn by_passkey(house: &TestOffice, ctx: &Ctx, device: &Device) -> office::Result<String> {
    let asked = passkey::begin_use(house, ctx, None, "door")?;
    let (credential, prf) = (device.get(&asked.options), device.prf(&asked.options));
    let answer = Answer { state: &asked.state, credential: &credential, prf: &prf };
    passkey::sign_in(house, ctx, &Caller::default(), "door", answer)
}

fn opens(who: &SignedIn) -> (bool, bool) {
    (who.keys.half(Half::Work).is_some(), who.keys.half(Half::Identity).is_some())
}

pub fn notices(house: &TestOffice, who: &SignedIn, ctx: &Ctx) -> Vec<String> {
    doors::account(house, who, ctx.now).unwrap().notices.into_iter().map(|n| n.code).collect()
}

/// Everybody in the house has keys from the first day, that no door gave her.
pub fn from_the_first_day() -> bool {
    std::env::var_os(testkit::house::LOCKED).is_some()
}

/// A day on which the accounts of the house have been there long enough for their word to count.
pub fn established(house: &TestOffice) -> Ctx {
    later(&ctx(house), doors::ESTABLISHED_US / 1_000_000)
}

/// A session of somebody who has just given a passkey.
pub fn with_a_word(house: &TestOffice, now: &Ctx, login: &str) -> SignedIn {
    let token = enter(house, now, given(login, PASSWORD, "")).unwrap();
    let token = enrol(house, now, &token, &mut Device::new()).unwrap();
    inside(house, now, &token)
}

pub fn sound(house: &TestOffice) {
    let verdict = office::audit::verify(house).unwrap();
    assert!(matches!(verdict, office::audit::Verdict::Sound { .. }), "{verdict:?}");
}

#[test]
fn a_password_opens_work_and_a_passkey_opens_names() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let who = inside(&house, &now, &token);
        assert_eq!((opens(&who), who.assurance), ((true, false), Assurance::Password));
        // The same half the next time, not another one.
        let public = |s: &SignedIn| s.keys.half(Half::Work).unwrap().public();
        let first = public(&who);
        let again = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        assert_eq!(public(&inside(&house, &now, &again)), first);

        let mut device = Device::new();
        let enrolled = enrol(&house, &now, &token, &mut device).unwrap();
        assert!(gone(&house, &now, &token), "enrolling goes on under another token");
        assert!(gone(&house, &now, &again), "every other session ends when a factor changes");
        let who = inside(&house, &now, &enrolled);
        assert_eq!((opens(&who), who.assurance), ((true, true), Assurance::Fresh));
        let identity = who.keys.half(Half::Identity).unwrap().public();

        device.counter = 2;
        let token = by_passkey(&house, &later(&now, 60), &device).unwrap();
        let who = inside(&house, &later(&now, 60), &token);
        assert_eq!((opens(&who), public(&who) == first), ((true, true), true));
        assert_eq!(who.keys.half(Half::Identity).unwrap().public(), identity);
        assert_eq!(inside(&house, &later(&now, 60 + 301), &token).assurance, Assurance::Passkey);

        // With a passkey enrolled a password alone lets in and opens nothing: the passkey is the second step.
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let who = inside(&house, &now, &token);
        assert_eq!(opens(&who), (false, false));
        assert!(doors::must_step_up(&who));
        let asked = passkey::begin_use(&house, &now, Some(&who), &token).unwrap();
        device.counter = 3;
        let (credential, prf) = (device.get(&asked.options), device.prf(&asked.options));
        let answer = Answer { state: &asked.state, credential: &credential, prf: &prf };
        let place = (token.as_str(), &Caller::default());
        let fresh = passkey::step_up(&house, &now, &who, place, answer).unwrap();
        assert!(gone(&house, &now, &token), "the old id is dead after step-up");
        let who = inside(&house, &now, &fresh);
        assert_eq!((opens(&who), who.assurance), ((true, true), Assurance::Fresh));
        assert!(!doors::must_step_up(&who));
        // The same answer a second time opens nothing.
        let twice = passkey::step_up(&house, &now, &who, (&fresh, &Caller::default()), answer);
        assert!(matches!(twice, Err(OfficeError::WrongLogin)));
        sound(&house);
    }
}

/// A password alone is no fresh sign-in. With a code it is one for five minutes, then both are asked for again, and
/// where the house asks for passkeys it never is one.
#[test]
fn whoever_has_no_passkey_proves_who_he_is_again() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let bare = inside(&house, &now, &token);
        assert!(doors::must_step_up(&bare) && doors::lacks_second(&house, &bare).unwrap());
        let place = |who: &SignedIn, ctx: &Ctx, token: &str, typed: (&str, &str)| {
            doors::by_password(&house, ctx, who, token, &Caller::default(), typed)
        };
        let alone = place(&bare, &now, &token, (PASSWORD, "")).unwrap();
        assert!(doors::must_step_up(&inside(&house, &now, &alone)), "however often it is given");
        let secret = app(&house, &now, &alone);
        let code = |ctx: &Ctx| secret.code(ctx.now / 30_000_000).to_string();
        let then = later(&now, 60);
        let token = enter(&house, &then, given("caseworker", PASSWORD, &code(&then))).unwrap();
        let who = inside(&house, &then, &token);
        assert!(!doors::must_step_up(&who) && !doors::lacks_second(&house, &who).unwrap(), "just given");
        let late = later(&then, 301);
        let who = inside(&house, &late, &token);
        assert!(doors::must_step_up(&who));
        assert_eq!((who.actor.assurance, who.strict), (Assurance::PasswordTotp, false));
        for wrong in [("друга парола", code(&late)), (PASSWORD, "000000".to_owned())] {
            let refused = place(&who, &late, &token, (wrong.0, &wrong.1));
            assert!(matches!(refused, Err(OfficeError::WrongLogin)));
        }
        let late = later(&then, 340);
        let again = place(&inside(&house, &late, &token), &late, &token, (PASSWORD, &code(&late))).unwrap();
        assert!(!doors::must_step_up(&inside(&house, &late, &again)));

        // The house asks for passkeys: the log has it, and the password is not enough, however fresh.
        assert!(doors::require_passkeys(&house, &now, true).unwrap());
        assert!(!doors::require_passkeys(&house, &now, true).unwrap(), "no change");
        let who = inside(&house, &late, &again);
        assert!(who.strict && doors::must_step_up(&who));
        assert!(doors::require_passkeys(&house, &now, false).unwrap());
        assert!(!doors::must_step_up(&inside(&house, &late, &again)));
        let head = house.store.read("test", |tx| store::audit::head(tx)).unwrap().unwrap();
        let leaves = house.store.read("test", |tx| store::audit::range(tx, 0, head.size)).unwrap();
        let said = |action: &str| {
            let of = |l: &&store::audit::Leaf| vault::log::Leaf::decode(&l.leaf).unwrap().action == action;
            leaves.iter().filter(of).count()
        };
        assert_eq!((said("doors.passkeys-required"), said("doors.passkeys-not-required")), (2, 1));
        sound(&house);
    }
}

#[test]
fn what_is_no_passkey_of_this_house_is_refused() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut device = Device::new();
        device.verifies = false;
        assert!(matches!(enrol(&house, &now, &token, &mut device), Err(OfficeError::WrongLogin)), "UV=0");
        device.verifies = true;
        device.origin = "https://evil.example";
        assert!(
            matches!(enrol(&house, &now, &token, &mut device), Err(OfficeError::WrongLogin)),
            "elsewhere"
        );
        device.origin = crate::device::ORIGIN;
        enrol(&house, &now, &token, &mut device).unwrap();
        device.counter = 2;
        device.verifies = false;
        assert!(
            matches!(by_passkey(&house, &now, &device), Err(OfficeError::WrongLogin)),
            "UV=0 at the door"
        );
        device.verifies = true;
        assert!(matches!(by_passkey(&house, &now, &Device::new()), Err(OfficeError::WrongLogin)), "unknown");
        // Bound to the cookie of the form it was asked in, and to its time.
        let asked = passkey::begin_use(&house, &now, None, "door").unwrap();
        let credential = device.get(&asked.options);
        let answer = Answer { state: &asked.state, credential: &credential, prf: "" };
        for (guard, at) in [("another door", now.clone()), ("door", later(&now, 301))] {
            let refused = passkey::sign_in(&house, &at, &Caller::default(), guard, answer);
            assert!(matches!(refused, Err(OfficeError::WrongLogin)));
        }
        // The control: untouched it is let in.
        assert!(passkey::sign_in(&house, &now, &Caller::default(), "door", answer).is_ok());
        sound(&house);
    }
}

#[test]
fn a_copied_passkey_is_stopped_and_its_owner_told() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut device = Device::new();
        enrol(&house, &now, &token, &mut device).unwrap();
        device.counter = 9;
        let session = by_passkey(&house, &now, &device).unwrap();
        device.counter = 5;
        assert!(matches!(by_passkey(&house, &now, &device), Err(OfficeError::WrongLogin)));
        assert!(gone(&house, &now, &session), "its sessions end");
        device.counter = 10;
        assert!(matches!(by_passkey(&house, &now, &device), Err(OfficeError::WrongLogin)), "for both sides");
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        assert!(notices(&house, &inside(&house, &now, &token), &now).contains(&"cloned".to_owned()));
        sound(&house);
    }
}

fn app(house: &TestOffice, ctx: &Ctx, token: &str) -> TotpSecret {
    let who = inside(house, ctx, token);
    let asked = doors::begin_totp(house, ctx, &who, "caseworker").unwrap();
    let mut bits = 0_u64;
    let mut bytes = Vec::new();
    for (n, letter) in asked.text.bytes().enumerate() {
        let five = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|l| *l == letter).unwrap();
        bits = bits << 5 | u64::try_from(five).unwrap();
        if n % 8 == 7 {
            bytes.extend(&bits.to_be_bytes()[3..]);
            bits = 0;
        }
    }
    let secret = TotpSecret::from_bytes(&bytes).unwrap();
    let code = secret.code(ctx.now / 30_000_000);
    doors::confirm_totp(house, ctx, &who, &code).unwrap();
    secret
}

#[test]
fn a_code_is_good_once_however_many_try_at_the_same_moment() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let secret = app(&house, &now, &token);
        let then = later(&now, 60);
        assert!(matches!(
            enter(&house, &then, given("caseworker", PASSWORD, "")),
            Err(OfficeError::WrongLogin)
        ));
        let code = secret.code(then.now / 30_000_000).to_string();
        let good = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..50)
                .map(|_| scope.spawn(|| enter(&house, &then, given("caseworker", PASSWORD, &code)).is_ok()))
                .collect();
            tries.into_iter().filter(|_| true).map(|t| t.join().unwrap()).filter(|ok| *ok).count()
        });
        assert_eq!(good, 1);
        // The next code works when the waiting that so many wrong ones brought is over.
        let after = later(&then, 1200);
        let code = secret.code(after.now / 30_000_000 + 1).to_string();
        let answer = doors::throttle::challenge(&house, after.now - 30_000_000);
        let late = Given { work: &answer, ..given("caseworker", PASSWORD, &code) };
        let token = enter(&house, &after, late).unwrap();
        assert_eq!(inside(&house, &after, &token).assurance, Assurance::PasswordTotp);
        sound(&house);
    }
}

#[test]
fn every_refusal_costs_one_hash_and_says_the_same() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        app(&house, &now, &token);
        office::organisations::end_user(
            &house,
            &house.ctx(Role::Admin),
            house.user(Role::Police),
            office::organisations::Access::End,
        )
        .unwrap();
        let door = &house.doors.throttle;
        for (login, password, code) in [
            ("nobody.here", PASSWORD, ""),
            ("caseworker", "грешна парола за никого", "123456"),
            ("caseworker", PASSWORD, "000000"),
            ("caseworker", PASSWORD, ""),
            ("police", PASSWORD, ""),
            ("", "", ""),
        ] {
            let before = door.hashes();
            let refused = enter(&house, &later(&now, 90), given(login, password, code));
            assert!(matches!(refused, Err(OfficeError::WrongLogin)), "{login}");
            assert_eq!(door.hashes() - before, 1, "{login}");
        }
        let before = door.hashes();
        enter(&house, &now, given("manager", PASSWORD, "")).unwrap();
        assert_eq!(door.hashes() - before, 1, "and so does being let in");
        sound(&house);
    }
}

#[test]
fn guessing_waits_for_known_and_unknown_alike_and_a_passkey_does_not() {
    for house in houses() {
        let now = ctx(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut device = Device::new();
        enrol(&house, &now, &token, &mut device).unwrap();
        for login in ["caseworker", "nobody.here"] {
            for _ in 0..5 {
                assert!(matches!(enter(&house, &now, given(login, "x", "")), Err(OfficeError::WrongLogin)));
            }
            assert!(
                matches!(enter(&house, &now, given(login, "x", "")), Err(OfficeError::Wait(1..))),
                "{login}"
            );
        }
        device.counter = 2;
        assert!(by_passkey(&house, &now, &device).is_ok(), "the right person comes in all the same");
        assert!(
            enter(&house, &later(&now, 61), given("caseworker", PASSWORD, "")).is_ok(),
            "and nobody for good"
        );
    }
}

#[test]
fn a_crowd_has_to_work_or_to_wait() {
    for house in houses() {
        let now = ctx(&house);
        for n in 0..30 {
            let login = format!("stranger.{n}");
            let _ = enter(&house, &now, given(&login, "x", ""));
        }
        let bare = given("manager", PASSWORD, "");
        assert!(matches!(enter(&house, &now, bare), Err(OfficeError::Crowded)));
        let work = doors::throttle::challenge(&house, now.now);
        let empty = Given { work: &work, ..bare };
        assert!(matches!(enter(&house, &now, empty), Err(OfficeError::Crowded)), "no work done");
        let zeros = |n: &u32| {
            let digest = vault::sha256(format!("{work}:{n}").as_bytes());
            digest[0] == 0 && digest[1] < 2
        };
        let answer = (0_u32..).find(zeros).unwrap().to_string();
        let worked = Given { answer: &answer, ..empty };
        assert!(enter(&house, &now, worked).is_ok());
        assert!(matches!(enter(&house, &now, worked), Err(OfficeError::Crowded)), "once");
        let patient = doors::throttle::challenge(&house, now.now);
        let waited = Given { work: &patient, ..bare };
        assert!(enter(&house, &later(&now, 20), waited).is_ok(), "who cannot compute waits");
        assert!(enter(&house, &later(&now, 301), bare).is_ok(), "and it is over when they have gone");
    }
}

#[test]
fn the_second_password_opens_an_empty_house_and_calls_for_help() {
    for house in houses() {
        let now = ctx(&house);
        let case_worker = house.ctx(Role::Caseworker);
        let input = [("on_date", "2017-03-01"), ("intake", "self"), ("urgency", "later"), ("summary", "x")];
        let input = input.map(|(n, v)| (n.to_owned(), vec![v.to_owned()])).into_iter().collect();
        let under = office::records::Under { case_id: None, parent_id: None };
        office::records::create(&house, &case_worker, domain::RecordKind::Signal, under, &input, None)
            .unwrap();
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let same = inside(&house, &now, &token);
        let same = doors::change_password(&house, &now, &same, "caseworker", PASSWORD, PASSWORD);
        let Err(OfficeError::Invalid(found)) = same else { panic!("the same again is no change") };
        assert_eq!(found.first().map(|e| e.problem), Some(domain::Problem::PasswordSame));
        doors::set_quiet(&house, &now, &inside(&house, &now, &token), PASSWORD, "мътна вода").unwrap();
        let quiet = enter(&house, &now, given("caseworker", "мътна вода", "")).unwrap();
        let who = inside(&house, &now, &quiet);
        assert!(who.quiet && who.name == inside(&house, &now, &token).name);
        assert_eq!(opens(&who), (false, false));
        let acting = Ctx { actor: who.actor, keys: Arc::clone(&who.keys), ..now.clone() };
        assert_ne!(acting.actor.user.0, house.user(Role::Caseworker));
        let found = office::records::list(&house, &acting, domain::RecordKind::Signal, None, 50).unwrap();
        assert!(found.rows.is_empty(), "an empty house");
        let real = Ctx { actor: inside(&house, &now, &token).actor, ..now.clone() };
        assert!(
            !office::records::list(&house, &real, domain::RecordKind::Signal, None, 50)
                .unwrap()
                .rows
                .is_empty(),
            "the control"
        );
        // Nothing of the door can be changed from there, and nothing says so.
        doors::remove_totp(&house, &now, &who).unwrap();
        doors::change_password(&house, &now, &who, "caseworker", "мътна вода", NEW).unwrap();
        assert!(enter(&house, &now, given("caseworker", PASSWORD, "")).is_ok());
        let manager = enter(&house, &now, given("manager", PASSWORD, "")).unwrap();
        assert_eq!(notices(&house, &inside(&house, &now, &manager), &now), ["quiet"]);
        assert!(!notices(&house, &inside(&house, &now, &token), &now).contains(&"quiet".to_owned()));
        if from_the_first_day() {
            continue;
        }
        // Whoever knows what she signs in with reads it there, and of no other session.
        let token = enrol(&house, &now, &token, &mut Device::new()).unwrap();
        app(&house, &now, &token);
        let quiet = enter(&house, &now, given("caseworker", "мътна вода", "123456")).unwrap();
        let account = |token: &str| doors::account(&house, &inside(&house, &now, token), now.now).unwrap();
        let (real, forced) = (account(&token), account(&quiet));
        let keys = |of: &doors::Account| of.passkeys.iter().map(|k| k.id).collect::<Vec<_>>();
        assert!(keys(&forced) == keys(&real) && forced.passkeys.len() == 1 && forced.app && real.app);
        assert!(forced.notices.is_empty() && !forced.quiet_set && real.quiet_set);
        let sessions: Vec<_> = forced.sessions.iter().map(|s| (s.this, s.assurance)).collect();
        assert_eq!(sessions, [(true, domain::policy::Assurance::PasswordTotp)]);
        assert_eq!((real.sessions.len(), forced.opens), (2, (true, false)));
        sound(&house);
    }
}

#[test]
fn the_printed_code_and_a_second_person_bring_everything_back() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut device = Device::new();
        let token = enrol(&house, &now, &token, &mut device).unwrap();
        let who = inside(&house, &now, &token);
        let publics = |s: &SignedIn| Half::BOTH.map(|h| s.keys.half(h).unwrap().public());
        let before = publics(&who);
        let printed = recovery::print(&house, &now, &who).unwrap();
        // Lost: the device, the password.
        let asked = recovery::ask(&house, &now, "caseworker", true).unwrap();
        let coming =
            recovery::Coming { login: "caseworker", claim: &asked.claim, code: &printed, password: NEW };
        let back = |coming| recovery::come_back(&house, &now, &Caller::default(), coming);
        assert!(matches!(back(coming), Err(OfficeError::WrongLogin)), "nobody has confirmed");
        let of = |role: Role| with_a_word(&house, &now, role.code());
        for wrong in [Role::Admin, Role::Ngo, Role::Hotline] {
            let refused = recovery::confirm(&house, &now, &of(wrong), "caseworker", &asked.number);
            assert!(matches!(refused, Err(OfficeError::NotFound)), "{wrong:?}");
        }
        recovery::confirm(&house, &now, &of(Role::Manager), "caseworker", &asked.number).unwrap();
        let other = recovery::Coming { claim: "0000-0000-0000", ..coming };
        assert!(matches!(back(other), Err(OfficeError::WrongLogin)), "somebody else's claim");
        let blind = recovery::Coming { code: "", ..coming };
        assert!(matches!(back(blind), Err(OfficeError::WrongLogin)), "without the paper");
        let came = back(coming).unwrap();
        assert!(came.names);
        let who = inside(&house, &now, &came.token);
        assert_eq!(publics(&who), before, "the same keys as before");
        assert!(gone(&house, &now, &token), "every old session has ended");
        assert!(matches!(back(coming), Err(OfficeError::WrongLogin)), "a claim is good once");
        device.counter = 2;
        assert!(
            matches!(by_passkey(&house, &now, &device), Err(OfficeError::WrongLogin)),
            "the lost one is dead"
        );
        let mut device = Device::new();
        enrol(&house, &now, &came.token, &mut device).unwrap();
        device.counter = 2;
        let token = by_passkey(&house, &now, &device).unwrap();
        assert_eq!(
            publics(&inside(&house, &now, &token)),
            before,
            "the new passkey opens what the old one did"
        );
        sound(&house);
    }
}

#[test]
fn sessions_end_by_time_by_hand_and_elsewhere() {
    for house in houses() {
        let now = ctx(&house);
        let browser = Caller::new(&house, "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
        let newer = Caller::new(&house, "192.0.2.9", "Mozilla/5.0 (X11; Linux x86_64) Firefox/141.2");
        let thief = Caller::new(&house, "192.0.2.7", "Mozilla/5.0 (Windows NT 10.0) Chrome/150.0");
        let begin = || doors::enter(&house, &now, &browser, given("caseworker", PASSWORD, "")).unwrap();
        let here = |token: &str, caller| doors::session_of(&house, now.now, token, Some(caller)).unwrap();
        let (token, other) = (begin(), begin());
        assert!(here(&token, &newer).is_some(), "an update ends nothing");
        assert!(here(&token, &thief).is_none(), "a cookie in another browser");
        assert!(here(&token, &browser).is_none_or(|s| s.expired), "ends for both");
        let who = inside(&house, &now, &other);
        let third = begin();
        let list = doors::own(&house, &who, now.now).unwrap();
        assert_eq!((list.len(), list[0].label.as_str()), (2, "Firefox, Linux"));
        let key = list.iter().find(|s| !s.this).unwrap().key.clone();
        assert_eq!(doors::end_own(&house, &now, &who, Some(&key)).unwrap(), 1);
        assert!(gone(&house, &now, &third) && !gone(&house, &now, &other));
        // A name was shown: five minutes, not fifteen.
        assert!(!gone(&house, &later(&now, 299), &other));
        doors::revealed(&house, now.now, &other).unwrap();
        assert!(gone(&house, &later(&now, 301), &other));
        let plain = begin();
        assert!(!gone(&house, &later(&now, 301), &plain), "the control");
        sound(&house);
    }
}

/// A browser's key, as WebCrypto makes it.
struct Browser(EcdsaKeyPair);

impl Browser {
    fn new() -> Browser {
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new()).unwrap();
        Browser(EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref()).unwrap())
    }

    fn proves(&self, house: &Office, now: i64, token: &str, challenge: &str) -> Proved {
        let signed = bound::signed_text(challenge);
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let (signature, key) = (hex(signature.as_ref()), hex(self.0.public_key().as_ref()));
        bound::prove(house, now, token, &bound::Given { challenge, signature: &signature, key: &key })
            .unwrap()
    }
}

const SECOND: i64 = 1_000_000;

#[test]
fn a_copied_cookie_does_nothing_without_the_key_of_its_browser() {
    for house in houses() {
        let now = ctx(&house);
        let caller = Caller::new(&house, "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
        let token = doors::enter(&house, &now, &caller, given("caseworker", PASSWORD, "")).unwrap();
        let at = |when: i64, proof: &str| {
            let caller = Caller { proof: proof.to_owned(), ..caller.clone() };
            let found = doors::session_of(&house, when, &token, Some(&caller)).unwrap();
            found.filter(|s| !s.expired).map(|s| s.bond)
        };
        assert_eq!(
            at(now.now, ""),
            Some(Bond::Free),
            "the control: nothing is asked of a session without a key"
        );
        let (mine, other) = (Browser::new(), Browser::new());
        let challenge = bound::challenge(&house, now.now, &token);
        let Proved::Yes(proof) = mine.proves(&house, now.now, &token, &challenge) else { panic!("bound") };
        // What was on its way already is let through; ten seconds later it is not.
        assert_eq!(at(now.now + 9 * SECOND, ""), Some(Bond::Proven(now.now)));
        assert_eq!(at(now.now + 11 * SECOND, ""), Some(Bond::Stale));
        assert_eq!(at(now.now + 11 * SECOND, &proof), Some(Bond::Proven(now.now)));
        // A proof holds for two minutes, to the microsecond, and cannot be made to say another time.
        assert_eq!(at(now.now + bound::PROOF_US, &proof), Some(Bond::Proven(now.now)));
        assert_eq!(at(now.now + bound::PROOF_US + 1, &proof), Some(Bond::Stale));
        let (stamp, mac) = proof.split_once('.').unwrap();
        let moved = format!("{}.{mac}", stamp.parse::<i64>().unwrap() + 60 * SECOND);
        assert_eq!(at(now.now + 150 * SECOND, &moved), Some(Bond::Stale));
        // Somebody else's key neither proves nor takes the session over.
        let late = now.now + 130 * SECOND;
        let fresh = bound::challenge(&house, late, &token);
        assert!(matches!(other.proves(&house, late, &token, &fresh), Proved::No));
        // A challenge that is too old, or that was made for another session, is answered with another one.
        assert!(matches!(mine.proves(&house, late, &token, &challenge), Proved::Again(_)));
        let second = doors::enter(&house, &now, &caller, given("caseworker", PASSWORD, "")).unwrap();
        let foreign = bound::challenge(&house, late, &second);
        assert!(matches!(mine.proves(&house, late, &token, &foreign), Proved::Again(_)));
        assert!(matches!(mine.proves(&house, late, &token, ""), Proved::Again(_)));
        let Proved::Yes(again) = mine.proves(&house, late, &token, &fresh) else { panic!("proven anew") };
        assert_eq!(at(late, &again), Some(Bond::Proven(late)));
        // A proof of the other session's browser is none here.
        let theirs = bound::challenge(&house, late, &second);
        let Proved::Yes(theirs) = other.proves(&house, late, &second, &theirs) else { panic!("bound") };
        assert_eq!(at(late, &theirs), Some(Bond::Stale));
        // What a script asks on its own keeps nobody signed in: she did something two minutes in, last.
        let still = Caller { proof: again.clone(), unattended: true, ..caller.clone() };
        let end = now.now + bound::PROOF_US + doors::IDLE_US;
        assert!(!doors::session_of(&house, end, &token, Some(&still)).unwrap().unwrap().expired);
        assert!(doors::session_of(&house, end + 1, &token, Some(&still)).unwrap().unwrap().expired);
        sound(&house);
    }
}
