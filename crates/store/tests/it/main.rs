//! The facade on both engines: the same tests, the same answers.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod backup;
#[cfg(test)]
mod commit;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod places;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod values;

// testkit stands above this crate, so its file is taken instead of the crate.
#[path = "../../../testkit/src/pg.rs"]
#[expect(dead_code, reason = "other crates use the rest")]
mod pg;
