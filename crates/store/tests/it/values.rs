//! What goes in comes out, on both engines.

use crate::places::{ADD, COUNT, ready};
use domain::Id;
use store::{Fault, Sql, StoreError, Tx, Value, params, sql};

#[test]
fn parameters_go_by_their_number() {
    static SWAPPED: Sql = sql("select $2, $1");
    for place in ready() {
        let read = place.store.read("swap", |tx| {
            tx.query_one(&SWAPPED, params!["first", "second"], |row| {
                Ok((row.get::<String>(0)?, row.get::<String>(1)?))
            })
        });
        assert_eq!(
            read,
            Ok::<_, StoreError>(("second".into(), "first".into())),
            "{:?}",
            place.store.dialect()
        );
    }
}

#[test]
fn every_type_comes_back_and_null_fits_everywhere() {
    static INSERT: Sql = sql("insert into notes (id, body, extra, flag, n) values ($1, $2, $3, $4, $5)");
    static SELECT: Sql = sql("select body, extra, flag, n from notes where id = $1");
    static NULLS: Sql =
        sql("select id from notes where n is null and body is null and flag is null and extra is null");
    let id = Id([7; 16]);
    for place in ready() {
        place
            .store
            .write("fill", |tx| {
                tx.execute(&INSERT, params![1_i64, "Мария", id, true, i64::MIN])?;
                tx.execute(&INSERT, params![2_i64, "", Vec::<u8>::new(), false, 0_i32])?;
                tx.execute(&INSERT, params![3_i64, None::<&str>, None::<Id>, None::<bool>, None::<i64>])?;
                tx.execute(&INSERT, params![4_i64, Value::Null, Value::Null, Value::Null, Value::Null])
            })
            .unwrap();
        place
            .store
            .read("see", |tx| -> Result<(), StoreError> {
                let one = tx.query_one(&SELECT, params![1_i64], |row| {
                    Ok((
                        row.get::<&str>(0)? == "Мария",
                        row.get::<Id>(1)?,
                        row.get::<bool>(2)?,
                        row.get::<i64>(3)?,
                    ))
                })?;
                assert_eq!(one, (true, id, true, i64::MIN));
                let two = tx.query_one(&SELECT, params![2_i64], |row| {
                    Ok((row.get::<Option<String>>(0)?, row.get::<Vec<u8>>(1)?, row.get::<bool>(2)?))
                })?;
                assert_eq!(two, (Some(String::new()), Vec::new(), false));
                let three = tx.query_one(&SELECT, params![3_i64], |row| {
                    Ok((
                        row.get::<Option<String>>(0)?,
                        row.get::<Option<[u8; 16]>>(1)?,
                        row.get::<Option<bool>>(2)?,
                        row.get::<Option<i64>>(3)?,
                    ))
                })?;
                assert_eq!(three, (None, None, None, None));
                assert_eq!(tx.query(&NULLS, params![], |row| row.get::<i64>(0))?.len(), 2);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn a_column_that_is_not_what_was_asked_for_is_an_error_of_its_own() {
    static SELECT: Sql = sql("select id, body, n from notes");
    for place in ready() {
        place.add(1).unwrap();
        place
            .store
            .read("see", |tx| -> Result<(), StoreError> {
                let text = tx.query_one(&SELECT, params![], |row| row.get::<String>(0));
                assert_eq!(text, Err(StoreError::Column(0)));
                let null = tx.query_one(&SELECT, params![], |row| row.get::<i64>(2));
                assert_eq!(null, Err(StoreError::Column(2)));
                let nothing = tx.query_one(&SELECT, params![], |row| row.get::<i64>(9));
                assert_eq!(nothing, Err(StoreError::Column(9)));
                let narrow = tx.query_one(&SELECT, params![], |row| row.get::<[u8; 16]>(1));
                assert_eq!(narrow, Err(StoreError::Column(1)));
                // None of them has spoiled the transaction.
                tx.query_one(&SELECT, params![], |row| row.get::<i64>(0)).map(drop)
            })
            .unwrap();
    }
}

#[test]
fn none_or_several_rows_are_not_one() {
    static SELECT: Sql = sql("select id from notes where id >= $1");
    for place in ready() {
        place.add(1).unwrap();
        place.add(2).unwrap();
        place
            .store
            .read("see", |tx| -> Result<(), StoreError> {
                let id = |row: &store::Row<'_>| row.get::<i64>(0);
                assert_eq!(tx.query_one(&SELECT, params![3_i64], id), Err(StoreError::NotOne));
                assert_eq!(tx.query_one(&SELECT, params![1_i64], id), Err(StoreError::NotOne));
                assert_eq!(tx.query_opt(&SELECT, params![1_i64], id), Err(StoreError::NotOne));
                assert_eq!(tx.query_opt(&SELECT, params![3_i64], id), Ok(None));
                assert_eq!(tx.query_one(&SELECT, params![2_i64], id), Ok(2));
                let mut seen = 0;
                tx.for_each(&SELECT, params![1_i64], |_| {
                    seen += 1;
                    Ok(false)
                })?;
                assert_eq!(seen, 1);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn an_error_names_no_value() {
    static SELECT: Sql = sql("select id from notes where body = $1");
    static FULL_TEXT: Sql = sql("select nothing from notes");
    const SECRET: &str = "Иванова 8205041234";
    for place in ready() {
        place.add(8_205_041_234).unwrap();
        let twice = place.store.write("twice", |tx| tx.execute(&ADD, params![8_205_041_234_i64, SECRET]));
        let error = twice.unwrap_err();
        assert!(error.is_duplicate(), "{error}");
        assert!(!format!("{error} {error:?}").contains("8205041234"));
        let wrong = place.store.read("wrong", |tx| tx.query(&SELECT, params![SECRET, 1_i64], |_| Ok(())));
        let wrong_type = place.store.write("wrong", |tx| tx.execute(&ADD, params![SECRET, SECRET]));
        for error in [wrong.unwrap_err(), wrong_type.unwrap_err()] {
            assert!(matches!(error, StoreError::Database { .. }), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("Иванова"));
        }
        // A statement that does not compile says what is wrong with it.
        let about = place.store.read("wrong", |tx| tx.query(&FULL_TEXT, params![], |_| Ok(())));
        match about.unwrap_err() {
            StoreError::Database { fault: Fault::Other, about, .. } => assert!(about.contains("nothing")),
            other => panic!("{other:?}"),
        }
        assert_eq!(format!("{:?}", Value::Text(SECRET)), "Text");
    }
}

#[test]
fn who_reads_cannot_write() {
    static SNEAK: Sql = sql("insert into notes (id) values (1) returning id");
    static SNEAK_KEY: Sql = sql("delete from keystore.keys returning id");
    for place in ready() {
        for sql in [&SNEAK, &SNEAK_KEY] {
            let tried = place.store.read("sneak", |tx| tx.query(sql, params![], |_| Ok(())));
            assert!(matches!(tried, Err(StoreError::Database { .. } | StoreError::Busy)), "{tried:?}");
        }
        assert_eq!(place.notes(), 0);
    }
}

#[test]
fn a_failed_statement_spoils_its_transaction_on_both_engines() {
    for place in ready() {
        let ended = place.store.write("spoil", |tx| -> Result<(), StoreError> {
            tx.execute(&ADD, params![1_i64, "a"])?;
            assert!(tx.execute(&ADD, params![1_i64, "b"]).is_err());
            assert!(tx.execute(&ADD, params![2_i64, "c"]).is_err());
            Ok(())
        });
        assert!(ended.unwrap_err().is_duplicate());
        assert_eq!(place.notes(), 0);
    }
}

#[test]
fn a_reader_sees_one_moment() {
    for place in ready() {
        place
            .store
            .read("moment", |tx| -> Result<(), StoreError> {
                let before: i64 = tx.query_one(&COUNT, params![], |row| row.get(0))?;
                place.add(1)?;
                let after: i64 = tx.query_one(&COUNT, params![], |row| row.get(0))?;
                assert_eq!((before, after), (0, 0));
                Ok(())
            })
            .unwrap();
        assert_eq!(place.notes(), 1);
    }
}

#[test]
fn plans_tell_an_index_from_a_walk() {
    static BY_INDEX: Sql = sql("select id from links where note = $1");
    static BY_WALK: Sql = sql("select id from notes where body = $1");
    for place in ready() {
        let walks = |sql| {
            let plan = place.store.explain(sql).unwrap();
            plan.contains("SCAN notes") || plan.contains("Seq Scan on notes")
        };
        assert!(!walks(&BY_INDEX));
        assert!(walks(&BY_WALK));
        place.store.explain(&ADD).unwrap();
    }
}
