//! Stories of the use cases, on both engines.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod canary;
#[cfg(test)]
mod canary_grep;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod federation;
#[cfg(test)]
mod roots;
#[cfg(test)]
mod story;
#[cfg(test)]
mod tale;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod together;
