//! Are these two registrations the same person?
//!
//! Names are written in several scripts and in several spellings: Йорданка, Yordanka, Jordanka,
//! Iordanca. This crate brings them to one form ([`normalise`]), to one sound ([`fold`]), to search
//! tokens ([`tokens`], [`query_tokens`]) and to a mark of likeness ([`similarity`]). Telephone numbers
//! are brought to one form by [`phone`].
//!
//! Everything is a pure function: no input or output, no clock, no randomness. The types that carry a
//! name ([`Token`], [`Candidate`]) have no `Debug`, so a name cannot slip into a log by way of `{:?}`.

mod fold;
mod jaro;
mod normalise;
mod phone;
mod script;
mod similarity;
mod tokens;

pub use fold::fold;
pub use normalise::normalise;
pub use phone::phone;
pub use similarity::{Candidate, Reason, Score, similarity};
pub use tokens::{Token, TokenKind, query_tokens, tokens};
