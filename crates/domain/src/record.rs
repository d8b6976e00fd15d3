//! A record: a head in the clear (routing) and values in compartments.

use crate::{Compartment, Id, Mask, RecordKind, Values};
use jiff::civil::Date;

/// The head: compartment C0, in the clear in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Own id.
    pub id: Id,
    /// What it is.
    pub kind: RecordKind,
    /// The case it belongs to.
    pub case_id: Option<Id>,
    /// The person it is about.
    pub person_id: Option<Id>,
    /// The record it hangs from (a leg from a return, a goal from a plan).
    pub parent_id: Option<Id>,
    /// The organisation that wrote it.
    pub organisation_id: Id,
    /// Who is to act on it: lead of a case, owner of a task.
    pub assignee: Option<Id>,
    /// One of the states of the kind, or empty.
    pub state: String,
    /// The day it is about.
    pub on_date: Option<Date>,
    /// The day by which something is due.
    pub due_on: Option<Date>,
    /// Number people say aloud (cases: 3+4 digits).
    pub number: Option<String>,
    /// Grows by one at each change.
    pub version: i64,
    /// Microseconds since 1970, UTC.
    pub created_at: i64,
    /// Who wrote it first.
    pub created_by: Id,
    /// Microseconds since 1970, UTC.
    pub updated_at: i64,
    /// Who wrote it last.
    pub updated_by: Id,
}

impl Head {
    /// Whose keys seal it: those of its case, of its person, or its own.
    #[must_use]
    pub fn key_subject(&self) -> Id {
        match self.kind {
            RecordKind::Person | RecordKind::Case => self.id,
            RecordKind::SignalPerson | RecordKind::TrainingSession | RecordKind::Attendance => {
                self.parent_id.unwrap_or(self.id)
            }
            _ => self.case_id.unwrap_or(self.id),
        }
    }

    /// The head's own fields as values, so that one form shows everything.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        if !self.state.is_empty() {
            values.set("state", self.state.clone());
        }
        for (name, date) in [("on_date", self.on_date), ("due_on", self.due_on)] {
            if let Some(date) = date {
                values.set(name, date.to_string());
            }
        }
        if let Some(user) = self.assignee {
            values.set("assignee", user.to_string());
        }
        values
    }

    /// Takes the fields of C0 over from checked values.
    pub fn take(&mut self, values: &Values) {
        let spec = self.kind.spec();
        let has = |name: &str| spec.field(name).is_some_and(|f| f.compartment == Compartment::C0);
        if has("on_date") {
            self.on_date = values.date("on_date");
        }
        if has("due_on") {
            self.due_on = values.date("due_on");
        }
        if has("assignee") {
            self.assignee = values.id("assignee");
        }
        if has("state") {
            values.get("state").unwrap_or_default().clone_into(&mut self.state);
        }
    }
}

/// A record with what its reader may open. No `Debug`: values may be anybody's secret.
#[derive(Clone)]
pub struct Record {
    /// The head.
    pub head: Head,
    /// Values of the compartments in `mask`, the head's own fields included.
    pub values: Values,
    /// What was opened; the rest is sealed to this reader.
    pub mask: Mask,
    /// What this reader may open and has no key for: a name behind a passkey, a partner's part.
    pub locked: Mask,
}

impl Record {
    /// A value that was opened.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)
    }
}
