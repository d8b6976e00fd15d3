//! Rows into people and cases, in batches, once each however often the file comes.

use super::COMMAND;
use super::kept::{Cells, Kept, MOST, Made, marks, merge};
use super::mapping::{self, Mapped, map};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Id, Mask, Record, RecordKind, Values};
use papers::htcds::{Cell, FieldId, Problem, Rejected, Row};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::{BTreeSet, HashMap};
use store::{Tx, WriteTx};

/// Rows in one transaction.
const BATCH: usize = 100;

/// The setting that names the columns beyond the templates' which any import has filled.
pub(super) const COLUMNS: &str = "htcds_columns";

/// What became of a file. Holds no cell of it.
#[derive(Default, serde::Serialize)]
pub struct Report {
    /// Rows that held anything.
    pub rows: u64,
    /// Rows that made a new person and case.
    pub created: u64,
    /// Rows that changed those they had made before.
    pub updated: u64,
    /// Rows that were here already, exactly so.
    pub unchanged: u64,
    /// Everything that is wrong in the rows that were not taken.
    pub rejected: Vec<Rejection>,
}

impl Report {
    /// Did the file break off, so that rows may be missing?
    #[must_use]
    pub fn broke_off(&self) -> bool {
        self.rejected.iter().any(|r| matches!(r.why, Why::Cell(Problem::FileDamaged)))
    }
}

/// A fault of a row that was not taken.
pub struct Rejection {
    /// The row as the spreadsheet program numbers it.
    pub row: u32,
    /// The field whose column holds the fault.
    pub field: Option<FieldId>,
    why: Why,
}

enum Why {
    Cell(Problem),
    TooMuch,
    Nothing,
    /// A name that is here already, another row, and no date of birth that would say whether it is she.
    Unsure,
}

impl Serialize for Rejection {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Rejection", 3)?;
        out.serialize_field("row", &self.row)?;
        out.serialize_field(
            "column",
            self.field.and_then(FieldId::field).map_or("", |f| f.heading.as_str()),
        )?;
        match &self.why {
            Why::Cell(problem) => out.serialize_field("problem", &problem.to_string())?,
            Why::TooMuch => out.serialize_field("problem", "the row holds more text than can be kept")?,
            Why::Nothing => out.serialize_field("problem", "no value in any column of the standard")?,
            Why::Unsure => out.serialize_field(
                "problem",
                "somebody of this name was imported before with other details, and without a date of birth it is not \
                 certain that this is she: correct her record in Pristan, or write down somebody else there",
            )?,
        }
        out.end()
    }
}

/// A row and how it is known again.
struct Pending {
    identity: i64,
    /// Does the identity rest on more than a name that others may bear?
    sure: bool,
    digest: [u8; 32],
    row: Row,
}

/// What became of one row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Created,
    Updated,
    Unchanged,
    Refused,
}

/// An import under way. Memory does not grow with the rows but by some bytes for each.
pub struct Import<'a> {
    office: &'a Office,
    ctx: &'a Ctx,
    dry_run: bool,
    batch: Vec<Pending>,
    seen: HashMap<i64, u32>,
    columns: BTreeSet<FieldId>,
    columns_kept: usize,
    report: Report,
}

impl<'a> Import<'a> {
    /// Begins. The actor's organisation owns what is made; with `dry_run` nothing is written.
    #[must_use]
    pub fn new(office: &'a Office, ctx: &'a Ctx, dry_run: bool) -> Import<'a> {
        Import {
            office,
            ctx,
            dry_run,
            batch: Vec::with_capacity(BATCH),
            seen: HashMap::new(),
            columns: BTreeSet::new(),
            columns_kept: 0,
            report: Report::default(),
        }
    }

    /// Takes the next row of the file.
    ///
    /// # Errors
    /// The database; the batches before are in.
    pub fn take(&mut self, row: std::result::Result<Row, Rejected>) -> Result<()> {
        self.report.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(rejected) => {
                let number = rejected.row;
                let faults = rejected.faults.into_iter();
                self.report.rejected.extend(faults.map(|f| Rejection {
                    row: number,
                    field: f.field,
                    why: Why::Cell(f.problem),
                }));
                return Ok(());
            }
        };
        let (person, case) = (Kept::person(&row).text()?, Kept::case(&row).text()?);
        let too_much = [&person, &case].iter().any(|text| text.chars().nth(MOST).is_some());
        if row.values.is_empty() || too_much {
            let why = if too_much { Why::TooMuch } else { Why::Nothing };
            let field = if too_much { longest(&row.values) } else { None };
            self.report.rejected.push(Rejection { row: row.number, field, why });
            return Ok(());
        }
        let digest = self.office.vault.mac_text("htcds row", &format!("{person}\n{case}"));
        let (identity, sure) = self.identity(&row.values, &digest);
        self.columns
            .extend(row.values.keys().filter(|id| id.field().is_some_and(|f| f.template_column.is_none())));
        self.batch.push(Pending { identity, sure, digest, row });
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Completes the last batch and tells what became of the rows.
    ///
    /// # Errors
    /// The database.
    pub fn finish(mut self) -> Result<Report> {
        self.flush()?;
        Ok(self.report)
    }

    /// Who a row is about: names however they are spelled, birth, gender, first citizenship; the whole row
    /// when it has no name. The second row of the same in one file is somebody else, or another case. Says also
    /// whether that suffices to change what is here: a name without a date of birth does not.
    fn identity(&mut self, cells: &Cells, digest: &[u8; 32]) -> (i64, bool) {
        let names: Vec<&str> = ["prs_FirstName", "prs_MiddleName", "prs_SecondName"]
            .iter()
            .filter_map(|f| mapping::text(cells, f))
            .collect();
        let names = linkage::normalise(&names.join(" "));
        let born = mapping::date(cells, "prs_Birthdate");
        let sure = names.is_empty() || born.is_some();
        let who = if names.is_empty() {
            digest.iter().map(|b| format!("{b:02x}")).collect()
        } else {
            let born = born.map(|d| d.to_string()).unwrap_or_default();
            let gender = mapping::choices(cells, "prs_Gender").first().copied().unwrap_or_default();
            let citizen = mapping::choices(cells, "prs_Citizenship").first().copied().unwrap_or_default();
            format!("{names}\n{born}\n{gender}\n{citizen}")
        };
        let organisation = self.ctx.actor.organisation.0.0;
        let base = self.office.vault.blind(&organisation, "htcds", &who);
        let nth = self.seen.entry(base).and_modify(|n| *n += 1).or_insert(1);
        let identity = match *nth {
            1 => base,
            nth => self.office.vault.blind(&organisation, "htcds", &format!("{who}\n{nth}")),
        };
        (identity, sure)
    }

    fn flush(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let fates = if self.dry_run { self.judge(&batch)? } else { self.write(&batch)? };
        for (fate, one) in fates.into_iter().zip(&batch) {
            match fate {
                Fate::Created => self.report.created += 1,
                Fate::Updated => self.report.updated += 1,
                Fate::Unchanged => self.report.unchanged += 1,
                Fate::Refused => {
                    let field = FieldId::parse("prs_Birthdate");
                    self.report.rejected.push(Rejection { row: one.row.number, field, why: Why::Unsure });
                }
            }
        }
        Ok(())
    }

    fn judge(&self, batch: &[Pending]) -> Result<Vec<Fate>> {
        self.office.look(self.ctx, "exchange.import.dry", |desk| {
            let (mut fates, mut met) = (Vec::with_capacity(batch.len()), Vec::new());
            for one in batch {
                let known = known(desk, one)?;
                fates.push(fate(known.as_ref(), one));
                met.extend(known.map(|(case_id, _)| case_id));
            }
            note_met(desk, met);
            Ok(fates)
        })
    }

    fn write(&mut self, batch: &[Pending]) -> Result<Vec<Fate>> {
        // A row needs at most the keys of a person and of a case.
        self.office.reserve_keys(2 * batch.len() + 16)?;
        let columns = (self.columns.len() > self.columns_kept).then_some(&self.columns);
        let fates = self.office.act(self.ctx, "exchange.import", |desk| {
            if let Some(columns) = columns {
                remember_columns(desk, columns)?;
            }
            let (mut fates, mut met) = (Vec::with_capacity(batch.len()), Vec::new());
            for one in batch {
                let (fate, case_id) = write(desk, one)?;
                fates.push(fate);
                if matches!(fate, Fate::Unchanged | Fate::Refused) {
                    met.push(case_id);
                }
            }
            note_met(desk, met);
            Ok(fates)
        })?;
        self.columns_kept = self.columns.len();
        Ok(fates)
    }
}

/// The field with the longest text.
fn longest(cells: &Cells) -> Option<FieldId> {
    let length = |cell: &Cell| if let Cell::Text(t) = cell { t.len() } else { 0 };
    cells.iter().max_by_key(|(_, cell)| length(cell)).map(|(id, _)| *id)
}

fn remember_columns(desk: &mut Desk<'_, WriteTx<'_>>, columns: &BTreeSet<FieldId>) -> Result<()> {
    let before = store::settings::get(desk.tx, COLUMNS)?.unwrap_or_default();
    let mut all: BTreeSet<&str> = before.split_ascii_whitespace().collect();
    all.extend(columns.iter().map(|id| id.as_str()));
    let all = all.into_iter().collect::<Vec<_>>().join(" ");
    if all != before {
        store::settings::set(desk.tx, COLUMNS, &all)?;
    }
    Ok(())
}

fn known<T: Tx>(desk: &mut Desk<'_, T>, one: &Pending) -> Result<Option<(Id, Vec<u8>)>> {
    Ok(store::settings::imported(desk.tx, one.identity)?)
}

fn fate(known: Option<&(Id, Vec<u8>)>, one: &Pending) -> Fate {
    match known {
        None => Fate::Created,
        Some((_, digest)) if digest.starts_with(&one.digest) => Fate::Unchanged,
        Some(_) if !one.sure => Fate::Refused,
        Some(_) => Fate::Updated,
    }
}

/// Whoever is told that a row is here already has learned that somebody is known: that is a look, though nothing
/// is opened.
fn note_met<T: Tx>(desk: &mut Desk<'_, T>, cases: Vec<Id>) {
    if !cases.is_empty() {
        desk.note_many("search", RecordKind::Case, cases.clone(), cases, COMMAND, Mask::NONE);
    }
}

/// What became of a row, and its case.
fn write(desk: &mut Desk<'_, WriteTx<'_>>, one: &Pending) -> Result<(Fate, Id)> {
    let known = known(desk, one)?;
    let fate = fate(known.as_ref(), one);
    // Behind the digest stands when and in which row it came first, so that an export has that order.
    let mut digest = one.digest.to_vec();
    let case_id = match known {
        Some((case_id, _)) if matches!(fate, Fate::Unchanged | Fate::Refused) => return Ok((fate, case_id)),
        Some((case_id, before)) => {
            digest.extend_from_slice(before.get(32..).unwrap_or_default());
            update(desk, case_id, &one.row)?
        }
        None => {
            digest.extend_from_slice(&desk.ctx.now.to_be_bytes());
            digest.extend_from_slice(&one.row.number.to_be_bytes());
            create(desk, &one.row)?
        }
    };
    store::settings::import(desk.tx, one.identity, case_id, &digest)?;
    Ok((fate, case_id))
}

fn create(desk: &mut Desk<'_, WriteTx<'_>>, row: &Row) -> Result<Id> {
    let ctx = desk.ctx;
    let Mapped { person, mut case, exploitation, identification } = map(&row.values, ctx.today);
    let mut kept = Kept::person(row);
    kept.set = marks(&person);
    let head = desk.new_head(RecordKind::Person);
    let person_id = head.id;
    let values = person.clone().with("standard_fields", kept.text()?);
    desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, COMMAND)?;

    let mut kept = Kept::case(row);
    kept.set = marks(&case);
    mapping::opening(&mut case, &person, &desk.office.programme.country, ctx.today);
    let mut head = desk.new_head(RecordKind::Case);
    let case_id = head.id;
    let below = |values: Option<&Values>| values.map(|v| Made { id: ctx.id(), set: marks(v) });
    kept.exploitation = below(exploitation.as_ref());
    kept.identification = below(identification.as_ref());
    case.set("standard_fields", kept.text()?);
    head.take(&case);
    head.person_id = Some(person_id);
    head.number = Some(crate::cases::free_number(desk)?);
    desk.insert(&Record { head, values: case, mask: Mask::PRIVILEGED, locked: Mask::NONE }, COMMAND)?;

    insert_below(desk, RecordKind::Exploitation, case_id, kept.exploitation.as_ref(), exploitation)?;
    insert_below(desk, RecordKind::Identification, case_id, kept.identification.as_ref(), identification)?;
    Ok(case_id)
}

fn insert_below(
    desk: &mut Desk<'_, WriteTx<'_>>,
    kind: RecordKind,
    case_id: Id,
    made: Option<&Made>,
    values: Option<Values>,
) -> Result<()> {
    let (Some(made), Some(values)) = (made, values) else { return Ok(()) };
    let mut head = desk.new_head(kind);
    head.id = made.id;
    head.take(&values);
    head.case_id = Some(case_id);
    desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, COMMAND)
}

fn update(desk: &mut Desk<'_, WriteTx<'_>>, case_id: Id, row: &Row) -> Result<Id> {
    let Mapped { person, case, exploitation, identification } = map(&row.values, desk.ctx.today);
    let stored = desk.stored(case_id)?;
    let person_id = stored.head.person_id.ok_or(OfficeError::NotFound)?;
    let case_record = desk.unseal_whole(stored, Mask::PRIVILEGED)?;

    let stored = desk.stored(person_id)?;
    let record = desk.unseal_whole(stored, Mask::PRIVILEGED)?;
    let mut kept = Kept::person(row);
    kept.set = marks(&person);
    let before = Kept::read(&record.values)?;
    change(desk, record, &before.set, &person, Some(kept.text()?))?;

    let before = Kept::read(&case_record.values)?;
    let mut kept = Kept::case(row);
    kept.set = marks(&case);
    kept.exploitation =
        update_below(desk, RecordKind::Exploitation, case_id, before.exploitation, exploitation)?;
    kept.identification =
        update_below(desk, RecordKind::Identification, case_id, before.identification, identification)?;
    change(desk, case_record, &before.set, &case, Some(kept.text()?))?;
    Ok(case_id)
}

/// Brings a record under the case up to date, or makes it when the file says so for the first time. One
/// that the file no longer speaks of stays: it is part of the case by now.
fn update_below(
    desk: &mut Desk<'_, WriteTx<'_>>,
    kind: RecordKind,
    case_id: Id,
    made: Option<Made>,
    values: Option<Values>,
) -> Result<Option<Made>> {
    let Some(values) = values else { return Ok(made) };
    match made {
        None => {
            let made = Made { id: desk.ctx.id(), set: marks(&values) };
            insert_below(desk, kind, case_id, Some(&made), Some(values))?;
            Ok(Some(made))
        }
        Some(made) => {
            let stored = desk.stored(made.id)?;
            let record = desk.unseal_whole(stored, Mask::PRIVILEGED)?;
            change(desk, record, &made.set, &values, None)?;
            Ok(Some(Made { id: made.id, set: marks(&values) }))
        }
    }
}

/// Writes the next version of a record, when anything in it differs.
fn change(
    desk: &mut Desk<'_, WriteTx<'_>>,
    mut record: Record,
    before: &super::kept::Marks,
    theirs: &Values,
    kept: Option<String>,
) -> Result<()> {
    let mut values = record.values.clone();
    merge(&mut values, before, theirs);
    if let Some(kept) = kept {
        values.set("standard_fields", kept);
    }
    if values == record.values {
        return Ok(());
    }
    record.head.take(&values);
    record.values = values;
    desk.update(&mut record, COMMAND, "edit")
}
