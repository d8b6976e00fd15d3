//! Rows of authority: who signs in with what, whose keys are whose, who is an officer. Each carries a keyed digest
//! over what it says and where it stands, made with a key that does not lie in the database. Whoever can write
//! to the database and has no more than that can change such a row, and from then on it counts for nothing.
//!
//! The store has no keys: the office lends it the digest ([`crate::Store::bind_rows`]). A row is checked where it
//! is read, and before it is changed, so that a change does not make a forged row good.

use crate::db::{Param, Row, Sql, StoreError, ToParam, Tx, Value, WriteTx, sql};
use std::sync::{Arc, OnceLock};

/// Makes the keyed digest of a list of fields.
pub type Seal = Arc<dyn Fn(&[&[u8]]) -> [u8; 32] + Send + Sync>;
/// Where a connection finds it.
pub(crate) type Lent = Arc<OnceLock<Seal>>;

/// A table whose rows are bound.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Tables came in rounds: the rows of before are bound once for each, see [`bind_older`].
    pub round: usize,
    /// How many of the columns, from the first, name the row.
    keys: usize,
    of: Sql,
    all: Sql,
    set: Sql,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident $table:literal [$columns:literal] by $by:literal, $keys:literal keys: $key:literal
        $(round $round:literal)?;)+) => {
        $($(#[$doc])* pub static $name: Table = Table {
            name: $table,
            round: [$($round,)? 1][0],
            keys: $keys,
            of: sql(concat!("select ", $columns, ", mac from ", $table, " where ", $by, " = $1")),
            all: sql(concat!("select ", $columns, ", mac from ", $table)),
            set: sql(concat!("update ", $table, " set mac = $1 where ", $key)),
        };)+
        /// All of them.
        pub static TABLES: &[&Table] = &[$(&$name),+];
        /// Every statement of this module.
        pub static STATEMENTS: &[&Sql] = &[$(&$name.of, &$name.all, &$name.set),+];
    };
}

tables! {
    /// Found by user.
    LOGINS "logins" ["login, user_id, phc, ended, quiet"] by "user_id", 1 keys: "login = $2";
    /// Found by digest. When it ended and was last seen is not part of it.
    SESSIONS "sessions" ["digest, user_id, created_at, kind, assurance, proven_at, device, bound, bound_at"]
        by "digest", 1 keys: "digest = $2";
    /// Found by user. What the device counts is not part of it.
    PASSKEYS "passkeys" ["id, user_id, credential, created_at, ended_at"] by "user_id", 1 keys: "id = $2";
    /// Found by user. Which code was used last is not part of it.
    TOTP "totp" ["user_id, secret, confirmed_at"] by "user_id", 1 keys: "user_id = $2";
    /// Found by user.
    USER_KEYS "user_keys" ["user_id, work, identity, identity_from"] by "user_id", 1 keys: "user_id = $2";
    /// Found by user.
    RECOVERY_CODES "recovery_codes" ["user_id, id, digest, second"] by "user_id", 1 keys: "user_id = $2";
    /// Found by id. Whether it was used is not part of it.
    RECOVERIES "recoveries" ["id, login, user_id, kind, claim, number, begun_at"] by "id", 1 keys: "id = $2";
    /// Found by the request.
    CONFIRMATIONS "recovery_confirmations" ["recovery, by_user, at"]
        by "recovery", 2 keys: "recovery = $2 and by_user = $3";
    /// Found by organisation.
    ROLE_KEYS "role_keys" ["organisation_id, class, epoch, public, ended_at"]
        by "organisation_id", 3 keys: "organisation_id = $2 and class = $3 and epoch = $4";
    /// Found by user.
    LINKS "provider_links" ["subject, provider_id, user_id, confirmed_by, confirmed_at"]
        by "user_id", 1 keys: "subject = $2";
    /// Found by organisation. When a drill was held is not part of it.
    CIRCLES "glass_circles" ["id, organisation_id, state, needed, life, commitment, public, made_by, accepted_by"]
        by "organisation_id", 1 keys: "id = $2";
    /// Found by circle. When a share was looked at is not part of it.
    OFFICERS "glass_officers" ["circle_id, user_id, dpo, frame, sealed, whole"]
        by "circle_id", 2 keys: "circle_id = $2 and user_id = $3";
    /// Found by case.
    NOTES "sealed_notes" ["id, case_id, organisation_id, written_by, written_at, sealed"]
        by "case_id", 1 keys: "id = $2";
    /// Found by name; only those that weaken something are bound, see [`crate::settings`].
    SETTINGS "settings" ["name, value"] by "name", 1 keys: "name = $2";
    /// Found by id. Reason and review are sealed to the request and are emptied when the case is erased.
    REQUESTS "glass_requests"
        ["id, organisation_id, kind, case_id, asker, state, purpose, mask, minutes, life, asked_at, ask_until, \
          opened_at, until, ended_at, reviewed_at, reviewed_by"]
        by "id", 1 keys: "id = $2" round 2;
    /// Found by the request.
    APPROVALS "glass_approvals" ["request_id, officer, at"]
        by "request_id", 2 keys: "request_id = $2 and officer = $3" round 2;
    /// Found by key: whose content it seals, and which half the keystore has of it.
    DATA_KEYS "data_keys" ["key_id, subject, compartment, rooted, half_id"]
        by "key_id", 1 keys: "key_id = $2" round 2;
}

/// A cell of a row, kept.
enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Cell {
    fn of(value: Value<'_>) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Int(n) => Cell::Int(n),
            Value::Bool(yes) => Cell::Int(i64::from(yes)),
            Value::Text(text) => Cell::Text(text.to_owned()),
            Value::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        }
    }

    /// The cell in bytes that no cell of another type has.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Cell::Null => vec![0],
            Cell::Int(n) => [&[1], n.to_be_bytes().as_slice()].concat(),
            Cell::Text(text) => [&[2], text.as_bytes()].concat(),
            Cell::Blob(bytes) => [&[3], bytes.as_slice()].concat(),
        }
    }

    /// For the eyes of whoever verifies: an id or a keyed digest, never a text.
    fn shown(&self) -> String {
        match self {
            Cell::Int(n) => n.to_string(),
            Cell::Blob(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
            Cell::Null | Cell::Text(_) => "-".to_owned(),
        }
    }
}

impl ToParam for Cell {
    fn to_param(&self) -> Param<'_> {
        match self {
            Cell::Null => Value::Null,
            Cell::Int(n) => Value::Int(*n),
            Cell::Text(text) => Value::Text(text),
            Cell::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

struct Read {
    cells: Vec<Cell>,
    mac: Option<Vec<u8>>,
}

impl Read {
    /// As many columns as there are; the last one is the digest.
    fn of(row: &Row<'_>) -> Read {
        let mut cells = Vec::new();
        while let Ok(value) = row.value(cells.len()) {
            cells.push(Cell::of(value));
        }
        let mac = match cells.pop() {
            Some(Cell::Blob(mac)) => Some(mac),
            _ => None,
        };
        Read { cells, mac }
    }
}

type Result<T> = std::result::Result<T, StoreError>;

fn read<T: Tx>(tx: &mut T, sql: &Sql, params: &[Param<'_>]) -> Result<Vec<Read>> {
    tx.query(sql, params, |row| Ok(Read::of(row)))
}

fn lent<T: Tx>(tx: &mut T, table: &Table) -> Result<Seal> {
    tx.session().lent().get().cloned().ok_or(StoreError::Forged(table.name))
}

fn digest(seal: &Seal, table: &Table, row: &Read) -> [u8; 32] {
    let cells: Vec<Vec<u8>> = row.cells.iter().map(Cell::bytes).collect();
    let mut fields: Vec<&[u8]> = vec![table.name.as_bytes()];
    fields.extend(cells.iter().map(Vec::as_slice));
    seal(&fields)
}

fn fits(seal: &Seal, table: &Table, row: &Read) -> bool {
    let right = digest(seal, table, row);
    let differs = |mac: &[u8]| mac.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) != 0;
    row.mac.as_ref().is_some_and(|mac| mac.len() == right.len() && !differs(mac))
}

fn bind<T>(tx: &mut WriteTx<'_>, table: &Table, row: &Read, done: T) -> Result<T> {
    let mac = digest(&lent(tx, table)?, table, row);
    let mut params = vec![Value::Blob(&mac)];
    params.extend(row.cells.iter().take(table.keys).map(ToParam::to_param));
    tx.execute(&table.set, &params)?;
    Ok(done)
}

/// Are these rows what the program wrote?
///
/// # Errors
/// `Forged` when one is not; the database.
pub fn check<T: Tx>(tx: &mut T, table: &Table, of: &[Param<'_>]) -> Result<()> {
    for row in read(tx, &table.of, of)? {
        if !fits(&lent(tx, table)?, table, &row) {
            return Err(StoreError::Forged(table.name));
        }
    }
    Ok(())
}

/// The digest of a row that is about to be written, or was read together with other tables; its columns in the order
/// in which the table names them.
///
/// # Errors
/// `Forged` when no digest was lent.
pub fn mac<T: Tx>(tx: &mut T, table: &Table, columns: &[Param<'_>]) -> Result<[u8; 32]> {
    let cells = columns.iter().map(|value| Cell::of(*value)).collect();
    Ok(digest(&lent(tx, table)?, table, &Read { cells, mac: None }))
}

/// Is a row that was read together with other tables what the program wrote?
///
/// # Errors
/// `Forged` when it is not.
pub fn check_read<T: Tx>(
    tx: &mut T,
    table: &Table,
    columns: &[Param<'_>],
    mac: Option<Vec<u8>>,
) -> Result<()> {
    let cells = columns.iter().map(|value| Cell::of(*value)).collect();
    if fits(&lent(tx, table)?, table, &Read { cells, mac }) {
        Ok(())
    } else {
        Err(StoreError::Forged(table.name))
    }
}

/// Changes rows that are what the program wrote, and binds what they are now.
///
/// # Errors
/// `Forged` when one was not; the database.
pub fn change<R>(
    tx: &mut WriteTx<'_>,
    table: &Table,
    of: &[Param<'_>],
    work: impl FnOnce(&mut WriteTx<'_>) -> Result<R>,
) -> Result<R> {
    check(tx, table, of)?;
    let done = work(tx)?;
    for row in read(tx, &table.of, of)? {
        bind(tx, table, &row, ())?;
    }
    Ok(done)
}

/// Binds the rows of before rows of this table were bound; how many there were. Once for an installation and a
/// round: see the office.
///
/// # Errors
/// The database.
pub fn bind_older(tx: &mut WriteTx<'_>, table: &Table) -> Result<usize> {
    let mut older = 0;
    for row in read(tx, &table.all, &[])?.iter().filter(|row| row.mac.is_none() && is_bound(table, row)) {
        older = bind(tx, table, row, older + 1)?;
    }
    Ok(older)
}

/// The first row that is not what the program wrote, by what names it. `older` says whether rows without a
/// digest count: they do not before they were bound.
///
/// # Errors
/// The database.
pub fn forged<T: Tx>(tx: &mut T, table: &Table, older: bool) -> Result<Option<String>> {
    let (seal, mut found) = (lent(tx, table)?, None);
    // Of keys there are many: none is kept longer than it takes to look at it.
    tx.query(&table.all, &[], |row| {
        let row = Read::of(row);
        let passes = !is_bound(table, &row) || (row.mac.is_none() && !older);
        if found.is_none() && !passes && !fits(&seal, table, &row) {
            found = Some(row.cells.first().map(Cell::shown).unwrap_or_default());
        }
        Ok(())
    })?;
    Ok(found)
}

/// Of settings only some are bound: the others are read before there are keys.
fn is_bound(table: &Table, row: &Read) -> bool {
    table.name != SETTINGS.name
        || matches!(row.cells.first(), Some(Cell::Text(name)) if crate::settings::BOUND.contains(&name.as_str()))
}
