//! Commands about an installation: copies of it, its keys, what it keeps and for how long, its grounds in law.

use super::{Where, WitnessArgs};
use crate::key::{KeyArgs, NewKeyArgs};
use clap::Args;
use std::path::PathBuf;

/// `pristan backup`.
#[derive(Args)]
pub struct BackupArgs {
    #[command(flatten)]
    pub at: Where,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan restore`.
#[derive(Args)]
pub struct RestoreArgs {
    /// The backup
    pub file: PathBuf,
    /// The file of keys; else the one beside the backup
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Take keys older than 35 days: people who were erased since become readable and have to be erased anew
    #[arg(long)]
    pub accept_old_keys: bool,
    /// The folder to make; empty or not there yet
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan rekey`.
#[derive(Args)]
pub struct RekeyArgs {
    #[command(flatten)]
    pub at: Where,
    #[command(flatten)]
    pub key: KeyArgs,
    #[command(flatten)]
    pub new: NewKeyArgs,
}

/// `pristan retention`.
#[derive(Args)]
pub struct RetentionArgs {
    #[command(flatten)]
    pub at: Where,
    /// Erase what needs nobody's decision
    #[arg(long)]
    pub apply: bool,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan doctor`.
#[derive(Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub at: Where,
    /// Open every record rather than a sample of two thousand
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub witness: WitnessArgs,
    #[command(flatten)]
    pub key: KeyArgs,
}

/// `pristan grounds`.
#[derive(Args)]
pub struct GroundsArgs {
    #[command(flatten)]
    pub at: Where,
    /// A file of grounds to be used from now on
    #[arg(long, value_name = "FILE")]
    pub set: Option<PathBuf>,
    #[command(flatten)]
    pub key: KeyArgs,
}
