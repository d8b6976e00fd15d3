//! Documents people hold: workbooks and CSV files that come in from partners and go out to them.
//!
//! Pure reading and writing: no database, no clock, no keys. What the rows mean for a case is decided a floor up.

pub mod htcds;
