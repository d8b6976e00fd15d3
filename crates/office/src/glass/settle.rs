//! What is done once the circle's private half is there, and what is undone when the time is over.

use super::approve::for_officer;
use super::ask::open_reason;
use super::circle::open_roles;
use super::{OFFICER, lead, note, staff, tell};
use crate::desk::{Desk, WritingDesk};
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Compartment, Decision, Id, Mask, OrganisationId, Record, RecordKind, Relation, Role, Values};
use std::sync::Arc;
use store::access::Row;
use store::glass::{Circle, Request};
use store::keys::Grant;
use store::{StoreError, Tx};
use vault::{Class, Holder, KeyId, Keyring, PrivateKey, RoleKey, UserPublic};

const MICROS_A_MINUTE: i64 = 60_000_000;
/// How many are cleared away in one transaction.
const BATCH: usize = 50;
/// The table of what is said to have been changed.
const FORGED: &str = store::bound::REQUESTS.name;

/// Does what was asked for, and only that.
pub(super) fn settle(
    desk: &mut WritingDesk<'_, '_>,
    request: &Request,
    circle: &Circle,
    private: &PrivateKey,
    alone: bool,
) -> Result<()> {
    let roles = open_roles(desk.tx, circle, private)?;
    match request.kind.as_str() {
        "case" => open_case(desk, request, circle, roles, alone),
        "recover" => recover(desk, request, &roles),
        "drill" => drill(desk, request, circle, &roles),
        _ => Err(OfficeError::WrongState),
    }
}

/// The compartments that were asked for.
pub(super) fn wanted(request: &Request) -> Mask {
    Mask(u8::try_from(request.mask).unwrap_or(0)).intersection(Mask::IDENTITY)
}

/// The case and its person.
fn subjects(desk: &mut WritingDesk<'_, '_>, case: Id) -> Result<(domain::Head, Vec<Id>)> {
    let head = store::records::head(desk.tx, case)?.ok_or(OfficeError::NotFound)?;
    let all = std::iter::once(case).chain(head.person_id).collect();
    Ok((head, all))
}

/// What the officers read was a number, and what is opened is a row: is it still the row of that number?
fn is_the_one(office: &Office, request: &Request, case: &domain::Head) -> Result<()> {
    let (number, _) = open_reason(office, request)?;
    // The case was erased since.
    if number.is_empty() {
        return Err(OfficeError::WrongState);
    }
    if case.kind != RecordKind::Case || case.number.as_deref() != Some(&*number) {
        return Err(StoreError::Forged("records").into());
    }
    Ok(())
}

/// Grants one case's keys to the asker and writes the relation down that ends by itself.
fn open_case(
    desk: &mut WritingDesk<'_, '_>,
    request: &Request,
    circle: &Circle,
    roles: Vec<RoleKey>,
    alone: bool,
) -> Result<()> {
    let ctx = desk.ctx;
    let (case_id, asker, mask) =
        (request.case_id.ok_or(OfficeError::WrongState)?, request.asker, wanted(request));
    let (case, subjects) = subjects(desk, case_id)?;
    is_the_one(desk.office, request, &case)?;
    let (_, identity) = store::roots::user(desk.tx, asker)?.ok_or(OfficeError::NoKeys)?;
    // She may have lost her key since she asked.
    if mask.has(Compartment::C3) && crate::roots::names_key(desk.tx, asker, ctx.now)?.is_none() {
        return Err(OfficeError::NoKeys);
    }
    let mut ring = Keyring::default();
    roles.into_iter().for_each(|role| ring.put(role));
    // The keys are the organisation's; the officer may be somebody else's.
    let actor = domain::Actor { organisation: OrganisationId(request.organisation), ..ctx.actor };
    let inner_ctx = Ctx { actor, keys: Arc::new(ring), ..ctx.clone() };
    let mut inner = Desk::new(desk.office, &inner_ctx, desk.tx);
    for subject in subjects {
        for (key_id, number) in store::keys::of_subject(inner.tx, subject)? {
            let compartment = Compartment::ALL.into_iter().find(|c| *c as i64 == number && mask.has(*c));
            let Some(compartment) = compartment else { continue };
            if !store::keys::get(inner.tx, &key_id)?.is_some_and(|key| key.rooted) {
                continue;
            }
            // What another organisation wrote for itself, or a name that was never shared with this one, was
            // not these officers' to open; the page says which part stays locked.
            if store::keys::grants(inner.tx, &key_id, [request.organisation; 2])?.is_empty() {
                continue;
            }
            let opened = inner.key(KeyId(key_id), subject, compartment)?;
            let opened = opened.ok_or_else(|| OfficeError::Locked(Mask::NONE.with(compartment)))?;
            let to = Holder::User { user: asker.0, public: &identity };
            let grant = opened.grant(&to).map_err(|_| OfficeError::Sealed)?;
            store::keys::ungrant(inner.tx, &key_id, asker)?;
            let grant = Grant { holder: asker, epoch: grant.epoch, sealed: grant.sealed };
            store::keys::grant(inner.tx, &key_id, &grant)?;
        }
    }
    review_task(&mut inner, &case)?;
    inner.write_leaves()?;
    let until = ctx.now.saturating_add(request.minutes.saturating_mul(MICROS_A_MINUTE));
    let relation = Relation::BreakGlass.code();
    store::access::delete(desk.tx, case_id, asker, relation)?;
    let row = Row {
        mask: i64::from(mask.0),
        since: ctx.now,
        until,
        ..Row::new(case_id, asker, relation, &case.state, ctx.now)
    };
    store::access::insert(desk.tx, &row)?;
    store::glass::open(desk.tx, request.id, "open", (ctx.now, Some(until)), alone)?;
    // First the case, then who was let in: the log's check of relations reads it so.
    let decision = Decision::by(if alone { "life-danger" } else { OFFICER }, mask);
    desk.note_many(
        "grant",
        RecordKind::Case,
        vec![case_id, asker, request.id],
        vec![case_id],
        decision,
        mask,
    );
    let officers = store::glass::officers(desk.tx, circle.id)?.into_iter().map(|o| o.user);
    let mut told: Vec<Id> = case.assignee.into_iter().chain(officers).collect();
    if alone {
        told.extend(staff(desk, request.organisation)?);
    }
    told.retain(|user| *user != asker);
    tell(desk, told, if alone { "opened-alone" } else { "opened" }, Some(request.id), Some(asker))?;
    tell(desk, [asker], "granted", Some(request.id), None)
}

/// The task to go through what was looked at stands from the first moment, so that nobody has to remember it.
fn review_task(desk: &mut WritingDesk<'_, '_>, case: &domain::Head) -> Result<()> {
    let mut head = desk.new_head(RecordKind::Task);
    head.case_id = Some(case.id);
    head.organisation_id = case.organisation_id;
    head.assignee = case.assignee;
    head.due_on = Some(desk.ctx.today.saturating_add(jiff::Span::new().days(1)));
    let due = head.due_on.map(|d| d.to_string()).unwrap_or_default();
    let text = if desk.ctx.lang == "en" {
        "Emergency access: go through what was looked at"
    } else {
        "Спешен достъп: прегледайте какво е отваряно"
    };
    let mut values =
        Values::default().with("text", text).with("kind", "review").with("due_on", due).with("state", "open");
    if let Some(user) = case.assignee {
        values.set("assignee", user.to_string());
    }
    let record = Record { head, values, mask: Mask::WORK, locked: Mask::NONE };
    desk.insert(&record, Decision::by(OFFICER, Mask::WORK))
}

/// Takes the keys away, lets what is written from now on have new ones, and asks for the review.
pub(super) fn close(desk: &mut WritingDesk<'_, '_>, request: &Request, until: i64) -> Result<()> {
    let Some(case_id) = request.case_id else { return Ok(()) };
    let (asker, mask) = (request.asker, wanted(request));
    store::access::delete(desk.tx, case_id, asker, Relation::BreakGlass.code())?;
    let head = store::records::head(desk.tx, case_id)?;
    let subjects: Vec<Id> = std::iter::once(case_id).chain(head.as_ref().and_then(|h| h.person_id)).collect();
    for subject in subjects {
        for (key_id, number) in store::keys::of_subject(desk.tx, subject)? {
            store::keys::ungrant(desk.tx, &key_id, asker)?;
            let rooted = |c: &Compartment| *c as i64 == number && mask.has(*c);
            if crate::roots::ROOTED.iter().any(rooted) {
                store::keys::unbind(desk.tx, subject, number)?;
            }
        }
    }
    store::glass::end(desk.tx, request.id, until, desk.ctx.now)?;
    let decision = Decision::by(OFFICER, mask);
    desk.note_many(
        "revoke",
        RecordKind::Case,
        vec![case_id, asker, request.id],
        vec![case_id],
        decision,
        mask,
    );
    let mut told: Vec<Id> = head.and_then(|h| h.assignee).into_iter().collect();
    if let Some(circle) = super::live(desk.tx, request.organisation)? {
        let officers = store::glass::officers(desk.tx, circle.id)?;
        told.extend(officers.into_iter().filter(|o| o.dpo).map(|o| o.user));
    }
    told.retain(|user| *user != asker);
    tell(desk, told, "review", Some(request.id), Some(asker))?;
    tell(desk, [asker], "over", Some(request.id), None)
}

/// Seals the role keys in force to somebody who has new keys of her own; those of names a day after she lost hers
/// and not sooner.
fn recover(desk: &mut WritingDesk<'_, '_>, request: &Request, roles: &[RoleKey]) -> Result<()> {
    let ctx = desk.ctx;
    let user = request.asker;
    let head = store::records::head(desk.tx, user)?.ok_or(OfficeError::NotFound)?;
    if head.kind != RecordKind::User || head.organisation_id != request.organisation {
        return Err(OfficeError::NotFound);
    }
    let role = Role::from_code(&head.state).ok_or(OfficeError::NotFound)?;
    let (work, identity) = store::roots::user(desk.tx, user)?.ok_or(OfficeError::NoKeys)?;
    let public = UserPublic { work, identity };
    let wanted = crate::roots::classes(role);
    let now = crate::roots::givable(desk.tx, user, &wanted, ctx.now)?;
    for class in &now {
        // Every one in force: what an interrupted turn did not seal anew hangs from an older one.
        let live = crate::roots::live(desk, request.organisation, *class)?;
        for role in roles.iter().filter(|r| live.contains(&r.at)) {
            let by = (ctx.actor.user.0, ctx.now);
            let membership = crate::roots::membership((role.at, &role.key), user, &public, by)?;
            store::roots::admit(desk.tx, &membership)?;
        }
    }
    store::glass::open(desk.tx, request.id, "done", (ctx.now, None), false)?;
    let whole = now == wanted;
    let reach = crate::roots::reach(role);
    let mask = if whole { reach } else { reach.without(Compartment::C3) };
    note(desk, "recovered", vec![request.organisation, user, request.id], Decision::by(OFFICER, mask));
    let mut told = staff(desk, request.organisation)?;
    told.push(user);
    let kind = if whole { "recovered" } else { "recovered-work" };
    tell(desk, told, kind, Some(request.id), Some(user))
}

/// Every role key in force opens and is the one whose public half stands there; nothing else happens.
fn drill(
    desk: &mut WritingDesk<'_, '_>,
    request: &Request,
    circle: &Circle,
    roles: &[RoleKey],
) -> Result<()> {
    for row in crate::roots::roles(desk, request.organisation)?.iter().filter(|r| r.ended_at == 0) {
        let class = u8::try_from(row.class).ok().and_then(Class::from_byte);
        let found = roles.iter().find(|r| Some(r.at.class) == class && r.at.epoch == row.epoch);
        if found.is_none_or(|role| role.key.public() != row.public) {
            return Err(OfficeError::Sealed);
        }
    }
    store::glass::open(desk.tx, request.id, "done", (desk.ctx.now, None), false)?;
    store::glass::drilled(desk.tx, circle.id, desk.ctx.now)?;
    note(desk, "drill", vec![request.organisation, request.id], Decision::by(OFFICER, Mask::NONE));
    let officers = store::glass::officers(desk.tx, circle.id)?.into_iter().map(|o| o.user);
    tell(desk, officers.collect::<Vec<_>>(), "drilled", Some(request.id), None)
}

/// Ends it before its time: the asker, an officer, or whoever leads the case.
///
/// # Errors
/// `NotFound` for everybody else; `WrongState` when it is not open.
pub fn end(office: &Office, ctx: &Ctx, id: Id) -> Result<()> {
    office.act(ctx, "glass.end", |desk| {
        let me = ctx.actor.user.0;
        let request = store::glass::request(desk.tx, id)?.ok_or(OfficeError::NotFound)?;
        if request.asker != me && lead(desk, &request)? != Some(me) {
            for_officer(desk, id)?;
        }
        if request.state != "open" {
            return Err(OfficeError::WrongState);
        }
        let until = request.until.unwrap_or(ctx.now).min(ctx.now);
        close(desk, &request, until)
    })
}

/// What was opened and is to be cleared away now: over by its time, or changed by another hand.
#[derive(Default)]
struct Opened {
    over: Vec<Request>,
    forged: Vec<Request>,
}

impl Opened {
    fn at<T: Tx>(tx: &mut T, now: i64) -> std::result::Result<Opened, StoreError> {
        let mut found = Opened::default();
        for request in store::glass::opened(tx)? {
            if !store::glass::is_right(tx, &request)? {
                found.forged.push(request);
            } else if request.until.is_none_or(|until| until <= now) {
                found.over.push(request);
            }
        }
        Ok(found)
    }

    fn is_empty(&self) -> bool {
        self.over.is_empty() && self.forged.is_empty()
    }
}

/// Clears away what has ended by its time: access is over already, this removes keys and asks for the review.
/// One that another hand changed opens nothing; it is put aside and said, and nothing is done in its name: whom it
/// names now may never have been given anything. Sessions call it as they come by. Gives how many ended.
///
/// # Errors
/// The database.
pub fn sweep(office: &Office, ctx: &Ctx) -> Result<usize> {
    let found = office.store.read("glass.over", |tx| {
        Ok::<_, StoreError>(
            !Opened::at(tx, ctx.now)?.is_empty() || store::glass::stale_deposits(tx, ctx.now)?,
        )
    })?;
    if !found {
        return Ok(0);
    }
    let (ended, forged) = office.act(ctx, "glass.sweep", |desk| {
        store::glass::drop_stale_deposits(desk.tx, ctx.now)?;
        let found = Opened::at(desk.tx, ctx.now)?;
        let over = found.over.iter().take(BATCH);
        for request in over.clone() {
            close(desk, request, request.until.unwrap_or(ctx.now))?;
        }
        for request in &found.forged {
            store::glass::set_aside(desk.tx, request.id)?;
        }
        Ok((over.len(), found.forged.len()))
    })?;
    if forged > 0 {
        crate::audit::forged(office, ctx, FORGED);
    }
    Ok(ended)
}
