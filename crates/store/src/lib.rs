//! SQLite and PostgreSQL behind one SQL text: `store.read("name", |tx| ..)`, `store.write("name", |tx| ..)`.

mod db;
mod many;
mod migrate;

pub mod access;
pub mod audit;
pub mod bound;
pub mod doors;
pub mod erasure;
pub mod facts;
pub mod federation;
pub mod forms;
pub mod glass;
pub mod keys;
pub mod limits;
pub mod records;
pub mod roots;
pub mod settings;
pub mod shares;
pub mod tokens;

pub use db::{
    Dialect, Fault, FromValue, Named, Options, Param, ReadTx, Row, Session, Sql, Stats, Store, StoreError,
    Synchronous, ToParam, Tx, Value, WriteTx, restore_sqlite, sql,
};
pub use migrate::Migration;

/// Every migration of this program, in order.
pub static MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "house", sql: include_str!("schema/0001_house.sql") },
    Migration { version: 2, name: "roots", sql: include_str!("schema/0002_roots.sql") },
    Migration { version: 3, name: "log", sql: include_str!("schema/0003_log.sql") },
    Migration { version: 4, name: "doors", sql: include_str!("schema/0004_doors.sql") },
    Migration { version: 5, name: "authority", sql: include_str!("schema/0005_authority.sql") },
    Migration { version: 6, name: "erasure", sql: include_str!("schema/0006_erasure.sql") },
    Migration { version: 7, name: "oidc", sql: include_str!("schema/0007_oidc.sql") },
    Migration { version: 8, name: "glass", sql: include_str!("schema/0008_glass.sql") },
    Migration { version: 9, name: "lists", sql: include_str!("schema/0009_lists.sql") },
    Migration { version: 10, name: "bound", sql: include_str!("schema/0010_bound.sql") },
    Migration { version: 11, name: "over", sql: include_str!("schema/0011_over.sql") },
    Migration { version: 12, name: "bound_rows", sql: include_str!("schema/0012_bound_rows.sql") },
    Migration { version: 13, name: "limits", sql: include_str!("schema/0013_limits.sql") },
    Migration { version: 14, name: "bound_more", sql: include_str!("schema/0014_bound_more.sql") },
];

/// Every statement of every room, for the test that prepares them on both engines.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    [
        records::STATEMENTS,
        bound::STATEMENTS,
        roots::STATEMENTS,
        access::STATEMENTS,
        keys::STATEMENTS,
        tokens::STATEMENTS,
        facts::STATEMENTS,
        federation::STATEMENTS,
        audit::STATEMENTS,
        forms::STATEMENTS,
        doors::STATEMENTS,
        doors::factors::STATEMENTS,
        doors::guesses::STATEMENTS,
        limits::STATEMENTS,
        doors::recovery::STATEMENTS,
        settings::STATEMENTS,
        shares::STATEMENTS,
        erasure::STATEMENTS,
        glass::circle::STATEMENTS,
        glass::request::STATEMENTS,
        glass::notice::STATEMENTS,
        glass::note::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
