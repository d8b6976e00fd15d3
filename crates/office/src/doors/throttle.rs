//! Guessing is slowed down, softly: by login, by where it comes from, and, when many guess at once, by a
//! little work that every attempt must bring. Nobody is locked out for good, and a passkey never waits.

use super::Caller;
use crate::{Office, OfficeError, Result};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
/// Guesses that cost nothing but themselves; each further one doubles the wait up to sixteen minutes. That is fewer
/// than a hundred a day (security design, attack 28).
const FREE_GUESSES: i64 = 5;
/// The same for one address: whole offices sit behind one.
const FREE_FROM_ONE_PLACE: i64 = 20;
/// So many wrong guesses in five minutes, over all logins, and every attempt must bring work.
const CROWD: usize = 30;
const CROWD_WINDOW_US: i64 = 5 * MINUTE_US;
/// Leading zero bits of SHA-256 over challenge and answer: some 32,000 digests, a second for a browser.
pub const WORK_BITS: u32 = 15;
/// Who cannot compute waits instead, in seconds.
pub const WORK_WAIT: i64 = 20;
/// A challenge is good for ten minutes.
const WORK_LIFE_US: i64 = 10 * MINUTE_US;
const PURPOSE: &str = "door work";
/// Entries of each table in memory; beyond that the oldest part is forgotten.
const BOUND: usize = 10_000;

/// At most two password hashes at a time, so that two cores never drown.
struct Semaphore(Mutex<usize>, Condvar);
static HASHES: Semaphore = Semaphore(Mutex::new(2), Condvar::new());
/// How many wait for one; beyond [`QUEUE`] a guess is turned away at once, so that those who wait never hold
/// every thread of the house.
static WAITING: AtomicUsize = AtomicUsize::new(0);
const QUEUE: usize = 16;

/// Wrong guesses and when the next one is weighed.
type Counted = HashMap<i64, (i64, i64)>;

/// What the door remembers of guesses, in memory and bounded; a restart forgets it. What is guessed at one login is
/// counted in the database beside it.
#[derive(Default)]
pub struct Throttle {
    places: Mutex<Counted>,
    wrong: Mutex<VecDeque<i64>>,
    spent: Mutex<HashMap<[u8; 16], i64>>,
    hashes: AtomicU64,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(table: &Mutex<Counted>, key: i64, value: (i64, i64)) {
    let mut all = locked(table);
    if all.len() >= BOUND {
        let late = value.1;
        all.retain(|_, (_, until)| *until > late - 15 * MINUTE_US);
        if all.len() >= BOUND {
            all.clear();
        }
    }
    all.insert(key, value);
}

fn doubling(beyond: i64) -> i64 {
    if beyond < 0 { 0 } else { MINUTE_US << beyond.min(4) }
}

/// How long to wait after so many wrong guesses at one login, microseconds.
fn wait_after(failed: i64) -> i64 {
    doubling(failed - FREE_GUESSES)
}

/// Counts an attempt at a login as a wrong one, before it is weighed. Gives the moment before which it is not
/// weighed, where that lies ahead.
pub(super) fn charge(office: &Office, login: i64, now: i64) -> Result<Option<i64>> {
    Ok(office.store.write("doors.guess", |tx| store::doors::guesses::charge(tx, login, now, wait_after))?)
}

impl Throttle {
    /// Runs one password hash, two at a time, and counts it: a test compares counts, not times.
    pub(super) fn hashing<T>(&self, work: impl FnOnce() -> T) -> T {
        WAITING.fetch_add(1, Ordering::Relaxed);
        let mut free = locked(&HASHES.0);
        while *free == 0 {
            free = HASHES.1.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        WAITING.fetch_sub(1, Ordering::Relaxed);
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let out = work();
        *locked(&HASHES.0) += 1;
        HASHES.1.notify_one();
        out
    }

    /// Do so many wait for a hash already that one more is turned away?
    pub(super) fn queue_full(&self) -> bool {
        WAITING.load(Ordering::Relaxed) >= QUEUE
    }

    /// Password hashes computed since the start.
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// Until when attempts from a place wait.
    pub(super) fn place_waits(&self, place: i64) -> i64 {
        locked(&self.places).get(&place).map_or(0, |(_, until)| *until)
    }

    /// Counts a wrong guess against where it came from and against the whole door. What was counted against a
    /// place is forgotten after a quiet quarter of an hour.
    pub(super) fn wrong(&self, place: i64, now: i64) {
        if place != 0 {
            let (failed, until) = locked(&self.places).get(&place).copied().unwrap_or((0, 0));
            let failed = if now - until > 15 * MINUTE_US { 1 } else { failed + 1 };
            put(&self.places, place, (failed, now + doubling(failed - FREE_FROM_ONE_PLACE)));
        }
        let mut wrong = locked(&self.wrong);
        wrong.push_back(now);
        while wrong.len() > CROWD * 4 {
            wrong.pop_front();
        }
    }

    /// Do many guess at once?
    #[must_use]
    pub fn crowded(&self, now: i64) -> bool {
        locked(&self.wrong).iter().filter(|at| now - **at < CROWD_WINDOW_US && **at <= now).count() >= CROWD
    }

    /// Takes a challenge: false the second time.
    fn spend(&self, id: [u8; 16], now: i64) -> bool {
        let mut spent = locked(&self.spent);
        if spent.len() >= BOUND {
            spent.retain(|_, at| now - *at < WORK_LIFE_US);
        }
        spent.len() < BOUND && spent.insert(id, now).is_none()
    }
}

/// May somebody who has not signed in ask to come back? Each question counts like a wrong guess: against where it
/// comes from, and against the whole door, so that a flood of them has to bring work.
///
/// # Errors
/// `Crowded` without the work that is asked while many ask; `Wait` where one place asks too often.
pub fn asked(office: &Office, now: i64, caller: &Caller, work: &str, answer: &str) -> Result<()> {
    let door = &office.doors.throttle;
    if door.crowded(now) && !worked(office, now, work, answer) {
        return Err(OfficeError::Crowded);
    }
    let until = door.place_waits(caller.place);
    if until > now {
        return Err(OfficeError::Wait((until - now) / SECOND_US + 1));
    }
    door.wrong(caller.place, now);
    Ok(())
}

/// A challenge for a form of the door: sealed, so that nothing needs to be remembered until it is used.
#[must_use]
pub fn challenge(office: &Office, now: i64) -> String {
    let id: [u8; 16] = vault::random::bytes();
    let plain = [id.as_slice(), &now.to_be_bytes()].concat();
    super::hex(&office.vault.seal_small(PURPOSE, &[], &plain))
}

/// Has the work been done, or waited for? Each challenge is good once.
pub(super) fn worked(office: &Office, now: i64, challenge: &str, answer: &str) -> bool {
    let opened = super::unhex(challenge).and_then(|blob| office.vault.open_small(PURPOSE, &[], &blob).ok());
    let Some(plain) = opened else { return false };
    let Some((id, at)) = plain.as_bytes().split_first_chunk::<16>() else { return false };
    let Ok(at) = <[u8; 8]>::try_from(at) else { return false };
    let age = now - i64::from_be_bytes(at);
    if !(0..WORK_LIFE_US).contains(&age) {
        return false;
    }
    let computed = answer.len() <= 32
        && zero_bits(&vault::sha256(format!("{challenge}:{answer}").as_bytes())) >= WORK_BITS;
    (computed || age >= WORK_WAIT * SECOND_US) && office.doors.throttle.spend(*id, now)
}

fn zero_bits(digest: &[u8]) -> u32 {
    let mut bits = 0;
    for byte in digest {
        bits += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_and_ends() {
        assert_eq!(wait_after(4), 0);
        assert_eq!(wait_after(5), MINUTE_US);
        assert_eq!(wait_after(6), 2 * MINUTE_US);
        assert_eq!(wait_after(100), 16 * MINUTE_US);
    }

    #[test]
    fn fewer_than_a_hundred_guesses_a_day_are_weighed() {
        let (mut weighed, mut now) = (0, 0);
        while now < 24 * 60 * MINUTE_US {
            weighed += 1;
            now += wait_after(weighed).max(1);
        }
        assert!((90..=100).contains(&weighed), "{weighed}");
    }

    #[test]
    fn a_crowd_is_many_within_five_minutes() {
        let door = Throttle::default();
        for n in 0..30 {
            assert!(!door.crowded(n));
            door.wrong(0, n);
        }
        assert!(door.crowded(30));
        assert!(!door.crowded(CROWD_WINDOW_US + 30), "and over again when they have gone");
    }

    #[test]
    fn one_place_is_slowed_and_another_is_not() {
        let door = Throttle::default();
        for n in 0..FREE_FROM_ONE_PLACE {
            assert!(door.place_waits(7) <= n, "after {n}");
            door.wrong(7, n);
        }
        assert!(door.place_waits(7) >= MINUTE_US && door.place_waits(8) == 0);
    }

    #[test]
    fn bits_are_counted_from_the_front() {
        assert_eq!(zero_bits(&[0x80, 0]), 0);
        assert_eq!(zero_bits(&[0, 1]), 15);
        assert_eq!(zero_bits(&[0, 0, 0]), 24);
    }
}
