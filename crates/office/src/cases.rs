//! Cases: opening, team, lists, the page of a case, closing and reopening.

use crate::desk::{Desk, case_of};
use crate::records::{once, open_all};
use crate::{Ctx, Office, OfficeError, Result, audit};
use domain::cases::{Progress, measures};
use domain::policy::{CaseList, EVERYONE_NATIONAL, Resource, decide, scope};
use domain::values::Input;
use domain::{Action, Decision, FieldError, Head, Id, Mask, Problem, Record, RecordKind, Relation, Values};
use std::collections::HashMap;
use store::access::Row as AccessRow;
use store::records::Stored;
use store::{Tx, WriteTx};

/// A row of a list of cases.
pub struct CaseRow {
    /// The case, coded fields.
    pub case: Record,
    /// The person, as far as the list may show: opened for the masked name.
    pub person: Option<Record>,
    /// Who leads it.
    pub lead: Option<String>,
    /// When it was touched last, microseconds.
    pub touched_at: i64,
    /// May this actor open it, or only know that it exists?
    pub open: bool,
}

/// A page of a list of cases.
pub struct CasePage {
    /// Rows, latest touched first.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins.
    pub next: Option<(i64, Id)>,
    /// Which lists this actor has.
    pub lists: Vec<CaseList>,
}

/// Everything the page of a case shows.
pub struct CasePageFull {
    /// The case.
    pub case: Record,
    /// The person, opened for the masked name and age.
    pub person: Option<Record>,
    /// Records in the case that the actor may view, newest first.
    pub records: Vec<Record>,
    /// How far each of the ten measures has come.
    pub measures: [Progress; 10],
    /// Team: name, relation.
    pub team: Vec<(String, Relation)>,
    /// Who looked, when the actor may see it.
    pub looks: Option<Vec<audit::Look>>,
    /// May be changed, closed, granted, revealed by this actor.
    pub may: May,
    /// The person's other cases that the actor may know of.
    pub other_cases: Vec<Record>,
    /// Those of them that the actor may open.
    pub other_open: Vec<Id>,
    /// What the actor is told who sees the case through a share.
    pub share: Option<crate::shares::Received>,
    /// Kinds of records in this case that the actor may read, the person among them.
    pub sees: Vec<RecordKind>,
    /// Kinds that the actor may write down in it.
    pub adds: Vec<RecordKind>,
}

/// What the actor may do with a case: decides which buttons are there.
#[derive(Debug, Clone, Copy, Default)]
pub struct May {
    /// Change its fields and write records.
    pub edit: bool,
    /// Close and reopen.
    pub close: bool,
    /// Change the team.
    pub grant: bool,
    /// See the full name.
    pub reveal: bool,
    /// Set a legal hold.
    pub hold: bool,
    /// Know that something in it is sealed to persons.
    pub sealed: bool,
    /// Write down a request of an authority.
    pub legal: bool,
}

/// Which lists an actor has, the widest last.
#[must_use]
pub fn lists(ctx: &Ctx) -> Vec<CaseList> {
    [CaseList::Mine, CaseList::Organisation, CaseList::National]
        .into_iter()
        .filter(|l| scope(&ctx.actor, *l).is_some())
        .collect()
}

/// A page of cases. `state` narrows; closed cases are left out unless asked for.
///
/// # Errors
/// `NotFound` when the role has no such list; `Sealed`; the database.
pub fn list(
    office: &Office,
    ctx: &Ctx,
    which: CaseList,
    state: Option<&str>,
    after: Option<(i64, Id)>,
    rows: i64,
) -> Result<CasePage> {
    office.look(ctx, "cases.list", |desk| list_at(desk, which, state, after, rows))
}

/// The same inside a transaction, for the home page.
///
/// # Errors
/// As [`list`].
pub fn list_at<T: Tx>(
    desk: &mut Desk<'_, T>,
    which: CaseList,
    state: Option<&str>,
    after: Option<(i64, Id)>,
    rows: i64,
) -> Result<CasePage> {
    let ctx = desk.ctx;
    let Some(scope) = scope(&ctx.actor, which).map(|s| s.at(ctx.now)) else {
        desk.may_general(Action::List, RecordKind::User)?;
        return Err(OfficeError::NotFound);
    };
    let page = store::access::page(desk.tx, &scope, state, after, rows + 1)?;
    let wanted = usize::try_from(rows).unwrap_or(0);
    let next_exists = page.len() > wanted;
    let page: Vec<_> = page.into_iter().take(wanted).collect();
    let last = page.last().map(|row| (row.touched_at, row.case_id));
    let ids: Vec<Id> = page.iter().map(|row| row.case_id).collect();
    let touched: HashMap<Id, i64> = page.iter().map(|row| (row.case_id, row.touched_at)).collect();
    // A page asks for many rows at once: one by one, each would be a way to the database and back.
    desk.relations_ahead(&ids)?;
    let mut stored = desk.stored_many(&ids)?;
    let persons: Vec<Id> = stored.values().filter_map(|case| case.head.person_id).collect();
    let persons = desk.stored_many(&persons)?;
    let mut closed_doors = Vec::new();
    // Whose name may not be opened by this reader: those shared without it.
    let mut nameless = Vec::new();
    // An initial, sex and age: the remarks about a person have no place in a list.
    let names = Mask::CODED.with(domain::Compartment::C3);
    let person_mask = if scope.mask().has(domain::Compartment::C3) { names } else { Mask::CODED };
    // What is to be opened: cases, and the person of each.
    let mut cases: Vec<(Stored, Mask)> = Vec::new();
    let mut people: HashMap<Id, (Stored, Mask)> = HashMap::new();
    for id in ids {
        // A colleague's case is known to exist and no more: its row is no way in.
        let relations = desk.relations(id)?;
        let may = |action, kind| decide(&ctx.actor, action, Resource { kind, relations: &relations });
        // What the row says is no longer so, or never was: a share or an emergency that does not hold.
        let listed = may(Action::List, RecordKind::Case);
        if !listed.allow {
            continue;
        }
        if !may(Action::View, RecordKind::Case).allow {
            closed_doors.push(id);
        }
        let mask = listed.mask.intersection(scope.mask());
        let Some(case) = stored.remove(&id) else { continue };
        if let Some(person) = case.head.person_id.and_then(|person| persons.get(&person)) {
            let mut mask = person_mask;
            if mask == names && !crate::people::named(desk, &case.head, &person.head)? {
                nameless.push(id);
                mask = Mask::CODED;
            }
            people.insert(id, (person.clone(), mask));
        }
        cases.push((case, mask.intersection(Mask::CODED)));
    }
    desk.keys_ahead(cases.iter().chain(people.values()).map(|(stored, mask)| (stored, *mask)))?;
    let mut persons = HashMap::new();
    for (case, (person, mask)) in people {
        persons.insert(case, crate::people::shortened(desk, person, mask)?);
    }
    let cases: Vec<Record> =
        cases.into_iter().map(|(case, mask)| desk.unseal(case, mask)).collect::<Result<_>>()?;
    let directory = crate::names::directory(desk)?;
    let decision = domain::Decision::by(scope.rule(), scope.mask());
    for (without_name, mask) in [(false, person_mask), (true, person_mask.intersection(Mask::CODED))] {
        let ids: Vec<Id> =
            cases.iter().map(|c| c.head.id).filter(|c| nameless.contains(c) == without_name).collect();
        if !ids.is_empty() {
            desk.note_many("list", RecordKind::Case, ids.clone(), ids, decision, mask);
        }
    }
    let rows = cases
        .into_iter()
        .map(|case| CaseRow {
            person: persons.remove(&case.head.id),
            lead: case.head.assignee.map(|a| directory.name(a).to_owned()),
            touched_at: touched.get(&case.head.id).copied().unwrap_or(case.head.updated_at),
            open: !closed_doors.contains(&case.head.id),
            case,
        })
        .collect();
    Ok(CasePage { rows, next: if next_exists { last } else { None }, lists: lists(ctx) })
}

/// How many cases a list has, by state; counts stop at 1,000 so that a page never walks a whole table.
///
/// # Errors
/// The database.
pub fn count(office: &Office, ctx: &Ctx, which: CaseList) -> Result<i64> {
    office.look(ctx, "cases.count", |desk| match scope(&ctx.actor, which) {
        Some(scope) => Ok(store::access::count(desk.tx, &scope.at(ctx.now), 1000)?),
        None => Ok(0),
    })
}

/// Opens a case for a person: five fields.
///
/// # Errors
/// `Invalid`; `NotFound` when refused or the person may not be known; the database.
pub fn open(
    office: &Office,
    ctx: &Ctx,
    person: Id,
    signal: Option<Id>,
    input: &Input,
    key: Option<Id>,
) -> Result<Id> {
    let mut input = input.clone();
    for name in domain::cases::NOT_ON_FORM {
        input.remove(name);
    }
    let values = Values::parse(RecordKind::Case.spec(), &input).map_err(OfficeError::Invalid)?;
    if values.date("on_date").is_some_and(|d| d > ctx.today) {
        return Err(OfficeError::Invalid(vec![FieldError::new("on_date", Problem::DateOutOfRange)]));
    }
    office.act(ctx, "cases.open", |desk| {
        once(desk, key, |desk| {
            let decision = desk.may_general(Action::Create, RecordKind::Case)?;
            crate::people::identified(desk, person)?;
            if let Some(signal) = signal {
                let origin = desk.stored(signal)?.head;
                if origin.kind != RecordKind::Signal {
                    return Err(OfficeError::NotFound);
                }
                desk.may(Action::View, &origin)?;
            }
            let mut head = desk.new_head(RecordKind::Case);
            head.take(&values);
            if head.state.is_empty() || head.state == "closed" {
                head.state = "active".to_owned();
            }
            head.assignee = head.assignee.or(Some(ctx.actor.user.0));
            head.person_id = Some(person);
            head.parent_id = signal;
            head.number = Some(free_number(desk)?);
            let id = head.id;
            let record = Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE };
            desk.insert(&record, decision)?;
            Ok(id)
        })
    })
}

/// A number of three and four digits that nobody has yet. It says nothing about the person or the order.
pub(crate) fn free_number(desk: &mut Desk<'_, WriteTx<'_>>) -> Result<String> {
    for _ in 0..200 {
        let Id(bytes) = desk.ctx.id();
        let [.., a, b, c, d] = bytes;
        let n = u32::from_be_bytes([a, b, c, d]) % 9_000_000 + 1_000_000;
        let number = format!("{:03}-{:04}", n / 10_000, n % 10_000);
        if store::records::by_number(desk.tx, &number)?.is_none() {
            return Ok(number);
        }
    }
    Err(OfficeError::Store(store::StoreError::Busy))
}

/// Keeps the rows that lists join in step with the case.
///
/// # Errors
/// The database.
pub fn index(desk: &mut Desk<'_, WriteTx<'_>>, case: &Record) -> Result<()> {
    let head = &case.head;
    let now = desk.ctx.now;
    let row = |holder, relation: Relation| AccessRow::new(head.id, holder, relation.code(), &head.state, now);
    if head.version == 1 {
        store::access::insert(desk.tx, &row(EVERYONE_NATIONAL, Relation::National))?;
        store::access::insert(desk.tx, &row(head.organisation_id, Relation::Organisation))?;
    }
    store::access::set_state(desk.tx, head.id, &head.state, now)?;
    // The lead is a row of its own: a new lead replaces the old one, who stays in the team.
    if let Some(lead) = head.assignee {
        let holders = store::access::of_case(desk.tx, head.id)?;
        let leads = holders.iter().any(|h| h.relation == Relation::Own.code() && h.holder == lead);
        if !leads && lead != desk.ctx.actor.user.0 {
            lets_in(desk, head, lead)?;
        }
        for old in holders.iter().filter(|h| h.relation == Relation::Own.code() && h.holder != lead) {
            store::access::delete(desk.tx, head.id, old.holder, Relation::Own.code())?;
            // Perhaps named in the team before leading it.
            if !holders.iter().any(|h| h.relation == Relation::Team.code() && h.holder == old.holder) {
                store::access::insert(desk.tx, &row(old.holder, Relation::Team))?;
            }
        }
        if !leads {
            // Somebody of another organisation sees a case through a share alone, and leads none of ours.
            let user = store::records::head(desk.tx, lead)?;
            if user.is_some_and(|u| u.organisation_id != head.organisation_id) {
                let field = FieldError::new("assignee", Problem::UnknownChoice);
                return Err(OfficeError::Invalid(vec![field]));
            }
            store::access::insert(desk.tx, &row(lead, Relation::Own))?;
        }
    }
    Ok(())
}

/// To name somebody else as lead opens the case to him: it asks for the same sign-in as naming the team, and says
/// so in the log. Who may write the case has been decided; among those are some who may not let another
/// organisation in, and still pass a case on to a colleague.
fn lets_in(desk: &mut Desk<'_, WriteTx<'_>>, case: &Head, lead: Id) -> Result<()> {
    let wanted = Action::Grant.assurance(RecordKind::Case);
    if desk.ctx.actor.assurance < wanted {
        return Err(OfficeError::StepUp(wanted));
    }
    let decision = Decision::by("lead", Mask::NONE);
    desk.note_many("grant", RecordKind::Case, vec![case.id, lead], vec![case.id], decision, Mask::NONE);
    Ok(())
}

/// The page of a case.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn page(office: &Office, ctx: &Ctx, id: Id) -> Result<CasePageFull> {
    office.look(ctx, "cases.page", |desk| {
        let stored = desk.stored(id)?;
        if stored.head.kind != RecordKind::Case {
            return Err(OfficeError::NotFound);
        }
        let decision = desk.may(Action::View, &stored.head)?;
        let case = desk.unseal(stored, decision.mask)?;
        let head = case.head.clone();
        let relations = desk.relations(id)?;
        let mut sees_person = false;
        let person = match head.person_id {
            Some(person) => {
                let stored = desk.stored(person)?;
                let relations = crate::people::through(desk, &head, &stored.head)?;
                let person = Resource { kind: RecordKind::Person, relations: &relations };
                sees_person = decide(&ctx.actor, Action::View, person).allow;
                let list = decide(&ctx.actor, Action::List, person);
                let mask = list.mask.union(Mask::CODED).intersection(Mask::IDENTITY);
                Some(crate::people::shortened(desk, stored, mask)?)
            }
            None => None,
        };
        desk.note(
            "view",
            &head,
            decision,
            person.as_ref().map_or(decision.mask, |p| p.mask.union(decision.mask)),
        );
        let stored = store::records::of_case(desk.tx, id)?;
        let mut records = open_all(desk, stored)?;
        records.sort_by_key(|r| std::cmp::Reverse((r.head.on_date, r.head.created_at)));
        let directory = crate::names::directory(desk)?;
        let share = crate::shares::received(desk, &head)?;
        // A receiver learns who answers for the case, not who else works on it or has received it.
        let shown = |holder: Id| {
            let mine = [ctx.actor.user.0, ctx.actor.organisation.0].contains(&holder);
            share.is_none() || mine || holder == head.organisation_id || Some(holder) == head.assignee
        };
        let team = store::access::of_case(desk.tx, id)?
            .into_iter()
            .filter(|r| r.holder != EVERYONE_NATIONAL && r.until > ctx.now && shown(r.holder))
            .map(|r| (directory.name(r.holder).to_owned(), Relation::from_code(&r.relation)))
            .collect();
        let log = domain::policy::decide(
            &ctx.actor,
            Action::Log,
            domain::policy::Resource { kind: RecordKind::Case, relations: &relations },
        );
        let looks = if log.allow { Some(audit::looks(desk, &head, 80)?) } else { None };
        let may = May {
            edit: desk.could(Action::Edit, RecordKind::Case, &head)?,
            close: desk.could(Action::Close, RecordKind::Case, &head)?,
            grant: desk.could(Action::Grant, RecordKind::Case, &head)?,
            reveal: crate::people::may_reveal(desk, &head)?,
            hold: head.person_id.is_some() && desk.could(Action::Hold, RecordKind::Case, &head)?,
            sealed: crate::glass::knows(desk, &head)?,
            legal: head.person_id.is_some() && crate::legal::may_keep(desk, &head)?,
        };
        let other_cases = match head.person_id {
            Some(person) => others(desk, person, id)?,
            None => Vec::new(),
        };
        let mut other_open = Vec::new();
        for other in &other_cases {
            if desk.could(Action::View, RecordKind::Case, &other.head)? {
                other_open.push(other.head.id);
            }
        }
        let measures = measures(&case, &records);
        let allowed =
            |action, kind| decide(&ctx.actor, action, Resource { kind, relations: &relations }).allow;
        let in_case = || RecordKind::IN_CASE.iter().copied();
        let mut sees: Vec<_> = in_case().filter(|k| allowed(Action::View, *k)).collect();
        if sees_person {
            sees.push(RecordKind::Person);
        }
        let adds = in_case().filter(|k| allowed(Action::Create, *k)).collect();
        Ok(CasePageFull {
            case,
            person,
            records,
            measures,
            team,
            looks,
            may,
            other_cases,
            other_open,
            share,
            sees,
            adds,
        })
    })
}

fn others<T: Tx>(desk: &mut Desk<'_, T>, person: Id, this: Id) -> Result<Vec<Record>> {
    let mut out = Vec::new();
    for id in store::records::ids_of_person(desk.tx, person, RecordKind::Case.code())? {
        if id != this
            && let Some(case) = crate::records::case_header(desk, Some(id))?
        {
            out.push(case);
        }
    }
    Ok(out)
}

/// Closes a case with a reason. Open tasks stay visible; the person stays.
///
/// # Errors
/// `Invalid`; `WrongState` when it is closed already; `NotFound` when refused.
pub fn close(office: &Office, ctx: &Ctx, id: Id, version: i64, input: &Input) -> Result<Id> {
    let reason = input.get("closure_reason").and_then(|v| v.first()).map(String::as_str).unwrap_or_default();
    let reason = domain::codes::CLOSURE_REASON.known(reason);
    let note =
        input.get("closure_note").and_then(|v| v.first()).map(|n| n.trim().to_owned()).unwrap_or_default();
    let on = input.get("closed_on").and_then(|v| v.first()).map(String::as_str).unwrap_or_default();
    let on = domain::civil::parse_date(on);
    let mut errors = Vec::new();
    if reason.is_none() {
        errors.push(FieldError::new("closure_reason", Problem::Required));
    }
    match on {
        None => errors.push(FieldError::new("closed_on", Problem::ImpossibleDate)),
        Some(day) if day > ctx.today => errors.push(FieldError::new("closed_on", Problem::DateOutOfRange)),
        _ => {}
    }
    if note.chars().count() > 20_000 {
        errors.push(FieldError::new("closure_note", Problem::TooLong));
    }
    let (Some(reason), Some(on), true) = (reason, on, errors.is_empty()) else {
        return Err(OfficeError::Invalid(errors));
    };
    office.act(ctx, "cases.close", |desk| {
        let stored = desk.stored(id)?;
        let decision = desk.may(Action::Close, &stored.head)?;
        let mut case = desk.unseal(stored, decision.mask)?;
        if case.head.state == "closed" || case.head.version != version {
            return Err(OfficeError::WrongState);
        }
        if case.head.on_date.is_some_and(|opened| on < opened) {
            return Err(OfficeError::Invalid(vec![FieldError::new("closed_on", Problem::DateOutOfRange)]));
        }
        case.head.state = "closed".to_owned();
        case.values.set("state", "closed");
        case.values.set("closure_reason", reason);
        case.values.set("closed_on", on.to_string());
        if !note.is_empty() {
            case.values.set("closure_note", note.clone());
        }
        desk.update(&mut case, decision, "close")?;
        Ok(id)
    })
}

/// Reopening makes a new episode of the same person; the closed case stays as it is.
///
/// # Errors
/// `WrongState` when it is not closed; `NotFound` when refused.
pub fn reopen(office: &Office, ctx: &Ctx, id: Id, key: Option<Id>) -> Result<Id> {
    office.act(ctx, "cases.reopen", |desk| {
        once(desk, key, |desk| {
            let stored = desk.stored(id)?;
            let decision = desk.may(Action::Close, &stored.head)?;
            let old = desk.unseal(stored, decision.mask)?;
            if old.head.state != "closed" {
                return Err(OfficeError::WrongState);
            }
            // As for a first case: whose name one may no longer see, of her one begins nothing anew.
            if let Some(person) = old.head.person_id {
                crate::people::identified(desk, person)?;
            }
            let mut head = desk.new_head(RecordKind::Case);
            head.on_date = Some(ctx.today);
            head.assignee = Some(ctx.actor.user.0);
            head.person_id = old.head.person_id;
            head.number = Some(free_number(desk)?);
            let mut values = Values::default().with("state", "active").with("on_date", ctx.today.to_string());
            for name in ["track", "role", "intake", "asylum", "special_protection", "home_district"] {
                if let Some(value) = old.get(name) {
                    values.set(name, value);
                }
            }
            let new_id = head.id;
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, decision)?;
            Ok(new_id)
        })
    })
}

/// Adds a colleague to the team. Who works for another organisation sees a case through a share alone.
///
/// # Errors
/// `Invalid` for somebody of another organisation; `NotFound` when refused or unknown; the database.
pub fn grant(office: &Office, ctx: &Ctx, id: Id, holder: Id) -> Result<()> {
    office.act(ctx, "cases.grant", |desk| {
        let case = desk.stored(id)?;
        let decision = desk.may(Action::Grant, &case.head)?;
        let target = desk.stored(holder)?.head;
        if target.kind != RecordKind::User {
            return Err(OfficeError::NotFound);
        }
        if target.organisation_id != case.head.organisation_id {
            return Err(OfficeError::Invalid(vec![FieldError::new("holder", Problem::UnknownChoice)]));
        }
        let relation = Relation::Team;
        if !store::access::relations(desk.tx, id, holder)?.iter().any(|r| r == relation.code()) {
            let row = AccessRow::new(id, holder, relation.code(), &case.head.state, ctx.now);
            store::access::insert(desk.tx, &row)?;
        }
        desk.note_many("grant", RecordKind::Case, vec![id, holder], vec![id], decision, Mask::NONE);
        Ok(())
    })
}

/// Takes a colleague out of the team.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn revoke(office: &Office, ctx: &Ctx, id: Id, holder: Id) -> Result<()> {
    office.act(ctx, "cases.revoke", |desk| {
        let case = desk.stored(id)?;
        let decision = desk.may(Action::Grant, &case.head)?;
        store::access::delete(desk.tx, id, holder, Relation::Team.code())?;
        desk.note_many("revoke", RecordKind::Case, vec![id, holder], vec![id], decision, Mask::NONE);
        Ok(())
    })
}

/// Somebody who stands in a relation to a case: id, name, relation.
pub type Member = (Id, String, Relation);

/// Who holds which relation to a case, with ids, for the page of the team.
///
/// # Errors
/// `NotFound` when refused; the database.
pub fn team(office: &Office, ctx: &Ctx, id: Id) -> Result<(Record, Vec<Member>)> {
    office.look(ctx, "cases.team", |desk| {
        let stored = desk.stored(id)?;
        desk.may(Action::Grant, &stored.head)?;
        let case = crate::records::case_header(desk, case_of(&stored.head))?.ok_or(OfficeError::NotFound)?;
        let directory = crate::names::directory(desk)?;
        let rows = store::access::of_case(desk.tx, id)?
            .into_iter()
            .filter(|r| r.holder != EVERYONE_NATIONAL && r.until > ctx.now)
            .map(|r| (r.holder, directory.name(r.holder).to_owned(), Relation::from_code(&r.relation)))
            .collect();
        Ok((case, rows))
    })
}

/// Counts of records by kind, for the menu of a case.
#[must_use]
pub fn counts(records: &[Record]) -> HashMap<RecordKind, usize> {
    let mut counts = HashMap::new();
    for record in records {
        *counts.entry(record.head.kind).or_insert(0) += 1;
    }
    counts
}
