//! Whose keys there are: users' public halves, role keys of organisations and who may use them.

use crate::bound::{ROLE_KEYS, USER_KEYS, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

static USER: Sql = sql("select work, identity from user_keys where user_id = $1");
static ADD_USER: Sql =
    sql("insert into user_keys (user_id, work, identity, made_at) values ($1, $2, $3, $4)");
static DROP_USER: Sql = sql("delete from user_keys where user_id = $1");
static ROLES: Sql = sql("select class, epoch, public, ended_at from role_keys where organisation_id = $1");
static ADD_ROLE: Sql = sql(
    "insert into role_keys (organisation_id, class, epoch, public, made_at, ended_at) values ($1, $2, $3, $4, $5, 0)",
);
static END_ROLE: Sql = sql(
    "update role_keys set ended_at = $4 where organisation_id = $1 and class = $2 and epoch = $3 and ended_at = 0",
);
macro_rules! members {
    ($rest:literal) => {
        sql(concat!(
            "select user_id, organisation_id, class, epoch, sealed, admitted_by, admitted_at, holder_key, vouched \
             from role_members ",
            $rest
        ))
    };
}

static MEMBER: Sql = members!("where user_id = $1");
static MEMBERS: Sql = members!("where organisation_id = $1");
static ADD_MEMBER: Sql = sql(
    "insert into role_members (user_id, organisation_id, class, epoch, sealed, admitted_by, admitted_at, \
     holder_key, vouched) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static DROP_MEMBER: Sql =
    sql("delete from role_members where user_id = $1 and organisation_id = $2 and class = $3 and epoch = $4");
static VOUCH: Sql = sql("update role_members set holder_key = $5, vouched = $6 \
     where user_id = $1 and organisation_id = $2 and class = $3 and epoch = $4");
static DROP_EPOCH: Sql =
    sql("delete from role_members where organisation_id = $1 and class = $2 and epoch = $3");
static DUE: Sql = sql("select since from epochs_due where organisation_id = $1");
static SET_DUE: Sql = sql("insert into epochs_due (organisation_id, since) values ($1, $2)");
static DROP_DUE: Sql = sql("delete from epochs_due where organisation_id = $1");
static TURNED: Sql = sql("delete from epochs_due where organisation_id = $1 and since = $2");
static UNINDEXED: Sql =
    sql("select person_id from unindexed where organisation_id = $1 order by person_id limit $2");
static IS_UNINDEXED: Sql =
    sql("select person_id from unindexed where organisation_id = $1 and person_id = $2");
static ADD_UNINDEXED: Sql = sql("insert into unindexed (organisation_id, person_id) values ($1, $2)");
static DROP_UNINDEXED: Sql = sql("delete from unindexed where organisation_id = $1 and person_id = $2");
/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &USER,
    &ADD_USER,
    &DROP_USER,
    &ROLES,
    &ADD_ROLE,
    &END_ROLE,
    &MEMBER,
    &MEMBERS,
    &ADD_MEMBER,
    &DROP_MEMBER,
    &VOUCH,
    &DROP_EPOCH,
    &DUE,
    &SET_DUE,
    &DROP_DUE,
    &TURNED,
    &UNINDEXED,
    &IS_UNINDEXED,
    &ADD_UNINDEXED,
    &DROP_UNINDEXED,
];

type Result<T> = std::result::Result<T, StoreError>;

/// Public halves of a user: work, identity.
///
/// # Errors
/// The database.
pub fn user<T: Tx>(tx: &mut T, user: Id) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    check(tx, &USER_KEYS, params![user.0])?;
    tx.query_opt(&USER, params![user.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Writes a user's public halves down, in place of others.
///
/// # Errors
/// The database.
pub fn set_user(tx: &mut WriteTx<'_>, user: Id, work: &[u8], identity: &[u8], now: i64) -> Result<()> {
    change(tx, &USER_KEYS, params![user.0], |tx| {
        tx.execute(&DROP_USER, params![user.0])?;
        tx.execute(&ADD_USER, params![user.0, work, identity, now])
    })?;
    Ok(())
}

/// A role key of an organisation.
pub struct RoleKey {
    /// 2, 3, 5 or 6.
    pub class: i64,
    /// From 1.
    pub epoch: i64,
    /// Its public half.
    pub public: Vec<u8>,
    /// When it was replaced, microseconds; 0 is not.
    pub ended_at: i64,
}

/// Role keys of an organisation, ended ones too; none while it is not locked.
///
/// # Errors
/// The database.
pub fn roles<T: Tx>(tx: &mut T, organisation: Id) -> Result<Vec<RoleKey>> {
    check(tx, &ROLE_KEYS, params![organisation.0])?;
    tx.query(&ROLES, params![organisation.0], |row| {
        Ok(RoleKey { class: row.get(0)?, epoch: row.get(1)?, public: row.get(2)?, ended_at: row.get(3)? })
    })
}

/// Adds a role key.
///
/// # Errors
/// The database.
pub fn add_role(
    tx: &mut WriteTx<'_>,
    organisation: Id,
    (class, epoch): (i64, i64),
    public: &[u8],
    now: i64,
) -> Result<()> {
    change(tx, &ROLE_KEYS, params![organisation.0], |tx| {
        tx.execute(&ADD_ROLE, params![organisation.0, class, epoch, public, now])
    })?;
    Ok(())
}

/// A role key was replaced; nobody is a member of it any more.
///
/// # Errors
/// The database.
pub fn end_role(tx: &mut WriteTx<'_>, organisation: Id, (class, epoch): (i64, i64), now: i64) -> Result<()> {
    change(tx, &ROLE_KEYS, params![organisation.0], |tx| {
        tx.execute(&END_ROLE, params![organisation.0, class, epoch, now])
    })?;
    tx.execute(&DROP_EPOCH, params![organisation.0, class, epoch])?;
    Ok(())
}

/// A role key sealed to a member.
pub struct Membership {
    /// Who.
    pub user: Id,
    /// Whose role key.
    pub organisation: Id,
    /// Of which class.
    pub class: i64,
    /// And epoch.
    pub epoch: i64,
    /// The sealed key; empty where only the membership was asked for.
    pub sealed: Vec<u8>,
    /// Who let the member in.
    pub admitted_by: Id,
    /// When, microseconds.
    pub admitted_at: i64,
    /// Digest of the public half it was sealed to; nothing for one of before this was kept.
    pub holder_key: Option<Vec<u8>>,
    /// Keyed digest under the role key over all of that.
    pub vouched: Option<Vec<u8>>,
}

fn read_member(row: &Row<'_>) -> Result<Membership> {
    Ok(Membership {
        user: row.get(0)?,
        organisation: row.get(1)?,
        class: row.get(2)?,
        epoch: row.get(3)?,
        sealed: row.get(4)?,
        admitted_by: row.get(5)?,
        admitted_at: row.get(6)?,
        holder_key: row.get(7)?,
        vouched: row.get(8)?,
    })
}

/// What a user is a member of.
///
/// # Errors
/// The database.
pub fn memberships<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Membership>> {
    tx.query(&MEMBER, params![user.0], read_member)
}

/// Members of an organisation's role keys.
///
/// # Errors
/// The database.
pub fn members<T: Tx>(tx: &mut T, organisation: Id) -> Result<Vec<Membership>> {
    tx.query(&MEMBERS, params![organisation.0], read_member)
}

/// Lets a user use a role key.
///
/// # Errors
/// The database.
pub fn admit(tx: &mut WriteTx<'_>, m: &Membership) -> Result<()> {
    tx.execute(&DROP_MEMBER, params![m.user.0, m.organisation.0, m.class, m.epoch])?;
    let values = params![
        m.user.0,
        m.organisation.0,
        m.class,
        m.epoch,
        m.sealed,
        m.admitted_by.0,
        m.admitted_at,
        m.holder_key,
        m.vouched
    ];
    tx.execute(&ADD_MEMBER, values)?;
    Ok(())
}

/// Writes down what a membership was sealed to, and that a holder of the role key says so.
///
/// # Errors
/// The database.
pub fn vouch(tx: &mut WriteTx<'_>, m: &Membership) -> Result<()> {
    let values = params![m.user.0, m.organisation.0, m.class, m.epoch, m.holder_key, m.vouched];
    tx.execute(&VOUCH, values)?;
    Ok(())
}

/// A user may not use a role key any more.
///
/// # Errors
/// The database.
pub fn dismiss(tx: &mut WriteTx<'_>, m: &Membership) -> Result<()> {
    tx.execute(&DROP_MEMBER, params![m.user.0, m.organisation.0, m.class, m.epoch])?;
    Ok(())
}

/// Since when an organisation's epoch has to turn, microseconds.
///
/// # Errors
/// The database.
pub fn epoch_due<T: Tx>(tx: &mut T, organisation: Id) -> Result<Option<i64>> {
    tx.query_opt(&DUE, params![organisation.0], |row| row.get(0))
}

/// The epoch of an organisation has to turn. Where it was due already it is due anew, a microsecond later: a turn that
/// is under way began before this, and must not be taken for the one that is due now. Gives since when.
///
/// # Errors
/// The database.
pub fn make_epoch_due(tx: &mut WriteTx<'_>, organisation: Id, now: i64) -> Result<i64> {
    let since = epoch_due(tx, organisation)?.map_or(now, |before| before.saturating_add(1));
    tx.execute(&DROP_DUE, params![organisation.0])?;
    tx.execute(&SET_DUE, params![organisation.0, since])?;
    Ok(since)
}

/// The epoch of an organisation has turned, as it was due since then; nothing happens where it has become due again.
///
/// # Errors
/// The database.
pub fn epoch_turned(tx: &mut WriteTx<'_>, organisation: Id, since: i64) -> Result<()> {
    tx.execute(&TURNED, params![organisation.0, since])?;
    Ok(())
}

/// People an organisation has not indexed yet.
///
/// # Errors
/// The database.
pub fn unindexed<T: Tx>(tx: &mut T, organisation: Id, rows: i64) -> Result<Vec<Id>> {
    tx.query(&UNINDEXED, params![organisation.0, rows], |row| row.get(0))
}

/// An organisation has to index a person.
///
/// # Errors
/// The database.
pub fn add_unindexed(tx: &mut WriteTx<'_>, organisation: Id, person: Id) -> Result<()> {
    let there: Option<Id> =
        tx.query_opt(&IS_UNINDEXED, params![organisation.0, person.0], |row| row.get(0))?;
    if there.is_none() {
        tx.execute(&ADD_UNINDEXED, params![organisation.0, person.0])?;
    }
    Ok(())
}

/// An organisation has indexed a person.
///
/// # Errors
/// The database.
pub fn drop_unindexed(tx: &mut WriteTx<'_>, organisation: Id, person: Id) -> Result<()> {
    tx.execute(&DROP_UNINDEXED, params![organisation.0, person.0])?;
    Ok(())
}
