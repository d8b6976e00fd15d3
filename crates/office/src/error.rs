//! Errors of the use cases. They know no HTTP and carry nothing sealed.

use domain::returns::GateStatus;
use domain::{FieldError, Record, Values};

/// Why a use case did not do what was asked.
#[derive(thiserror::Error)]
pub enum OfficeError {
    /// Does not exist, or may not be known to exist: the two look the same.
    #[error("not found")]
    NotFound,
    /// Fields to be corrected.
    #[error("{} fields to correct", .0.len())]
    Invalid(Vec<FieldError>),
    /// Somebody else saved in between: what stands there now.
    #[error("changed by somebody else")]
    Stale(Box<Stale>),
    /// A departure with unmet conditions.
    #[error("{} conditions are not met", .0.len())]
    Blocked(Vec<GateStatus>),
    /// The step does not fit the state (closing a closed case).
    #[error("not possible in this state")]
    WrongState,
    /// Login and password do not match, or the account is locked for now. Says no more than that.
    #[error("login and password do not match")]
    WrongLogin,
    /// Too many guesses: try again later, in so many seconds.
    #[error("too many attempts")]
    Wait(i64),
    /// Allowed, but only to somebody who has just signed in like this.
    #[error("a stronger sign-in is needed")]
    StepUp(domain::Assurance),
    /// Many guess at once: this attempt has to bring a little work, or wait.
    #[error("many attempts at once")]
    Crowded,
    /// Allowed, but no key at hand opens it: a name behind a passkey, a part that was not granted. The mask
    /// says which compartments.
    #[error("no key at hand opens this")]
    Locked(domain::Mask),
    /// Somebody who is to read this has not set up any keys yet.
    #[error("no keys have been set up")]
    NoKeys,
    /// This person is the last who can open some of what is locked: her access is ended only by somebody who has
    /// been told so and means it.
    #[error("the last who can open some of what is locked")]
    LastHolder,
    /// Allowed, but not yet: the account was made a short time ago.
    #[error("the account is too new for this")]
    TooNew,
    /// Allowed, but not today: this user has opened as many people's names as anybody may in a day.
    #[error("as many names as may be opened in a day")]
    TooMany,
    /// The clock of the server is wrong: nothing is written that depends on time.
    #[error("the clock of this machine does not fit what was seen before; see `pristan audit clock`")]
    Clock,
    /// A sealed value does not open: changed outside of the program, or the wrong key.
    #[error("a sealed value does not open")]
    Sealed,
    /// A file for somebody could not be put together.
    #[error("the file cannot be made")]
    Paper,
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// Both versions of a record that two people changed.
pub struct Stale {
    /// As it is saved now.
    pub theirs: Record,
    /// Who saved it.
    pub by: String,
    /// What this user wrote.
    pub mine: Values,
}

impl std::fmt::Debug for OfficeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Short for results of use cases.
pub type Result<T> = std::result::Result<T, OfficeError>;
