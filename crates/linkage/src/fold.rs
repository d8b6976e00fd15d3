//! One sound for the many spellings of one name.

use crate::normalise::normalise;

/// Spellings of one sound, the longer before the shorter that begins alike. The right side is a code,
/// not a spelling: `c` is ts, `q` is ch, `x` is sh, `j` is zh, `i` is every i, y and j.
const SOUNDS: &[(&str, &str)] = &[
    ("tsch", "q"),
    // Russian spelling of щ; Bulgarian says sht.
    ("shch", "xt"),
    ("sch", "x"),
    ("tch", "q"),
    ("dzh", "dj"),
    // Hadjiev, Хаджиев.
    ("dj", "dj"),
    // Christo, Chloe: before r and l it was a Greek chi.
    ("chr", "hr"),
    ("chl", "hl"),
    ("ch", "q"),
    ("cz", "q"),
    ("ck", "k"),
    ("ce", "ce"),
    ("ci", "ci"),
    ("cy", "ci"),
    ("cv", "cv"),
    ("cw", "cv"),
    ("c", "k"),
    ("sh", "x"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("ts", "c"),
    ("tz", "c"),
    // French-taught passports: Roumen, Bouriana.
    ("ou", "u"),
    ("q", "k"),
    ("w", "v"),
    ("x", "ks"),
    ("y", "i"),
    ("j", "i"),
];

/// Sounds that hold at the beginning of a word only.
const FIRST: &[(&str, &str)] = &[
    // German: Zwetelina. A Bulgarian зв is written zv.
    ("zw", "cv"),
    // No Bulgarian name begins with the sound yi: Jivko is Живко.
    ("ji", "ji"),
    // Russian, Ukrainian and Serbian write and speak a glide that Bulgarian drops: Jekaterina, Yelena.
    ("je", "e"),
    ("ye", "e"),
    ("ie", "e"),
];

/// Sounds that hold at the end of a word only.
const LAST: &[(&str, &str)] = &[("off", "ov"), ("eff", "ev"), ("vic", "viq")];

/// The phonetic form of one word: spellings of one name in several scripts and schools of
/// transliteration fold alike, e.g. Йорданка, Yordanka, Jordanka, Iordanca.
///
/// The result is a code to compare, not to read, and is not to be folded again. A word that is not
/// normalised is normalised first.
#[must_use]
pub fn fold(word: &str) -> String {
    fold_normal(&normalise(word))
}

/// As [`fold`], for a word that [`normalise`] has made.
pub(crate) fn fold_normal(word: &str) -> String {
    let mut out = Sounds { text: String::with_capacity(word.len()), last: None };
    let mut rest = word;
    if let Some((sound, after)) = first_of(FIRST, rest) {
        out.push(sound);
        rest = after;
    }
    while let Some(letter) = rest.chars().next() {
        if let Some((_, sound)) =
            LAST.iter().find(|(spelling, _)| *spelling == rest && rest.len() < word.len())
        {
            out.push(sound);
            break;
        }
        if let Some((sound, after)) = first_of(SOUNDS, rest) {
            out.push(sound);
            rest = after;
        } else {
            out.push(letter.encode_utf8(&mut [0; 4]));
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    out.text
}

fn first_of<'a>(rules: &[(&str, &'static str)], rest: &'a str) -> Option<(&'static str, &'a str)> {
    rules.iter().find_map(|(spelling, sound)| rest.strip_prefix(spelling).map(|after| (*sound, after)))
}

struct Sounds {
    text: String,
    last: Option<char>,
}

impl Sounds {
    fn push(&mut self, sound: &str) {
        for c in sound.chars() {
            // Double letters are one sound; double digits are a number.
            if c.is_alphabetic() && self.last == Some(c) {
                continue;
            }
            self.text.push(c);
            self.last = Some(c);
        }
    }
}
