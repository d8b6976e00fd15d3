//! What tests share: databases on both engines.

pub mod pg;
