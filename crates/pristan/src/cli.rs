//! The command line.

mod log;
mod upkeep;

pub use log::{
    AnchorArgs, AuditCommand, AuditKeyArgs, ClockArgs, DrillArgs, EscrowCommand, ExportLogArgs, VerifyArgs,
    WitnessArgs, WitnessCommand, WitnessInitArgs, WitnessServeArgs, WitnessStatusArgs,
};
pub use upkeep::{BackupArgs, DoctorArgs, GroundsArgs, RekeyArgs, RestoreArgs, RetentionArgs};

use crate::key::KeyArgs;
use crate::{admin, audit, bench, clock, demo, escrow, exchange, serve, witness};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::Date;
use office::upkeep::{Place, UpkeepError};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a command failed: one line, and the exit code.
pub struct Failure {
    /// What to say.
    pub line: String,
    /// What to exit with.
    pub code: u8,
}

impl Failure {
    /// An ordinary failure.
    pub fn new(line: impl Into<String>) -> Failure {
        Failure { line: line.into(), code: 1 }
    }
}

impl From<UpkeepError> for Failure {
    fn from(error: UpkeepError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<office::OfficeError> for Failure {
    fn from(error: office::OfficeError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Failure {
        UpkeepError::from(error).into()
    }
}

/// Return and reintegration of victims of trafficking: a programme's case management
#[derive(Parser)]
#[command(name = "pristan", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// An installation in a folder or on a server.
#[derive(Args, Clone)]
pub struct Where {
    /// Folder of the installation; with --database the folder of the master key's header
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    pub data: Option<PathBuf>,
    /// PostgreSQL database: postgres://user@host/name
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

impl Where {
    /// The place.
    pub fn place(&self) -> Place {
        match (&self.database, &self.data) {
            (Some(url), folder) => Place::Server { url: url.clone(), folder: folder.clone() },
            (None, Some(dir)) => Place::Folder(dir.clone()),
            // Clap has asked for one of the two.
            (None, None) => Place::Folder(PathBuf::from("data")),
        }
    }
}

/// How figures are written.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// One JSON array.
    Json,
    /// Columns.
    Table,
}

/// Language of names and definitions.
#[derive(Clone, Copy, ValueEnum)]
pub enum Lang {
    /// Bulgarian.
    Bg,
    /// English.
    En,
}

/// Everything the program does.
#[derive(Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum Command {
    /// Make invented people and cases and serve them
    #[command(
        after_help = "Example:\n  pristan demo --data demo-data --listen 127.0.0.1:8080 --cases 120 --seed 1\n\n\
        The folder is made once and used again by the next start with the same cases and seed. Its key\n\
        lies beside it (demo.key): everything in it is invented. Of more than 5000 cases, 5000 are told in full\n\
        and the others in brief."
    )]
    Demo(DemoArgs),
    /// Make a new installation
    #[command(
        after_help = "Example:\n  pristan init --data /srv/pristan --programme programmes/bg-2016-2017.toml\n\n\
        The master key is sealed under a passphrase (PRISTAN_PASSPHRASE, or asked for) or under a key file\n\
        (--key-file, made if it is not there), a credential of systemd (--credential) or a key in a security\n\
        module (--pkcs11-module, --pkcs11-token). Keep it: without it nothing can ever be opened.\n\
        Prints the first administrator's login and password once, unless PRISTAN_ADMIN_PASSWORD sets it.\n\
        With --database and no --data the header of the master key is kept in the database."
    )]
    Init(InitArgs),
    /// Serve an installation
    #[command(
        after_help = "Example:\n  pristan serve --data /srv/pristan --listen 127.0.0.1:8080 --origin https://pristan.example.org\n  \
        pristan serve --database postgres://pristan@localhost/pristan --listen 127.0.0.1:8080\n\n\
        Stands behind a reverse proxy that speaks TLS. Logs are JSON lines on standard error; PRISTAN_LOG\n\
        sets how much (warn, info, debug). SIGTERM lets requests under way finish."
    )]
    Serve(ServeArgs),
    /// Take in files of other systems
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write files for other systems
    #[command(subcommand)]
    Export(ExportCommand),
    /// The programme's indicators
    #[command(
        after_help = "Example:\n  pristan indicators --data /srv/pristan --from 2016-01-01 --to 2017-12-31 --format table"
    )]
    Indicators(IndicatorArgs),
    /// The log of everything that was done
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Keys in the hands of several officers
    #[command(subcommand)]
    Escrow(EscrowCommand),
    /// Sign the logs of others, so that nobody can shorten or rewrite them unseen
    #[command(subcommand)]
    Witness(WitnessCommand),
    /// Write an installation into two sealed files, data and keys, while it is in use
    #[command(
        after_help = "Example:\n  pristan backup --data /srv/pristan --out /mnt/pristan-2017-03-16.backup\n\n\
        Writes the data to the file named and the keys beside it, to pristan-2017-03-16.backup.keys. Both are\n\
        opened by the same passphrase or key file as the installation. Keep them apart, and delete the keys\n\
        after 35 days at most: erasing a person destroys her keys, and an old copy of them would open an old\n\
        copy of her data. PostgreSQL databases are not backed up by this version: use pg_dump."
    )]
    Backup(BackupArgs),
    /// Put a backup into an empty folder
    #[command(
        after_help = "Example:\n  pristan restore /mnt/pristan-2017-03-16.backup --data /srv/pristan\n\n\
        Every piece is checked; a backup that is cut short or was changed is refused, and the folder stays\n\
        empty. Keys are taken from the file beside it that ends in .keys, or from --keys: older data beside\n\
        the newest keys show nobody who was erased since."
    )]
    Restore(RestoreArgs),
    /// Seal the master key under another passphrase, key file, credential or token
    #[command(after_help = "Examples:\n  pristan rekey --data /srv/pristan --new-passphrase\n  \
        pristan rekey --data /srv/pristan --key-file old.key --new-pkcs11-module /usr/lib/softhsm/libsofthsm2.so --new-pkcs11-token office\n\n\
        The key itself stays, so nothing else changes and a running server need not stop. The new secret is\n\
        tried before the old one is given up. PRISTAN_NEW_PASSPHRASE and PRISTAN_NEW_PIN answer for scripts.\n\
        Backups made before open with the old secret: let them run out, or destroy them.")]
    Rekey(RekeyArgs),
    /// List whose time is over, and erase what needs nobody's decision
    #[command(after_help = "Example:\n  pristan retention --data /srv/pristan --apply\n\n\
        Without --apply it changes nothing. With it, calls that led to no signal and old evidence of spending\n\
        are erased; everything about a person waits for two people to decide. Reads codes and days, no names:\n\
        fit to run every night.")]
    Retention(RetentionArgs),
    /// Grounds in law on which a case may be shared without a consent
    #[command(after_help = "Example:\n  pristan grounds --data /srv/pristan\n  \
        pristan grounds --data /srv/pristan --set grounds/bg.toml\n\n\
        Prints what may be shared, for how long and with whom, and what is provisional. --set puts another list\n\
        in its place; a server that runs takes it with its next start. A share on a ground that is in no list any\n\
        more opens nothing.")]
    Grounds(GroundsArgs),
    /// Look an installation over
    #[command(after_help = "Example:\n  pristan doctor --data /srv/pristan --full\n\n\
        Exits with 1 when anything is not as it should be, 3 when a witness has seen more or something else.")]
    Doctor(DoctorArgs),
    /// How surely people must sign in
    Doors(crate::doors::DoorsArgs),
    /// Measure how fast it is on this machine
    #[command(after_help = "Example:\n  pristan bench --cases 10000 --format json > figures.json")]
    Bench(bench::BenchArgs),
    /// The measured server of `pristan bench`
    #[command(hide = true, after_help = "Example:\n  started by `pristan bench`, never by hand")]
    BenchServer(bench::ChildArgs),
}

/// `pristan demo`.
#[derive(Args)]
pub struct DemoArgs {
    /// Folder of the demo
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    pub data: PathBuf,
    /// PostgreSQL database to make the demo in: empty, or this very demo
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Address to serve on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// How many cases
    #[arg(long, value_name = "N", default_value_t = 120)]
    pub cases: u32,
    /// The same seed makes the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Make it and stop
    #[arg(long)]
    pub no_serve: bool,
}

/// `pristan init`.
#[derive(Args)]
pub struct InitArgs {
    #[command(flatten)]
    pub at: Where,
    /// The programme file
    #[arg(long, value_name = "FILE")]
    pub programme: PathBuf,
    /// Login of the first administrator
    #[arg(long, value_name = "LOGIN", default_value = "admin")]
    pub admin: String,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan serve`.
#[derive(Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub at: Where,
    /// Address to serve on
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Number of this process among those that serve one database
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub node: u16,
    #[command(flatten)]
    pub witness: WitnessArgs,
    /// Witnesses are asked at full multiples of so many minutes
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub witness_minutes: u32,
    /// Address at which browsers reach this house, as https://name: passkeys are bound to it for good.
    /// Without it http://localhost with the port served on
    #[arg(long, value_name = "URL", env = "PRISTAN_ORIGIN")]
    pub origin: Option<String>,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan import ...`.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// IOM's case data standard, as workbook or CSV
    #[command(
        after_help = "Example:\n  pristan import htcds cases.xlsx --data /srv/pristan --organisation IOM-SOF --dry-run\n\n\
        Prints a JSON report: rows, created, updated, unchanged, rejected. A row with an impossible value is\n\
        rejected as a whole. The same file again changes nothing."
    )]
    Htcds(ImportArgs),
}

/// `pristan import htcds`.
#[derive(Args)]
pub struct ImportArgs {
    /// The file: .xlsx or .csv
    pub file: PathBuf,
    #[command(flatten)]
    pub at: Where,
    /// Code of the organisation that gets the cases
    #[arg(long, value_name = "CODE")]
    pub organisation: String,
    /// Check and report, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan export ...`.
#[derive(Subcommand)]
pub enum ExportCommand {
    /// IOM's case data standard, as workbook or CSV by the ending of the name
    #[command(after_help = "Example:\n  pristan export htcds --data /srv/pristan --out cases.xlsx\n\n\
        The file holds names in the clear: it can be read by its owner alone. What the standard has no words\n\
        for is listed on standard error.")]
    Htcds(ExportArgs),
}

/// `pristan export htcds`.
#[derive(Args)]
pub struct ExportArgs {
    #[command(flatten)]
    pub at: Where,
    /// The file to write: .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan indicators`.
#[derive(Args)]
pub struct IndicatorArgs {
    #[command(flatten)]
    pub at: Where,
    /// Code of the programme; another one than the installation's is refused
    #[arg(long, value_name = "CODE")]
    pub programme: Option<String>,
    /// First day; else the programme's
    #[arg(long, value_name = "DATE", value_parser = day, requires = "to")]
    pub from: Option<Date>,
    /// Last day; else the programme's
    #[arg(long, value_name = "DATE", value_parser = day, requires = "from")]
    pub to: Option<Date>,
    /// How to write them
    #[arg(long, value_enum)]
    pub format: Format,
    /// Language of names and definitions
    #[arg(long, value_enum, default_value = "bg")]
    pub lang: Lang,
    #[command(flatten)]
    pub key: KeyArgs,
}

fn day(text: &str) -> Result<Date, String> {
    domain::civil::parse_date(text).ok_or_else(|| "not a day of the calendar (write 2017-03-16)".to_owned())
}

impl Command {
    /// Does it; the exit code.
    pub fn run(self) -> Result<u8, Failure> {
        match self {
            Command::Demo(args) => demo::run(&args),
            Command::Init(args) => admin::init(&args),
            Command::Serve(args) => serve::run(&args),
            Command::Indicators(args) => admin::indicators(&args),
            Command::Audit(AuditCommand::Verify(args)) => audit::verify(&args),
            Command::Audit(AuditCommand::Export(args)) => audit::export(&args),
            Command::Audit(AuditCommand::Key(args)) => audit::key(&args),
            Command::Audit(AuditCommand::Anchor(args)) => audit::anchor(&args),
            Command::Audit(AuditCommand::Clock(args)) => audit::clock(&args),
            Command::Witness(WitnessCommand::Init(args)) => witness::init(&args),
            Command::Witness(WitnessCommand::Serve(args)) => witness::serve(&args),
            Command::Witness(WitnessCommand::Status(args)) => witness::status(&args),
            Command::Escrow(EscrowCommand::Drill(args)) => escrow::drill(&args),
            Command::Backup(args) => admin::backup(&args),
            Command::Restore(args) => admin::restore(&args),
            Command::Rekey(args) => admin::rekey(&args),
            Command::Retention(args) => admin::retention(&args),
            Command::Doctor(args) => admin::doctor(&args),
            Command::Grounds(args) => admin::grounds(&args),
            Command::Doors(args) => crate::doors::run(&args),
            Command::Import(ImportCommand::Htcds(args)) => {
                let office = admin::open(&args.at, &args.key)?;
                exchange::import_htcds(&office, &clock::ctx(), &args.file, &args.organisation, args.dry_run)
            }
            Command::Export(ExportCommand::Htcds(args)) => {
                let office = admin::open(&args.at, &args.key)?;
                exchange::export_htcds(&office, &clock::ctx(), &args.out)
            }
            Command::Bench(args) => bench::run(&args),
            Command::BenchServer(args) => bench::serve(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_help_with_an_example() {
        let mut cli = Cli::command();
        cli.build();
        let mut seen = 0;
        let mut waiting: Vec<clap::Command> = cli.get_subcommands().cloned().collect();
        while let Some(mut command) = waiting.pop() {
            let below: Vec<clap::Command> = command.get_subcommands().cloned().collect();
            if below.is_empty() {
                seen += 1;
                let help = command.render_long_help().to_string();
                assert!(help.contains("Example"), "{}", command.get_name());
            }
            waiting.extend(below);
        }
        assert!(seen >= 11);
        Cli::command().debug_assert();
    }
}
