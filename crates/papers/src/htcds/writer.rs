//! Writing a sheet that [`super::Reader`] takes back unchanged.
//!
//! One row of headings, then the data. Choices are labels joined with `; `. In a workbook every cell is text,
//! dates are date cells; in CSV dates are ISO, and a cell that a spreadsheet program would run as a formula
//! (`=`, `+`, `-`, `@`, tab, carriage return first) gets an apostrophe in front, which the reader takes off.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};
use std::path::PathBuf;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use super::cells::{self, Raw};
use super::standard::{Field, Kind, standard};
use super::text::{guard, trim};
use super::{Cell, FieldId, Row, dates};

/// Excel's limit for a cell, in UTF-16 units.
const CELL_LIMIT: usize = 32_767;
/// Excel's limit for a sheet, headings included.
const ROW_LIMIT: u32 = 1_048_576;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// An Excel workbook.
    Workbook,
    /// Comma-separated text in UTF-8 with a byte-order mark, so that Excel shows Cyrillic.
    Csv,
}

/// Which fields become columns.
#[derive(Clone, Debug, Default)]
pub enum Columns {
    /// The 38 of the Excel templates, in their order.
    #[default]
    Template,
    /// Every field of the standard, in its order.
    All,
    /// These, in this order. A reader needs three columns to recognise a sheet.
    Only(Vec<FieldId>),
}

/// What to do with several industries: the standard's sheet takes one, its templates several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Several {
    /// Write all of them, as the templates do.
    #[default]
    All,
    /// Write the first and list the loss.
    First,
}

/// How to write.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// The form of the file.
    pub layout: Layout,
    /// Which fields become columns.
    pub columns: Columns,
    /// What to do with several industries.
    pub several: Several,
    /// Where a workbook's rows lie while it grows.
    pub growing: Growing,
}

/// Where a workbook's rows lie while it grows.
#[derive(Clone, Debug, Default)]
pub enum Growing {
    /// In an unnamed file in clear text in the system's directory, gone with the process. Memory does not grow.
    #[default]
    OnDisk,
    /// The same in this directory: one on the encrypted disk.
    OnDiskIn(PathBuf),
    /// In memory alone, for what must not touch a disk. Memory grows with the rows.
    InMemory,
}

impl WriteOptions {
    /// The templates' columns.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self { layout, columns: Columns::default(), several: Several::default(), growing: Growing::default() }
    }
}

/// Why nothing was written. The causes are left out of the text: they could repeat a cell.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The destination refused.
    #[error("the file cannot be written")]
    Io(#[from] io::Error),
    /// More than 1,048,575 rows.
    #[error("a workbook takes at most 1,048,575 rows; use CSV")]
    TooManyRows,
    /// The workbook could not be put together.
    #[error("the workbook cannot be written")]
    Workbook,
}

/// What could not be expressed, gathered over all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The field concerned; none for columns that were unknown when read.
    pub field: Option<FieldId>,
    /// What happened.
    pub kind: LossKind,
    /// In how many rows.
    pub rows: u64,
    /// The first of them, as numbered in the file written.
    pub first_row: u32,
}

/// Kinds of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum LossKind {
    /// The field has no column among those chosen.
    #[error("left out: no column for it was chosen")]
    NoColumn,
    /// The value came from a column the standard does not know.
    #[error("left out: the standard has no such field")]
    NotInStandard,
    /// Not the kind of value this field takes.
    #[error("left out: not the kind of value this field takes")]
    WrongKind,
    /// Not a code of the field's list.
    #[error("left out: not in the field's list")]
    UnknownCode,
    /// A year outside of 1900 to 2100.
    #[error("left out: the year lies outside of 1900 to 2100")]
    AbsurdYear,
    /// Longer than a cell can hold.
    #[error("left out: longer than a cell can hold")]
    TooLong,
    /// The field takes one choice; the others were dropped.
    #[error("only the first of several choices was written")]
    OnlyFirst,
    /// Control characters were dropped.
    #[error("control characters were dropped")]
    ControlCharacters,
    /// Written, but the code is ours: other readers of the standard may not know it.
    #[error("written with a code that is not in the standard's list")]
    Extension,
}

enum Inner<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Workbook { book: Box<Workbook>, out: W, date: Format },
}

/// Writes rows one by one; on a disk memory does not grow with their number.
pub struct Writer<W: Write> {
    inner: Inner<W>,
    columns: Vec<&'static Field>,
    several: Several,
    row: u32,
    losses: BTreeMap<(LossKind, Option<FieldId>), Loss>,
}

/// Nothing of the rows.
impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("rows", &self.row).finish_non_exhaustive()
    }
}

enum Out {
    Text(String),
    Date(jiff::civil::Date),
}

impl<W: Write + Seek + Send> Writer<W> {
    /// Starts a file with its row of headings.
    ///
    /// # Errors
    /// When `out` or the temporary directory cannot be written to.
    pub fn new(out: W, options: WriteOptions) -> Result<Self, WriteError> {
        let columns: Vec<&'static Field> = match options.columns {
            Columns::Template => standard().template(),
            Columns::All => standard().fields.iter().collect(),
            Columns::Only(ids) => ids.into_iter().filter_map(FieldId::field).collect(),
        };
        let headings = columns.iter().map(|f| f.heading.as_str());
        let inner = match options.layout {
            Layout::Csv => {
                let mut out = out;
                out.write_all("\u{feff}".as_bytes())?;
                let mut csv = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .flexible(true)
                    .from_writer(out);
                csv.write_record(headings).map_err(csv_error)?;
                Inner::Csv(Box::new(csv))
            }
            Layout::Workbook => {
                let mut book = Box::new(Workbook::new());
                if let Growing::OnDiskIn(dir) = &options.growing {
                    book.set_tempdir(dir).map_err(|_| WriteError::Workbook)?;
                }
                let sheet = match options.growing {
                    Growing::InMemory => Worksheet::new(),
                    _ => book.new_worksheet_with_constant_memory().map_err(|_| WriteError::Workbook)?,
                };
                book.push_worksheet(start_sheet(sheet, headings).map_err(|_| WriteError::Workbook)?);
                Inner::Workbook { book, out, date: Format::new().set_num_format("yyyy-mm-dd") }
            }
        };
        Ok(Self { inner, columns, several: options.several, row: 1, losses: BTreeMap::new() })
    }

    /// Writes one row. A row without values is left out, as a reader would leave it out.
    ///
    /// # Errors
    /// When the destination refuses, or a workbook is full.
    pub fn write(&mut self, row: &Row) -> Result<(), WriteError> {
        let number = self.row.saturating_add(1);
        let mut lost: Vec<(LossKind, Option<FieldId>)> = Vec::new();
        if !row.unknown.is_empty() {
            lost.push((LossKind::NotInStandard, None));
        }
        for id in row.values.keys().filter(|id| !self.columns.iter().any(|f| f.id == **id)) {
            lost.push((LossKind::NoColumn, Some(*id)));
        }
        let mut cells: Vec<Option<Out>> = Vec::with_capacity(self.columns.len());
        for field in &self.columns {
            let mut loss = |kind| lost.push((kind, Some(field.id)));
            let cell = row.values.get(&field.id);
            let out = cell.and_then(|c| express(field, c, self.several, &mut loss));
            cells.push(self.inner.fitting(out, &mut loss));
        }
        for (kind, field) in lost {
            let loss = Loss { field, kind, rows: 0, first_row: number };
            self.losses.entry((kind, field)).or_insert(loss).rows += 1;
        }
        if cells.iter().all(Option::is_none) {
            return Ok(());
        }
        match &mut self.inner {
            Inner::Csv(csv) => {
                let text = |c: &Option<Out>| match c {
                    None => String::new(),
                    Some(Out::Text(t)) => guard(t).into_owned(),
                    Some(Out::Date(d)) => d.to_string(),
                };
                csv.write_record(cells.iter().map(text)).map_err(csv_error)?;
            }
            Inner::Workbook { book, date, .. } => {
                if number > ROW_LIMIT {
                    return Err(WriteError::TooManyRows);
                }
                let sheet = book.worksheet_from_index(0).map_err(|_| WriteError::Workbook)?;
                write_row(sheet, number - 1, &cells, date).map_err(|_| WriteError::Workbook)?;
            }
        }
        self.row = number;
        Ok(())
    }

    /// What could not be expressed so far.
    #[must_use]
    pub fn loss(&self) -> Vec<Loss> {
        self.losses.values().copied().collect()
    }

    /// Completes the file and gives back where it was written to, with all losses.
    ///
    /// # Errors
    /// When the destination refuses.
    pub fn finish(self) -> Result<(W, Vec<Loss>), WriteError> {
        let losses = self.loss();
        let out = match self.inner {
            Inner::Csv(csv) => csv.into_inner().map_err(|e| WriteError::Io(e.into_error()))?,
            Inner::Workbook { mut book, mut out, .. } => {
                book.save_to_writer(&mut out).map_err(|_| WriteError::Workbook)?;
                out.flush()?;
                out
            }
        };
        Ok((out, losses))
    }
}

impl<W: Write> Inner<W> {
    /// Drops what a cell of this layout cannot hold, rather than cutting it off in the middle.
    fn fitting(&self, out: Option<Out>, loss: &mut dyn FnMut(LossKind)) -> Option<Out> {
        let Some(Out::Text(text)) = &out else { return out };
        let fits = match self {
            Self::Workbook { .. } => text.encode_utf16().count() <= CELL_LIMIT,
            Self::Csv(_) => text.chars().nth(cells::LONGEST_TEXT).is_none(),
        };
        if fits {
            return out;
        }
        loss(LossKind::TooLong);
        None
    }
}

/// The cell of `value`, and what is lost on the way.
fn express(
    field: &'static Field,
    value: &Cell,
    several: Several,
    loss: &mut dyn FnMut(LossKind),
) -> Option<Out> {
    match (value, field.kind) {
        (Cell::Date(d), Kind::Date) => match dates::plausible(*d, false, *d) {
            Ok(d) => Some(Out::Date(d)),
            Err(_) => {
                loss(LossKind::AbsurdYear);
                None
            }
        },
        (Cell::Bool(b), Kind::Bool) => Some(Out::Text(if *b { "TRUE" } else { "FALSE" }.to_owned())),
        (Cell::Text(t), Kind::Text | Kind::Long | Kind::CountryOrText) => {
            let clean: String = t.chars().filter(|c| writable(*c)).collect();
            if clean.len() != t.len() {
                loss(LossKind::ControlCharacters);
            }
            let clean = trim(&clean);
            (!clean.is_empty()).then(|| Out::Text(clean.to_owned()))
        }
        (Cell::Text(t), Kind::Number) => {
            let number = cells::number(field, Raw::Text(t.clone())).ok();
            if number.is_none() {
                loss(LossKind::WrongKind);
            }
            number.map(Out::Text)
        }
        (Cell::Codes(codes), Kind::Choice | Kind::Country | Kind::CountryOrText | Kind::Language) => {
            let mut labels: Vec<&str> = Vec::with_capacity(codes.len());
            for code in codes {
                match field.code_label(code) {
                    Some(label) => labels.push(label),
                    None => loss(LossKind::UnknownCode),
                }
                if field.is_extension(code) {
                    loss(LossKind::Extension);
                }
            }
            let one = !field.multiple || (field.single_in_standard && several == Several::First);
            if one && labels.len() > 1 {
                labels.truncate(1);
                loss(LossKind::OnlyFirst);
            }
            (!labels.is_empty()).then(|| Out::Text(labels.join("; ")))
        }
        _ => {
            loss(LossKind::WrongKind);
            None
        }
    }
}

/// What XML and CSV can both carry.
fn writable(c: char) -> bool {
    (!c.is_control() || matches!(c, '\t' | '\n' | '\r')) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn start_sheet<'a>(
    mut sheet: Worksheet,
    headings: impl Iterator<Item = &'a str>,
) -> Result<Worksheet, rust_xlsxwriter::XlsxError> {
    sheet.set_name("HTCDS")?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, heading) in (0_u16..).zip(headings) {
        sheet.set_column_width(column, 22)?;
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    Ok(sheet)
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Option<Out>],
    date: &Format,
) -> Result<(), rust_xlsxwriter::XlsxError> {
    for (column, cell) in (0_u16..).zip(cells) {
        match cell {
            None => {}
            Some(Out::Text(text)) => {
                // Never a number, a formula or a link, whatever it looks like.
                sheet.write_string(row, column, text)?;
            }
            Some(Out::Date(d)) => {
                let (year, month, day) =
                    (d.year().unsigned_abs(), d.month().unsigned_abs(), d.day().unsigned_abs());
                let when = ExcelDateTime::from_ymd(year, month, day)?;
                sheet.write_datetime_with_format(row, column, &when, date)?;
            }
        }
    }
    Ok(())
}

fn csv_error(error: csv::Error) -> WriteError {
    match error.into_kind() {
        csv::ErrorKind::Io(e) => WriteError::Io(e),
        _ => WriteError::Io(io::Error::other("not a record")),
    }
}
