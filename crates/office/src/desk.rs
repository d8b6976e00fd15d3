//! The desk: where a use case asks for authority, opens seals and notes what it did.
//! Nothing sealed is opened anywhere else, and nothing is opened without a leaf of the log.

mod open;
mod seal;

pub use seal::digest;

use crate::{Ctx, Office, OfficeError, Result, audit};
use domain::policy::{Author, Resource, decide, standing};
use domain::{Action, Compartment, Decision, Head, Held, Id, Mask, Record, RecordKind, Relation};
use seal::{sealed_at, used};
use std::collections::HashMap;
use std::sync::Arc;
use store::access::Standing;
use store::glass::Request;
use store::records::{OfPerson, Stored};
use store::{ReadTx, Tx, WriteTx};
use vault::Opened;

pub(crate) mod looked;

/// What is to be written into the log.
pub struct Leaf {
    /// What was done: `case.view`.
    pub action: String,
    /// Kind of the objects.
    pub kind: &'static str,
    /// Which ones.
    pub objects: Vec<Id>,
    /// In which case.
    pub cases: Vec<Id>,
    /// Which compartments were opened or written.
    pub mask: Mask,
    /// Allowed or refused.
    pub allowed: bool,
    /// By which rule.
    pub rule: &'static str,
    /// Who.
    pub actor: domain::Actor,
    /// When, microseconds.
    pub now: i64,
    /// Reason given, when one was asked for.
    pub reason: Option<String>,
    /// Digest of the row before.
    pub before: Option<[u8; 32]>,
    /// Digest of the row after.
    pub after: Option<[u8; 32]>,
}

/// One use case at work inside one transaction.
pub struct Desk<'a, T: Tx> {
    /// The office.
    pub office: &'a Office,
    /// Who, when, in which language.
    pub ctx: &'a Ctx,
    /// The transaction.
    pub tx: &'a mut T,
    leaves: Vec<Leaf>,
    looked: looked::Looked,
    /// Data keys by id; nothing where whoever sits here has no key for it.
    keys: HashMap<[u8; 16], Option<Opened>>,
    relations: HashMap<Id, Vec<Held>>,
    /// Of which kind those records are that others are sealed under the keys of.
    parents: HashMap<Id, RecordKind>,
    /// Names of colleagues and partners, once they were asked for.
    pub(crate) directory: Option<Arc<crate::names::Directory>>,
    /// Cases of the persons that were asked for ahead.
    cases_of: HashMap<Id, Vec<OfPerson>>,
    /// Came upon a share whose time is over.
    pub(crate) met_an_end: bool,
    /// Role keys of organisations, as often as they are asked for.
    pub(crate) roles: HashMap<Id, Arc<Vec<store::roots::RoleKey>>>,
}

impl<'a, T: Tx> Desk<'a, T> {
    /// Sits down.
    pub fn new(office: &'a Office, ctx: &'a Ctx, tx: &'a mut T) -> Desk<'a, T> {
        Desk {
            office,
            ctx,
            tx,
            leaves: Vec::new(),
            looked: looked::Looked::default(),
            keys: HashMap::new(),
            relations: HashMap::new(),
            parents: HashMap::new(),
            directory: None,
            cases_of: HashMap::new(),
            met_an_end: false,
            roles: HashMap::new(),
        }
    }

    /// What is to be logged.
    #[must_use]
    pub fn into_leaves(self) -> Vec<Leaf> {
        self.leaves
    }

    /// What is to be logged of a use case that came to nothing: refusals, and whatever was opened before it
    /// failed. What it had noted of its own work is rolled back with the work, `kept` or not.
    #[must_use]
    pub(crate) fn into_leaves_of_failure(self, kept: looked::Kept) -> Vec<Leaf> {
        let (actor, now) = (self.ctx.actor, self.ctx.now);
        self.looked.leaves(self.leaves, kept, (actor, now))
    }

    /// Notes something for the log.
    pub fn note(&mut self, action: &str, head: &Head, decision: Decision, mask: Mask) {
        let cases = case_of(head).into_iter().collect();
        self.note_many(action, head.kind, vec![head.id], cases, decision, mask);
    }

    /// Notes something about several records of one kind.
    pub fn note_many(
        &mut self,
        action: &str,
        kind: RecordKind,
        objects: Vec<Id>,
        cases: Vec<Id>,
        decision: Decision,
        mask: Mask,
    ) {
        self.leaves.push(Leaf {
            action: format!("{}.{action}", kind.code()),
            kind: kind.code(),
            objects,
            cases,
            mask,
            allowed: decision.allow,
            rule: decision.rule,
            actor: self.ctx.actor,
            now: self.ctx.now,
            reason: None,
            before: None,
            after: None,
        });
    }

    /// Adds the reason that was given to the leaf noted last.
    pub fn because(&mut self, reason: &str) {
        if let Some(leaf) = self.leaves.last_mut() {
            leaf.reason = Some(reason.to_owned());
        }
    }

    /// How the actor stands to a case, with the conditions of each relation.
    ///
    /// # Errors
    /// The database.
    pub fn relations(&mut self, case_id: Id) -> Result<Vec<Held>> {
        if let Some(known) = self.relations.get(&case_id) {
            return Ok(known.clone());
        }
        let rows = store::access::standing(self.tx, case_id, self.standers())?;
        let opened = self.emergencies(&rows)?;
        Ok(self.stands(case_id, rows, &opened))
    }

    /// What was opened to the actor in an emergency, as its requests say. Asked only where a row says so: next to
    /// nobody has one.
    fn emergencies<'r>(&mut self, rows: impl IntoIterator<Item = &'r Standing>) -> Result<Vec<Request>> {
        let emergency = Relation::BreakGlass.code();
        if rows.into_iter().all(|row| row.relation != emergency) {
            return Ok(Vec::new());
        }
        Ok(store::glass::opened_to(self.tx, self.ctx.actor.user.0)?)
    }

    /// As whom the actor may stand to a case.
    fn standers(&self) -> [Id; 3] {
        let actor = self.ctx.actor;
        [actor.user.0, actor.organisation.0, domain::policy::EVERYONE_NATIONAL]
    }

    /// Asks at once how the actor stands to several cases; [`Desk::relations`] then knows.
    ///
    /// # Errors
    /// The database.
    pub fn relations_ahead(&mut self, cases: &[Id]) -> Result<()> {
        let unknown: Vec<Id> = cases.iter().filter(|c| !self.relations.contains_key(c)).copied().collect();
        let rows = store::access::standing_many(self.tx, &unknown, self.standers())?;
        let opened = self.emergencies(rows.iter().map(|(_, row)| row))?;
        let mut of: HashMap<Id, Vec<Standing>> = unknown.iter().map(|c| (*c, Vec::new())).collect();
        for (case, row) in rows {
            of.entry(case).or_default().push(row);
        }
        for (case, rows) in of {
            self.stands(case, rows, &opened);
        }
        Ok(())
    }

    /// Asks at once for the cases of several persons, and how the actor stands to each. Only for reading: what is
    /// written afterwards at the same desk is not among them.
    ///
    /// # Errors
    /// The database.
    pub(crate) fn cases_ahead(&mut self, persons: &[Id]) -> Result<()> {
        self.cases_of.extend(persons.iter().map(|person| (*person, Vec::new())));
        let cases = store::records::of_people(self.tx, persons, RecordKind::Case.code())?;
        self.relations_ahead(&cases.iter().map(|case| case.id).collect::<Vec<_>>())?;
        for case in cases {
            self.cases_of.entry(case.person).or_default().push(case);
        }
        Ok(())
    }

    /// The cases of a person, newest first, if they were asked for ahead.
    pub(crate) fn known_cases(&self, person: Id) -> Option<&[OfPerson]> {
        self.cases_of.get(&person).map(Vec::as_slice)
    }

    fn stands(&mut self, case_id: Id, rows: Vec<Standing>, opened: &[Request]) -> Vec<Held> {
        let (office, now) = (self.office, self.ctx.now);
        let (addressed, emergency) = (Relation::Addressed.code(), Relation::BreakGlass.code());
        self.met_an_end |= rows.iter().any(|row| row.until <= now && row.relation == addressed);
        let mut found = Vec::new();
        for row in rows {
            if row.relation == emergency {
                found.extend(crate::glass::held(now, case_id, &row, opened));
            } else {
                found.extend(crate::shares::held(office, now, row));
            }
        }
        if found.is_empty() {
            found.push(Relation::Nothing.into());
        }
        self.relations.insert(case_id, found.clone());
        found
    }

    /// How the actor stands to any record: through its case; a person through her cases; else by nature.
    ///
    /// # Errors
    /// The database.
    pub fn relations_to(&mut self, head: &Head) -> Result<Vec<Held>> {
        let own = head.organisation_id == self.ctx.actor.organisation.0;
        let author = if own { Author::Own } else { Author::Other };
        let mut all = self.relations_of(head)?;
        all.iter_mut().for_each(|held| held.author = author);
        Ok(all)
    }

    fn relations_of(&mut self, head: &Head) -> Result<Vec<Held>> {
        if let Some(case_id) = case_of(head) {
            return self.relations(case_id);
        }
        if head.kind == RecordKind::Person {
            let mut all = Vec::new();
            let mut led = false;
            for (case, lead) in crate::people::own_cases(self, head)? {
                all.extend(self.relations(case)?);
                // A lead who was taken out of the form still stands in the rows.
                led = led
                    || lead.is_some()
                    || store::access::of_case(self.tx, case)?
                        .iter()
                        .any(|row| row.relation == Relation::Own.code());
            }
            // A person whom nobody leads yet belongs to whoever wrote her down.
            if !led && head.organisation_id == self.ctx.actor.organisation.0 {
                all.push(Relation::General.into());
            }
            return Ok(all);
        }
        if head.kind == RecordKind::Task && head.assignee == Some(self.ctx.actor.user.0) {
            return Ok(vec![Relation::General.into()]);
        }
        Ok(vec![standing(&self.ctx.actor, head.kind, head.organisation_id).into()])
    }

    /// Decides on one record; a refusal is logged and looks like absence.
    ///
    /// # Errors
    /// `NotFound` when refused; the database.
    pub fn may(&mut self, action: Action, head: &Head) -> Result<Decision> {
        let relations = self.relations_to(head)?;
        let decision = decide(&self.ctx.actor, action, Resource { kind: head.kind, relations: &relations });
        if decision.allow {
            self.long_enough(action)?;
            return stepped_up(decision);
        }
        self.note(action_code(action), head, decision, Mask::NONE);
        Err(OfficeError::NotFound)
    }

    /// Would it be allowed? Asks without logging: for buttons.
    ///
    /// # Errors
    /// The database.
    pub fn could(&mut self, action: Action, kind: RecordKind, head: &Head) -> Result<bool> {
        let mut relations = self.relations_to(head)?;
        // Asked about another kind, for which this record only stands (its case).
        if kind != head.kind {
            relations.iter_mut().for_each(|held| held.author = Author::Unasked);
        }
        Ok(decide(&self.ctx.actor, action, Resource { kind, relations: &relations }).allow)
    }

    /// Erasing, answering authorities and taking out is for accounts that have been here for a while: an
    /// administrator who makes himself one, or two, gets nowhere with them at once.
    fn long_enough(&mut self, action: Action) -> Result<()> {
        if !matches!(action, Action::Erase | Action::Release | Action::Export) {
            return Ok(());
        }
        let known = match store::records::head(self.tx, self.ctx.actor.user.0)? {
            Some(user) => crate::doors::vouching::established(self.tx, &user, self.ctx.now)?,
            // In the quiet house nobody is anybody; what may be done there is none of the real one's.
            None => true,
        };
        if known { Ok(()) } else { Err(OfficeError::TooNew) }
    }

    /// Decides on something that is about no record: writing a first one, searching, figures.
    ///
    /// # Errors
    /// `NotFound` when refused; `StepUp`.
    pub fn may_general(&mut self, action: Action, kind: RecordKind) -> Result<Decision> {
        let decision = decide(&self.ctx.actor, action, Resource { kind, relations: &[Relation::General] });
        if decision.allow {
            self.long_enough(action)?;
            return stepped_up(decision);
        }
        self.note_many(action_code(action), kind, Vec::new(), Vec::new(), decision, Mask::NONE);
        Err(OfficeError::NotFound)
    }

    /// Fetches those of many records that are there.
    ///
    /// # Errors
    /// The database.
    pub(crate) fn stored_many(&mut self, ids: &[Id]) -> Result<HashMap<Id, Stored>> {
        let stored = store::records::get_many(self.tx, ids)?;
        Ok(stored.into_iter().map(|one| (one.head.id, one)).collect())
    }

    /// Fetches a record's stored form.
    ///
    /// # Errors
    /// `NotFound`; the database.
    pub fn stored(&mut self, id: Id) -> Result<Stored> {
        let found = store::records::get(self.tx, id)?;
        if found.is_none() {
            // Asking for what is not there is logged like a refusal: the two take the same time and
            // leave the same trace, so that neither can be told from the other.
            self.leaves.push(Leaf {
                action: "record.view".to_owned(),
                kind: "record",
                objects: vec![id],
                cases: Vec::new(),
                mask: Mask::NONE,
                allowed: false,
                rule: "absent",
                actor: self.ctx.actor,
                now: self.ctx.now,
                reason: None,
                before: None,
                after: None,
            });
        }
        found.ok_or(OfficeError::NotFound)
    }

    /// Fetches a record, authorises, opens what may be opened, and notes it.
    ///
    /// # Errors
    /// `NotFound` when absent or refused; `Sealed`; the database.
    pub fn fetch(&mut self, action: Action, id: Id) -> Result<Record> {
        let stored = self.stored(id)?;
        let decision = self.may(action, &stored.head)?;
        let record = self.unseal(stored, decision.mask)?;
        self.note(action_code(action), &record.head.clone(), decision, record.mask);
        Ok(record)
    }
}

impl Desk<'_, WriteTx<'_>> {
    /// Writes the noted leaves.
    ///
    /// # Errors
    /// The database.
    pub fn write_leaves(self) -> Result<()> {
        audit::append(self.office, self.tx, &self.leaves)
    }

    /// A head for a new record of this actor.
    #[must_use]
    pub fn new_head(&self, kind: RecordKind) -> Head {
        let actor = self.ctx.actor;
        Head {
            id: self.ctx.id(),
            kind,
            case_id: None,
            person_id: None,
            parent_id: None,
            organisation_id: actor.organisation.0,
            assignee: None,
            state: kind.spec().states.first().copied().unwrap_or_default().to_owned(),
            on_date: None,
            due_on: None,
            number: None,
            version: 1,
            created_at: self.ctx.now,
            created_by: actor.user.0,
            updated_at: self.ctx.now,
            updated_by: actor.user.0,
        }
    }

    /// Seals and inserts a record; notes it.
    ///
    /// # Errors
    /// The database; the keys.
    pub fn insert(&mut self, record: &Record, decision: Decision) -> Result<()> {
        let stored = self.seal(record, None)?;
        self.looked.made(record.head.id);
        store::records::insert(self.tx, &stored)?;
        self.touch(&record.head)?;
        self.note("create", &record.head, decision, used(record));
        if let Some(leaf) = self.leaves.last_mut() {
            leaf.after = Some(digest(&stored));
        }
        self.after_save(record)
    }

    /// Seals and updates a record, keeping the version before in the history; notes it.
    /// `record.head.version` is the version that was read; it is one higher afterwards.
    ///
    /// # Errors
    /// `Stale` is the caller's to make: this one says `WrongState` when the version has moved.
    pub fn update(&mut self, record: &mut Record, decision: Decision, action: &str) -> Result<()> {
        let before = self.stored(record.head.id)?;
        if before.head.version != record.head.version {
            return Err(OfficeError::WrongState);
        }
        record.head.version += 1;
        record.head.updated_at = self.ctx.now;
        record.head.updated_by = self.ctx.actor.user.0;
        // What this user cannot open stays as it is, sealed at the version it was sealed at.
        let mut parts = [record.head.version; 5];
        let mut kept = false;
        for ((part, compartment), blob) in parts.iter_mut().zip(Compartment::SEALED).zip(&before.sealed) {
            if !record.mask.has(compartment) && blob.is_some() {
                *part = sealed_at(&before.head, before.parts.as_ref(), compartment);
                kept = true;
            }
        }
        let mut after = self.seal(record, kept.then_some(parts))?;
        for ((slot, compartment), blob) in
            after.sealed.iter_mut().zip(Compartment::SEALED).zip(&before.sealed)
        {
            if !record.mask.has(compartment) {
                slot.clone_from(blob);
            }
        }
        store::records::update(self.tx, &after)?;
        self.touch(&record.head)?;
        self.note(action, &record.head, decision, used(record));
        if let Some(leaf) = self.leaves.last_mut() {
            leaf.before = Some(digest(&before));
            leaf.after = Some(digest(&after));
        }
        self.after_save(record)
    }

    fn touch(&mut self, head: &Head) -> Result<()> {
        if let Some(case_id) = case_of(head)
            && head.kind != RecordKind::Case
        {
            store::access::touch(self.tx, case_id, self.ctx.now)?;
        }
        Ok(())
    }

    /// What each room does when one of its records was written.
    fn after_save(&mut self, record: &Record) -> Result<()> {
        match record.head.kind {
            RecordKind::Person => crate::people::index(self, record)?,
            RecordKind::Case => crate::cases::index(self, record)?,
            RecordKind::Contact => crate::hotline::index(self, record)?,
            RecordKind::Consent if record.head.version > 1 => crate::shares::follow(self, record)?,
            RecordKind::Organisation | RecordKind::User => crate::names::changed(self)?,
            RecordKind::Training | RecordKind::Attendance => crate::training::count(self, record)?,
            _ => {}
        }
        crate::shares::asylum_lock(self, &record.head)?;
        if domain::programme::moves_facts(record.head.kind) {
            crate::programme::recount(self, record)?;
        }
        Ok(())
    }
}

/// What an allowed step still asks of the session is asked before anything is done.
pub(crate) fn stepped_up(decision: Decision) -> Result<Decision> {
    match decision.duties.step_up {
        Some(wanted) => Err(OfficeError::StepUp(wanted)),
        None => Ok(decision),
    }
}

/// The case a record belongs to; a case belongs to itself.
#[must_use]
pub fn case_of(head: &Head) -> Option<Id> {
    if head.kind == RecordKind::Case { Some(head.id) } else { head.case_id }
}

/// Short code of an action, for the log.
#[must_use]
pub fn action_code(action: Action) -> &'static str {
    match action {
        Action::Public => "public",
        Action::Session => "session",
        Action::List => "list",
        Action::View => "view",
        Action::Create => "create",
        Action::Edit => "edit",
        Action::Reveal => "reveal",
        Action::Search => "search",
        Action::Move => "move",
        Action::Close => "close",
        Action::Grant => "grant",
        Action::Log => "log",
        Action::Figures => "figures",
        Action::Ask => "ask",
        Action::Hold => "hold",
        Action::Erase => "erase",
        Action::Retain => "retain",
        Action::Seal => "seal",
        Action::Unseal => "unseal",
        Action::Release => "release",
        Action::Export => "export",
    }
}

/// For signatures: a reading desk.
pub type ReadingDesk<'a, 'b> = Desk<'a, ReadTx<'b>>;
/// For signatures: a writing desk.
pub type WritingDesk<'a, 'b> = Desk<'a, WriteTx<'b>>;
