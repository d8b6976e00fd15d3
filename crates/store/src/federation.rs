//! Partners' identity providers: who they are, who is linked to whom there, and what came once already.

use crate::bound::{LINKS, change, check};
use crate::db::{Row, Sql, StoreError, Tx, WriteTx, sql};
use crate::params;
use domain::Id;

/// A provider as stored.
#[derive(Clone)]
pub struct Provider {
    /// Which one; part of the address it sends people back to.
    pub id: Id,
    /// Whose.
    pub organisation_id: Id,
    /// Sealed under the server's key.
    pub config: Vec<u8>,
    /// Ended, microseconds; 0 is in use.
    pub ended_at: i64,
}

/// An invitation as stored.
#[derive(Clone)]
pub struct Invitation {
    /// SHA-256 of its code.
    pub digest: [u8; 32],
    /// To sign in where.
    pub provider_id: Id,
    /// Whose member confirms it.
    pub organisation_id: Id,
    /// As whom.
    pub user_id: Id,
    /// The administrator.
    pub made_by: Id,
    /// No longer good from then on, microseconds.
    pub expires_at: i64,
    /// Who came with it: keyed digest of issuer and subject.
    pub subject: Option<[u8; 32]>,
    /// When, microseconds; 0 is not yet.
    pub used_at: i64,
}

/// A confirmed link.
#[derive(Clone, Copy)]
pub struct Link {
    /// Through which provider.
    pub provider_id: Id,
    /// Who signs in.
    pub user_id: Id,
}

static PROVIDER: Sql = sql("select id, organisation_id, config, ended_at from providers where id = $1");
static PROVIDER_OF: Sql =
    sql("select id, organisation_id, config, ended_at from providers where organisation_id = $1");
static INSERT_PROVIDER: Sql = sql(
    "insert into providers (id, organisation_id, config, made_by, made_at, ended_at) values ($1, $2, $3, $4, $5, 0)",
);
static UPDATE_PROVIDER: Sql = sql("update providers set config = $2, ended_at = $3 where id = $1");
static LINK: Sql = sql("select provider_id, user_id from provider_links where subject = $1");
static LINK_OF: Sql = sql("select provider_id, user_id from provider_links where user_id = $1");
static INSERT_LINK: Sql = sql(
    "insert into provider_links (subject, provider_id, user_id, confirmed_by, confirmed_at) values ($1, $2, $3, $4, $5)",
);
static DROP_LINK: Sql = sql("delete from provider_links where user_id = $1");
static DROP_LINK_OF: Sql = sql("delete from provider_links where subject = $1");
static DROP_LINKS: Sql = sql("delete from provider_links where provider_id = $1");
static USERS_OF: Sql = sql("select user_id from provider_links where provider_id = $1");
static INVITATION: Sql =
    sql("select digest, provider_id, organisation_id, user_id, made_by, expires_at, subject, used_at \
     from provider_invitations where digest = $1");
static INVITATION_OF: Sql =
    sql("select digest, provider_id, organisation_id, user_id, made_by, expires_at, subject, used_at \
     from provider_invitations where subject = $1");
static INVITATIONS: Sql =
    sql("select digest, provider_id, organisation_id, user_id, made_by, expires_at, subject, used_at \
     from provider_invitations where organisation_id = $1 order by expires_at");
static INVITE: Sql = sql(
    "insert into provider_invitations (digest, provider_id, organisation_id, user_id, made_by, expires_at, used_at) \
     values ($1, $2, $3, $4, $5, $6, 0)",
);
static USE_INVITATION: Sql =
    sql("update provider_invitations set subject = $2, used_at = $3 where digest = $1 and used_at = 0");
static DROP_INVITATION: Sql = sql("delete from provider_invitations where digest = $1");
static DROP_INVITATIONS_OF: Sql = sql("delete from provider_invitations where user_id = $1");
static DROP_INVITATIONS: Sql = sql("delete from provider_invitations where organisation_id = $1");
static INSERT_SESSION: Sql =
    sql("insert into provider_sessions (digest, provider_id, user_id, sid, at) values ($1, $2, $3, $4, $5)");
static SESSION: Sql = sql("select provider_id, user_id from provider_sessions where digest = $1");
static SESSIONS_BY_SID: Sql =
    sql("select provider_id, user_id from provider_sessions where provider_id = $1 and sid = $2");
static SWEEP_SESSIONS: Sql = sql("delete from provider_sessions where at < $1");
static SEEN: Sql = sql("select at from provider_seen where digest = $1");
static SEE: Sql = sql("insert into provider_seen (digest, at) values ($1, $2)");
static LOGIN_ENDED: Sql = sql("select ended from logins where user_id = $1");
static SWEEP_SEEN: Sql = sql("delete from provider_seen where at < $1");

/// Every statement of this module.
pub static STATEMENTS: &[&Sql] = &[
    &PROVIDER,
    &PROVIDER_OF,
    &INSERT_PROVIDER,
    &UPDATE_PROVIDER,
    &LINK,
    &LINK_OF,
    &INSERT_LINK,
    &DROP_LINK,
    &DROP_LINK_OF,
    &DROP_LINKS,
    &USERS_OF,
    &INVITATION,
    &INVITATION_OF,
    &INVITATIONS,
    &INVITE,
    &USE_INVITATION,
    &DROP_INVITATION,
    &DROP_INVITATIONS_OF,
    &DROP_INVITATIONS,
    &INSERT_SESSION,
    &SESSION,
    &SESSIONS_BY_SID,
    &SWEEP_SESSIONS,
    &SEEN,
    &SEE,
    &SWEEP_SEEN,
    &LOGIN_ENDED,
];

type Result<T> = std::result::Result<T, StoreError>;

fn read_provider(row: &Row<'_>) -> Result<Provider> {
    Ok(Provider { id: row.get(0)?, organisation_id: row.get(1)?, config: row.get(2)?, ended_at: row.get(3)? })
}

fn read_link(row: &Row<'_>) -> Result<Link> {
    Ok(Link { provider_id: row.get(0)?, user_id: row.get(1)? })
}

fn read_invitation(row: &Row<'_>) -> Result<Invitation> {
    Ok(Invitation {
        digest: row.get(0)?,
        provider_id: row.get(1)?,
        organisation_id: row.get(2)?,
        user_id: row.get(3)?,
        made_by: row.get(4)?,
        expires_at: row.get(5)?,
        subject: row.get(6)?,
        used_at: row.get(7)?,
    })
}

/// By its id.
///
/// # Errors
/// The database.
pub fn provider<T: Tx>(tx: &mut T, id: Id) -> Result<Option<Provider>> {
    tx.query_opt(&PROVIDER, params![id.0], read_provider)
}

/// That of an organisation.
///
/// # Errors
/// The database.
pub fn provider_of<T: Tx>(tx: &mut T, organisation: Id) -> Result<Option<Provider>> {
    tx.query_opt(&PROVIDER_OF, params![organisation.0], read_provider)
}

/// Adds a provider.
///
/// # Errors
/// The database.
pub fn insert_provider(tx: &mut WriteTx<'_>, provider: &Provider, by: Id, now: i64) -> Result<()> {
    let Provider { id, organisation_id, config, .. } = provider;
    tx.execute(&INSERT_PROVIDER, params![id.0, organisation_id.0, config, by.0, now])?;
    Ok(())
}

/// Other settings, or its end.
///
/// # Errors
/// The database.
pub fn update_provider(tx: &mut WriteTx<'_>, provider: &Provider) -> Result<()> {
    tx.execute(&UPDATE_PROVIDER, params![provider.id.0, provider.config, provider.ended_at])?;
    Ok(())
}

/// Who a subject is here.
///
/// # Errors
/// The database.
pub fn link<T: Tx>(tx: &mut T, subject: &[u8; 32]) -> Result<Option<Link>> {
    let found = tx.query_opt(&LINK, params![subject.as_slice()], read_link)?;
    if let Some(found) = &found {
        check(tx, &LINKS, params![found.user_id.0])?;
    }
    Ok(found)
}

/// Through whom a user signs in.
///
/// # Errors
/// The database.
pub fn link_of<T: Tx>(tx: &mut T, user: Id) -> Result<Option<Link>> {
    check(tx, &LINKS, params![user.0])?;
    tx.query_opt(&LINK_OF, params![user.0], read_link)
}

/// Links a subject to a user; an older link of either goes.
///
/// # Errors
/// The database.
pub fn set_link(tx: &mut WriteTx<'_>, subject: &[u8; 32], link: Link, by: Id, now: i64) -> Result<()> {
    tx.execute(&DROP_LINK, params![link.user_id.0])?;
    tx.execute(&DROP_LINK_OF, params![subject.as_slice()])?;
    change(tx, &LINKS, params![link.user_id.0], |tx| {
        let (provider, user) = (link.provider_id.0, link.user_id.0);
        tx.execute(&INSERT_LINK, params![subject.as_slice(), provider, user, by.0, now])
    })?;
    Ok(())
}

/// Everybody who signs in through a provider.
///
/// # Errors
/// The database.
pub fn users_of<T: Tx>(tx: &mut T, provider: Id) -> Result<Vec<Id>> {
    tx.query(&USERS_OF, params![provider.0], |row| row.get(0))
}

/// Drops every link and invitation of a provider and its organisation.
///
/// # Errors
/// The database.
pub fn drop_all(tx: &mut WriteTx<'_>, provider: &Provider) -> Result<()> {
    tx.execute(&DROP_LINKS, params![provider.id.0])?;
    tx.execute(&DROP_INVITATIONS, params![provider.organisation_id.0])?;
    Ok(())
}

/// By digest of its code.
///
/// # Errors
/// The database.
pub fn invitation<T: Tx>(tx: &mut T, digest: &[u8; 32]) -> Result<Option<Invitation>> {
    tx.query_opt(&INVITATION, params![digest.as_slice()], read_invitation)
}

/// The one a subject has used and that waits.
///
/// # Errors
/// The database.
pub fn invitation_of<T: Tx>(tx: &mut T, subject: &[u8; 32]) -> Result<Option<Invitation>> {
    tx.query_opt(&INVITATION_OF, params![subject.as_slice()], read_invitation)
}

/// All of an organisation.
///
/// # Errors
/// The database.
pub fn invitations<T: Tx>(tx: &mut T, organisation: Id) -> Result<Vec<Invitation>> {
    tx.query(&INVITATIONS, params![organisation.0], read_invitation)
}

/// Adds an invitation; an older one for the same user goes.
///
/// # Errors
/// The database.
pub fn invite(tx: &mut WriteTx<'_>, new: &Invitation) -> Result<()> {
    tx.execute(&DROP_INVITATIONS_OF, params![new.user_id.0])?;
    tx.execute(
        &INVITE,
        params![
            new.digest.as_slice(),
            new.provider_id.0,
            new.organisation_id.0,
            new.user_id.0,
            new.made_by.0,
            new.expires_at,
        ],
    )?;
    Ok(())
}

/// Notes who came with an invitation; whether it was still unused.
///
/// # Errors
/// The database.
pub fn use_invitation(tx: &mut WriteTx<'_>, digest: &[u8; 32], subject: &[u8; 32], now: i64) -> Result<bool> {
    Ok(tx.execute(&USE_INVITATION, params![digest.as_slice(), subject.as_slice(), now])? == 1)
}

/// Drops an invitation.
///
/// # Errors
/// The database.
pub fn drop_invitation(tx: &mut WriteTx<'_>, digest: &[u8; 32]) -> Result<()> {
    tx.execute(&DROP_INVITATION, params![digest.as_slice()])?;
    Ok(())
}

/// Notes that a session began through a provider; `sid` is the keyed digest of the provider's own number.
///
/// # Errors
/// The database.
pub fn insert_session(
    tx: &mut WriteTx<'_>,
    digest: &[u8; 32],
    link: Link,
    sid: Option<&[u8; 32]>,
    now: i64,
) -> Result<()> {
    let sid = sid.map(|s| s.as_slice());
    tx.execute(&INSERT_SESSION, params![digest.as_slice(), link.provider_id.0, link.user_id.0, sid, now])?;
    Ok(())
}

/// Through whom a session began.
///
/// # Errors
/// The database.
pub fn session<T: Tx>(tx: &mut T, digest: &[u8; 32]) -> Result<Option<Link>> {
    tx.query_opt(&SESSION, params![digest.as_slice()], read_link)
}

/// Whose sessions carry a provider's own number.
///
/// # Errors
/// The database.
pub fn by_sid<T: Tx>(tx: &mut T, provider: Id, sid: &[u8; 32]) -> Result<Vec<Link>> {
    tx.query(&SESSIONS_BY_SID, params![provider.0, sid.as_slice()], read_link)
}

/// Notes something that may come once; false when it came before. What is older than `before` is forgotten.
///
/// # Errors
/// The database.
pub fn first_time(tx: &mut WriteTx<'_>, digest: &[u8; 32], now: i64, before: i64) -> Result<bool> {
    tx.execute(&SWEEP_SEEN, params![before])?;
    tx.execute(&SWEEP_SESSIONS, params![before])?;
    if tx.query_opt(&SEEN, params![digest.as_slice()], |row| row.get::<i64>(0))?.is_some() {
        return Ok(false);
    }
    tx.execute(&SEE, params![digest.as_slice(), now])?;
    Ok(true)
}

/// Has a user's login ended, or is there none?
///
/// # Errors
/// The database.
pub fn login_ended<T: Tx>(tx: &mut T, user: Id) -> Result<bool> {
    let ended = tx.query_opt(&LOGIN_ENDED, params![user.0], |row| row.get::<i64>(0))?;
    Ok(ended != Some(0))
}
