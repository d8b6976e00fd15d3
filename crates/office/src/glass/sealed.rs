//! Notes for protected witnesses (C4): new identity, safe place, threats. The key of each note is granted to
//! named users by their identity keys: the writer, and those she or another of them names. No role, no
//! organisation, no officer, no server opens it.
//!
//! They are no records: every generic path (lists, histories, exports, search, hand-over) goes over the table
//! of records and cannot come upon them. Whoever works on the case may know that something sealed exists;
//! whoever leads it may know who holds it; to everybody else there is nothing.

use super::{refused, tell, wrong};
use crate::desk::{Desk, WritingDesk};
use crate::keys::lane;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Action;
use domain::values::Input;
use domain::{Compartment, Decision, FieldError, Head, Id, Mask, Problem, RecordKind, Relation, Values};
use store::Tx;
use store::keys::Grant;
use vault::{Half, Holder, KeyId, Opened, Place};

/// Fields of a note; at least one is filled.
pub const FIELDS: [&str; 3] = ["new_identity", "safe_place", "threats"];
const LONGEST: usize = 4000;
const REASON: usize = 500;
/// What stands in the log beside decisions about these notes: no rule of the table makes them.
const NAMED: &str = "named";
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
    /// Colleagues who may be named: they have keys of their own.
    pub candidates: Vec<(Id, String)>,
}

/// How somebody stands to the notes of a case.
struct Standing {
    /// In the team: may know that they exist.
    knows: bool,
    /// Leads the case: may know who holds them.
    leads: bool,
}

fn standing<T: Tx>(desk: &mut Desk<'_, T>, case: Id) -> Result<Standing> {
    let held: Vec<Relation> =
        desk.relations(case)?.iter().filter(|h| h.holds()).map(|h| h.relation).collect();
    let leads = held.contains(&Relation::Own);
    Ok(Standing { knows: leads || held.contains(&Relation::Team), leads })
}

/// May this actor know that there can be sealed notes in a case?
pub(crate) fn knows<T: Tx>(desk: &mut Desk<'_, T>, case: Id) -> Result<bool> {
    if desk.ctx.actor.duress {
        return Ok(false);
    }
    if standing(desk, case)?.knows {
        return Ok(true);
    }
    let me = desk.ctx.actor.user.0;
    for note in store::glass::notes(desk.tx, case)? {
        if store::glass::holders(desk.tx, note.id)?.contains(&me) {
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
        let standing = standing(desk, case_id)?;
        let me = ctx.actor.user.0;
        let mut notes = Vec::new();
        let mut named = false;
        for note in store::glass::notes(desk.tx, case_id)? {
            let holders = store::glass::holders(desk.tx, note.id)?;
            let mine = holders.contains(&me);
            named |= mine;
            let holders = if mine || standing.leads { Some(names(desk, &holders)?) } else { None };
            notes.push(Kept { id: mine.then_some(note.id), at: note.written_at, holders });
        }
        if case.kind != RecordKind::Case || ctx.actor.duress || !(standing.knows || named) {
            desk.note("sealed", &case, refused(), Mask::NONE);
            return Err(OfficeError::NotFound);
        }
        if !standing.knows {
            notes.retain(|n| n.id.is_some());
        }
        desk.note("sealed", &case, Decision::by(NAMED, Mask::NONE), Mask::NONE);
        Ok(Shown { may_add: standing.knows && case.state != "closed", notes, case })
    })
}

fn names<T: Tx>(desk: &mut Desk<'_, T>, users: &[Id]) -> Result<Vec<String>> {
    let directory = crate::names::directory(desk)?;
    Ok(users.iter().map(|u| directory.name(*u).to_owned()).collect())
}

/// Writes a sealed note; it opens to its writer alone until she names others. Fields: [`FIELDS`].
///
/// # Errors
/// `Invalid`; `NoKeys` when the writer has no keys of her own; `Locked` when this session does not have the
/// identity key (she could not read what she wrote); `NotFound` outside of the team.
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
        let standing = standing(desk, case_id)?;
        if case.kind != RecordKind::Case || ctx.actor.duress || !standing.knows {
            desk.note("seal", &case, refused(), Mask::NONE);
            return Err(OfficeError::NotFound);
        }
        desk.may(Action::Edit, &case)?;
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
        desk.note_many(
            "seal",
            RecordKind::Case,
            vec![case_id, id],
            vec![case_id],
            Decision::by(NAMED, C4),
            C4,
        );
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

/// A note that this actor holds, with its case. To everybody else it does not exist.
fn held<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<(store::glass::Note, Head, Vec<Id>)> {
    let found = store::glass::note(desk.tx, id)?;
    if let Some(note) = found {
        let holders = store::glass::holders(desk.tx, note.id)?;
        let case = store::records::head(desk.tx, note.case_id)?.ok_or(OfficeError::NotFound)?;
        if holders.contains(&desk.ctx.actor.user.0) && !desk.ctx.actor.duress {
            return Ok((note, case, holders));
        }
        desk.note_many("unseal", RecordKind::Case, vec![case.id, id], vec![case.id], refused(), Mask::NONE);
        return Err(OfficeError::NotFound);
    }
    desk.stored(id)?;
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
/// `NotFound` for everybody who was not named; `Locked` when this session has no identity key; `Sealed`.
pub fn open(office: &Office, ctx: &Ctx, id: Id) -> Result<Note> {
    office.look(ctx, "sealed.open", |desk| {
        let (note, case, holders) = held(desk, id)?;
        let plain = key(desk, &note)?
            .unseal(&place(&note.organisation, &note.id), &note.sealed)
            .map_err(|_| OfficeError::Sealed)?;
        let values: Values = serde_json::from_slice(plain.as_bytes()).map_err(|_| OfficeError::Sealed)?;
        let decision = Decision::by(NAMED, C4);
        desk.note_many("unseal", RecordKind::Case, vec![case.id, id], vec![case.id], decision, C4);
        let directory = crate::names::directory(desk)?;
        let mut candidates = Vec::new();
        for user in directory.users.iter().filter(|u| super::works(&u.kind) && !holders.contains(&u.id)) {
            if store::roots::user(desk.tx, user.id)?.is_some() {
                let of = directory.name(user.organisation);
                candidates.push((user.id, format!("{}, {of}", user.name)));
            }
        }
        let by = directory.name(note.written_by).to_owned();
        let holders = names(desk, &holders)?;
        Ok(Note { id, case, by, at: note.written_at, values, holders, candidates })
    })
}

/// A holder names one more person. Fields: `user`; `reason`.
///
/// # Errors
/// `Invalid`; `NotFound` for everybody who was not named herself; `NoKeys` when the other has no keys;
/// `Locked` when this session has no identity key.
pub fn name_person(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let first = |name: &str| input.get(name).and_then(|v| v.first()).map_or("", |v| v.trim());
    office.act(ctx, "sealed.name", |desk| {
        let (note, case, holders) = held(desk, id)?;
        let mut errors = Vec::new();
        let reason = first("reason");
        if reason.is_empty() {
            errors.push(FieldError::new("reason", Problem::Required));
        } else if reason.chars().count() > REASON {
            errors.push(FieldError::new("reason", Problem::TooLong));
        }
        let user = first("user").parse::<Id>().ok().filter(|u| !holders.contains(u));
        let head = match user {
            Some(user) => store::records::head(desk.tx, user)?.filter(|h| h.kind == RecordKind::User),
            None => None,
        };
        if head.as_ref().is_none_or(|h| !super::works(&h.state)) {
            errors.push(FieldError::new("user", Problem::Required));
        }
        let (Some(head), true) = (head, errors.is_empty()) else {
            return Err(OfficeError::Invalid(errors));
        };
        let user = head.id;
        let (_, identity) = store::roots::user(desk.tx, user)?.ok_or(OfficeError::NoKeys)?;
        let made = key(desk, &note)?.grant(&Holder::User { user: user.0, public: &identity });
        let made = made.map_err(|_| OfficeError::Sealed)?;
        let key_id = vault::key_of(&note.sealed).ok_or(OfficeError::Sealed)?;
        let made = Grant { holder: user, epoch: made.epoch, sealed: made.sealed };
        store::keys::grant(desk.tx, &key_id.0, &made)?;
        store::glass::add_holder(desk.tx, id, user, ctx.actor.user.0, ctx.now)?;
        let objects = vec![case.id, id, user];
        desk.note_many("name", RecordKind::Case, objects, vec![case.id], Decision::by(NAMED, C4), C4);
        desk.because(reason);
        tell(desk, [user], "named", None, Some(ctx.actor.user.0))?;
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
