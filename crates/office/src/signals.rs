//! Signals: from information to a person and a case.

use crate::records::open_all;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Record, RecordKind, Values};

/// A signal with the persons it is about and the cases it led to.
pub struct SignalPage {
    /// The signal.
    pub signal: Record,
    /// Persons in it.
    pub persons: Vec<Record>,
    /// Cases opened from it, that the actor may know of.
    pub cases: Vec<Record>,
    /// Those of them that the actor may open.
    pub open: Vec<Id>,
    /// The contact of the hotline it came from, when the actor may read it.
    pub origin: Option<Id>,
    /// May this actor change it?
    pub may_edit: bool,
    /// May this actor write a person and open a case?
    pub may_open_case: bool,
    /// People in it who are written down already, and whom the actor may open.
    pub known: Vec<Id>,
}

/// The page of a signal.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<SignalPage> {
    office.look(ctx, "signals.page", |desk| {
        let signal = desk.fetch(Action::View, id)?;
        if signal.head.kind != RecordKind::Signal {
            return Err(OfficeError::NotFound);
        }
        let mut persons = Vec::new();
        let mut cases = Vec::new();
        for stored in store::records::under(desk.tx, id)? {
            match stored.head.kind {
                RecordKind::SignalPerson => persons.extend(open_all(desk, vec![stored])?),
                RecordKind::Case => cases.extend(crate::records::case_header(desk, Some(stored.head.id))?),
                _ => {}
            }
        }
        let may_edit = desk.could(Action::Edit, RecordKind::Signal, &signal.head.clone())?;
        let mut open = Vec::new();
        for case in &cases {
            let case: &Record = case;
            if desk.could(Action::View, RecordKind::Case, &case.head)? {
                open.push(case.head.id);
            }
        }
        let mut origin = None;
        if let Some(parent) = signal.head.parent_id
            && let Some(contact) = store::records::head(desk.tx, parent)?
            && desk.could(Action::View, contact.kind, &contact)?
        {
            origin = Some(parent);
        }
        let general = |kind| {
            domain::policy::decide(
                &ctx.actor,
                Action::Create,
                domain::policy::Resource { kind, relations: &[domain::Relation::General] },
            )
            .allow
        };
        let may_open_case = general(RecordKind::Person) && general(RecordKind::Case);
        let mut known = Vec::new();
        for id in persons.iter().filter_map(|p| p.head.person_id) {
            let head = store::records::head(desk.tx, id)?;
            if let Some(head) = head
                && desk.could(Action::View, RecordKind::Person, &head)?
            {
                known.push(id);
            }
        }
        Ok(SignalPage { signal, persons, cases, open, origin, may_edit, may_open_case, known })
    })
}

/// What a form for a new person starts with, taken from the person noted in a signal.
#[must_use]
pub fn person_from(noted: &Record) -> Values {
    let mut values = Values::default();
    if let Some(name) = noted.get("known_as") {
        match name.split_once(' ') {
            Some((given, family)) => {
                values.set("given_name", given);
                values.set("family_name", family);
            }
            None => values.set("given_name", name),
        }
    }
    for name in ["sex", "citizenship"] {
        if let Some(value) = noted.get(name) {
            values.set(name, value);
        }
    }
    values
}

/// Moves a signal to another state.
///
/// # Errors
/// `NotFound` when refused; `WrongState` for an unknown state.
pub fn set_state(office: &Office, ctx: &Ctx, id: Id, state: &str) -> Result<Id> {
    let state = domain::codes::SIGNAL_STATE.known(state).ok_or(OfficeError::WrongState)?;
    office.act(ctx, "signals.set_state", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Signal {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Edit, &stored.head)?;
        let mut signal = desk.unseal(stored, decision.mask)?;
        signal.head.state = state.to_owned();
        signal.values.set("state", state);
        desk.update(&mut signal, decision, "state")?;
        Ok(id)
    })
}
