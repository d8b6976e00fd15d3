//! What of a case was disclosed to whom: read from the log, which has a leaf for every opening of sealed data
//! before it was shown. So the list is complete by the way the house is built, and there is no second account
//! that could say something else.

use super::Line;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Mask, Record, RecordKind};
use std::collections::{BTreeMap, HashMap};

/// Organisation, object, user, compartments.
type Seen = (Id, Id, Id, u8);

/// The paper about a case.
pub struct Disclosed {
    /// The case, coded fields.
    pub case: Record,
    /// Every share, newest first.
    pub shares: Vec<Line>,
    /// What was opened, by organisation, then by time of the first opening.
    pub lines: Vec<Disclosure>,
    /// What authorities were given, newest first, with nothing of the answers themselves.
    pub answered: Vec<Record>,
    /// The log is longer than what was read: the oldest openings are not on the paper.
    pub more: bool,
}

/// Something that somebody of another organisation opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The organisation's name.
    pub organisation: String,
    /// The user's name.
    pub who: String,
    /// What kind of record.
    pub kind: RecordKind,
    /// The day it is about.
    pub day: Option<domain::Date>,
    /// What of it was opened.
    pub mask: Mask,
    /// First time, microseconds.
    pub first: i64,
    /// Last time, microseconds.
    pub last: i64,
    /// How often.
    pub times: usize,
}

/// So many leaves of one case are read at most.
const LEAVES: i64 = 50_000;

/// The paper.
///
/// # Errors
/// `NotFound` when refused: it is for those who may see who looked; `Sealed`; the database.
pub fn disclosed(office: &Office, ctx: &Ctx, case_id: Id) -> Result<Disclosed> {
    office.look(ctx, "shares.disclosed", |desk| {
        let stored = desk.stored(case_id)?;
        if stored.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Log, &stored.head)?;
        let head = stored.head.clone();
        let case = desk.unseal(stored, decision.mask.intersection(Mask::CODED))?;
        let directory = crate::names::directory(desk)?;
        let home: HashMap<Id, Id> = directory.users.iter().map(|u| (u.id, u.organisation)).collect();
        // A record of the case, or the person: of which kind, about which day.
        let mut known: HashMap<Id, (RecordKind, Option<domain::Date>)> = HashMap::new();
        known.insert(case_id, (RecordKind::Case, head.on_date));
        known.extend(head.person_id.map(|p| (p, (RecordKind::Person, None))));
        for record in store::records::of_case(desk.tx, case_id)? {
            known.insert(record.head.id, (record.head.kind, record.head.on_date));
        }
        let leaves = crate::audit::leaves_about(desk, &head, LEAVES)?;
        let more = i64::try_from(leaves.len()).unwrap_or(LEAVES) >= LEAVES;
        let mut found: BTreeMap<Seen, (i64, i64, usize)> = BTreeMap::new();
        for leaf in leaves {
            let user = Id(leaf.actor);
            let Some(organisation) = home.get(&user).copied().filter(|o| *o != head.organisation_id) else {
                continue;
            };
            // What somebody wrote was not disclosed to him.
            let wrote = leaf.new_version.is_some() && leaf.prev_version.is_none();
            if leaf.decision == vault::log::Decision::Deny || leaf.compartments == 0 || wrote {
                continue;
            }
            for object in leaf.objects.iter().map(|id| Id(*id)).filter(|id| known.contains_key(id)) {
                let seen = found.entry((organisation, object, user, leaf.compartments)).or_insert((
                    leaf.time_us,
                    leaf.time_us,
                    0,
                ));
                *seen = (seen.0.min(leaf.time_us), seen.1.max(leaf.time_us), seen.2 + 1);
            }
        }
        let mut lines: Vec<Disclosure> = found
            .into_iter()
            .filter_map(|((organisation, object, user, mask), (first, last, times))| {
                let (kind, day) = known.get(&object).copied()?;
                Some(Disclosure {
                    organisation: directory.name(organisation).to_owned(),
                    who: directory.name(user).to_owned(),
                    kind,
                    day,
                    mask: Mask(mask),
                    first,
                    last,
                    times,
                })
            })
            .collect();
        lines.sort_by(|a, b| (&a.organisation, a.first, &a.who).cmp(&(&b.organisation, b.first, &b.who)));
        let shares = super::lines(desk, &head, decision.mask)?;
        let answered = crate::legal::answered(desk, case_id, decision.mask)?;
        desk.note("disclosed", &head, decision, decision.mask.intersection(Mask::WORK));
        Ok(Disclosed { case, shares, lines, answered, more })
    })
}
