//! What is put into a search index, and what is asked of it.

use crate::fold::fold_normal;
use crate::normalise::words;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Pairs grow with the square of the words; a name has few words, a pasted page has many.
const PAIRED: usize = 6;
const ASKED: usize = 6;
const PREFIX: usize = 3;

/// What a token says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A whole word as [`crate::normalise`] writes it.
    Full,
    /// A whole word as [`crate::fold`] writes it.
    Phonetic,
    /// The first three characters of the folded word.
    Prefix,
    /// Two different folded words of one name, in alphabetical order, parted by a space.
    Pair,
}

impl TokenKind {
    /// A short word that is stored with a token and never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Phonetic => "phonetic",
            Self::Prefix => "prefix",
            Self::Pair => "pair",
        }
    }
}

/// One entry of a search index. It holds (part of) a name: no `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// What the text is.
    pub kind: TokenKind,
    /// Never empty.
    pub text: String,
}

impl Token {
    fn new(kind: TokenKind, text: String) -> Self {
        Self { kind, text }
    }

    fn prefix(folded: &str) -> Self {
        Self::new(TokenKind::Prefix, folded.chars().take(PREFIX).collect())
    }

    fn pair(a: &str, b: &str) -> Self {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        Self::new(TokenKind::Pair, format!("{a} {b}"))
    }
}

/// The tokens under which a person with these names is to be found, sorted, each once. Pairs are made
/// of the first six different words.
#[must_use]
pub fn tokens(parts: &[&str]) -> Vec<Token> {
    let mut out = BTreeSet::new();
    let mut paired: Vec<String> = Vec::new();
    for word in parts.iter().flat_map(|part| words(part)) {
        let folded = fold_normal(&word);
        out.insert(Token::prefix(&folded));
        if paired.len() < PAIRED && !paired.contains(&folded) {
            paired.push(folded.clone());
        }
        out.insert(Token::new(TokenKind::Phonetic, folded));
        out.insert(Token::new(TokenKind::Full, word));
    }
    out.extend(pairs(&paired));
    out.into_iter().collect()
}

/// The tokens to ask for, the rarest first, so that whoever asks may stop early. Of the text, the
/// first six different words count.
///
/// Several words: every pair, then every word by its sound, long words first. One word: as written, by
/// sound, and by its beginning when it is shorter than four folded letters.
#[must_use]
pub fn query_tokens(text: &str) -> Vec<Token> {
    let mut asked: Vec<String> = Vec::new();
    let mut full = Vec::new();
    for word in words(text) {
        let folded = fold_normal(&word);
        if !asked.contains(&folded) {
            asked.push(folded);
            full.push(word);
        }
        if asked.len() == ASKED {
            break;
        }
    }
    // Longer words are rarer. The sort is stable: words of one length keep the order of the text.
    let length = |word: &String| Reverse(word.chars().count());
    if let ([folded], [word]) = (asked.as_slice(), full.as_slice()) {
        let mut out =
            vec![Token::new(TokenKind::Full, word.clone()), Token::new(TokenKind::Phonetic, folded.clone())];
        if folded.chars().count() <= PREFIX {
            out.push(Token::prefix(folded));
        }
        return out;
    }
    asked.sort_by_key(length);
    let mut out = pairs(&asked);
    out.sort_by_key(|pair| length(&pair.text));
    out.extend(asked.into_iter().map(|folded| Token::new(TokenKind::Phonetic, folded)));
    out
}

fn pairs(words: &[String]) -> Vec<Token> {
    let mut out = Vec::new();
    for (place, a) in words.iter().enumerate() {
        out.extend(words.iter().skip(place + 1).map(|b| Token::pair(a, b)));
    }
    out
}
