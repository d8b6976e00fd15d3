//! From what a file holds to a [`Cell`].

use jiff::civil::Date;

use super::standard::{Field, Kind};
use super::text::{distance, fold, trim};
use super::{Cell, Problem, dates, lists};

/// Longer than any narrative, short enough that a broken quote does not fill the memory twice.
pub const LONGEST_TEXT: usize = 100_000;

/// A cell as the file holds it.
pub enum Raw {
    Text(String),
    Number(f64),
    /// A number in a cell with a date format.
    Serial(f64),
    Bool(bool),
    Error,
    /// A formula whose result was never stored.
    Formula,
}

/// What the reading of a value depends on beside the value.
#[derive(Clone, Copy)]
pub struct Context {
    pub today: Date,
    pub is_1904: bool,
}

/// The value of `raw` in `field`; `None` when the cell is blank.
pub fn parse(field: &'static Field, raw: Raw, context: Context) -> Result<Option<Cell>, Problem> {
    match &raw {
        Raw::Text(t) if trim(t).is_empty() => return Ok(None),
        Raw::Text(t) if t.chars().nth(LONGEST_TEXT).is_some() => return Err(Problem::TooLong),
        Raw::Error => return Err(Problem::ErrorCell),
        Raw::Formula => return Err(Problem::FormulaWithoutValue),
        _ => {}
    }
    match field.kind {
        Kind::Date => date(field, raw, context).map(Cell::Date),
        Kind::Bool => yes_or_no(raw).map(Cell::Bool),
        Kind::Number => number(field, raw).map(Cell::Text),
        Kind::Text | Kind::Long => Ok(Cell::Text(text(raw, context))),
        Kind::CountryOrText => {
            let text = text(raw, context);
            Ok(match field.code(&text) {
                Some(code) => Cell::Codes(vec![code]),
                None => Cell::Text(text),
            })
        }
        Kind::Choice | Kind::Country | Kind::Language => codes(field, &text(raw, context)).map(Cell::Codes),
    }
    .map(Some)
}

/// Any cell as text: what a person sees in it, as nearly as the file tells.
pub fn text(raw: Raw, context: Context) -> String {
    match raw {
        Raw::Text(t) => trim(&t).to_owned(),
        // Phone and document numbers arrive as numbers; up to 15 digits they are exact.
        Raw::Number(n) => n.to_string(),
        Raw::Serial(n) => {
            dates::from_serial(n, context.is_1904).map_or_else(|_| n.to_string(), |d| d.to_string())
        }
        Raw::Bool(b) => if b { "TRUE" } else { "FALSE" }.to_owned(),
        Raw::Error | Raw::Formula => String::new(),
    }
}

fn date(field: &Field, raw: Raw, context: Context) -> Result<Date, Problem> {
    let date = match raw {
        Raw::Text(t) => dates::from_text(trim(&t), context.is_1904)?,
        Raw::Number(n) => dates::from_number(n, context.is_1904)?,
        Raw::Serial(n) => dates::from_serial(n, context.is_1904)?,
        Raw::Bool(_) | Raw::Error | Raw::Formula => return Err(Problem::NotADate),
    };
    dates::plausible(date, field.id.as_str() == "prs_Birthdate", context.today)
}

fn yes_or_no(raw: Raw) -> Result<bool, Problem> {
    match raw {
        Raw::Bool(b) => Ok(b),
        Raw::Number(1.0) => Ok(true),
        Raw::Number(0.0) => Ok(false),
        Raw::Text(t) => match fold(&t).as_str() {
            "true" | "yes" | "y" | "1" | "да" | "истина" | "x" | "☑" | "✓" => Ok(true),
            "false" | "no" | "n" | "0" | "не" | "неистина" | "☐" => Ok(false),
            _ => Err(Problem::NotYesOrNo),
        },
        _ => Err(Problem::NotYesOrNo),
    }
}

pub fn number(field: &Field, raw: Raw) -> Result<String, Problem> {
    let n = match raw {
        Raw::Number(n) => n,
        Raw::Text(t) => trim(&t).replace(',', ".").parse::<f64>().map_err(|_| Problem::NotANumber)?,
        _ => return Err(Problem::NotANumber),
    };
    let (range, whole) = match field.id.as_str() {
        "prs_NumberOfChildren" => (0.0..=40.0, true),
        "vic_AgeWhenTrafficked" => (0.0..=120.0, true),
        id if id.ends_with("Latitude") => (-90.0..=90.0, false),
        _ => (-180.0..=180.0, false),
    };
    if !n.is_finite() {
        return Err(Problem::NotANumber);
    }
    if !range.contains(&n) || (whole && n.fract() != 0.0) {
        return Err(Problem::OutOfRange);
    }
    // Minus zero would come back as another text.
    Ok((n + 0.0).to_string())
}

/// The codes in `text`: labels or codes joined with `;` (Excel), or codes joined with spaces (XLSForm).
///
/// Four labels of the industry list contain `; ` themselves, so the longest run of pieces that is a known label
/// wins: "Wholesale and retail trade; repair of motor vehicles and motorcycles; Construction" are two.
fn codes(field: &'static Field, text: &str) -> Result<Vec<&'static str>, Problem> {
    let pieces: Vec<&str> = text.split([';', '\n', '|']).map(trim).filter(|p| !p.is_empty()).collect();
    let mut found: Vec<&'static str> = Vec::new();
    let mut rest = pieces.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let run = (1..=rest.len().min(4)).rev().find_map(|n| {
            let (run, after) = rest.split_at_checked(n)?;
            field.code(&run.join("; ")).map(|code| (code, after))
        });
        if let Some((code, after)) = run {
            found.push(code);
            rest = after;
            continue;
        }
        let spaced: Option<Vec<_>> = first.split_whitespace().map(|c| field.code(c)).collect();
        found.extend(spaced.ok_or_else(|| unknown(field, first))?);
        rest = after;
    }
    let mut seen = Vec::with_capacity(found.len());
    for code in found {
        if !seen.contains(&code) {
            seen.push(code);
        }
    }
    match seen.len() {
        0 => Err(unknown(field, text)),
        1 => Ok(seen),
        _ if field.multiple => Ok(seen),
        _ => Err(Problem::SeveralChoices),
    }
}

fn unknown(field: &'static Field, text: &str) -> Problem {
    match field.kind {
        Kind::Country => {
            Problem::UnknownCountry { nearest: nearest(text, lists::countries().iter().map(|c| c.name)) }
        }
        Kind::Language => {
            Problem::UnknownLanguage { nearest: nearest(text, lists::languages().iter().map(|l| l.name)) }
        }
        _ => {
            Problem::UnknownChoice { nearest: nearest(text, field.choices.iter().map(|c| c.label.as_str())) }
        }
    }
}

/// The label within two slips of the finger, if there is one.
fn nearest(text: &str, labels: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let text = fold(text);
    let limit = match text.chars().count() {
        0..=3 => return None,
        4..=6 => 1,
        7..=80 => 2,
        _ => return None,
    };
    labels
        .map(|l| (distance(&text, &fold(l), limit), l))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, l)| l)
}
