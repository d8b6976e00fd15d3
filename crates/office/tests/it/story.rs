//! Scenarios A and B of the programme in thin form, and the child who travels along: the indicators
//! move by one at the right step and only once.

use crate::tale::{Tale, form, on_both, said};
use domain::{Id, RecordKind, Relation};
use office::OfficeError;
use testkit::house::TestOffice;

const SHOWN: [&str; 5] = ["R1", "R1a", "R1b", "R2", "R3"];

fn zhana(tale: &Tale<'_>) -> (Id, Id, Id) {
    let signal = tale.alone(
        RecordKind::Signal,
        &[
            ("on_date", "2016-02-01"),
            ("intake", "iom_mission"),
            ("urgency", "week"),
            ("country", "DE"),
            ("place", "Дортмунд"),
            ("exploitation", "sexual"),
            ("summary", "Жена на 24, иска да се прибере"),
        ],
    );
    let noted = tale.under(
        signal,
        RecordKind::SignalPerson,
        &[("role", "victim"), ("sex", "female"), ("age_band", "18-24"), ("known_as", "Жана Крумова")],
    );
    let start =
        office::signals::person_from(&office::records::view(tale.house, &tale.ctx, noted).unwrap().record);
    assert!(office::people::alike(tale.house, &tale.ctx, &start).unwrap().is_empty());
    let person = tale.person(&[
        ("given_name", "Жана"),
        ("family_name", "Крумова"),
        ("sex", "female"),
        ("birth_date", "1992-05-14"),
        ("citizenship", "BG"),
        ("phone", "+359 88 123 45 67"),
    ]);
    office::people::link(tale.house, &tale.ctx, noted, person, None).unwrap();
    // Who is written down a second time is found first.
    let again = office::people::alike(tale.house, &tale.ctx, &start).unwrap();
    assert_eq!(again.iter().map(|f| f.person.head.id).collect::<Vec<_>>(), [person]);
    let input = form(&[
        ("on_date", "2016-02-02"),
        ("track", "adults"),
        ("role", "victim"),
        ("intake", "iom_mission"),
        ("risk", "high"),
        ("home_district", "varna"),
    ]);
    let case = office::cases::open(tale.house, &tale.ctx, person, Some(signal), &input, None).unwrap();
    let page = office::signals::page(tale.house, &tale.ctx, signal).unwrap();
    assert_eq!(page.cases.iter().map(|c| c.head.id).collect::<Vec<_>>(), [case]);
    (signal, person, case)
}

/// A return into Bulgaria whose conditions are met in order; every step is looked at.
fn home_with_gates(tale: &Tale<'_>, case: Id) -> Id {
    let house = tale.house;
    let moving = tale.in_case(
        case,
        RecordKind::Return,
        &[
            ("direction", "to_bulgaria"),
            ("will", "voluntary"),
            ("from_country", "DE"),
            ("to_country", "BG"),
            ("from_place", "Дортмунд"),
            ("to_place", "София"),
            ("on_date", "2016-02-20"),
        ],
    );
    let mut missing = vec![
        "allowance",
        "consent",
        "itinerary",
        "reception",
        "risk_assessment",
        "travel_document",
        "voluntary_decision",
    ];
    let mut met = |code: &str| {
        missing.retain(|m| *m != code);
        assert_eq!(tale.unmet(moving), missing);
        if !missing.is_empty() {
            assert_eq!(tale.refused(moving, "2016-02-20"), missing, "after {code}");
        }
    };
    met("nothing yet");
    let consent = tale.in_case(
        case,
        RecordKind::Consent,
        &[
            ("on_date", "2016-02-03"),
            ("given_how", "written"),
            ("scope", "identity"),
            ("scope", "needs"),
            ("purpose", "return"),
            ("due_on", "2016-08-01"),
        ],
    );
    assert_eq!(office::records::view(tale.house, &tale.ctx, consent).unwrap().record.head.state, "given");
    met("consent");
    tale.change(moving, &[("voluntary_decision", "Сама поиска, без натиск")]);
    met("voluntary_decision");
    tale.under(
        moving,
        RecordKind::Leg,
        &[
            ("on_date", "2016-02-20"),
            ("mode", "plane"),
            ("from_place", "Дортмунд"),
            ("to_place", "София"),
            ("departs_at", "10:40"),
        ],
    );
    met("itinerary");
    tale.gate(moving, "travel_document", &[("state", "waiting"), ("responsible", "консулът")]);
    assert!(tale.unmet(moving).contains(&"travel_document"), "asked for is not met");
    tale.meet_gates(moving, &["travel_document"], "2016-02-10");
    met("travel_document");
    // What the programme does not let anybody waive is not waived.
    let waived =
        office::returns::gate(house, &tale.ctx, moving, "reception", &form(&[("state", "not_needed")]));
    assert!(matches!(waived, Err(OfficeError::Invalid(_))));
    assert!(tale.unmet(moving).contains(&"reception"));
    tale.meet_gates(moving, &["reception"], "2016-02-12");
    met("reception");
    tale.gate(moving, "allowance", &[("state", "not_needed")]);
    met("allowance");
    // A risk assessment holds for thirty days. (The clock of the house stands at 16 March 2017.)
    tale.meet_gates(moving, &["risk_assessment"], "2016-02-12");
    assert_eq!(tale.refused(moving, "2016-02-20"), ["risk_assessment"], "too old");
    tale.meet_gates(moving, &["risk_assessment"], "2017-03-10");
    met("risk_assessment");
    moving
}

fn identify(tale: &Tale<'_>, case: Id, country: &str) {
    tale.in_case(
        case,
        RecordKind::Identification,
        &[
            ("on_date", "2016-02-04"),
            ("kind", "informal"),
            ("outcome", "presumed"),
            ("country", country),
            ("basis", "D1 S+M, D5 S+S"),
        ],
    );
}

fn service(tale: &Tale<'_>, case: Id, kind: &str, on: &str, one_off: bool) -> Id {
    let mut pairs = vec![("on_date", on), ("service_type", kind), ("state", "delivered"), ("cost", "120,5")];
    if one_off {
        pairs.push(("one_off", "yes"));
    }
    tale.in_case(case, RecordKind::Service, &pairs)
}

#[test]
fn scenario_a_counts_each_step_once() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, person, case) = zhana(&tale);
        identify(&tale, case, "DE");
        tale.in_case(
            case,
            RecordKind::Exploitation,
            &[("forms", "sexual"), ("countries", "DE"), ("means", "debt"), ("means", "threats")],
        );
        let moving = home_with_gates(&tale, case);
        assert_eq!(tale.figures(SHOWN), [0; 5], "ready is not returned");
        tale.depart(moving, "2016-02-20");
        assert_eq!(tale.figures(SHOWN), [0; 5], "departed is not arrived");
        tale.arrive(moving, "2016-02-20");
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 0, 0], "arrival");
        let again = form(&[("arrived_on", "2016-02-21"), ("received_by", "пак")]);
        let twice = office::returns::arrive(house, &tale.ctx, moving, &again);
        assert!(matches!(twice, Err(OfficeError::WrongState)));

        service(&tale, case, "humanitarian", "2016-02-20", true);
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 0, 1], "first service");
        service(&tale, case, "medical", "2016-02-25", true);
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 0, 1], "persons, not services");
        let planned = tale.in_case(
            case,
            RecordKind::Service,
            &[("on_date", "2016-04-01"), ("service_type", "vocational"), ("state", "planned")],
        );
        let plan = tale.in_case(
            case,
            RecordKind::Plan,
            &[
                ("on_date", "2016-03-01"),
                ("summary", "Фризьорски курс, наем за три месеца"),
                ("state", "draft"),
            ],
        );
        tale.under(
            plan,
            RecordKind::Goal,
            &[("area", "work"), ("text", "Започва работа"), ("state", "open"), ("due_on", "2016-09-01")],
        );
        service(&tale, case, "psychological", "2016-03-02", false);
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 0, 1], "a draft is no plan");
        let unsigned = office::records::edit(
            house,
            &tale.ctx,
            plan,
            1,
            &form(&[("on_date", "2016-03-01"), ("summary", "x"), ("state", "signed")]),
        );
        assert!(matches!(unsigned, Err(OfficeError::Invalid(_))), "signed without a day");
        tale.change(plan, &[("state", "signed"), ("signed_on", "2016-03-05")]);
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 1, 1], "signed plan and lasting service");
        tale.change(planned, &[("state", "delivered")]);
        for day in ["2016-05-01", "2016-08-01"] {
            tale.in_case(
                case,
                RecordKind::Visit,
                &[("on_date", day), ("kind", "home"), ("state", "done"), ("safety", "good")],
            );
        }
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 1, 1], "only once");
        // Outside of the period nothing is counted.
        let later = office::programme::figures(house, &tale.ctx, "2017-01-01".parse().ok(), None).unwrap();
        assert!(later.figures.iter().all(|f| f.value == 0), "{:?}", later.figures);

        close_and_reopen(&tale, person, case);
        assert_eq!(tale.figures(SHOWN), [1, 1, 0, 1, 1], "closing and reopening count nobody twice");
    });
}

fn close_and_reopen(tale: &Tale<'_>, person: Id, case: Id) {
    let house = tale.house;
    let version = office::records::view(house, &tale.ctx, case).unwrap().record.head.version;
    let early = form(&[("closure_reason", "goals_reached"), ("closed_on", "2016-01-01")]);
    let refused = office::cases::close(house, &tale.ctx, case, version, &early);
    assert!(matches!(refused, Err(OfficeError::Invalid(_))), "closed before it was opened");
    let reason =
        form(&[("closure_reason", "goals_reached"), ("closed_on", "2017-02-01"), ("closure_note", "ok")]);
    let still = office::cases::reopen(house, &tale.ctx, case, None);
    assert!(matches!(still, Err(OfficeError::WrongState)), "an open case is not reopened");
    office::cases::close(house, &tale.ctx, case, version, &reason).unwrap();
    let page = office::cases::page(house, &tale.ctx, case).unwrap();
    assert_eq!(page.case.head.state, "closed");
    let again = office::cases::close(house, &tale.ctx, case, version + 1, &reason);
    assert!(matches!(again, Err(OfficeError::WrongState)));
    let listed = || {
        let list =
            office::cases::list(house, &tale.ctx, domain::policy::CaseList::Mine, None, None, 25).unwrap();
        list.rows.iter().map(|r| r.case.head.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(), [], "closed cases are left out");
    let new = office::cases::reopen(house, &tale.ctx, case, None).unwrap();
    let page = office::cases::page(house, &tale.ctx, new).unwrap();
    assert_eq!(page.case.head.person_id, Some(person), "the same person");
    assert_ne!(page.case.head.number, None);
    assert_eq!(page.other_cases.iter().map(|c| c.head.id).collect::<Vec<_>>(), [case]);
    assert_eq!(office::cases::page(house, &tale.ctx, case).unwrap().case.head.state, "closed");
    assert_eq!(listed(), [new]);
    assert!(page.team.iter().any(|(_, relation)| *relation == Relation::Own));
    // A second homecoming of the same person is no second person.
    let moving = tale.in_case(
        new,
        RecordKind::Return,
        &[
            ("direction", "to_bulgaria"),
            ("will", "voluntary"),
            ("from_country", "DE"),
            ("to_country", "BG"),
            ("on_date", "2017-03-12"),
            ("voluntary_decision", "пак"),
        ],
    );
    leave_and_arrive(tale, new, moving, "2017-03-12", &[]);
}

/// Meets everything an adult needs, then departs and arrives on one day.
fn leave_and_arrive(tale: &Tale<'_>, case: Id, moving: Id, on: &str, more: &[&str]) {
    tale.in_case(
        case,
        RecordKind::Consent,
        &[("on_date", "2017-03-01"), ("given_how", "oral"), ("scope", "identity"), ("purpose", "return")],
    );
    tale.under(
        moving,
        RecordKind::Leg,
        &[("on_date", on), ("mode", "plane"), ("from_place", "a"), ("to_place", "b")],
    );
    tale.meet_gates(moving, &["travel_document", "risk_assessment", "reception", "allowance"], "2017-03-10");
    tale.meet_gates(moving, more, "2017-03-10");
    tale.depart(moving, on);
    tale.arrive(moving, on);
}

fn michael(tale: &Tale<'_>, will: &str) -> (Id, Id) {
    let person = tale.person(&[
        ("given_name", "Michael"),
        ("family_name", "Okafor"),
        ("sex", "male"),
        ("birth_date", "1987"),
        ("citizenship", "NG"),
    ]);
    let input =
        form(&[("on_date", "2016-02-02"), ("track", "foreigners"), ("role", "victim"), ("intake", "police")]);
    let case = office::cases::open(tale.house, &tale.ctx, person, None, &input, None).unwrap();
    identify(tale, case, "BG");
    let moving = tale.in_case(
        case,
        RecordKind::Return,
        &[
            ("direction", "to_origin"),
            ("will", will),
            ("from_country", "BG"),
            ("to_country", "NG"),
            ("on_date", "2017-03-14"),
            ("voluntary_decision", "да"),
        ],
    );
    (case, moving)
}

#[test]
fn scenario_b_a_foreigner_goes_home_and_asylum_locks() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (case, moving) = michael(&tale, "voluntary");
        assert!(tale.unmet(moving).contains(&"exit_formalities"), "leaving Bulgaria");
        tale.change(case, &[("asylum", "claimed")]);
        // Even with everything else in order a claim of asylum holds him back, whoever asks.
        tale.in_case(
            case,
            RecordKind::Consent,
            &[
                ("on_date", "2017-03-01"),
                ("given_how", "written"),
                ("scope", "identity"),
                ("purpose", "return"),
            ],
        );
        tale.under(
            moving,
            RecordKind::Leg,
            &[("on_date", "2017-03-14"), ("mode", "plane"), ("from_place", "a"), ("to_place", "b")],
        );
        let gates = ["travel_document", "risk_assessment", "reception", "allowance", "exit_formalities"];
        tale.meet_gates(moving, &gates, "2017-03-10");
        tale.gate(moving, "asylum_clear", &[("state", "met"), ("done_on", "2017-03-10")]);
        assert_eq!(tale.refused(moving, "2017-03-14"), ["asylum_clear"], "a tick does not lift the lock");
        tale.change(case, &[("asylum", "ended")]);
        tale.depart(moving, "2017-03-14");
        assert_eq!(tale.figures(SHOWN), [0; 5]);
        tale.arrive(moving, "2017-03-15");
        assert_eq!(tale.figures(SHOWN), [1, 0, 1, 0, 0], "R1b, not R1a");
        // Help by the other mission after arrival, and a signed plan.
        service(&tale, case, "employment", "2017-03-15", false);
        tale.in_case(
            case,
            RecordKind::Plan,
            &[
                ("on_date", "2017-03-15"),
                ("summary", "малък занаят"),
                ("state", "signed"),
                ("signed_on", "2017-03-15"),
            ],
        );
        assert_eq!(tale.figures(SHOWN), [1, 0, 1, 1, 1]);
    });
}

#[test]
fn a_forced_removal_never_departs_and_is_never_counted() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (case, moving) = michael(&tale, "forced");
        tale.in_case(
            case,
            RecordKind::Consent,
            &[
                ("on_date", "2017-03-01"),
                ("given_how", "written"),
                ("scope", "identity"),
                ("purpose", "return"),
            ],
        );
        let gates = ["travel_document", "risk_assessment", "reception", "allowance", "exit_formalities"];
        tale.meet_gates(moving, &gates, "2017-03-10");
        assert!(tale.refused(moving, "2017-03-14").contains(&"voluntary_decision"));
        office::returns::cancel(house, &tale.ctx, moving).unwrap();
        assert_eq!(tale.figures(SHOWN), [0; 5]);
    });
}

#[test]
fn an_accompanying_child_has_a_row_of_its_own_and_a_childs_gates() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[
            ("given_name", "Мими"),
            ("sex", "female"),
            ("birth_date", "2012-01-02"),
            ("citizenship", "BG"),
        ]);
        let case = tale.case(person, "accompanying_child", "2016-02-02");
        let moving = tale.in_case(
            case,
            RecordKind::Return,
            &[
                ("direction", "to_bulgaria"),
                ("will", "voluntary"),
                ("from_country", "DE"),
                ("to_country", "BG"),
                ("on_date", "2017-03-12"),
                ("voluntary_decision", "с майка си"),
            ],
        );
        for code in ["child_notice", "escort", "guardian"] {
            assert!(tale.unmet(moving).contains(&code), "{code}");
        }
        leave_and_arrive(&tale, case, moving, "2017-03-12", &["child_notice", "escort", "guardian"]);
        assert_eq!(tale.figures(["R1", "R1a", "R1k"]), [0, 0, 1]);
    });
}

/// Steps of their own let somebody depart and arrive: the form that writes a return down does not.
#[test]
fn a_return_begins_as_planned_whatever_its_form_says() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, _, case) = zhana(&tale);
        let moving = tale.in_case(
            case,
            RecordKind::Return,
            &[
                ("direction", "to_bulgaria"),
                ("will", "forced"),
                ("from_country", "DE"),
                ("to_country", "BG"),
                ("on_date", "2016-03-12"),
                ("state", "arrived"),
                ("departed_on", "2016-02-20"),
                ("arrived_on", "2016-02-20"),
                ("received_by", "никой"),
            ],
        );
        let values = tale.values(moving);
        assert_eq!(values.get("state"), Some("planned"));
        for name in ["departed_on", "arrived_on", "received_by"] {
            assert_eq!(values.get(name), None, "{name}");
        }
        assert!(!tale.unmet(moving).is_empty());
        assert_eq!(tale.figures(["R1", "R1a", "R1k"]), [0, 0, 0]);
    });
}

/// Closing asks for its reason and for the right to close; the form of the case goes round neither.
#[test]
fn the_form_of_a_case_neither_closes_nor_reopens_it() {
    on_both(|house| {
        let tale = Tale::new(house);
        let (_, _, case) = zhana(&tale);
        let set = |state: &str| {
            let (record, _) = office::records::for_edit(house, &tale.ctx, case).unwrap();
            let mut input = record.values.to_input(record.head.kind.spec());
            input.insert("state".to_owned(), vec![state.to_owned()]);
            office::records::edit(house, &tale.ctx, case, record.head.version, &input)
        };
        let own_step = |answer: Result<Id, OfficeError>| match answer {
            Err(OfficeError::Invalid(errors)) => {
                errors.len() == 1
                    && errors[0].field == "state"
                    && errors[0].problem == domain::Problem::OwnStep
            }
            _ => false,
        };
        assert!(set("return").is_ok());
        assert!(own_step(set("closed")));
        let close = form(&[("closure_reason", "goals_reached"), ("closed_on", "2017-03-16")]);
        let version = office::records::for_edit(house, &tale.ctx, case).unwrap().0.head.version;
        office::cases::close(house, &tale.ctx, case, version, &close)
            .unwrap_or_else(|e| panic!("{}", said(&e)));
        assert!(own_step(set("active")));
        assert!(set("closed").is_ok());
    });
}

/// Unclear age counts as child, and no name has to be opened for that.
#[test]
fn without_a_date_of_birth_the_conditions_of_a_child_hold() {
    on_both(|house| {
        let tale = Tale::new(house);
        let of = |born: Option<&str>| {
            let mut who = vec![("given_name", "Яна"), ("sex", "female"), ("citizenship", "BG")];
            who.extend(born.map(|day| ("birth_date", day)));
            let case = tale.case(tale.person(&who), "victim", "2016-02-02");
            let moving = tale.in_case(
                case,
                RecordKind::Return,
                &[
                    ("direction", "to_bulgaria"),
                    ("will", "voluntary"),
                    ("from_country", "DE"),
                    ("to_country", "BG"),
                    ("on_date", "2016-03-12"),
                ],
            );
            let view = office::returns::view(house, &tale.ctx, moving).unwrap();
            (tale.unmet(moving).contains(&"guardian"), view.age_unknown)
        };
        assert_eq!(of(None), (true, true));
        assert_eq!(of(Some("1980-05-06")), (false, false));
        let seventeen = tale.ctx.today.year() - 17;
        assert_eq!(of(Some(&format!("{seventeen}-01-01"))), (true, false));
        let leaves = crate::ways::leaves_from(house, 0);
        let named = |l: &&vault::log::Leaf| {
            l.action.ends_with(".conditions") && domain::Mask(l.compartments).has(domain::Compartment::C3)
        };
        assert_eq!(leaves.iter().filter(named).count(), 0);
    });
}

#[test]
fn without_consent_nobody_departs_and_withdrawal_counts_at_once() {
    on_both(|house: &TestOffice| {
        let tale = Tale::new(house);
        let (_, _, case) = zhana(&tale);
        identify(&tale, case, "DE");
        let moving = home_with_gates(&tale, case);
        let page = office::cases::page(house, &tale.ctx, case).unwrap();
        let consent = page.records.iter().find(|r| r.head.kind == RecordKind::Consent).unwrap().head.id;
        let withdraw = |on: &str| {
            let input = form(&[("withdrawn_on", on), ("withdrawal_note", "размисли")]);
            office::consents::withdraw(house, &tale.ctx, consent, &input)
        };
        assert!(matches!(withdraw("2099-01-01"), Err(OfficeError::Invalid(_))));
        withdraw("2016-02-15").unwrap();
        assert!(matches!(withdraw("2016-02-16"), Err(OfficeError::WrongState)), "only once");
        assert_eq!(tale.refused(moving, "2016-02-20"), ["consent"]);
        // Nothing on the form gives it back.
        let (record, _) = office::records::for_edit(house, &tale.ctx, consent).unwrap();
        let mut input = record.values.to_input(record.head.kind.spec());
        input.insert("state".to_owned(), vec!["given".to_owned()]);
        input.remove("withdrawn_on");
        let edited = office::records::edit(house, &tale.ctx, consent, record.head.version, &input);
        assert!(edited.is_ok(), "{}", edited.err().map(|e| said(&e)).unwrap_or_default());
        let values = tale.values(consent);
        assert_eq!(
            (values.get("state"), values.get("withdrawn_on")),
            (Some("withdrawn"), Some("2016-02-15"))
        );
        assert_eq!(tale.refused(moving, "2016-02-20"), ["consent"]);
    });
}
