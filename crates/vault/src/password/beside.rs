//! A second password beside the first, under the same salt: one computation tells which of the two was
//! typed, so that an account with a second password answers no later than one without.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Version};

use super::{MAX_BYTES, derived, verifier};
use crate::cipher::cannot_fail;
use crate::kdf::{Cost, Key32, argon2id};
use crate::people::Kek;
use crate::same;

/// What was typed.
pub enum Typed {
    /// Neither.
    Wrong,
    /// The first password, and the key of its unlock slot.
    First(Kek),
    /// The first password, stored in the form before there were slots: to be hashed anew, once.
    Outdated,
    /// The second.
    Second,
}

fn stored(phc: &str) -> Option<(PasswordHash, Cost)> {
    let stored = PasswordHash::new(phc).ok()?;
    let number = |name: &str| stored.params.get_decimal(name);
    let cost = Cost { m: number("m")?, t: number("t")?, p: number("p")? };
    let ours = stored.algorithm == ARGON2ID_IDENT || stored.algorithm == derived();
    (ours && stored.version == Some(Version::V0x13.into())).then_some((stored, cost))
}

fn key(password: &str, stored: &PasswordHash, cost: Cost) -> Option<Key32> {
    if password.len() > MAX_BYTES {
        return None;
    }
    argon2id(password.as_bytes(), stored.salt.as_ref()?, cost)
}

fn written(key: &Key32, salt: &[u8], cost: Cost) -> String {
    let mut params = ParamsString::new();
    for (name, value) in [("m", cost.m), ("t", cost.t), ("p", cost.p)] {
        cannot_fail(params.add_decimal(name, value));
    }
    PasswordHash {
        algorithm: derived(),
        version: Some(Version::V0x13.into()),
        params,
        salt: Some(cannot_fail(Salt::new(salt))),
        hash: Some(cannot_fail(Output::new(verifier(key).as_slice()))),
    }
    .to_string()
}

/// Which of an account's passwords was typed. One Argon2id, whatever the answer.
#[must_use]
pub fn which(password: &str, first: &str, second: Option<&str>) -> Typed {
    let Some((stored, cost)) = stored(first) else { return Typed::Wrong };
    let (Some(key), Some(hash)) = (key(password, &stored, cost), stored.hash.as_ref()) else {
        return Typed::Wrong;
    };
    let check = verifier(&key);
    let second = second.and_then(|phc| PasswordHash::new(phc).ok()?.hash);
    let is_second = second.is_some_and(|hash| same(check.as_slice(), hash.as_bytes()));
    if stored.algorithm == ARGON2ID_IDENT {
        return if same(key.as_slice(), hash.as_bytes()) { Typed::Outdated } else { Typed::Wrong };
    }
    match (same(check.as_slice(), hash.as_bytes()), is_second) {
        (true, _) => Typed::First(Kek::from_password(&key)),
        (false, true) => Typed::Second,
        (false, false) => Typed::Wrong,
    }
}

/// Hashes a password under the salt and cost of another one of the same account, and gives the key of its
/// slot. `None` when that one has the form before there were slots, whose salt must not be used again: what
/// is stored of it is the key itself.
#[must_use]
pub fn hash_beside(password: &str, first: &str) -> Option<(String, Kek)> {
    let (stored, cost) = stored(first)?;
    if stored.algorithm == ARGON2ID_IDENT {
        return None;
    }
    let key = key(password, &stored, cost)?;
    Some((written(&key, stored.salt.as_ref()?, cost), Kek::from_password(&key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{hash, unlock};

    #[test]
    fn tells_the_two_apart_and_from_all_others() {
        let first = hash("корабна камбана", Cost::fast());
        let second = hash_beside("тиха вода", &first).unwrap().0;
        assert_ne!(first, second);
        assert!(matches!(which("корабна камбана", &first, Some(&second)), Typed::First(_)));
        assert!(matches!(which("тиха вода", &first, Some(&second)), Typed::Second));
        assert!(matches!(which("тиха вода", &first, None), Typed::Wrong));
        assert!(matches!(which("нито едната", &first, Some(&second)), Typed::Wrong));
        // What lies in the database is the key of no slot.
        assert!(unlock("тиха вода", &second).is_some() && unlock("корабна камбана", &second).is_none());
    }

    #[test]
    fn the_old_form_gives_its_salt_to_nobody() {
        let old = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(matches!(which("password", old, None), Typed::Outdated));
        assert!(matches!(which("passworD", old, None), Typed::Wrong));
        assert!(hash_beside("anything", old).is_none());
    }
}
