//! One form for one telephone number.

const BULGARIA: &str = "359";
/// Fewer digits are an extension or an emergency number, which nobody is found by.
const FEWEST: usize = 6;
/// The longest number that ITU-T E.164 allows, without the plus.
const MOST: usize = 15;

/// A telephone number as `+` and digits, country code first; a number without one is Bulgarian.
///
/// `None` for a text with letters, with fewer than six digits, or with more digits than a number can
/// have (two numbers in one field).
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    if text.chars().any(|c| c.is_alphabetic() || (c.is_numeric() && !c.is_ascii_digit())) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).take(MOST * 2).collect();
    if digits.len() < FEWEST {
        return None;
    }
    let plus = text.chars().find(|c| *c == '+' || c.is_ascii_digit()) == Some('+');
    let number = if plus {
        international(digits.trim_start_matches('0'))
    } else if let Some(rest) = digits.strip_prefix("00") {
        international(rest.trim_start_matches('0'))
    } else if let Some(rest) = digits.strip_prefix('0') {
        format!("{BULGARIA}{rest}")
    } else if digits.starts_with(BULGARIA) && digits.len() > FEWEST + BULGARIA.len() {
        international(&digits)
    } else {
        format!("{BULGARIA}{digits}")
    };
    (FEWEST..=MOST).contains(&number.len()).then(|| format!("+{number}"))
}

/// Takes out the trunk zero that people leave in a Bulgarian number: +359 (0)888.
fn international(digits: &str) -> String {
    match digits.strip_prefix(BULGARIA) {
        Some(rest) => format!("{BULGARIA}{}", rest.trim_start_matches('0')),
        None => digits.to_owned(),
    }
}
