//! Dates as people give them.

use jiff::civil::Date;
use std::fmt;

/// A date of which perhaps only the year or the month is known; `~` marks an estimate.
/// Canonical text: `1993`, `1993-05`, `1993-05-12`, each perhaps with a leading `~`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialDate {
    /// Year, 1900 to 2100.
    pub year: i16,
    /// Month, when known.
    pub month: Option<i8>,
    /// Day, when known.
    pub day: Option<i8>,
    /// An estimate.
    pub approximate: bool,
}

impl PartialDate {
    /// Reads `12.05.1993`, `05.1993`, `1993`, `1993-05-12`, `1993-05`, each perhaps after `~`, `ок.` or `about`.
    #[must_use]
    pub fn parse(text: &str) -> Option<PartialDate> {
        let text = text.trim();
        let (approximate, rest) = ["~", "ок.", "около", "about", "c."]
            .iter()
            .find_map(|mark| text.strip_prefix(mark))
            .map_or((false, text), |rest| (true, rest.trim()));
        let rest = rest.trim_end_matches(['г', '.', ' ']);
        if let Some(date) = parse_date(rest) {
            return Some(Self {
                year: date.year(),
                month: Some(date.month()),
                day: Some(date.day()),
                approximate,
            });
        }
        let parts: Vec<&str> = rest.split(['.', '-', '/']).collect();
        let (year, month) = match parts.as_slice() {
            [year] => (*year, None),
            [a, b] if a.len() == 4 => (*a, Some(*b)),
            [a, b] if b.len() == 4 => (*b, Some(*a)),
            _ => return None,
        };
        let year: i16 = year.parse().ok().filter(|y| (1900..=2100).contains(y))?;
        let month = match month {
            Some(text) => Some(text.parse::<i8>().ok().filter(|m| (1..=12).contains(m))?),
            None => None,
        };
        Some(Self { year, month, day: None, approximate })
    }

    /// The earliest day it can mean.
    #[must_use]
    pub fn earliest(self) -> Option<Date> {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()
    }

    /// Is somebody so many years old on a day, whatever the unknown part is? A year that was guessed may be the next.
    #[must_use]
    pub fn surely_aged(self, years: i16, day: Date) -> bool {
        let year = self.year + years + i16::from(self.approximate);
        (year, self.month.unwrap_or(12), self.day.unwrap_or(31)) <= (day.year(), day.month(), day.day())
    }

    /// Completed years on a day, taking the middle of what is unknown.
    #[must_use]
    pub fn age_on(self, day: Date) -> Option<i16> {
        let birth = Date::new(self.year, self.month.unwrap_or(7), self.day.unwrap_or(1)).ok()?;
        let mut age = day.year() - birth.year();
        if (day.month(), day.day()) < (birth.month(), birth.day()) {
            age -= 1;
        }
        (0..=120).contains(&age).then_some(age)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", if self.approximate { "~" } else { "" }, self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// Reads `16.03.2017`, `16.3.2017 г.`, `16/03/2017` or `2017-03-16`; years 1900 to 2100.
/// An impossible date (31.02.) is `None`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim().trim_end_matches('.').trim_end_matches('г').trim_end();
    let mut parts = text.split(['.', '-', '/']).map(str::trim);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    if year.len() != 4
        || [year, month, day].iter().any(|p| p.is_empty() || !p.bytes().all(|x| x.is_ascii_digit()))
    {
        return None;
    }
    let year: i16 = year.parse().ok().filter(|y| (1900..=2100).contains(y))?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Days from `from` to `to`, negative when `to` is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or(0)
}

/// Where the programme works.
fn zone() -> &'static jiff::tz::TimeZone {
    static ZONE: std::sync::OnceLock<jiff::tz::TimeZone> = std::sync::OnceLock::new();
    ZONE.get_or_init(|| jiff::tz::TimeZone::get("Europe/Sofia").unwrap_or(jiff::tz::TimeZone::UTC))
}

/// The midnight at which a day ends where the programme works, microseconds since 1970, UTC.
#[must_use]
pub fn end_of_day(day: Date) -> i64 {
    let next = day.tomorrow().unwrap_or(Date::MAX);
    zone().to_timestamp(next.at(0, 0, 0, 0)).map_or(i64::MAX, |at| at.as_microsecond())
}

/// The day at a moment, microseconds since 1970, where the programme works.
#[must_use]
pub fn day_of(micros: i64) -> Date {
    jiff::Timestamp::from_microsecond(micros)
        .map_or(Date::ZERO, |at| at.to_zoned_datetime(zone().clone()).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_of_a_birth_makes_nobody_older() {
        let day = |text: &str| parse_date(text).unwrap();
        let of_age = |born: &str, on: &str| PartialDate::parse(born).unwrap().surely_aged(18, day(on));
        assert!(of_age("2000-05-06", "2018-05-06") && !of_age("2000-05-06", "2018-05-05"));
        assert!(of_age("2000-05", "2018-05-31") && !of_age("2000-05", "2018-05-30"));
        assert!(of_age("2000", "2018-12-31") && !of_age("2000", "2018-12-30"));
        assert!(of_age("~2000", "2019-12-31") && !of_age("~2000", "2018-12-31"));
    }

    #[test]
    fn dates() {
        for good in ["16.03.2017", "16.3.2017 г.", "2017-03-16", "16/03/2017", " 16.03.2017 "] {
            assert_eq!(parse_date(good), Date::new(2017, 3, 16).ok(), "{good}");
        }
        for bad in ["31.02.2017", "29.02.2023", "1.13.2017", "16.03.17", "", "abc", "1.1.9999", "1..2017"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn partial_dates() {
        for (text, canonical) in [
            ("1993", "1993"),
            ("05.1993", "1993-05"),
            ("~1993", "~1993"),
            ("ок. 1993 г.", "~1993"),
            ("12.5.1993", "1993-05-12"),
            ("1993-05", "1993-05"),
        ] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), canonical, "{text}");
        }
        for bad in ["13.1993", "1850", "99", "31.02.1993", "about"] {
            assert_eq!(PartialDate::parse(bad), None, "{bad}");
        }
        let born = PartialDate::parse("16.03.1999").unwrap();
        assert_eq!(born.age_on(Date::new(2017, 3, 15).unwrap()), Some(17));
        assert_eq!(born.age_on(Date::new(2017, 3, 16).unwrap()), Some(18));
    }

    #[test]
    fn spans() {
        let d = |y, m, d| Date::new(y, m, d).unwrap();
        assert_eq!(days_between(d(2017, 3, 3), d(2017, 4, 2)), 30);
        assert_eq!(days_between(d(2017, 12, 31), d(2017, 1, 1)), -364);
    }
}
