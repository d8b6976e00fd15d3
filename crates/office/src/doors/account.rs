//! One's own page: ways of signing in, what each opens, what is missing, what has happened.

use super::{SignedIn, sessions};
use crate::{Office, Result};
use domain::policy::Assurance;
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

/// The account page of whoever is signed in. In a quiet house it looks as after the right password: the ways of
/// signing in as they are (who stands behind her may know them), this one session, what that password would have
/// opened. That there is a second password is not said there, nor what happened meanwhile.
///
/// # Errors
/// The database.
pub fn account(office: &Office, signed_in: &SignedIn, now: i64) -> Result<Account> {
    let sessions = sessions::own(office, signed_in, now)?;
    let opens = (signed_in.keys.half(Half::Work).is_some(), signed_in.keys.half(Half::Identity).is_some());
    let user = signed_in.user;
    office.store.read("doors.account", |tx| {
        let code = store::doors::recovery::code(tx, user)?;
        let slots = match &code {
            Some(code) => store::doors::factors::slots(tx, user, super::slots::RECOVERY, code.id)?,
            None => Vec::new(),
        };
        let mut account = Account {
            passkeys: store::doors::factors::passkeys(tx, user)?,
            app: store::doors::factors::totp(tx, user)?.is_some_and(|t| t.confirmed_at != 0),
            code: code.is_some(),
            code_opens_names: slots.iter().any(|(half, _)| *half == i64::from(Half::Identity.byte())),
            quiet_set: store::doors::login_of(tx, user)?.is_some_and(|l| l.quiet.is_some()),
            sessions,
            notices: store::doors::factors::notices(tx, user)?,
            opens,
        };
        if signed_in.quiet {
            as_after_the_right_password(&mut account, signed_in.assurance);
        }
        Ok(account)
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

fn as_after_the_right_password(account: &mut Account, assurance: Assurance) {
    account.quiet_set = false;
    account.notices.clear();
    let by_passkey = assurance >= Assurance::Passkey;
    let work = account.passkeys.is_empty() || account.app || by_passkey;
    account.opens = (work, by_passkey && account.passkeys.iter().any(|key| key.opens));
    if account.app && !by_passkey {
        // Nobody with an app comes in without its code.
        account.sessions.iter_mut().for_each(|s| s.assurance = Assurance::PasswordTotp);
    }
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
