//! HTCDS workbooks and CSV: the standard's pitfalls, the guards before opening, and what goes out coming back.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod big;
#[cfg(test)]
mod gotchas;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod support;
