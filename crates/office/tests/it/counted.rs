//! What is counted besides people: trainings and calls. And who is found, and by whom.

use crate::tale::{Tale, form, on_both, said};
use domain::policy::Role;
use domain::{Id, RecordKind};
use office::people::{Query, search};
use office::{Ctx, OfficeError};
use testkit::house::TestOffice;

fn training(tale: &Tale<'_>, on: &str, people: &[(&str, &str, &str)]) -> Id {
    let id = tale.alone(
        RecordKind::Training,
        &[
            ("title", "Идентификация"),
            ("on_date", on),
            ("city", "София"),
            ("topics", "identification"),
            ("topics", "referral"),
            ("state", "planned"),
        ],
    );
    tale.under(id, RecordKind::TrainingSession, &[("on_date", on), ("topic", "Показатели"), ("hours", "4")]);
    for (name, institution, email) in people {
        let mut pairs = vec![("name", *name), ("institution", *institution)];
        if !email.is_empty() {
            pairs.push(("email", *email));
        }
        tale.under(id, RecordKind::Attendance, &pairs);
    }
    id
}

#[test]
fn two_trainings_count_two_and_each_person_once() {
    on_both(|house| {
        let tale = Tale::new(house);
        let first = training(
            &tale,
            "2016-05-10",
            &[
                ("Иван Петров", "state", "ivan@example.org"),
                ("Мария Колева", "ngo", ""),
                ("Георги Илиев", "state", ""),
            ],
        );
        assert_eq!(tale.figures(["T1", "T2"]), [0, 0], "planned is not held");
        let page = office::training::page(house, &tale.ctx, first).unwrap();
        assert_eq!(page.missing, ["held"]);
        tale.change(first, &[("state", "held")]);
        assert_eq!(tale.figures(["T1", "T2"]), [1, 3]);
        let second = training(
            &tale,
            "2017-02-10",
            &[
                ("И. Петров", "state", "IVAN@example.org "),
                ("Мария  Колева", "ngo", ""),
                ("Нова Колежка", "state", ""),
            ],
        );
        tale.change(second, &[("state", "held")]);
        assert_eq!(tale.figures(["T1", "T2"]), [2, 4], "who was at both is one");
        // Without an NGO at the table it is no training of this programme.
        let third = training(&tale, "2017-03-01", &[("Само Държава", "state", "")]);
        tale.change(third, &[("state", "held")]);
        assert_eq!(tale.figures(["T1", "T2"]), [2, 5]);
        assert_eq!(office::training::page(house, &tale.ctx, third).unwrap().missing, ["ngo"]);
        tale.change(third, &[("state", "cancelled")]);
        assert_eq!(tale.figures(["T1", "T2"]), [2, 4]);
    });
}

#[test]
fn calls_are_counted_and_become_one_signal() {
    on_both(|house| {
        let hotline = house.ctx(Role::Hotline);
        let log = |pairs: &[(&str, &str)]| office::hotline::log(house, &hotline, &form(pairs), None).unwrap();
        let tale = Tale { house, ctx: hotline.clone() };
        log(&[("channel", "phone"), ("topic", "job_abroad"), ("red_flags", "documents_kept")]);
        log(&[("no_content", "silence")]);
        assert_eq!(tale.figures(["H1", "H1s"]), [2, 0]);
        let call = log(&[
            ("channel", "phone"),
            ("topic", "possible_trafficking"),
            ("locked_in", "yes"),
            ("offer_place", "Лимасол"),
            ("note", "Приятелка не може да излезе от квартирата"),
            ("safe_phone", "+359 888 11 22 33"),
        ]);
        assert_eq!(tale.figures(["H1", "H1s"]), [3, 0]);
        let signal = office::hotline::convert(house, &hotline, call, Some(hotline.id())).unwrap();
        assert_eq!(tale.figures(["H1", "H1s", "R3"]), [3, 1, 0], "advice is no service");
        let again = office::hotline::convert(house, &hotline, call, Some(hotline.id())).unwrap();
        assert_eq!(again, signal, "converted twice is one signal");
        assert_eq!(tale.figures(["H1", "H1s"]), [3, 1]);
        let page = office::signals::page(house, &hotline, signal).unwrap();
        assert_eq!(page.signal.get("urgency"), Some("today"));
        assert_eq!(page.signal.get("place"), Some("Лимасол"));
        assert!(page.signal.values.0.values().all(|v| !v.contains("888")), "the caller stays anonymous");
        // Eight clicks at once: still one.
        let call = log(&[("channel", "form"), ("topic", "missing")]);
        let signals: Vec<Id> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        office::hotline::convert(house, &hotline, call, Some(hotline.id())).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(signals.iter().all(|s| *s == signals[0]));
        assert_eq!(tale.figures(["H1", "H1s"]), [4, 2]);
        // A converted contact does not lose its mark by being edited.
        let shown = office::records::view(house, &hotline, call).unwrap().record;
        assert_eq!(shown.head.state, "converted");
    });
}

fn found(house: &TestOffice, ctx: &Ctx, text: &str) -> Vec<Id> {
    let query = Query { text: text.to_owned() };
    match search(house, ctx, &query) {
        Ok(found) => found.into_iter().map(|f| f.person.head.id).collect(),
        Err(e) => panic!("{}", said(&e)),
    }
}

#[test]
fn a_person_is_found_across_scripts_by_phone_and_by_number() {
    on_both(|house| {
        let tale = Tale::new(house);
        let spellings = ["Йорданка", "Yordanka", "Jordanka", "Iordanka"];
        let people: Vec<(Id, Id)> = spellings
            .iter()
            .enumerate()
            .map(|(n, given)| {
                let phone = format!("+359 88 700 00 0{n}");
                let person = tale.person(&[
                    ("given_name", given),
                    ("family_name", "Стоянова"),
                    ("sex", "female"),
                    ("phone", &phone),
                ]);
                (person, tale.case(person, "victim", "2016-06-01"))
            })
            .collect();
        let noise = tale.person(&[("given_name", "Борислав"), ("family_name", "Зидаров"), ("sex", "male")]);
        for spelling in spellings {
            let hits = found(house, &tale.ctx, spelling);
            for (person, _) in &people {
                assert!(hits.contains(person), "{spelling} finds all four: {hits:?}");
            }
            assert!(!hits.contains(&noise));
        }
        for text in ["0887000002", "+359 88 700 00 02", "00359887000002"] {
            assert_eq!(found(house, &tale.ctx, text), [people[2].0], "{text}");
        }
        let case = office::cases::page(house, &tale.ctx, people[1].1).unwrap().case;
        let number = case.head.number.unwrap();
        for text in [number.clone(), number.replace('-', ""), number.replace('-', " ")] {
            assert_eq!(found(house, &tale.ctx, &text), [people[1].0], "{text}");
        }
        // A changed name is found, the old one no more.
        tale.change(people[0].0, &[("given_name", "Калина"), ("family_name", "Делчева")]);
        assert!(found(house, &tale.ctx, "Kalina Delcheva").contains(&people[0].0));
        assert!(!found(house, &tale.ctx, "Йорданка Стоянова").contains(&people[0].0));
    });
}

#[test]
fn somebody_hidden_looks_like_somebody_absent() {
    on_both(|house| {
        let tale = Tale::new(house);
        let person = tale.person(&[
            ("given_name", "Цветана"),
            ("family_name", "Мирчева"),
            ("sex", "female"),
            ("phone", "0888 555 777"),
        ]);
        let case = tale.case(person, "victim", "2016-06-01");
        let number = office::cases::page(house, &tale.ctx, case).unwrap().case.head.number.unwrap();
        let ngo = house.partner("ANIMUS", "ngo", Role::Ngo);
        for text in ["Цветана Мирчева", "0888555777", &number] {
            assert_eq!(found(house, &tale.ctx, text), [person], "{text}");
            assert!(found(house, &ngo, text).is_empty(), "{text}");
        }
        assert!(office::people::alike(house, &ngo, &tale.values(person)).unwrap().is_empty());
        let absent = Id([9; 16]);
        for id in [case, person, absent] {
            let answers = [
                office::records::view(house, &ngo, id).err(),
                office::cases::page(house, &ngo, id).err(),
                office::records::history(house, &ngo, id).err(),
                office::people::reveal(house, &ngo, id, "защото").err(),
                office::cases::open(
                    house,
                    &ngo,
                    id,
                    None,
                    &form(&[
                        ("on_date", "2016-06-01"),
                        ("track", "adults"),
                        ("role", "victim"),
                        ("intake", "self"),
                    ]),
                    None,
                )
                .err(),
            ];
            for (n, answer) in answers.into_iter().enumerate() {
                assert!(matches!(answer, Some(OfficeError::NotFound)), "{id} {n}");
            }
        }
        // Nor can a hidden person be tied to a signal of one's own.
        let own = Tale { house, ctx: ngo };
        let signal = own.alone(
            RecordKind::Signal,
            &[("on_date", "2016-06-01"), ("intake", "partner"), ("urgency", "later"), ("summary", "x")],
        );
        let noted = own.under(signal, RecordKind::SignalPerson, &[("role", "victim"), ("sex", "female")]);
        for id in [person, absent] {
            let linked = office::people::link(house, &own.ctx, noted, id, None);
            assert!(matches!(linked, Err(OfficeError::NotFound)), "{id}");
        }
    });
}
