//! Notes for protected witnesses (C4): new identity, safe place, threats. The key of each note is granted to
//! named users by their identity keys: the writer, and those she or another of them names. No role, no
//! organisation, no officer, no server opens it. Who may is decided by the table of `domain::policy`: being named
//! is a relation (`Named`) that is read from the note's holders and reaches nothing else.
//!
//! They are no records: every generic path (lists, histories, exports, search, hand-over) goes over the table
//! of records and cannot come upon them. Whoever stands in the team of the case may know that something sealed exists;
//! whoever leads it may know who holds it; to everybody else there is nothing.

use super::{tell, wrong};
use crate::desk::{Desk, WritingDesk, action_code, stepped_up};
use crate::keys::lane;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Action, Author, Resource, decide};
use domain::values::Input;
use domain::{
    Actor, Compartment, Decision, FieldError, Head, Held, Id, Mask, OrganisationId, Problem, RecordKind,
    Relation, Role, UserId, Values,
};
use store::Tx;
use store::keys::Grant;
use vault::{Half, Holder, KeyId, Opened, Place};

/// Fields of a note; at least one is filled.
pub const FIELDS: [&str; 3] = ["new_identity", "safe_place", "threats"];
const LONGEST: usize = 4000;
const REASON: usize = 500;
/// Naming one more person, in the log.
const NAME: &str = "name";
const C4: Mask = Mask(1 << Compartment::C4 as u8);

/// A note on the page of a case, unopened.
pub struct Kept {
    /// Its id, for those who may open it.
    pub id: Option<Id>,
    /// When it was written, microseconds.
    pub at: i64,
    /// Who holds it, for whoever leads the case and for the holders.
    pub holders: Option<Vec<String>>,
}

/// The page of sealed notes of a case.
pub struct Shown {
    /// The case.
    pub case: Head,
    /// The notes there are.
    pub notes: Vec<Kept>,
    /// May this actor write one?
    pub may_add: bool,
}

/// An opened note.
pub struct Note {
    /// Its id.
    pub id: Id,
    /// In which case.
    pub case: Head,
    /// Who wrote it.
    pub by: String,
    /// When, microseconds.
    pub at: i64,
    /// Its text.
    pub values: Values,
    /// Who holds it.
    pub holders: Vec<String>,
    /// May this actor name one more: a holder of the organisation that wrote it.
    pub may_name: bool,
    /// Who may be named: they have a key for names.
    pub candidates: Vec<(Id, String)>,
}

/// Is this record a case in whose team the actor stands? Then he may know that something is sealed there; the
/// mask says whether also who holds it.
fn in_team<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<Decision> {
    let relations = desk.relations_to(case)?;
    Ok(decide(&desk.ctx.actor, Action::Seal, Resource { kind: case.kind, relations: &relations }))
}

/// How the actor stands to a note: named for it, or not at all.
fn standing<T: Tx>(desk: &mut Desk<'_, T>, note: &store::glass::Note) -> Result<Held> {
    let actor = desk.ctx.actor;
    let since = store::glass::named_at(desk.tx, note.id, actor.user.0)?;
    let author = if note.organisation == actor.organisation.0 { Author::Own } else { Author::Other };
    Ok(match since {
        Some(since) => Held { since, at: desk.ctx.now, author, ..Held::from(Relation::Named) },
        None => Relation::Nothing.into(),
    })
}

fn may<T: Tx>(desk: &mut Desk<'_, T>, action: Action, note: &store::glass::Note) -> Result<Decision> {
    let held = standing(desk, note)?;
    Ok(decide(&desk.ctx.actor, action, Resource { kind: RecordKind::Case, relations: &[held] }))
}

/// Could somebody with this role open a note if she were named for it?
fn may_hold(role: &str) -> bool {
    let Some(role) = Role::from_code(role) else { return false };
    let actor = Actor::new(UserId(Id([0; 16])), OrganisationId(Id([0; 16])), role, [0; 8]);
    let named = [Held::at_best(Relation::Named)];
    decide(&actor, Action::Unseal, Resource { kind: RecordKind::Case, relations: &named }).allow
}

/// May this actor know that there are sealed notes in a case?
pub(crate) fn knows<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<bool> {
    if in_team(desk, case)?.allow {
        return Ok(true);
    }
    for note in store::glass::notes(desk.tx, case.id)? {
        if may(desk, Action::Unseal, &note)?.allow {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The notes of a case that this actor may know of.
///
/// # Errors
/// `NotFound` for whoever may not know of any, with the trace of a refusal; the database.
pub fn list(office: &Office, ctx: &Ctx, case_id: Id) -> Result<Shown> {
    office.look(ctx, "sealed.list", |desk| {
        let case = desk.stored(case_id)?.head;
        let team = in_team(desk, &case)?;
        let mut decision = team;
        let mut notes = Vec::new();
        for note in store::glass::notes(desk.tx, case_id)? {
            let mine = may(desk, Action::Unseal, &note)?;
            if mine.allow && !decision.allow {
                decision = mine;
            }
            if !mine.allow && !team.allow {
                continue;
            }
            let holders = if mine.allow || team.mask.has(Compartment::C1) {
                let holders = store::glass::holders(desk.tx, note.id)?;
                Some(names(desk, &holders)?)
            } else {
                None
            };
            notes.push(Kept { id: mine.allow.then_some(note.id), at: note.written_at, holders });
        }
        desk.note("sealed", &case, decision, Mask::NONE);
        if !decision.allow {
            return Err(OfficeError::NotFound);
        }
        Ok(Shown { may_add: team.allow && case.state != "closed", notes, case })
    })
}

/// A note that this actor may open, wherever its case is.
pub struct Mine {
    /// Its id.
    pub id: Id,
    /// Number of the case.
    pub number: String,
    /// When it was written, microseconds.
    pub at: i64,
}

/// The notes that this actor was named for, unopened: whoever is in no team of their cases finds them here.
pub(super) fn mine<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Vec<Mine>> {
    let mut out = Vec::new();
    for note in store::glass::of_holder(desk.tx, desk.ctx.actor.user.0, 50)? {
        let decision = may(desk, Action::Unseal, &note)?;
        let Some(case) = store::records::head(desk.tx, note.case_id)?.filter(|_| decision.allow) else {
            continue;
        };
        desk.note("sealed", &case, decision, Mask::NONE);
        let number = case.number.unwrap_or_default();
        out.push(Mine { id: note.id, number, at: note.written_at });
    }
    Ok(out)
}

fn names<T: Tx>(desk: &mut Desk<'_, T>, users: &[Id]) -> Result<Vec<String>> {
    let directory = crate::names::directory(desk)?;
    Ok(users.iter().map(|u| directory.name(*u).to_owned()).collect())
}

/// Writes a sealed note; it opens to its writer alone until she names others. Fields: [`FIELDS`].
///
/// # Errors
/// `Invalid`; `NoKeys` when the writer has no keys of her own; `Locked` when this session does not have the
/// identity key (she could not read what she wrote); `WrongState` in a closed case; `NotFound` outside of the
/// team.
pub fn add(office: &Office, ctx: &Ctx, case_id: Id, input: &Input) -> Result<Id> {
    let mut values = Values::default();
    let mut errors = Vec::new();
    for field in FIELDS {
        let text = input.get(field).and_then(|v| v.first()).map_or("", |v| v.trim());
        if text.chars().count() > LONGEST {
            errors.push(FieldError::new(field, Problem::TooLong));
        } else if !text.is_empty() {
            values.set(field, text);
        }
    }
    office.act(ctx, "sealed.add", |desk| {
        let case = desk.stored(case_id)?.head;
        let decision = in_team(desk, &case)?;
        if !decision.allow {
            desk.note("seal", &case, decision, Mask::NONE);
            return Err(OfficeError::NotFound);
        }
        if case.state == "closed" {
            return Err(OfficeError::WrongState);
        }
        if !errors.is_empty() {
            return Err(OfficeError::Invalid(errors));
        }
        if values.0.is_empty() {
            return Err(wrong("new_identity", Problem::Required));
        }
        let me = ctx.actor.user.0;
        let (_, identity) = store::roots::user(desk.tx, me)?.ok_or(OfficeError::NoKeys)?;
        if ctx.keys.half(Half::Identity).is_none() {
            return Err(OfficeError::Locked(C4));
        }
        let id = ctx.id();
        let (half_id, half) = office.take_key(Compartment::C4)?;
        let key = office.vault.root_new(lane(Compartment::C4), half_id, &half);
        let key = key.map_err(|_| OfficeError::Sealed)?;
        store::keys::add(desk.tx, &key.key_id().0, (id, Compartment::C4 as i64), true, &half_id.0)?;
        grant(desk, &key, me, &identity)?;
        let plain = vault::Secret::new(serde_json::to_vec(&values).map_err(|_| OfficeError::Sealed)?);
        let organisation = ctx.actor.organisation.0;
        let sealed = key.seal(&place(&organisation, &id), plain.as_bytes());
        let row =
            store::glass::Note { id, case_id, organisation, written_by: me, written_at: ctx.now, sealed };
        store::glass::add_note(desk.tx, &row)?;
        store::glass::add_holder(desk.tx, id, me, me, ctx.now)?;
        desk.note_many("seal", RecordKind::Case, vec![case_id, id], vec![case_id], decision, C4);
        Ok(id)
    })
}

fn place<'a>(organisation: &'a Id, note: &'a Id) -> Place<'a> {
    Place { organisation: &organisation.0, table: "sealed_notes", row: &note.0, field: "c4", version: 1 }
}

fn grant(desk: &mut WritingDesk<'_, '_>, key: &Opened, user: Id, identity: &[u8]) -> Result<()> {
    let grant = key.grant(&Holder::User { user: user.0, public: identity });
    let grant = grant.map_err(|_| OfficeError::Sealed)?;
    let grant = Grant { holder: user, epoch: grant.epoch, sealed: grant.sealed };
    Ok(store::keys::grant(desk.tx, &key.key_id().0, &grant)?)
}

/// A note with which this actor may do that, and its case. To everybody else it does not exist.
fn held<T: Tx>(
    desk: &mut Desk<'_, T>,
    action: Action,
    id: Id,
) -> Result<(store::glass::Note, Head, Decision)> {
    let Some(note) = store::glass::note(desk.tx, id)? else {
        desk.stored(id)?;
        return Err(OfficeError::NotFound);
    };
    let case = store::records::head(desk.tx, note.case_id)?.ok_or(OfficeError::NotFound)?;
    let decision = may(desk, action, &note)?;
    if decision.allow {
        return Ok((note, case, stepped_up(decision)?));
    }
    let what = if action == Action::Grant { NAME } else { action_code(action) };
    desk.note_many(what, RecordKind::Case, vec![case.id, id], vec![case.id], decision, Mask::NONE);
    Err(OfficeError::NotFound)
}

/// The data key of a note, in the desk's memory; nothing when this session does not have its holder's key.
fn key<'d, T: Tx>(desk: &'d mut Desk<'_, T>, note: &store::glass::Note) -> Result<&'d Opened> {
    let id: KeyId = vault::key_of(&note.sealed).ok_or(OfficeError::Sealed)?;
    desk.key(id, note.id, Compartment::C4)?.ok_or(OfficeError::Locked(C4))
}

/// Opens a note.
///
/// # Errors
/// `NotFound` for everybody who was not named; `StepUp` without a fresh passkey; `Locked` when this session has no identity key; `Sealed`.
pub fn open(office: &Office, ctx: &Ctx, id: Id) -> Result<Note> {
    office.look(ctx, "sealed.open", |desk| {
        let (note, case, decision) = held(desk, Action::Unseal, id)?;
        let plain = key(desk, &note)?
            .unseal(&place(&note.organisation, &note.id), &note.sealed)
            .map_err(|_| OfficeError::Sealed)?;
        let values: Values = serde_json::from_slice(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
        let what = action_code(Action::Unseal);
        desk.note_many(what, RecordKind::Case, vec![case.id, id], vec![case.id], decision, C4);
        let directory = crate::names::directory(desk)?;
        let holders = store::glass::holders(desk.tx, id)?;
        let may_name = may(desk, Action::Grant, &note)?.allow;
        let mut candidates = Vec::new();
        // Whoever was named before is among them: she may have lost the key it was sealed to.
        let others = directory.users.iter().filter(|u| may_hold(&u.kind) && u.id != ctx.actor.user.0);
        for user in others.filter(|_| may_name) {
            if crate::roots::names_key(desk.tx, user.id, ctx.now)?.is_some() {
                let of = directory.name(user.organisation);
                candidates.push((user.id, format!("{}, {of}", user.name)));
            }
        }
        let by = directory.name(note.written_by).to_owned();
        let holders = names(desk, &holders)?;
        Ok(Note { id, case, by, at: note.written_at, values, holders, may_name, candidates })
    })
}

/// A holder of the organisation that wrote a note names one more person. Fields: `user`; `reason`.
///
/// # Errors
/// `Invalid`; `NotFound` for everybody else; `StepUp` without a fresh passkey; `NoKeys` when the other has no
/// key for names, or had lost hers less than a day ago; `Locked` when this session has no identity key.
pub fn name_person(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let first = |name: &str| input.get(name).and_then(|v| v.first()).map_or("", |v| v.trim());
    office.act(ctx, "sealed.name", |desk| {
        let (note, case, decision) = held(desk, Action::Grant, id)?;
        let holders = store::glass::holders(desk.tx, id)?;
        let mut errors = Vec::new();
        let reason = first("reason");
        if reason.is_empty() {
            errors.push(FieldError::new("reason", Problem::Required));
        } else if reason.chars().count() > REASON {
            errors.push(FieldError::new("reason", Problem::TooLong));
        }
        let user = first("user").parse::<Id>().ok().filter(|u| *u != ctx.actor.user.0);
        let head = match user {
            Some(user) => store::records::head(desk.tx, user)?.filter(|h| h.kind == RecordKind::User),
            None => None,
        };
        if head.as_ref().is_none_or(|h| !may_hold(&h.state)) {
            errors.push(FieldError::new("user", Problem::Required));
        }
        let (Some(head), true) = (head, errors.is_empty()) else {
            return Err(OfficeError::Invalid(errors));
        };
        let user = head.id;
        let identity = crate::roots::names_key(desk.tx, user, ctx.now)?.ok_or(OfficeError::NoKeys)?;
        let made = key(desk, &note)?.grant(&Holder::User { user: user.0, public: &identity });
        let made = made.map_err(|_| OfficeError::Sealed)?;
        let key_id = vault::key_of(&note.sealed).ok_or(OfficeError::Sealed)?;
        let made = Grant { holder: user, epoch: made.epoch, sealed: made.sealed };
        store::keys::grant(desk.tx, &key_id.0, &made)?;
        if !holders.contains(&user) {
            store::glass::add_holder(desk.tx, id, user, ctx.actor.user.0, ctx.now)?;
        }
        let objects = vec![case.id, id, user];
        desk.note_many(NAME, RecordKind::Case, objects, vec![case.id], decision, C4);
        desk.because(reason);
        tell(desk, [user], "named", Some(id), Some(ctx.actor.user.0))?;
        Ok(note.case_id)
    })
}

/// A case is erased: the keys of its sealed notes are destroyed and the notes deleted, and what was written
/// when somebody asked for it in an emergency goes as well; that it happened stays.
///
/// # Errors
/// The database.
pub(crate) fn forget(desk: &mut WritingDesk<'_, '_>, case: Id) -> Result<()> {
    for note in store::glass::notes(desk.tx, case)? {
        crate::roots::shred(desk, note.id)?;
        store::erasure::set_erased(desk.tx, note.id, desk.ctx.now)?;
        store::glass::drop_note(desk.tx, note.id)?;
    }
    Ok(store::glass::forget_texts(desk.tx, case)?)
}
