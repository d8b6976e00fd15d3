//! From a subject at a provider to a user here: invited by an administrator, confirmed by the organisation.

use super::active;
use crate::doors::vouching::{Voice, may_vouch};
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Action, Assurance};
use domain::{Id, Mask, RecordKind};
use store::Tx;
use store::federation::{Invitation, Link};

/// An invitation is good for a week, and as long again for being confirmed.
const WEEK_US: i64 = 7 * 24 * 3600 * 1_000_000;
/// Letters and digits that nobody takes for one another.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// 80 random bits in four groups of four.
fn fresh_code() -> String {
    let bits = vault::random::bytes::<16>();
    let mut code = String::new();
    for (n, byte) in bits.iter().enumerate() {
        if n > 0 && n % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'2')));
    }
    code
}

/// The digest by which a code is found; spaces, dashes and small letters do not matter.
pub(super) fn code_digest(code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).take(64).map(|c| c.to_ascii_uppercase()).collect();
    vault::sha256(plain.as_bytes())
}

/// Invites a user of an organisation to sign in through its provider; gives the code, which is shown once.
///
/// # Errors
/// `NotFound` when refused, or when there is no provider or no such user; the database.
pub fn invite(office: &Office, ctx: &Ctx, organisation: Id, user: Id) -> Result<String> {
    let code = fresh_code();
    office.act(ctx, "federation.invite", |desk| {
        let head = desk.stored(user)?.head;
        if head.kind != RecordKind::User || head.organisation_id != organisation {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Edit, &head)?;
        let provider = store::federation::provider_of(desk.tx, organisation)?.filter(|p| p.ended_at == 0);
        let provider = provider.ok_or(OfficeError::NotFound)?;
        store::federation::invite(
            desk.tx,
            &Invitation {
                digest: code_digest(&code),
                provider_id: provider.id,
                organisation_id: organisation,
                user_id: user,
                made_by: ctx.actor.user.0,
                expires_at: ctx.now + WEEK_US,
                subject: None,
                used_at: 0,
            },
        )?;
        desk.note("invite", &head, decision, Mask::NONE);
        Ok(())
    })?;
    Ok(code)
}

/// Somebody who came with an invitation and waits.
pub struct Pending {
    /// Names the invitation in the form; says nothing of its code.
    pub number: String,
    /// As whom.
    pub name: String,
    /// Since when, microseconds.
    pub since: i64,
    /// May whoever looks confirm it? Not the administrator who made it; the person herself only where nobody else is; or somebody whose word counts.
    pub may_confirm: bool,
    /// Nobody else of the organisation can sign in, so nobody else will confirm it.
    pub alone: bool,
    /// Whoever looks made the invitation.
    pub invited: bool,
}

fn number(office: &Office, invitation: &Invitation) -> String {
    let mac = office.vault.mac_text("provider invitation v1", &format!("{:?}", invitation.digest));
    mac.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

fn waiting<T: Tx>(tx: &mut T, ctx: &Ctx) -> Result<Vec<Invitation>> {
    let all = store::federation::invitations(tx, ctx.actor.organisation.0)?;
    Ok(all.into_iter().filter(|i| i.subject.is_some() && i.used_at + WEEK_US > ctx.now).collect())
}

/// Who of an organisation can sign in.
pub(super) fn colleagues<T: Tx>(desk: &mut crate::desk::Desk<'_, T>, of: Id) -> Result<Vec<Id>> {
    let directory = crate::names::directory(desk)?;
    let mut found = Vec::new();
    for user in directory.users.iter().filter(|u| u.organisation == of) {
        let key = crate::doors::login_key(desk.office, &user.code);
        if store::doors::login(desk.tx, key)?.is_some_and(|login| !login.ended) {
            found.push(user.id);
        }
    }
    Ok(found)
}

/// May whoever acts confirm it? The person herself with a passkey, where nobody else is; else whose word counts is the same as for a colleague who has lost a way in.
fn may_confirm<T: Tx>(tx: &mut T, ctx: &Ctx, invitation: &Invitation, alone: bool) -> Result<()> {
    if invitation.made_by == ctx.actor.user.0 {
        return Err(OfficeError::NotFound);
    }
    let (user, keys) = (ctx.actor.user.0, &*ctx.keys);
    if user == invitation.user_id && alone {
        // An organisation of one person has nobody else: her own passkey, given just now, says that it is she.
        let own = !ctx.actor.duress && !store::doors::factors::passkeys(tx, user)?.is_empty();
        return match (own, ctx.actor.assurance) {
            (true, Assurance::Fresh) => Ok(()),
            (true, _) => Err(OfficeError::StepUp(Assurance::Fresh)),
            (false, _) => Err(OfficeError::NotFound),
        };
    }
    let voice = Voice { user, actor: &ctx.actor, assurance: ctx.actor.assurance, keys };
    may_vouch(tx, voice, (invitation.user_id, invitation.organisation_id), ctx.now)
}

/// Who waits to be confirmed in the actor's own organisation.
///
/// # Errors
/// The database.
pub fn pending(office: &Office, ctx: &Ctx) -> Result<Vec<Pending>> {
    office.look(ctx, "federation.pending", |desk| {
        let found = waiting(desk.tx, ctx)?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let directory = crate::names::directory(desk)?;
        let alone = colleagues(desk, ctx.actor.organisation.0)?.len() <= 1;
        let mut out = Vec::new();
        for invitation in &found {
            // A passkey is asked for when it is confirmed.
            let may = match may_confirm(desk.tx, ctx, invitation, alone) {
                Ok(()) | Err(OfficeError::StepUp(_)) => true,
                Err(OfficeError::NotFound) => false,
                Err(other) => return Err(other),
            };
            out.push(Pending {
                number: number(office, invitation),
                name: directory.name(invitation.user_id).to_owned(),
                since: invitation.used_at,
                may_confirm: may,
                alone,
                invited: invitation.made_by == ctx.actor.user.0,
            });
        }
        Ok(out)
    })
}

/// Confirms or turns away somebody who waits.
///
/// # Errors
/// `NotFound` when there is no such one in the actor's organisation, or it is not the actor's to confirm; `StepUp`
/// when it is with a passkey given anew; the database.
pub fn answer(office: &Office, ctx: &Ctx, chosen: &str, yes: bool) -> Result<()> {
    office.act(ctx, "federation.answer", |desk| {
        let found = waiting(desk.tx, ctx)?;
        let found = found.into_iter().find(|i| number(office, i) == chosen).ok_or(OfficeError::NotFound)?;
        let alone = colleagues(desk, ctx.actor.organisation.0)?.len() <= 1;
        let allowed = match if yes { may_confirm(desk.tx, ctx, &found, alone) } else { Ok(()) } {
            Ok(()) => true,
            Err(OfficeError::NotFound) => false,
            Err(other) => return Err(other),
        };
        let head = desk.stored(found.user_id)?.head;
        let decision =
            domain::Decision { allow: allowed, ..domain::Decision::by("partner-member", Mask::NONE) };
        desk.note(if yes { "link" } else { "turn-away" }, &head, decision, Mask::NONE);
        if !allowed {
            return Err(OfficeError::NotFound);
        }
        if yes {
            let subject = found.subject.ok_or(OfficeError::NotFound)?;
            let provider = active(office, desk.tx, found.provider_id)?.ok_or(OfficeError::NotFound)?;
            let link = Link { provider_id: provider.id, user_id: found.user_id };
            store::federation::set_link(desk.tx, &subject, link, ctx.actor.user.0, ctx.now)?;
        }
        store::federation::drop_invitation(desk.tx, &found.digest)?;
        Ok(())
    })
}
