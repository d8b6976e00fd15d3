//! A recovery code on paper: 128 random bits that open an account's keys when everything else is lost.
//!
//! ```text
//! 7 groups of 5:  dddd c  dddd c  dddd c  dddd c  dddd c  dddd c  dddd c
//! 28 letters d = 128 bits of secret + 12 bits of checksum over them; c = check letter of its group
//! ```
//!
//! It is typed by a person who has lost everything else, maybe read out by a second one. So the alphabet is
//! Crockford's (no I, L, O, U; these and their Cyrillic look-alikes are read as what they look like), every
//! group says by itself whether it is right, and the message can name the group. A check letter is a linear
//! code over the field of 32 elements: it finds every single wrong letter and every two letters that changed
//! places; the group's number goes into it, so groups in another order are found as well. What slips
//! through is caught by the checksum over the whole, all but once in 4096.
//!
//! Check letters and checksum follow from the 128 bits: they add nothing to what must be guessed and, on the
//! paper beside the secret, give nothing away.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{kdf, random};

/// Groups of a code.
pub const GROUPS: usize = 7;
/// Letters of a group, the last of them its check letter.
pub const LETTERS: usize = 5;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 128 bits. Wiped when dropped; shown only by [`RecoveryCode::reveal`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode([u8; 16]);

/// Why what was typed is no recovery code. Groups count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// There are more or fewer letters than a code has.
    #[error("a recovery code has 7 groups of 5 letters and digits")]
    Length,
    /// This group has a letter too many, one too few, or a sign that no code has.
    #[error("group {0} is not 5 letters and digits")]
    Letters(u8),
    /// This group has a typing error, or stands in another place than on the paper.
    #[error("group {0} was mistyped")]
    Group(u8),
    /// Every group is right by itself, the whole is not: groups of two codes, or several errors at once.
    #[error("the groups do not belong together")]
    Whole,
}

impl RecoveryCode {
    /// A new one. It is shown once and kept nowhere.
    #[must_use]
    pub fn generate() -> Self {
        let mut code = Self([0; 16]);
        random::fill(&mut code.0);
        code
    }

    /// Reads what was typed: capital or small letters, Latin or Cyrillic look-alikes, with spaces, hyphens
    /// or nothing between the groups.
    ///
    /// # Errors
    /// See [`RecoveryError`]; the first wrong group is named.
    pub fn parse(text: &str) -> Result<Self, RecoveryError> {
        let mut bits = Bits::new();
        for (index, group) in groups(text)?.iter().enumerate() {
            let number = u8::try_from(index + 1).unwrap_or(u8::MAX);
            let mut values = Zeroizing::new([0_u8; LETTERS]);
            if group.len() != LETTERS {
                return Err(RecoveryError::Letters(number));
            }
            for (to, letter) in values.iter_mut().zip(group.iter()) {
                *to = value(*letter).ok_or(RecoveryError::Letters(number))?;
            }
            let [data @ .., check] = *values;
            if check != check_letter(number, &data) {
                return Err(RecoveryError::Group(number));
            }
            for five in data {
                bits.push(five);
            }
        }
        let (secret, sum) = bits.split();
        let code = Self(secret);
        if code.checksum() == sum { Ok(code) } else { Err(RecoveryError::Whole) }
    }

    /// The code for paper: seven groups with hyphens. The only way to see it.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let all = u128::from_be_bytes(self.0);
        let sum = self.checksum();
        // 140 bits, five at a time: 25 fives and 3 bits of the secret, then the 12 of the checksum.
        let five = |n: usize| -> u8 {
            let low = |x: u128| u8::try_from(x & 31).unwrap_or(0);
            match n {
                0..25 => low(all >> (123 - 5 * n)),
                25 => low(all << 2) & 28 | low(u128::from(sum >> 10)),
                _ => low(u128::from(sum >> (5 * (27 - n)))),
            }
        };
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (LETTERS + 1)));
        for group in 0..GROUPS {
            if group > 0 {
                text.push('-');
            }
            let data = Zeroizing::new([0, 1, 2, 3].map(|n| five(group * 4 + n)));
            let check = check_letter(u8::try_from(group + 1).unwrap_or(u8::MAX), &data);
            for value in data.iter().chain([&check]) {
                text.push(char::from(ALPHABET.get(usize::from(*value)).copied().unwrap_or(b'0')));
            }
        }
        text
    }

    /// The key that seals what the code opens. 128 random bits need no slow derivation.
    #[must_use]
    pub fn kek(&self) -> Zeroizing<[u8; 32]> {
        let mut padded = Zeroizing::new([0; 32]);
        for (to, from) in padded.iter_mut().zip(self.0) {
            *to = from;
        }
        kdf::derive(&padded, &[b"recovery code v1"])
    }

    /// 12 bits over the whole.
    fn checksum(&self) -> u16 {
        let mut padded = Zeroizing::new([0; 32]);
        for (to, from) in padded.iter_mut().zip(self.0) {
            *to = from;
        }
        let [high, low, ..] = *kdf::derive(&padded, &[b"recovery code checksum v1"]);
        u16::from_be_bytes([high, low]) >> 4
    }
}

/// The letters of each group. Where the typed text shows its groups, a letter lost in one of them does not
/// shift the others.
fn groups(text: &str) -> Result<Vec<Zeroizing<Vec<char>>>, RecoveryError> {
    // No code is that long, and nobody is to make us count a book.
    if text.len() > 1024 {
        return Err(RecoveryError::Length);
    }
    let parts = text.split(separates).filter(|part| !part.is_empty());
    let mut found: Vec<_> = parts.map(|part| Zeroizing::new(part.chars().collect::<Vec<_>>())).collect();
    if found.len() != GROUPS {
        let all: Zeroizing<Vec<char>> =
            Zeroizing::new(found.iter().flat_map(|part| part.iter().copied()).collect());
        if all.len() != GROUPS * LETTERS {
            return Err(RecoveryError::Length);
        }
        found = all.chunks(LETTERS).map(|part| Zeroizing::new(part.to_vec())).collect();
    }
    Ok(found)
}

fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '_')
}

/// The number of a letter: Crockford's alphabet, and whatever looks like one of its letters.
fn value(letter: char) -> Option<u8> {
    let mut capitals = letter.to_uppercase();
    let capital = capitals.next().filter(|_| capitals.next().is_none())?;
    let latin = match capital {
        'O' | 'О' => '0',
        'I' | 'L' | 'І' => '1',
        'З' => '3',
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'Ј' => 'J',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Ѕ' => 'S',
        'Т' => 'T',
        'Х' => 'X',
        'У' => 'Y',
        other => other,
    };
    let at = ALPHABET.iter().position(|known| char::from(*known) == latin)?;
    u8::try_from(at).ok()
}

/// `number + 2*d1 + 4*d2 + 8*d3 + 16*d4` over the field of 32 elements, where 2 is a generator and adding is
/// XOR: each letter has a factor of its own, so a wrong letter or two in the wrong order change the sum.
fn check_letter(number: u8, data: &[u8; LETTERS - 1]) -> u8 {
    data.iter().rev().fold(0, |sum, value| doubled(sum ^ value)) ^ (number & 31)
}

/// Times 2, modulo x^5 + x^2 + 1.
fn doubled(value: u8) -> u8 {
    let twice = value << 1;
    if twice & 32 == 0 { twice } else { twice ^ 0b10_0101 }
}

/// 140 bits, gathered five at a time.
struct Bits(Zeroizing<[u8; 18]>, usize);

impl Bits {
    fn new() -> Self {
        Self(Zeroizing::new([0; 18]), 0)
    }

    fn push(&mut self, five: u8) {
        for shift in (0..5).rev() {
            if let Some(byte) = self.0.get_mut(self.1 / 8) {
                *byte |= (five >> shift & 1) << (7 - self.1 % 8);
            }
            self.1 += 1;
        }
    }

    /// The secret's 128 bits and the checksum's 12.
    fn split(&self) -> ([u8; 16], u16) {
        let secret = self.0.first_chunk::<16>().copied().unwrap_or_default();
        let rest = self.0.last_chunk::<2>().copied().unwrap_or_default();
        (secret, u16::from_be_bytes(rest) >> 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fixed() -> RecoveryCode {
        RecoveryCode(*b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff")
    }

    /// The error, as the code itself cannot be printed.
    fn refusal(text: &str) -> Option<RecoveryError> {
        RecoveryCode::parse(text).err()
    }

    #[test]
    fn the_form_never_changes() {
        // People have it on paper.
        let text = fixed().reveal();
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [5; 7]);
        let data: String = text.split('-').flat_map(|g| g.chars().take(4)).collect();
        assert!(data.starts_with("008J4CT4ANK7F24SNAXWSQFEZ"), "{data}: the secret in Crockford's base 32");
        assert_eq!(*text, PAPER);
        assert_eq!(crate::hex::encode(fixed().kek().as_slice()), PAPER_KEK);
    }

    // Computed apart from this program, with another implementation of HMAC.
    const PAPER: &str = "008J3-4CT4V-ANK7T-F24SY-NAXW7-SQFEB-ZWQRK";
    const PAPER_KEK: &str = "6f058726a870ba2a2c5566a446e146184e0ae7147804d4d19db484d1d489e42e";

    #[test]
    fn people_type_it_their_way() {
        let text = fixed().reveal();
        let cyrillic: String = text
            .chars()
            .map(|c| match c {
                'A' => 'А',
                'B' => 'в',
                'C' => 'С',
                'E' => 'е',
                'H' => 'Н',
                'K' => 'к',
                'M' => 'М',
                'P' => 'р',
                'T' => 'Т',
                'X' => 'х',
                'Y' => 'У',
                '0' => 'О',
                '1' => 'l',
                '3' => 'З',
                other => other,
            })
            .collect();
        assert_ne!(cyrillic, *text);
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('-', " – "),
            format!("  {}\n", text.replace('-', "\n")),
            text.replace('0', "o").replace('1', "I"),
            cyrillic,
        ] {
            assert_eq!(RecoveryCode::parse(&typed).ok().unwrap().0, fixed().0, "{typed}");
        }
    }

    #[test]
    fn every_wrong_letter_names_its_group() {
        let text = fixed().reveal();
        let mut wrong = 0;
        for (at, right) in text.char_indices().filter(|(_, c)| *c != '-') {
            for letter in ALPHABET.iter().map(|b| char::from(*b)).filter(|l| *l != right) {
                let mut typed = text.to_string();
                typed.replace_range(at..=at, &letter.to_string());
                let group = u8::try_from(at / 6 + 1).unwrap();
                assert_eq!(refusal(&typed), Some(RecoveryError::Group(group)), "{typed}");
                wrong += 1;
            }
        }
        assert_eq!(wrong, 35 * 31);
    }

    #[test]
    fn letters_and_groups_in_another_order_are_found() {
        let code = RecoveryCode::generate();
        let text = code.reveal();
        let groups: Vec<Vec<char>> = text.split('-').map(|g| g.chars().collect()).collect();
        let join = |g: &[Vec<char>]| g.iter().map(|g| g.iter().collect()).collect::<Vec<String>>().join("-");
        for group in 0..7 {
            for a in 0..5 {
                for b in (a + 1)..5 {
                    let mut typed = groups.clone();
                    typed[group].swap(a, b);
                    if typed != groups {
                        let number = u8::try_from(group + 1).unwrap();
                        assert_eq!(refusal(&join(&typed)), Some(RecoveryError::Group(number)));
                    }
                }
            }
            for other in (group + 1)..7 {
                let mut typed = groups.clone();
                typed.swap(group, other);
                let number = u8::try_from(group + 1).unwrap();
                assert_eq!(refusal(&join(&typed)), Some(RecoveryError::Group(number)));
            }
        }
    }

    #[test]
    fn missing_and_strange_letters() {
        let text = fixed().reveal();
        assert_eq!(refusal(""), Some(RecoveryError::Length));
        assert_eq!(refusal(&text[..text.len() - 6]), Some(RecoveryError::Length));
        assert_eq!(refusal(&text[..text.len() - 1]), Some(RecoveryError::Letters(7)));
        assert_eq!(refusal(&format!("{}7", &*text)), Some(RecoveryError::Letters(7)));
        assert_eq!(refusal(&text.replacen('0', "", 1)), Some(RecoveryError::Letters(1)));
        for sign in ["U", "Ж", "€", "ß", "\u{0}"] {
            let typed = format!("{sign}{}", &text[1..]);
            assert_eq!(refusal(&typed), Some(RecoveryError::Letters(1)), "{sign}");
        }
        assert_eq!(refusal(&"0".repeat(1_000_000)), Some(RecoveryError::Length));
    }

    #[test]
    fn groups_of_two_codes_do_not_make_a_third() {
        // Each group is sound and in its place; the checksum has to notice. Once in 4096 it may not.
        let mut found = 0;
        for _ in 0..64 {
            let (a, b) = (RecoveryCode::generate().reveal(), RecoveryCode::generate().reveal());
            found += usize::from(refusal(&format!("{}{}", &a[..18], &b[18..])) == Some(RecoveryError::Whole));
        }
        assert!(found >= 61, "{found}");
    }

    #[test]
    fn codes_and_keys_differ() {
        let (a, b) = (RecoveryCode::generate(), RecoveryCode::generate());
        assert_ne!(a.reveal(), b.reveal());
        assert_ne!(a.kek(), b.kek());
        assert_ne!(a.kek()[..16], a.0);
    }

    proptest! {
        #[test]
        fn what_was_printed_is_read_back(secret: [u8; 16]) {
            let code = RecoveryCode(secret);
            let again = RecoveryCode::parse(&code.reveal());
            prop_assert_eq!(again.ok().map(|c| c.0), Some(secret));
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in ".{0,80}") {
            if let Ok(code) = RecoveryCode::parse(&text) {
                prop_assert!(RecoveryCode::parse(&code.reveal()).is_ok());
            }
        }
    }
}
