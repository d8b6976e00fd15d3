//! Group commit: what is acknowledged is there, what is refused is not, nobody waits for ever.

use crate::places::{ADD, BAD_LINK, Place, postgres, ready};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use store::{Sql, StoreError, Tx, params, sql};

static IDS: Sql = sql("select id from notes");

#[derive(Debug, PartialEq)]
enum Refused {
    ByRule,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Store(error)
    }
}

fn ids(place: &Place) -> BTreeSet<i64> {
    let ids = place.store.read("ids", |tx| tx.query(&IDS, params![], |row| row.get::<i64>(0)));
    ids.unwrap().into_iter().collect()
}

#[test]
fn many_threads_share_commits_and_lose_nothing() {
    for place in ready() {
        let acknowledged = Mutex::new(BTreeSet::new());
        let before = place.store.stats();
        std::thread::scope(|scope| {
            for thread in 0..32_i64 {
                let (place, acknowledged) = (&place, &acknowledged);
                scope.spawn(move || {
                    for i in 0..50 {
                        let id = thread * 1000 + i;
                        // Every seventh is refused after it wrote, every eleventh by the database.
                        let done = place.store.write("add", |tx| -> Result<i64, Refused> {
                            tx.execute(&ADD, params![id, "text"])?;
                            if id % 7 == 0 {
                                return Err(Refused::ByRule);
                            }
                            if id % 11 == 0 {
                                tx.execute(&ADD, params![id, "again"])?;
                            }
                            Ok(id)
                        });
                        match done {
                            Ok(id) => drop(acknowledged.lock().unwrap().insert(id)),
                            Err(Refused::ByRule) => assert_eq!(id % 7, 0),
                            Err(Refused::Store(error)) => assert!(error.is_duplicate(), "{error:?}"),
                        }
                    }
                });
            }
        });
        let acknowledged = acknowledged.into_inner().unwrap();
        assert!(acknowledged.len() > 1000);
        assert_eq!(ids(&place), acknowledged);
        let stats = place.store.stats();
        assert_eq!(stats.writes - before.writes, 1600);
        assert!(stats.commits - before.commits < 1600, "{} commits", stats.commits - before.commits);
        assert_eq!((stats.lost, stats.waiting), (0, 0));
        assert_eq!(stats.named["add"].count, 1600);
    }
}

/// Runs four closures in one batch; the first one holds the turn until the others wait for it.
fn in_one_batch(
    place: &Place,
    others: impl Fn(i64, &mut store::WriteTx<'_>) -> Result<(), StoreError> + Sync,
) -> Vec<std::thread::Result<Result<(), StoreError>>> {
    let (held, hold) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let first = scope.spawn(move || {
            catch_unwind(AssertUnwindSafe(|| {
                place.store.write("first", |tx| {
                    tx.execute(&ADD, params![1_i64, "text"])?;
                    held.send(()).unwrap();
                    while place.store.stats().waiting < 3 {
                        std::thread::yield_now();
                    }
                    Ok(())
                })
            }))
        });
        hold.recv().unwrap();
        let rest: Vec<_> = (2..5)
            .map(|id| {
                let others = &others;
                scope.spawn(move || {
                    catch_unwind(AssertUnwindSafe(|| place.store.write("other", |tx| others(id, tx))))
                })
            })
            .collect();
        std::iter::once(first).chain(rest).map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_commit_that_fails_is_an_error_for_everybody_in_it() {
    for place in ready() {
        let answers = in_one_batch(&place, |id, tx| match id {
            3 => tx.execute(&BAD_LINK, params![id]).map(drop),
            _ => tx.execute(&ADD, params![id, "text"]).map(drop),
        });
        for answer in answers {
            assert_eq!(answer.unwrap(), Err(StoreError::Commit));
        }
        assert_eq!(ids(&place), BTreeSet::new());
        assert_eq!(place.store.stats().lost, 1);
        place.add(9).unwrap();
        assert_eq!(ids(&place), BTreeSet::from([9]));
    }
}

#[test]
fn followers_that_are_refused_or_panic_do_not_harm_the_others() {
    for place in ready() {
        let before = place.store.stats().commits;
        let answers = in_one_batch(&place, |id, tx| {
            tx.execute(&ADD, params![id, "text"])?;
            match id {
                2 => Ok(()),
                3 => Err(StoreError::NotOne),
                _ => panic!("a fault in a use case"),
            }
        });
        let kinds: Vec<_> = answers.iter().map(|a| a.as_ref().ok().cloned()).collect();
        assert_eq!(kinds, [Some(Ok(())), Some(Ok(())), Some(Err(StoreError::NotOne)), None]);
        assert_eq!(ids(&place), BTreeSet::from([1, 2]));
        assert_eq!(place.store.stats().commits - before, 1);
        place.add(9).unwrap();
    }
}

#[test]
fn a_reader_that_panics_leaves_the_store_usable() {
    for place in ready() {
        for _ in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                place.store.read("panic", |_| -> Result<(), StoreError> { panic!("a fault in a use case") })
            }));
            assert!(panicked.is_err());
        }
        assert_eq!(place.notes(), 0);
    }
}

#[test]
fn a_write_within_a_write_is_refused_and_not_waited_for() {
    for place in ready() {
        let inner = place.store.write("outer", |_| Ok::<_, StoreError>(place.add(1)));
        assert_eq!(inner, Ok(Err(StoreError::Busy)));
        place.add(1).unwrap();
    }
}

static READ: Sql = sql("select n from notes where id = 1");
static SET: Sql = sql("update notes set n = $1 where id = 1");

/// Adds one by reading and writing back, the way a use case changes a record.
fn count_up(store: &store::Store, times: i64) {
    for _ in 0..times {
        let done = store.write("count", |tx| -> Result<(), StoreError> {
            let n: i64 = tx.query_one(&READ, params![], |row| row.get(0))?;
            tx.execute(&SET, params![n + 1]).map(drop)
        });
        done.unwrap();
    }
}

#[test]
fn no_update_is_lost_between_threads_nor_between_processes() {
    for place in ready() {
        place.add(1).unwrap();
        place.store.write("zero", |tx| tx.execute(&SET, params![0_i64])).unwrap();
        let other = place.again();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| count_up(&place.store, 25));
                scope.spawn(|| count_up(&other, 25));
            }
        });
        let n: i64 = place.store.read("n", |tx| tx.query_one(&READ, params![], |row| row.get(0))).unwrap();
        assert_eq!(n, 200);
    }
}

#[test]
fn broken_connections_are_replaced() {
    let Some(place) = postgres() else { return };
    place.store.migrate(crate::places::MIGRATIONS).unwrap();
    place.add(1).unwrap();
    assert_eq!(place.notes(), 1);
    place.database.as_ref().unwrap().break_connections().unwrap();
    place.add(2).unwrap();
    assert_eq!(place.notes(), 2);
    // In the middle of a transaction nothing may be kept.
    let broken = place.store.write("broken", |tx| {
        tx.execute(&ADD, params![3_i64, "text"])?;
        place.database.as_ref().unwrap().break_connections().unwrap();
        tx.execute(&ADD, params![4_i64, "text"])
    });
    assert_eq!(broken, Err(StoreError::Commit));
    assert_eq!(place.notes(), 2);
    place.add(3).unwrap();
}

/// A wait for a standby that is cancelled shows as a warning during an otherwise happy commit. A
/// trigger that fires at the commit warns the same way.
#[test]
fn a_warning_during_the_commit_is_a_failure() {
    let Some(place) = postgres() else { return };
    place.store.migrate(crate::places::MIGRATIONS).unwrap();
    let mut side = place.database.as_ref().unwrap().connect().unwrap();
    side.batch_execute(
        "create function warn() returns trigger language plpgsql as
           $$ begin if new.id = 13 then raise warning 'not replicated'; end if; return null; end $$;
         create constraint trigger warns after insert on notes deferrable initially deferred
           for each row execute function warn()",
    )
    .unwrap();
    place.add(12).unwrap();
    assert_eq!(place.add(13), Err(StoreError::Commit));
    place.add(14).unwrap();
}
