//! Whose word brings somebody back, and what time the owner has to say no.

use crate::device::Device;
use crate::doors::{
    by_passkey, enrol, enter, established, from_the_first_day, given, houses, inside, later, notices, sound,
    with_a_word,
};
use domain::policy::{Assurance, Role};
use office::doors::{Caller, SignedIn, recovery};
use office::{Ctx, OfficeError};
use testkit::house::{PASSWORD, TestOffice};
use vault::Half;

const NEW: &str = "седем чайки над сив покрив";
const DAY: i64 = 24 * 3600;

fn confirm(house: &TestOffice, now: &Ctx, by: &SignedIn, asked: &recovery::Asked) -> office::Result<()> {
    recovery::confirm(house, now, by, "caseworker", &asked.number)
}

fn back(house: &TestOffice, now: &Ctx, asked: &recovery::Asked) -> office::Result<recovery::Back> {
    let coming = recovery::Coming { login: "caseworker", claim: &asked.claim, code: "", password: NEW };
    recovery::come_back(house, now, &Caller::default(), coming)
}

#[test]
fn without_the_code_two_words_and_a_day() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut device = Device::new();
        let token = enrol(&house, &now, &token, &mut device).unwrap();
        let owner = inside(&house, &now, &token);
        let old = owner.keys.half(Half::Work).unwrap().public();
        let asked = recovery::ask(&house, &now, "caseworker", false).unwrap();
        for (role, enough) in [(Role::Manager, false), (Role::Hotline, true)] {
            let by = with_a_word(&house, &now, role.code());
            confirm(&house, &now, &by, &asked).unwrap();
            confirm(&house, &now, &by, &asked).unwrap();
            let early = if enough { later(&now, DAY - 1) } else { later(&now, DAY + 1) };
            let refused = back(&house, &early, &asked);
            assert!(
                matches!(refused, Err(OfficeError::WrongLogin)),
                "one person twice is one; a day is a day"
            );
        }
        // All that day the owner's passkey is good, and she is told who says it is she.
        device.counter = 2;
        let hers = by_passkey(&house, &later(&now, DAY - 2), &device).unwrap();
        let hers = inside(&house, &later(&now, DAY - 2), &hers);
        let told = notices(&house, &hers, &now);
        assert!(told.contains(&"recovery".to_owned()) && told.contains(&"recovery-confirmed".to_owned()));
        let lost = house.store.read("test", |tx| store::doors::factors::passkeys(tx, owner.user)).unwrap();
        let both = later(&now, DAY);
        let came = back(&house, &both, &asked).unwrap();
        assert!(!came.names);
        let who = inside(&house, &both, &came.token);
        assert_ne!(who.keys.half(Half::Work).unwrap().public(), old, "what was lost is not in this session");
        let (keys, slots) = house
            .store
            .read("test", |tx| {
                let slots = store::doors::factors::slots(tx, who.user, "passkey", lost[0].id)?.len();
                Ok::<_, store::StoreError>((store::doors::factors::user_keys(tx, who.user)?.unwrap(), slots))
            })
            .unwrap();
        assert_eq!(keys.identity_from, both.now + recovery::DELAY_US);
        assert_eq!(slots, 2, "what the lost passkey opens is there if it is found");
        // The answer is the same for a login that nobody has.
        let nobody = recovery::ask(&house, &now, "nobody.here", false).unwrap();
        assert_eq!((nobody.claim.len(), nobody.number.len()), (asked.claim.len(), asked.number.len()));
        sound(&house);
    }
}

#[test]
fn the_owner_says_no() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let owner = inside(&house, &now, &token);
        let asked = recovery::ask(&house, &now, "caseworker", false).unwrap();
        for role in [Role::Manager, Role::Hotline] {
            confirm(&house, &now, &with_a_word(&house, &now, role.code()), &asked).unwrap();
        }
        assert_eq!(recovery::stop(&house, &later(&now, DAY - 9), &owner).unwrap(), 1);
        assert!(matches!(back(&house, &later(&now, DAY + 9), &asked), Err(OfficeError::WrongLogin)));
    }
}

#[test]
fn accounts_made_for_the_purpose_bring_nobody_back() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        let now = established(&house);
        let asked = recovery::ask(&house, &now, "caseworker", false).unwrap();
        let admin = Ctx { now: now.now, ..house.ctx(Role::Admin) };
        for login in ["puppet.one", "puppet.two"] {
            let input = crate::tale::form(&[
                ("name", "Никой"),
                ("login", login),
                ("state", "hotline"),
                ("password", NEW),
            ]);
            office::organisations::add_user(&house, &admin, house.organisation, &input, None).unwrap();
            let token = enter(&house, &now, given(login, NEW, "")).unwrap();
            let token = enrol(&house, &now, &token, &mut Device::new()).unwrap();
            let puppet = inside(&house, &now, &token);
            assert_eq!(puppet.assurance, Assurance::Fresh, "with a passkey of its own");
            assert!(matches!(confirm(&house, &now, &puppet, &asked), Err(OfficeError::NotFound)), "{login}");
        }
        // Nor an old account with a password alone; nor one whose passkey was given a while ago.
        let token = enter(&house, &now, given("hotline", PASSWORD, "")).unwrap();
        let plain = inside(&house, &now, &token);
        assert!(matches!(confirm(&house, &now, &plain, &asked), Err(OfficeError::NotFound)));
        let mut by = with_a_word(&house, &now, "manager");
        by.assurance = Assurance::Passkey;
        let refused = confirm(&house, &now, &by, &asked);
        assert!(matches!(refused, Err(OfficeError::StepUp(Assurance::Fresh))));
        by.assurance = Assurance::Fresh;
        confirm(&house, &now, &by, &asked).unwrap();
        let hotline = with_a_word(&house, &now, "hotline");
        confirm(&house, &now, &hotline, &asked).unwrap();
        // One of the two turns out to be nobody: his word is worth nothing any more.
        let end = office::organisations::Access::EndAnyway;
        office::organisations::end_user(&house, &admin, hotline.user, end).unwrap();
        assert!(matches!(back(&house, &later(&now, DAY + 1), &asked), Err(OfficeError::WrongLogin)));
    }
}

#[test]
fn in_a_locked_house_a_word_counts_from_those_who_hold_its_keys() {
    for house in houses() {
        if from_the_first_day() {
            return;
        }
        house.lock(&house.ctx(Role::Caseworker));
        let now = established(&house);
        let asked = recovery::ask(&house, &now, "caseworker", false).unwrap();
        // An account of long ago that nobody let in, with a passkey.
        let mut never = with_a_word(&house, &now, "hotline");
        let mut manager = with_a_word(&house, &now, "manager");
        for signed_in in [&mut never, &mut manager] {
            let refused = confirm(&house, &now, signed_in, &asked);
            assert!(matches!(refused, Err(OfficeError::NotFound)), "no role key in the session");
        }
        manager.keys = house.with_keys(house.ctx(Role::Manager), &Half::BOTH).keys;
        confirm(&house, &now, &manager, &asked).unwrap();
        // With half of what his role opens he is not let through either.
        manager.keys = house.with_keys(house.ctx(Role::Manager), &[Half::Work]).keys;
        assert!(matches!(confirm(&house, &now, &manager, &asked), Err(OfficeError::NotFound)));
    }
}

#[test]
fn a_printed_code_outlives_the_epoch_that_it_was_printed_in() {
    for house in houses() {
        let lead = house.ctx(Role::Caseworker);
        house.lock(&lead);
        let now = established(&house);
        let lead = house.with_keys(Ctx { now: now.now, ..lead }, &Half::BOTH);
        let token = enter(&house, &now, given("caseworker", PASSWORD, "")).unwrap();
        let mut who = inside(&house, &now, &token);
        who.keys = std::sync::Arc::clone(&lead.keys);
        let publics = |who: &SignedIn| Half::BOTH.map(|half| who.keys.half(half).unwrap().public());
        let before = publics(&who);
        // Printed by a session that has not heard yet that its epoch has ended; and then the next one ends.
        office::roots::turn(&house, &lead).unwrap();
        let printed = recovery::print(&house, &now, &who).unwrap();
        office::roots::turn(&house, &house.with_keys(lead, &Half::BOTH)).unwrap();
        let asked = recovery::ask(&house, &now, "caseworker", true).unwrap();
        let mut manager = with_a_word(&house, &now, "manager");
        manager.keys = house.with_keys(house.ctx(Role::Manager), &Half::BOTH).keys;
        confirm(&house, &now, &manager, &asked).unwrap();
        let coming =
            recovery::Coming { login: "caseworker", claim: &asked.claim, code: &printed, password: NEW };
        let came = recovery::come_back(&house, &now, &Caller::default(), coming).unwrap();
        assert!(came.names);
        assert_eq!(publics(&inside(&house, &now, &came.token)), before, "the same keys as before");
        sound(&house);
    }
}
