//! A clock that does not go backwards. The highest time ever seen is kept in the database; what the wall
//! clock says is believed only where it fits. So nothing that has ended lives again because somebody set
//! the clock back, and a clock that leaps does not end everything at once.

use crate::{Ctx, Ids, Office, OfficeError, Result, audit};
use domain::{Mask, RecordKind};
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

/// So far back a clock may be and only stands still until it has caught up: two days, microseconds.
pub const BEHIND_US: i64 = 2 * 24 * 3600 * 1_000_000;
/// So far ahead nobody is away: ten years, microseconds.
pub const AHEAD_US: i64 = 3652 * 24 * 3600 * 1_000_000;
/// The highest time is written down at most so often.
const KEEP_US: i64 = 60 * 1_000_000;

/// Does the wall clock fit what was seen before?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockState {
    /// It does.
    Right,
    /// More than two days behind.
    Behind,
    /// More than ten years ahead.
    Ahead,
}

/// What the process remembers of time.
pub struct Clock {
    /// The highest time seen; `i64::MIN` before the database was asked.
    mark: AtomicI64,
    kept: AtomicI64,
    state: AtomicU8,
}

impl Default for Clock {
    fn default() -> Self {
        Self { mark: AtomicI64::new(i64::MIN), kept: AtomicI64::new(0), state: AtomicU8::new(0) }
    }
}

/// How a time fits the highest one seen (0 is none yet).
#[must_use]
pub fn judge(mark: i64, now: i64) -> ClockState {
    match mark {
        ..=0 => ClockState::Right,
        _ if now < mark.saturating_sub(BEHIND_US) => ClockState::Behind,
        _ if now > mark.saturating_add(AHEAD_US) => ClockState::Ahead,
        _ => ClockState::Right,
    }
}

impl Office {
    /// The highest time seen, microseconds since 1970; 0 when nothing was ever done here.
    ///
    /// # Errors
    /// The database.
    pub fn highest_time(&self) -> Result<i64> {
        let known = self.clock.mark.load(Ordering::Relaxed);
        if known != i64::MIN {
            return Ok(known);
        }
        let found = self.store.read("clock.mark", |tx| store::audit::head(tx))?.map_or(0, |h| h.clock);
        self.clock.kept.store(found, Ordering::Relaxed);
        self.clock.mark.fetch_max(found, Ordering::Relaxed);
        Ok(self.clock.mark.load(Ordering::Relaxed))
    }

    /// The time to work with: what the wall clock says, but never less than the highest time seen, and not
    /// an absurd one. Remembers it, and whether the wall clock fits.
    ///
    /// # Errors
    /// The database.
    pub fn time(&self, wall: i64) -> Result<i64> {
        let mark = self.highest_time()?;
        let state = judge(mark, wall);
        self.clock.state.store(state as u8, Ordering::Relaxed);
        if state != ClockState::Right {
            return Ok(mark);
        }
        self.clock.mark.fetch_max(wall, Ordering::Relaxed);
        if wall - self.clock.kept.load(Ordering::Relaxed) > KEEP_US && mark > 0 {
            self.clock.kept.fetch_max(wall, Ordering::Relaxed);
            // A disk that is full must not keep anybody from reading.
            if let Err(error) = self.store.write("clock.keep", |tx| store::audit::keep_clock(tx, wall)) {
                tracing::warn!(%error, "the time was not written down");
            }
        }
        Ok(wall.max(mark))
    }

    /// Whether the wall clock fitted when [`Office::time`] was last asked.
    #[must_use]
    pub fn clock_state(&self) -> ClockState {
        match self.clock.state.load(Ordering::Relaxed) {
            0 => ClockState::Right,
            1 => ClockState::Behind,
            _ => ClockState::Ahead,
        }
    }

    /// Writing depends on time: deadlines, consents, the order of versions. With a clock that does not fit
    /// nothing is written.
    pub(crate) fn fits_the_clock(&self, ctx: &Ctx) -> Result<()> {
        // A demo tells a story of the past.
        if matches!(ctx.ids, Ids::Seeded(_)) {
            return Ok(());
        }
        let right = self.clock_state() == ClockState::Right
            && judge(self.highest_time()?, ctx.now) == ClockState::Right;
        if right { Ok(()) } else { Err(OfficeError::Clock) }
    }

    /// A leaf was written at this time.
    pub(crate) fn saw(&self, now: i64) {
        if self.clock.mark.load(Ordering::Relaxed) != i64::MIN {
            self.clock.mark.fetch_max(now, Ordering::Relaxed);
            self.clock.kept.fetch_max(now, Ordering::Relaxed);
        }
    }
}

/// Says that the wall clock is right after all, and what was seen before was not: from now on it counts.
/// Written into the log. Whatever ended meanwhile by the wrong clock stays ended.
///
/// # Errors
/// The database.
pub fn accept(office: &Office, ctx: &Ctx) -> Result<()> {
    let leaf = crate::desk::Leaf {
        action: "clock.accept".to_owned(),
        kind: RecordKind::User.code(),
        objects: Vec::new(),
        cases: Vec::new(),
        mask: Mask::NONE,
        allowed: true,
        rule: "command-line",
        actor: ctx.actor,
        now: ctx.now,
        reason: None,
        before: None,
        after: None,
    };
    office.store.write("clock.accept", |tx| -> Result<()> {
        store::audit::reset_clock(tx, ctx.now)?;
        audit::append(office, tx, &[leaf])
    })?;
    office.clock.mark.store(ctx.now, Ordering::Relaxed);
    office.clock.kept.store(ctx.now, Ordering::Relaxed);
    office.clock.state.store(ClockState::Right as u8, Ordering::Relaxed);
    Ok(())
}
