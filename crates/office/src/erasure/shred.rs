//! The work itself: keys destroyed, rows taken away, search tokens and drafts with them, coded values in
//! bands left behind, and a tombstone in the log, all in one transaction.

use super::TOMBSTONE;
use crate::desk::{Desk, WritingDesk};
use crate::people::open_target;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::EVERYONE_NATIONAL;
use domain::retention::{age_band, evidence_until};
use domain::{Date, Decision, Head, Id, Mask, Record, RecordKind, Values};
use std::collections::{BTreeMap, BTreeSet};
use store::records::Stored;
use store::{StoreError, Tx};

/// Objects in one leaf of the log.
const OBJECTS: usize = 500;
const BY_ERASURE: Decision =
    Decision { allow: true, rule: "erasure", mask: Mask::CODED, duties: domain::policy::Duties::NONE };

/// What has gone.
pub(crate) struct Gone {
    /// Signals about several people that stay: their text may still speak of her.
    pub by_hand: usize,
}

/// What is to go: rows whole, subjects whose keys are destroyed.
#[derive(Default)]
struct Going {
    rows: BTreeSet<Id>,
    subjects: BTreeSet<Id>,
}

/// What may be read of something before it goes. What does not open any more leaves no codes behind.
fn read<T: Tx>(desk: &mut Desk<'_, T>, stored: Stored, mask: Mask) -> Result<Record> {
    let head = stored.head.clone();
    match desk.unseal(stored, mask) {
        Err(OfficeError::Sealed | OfficeError::Store(StoreError::Forged(_))) => {
            Ok(Record { values: head.values(), head, mask: Mask::NONE, locked: Mask::NONE })
        }
        other => other,
    }
}

/// Erases a person with all of her cases. `request` outlives it, with its codes alone.
pub(crate) fn person(desk: &mut WritingDesk<'_, '_>, person: Id, request: Option<&Record>) -> Result<Gone> {
    let stored = desk.stored(person)?;
    let indexes = crate::roots::indexes_of_person(desk, &stored.head)?;
    let own = read(desk, stored, Mask::CODED)?;
    let mut going = Going::default();
    going.rows.insert(person);
    going.subjects.insert(person);
    let mut left = Vec::new();
    let mut signals = BTreeSet::new();
    for id in store::erasure::about(desk.tx, person)? {
        let Some(stored) = store::records::get(desk.tx, id)? else { continue };
        going.subjects.insert(stored.head.key_subject());
        match stored.head.kind {
            RecordKind::Case => {
                signals.extend(stored.head.parent_id);
                let records = store::records::of_case(desk.tx, id)?;
                going.rows.extend(records.iter().map(|s| s.head.id));
                left.push(remainder(desk, &own, stored, records)?);
            }
            RecordKind::SignalPerson => {
                // Sealed under the signal's key, which others may need.
                going.subjects.remove(&stored.head.key_subject());
                signals.extend(stored.head.parent_id);
                going.rows.insert(id);
            }
            RecordKind::Erasure if request.is_some_and(|r| r.head.id == id) => {}
            _ => {
                going.rows.insert(id);
            }
        }
    }
    let mut by_hand = 0;
    for signal in signals {
        let under = store::records::under(desk.tx, signal)?;
        let others = under.iter().any(|s| match s.head.kind {
            RecordKind::Case => s.head.person_id != Some(person),
            _ => !going.rows.contains(&s.head.id),
        });
        if others {
            by_hand += 1;
        } else {
            signal_too(desk, signal, &mut going)?;
        }
    }
    // Other organisations that have locked take her out of their own index when one of theirs comes by.
    let actor = desk.ctx.actor.organisation.0;
    for organisation in indexes.into_iter().filter(|o| *o != actor) {
        store::roots::add_unindexed(desk.tx, organisation, person)?;
    }
    let erased = going.rows.len() + left.len();
    sweep(desk, &going, left.iter().map(|(head, _)| head.id).chain(request.map(|r| r.head.id)))?;
    for (head, coded) in left {
        store::erasure::delete_access(desk.tx, head.id, EVERYONE_NATIONAL)?;
        store::access::set_state(desk.tx, head.id, &head.state, desk.ctx.now)?;
        store::erasure::delete_imports(desk.tx, head.id)?;
        desk.remain(&head, &coded)?;
    }
    if let Some(request) = request {
        let mut head = emptied(desk.ctx, &request.head, "done");
        head.on_date = request.head.on_date;
        let coded = Values::default()
            .with("asked_by", request.get("asked_by").unwrap_or("self"))
            .with("decided_on", desk.ctx.today.to_string())
            .with("erased", erased.to_string())
            .with("by_hand", by_hand.to_string());
        desk.remain(&head, &coded)?;
    }
    Ok(Gone { by_hand })
}

/// Erases one call or one signal that led to no case.
pub(crate) fn alone(desk: &mut WritingDesk<'_, '_>, id: Id) -> Result<()> {
    let mut going = Going::default();
    let head = desk.stored(id)?.head;
    match head.kind {
        RecordKind::Signal => signal_too(desk, id, &mut going)?,
        RecordKind::Contact => {
            going.rows.insert(id);
            going.subjects.insert(id);
        }
        _ => return Err(OfficeError::WrongState),
    }
    sweep(desk, &going, std::iter::empty())
}

/// Takes the last coded values from what is left of a case: its time as evidence is over.
pub(crate) fn evidence(desk: &mut WritingDesk<'_, '_>, case: Id) -> Result<()> {
    let head = desk.stored(case)?.head;
    let going = Going { subjects: BTreeSet::from([case]), ..Going::default() };
    sweep(desk, &going, std::iter::once(case))?;
    let mut bare = emptied(desk.ctx, &head, "closed");
    bare.on_date = head.on_date;
    desk.remain(&bare, &Values::default())
}

/// A signal, those noted in it, and the call it came from.
fn signal_too<T: Tx>(desk: &mut Desk<'_, T>, signal: Id, going: &mut Going) -> Result<()> {
    let Some(stored) = store::records::get(desk.tx, signal)? else { return Ok(()) };
    going.rows.insert(signal);
    going.subjects.insert(signal);
    for under in store::records::under(desk.tx, signal)? {
        if under.head.kind == RecordKind::SignalPerson {
            going.rows.insert(under.head.id);
        }
    }
    if let Some(call) = stored.head.parent_id
        && let Some(stored) = store::records::get(desk.tx, call)?
        && stored.head.kind == RecordKind::Contact
        && store::records::under(desk.tx, call)?.iter().all(|s| going.rows.contains(&s.head.id))
    {
        going.rows.insert(call);
        going.subjects.insert(call);
    }
    Ok(())
}

/// Destroys the keys, takes the rows away and whatever else knows of them, and writes the tombstone. `begins`
/// names what stays and begins anew.
fn sweep(desk: &mut WritingDesk<'_, '_>, going: &Going, begins: impl Iterator<Item = Id>) -> Result<()> {
    let begins: Vec<Id> = begins.collect();
    for subject in going.subjects.iter().chain(&begins) {
        crate::roots::shred(desk, *subject)?;
        store::erasure::set_erased(desk.tx, *subject, desk.ctx.now)?;
        crate::glass::forget(desk, *subject)?;
    }
    for id in going.rows.iter().chain(&begins) {
        store::erasure::delete_drafts(desk.tx, *id)?;
    }
    for id in &going.rows {
        store::erasure::delete(desk.tx, *id)?;
    }
    // Each subject's facts go on under an id that stands for nobody and that no other row knows.
    for subject in &going.subjects {
        let nobody = desk.ctx.id();
        store::erasure::rename_facts(desk.tx, *subject, nobody)?;
    }
    unindex(desk, &going.rows)?;
    let objects: Vec<Id> = going.rows.iter().chain(&begins).copied().collect();
    let (_, action) = TOMBSTONE.split_once('.').unwrap_or_default();
    for some in objects.chunks(OBJECTS) {
        desk.note_many(action, RecordKind::Erasure, some.to_vec(), Vec::new(), BY_ERASURE, Mask::NONE);
    }
    Ok(())
}

/// Takes everybody named out of the server's search index, and out of that of the actor's organisation.
fn unindex(desk: &mut WritingDesk<'_, '_>, who: &BTreeSet<Id>) -> Result<()> {
    let (office, ctx) = (desk.office, desk.ctx);
    let own = ctx.keys.targets(&ctx.actor.organisation.0.0);
    let tokens = store::erasure::tokens_where(desk.tx, |token, target| {
        let ours = own.as_ref().and_then(|own| own.open(token, target)).map(Id);
        ours.or_else(|| open_target(office, token, target)).is_some_and(|id| who.contains(&id))
    })?;
    for (token, target) in tokens {
        store::tokens::delete(desk.tx, token, &target)?;
    }
    Ok(())
}

/// Takes somebody who was erased out of the search index of the actor's organisation: nobody else has its key.
///
/// # Errors
/// The database.
pub(crate) fn unindex_own(desk: &mut WritingDesk<'_, '_>, id: Id) -> Result<()> {
    unindex(desk, &BTreeSet::from([id]))
}

/// A head that begins anew and is about nobody.
fn emptied(ctx: &Ctx, head: &Head, state: &str) -> Head {
    Head {
        person_id: None,
        parent_id: None,
        assignee: None,
        state: state.to_owned(),
        on_date: None,
        due_on: None,
        number: None,
        version: 1,
        updated_at: ctx.now,
        updated_by: ctx.actor.user.0,
        ..head.clone()
    }
}

/// What is left of a case: codes and bands, the year, and what was spent on which kind of help.
fn remainder<T: Tx>(
    desk: &mut Desk<'_, T>,
    person: &Record,
    case: Stored,
    records: Vec<Stored>,
) -> Result<(Head, Values)> {
    let case = read(desk, case, Mask::CODED)?;
    let mut coded = Values::default().with("anonymised_on", desk.ctx.today.to_string());
    for name in ["track", "role", "closure_reason"] {
        if let Some(code) = case.get(name) {
            coded.set(name, code);
        }
    }
    if let Some(sex) = person.get("sex") {
        coded.set("sex", sex);
    }
    let opened = case.head.on_date;
    let child = case.get("track") == Some("children");
    // Of the birth the month is among the coded values; nothing is opened for the band.
    let born = person.get("born").and_then(domain::PartialDate::parse);
    let band = opened.and_then(|day| born?.age_on(day)).map(age_band);
    if let Some(band) = band.or(child.then_some("child")) {
        coded.set("age_band", band);
    }
    let home = desk.office.programme.country.clone();
    if person.get("citizenship").is_some() {
        let own = person.values.codes("citizenship").any(|c| c == home);
        coded.set("citizen", if own { "home" } else { "foreign" });
    }
    let mut services = BTreeSet::new();
    let mut spent: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut events = Vec::new();
    for stored in records {
        match stored.head.kind {
            RecordKind::Service => {
                let service = read(desk, stored, Mask::CODED)?;
                let kind = service.get("service_type").unwrap_or("other").to_owned();
                if service.head.state != "delivered" {
                    continue;
                }
                if let Some((cents, currency)) = service.get("cost").and_then(money) {
                    *spent.entry((kind.clone(), currency)).or_default() += cents;
                }
                services.insert(kind);
            }
            RecordKind::Identification => events.push(read(desk, stored, Mask::CODED)?),
            _ => {}
        }
    }
    if let Some((outcome, _)) = domain::screening::latest(&events.iter().collect::<Vec<_>>()) {
        coded.set("outcome", outcome);
    }
    if !services.is_empty() {
        coded.set("services", services.into_iter().collect::<Vec<_>>().join(" "));
    }
    let closed = case.values.date("closed_on").unwrap_or(desk.ctx.today);
    let mut head = emptied(desk.ctx, &case.head, "closed");
    head.on_date = opened.and_then(|day| Date::new(day.year(), 1, 1).ok());
    if !spent.is_empty() {
        let lines = spent
            .iter()
            .map(|((kind, currency), cents)| format!("{kind} {}.{:02} {currency}", cents / 100, cents % 100));
        coded.set("spent", lines.collect::<Vec<_>>().join(", "));
        head.due_on = evidence_until(&desk.office.programme.retention, closed);
    }
    Ok((head, coded))
}

/// `120.50 EUR` in hundredths and its currency.
fn money(text: &str) -> Option<(i64, String)> {
    let (amount, currency) = text.split_once(' ')?;
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "0"));
    let part = format!("{part:0<2}");
    let cents = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part.get(..2)?.parse().ok()?)?;
    Some((cents, currency.to_owned()))
}

/// After older data were put back beside today's keystore: takes away once more what was erased since. Their
/// keys are gone, so nothing of it opens and no codes are left; the figures stay. How many were found.
///
/// # Errors
/// The database.
pub fn again(office: &Office, ctx: &Ctx) -> Result<usize> {
    let mut after = Id([0; 16]);
    let mut found = 0;
    loop {
        let page = office.store.read("erasure.again", |tx| -> Result<_> {
            let mut page = Vec::new();
            let rows = store::erasure::erased(tx, after, 500)?;
            let last = rows.last().map(|(id, _)| *id);
            for (subject, _) in rows {
                // What has begun anew has keys again; what came back from before has none.
                if store::keys::lost(tx, subject)? {
                    page.push(subject);
                }
            }
            Ok((page, last))
        })?;
        let (subjects, Some(last)) = page else { break };
        after = last;
        for subject in subjects {
            found += usize::from(once_more(office, ctx, subject)?);
        }
    }
    if found > 0 {
        super::settle(office);
    }
    Ok(found)
}

fn once_more(office: &Office, ctx: &Ctx, subject: Id) -> Result<bool> {
    office.act(ctx, "erasure.again", |desk| {
        // Perhaps it went with somebody before it.
        if !store::keys::lost(desk.tx, subject)? {
            return Ok(false);
        }
        let Some(stored) = store::records::get(desk.tx, subject)? else {
            // Only its place among the keys is left.
            crate::roots::shred(desk, subject)?;
            return Ok(false);
        };
        match (stored.head.kind, stored.head.person_id) {
            (RecordKind::Person, _) => person(desk, subject, None).map(|_| true),
            (RecordKind::Case | RecordKind::Erasure, Some(whose)) => {
                // Cases go with their person, whose keys are lost as well.
                match store::records::get(desk.tx, whose)? {
                    Some(_) => person(desk, whose, None).map(|_| true),
                    None => Err(OfficeError::Store(StoreError::NotOne)),
                }
            }
            (RecordKind::Case, None) => evidence(desk, subject).map(|()| true),
            (RecordKind::Contact | RecordKind::Signal, _) => alone(desk, subject).map(|()| true),
            _ => Ok(false),
        }
    })
}
