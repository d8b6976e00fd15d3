//! Partner organisations and their users.

use crate::desk::Desk;
use crate::doors::login_key;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Role;
use domain::values::Input;
use domain::{Action, FieldError, Id, Mask, Problem, Record, RecordKind, Values};
use store::Tx;

/// An organisation with the people who work in it.
pub struct OrganisationPage {
    /// The organisation.
    pub organisation: Record,
    /// Its users, when the actor may see them.
    pub users: Vec<Record>,
    /// Those of them whose login has ended.
    pub ended: Vec<Id>,
    /// May this actor change it and its users?
    pub may_edit: bool,
}

/// The page of an organisation.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<OrganisationPage> {
    office.look(ctx, "organisations.page", |desk| {
        let organisation = desk.fetch(Action::View, id)?;
        if organisation.head.kind != RecordKind::Organisation {
            return Err(OfficeError::NotFound);
        }
        let may_edit = desk.could(Action::Edit, RecordKind::Organisation, &organisation.head.clone())?;
        let mut users = Vec::new();
        let mut ended = Vec::new();
        if may_edit {
            let stored = store::records::of_kind(desk.tx, RecordKind::User.code(), Some(id), None, 500)?;
            users = crate::records::open_all(desk, stored)?;
            for user in &users {
                if is_ended(desk, user)? {
                    ended.push(user.head.id);
                }
            }
        }
        Ok(OrganisationPage { organisation, users, ended, may_edit })
    })
}

fn is_ended<T: Tx>(desk: &mut Desk<'_, T>, user: &Record) -> Result<bool> {
    let digest = login_key(desk.office, user.get("login").unwrap_or_default());
    Ok(store::doors::login(desk.tx, digest)?.is_some_and(|login| login.ended))
}

/// The organisation a new user is to be added to, authorised for that.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn for_new_user(office: &Office, ctx: &Ctx, organisation: Id) -> Result<Record> {
    office.look(ctx, "organisations.for_new_user", |desk| {
        desk.may_general(Action::Create, RecordKind::User)?;
        let record = desk.fetch(Action::View, organisation)?;
        if record.head.kind != RecordKind::Organisation {
            return Err(OfficeError::NotFound);
        }
        Ok(record)
    })
}

/// A user whose login is to be ended or restored, and whether it has ended. Nobody ends his own.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn user(office: &Office, ctx: &Ctx, id: Id) -> Result<(Record, bool)> {
    office.look(ctx, "organisations.user", |desk| {
        if id == ctx.actor.user.0 || desk.stored(id)?.head.kind != RecordKind::User {
            return Err(OfficeError::NotFound);
        }
        let user = desk.fetch(Action::Edit, id)?;
        let ended = is_ended(desk, &user)?;
        Ok((user, ended))
    })
}

fn check_login(login: &str) -> bool {
    (3..=60).contains(&login.chars().count())
        && login
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@'))
}

/// Kinds that roles hang from: there is one organisation of each, and it stays one. Else whoever keeps the partners
/// could make a house whose people see the whole country's cases.
///
/// # Errors
/// `Invalid`; the database.
pub(crate) fn check_kind<T: Tx>(desk: &mut Desk<'_, T>, was: Option<&Values>, now: &Values) -> Result<()> {
    let kind = |values: &Values| values.get("kind").unwrap_or_default().to_owned();
    let (was, now) = (was.map(kind), kind(now));
    let hangs = Role::hang_from(&now) || was.as_deref().is_some_and(Role::hang_from);
    let problem = match was {
        Some(was) if was != now && hangs => Problem::KindStays,
        None if hangs && crate::names::directory(desk)?.organisations.iter().any(|o| o.kind == now) => {
            Problem::KindTaken
        }
        _ => return Ok(()),
    };
    Err(OfficeError::Invalid(vec![FieldError::new("kind", problem)]))
}

/// Adds a user to an organisation with a first password.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; the database.
pub fn add_user(office: &Office, ctx: &Ctx, organisation: Id, input: &Input, key: Option<Id>) -> Result<Id> {
    let parsed = Values::parse(RecordKind::User.spec(), input);
    let password = input.get("password").and_then(|v| v.first()).cloned().unwrap_or_default();
    let mut errors = Vec::new();
    let values = match parsed {
        Ok(values) => values,
        Err(found) => {
            errors.extend(found);
            Values::default()
        }
    };
    // Read from the form itself, so that a wrong login is told together with what else is wrong.
    let login = input.get("login").and_then(|v| v.first()).map(|l| l.trim().to_owned()).unwrap_or_default();
    if !login.is_empty() && !check_login(&login) {
        errors.push(FieldError::new("login", Problem::Login));
    }
    if password.is_empty() {
        errors.push(FieldError::new("password", Problem::Required));
    } else {
        errors.extend(password_problem(&password, &login));
    }
    if !errors.is_empty() {
        return Err(OfficeError::Invalid(errors));
    }
    // The slow hash is made before the transaction: no other writer waits for it.
    let phc = vault::password::hash(&password, vault::Cost::PASSWORD);
    office.act(ctx, "organisations.add_user", |desk| {
        crate::records::once(desk, key, |desk| {
            let decision = desk.may_general(Action::Create, RecordKind::User)?;
            if desk.stored(organisation)?.head.kind != RecordKind::Organisation {
                return Err(OfficeError::NotFound);
            }
            let directory = crate::names::directory(desk)?;
            let kind = directory.organisations.iter().find(|o| o.id == organisation).map(|o| o.kind.as_str());
            let role = values.get("state").and_then(Role::from_code);
            if role.is_some_and(|role| !role.is_of(kind.unwrap_or_default())) {
                return Err(OfficeError::Invalid(vec![FieldError::new("state", Problem::RoleElsewhere)]));
            }
            let digest = login_key(office, &login);
            if store::doors::login(desk.tx, digest)?.is_some() {
                return Err(OfficeError::Invalid(vec![FieldError::new("login", Problem::Login)]));
            }
            let mut head = desk.new_head(RecordKind::User);
            head.take(&values);
            head.organisation_id = organisation;
            let id = head.id;
            desk.insert(
                &Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE },
                decision,
            )?;
            store::doors::insert_login(desk.tx, digest, id, &phc)?;
            Ok(id)
        })
    })
}

/// What is wrong with a new password.
#[must_use]
pub fn password_problem(password: &str, login: &str) -> Option<FieldError> {
    use vault::password::PasswordProblem;
    match vault::password::check_new(password, &[login, "pristan", "пристан"]) {
        Ok(()) => None,
        Err(PasswordProblem::TooShort | PasswordProblem::TooLong) => {
            Some(FieldError::new("password", Problem::PasswordShort))
        }
        Err(_) => Some(FieldError::new("password", Problem::PasswordCommon)),
    }
}

/// What somebody wants with a user's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It ends, unless nobody else could open something then.
    End,
    /// It ends, whoever else is left: the account is in wrong hands. Nothing is deleted until somebody else holds
    /// the same keys, so that it opens again when access is given back.
    EndAnyway,
    /// It is given back.
    Restore,
}

/// Ends a user's login and all sessions at once, or lets the user in again. The keys that were sealed to her
/// stay sealed until the epoch turns.
///
/// # Errors
/// `NotFound` when refused; `LastHolder` when nobody else could open something; the database.
pub fn end_user(office: &Office, ctx: &Ctx, user: Id, access: Access) -> Result<Id> {
    let ended = access != Access::Restore;
    office.act(ctx, "organisations.end_user", |desk| {
        let stored = desk.stored(user)?;
        if stored.head.kind != RecordKind::User || user == ctx.actor.user.0 {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Edit, &stored.head)?;
        if access == Access::End && crate::roots::is_last(desk, user)? {
            return Err(OfficeError::LastHolder);
        }
        store::doors::end_login(desk.tx, user, ended)?;
        store::doors::end_all(desk.tx, user, ctx.now)?;
        if ended {
            // Nor does a request of before bring her back, now or after access is given back.
            store::doors::recovery::stop(desk.tx, user, ctx.now)?;
            crate::roots::dismiss(desk.tx, user, ctx.now)?;
        }
        desk.note(if ended { "end" } else { "restore" }, &stored.head, decision, Mask::NONE);
        Ok(stored.head.organisation_id)
    })
}

/// The role of a user record.
#[must_use]
pub fn role_of(user: &Record) -> Option<Role> {
    Role::from_code(&user.head.state)
}
