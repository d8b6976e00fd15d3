//! How alike two registrations are, and why.

use crate::fold::fold_normal;
use crate::jaro::jaro_winkler;
use crate::normalise::words;

/// The side with fewer words is assigned over all its subsets: 2^6 states.
const FEW: usize = 6;
const MANY: usize = 64;
/// Two unrelated names share about this much by chance (-ova and -ov alone give 0.7); below it they have
/// nothing in common.
const CHANCE: f64 = 0.75;

/// What is known of a person. It holds a name: no `Debug`.
#[derive(Clone, Default)]
pub struct Candidate {
    /// Names in any script and order; one entry may hold several words.
    pub names: Vec<String>,
    /// ISO date of birth, perhaps cut short (`1999`, `1999-05`), perhaps with a leading `~` (about).
    pub birth: Option<String>,
    /// A personal or document number; case, spaces and punctuation do not count.
    pub identifier: Option<String>,
}

/// Why two registrations are alike or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The numbers are equal.
    SameIdentifier,
    /// Every word of both sides has its equal, at least by sound.
    SameName,
    /// Every word of the shorter side has its equal on the longer.
    PartOfName,
    /// The names are near, e.g. one letter apart.
    AlikeName,
    /// The full dates of birth are equal.
    SameBirth,
    /// The dates of birth agree as far as they are known.
    AgreeingBirth,
    /// Both dates of birth are full and differ.
    DifferentBirth,
}

impl Reason {
    /// A short word for messages and storage that never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SameIdentifier => "same-identifier",
            Self::SameName => "same-name",
            Self::PartOfName => "part-of-name",
            Self::AlikeName => "alike-name",
            Self::SameBirth => "same-birth",
            Self::AgreeingBirth => "agreeing-birth",
            Self::DifferentBirth => "different-birth",
        }
    }
}

/// A mark and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// 0 (nothing in common) to 100.
    pub value: u8,
    /// The grounds, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// How alike two registrations are; the order of the two does not matter.
///
/// Names give 0 to 100, dates of birth add or take away where both sides have one, and equal
/// identifiers give at least 95 whatever else is said.
#[must_use]
pub fn similarity(a: &Candidate, b: &Candidate) -> Score {
    let mut reasons = Vec::new();
    let same_identifier = match (number(a), number(b)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    };
    if same_identifier {
        reasons.push(Reason::SameIdentifier);
    }
    let (name, reason) = names(&folded(a), &folded(b));
    reasons.extend(reason);
    let mut value = name;
    if let (Some(x), Some(y)) = (birth(a), birth(b))
        && let Some((change, reason)) = births(&x, &y)
    {
        value += change;
        reasons.push(reason);
    }
    value = value.clamp(0, 100);
    if same_identifier {
        value = value.max(95);
    }
    Score { value: u8::try_from(value).unwrap_or(100), reasons }
}

fn number(candidate: &Candidate) -> Option<String> {
    let text = candidate.identifier.as_deref()?;
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (!plain.is_empty()).then_some(plain)
}

fn folded(candidate: &Candidate) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in candidate.names.iter().flat_map(|name| words(name)) {
        let word = fold_normal(&word);
        if !out.contains(&word) {
            out.push(word);
        }
        if out.len() == MANY {
            break;
        }
    }
    out
}

/// 0 to 100 and the ground for it.
fn names(a: &[String], b: &[String]) -> (i32, Option<Reason>) {
    // The tie is broken by the words themselves, so that the order of the two sides never matters.
    let (few, many) = if (a.len(), a) <= (b.len(), b) { (a, b) } else { (b, a) };
    let few = few.get(..FEW).unwrap_or(few);
    if few.is_empty() {
        return (0, None);
    }
    let count = whole(few.len());
    let more = whole(many.len()) - count;
    // In thousandths, so that the sum is exact and the same from both sides.
    let mean = assignment(few, many) / count;
    let value = match (count, more) {
        // One word names many people: even alone on both sides it is not proof.
        (1, 0) => mean * 85 / 1000,
        (1, _) => mean * 75 / 1000,
        _ => (mean / 10 - (2 * more).min(6)).max(0),
    };
    let reason = match mean {
        1000 if more == 0 => Some(Reason::SameName),
        1000 => Some(Reason::PartOfName),
        // Half: of two words one is equal, or both are near.
        500..1000 => Some(Reason::AlikeName),
        _ => None,
    };
    (value, reason)
}

/// The best sum of likeness, in thousandths, when each word of `few` gets a word of `many` of its own.
fn assignment(few: &[String], many: &[String]) -> i32 {
    // best[set] is the best sum with exactly the words of that set served.
    let mut best = vec![0_i32; 1 << few.len()];
    for word in many {
        let marks: Vec<i32> = few.iter().map(|own| likeness(own, word)).collect();
        // Larger sets first: a set is built on smaller ones that this word has not served yet.
        for set in (0..best.len()).rev() {
            let gained = marks
                .iter()
                .enumerate()
                .filter(|(bit, _)| set & (1 << bit) != 0)
                .filter_map(|(bit, mark)| best.get(set & !(1 << bit)).map(|base| base + mark))
                .max();
            if let (Some(gained), Some(place)) = (gained, best.get_mut(set)) {
                *place = gained.max(*place);
            }
        }
    }
    best.last().copied().unwrap_or_default()
}

/// Likeness of two folded words, 0 to 1000.
fn likeness(a: &str, b: &str) -> i32 {
    if a == b {
        return 1000;
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(a, b) || initial(b, a) {
        return 500;
    }
    let share = (jaro_winkler(a, b) - CHANCE) / (1.0 - CHANCE);
    // Words that differ never count as equal; the clamp makes the conversion exact.
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 990")]
    let mark = (share * 1000.0).clamp(0.0, 990.0) as i32;
    mark
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

struct Birth {
    about: bool,
    year: i32,
    month: Option<u8>,
    day: Option<u8>,
}

fn birth(candidate: &Candidate) -> Option<Birth> {
    let text = candidate.birth.as_deref()?.trim();
    let (about, text) = match text.strip_prefix('~') {
        Some(rest) => (true, rest.trim()),
        None => (false, text),
    };
    let mut parts = text.split('-');
    let year = parts.next()?.parse::<u16>().ok()?;
    let month = parts.next().map(str::parse).transpose().ok()?;
    let day = parts.next().map(str::parse).transpose().ok()?;
    if parts.next().is_some() {
        return None;
    }
    Some(Birth { about, year: i32::from(year), month, day })
}

/// What two dates of birth add to the mark; `None` when they say nothing.
fn births(a: &Birth, b: &Birth) -> Option<(i32, Reason)> {
    let years = (a.year - b.year).abs();
    if a.about || b.about {
        // An estimated age is seldom right to the year.
        return (years <= 2).then_some((5, Reason::AgreeingBirth));
    }
    let months = a.month.zip(b.month);
    let days = a.day.zip(b.day);
    let same = years == 0 && months.is_none_or(|(x, y)| x == y) && days.is_none_or(|(x, y)| x == y);
    match (months, days) {
        (Some(_), Some(_)) if same => Some((20, Reason::SameBirth)),
        (Some(_), Some(_)) => Some((-25, Reason::DifferentBirth)),
        (Some(_), None) if same => Some((12, Reason::AgreeingBirth)),
        _ if same => Some((8, Reason::AgreeingBirth)),
        _ => None,
    }
}
