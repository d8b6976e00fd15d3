//! The vault from outside.

#[cfg(test)]
mod wycheproof;
