//! What came in goes out again, with what was changed since, in the order in which it came.

use super::COMMAND;
use super::import::COLUMNS;
use super::kept::Kept;
use super::overlay::{Loss, Now, overlay};
use crate::desk::Desk;
use crate::{Ctx, Office, OfficeError, Result};
use domain::{Id, Mask, Record, RecordKind};
use papers::htcds::{Columns, FieldId, Row, standard};
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

/// Cases opened at a time, with one leaf of the log.
const BATCH: usize = 100;

/// Where an imported case stands in the order of the files: by the import, then by the row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    imported_at: i64,
    row: u32,
    case_id: Id,
}

/// Something that the standard has no words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// The field concerned.
    pub field: Option<FieldId>,
    /// What happened.
    pub what: &'static str,
    /// In how many rows.
    pub rows: u64,
}

/// What an export came to, beside what the writer of the file lists itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Rows handed over.
    pub rows: u64,
    /// What could not be said.
    pub lost: Vec<Lost>,
}

/// The columns of an export: those of the standard's templates, those beyond that an import has filled,
/// and `more`.
///
/// # Errors
/// The database.
pub fn columns(office: &Office, more: &BTreeSet<FieldId>) -> Result<Columns> {
    let filled =
        office.store.read("exchange.columns", |tx| store::settings::get(tx, COLUMNS))?.unwrap_or_default();
    let mut beyond: BTreeSet<FieldId> = filled.split_ascii_whitespace().filter_map(FieldId::parse).collect();
    beyond.extend(more);
    if beyond.is_empty() {
        return Ok(Columns::Template);
    }
    let template: Vec<FieldId> = standard().template().iter().map(|f| f.id).collect();
    beyond.retain(|id| !template.contains(id));
    let beyond = standard().fields.iter().map(|f| f.id).filter(|id| beyond.contains(id));
    Ok(Columns::Only(template.iter().copied().chain(beyond).collect()))
}

/// Every case that an import made, in the order of the files. A few bytes for each.
///
/// # Errors
/// The database.
pub fn places(office: &Office) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    let mut after = -1;
    loop {
        let page = office.store.read("exchange.places", |tx| -> Result<Vec<(i64, Place)>> {
            let mut page = Vec::new();
            for (identity, case_id) in store::settings::imported_cases(tx, after, 1000)? {
                let digest = store::settings::imported(tx, identity)?.map(|(_, digest)| digest);
                page.push((identity, place(case_id, &digest.unwrap_or_default())));
            }
            Ok(page)
        })?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        places.extend(page.into_iter().map(|(_, place)| place));
    }
    places.sort_unstable();
    Ok(places)
}

/// Behind the 32 bytes of the digest: when and in which row.
fn place(case_id: Id, digest: &[u8]) -> Place {
    let behind = digest.get(32..).unwrap_or_default();
    let imported_at = behind.first_chunk::<8>().map_or(0, |b| i64::from_be_bytes(*b));
    let row = behind.get(8..).and_then(|b| b.first_chunk::<4>()).map_or(0, |b| u32::from_be_bytes(*b));
    Place { imported_at, row, case_id }
}

/// Opens the cases and hands over one row for each. The log knows of a batch before it is handed over.
///
/// # Errors
/// `Sealed`; the database; what `write` says.
pub fn export<E: From<OfficeError>>(
    office: &Office,
    ctx: &Ctx,
    places: &[Place],
    mut write: impl FnMut(&Row) -> std::result::Result<(), E>,
) -> std::result::Result<Exported, E> {
    let mut exported = Exported::default();
    let mut lost: BTreeMap<Loss, u64> = BTreeMap::new();
    for batch in places.chunks(BATCH) {
        let rows = office.look(ctx, "exchange.export", |desk| {
            let rows = batch.iter().map(|p| row(desk, p.case_id)).collect::<Result<Vec<_>>>()?;
            let ids: Vec<Id> = batch.iter().map(|p| p.case_id).collect();
            desk.note_many("export", RecordKind::Case, ids.clone(), ids, COMMAND, Mask::IDENTITY);
            Ok(rows)
        })?;
        for (row, losses) in rows {
            write(&row)?;
            exported.rows += 1;
            losses.into_iter().for_each(|loss| *lost.entry(loss).or_default() += 1);
        }
    }
    exported.lost = lost
        .into_iter()
        .map(|((field, what), rows)| Lost { field: FieldId::parse(field), what, rows })
        .collect();
    Ok(exported)
}

/// One case as a row, opened whole.
pub(super) fn row<T: Tx>(desk: &mut Desk<'_, T>, case_id: Id) -> Result<(Row, Vec<Loss>)> {
    let stored = desk.stored(case_id)?;
    let case = desk.unseal_whole(stored, Mask::IDENTITY)?;
    let person = match case.head.person_id {
        Some(id) => {
            let stored = desk.stored(id)?;
            Some(desk.unseal_whole(stored, Mask::IDENTITY)?)
        }
        None => None,
    };
    let of_person = person.as_ref().map(|p| Kept::read(&p.values)).transpose()?.unwrap_or_default();
    let of_case = Kept::read(&case.values)?;
    let happened = under(desk, case_id, RecordKind::Exploitation)?;
    let exploitation = match &of_case.exploitation {
        Some(made) => happened.iter().find(|r| r.head.id == made.id),
        None => happened.iter().min_by_key(|r| (r.head.created_at, r.head.id)),
    };
    let events = under(desk, case_id, RecordKind::Identification)?;
    let outcome = domain::screening::latest(&events.iter().collect::<Vec<_>>());
    let now = Now {
        person: person.as_ref(),
        case: &case,
        exploitation,
        outcome: outcome.as_ref().map(|(outcome, _)| outcome.as_str()),
    };
    let (values, losses) = overlay(&of_person, &of_case, &now);
    let unknown = of_person.unknown.into_iter().map(|(label, text)| (label.into(), text)).collect();
    Ok((Row { number: 0, values, unknown }, losses))
}

fn under<T: Tx>(desk: &mut Desk<'_, T>, case_id: Id, kind: RecordKind) -> Result<Vec<Record>> {
    let stored = store::records::of_case_kind(desk.tx, case_id, kind.code())?;
    stored.into_iter().map(|one| desk.unseal_whole(one, Mask::WORK)).collect()
}
