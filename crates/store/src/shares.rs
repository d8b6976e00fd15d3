//! Shares: which organisation was given what of a case, what for, on which ground, until when.

use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A share as it lies in the database. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Own id.
    pub id: Id,
    /// Of which case.
    pub case_id: Id,
    /// Who receives.
    pub organisation_id: Id,
    /// Bits of the field groups.
    pub groups: i64,
    /// Code of the purpose.
    pub purpose: String,
    /// `consent`, or the code of a ground in law.
    pub ground: String,
    /// The consent record behind it.
    pub consent_id: Option<Id>,
    /// Why, sealed; on a ground in law.
    pub note: Option<Vec<u8>>,
    /// From when.
    pub since: i64,
    /// Until when it was asked for; `i64::MAX` as long as the consent lasts.
    pub asked_until: i64,
    /// Until when it holds: what was asked for, or the end of the consent if that comes first.
    pub until: i64,
    /// Who opened it.
    pub opened_by: Id,
    /// Keyed digest of all of the above but the note.
    pub mac: [u8; 32],
    /// When it was ended before its time.
    pub ended_at: Option<i64>,
    /// By whom.
    pub ended_by: Option<Id>,
    /// Code of the reason.
    pub ended_why: Option<String>,
    /// When the receiver said that its copies are deleted.
    pub deleted_at: Option<i64>,
    /// Who said so.
    pub deleted_by: Option<Id>,
}

impl Default for Share {
    fn default() -> Share {
        let nobody = Id([0; 16]);
        Share {
            id: nobody,
            case_id: nobody,
            organisation_id: nobody,
            groups: 0,
            purpose: String::new(),
            ground: String::new(),
            consent_id: None,
            note: None,
            since: 0,
            asked_until: 0,
            until: 0,
            opened_by: nobody,
            mac: [0; 32],
            ended_at: None,
            ended_by: None,
            ended_why: None,
            deleted_at: None,
            deleted_by: None,
        }
    }
}

impl Share {
    /// Does it hold at a moment?
    #[must_use]
    pub fn holds(&self, at: i64) -> bool {
        self.ended_at.is_none() && self.since <= at && at < self.until
    }
}

macro_rules! select {
    ($rest:literal) => {
        sql(concat!(
            "select id, case_id, organisation_id, field_groups, purpose, ground, consent_id, note, since, asked_until, until, \
             opened_by, mac, ended_at, ended_by, ended_why, deleted_at, deleted_by from shares ",
            $rest
        ))
    };
}

static INSERT: Sql = sql(
    "insert into shares (id, case_id, organisation_id, field_groups, purpose, ground, consent_id, note, since, asked_until, \
     until, opened_by, mac) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
);
static GET: Sql = select!("where id = $1");
static OF_CASE: Sql = select!("where case_id = $1 order by since desc, id");
static OF_CONSENT: Sql = select!("where consent_id = $1 order by since, id");
static ENDED_FOR: Sql = select!(
    "where organisation_id = $1 and until <= $2 and until > $3 and deleted_at is null order by until desc, id limit $4"
);
static END: Sql = sql(
    "update shares set ended_at = $2, ended_by = $3, ended_why = $4, until = $5, mac = $6 where id = $1 and ended_at is null",
);
static MOVE_END: Sql = sql("update shares set until = $2, mac = $3 where id = $1 and ended_at is null");
static DELETED: Sql =
    sql("update shares set deleted_at = $2, deleted_by = $3 where id = $1 and deleted_at is null");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] =
    &[&INSERT, &GET, &OF_CASE, &OF_CONSENT, &ENDED_FOR, &END, &MOVE_END, &DELETED];

type Result<T> = std::result::Result<T, StoreError>;

fn read(row: &Row<'_>) -> Result<Share> {
    Ok(Share {
        id: row.get(0)?,
        case_id: row.get(1)?,
        organisation_id: row.get(2)?,
        groups: row.get(3)?,
        purpose: row.get(4)?,
        ground: row.get(5)?,
        consent_id: row.get(6)?,
        note: row.get(7)?,
        since: row.get(8)?,
        asked_until: row.get(9)?,
        until: row.get(10)?,
        opened_by: row.get(11)?,
        mac: row.get(12)?,
        ended_at: row.get(13)?,
        ended_by: row.get(14)?,
        ended_why: row.get(15)?,
        deleted_at: row.get(16)?,
        deleted_by: row.get(17)?,
    })
}

/// Writes a new share.
///
/// # Errors
/// The database.
pub fn insert(tx: &mut WriteTx<'_>, s: &Share) -> Result<()> {
    tx.execute(
        &INSERT,
        params![
            s.id.0,
            s.case_id.0,
            s.organisation_id.0,
            s.groups,
            s.purpose,
            s.ground,
            s.consent_id.map(|i| i.0),
            s.note,
            s.since,
            s.asked_until,
            s.until,
            s.opened_by.0,
            s.mac.as_slice()
        ],
    )?;
    Ok(())
}

/// One share.
///
/// # Errors
/// The database.
pub fn get<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Share>> {
    tx.query_opt(&GET, params![id.0], read)
}

/// Every share of a case, newest first, those that ended among them.
///
/// # Errors
/// The database.
pub fn of_case<T: Tx>(tx: &mut T, case_id: Id) -> Result<Vec<Share>> {
    tx.query(&OF_CASE, params![case_id.0], read)
}

/// Every share that rests on a consent, oldest first.
///
/// # Errors
/// The database.
pub fn of_consent<T: Tx>(tx: &mut T, consent_id: Id) -> Result<Vec<Share>> {
    tx.query(&OF_CONSENT, params![consent_id.0], read)
}

/// Shares with an organisation that ended between two moments and of which it has not yet said that its
/// copies are deleted, the latest first.
///
/// # Errors
/// The database.
pub fn ended_for<T: Tx>(
    tx: &mut T,
    organisation: Id,
    now: i64,
    not_before: i64,
    rows: i64,
) -> Result<Vec<Share>> {
    tx.query(&ENDED_FOR, params![organisation.0, now, not_before, rows], read)
}

/// Ends a share that has not been ended: `share` carries the moment, who, why, the end and the digest.
///
/// # Errors
/// The database.
pub fn end(tx: &mut WriteTx<'_>, share: &Share) -> Result<bool> {
    let changed = tx.execute(
        &END,
        params![
            share.id.0,
            share.ended_at,
            share.ended_by.map(|i| i.0),
            share.ended_why,
            share.until,
            share.mac.as_slice()
        ],
    )?;
    Ok(changed == 1)
}

/// A share holds until another moment.
///
/// # Errors
/// The database.
pub fn move_end(tx: &mut WriteTx<'_>, share: &Share) -> Result<()> {
    tx.execute(&MOVE_END, params![share.id.0, share.until, share.mac.as_slice()])?;
    Ok(())
}

/// The receiver says that its copies are deleted.
///
/// # Errors
/// The database.
pub fn deleted(tx: &mut WriteTx<'_>, id: Id, at: i64, by: Id) -> Result<bool> {
    Ok(tx.execute(&DELETED, params![id.0, at, by.0])? == 1)
}
