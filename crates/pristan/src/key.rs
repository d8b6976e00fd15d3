//! Where the secret that opens the master key comes from: a key file, the environment, or a prompt.

use crate::cli::Failure;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use vault::MasterSource;
use zeroize::Zeroizing;

/// Holds the passphrase, for service managers and scripts.
pub const VARIABLE: &str = "PRISTAN_PASSPHRASE";
/// The key file of a demo, which lies beside its invented data.
pub const DEMO_KEY: &str = "demo.key";

/// How a command is told about the key.
#[derive(clap::Args, Clone, Default)]
pub struct KeyArgs {
    /// File that opens the master key; else the variable PRISTAN_PASSPHRASE, else a prompt
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// A secret in hand. No `Debug`.
pub enum Secret {
    /// Wiped when dropped.
    Passphrase(Zeroizing<String>),
    /// Read by the vault itself.
    KeyFile(PathBuf),
}

impl Secret {
    /// For the vault.
    pub fn source(&self) -> MasterSource<'_> {
        match self {
            Secret::Passphrase(text) => MasterSource::Passphrase(text),
            Secret::KeyFile(path) => MasterSource::KeyFile(path),
        }
    }
}

impl KeyArgs {
    /// The secret for an installation that exists. A demo's own key file is found beside it.
    pub fn existing(&self, needs_passphrase: bool, folder: Option<&Path>) -> Result<Secret, Failure> {
        if let Some(path) = &self.key_file {
            return Ok(Secret::KeyFile(path.clone()));
        }
        if !needs_passphrase {
            let demo = folder.map(|dir| dir.join(DEMO_KEY)).filter(|path| path.is_file());
            return demo.map(Secret::KeyFile).ok_or_else(|| {
                Failure::new("this installation is opened by a key file: name it with --key-file")
            });
        }
        match from_environment()? {
            Some(passphrase) => Ok(Secret::Passphrase(passphrase)),
            None => prompt("Passphrase: ").map(Secret::Passphrase),
        }
    }

    /// The secret for a new installation: a key file that is made where there is none, or a passphrase
    /// that is not easily guessed, asked for twice.
    pub fn new_one(&self) -> Result<Secret, Failure> {
        if let Some(path) = &self.key_file {
            if !path.exists() {
                vault::master::create_key_file(path).map_err(|e| Failure::new(e.to_string()))?;
            }
            return Ok(Secret::KeyFile(path.clone()));
        }
        let passphrase = match from_environment()? {
            Some(passphrase) => passphrase,
            None => {
                let first = prompt("New passphrase: ")?;
                if *prompt("Once more: ")? != *first {
                    return Err(Failure::new("the two passphrases differ"));
                }
                first
            }
        };
        vault::password::check_new(&passphrase, &[])
            .map_err(|problem| Failure::new(format!("{problem} (passphrase of the master key)")))?;
        Ok(Secret::Passphrase(passphrase))
    }
}

fn from_environment() -> Result<Option<Zeroizing<String>>, Failure> {
    match std::env::var(VARIABLE) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::new(format!("{VARIABLE} is not text"))),
    }
}

fn prompt(label: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(format!(
            "no passphrase: give --key-file, set {VARIABLE}, or start it in a terminal"
        )));
    }
    rpassword::prompt_password(label)
        .map(Zeroizing::new)
        .map_err(|_| Failure::new("the passphrase could not be read from the terminal"))
}
