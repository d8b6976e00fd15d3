//! Commands about the log: checking it, writing it out, anchoring it with a witness, being one; the drill.

use super::{Failure, Where};
use crate::audit;
use crate::key::KeyArgs;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// `pristan audit ...`.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Recompute the whole log and compare every record with it
    #[command(after_help = "Example:\n  pristan audit verify --data /srv/pristan\n  \
        pristan audit verify --export log/ --key log.vkey --witness w.vkey\n\n\
        Prints one line of JSON. Exits with 0 when it is sound, 1 when something was tampered with (the first\n\
        bad leaf is named), 2 when it cannot be read, 3 when a witness has seen more or something else.\n\
        With --export neither the database nor the master key is needed.")]
    Verify(VerifyArgs),
    /// Write the log out as files that others can keep and check (C2SP tiles)
    #[command(after_help = "Example:\n  pristan audit export --data /srv/pristan --out log/\n\n\
        The files hold ids and codes, never a name; who may see which cases exist may see them.")]
    Export(ExportLogArgs),
    /// Print the key by which anybody can check the log
    #[command(after_help = "Example:\n  pristan audit key --data /srv/pristan > log.vkey")]
    Key(AuditKeyArgs),
    /// Have witnesses sign the log as it is now
    #[command(
        after_help = "Example:\n  pristan audit anchor --data /srv/pristan --witness http://127.0.0.1:7380 \
        --witness-key w.vkey --keep\n\n\
        Exits with 1 when one did not sign, 3 when one has seen more than is here or something else."
    )]
    Anchor(AnchorArgs),
    /// Does the clock of this machine fit what was seen before?
    #[command(after_help = "Example:\n  pristan audit clock --data /srv/pristan --accept\n\n\
        A clock that is more than two days behind, or ten years ahead, stops all writing. Set it right first;\n\
        --accept is for the case that it was wrong before and is right now. Exits with 1 when it does not fit.")]
    Clock(ClockArgs),
}

/// `pristan escrow ...`.
#[derive(Subcommand)]
pub enum EscrowCommand {
    /// Ask an organisation's officers to prove that their shares still come together
    #[command(after_help = "Example:\n  pristan escrow drill --data /srv/pristan --organisation IOM-SOF\n\n\
        The officers confirm on screen, each in a session of his own; nothing is opened for anybody. Run the\n\
        command again for the result, printed as JSON: exits with 0 when the last drill went well and none is\n\
        open, 3 while officers are awaited.")]
    Drill(DrillArgs),
}

/// `pristan escrow drill`.
#[derive(Args)]
pub struct DrillArgs {
    #[command(flatten)]
    pub at: Where,
    /// Code of the organisation
    #[arg(long, value_name = "CODE")]
    pub organisation: String,
    /// Ask for a new one even though the last one went well within thirty days
    #[arg(long)]
    pub again: bool,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan audit verify`.
#[derive(Args)]
pub struct VerifyArgs {
    /// Folder of the installation; with --database the folder of the master key's header
    #[arg(long, visible_alias = "db", value_name = "DIR", required_unless_present_any = ["database", "export"])]
    pub data: Option<PathBuf>,
    /// PostgreSQL database: postgres://user@host/name
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Folder that `pristan audit export` wrote, instead of an installation
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data", "database"], requires = "key")]
    pub export: Option<PathBuf>,
    /// The log's key, as `pristan audit key` printed it: a file or the text itself
    #[arg(long, value_name = "VKEY", requires = "export")]
    pub key: Option<String>,
    /// Key of a witness who must have signed; may be given several times
    #[arg(long, value_name = "VKEY")]
    pub witness: Vec<String>,
    /// A checkpoint kept elsewhere, signed by the log or one of these witnesses
    #[arg(long, value_name = "FILE")]
    pub seen: Vec<PathBuf>,
    /// Take leaves before this one by their hashes, and compare no records
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub since: u64,
    #[command(flatten)]
    pub secret: KeyArgs,
}

/// `pristan audit export`.
#[derive(Args)]
pub struct ExportLogArgs {
    #[command(flatten)]
    pub at: Where,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan audit key`.
#[derive(Args)]
pub struct AuditKeyArgs {
    #[command(flatten)]
    pub at: Where,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan audit anchor`.
#[derive(Args)]
pub struct AnchorArgs {
    #[command(flatten)]
    pub at: Where,
    #[command(flatten)]
    pub witness: WitnessArgs,
    /// Remember the witnesses named here, and no others, for every start
    #[arg(long)]
    pub keep: bool,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan audit clock`.
#[derive(Args)]
pub struct ClockArgs {
    #[command(flatten)]
    pub at: Where,
    /// The clock is right; what was seen before was not
    #[arg(long)]
    pub accept: bool,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// Witnesses named on the command line.
#[derive(Args, Clone, Default)]
pub struct WitnessArgs {
    /// Address of a witness who signs the log; may be given several times
    #[arg(long, value_name = "URL", requires = "witness_key")]
    pub witness: Vec<String>,
    /// Key of that witness, in the same order: a file or the text itself
    #[arg(long, value_name = "VKEY", requires = "witness")]
    pub witness_key: Vec<String>,
}

impl WitnessArgs {
    /// Addresses and keys together.
    pub fn targets(&self) -> Result<Vec<office::audit::Target>, Failure> {
        if self.witness.len() != self.witness_key.len() {
            return Err(Failure::new("each --witness needs its --witness-key, in the same order"));
        }
        let both = self.witness.iter().zip(&self.witness_key);
        both.map(|(url, key)| {
            if !url.starts_with("http://") || url.contains(char::is_whitespace) {
                return Err(Failure::new(format!("{url} is no address: write http://host:port")));
            }
            let key = audit::verifier_key(key)?;
            if key.kind() != vault::log::KeyKind::Cosignature {
                return Err(Failure::new(format!("{} is the key of a log, not of a witness", key.name())));
            }
            Ok(office::audit::Target { url: url.clone(), key })
        })
        .collect()
    }
}

/// `pristan witness ...`.
#[derive(Subcommand)]
pub enum WitnessCommand {
    /// Make a witness and print its key
    #[command(
        after_help = "Example:\n  pristan witness init --dir /srv/witness --name dpo.example/w1 --log log.vkey\n\n\
        Further logs are added as lines of the file `logs` in the folder."
    )]
    Init(WitnessInitArgs),
    /// Sign logs that ask for it
    #[command(after_help = "Example:\n  pristan witness serve --dir /srv/witness --listen 127.0.0.1:7380")]
    Serve(WitnessServeArgs),
    /// What was signed last, as signed notes
    #[command(after_help = "Example:\n  pristan witness status --dir /srv/witness > seen.note")]
    Status(WitnessStatusArgs),
}

/// `pristan witness init`.
#[derive(Args)]
pub struct WitnessInitArgs {
    /// Folder of the witness, to be made
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Name of the witness, without blanks
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Key of a log that it signs: a file or the text itself; may be given several times
    #[arg(long, value_name = "VKEY", required = true)]
    pub log: Vec<String>,
}

/// `pristan witness serve`.
#[derive(Args)]
pub struct WitnessServeArgs {
    /// Folder of the witness
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Address to serve on
    #[arg(long, value_name = "ADDR")]
    pub listen: SocketAddr,
}

/// `pristan witness status`.
#[derive(Args)]
pub struct WitnessStatusArgs {
    /// Folder of the witness
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Of this log only (its origin)
    #[arg(long, value_name = "ORIGIN")]
    pub log: Option<String>,
}
