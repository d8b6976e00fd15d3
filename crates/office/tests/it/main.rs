//! Stories of the use cases, on both engines.

// `cfg(test)` tells clippy that the helpers are test code too.
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod bound;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod canary_grep;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod device;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod epochs;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod erasure_together;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod federation;
#[cfg(test)]
mod glass;
#[cfg(test)]
mod glass_back;
#[cfg(test)]
mod glass_bound;
#[cfg(test)]
mod guesses;
#[cfg(test)]
mod hand;
#[cfg(test)]
mod legal;
#[cfg(test)]
mod log;
#[cfg(test)]
mod many;
#[cfg(test)]
mod moved;
#[cfg(test)]
mod outrun;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod roots;
#[cfg(test)]
mod shares;
#[cfg(test)]
mod shares_end;
#[cfg(test)]
mod story;
#[cfg(test)]
mod swapped;
#[cfg(test)]
mod swapped_scenes;
#[cfg(test)]
mod tale;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod together;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod ways;
#[cfg(test)]
mod worlds;
