//! What somebody has typed and not saved yet.

use crate::{Office, OfficeError, Result};
use domain::Id;

/// Keeps what somebody has typed so far, sealed to the server and bound to user and form.
///
/// # Errors
/// The database.
pub fn save_draft(office: &Office, user: Id, now: i64, form: &str, body: &[u8]) -> Result<()> {
    let form: String = form.chars().take(200).collect();
    let context = [user.0.as_slice(), form.as_bytes()].concat();
    let sealed = office.vault.seal_small("draft", &context, body);
    office.store.write("doors.save_draft", |tx| store::forms::save_draft(tx, user, &form, &sealed, now))?;
    Ok(())
}

/// A draft and when it was saved.
///
/// # Errors
/// The database.
pub fn draft(office: &Office, user: Id, form: &str) -> Result<Option<(Vec<u8>, i64)>> {
    let form: String = form.chars().take(200).collect();
    let found = office.store.read("doors.draft", |tx| store::forms::draft(tx, user, &form))?;
    let Some((sealed, at)) = found else { return Ok(None) };
    let context = [user.0.as_slice(), form.as_bytes()].concat();
    let plain = office.vault.open_small("draft", &context, &sealed).map_err(|_| OfficeError::Sealed)?;
    Ok(Some((plain.as_bytes().to_vec(), at)))
}

/// Throws a draft away after its form was saved.
///
/// # Errors
/// The database.
pub fn drop_draft(office: &Office, user: Id, form: &str) -> Result<()> {
    let form: String = form.chars().take(200).collect();
    if office.store.read("doors.draft", |tx| store::forms::draft(tx, user, &form))?.is_some() {
        office.store.write("doors.drop_draft", |tx| store::forms::drop_draft(tx, user, &form))?;
    }
    Ok(())
}
