//! Import and export of other systems' files: the case data standard (HTCDS).
//!
//! One row is one person in one case. Every cell is kept as it came in the sealed `standard_fields` of
//! the person (identity) and of the case (the rest), so that nothing is lost on the way out again; what
//! Pristan has a field for is set there as well. Beside the cells lies what the import set, by which a
//! later correction made in Pristan is told from what came in: the correction goes out, and a newer file
//! does not undo it unless the file itself changed at that place.

mod codes;
mod export;
mod import;
mod kept;
mod mapping;
mod overlay;
mod session;

pub use export::{Exported, Lost, Place, columns, export, places};
pub use import::{Import, Rejection, Report};
pub use session::{ExportPage, Exports, export_form, export_page, exports, prepare, take};

use domain::{Decision, Mask};

/// Who holds the master key and the folder of the data may read and write everything in it: the command
/// line needs no rule of the table, and the log shows that it was the command line.
pub(crate) const COMMAND: Decision = Decision::by("command-line", Mask::PRIVILEGED);
