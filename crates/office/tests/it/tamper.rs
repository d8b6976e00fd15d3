//! Somebody changes the files behind the back of the program. The log finds it, or the seal does.

use crate::tale::{Tale, sound};
use domain::{Id, RecordKind};
use office::OfficeError;
use office::audit::{Verdict, verify};
use rusqlite::{Connection, params};
use std::path::Path;
use testkit::house::{Engine, TestOffice, office};

/// Two people with a case each and a note that was changed twice.
struct Scene {
    people: [Id; 2],
    case: Id,
    note: Id,
}

fn scene(house: &TestOffice) -> Scene {
    let tale = Tale::new(house);
    let [(one, case), (two, _)] = ["Ана", "Бела"].map(|name| {
        let person = tale.person(&[("given_name", name), ("sex", "female"), ("phone", "0888 123 456")]);
        (person, tale.case(person, "victim", "2016-06-01"))
    });
    let note = tale.in_case(
        case,
        RecordKind::Note,
        &[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", "първо")],
    );
    tale.change(note, &[("text", "второ")]);
    tale.change(note, &[("text", "трето")]);
    Scene { people: [one, two], case, note }
}

fn database(dir: &Path) -> Connection {
    Connection::open(dir.join("pristan.db")).unwrap()
}

/// Builds the scene, lets `work` at the database while the office is closed, opens again.
fn tampered(work: impl FnOnce(&Connection, &Scene)) -> (TestOffice, Scene) {
    let house = office(Engine::Sqlite).unwrap();
    let scene = scene(&house);
    sound(&house);
    let house = house.while_closed(|dir| {
        let database = database(dir);
        work(&database, &scene);
    });
    (house, scene)
}

fn changed(database: &Connection, sql: &str, of: impl rusqlite::Params) {
    let rows = database.execute(sql, of).unwrap();
    assert!(rows > 0, "nothing was tampered with: {sql}");
}

fn found_at(house: &TestOffice) -> u64 {
    match verify(house).unwrap() {
        Verdict::Tampered { index, .. } => index,
        other => panic!("not found: {other:?}"),
    }
}

fn found_row(house: &TestOffice) -> Id {
    match verify(house).unwrap() {
        Verdict::RowChanged { id } => id,
        other => panic!("not found: {other:?}"),
    }
}

fn leaves(database: &Connection) -> i64 {
    database.query_row("select count(*) from audit", [], |row| row.get(0)).unwrap()
}

/// The control: opening the files with another program changes nothing, and nothing is found.
#[test]
fn a_look_alone_is_not_found() {
    let (house, _) = tampered(|database, _| assert!(leaves(database) > 8));
    sound(&house);
}

#[test]
fn an_edited_leaf_is_found() {
    let (house, _) = tampered(|database, _| {
        let leaf: Vec<u8> =
            database.query_row("select leaf from audit where idx = 5", [], |row| row.get(0)).unwrap();
        let mut other = leaf.clone();
        *other.last_mut().unwrap() ^= 1;
        changed(database, "update audit set leaf = ?1 where idx = 5", params![other]);
    });
    assert_eq!(found_at(&house), 5);
}

/// The one who knows the format gives the changed leaf its right hash: the next one does not follow.
#[test]
fn an_edited_leaf_with_its_hash_made_anew_is_found() {
    let (house, _) = tampered(|database, _| {
        let leaf: Vec<u8> =
            database.query_row("select leaf from audit where idx = 5", [], |row| row.get(0)).unwrap();
        let mut leaf = vault::log::Leaf::decode(&leaf).unwrap();
        leaf.actor = [3; 16];
        let bytes = leaf.encode().unwrap();
        let hash = vault::log::leaf_hash(&bytes);
        changed(database, "update audit set leaf = ?1, hash = ?2 where idx = 5", params![bytes, hash]);
    });
    assert_eq!(found_at(&house), 6);
}

/// The last leaf has none behind it: the head, which only the log key can make, does not fit.
#[test]
fn the_last_leaf_made_anew_is_found() {
    let (house, _) = tampered(|database, _| {
        let last = leaves(database) - 1;
        let leaf: Vec<u8> =
            database.query_row("select leaf from audit where idx = ?1", [last], |row| row.get(0)).unwrap();
        let mut leaf = vault::log::Leaf::decode(&leaf).unwrap();
        leaf.time_us += 1;
        let bytes = leaf.encode().unwrap();
        let hash = vault::log::leaf_hash(&bytes);
        changed(database, "update audit set leaf = ?1, hash = ?2 where idx = ?3", params![bytes, hash, last]);
        changed(database, "update audit_head set last = ?1", params![hash]);
    });
    found_at(&house);
}

#[test]
fn a_deleted_leaf_is_found() {
    let (house, _) = tampered(|database, _| changed(database, "delete from audit where idx = 7", []));
    assert_eq!(found_at(&house), 7);
}

#[test]
fn a_truncated_tail_is_found() {
    let (house, _) = tampered(|database, _| {
        let size = leaves(database);
        changed(database, "delete from audit where idx >= ?1", [size - 2]);
    });
    found_at(&house);
}

/// Tail and head cut to fit each other: the head is made under a key that is not in the database.
#[test]
fn a_truncated_tail_with_a_head_made_to_fit_is_found() {
    let (house, _) = tampered(|database, _| {
        let size = leaves(database) - 2;
        changed(database, "delete from audit where idx >= ?1", [size]);
        let mut frontier = vault::log::Frontier::default();
        let mut last = [0; 32];
        let mut hashes = database.prepare("select hash from audit order by idx").unwrap();
        for hash in hashes.query_map([], |row| row.get::<_, [u8; 32]>(0)).unwrap() {
            last = hash.unwrap();
            frontier.append(last);
        }
        changed(
            database,
            "update audit_head set size = ?1, last = ?2, frontier = ?3, root = ?4",
            params![size, last, frontier.to_bytes(), frontier.root()],
        );
    });
    found_at(&house);
}

#[test]
fn a_missing_head_is_found() {
    let (house, _) = tampered(|database, _| changed(database, "delete from audit_head", []));
    found_at(&house);
}

#[test]
fn swapped_leaves_are_found() {
    let (house, _) = tampered(|database, _| {
        changed(database, "update audit set idx = -1 where idx = 4", []);
        changed(database, "update audit set idx = 4 where idx = 5", []);
        changed(database, "update audit set idx = 5 where idx = -1", []);
    });
    assert_eq!(found_at(&house), 4);
}

/// Every column of a row in turn: no part of what the log wrote down can be changed unseen.
#[test]
fn every_changed_column_of_a_record_is_found() {
    let columns = [
        ("state", "'reintegration'"),
        ("on_date", "'2015-01-01'"),
        ("due_on", "'2015-01-01'"),
        ("number", "'999-9999'"),
        ("updated_at", "updated_at + 1"),
        ("created_at", "created_at + 1"),
        ("updated_by", "x'00000000000000000000000000000001'"),
        ("created_by", "x'00000000000000000000000000000001'"),
        ("assignee", "x'00000000000000000000000000000001'"),
        ("person_id", "x'00000000000000000000000000000001'"),
        ("parent_id", "x'00000000000000000000000000000001'"),
        ("organisation_id", "x'00000000000000000000000000000001'"),
        ("version", "version + 1"),
        ("kind", "'note'"),
        ("c1", "null"),
        ("c4", "x'00'"),
    ];
    let mut house = office(Engine::Sqlite).unwrap();
    let scene = scene(&house);
    let case = scene.case.0.to_vec();
    for (column, value) in columns {
        house = house.while_closed(|dir| {
            let database = database(dir);
            database.execute_batch("create table if not exists kept as select * from records").unwrap();
            changed(&database, &format!("update records set {column} = {value} where id = ?1"), [&case]);
        });
        assert_eq!(verify(&house).unwrap(), Verdict::RowChanged { id: scene.case }, "{column}");
        house = house.while_closed(|dir| {
            let restore = format!(
                "update records set {column} = (select {column} from kept where id = ?1) where id = ?1"
            );
            changed(&database(dir), &restore, [&case]);
        });
    }
    // The control: put back as it was, nothing is found.
    assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
}

#[test]
fn a_deleted_record_is_found() {
    let (house, scene) = tampered(|database, scene| {
        changed(database, "delete from records where id = ?1", [scene.note.0.to_vec()]);
    });
    assert_eq!(found_row(&house), scene.note);
}

#[test]
fn swapped_seals_do_not_open_and_are_found() {
    let (house, scene) = tampered(|database, scene| {
        let [one, two] = scene.people.map(|id| id.0.to_vec());
        let seal = |id: &Vec<u8>| -> Vec<u8> {
            database.query_row("select c3 from records where id = ?1", [id], |row| row.get(0)).unwrap()
        };
        let (first, second) = (seal(&one), seal(&two));
        changed(database, "update records set c3 = ?2 where id = ?1", params![one, second]);
        changed(database, "update records set c3 = ?2 where id = ?1", params![two, first]);
    });
    let ctx = Tale::new(&house).ctx;
    for person in scene.people {
        let read = office::records::view(&house, &ctx, person);
        assert!(matches!(read, Err(OfficeError::Sealed)), "another's identity must not open");
    }
    assert!(scene.people.contains(&found_row(&house)));
}

/// Keys swapped along with the seals: a key is bound to whom it belongs.
#[test]
fn seals_swapped_together_with_their_keys_do_not_open() {
    let (house, scene) = tampered(|database, scene| {
        let [one, two] = scene.people.map(|id| id.0.to_vec());
        for (table, column, name) in [("records", "c3", "id"), ("subject_keys", "key_id", "subject")] {
            let only = if table == "subject_keys" { " and compartment = 3" } else { "" };
            let read = |id: &Vec<u8>| -> Vec<u8> {
                let sql = format!("select {column} from {table} where {name} = ?1{only}");
                database.query_row(&sql, [id], |row| row.get(0)).unwrap()
            };
            let (first, second) = (read(&one), read(&two));
            let write = format!("update {table} set {column} = ?2 where {name} = ?1{only}");
            changed(database, &write, params![one, second]);
            changed(database, &write, params![two, first]);
        }
    });
    let ctx = Tale::new(&house).ctx;
    for person in scene.people {
        assert!(matches!(office::records::view(&house, &ctx, person), Err(OfficeError::Sealed)));
    }
}

#[test]
fn a_row_rolled_back_from_the_history_is_found() {
    let (house, scene) = tampered(|database, scene| {
        let id = scene.note.0.to_vec();
        changed(
            database,
            "update records set (version, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5) = \
             (select version, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5 \
              from history where id = ?1 and version = 2) where id = ?1",
            [&id],
        );
    });
    assert_eq!(found_row(&house), scene.note);
    // It opens, since it was once true: only the log knows better.
    assert_eq!(Tale::new(&house).values(scene.note).get("text"), Some("второ"));
}

/// Without the version's own blob: a seal is bound to its version.
#[test]
fn an_old_seal_in_a_newer_version_does_not_open() {
    let (house, scene) = tampered(|database, scene| {
        changed(
            database,
            "update records set c2 = (select c2 from history where id = ?1 and version = 2) where id = ?1",
            [scene.note.0.to_vec()],
        );
    });
    let ctx = Tale::new(&house).ctx;
    assert!(matches!(office::records::view(&house, &ctx, scene.note), Err(OfficeError::Sealed)));
    assert_eq!(found_row(&house), scene.note);
}

/// Who stands how to a case decides who sees it: a line let in through the back door is found.
#[test]
fn a_relation_let_in_by_the_back_door_is_found() {
    let (house, scene) = tampered(|database, scene| {
        changed(
            database,
            "insert into access (case_id, holder, relation, state, touched_at) values (?1, ?2, 'own', 'active', 1)",
            params![scene.case.0.to_vec(), vec![5u8; 16]],
        );
    });
    assert!(!matches!(verify(&house).unwrap(), Verdict::Sound { .. }));
    assert_eq!(found_row(&house), scene.case);
}

/// History is evidence: a version that was changed, or taken out, is found.
#[test]
fn a_changed_history_is_found() {
    for sql in [
        "update history set updated_by = x'00000000000000000000000000000001' where id = ?1 and version = 1",
        "update history set c2 = null where id = ?1 and version = 1",
        "delete from history where id = ?1 and version = 1",
    ] {
        let (house, scene) = tampered(|database, scene| changed(database, sql, [scene.note.0.to_vec()]));
        assert_eq!(found_row(&house), scene.note, "{sql}");
    }
}
