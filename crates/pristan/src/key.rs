//! Where the secret that opens the master key comes from: a key file, a credential of the service manager, a
//! key in a security module, the environment, or a prompt.

use crate::cli::Failure;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use vault::master::Token;
use vault::{MasterHeader, MasterSource, SealKind};
use zeroize::Zeroizing;

/// Holds the passphrase, for scripts.
pub const VARIABLE: &str = "PRISTAN_PASSPHRASE";
/// Holds the PIN of the token, for scripts.
const PIN: &str = "PRISTAN_PIN";
/// The same for what `rekey` seals under.
const NEW_VARIABLE: &str = "PRISTAN_NEW_PASSPHRASE";
const NEW_PIN: &str = "PRISTAN_NEW_PIN";
/// Where systemd lays out the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// A credential that holds the PIN of the token.
const PIN_CREDENTIAL: &str = "pristan-pin";
/// A PIN is short; a file that is not is some other file.
const PIN_LIMIT: usize = 256;
/// The key file of a demo, which lies beside its invented data.
pub const DEMO_KEY: &str = "demo.key";

/// How a command is told about the key.
#[derive(clap::Args, Clone)]
pub struct KeyArgs {
    /// File that opens the master key; else the variable PRISTAN_PASSPHRASE, else a prompt
    #[arg(long, value_name = "FILE", conflicts_with_all = ["credential", "pkcs11_module"])]
    pub key_file: Option<PathBuf>,
    /// Credential of the service manager (LoadCredentialEncrypted=) that opens the master key
    #[arg(long, value_name = "NAME", conflicts_with = "pkcs11_module")]
    pub credential: Option<String>,
    /// PKCS#11 library of the security module whose key opens the master key
    #[arg(long, value_name = "FILE")]
    pub pkcs11_module: Option<PathBuf>,
    /// Label of the token; an existing installation knows it
    #[arg(long, value_name = "LABEL", requires = "pkcs11_module")]
    pub pkcs11_token: Option<String>,
    /// Label of the key in the token
    #[arg(long, value_name = "LABEL", requires = "pkcs11_module", default_value = "pristan")]
    pub pkcs11_key: String,
}

/// How `rekey` is told about the key to come.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub struct NewKeyArgs {
    /// Seal under a new passphrase: PRISTAN_NEW_PASSPHRASE, or asked for
    #[arg(long, conflicts_with_all = ["new_key_file", "new_credential", "new_pkcs11_module"])]
    pub new_passphrase: bool,
    /// Seal under a key file, made if it is not there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["new_credential", "new_pkcs11_module"])]
    pub new_key_file: Option<PathBuf>,
    /// Seal under a credential of the service manager
    #[arg(long, value_name = "NAME", conflicts_with = "new_pkcs11_module")]
    pub new_credential: Option<String>,
    /// Seal under a key in a security module: its PKCS#11 library
    #[arg(long, value_name = "FILE", requires = "new_pkcs11_token")]
    pub new_pkcs11_module: Option<PathBuf>,
    /// Label of the token
    #[arg(long, value_name = "LABEL", requires = "new_pkcs11_module")]
    pub new_pkcs11_token: Option<String>,
    /// Label of the key in the token, made if it is not there
    #[arg(long, value_name = "LABEL", requires = "new_pkcs11_module", default_value = "pristan")]
    pub new_pkcs11_key: String,
}

/// A secret in hand. No `Debug`.
pub enum Secret {
    /// Wiped when dropped.
    Passphrase(Zeroizing<String>),
    /// Read by the vault itself.
    KeyFile(PathBuf),
    /// Read by the vault itself, from the folder of credentials.
    Credential { directory: PathBuf, name: String },
    /// The vault asks the token.
    Token { module: PathBuf, label: String, key: String, pin: Zeroizing<String> },
}

impl Secret {
    /// For the vault.
    pub fn source(&self) -> MasterSource<'_> {
        match self {
            Secret::Passphrase(text) => MasterSource::Passphrase(text),
            Secret::KeyFile(path) => MasterSource::KeyFile(path),
            Secret::Credential { directory, name } => MasterSource::Credential { directory, name },
            Secret::Token { module, label, key, pin } => {
                MasterSource::Pkcs11(Token { module, label, key, pin })
            }
        }
    }
}

impl KeyArgs {
    /// The secret for an installation that exists: what was named, else what its header asks for. A demo's
    /// own key file is found beside it, a credential in the service manager's folder.
    pub fn existing(&self, header: &MasterHeader, folder: Option<&Path>) -> Result<Secret, Failure> {
        if let Some(path) = &self.key_file {
            return Ok(Secret::KeyFile(path.clone()));
        }
        if let Some(name) = &self.credential {
            return credential(name);
        }
        match header.kind() {
            SealKind::Passphrase => passphrase(VARIABLE, "Passphrase: ").map(Secret::Passphrase),
            SealKind::KeyFile => {
                let demo = folder.map(|dir| dir.join(DEMO_KEY)).filter(|path| path.is_file());
                demo.map(Secret::KeyFile).ok_or_else(|| {
                    Failure::new("this installation is opened by a key file: name it with --key-file")
                })
            }
            SealKind::Credential(name) => credential(name),
            // The library is never taken from the header: who can change that must not choose what runs here.
            SealKind::Pkcs11 { label, key } => {
                let module = self.pkcs11_module.clone().ok_or_else(|| {
                    Failure::new(
                        "this installation is opened by a security module: name its library with --pkcs11-module",
                    )
                })?;
                Ok(Secret::Token {
                    module,
                    label: self.pkcs11_token.clone().unwrap_or_else(|| label.to_owned()),
                    key: key.to_owned(),
                    pin: pin(PIN, "PIN of the token: ")?,
                })
            }
        }
    }

    /// The secret for a new installation: a key file that is made where there is none, a credential, a
    /// token, or a passphrase that is not easily guessed, asked for twice.
    pub fn new_one(&self) -> Result<Secret, Failure> {
        let wanted = Wanted {
            key_file: self.key_file.as_deref(),
            credential: self.credential.as_deref(),
            module: self.pkcs11_module.as_deref(),
            token: self.pkcs11_token.as_deref(),
            key: &self.pkcs11_key,
        };
        wanted.secret(VARIABLE, PIN)
    }
}

impl NewKeyArgs {
    /// The secret to seal under.
    pub fn secret(&self) -> Result<Secret, Failure> {
        let wanted = Wanted {
            key_file: self.new_key_file.as_deref(),
            credential: self.new_credential.as_deref(),
            module: self.new_pkcs11_module.as_deref(),
            token: self.new_pkcs11_token.as_deref(),
            key: &self.new_pkcs11_key,
        };
        wanted.secret(NEW_VARIABLE, NEW_PIN)
    }
}

/// What a key is to be sealed under; a passphrase where nothing is named.
struct Wanted<'a> {
    key_file: Option<&'a Path>,
    credential: Option<&'a str>,
    module: Option<&'a Path>,
    token: Option<&'a str>,
    key: &'a str,
}

impl Wanted<'_> {
    fn secret(&self, variable: &str, pin_variable: &str) -> Result<Secret, Failure> {
        if let Some(path) = self.key_file {
            if !path.exists() {
                vault::master::create_key_file(path).map_err(|e| Failure::new(e.to_string()))?;
            }
            return Ok(Secret::KeyFile(path.to_owned()));
        }
        if let Some(name) = self.credential {
            return credential(name);
        }
        if let Some(module) = self.module {
            let label = self.token.ok_or_else(|| Failure::new("name the token with --pkcs11-token"))?;
            return Ok(Secret::Token {
                module: module.to_owned(),
                label: label.to_owned(),
                key: self.key.to_owned(),
                pin: pin(pin_variable, "PIN of the new token: ")?,
            });
        }
        let passphrase = match from_environment(variable)? {
            Some(passphrase) => passphrase,
            None => {
                let first = prompt("New passphrase: ", variable)?;
                if *prompt("Once more: ", variable)? != *first {
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

/// The folder of the service's credentials, if this runs as a service that has any.
fn credentials() -> Option<PathBuf> {
    std::env::var_os(CREDENTIALS).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn credential(name: &str) -> Result<Secret, Failure> {
    let directory = credentials().ok_or_else(|| {
        Failure::new(format!(
            "this needs the credential {name}: start it as a service with LoadCredentialEncrypted={name}, or name the key file with --key-file"
        ))
    })?;
    Ok(Secret::Credential { directory, name: name.to_owned() })
}

/// The PIN: from the environment, from a credential of the service, or asked for.
fn pin(variable: &str, label: &str) -> Result<Zeroizing<String>, Failure> {
    if let Some(pin) = from_environment(variable)? {
        return Ok(pin);
    }
    if let Some(path) = credentials().map(|dir| dir.join(PIN_CREDENTIAL)).filter(|path| path.is_file()) {
        let unreadable = || Failure::new(format!("the credential {PIN_CREDENTIAL} cannot be read"));
        let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|_| unreadable())?;
        let pin = Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned());
        return if pin.len() <= PIN_LIMIT { Ok(pin) } else { Err(unreadable()) };
    }
    prompt(label, variable)
}

fn passphrase(variable: &str, label: &str) -> Result<Zeroizing<String>, Failure> {
    match from_environment(variable)? {
        Some(passphrase) => Ok(passphrase),
        None => prompt(label, variable),
    }
}

fn from_environment(variable: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    match std::env::var(variable) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::new(format!("{variable} is not text"))),
    }
}

fn prompt(label: &str, variable: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        let what = if variable.ends_with("PIN") { "PIN" } else { "passphrase" };
        return Err(Failure::new(format!(
            "no {what}: give --key-file, set {variable}, or start it in a terminal"
        )));
    }
    rpassword::prompt_password(label)
        .map(Zeroizing::new)
        .map_err(|_| Failure::new("nothing could be read from the terminal"))
}
