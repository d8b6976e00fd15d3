//! Stories of the use cases, on both engines.

mod canary;
mod canary_grep;
mod counted;
mod exchange;
mod story;
mod tale;
mod tamper;
mod together;
