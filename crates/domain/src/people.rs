//! People: identity, sealed.

use crate::codes::*;
use crate::field::{Field, Kind, Spec};
use crate::{Compartment, PartialDate, RecordKind, Values};
use jiff::civil::Date;

/// A human being. Everything that names her is C3; what is counted is C1.
pub static PERSON: Spec = Spec {
    kind: RecordKind::Person,
    states: &[],
    fields: &[
        Field::c3("given_name", Kind::Text(100)).required(),
        Field::c3("middle_name", Kind::Text(100)),
        Field::c3("family_name", Kind::Text(100)),
        Field::c3("other_names", Kind::Text(200)),
        Field::c1("sex", Kind::Code(&SEX)).required(),
        Field::c3("birth_date", Kind::PartialDate),
        Field::c1("citizenship", Kind::Countries),
        Field::c3("identifier_kind", Kind::Code(&IDENTIFIER_KIND)),
        Field::c3("identifier", Kind::PersonalNumber),
        Field::c3("identifier_overruled", Kind::Text(200)),
        Field::c3("document", Kind::Text(100)),
        Field::c3("permanent_address", Kind::Text(300)),
        Field::c3("current_address", Kind::Text(300)),
        Field::c3("phone", Kind::Phone),
        Field::c3("safe_contact", Kind::Text(300)),
        Field::c3("email", Kind::Text(200)),
        Field::c1("born", Kind::PartialDate),
        Field::c1("spoken", Kind::Codes(&LANGUAGE)),
        Field::c1("special_needs", Kind::Codes(&SPECIAL_NEEDS)),
        Field::c2("remarks", Kind::Long(20_000)),
        // The rest of the case data standard's person, kept as it came so that nothing is lost.
        Field::c3("title", Kind::Text(60)),
        Field::c3("birth_place", Kind::Text(200)),
        Field::c3("standard_fields", Kind::Long(50_000)),
    ],
};

/// Keeps what is counted in step with what names her: the month of birth, by which figures tell a child
/// from an adult without opening her identity.
pub fn derive(values: &mut Values) {
    match values.get("birth_date").and_then(PartialDate::parse) {
        Some(born) => values.set("born", PartialDate { day: None, ..born }.to_string()),
        None => {
            values.0.remove("born");
        }
    }
}

/// The masked name: first letter of the given name and always five dots.
#[must_use]
pub fn masked_name(values: &Values) -> String {
    let initial = values.get("given_name").and_then(|n| n.chars().next());
    match initial {
        Some(letter) => format!("{}. •••••", letter.to_uppercase()),
        None => "•••••".to_owned(),
    }
}

/// What lists and headings show of somebody whose name stays behind the mask: nothing else that names her is
/// left than the first letter of the given name and, for the age, the date of birth.
pub fn shorten(values: &mut Values) {
    let mut left = values.clone();
    for field in PERSON.fields.iter().filter(|f| f.compartment == Compartment::C3) {
        left.0.remove(field.name);
    }
    let initial = values.get("given_name").and_then(|n| n.chars().next());
    if let Some(initial) = initial {
        left.set("given_name", initial.to_string());
    }
    if let Some(born) = values.get("birth_date") {
        left.set("birth_date", born);
    }
    *values = left;
}

/// Given, middle and family name in one line.
#[must_use]
pub fn full_name(values: &Values) -> String {
    let parts: Vec<&str> =
        ["given_name", "middle_name", "family_name"].iter().filter_map(|n| values.get(n)).collect();
    parts.join(" ")
}

/// Is somebody to be treated as a child on a day? Unclear age counts as child, and so does one that nobody wrote down
/// (Directive 2011/36/EU, article 13(2): the benefit of the doubt). Reads the month of birth where the date is sealed.
#[must_use]
pub fn is_child(values: &Values, day: Date) -> bool {
    !born(values).is_some_and(|born| born.surely_aged(18, day))
}

/// When somebody was born, by the date that names her or, where that is sealed, by the month that is counted.
#[must_use]
pub fn born(values: &Values) -> Option<PartialDate> {
    values.get("birth_date").or(values.get("born")).and_then(PartialDate::parse)
}

/// Age in completed years, as far as the birth date is known.
#[must_use]
pub fn age(values: &Values, day: Date) -> Option<i16> {
    values.get("birth_date").and_then(PartialDate::parse).and_then(|birth| birth.age_on(day))
}
