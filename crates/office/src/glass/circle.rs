//! Naming officers and accepting them; sealing role keys to the circle.

use super::{OFFICER, apart, live, note, staff, tell, works, wrong};
use crate::desk::{Desk, WritingDesk};
use crate::roots::classes;
use crate::{Ctx, Office, OfficeError, Result};
use domain::values::Input;
use domain::{Compartment, Decision, FieldError, Id, Mask, Problem};
use store::Tx;
use vault::{Class, PrivateKey, RoleAt, RoleKey};

/// Fewer officers are no circle: with two, the loss of one would lose everything.
const FEWEST: usize = 3;

/// Somebody on the page of officers.
pub struct Person {
    /// Who.
    pub id: Id,
    /// Name on the screen; with the organisation where it is another one.
    pub name: String,
    /// Answers for data protection.
    pub dpo: bool,
    /// When the share was last found right, microseconds.
    pub checked_at: Option<i64>,
}

/// A circle on the page.
pub struct Circle {
    /// Its id.
    pub id: Id,
    /// Its officers.
    pub officers: Vec<Person>,
    /// How many it takes.
    pub needed: i64,
    /// One is enough when a life is in danger.
    pub life: bool,
    /// Who named it.
    pub made_by: String,
    /// Who accepted it.
    pub accepted_by: Option<String>,
    /// When it was named, microseconds.
    pub made_at: i64,
    /// When the shares last came together, microseconds.
    pub drilled_at: Option<i64>,
    /// May this actor accept it: somebody else named it.
    pub may_accept: bool,
}

/// The page of an organisation's officers.
pub struct Page {
    /// Has the organisation locked its data? Without that there is nothing to open.
    pub locked: bool,
    /// In force.
    pub live: Option<Circle>,
    /// Waits for a second person.
    pub named: Option<Circle>,
    /// Who may be an officer.
    pub candidates: Vec<Person>,
}

fn may(ctx: &Ctx) -> Result<()> {
    if classes(ctx.actor.role).is_empty() || ctx.actor.duress { Err(OfficeError::NotFound) } else { Ok(()) }
}

/// Who may be named: people who work with sealed data and have a passkey that opens names. Whoever lost hers today
/// waits.
fn candidates<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Vec<Person>> {
    let directory = crate::names::directory(desk)?;
    let own = desk.ctx.actor.organisation.0;
    let mut out = Vec::new();
    for of_own in [true, false] {
        for user in directory.users.iter().filter(|u| (u.organisation == own) == of_own && works(&u.kind)) {
            if crate::roots::names_key(desk.tx, user.id, desk.ctx.now)?.is_none() {
                continue;
            }
            let name = if of_own {
                user.name.clone()
            } else {
                format!("{}, {}", user.name, directory.name(user.organisation))
            };
            out.push(Person { id: user.id, name, dpo: false, checked_at: None });
        }
    }
    Ok(out)
}

/// Everything the page of officers shows.
///
/// # Errors
/// `NotFound` for roles without sealed data; the database.
pub fn page(office: &Office, ctx: &Ctx) -> Result<Page> {
    office.look(ctx, "glass.officers", |desk| {
        may(ctx)?;
        let organisation = ctx.actor.organisation.0;
        let directory = crate::names::directory(desk)?;
        let (mut live, mut named) = (None, None);
        for found in store::glass::circles(desk.tx, organisation)? {
            let officers = store::glass::officers(desk.tx, found.id)?
                .into_iter()
                .map(|o| {
                    let of = directory.users.iter().find(|u| u.id == o.user).map(|u| u.organisation);
                    let name = match of.filter(|of| *of != organisation) {
                        Some(of) => format!("{}, {}", directory.name(o.user), directory.name(of)),
                        None => directory.name(o.user).to_owned(),
                    };
                    Person { id: o.user, name, dpo: o.dpo, checked_at: o.checked_at }
                })
                .collect();
            let circle = Circle {
                id: found.id,
                officers,
                needed: found.needed,
                life: found.life,
                made_by: directory.name(found.made_by).to_owned(),
                accepted_by: found.accepted_by.map(|by| directory.name(by).to_owned()),
                made_at: found.made_at,
                drilled_at: found.drilled_at,
                may_accept: found.state == "named" && found.made_by != ctx.actor.user.0,
            };
            match found.state.as_str() {
                "live" => live = live.or(Some(circle)),
                _ => named = named.or(Some(circle)),
            }
        }
        let locked = crate::roots::is_locked(desk, organisation)?;
        Ok(Page { locked, live, named, candidates: candidates(desk)? })
    })
}

/// Names a circle, to be accepted by somebody else. Fields: `officers` (three or more ids), `dpo` (one of
/// them), `needed` (2 or more), `life` (`yes`). What was named before and not accepted is dropped.
///
/// # Errors
/// `Invalid`; `WrongState` while the organisation is open; `NotFound` for roles without sealed data.
pub fn name(office: &Office, ctx: &Ctx, input: &Input) -> Result<Id> {
    let all = |name: &str| input.get(name).map(Vec::as_slice).unwrap_or_default();
    let first = |name: &str| all(name).first().map(|v| v.trim()).unwrap_or_default();
    office.act(ctx, "glass.name", |desk| {
        may(ctx)?;
        let organisation = ctx.actor.organisation.0;
        if !crate::roots::is_locked(desk, organisation)? {
            return Err(OfficeError::WrongState);
        }
        let known = candidates(desk)?;
        let mut officers: Vec<Id> = Vec::new();
        let mut errors = Vec::new();
        for text in all("officers") {
            match text.parse::<Id>().ok().filter(|id| known.iter().any(|p| p.id == *id)) {
                Some(id) if !officers.contains(&id) => officers.push(id),
                Some(_) => {}
                None => errors.push(FieldError::new("officers", Problem::UnknownChoice)),
            }
        }
        if officers.len() < FEWEST && errors.is_empty() {
            errors.push(FieldError::new("officers", Problem::TooFewOfficers));
        }
        let dpo = first("dpo").parse::<Id>().ok();
        match dpo {
            None => errors.push(FieldError::new("dpo", Problem::Required)),
            Some(id) if !officers.contains(&id) => {
                errors.push(FieldError::new("dpo", Problem::UnknownChoice));
            }
            Some(_) => {}
        }
        let needed = if first("needed").is_empty() { Some(2) } else { first("needed").parse::<i64>().ok() };
        let most = i64::try_from(officers.len().min(usize::from(vault::escrow::MAX_SHARES))).unwrap_or(0);
        let needed = needed.filter(|n| *n >= 2 && (*n <= most || officers.len() < FEWEST));
        if needed.is_none() {
            errors.push(FieldError::new("needed", Problem::NotANumber));
        }
        let (Some(needed), true) = (needed, errors.is_empty()) else {
            return Err(OfficeError::Invalid(errors));
        };
        for before in store::glass::circles(desk.tx, organisation)? {
            if before.state == "named" {
                store::glass::drop_named(desk.tx, before.id)?;
            }
        }
        let circle = store::glass::Circle {
            id: ctx.id(),
            organisation,
            state: "named".to_owned(),
            needed,
            life: first("life") == "yes",
            commitment: None,
            public: None,
            made_by: ctx.actor.user.0,
            made_at: ctx.now,
            accepted_by: None,
            drilled_at: None,
        };
        store::glass::add_circle(desk.tx, &circle)?;
        let mut objects = vec![organisation, circle.id];
        for user in &officers {
            store::glass::add_officer(desk.tx, circle.id, *user, dpo == Some(*user))?;
            objects.push(*user);
        }
        note(desk, "officers-named", objects, Decision::by("keys", Mask::NONE));
        let others = staff(desk, organisation)?.into_iter().filter(|u| *u != ctx.actor.user.0);
        tell(desk, others.collect::<Vec<_>>(), "officers-named", None, Some(ctx.actor.user.0))?;
        Ok(circle.id)
    })
}

/// Accepts a circle that somebody else named: makes its pair, seals the role keys to it, splits and forgets it.
/// An older circle ends, and the epoch is due, so that its officers' old shares open nothing that is written
/// later.
///
/// # Errors
/// `WrongState` when it is not there to be accepted, or the actor named it; `Locked` when this session lacks a
/// role key; `NoKeys` when an officer has none; the database.
pub fn accept(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "glass.accept", |desk| {
        may(ctx)?;
        let organisation = ctx.actor.organisation.0;
        let circles = store::glass::circles(desk.tx, organisation)?;
        let named = circles.iter().find(|c| c.id == id && c.state == "named");
        let Some(named) = named else { return Err(OfficeError::NotFound) };
        if named.made_by == ctx.actor.user.0 {
            note(desk, "officers-accepted", vec![organisation, id], super::refused());
            return Err(OfficeError::WrongState);
        }
        let mut held = Vec::new();
        for role in crate::roots::roles(desk, organisation)?.iter().filter(|r| r.ended_at == 0) {
            let Some(class) = u8::try_from(role.class).ok().and_then(Class::from_byte) else { continue };
            let at = RoleAt { organisation: organisation.0, class, epoch: role.epoch };
            let missing = || OfficeError::Locked(Mask::NONE.with(Compartment::C3));
            let key = ctx.keys.role(&at).ok_or_else(missing)?;
            held.push(RoleKey { at, key: key.share() });
        }
        let officers = store::glass::officers(desk.tx, id)?;
        let count = u8::try_from(officers.len()).unwrap_or(u8::MAX);
        let needed = u8::try_from(named.needed).unwrap_or(u8::MAX);
        let (private, public) = PrivateKey::generate();
        let (commitment, shares) = vault::escrow::split(private.expose(), needed, count)
            .map_err(|_| wrong("needed", Problem::NotANumber))?;
        let older: Vec<Id> = circles.iter().filter(|c| c.state == "live").map(|c| c.id).collect();
        for circle in &older {
            store::glass::end_circle(desk.tx, *circle, organisation)?;
        }
        if !older.is_empty() {
            store::roots::make_epoch_due(desk.tx, organisation, ctx.now)?;
        }
        let mut objects = vec![organisation, id];
        for (mut officer, share) in officers.into_iter().zip(&shares) {
            let identity = crate::roots::names_key(desk.tx, officer.user, ctx.now)?;
            let identity = identity.ok_or(OfficeError::NoKeys)?;
            let (frame, value) = apart(share).ok_or(OfficeError::Sealed)?;
            let context = share_context(id, officer.user);
            let seal = |purpose: &str, secret: &[u8; 32]| {
                vault::people::seal_for(&identity, purpose, &context, secret).map_err(|_| OfficeError::Sealed)
            };
            officer.frame = Some(frame);
            officer.sealed = Some(seal(SHARE, &value)?);
            officer.whole = if named.life { Some(seal(WHOLE, private.expose())?) } else { None };
            store::glass::set_share(desk.tx, id, &officer)?;
            objects.push(officer.user);
        }
        store::glass::start(desk.tx, id, (&commitment.to_bytes(), &public), ctx.actor.user.0, ctx.now)?;
        seal_roles(desk, id, &public, &held)?;
        let told = objects.iter().skip(2).copied().collect::<Vec<_>>();
        note(desk, "officers-accepted", objects, Decision::by(OFFICER, Mask::NONE));
        tell(desk, told, "officer", None, None)?;
        let everybody = staff(desk, organisation)?;
        let kind = if named.life { "life-mode" } else { "officers-accepted" };
        tell(desk, everybody, kind, None, Some(ctx.actor.user.0))
    })
}

/// What a share is sealed for.
pub(super) const SHARE: &str = "glass share";
/// What the whole private half is sealed for.
pub(super) const WHOLE: &str = "glass whole";
/// What a role key is sealed for.
const ROLE: &str = "glass role";

pub(super) fn share_context(circle: Id, officer: Id) -> Vec<u8> {
    [circle.0, officer.0].concat()
}

fn role_context(at: &RoleAt) -> Vec<u8> {
    let mut out = at.organisation.to_vec();
    out.push(at.class.byte());
    out.extend_from_slice(&at.epoch.to_be_bytes());
    out
}

fn seal_roles(desk: &mut WritingDesk<'_, '_>, circle: Id, public: &[u8], roles: &[RoleKey]) -> Result<()> {
    for role in roles {
        let sealed = vault::people::seal_for(public, ROLE, &role_context(&role.at), role.key.expose())
            .map_err(|_| OfficeError::Sealed)?;
        store::glass::add_key(desk.tx, circle, (i64::from(role.at.class.byte()), role.at.epoch), &sealed)?;
    }
    Ok(())
}

/// Seals role keys that were just made to the circle in force, if there is one: whoever makes role keys calls
/// this in the same transaction.
///
/// # Errors
/// The database.
pub fn reseal(desk: &mut WritingDesk<'_, '_>, organisation: Id, fresh: &[RoleKey]) -> Result<()> {
    let Some(circle) = live(desk.tx, organisation)? else { return Ok(()) };
    let public = circle.public.ok_or(OfficeError::Sealed)?;
    seal_roles(desk, circle.id, &public, fresh)
}

/// Opens the role keys that were sealed to a circle.
pub(super) fn open_roles<T: Tx>(
    tx: &mut T,
    circle: &store::glass::Circle,
    private: &PrivateKey,
) -> Result<Vec<RoleKey>> {
    let mut out = Vec::new();
    for (class, epoch, sealed) in store::glass::keys(tx, circle.id)? {
        let Some(class) = u8::try_from(class).ok().and_then(Class::from_byte) else { continue };
        let at = RoleAt { organisation: circle.organisation.0, class, epoch };
        let key = vault::people::open_for(private, ROLE, &role_context(&at), &sealed)
            .map_err(|_| OfficeError::Sealed)?;
        out.push(RoleKey { at, key });
    }
    Ok(out)
}
