//! Accounts: what a new one may not do yet, and which role belongs to which organisation.

use crate::tale::{Tale, form, on_both};
use domain::values::Input;
use domain::{FieldError, Id, Problem, RecordKind, Role, UserId};
use office::organisations::add_user;
use office::{Ctx, OfficeError, exchange, legal};
use testkit::house::TestOffice;

const DAY_US: i64 = 24 * 3600 * 1_000_000;

fn paper(role: &'static str, login: &str) -> Input {
    let password = "девет гълъба над стария мост";
    form(&[("name", "Нова"), ("login", login), ("state", role), ("password", password)])
}

fn on_day(house: &TestOffice, role: Role, days: i64) -> Ctx {
    let mut ctx = house.ctx(role);
    ctx.now += days * DAY_US;
    ctx
}

/// A head whose account is made fifteen days after the others: what may she do when?
#[test]
fn an_account_made_the_other_day_gives_nothing_away() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[("given_name", "Анна"), ("sex", "female")]);
        let case = tale.case(person, "victim", "2016-06-01");
        let asked = form(&[
            ("authority_kind", "prosecution"),
            ("authority", "Районна прокуратура"),
            ("reference", "пр. 77/2017"),
            ("on_date", "2017-03-10"),
            ("ground", "prosecutor_act"),
            ("basis", "както е посочено"),
            ("due_on", "2017-03-24"),
            ("asked", "identity"),
            ("telling", "may_tell"),
        ]);
        let request = legal::register(house, &tale.ctx, case, &asked, None).unwrap();
        let admin = on_day(house, Role::Admin, 15);
        let user = add_user(house, &admin, house.organisation, &paper("manager", "new.head"), None).unwrap();
        let wish = form(&[("purpose", "report"), ("note", "за отчета")]);
        let approves = form(&[("outcome", "approve"), ("sure", "1"), ("groups", "identity")]);
        for (days, old_enough) in [(15, false), (28, false), (29, true)] {
            let mut head = on_day(house, Role::Manager, days);
            head.actor.user = UserId(user);
            let version =
                house.store.read("test", |tx| store::records::head(tx, request)).unwrap().unwrap().version;
            let done = [
                exchange::prepare(house, &head, &wish, None).map(drop),
                legal::decide(house, &head, request, version, &approves).map(drop),
            ];
            for one in done {
                assert_eq!(one.is_ok(), old_enough, "after {days} days");
                assert!(old_enough || matches!(one, Err(OfficeError::TooNew)), "after {days} days");
            }
        }
    });
}

/// Whoever leads the programme, and whoever coordinates the country's cases, is of one house each.
#[test]
fn heads_and_coordinators_belong_to_their_own_houses() {
    on_both(|house| {
        let admin = house.ctx(Role::Admin);
        let elsewhere: Id = house.partner("ANIMUS", "ngo", Role::Ngo).actor.organisation.0;
        let refuses = |done: office::Result<Id>, field: &str, problem: Problem| matches!(done, Err(OfficeError::Invalid(e)) if e == [FieldError::new(field, problem)]);
        for role in ["manager", "coordinator"] {
            let done = add_user(house, &admin, elsewhere, &paper(role, "there"), None);
            assert!(refuses(done, "state", Problem::RoleElsewhere), "{role}");
        }
        let done = add_user(house, &admin, house.organisation, &paper("coordinator", "here"), None);
        assert!(refuses(done, "state", Problem::RoleElsewhere));
        add_user(house, &admin, elsewhere, &paper("ngo", "there"), None).unwrap();
        add_user(house, &admin, house.organisation, &paper("manager", "here"), None).unwrap();
        // No organisation becomes such a house later, nor ceases to be one.
        let edited = |id: Id, kind: &str| {
            let found = office::organisations::page(house, &admin, id).unwrap().organisation;
            let code = found.get("code").unwrap();
            let input = form(&[("name", code), ("code", code), ("kind", kind), ("country", "BG")]);
            office::records::edit(house, &admin, id, found.head.version, &input)
        };
        assert!(refuses(edited(elsewhere, "iom"), "kind", Problem::KindStays));
        assert!(refuses(edited(elsewhere, "ncctb"), "kind", Problem::KindStays));
        assert!(refuses(edited(house.organisation, "ngo"), "kind", Problem::KindStays));
        edited(elsewhere, "shelter").unwrap();
        // Nor is there a second one.
        let made = |kind: &str| {
            let input = form(&[("name", "Друга"), ("code", "OTHER"), ("kind", kind), ("country", "BG")]);
            let under = office::records::Under::default();
            office::records::create(house, &admin, RecordKind::Organisation, under, &input, None)
        };
        assert!(refuses(made("iom"), "kind", Problem::KindTaken));
        made("iom_mission").unwrap();
    });
}
