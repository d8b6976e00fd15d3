//! Comparing and guarding text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form in which labels and codes are compared: no diacritics, one kind of space, quote and dash, lower case.
/// Labels differ between the files of the standard in case, in trailing and in no-break spaces.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        let c = match c {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' => '\'',
            '\u{2010}'..='\u{2015}' => '-',
            '\u{feff}' | '\u{200b}' => continue,
            c => c,
        };
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(' ');
            gap = false;
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// [`fold`] for column headings, which also differ in spelling and carry marks.
pub fn fold_heading(text: &str) -> String {
    fold(text.trim_end_matches([' ', '\u{a0}', '*', ':'])).replace("organization", "organisation")
}

/// Letters and digits of an id alone: `prs_First_Name` is `prs_FirstName`.
pub fn fold_id(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// White space trimmed, no-break space and byte-order mark included.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Whether a spreadsheet program would take a CSV cell for a formula, apostrophes in front left aside.
fn looks_active(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Puts an apostrophe before a CSV cell that a spreadsheet program would execute. Text that already has
/// apostrophes before such a sign gets one more, so that [`unguard`] is the exact inverse.
pub fn guard(text: &str) -> std::borrow::Cow<'_, str> {
    if looks_active(text) { format!("'{text}").into() } else { text.into() }
}

/// Takes one apostrophe off again, if [`guard`] could have put it there.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_active(rest) => rest,
        _ => text,
    }
}

/// Edits between two short texts, counted up to and including `limit + 1`.
pub fn distance(a: &str, b: &str, limit: usize) -> usize {
    let b: Vec<char> = b.chars().collect();
    let a: Vec<char> = a.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let best = (diagonal + usize::from(ca != cb)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
