//! Somebody's hand in the database, behind the back of the program, on either engine.

use std::path::PathBuf;
use testkit::house::TestOffice;
use vault::log::{Hash, Leaf, leaf_hash};

/// What is put back when an old database is restored; keys lie apart and stay.
const TABLES: [&str; 12] = [
    "settings",
    "records",
    "history",
    "access",
    "tokens",
    "facts",
    "subject_keys",
    "audit",
    "audit_head",
    "audit_cases",
    "checkpoints",
    "cosignatures",
];

pub enum Hand {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
}

impl Hand {
    /// Lets a hand at the database while the office is closed, and opens it again.
    pub fn at_closed(house: TestOffice, work: impl FnOnce(&mut Hand)) -> TestOffice {
        let url = house.database().map(|d| d.url().to_owned());
        house.while_closed(|dir: &std::path::Path| {
            let path: PathBuf = dir.join("pristan.db");
            let mut hand = match url {
                None => {
                    let database = rusqlite::Connection::open(path).unwrap();
                    let keys = dir.join("keystore.db");
                    database.execute("attach ?1 as keystore", [keys.to_str()]).unwrap();
                    Hand::Sqlite(database)
                }
                Some(url) => {
                    Hand::Postgres(Box::new(postgres::Client::connect(&url, postgres::NoTls).unwrap()))
                }
            };
            work(&mut hand);
        })
    }

    /// Bytes as a literal.
    pub fn blob(&self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        match self {
            Hand::Sqlite(_) => format!("x'{digits}'"),
            Hand::Postgres(_) => format!("'\\x{digits}'::bytea"),
        }
    }

    fn try_run(&mut self, sql: &str) -> u64 {
        match self {
            Hand::Sqlite(db) => db.execute(sql, []).unwrap() as u64,
            Hand::Postgres(db) => db.execute(sql, &[]).unwrap(),
        }
    }

    /// Runs a statement, whether it finds something or not.
    pub fn any(&mut self, sql: &str) {
        self.try_run(sql);
    }

    /// Runs a statement that must find something.
    pub fn run(&mut self, sql: &str) {
        let rows = self.try_run(sql);
        assert!(rows > 0 || sql.starts_with("delete from cosignatures"), "nothing was tampered with: {sql}");
    }

    pub fn number(&mut self, sql: &str) -> i64 {
        match self {
            Hand::Sqlite(db) => db.query_row(sql, [], |row| row.get(0)).unwrap(),
            Hand::Postgres(db) => db.query_one(sql, &[]).unwrap().get(0),
        }
    }

    pub fn bytes(&mut self, sql: &str) -> Vec<u8> {
        match self {
            Hand::Sqlite(db) => db.query_row(sql, [], |row| row.get(0)).unwrap(),
            Hand::Postgres(db) => db.query_one(sql, &[]).unwrap().get(0),
        }
    }

    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        match self {
            Hand::Sqlite(db) => {
                let mut rows = db.prepare(sql).unwrap();
                rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
            }
            Hand::Postgres(db) => db.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect(),
        }
    }

    pub fn text(&mut self, sql: &str) -> String {
        match self {
            Hand::Sqlite(db) => db.query_row(sql, [], |row| row.get(0)).unwrap(),
            Hand::Postgres(db) => db.query_one(sql, &[]).unwrap().get(0),
        }
    }

    pub fn leaf(&mut self, index: i64) -> Leaf {
        Leaf::decode(&self.bytes(&format!("select leaf from audit where idx = {index}"))).unwrap()
    }

    pub fn hash(&mut self, index: i64) -> Hash {
        self.bytes(&format!("select hash from audit where idx = {index}")).try_into().unwrap()
    }

    /// Puts a leaf in the place of another one, with the hash that fits it.
    pub fn put_leaf(&mut self, index: i64, leaf: &Leaf) -> Hash {
        let bytes = leaf.encode().unwrap();
        let hash = leaf_hash(&bytes);
        let (leaf, digest) = (self.blob(&bytes), self.blob(&hash));
        self.run(&format!("update audit set leaf = {leaf}, hash = {digest} where idx = {index}"));
        hash
    }

    /// Copies everything aside.
    pub fn keep(&mut self) {
        for table in TABLES {
            self.try_run(&format!("create table old_{table} as select * from {table}"));
        }
    }

    /// Puts what was copied back in the place of what is there.
    pub fn put_back(&mut self) {
        for table in TABLES {
            self.try_run(&format!("delete from {table}"));
            self.try_run(&format!("insert into {table} select * from old_{table}"));
            self.try_run(&format!("drop table old_{table}"));
        }
    }
}
