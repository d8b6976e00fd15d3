//! A secret in the hands of several people: any k of n of them bring it back together, fewer learn nothing.
//!
//! Shamir's scheme over bytes, from `blahaj`, the repaired fork of `sharks` (whose polynomials could be
//! weak, RUSTSEC-2024-0398). Plain Shamir gives a wrong secret without a word when one share is wrong.
//! Therefore a [`Commitment`], which lies openly beside the sealed shares, holds a digest of the secret and
//! of every share: a share that was changed, comes from another set or is handed in twice is named before
//! anything is computed, however well its own checksum was forged. The digests give nothing away: secret and
//! shares are 256 random bits each.
//!
//! Whoever splits knows the secret anyway, so verifiable sharing against a false dealer would add nothing
//! here; and the dealer's work can be checked by anybody who may see the commitment ([`Commitment::check`]).
//!
//! A secret is split once. Two sets over one secret would let k officers of both sets together be fewer than
//! either set asks for; a new set means a new secret.

use std::convert::Infallible;

use blahaj::Sharks;
use rand_core::{TryCryptoRng, TryRng};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::cipher::mac;
use crate::{random, same};

/// The most shares of a set. More officers than that are no longer a circle that knows one another.
pub const MAX_SHARES: u8 = 16;
const VERSION: u8 = 1;
const SET: usize = 16;
const SUM: usize = 4;
const SHARE: usize = 1 + SET + 1 + 32 + SUM;

/// Why a secret was not split or did not come together. Places in the list of shares count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscrowError {
    /// Asked for fewer than two holders, for more than there are shares, or for too many shares.
    #[error("a secret is split into at most 16 shares, of which at least 2 are needed")]
    Threshold,
    /// Not a share: damaged, cut short or mistyped.
    #[error("the share is damaged")]
    DamagedShare,
    /// Not a commitment.
    #[error("the record of the shares is damaged")]
    DamagedCommitment,
    /// Fewer shares than the set needs.
    #[error("{have} shares of {need} are there")]
    TooFew {
        /// How many were given.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// This share belongs to another set.
    #[error("share {0} in the list belongs to another set")]
    Foreign(usize),
    /// This share is not what was handed out under its number.
    #[error("share {0} in the list is not the one that was handed out")]
    Wrong(usize),
    /// This share stands in the list already.
    #[error("share {0} in the list was given twice")]
    Duplicate(usize),
    /// The shares are right, the commitment to the secret is not theirs.
    #[error("the shares do not give the secret that was split")]
    OtherSecret,
}

/// One holder's part: 32 bytes, and to which set and place in it they belong. Wiped when dropped; it cannot
/// be printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Share {
    set: [u8; SET],
    number: u8,
    value: [u8; 32],
}

/// What is known openly of a set: its id, how many shares there are and are needed, and digests of the
/// secret and of each share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    set: [u8; SET],
    needed: u8,
    secret: [u8; 32],
    shares: Vec<[u8; 32]>,
}

/// Splits `secret`, 32 random bytes, into `shares` parts, any `needed` of which bring it back.
///
/// # Errors
/// [`EscrowError::Threshold`] unless 2 <= `needed` <= `shares` <= [`MAX_SHARES`].
pub fn split(secret: &[u8; 32], needed: u8, shares: u8) -> Result<(Commitment, Vec<Share>), EscrowError> {
    if needed < 2 || needed > shares || shares > MAX_SHARES {
        return Err(EscrowError::Threshold);
    }
    let set: [u8; SET] = random::bytes();
    let dealt: Vec<Share> = Sharks(needed)
        .dealer_rng(secret, &mut Random)
        .take(usize::from(shares))
        .map(|share| {
            let mut value = [0; 32];
            for (to, from) in value.iter_mut().zip(&share.y) {
                *to = from.0;
            }
            Share { set, number: share.x.0, value }
        })
        .collect();
    let digests = dealt.iter().map(Share::digest).collect();
    let commitment = Commitment { set, needed, secret: secret_digest(&set, secret), shares: digests };
    Ok((commitment, dealt))
}

/// Brings the secret back from `shares`, in any order. More than needed do no harm: all are checked.
///
/// # Errors
/// See [`EscrowError`]: the first share that does not belong is named before anything is computed.
pub fn combine(commitment: &Commitment, shares: &[Share]) -> Result<Zeroizing<[u8; 32]>, EscrowError> {
    for (at, share) in shares.iter().enumerate() {
        commitment.check(share).map_err(|problem| match problem {
            EscrowError::Foreign(_) => EscrowError::Foreign(at),
            _ => EscrowError::Wrong(at),
        })?;
        if shares.iter().take(at).any(|earlier| earlier.number == share.number) {
            return Err(EscrowError::Duplicate(at));
        }
    }
    let need = usize::from(commitment.needed);
    let few = EscrowError::TooFew { have: shares.len(), need };
    let used = shares.get(..need).ok_or(few)?;
    let points: Vec<blahaj::Share> = used
        .iter()
        .filter_map(|share| {
            let mut point = Zeroizing::new([0; 33]);
            let (number, value) = point.split_first_mut()?;
            *number = share.number;
            value.copy_from_slice(&share.value);
            blahaj::Share::try_from(point.as_slice()).ok()
        })
        .collect();
    let recovered = Zeroizing::new(Sharks(commitment.needed).recover(&points).map_err(|_| few)?);
    let mut secret = Zeroizing::new([0; 32]);
    for (to, from) in secret.iter_mut().zip(recovered.iter()) {
        *to = *from;
    }
    if same(&secret_digest(&commitment.set, &secret), &commitment.secret) {
        Ok(secret)
    } else {
        Err(EscrowError::OtherSecret)
    }
}

impl Share {
    /// Its number in the set, counting from 1.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number
    }

    /// The set it belongs to.
    #[must_use]
    pub fn set(&self) -> &[u8; 16] {
        &self.set
    }

    /// `version | set id (16) | number | value (32) | checksum (4)`, to be sealed for its holder.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SHARE));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.set);
        bytes.push(self.number);
        bytes.extend_from_slice(&self.value);
        let sum = self.checksum();
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// Reads a share.
    ///
    /// # Errors
    /// [`EscrowError::DamagedShare`] when it is not one, or its checksum is not right.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EscrowError> {
        let mut parts = Parts(bytes);
        let mut read = || -> Option<Self> {
            parts.take::<1>().filter(|[version]| *version == VERSION)?;
            let set = parts.take()?;
            let [number] = parts.take()?;
            let share = Self { set, number, value: parts.take()? };
            let sum = parts.take()?;
            (parts.0.is_empty() && number > 0 && share.checksum() == sum).then_some(share)
        };
        read().ok_or(EscrowError::DamagedShare)
    }

    /// Tells damage, without the commitment.
    fn checksum(&self) -> [u8; SUM] {
        self.mac("pristan share checksum v1").first_chunk().copied().unwrap_or_default()
    }

    fn digest(&self) -> [u8; 32] {
        self.mac("pristan share digest v1")
    }

    /// Keyed by the share itself: 256 random bits, so that its MAC can lie open.
    fn mac(&self, purpose: &str) -> [u8; 32] {
        mac(&self.value, &[purpose.as_bytes(), &self.set, &[self.number]])
    }
}

impl Commitment {
    /// The set's id.
    #[must_use]
    pub fn set(&self) -> &[u8; 16] {
        &self.set
    }

    /// How many shares it takes.
    #[must_use]
    pub fn needed(&self) -> u8 {
        self.needed
    }

    /// How many there are.
    #[must_use]
    pub fn shares(&self) -> u8 {
        u8::try_from(self.shares.len()).unwrap_or(u8::MAX)
    }

    /// Whether a share is one of this set, as it was handed out. For the holder's check, and for telling at
    /// once whose share is wrong.
    ///
    /// # Errors
    /// [`EscrowError::Foreign`] or [`EscrowError::Wrong`], with 0 for the one share there is.
    pub fn check(&self, share: &Share) -> Result<(), EscrowError> {
        if share.set != self.set {
            return Err(EscrowError::Foreign(0));
        }
        let index = usize::from(share.number).checked_sub(1);
        match index.and_then(|at| self.shares.get(at)) {
            Some(digest) if same(digest, &share.digest()) => Ok(()),
            _ => Err(EscrowError::Wrong(0)),
        }
    }

    /// `version | set id (16) | needed | digest of the secret (32) | digests of the shares (32 each)`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.set);
        bytes.push(self.needed);
        bytes.extend_from_slice(&self.secret);
        self.shares.iter().for_each(|digest| bytes.extend_from_slice(digest));
        bytes
    }

    /// Reads a commitment. It is only as good as the place it was kept in: keep it in the log as well.
    ///
    /// # Errors
    /// [`EscrowError::DamagedCommitment`] when it is not one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EscrowError> {
        let mut parts = Parts(bytes);
        let mut read = || -> Option<Self> {
            parts.take::<1>().filter(|[version]| *version == VERSION)?;
            let set = parts.take()?;
            let [needed] = parts.take()?;
            let secret = parts.take()?;
            let mut shares = Vec::new();
            while let Some(digest) = parts.take() {
                shares.push(digest);
            }
            let sane = (usize::from(needed)..=usize::from(MAX_SHARES)).contains(&shares.len()) && needed >= 2;
            (parts.0.is_empty() && sane).then_some(Self { set, needed, secret, shares })
        };
        read().ok_or(EscrowError::DamagedCommitment)
    }
}

fn secret_digest(set: &[u8; SET], secret: &[u8; 32]) -> [u8; 32] {
    mac(secret, &[b"pristan escrow secret v1", set])
}

/// What is still to be read.
struct Parts<'a>(&'a [u8]);

impl Parts<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }
}

/// The program's own randomness in the form the library asks for.
struct Random;

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(random::bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(random::bytes()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        random::fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Random {}

#[cfg(test)]
mod tests;
