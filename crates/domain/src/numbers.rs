//! Check digits of Bulgarian personal numbers. The weights are background knowledge
//! (domain reference 2.7, marked [K]); documents can be wrong, so a mismatch may be
//! overruled with a reason and never blocks help.

use jiff::civil::Date;

/// What a check of a personal number found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberProblem {
    /// Not ten digits.
    NotTenDigits,
    /// The date inside an ЕГН does not exist.
    ImpossibleDate,
    /// The last digit does not match the others.
    CheckDigit,
}

fn digits(text: &str) -> Option<[u32; 10]> {
    let mut out = [0; 10];
    let mut count = 0;
    for c in text.chars() {
        *out.get_mut(count)? = c.to_digit(10)?;
        count += 1;
    }
    (count == 10).then_some(out)
}

fn weighted(digits: &[u32; 10], weights: [u32; 9]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// Checks an ЕГН (personal number of a citizen): date of birth and check digit,
/// weights 2,4,8,5,10,9,7,3,6 modulo 11, ten becomes zero; month + 40 after 2000, + 20 before 1900.
///
/// # Errors
/// What does not fit.
pub fn check_egn(text: &str) -> Result<Date, NumberProblem> {
    let d = digits(text).ok_or(NumberProblem::NotTenDigits)?;
    let [y1, y2, m1, m2, d1, d2, .., last] = d;
    let (year, month) = (y1 * 10 + y2, m1 * 10 + m2);
    let (century, month) = match month {
        41..=52 => (2000, month - 40),
        21..=32 => (1800, month - 20),
        _ => (1900, month),
    };
    let part = |n: u32| i8::try_from(n).map_err(|_| NumberProblem::ImpossibleDate);
    let year = i16::try_from(century + year).map_err(|_| NumberProblem::ImpossibleDate)?;
    let date =
        Date::new(year, part(month)?, part(d1 * 10 + d2)?).map_err(|_| NumberProblem::ImpossibleDate)?;
    if weighted(&d, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == last {
        Ok(date)
    } else {
        Err(NumberProblem::CheckDigit)
    }
}

/// Checks an ЛНЧ (personal number of a foreigner): weights 21,19,17,13,11,9,7,3,1 modulo 10.
///
/// # Errors
/// What does not fit.
pub fn check_lnch(text: &str) -> Result<(), NumberProblem> {
    let d = digits(text).ok_or(NumberProblem::NotTenDigits)?;
    let [.., last] = d;
    if weighted(&d, [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == last {
        Ok(())
    } else {
        Err(NumberProblem::CheckDigit)
    }
}

/// The ЕГН of an invented person: for demo data and tests. `serial` (0 to 999) picks the region digits.
#[must_use]
pub fn make_egn(birth: Date, serial: u16) -> String {
    let month = i16::from(birth.month()) + if birth.year() >= 2000 { 40 } else { 0 };
    let nine = format!("{:02}{month:02}{:02}{:03}", birth.year() % 100, birth.day(), serial % 1000);
    let check = (0..10).find(|d| check_egn(&format!("{nine}{d}")).is_ok()).unwrap_or(0);
    format!("{nine}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn egn() {
        // 7523169263 is the worked example of the public description of the algorithm.
        assert_eq!(check_egn("7523169263"), Ok(Date::new(1875, 3, 16).unwrap()));
        assert_eq!(check_egn("7523169264"), Err(NumberProblem::CheckDigit));
        assert_eq!(check_egn("9902311234"), Err(NumberProblem::ImpossibleDate));
        assert_eq!(check_egn("123"), Err(NumberProblem::NotTenDigits));
        assert_eq!(check_egn("12345678901"), Err(NumberProblem::NotTenDigits));
        for serial in 0..1000 {
            let date = Date::new(2003, 2, 28).unwrap();
            assert_eq!(check_egn(&make_egn(date, serial)), Ok(date));
        }
    }

    #[test]
    fn every_single_wrong_digit_of_an_egn_is_caught_or_breaks_the_date() {
        let right = make_egn(Date::new(1985, 3, 12).unwrap(), 654);
        for position in 0..9 {
            for digit in 0..10u32 {
                let mut chars: Vec<char> = right.chars().collect();
                if chars[position].to_digit(10) == Some(digit) {
                    continue;
                }
                chars[position] = char::from_digit(digit, 10).unwrap();
                let wrong: String = chars.into_iter().collect();
                // Modulo 11 catches every single error but those where 10 folds onto 0.
                if check_egn(&wrong).is_ok() {
                    assert!(right.ends_with('0'), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn lnch() {
        let nine = "100000000"; // 21 -> check digit 1
        assert_eq!(check_lnch(&format!("{nine}1")), Ok(()));
        assert_eq!(check_lnch(&format!("{nine}2")), Err(NumberProblem::CheckDigit));
    }
}
