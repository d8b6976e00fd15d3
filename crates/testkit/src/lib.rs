//! What tests share: databases on both engines, and a whole office.

pub mod house;
pub mod pg;
