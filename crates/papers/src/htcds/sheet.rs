//! The rows of a sheet, one at a time, from a workbook or from CSV text.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{DataRef, XlsxCellReader};

use super::cells::Raw;
use super::guard::Source;

/// A source that counts what was read from it, for the progress bar.
pub struct Counted {
    inner: Box<dyn Source>,
    read: Arc<AtomicU64>,
}

impl Counted {
    pub fn new(inner: Box<dyn Source>) -> (Self, Arc<AtomicU64>) {
        let read = Arc::new(AtomicU64::new(0));
        (Self { inner, read: Arc::clone(&read) }, read)
    }
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// The file broke off or contradicts itself.
pub struct Damaged;

/// A row: its index from 0, and its cells with their column's index.
pub type RawRow = (usize, Vec<(usize, Raw)>);

/// Rows in the order of the file.
pub enum Sheet<'a> {
    Workbook(Box<WorkbookRows<'a>>),
    Text(Box<TextRows<'a>>),
}

impl Sheet<'_> {
    pub fn next_row(&mut self) -> Result<Option<RawRow>, Damaged> {
        match self {
            Self::Workbook(rows) => rows.next_row(),
            Self::Text(rows) => rows.next_row(),
        }
    }
}

/// Groups a workbook's stream of cells into rows. Only one row is held at a time.
pub struct WorkbookRows<'a> {
    cells: XlsxCellReader<'a, BufReader<Counted>>,
    ahead: Option<(usize, usize, Raw)>,
    /// The stream must not be asked again behind the sheet's end: it would run on into what follows.
    ended: bool,
}

impl<'a> WorkbookRows<'a> {
    pub fn new(cells: XlsxCellReader<'a, BufReader<Counted>>) -> Self {
        Self { cells, ahead: None, ended: false }
    }

    /// The next cell with something in it, as row, column, content.
    fn next_cell(&mut self) -> Result<Option<(usize, usize, Raw)>, Damaged> {
        while !self.ended {
            let Some(cell) = self.cells.next_cell_with_formula_metadata().map_err(|_| Damaged)? else {
                self.ended = true;
                break;
            };
            let raw = match cell.value {
                DataRef::Empty if cell.formula.is_some() => Raw::Formula,
                DataRef::Empty => continue,
                DataRef::Int(n) => Raw::Text(n.to_string()),
                DataRef::Float(n) => Raw::Number(n),
                DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Raw::Text(s),
                DataRef::SharedString(s) => Raw::Text(s.to_owned()),
                DataRef::Bool(b) => Raw::Bool(b),
                DataRef::DateTime(d) if d.is_datetime() => Raw::Serial(d.as_f64()),
                DataRef::DateTime(d) => Raw::Number(d.as_f64()),
                DataRef::Error(_) => Raw::Error,
            };
            let (row, column) = cell.pos;
            return Ok(Some((row as usize, column as usize, raw)));
        }
        Ok(None)
    }

    fn next_row(&mut self) -> Result<Option<RawRow>, Damaged> {
        let first = match self.ahead.take() {
            Some(cell) => Some(cell),
            None => self.next_cell()?,
        };
        let Some((row, column, raw)) = first else { return Ok(None) };
        let mut cells = vec![(column, raw)];
        while let Some((next_row, column, raw)) = self.next_cell()? {
            if next_row != row {
                self.ahead = Some((next_row, column, raw));
                break;
            }
            cells.push((column, raw));
        }
        Ok(Some((row, cells)))
    }
}

/// The records of CSV text.
pub struct TextRows<'a> {
    reader: csv::Reader<BlankLines<&'a mut Counted>>,
    record: csv::StringRecord,
    next: usize,
}

impl<'a> TextRows<'a> {
    pub fn new(source: &'a mut Counted, delimiter: u8) -> io::Result<Self> {
        source.rewind()?;
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(BlankLines::new(source));
        Ok(Self { reader, record: csv::StringRecord::new(), next: 0 })
    }

    fn next_row(&mut self) -> Result<Option<RawRow>, Damaged> {
        if !self.reader.read_record(&mut self.record).map_err(|_| Damaged)? {
            return Ok(None);
        }
        let row = self.next;
        self.next += 1;
        // The word NA is Namibia and nothing else: no text counts as missing but the blank one.
        let cells = self.record.iter().enumerate().filter(|(_, s)| !s.is_empty());
        Ok(Some((
            row,
            cells
                .map(|(i, s)| (i, Raw::Text(super::text::unguard(super::text::trim(s)).to_owned())))
                .collect(),
        )))
    }
}

/// Makes blank lines records. The CSV reader skips them, and the row numbers would no longer be those that a
/// spreadsheet program shows.
struct BlankLines<R> {
    inner: R,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    quoted: bool,
    line_start: bool,
    after_return: bool,
}

impl<R: Read> BlankLines<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            input: vec![0; 32 * 1024],
            output: Vec::with_capacity(33 * 1024),
            given: 0,
            quoted: false,
            line_start: true,
            after_return: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.given = 0;
        let n = self.inner.read(&mut self.input)?;
        for &b in self.input.get(..n).unwrap_or_default() {
            if b == b'"' {
                // A doubled quote toggles twice, which comes to the same.
                self.quoted = !self.quoted;
            }
            let ends = matches!(b, b'\r' | b'\n') && !self.quoted;
            let second_half = b == b'\n' && self.after_return;
            if ends && self.line_start && !second_half {
                self.output.extend_from_slice(b"\"\"");
            }
            self.line_start = ends;
            self.after_return = ends && b == b'\r';
            self.output.push(b);
        }
        Ok(())
    }
}

impl<R: Read> Read for BlankLines<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.output.len() {
            self.fill()?;
        }
        let waiting = self.output.get(self.given..).unwrap_or_default();
        let n = waiting.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), waiting.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}
