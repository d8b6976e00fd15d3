//! Reading a sheet, row by row.

use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{Reader as _, Xlsx, XlsxError};
use jiff::civil::Date;

use super::cells::{self, Context, Raw};
use super::guard::{self, Found, OpenError, Source};
use super::header::{self, Header, Slot, UnknownColumn};
use super::sheet::{Counted, Sheet, TextRows, WorkbookRows};
use super::{Fault, Problem, Rejected, Row};

/// Rows between two calls of the progress callback.
const EVERY: u64 = 500;

/// What the caller believes the file to be, from its name or from what a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hint {
    /// Look at the content.
    #[default]
    Auto,
    /// A workbook; anything else is refused.
    Workbook,
    /// CSV text; anything else is refused.
    Text,
}

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Today, against which dates of birth are checked.
    pub today: Date,
    /// What the file is believed to be.
    pub hint: Hint,
}

impl Options {
    /// Looks at the content to tell what the file is.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self { today, hint: Hint::Auto }
    }
}

/// How far the reading has come. `done` and `total` are bytes of the file as it lies on disk: an estimate, as
/// parts of a workbook beside the sheet count too. At the end they are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at, accepted or not.
    pub rows: u64,
    /// Bytes read.
    pub done: u64,
    /// Bytes there are.
    pub total: u64,
}

enum Inner {
    Workbook { book: Box<Xlsx<BufReader<Counted>>>, sheet: String },
    Text { source: Counted, delimiter: u8 },
}

type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// An opened file whose headings are understood.
pub struct Reader {
    inner: Inner,
    header: Header,
    context: Context,
    total: u64,
    read: Arc<AtomicU64>,
    progress: Option<OnProgress>,
}

/// Nothing of the file.
impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("columns", &self.header.score).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// When it is not a workbook or CSV text with HTCDS headings, or not safe to open.
    pub fn open_path(path: &Path, options: Options) -> Result<Self, OpenError> {
        Self::open(std::fs::File::open(path)?, options)
    }

    /// Opens an upload or an open file.
    ///
    /// # Errors
    /// When it is not a workbook or CSV text with HTCDS headings, or not safe to open.
    pub fn open(source: impl Source + 'static, options: Options) -> Result<Self, OpenError> {
        let mut source: Box<dyn Source> = Box::new(source);
        let found = guard::inspect(source.as_mut())?;
        let total = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let (source, read) = Counted::new(source);
        let mut context = Context { today: options.today, is_1904: false };
        let (inner, header) = match (found, options.hint) {
            (Found::Workbook { is_1904 }, Hint::Auto | Hint::Workbook) => {
                context.is_1904 = is_1904;
                open_workbook(source, context)?
            }
            (Found::Text, Hint::Auto | Hint::Text) => open_text(source, context)?,
            _ => return Err(OpenError::NotAWorkbook),
        };
        if header.shifted {
            return Err(OpenError::ShiftedNames);
        }
        Ok(Self { inner, header, context, total, read, progress: None })
    }

    /// The fields the file has columns for, from left to right.
    #[must_use]
    pub fn columns(&self) -> Vec<super::FieldId> {
        let known = |s: &Slot| if let Slot::Known(f) = s { Some(f.id) } else { None };
        self.header.slots.iter().filter_map(known).collect()
    }

    /// The columns that no field answers to; their values come with the rows, in [`Row::unknown`].
    #[must_use]
    pub fn columns_unknown(&self) -> Vec<UnknownColumn> {
        self.header.unknown()
    }

    /// Calls `report` every few hundred rows and at the end.
    pub fn on_progress(&mut self, report: impl FnMut(Progress) + Send + 'static) {
        self.progress = Some(Box::new(report));
    }

    /// The rows below the headings. Memory does not grow with their number, except for a workbook's table of
    /// shared texts. Each call starts over.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn rows(&mut self) -> Result<Rows<'_>, OpenError> {
        let start = self.read.load(Ordering::Relaxed);
        let sheet = match &mut self.inner {
            Inner::Workbook { book, sheet } => {
                let cells = book.worksheet_cells_reader(sheet).map_err(|_| OpenError::Damaged)?;
                Sheet::Workbook(Box::new(WorkbookRows::new(cells)))
            }
            Inner::Text { source, delimiter } => Sheet::Text(Box::new(TextRows::new(source, *delimiter)?)),
        };
        Ok(Rows {
            sheet,
            header: &self.header,
            context: self.context,
            progress: self.progress.as_mut(),
            read: Arc::clone(&self.read),
            start,
            total: self.total,
            seen: 0,
            last: 0,
            over: false,
        })
    }
}

fn open_workbook(source: Counted, context: Context) -> Result<(Inner, Header), OpenError> {
    let mut book: Box<Xlsx<_>> = Box::new(Xlsx::new(BufReader::new(source)).map_err(|e| match e {
        XlsxError::Password => OpenError::Encrypted,
        _ => OpenError::Damaged,
    })?);
    let names = book.sheet_names();
    let has = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    if has("survey") && has("choices") {
        return Err(OpenError::FormDefinition);
    }
    let mut best: Option<(Header, String)> = None;
    for name in names {
        // Chart sheets have no cells.
        let Ok(cells) = book.worksheet_cells_reader(&name) else { continue };
        let Some(header) = find_header(Sheet::Workbook(Box::new(WorkbookRows::new(cells))), context) else {
            continue;
        };
        // The lists behind the template's choices have headings too, but fewer.
        if best.as_ref().is_none_or(|(b, _)| header.score > b.score) {
            best = Some((header, name));
        }
    }
    let (header, sheet) = best.ok_or(OpenError::NoHeader)?;
    Ok((Inner::Workbook { book, sheet }, header))
}

/// The delimiter is the one with which most headings are known.
fn open_text(mut source: Counted, context: Context) -> Result<(Inner, Header), OpenError> {
    let mut best: Option<(Header, u8)> = None;
    for delimiter in [b',', b';', b'\t'] {
        let rows = TextRows::new(&mut source, delimiter)?;
        let Some(header) = find_header(Sheet::Text(Box::new(rows)), context) else { continue };
        if best.as_ref().is_none_or(|(b, _)| header.score > b.score) {
            best = Some((header, delimiter));
        }
    }
    let (header, delimiter) = best.ok_or(OpenError::NoHeader)?;
    Ok((Inner::Text { source, delimiter }, header))
}

fn find_header(mut sheet: Sheet<'_>, context: Context) -> Option<Header> {
    let mut rows = Vec::new();
    for _ in 0..header::DEPTH {
        let Ok(Some((row, cells))) = sheet.next_row() else { break };
        let mut texts: Vec<String> = Vec::new();
        for (column, raw) in cells {
            if column >= 1000 {
                continue;
            }
            if texts.len() <= column {
                texts.resize(column + 1, String::new());
            }
            if let Some(text) = texts.get_mut(column) {
                *text = cells::text(raw, context);
            }
        }
        rows.push((row, texts));
    }
    header::find(&rows)
}

/// The rows of a file, each whole or refused. Blank rows are left out.
pub struct Rows<'a> {
    sheet: Sheet<'a>,
    header: &'a Header,
    context: Context,
    progress: Option<&'a mut OnProgress>,
    read: Arc<AtomicU64>,
    start: u64,
    total: u64,
    seen: u64,
    last: u32,
    over: bool,
}

impl Rows<'_> {
    fn report(&mut self) {
        let done = if self.over {
            self.total
        } else {
            self.read.load(Ordering::Relaxed).saturating_sub(self.start).min(self.total)
        };
        if let Some(report) = self.progress.as_mut() {
            report(Progress { rows: self.seen, done, total: self.total });
        }
    }

    fn judge(&self, number: u32, raw: Vec<(usize, Raw)>) -> Option<Result<Row, Rejected>> {
        let mut row = Row { number, ..Row::default() };
        let mut faults = Vec::new();
        for (column, raw) in raw {
            let label = match self.header.slot(column) {
                Slot::Known(field) => {
                    match cells::parse(field, raw, self.context) {
                        Ok(Some(cell)) => {
                            row.values.insert(field.id, cell);
                        }
                        Ok(None) => {}
                        Err(problem) => faults.push(Fault { field: Some(field.id), problem }),
                    }
                    continue;
                }
                Slot::Unknown(label) => Arc::clone(label),
                Slot::Bare
                    if column < self.header.first_known() || self.header.slots.get(column).is_some() =>
                {
                    continue;
                }
                Slot::Bare => format!("column {}", letters(column)).into(),
            };
            let text = cells::text(raw, self.context);
            if !text.is_empty() {
                row.unknown.push((label, text));
            }
        }
        if !faults.is_empty() {
            return Some(Err(Rejected { row: number, faults }));
        }
        (!row.values.is_empty() || !row.unknown.is_empty()).then_some(Ok(row))
    }
}

/// The name of a column as a spreadsheet program shows it: 0 is A, 26 is AA.
fn letters(index: usize) -> String {
    let mut rest = index + 1;
    let mut out = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.sheet.next_row() {
                Ok(Some((index, _))) if index <= self.header.row => {}
                Ok(Some((index, raw))) => {
                    let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                    self.last = number;
                    let taken = self.judge(number, raw);
                    if taken.is_some() {
                        self.seen += 1;
                        if self.seen.is_multiple_of(EVERY) {
                            self.report();
                        }
                        return taken;
                    }
                }
                Ok(None) => {
                    self.over = true;
                    self.report();
                }
                Err(_) => {
                    self.over = true;
                    self.report();
                    let fault = Fault { field: None, problem: Problem::FileDamaged };
                    return Some(Err(Rejected { row: self.last.saturating_add(1), faults: vec![fault] }));
                }
            }
        }
        None
    }
}
