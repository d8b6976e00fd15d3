//! A full disk: nothing is acknowledged, reading goes on, writing comes back by itself.

use crate::places::{ADD, MIGRATIONS, sqlite};
use std::time::Duration;
use store::{Sql, StoreError, Tx, params, sql};

static NO_ROOM: Sql = sql("pragma data.max_page_count = 1");
static ROOM: Sql = sql("pragma data.max_page_count = 1000000");
static BIG: Sql = sql("insert into notes (id, extra) values ($1, zeroblob(4000000))");

#[test]
fn a_full_disk_makes_the_store_read_only_until_there_is_room() {
    let place = sqlite();
    place.store.migrate(MIGRATIONS).unwrap();
    place.add(1).unwrap();
    assert!(!place.store.is_read_only());
    let full = place.store.write("full", |tx| {
        // The number of pages cannot sink below what is there, so no page can be added from here on.
        tx.query(&NO_ROOM, params![], |_| Ok(()))?;
        tx.execute(&ADD, params![2_i64, "small"])?;
        tx.execute(&BIG, params![3_i64])
    });
    assert_eq!(full, Err(StoreError::Full));
    assert!(place.store.is_read_only());
    assert_eq!(place.notes(), 1);
    // Somebody makes room; a probe finds out.
    let write = || {
        place.store.write("room", |tx| {
            tx.query(&ROOM, params![], |_| Ok(()))?;
            tx.execute(&ADD, params![4_i64, "small"])
        })
    };
    let mut refused = 0;
    while let Err(error) = write() {
        assert_eq!(error, StoreError::Full);
        refused += 1;
        assert!(refused < 1000);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!place.store.is_read_only());
    assert_eq!(place.notes(), 2);
    assert_eq!(place.store.integrity(), Ok(vec![]));
}
