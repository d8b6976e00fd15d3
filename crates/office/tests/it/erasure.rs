//! Erasing a person's file: by two hands, held back by law, gone from everything, and the figures stay.

use crate::tale::{Tale, form, on_both, said};
use domain::policy::Role;
use domain::{Id, RecordKind};
use office::erasure::{self, Outcome};
use office::people::{Query, search};
use office::{Ctx, OfficeError};
use testkit::house::TestOffice;

const CODES: [&str; 8] = ["R1", "R1a", "R1b", "R1k", "R2", "R3", "H1", "H1s"];
/// Words that stand in her file, each in another place.
const CANARIES: [&str; 8] = [
    "Ружакан",
    "Тоневакан",
    "канарчеразказ",
    "канарчебележка",
    "канарчесигнал",
    "канарчеобаждане",
    "канарчеописание",
    "канарчедума",
];

/// A woman with the whole way behind her, from a call to a closed case.
struct Told {
    person: Id,
    case: Id,
    call: Id,
    signal: Id,
}

fn tell(house: &TestOffice) -> Told {
    let tale = Tale::new(house);
    let hotline = house.ctx(Role::Hotline);
    let call = form(&[("channel", "phone"), ("topic", "possible_trafficking"), ("note", "канарчеобаждане")]);
    let call = office::hotline::log(house, &hotline, &call, None).unwrap();
    let signal = office::hotline::convert(house, &hotline, call, None).unwrap();
    let person = tale.person(&[
        ("given_name", "Ружакан"),
        ("family_name", "Тоневакан"),
        ("sex", "female"),
        ("birth_date", "1993-05-12"),
        ("citizenship", "BG"),
        ("phone", "+359 888 314 159"),
        ("remarks", "канарчеразказ"),
    ]);
    let noted = office::signals::page(house, &tale.ctx, signal).unwrap().persons[0].head.id;
    tale.change(noted, &[("description", "канарчеописание"), ("known_as", "Ружакан")]);
    tale.change(signal, &[("summary", "канарчесигнал")]);
    office::people::link(house, &tale.ctx, noted, person, None).unwrap();
    let opened =
        form(&[("on_date", "2016-01-10"), ("track", "adults"), ("role", "victim"), ("intake", "hotline")]);
    let case = office::cases::open(house, &tale.ctx, person, Some(signal), &opened, None).unwrap();
    lived(&tale, case);
    close(house, &tale.ctx, case, "2016-12-20");
    Told { person, case, call, signal }
}

/// Identified abroad, home again, helped.
fn lived(tale: &Tale<'_>, case: Id) {
    tale.in_case(
        case,
        RecordKind::Note,
        &[("on_date", "2016-01-12"), ("contact_kind", "phone"), ("text", "канарчебележка")],
    );
    tale.in_case(
        case,
        RecordKind::Identification,
        &[("on_date", "2016-01-11"), ("kind", "informal"), ("outcome", "presumed"), ("country", "DE")],
    );
    tale.in_case(
        case,
        RecordKind::Consent,
        &[("on_date", "2016-01-12"), ("given_how", "oral"), ("scope", "identity"), ("purpose", "return")],
    );
    let moving = tale.in_case(
        case,
        RecordKind::Return,
        &[
            ("on_date", "2016-02-20"),
            ("direction", "to_bulgaria"),
            ("will", "voluntary"),
            ("from_country", "DE"),
            ("to_country", "BG"),
            ("voluntary_decision", "иска да се прибере"),
        ],
    );
    tale.under(
        moving,
        RecordKind::Leg,
        &[("on_date", "2016-02-20"), ("mode", "plane"), ("from_place", "a"), ("to_place", "b")],
    );
    let gates = ["travel_document", "reception", "risk_assessment", "allowance"];
    tale.meet_gates(moving, &gates, "2017-03-10");
    tale.depart(moving, "2016-02-20");
    tale.arrive(moving, "2016-02-21");
    tale.in_case(
        case,
        RecordKind::Plan,
        &[("on_date", "2016-02-25"), ("summary", "план"), ("state", "signed"), ("signed_on", "2016-02-25")],
    );
    tale.in_case(
        case,
        RecordKind::Service,
        &[
            ("on_date", "2016-03-01"),
            ("service_type", "psychological"),
            ("state", "delivered"),
            ("cost", "120.50"),
            ("cost_currency", "EUR"),
        ],
    );
}

fn close(house: &TestOffice, ctx: &Ctx, case: Id, on: &str) {
    let version = office::cases::page(house, ctx, case).unwrap().case.head.version;
    let input = form(&[("closure_reason", "goals_reached"), ("closed_on", on)]);
    office::cases::close(house, ctx, case, version, &input).unwrap_or_else(|e| panic!("{}", said(&e)));
}

fn ask(house: &TestOffice, ctx: &Ctx, person: Id) -> Id {
    let input = form(&[("on_date", "2017-03-16"), ("asked_by", "self"), ("words", "канарчедума")]);
    erasure::ask(house, ctx, person, &input, None).unwrap_or_else(|e| panic!("{}", said(&e)))
}

fn decide(
    house: &TestOffice,
    ctx: &Ctx,
    request: Id,
    pairs: &[(&str, &str)],
) -> Result<Outcome, OfficeError> {
    erasure::decide(house, ctx, request, 1, &form(pairs))
}

const ERASE: [(&str, &str); 2] = [("outcome", "erase"), ("sure", "1")];

/// Can any of these still be opened, by whoever holds the master key?
fn opens(house: &TestOffice, ctx: &Ctx, ids: &[Id]) -> bool {
    house
        .look(ctx, "test.opens", |desk| {
            for id in ids {
                if let Some(stored) = store::records::get(desk.tx, *id)?
                    && let Ok(record) = desk.unseal(stored, domain::Mask(0b11_1111))
                    && record.values.0.values().any(|v| CANARIES.iter().any(|c| v.contains(c)))
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .unwrap()
}

fn refused(result: Result<Outcome, OfficeError>) -> bool {
    matches!(result, Err(OfficeError::WrongState))
}

#[test]
fn a_file_goes_by_two_hands_and_the_figures_stay() {
    on_both(|house| {
        let tale = Tale::new(house);
        let told = tell(house);
        // Somebody else, who has to stay as she is.
        let other = tale.person(&[("given_name", "Друга"), ("sex", "female"), ("citizenship", "BG")]);
        let other_case = tale.case(other, "victim", "2016-04-01");
        let before = tale.figures(CODES);
        assert_eq!(before, [1, 1, 0, 0, 1, 1, 1, 1]);
        let whole = office::programme::figures(house, &tale.ctx, None, None).unwrap();
        let manager = house.ctx(Role::Manager);
        let request = ask(house, &tale.ctx, told.person);
        assert_eq!(ask(house, &tale.ctx, told.person), request, "a second request is the first");
        // The one who asked may not decide, nor may anybody without the office.
        for role in [Role::Caseworker, Role::Coordinator, Role::Admin, Role::Hotline] {
            let result = decide(house, &house.ctx(role), request, &ERASE);
            assert!(matches!(result, Err(OfficeError::NotFound)), "{role:?}");
        }
        assert!(opens(house, &tale.ctx, &[told.person, told.case, told.signal, told.call]));
        assert_eq!(decide(house, &manager, request, &ERASE).unwrap(), Outcome::Erased { by_hand: 0 });
        assert!(refused(decide(house, &manager, request, &ERASE)), "twice");

        assert_eq!(tale.figures(CODES), before);
        let after = office::programme::figures(house, &tale.ctx, None, None).unwrap();
        assert_eq!(*after, *whole, "groups and steps as well");
        for id in [told.person, told.signal, told.call] {
            let found = house.store.read("test.gone", |tx| store::records::get(tx, id)).unwrap();
            assert!(found.is_none());
        }
        let query = Query { text: "Ружакан".to_owned() };
        assert!(search(house, &tale.ctx, &query).unwrap().is_empty());
        // What is left: codes in bands that the head of the programme may read, and nobody may change.
        let left = office::records::view(house, &manager, told.case).unwrap().record;
        assert_eq!(left.get("age_band"), Some("18-24"));
        assert_eq!(left.get("spent"), Some("psychological 120.50 EUR"));
        assert_eq!(left.get("citizen"), Some("home"));
        assert_eq!(
            (left.head.number.as_deref(), left.head.person_id, left.head.assignee),
            (None, None, None)
        );
        assert_eq!(left.head.on_date, Some("2016-01-01".parse().unwrap()));
        assert!(left.values.0.values().all(|v| !v.contains("1993")), "no birth");
        assert!(office::records::view(house, &tale.ctx, told.case).is_err(), "nobody leads it any more");
        let kept = erasure::request(house, &manager, request).unwrap().request;
        assert_eq!(
            (kept.head.state.as_str(), kept.get("words"), kept.get("asked_by")),
            ("done", None, Some("self"))
        );
        // The other one is whole.
        assert!(office::cases::page(house, &tale.ctx, other_case).is_ok());
        assert_eq!(tale.values(other).get("given_name"), Some("Друга"));
    });
}

#[test]
fn the_head_who_asks_does_not_decide() {
    on_both(|house| {
        let manager = house.ctx(Role::Manager);
        let told = tell(house);
        office::cases::grant(house, &house.ctx(Role::Caseworker), told.case, manager.actor.user.0).unwrap();
        let request = ask(house, &manager, told.person);
        assert!(refused(decide(house, &manager, request, &ERASE)));
        // Control: a second head of the programme may.
        let second = house.colleague(Role::Manager, "second.manager");
        assert!(decide(house, &second, request, &ERASE).is_ok());
    });
}

#[test]
fn open_proceedings_hold_it_back_and_she_gets_an_answer() {
    on_both(|house| {
        let told = tell(house);
        let worker = house.ctx(Role::Caseworker);
        let manager = house.ctx(Role::Manager);
        let set = form(&[("on_date", "2017-03-01"), ("ground", "proceedings"), ("note", "дело")]);
        assert!(matches!(erasure::hold(house, &worker, told.case, &set, None), Err(OfficeError::NotFound)));
        let hold = erasure::hold(house, &manager, told.case, &set, None).unwrap();
        let request = ask(house, &worker, told.person);
        assert!(refused(decide(house, &manager, request, &ERASE)), "held");
        let refuse = [("outcome", "refuse")];
        assert!(
            matches!(decide(house, &manager, request, &refuse), Err(OfficeError::Invalid(e)) if e.len() == 2)
        );
        let refuse = [("outcome", "refuse"), ("grounds", "open_proceedings"), ("answer", "Делото още тече.")];
        assert_eq!(decide(house, &manager, request, &refuse).unwrap(), Outcome::Refused);
        let answer = erasure::request(house, &worker, request).unwrap();
        assert_eq!(answer.request.get("answer"), Some("Делото още тече."));
        assert!(opens(house, &worker, &[told.person]));
        // The proceedings are over: what is lifted holds nothing any more.
        let lifted = form(&[("lifted_on", "2017-03-16"), ("lift_note", "присъдата е влязла в сила")]);
        assert!(matches!(erasure::lift(house, &worker, hold, 1, &lifted), Err(OfficeError::NotFound)));
        erasure::lift(house, &manager, hold, 1, &lifted).unwrap();
        let again = ask(house, &worker, told.person);
        assert_ne!(again, request);
        assert!(decide(house, &manager, again, &ERASE).is_ok());
        assert!(!opens(house, &worker, &[told.person, told.case, told.signal, told.call, request]));
    });
}

#[test]
fn a_signal_about_two_keeps_the_other_and_says_so() {
    on_both(|house| {
        let told = tell(house);
        let tale = Tale::new(house);
        tale.under(told.signal, RecordKind::SignalPerson, &[("role", "victim"), ("sex", "male")]);
        let request = ask(house, &tale.ctx, told.person);
        let outcome = decide(house, &house.ctx(Role::Manager), request, &ERASE).unwrap();
        assert_eq!(outcome, Outcome::Erased { by_hand: 1 });
        let page = office::signals::page(house, &tale.ctx, told.signal).unwrap();
        assert_eq!(page.persons.len(), 1, "the other one stays");
        assert_eq!(page.signal.get("summary"), Some("канарчесигнал"));
    });
}

/// Every word of hers, in both files and the logs beside them. Her canaries are sealed anyway: so the test
/// looks for the sealed bytes themselves, of every row that was hers.
#[test]
fn nothing_sealed_is_left_in_the_files() {
    on_both(|house| {
        if house.database().is_some() {
            return;
        }
        let told = tell(house);
        let ctx = house.ctx(Role::Caseworker);
        office::doors::save_draft(
            house,
            &house.signed_in(&ctx),
            ctx.now,
            &format!("/cases/{}/add/note", told.case),
            b"x",
        )
        .unwrap();
        let (blobs, keys): (Vec<Vec<u8>>, Vec<Vec<u8>>) = house
            .store
            .read("test.blobs", |tx| -> office::Result<_> {
                let mut all = store::records::of_case(tx, told.case)?;
                for id in [told.person, told.case, told.signal, told.call] {
                    let now = store::records::get(tx, id)?.expect("there");
                    all.extend(store::records::history(tx, &now.head)?);
                    all.push(now);
                }
                let mut keys = Vec::new();
                for id in [told.person, told.case, told.signal, told.call] {
                    for (key, _) in store::keys::of_subject(tx, id)? {
                        keys.extend(store::keys::get(tx, &key)?.map(|k| k.half));
                    }
                }
                Ok((all.into_iter().flat_map(|s| s.sealed).flatten().collect(), keys))
            })
            .unwrap();
        assert!(blobs.len() > 20 && keys.len() > 6, "{} blobs, {} keys", blobs.len(), keys.len());
        let found = || {
            let mut n = 0;
            for entry in std::fs::read_dir(house.folder()).unwrap() {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
                let has = |needle: &Vec<u8>| {
                    // The middle: long values may lie in two pages.
                    let at = needle.len() / 3;
                    let piece = &needle[at..(at + 24).min(needle.len())];
                    bytes.windows(piece.len()).any(|w| w == piece)
                };
                n += blobs.iter().chain(&keys).filter(|b| has(b)).count();
            }
            n
        };
        assert!(found() >= blobs.len() / 2, "the control: they lie there before");
        let request = ask(house, &ctx, told.person);
        decide(house, &house.ctx(Role::Manager), request, &ERASE).unwrap();
        assert_eq!(found(), 0);
        let draft =
            office::doors::draft(house, &house.signed_in(&ctx), &format!("/cases/{}/add/note", told.case));
        assert!(draft.unwrap().is_none());
    });
}

#[test]
fn the_job_takes_calls_that_led_nowhere_and_nothing_else() {
    on_both(|house| {
        let told = tell(house);
        let hotline = house.ctx(Role::Hotline);
        let log = |on: &str| {
            let call = form(&[
                ("on_date", on),
                ("channel", "phone"),
                ("topic", "job_abroad"),
                ("note", "канарчеобаждане"),
            ]);
            office::hotline::log(house, &hotline, &call, None).unwrap()
        };
        let (old, young) = (log("2016-03-15"), log("2016-03-17"));
        let tale = Tale::new(house);
        let before = tale.figures(CODES);
        let job = office::upkeep::system_ctx(hotline.now, hotline.today);
        let list = erasure::list_for_command(house, &job).unwrap();
        assert_eq!(list.rows.iter().map(|r| r.id).collect::<Vec<_>>(), [old]);
        assert!(opens(house, &hotline, &[old]), "listing changes nothing");
        let done = erasure::apply(house, &job).unwrap();
        assert_eq!(done.iter().map(|(_, n)| *n).sum::<usize>(), 1);
        assert!(!opens(house, &hotline, &[old]));
        assert!(opens(house, &hotline, &[young]) && opens(house, &hotline, &[told.call]));
        assert_eq!(tale.figures(CODES), before);
        assert_eq!(erasure::apply(house, &job).unwrap().iter().map(|(_, n)| *n).sum::<usize>(), 0);
    });
}

#[test]
fn closed_cases_are_listed_when_their_time_is_over_and_wait_for_a_decision() {
    on_both(|house| {
        let told = tell(house);
        let years = |n: i16, role: Role| {
            let mut ctx = house.ctx(role);
            ctx.today = domain::Date::new(2016 + n, 12, 20).unwrap();
            ctx
        };
        assert!(erasure::list(house, &house.ctx(Role::Monitor)).is_err());
        let mut day_before = years(5, Role::Manager);
        day_before.today = day_before.today.yesterday().unwrap();
        assert!(erasure::list(house, &day_before).unwrap().rows.is_empty());
        let list = erasure::list(house, &years(5, Role::Manager)).unwrap();
        assert_eq!(list.rows.iter().map(|r| (r.id, r.held)).collect::<Vec<_>>(), [(told.case, false)]);
        // By retention only when it is over.
        let input = form(&[("on_date", "2017-03-16"), ("asked_by", "retention")]);
        let early = erasure::ask(house, &house.ctx(Role::Caseworker), told.person, &input, None);
        assert!(matches!(early, Err(OfficeError::Invalid(_))));
        let job = office::upkeep::system_ctx(house.ctx(Role::Admin).now, years(5, Role::Admin).today);
        erasure::apply(house, &job).unwrap();
        assert!(opens(house, &house.ctx(Role::Caseworker), &[told.person]), "no job erases a person's file");
        let request = erasure::ask(house, &years(5, Role::Caseworker), told.person, &input, None).unwrap();
        decide(house, &years(5, Role::Manager), request, &ERASE).unwrap();
        // Ten years after closure the spending goes too.
        let job = office::upkeep::system_ctx(house.ctx(Role::Admin).now, years(11, Role::Admin).today);
        let done = erasure::apply(house, &job).unwrap();
        assert!(done.iter().any(|(a, n)| a.code() == "finance" && *n == 1), "{done:?}");
        let left = office::records::view(house, &house.ctx(Role::Manager), told.case).unwrap().record;
        assert_eq!((left.get("spent"), left.get("sex")), (None, None));
    });
}

#[test]
fn nobody_without_her_case_may_ask() {
    on_both(|house| {
        let told = tell(house);
        let colleague = house.colleague(Role::Caseworker, "colleague");
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
        let input = form(&[("on_date", "2017-03-16"), ("asked_by", "self")]);
        for ctx in [&colleague, &ngo, &house.ctx(Role::Hotline)] {
            assert!(matches!(
                erasure::ask(house, ctx, told.person, &input, None),
                Err(OfficeError::NotFound)
            ));
        }
        // The control: whoever leads it may, and the policy says so.
        let worker = house.ctx(Role::Caseworker);
        assert!(erasure::page(house, &worker, told.person).unwrap().may_ask);
        assert!(erasure::page(house, &house.ctx(Role::Manager), told.person).unwrap().may_decide);
    });
}
