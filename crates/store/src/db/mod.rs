//! The small synchronous facade over both engines: one SQL text, one kind of row, one kind of error.
//!
//! What differs between SQLite and PostgreSQL stands in `dialect`; nothing above this folder names
//! a database client.

mod backup;
pub(crate) mod dialect;
mod error;
mod gate;
mod meter;
mod options;
mod pool;
mod postgres;
mod session;
mod sqlite;
mod statement;
mod store;
mod tx;
mod value;
mod writer;

pub use backup::restore_sqlite;
pub use dialect::Dialect;
pub use error::{Fault, StoreError};
pub use meter::{Named, Stats};
pub use options::{Options, Synchronous};
pub use session::{Row, Session};
pub use statement::{Sql, sql};
pub use store::Store;
pub use tx::{ReadTx, Tx, WriteTx};
pub use value::{FromValue, Param, ToParam, Value};
pub(crate) use writer::Core;
