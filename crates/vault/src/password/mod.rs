//! Passwords of accounts: hashing, checking, and refusing the guessable ones.
//!
//! NIST SP 800-63B-4 and OWASP ASVS 5.0 (6.2): 15 characters or more where a password is the only factor,
//! no rules about kinds of characters, no forced change, a list of what everybody tries first.

mod beside;
mod guess;

pub use beside::{Typed, hash_beside, which};

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Version};

use crate::cipher::cannot_fail;
use crate::kdf::{self, Cost, Key32, argon2id};
use crate::people::Kek;
use crate::{random, same};

/// Argon2id, and what is stored is a key derived from its result: the result itself opens the password's
/// unlock slot, so it must not lie in the database. Hashes written before that are plain `argon2id`.
fn derived() -> Ident {
    cannot_fail(Ident::new("argon2id-derived"))
}

fn verifier(key: &Key32) -> Key32 {
    kdf::derive(key, &[b"password verifier"])
}

/// The fewest characters (Unicode code points) of a new password.
pub const MIN: usize = 15;
/// The most. Long enough for any sentence; a bound at all so that nobody sends a book to be hashed.
pub const MAX: usize = 256;
/// The most bytes that are ever hashed at login: `MAX` characters of four bytes.
const MAX_BYTES: usize = 4 * MAX;

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer than [`MIN`] characters.
    #[error("the password is too short")]
    TooShort,
    /// More than [`MAX`] characters.
    #[error("the password is too long")]
    TooLong,
    /// Made of what is tried first: common words, names, dates, rows of keys, repetition.
    #[error("the password is too easy to guess")]
    TooCommon,
    /// Contains the login, the organisation's name or the program's.
    #[error("the password contains a name that others know")]
    ContainsContext,
}

/// Hashes a password with a new salt; the result is a PHC string. Takes a good part of a second at
/// [`Cost::PASSWORD`]: callers let only a few run at a time.
#[must_use]
pub fn hash(password: &str, cost: Cost) -> String {
    hash_and_key(password, cost).0
}

/// As [`hash`], with the key that the password's unlock slot is sealed under: one computation for both.
#[must_use]
pub fn hash_and_key(password: &str, cost: Cost) -> (String, Kek) {
    let salt: [u8; 16] = random::bytes();
    let key = cannot_fail(argon2id(password.as_bytes(), &salt, cost).ok_or(()));
    let mut params = ParamsString::new();
    for (name, value) in [("m", cost.m), ("t", cost.t), ("p", cost.p)] {
        cannot_fail(params.add_decimal(name, value));
    }
    let stored = PasswordHash {
        algorithm: derived(),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(cannot_fail(Salt::new(&salt))),
        hash: Some(cannot_fail(Output::new(verifier(&key).as_slice()))),
    }
    .to_string();
    (stored, Kek::from_password(&key))
}

/// Whether the password is the one. A string that is not one of ours, or whose cost no sane server would
/// have written, is a no.
#[must_use]
pub fn verify(password: &str, phc: &str) -> bool {
    check(password, phc).is_some()
}

/// What a right password gives.
pub enum Unlocked {
    /// The key of its unlock slot.
    Key(Kek),
    /// Right, but stored in the form before there were slots: to be hashed anew, once.
    Outdated,
}

/// Whether the password is the one, and the key of its slot: one computation for both, so that signing in
/// costs one Argon2 and no more.
#[must_use]
pub fn unlock(password: &str, phc: &str) -> Option<Unlocked> {
    let (key, outdated) = check(password, phc)?;
    Some(if outdated { Unlocked::Outdated } else { Unlocked::Key(Kek::from_password(&key)) })
}

fn check(password: &str, phc: &str) -> Option<(Key32, bool)> {
    let stored = PasswordHash::new(phc).ok()?;
    let number = |name: &str| stored.params.get_decimal(name);
    let cost = Cost { m: number("m")?, t: number("t")?, p: number("p")? };
    let outdated = stored.algorithm == ARGON2ID_IDENT;
    if (!outdated && stored.algorithm != derived())
        || stored.version != Some(Version::V0x13.into())
        || password.len() > MAX_BYTES
    {
        return None;
    }
    let key = argon2id(password.as_bytes(), stored.salt.as_ref()?, cost)?;
    let expected = stored.hash.as_ref()?;
    let right = if outdated {
        same(key.as_slice(), expected.as_bytes())
    } else {
        same(verifier(&key).as_slice(), expected.as_bytes())
    };
    right.then_some((key, outdated))
}

/// Whether the hash was made at another cost than `cost` and should be made anew at the next login.
#[must_use]
pub fn is_outdated(phc: &str, cost: Cost) -> bool {
    let Ok(stored) = PasswordHash::new(phc) else { return true };
    stored.algorithm != derived()
        || [("m", cost.m), ("t", cost.t), ("p", cost.p)]
            .into_iter()
            .any(|(name, value)| stored.params.get_decimal(name) != Some(value))
}

/// Does the work of [`verify`] for an account that does not exist, so that the time does not tell. `cost`
/// is the one that accounts are hashed with.
pub fn verify_dummy(password: &str, cost: Cost) {
    let bytes = password.as_bytes();
    let work = argon2id(bytes.get(..MAX_BYTES).unwrap_or(bytes), b"nobody's salt 16", cost);
    // Compared with something, as the real one is.
    std::hint::black_box(work.is_some_and(|key| same(key.as_slice(), &[0; 32])));
}

/// Checks a new password. `context` are words that others know: the login, the person's and the
/// organisation's names; the program's name is always among them.
///
/// # Errors
/// The first problem found.
pub fn check_new(password: &str, context: &[&str]) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length < MIN {
        return Err(PasswordProblem::TooShort);
    }
    if length > MAX {
        return Err(PasswordProblem::TooLong);
    }
    if guess::contains_any(password, context.iter().copied().chain(["pristan", "пристан"])) {
        return Err(PasswordProblem::ContainsContext);
    }
    if guess::is_common(password) { Err(PasswordProblem::TooCommon) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_verify_and_differ() {
        let (a, b) = (hash("корабна камбана", Cost::fast()), hash("корабна камбана", Cost::fast()));
        assert_ne!(a, b);
        assert!(a.starts_with("$argon2id-derived$v=19$m=64,t=1,p=1$"), "{a}");
        assert!(verify("корабна камбана", &a) && verify("корабна камбана", &b));
        assert!(!verify("корабна камбанА", &a) && !verify("", &a));
    }

    #[test]
    fn reads_what_the_reference_implementation_wrote() {
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify("password", phc));
        assert!(is_outdated(phc, Cost::PASSWORD));
        assert!(matches!(unlock("password", phc), Some(Unlocked::Outdated)));
        assert!(unlock("passworD", phc).is_none());
        let new = hash("password", Cost::fast());
        assert!(!is_outdated(&new, Cost::fast()) && is_outdated(&new, Cost::MASTER));
    }

    #[test]
    fn strange_hashes_are_a_no() {
        let good = hash("x", Cost::fast());
        for bad in [
            String::new(),
            "x".into(),
            good.replace("argon2id", "argon2i"),
            good.replace("v=19", "v=16"),
            good.replace("m=64", "m=4294967295"),
            good.replace("t=1", "t=4000000"),
            good[..good.rfind('$').unwrap()].into(),
        ] {
            assert!(!verify("x", &bad), "{bad}");
        }
        assert!(verify("x", &good));
        assert!(!verify(&"x".repeat(MAX_BYTES + 1), &good));
    }

    #[test]
    fn work_for_nobody_takes_any_text() {
        verify_dummy("anything", Cost::fast());
        verify_dummy(&"я".repeat(2_000), Cost::fast());
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(check_new("жълтокрилата чу", &[]), Ok(()));
        assert_eq!(check_new("жълтокрилата ч", &[]), Err(PasswordProblem::TooShort));
        let long: String = ('\u{4e00}'..).take(MAX).collect();
        assert_eq!(check_new(&long, &[]), Ok(()));
        assert_eq!(check_new(&format!("{long}x"), &[]), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn context_is_refused_however_it_is_dressed() {
        let context = ["d.koleva", "Фондация Маяк", "Десислава Колева"];
        for bad in [
            "wet-Pristan-gull-over",
            "мокър пристан чайка",
            "wet D.K0leva gull over",
            "зелен МАЯК над дюните",
            "gr1stan PR1ST4N morski",
        ] {
            assert_eq!(check_new(bad, &context), Err(PasswordProblem::ContainsContext), "{bad}");
        }
        assert_eq!(check_new("зелен покрив над дюните", &context), Ok(()));
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        for bad in [
            "passwordpassword",
            "P@ssw0rdP@ssw0rd!",
            "password12345678",
            "Password1234567890!",
            "aaaaaaaaaaaaaaaaaa",
            "123456789012345",
            "987654321987654",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc4rfv",
            "qwerty123456789",
            "яверъяверъяверъ",
            "парола1234567890",
            "парола парола парола",
            "Sofia1990Sofia1990",
            "georgi.georgiev.1985",
            "MariaPetrova1985!",
            "левски софия 1914",
            "iloveyouiloveyou",
            "correct horse battery staple",
            "abcdefghijklmnop",
            "абвгдежзийклмноп",
            "31.12.1999 01.01.2000",
            "letmeinletmein123",
            "welcome2024welcome",
            "               ",
            "!!!!!!!!!!!!!!!!!!!",
            "obicham te mnogo",
        ] {
            assert_eq!(check_new(bad, &[]), Err(PasswordProblem::TooCommon), "{bad}");
        }
    }

    #[test]
    fn what_a_person_invents_passes() {
        for good in [
            "three wet gulls on a tin roof",
            "кисело мляко в понеделник сутрин",
            "tXq9-vLm2-zRw7-bNk4",
            "moyata baba plete chorapi",
            "велосипедът скърца нагоре",
            "lampa-riba-oblak-stol",
            "爱丽丝在河边看见一只穿着背心的白兔子",
        ] {
            assert_eq!(check_new(good, &["d.koleva", "Маяк"]), Ok(()), "{good}");
        }
    }
}
