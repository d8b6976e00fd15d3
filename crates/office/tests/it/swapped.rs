//! Every sealed column there is: the value of another row in its place, and a value of before. Neither is ever read as
//! what it is not, and a column that nobody thought of here is found.

use crate::bound::peopled;
use crate::hand::Hand;
use domain::{Id, Role};
use office::audit::{Verdict, verify};
use std::collections::BTreeSet;
use testkit::house::{Engine, TestOffice, office};

/// What the verification says of a value in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// Names the record.
    Row,
    /// Names the table.
    Forged,
    /// Nothing: the seal alone holds.
    Unseen,
}

/// A value of before, put back.
pub enum Old {
    /// It opens no more.
    Shut(Vec<u8>),
    /// It opens as what it once was, to whom it was open then; why that is all that can be asked.
    Opens(Vec<u8>, &'static str),
    /// There is none.
    Never(&'static str),
}

/// What names a row.
pub type Row = Vec<(&'static str, Key)>;

pub enum Key {
    Bytes(Vec<u8>),
    Int(i64),
    Text(String),
}

impl From<Id> for Key {
    fn from(id: Id) -> Key {
        Key::Bytes(id.0.to_vec())
    }
}

/// What somebody who may read it reads of a row, if it opens.
pub type Read = Box<dyn Fn(&TestOffice) -> Option<String>>;

/// One column, two rows of it.
pub struct Line {
    pub at: (&'static str, &'static str),
    pub rows: [Row; 2],
    pub reads: [Read; 2],
    pub old: Old,
    pub found: Found,
    /// Reading uses it up: it is read for the first time when everything is back in its place.
    pub once: bool,
}

fn whose(hand: &Hand, row: &Row) -> String {
    let named = row.iter().map(|(column, key)| match key {
        Key::Bytes(bytes) => format!("{column} = {}", hand.blob(bytes)),
        Key::Int(number) => format!("{column} = {number}"),
        Key::Text(text) => format!("{column} = '{text}'"),
    });
    named.collect::<Vec<_>>().join(" and ")
}

fn get(hand: &mut Hand, (table, column): (&str, &str), row: &Row) -> Vec<u8> {
    let sql = format!("select {column} from {table} where {}", whose(hand, row));
    hand.bytes(&sql)
}

fn set(hand: &mut Hand, (table, column): (&str, &str), row: &Row, value: &[u8]) {
    let (value, row) = (hand.blob(value), whose(hand, row));
    hand.run(&format!("update {table} set {column} = {value} where {row}"));
}

fn says(house: &TestOffice, line: &Line) {
    let verdict = verify(house).unwrap();
    let found = match &verdict {
        Verdict::Sound { .. } => Found::Unseen,
        Verdict::RowChanged { .. } => Found::Row,
        Verdict::Forged { table, .. } if *table == line.at.0 => Found::Forged,
        other => panic!("{:?}: {other:?}", line.at),
    };
    assert_eq!(found, line.found, "{:?}: {verdict:?}", line.at);
}

/// Goes through the lines of a scene; gives the columns it has tried.
fn tried(mut house: TestOffice, lines: Vec<Line>) -> BTreeSet<(&'static str, &'static str)> {
    let engine = house.store.dialect();
    for line in &lines {
        let at = line.at;
        let truth = |house: &TestOffice, when: &str| {
            let read = line.reads.each_ref().map(|read| read(house));
            assert!(read.iter().all(Option::is_some), "{engine:?} {at:?} {when}: {read:?}");
            assert_ne!(read[0], read[1], "{engine:?} {at:?}: two rows that say the same show nothing");
            read
        };
        let right = (!line.once).then(|| truth(&house, "before"));
        let mut kept = Vec::new();
        house = Hand::at_closed(house, |hand| {
            kept = line.rows.iter().map(|row| get(hand, at, row)).collect();
            // Where the value is part of what names the row, it may not lie there twice.
            set(hand, at, &line.rows[0], &kept[1]);
            set(hand, at, &line.rows[1], &kept[0]);
        });
        for (place, read) in line.reads.iter().enumerate() {
            assert_eq!(read(&house), None, "{engine:?} {at:?}: the other's opens in row {place}");
        }
        says(&house, line);
        let old = match &line.old {
            Old::Shut(old) | Old::Opens(old, _) => Some(old),
            Old::Never(why) => {
                assert!(!why.is_empty());
                None
            }
        };
        house = Hand::at_closed(house, |hand| {
            set(hand, at, &line.rows[1], &kept[1]);
            set(hand, at, &line.rows[0], old.unwrap_or(&kept[0]));
        });
        if let Some(old) = old {
            assert_ne!(old, &kept[0], "{at:?}: nothing was put back");
            let read = (line.reads[0])(&house);
            match line.old {
                Old::Opens(_, why) => {
                    let other = right.as_ref().and_then(|right| right[1].clone());
                    assert!(read.is_none() || read != other, "{engine:?} {at:?}: {why}");
                }
                _ => assert_eq!(read, None, "{engine:?} {at:?}: what was before opens"),
            }
            says(&house, line);
            house = Hand::at_closed(house, |hand| set(hand, at, &line.rows[0], &kept[0]));
        }
        let again = truth(&house, "afterwards");
        assert!(right.is_none_or(|right| right == again), "{engine:?} {at:?} is back");
    }
    lines.iter().map(|line| line.at).collect()
}

/// Rows that carry a keyed digest: their sealed and their public parts alike, changed by one bit.
const BOUND: &[(&str, &str)] = &[
    ("data_keys", "half_id"),
    ("glass_circles", "commitment"),
    ("glass_circles", "public"),
    ("glass_officers", "frame"),
    ("glass_officers", "sealed"),
    ("glass_officers", "whole"),
    ("passkeys", "credential"),
    ("provider_links", "subject"),
    ("recoveries", "claim"),
    ("recovery_codes", "digest"),
    ("recovery_codes", "second"),
    ("role_keys", "public"),
    ("sealed_notes", "sealed"),
    ("sessions", "bound"),
    ("sessions", "device"),
    ("sessions", "digest"),
    ("totp", "secret"),
    ("user_keys", "identity"),
    ("user_keys", "work"),
    ("logins", "user_id"),
    ("sealed_notes", "case_id"),
    ("sealed_notes", "organisation_id"),
    ("data_keys", "subject"),
];

/// Bytes that are neither sealed nor bound, and why they need not be.
const NOT_SEALED: &[(&str, &str, &str)] = &[
    ("records", "c4", "nothing is sealed there: what is sealed for a witness lies in sealed_notes"),
    ("history", "c4", "the same"),
    ("audit", "leaf", "the log: tamper.rs, log.rs"),
    ("audit", "hash", "the log"),
    ("audit_head", "last", "the log"),
    ("audit_head", "frontier", "the log"),
    ("audit_head", "root", "the log"),
    ("audit_head", "mac", "the log"),
    ("imports", "row_digest", "a keyed digest: says whether a line of a file is known"),
    ("provider_invitations", "digest", "digest of a code"),
    ("provider_invitations", "subject", "keyed digest of who used it; a colleague still confirms"),
    ("provider_sessions", "digest", "digest of a session"),
    ("provider_sessions", "sid", "keyed digest of a session over there, to end ours"),
    ("provider_seen", "digest", "digest of what may come once"),
    ("role_members", "holder_key", "digest of a public half: epochs.rs, a_turn_hands_keys_on"),
    ("role_members", "vouched", "keyed under the role key itself: epochs.rs"),
    ("logins", "mac", "the digest of a row: bound.rs"),
    ("sessions", "mac", "the digest of a row"),
    ("passkeys", "mac", "the digest of a row"),
    ("totp", "mac", "the digest of a row"),
    ("user_keys", "mac", "the digest of a row"),
    ("recovery_codes", "mac", "the digest of a row"),
    ("recoveries", "mac", "the digest of a row"),
    ("recovery_confirmations", "mac", "the digest of a row"),
    ("role_keys", "mac", "the digest of a row"),
    ("provider_links", "mac", "the digest of a row"),
    ("glass_circles", "mac", "the digest of a row"),
    ("glass_officers", "mac", "the digest of a row"),
    ("sealed_notes", "mac", "the digest of a row"),
    ("settings", "mac", "the digest of a row"),
    ("data_keys", "mac", "the digest of a row"),
];

/// Ids are bytes like any other; these are their names wherever they stand.
const IDS: &[&str] = &[
    "about",
    "accepted_by",
    "admitted_by",
    "asker",
    "assignee",
    "by_user",
    "case_id",
    "circle_id",
    "confirmed_by",
    "consent_id",
    "created_by",
    "deleted_by",
    "ended_by",
    "half_id",
    "holder",
    "id",
    "key",
    "key_id",
    "made_by",
    "named_by",
    "note_id",
    "officer",
    "opened_by",
    "organisation_id",
    "owner",
    "parent_id",
    "person_id",
    "provider_id",
    "recipient",
    "recovery",
    "request_id",
    "reviewed_by",
    "share_id",
    "source",
    "updated_by",
    "user_id",
    "written_by",
    "subject",
];

/// Columns of bytes of the live schema, ids aside: `table.column`.
fn columns(engine: Engine) -> Option<BTreeSet<String>> {
    let house = office(engine)?;
    let mut found = Vec::new();
    drop(Hand::at_closed(house, |hand| {
        let sql = match hand {
            Hand::Sqlite(_) => {
                "select iif(t.schema = 'keystore', 'keystore.', '') || t.name || '.' || c.name \
                 from pragma_table_list t, pragma_table_info(t.name, t.schema) c \
                 where upper(c.type) = 'BLOB' and t.type = 'table'"
            }
            Hand::Postgres(_) => {
                "select case table_schema when 'keystore' then 'keystore.' else '' end || table_name || '.' || \
                 column_name from information_schema.columns \
                 where data_type = 'bytea' and table_schema in (current_schema(), 'keystore')"
            }
        };
        found = hand.texts(sql);
    }));
    Some(found.into_iter().collect())
}

#[test]
fn what_lies_in_another_place_or_was_once_there_does_not_open() {
    for engine in Engine::BOTH {
        let Some(all) = columns(engine) else { continue };
        let mut done = BTreeSet::new();
        for scene in crate::swapped_scenes::SCENES {
            let Some((house, lines)) = scene(engine) else { continue };
            done.extend(tried(house, lines));
        }
        done.extend(flipped(engine).unwrap());
        // The doors give no keys there, and their scene is left out.
        if crate::doors::from_the_first_day() {
            continue;
        }
        let known = |(table, column): &(&str, &str)| format!("{table}.{column}");
        let named: BTreeSet<String> = done.iter().map(known).collect();
        let excepted: BTreeSet<String> = NOT_SEALED.iter().map(|(t, c, _)| known(&(t, c))).collect();
        for column in &all {
            let id = column.rsplit('.').next().is_some_and(|name| IDS.contains(&name));
            assert!(
                id || named.contains(column) || excepted.contains(column),
                "{engine:?}: {column} holds bytes, and nobody has tried to swap them"
            );
        }
        for column in named.iter().chain(&excepted) {
            assert!(all.contains(column), "{engine:?}: {column} is not there any more");
        }
        assert!(named.is_disjoint(&excepted));
    }
}

/// Another value in each column that a digest binds: the verification names the table.
fn flipped(engine: Engine) -> Option<BTreeSet<(&'static str, &'static str)>> {
    let mut house = peopled(engine)?;
    let user = house.user(Role::Caseworker);
    let code = store::doors::recovery::Code { id: Id([4; 16]), digest: vec![4; 32], second: vec![4; 60] };
    house.store.write("test", |tx| store::doors::recovery::set_code(tx, user, Some(&code), 1)).unwrap();
    for &(table, column) in BOUND {
        house = Hand::at_closed(house, |hand| {
            hand.any(&format!("create table kept as select * from {table}"));
            let there = format!("from {table} where {column} is not null");
            if hand.number(&format!("select count(*) {there}")) == 0 {
                let value = hand.blob(&[5]);
                return hand.run(&format!("update {table} set {column} = {value}"));
            }
            let old = hand.bytes(&format!("select {column} {there} order by {column} limit 1"));
            let mut other = old.clone();
            *other.last_mut().unwrap() ^= 1;
            let (old, other) = (hand.blob(&old), hand.blob(&other));
            hand.run(&format!("update {table} set {column} = {other} where {column} = {old}"));
        });
        let verdict = verify(&house).unwrap();
        assert!(
            matches!(&verdict, Verdict::Forged { table: found, .. } if *found == table),
            "{engine:?} {table}.{column}: {verdict:?}"
        );
        house = Hand::at_closed(house, |hand| {
            hand.any(&format!("delete from {table}"));
            hand.run(&format!("insert into {table} select * from kept"));
            hand.any("drop table kept");
        });
    }
    assert!(matches!(verify(&house).unwrap(), Verdict::Sound { .. }), "everything is back");
    Some(BOUND.iter().copied().collect())
}
