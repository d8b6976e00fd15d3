//! What people sign in with: key pairs, slots, passkeys, authenticator apps; notices about them.

use crate::bound::{PASSKEYS as KEYS_OF_DEVICES, TOTP as APPS, USER_KEYS, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// The public halves of a user.
pub struct UserKeys {
    /// Of the work pair.
    pub work: Vec<u8>,
    /// Of the identity pair.
    pub identity: Vec<u8>,
    /// From when on names may be granted to it, microseconds.
    pub identity_from: i64,
}

/// A passkey as stored.
#[derive(Clone)]
pub struct Passkey {
    /// Its row.
    pub id: Id,
    /// Whose.
    pub user_id: Id,
    /// SHA-256 of the credential's id.
    pub credential: Vec<u8>,
    /// The credential, sealed to the server.
    pub data: Vec<u8>,
    /// Uses that the device has counted; 0 where it does not count.
    pub counter: i64,
    /// What the owner calls it.
    pub label: String,
    /// Does it open the keys (PRF)?
    pub opens: bool,
    /// Enrolled, microseconds.
    pub created_at: i64,
    /// Used last, microseconds; 0 is never.
    pub used_at: i64,
    /// Ended, microseconds; 0 is not.
    pub ended_at: i64,
    /// Why it ended: `removed`, `cloned`, `recovered`.
    pub ended_why: String,
}

/// An authenticator app as stored.
pub struct Totp {
    /// The shared secret, sealed to the server.
    pub secret: Vec<u8>,
    /// The step of the newest code that was used.
    pub used_step: i64,
    /// Confirmed with a first code, microseconds; 0 is not yet.
    pub confirmed_at: i64,
}

/// Something the owner of an account should know.
pub struct Notice {
    /// Which one.
    pub id: Id,
    /// What happened.
    pub code: String,
    /// To whom, where it is not the owner.
    pub about: Option<Id>,
    /// When, microseconds.
    pub at: i64,
}

static KEYS: Sql = sql("select work, identity, identity_from from user_keys where user_id = $1");
static INSERT_KEYS: Sql =
    sql("insert into user_keys (user_id, work, identity, made_at, identity_from) values \
     ($1, $2, $3, $4, $5)");
static UPDATE_KEYS: Sql =
    sql("update user_keys set work = $2, identity = $3, made_at = $4, identity_from = $5 \
     where user_id = $1");
static SLOTS: Sql = sql("select half, sealed from slots where user_id = $1 and kind = $2 and source = $3");
static INSERT_SLOT: Sql =
    sql("insert into slots (user_id, kind, source, half, sealed) values ($1, $2, $3, $4, $5)");
static DROP_SLOTS: Sql = sql("delete from slots where user_id = $1 and kind = $2 and source = $3");
static DROP_OTHER_SLOTS: Sql = sql("delete from slots where user_id = $1 and (kind <> $2 or source <> $3)");
static PASSKEYS: Sql =
    sql("select id, user_id, credential, data, counter, label, opens, created_at, used_at, \
     ended_at, ended_why from passkeys where user_id = $1 and ended_at = 0 order by created_at");
static PASSKEY: Sql =
    sql("select id, user_id, credential, data, counter, label, opens, created_at, used_at, \
     ended_at, ended_why from passkeys where credential = $1");
static INSERT_PASSKEY: Sql =
    sql("insert into passkeys (id, user_id, credential, data, counter, label, opens, \
     created_at, used_at, ended_at, ended_why) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '')");
static USE_PASSKEY: Sql = sql("update passkeys set data = $2, counter = $3, used_at = $4 \
     where id = $1 and ended_at = 0 and (counter < $3 or (counter = 0 and $3 = 0))");
static OPENS: Sql = sql("update passkeys set opens = 1 where id = $1");
static END_PASSKEY: Sql = sql("update passkeys set ended_at = $3, ended_why = $4 \
     where user_id = $1 and id = $2 and ended_at = 0");
static END_PASSKEYS: Sql =
    sql("update passkeys set ended_at = $2, ended_why = $3 where user_id = $1 and ended_at = 0");
static TOTP: Sql = sql("select secret, used_step, confirmed_at from totp where user_id = $1");
static DROP_TOTP: Sql = sql("delete from totp where user_id = $1");
static INSERT_TOTP: Sql =
    sql("insert into totp (user_id, secret, used_step, confirmed_at) values ($1, $2, 0, 0)");
static USE_STEP: Sql = sql("update totp set used_step = $2 where user_id = $1 and used_step < $2");
static CONFIRM_TOTP: Sql = sql("update totp set confirmed_at = $2 where user_id = $1 and confirmed_at = 0");
static ANSWER: Sql = sql("insert into answered (id, at) values ($1, $2) on conflict do nothing");
static FORGET_ANSWERS: Sql = sql("delete from answered where at < $1");
static INSERT_NOTICE: Sql =
    sql("insert into notices (id, user_id, code, about, at, seen_at) values ($1, $2, $3, $4, $5, 0)");
static NOTICES: Sql = sql("select id, code, about, at from notices where user_id = $1 and seen_at = 0 \
     order by at desc limit 50");
static SEEN: Sql = sql("update notices set seen_at = $2 where user_id = $1 and seen_at = 0");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &KEYS,
    &INSERT_KEYS,
    &UPDATE_KEYS,
    &SLOTS,
    &INSERT_SLOT,
    &DROP_SLOTS,
    &DROP_OTHER_SLOTS,
    &PASSKEYS,
    &PASSKEY,
    &INSERT_PASSKEY,
    &USE_PASSKEY,
    &OPENS,
    &END_PASSKEY,
    &END_PASSKEYS,
    &TOTP,
    &DROP_TOTP,
    &INSERT_TOTP,
    &USE_STEP,
    &CONFIRM_TOTP,
    &ANSWER,
    &FORGET_ANSWERS,
    &INSERT_NOTICE,
    &NOTICES,
    &SEEN,
];

type Result<T> = std::result::Result<T, StoreError>;

/// The public halves of a user.
///
/// # Errors
/// The database.
pub fn user_keys<T: Tx>(tx: &mut T, user: Id) -> Result<Option<UserKeys>> {
    check(tx, &USER_KEYS, params![user.0])?;
    tx.query_opt(&KEYS, params![user.0], |row| {
        Ok(UserKeys { work: row.get(0)?, identity: row.get(1)?, identity_from: row.get(2)? })
    })
}

/// Writes the public halves of a user, the first ones or others.
///
/// # Errors
/// The database.
pub fn set_user_keys(tx: &mut WriteTx<'_>, user: Id, keys: &UserKeys, now: i64) -> Result<()> {
    let UserKeys { work, identity, identity_from } = keys;
    change(tx, &USER_KEYS, params![user.0], |tx| {
        if tx.execute(&UPDATE_KEYS, params![user.0, work, identity, now, *identity_from])? == 0 {
            tx.execute(&INSERT_KEYS, params![user.0, work, identity, now, *identity_from])?;
        }
        Ok(())
    })
}

/// Sealed halves of one way of signing in: number of the half, blob.
///
/// # Errors
/// The database.
pub fn slots<T: Tx>(tx: &mut T, user: Id, kind: &str, source: Id) -> Result<Vec<(i64, Vec<u8>)>> {
    tx.query(&SLOTS, params![user.0, kind, source.0], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Replaces the slots of one way of signing in.
///
/// # Errors
/// The database.
pub fn set_slots(
    tx: &mut WriteTx<'_>,
    user: Id,
    kind: &str,
    source: Id,
    sealed: &[(i64, Vec<u8>)],
) -> Result<()> {
    tx.execute(&DROP_SLOTS, params![user.0, kind, source.0])?;
    for (half, blob) in sealed {
        tx.execute(&INSERT_SLOT, params![user.0, kind, source.0, *half, blob])?;
    }
    Ok(())
}

/// Destroys every slot of a user but those of one way of signing in.
///
/// # Errors
/// The database.
pub fn drop_other_slots(tx: &mut WriteTx<'_>, user: Id, kind: &str, source: Id) -> Result<()> {
    tx.execute(&DROP_OTHER_SLOTS, params![user.0, kind, source.0])?;
    Ok(())
}

fn read_passkey(row: &Row<'_>) -> Result<Passkey> {
    Ok(Passkey {
        id: row.get(0)?,
        user_id: row.get(1)?,
        credential: row.get(2)?,
        data: row.get(3)?,
        counter: row.get(4)?,
        label: row.get(5)?,
        opens: row.get::<i64>(6)? != 0,
        created_at: row.get(7)?,
        used_at: row.get(8)?,
        ended_at: row.get(9)?,
        ended_why: row.get(10)?,
    })
}

/// Passkeys of a user that are in use, oldest first.
///
/// # Errors
/// The database.
pub fn passkeys<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Passkey>> {
    check(tx, &KEYS_OF_DEVICES, params![user.0])?;
    tx.query(&PASSKEYS, params![user.0], read_passkey)
}

/// By digest of its credential, ended ones too.
///
/// # Errors
/// The database.
pub fn passkey<T: Tx>(tx: &mut T, credential: &[u8; 32]) -> Result<Option<Passkey>> {
    let found = tx.query_opt(&PASSKEY, params![credential.as_slice()], read_passkey)?;
    if let Some(found) = &found {
        check(tx, &KEYS_OF_DEVICES, params![found.user_id.0])?;
    }
    Ok(found)
}

/// Adds a passkey.
///
/// # Errors
/// The database.
pub fn insert_passkey(tx: &mut WriteTx<'_>, key: &Passkey) -> Result<()> {
    change(tx, &KEYS_OF_DEVICES, params![key.user_id.0], |tx| {
        tx.execute(
            &INSERT_PASSKEY,
            params![
                key.id.0,
                key.user_id.0,
                key.credential,
                key.data,
                key.counter,
                key.label,
                i64::from(key.opens),
                key.created_at,
            ],
        )
    })?;
    Ok(())
}

/// A passkey was used: its counter moves on. False when it did not: the device, or another of its kind,
/// has counted that use already.
///
/// # Errors
/// The database.
pub fn use_passkey(tx: &mut WriteTx<'_>, id: Id, data: &[u8], counter: i64, now: i64) -> Result<bool> {
    Ok(tx.execute(&USE_PASSKEY, params![id.0, data, counter, now])? == 1)
}

/// The passkey opens the keys from now on.
///
/// # Errors
/// The database.
pub fn opens(tx: &mut WriteTx<'_>, id: Id) -> Result<()> {
    tx.execute(&OPENS, params![id.0])?;
    Ok(())
}

/// Ends a passkey of a user and destroys its slots; whether there was one.
///
/// # Errors
/// The database.
pub fn end_passkey(tx: &mut WriteTx<'_>, user: Id, id: Id, now: i64, why: &str) -> Result<bool> {
    tx.execute(&DROP_SLOTS, params![user.0, "passkey", id.0])?;
    change(tx, &KEYS_OF_DEVICES, params![user.0], |tx| {
        Ok(tx.execute(&END_PASSKEY, params![user.0, id.0, now, why])? == 1)
    })
}

/// Ends every passkey of a user; their slots are the caller's to destroy.
///
/// # Errors
/// The database.
pub fn end_passkeys(tx: &mut WriteTx<'_>, user: Id, now: i64, why: &str) -> Result<()> {
    change(tx, &KEYS_OF_DEVICES, params![user.0], |tx| tx.execute(&END_PASSKEYS, params![user.0, now, why]))?;
    Ok(())
}

/// The authenticator app of a user.
///
/// # Errors
/// The database.
pub fn totp<T: Tx>(tx: &mut T, user: Id) -> Result<Option<Totp>> {
    check(tx, &APPS, params![user.0])?;
    tx.query_opt(&TOTP, params![user.0], |row| {
        Ok(Totp { secret: row.get(0)?, used_step: row.get(1)?, confirmed_at: row.get(2)? })
    })
}

/// Another app, not confirmed yet; `None` removes it.
///
/// # Errors
/// The database.
pub fn set_totp(tx: &mut WriteTx<'_>, user: Id, secret: Option<&[u8]>) -> Result<()> {
    tx.execute(&DROP_TOTP, params![user.0])?;
    if let Some(secret) = secret {
        change(tx, &APPS, params![user.0], |tx| tx.execute(&INSERT_TOTP, params![user.0, secret]))?;
    }
    Ok(())
}

/// Uses up a code's step: true for exactly one of all who try, however many at once.
///
/// # Errors
/// The database.
pub fn use_step(tx: &mut WriteTx<'_>, user: Id, step: i64) -> Result<bool> {
    Ok(tx.execute(&USE_STEP, params![user.0, step])? == 1)
}

/// The first right code was given.
///
/// # Errors
/// The database.
pub fn confirm_totp(tx: &mut WriteTx<'_>, user: Id, now: i64) -> Result<()> {
    change(tx, &APPS, params![user.0], |tx| tx.execute(&CONFIRM_TOTP, params![user.0, now]))?;
    Ok(())
}

/// Takes a challenge: true for the first answer only.
///
/// # Errors
/// The database.
pub fn answer(tx: &mut WriteTx<'_>, id: Id, now: i64, forget_before: i64) -> Result<bool> {
    tx.execute(&FORGET_ANSWERS, params![forget_before])?;
    Ok(tx.execute(&ANSWER, params![id.0, now])? == 1)
}

/// Leaves a notice for a user.
///
/// # Errors
/// The database.
pub fn notify(tx: &mut WriteTx<'_>, id: Id, user: Id, code: &str, about: Option<Id>, now: i64) -> Result<()> {
    tx.execute(&INSERT_NOTICE, params![id.0, user.0, code, about.map(|a| a.0), now])?;
    Ok(())
}

/// Notices that a user has not seen, newest first, at most fifty.
///
/// # Errors
/// The database.
pub fn notices<T: Tx>(tx: &mut T, user: Id) -> Result<Vec<Notice>> {
    tx.query(&NOTICES, params![user.0], |row| {
        Ok(Notice { id: row.get(0)?, code: row.get(1)?, about: row.get(2)?, at: row.get(3)? })
    })
}

/// The user has seen all notices.
///
/// # Errors
/// The database.
pub fn notices_seen(tx: &mut WriteTx<'_>, user: Id, now: i64) -> Result<()> {
    tx.execute(&SEEN, params![user.0, now])?;
    Ok(())
}
