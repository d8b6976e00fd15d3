//! The answer itself: field by field what was approved, nothing else.

use super::request;
use crate::desk::WritingDesk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::legal;
use domain::policy::{FieldGroup, Groups};
use domain::{Action, Date, Decision, Id, Mask, Record, RecordKind, Values};
use serde::{Deserialize, Serialize};

/// What is handed out. No `Debug`: it is somebody's name and story.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// Codes of the groups that were approved.
    pub groups: Vec<String>,
    /// Records, the person first, then by day.
    pub parts: Vec<Part>,
}

/// One record of it.
#[derive(Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: RecordKind,
    /// The day it is about.
    pub day: Option<Date>,
    /// Of its values those that were approved.
    pub values: Values,
}

/// Opens what was approved and writes its leaf. Whole or not at all.
///
/// # Errors
/// `Locked` when this session has no key for part of it; `Sealed`; the database.
pub(super) fn make(
    desk: &mut WritingDesk<'_, '_>,
    request: &Record,
    groups: Groups,
    decision: Decision,
) -> Result<String> {
    let case = request.head.case_id.ok_or(OfficeError::WrongState)?;
    let head = desk.stored(case)?;
    let person = head.head.person_id.ok_or(OfficeError::WrongState)?;
    let mut stored = Vec::new();
    if !crate::people::of_another_house(desk, &head.head)? {
        stored.push(desk.stored(person)?);
    }
    stored.push(head);
    stored.extend(store::records::of_case(desk.tx, case)?);
    stored.sort_by_key(|s| (s.head.kind != RecordKind::Person, s.head.on_date, s.head.created_at, s.head.id));
    let (mut parts, mut objects, mut opened) = (Vec::new(), vec![request.head.id], Mask::NONE);
    for one in stored {
        let kind = one.head.kind;
        let mask = legal::mask(groups, kind).intersection(decision.mask);
        if mask == Mask::NONE {
            continue;
        }
        let record = desk.unseal_whole(one, mask)?;
        objects.push(record.head.id);
        opened = opened.union(mask);
        let values = legal::part(groups, kind, &record.values);
        if !values.0.is_empty() {
            parts.push(Part { kind, day: record.head.on_date, values });
        }
    }
    desk.note_many("release", RecordKind::LegalRequest, objects, vec![case], decision, opened);
    if let Some(basis) = request.get("basis") {
        desk.because(basis);
    }
    let groups = groups.iter().map(FieldGroup::code).map(str::to_owned).collect();
    serde_json::to_string(&Answer { groups, parts }).map_err(|_| OfficeError::Sealed)
}

/// The mark of a paper: sixteen digits that follow from the request and every word of the answer. It stands
/// on the paper, beside the request and, with it, in the log, and tells one recipient's paper from another's.
pub(super) fn mark(request: &Record, document: &str) -> String {
    let digest = vault::sha256(&[request.head.id.0.as_slice(), document.as_bytes()].concat());
    let hex: Vec<String> =
        digest.chunks(2).take(4).map(|two| two.iter().map(|b| format!("{b:02X}")).collect()).collect();
    hex.join("-")
}

/// What was handed out, with its request.
///
/// # Errors
/// `NotFound` when absent or refused; `WrongState` before it is answered; `StepUp` without a fresh passkey;
/// `Locked` when this session has no key for it; `Sealed`; the database.
pub fn answer(office: &Office, ctx: &Ctx, id: Id) -> Result<(Record, Answer)> {
    office.look(ctx, "legal.answer", |desk| {
        let stored = request(desk, id)?;
        let decision = desk.may(Action::Release, &stored.head)?;
        if stored.head.state != "answered" {
            return Err(OfficeError::WrongState);
        }
        let request = desk.unseal_whole(stored, decision.mask)?;
        let text = request.get("document").ok_or(OfficeError::Sealed)?;
        // The mark is recomputed: a paper that is not the one that was approved is not shown.
        if request.get("mark") != Some(mark(&request, text).as_str()) {
            return Err(OfficeError::Sealed);
        }
        let answer: Answer = serde_json::from_str(text).map_err(|_| OfficeError::Sealed)?;
        desk.note("answer", &request.head.clone(), decision, request.mask);
        Ok((request, answer))
    })
}
