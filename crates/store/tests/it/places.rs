//! Stores on both engines, with a schema of the tests' own.

use crate::pg;
use store::{Migration, Options, Sql, Store, StoreError, Tx, params, sql};
use tempfile::TempDir;

pub static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "notes",
        sql: "create table notes (id bigint primary key not null, body text, extra {blob}, flag {bool}, n bigint) {strict};
              create table keystore.keys (id {id} primary key not null, wrapped {blob} not null) {strict};",
    },
    Migration {
        version: 2,
        name: "links",
        sql: "create table links (id bigint primary key not null,
                note bigint not null references notes (id) deferrable initially deferred) {strict};
              create index links_note on links (note);",
    },
];

pub static ADD: Sql = sql("insert into notes (id, body) values ($1, $2)");
pub static COUNT: Sql = sql("select count(*) from notes");
/// Leads nowhere, and that is only looked at when the transaction commits.
pub static BAD_LINK: Sql = sql("insert into links (id, note) values ($1, 4711)");

/// A store and where it lives.
pub struct Place {
    pub store: Store,
    pub dir: Option<TempDir>,
    pub database: Option<pg::Database>,
}

impl Place {
    /// Another store on the same database, as another process would have it.
    pub fn again(&self) -> Store {
        match (&self.dir, &self.database) {
            (Some(dir), _) => Store::open_sqlite(&dir.path().join("data"), Options::default()).unwrap(),
            (_, Some(database)) => Store::open_postgres(database.url(), Options::default()).unwrap(),
            _ => unreachable!(),
        }
    }

    pub fn notes(&self) -> i64 {
        self.store.read("count", |tx| tx.query_one(&COUNT, params![], |row| row.get::<i64>(0))).unwrap()
    }

    pub fn add(&self, id: i64) -> Result<(), StoreError> {
        self.store.write("add", |tx| tx.execute(&ADD, params![id, "text"]).map(drop))
    }
}

pub fn sqlite() -> Place {
    let dir = TempDir::new().unwrap();
    let store = Store::open_sqlite(&dir.path().join("data"), Options::default()).unwrap();
    Place { store, dir: Some(dir), database: None }
}

pub fn postgres() -> Option<Place> {
    let database = pg::fresh_database()?;
    let store = Store::open_postgres(database.url(), Options::default()).unwrap();
    Some(Place { store, dir: None, database: Some(database) })
}

/// Empty databases of both engines.
pub fn empty() -> Vec<Place> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}

/// Databases of both engines with the schema above.
pub fn ready() -> Vec<Place> {
    let places = empty();
    for place in &places {
        assert_eq!(place.store.migrate(MIGRATIONS).unwrap(), 2);
    }
    places
}
