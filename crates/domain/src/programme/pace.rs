//! Where a figure stands on its way to the target, and the periods in which people ask for it.

use super::{Comparison, Programme};
use jiff::civil::Date;

/// How a figure does against the time that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The target is met.
    Met,
    /// At least as far as the time.
    Ahead,
    /// Less far than the time, but at least four fifths of that.
    Behind,
    /// Further back.
    FarBehind,
}

/// The pace of a value. `elapsed` is the part of the period that is gone, in percent.
#[must_use]
pub fn pace(value: i64, target: i64, comparison: Comparison, elapsed: u8) -> Pace {
    let (done, due) = (value.max(0).saturating_mul(100), target.saturating_mul(i64::from(elapsed)));
    if comparison.met(value, target) {
        Pace::Met
    } else if done >= due {
        Pace::Ahead
    } else if done.saturating_mul(5) >= due.saturating_mul(4) {
        Pace::Behind
    } else {
        Pace::FarBehind
    }
}

/// Part of the way to a target in percent; 100 only when it is met.
#[must_use]
pub fn reached(value: i64, target: i64, comparison: Comparison) -> u8 {
    if comparison.met(value, target) {
        return 100;
    }
    let part = value.max(0).saturating_mul(100).checked_div(target).unwrap_or(0);
    u8::try_from(part.min(99)).unwrap_or(0)
}

/// Part of a period that is gone on a day, in percent. The first day begins with nothing gone.
#[must_use]
pub fn elapsed(from: Date, to: Date, today: Date) -> u8 {
    let days = |a: Date, b: Date| i64::from((b - a).get_days());
    let whole = days(from, to) + 1;
    let gone = days(from, today).clamp(0, whole.max(0));
    u8::try_from((gone * 100).checked_div(whole).unwrap_or(100)).unwrap_or(100)
}

/// A part of the programme's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// All of it.
    Whole,
    /// A calendar year.
    Year(i16),
    /// A quarter of a year, 1 to 4.
    Quarter(i16, i8),
}

/// The periods of a programme with their first and last day, the whole first, then each year with its
/// quarters; cut at the programme's own first and last day.
#[must_use]
pub fn periods(programme: &Programme) -> Vec<(Period, Date, Date)> {
    let (first, last) = (programme.from, programme.to);
    let mut out = vec![(Period::Whole, first, last)];
    let mut add = |period, year, from_month, to_month| {
        let ends = Date::new(year, from_month, 1).ok().zip(Date::new(year, to_month, 1).ok());
        let Some((from, to)) = ends.map(|(a, b)| (a.max(first), b.last_of_month().min(last))) else { return };
        if from <= to {
            out.push((period, from, to));
        }
    };
    for year in first.year()..=last.year() {
        add(Period::Year(year), year, 1, 12);
        for quarter in 1..=4 {
            add(Period::Quarter(year, quarter), year, quarter * 3 - 2, quarter * 3);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn pace_compares_with_the_time_gone() {
        let over = Comparison::MoreThan;
        assert_eq!(pace(101, 100, over, 10), Pace::Met);
        assert_eq!(pace(100, 100, over, 100), Pace::Ahead);
        assert_eq!(pace(71, 100, over, 60), Pace::Ahead);
        assert_eq!(pace(50, 100, over, 60), Pace::Behind);
        assert_eq!(pace(47, 100, over, 60), Pace::FarBehind);
        assert_eq!(pace(0, 100, over, 0), Pace::Ahead);
        assert_eq!(pace(90, 90, Comparison::AtLeast, 100), Pace::Met);
    }

    #[test]
    fn a_full_bar_means_a_met_target() {
        assert_eq!(reached(100, 100, Comparison::MoreThan), 99);
        assert_eq!(reached(101, 100, Comparison::MoreThan), 100);
        assert_eq!(reached(1, 2, Comparison::AtLeast), 50);
        assert_eq!(reached(0, 0, Comparison::MoreThan), 0);
    }

    #[test]
    fn time_gone_stays_inside_the_period() {
        let (from, to) = (day("2016-01-01"), day("2017-12-31"));
        assert_eq!(elapsed(from, to, day("2015-06-01")), 0);
        assert_eq!(elapsed(from, to, from), 0);
        assert_eq!(elapsed(from, to, day("2017-01-01")), 50);
        assert_eq!(elapsed(from, to, day("2017-03-16")), 60);
        assert_eq!(elapsed(from, to, day("2026-01-01")), 100);
    }

    #[test]
    fn periods_are_the_whole_the_years_and_their_quarters() {
        let mut programme =
            Programme::parse(include_str!("../../../../programmes/bg-2016-2017.toml")).unwrap();
        assert_eq!(periods(&programme).len(), 1 + 2 * 5);
        programme.from = day("2016-05-15");
        let cut = periods(&programme);
        assert_eq!(cut.len(), 1 + 4 + 5, "the first quarter is over before the programme begins");
        assert_eq!(cut[1], (Period::Year(2016), day("2016-05-15"), day("2016-12-31")));
        assert_eq!(cut[2], (Period::Quarter(2016, 2), day("2016-05-15"), day("2016-06-30")));
    }
}
