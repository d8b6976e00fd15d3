//! Letters of other scripts as Latin letters. All keys are lower case.

/// The Latin spelling of a letter, or `None` when it stands for itself.
///
/// Cyrillic follows the Bulgarian streamlined system (Transliteration Act, 2009); letters that
/// Bulgarian lacks follow what their own countries print in passports, as far as the two agree.
/// Greek follows ELOT 743 letter by letter.
pub(crate) fn latin(letter: char) -> Option<&'static str> {
    cyrillic(letter).or_else(|| greek(letter)).or_else(|| special(letter))
}

fn cyrillic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' | 'ъ' | 'ѫ' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'ѣ' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' => "i",
        'й' | 'ь' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' | 'ѳ' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' | 'ћ' => "ch",
        'ш' => "sh",
        'щ' => "sht",
        'ю' => "yu",
        'я' => "ya",
        'ё' => "yo",
        'є' => "ye",
        'ї' => "yi",
        'ђ' => "dj",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'џ' => "dzh",
        'ѓ' => "gj",
        'ќ' => "kj",
        'ѕ' => "dz",
        _ => return None,
    })
}

fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

/// Latin letters that no decomposition brings to a plain one, and Arabic letters that differ by
/// keyboard alone (Persian, Urdu and Arabic code points of one letter).
fn special(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ð' | 'đ' | 'ɗ' | 'ɖ' => "d",
        'ł' | 'ƚ' => "l",
        'ß' => "ss",
        'ø' | 'ɔ' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'ı' | 'ɨ' => "i",
        'þ' => "th",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' | 'ǝ' | 'ɛ' => "e",
        'ɓ' => "b",
        'ƙ' | 'ĸ' => "k",
        'ƴ' => "y",
        'ɣ' => "g",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        // Stretches a word in print and has no sound.
        'ـ' => "",
        _ => return None,
    })
}
