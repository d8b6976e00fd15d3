//! What is written about a person, as a paper for herself: everything in her cases in readable order, where
//! it came from, with whom it was shared, and who looked. Made by whoever works with her, with a reason.

use crate::desk::Desk;
use crate::records::open_all;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Resource, decide};
use domain::{Action, Id, Record, RecordKind, Relation};
use std::collections::BTreeMap;
use store::Tx;

/// Why a paper is made, as codes.
pub const REASONS: [&str; 3] = ["asked", "guardian", "lawyer"];
/// Leaves of the log that are counted; more than any case has.
const LEAVES: i64 = 100_000;

/// The paper.
pub struct AccessDocument {
    /// Who she is.
    pub person: Record,
    /// What signals noted about her.
    pub noted: Vec<Record>,
    /// Each case of hers that the actor works on.
    pub cases: Vec<CasePart>,
    /// Cases that somebody else leads: who, to be asked for the rest.
    pub elsewhere: Vec<Id>,
}

/// One case.
pub struct CasePart {
    /// The case.
    pub case: Record,
    /// Everything in it, oldest first.
    pub records: Vec<Record>,
    /// Organisations it was sent to.
    pub shared: Vec<Id>,
    /// Who looked, by organisation: how often, and how often the name was opened.
    pub looks: Vec<(Id, usize, usize)>,
    /// Who leads it.
    pub lead: Option<Id>,
}

/// Authorises before the reason is asked.
///
/// # Errors
/// `NotFound` when absent or refused; the database.
pub fn start(office: &Office, ctx: &Ctx, person: Id) -> Result<()> {
    office.look(ctx, "access_document.start", |desk| {
        let stored = desk.stored(person)?;
        if stored.head.kind != RecordKind::Person {
            return Err(OfficeError::NotFound);
        }
        desk.may(Action::Ask, &stored.head).map(drop)
    })
}

/// Makes the paper. `reason` is one of [`REASONS`].
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn make(office: &Office, ctx: &Ctx, person: Id, reason: &str) -> Result<AccessDocument> {
    office.look(ctx, "access_document.make", |desk| {
        let stored = desk.stored(person)?;
        if stored.head.kind != RecordKind::Person {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Ask, &stored.head)?;
        crate::audit::stop(desk, person)?;
        let person = desk.unseal_whole(stored, decision.mask)?;
        let id = person.head.id;
        let mut document =
            AccessDocument { person, noted: Vec::new(), cases: Vec::new(), elsewhere: Vec::new() };
        let mut ids = Vec::new();
        for about in store::erasure::about(desk.tx, id)? {
            let Some(stored) = store::records::get(desk.tx, about)? else { continue };
            match stored.head.kind {
                RecordKind::Case => {
                    let relations = desk.relations(about)?;
                    let works =
                        relations.iter().any(|r| matches!(r.relation, Relation::Own | Relation::Team));
                    let view = Resource { kind: RecordKind::Case, relations: &relations };
                    let view = decide(&ctx.actor, Action::View, view);
                    if works && view.allow {
                        ids.push(about);
                        let case = desk.unseal_whole(stored, view.mask)?;
                        document.cases.push(part(desk, case)?);
                    } else {
                        document.elsewhere.push(stored.head.organisation_id);
                    }
                }
                RecordKind::SignalPerson => document.noted.extend(open_all(desk, vec![stored])?),
                _ => {}
            }
        }
        document.cases.sort_by_key(|c| (c.case.head.on_date, c.case.head.created_at));
        document.elsewhere.sort_unstable();
        document.elsewhere.dedup();
        desk.note_many("paper", RecordKind::Person, vec![id], ids, decision, decision.mask);
        desk.because(reason);
        Ok(document)
    })
}

fn part<T: Tx>(desk: &mut Desk<'_, T>, case: Record) -> Result<CasePart> {
    let id = case.head.id;
    let stored = store::records::of_case(desk.tx, id)?;
    let mut records = open_all(desk, stored)?;
    // A paper for her says nothing of a request that forbids telling her.
    records.retain(|r| !domain::legal::silent(r));
    records.sort_by_key(|r| (r.head.on_date, r.head.created_at));
    let mut shared: Vec<Id> = store::access::of_case(desk.tx, id)?
        .into_iter()
        .filter(|row| Relation::from_code(&row.relation) == Relation::Addressed)
        .map(|row| row.holder)
        .collect();
    for consent in records.iter().filter(|r| r.head.kind == RecordKind::Consent) {
        shared.extend(consent.values.codes("recipients").filter_map(|r| r.parse::<Id>().ok()));
    }
    shared.sort_unstable();
    shared.dedup();
    let directory = crate::names::directory(desk)?;
    let mut looks: BTreeMap<Id, (usize, usize)> = BTreeMap::new();
    for leaf in crate::audit::leaves_about(desk, &case.head, LEAVES)? {
        if leaf.decision == vault::log::Decision::Deny || leaf.action.ends_with(".list") {
            continue;
        }
        let user = Id(leaf.actor);
        let Some(who) = directory.users.iter().find(|u| u.id == user) else { continue };
        let (all, named) = looks.entry(who.organisation).or_default();
        *all += 1;
        *named += usize::from(crate::audit::opened_names(&leaf));
    }
    let looks = looks.into_iter().map(|(who, (all, named))| (who, all, named)).collect();
    let lead = case.head.assignee;
    Ok(CasePart { case, records, shared, looks, lead })
}
