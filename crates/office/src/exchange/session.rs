//! Taking cases out from a session: what its keys open of its own organisation's cases, as a workbook of the
//! case data standard. The command line has no keys and stops at what is locked; here a case that a key does
//! not open is left out, and counted.
//!
//! Nothing of it ever lies on a disk: rows and workbook are held in memory, so at most [`MOST`] cases go out at
//! once. Cases are opened, the leaves written and the list of what was taken out brought up to date in one
//! transaction; the file is handed over after its commit.

use super::export::row;
use crate::desk::Desk;
use crate::records::once;
use crate::{Ctx, Office, OfficeError, Result};
use domain::exports::{MOST, ON_FORM};
use domain::policy::{Resource, decide};
use domain::values::Input;
use domain::{Action, Date, Decision, FieldError, Id, Mask, Problem, Record, RecordKind, Values};
use papers::htcds::{Columns, FieldId, Growing, Layout, LossKind, Row, WriteOptions, Writer, standard};
use std::collections::BTreeSet;
use std::io::Cursor;
use store::records::Stored;
use store::{Tx, WriteTx};

/// Objects in one leaf of the log.
const BATCH: usize = 100;
/// Heads read at a time.
const PAGE: i64 = 500;
/// So many lines the list shows.
const LISTED: i64 = 200;
/// How long what was prepared may be taken, microseconds: the cases are others tomorrow.
const PREPARED_FOR: i64 = 3600 * 1_000_000;

/// Who took out what, when, how many.
pub struct Exports {
    /// Newest first.
    pub rows: Vec<Record>,
    /// May this actor take something out?
    pub may: bool,
}

/// Something that was prepared or taken.
pub struct ExportPage {
    /// Its line.
    pub record: Record,
    /// May it be taken now, by this actor?
    pub may_take: bool,
}

fn may_general<T: Tx>(desk: &mut Desk<'_, T>) -> bool {
    let resource = Resource { kind: RecordKind::Export, relations: &[domain::Relation::General] };
    decide(&desk.ctx.actor, Action::Export, resource).allow
}

/// The list of what the organisation's people took out.
///
/// # Errors
/// `NotFound` when refused; `Sealed`; the database.
pub fn exports(office: &Office, ctx: &Ctx) -> Result<Exports> {
    office.look(ctx, "exports.list", |desk| {
        let decision = desk.may_general(Action::List, RecordKind::Export)?;
        let own = Some(ctx.actor.organisation.0);
        let stored = store::records::of_kind(desk.tx, RecordKind::Export.code(), own, None, LISTED)?;
        let ids: Vec<Id> = stored.iter().map(|s| s.head.id).collect();
        let rows = stored.into_iter().map(|s| desk.unseal(s, decision.mask)).collect::<Result<Vec<_>>>()?;
        if !ids.is_empty() {
            desk.note_many("list", RecordKind::Export, ids, Vec::new(), decision, decision.mask);
        }
        Ok(Exports { rows, may: may_general(desk) })
    })
}

/// Authorises the form.
///
/// # Errors
/// `NotFound` when refused.
pub fn export_form(office: &Office, ctx: &Ctx) -> Result<()> {
    office.look(ctx, "exports.form", |desk| desk.may_general(Action::Export, RecordKind::Export).map(drop))
}

/// The days between which a case was opened; without one, no bound.
#[derive(Clone, Copy)]
struct Period(Option<Date>, Option<Date>);

impl Period {
    fn of(values: &Values) -> Period {
        Period(values.date("first_day"), values.date("last_day"))
    }

    fn has(self, day: Option<Date>) -> bool {
        self.0.is_none_or(|first| day.is_some_and(|d| first <= d))
            && self.1.is_none_or(|last| day.is_some_and(|d| d <= last))
    }
}

/// Cases of the actor's organisation that he may take out, by the day they were opened, with the rule that
/// allows each. One more than [`MOST`] at most.
fn cases<T: Tx>(desk: &mut Desk<'_, T>, period: Period) -> Result<Vec<(Stored, Decision)>> {
    let own = desk.ctx.actor.organisation.0;
    let mut out = Vec::new();
    let mut after = None;
    loop {
        let page = store::records::of_kind(desk.tx, RecordKind::Case.code(), Some(own), after, PAGE)?;
        let Some(last) = page.last().map(|s| (s.head.created_at, s.head.id)) else { break };
        after = Some(last);
        // What was anonymised has nobody in it.
        for case in page.into_iter().filter(|s| s.head.person_id.is_some() && period.has(s.head.on_date)) {
            let relations = desk.relations_to(&case.head)?;
            let resource = Resource { kind: RecordKind::Case, relations: &relations };
            let decision = decide(&desk.ctx.actor, Action::Export, resource);
            if decision.allow {
                out.push((case, decision));
            }
            if out.len() > MOST {
                return Ok(out);
            }
        }
    }
    out.sort_by_key(|(case, _)| (case.head.on_date, case.head.created_at, case.head.id));
    Ok(out)
}

/// Is everything of a case that goes out this house's, and do the keys at hand open it? Asks for the keys alone and
/// opens nothing.
fn opens<T: Tx>(desk: &mut Desk<'_, T>, case: &Stored) -> Result<bool> {
    if crate::people::of_another_house(desk, &case.head)? {
        return Ok(false);
    }
    let person = match case.head.person_id {
        Some(person) => store::records::get(desk.tx, person)?,
        None => None,
    };
    let mut of = vec![(case.clone(), Mask::IDENTITY)];
    of.extend(person.map(|p| (p, Mask::IDENTITY)));
    for kind in [RecordKind::Exploitation, RecordKind::Identification] {
        let stored = store::records::of_case_kind(desk.tx, case.head.id, kind.code())?;
        of.extend(stored.into_iter().map(|s| (s, Mask::WORK)));
    }
    for (stored, mask) in of {
        for (compartment, blob) in domain::Compartment::SEALED.into_iter().zip(&stored.sealed) {
            let Some(blob) = blob.as_ref().filter(|_| mask.has(compartment)) else { continue };
            let id = vault::key_of(blob).ok_or(OfficeError::Sealed)?;
            if desk.key(id, stored.head.key_subject(), compartment)?.is_none() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn count(n: usize) -> String {
    n.to_string()
}

/// Counts what would go out and what is locked, and writes the line of the list. Fields: [`ON_FORM`]. Nothing
/// is opened.
///
/// # Errors
/// `Invalid`, among it more cases than go out at once; `NotFound` when refused; the database.
pub fn prepare(office: &Office, ctx: &Ctx, input: &Input, key: Option<Id>) -> Result<Id> {
    let mut input = input.clone();
    input.retain(|name, _| ON_FORM.contains(&name.as_str()));
    let mut values = Values::parse(RecordKind::Export.spec(), &input).map_err(OfficeError::Invalid)?;
    let period = Period::of(&values);
    if let Period(Some(first), Some(last)) = period
        && last < first
    {
        return Err(OfficeError::Invalid(vec![FieldError::new("last_day", Problem::DateOutOfRange)]));
    }
    values.set("state", "prepared");
    values.set("on_date", ctx.today.to_string());
    office.act(ctx, "exports.prepare", |desk| {
        once(desk, key, |desk| {
            let decision = desk.may_general(Action::Export, RecordKind::Export)?;
            let found = cases(desk, period)?;
            if found.len() > MOST {
                return Err(OfficeError::Invalid(vec![FieldError::new("first_day", Problem::TooMany)]));
            }
            let mut rows = 0;
            for (case, _) in &found {
                rows += usize::from(opens(desk, case)?);
            }
            values.set("rows", count(rows));
            values.set("left_out", count(found.len() - rows));
            let mut head = desk.new_head(RecordKind::Export);
            head.take(&values);
            let id = head.id;
            let record = Record { head, values: values.clone(), mask: Mask::WORK, locked: Mask::NONE };
            desk.insert(&record, decision)?;
            Ok(id)
        })
    })
}

fn takeable(ctx: &Ctx, record: &Record) -> bool {
    let age = ctx.now.saturating_sub(record.head.created_at);
    record.head.state == "prepared"
        && record.head.created_by == ctx.actor.user.0
        && (0..=PREPARED_FOR).contains(&age)
}

fn line<T: Tx>(desk: &mut Desk<'_, T>, id: Id) -> Result<Stored> {
    let stored = desk.stored(id)?;
    if stored.head.kind == RecordKind::Export { Ok(stored) } else { Err(OfficeError::NotFound) }
}

/// One line of the list.
///
/// # Errors
/// `NotFound` when absent or refused; `Sealed`; the database.
pub fn export_page(office: &Office, ctx: &Ctx, id: Id) -> Result<ExportPage> {
    office.look(ctx, "exports.page", |desk| {
        let stored = line(desk, id)?;
        let decision = desk.may(Action::View, &stored.head)?;
        let record = desk.unseal(stored, decision.mask)?;
        desk.note("view", &record.head.clone(), decision, record.mask);
        let may_take = takeable(ctx, &record) && may_general(desk);
        Ok(ExportPage { record, may_take })
    })
}

/// Opens the cases and hands over the workbook.
///
/// # Errors
/// `WrongState` when it was taken already, by somebody else, or too long ago; `StepUp` without a fresh passkey;
/// `Invalid` when there are more cases by now than go out at once; `NotFound` when refused; `Sealed`; the
/// database.
pub fn take(office: &Office, ctx: &Ctx, id: Id) -> Result<Vec<u8>> {
    office.act(ctx, "exports.take", |desk| {
        let stored = line(desk, id)?;
        let decision = desk.may(Action::Export, &stored.head)?;
        let mut record = desk.unseal(stored, decision.mask)?;
        if !takeable(ctx, &record) {
            return Err(OfficeError::WrongState);
        }
        let found = cases(desk, Period::of(&record.values))?;
        if found.len() > MOST {
            return Err(OfficeError::Invalid(vec![FieldError::new("first_day", Problem::TooMany)]));
        }
        let (mut rows, mut left_out, mut lost) = (Vec::new(), Vec::new(), 0);
        let mut taken: Vec<(Decision, Vec<Id>)> = Vec::new();
        for (case, by) in found {
            let foreign = crate::people::of_another_house(desk, &case.head)?;
            let case = case.head.id;
            if foreign {
                left_out.push(case);
                continue;
            }
            match row(desk, case) {
                Ok((row, losses)) => {
                    rows.push(row);
                    lost += losses.len();
                    match taken.iter_mut().find(|(d, ids)| *d == by && ids.len() < BATCH) {
                        Some((_, ids)) => ids.push(case),
                        None => taken.push((by, vec![case])),
                    }
                }
                Err(OfficeError::Locked(_)) => left_out.push(case),
                Err(other) => return Err(other),
            }
        }
        for (by, ids) in taken {
            desk.note_many("export", RecordKind::Case, ids.clone(), ids, by, Mask::IDENTITY);
        }
        for ids in left_out.chunks(BATCH) {
            let ids = ids.to_vec();
            let none = Decision::by("export", Mask::NONE);
            desk.note_many("export-locked", RecordKind::Case, ids.clone(), ids, none, Mask::NONE);
        }
        let (file, not_said) = workbook(&rows)?;
        record.head.state = "taken".to_owned();
        record.values.set("state", "taken");
        record.values.set("rows", count(rows.len()));
        record.values.set("left_out", count(left_out.len()));
        record.values.set("lost", count(lost + not_said));
        finish(desk, &mut record, decision)?;
        Ok(file)
    })
}

fn finish(desk: &mut Desk<'_, WriteTx<'_>>, record: &mut Record, decision: Decision) -> Result<()> {
    desk.update(record, decision, "taken")?;
    if let Some(note) = record.get("note") {
        desk.because(note);
    }
    Ok(())
}

/// The rows as a workbook, in memory; and how many values the standard has no words for.
fn workbook(rows: &[Row]) -> Result<(Vec<u8>, usize)> {
    let template: Vec<FieldId> = standard().template().iter().map(|f| f.id).collect();
    let used: BTreeSet<FieldId> = rows.iter().flat_map(|r| r.values.keys().copied()).collect();
    let beyond = standard().fields.iter().map(|f| f.id).filter(|f| used.contains(f) && !template.contains(f));
    let columns = Columns::Only(template.iter().copied().chain(beyond).collect());
    let options = WriteOptions { columns, growing: Growing::InMemory, ..WriteOptions::new(Layout::Workbook) };
    let broken = |_| OfficeError::Paper;
    let mut writer = Writer::new(Cursor::new(Vec::new()), options).map_err(broken)?;
    for row in rows {
        writer.write(row).map_err(broken)?;
    }
    let (out, losses) = writer.finish().map_err(broken)?;
    let lost = losses.iter().filter(|l| l.kind != LossKind::Extension).map(|l| l.rows).sum::<u64>();
    Ok((out.into_inner(), usize::try_from(lost).unwrap_or(usize::MAX)))
}
