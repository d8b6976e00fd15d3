//! Signing in through a partner's own identity provider: OpenID Connect, authorization code with PKCE.
//!
//! The provider says who somebody is and holds no key: such a session opens what a password would, and names stay
//! locked until their reader opens the vault here. Who somebody is there is issuer and subject, never an
//! address of electronic mail. A link is made by two people: an administrator invites a user, and a member of the
//! organisation itself confirms who came with the invitation, so that no administrator can make himself a partner.

pub mod guard;
pub mod token;
pub mod wire;

mod door;
mod links;

pub use door::{Away, Begun, Outcome, Returned, begin, finish, log_out, through, way_out};
pub use links::{Pending, answer, invite, pending};
pub use wire::{Config, Fault, Wire};

use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Action;
use domain::{Id, Mask, RecordKind};
use store::Tx;
use store::federation::Provider;

/// A provider with its settings opened.
pub struct Opened {
    /// Which one.
    pub id: Id,
    /// Whose.
    pub organisation: Id,
    /// Its settings.
    pub config: Config,
    /// In use?
    pub active: bool,
}

fn open(office: &Office, stored: &Provider) -> Result<Opened> {
    let plain =
        office.vault.open_small("provider", &stored.id.0, &stored.config).map_err(|_| OfficeError::Sealed)?;
    let config = serde_json::from_slice(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
    Ok(Opened { id: stored.id, organisation: stored.organisation_id, config, active: stored.ended_at == 0 })
}

/// A provider in use, by its id.
fn active<T: Tx>(office: &Office, tx: &mut T, id: Id) -> Result<Option<Opened>> {
    let found = store::federation::provider(tx, id)?.filter(|p| p.ended_at == 0);
    found.map(|p| open(office, &p)).transpose()
}

/// Keyed digest of who somebody is at a provider. The issuer is an address and has no zero in it, so the first
/// one parts the two.
fn subject_digest(office: &Office, issuer: &str, subject: &str) -> [u8; 32] {
    office.vault.mac_text("provider subject v1", &format!("{issuer}\0{subject}"))
}

/// What the page of an organisation's provider shows.
pub struct Setting {
    /// Its name.
    pub organisation: String,
    /// Its users: id, name, linked?, invited?
    pub users: Vec<Linked>,
    /// The provider, when there is one.
    pub provider: Option<Opened>,
    /// The one user who can sign in, where there are no two: nobody else can confirm an invitation.
    pub alone: Option<Id>,
}

/// A user and how far the link to the provider is.
pub struct Linked {
    /// Who.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Signs in through the provider.
    pub linked: bool,
    /// Has an invitation that was not used yet.
    pub invited: bool,
    /// Came with it and waits to be confirmed.
    pub waiting: bool,
}

fn organisation<T: Tx>(
    desk: &mut crate::desk::Desk<'_, T>,
    id: Id,
) -> Result<(domain::Head, domain::Decision)> {
    let head = desk.stored(id)?.head;
    if head.kind != RecordKind::Organisation {
        return Err(OfficeError::NotFound);
    }
    let decision = desk.may(Action::Edit, &head)?;
    Ok((head, decision))
}

/// The settings of an organisation's provider, for an administrator. The secret is not given out again.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn setting(office: &Office, ctx: &Ctx, id: Id) -> Result<Setting> {
    office.look(ctx, "federation.setting", |desk| {
        let (head, decision) = organisation(desk, id)?;
        desk.note("provider-view", &head, decision, Mask::NONE);
        let directory = crate::names::directory(desk)?;
        let stored = store::federation::provider_of(desk.tx, id)?;
        let mut provider = stored.map(|p| open(office, &p)).transpose()?;
        let invitations = store::federation::invitations(desk.tx, id)?;
        let linked = match &provider {
            Some(provider) => store::federation::users_of(desk.tx, provider.id)?,
            None => Vec::new(),
        };
        if let Some(provider) = &mut provider {
            // The page only says whether there is one.
            provider.config.secret = if provider.config.secret.is_empty() { "" } else { "-" }.to_owned();
        }
        let users = directory.users.iter().filter(|u| u.organisation == id).map(|user| {
            let own = invitations.iter().find(|i| i.user_id == user.id && i.expires_at > ctx.now);
            Linked {
                id: user.id,
                name: user.name.clone(),
                linked: linked.contains(&user.id),
                invited: own.is_some_and(|i| i.used_at == 0),
                waiting: own.is_some_and(|i| i.used_at != 0),
            }
        });
        let (organisation, users) = (directory.name(id).to_owned(), users.collect());
        let colleagues = links::colleagues(desk, id)?;
        let alone = colleagues.first().copied().filter(|_| colleagues.len() == 1);
        Ok(Setting { organisation, users, provider, alone })
    })
}

/// What is wrong with settings: a field and a code of its sentence.
pub type Wrong = (&'static str, &'static str);

/// Checks settings by their shape; nobody is asked.
fn check(office: &Office, config: &Config) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if config.issuer.is_empty()
        || config.issuer.contains('?')
        || office.federation.guard(&Config { hosts: Vec::new(), ..config.clone() }).is_err()
    {
        wrong.push(("issuer", "issuer"));
    } else if office.federation.guard(config).is_err() {
        wrong.push(("hosts", "hosts"));
    }
    let plain = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
    if config.client.is_empty() || !plain(&config.client, 200) {
        wrong.push(("client", "client"));
    }
    if !plain(&config.secret, 500) {
        wrong.push(("secret", "secret"));
    }
    if config.max_age.is_some_and(|age| !(60..=43_200).contains(&age)) {
        wrong.push(("max_age", "max-age"));
    }
    if config.acr.iter().chain(&config.amr).any(|v| !plain(v, 200))
        || config.acr.len() + config.amr.len() > 20
    {
        wrong.push(("acr", "acr"));
    }
    if config.hosts.len() > 10 {
        wrong.push(("hosts", "hosts"));
    }
    wrong
}

/// Saves settings. An empty secret keeps the one that is there. Another issuer is another house: its links go.
///
/// # Errors
/// The fields to correct, inside of `Ok`; `NotFound` when refused; the database.
pub fn save(
    office: &Office,
    ctx: &Ctx,
    id: Id,
    mut config: Config,
) -> Result<std::result::Result<(), Vec<Wrong>>> {
    let wrong = check(office, &config);
    office.act(ctx, "federation.save", |desk| {
        let (head, decision) = organisation(desk, id)?;
        if !wrong.is_empty() {
            return Ok(Err(wrong.clone()));
        }
        let before = store::federation::provider_of(desk.tx, id)?;
        let old = before.as_ref().map(|p| open(office, p)).transpose()?;
        if let Some(old) = &old {
            if old.config.issuer != config.issuer {
                for user in store::federation::users_of(desk.tx, old.id)? {
                    store::doors::end_all(desk.tx, user, ctx.now)?;
                }
                if let Some(before) = &before {
                    store::federation::drop_all(desk.tx, before)?;
                }
            } else if config.secret.is_empty() {
                config.secret.clone_from(&old.config.secret);
            }
        }
        let provider_id = old.as_ref().map_or_else(|| ctx.id(), |o| o.id);
        let plain = serde_json::to_vec(&config).map_err(|_| OfficeError::Sealed)?;
        let sealed = office.vault.seal_small("provider", &provider_id.0, &plain);
        let provider = Provider { id: provider_id, organisation_id: id, config: sealed, ended_at: 0 };
        match before {
            Some(_) => store::federation::update_provider(desk.tx, &provider)?,
            None => store::federation::insert_provider(desk.tx, &provider, ctx.actor.user.0, ctx.now)?,
        }
        office.federation.forget(provider_id);
        desk.note("provider-set", &head, decision, Mask::NONE);
        Ok(Ok(()))
    })
}

/// Ends a provider: its links and invitations go, and whoever signed in through it is signed out at once.
///
/// # Errors
/// `NotFound` when refused or when there is none; the database.
pub fn end(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "federation.end", |desk| {
        let (head, decision) = organisation(desk, id)?;
        let mut provider = store::federation::provider_of(desk.tx, id)?.ok_or(OfficeError::NotFound)?;
        for user in store::federation::users_of(desk.tx, provider.id)? {
            store::doors::end_all(desk.tx, user, ctx.now)?;
        }
        store::federation::drop_all(desk.tx, &provider)?;
        provider.ended_at = ctx.now;
        store::federation::update_provider(desk.tx, &provider)?;
        office.federation.forget(provider.id);
        desk.note("provider-end", &head, decision, Mask::NONE);
        Ok(())
    })
}
