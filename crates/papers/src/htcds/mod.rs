//! The Human Trafficking Case Data Standard (HTCDS) 2.0 by IOM as workbooks and CSV files.
//!
//! [`Reader`] takes what partners send: the two Excel templates of the standard, the same sheet saved as CSV,
//! and the submissions of its XLSForm. [`Writer`] produces a sheet that [`Reader`] takes back unchanged.
//! The standard itself is data (`data/htcds.json`); see [`standard`](mod@standard).
//!
//! Rules that hold everywhere here:
//! - nothing of a cell's content appears in an error, in `Debug` or in `Display`: a sheet holds names;
//! - a row is taken whole or not at all; a refused row names every one of its faults;
//! - text is trimmed of surrounding white space, and otherwise kept as it is, also when it looks like a formula.

mod cells;
mod dates;
mod guard;
mod header;
mod lists;
mod reader;
mod sheet;
pub mod standard;
mod text;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

pub use guard::{OpenError, Source};
pub use header::UnknownColumn;
pub use lists::{Country, Language, countries, languages};
pub use reader::{Hint, Options, Progress, Reader, Rows};
pub use standard::{Choice, Field, Kind, Standard, standard};
pub use writer::{Columns, Growing, Layout, Loss, LossKind, Several, WriteError, WriteOptions, Writer};

/// The id of one field of the standard, as it stands on the wire (`prs_FirstName`). Only existing ids can be made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub(crate) &'static str);

impl FieldId {
    /// The field of exactly this id, if the standard has it.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        standard().by_id(id).map(|f| f.id)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What the standard says about this field.
    #[must_use]
    pub fn field(self) -> Option<&'static Field> {
        standard().by_id(self.0)
    }
}

impl fmt::Debug for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One value. Numbers (ages, coordinates) are [`Cell::Text`] in plain decimal form with a point.
#[derive(Clone, PartialEq, Eq)]
pub enum Cell {
    /// Free text, never blank.
    Text(String),
    /// A calendar date.
    Date(Date),
    /// A checkbox.
    Bool(bool),
    /// Codes of the standard, ISO 3166-1 alpha-2 countries or ISO 639-2 (terminological) languages;
    /// without repeats, in the order of the file.
    Codes(Vec<&'static str>),
}

impl Cell {
    /// The codes of `field` with these texts; `None` when one of them is not a code of that field.
    #[must_use]
    pub fn codes<'a>(field: FieldId, codes: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let field = field.field()?;
        codes.into_iter().map(|c| field.code(c)).collect::<Option<Vec<_>>>().map(Self::Codes)
    }
}

/// Shows the kind alone: the content may be a name.
impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Date(_) => "Date(..)",
            Self::Bool(_) => "Bool(..)",
            Self::Codes(_) => "Codes(..)",
        })
    }
}

/// One accepted row.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The row's number as the spreadsheet program shows it, from 1.
    pub number: u32,
    /// The filled fields.
    pub values: BTreeMap<FieldId, Cell>,
    /// Values of columns that the standard does not know, with the column's label: what an import would lose.
    pub unknown: Vec<(Arc<str>, String)>,
}

/// Shows which fields are filled, never with what.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("number", &self.number)
            .field("values", &self.values)
            .field("unknown", &self.unknown.len())
            .finish()
    }
}

/// A row that was not taken, with everything that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The row's number as the spreadsheet program shows it, from 1.
    pub row: u32,
    /// Every fault, from left to right; never empty.
    pub faults: Vec<Fault>,
}

impl std::error::Error for Rejected {}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        for (i, fault) in self.faults.iter().enumerate() {
            let lead = if i == 0 { ": " } else { "; " };
            match fault.field.and_then(FieldId::field) {
                Some(field) => write!(f, "{lead}{}: {}", field.label, fault.problem)?,
                None => write!(f, "{lead}{}", fault.problem)?,
            }
        }
        Ok(())
    }
}

/// One fault of a rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field whose column holds the fault; none when the file itself breaks off here.
    pub field: Option<FieldId>,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a cell. The one-line texts never repeat the cell: somebody may have typed a name into
/// a list's column. A near miss is answered with the standard's own word instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// 31.02., 29.02.2023, month 13.
    #[error("this day does not exist in the calendar")]
    ImpossibleDate,
    /// Neither ISO, nor day.month.year, nor an Excel serial number.
    #[error("not a date; write it as 2001-12-31 or 31.12.2001")]
    NotADate,
    /// A bare year: Excel would read 1990 as 12 June 1905.
    #[error("a year alone is not a date")]
    YearOnly,
    /// A birth after today.
    #[error("a date of birth in the future")]
    BirthInFuture,
    /// Before 1900 or after 2100.
    #[error("the year must lie between 1900 and 2100")]
    AbsurdYear,
    /// Not in the field's list.
    #[error("not in the list of this column{}", hint(nearest))]
    UnknownChoice {
        /// The list's nearest label, if one is close.
        nearest: Option<&'static str>,
    },
    /// Neither a name nor a code of ISO 3166-1.
    #[error("not a country name or an ISO 3166 code{}", hint(nearest))]
    UnknownCountry {
        /// The nearest country name, if one is close.
        nearest: Option<&'static str>,
    },
    /// Neither a name nor a code of ISO 639-2.
    #[error("not a language name or an ISO 639-2 code{}", hint(nearest))]
    UnknownLanguage {
        /// The nearest language name, if one is close.
        nearest: Option<&'static str>,
    },
    /// Several choices where the standard takes one.
    #[error("only one choice is possible here")]
    SeveralChoices,
    /// A checkbox that is neither.
    #[error("must be TRUE or FALSE")]
    NotYesOrNo,
    /// Not a number.
    #[error("not a number")]
    NotANumber,
    /// A number that cannot be meant: an age of 300, a latitude of 95.
    #[error("the number is out of range")]
    OutOfRange,
    /// A formula that was never calculated, so that its value is not in the file.
    #[error("a formula without a stored result; paste it as a value")]
    FormulaWithoutValue,
    /// `#REF!`, `#N/A` and their like.
    #[error("the cell shows a spreadsheet error")]
    ErrorCell,
    /// More than 100,000 characters.
    #[error("the text is too long")]
    TooLong,
    /// The file cannot be read any further; no rows follow.
    #[error("the file is damaged from here on")]
    FileDamaged,
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default()
}
