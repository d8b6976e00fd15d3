//! People: search before create, across scripts, and the deliberate look at a name.

mod index;
mod standing;

pub use index::{index, open_target};
pub(crate) use index::{index_own, unindex_open};
pub use standing::knows;
pub(crate) use standing::{glimpse, identified, named, of_another_house, own_cases, shortened, through};

use index::{candidates, plain_number, token_key};
use standing::named_at_all;

use crate::desk::Desk;
use crate::records::once;
use crate::{Ctx, Office, OfficeError, Result};
use domain::policy::{Resource, decide};
use domain::values::Input;
use domain::{Action, Compartment, Head, Id, Mask, Record, RecordKind, Relation, Values};
use linkage::Candidate;
use std::collections::BTreeSet;
use store::Tx;
use store::records::Stored;

/// How many people a search opens at most.
const CANDIDATES: usize = 24;
/// How many it considers: those whom the actor may not know of are passed over before anything is opened.
const CONSIDERED: usize = 4 * CANDIDATES;

/// A person that a search found.
pub struct Found {
    /// The person, as far as the actor may see.
    pub person: Record,
    /// Her cases that the actor may know of.
    pub cases: Vec<Record>,
    /// Those of them that the actor may open.
    pub open: Vec<Id>,
    /// May the actor open the person's own page?
    pub may_view: bool,
    /// 0 to 100.
    pub score: u8,
}

/// The page of a person.
pub struct PersonPage {
    /// The person, as far as the actor may see.
    pub person: Record,
    /// Her cases that the actor may know of.
    pub cases: Vec<Record>,
    /// Those of them that the actor may open.
    pub open: Vec<Id>,
    /// The case by which the actor may be shown her name.
    pub reveal: Option<Id>,
    /// May this actor change what is written?
    pub may_edit: bool,
    /// May this actor open a case for her?
    pub may_open_case: bool,
    /// May this actor ask that her file be erased, and give her what is written about her?
    pub may_ask: bool,
    /// May this actor decide on erasing her file?
    pub may_erase: bool,
}

/// The page of a person: what is counted and what is worked with; her name stays behind the mask.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<PersonPage> {
    office.look(ctx, "people.page", |desk| {
        let person = glimpse(desk, id)?;
        let (mut cases, mut open, mut reveal) = (Vec::new(), Vec::new(), None);
        for case_id in store::records::ids_of_person(desk.tx, id, RecordKind::Case.code())? {
            let Some(case) = crate::records::case_header(desk, Some(case_id))? else { continue };
            if desk.could(Action::View, RecordKind::Case, &case.head)? {
                open.push(case_id);
            }
            if reveal.is_none() && may_reveal(desk, &case.head)? {
                reveal = Some(case_id);
            }
            cases.push(case);
        }
        let may_edit = desk.could(Action::Edit, RecordKind::Person, &person.head)?;
        let general = Resource { kind: RecordKind::Case, relations: &[Relation::General] };
        let may_open_case =
            decide(&ctx.actor, Action::Create, general).allow && named_at_all(desk, &person.head)?;
        let may_ask = desk.could(Action::Ask, RecordKind::Person, &person.head)?;
        let may_erase = desk.could(Action::Erase, RecordKind::Person, &person.head)?;
        Ok(PersonPage { person, cases, open, reveal, may_edit, may_open_case, may_ask, may_erase })
    })
}

/// What to look for.
#[derive(Clone, Default)]
pub struct Query {
    /// Words of a name, a case number, a telephone or personal number.
    pub text: String,
}

/// Searches people by name in any script, by number or telephone. Only those of whose cases the
/// actor may know; a hidden person and an absent one look the same.
///
/// # Errors
/// `NotFound` when the role may not search; the database.
pub fn search(office: &Office, ctx: &Ctx, query: &Query) -> Result<Vec<Found>> {
    office.look(ctx, "people.search", |desk| search_at(desk, &query.text))
}

fn search_at<T: Tx>(desk: &mut Desk<'_, T>, text: &str) -> Result<Vec<Found>> {
    let decision = desk.may_general(Action::Search, RecordKind::Person)?;
    let text: String = text.trim().chars().take(200).collect();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let looks_like_number = digits >= 5 && text.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    let mut ids: Vec<Id> = Vec::new();
    let mut nameless = Nameless::Hidden;
    if let Some(number) = case_number(&text)
        && let Some(head) = store::records::by_number(desk.tx, &number)?
    {
        ids.extend(head.person_id);
        nameless = Nameless::OfCase(head.id);
    }
    if looks_like_number || digits >= 6 {
        let mut words = vec![("number", plain_number(&text))];
        words.extend(linkage::phone(&text).map(|p| ("phone", p)));
        ids.extend(candidates(desk, &words)?);
    }
    if !looks_like_number && ids.is_empty() {
        let words: Vec<(&str, String)> =
            linkage::query_tokens(&text).iter().map(|t| ("name", token_key(t))).collect();
        ids.extend(candidates(desk, &words)?);
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let words = Candidate { names: vec![text.clone()], ..Candidate::default() };
    let mut ranked = open_names(desk, &ids, nameless)?;
    for one in &mut ranked {
        one.score = if looks_like_number {
            100
        } else {
            linkage::similarity(&words, &candidate(&one.names.values)).value
        };
    }
    ranked.sort_by(|a, b| b.score.cmp(&a.score).then(a.stored.head.id.cmp(&b.stored.head.id)));
    // Everybody whose name was opened is in the log, shown or not.
    let opened = note_of(&ranked);
    let found = open_found(desk, ranked)?;
    note_found(desk, opened, &found, decision);
    desk.because(&text);
    Ok(found)
}

/// Whose names were opened to rank them, shown or not, and whether any was.
fn note_of(ranked: &[Ranked]) -> (Vec<Id>, Mask) {
    let any = ranked.iter().any(|r| r.names.mask.has(Compartment::C3));
    (ranked.iter().map(|r| r.stored.head.id).collect(), if any { Mask::IDENTITY } else { Mask::CODED })
}

fn note_found<T: Tx>(
    desk: &mut Desk<'_, T>,
    (ids, mask): (Vec<Id>, Mask),
    found: &[Found],
    decision: domain::Decision,
) {
    let cases = found.iter().flat_map(|f| f.cases.iter().map(|c| c.head.id)).collect();
    desk.note_many("search", RecordKind::Person, ids, cases, decision, mask);
}

fn case_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let other = text.chars().any(|c| !c.is_ascii_digit() && !" -–".contains(c));
    if other || digits.len() != 7 {
        return None;
    }
    digits.split_at_checked(3).map(|(a, b)| format!("{a}-{b}"))
}

fn candidate(values: &Values) -> Candidate {
    Candidate {
        names: ["given_name", "middle_name", "family_name", "other_names"]
            .iter()
            .filter_map(|n| values.get(n).map(str::to_owned))
            .collect(),
        birth: values.get("birth_date").map(str::to_owned),
        identifier: values.get("identifier").map(plain_number),
    }
}

/// What becomes of a person of whom the actor may know that there is a case, and not the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nameless {
    /// She is as absent: nobody finds a name whom it may not be shown.
    Hidden,
    /// She is found through the case whose number was typed, and stays a number.
    OfCase(Id),
    /// She is compared, so that she is not written down twice; what comes of it, [`alike`] decides.
    Compared,
}

/// A case that the actor may know of: what of it may be opened, and may it be viewed?
type KnownCase = (Id, Mask, bool);

/// A candidate of whom the actor may know, nothing opened yet.
struct Known {
    stored: Stored,
    /// May the actor be shown what lists make of her name?
    named: bool,
    cases: Vec<KnownCase>,
    /// What of her may be opened to rank her.
    compared: Mask,
}

/// A candidate whose name was opened to rank her, nothing else yet.
struct Ranked {
    stored: Stored,
    names: Record,
    named: bool,
    cases: Vec<KnownCase>,
    score: u8,
}

/// Candidates of whom the actor may know, their names opened for ranking.
fn open_names<T: Tx>(desk: &mut Desk<'_, T>, ids: &[Id], nameless: Nameless) -> Result<Vec<Ranked>> {
    let mut out = Vec::new();
    // As many at once as one search shows: mostly that is all there are.
    for ids in ids.chunks(CANDIDATES) {
        let mut known: Vec<Known> = Vec::new();
        let mut stored = desk.stored_many(ids)?;
        desk.cases_ahead(ids)?;
        for id in ids {
            if let Some(stored) = stored.remove(id)
                && stored.head.kind == RecordKind::Person
            {
                known.extend(known_of(desk, stored, nameless)?);
            }
        }
        desk.keys_ahead(known.iter().map(|one| (&one.stored, one.compared)))?;
        for Known { stored, named, cases, compared } in known {
            if out.len() >= CANDIDATES {
                return Ok(out);
            }
            let names = desk.unseal(stored.clone(), compared)?;
            if !names.locked.has(Compartment::C3) {
                out.push(Ranked { stored, names, named, cases, score: 0 });
            }
        }
    }
    Ok(out)
}

/// A candidate if the actor may know of her.
fn known_of<T: Tx>(desk: &mut Desk<'_, T>, stored: Stored, nameless: Nameless) -> Result<Option<Known>> {
    let case_ids: Vec<Id> =
        desk.known_cases(stored.head.id).unwrap_or_default().iter().map(|c| c.id).collect();
    // Whoever may not be told a name does not find it by the name.
    let named = named_at_all(desk, &stored.head)?;
    let mut cases = Vec::new();
    for case_id in case_ids {
        let relations = desk.relations(case_id)?;
        let may = |action| {
            decide(&desk.ctx.actor, action, Resource { kind: RecordKind::Case, relations: &relations })
        };
        let list = may(Action::List);
        if list.allow && (named || nameless == Nameless::OfCase(case_id) || nameless == Nameless::Compared) {
            cases.push((case_id, list.mask.intersection(Mask::CODED), may(Action::View).allow));
        }
    }
    if !named && cases.is_empty() {
        return Ok(None);
    }
    let compared =
        if named || nameless == Nameless::Compared { Mask::NONE.with(Compartment::C3) } else { Mask::NONE };
    Ok(Some(Known { stored, named, cases, compared }))
}

/// Opens what the page shows of those that are worth showing: an initial and five dots, and the cases.
fn open_found<T: Tx>(desk: &mut Desk<'_, T>, ranked: Vec<Ranked>) -> Result<Vec<Found>> {
    let shown = |one: &Ranked| if one.named { Mask::IDENTITY } else { Mask::CODED };
    let ids: Vec<Id> = ranked.iter().flat_map(|one| one.cases.iter().map(|(id, ..)| *id)).collect();
    let mut stored = desk.stored_many(&ids)?;
    let masks =
        ranked.iter().flat_map(|one| &one.cases).filter_map(|(id, mask, _)| Some((stored.get(id)?, *mask)));
    desk.keys_ahead(masks.chain(ranked.iter().map(|one| (&one.stored, shown(one)))))?;
    let mut out = Vec::with_capacity(ranked.len());
    for one in ranked {
        let mask = shown(&one);
        let Ranked { stored: person, cases: known, score, .. } = one;
        let mut cases = Vec::new();
        let mut open = Vec::new();
        for (id, mask, view) in known {
            if view {
                open.push(id);
            }
            let case = stored.remove(&id).ok_or(OfficeError::NotFound)?;
            cases.push(desk.unseal(case, mask)?);
        }
        let may_view = desk.could(Action::View, RecordKind::Person, &person.head)?;
        let person = shortened(desk, person, mask)?;
        out.push(Found { person, cases, open, may_view, score });
    }
    Ok(out)
}

/// Before a person is written down: is she here already? Candidates by the names, date and numbers
/// that were typed, best first, only those worth a look. One whose name the writer may not be told (a
/// colleague's case) is among them only where the date of birth or a number fits as well, and without a letter
/// of her name: enough not to write her down twice.
///
/// # Errors
/// `NotFound` when the role may not search, or write nobody down; the database.
pub fn alike(office: &Office, ctx: &Ctx, values: &Values) -> Result<Vec<Found>> {
    office.look(ctx, "people.alike", |desk| {
        let decision = desk.may_general(Action::Search, RecordKind::Person)?;
        desk.may_general(Action::Create, RecordKind::Person)?;
        let mut words: Vec<(&str, String)> = Vec::new();
        for name in ["identifier", "document"] {
            words.extend(values.get(name).map(|n| ("number", plain_number(n))));
        }
        words.extend(values.get("phone").and_then(linkage::phone).map(|p| ("phone", p)));
        let text =
            ["given_name", "family_name"].iter().filter_map(|n| values.get(n)).collect::<Vec<_>>().join(" ");
        words.extend(linkage::query_tokens(&text).iter().map(|t| ("name", token_key(t))));
        let ids = candidates(desk, &words)?;
        let wanted = candidate(values);
        let mut ranked = open_names(desk, &ids, Nameless::Compared)?;
        for one in &mut ranked {
            let there = candidate(&one.names.values);
            let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
            let surely = same(&wanted.birth, &there.birth) || same(&wanted.identifier, &there.identifier);
            one.score = linkage::similarity(&wanted, &there).value;
            if !one.named && !surely {
                one.score = 0;
            }
        }
        let opened = note_of(&ranked);
        ranked.retain(|f| f.score >= 55);
        ranked.sort_by_key(|f| std::cmp::Reverse(f.score));
        ranked.truncate(10);
        let found = open_found(desk, ranked)?;
        note_found(desk, opened, &found, decision);
        Ok(found)
    })
}

/// Writes a person down. The search before has been made by the page.
///
/// # Errors
/// `Invalid`; `NotFound` when refused; the database.
pub fn create(office: &Office, ctx: &Ctx, input: &Input, key: Option<Id>) -> Result<Id> {
    crate::records::create(office, ctx, RecordKind::Person, crate::records::Under::default(), input, key)
}

/// Shows the full name and identity of the person of a case: a deliberate act with a reason, logged.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn reveal(office: &Office, ctx: &Ctx, case_id: Id, reason: &str) -> Result<Record> {
    office.look(ctx, "people.reveal", |desk| {
        let case = desk.stored(case_id)?;
        if case.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::Reveal, &case.head)?;
        // What of the person opens is decided about the person: a share may go without her name.
        let person = case.head.person_id.ok_or(OfficeError::NotFound)?;
        let stored = desk.stored(person)?;
        let relations = through(desk, &case.head, &stored.head)?;
        let decision = domain::Decision {
            mask: decide(
                &ctx.actor,
                Action::Reveal,
                Resource { kind: RecordKind::Person, relations: &relations },
            )
            .mask,
            ..decision
        };
        if !decision.mask.has(Compartment::C3) {
            let refused = domain::Decision { allow: false, rule: "not-shared", ..decision };
            desk.note("reveal", &case.head, refused, Mask::NONE);
            return Err(OfficeError::NotFound);
        }
        crate::audit::stop(desk, person)?;
        let person = desk.unseal(stored, decision.mask)?;
        desk.note_many(
            "reveal",
            RecordKind::Person,
            vec![person.head.id],
            vec![case_id],
            decision,
            person.mask,
        );
        desk.because(reason);
        Ok(person)
    })
}

/// May the actor see the name behind a case?
///
/// # Errors
/// The database.
pub fn may_reveal<T: Tx>(desk: &mut Desk<'_, T>, case: &Head) -> Result<bool> {
    let Some(person) = case.person_id else { return Ok(false) };
    let Some(person) = store::records::head(desk.tx, person)? else { return Ok(false) };
    let relations = through(desk, case, &person)?;
    let person = Resource { kind: RecordKind::Person, relations: &relations };
    let decision = decide(&desk.ctx.actor, Action::Reveal, person);
    let of_case = desk.could(Action::Reveal, RecordKind::Case, case)?;
    Ok(of_case && decision.allow && decision.mask.has(Compartment::C3))
}

/// Links a person noted in a signal to a person written down.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn link(office: &Office, ctx: &Ctx, signal_person: Id, person: Id, key: Option<Id>) -> Result<Id> {
    office.act(ctx, "people.link", |desk| {
        once(desk, key, |desk| {
            let mut record = desk.fetch(Action::Edit, signal_person)?;
            let decision = desk.may(Action::Edit, &record.head)?;
            let target = desk.stored(person)?;
            if !knows(desk, &target.head)? || record.head.kind != RecordKind::SignalPerson {
                return Err(OfficeError::NotFound);
            }
            record.head.person_id = Some(person);
            desk.update(&mut record, decision, "link")?;
            Ok(person)
        })
    })
}
