//! The index by which people are found: keyed tokens of names and numbers, one index of the server and one of each
//! organisation that has locked.

use super::CONSIDERED;
use crate::desk::Desk;
use crate::{Ctx, Office, Result};
use domain::{Compartment, Id, Mask, Record, Values};
use linkage::Token;
use std::collections::{BTreeMap, BTreeSet};
use store::records::Stored;
use store::{Tx, WriteTx};

/// Tokens of organisations that have not locked share one key: people must be found across partners.
const INDEX: [u8; 16] = [0; 16];

pub(super) fn token_key(token: &Token) -> String {
    format!("{}:{}", token.kind.code(), token.text)
}

/// Who keys the tokens of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Index {
    /// The server's search key: people of organisations that have not locked.
    Server,
    /// The search key of the actor's own organisation.
    Own,
}

/// A blind token under one of the keys; nothing without that key.
fn blind(office: &Office, ctx: &Ctx, index: Index, field: &str, text: &str) -> Option<i64> {
    match index {
        Index::Server => Some(office.vault.blind(&INDEX, field, text)),
        Index::Own => ctx.keys.blind(&ctx.actor.organisation.0.0, field, text),
    }
}

/// What a person is found by, field and text: names in every spelling, identifiers, telephone.
fn words_of(values: &Values) -> BTreeSet<(&'static str, String)> {
    let names: Vec<&str> = ["given_name", "middle_name", "family_name", "other_names"]
        .iter()
        .filter_map(|n| values.get(n))
        .collect();
    let mut out: BTreeSet<(&'static str, String)> =
        linkage::tokens(&names).iter().map(|t| ("name", token_key(t))).collect();
    for name in ["identifier", "document"] {
        out.extend(values.get(name).map(|number| ("number", plain_number(number))));
    }
    for name in ["phone", "safe_contact"] {
        out.extend(values.get(name).and_then(linkage::phone).map(|phone| ("phone", phone)));
    }
    out
}

/// The blind tokens of a person in one index.
fn tokens_of(office: &Office, ctx: &Ctx, index: Index, values: &Values) -> BTreeSet<i64> {
    words_of(values).iter().filter_map(|(field, text)| blind(office, ctx, index, field, text)).collect()
}

pub(super) fn plain_number(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Brings the search index up to date after a person was written. An organisation that has locked indexes
/// under its own key: this session does where it has that key, the others when one of theirs comes by.
///
/// # Errors
/// The database; the keys.
pub fn index(desk: &mut Desk<'_, WriteTx<'_>>, record: &Record) -> Result<()> {
    let id = record.head.id;
    if !record.mask.has(Compartment::C3) {
        return Ok(());
    }
    if crate::roots::is_locked(desk, record.head.organisation_id)? {
        for organisation in crate::roots::readers_of_person(desk, &record.head)? {
            store::roots::add_unindexed(desk.tx, organisation, id)?;
        }
        return index_own(desk, id);
    }
    let (office, ctx) = (desk.office, desk.ctx);
    let wanted = tokens_of(office, ctx, Index::Server, &record.values);
    let before = if record.head.version > 1 {
        match store::records::version(desk.tx, &record.head, record.head.version - 1)? {
            Some(older) => tokens_of(office, ctx, Index::Server, &desk.unseal(older, record.mask)?.values),
            None => BTreeSet::new(),
        }
    } else {
        BTreeSet::new()
    };
    for gone in before.difference(&wanted) {
        unindex(desk, *gone, id)?;
    }
    for new in wanted.difference(&before) {
        store::tokens::insert(desk.tx, *new, &office.vault.targets().seal(*new, &id.0))?;
    }
    Ok(())
}

/// Takes a person's token out of the server's index.
fn unindex(desk: &mut Desk<'_, WriteTx<'_>>, token: i64, id: Id) -> Result<()> {
    let sealed = desk.office.vault.targets().seal(token, &id.0);
    if store::tokens::delete(desk.tx, token, &sealed)? {
        return Ok(());
    }
    // Sealed by a version that gave other bytes each time: found by opening them all.
    for target in store::tokens::all(desk.tx, token)? {
        if open_target(desk.office, token, &target) == Some(id) {
            store::tokens::delete(desk.tx, token, &target)?;
        }
    }
    Ok(())
}

/// Takes a person out of the server's index: her organisation has locked, and indexes her by itself.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn unindex_open(desk: &mut Desk<'_, WriteTx<'_>>, stored: &Stored) -> Result<()> {
    let names = desk.unseal(stored.clone(), Mask::NONE.with(Compartment::C3))?;
    for token in tokens_of(desk.office, desk.ctx, Index::Server, &names.values) {
        unindex(desk, token, stored.head.id)?;
    }
    Ok(())
}

/// Indexes a person under the search key of the actor's organisation, if this session has it and may open
/// her name; else she stays among those who wait.
///
/// # Errors
/// `Sealed`; the database.
pub(crate) fn index_own(desk: &mut Desk<'_, WriteTx<'_>>, id: Id) -> Result<()> {
    let (office, ctx) = (desk.office, desk.ctx);
    let own = ctx.actor.organisation.0;
    let names = Mask::NONE.with(Compartment::C3);
    let Some(stored) = store::records::get(desk.tx, id)? else {
        // Erased meanwhile: her tokens in this index have waited for its key.
        crate::erasure::unindex_own(desk, id)?;
        return Ok(store::roots::drop_unindexed(desk.tx, own, id)?);
    };
    let now = desk.unseal(stored.clone(), names)?;
    if now.locked.has(Compartment::C3) {
        return Ok(());
    }
    let wanted = tokens_of(office, ctx, Index::Own, &now.values);
    let Some(targets) = ctx.keys.targets(&own.0) else { return Ok(()) };
    // Whoever changed the name may not have had this index: what any version was found by goes.
    for older in store::records::history(desk.tx, &stored.head)? {
        let older = desk.unseal(older, names)?;
        for gone in tokens_of(office, ctx, Index::Own, &older.values).difference(&wanted) {
            store::tokens::delete(desk.tx, *gone, &targets.seal(*gone, &id.0))?;
        }
    }
    for token in wanted {
        let target = targets.seal(token, &id.0);
        store::tokens::delete(desk.tx, token, &target)?;
        store::tokens::insert(desk.tx, token, &target)?;
    }
    Ok(store::roots::drop_unindexed(desk.tx, own, id)?)
}

/// Whom a token of the server's index stands for.
#[must_use]
pub fn open_target(office: &Office, token: i64, target: &[u8]) -> Option<Id> {
    if let Some(id) = office.vault.targets().open(token, target) {
        return Some(Id(id));
    }
    // As versions before this one sealed it.
    let plain = office.vault.open_small("token", b"", target).ok()?;
    <[u8; 16]>::try_from(plain.as_bytes()).ok().map(Id)
}

/// People behind words, those with the most in common first, from both indexes.
pub(super) fn candidates<T: Tx>(desk: &mut Desk<'_, T>, words: &[(&str, String)]) -> Result<Vec<Id>> {
    let own = desk.ctx.keys.targets(&desk.ctx.actor.organisation.0.0);
    let mut hits: BTreeMap<Id, usize> = BTreeMap::new();
    for (field, text) in words {
        for index in [Index::Own, Index::Server] {
            let Some(token) = blind(desk.office, desk.ctx, index, field, text) else { continue };
            for target in store::tokens::targets(desk.tx, token, CONSIDERED)? {
                let id = match index {
                    Index::Server => open_target(desk.office, token, &target),
                    Index::Own => own.as_ref().and_then(|own| own.open(token, &target)).map(Id),
                };
                if let Some(id) = id {
                    *hits.entry(id).or_default() += 1;
                }
            }
        }
        // The rarer words come first: when they answer, the common ones add nothing.
        if hits.len() >= CONSIDERED {
            break;
        }
    }
    let mut ordered: Vec<(usize, Id)> = hits.into_iter().map(|(id, n)| (n, id)).collect();
    ordered.sort_by(|a, b| b.cmp(a));
    Ok(ordered.into_iter().take(CONSIDERED).map(|(_, id)| id).collect())
}
