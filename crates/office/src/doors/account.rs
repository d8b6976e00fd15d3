//! One's own page: ways of signing in, what each opens, what is missing, what has happened.

use super::{SignedIn, sessions};
use crate::{Office, Result};
use store::doors::factors::{Notice, Passkey};
use vault::Half;

/// Everything the account page shows.
pub struct Account {
    /// Passkeys in use, oldest first.
    pub passkeys: Vec<Passkey>,
    /// An app is set up.
    pub app: bool,
    /// A printed code is good.
    pub code: bool,
    /// The printed code opens names as well.
    pub code_opens_names: bool,
    /// A second password is set.
    pub quiet_set: bool,
    /// Own sessions, newest first.
    pub sessions: Vec<sessions::OwnSession>,
    /// What has happened and was not seen yet.
    pub notices: Vec<Notice>,
    /// This session opens case work; names.
    pub opens: (bool, bool),
}

/// The account page of whoever is signed in. In a quiet house it shows nothing to take away.
///
/// # Errors
/// The database.
pub fn account(office: &Office, signed_in: &SignedIn, now: i64) -> Result<Account> {
    let sessions = sessions::own(office, signed_in, now)?;
    let opens = (signed_in.keys.half(Half::Work).is_some(), signed_in.keys.half(Half::Identity).is_some());
    let user = signed_in.user;
    office.store.read("doors.account", |tx| {
        if signed_in.quiet {
            return Ok(Account {
                passkeys: Vec::new(),
                app: false,
                code: false,
                code_opens_names: false,
                quiet_set: false,
                sessions,
                notices: Vec::new(),
                opens,
            });
        }
        let code = store::doors::recovery::code(tx, user)?;
        let slots = match &code {
            Some(code) => store::doors::factors::slots(tx, user, super::slots::RECOVERY, code.id)?,
            None => Vec::new(),
        };
        Ok(Account {
            passkeys: store::doors::factors::passkeys(tx, user)?,
            app: store::doors::factors::totp(tx, user)?.is_some_and(|t| t.confirmed_at != 0),
            code: code.is_some(),
            code_opens_names: slots.iter().any(|(half, _)| *half == i64::from(Half::Identity.byte())),
            quiet_set: store::doors::login_of(tx, user)?.is_some_and(|l| l.quiet.is_some()),
            sessions,
            notices: store::doors::factors::notices(tx, user)?,
            opens,
        })
    })
}

/// What cannot wait until somebody opens her own page: a colleague who is forced, names that are copied, a stolen
/// passkey, rows that were forged.
const ALARMS: [&str; 4] = ["quiet", "many-names", "cloned", "row-forged"];

/// Alarms that this user has not put away, newest first.
///
/// # Errors
/// The database.
pub fn alarms(office: &Office, signed_in: &SignedIn) -> Result<Vec<store::doors::factors::Notice>> {
    if signed_in.quiet || signed_in.notices == 0 {
        return Ok(Vec::new());
    }
    let mut found =
        office.store.read("doors.alarms", |tx| store::doors::factors::notices(tx, signed_in.user))?;
    found.retain(|notice| ALARMS.contains(&notice.code.as_str()));
    Ok(found)
}

/// The owner has read the notices.
///
/// # Errors
/// The database.
pub fn notices_read(office: &Office, signed_in: &SignedIn, now: i64) -> Result<()> {
    if signed_in.quiet {
        return Ok(());
    }
    let user = signed_in.user;
    Ok(office.store.write("doors.notices", |tx| store::doors::factors::notices_seen(tx, user, now))?)
}
