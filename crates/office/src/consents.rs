//! Consents: given on the form, withdrawn by a step of its own that nothing can undo.

use crate::{Ctx, Office, OfficeError, Result};
use domain::values::Input;
use domain::{Action, FieldError, Id, Problem, RecordKind};

/// Withdraws a consent. It ends at once.
///
/// # Errors
/// `Invalid`; `WrongState` when it is withdrawn already; `NotFound` when refused.
pub fn withdraw(office: &Office, ctx: &Ctx, id: Id, input: &Input) -> Result<Id> {
    let first =
        |name: &str| input.get(name).and_then(|v| v.first()).map(|v| v.trim().to_owned()).unwrap_or_default();
    let on = domain::civil::parse_date(&first("withdrawn_on"));
    let note = first("withdrawal_note");
    let problem = match on {
        None if first("withdrawn_on").is_empty() => Some(Problem::Required),
        None => Some(Problem::ImpossibleDate),
        Some(day) if day > ctx.today => Some(Problem::DateOutOfRange),
        Some(_) => None,
    };
    let mut errors: Vec<FieldError> =
        problem.map(|p| FieldError::new("withdrawn_on", p)).into_iter().collect();
    if note.chars().count() > 20_000 {
        errors.push(FieldError::new("withdrawal_note", Problem::TooLong));
    }
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    office.act(ctx, "consents.withdraw", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Consent {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Edit, &stored.head)?;
        let mut consent = desk.unseal(stored, decision.mask)?;
        if consent.head.state == "withdrawn" {
            return Err(OfficeError::WrongState);
        }
        if on.zip(consent.head.on_date).is_some_and(|(withdrawn, given)| withdrawn < given) {
            return Err(OfficeError::Invalid(vec![FieldError::new("withdrawn_on", Problem::DateOutOfRange)]));
        }
        consent.head.state = "withdrawn".to_owned();
        consent.values.set("state", "withdrawn");
        if let Some(on) = on {
            consent.values.set("withdrawn_on", on.to_string());
        }
        if !note.is_empty() {
            consent.values.set("withdrawal_note", note.clone());
        }
        desk.update(&mut consent, decision, "withdraw")?;
        Ok(id)
    })
}
