//! The policy against a second opinion; see `cedar/oracle.rs`.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
#[path = "cedar/oracle.rs"]
mod oracle;
