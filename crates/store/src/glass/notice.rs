//! What people are told.

use crate::db::{Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// What somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: Id,
    /// To whom.
    pub user: Id,
    /// Code of the news.
    pub kind: String,
    /// About which request.
    pub request: Option<Id>,
    /// About which colleague.
    pub about: Option<Id>,
    /// When, microseconds.
    pub at: i64,
}

static NOTICES: Sql = sql(
    "select id, user_id, kind, request_id, about, at from glass_notices where user_id = $1 and seen_at is null \
     order by at desc, id limit 100",
);
static NOTIFY: Sql = sql(
    "insert into glass_notices (id, user_id, kind, request_id, about, at) values ($1, $2, $3, $4, $5, $6)",
);
static SEEN: Sql =
    sql("update glass_notices set seen_at = $3 where id = $1 and user_id = $2 and seen_at is null");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[&NOTICES, &NOTIFY, &SEEN];

type Result<T> = std::result::Result<T, StoreError>;

/// What somebody has been told and not put away yet.
///
/// # Errors
/// The database.
pub fn notices<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Notice>> {
    tx.query(&NOTICES, params![user.0], |row| {
        Ok(Notice {
            id: row.get(0)?,
            user: row.get(1)?,
            kind: row.get(2)?,
            request: row.get(3)?,
            about: row.get(4)?,
            at: row.get(5)?,
        })
    })
}

/// Tells somebody something.
///
/// # Errors
/// The database.
pub fn notify(tx: &mut WriteTx<'_>, n: &Notice) -> Result<()> {
    let (request, about) = (n.request.map(|i| i.0), n.about.map(|i| i.0));
    tx.execute(&NOTIFY, params![n.id.0, n.user.0, n.kind.as_str(), request, about, n.at])?;
    Ok(())
}

/// Puts a notice away; says whether it was there.
///
/// # Errors
/// The database.
pub fn seen(tx: &mut WriteTx<'_>, id: Id, user: Id, now: i64) -> Result<bool> {
    Ok(tx.execute(&SEEN, params![id.0, user.0, now])? > 0)
}
