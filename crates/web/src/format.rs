//! Dates, times and values as people read them.

use crate::texts::Texts;
use domain::{Date, Field, Id, Kind, PartialDate};
use jiff::tz::TimeZone;
use office::names::Directory;
use std::sync::OnceLock;

/// Where the programme works.
pub fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| TimeZone::get("Europe/Sofia").unwrap_or(TimeZone::UTC))
}

/// The day on which what is printed is read: of no year, so that every day on paper has its own.
pub const ON_PAPER: Date = Date::ZERO;

/// `16.03.2017` for fields of forms.
#[must_use]
pub fn date_field(date: Date) -> String {
    format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year())
}

/// `16 март`, with the year when it is not this one.
#[must_use]
pub fn day(texts: &Texts, date: Date, today: Date) -> String {
    let month = texts.t(&format!("month-{}", date.month()));
    if date.year() == today.year() {
        format!("{} {month}", date.day())
    } else {
        texts.ta(
            "day-with-year",
            &[("day", &date.day().to_string()), ("month", &month), ("year", &format!("{}", date.year()))],
        )
    }
}

/// `четвъртък, 16 март`.
#[must_use]
pub fn weekday(texts: &Texts, date: Date) -> String {
    let name = texts.t(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
    format!("{name}, {}", day(texts, date, date))
}

/// Day and time of a moment.
#[must_use]
pub fn moment(texts: &Texts, micros: i64, today: Date) -> String {
    let Ok(at) = jiff::Timestamp::from_microsecond(micros) else { return String::new() };
    let at = at.to_zoned_datetime(zone().clone());
    let time = clock(texts, at.hour(), at.minute());
    let name = match domain::civil::days_between(at.date(), today) {
        0 => texts.t("today-word"),
        1 => texts.t("yesterday-word"),
        _ => day(texts, at.date(), today),
    };
    format!("{name}, {time}")
}

/// Time of a moment.
#[must_use]
pub fn hour(texts: &Texts, micros: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_microsecond(micros) else { return String::new() };
    let at = at.to_zoned_datetime(zone().clone());
    clock(texts, at.hour(), at.minute())
}

/// `14:10 ч.`
#[must_use]
pub fn clock(texts: &Texts, hour: i8, minute: i8) -> String {
    texts.ta("clock-time", &[("time", &format!("{hour:02}:{minute:02}"))])
}

/// Day of a moment.
#[must_use]
pub fn day_of(micros: i64) -> Date {
    jiff::Timestamp::from_microsecond(micros)
        .map_or(Date::ZERO, |t| t.to_zoned_datetime(zone().clone()).date())
}

/// A partial date: `12.05.1993`, `май 1993`, `около 1993`.
#[must_use]
pub fn partial(texts: &Texts, date: PartialDate) -> String {
    let plain = match (date.month, date.day) {
        (Some(month), Some(day)) => format!("{day:02}.{month:02}.{}", date.year),
        (Some(month), None) => format!("{} {}", texts.t(&format!("month-{month}")), date.year),
        _ => date.year.to_string(),
    };
    if date.approximate { format!("{} {plain}", texts.t("about-word")) } else { plain }
}

/// `1 800,50 €`.
#[must_use]
pub fn money(texts: &Texts, value: &str) -> String {
    let (amount, currency) = value.split_once(' ').unwrap_or((value, ""));
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, "00"));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    let mark = if texts.lang() == "en" { "." } else { "," };
    format!("{grouped}{mark}{cents}\u{a0}{}", texts.t(&format!("currency-{currency}")))
}

/// A stored value as a sentence part.
#[must_use]
pub fn value(texts: &Texts, directory: &Directory, field: &Field, text: &str, today: Date) -> String {
    let named = |id: &str| id.parse::<Id>().map_or("–".to_owned(), |id| directory.name(id).to_owned());
    let each =
        |one: &dyn Fn(&str) -> String| text.split_ascii_whitespace().map(one).collect::<Vec<_>>().join(", ");
    match field.kind {
        Kind::Date => text.parse().map_or_else(|_| text.to_owned(), |d| day(texts, d, today)),
        Kind::PartialDate => PartialDate::parse(text).map_or_else(|| text.to_owned(), |d| partial(texts, d)),
        Kind::Code(list) => texts.t(&format!("{}-{text}", list.name)),
        Kind::Codes(list) => each(&|code| texts.t(&format!("{}-{code}", list.name))),
        Kind::Country | Kind::Countries => each(&|code| texts.t(&format!("country-{code}"))),
        Kind::Tick => texts.t("yes-word"),
        Kind::Money => money(texts, text),
        Kind::Organisation | Kind::User => named(text),
        Kind::Organisations => each(&named),
        Kind::Record(kind) => texts.t(&format!("kind-{}", kind.code())),
        _ => text.to_owned(),
    }
}
