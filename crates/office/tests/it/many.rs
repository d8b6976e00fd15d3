//! Somebody opens the names of far more people than her work needs.

use crate::tale::{Tale, on_both};
use domain::Id;
use domain::policy::Role;
use office::people::reveal;
use office::{Ctx, OfficeError};
use testkit::house::TestOffice;

fn told(house: &TestOffice, who: Id) -> Vec<String> {
    let found = house.store.read("test.notices", |tx| store::doors::factors::notices(tx, who)).unwrap();
    found.into_iter().map(|notice| notice.code).collect()
}

#[test]
fn many_names_in_a_day_are_told_and_far_too_many_stop() {
    on_both(|house| {
        let tale = Tale::new(house);
        let limits = &house.programme.names;
        let (tell, stop) = (i64::from(limits.tell_after), i64::from(limits.stop_after));
        let me = tale.ctx.actor.user.0;
        let (head, admin) = (house.user(Role::Manager), house.user(Role::Admin));
        let cases: Vec<Id> = (0..=tell)
            .map(|n| {
                let name = format!("Жена{n}");
                let person = tale.person(&[("given_name", &name), ("sex", "female")]);
                tale.case(person, "victim", "2016-06-01")
            })
            .collect();
        let counted = || house.store.read("test", |tx| store::limits::count(tx, me, day(&tale.ctx))).unwrap();
        let wanted = office::people::Query { text: "Жена1".into() };
        assert!(!office::people::search(house, &tale.ctx, &wanted).unwrap().is_empty());
        assert_eq!(counted(), 0, "writing them down, finding them and their pages are no opening");
        let (last, before) = cases.split_last().unwrap();
        let (at_the_edge, before) = before.split_last().unwrap();
        for case in before {
            reveal(house, &tale.ctx, *case, "meeting").unwrap();
            reveal(house, &tale.ctx, *case, "meeting").unwrap();
        }
        assert_eq!(counted(), tell - 1, "each of them once");
        assert!([head, admin, me].iter().all(|who| told(house, *who).is_empty()));
        reveal(house, &tale.ctx, *at_the_edge, "meeting").unwrap();
        assert_eq!(
            (told(house, head), told(house, admin)),
            (vec!["many-names".into()], vec!["many-names".into()])
        );
        assert_eq!(told(house, me), ["many-names-own"]);
        reveal(house, &tale.ctx, *last, "meeting").unwrap();
        assert_eq!(told(house, head).len(), 1, "once a day");

        // As if she had gone on all day.
        let have = counted();
        house
            .store
            .write("test.more", |tx| -> Result<(), store::StoreError> {
                (have..stop).try_for_each(|_| {
                    store::limits::opened(tx, me, day(&tale.ctx), Id(vault::random::bytes())).map(drop)
                })
            })
            .unwrap();
        let other =
            tale.case(tale.person(&[("given_name", "Още"), ("sex", "female")]), "victim", "2016-06-01");
        assert!(matches!(reveal(house, &tale.ctx, other, "meeting"), Err(OfficeError::TooMany)));
        let person = office::cases::page(house, &tale.ctx, other).unwrap().case.head.person_id.unwrap();
        assert!(matches!(office::records::for_edit(house, &tale.ctx, person), Err(OfficeError::TooMany)));
        assert!(matches!(office::records::history(house, &tale.ctx, person), Err(OfficeError::TooMany)));
        let paper = office::access_document::make(house, &tale.ctx, person, "asked");
        assert!(matches!(paper, Err(OfficeError::TooMany)));
        reveal(house, &tale.ctx, *last, "meeting").unwrap();
        let tomorrow = Ctx { now: tale.ctx.now + 24 * 3600 * 1_000_000, ..tale.ctx.clone() };
        reveal(house, &tomorrow, other, "meeting").unwrap();
    });
}

fn day(ctx: &Ctx) -> i64 {
    ctx.now / (24 * 3600 * 1_000_000)
}
