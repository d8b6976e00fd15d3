//! The way through the door: to the provider, back from it, and out again.

use super::links::code_digest;
use super::token::{self, Bad, Expected};
use super::wire::{Disbelief, Fault};
use super::{Opened, active, subject_digest};
use crate::desk::Leaf;
use crate::doors::{Begin, Caller, Proof};
use crate::{Ctx, Office, OfficeError, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::policy::Role;
use domain::{Actor, Id, Mask, OrganisationId, RecordKind, UserId};
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::federation::Link;

/// A sign-in takes no longer than this, microseconds.
const WHILE_US: i64 = 10 * 60 * 1_000_000;

/// A sign-in under way. It travels sealed in a cookie of the browser that began it, so that nothing has to be
/// written for people who never come back, and no other browser can end it.
#[derive(Serialize, Deserialize)]
struct Attempt {
    provider: [u8; 16],
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    invitation: Option<[u8; 32]>,
    at: i64,
}

/// Where to go.
pub struct Away {
    /// The provider's address with the question.
    pub href: String,
    /// Its host, to be shown.
    pub host: String,
    /// The cookie's value.
    pub cookie: String,
}

/// What came of asking.
pub enum Begun {
    /// On to the provider.
    Away(Away),
    /// No organisation of that code signs in this way.
    Unknown,
    /// The provider does not answer as it should.
    Down,
}

/// What a provider sent back with the browser.
#[derive(Default)]
pub struct Returned<'a> {
    /// To be changed for a token.
    pub code: &'a str,
    /// Of this sign-in.
    pub state: &'a str,
    /// Who says so (RFC 9207).
    pub iss: Option<&'a str>,
    /// Why not.
    pub error: &'a str,
}

/// What came of it.
pub enum Outcome {
    /// Signed in.
    In {
        /// Of the session's cookie.
        token: String,
        /// Where to.
        next: String,
        /// The organisation's data hangs from people's keys, and this session has none.
        locked: bool,
    },
    /// Known there, invited here, and waits for a colleague.
    Waiting,
    /// Known there, and nobody here.
    Unlinked,
    /// The same, and the invitation that was brought along is not good.
    NotInvited,
    /// Signed in there less surely, or longer ago, than the organisation asks.
    Weak,
    /// Something does not fit together; nothing was done.
    Refused,
    /// The provider does not answer as it should.
    Down,
}

/// The address a provider sends people back to; each has its own, so that no two can be mixed up.
fn back(office: &Office, provider: Id) -> String {
    format!("{}/sign-in/partner/{provider}", office.federation.origin())
}

/// Begins: finds the provider of an organisation by its code and asks it where to go.
///
/// # Errors
/// `Sealed`; the database.
pub fn begin(office: &Office, ctx: &Ctx, code: &str, invitation: &str, next: &str) -> Result<Begun> {
    let code = code.trim();
    let directory = office.directory(ctx)?;
    let found =
        directory.organisations.iter().find(|o| !code.is_empty() && o.code.eq_ignore_ascii_case(code));
    let Some(organisation) = found else { return Ok(Begun::Unknown) };
    let stored =
        office.store.read("federation.begin", |tx| store::federation::provider_of(tx, organisation.id))?;
    let Some(stored) = stored.filter(|p| p.ended_at == 0) else { return Ok(Begun::Unknown) };
    let Opened { id, config, .. } = super::open(office, &stored)?;
    let known = match office.federation.known(id, &config, ctx.now) {
        Ok(known) => known,
        Err(fault) => {
            tracing::warn!(provider = %id, ?fault, "a provider gave nothing that can be used");
            return Ok(Begun::Down);
        }
    };
    let guard = office.federation.guard(&config);
    let Ok(Ok(mut url)) = guard.map(|g| g.check(&known.metadata.authorization_endpoint)) else {
        return Ok(Begun::Down);
    };
    let attempt = Attempt {
        provider: id.0,
        state: vault::random::token(),
        nonce: vault::random::token(),
        verifier: vault::random::token(),
        next: next.to_owned(),
        invitation: (!invitation.trim().is_empty()).then(|| code_digest(invitation)),
        at: ctx.now,
    };
    let challenge = URL_SAFE_NO_PAD.encode(vault::sha256(attempt.verifier.as_bytes()));
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &config.client)
            .append_pair("redirect_uri", &back(office, id))
            .append_pair("scope", "openid")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(age) = config.max_age {
            query.append_pair("max_age", &age.to_string());
        }
        if !config.acr.is_empty() {
            query.append_pair("acr_values", &config.acr.join(" "));
        }
    }
    let plain = serde_json::to_vec(&attempt).map_err(|_| OfficeError::Sealed)?;
    let cookie = URL_SAFE_NO_PAD.encode(office.vault.seal_small("provider attempt", &[], &plain));
    let host = url.host_str().unwrap_or_default().to_owned();
    Ok(Begun::Away(Away { href: url.into(), host, cookie }))
}

fn attempt_of(office: &Office, cookie: &str) -> Option<Attempt> {
    let blob = URL_SAFE_NO_PAD.decode(cookie.get(..4096.min(cookie.len()))?).ok()?;
    let plain = office.vault.open_small("provider attempt", &[], &blob).ok()?;
    serde_json::from_slice(plain.as_bytes()).ok()
}

fn refused(provider: Id, why: impl std::fmt::Debug) -> Result<Outcome> {
    tracing::warn!(%provider, ?why, "a sign-in through a provider was refused");
    Ok(Outcome::Refused)
}

/// Ends a sign-in: checks that it is this browser's, this provider's and the first time, changes the code for a
/// token and the token for a session.
///
/// # Errors
/// `Sealed`; the database.
pub fn finish(
    office: &Office,
    ctx: &Ctx,
    provider: Id,
    cookie: &str,
    caller: &Caller,
    returned: &Returned<'_>,
) -> Result<Outcome> {
    let Some(attempt) = attempt_of(office, cookie) else { return refused(provider, "no sign-in under way") };
    if attempt.provider != provider.0 {
        return refused(provider, "begun with another provider");
    }
    if !(0..WHILE_US).contains(&(ctx.now - attempt.at)) {
        return refused(provider, "took too long");
    }
    if !vault::same(attempt.state.as_bytes(), returned.state.as_bytes()) {
        return refused(provider, "another state");
    }
    let found = office.store.read("federation.finish", |tx| active(office, tx, provider))?;
    let Some(Opened { config, .. }) = found else { return refused(provider, "no such provider") };
    let once = office.vault.mac_text("provider state v1", &attempt.state);
    let first = office.store.write("federation.once", |tx| {
        store::federation::first_time(tx, &once, ctx.now, ctx.now - 2 * crate::doors::ABSOLUTE_US)
    })?;
    if !first {
        return refused(provider, "came twice");
    }
    let known = match office.federation.known(provider, &config, ctx.now) {
        Ok(known) => known,
        Err(fault) => return down(provider, fault),
    };
    let named = returned
        .iss
        .map_or(!known.metadata.authorization_response_iss_parameter_supported, |iss| iss == config.issuer);
    if !named {
        return refused(provider, "another issuer sent it");
    }
    if !returned.error.is_empty() || returned.code.is_empty() || returned.code.len() > 4096 {
        return refused(provider, "the provider said no");
    }
    let back = back(office, provider);
    let given = match office.federation.redeem(&config, &known, (returned.code, &attempt.verifier, &back)) {
        Ok(given) => given,
        Err(Fault::Code) => return refused(provider, Fault::Code),
        Err(fault) => return down(provider, fault),
    };
    let checked = office.federation.believe(provider, &config, ctx.now, |keys| {
        token::identity(
            keys,
            &given,
            &Expected {
                issuer: &config.issuer,
                client: &config.client,
                nonce: &attempt.nonce,
                now: ctx.now / 1_000_000,
                acr: &config.acr,
                amr: &config.amr,
                max_age: config.max_age,
            },
        )
    });
    let identity = match checked {
        Ok(identity) => identity,
        Err(Disbelief::Bad(Bad::Weak)) => return Ok(Outcome::Weak),
        Err(Disbelief::Bad(bad)) => return refused(provider, bad),
        Err(Disbelief::Fault(fault)) => return down(provider, fault),
    };
    let subject = subject_digest(office, &config.issuer, &identity.subject);
    let sid = identity.sid.as_deref().map(|sid| sid_digest(office, provider, sid));
    office.store.write("federation.sign_in", |tx| match store::federation::link(tx, &subject)? {
        Some(link) if link.provider_id == provider => {
            let Some(token) = begin_session(office, tx, ctx.now, link, caller, sid.as_ref())? else {
                return Ok(Outcome::Unlinked);
            };
            let head = store::records::head(tx, link.user_id)?.ok_or(OfficeError::NotFound)?;
            let locked = !store::roots::roles(tx, head.organisation_id)?.is_empty();
            Ok(Outcome::In { token, next: attempt.next.clone(), locked })
        }
        _ => came(office, tx, ctx.now, provider, &subject, attempt.invitation.as_ref()),
    })
}

fn down(provider: Id, fault: Fault) -> Result<Outcome> {
    tracing::warn!(%provider, ?fault, "a provider gave nothing that can be used");
    Ok(Outcome::Down)
}

fn sid_digest(office: &Office, provider: Id, sid: &str) -> [u8; 32] {
    office.vault.mac_text("provider sid v1", &format!("{provider}\0{sid}"))
}

/// Somebody who is not linked yet: uses the invitation, if one was brought along.
fn came(
    office: &Office,
    tx: &mut WriteTx<'_>,
    now: i64,
    provider: Id,
    subject: &[u8; 32],
    invitation: Option<&[u8; 32]>,
) -> Result<Outcome> {
    if store::federation::invitation_of(tx, subject)?.is_some() {
        return Ok(Outcome::Waiting);
    }
    let Some(digest) = invitation else { return Ok(Outcome::Unlinked) };
    let found = store::federation::invitation(tx, digest)?;
    let Some(found) = found.filter(|i| i.provider_id == provider && i.expires_at > now && i.used_at == 0)
    else {
        return Ok(Outcome::NotInvited);
    };
    if !store::federation::use_invitation(tx, digest, subject, now)? {
        return Ok(Outcome::NotInvited);
    }
    let Some(actor) = actor_of(tx, found.user_id, [0; 8])? else { return Ok(Outcome::Unlinked) };
    crate::audit::append(office, tx, &[leaf(actor, now, "user.use-invitation")])?;
    Ok(Outcome::Waiting)
}

fn actor_of(tx: &mut WriteTx<'_>, user: Id, session: [u8; 8]) -> Result<Option<Actor>> {
    let Some(head) = store::records::head(tx, user)? else { return Ok(None) };
    let organisation = OrganisationId(head.organisation_id);
    Ok(Role::from_code(&head.state).map(|role| Actor::new(UserId(user), organisation, role, session)))
}

fn leaf(actor: Actor, now: i64, action: &str) -> Leaf {
    Leaf {
        action: action.to_owned(),
        kind: RecordKind::User.code(),
        objects: vec![actor.user.0],
        cases: Vec::new(),
        mask: Mask::NONE,
        allowed: true,
        rule: "provider",
        actor,
        now,
        reason: None,
        before: None,
        after: None,
    }
}

/// Begins a session without any key: what a password alone would give. Nothing for a user whose login has ended.
fn begin_session(
    office: &Office,
    tx: &mut WriteTx<'_>,
    now: i64,
    link: Link,
    caller: &Caller,
    sid: Option<&[u8; 32]>,
) -> Result<Option<String>> {
    let known = store::records::head(tx, link.user_id)?.and_then(|head| Role::from_code(&head.state));
    if known.is_none() || store::federation::login_ended(tx, link.user_id)? {
        return Ok(None);
    }
    let begin = Begin {
        user: link.user_id,
        proof: Proof::Provider,
        quiet: false,
        caller,
        keyring: vault::Keyring::default(),
        goes_on: None,
        action: "user.sign-in",
    };
    let token = crate::doors::begin(office, tx, now, begin)?;
    store::federation::insert_session(tx, &vault::session_digest(&token), link, sid, now)?;
    Ok(Some(token))
}

/// A logout token that the provider itself sent: ends every session of whom it names, however it began.
///
/// # Errors
/// `NotFound` when the token is not to be believed; the database.
pub fn log_out(office: &Office, ctx: &Ctx, provider: Id, given: &str) -> Result<()> {
    let found = office.store.read("federation.log_out", |tx| active(office, tx, provider))?;
    let Opened { config, .. } = found.ok_or(OfficeError::NotFound)?;
    let now = ctx.now / 1_000_000;
    let believed = office.federation.believe(provider, &config, ctx.now, |keys| {
        token::logout(keys, given, &config.issuer, &config.client, now)
    });
    let logout = match believed {
        Ok(logout) => logout,
        Err(why) => {
            tracing::warn!(%provider, ?why, "a logout token was refused");
            return Err(OfficeError::NotFound);
        }
    };
    let once = office.vault.mac_text("provider jti v1", &format!("{provider}\0{}", logout.jti));
    office.store.write("federation.log_out", |tx| {
        if !store::federation::first_time(tx, &once, ctx.now, ctx.now - 2 * crate::doors::ABSOLUTE_US)? {
            return Err(OfficeError::NotFound);
        }
        let mut users = Vec::new();
        if let Some(subject) = &logout.subject {
            let digest = subject_digest(office, &config.issuer, subject);
            users.extend(store::federation::link(tx, &digest)?.filter(|l| l.provider_id == provider));
        }
        if let Some(sid) = &logout.sid {
            users.extend(store::federation::by_sid(tx, provider, &sid_digest(office, provider, sid))?);
        }
        let mut users: Vec<Id> = users.into_iter().map(|l| l.user_id).collect();
        users.sort_unstable_by_key(|u| u.0);
        users.dedup();
        for user in users {
            store::doors::end_all(tx, user, ctx.now)?;
            if let Some(actor) = actor_of(tx, user, [0; 8])? {
                crate::audit::append(office, tx, &[leaf(actor, ctx.now, "user.signed-out-by-provider")])?;
            }
        }
        Ok(())
    })
}

/// The provider through which a session began, when there is one to sign out of.
///
/// # Errors
/// The database.
pub fn through(office: &Office, token: &str) -> Result<Option<Id>> {
    let digest = vault::session_digest(token);
    let found = office.store.read("federation.through", |tx| store::federation::session(tx, &digest))?;
    Ok(found.map(|l| l.provider_id))
}

/// Where somebody who has left this house also signs out of the provider, and its host. The address says who we
/// are and nothing of the person.
///
/// # Errors
/// `NotFound` when there is no such provider; the database.
pub fn way_out(office: &Office, ctx: &Ctx, provider: Id) -> Result<Option<(String, String)>> {
    let found = office.store.read("federation.way_out", |tx| active(office, tx, provider))?;
    let Opened { config, .. } = found.ok_or(OfficeError::NotFound)?;
    let Ok(known) = office.federation.known(provider, &config, ctx.now) else { return Ok(None) };
    let Some(place) = &known.metadata.end_session_endpoint else { return Ok(None) };
    let Ok(Ok(mut url)) = office.federation.guard(&config).map(|g| g.check(place)) else { return Ok(None) };
    let home = format!("{}/sign-in", office.federation.origin());
    url.query_pairs_mut()
        .append_pair("client_id", &config.client)
        .append_pair("post_logout_redirect_uri", &home);
    let host = url.host_str().unwrap_or_default().to_owned();
    Ok(Some((url.into(), host)))
}
