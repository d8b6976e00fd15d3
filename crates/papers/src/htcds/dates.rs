//! Dates as people and spreadsheet programs write them.

use jiff::civil::Date;

use super::Problem;

/// Excel's last day, 31 December 9999.
const LAST_SERIAL: f64 = 2_958_465.0;

/// A date typed as text: ISO (a time behind it is ignored), day.month.year with `.`, `/` or `-` between, or the
/// five digits of an Excel serial number. Day comes before month: that is how the programme's countries write.
pub fn from_text(text: &str, is_1904: bool) -> Result<Date, Problem> {
    let mut s = text.trim().trim_end_matches("г.").trim_end_matches('г').trim().trim_end_matches('.');
    if let (Some(date), Some(rest)) = (s.get(..10), s.get(10..))
        && rest.starts_with(['T', ' '])
        && rest.contains(':')
    {
        s = date;
    }
    if !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()) {
        return match (s.len(), s.parse::<f64>()) {
            (4, _) => Err(Problem::YearOnly),
            (5, Ok(n)) => from_serial(n, is_1904),
            _ => Err(Problem::NotADate),
        };
    }
    let separator = s.chars().find(|c| matches!(c, '.' | '/' | '-')).ok_or(Problem::NotADate)?;
    let parts: Vec<&str> = s.split(separator).map(str::trim).collect();
    let [a, b, c] = parts.as_slice() else { return Err(Problem::NotADate) };
    let digits =
        |p: &str, most: usize| (1..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day) = if a.len() == 4 { (a, b, c) } else { (c, b, a) };
    // A year of two digits could be either century.
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return Err(Problem::NotADate);
    }
    let number = |p: &str| p.parse::<i16>().map_err(|_| Problem::NotADate);
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let small = |n: i16| i8::try_from(n).map_err(|_| Problem::ImpossibleDate);
    Date::new(year, small(month)?, small(day)?).map_err(|_| Problem::ImpossibleDate)
}

/// An Excel serial number: days since 1899-12-30 or 1904-01-01, a time of day as fraction. Excel believes in
/// 29 February 1900 (day 60), so days before it are one off.
pub fn from_serial(serial: f64, is_1904: bool) -> Result<Date, Problem> {
    if !serial.is_finite() || !(0.0..LAST_SERIAL + 1.0).contains(&serial) {
        return Err(Problem::ImpossibleDate);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let days = serial.floor() as i64;
    let (year, day_one, days) = match (is_1904, days) {
        (true, d) => (1904, 1, d),
        (false, 0 | 60) => return Err(Problem::ImpossibleDate),
        (false, d @ 1..60) => (1900, 1, d - 1),
        (false, d) => (1900, 1, d - 2),
    };
    Date::new(year, 1, day_one)
        .and_then(|start| start.checked_add(jiff::Span::new().try_days(days)?))
        .map_err(|_| Problem::ImpossibleDate)
}

/// A number in a cell without a date format. A bare year would silently become a day in 1905.
pub fn from_number(n: f64, is_1904: bool) -> Result<Date, Problem> {
    if n.fract() == 0.0 && (1850.0..=2150.0).contains(&n) {
        return Err(Problem::YearOnly);
    }
    from_serial(n, is_1904)
}

/// Refuses years nobody means and births still to come.
pub fn plausible(date: Date, birth: bool, today: Date) -> Result<Date, Problem> {
    if !(1900..=2100).contains(&date.year()) {
        return Err(Problem::AbsurdYear);
    }
    if birth && date > today {
        return Err(Problem::BirthInFuture);
    }
    Ok(date)
}
