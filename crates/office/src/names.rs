//! Names of colleagues and partners, as every page shows them. They are sealed in the database
//! like everything else and kept in memory, since each page needs some.

use crate::desk::Desk;
use crate::{Office, Result};
use domain::{Id, Mask, RecordKind};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Tx, WriteTx};

/// A partner or a colleague.
#[derive(Clone)]
pub struct Named {
    /// Who.
    pub id: Id,
    /// As written.
    pub name: String,
    /// Code on the command line (organisations), login (users).
    pub code: String,
    /// Kind of the organisation; role of the user.
    pub kind: String,
    /// Organisation of a user.
    pub organisation: Id,
}

/// Everybody, by id and in order.
#[derive(Default)]
pub struct Directory {
    /// Partner organisations by name.
    pub organisations: Vec<Named>,
    /// Users by name.
    pub users: Vec<Named>,
    index: HashMap<Id, String>,
}

impl Directory {
    /// A name, or a dash for somebody unknown.
    #[must_use]
    pub fn name(&self, id: Id) -> &str {
        self.index.get(&id).map_or("–", String::as_str)
    }
}

/// The directory in memory, with the mark of the change it was read at: another process, or a transaction that is not
/// through yet, may have changed a name since.
#[derive(Default)]
pub struct Cache(Mutex<Option<(Mark, Arc<Directory>)>>);

/// The last change of any name, as a setting. Nothing before the first.
type Mark = Option<String>;

const CHANGE: &str = "names_change";

/// Notes that a name is changed, in the transaction that changes it. The mark is new each time: what is rolled back
/// leaves none that somebody else could make.
pub(crate) fn changed(desk: &mut Desk<'_, WriteTx<'_>>) -> Result<()> {
    let mark = desk.ctx.id().to_string();
    store::settings::set(desk.tx, CHANGE, &mark)?;
    desk.directory = None;
    Ok(())
}

/// Everybody's names. Not logged: colleagues and partners are known to everybody inside.
///
/// # Errors
/// `Sealed`; the database.
pub fn directory<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Arc<Directory>> {
    if let Some(known) = &desk.directory {
        return Ok(Arc::clone(known));
    }
    let mark = store::settings::get(desk.tx, CHANGE)?;
    let cached = desk.office.names.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let found = match cached {
        Some((at, known)) if at == mark => known,
        _ => {
            let read = Arc::new(read(desk)?);
            let keep = Some((mark, Arc::clone(&read)));
            *desk.office.names.0.lock().unwrap_or_else(PoisonError::into_inner) = keep;
            read
        }
    };
    desk.directory = Some(Arc::clone(&found));
    Ok(found)
}

fn read<T: Tx>(desk: &mut Desk<'_, T>) -> Result<Directory> {
    let mut directory = Directory::default();
    for kind in [RecordKind::Organisation, RecordKind::User] {
        let mut all = Vec::new();
        for stored in store::records::of_kind(desk.tx, kind.code(), None, None, 100_000)? {
            let record = desk.unseal(stored, Mask::CODED)?;
            let text = |name: &str| record.get(name).unwrap_or_default().to_owned();
            let user = kind == RecordKind::User;
            all.push(Named {
                id: record.head.id,
                name: text("name"),
                code: text(if user { "login" } else { "code" }),
                kind: if user { record.head.state.clone() } else { text("kind") },
                organisation: record.head.organisation_id,
            });
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        directory.index.extend(all.iter().map(|n| (n.id, n.name.clone())));
        if kind == RecordKind::User { directory.users = all } else { directory.organisations = all }
    }
    Ok(directory)
}

/// A colleague's name.
///
/// # Errors
/// `Sealed`; the database.
pub fn user<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<String> {
    Ok(directory(desk)?.name(id).to_owned())
}

impl Office {
    /// Names for pages.
    ///
    /// # Errors
    /// `Sealed`; the database.
    pub fn directory(&self, ctx: &crate::Ctx) -> Result<Arc<Directory>> {
        #[expect(
            clippy::redundant_closure,
            reason = "the function alone is not general enough over lifetimes"
        )]
        self.look(ctx, "names.directory", |desk| directory(desk))
    }
}
