//! The pages as a browser meets them: the real router, a whole office behind it.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod anew;
#[cfg(test)]
mod canaries;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod furnish;
#[cfg(test)]
mod masks;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod shares;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod table;
#[cfg(test)]
mod town;
#[cfg(test)]
mod wire;
