//! How soon would a guesser come to this password?
//!
//! A list of leaked passwords is no use here: almost all of them are shorter than the 15 characters we ask
//! for. What people do when asked for more is to lengthen a common one, so the list (`common.txt`) holds
//! the pieces, and the rules hold the lengthening: joining, repeating, capitals and look-alikes, years,
//! dates and digits, rows of keys, the alphabet. The password is cut into pieces in the cheapest way, each
//! piece costs about the bits a guesser needs for it, and below a limit the password is refused. The list
//! with its rules thus stands for far more than the 3,000 entries that ASVS 6.2.4 asks for; a test counts.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Tenths of bits below which a password is common. Four words off the list, or three with some digits,
/// come out above.
const LIMIT: u32 = 330;
/// A word or name off the list, or the digits of one's PIN: one of about 500, and which letter is big.
const WORD: u32 = 100;
/// A row of keys or of the alphabet: where it starts, which way, how long.
const WALK: u32 = 70;
/// A year of the last 130 and the next few.
const YEAR: u32 = 70;
/// A day or a month.
const DAY: u32 = 35;
/// Going on with what came just before.
const REPEAT: u32 = 20;
/// A letter or sign with no pattern: less than the 47 of an even choice, as people do not choose evenly.
const LETTER: u32 = 33;
/// A character outside the alphabets of the list, of which there are thousands.
const RARE: u32 = 60;
const DIGIT: u32 = 33;
/// A mark between pieces costs nearly nothing.
const MARK: u32 = 10;

/// Rows that fingers run along, and alphabets: Latin, the Bulgarian standard and phonetic keyboards.
const ROWS: [&str; 15] = [
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "abcdefghijklmnopqrstuvwxyz",
    "yxcvbnm",
    "уеишщксдзц",
    "ьяаожгтнвм",
    "юйъэфхпрлб",
    "явертъуиопшщ",
    "асдфгхйкл",
    "зхцвбнм",
    "абвгдежзийклмнопрстуфхцчшщъьюя",
];

static WORDS: LazyLock<HashSet<Vec<char>>> = LazyLock::new(|| words().map(|w| w.chars().collect()).collect());

fn words() -> impl Iterator<Item = &'static str> {
    include_str!("common.txt").lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace)
}

/// The letter that a digit or sign stands for in words ("p4$$w0rd").
fn plain(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        other => other,
    }
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Only letters and digits, in small letters, look-alikes resolved.
fn bare(text: &str) -> String {
    lower(text).into_iter().map(plain).filter(|c| c.is_alphanumeric()).collect()
}

/// Whether the password holds one of the names, whole or a word of four letters or more of it.
pub(super) fn contains_any<'a>(password: &str, names: impl Iterator<Item = &'a str>) -> bool {
    let inside = bare(password);
    names.into_iter().any(|name| {
        let parts = name.split(|c: char| !c.is_alphanumeric());
        parts.chain([name]).map(bare).any(|part| part.chars().count() >= 4 && inside.contains(&part))
    })
}

/// Whether a guesser with the list and the rules comes to it soon.
pub(super) fn is_common(password: &str) -> bool {
    let chars = lower(password);
    let unparted: Vec<char> = chars.iter().copied().filter(|c| !parts(*c)).collect();
    price(&chars).min(price(&unparted)).min(price_of_one_period(&chars)) < LIMIT
}

/// Signs put between words and in dates.
fn parts(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | '-' | '_' | '/')
}

/// The password may be one piece written several times; then the piece is what has to be guessed.
fn price_of_one_period(chars: &[char]) -> u32 {
    let repeats = |n: &usize| chars.iter().zip(chars.iter().skip(*n)).all(|(a, b)| a == b);
    let half = chars.len() / 2;
    (1..=half).find(repeats).and_then(|n| chars.get(..n)).map_or(u32::MAX, |one| price(one) + REPEAT)
}

/// The cheapest way to write `chars` as a row of pieces, in tenths of bits.
fn price(chars: &[char]) -> u32 {
    let mut best = vec![0_u32];
    for end in 1..=chars.len() {
        let cheapest = (0..end)
            .rev()
            .take(40)
            .filter_map(|start| {
                let piece = chars.get(start..end)?;
                let before = chars.get(..start)?;
                Some(best.get(start)?.saturating_add(piece_price(before, piece)?))
            })
            .min();
        best.push(cheapest.unwrap_or(u32::MAX));
    }
    best.last().copied().unwrap_or(0)
}

fn piece_price(before: &[char], piece: &[char]) -> Option<u32> {
    if let [one] = piece {
        return Some(match one {
            c if before.last() == Some(c) => MARK,
            c if c.is_ascii_digit() => DIGIT,
            'a'..='z' | 'а'..='я' => LETTER,
            c if c.is_alphanumeric() => RARE,
            // One mark after a word is what people add; signs in a row are not.
            _ if before.last().is_some_and(|b| !b.is_alphanumeric()) => LETTER,
            _ => MARK,
        });
    }
    if before.ends_with(piece) {
        return Some(REPEAT);
    }
    if let Some(price) = date_part(piece) {
        return Some(price);
    }
    if piece.len() >= 3 && is_walk(piece) {
        return Some(WALK);
    }
    let unmasked: Vec<char> = piece.iter().copied().map(plain).collect();
    if WORDS.contains(piece) || WORDS.contains(&unmasked) { Some(WORD) } else { None }
}

/// A year from 1900 to 2039, or a day or month in two digits.
fn date_part(piece: &[char]) -> Option<u32> {
    let number: u32 = piece.iter().collect::<String>().parse().ok()?;
    match piece.len() {
        4 if (1900..2040).contains(&number) => Some(YEAR),
        2 if (1..=31).contains(&number) => Some(DAY),
        _ => None,
    }
}

fn is_walk(piece: &[char]) -> bool {
    let there: String = piece.iter().collect();
    let back: String = piece.iter().rev().collect();
    ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{PasswordProblem, check_new};

    #[test]
    fn the_list_and_its_rules_stand_for_thousands_of_long_passwords() {
        let list: Vec<&str> = words().collect();
        assert_eq!(list.len(), list.iter().collect::<HashSet<_>>().len(), "no word stands twice");
        assert!(list.iter().all(|w| **w == w.to_lowercase() && w.chars().count() >= 3));
        let mut seen = HashSet::new();
        for word in &list {
            let capital: String =
                word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
            for tail in ["", "!", "1", "123", "1234", "12345", "2024", "1985", "qwerty", "123456789012"] {
                for long in [
                    format!("{word}{word}{tail}"),
                    format!("{capital}{tail}{capital}{tail}"),
                    format!("{capital}{tail}"),
                ] {
                    if long.chars().count() >= 15 && !contains_any(&long, ["pristan", "пристан"].into_iter())
                    {
                        assert_eq!(check_new(&long, &[]), Err(PasswordProblem::TooCommon), "{long}");
                        seen.insert(long);
                    }
                }
            }
        }
        assert!(seen.len() >= 3_000, "only {}", seen.len());
    }

    #[test]
    fn random_letters_are_not_common() {
        for _ in 0..200 {
            let text: String =
                crate::random::bytes::<16>().iter().map(|b| char::from(b'a' + b % 26)).collect();
            assert!(!is_common(&text), "{text}");
        }
    }

    #[test]
    fn random_signs_and_digits_are_not_common() {
        for _ in 0..200 {
            let text: String =
                crate::random::bytes::<20>().iter().map(|b| char::from(b'!' + b % 94)).collect();
            assert!(!is_common(&text), "{text}");
        }
    }

    #[test]
    fn a_long_password_does_not_take_long_to_judge() {
        assert!(is_common(&"ab".repeat(128)));
    }
}
