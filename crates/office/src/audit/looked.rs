//! Who looked at one person's file, for her own eyes: organisation and role instead of names of staff.

use crate::desk::action_code;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Action, Id, Mask, RecordKind};
use std::collections::BTreeMap;
use vault::log::{Decision, Leaf};

/// So many leaves of each case, and of the person herself, at most.
const MOST: i64 = 2_000;

/// One line: everything that one person did at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLook {
    /// When, microseconds since 1970.
    pub at: i64,
    /// Name of the organisation.
    pub organisation: String,
    /// Code of the role as it is today; empty when the account is not known.
    pub role: String,
    /// Kind of what was opened: `case`, `person`, `note`.
    pub kind: String,
    /// `view`, `reveal`, `edit`.
    pub verb: String,
    /// Did it open names?
    pub identity: bool,
    /// Refused: nothing was opened.
    pub refused: bool,
    /// Code of the reason that was given, where one was asked for.
    pub reason: Option<&'static str>,
}

/// What the paper says.
pub struct Paper {
    /// Newest first.
    pub looks: Vec<PaperLook>,
    /// There are more than it shows.
    pub more: bool,
}

/// Who looked at a person's file in all her cases whose log the actor may read. `reasons` are the codes
/// that a reason can be: the log keeps only a keyed digest of it.
///
/// # Errors
/// `NotFound` when the actor may read the log of none of her cases; `Sealed`; the database.
pub fn paper(office: &Office, ctx: &Ctx, person: Id, reasons: &[&'static str]) -> Result<Paper> {
    office.look(ctx, "audit.paper", |desk| {
        let stored = desk.stored(person)?;
        if stored.head.kind != RecordKind::Person {
            return Err(OfficeError::NotFound);
        }
        let mut about = Vec::new();
        for id in store::records::ids_of_person(desk.tx, person, RecordKind::Case.code())? {
            let case = desk.stored(id)?;
            if desk.could(Action::Log, RecordKind::Case, &case.head)? {
                let decision = desk.may(Action::Log, &case.head)?;
                desk.note(action_code(Action::Log), &case.head, decision, Mask::NONE);
                about.push(id);
            }
        }
        if about.is_empty() {
            // Written down as a refusal, and looks like absence.
            desk.may(Action::Log, &stored.head)?;
            return Err(OfficeError::NotFound);
        }
        let mut silent = Vec::new();
        for case in &about {
            silent.extend(crate::legal::silent_in(desk, *case)?);
        }
        // What was done about her where she was written down is not for whoever has a case of his own on her.
        if desk.could(Action::Log, RecordKind::Person, &stored.head)? {
            about.push(person);
        }
        let mut more = false;
        let mut leaves = BTreeMap::new();
        for id in about {
            let found = store::audit::of_case(desk.tx, id, MOST)?;
            more |= i64::try_from(found.len()).unwrap_or(MOST) >= MOST;
            for bytes in found {
                let leaf = Leaf::decode(&bytes).map_err(|_| OfficeError::Sealed)?;
                leaves.insert(leaf.index, leaf);
            }
        }
        let known: Vec<([u8; 32], &'static str)> =
            reasons.iter().map(|code| (office.vault.mac_text("reason", code), *code)).collect();
        let directory = crate::names::directory(desk)?;
        let mut looks: Vec<PaperLook> = Vec::new();
        for leaf in leaves.into_values().rev() {
            let (kind, verb) = leaf.action.split_once('.').unwrap_or(("", leaf.action.as_str()));
            // A line of a list shows no more than that there is a case.
            if verb == "list" {
                continue;
            }
            // Nor does it say anything of a request that forbids telling her.
            if leaf.objects.iter().any(|o| silent.contains(&Id(*o))) {
                continue;
            }
            let user = directory.users.iter().find(|u| u.id == Id(leaf.actor));
            let line = PaperLook {
                at: leaf.time_us,
                organisation: user.map_or("–", |u| directory.name(u.organisation)).to_owned(),
                role: user.map(|u| u.kind.clone()).unwrap_or_default(),
                kind: kind.to_owned(),
                verb: verb.to_owned(),
                identity: super::opened_names(&leaf),
                refused: leaf.decision == Decision::Deny,
                reason: leaf.reason_hash.and_then(|h| known.iter().find(|k| k.0 == h)).map(|k| k.1),
            };
            match looks.last_mut() {
                // One page opened writes a leaf for each kind of record on it.
                Some(last)
                    if (last.at, &last.verb, last.refused, &last.organisation, &last.role)
                        == (line.at, &line.verb, line.refused, &line.organisation, &line.role) =>
                {
                    last.identity |= line.identity;
                    last.reason = last.reason.or(line.reason);
                    if matches!(line.kind.as_str(), "case" | "person") {
                        last.kind = line.kind;
                    }
                }
                _ => looks.push(line),
            }
        }
        Ok(Paper { looks, more })
    })
}
