//! Which column is which field.
//!
//! The heading row is found, not assumed: of the first ten rows the one with most known labels. The templates
//! carry a hidden row of system names above it that is shifted against the labels (the column named
//! `prs_MailingCity` is labelled Mailing Street), so names decide only where no row of labels exists: in the
//! submissions of the XLSForm.
//!
//! Labels that several fields share ("Type", "Longitude", "Latitude") are resolved in this order:
//! 1. the group in brackets, as [`super::Writer`] writes it: "Type (Support Plan)";
//! 2. the group of the nearest column to the left that could be meant, else to the right: a "Type" behind
//!    "Objectives" is the support plan's, a "Longitude" behind "Mailing Country" the person's;
//! 3. otherwise the column is unknown and reported: a guess would put a value into the wrong record.
//!
//! "Second Name" for the second time is the title, as the XLSForm labels it. Any other field for the second
//! time is an unknown column. All address labels of the templates are unique ("Mailing ..", "Shipping ..").

use std::sync::Arc;

use super::standard::{Field, standard};
use super::text::{fold, trim};

/// Rows looked at for the headings.
pub const DEPTH: usize = 10;

/// A misspelling that stands only in the templates' shifted row of system names.
const SHIFTED_MARK: &str = "vic_traffickinstatusdecisionmakingorg";

/// A column of the file that no field answers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn {
    /// The column's position, from 1.
    pub column: u32,
    /// Its heading, at most 80 characters of it.
    pub label: Arc<str>,
}

/// What a column holds.
pub enum Slot {
    Known(&'static Field),
    Unknown(Arc<str>),
    /// No heading: the counter at the templates' left edge, or stray cells.
    Bare,
}

/// The headings, understood.
pub struct Header {
    /// Index of the heading row, from 0.
    pub row: usize,
    pub slots: Vec<Slot>,
    /// Known columns: how sure this is the right row.
    pub score: usize,
    /// Only the templates' row of system names was found, its labels are gone.
    pub shifted: bool,
}

impl Header {
    /// What the column at `index` (from 0) holds.
    pub fn slot(&self, index: usize) -> &Slot {
        self.slots.get(index).unwrap_or(&Slot::Bare)
    }

    /// The first column with a field: what stands left of it without heading is a counter.
    pub fn first_known(&self) -> usize {
        self.slots.iter().position(|s| matches!(s, Slot::Known(_))).unwrap_or(0)
    }

    pub fn unknown(&self) -> Vec<UnknownColumn> {
        let number = |i: usize| u32::try_from(i + 1).unwrap_or(u32::MAX);
        let unknown = |(i, s): (usize, &Slot)| match s {
            Slot::Unknown(label) => Some(UnknownColumn { column: number(i), label: Arc::clone(label) }),
            _ => None,
        };
        self.slots.iter().enumerate().filter_map(unknown).collect()
    }
}

/// The heading row among the first rows of a sheet, each given as `(row index, cells)`.
pub fn find(rows: &[(usize, Vec<String>)]) -> Option<Header> {
    let best = |score: fn(&str) -> bool| {
        let mut best: Option<(usize, &(usize, Vec<String>))> = None;
        for row in rows {
            let count = row.1.iter().filter(|c| score(c)).count();
            if count > best.map_or(0, |b| b.0) {
                best = Some((count, row));
            }
        }
        best
    };
    let labels = best(|c| !standard().by_label(c).is_empty());
    let names = best(|c| standard().by_loose_id(leaf(c)).is_some());
    let (count, (row, cells), by_name) = match (labels, names) {
        // A row of data can hold a word that is also a heading; a row of headings holds many.
        (Some((l, row)), Some((n, _))) if l * 2 >= n => (l, row, false),
        (_, Some((n, row))) => (n, row, true),
        (Some((l, row)), None) => (l, row, false),
        (None, None) => return None,
    };
    let filled = cells.iter().filter(|c| !trim(c).is_empty()).count();
    // One or two known words are a coincidence, unless they are all there is.
    if count < 3 && count < filled {
        return None;
    }
    let slots = if by_name { resolve_names(cells) } else { resolve_labels(cells) };
    let score = slots.iter().filter(|s| matches!(s, Slot::Known(_))).count();
    let shifted = by_name && cells.iter().any(|c| fold(c) == SHIFTED_MARK);
    (score > 0).then_some(Header { row: *row, slots, score, shifted })
}

/// The last step of a path: form servers export `group/question`.
fn leaf(heading: &str) -> &str {
    let heading = trim(heading);
    heading.rsplit('/').next().unwrap_or(heading)
}

fn unknown(heading: &str) -> Slot {
    let heading = trim(heading);
    if heading.is_empty() {
        Slot::Bare
    } else {
        Slot::Unknown(heading.chars().take(80).collect::<String>().into())
    }
}

fn taken(slots: &[Option<&'static Field>], field: &Field) -> bool {
    slots.iter().flatten().any(|f| f.id == field.id)
}

fn finish(cells: &[String], fields: Vec<Option<&'static Field>>) -> Vec<Slot> {
    cells.iter().zip(fields).map(|(c, f)| f.map_or_else(|| unknown(c), Slot::Known)).collect()
}

fn resolve_names(cells: &[String]) -> Vec<Slot> {
    let mut fields: Vec<Option<&'static Field>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let field = standard().by_loose_id(leaf(cell)).filter(|f| !taken(&fields, f));
        fields.push(field);
    }
    let mut slots = finish(cells, fields);
    // Form servers repeat a multiple choice as one column per choice (`question/choice`); the joined column
    // says the same.
    for (slot, cell) in slots.iter_mut().zip(cells) {
        let mut path = trim(cell).rsplit('/');
        if let (Slot::Unknown(_), Some(choice), Some(question)) = (&slot, path.next(), path.next())
            && standard().by_loose_id(question).is_some_and(|f| {
                f.code(choice).is_some()
                    && cells.iter().any(|c| standard().by_loose_id(leaf(c)).is_some_and(|g| g.id == f.id))
            })
        {
            *slot = Slot::Bare;
        }
    }
    slots
}

fn resolve_labels(cells: &[String]) -> Vec<Slot> {
    let candidates: Vec<Vec<&'static Field>> = cells.iter().map(|c| standard().by_label(c)).collect();
    let mut fields: Vec<Option<&'static Field>> = Vec::with_capacity(cells.len());
    let title = standard().by_id("prs_Title");
    let has_title =
        candidates.iter().any(|c| matches!(c.as_slice(), [f] if title.is_some_and(|t| t.id == f.id)));
    for hits in &candidates {
        let field = match hits.as_slice() {
            [f] if !taken(&fields, f) => Some(*f),
            [f] if f.id.as_str() == "prs_SecondName" && !has_title => title.filter(|t| !taken(&fields, t)),
            _ => None,
        };
        fields.push(field);
    }
    for (i, hits) in candidates.iter().enumerate().filter(|(_, h)| h.len() > 1) {
        let (left, right) = fields.split_at(i);
        let meant = left
            .iter()
            .rev()
            .chain(right.iter().skip(1))
            .flatten()
            .find_map(|near| hits.iter().copied().find(|h| h.group == near.group && !taken(&fields, h)));
        if let Some(slot) = fields.get_mut(i) {
            *slot = meant;
        }
    }
    finish(cells, fields)
}
