//! The vault from outside.

mod wycheproof;
