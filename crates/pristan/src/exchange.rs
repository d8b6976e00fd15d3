//! `pristan import htcds` and `pristan export htcds`: files of the case data standard.
//!
//! Standard output holds the report alone, for scripts; progress and losses go to standard error. Nothing
//! that stands in a cell is ever printed.

use crate::cli::Failure;
use crate::out;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use office::exchange::{self, Exported, Import, Report};
use office::{Ctx, Office};
use papers::htcds::{
    FieldId, Growing, Layout, Loss, LossKind, OpenError, Options, Progress, Reader, Several, WriteError,
    WriteOptions, Writer,
};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// Rows between two lines of progress where no bar can be drawn.
const EVERY: u64 = 10_000;

const ENDING: &str = "the name of the file must end in .xlsx or .csv";

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        Failure::new(error.to_string())
    }
}

fn unwritable(error: io::Error) -> Failure {
    WriteError::Io(error).into()
}

/// Takes in a workbook or CSV file of the case data standard for the organisation with this code. `ctx` says
/// when and as which user; the organisation and the role of the actor are set here. The report is printed as
/// one JSON object; with `dry_run` it is the same, and nothing is written.
///
/// Success also with rejected rows: the report names them. Failure when the file cannot be read to its end.
///
/// # Errors
/// The file is none of the standard's, there is no such organisation, or the database.
pub fn import_htcds(
    office: &Office,
    ctx: &Ctx,
    file: &Path,
    organisation_code: &str,
    dry_run: bool,
) -> Result<u8, Failure> {
    let report = import(office, ctx, file, organisation_code, dry_run)?;
    let text = serde_json::to_string(&report).map_err(|e| unwritable(e.into()))?;
    out::line(&text);
    if report.broke_off() {
        return Err(Failure::new("the file is damaged; the rows before that were taken"));
    }
    Ok(0)
}

fn import(office: &Office, ctx: &Ctx, file: &Path, code: &str, dry_run: bool) -> Result<Report, Failure> {
    let directory = office.directory(ctx)?;
    let organisation = directory.organisations.iter().find(|o| o.code.eq_ignore_ascii_case(code));
    let organisation =
        organisation.ok_or_else(|| Failure::new(format!("there is no organisation with the code {code}")))?;
    let mut ctx = ctx.clone();
    ctx.actor.organisation = domain::OrganisationId(organisation.id);
    ctx.actor.role = domain::Role::Caseworker;

    let mut reader = Reader::open_path(file, Options::new(ctx.today))?;
    let unknown = reader.columns_unknown().len();
    if unknown > 0 {
        out::note(&format!(
            "{unknown} columns are not in the standard; they are kept, but cannot be exported"
        ));
    }
    let bar = progress(&mut reader);
    let mut import = Import::new(office, &ctx, dry_run);
    for row in reader.rows()? {
        import.take(row)?;
    }
    let report = import.finish()?;
    bar.finish_and_clear();
    Ok(report)
}

/// A bar on a terminal, a line now and then elsewhere.
fn progress(reader: &mut Reader) -> ProgressBar {
    if !io::stderr().is_terminal() {
        reader.on_progress(|at: Progress| {
            if at.rows.is_multiple_of(EVERY) {
                out::note(&format!("{} rows", at.rows));
            }
        });
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed_precise}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    reader.on_progress(move |at: Progress| {
        shown.set_length(at.total);
        shown.set_position(at.done);
        shown.set_message(format!("{} rows", at.rows));
    });
    bar
}

/// Writes everything that imports brought, with what was changed since, as .xlsx or .csv by the ending of the
/// name. What the standard cannot say is listed on standard error. The file appears when it is complete.
///
/// # Errors
/// The file cannot be written, a sealed value does not open, or the database.
pub fn export_htcds(office: &Office, ctx: &Ctx, out: &Path) -> Result<u8, Failure> {
    let (exported, losses) = export(office, ctx, out)?;
    tell(&exported, &losses);
    Ok(0)
}

/// The unfinished file, taken away again if anything fails: it holds everybody's name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn export(office: &Office, ctx: &Ctx, out: &Path) -> Result<(Exported, Vec<Loss>), Failure> {
    let ending = out.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let layout = match ending.as_deref() {
        Some("xlsx") => Layout::Workbook,
        Some("csv") => Layout::Csv,
        _ => return Err(Failure::new(ENDING)),
    };
    let mut name = out.file_name().ok_or_else(|| Failure::new(ENDING))?.to_owned();
    name.push(".unfinished");
    let unfinished = Unfinished(out.with_file_name(name));
    let mut more = BTreeSet::new();
    let (exported, losses) = loop {
        let (exported, losses) = write(office, ctx, layout, &unfinished.0, &more)?;
        let without: Vec<FieldId> =
            losses.iter().filter(|l| l.kind == LossKind::NoColumn).filter_map(|l| l.field).collect();
        let before = more.len();
        more.extend(without);
        // A field that was filled in Pristan and has no column yet gets one.
        if more.len() == before {
            break (exported, losses);
        }
    };
    std::fs::rename(&unfinished.0, out).map_err(unwritable)?;
    Ok((exported, losses))
}

fn write(
    office: &Office,
    ctx: &Ctx,
    layout: Layout,
    path: &Path,
    more: &BTreeSet<FieldId>,
) -> Result<(Exported, Vec<Loss>), Failure> {
    let places = exchange::places(office)?;
    let columns = exchange::columns(office, more)?;
    // Rows of a workbook lie beside the file while it grows: the disk that is to hold it, no other.
    let temporary = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let options =
        WriteOptions { layout, columns, several: Several::All, growing: Growing::OnDiskIn(temporary) };
    let mut writer = Writer::new(io::BufWriter::new(private(path).map_err(unwritable)?), options)?;
    let bar = out::progress(u64::try_from(places.len()).unwrap_or(u64::MAX), "rows");
    let exported = exchange::export(office, ctx, &places, |row| -> Result<(), Failure> {
        bar.inc(1);
        Ok(writer.write(row)?)
    })?;
    let (file, losses) = writer.finish()?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error).map_err(unwritable)?;
    file.sync_all().map_err(unwritable)?;
    bar.finish_and_clear();
    Ok((exported, losses))
}

/// A new file that nobody else on the machine can read.
fn private(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn tell(exported: &Exported, losses: &[Loss]) {
    out::note(&format!("{} rows written", exported.rows));
    let heading = |field: Option<FieldId>| {
        field.and_then(FieldId::field).map_or("other columns", |f| f.heading.as_str())
    };
    for lost in &exported.lost {
        out::note(&format!("loss: {}: {} ({} rows)", heading(lost.field), lost.what, lost.rows));
    }
    for loss in losses {
        out::note(&format!(
            "loss: {}: {} ({} rows, first {})",
            heading(loss.field),
            loss.kind,
            loss.rows,
            loss.first_row
        ));
    }
}
