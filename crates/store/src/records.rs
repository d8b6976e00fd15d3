//! Records: head in the clear, compartments sealed.

use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::many::filled;
use crate::params;
use domain::policy::Scope;
use domain::{Head, Id, RecordKind};

/// A record as it lies in the database.
#[derive(Clone)]
pub struct Stored {
    /// The head.
    pub head: Head,
    /// Sealed blobs of C1 to C5.
    pub sealed: [Option<Vec<u8>>; 5],
    /// At which version of the record each of them was sealed, where not all at its present one.
    pub parts: Option<[i64; 5]>,
}

/// As stored: five numbers of eight bytes, high byte first.
#[must_use]
pub fn parts_bytes(parts: &[i64; 5]) -> Vec<u8> {
    parts.iter().flat_map(|version| version.to_be_bytes()).collect()
}

fn parts_of(row: &Row<'_>, index: usize) -> Result<Option<[i64; 5]>> {
    let Some(bytes) = row.get::<Option<Vec<u8>>>(index)? else { return Ok(None) };
    let mut parts = [0; 5];
    let (chunks, rest) = bytes.as_chunks::<8>();
    if chunks.len() != parts.len() || !rest.is_empty() {
        return Err(StoreError::Column(index));
    }
    parts.iter_mut().zip(chunks).for_each(|(to, from)| *to = i64::from_be_bytes(*from));
    Ok(Some(parts))
}

macro_rules! columns {
    () => {
        "id, kind, case_id, person_id, parent_id, organisation_id, assignee, state, on_date, due_on, number, version, \
         created_at, created_by, updated_at, updated_by, c1, c2, c3, c4, c5, parts"
    };
    ($prefix:literal) => {
        concat!(
            $prefix, "id, ", $prefix, "kind, ", $prefix, "case_id, ", $prefix, "person_id, ", $prefix, "parent_id, ", $prefix,
            "organisation_id, ", $prefix, "assignee, ", $prefix, "state, ", $prefix, "on_date, ", $prefix, "due_on, ", $prefix,
            "number, ", $prefix, "version, ", $prefix, "created_at, ", $prefix, "created_by, ", $prefix, "updated_at, ", $prefix,
            "updated_by, ", $prefix, "c1, ", $prefix, "c2, ", $prefix, "c3, ", $prefix, "c4, ", $prefix, "c5, ", $prefix, "parts"
        )
    };
}
macro_rules! select {
    ($rest:literal) => {
        sql(concat!("select ", columns!(), " from records ", $rest))
    };
}

static INSERT: Sql = sql(concat!(
    "insert into records (",
    columns!(),
    ") values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)"
));
static KEEP: Sql = sql(
    "insert into history (id, version, organisation_id, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5, parts) \
     select id, version, organisation_id, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5, parts \
     from records where id = $1",
);
static UPDATE: Sql = sql(
    "update records set person_id = $2, parent_id = $3, assignee = $4, state = $5, on_date = $6, due_on = $7, version = $8, \
     updated_at = $9, updated_by = $10, c1 = $11, c2 = $12, c3 = $13, c4 = $14, c5 = $15, parts = $16 where id = $1 and version = $8 - 1",
);
static GET: Sql = select!("where id = $1");
static GET_MANY: Sql =
    sql(concat!("select ", columns!(), " from records where id in (", crate::many::room!(), ")"));
static OF_CASE: Sql = select!("where case_id = $1");
static OF_CASE_KIND: Sql = select!("where case_id = $1 and kind = $2");
static UNDER: Sql = select!("where parent_id = $1 order by created_at, id");
static BY_NUMBER: Sql = select!("where number = $1");
// Not ordered here: with `order by created_at` SQLite walks the index of the kind, which is every case there is.
static IDS_OF_PERSON: Sql = sql("select id, created_at from records where person_id = $1 and kind = $2");
static OF_PERSON_IN: Sql =
    sql("select id, assignee from records where person_id = $1 and kind = $2 and organisation_id = $3");
static OF_PEOPLE: Sql = sql(concat!(
    "select person_id, created_at, id, organisation_id, assignee from records where kind = $26 and person_id in (",
    crate::many::room!(),
    ")"
));
static OF_KIND: Sql = select!(
    "where kind = $1 and (created_at, id) < ($2, $3) order by kind desc, created_at desc, id desc limit $4"
);
static OF_KIND_ORGANISATION: Sql = select!(
    "where kind = $1 and organisation_id = $2 and (created_at, id) < ($3, $4) \
     order by kind desc, organisation_id desc, created_at desc, id desc limit $5"
);
static ALL: Sql = select!("where id > $1 order by id limit $2");
static DUE: Sql =
    select!("where assignee = $1 and kind = $2 and state = $3 and due_on <= $4 order by due_on, id limit $5");
// `cross join` keeps SQLite from walking every record of the kind first; PostgreSQL plans as it likes.
static IN_SCOPE: Sql = sql(concat!(
    "select ",
    columns!("r."),
    " from access a cross join records r where r.case_id = a.case_id and r.kind = $2 and a.holder = $1 \
     and a.relation in ($4, $5, $6) and a.since <= $7 and a.until > $7 and r.state in ('planned', 'departed', 'arrived') order by r.on_date desc, r.id limit $3"
));
static RUNNING_OUT: Sql = sql(concat!(
    "select distinct ",
    columns!("r."),
    " from access a join records r on r.case_id = a.case_id and r.kind in ('consent', 'plan') where a.holder = $1 \
     and a.relation in ($5, $6, $7) and a.since <= $8 and a.until > $8 \
     and a.state <> 'closed' and r.due_on between $2 and $3 and r.state <> 'withdrawn' order by r.due_on, r.id limit $4"
));
static NEXT_RETURNS: Sql = sql(concat!(
    "select distinct ",
    columns!("r."),
    " from access a join records r on r.case_id = a.case_id and r.kind = 'return' where a.holder = $1 \
     and a.relation in ($4, $5, $6) and a.since <= $7 and a.until > $7 \
     and a.state = 'return' and r.state = 'planned' and r.on_date >= $2 order by r.on_date, r.id limit $3"
));
static HISTORY: Sql = sql(
    "select version, organisation_id, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5, parts \
     from history where id = $1 order by version desc",
);
static VERSION: Sql = sql(
    "select version, organisation_id, state, on_date, due_on, assignee, updated_at, updated_by, c1, c2, c3, c4, c5, parts \
     from history where id = $1 and version = $2",
);
static FIRST_OF_KIND: Sql = sql("select min(created_at) from records where kind = $1");
static COUNT_KIND: Sql = sql("select count(*) from records where kind = $1");

/// Every statement of this module, for the test that prepares them on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &INSERT,
    &KEEP,
    &UPDATE,
    &GET,
    &GET_MANY,
    &OF_CASE,
    &OF_CASE_KIND,
    &UNDER,
    &BY_NUMBER,
    &IDS_OF_PERSON,
    &OF_PERSON_IN,
    &OF_PEOPLE,
    &OF_KIND,
    &OF_KIND_ORGANISATION,
    &ALL,
    &DUE,
    &IN_SCOPE,
    &RUNNING_OUT,
    &NEXT_RETURNS,
    &HISTORY,
    &VERSION,
    &FIRST_OF_KIND,
    &COUNT_KIND,
];

type Result<T> = std::result::Result<T, StoreError>;

fn date(row: &Row<'_>, index: usize) -> Result<Option<domain::Date>> {
    match row.get::<Option<String>>(index)? {
        Some(text) => text.parse().map(Some).map_err(|_| StoreError::Column(0)),
        None => Ok(None),
    }
}

fn read(row: &Row<'_>) -> Result<Stored> {
    let kind: String = row.get(1)?;
    let head = Head {
        id: row.get(0)?,
        kind: RecordKind::from_code(&kind).ok_or(StoreError::Column(1))?,
        case_id: row.get(2)?,
        person_id: row.get(3)?,
        parent_id: row.get(4)?,
        organisation_id: row.get(5)?,
        assignee: row.get(6)?,
        state: row.get(7)?,
        on_date: date(row, 8)?,
        due_on: date(row, 9)?,
        number: row.get(10)?,
        version: row.get(11)?,
        created_at: row.get(12)?,
        created_by: row.get(13)?,
        updated_at: row.get(14)?,
        updated_by: row.get(15)?,
    };
    let sealed = [row.get(16)?, row.get(17)?, row.get(18)?, row.get(19)?, row.get(20)?];
    Ok(Stored { head, sealed, parts: parts_of(row, 21)? })
}

/// Inserts a record.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, stored: &Stored) -> Result<()> {
    let h = &stored.head;
    let [c1, c2, c3, c4, c5] = &stored.sealed;
    let on = h.on_date.map(|d| d.to_string());
    let due = h.due_on.map(|d| d.to_string());
    tx.execute(
        &INSERT,
        params![
            h.id.0,
            h.kind.code(),
            h.case_id.map(|i| i.0),
            h.person_id.map(|i| i.0),
            h.parent_id.map(|i| i.0),
            h.organisation_id.0,
            h.assignee.map(|i| i.0),
            h.state,
            on,
            due,
            h.number,
            h.version,
            h.created_at,
            h.created_by.0,
            h.updated_at,
            h.updated_by.0,
            c1,
            c2,
            c3,
            c4,
            c5,
            stored.parts.as_ref().map(parts_bytes)
        ],
    )?;
    Ok(())
}

/// Replaces a record by its next version and keeps the one before in the history.
///
/// # Errors
/// `NotOne` when the version has moved; the database.
pub fn update(tx: &mut WriteTx<'_>, stored: &Stored) -> Result<()> {
    let h = &stored.head;
    let [c1, c2, c3, c4, c5] = &stored.sealed;
    let on = h.on_date.map(|d| d.to_string());
    let due = h.due_on.map(|d| d.to_string());
    tx.execute(&KEEP, params![h.id.0])?;
    let changed = tx.execute(
        &UPDATE,
        params![
            h.id.0,
            h.person_id.map(|i| i.0),
            h.parent_id.map(|i| i.0),
            h.assignee.map(|i| i.0),
            h.state,
            on,
            due,
            h.version,
            h.updated_at,
            h.updated_by.0,
            c1,
            c2,
            c3,
            c4,
            c5,
            stored.parts.as_ref().map(parts_bytes)
        ],
    )?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotOne) }
}

/// One record.
///
/// # Errors
/// The database.
pub fn get<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Stored>> {
    tx.query_opt(&GET, params![id.0], read)
}

/// Those of many records that are there, in no order.
///
/// # Errors
/// The database.
pub fn get_many<T: Tx>(tx: &mut T, ids: &[Id]) -> Result<Vec<Stored>> {
    let ids: Vec<[u8; 16]> = ids.iter().map(|id| id.0).collect();
    let mut found = Vec::with_capacity(ids.len());
    for params in filled(&ids, &[]) {
        found.extend(tx.query(&GET_MANY, &params, read)?);
    }
    Ok(found)
}

/// The head of one record.
///
/// # Errors
/// The database.
pub fn head<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Head>> {
    Ok(get(tx, id)?.map(|s| s.head))
}

/// By the number people say aloud.
///
/// # Errors
/// The database.
pub fn by_number<T: Tx>(tx: &mut T, number: &str) -> Result<Option<Head>> {
    tx.query_opt(&BY_NUMBER, params![number], |row| read(row).map(|s| s.head))
}

/// Everything in a case.
///
/// # Errors
/// The database.
pub fn of_case<T: Tx>(tx: &mut T, case_id: Id) -> Result<Vec<Stored>> {
    tx.query(&OF_CASE, params![case_id.0], read)
}

/// Everything of one kind in a case.
///
/// # Errors
/// The database.
pub fn of_case_kind<T: Tx>(tx: &mut T, case_id: Id, kind: &str) -> Result<Vec<Stored>> {
    tx.query(&OF_CASE_KIND, params![case_id.0, kind], read)
}

/// What hangs from a record, oldest first.
///
/// # Errors
/// The database.
pub fn under<T: Tx>(tx: &mut T, parent: Id) -> Result<Vec<Stored>> {
    tx.query(&UNDER, params![parent.0], read)
}

/// Ids of a person's records of one kind, newest first.
///
/// # Errors
/// The database.
pub fn ids_of_person<T: Tx>(tx: &mut T, person: Id, kind: &str) -> Result<Vec<Id>> {
    let mut found: Vec<(i64, Id)> =
        tx.query(&IDS_OF_PERSON, params![person.0, kind], |row| Ok((row.get(1)?, row.get(0)?)))?;
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Ids of a person's records of one kind at one organisation, with who leads each.
///
/// # Errors
/// The database.
pub fn of_person_in<T: Tx>(
    tx: &mut T,
    person: Id,
    kind: &str,
    organisation: Id,
) -> Result<Vec<(Id, Option<Id>)>> {
    let of = params![person.0, kind, organisation.0];
    tx.query(&OF_PERSON_IN, of, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A record of a person's: her id, its own, its organisation and who leads it.
pub struct OfPerson {
    /// Whose it is.
    pub person: Id,
    /// Its id.
    pub id: Id,
    /// Who wrote it.
    pub organisation: Id,
    /// Who leads it.
    pub lead: Option<Id>,
}

/// The records of one kind of many persons, newest first.
///
/// # Errors
/// The database.
pub fn of_people<T: Tx>(tx: &mut T, persons: &[Id], kind: &str) -> Result<Vec<OfPerson>> {
    let persons: Vec<[u8; 16]> = persons.iter().map(|id| id.0).collect();
    let mut found: Vec<(i64, OfPerson)> = Vec::new();
    for params in filled(&persons, params![kind]) {
        found.extend(tx.query(&OF_PEOPLE, &params, |row| {
            let of = OfPerson {
                person: row.get(0)?,
                id: row.get(2)?,
                organisation: row.get(3)?,
                lead: row.get(4)?,
            };
            Ok((row.get(1)?, of))
        })?);
    }
    found.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.id.cmp(&other.id)));
    Ok(found.into_iter().map(|(_, of)| of).collect())
}

/// Records of a kind, newest first, after a place in that order; of one organisation or of all.
///
/// # Errors
/// The database.
pub fn of_kind<T: Tx>(
    tx: &mut T,
    kind: &str,
    organisation: Option<Id>,
    after: Option<(i64, Id)>,
    rows: i64,
) -> Result<Vec<Stored>> {
    let (at, id) = after.unwrap_or((i64::MAX, Id([0xff; 16])));
    match organisation {
        Some(organisation) => {
            tx.query(&OF_KIND_ORGANISATION, params![kind, organisation.0, at, id.0, rows], read)
        }
        None => tx.query(&OF_KIND, params![kind, at, id.0, rows], read),
    }
}

/// Records in id order, for verification and backup checks.
///
/// # Errors
/// The database.
pub fn all_after<T: Tx>(tx: &mut T, after: Option<Id>, rows: i64) -> Result<Vec<Stored>> {
    tx.query(&ALL, params![after.unwrap_or(Id([0; 16])).0, rows], read)
}

/// Records of one kind and state that are due for somebody until a day, soonest first.
///
/// # Errors
/// The database.
pub fn due<T: Tx>(
    tx: &mut T,
    assignee: Id,
    kind: &str,
    state: &str,
    until: &str,
    rows: i64,
) -> Result<Vec<Stored>> {
    tx.query(&DUE, params![assignee.0, kind, state, until, rows], read)
}

/// Records of one kind in the cases of a scope, latest day first.
///
/// # Errors
/// The database.
pub fn in_scope<T: Tx>(tx: &mut T, scope: &Scope, kind: &str, rows: i64) -> Result<Vec<Stored>> {
    let ([r1, r2, r3], now) = (scope.relations(), scope.now());
    tx.query(&IN_SCOPE, params![scope.holder().0, kind, rows, r1, r2, r3, now], read)
}

/// Consents and plans of open cases in a scope whose day falls between two days, soonest first.
///
/// # Errors
/// The database.
pub fn running_out<T: Tx>(tx: &mut T, scope: &Scope, from: &str, to: &str, rows: i64) -> Result<Vec<Stored>> {
    let ([r1, r2, r3], now) = (scope.relations(), scope.now());
    tx.query(&RUNNING_OUT, params![scope.holder(), from, to, rows, r1, r2, r3, now], read)
}

/// Planned returns in a scope from a day on, soonest first.
///
/// # Errors
/// The database.
pub fn next_returns<T: Tx>(tx: &mut T, scope: &Scope, from: &str, rows: i64) -> Result<Vec<Stored>> {
    let ([r1, r2, r3], now) = (scope.relations(), scope.now());
    tx.query(&NEXT_RETURNS, params![scope.holder(), from, rows, r1, r2, r3, now], read)
}

/// When the first of a kind was made, microseconds.
///
/// # Errors
/// The database.
pub fn first_of_kind<T: Tx>(tx: &mut T, kind: &str) -> Result<Option<i64>> {
    tx.query_one(&FIRST_OF_KIND, params![kind], |row| row.get(0))
}

/// How many of a kind there are.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T, kind: &str) -> Result<i64> {
    tx.query_one(&COUNT_KIND, params![kind], |row| row.get(0))
}

fn older(now: &Head, row: &Row<'_>) -> Result<Stored> {
    let head = Head {
        version: row.get(0)?,
        organisation_id: row.get(1)?,
        state: row.get(2)?,
        on_date: date(row, 3)?,
        due_on: date(row, 4)?,
        assignee: row.get(5)?,
        updated_at: row.get(6)?,
        updated_by: row.get(7)?,
        ..now.clone()
    };
    let sealed = [row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?, row.get(12)?];
    Ok(Stored { head, sealed, parts: parts_of(row, 13)? })
}

/// Versions before the present one, newest first.
///
/// # Errors
/// The database.
pub fn history<T: Tx>(tx: &mut T, now: &Head) -> Result<Vec<Stored>> {
    tx.query(&HISTORY, params![now.id.0], |row| older(now, row))
}

/// One version before the present one.
///
/// # Errors
/// The database.
pub fn version<T: Tx>(tx: &mut T, now: &Head, version: i64) -> Result<Option<Stored>> {
    tx.query_opt(&VERSION, params![now.id.0, version], |row| older(now, row))
}
