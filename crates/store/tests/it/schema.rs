//! The versions of the schema.

use crate::places::{MIGRATIONS, empty, ready, sqlite};
use store::{Migration, Sql, StoreError, Tx, params, sql};

static PUT_KEY: Sql = sql("insert into keystore.keys (id, wrapped) values ($1, $2)");
static KEYS: Sql = sql("select wrapped from keystore.keys where id = $1");

#[test]
fn migrations_run_once_and_reach_both_schemas() {
    for place in empty() {
        assert_eq!(place.store.schema_version(), Ok(0));
        assert_eq!(place.store.migrate(MIGRATIONS), Ok(2));
        assert_eq!(place.store.migrate(MIGRATIONS), Ok(0));
        assert_eq!(place.store.schema_version(), Ok(2));
        place.store.write("key", |tx| tx.execute(&PUT_KEY, params![[1_u8; 16], [2_u8; 40]])).unwrap();
        assert_eq!(place.again().migrate(MIGRATIONS), Ok(0));
        let key = place
            .store
            .read("key", |tx| tx.query_opt(&KEYS, params![[1_u8; 16]], |row| row.get::<[u8; 40]>(0)));
        assert_eq!(key, Ok::<_, StoreError>(Some([2; 40])));
        assert_eq!(place.store.integrity(), Ok(vec![]));
    }
}

#[test]
fn two_processes_may_start_at_once() {
    for place in empty().into_iter().filter(|place| place.database.is_some()) {
        let other = place.again();
        let done = std::thread::scope(|scope| {
            let here = scope.spawn(|| place.store.migrate(MIGRATIONS).unwrap());
            let there = scope.spawn(|| other.migrate(MIGRATIONS).unwrap());
            here.join().unwrap() + there.join().unwrap()
        });
        assert_eq!(done, 2);
    }
}

#[test]
fn a_schema_of_a_newer_program_is_left_alone() {
    for place in ready() {
        let old = place.store.migrate(&MIGRATIONS[..1]);
        assert_eq!(old, Err(StoreError::SchemaTooNew { found: 2, known: 1 }));
        place.add(1).unwrap();
    }
}

#[test]
fn an_edited_migration_is_found() {
    for place in ready() {
        let mut edited = MIGRATIONS.to_vec();
        edited[0].sql = "create table other (id bigint primary key not null) {strict}";
        assert_eq!(place.store.migrate(&edited), Err(StoreError::SchemaChanged(1)));
        let swapped = [MIGRATIONS[1], MIGRATIONS[0], Migration { version: 3, name: "", sql: "" }];
        assert_eq!(place.store.migrate(&swapped), Err(StoreError::SchemaChanged(1)));
    }
}

#[test]
fn a_migration_that_fails_leaves_nothing_behind() {
    for place in ready() {
        let mut longer = MIGRATIONS.to_vec();
        longer.push(Migration {
            version: 3,
            name: "half",
            sql: "create table half (id bigint primary key not null) {strict};
                  create table keystore.half (id bigint primary key not null) {strict};
                  create table notes (id bigint primary key not null) {strict};",
        });
        assert!(matches!(place.store.migrate(&longer), Err(StoreError::Database { .. })));
        assert_eq!(place.store.schema_version(), Ok(2));
        place.add(1).unwrap();
        longer[2].sql = "create table half (id bigint primary key not null) {strict};
                         create table keystore.half (id bigint primary key not null) {strict};";
        assert_eq!(place.store.migrate(&longer), Ok(1));
        assert_eq!(place.notes(), 1);
    }
}

#[test]
fn a_store_in_use_is_not_changed() {
    let place = sqlite();
    place.store.migrate(MIGRATIONS).unwrap();
    let mut longer = MIGRATIONS.to_vec();
    longer.push(Migration { version: 3, name: "late", sql: "create table late (id bigint) {strict}" });
    let busy = place.store.read("long", |_| Ok::<_, StoreError>(place.store.migrate(&longer)));
    assert_eq!(busy, Ok(Err(StoreError::Busy)));
    assert_eq!(place.store.migrate(&longer), Ok(1));
}

/// The real schema and every statement of the rooms.
#[test]
fn every_statement_compiles_on_both_engines() {
    for place in empty() {
        place.store.migrate(store::MIGRATIONS).unwrap();
        let mut wrong = Vec::new();
        for statement in store::statements() {
            if let Err(error) = place.store.explain(statement) {
                wrong.push(format!("{:?} {error}: {}", place.store.dialect(), statement.text()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
