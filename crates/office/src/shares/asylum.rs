//! Asylum: what had been shared with the authorities of the country somebody fled from ends when she asks for
//! protection, in the transaction that writes it down.

use super::close;
use crate::desk::WritingDesk;
use crate::{OfficeError, Result};
use domain::policy::Decision;
use domain::{Head, Id, Mask, Record, RecordKind};

/// A case or a person was written: she may have asked for protection, or be known to come from elsewhere.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn lock(desk: &mut WritingDesk<'_, '_>, head: &Head) -> Result<()> {
    let cases = match (head.kind, head.person_id) {
        (RecordKind::Case, Some(_)) => vec![head.id],
        (RecordKind::Person, _) => store::records::ids_of_person(desk.tx, head.id, RecordKind::Case.code())?,
        _ => return Ok(()),
    };
    for case in cases {
        let holding: Vec<_> = store::shares::of_case(desk.tx, case)?;
        for share in holding.into_iter().filter(|s| s.holds(desk.ctx.now)) {
            if bars(desk, case, share.organisation_id)? {
                close(desk, share, "asylum", Decision::by("asylum", Mask::NONE))?;
            }
        }
    }
    Ok(())
}

/// Is an organisation barred from a case? Reads codes alone, which the server opens by itself.
///
/// # Errors
/// `Sealed`; the database.
pub(super) fn bars(desk: &mut WritingDesk<'_, '_>, case: Id, organisation: Id) -> Result<bool> {
    let case = coded(desk, case)?;
    let Some(person) = case.head.person_id else { return Ok(false) };
    if !domain::cases::seeks_asylum(&case) {
        return Ok(false);
    }
    let (person, receiver) = (coded(desk, person)?, coded(desk, organisation)?);
    Ok(domain::cases::asylum_bars(&case, &person, &receiver))
}

fn coded(desk: &mut WritingDesk<'_, '_>, id: Id) -> Result<Record> {
    let stored = store::records::get(desk.tx, id)?.ok_or(OfficeError::NotFound)?;
    desk.unseal(stored, Mask::CODED)
}
