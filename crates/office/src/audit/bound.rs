//! Rows of authority: bound once where they are older than that, and what happens when one was changed by another
//! hand. The digests and the tables are the store's ([`store::bound`]).

use super::{Verdict, append, verify};
use crate::desk::Leaf;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::Role;
use domain::{Id, Mask, RecordKind};
use store::Tx;

/// The leaves that say that from here on every row of authority has its digest: one for each round of tables.
const BOUND: [&str; 2] = ["installation.bound", "installation.bound-2"];
/// Spares looking through the log at every start. Who cannot make it gains nothing by taking it away.
const MARK: &str = "rows_bound";
/// Code of the notice to administrators.
const NOTICE: &str = "row-forged";

fn leaf(ctx: &Ctx, action: &str, allowed: bool, rule: &'static str) -> Leaf {
    Leaf {
        action: action.to_owned(),
        kind: RecordKind::User.code(),
        objects: Vec::new(),
        cases: Vec::new(),
        mask: Mask::NONE,
        allowed,
        rule,
        actor: ctx.actor,
        now: ctx.now,
        reason: None,
        before: None,
        after: None,
    }
}

fn mark(office: &Office) -> String {
    let rounds = format!("v{}", BOUND.len());
    office.vault.mac_text("rows bound", &rounds).iter().map(|b| format!("{b:02x}")).collect()
}

/// The round that a leaf says is bound; 0 for every other leaf.
pub(super) fn round(action: &str) -> usize {
    BOUND.iter().position(|bound| *bound == action).map_or(0, |at| at + 1)
}

/// Up to which round does the log say that the rows were bound?
fn said<T: Tx>(tx: &mut T) -> Result<usize> {
    let mut found = 0;
    store::audit::walk(tx, 0, |row| {
        found = found.max(vault::log::Leaf::decode(&row.leaf).map_or(0, |leaf| round(&leaf.action)));
        Ok(found < BOUND.len())
    })?;
    Ok(found)
}

/// Binds the rows of authority of before rows were bound: once for an installation and a round of tables, in one
/// transaction with the leaf that says so. Whatever has no digest after that was put there by another hand. Gives
/// how many were bound. To be called when the program starts.
///
/// # Errors
/// `Sealed` when the log itself does not hold, so that nobody can say whether this was done before; the database.
pub fn bind_older(office: &Office, ctx: &Ctx) -> Result<usize> {
    let mark = mark(office);
    let known = office.store.read("rows.mark", |tx| store::settings::get(tx, MARK))?;
    if known.as_deref() == Some(&*mark) {
        return Ok(0);
    }
    if matches!(verify(office)?, Verdict::Tampered { .. } | Verdict::Behind { .. }) {
        return Err(OfficeError::Sealed);
    }
    office.store.write("rows.bind", |tx| -> Result<usize> {
        let mut rows = 0;
        for action in BOUND.iter().skip(said(tx)?) {
            for table in store::bound::TABLES.iter().filter(|table| table.round == round(action)) {
                rows += store::bound::bind_older(tx, table)?;
            }
            append(office, tx, &[leaf(ctx, action, true, "start")])?;
        }
        store::settings::set(tx, MARK, &mark)?;
        Ok(rows)
    })
}

/// A row of authority was found changed: it stands in the log, and the administrators are told, once until they
/// have seen it. Says nothing when even that cannot be written: the request has failed already.
pub fn forged(office: &Office, ctx: &Ctx, table: &'static str) {
    tracing::error!(table, "a row was changed outside of the program and counts for nothing");
    let told = office.store.write("rows.forged", |tx| -> Result<()> {
        append(office, tx, &[leaf(ctx, "installation.forged", false, table)])?;
        let mut after = None;
        loop {
            let page = store::records::of_kind(tx, RecordKind::User.code(), None, after, 500)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some((last.head.created_at, last.head.id));
            for user in page.iter().filter(|u| Role::from_code(&u.head.state) == Some(Role::Admin)) {
                let known = store::doors::factors::notices(tx, user.head.id)?;
                if !known.iter().any(|notice| notice.code == NOTICE) {
                    let id = Id(vault::random::bytes());
                    store::doors::factors::notify(tx, id, user.head.id, NOTICE, None, ctx.now)?;
                }
            }
        }
    });
    if let Err(fault) = told {
        tracing::error!(%fault, "nobody could be told");
    }
}
