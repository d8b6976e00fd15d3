//! The wall clock. The only place of the program that reads it.

use domain::Date;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Microseconds since 1970, UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one module that may read the wall clock")]
pub fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

/// The day it is at that moment where the programme works.
pub fn today(now: i64) -> Date {
    let zone = TimeZone::get("Europe/Sofia").unwrap_or(TimeZone::UTC);
    Timestamp::from_microsecond(now).map_or(Date::ZERO, |at| zone.to_datetime(at).date())
}

/// A time as people and programs read it: RFC 3339, UTC.
pub fn text(now: i64) -> String {
    Timestamp::from_microsecond(now).unwrap_or_default().to_string()
}

/// The context of the command line, now.
pub fn ctx() -> office::Ctx {
    let now = now();
    office::upkeep::system_ctx(now, today(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_in_sofia_not_in_greenwich() {
        let evening: Timestamp = "2017-03-16T22:30:00Z".parse().unwrap();
        assert_eq!(today(evening.as_microsecond()), "2017-03-17".parse().unwrap());
        assert!(now() > evening.as_microsecond());
    }
}
