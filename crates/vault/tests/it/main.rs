//! The vault from outside.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod anything;
#[cfg(test)]
mod token;
#[cfg(test)]
mod wycheproof;
