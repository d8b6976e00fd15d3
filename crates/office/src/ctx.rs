//! What every use case is given: who acts, when, in which language. Time, randomness and new ids
//! come from here, never from the operating system.

use domain::{Actor, Date, Id};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use vault::Keyring;

/// The first argument of every use case.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// Microseconds since 1970, UTC.
    pub now: i64,
    /// The day it is where the programme works.
    pub today: Date,
    /// Reference number of the request, shown on error pages.
    pub request: [u8; 4],
    /// `bg` or `en`.
    pub lang: &'static str,
    /// Where new ids come from.
    pub ids: Ids,
    /// The keys that the session carries; empty for the server's own jobs, which see C0 and C1 alone.
    pub keys: Arc<Keyring>,
}

/// Source of ids: random, or counted from a seed so that a demo can be made twice the same.
#[derive(Debug, Clone)]
pub enum Ids {
    /// From the system's randomness.
    Random,
    /// From a counter: for demo data alone.
    Seeded(Arc<AtomicU64>),
}

impl Ctx {
    /// A new id: 48 bits of time in milliseconds, 80 random bits.
    #[must_use]
    pub fn id(&self) -> Id {
        let mut id = match &self.ids {
            Ids::Random => vault::random::bytes::<16>(),
            Ids::Seeded(counter) => {
                let n = counter.fetch_add(1, Ordering::Relaxed);
                let digest = vault::sha256(&n.to_be_bytes());
                let mut id = [0; 16];
                id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
                id
            }
        };
        let millis = u64::try_from(self.now / 1000).unwrap_or(0).to_be_bytes();
        id.iter_mut().zip(millis.iter().skip(2)).for_each(|(to, from)| *to = *from);
        Id(id)
    }

    /// The reference number of the request as people read it aloud: `7F2A-0184`.
    #[must_use]
    pub fn reference(&self) -> String {
        let [a, b, c, d] = self.request;
        format!("{a:02X}{b:02X}-{c:02X}{d:02X}")
    }
}
