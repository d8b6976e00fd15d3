//! The keyring of a session: its user's halves and the role keys sealed to her, under the session's cookie.

use super::{Class, Half, Kek, PrivateKey, RoleAt, member_aad};
use crate::Targets;
use crate::cipher::{self, Canonical, SUITE, SealError};
use crate::kdf::{self, Key32};

/// A role key in the open.
pub struct RoleKey {
    /// Whose and which.
    pub at: RoleAt,
    /// The key.
    pub key: PrivateKey,
}

/// Everything a session can open: the user's own halves and the role keys sealed to them. Empty for the
/// server's own jobs, which see C0 and C1 alone.
#[derive(Default)]
pub struct Keyring {
    user: [u8; 16],
    halves: Vec<(Half, PrivateKey)>,
    roles: Vec<RoleKey>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// Of a user who has just signed in: the halves that his way of signing in opened.
    #[must_use]
    pub fn new(user: [u8; 16], halves: Vec<(Half, PrivateKey)>) -> Keyring {
        Keyring { user, halves, roles: Vec::new() }
    }

    /// Nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.halves.is_empty() && self.roles.is_empty()
    }

    /// A private half of the user's own.
    #[must_use]
    pub fn half(&self, half: Half) -> Option<&PrivateKey> {
        self.halves.iter().find(|(h, _)| *h == half).map(|(_, key)| key)
    }

    /// Takes a role key that was sealed to this user; says whether it opened.
    pub fn take(&mut self, at: RoleAt, sealed: &[u8]) -> bool {
        if self.role(&at).is_some() {
            return true;
        }
        let opened = self
            .half(at.class.half())
            .and_then(|half| half.open(member_aad(&at, &self.user).bytes(), sealed).ok());
        match opened {
            Some(key) => {
                self.roles.push(RoleKey { at, key: PrivateKey(key) });
                true
            }
            None => false,
        }
    }

    /// Takes a role key that was just made.
    pub fn put(&mut self, role: RoleKey) {
        if self.role(&role.at).is_none() {
            self.roles.push(role);
        }
    }

    /// Lets go of role keys that the user is no member of any more.
    pub fn keep(&mut self, still: impl Fn(&RoleAt) -> bool) {
        self.roles.retain(|role| still(&role.at));
    }

    /// Which role keys are in it.
    pub fn held(&self) -> impl Iterator<Item = RoleAt> + '_ {
        self.roles.iter().map(|role| role.at)
    }

    /// A role key.
    #[must_use]
    pub fn role(&self, at: &RoleAt) -> Option<&PrivateKey> {
        self.roles.iter().find(|role| role.at == *at).map(|role| &role.key)
    }

    /// The newest role key of a class.
    #[must_use]
    pub fn newest(&self, organisation: &[u8; 16], class: Class) -> Option<&RoleKey> {
        let of = self.roles.iter().filter(|r| r.at.class == class && r.at.organisation == *organisation);
        of.max_by_key(|role| role.at.epoch)
    }

    /// A blind search token under the organisation's own search key; nothing without that key.
    #[must_use]
    pub fn blind(&self, organisation: &[u8; 16], field: &str, token: &str) -> Option<i64> {
        let role = self.newest(organisation, Class::Search)?;
        let key = kdf::derive(&role.key.0, &[b"search"]);
        Some(cipher::code63(&cipher::mac(&key, &[organisation, field.as_bytes(), token.as_bytes()])))
    }

    /// What the tokens of an organisation's own index stand for; nothing without its search key.
    #[must_use]
    pub fn targets(&self, organisation: &[u8; 16]) -> Option<Targets> {
        let role = self.newest(organisation, Class::Search)?;
        Some(Targets::new(kdf::derive(&role.key.0, &[b"search target"])))
    }

    /// Everything in it, sealed under the cookie of its session.
    #[must_use]
    pub fn seal(&self, token: &str) -> Vec<u8> {
        let mut plain = zeroize::Zeroizing::new(Vec::with_capacity(16 + self.roles.len() * 60 + 72));
        plain.extend_from_slice(&self.user);
        plain.push(u8::try_from(self.halves.len()).unwrap_or(0));
        for (half, key) in &self.halves {
            plain.push(half.byte());
            plain.extend_from_slice(key.0.as_slice());
        }
        for RoleKey { at, key } in &self.roles {
            plain.extend_from_slice(&at.organisation);
            plain.push(at.class.byte());
            plain.extend_from_slice(&at.epoch.to_be_bytes());
            plain.extend_from_slice(key.0.as_slice());
        }
        let mut out = vec![SUITE];
        let aad = Canonical::new("pristan keyring v1");
        cipher::seal(&Kek::from_session_token(token).aead(), aad.bytes(), &plain, &mut out);
        out
    }

    /// Opens the keyring of a session with its cookie.
    ///
    /// # Errors
    /// Another cookie, another user, or changed.
    pub fn open(token: &str, user: &[u8; 16], sealed: &[u8]) -> Result<Keyring, SealError> {
        let rest = crate::keys::after_suite(sealed)?;
        let aad = Canonical::new("pristan keyring v1");
        let plain = cipher::open(&Kek::from_session_token(token).aead(), aad.bytes(), rest)?;
        let mut read = Reader(plain.as_bytes());
        let owner = read.take::<16>()?;
        if owner != *user {
            return Err(SealError::Tampered);
        }
        let mut keyring = Keyring::new(owner, Vec::new());
        let [count] = read.take::<1>()?;
        for _ in 0..count {
            let [half] = read.take::<1>()?;
            let half = Half::BOTH.into_iter().find(|h| h.byte() == half).ok_or(SealError::Malformed)?;
            keyring.halves.push((half, PrivateKey(Key32::new(read.take()?))));
        }
        while !read.0.is_empty() {
            let organisation = read.take()?;
            let [class] = read.take::<1>()?;
            let class = Class::from_byte(class).ok_or(SealError::Malformed)?;
            let epoch = i64::from_be_bytes(read.take()?);
            let key = PrivateKey(Key32::new(read.take()?));
            keyring.roles.push(RoleKey { at: RoleAt { organisation, class, epoch }, key });
        }
        Ok(keyring)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SealError> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(SealError::Malformed)?;
        self.0 = rest;
        Ok(*first)
    }
}
