//! The keystore, which of its keys seals what, and who was granted which half.

use crate::db::{Param, Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::many::{ROOM, filled, room};
use crate::{bound, params};
use domain::Id;

static CURRENT: Sql = sql("select key_id from subject_keys where subject = $1 and compartment = $2");
static GET: Sql = sql("select d.subject, d.compartment, d.rooted, d.half_id, k.wrapped \
     from data_keys d join keystore.keys k on k.key_id = d.half_id where d.key_id = $1");
macro_rules! for_two {
    ($holders:literal, $($keys:tt)+) => {
        sql(concat!(
            "select d.subject, d.compartment, d.rooted, d.half_id, k.wrapped, g.holder, g.epoch, g.sealed, d.key_id, d.mac \
             from data_keys d join keystore.keys k on k.key_id = d.half_id \
             left join grants g on g.key_id = d.key_id and d.rooted = 1 and g.holder in (",
            $holders,
            ") where d.key_id in (",
            $($keys)+,
            ")"
        ))
    };
}
// A key and what was granted of it to two holders at once: lists open many.
static GET_FOR: Sql = for_two!("$2, $3", "$1");
static GET_MANY: Sql = for_two!("$26, $27", room!());
static GRANTS: Sql = sql("select holder, epoch, sealed from grants where key_id = $1 and holder in ($2, $3)");
static OF_SUBJECT: Sql = sql("select key_id, compartment from data_keys where subject = $1");
static INSERT: Sql = sql("insert into keystore.keys (key_id, compartment, wrapped) values ($1, $2, $3)");
static BIND: Sql = sql("insert into subject_keys (subject, compartment, key_id) values ($1, $2, $3)");
static UNBIND: Sql = sql("delete from subject_keys where subject = $1 and compartment = $2");
static ADD: Sql = sql(
    "insert into data_keys (key_id, subject, compartment, rooted, half_id, mac) values ($1, $2, $3, $4, $5, $6)",
);
static REROOT: Sql = sql("update data_keys set rooted = 1, half_id = $2 where key_id = $1 and rooted = 0");
static GRANT: Sql = sql("insert into grants (key_id, holder, epoch, sealed) values ($1, $2, $3, $4)");
static UNGRANT: Sql = sql("delete from grants where key_id = $1 and holder = $2");
static UNGRANT_ALL: Sql = sql("delete from grants where key_id = $1");
static HELD: Sql =
    sql("select g.key_id, d.compartment from grants g join data_keys d on d.key_id = g.key_id \
     where g.holder = $1 and g.epoch = 0");
static HOLDERS: Sql = sql("select holder from grants where key_id = $1 and epoch = 0");
static DESTROY: Sql = sql("delete from keystore.keys where key_id = $1");
static FORGET: Sql = sql("delete from data_keys where key_id = $1");
static LOST: Sql = sql("select count(*) from data_keys d left join keystore.keys k on k.key_id = d.half_id \
     where d.subject = $1 and k.key_id is null");
static MISSING: Sql = sql(
    "select count(*) from data_keys d left join keystore.keys k on k.key_id = d.half_id where k.key_id is null",
);
static COUNT: Sql = sql("select count(*) from keystore.keys");
static COUNT_ROOTED: Sql = sql("select count(*) from data_keys where rooted = $1");
// What a crash may have left between taking a key out of the server's hand and destroying its old wrap.
static LEFT_OVER: Sql = sql("select d.key_id from data_keys d join keystore.keys k on k.key_id = d.key_id \
     where d.rooted = 1 and d.key_id > $1 order by d.key_id limit $2");
static OF_HOLDER: Sql = sql(
    "select g.key_id, g.epoch, g.sealed, d.compartment from grants g join data_keys d on d.key_id = g.key_id \
     where g.holder = $1 and g.epoch = $2 and g.key_id > $3 order by g.key_id limit $4",
);
// Only the grants that were read: another turn may have taken one further meanwhile. The last branch is never
// taken; without it PostgreSQL would take all of them for text.
static REWRAP: Sql = sql(concat!(
    "update grants set epoch = $53, sealed = case key_id \
     when $1 then $26 when $2 then $27 when $3 then $28 when $4 then $29 when $5 then $30 \
     when $6 then $31 when $7 then $32 when $8 then $33 when $9 then $34 when $10 then $35 \
     when $11 then $36 when $12 then $37 when $13 then $38 when $14 then $39 when $15 then $40 \
     when $16 then $41 when $17 then $42 when $18 then $43 when $19 then $44 when $20 then $45 \
     when $21 then $46 when $22 then $47 when $23 then $48 when $24 then $49 when $25 then $50 \
     else sealed end where holder = $51 and epoch = $52 and key_id in (",
    room!(),
    ")"
));

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &CURRENT,
    &GET,
    &GET_FOR,
    &GET_MANY,
    &GRANTS,
    &OF_SUBJECT,
    &INSERT,
    &BIND,
    &UNBIND,
    &ADD,
    &REROOT,
    &GRANT,
    &UNGRANT,
    &UNGRANT_ALL,
    &HELD,
    &HOLDERS,
    &DESTROY,
    &FORGET,
    &LOST,
    &MISSING,
    &COUNT,
    &COUNT_ROOTED,
    &LEFT_OVER,
    &OF_HOLDER,
    &REWRAP,
];

type Result<T> = std::result::Result<T, StoreError>;

/// A data key as stored, without its grants.
pub struct DataKey {
    /// Whose content it seals.
    pub subject: Id,
    /// Of which compartment, 0 to 5.
    pub compartment: i64,
    /// Does it hang from people?
    pub rooted: bool,
    /// The half that the keystore has.
    pub half_id: [u8; 16],
    /// That half, wrapped.
    pub half: Vec<u8>,
}

/// The people's half of a key, sealed to a holder.
pub struct Grant {
    /// Organisation or user.
    pub holder: Id,
    /// Epoch of the role key; 0 for a user by name.
    pub epoch: i64,
    /// The sealed half.
    pub sealed: Vec<u8>,
}

/// The key that new content of a subject's compartment is sealed under.
///
/// # Errors
/// The database.
pub fn current<T: Tx>(tx: &mut T, subject: Id, compartment: i64) -> Result<Option<[u8; 16]>> {
    tx.query_opt(&CURRENT, params![subject.0, compartment], |row| row.get(0))
}

/// A data key; nothing when it was never made or was destroyed. For destroying it, or for a question before it is
/// opened: whether its row is what the program wrote, [`get_for`] and [`reroot`] say.
///
/// # Errors
/// The database.
pub fn get<T: Tx>(tx: &mut T, key_id: &[u8; 16]) -> Result<Option<DataKey>> {
    tx.query_opt(&GET, params![*key_id], data_key)
}

fn data_key(row: &Row<'_>) -> Result<DataKey> {
    Ok(DataKey {
        subject: row.get(0)?,
        compartment: row.get(1)?,
        rooted: row.get::<i64>(2)? != 0,
        half_id: row.get(3)?,
        half: row.get(4)?,
    })
}

/// A data key with its id, and what was granted of it to either of two holders if it hangs from people.
pub type Granted = ([u8; 16], DataKey, Vec<Grant>);

/// A data key and its grants to two holders; nothing when it was never made or was destroyed.
///
/// # Errors
/// The database.
pub fn get_for<T: Tx>(tx: &mut T, key_id: &[u8; 16], [a, b]: [Id; 2]) -> Result<Option<Granted>> {
    let rows = tx.query(&GET_FOR, params![*key_id, a.0, b.0], granted)?;
    Ok(together(tx, rows)?.pop())
}

/// The same of many keys, in no order.
///
/// # Errors
/// The database.
pub fn get_many_for<T: Tx>(tx: &mut T, key_ids: &[[u8; 16]], [a, b]: [Id; 2]) -> Result<Vec<Granted>> {
    let mut rows = Vec::new();
    for params in filled(key_ids, params![a.0, b.0]) {
        rows.extend(tx.query(&GET_MANY, &params, granted)?);
    }
    together(tx, rows)
}

fn granted(row: &Row<'_>) -> Result<(Granted, Option<Vec<u8>>)> {
    let grant = match row.get::<Option<Id>>(5)? {
        Some(holder) => Some(Grant { holder, epoch: row.get(6)?, sealed: row.get(7)? }),
        None => None,
    };
    Ok(((row.get(8)?, data_key(row)?, grant.into_iter().collect()), row.get(9)?))
}

/// One for each key, which comes once for each of its grants; each is what the program wrote.
fn together<T: Tx>(tx: &mut T, mut rows: Vec<(Granted, Option<Vec<u8>>)>) -> Result<Vec<Granted>> {
    rows.sort_by_key(|((id, ..), _)| *id);
    let mut out: Vec<Granted> = Vec::with_capacity(rows.len());
    for ((id, key, grants), mac) in rows {
        if let Some((_, _, all)) = out.last_mut().filter(|(last, ..)| *last == id) {
            all.extend(grants);
            continue;
        }
        let rooted = i64::from(key.rooted);
        let columns = params![id, key.subject.0, key.compartment, rooted, key.half_id];
        bound::check_read(tx, &bound::DATA_KEYS, columns, mac)?;
        out.push((id, key, grants));
    }
    Ok(out)
}

/// What was granted to either of two holders.
///
/// # Errors
/// The database.
pub fn grants<T: Tx>(tx: &mut T, key_id: &[u8; 16], [a, b]: [Id; 2]) -> Result<Vec<Grant>> {
    tx.query(&GRANTS, params![*key_id, a.0, b.0], |row| {
        Ok(Grant { holder: row.get(0)?, epoch: row.get(1)?, sealed: row.get(2)? })
    })
}

/// Every key of a subject: id and compartment.
///
/// # Errors
/// The database.
pub fn of_subject<T: Tx>(tx: &mut T, subject: Id) -> Result<Vec<([u8; 16], i64)>> {
    tx.query(&OF_SUBJECT, params![subject.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Puts a fresh key into the keystore.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, key_id: &[u8; 16], compartment: i64, wrapped: &[u8]) -> Result<()> {
    tx.execute(&INSERT, params![*key_id, compartment, wrapped])?;
    Ok(())
}

/// Notes a data key of a subject.
///
/// # Errors
/// The database.
pub fn add(
    tx: &mut WriteTx<'_>,
    key_id: &[u8; 16],
    (subject, compartment): (Id, i64),
    rooted: bool,
    half_id: &[u8; 16],
) -> Result<()> {
    let rooted = i64::from(rooted);
    let mac = bound::mac(tx, &bound::DATA_KEYS, params![*key_id, subject.0, compartment, rooted, *half_id])?;
    tx.execute(&ADD, params![*key_id, subject.0, compartment, rooted, *half_id, mac])?;
    Ok(())
}

/// Makes a key the one that new content of a subject's compartment is sealed under.
///
/// # Errors
/// The database.
pub fn bind(tx: &mut WriteTx<'_>, subject: Id, compartment: i64, key_id: &[u8; 16]) -> Result<()> {
    tx.execute(&BIND, params![subject.0, compartment, *key_id])?;
    Ok(())
}

/// New content of a subject's compartment gets a new key from now on.
///
/// # Errors
/// The database.
pub fn unbind(tx: &mut WriteTx<'_>, subject: Id, compartment: i64) -> Result<()> {
    tx.execute(&UNBIND, params![subject.0, compartment])?;
    Ok(())
}

/// Takes a key out of the server's hand: it hangs from people, and the keystore has another half of it.
///
/// # Errors
/// `NotOne` when it does already; the database.
pub fn reroot(tx: &mut WriteTx<'_>, key_id: &[u8; 16], half_id: &[u8; 16]) -> Result<()> {
    let changed = bound::change(tx, &bound::DATA_KEYS, params![*key_id], |tx| {
        tx.execute(&REROOT, params![*key_id, *half_id])
    })?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotOne) }
}

/// Grants a key to a holder, in place of what he had.
///
/// # Errors
/// The database.
pub fn grant(tx: &mut WriteTx<'_>, key_id: &[u8; 16], grant: &Grant) -> Result<()> {
    tx.execute(&UNGRANT, params![*key_id, grant.holder.0])?;
    tx.execute(&GRANT, params![*key_id, grant.holder.0, grant.epoch, grant.sealed])?;
    Ok(())
}

/// Takes a grant away.
///
/// # Errors
/// The database.
pub fn ungrant(tx: &mut WriteTx<'_>, key_id: &[u8; 16], holder: Id) -> Result<()> {
    tx.execute(&UNGRANT, params![*key_id, holder.0])?;
    Ok(())
}

/// Keys that were granted to one user by name: id and compartment.
///
/// # Errors
/// The database.
pub fn held<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<([u8; 16], i64)>> {
    tx.query(&HELD, params![user.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Users whom a key was granted to by name.
///
/// # Errors
/// The database.
pub fn holders<T: Tx>(tx: &mut T, key_id: &[u8; 16]) -> Result<Vec<Id>> {
    tx.query(&HOLDERS, params![*key_id], |row| row.get(0))
}

/// Destroys a wrapped key of the keystore.
///
/// # Errors
/// The database.
pub fn destroy(tx: &mut WriteTx<'_>, key_id: &[u8; 16]) -> Result<()> {
    tx.execute(&DESTROY, params![*key_id])?;
    Ok(())
}

/// Destroys every key of a subject: halves, grants and all. What they sealed opens to nobody any more.
/// Gives how many there were.
///
/// # Errors
/// The database.
pub fn shred(tx: &mut WriteTx<'_>, subject: Id) -> Result<usize> {
    let keys = of_subject(tx, subject)?;
    for (key_id, compartment) in &keys {
        if let Some(key) = get(tx, key_id)? {
            destroy(tx, &key.half_id)?;
        }
        destroy(tx, key_id)?;
        tx.execute(&UNGRANT_ALL, params![*key_id])?;
        unbind(tx, subject, *compartment)?;
        tx.execute(&FORGET, params![*key_id])?;
    }
    Ok(keys.len())
}

/// Is a key of a subject named of which the keystore has no half?
///
/// # Errors
/// The database.
pub fn lost<T: Tx>(tx: &mut T, subject: Id) -> Result<bool> {
    Ok(tx.query_one(&LOST, params![subject.0], |row| row.get::<i64>(0))? > 0)
}

/// How many data keys have no half in the keystore.
///
/// # Errors
/// The database.
pub fn missing<T: Tx>(tx: &mut T) -> Result<i64> {
    tx.query_one(&MISSING, params![], |row| row.get(0))
}

/// How many wrapped keys the keystore has.
///
/// # Errors
/// The database.
pub fn count<T: Tx>(tx: &mut T) -> Result<i64> {
    tx.query_one(&COUNT, params![], |row| row.get(0))
}

/// How many data keys hang from people, or from the server alone.
///
/// # Errors
/// The database.
pub fn count_rooted<T: Tx>(tx: &mut T, rooted: bool) -> Result<i64> {
    tx.query_one(&COUNT_ROOTED, params![i64::from(rooted)], |row| row.get(0))
}

/// Keys that hang from people and whose old wrap for the server is still there, after an id.
///
/// # Errors
/// The database.
pub fn left_over<T: Tx>(tx: &mut T, after: &[u8; 16], rows: i64) -> Result<Vec<[u8; 16]>> {
    tx.query(&LEFT_OVER, params![*after, rows], |row| row.get(0))
}

/// A grant that is to be sealed anew under another epoch.
pub struct OldGrant {
    /// Which key.
    pub key_id: [u8; 16],
    /// Of which compartment.
    pub compartment: i64,
    /// The grant.
    pub grant: Grant,
}

/// Grants of a holder in an epoch, after an id.
///
/// # Errors
/// The database.
pub fn of_holder<T: Tx>(
    tx: &mut T,
    holder: Id,
    epoch: i64,
    after: &[u8; 16],
    rows: i64,
) -> Result<Vec<OldGrant>> {
    tx.query(&OF_HOLDER, params![holder.0, epoch, *after, rows], |row| {
        Ok(OldGrant {
            key_id: row.get(0)?,
            compartment: row.get(3)?,
            grant: Grant { holder, epoch: row.get(1)?, sealed: row.get(2)? },
        })
    })
}

/// Grants of one holder that were read under an epoch, under another one: their keys, and what is sealed now. Says
/// how many were still there: one that has gone on to another epoch meanwhile stays where it is, or it would be
/// sealed to a key that has ended.
///
/// # Errors
/// The database.
pub fn rewrap(
    tx: &mut WriteTx<'_>,
    holder: Id,
    [from, to]: [i64; 2],
    anew: &[([u8; 16], Vec<u8>)],
) -> Result<u64> {
    let mut changed = 0;
    for some in anew.chunks(ROOM) {
        let filled = || some.iter().chain(some.last().into_iter().cycle()).take(ROOM);
        let keys = filled().map(|(key, _)| Param::Blob(key));
        let sealed = filled().map(|(_, sealed)| Param::Blob(sealed));
        let rest = params![holder.0, from, to];
        let all: Vec<Param<'_>> = keys.chain(sealed).chain(rest.iter().copied()).collect();
        changed += tx.execute(&REWRAP, &all)?;
    }
    Ok(changed)
}
