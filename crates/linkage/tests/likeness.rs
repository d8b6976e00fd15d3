//! Marks that people would give.

use linkage::{Candidate, Reason, similarity};

fn person(names: &[&str], birth: Option<&str>) -> Candidate {
    Candidate {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        birth: birth.map(str::to_owned),
        identifier: None,
    }
}

fn value(a: &Candidate, b: &Candidate) -> u8 {
    let there = similarity(a, b);
    assert_eq!(there, similarity(b, a), "the order of the two must not matter");
    there.value
}

fn named(a: &str, b: &[&str]) -> u8 {
    value(&person(&[a], None), &person(b, None))
}

#[test]
fn names_alone() {
    for (asked, written, range) in [
        ("Мария Иванова", &["Maria", "Ivanova"][..], 100..=100),
        ("Ivanova Maria", &["Мария", "Иванова"], 100..=100),
        ("Jordanka Stojanova", &["Йорданка", "Петрова", "Стоянова"], 90..=99),
        ("Maria", &["Мария", "Иванова"], 70..=80),
        ("Тони", &["Антоанета", "Иванова", "Тони, Ани, Боби"], 70..=80),
        ("Nguyen Dang", &["Đặng", "Nguyễn"], 100..=100),
        ("Maria Ivanoba", &["Мария", "Иванова"], 80..=99),
        ("М. Иванова", &["Мария", "Иванова"], 70..=80),
        ("Мария Иванова", &["Мария", "Желязкова"], 40..=54),
        ("Мария Иванова", &["Христо", "Желязков"], 0..=20),
        ("Мария", &["Христо"], 0..=10),
        ("Мария", &[], 0..=0),
        ("", &[], 0..=0),
    ] {
        let found = named(asked, written);
        assert!(range.contains(&found), "{asked} {written:?}: {found}");
    }
}

#[test]
fn each_word_is_used_once() {
    assert!(named("Иван Иванов", &["Иван", "Петров"]) < named("Иван Иванов", &["Иван", "Иванов"]));
    // Greedy pairing would give Ivan to Ivanka first and leave nothing for the second word.
    assert!(named("Ivan Ivanka", &["Ivanka", "Ivan"]) == 100);
}

#[test]
fn long_lists_of_names_are_the_same_from_both_sides() {
    let a = "Ана Бета Вера Гергана Дора Ева Жана Злата";
    let b = "Злата Жана Ева Дора Гергана Мила Нора Пена";
    assert!(named(a, &[b]) < 90);
    assert!(named(a, &[a]) >= 90);
}

#[test]
fn dates_of_birth() {
    let of = |a, b| value(&person(&["Мария Иванов"], a), &person(&["Maria Petrova Ivanova"], b));
    let name = of(None, None);
    assert!(name > 70 && name < 95, "{name}");
    assert_eq!(of(Some("1999-05-04"), None), name);
    assert_eq!(of(Some("1999-05-04"), Some("1999-05-04")), (name + 20).min(100));
    assert_eq!(of(Some("1999-05-04"), Some("1999-05-05")), name - 25);
    assert_eq!(of(Some("1999-05-04"), Some("2001-05-04")), name - 25);
    assert_eq!(of(Some("1999"), Some("1999-05-05")), (name + 8).min(100));
    assert_eq!(of(Some("1999-05"), Some("1999-05-05")), (name + 12).min(100));
    assert_eq!(of(Some("1999"), Some("2001-05-05")), name);
    assert_eq!(of(Some("~1998"), Some("1999-05-05")), (name + 5).min(100));
    assert_eq!(of(Some("~1999-05-04"), Some("1960-05-05")), name);
    for wrong in ["", "~", "spring", "1999-x", "1-2-3-4", "99999999"] {
        assert_eq!(of(Some(wrong), Some("1999-05-05")), name, "{wrong}");
    }
    let low = value(&person(&["А"], Some("1999-05-04")), &person(&["Б"], Some("1990-05-04")));
    assert_eq!(low, 0);
}

#[test]
fn identifiers() {
    let with = |name: &str, number: &str| Candidate {
        identifier: Some(number.to_owned()),
        ..person(&[name], Some("1999-05-04"))
    };
    let other = Candidate { birth: Some("1970-01-01".to_owned()), ..with("Христо", "ab 123-456") };
    let same = similarity(&with("Мария", "AB123456"), &other);
    assert!(same.value >= 95);
    assert_eq!(same.reasons, [Reason::SameIdentifier, Reason::DifferentBirth]);
    assert!(value(&with("Мария", "1"), &with("Христо", "2")) < 50);
    assert!(value(&with("Мария", " - "), &with("Христо", "")) < 50, "empty numbers are not equal numbers");
}

#[test]
fn reasons_are_said() {
    let reasons = |a: &str, b: &str| similarity(&person(&[a], None), &person(&[b], None)).reasons;
    assert_eq!(reasons("Мария Иванова", "Ivanova Maria"), [Reason::SameName]);
    assert_eq!(reasons("Мария", "Ivanova Maria"), [Reason::PartOfName]);
    assert_eq!(reasons("Мария Иванов", "Ivanova Maria"), [Reason::AlikeName]);
    assert_eq!(reasons("Мария", "Христо"), []);
}
