//! Tests that need whole processes.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod cli;
#[cfg(test)]
mod erased;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod place;
#[cfg(test)]
mod witness;
