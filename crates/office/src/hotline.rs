//! The hotline: a contact in sixty seconds, and its conversion to a signal.

use crate::desk::Desk;
use crate::records::once;
use crate::{Ctx, Office, OfficeError, Result};
use domain::hotline::triage;
use domain::values::Input;
use domain::{Action, FieldError, Id, Mask, Problem, Record, RecordKind, Values};
use std::collections::HashMap;
use store::WriteTx;

/// Logs a contact.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; the database.
pub fn log(office: &Office, ctx: &Ctx, input: &Input, key: Option<Id>) -> Result<Id> {
    let mut input = input.clone();
    input.entry("on_date".to_owned()).or_insert_with(|| vec![ctx.today.to_string()]);
    let mut values = Values::parse(RecordKind::Contact.spec(), &input).map_err(OfficeError::Invalid)?;
    if values.get("state") == Some("converted") {
        values.set("state", "follow_up");
    }
    if !domain::hotline::says_something(&values) {
        return Err(OfficeError::Invalid(vec![FieldError::new("topic", Problem::Required)]));
    }
    office.act(ctx, "hotline.log", |desk| {
        once(desk, key, |desk| {
            let decision = desk.may_general(Action::Create, RecordKind::Contact)?;
            let mut head = desk.new_head(RecordKind::Contact);
            head.take(&values);
            if head.state.is_empty() {
                // Who is promised something is called again; else the call is over.
                head.state = if head.due_on.is_some() { "follow_up" } else { "closed" }.to_owned();
            }
            head.assignee = Some(ctx.actor.user.0);
            let id = head.id;
            desk.insert(
                &Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE },
                decision,
            )?;
            Ok(id)
        })
    })
}

/// Counts a contact; a call back by telephone finds it again.
///
/// # Errors
/// The database.
pub fn index(desk: &mut Desk<'_, WriteTx<'_>>, contact: &Record) -> Result<()> {
    let mut facts = Vec::new();
    if let Some(on) = contact.head.on_date {
        for code in ["H1", "H1s"] {
            if code == "H1" || contact.head.state == "converted" {
                facts.push(domain::programme::Fact {
                    code,
                    subject: contact.head.id,
                    case_id: None,
                    on,
                    group: "",
                });
            }
        }
    }
    crate::programme::write_facts(desk, contact.head.id, &facts)?;
    Ok(())
}

/// Makes a signal of a contact: what was said goes along, the caller stays anonymous, the contact
/// is marked, and the person it is about is noted. A second conversion gives the first signal.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn convert(office: &Office, ctx: &Ctx, contact: Id, key: Option<Id>) -> Result<Id> {
    office.act(ctx, "hotline.convert", |desk| {
        once(desk, key, |desk| {
            let stored = desk.stored(contact)?;
            if stored.head.kind != RecordKind::Contact {
                return Err(OfficeError::NotFound);
            }
            let decision = desk.may(Action::Edit, &stored.head)?;
            let mut record = desk.unseal(stored, decision.mask)?;
            if record.head.state == "converted" {
                let signals = store::records::under(desk.tx, contact)?;
                return signals.first().map(|s| s.head.id).ok_or(OfficeError::WrongState);
            }
            let may_signal = desk.may_general(Action::Create, RecordKind::Signal)?;
            let mut head = desk.new_head(RecordKind::Signal);
            head.on_date = record.head.on_date;
            head.parent_id = Some(contact);
            head.assignee = Some(ctx.actor.user.0);
            let mut values = Values::default()
                .with("intake", "hotline")
                .with("urgency", triage(&record.values))
                .with("state", "new")
                .with("on_date", head.on_date.unwrap_or(ctx.today).to_string());
            let summary: Vec<&str> = [
                "note",
                "offer_place",
                "offer_job",
                "offer_pay",
                "offer_source",
                "offer_leaving",
                "offer_agency",
            ]
            .iter()
            .filter_map(|n| record.get(n))
            .collect();
            values.set("summary", if summary.is_empty() { "–".to_owned() } else { summary.join("\n") });
            if let Some(place) = record.get("offer_place") {
                values.set("place", place);
            }
            let id = head.id;
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, may_signal)?;
            let may_person = desk.may_general(Action::Create, RecordKind::SignalPerson)?;
            let mut head = desk.new_head(RecordKind::SignalPerson);
            head.parent_id = Some(id);
            let person = Record {
                head,
                values: domain::hotline::concerned(&record.values),
                mask: Mask::PRIVILEGED,
                locked: Mask::NONE,
            };
            desk.insert(&person, may_person)?;
            record.head.state = "converted".to_owned();
            record.values.set("state", "converted");
            desk.update(&mut record, decision, "convert")?;
            Ok(id)
        })
    })
}

/// Which signals contacts became, those that this actor may open.
///
/// # Errors
/// The database.
pub fn signals(office: &Office, ctx: &Ctx, contacts: &[Id]) -> Result<HashMap<Id, Id>> {
    office.look(ctx, "hotline.signals", |desk| {
        let mut found = HashMap::new();
        for contact in contacts {
            for stored in store::records::under(desk.tx, *contact)? {
                if stored.head.kind == RecordKind::Signal
                    && desk.could(Action::View, RecordKind::Signal, &stored.head)?
                {
                    found.entry(*contact).or_insert(stored.head.id);
                }
            }
        }
        Ok(found)
    })
}
