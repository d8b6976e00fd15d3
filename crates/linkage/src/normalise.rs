//! One written form for one name.

use crate::script::latin;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical, is_combining_mark};

/// The class of the sign that silences a vowel in the scripts of India; it is part of the letter.
const VIRAMA: u8 = 9;

/// Brings text to lower-case Latin letters without marks, words parted by single spaces.
///
/// Cyrillic and Greek become Latin; compatibility forms (full width, ligatures) become plain; accents
/// go; apostrophes and invisible characters go. Scripts that are not written in Latin here (Arabic,
/// Devanagari, Chinese) stay, without their accents. Other punctuation stays as it is.
/// `normalise(&normalise(x)) == normalise(x)` for every text.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut out = Writer { text: String::with_capacity(text.len()), gap: false, before: ' ' };
    // Composed first: й typed as и and a breve must meet the table as one letter, not lose its breve.
    let mut letters = text.nfkc().flat_map(char::to_lowercase).nfc().filter(|c| !ignorable(*c)).peekable();
    while let Some(letter) = letters.next() {
        let last = !letters.peek().is_some_and(|next| next.is_alphanumeric() || is_combining_mark(*next));
        out.letter(letter, last);
    }
    out.text
}

/// The words of a text, normalised: runs of letters, digits and the vowel signs that belong to them.
pub(crate) fn words(text: &str) -> Vec<String> {
    normalise(text)
        .split(|c: char| !(c.is_alphanumeric() || is_combining_mark(c)))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

struct Writer {
    text: String,
    gap: bool,
    before: char,
}

impl Writer {
    fn letter(&mut self, letter: char, last: bool) {
        if letter.is_whitespace() || letter.is_control() {
            self.gap = !self.text.is_empty();
            self.before = ' ';
            return;
        }
        if letter == 'я' && last && self.before == 'и' {
            // The Act writes a final -ия as -ia: София, Sofia.
            self.push("a");
            self.before = letter;
        } else if let Some(spelling) = latin(letter) {
            self.spell(letter, spelling);
        } else {
            decompose_canonical(letter, |part| self.part(part));
        }
    }

    fn part(&mut self, part: char) {
        let class = canonical_combining_class(part);
        if class != 0 && class != VIRAMA {
            return;
        }
        if let Some(spelling) = latin(part) {
            self.spell(part, spelling);
        } else {
            self.push(part.encode_utf8(&mut [0; 4]));
            self.before = part;
        }
    }

    fn spell(&mut self, letter: char, spelling: &str) {
        let spelling = match (self.before, letter) {
            ('ο', 'υ') => "u",
            ('α' | 'ε' | 'η', 'υ') => "v",
            _ => spelling,
        };
        self.push(spelling);
        self.before = letter;
    }

    fn push(&mut self, text: &str) {
        if self.gap && !text.is_empty() {
            self.text.push(' ');
            self.gap = false;
        }
        self.text.push_str(text);
    }
}

/// Apostrophes, which people leave out, and characters that cannot be seen.
fn ignorable(c: char) -> bool {
    matches!(c, '\'' | '`' | '‘' | '’' | '‛' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | '′' | '＇' | '\u{ad}' | '\u{34f}'
        | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20dd}'..='\u{20e0}'
        | '\u{20e2}'..='\u{20e4}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn every_single_character_is_stable() {
        for c in '\0'..=char::MAX {
            let once = normalise(&format!("a{c}b {c}"));
            assert!(normalise(&once) == once, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn no_capital_of_the_known_scripts_is_left() {
        for c in ('\0'..='\u{52f}').filter(|c| c.is_uppercase()) {
            assert!(!normalise(&c.to_string()).chars().any(char::is_uppercase), "U+{:04X}", u32::from(c));
        }
    }
}
