//! Installing, opening, checking and keeping an installation.
//!
//! An installation is a database and the header of its master key. With SQLite both lie in one folder
//! (`pristan.db`, `keystore.db`, `master.json`). With PostgreSQL the header lies in `master.json` of a
//! folder, if one is named, else in the settings row `master` of the database: it opens nothing by
//! itself, so beside the data it is as safe as the passphrase or the key file that opens it.

mod backup;
mod doctor;
mod rekey;

pub use backup::{KEYS_DAYS, Restored, Wanted, Written, backup, header as backup_header, restore};
pub use doctor::{Check, doctor};
pub use rekey::rekey;

use crate::desk::Desk;
use crate::doors::login_key;
use crate::{Ctx, Ids, Office, OfficeError};
use domain::grounds::{Grounds, GroundsError};
use domain::programme::{Programme, ProgrammeError};
use domain::{Actor, Date, Decision, Id, Mask, OrganisationId, Record, RecordKind, Role, UserId, Values};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use store::{Options, Store, StoreError, WriteTx};
use vault::{Cost, MasterError, MasterHeader, MasterSource, Vault};

/// Name of the file with the header of the master key.
pub const HEADER_FILE: &str = "master.json";
const SETTING_MASTER: &str = "master";
const SETTING_PROGRAMME: &str = "programme";
const SETTING_GROUNDS: &str = "grounds";
const SETTING_DEMO: &str = "demo";
const SETTING_INSTALLATION: &str = "installation";

/// The rule under which the command line acts; who may run it may read the files anyway.
pub(crate) const BY_COMMAND: Decision = Decision::by("command-line", Mask::PRIVILEGED);

/// Where an installation is. No `Debug`: the address of a server may hold a password.
#[derive(Clone)]
pub enum Place {
    /// Two SQLite files and the header in a folder.
    Folder(PathBuf),
    /// A PostgreSQL database, and perhaps a folder for the header.
    Server {
        /// `postgres://user@host/name`.
        url: String,
        /// Keeps `master.json` apart from the database.
        folder: Option<PathBuf>,
    },
}

impl Place {
    /// The folder in it.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Place::Folder(dir) => Some(dir),
            Place::Server { folder, .. } => folder.as_deref(),
        }
    }

    fn store(&self, options: Options) -> Result<Store> {
        match self {
            Place::Folder(dir) => Ok(Store::open_sqlite(dir, options)?),
            Place::Server { url, .. } => Ok(Store::open_postgres(url, options)?),
        }
    }
}

/// Why an installation was not made, opened, backed up or restored: one line each.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// No installation there.
    #[error("there is no installation in {0}; `pristan init` makes one")]
    NotThere(String),
    /// There is one already.
    #[error("there is something in {0} already; nothing was changed")]
    AlreadyThere(String),
    /// A newer program has changed the database.
    #[error(
        "the database has schema {found}, this program knows {known}: a newer Pristan has changed it, use that one"
    )]
    Newer {
        /// Schema found.
        found: i64,
        /// Newest known here.
        known: i64,
    },
    /// The settings of the installation are not there or do not read.
    #[error("the settings of the installation are incomplete: {0}")]
    Incomplete(&'static str),
    /// A file or folder.
    #[error("cannot use {0}: {1}")]
    File(String, String),
    /// Not possible with this engine.
    #[error(
        "a backup of a PostgreSQL database is not offered in this version: use pg_dump, and keep the master key's header with it"
    )]
    NotForServer,
    /// The backup is not whole.
    #[error("the backup cannot be used: {0}")]
    Backup(&'static str),
    /// Keys that should not exist any more.
    #[error(
        "its keys are {0} days old: copies of keys may live 35 days. With them, people who were erased since \
         would be readable again. If there are no others, --accept-old-keys takes them; erase those people anew"
    )]
    OldKeys(i64),
    /// The password of the first administrator.
    #[error(
        "the password of the first administrator is too short or too easy to guess (15 characters or more)"
    )]
    Password,
    /// The master key.
    #[error("{}", lower(&.0.to_string()))]
    Master(#[from] MasterError),
    /// The programme file.
    #[error(transparent)]
    Programme(#[from] ProgrammeError),
    /// The file of grounds in law.
    #[error(transparent)]
    Grounds(#[from] GroundsError),
    /// The database.
    #[error(transparent)]
    Store(StoreError),
    /// A use case.
    #[error(transparent)]
    Office(#[from] OfficeError),
}

/// Messages are joined to a line that has begun: no capital, no full stop.
fn lower(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

impl From<StoreError> for UpkeepError {
    fn from(error: StoreError) -> UpkeepError {
        match error {
            StoreError::SchemaTooNew { found, known } => UpkeepError::Newer { found, known },
            other => UpkeepError::Store(other),
        }
    }
}

type Result<T> = std::result::Result<T, UpkeepError>;

pub(crate) fn file_error(path: &Path) -> impl Fn(std::io::Error) -> UpkeepError + use<> {
    let path = path.display().to_string();
    move |error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "it is not there".to_owned(),
            std::io::ErrorKind::PermissionDenied => "not permitted".to_owned(),
            std::io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            kind => kind.to_string(),
        };
        UpkeepError::File(path.clone(), what)
    }
}

/// Makes a folder that only its owner may enter, or makes it so.
pub(crate) fn private_folder(dir: &Path) -> Result<()> {
    if !dir.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(file_error(dir))?;
    }
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).map_err(file_error(dir))
}

/// A new file that only its owner may read.
pub(crate) fn private_file(path: &Path) -> Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => UpkeepError::AlreadyThere(path.display().to_string()),
            _ => file_error(path)(error),
        }
    })
}

pub(crate) fn sync_folder(dir: &Path) -> Result<()> {
    std::fs::File::open(dir).and_then(|d| d.sync_all()).map_err(file_error(dir))
}

fn write_header(dir: &Path, header: &MasterHeader) -> Result<()> {
    let path = dir.join(HEADER_FILE);
    let mut file = private_file(&path)?;
    file.write_all(header.to_json().as_bytes()).and_then(|()| file.sync_all()).map_err(file_error(&path))?;
    sync_folder(dir)
}

/// The context in which the command line acts: a user of zeros, an administrator.
#[must_use]
pub fn system_ctx(now: i64, today: Date) -> Ctx {
    let nobody = Id([0; 16]);
    let actor = Actor::new(UserId(nobody), OrganisationId(nobody), Role::Admin, [0; 8]);
    Ctx { actor, now, today, request: [0; 4], lang: "bg", ids: Ids::Random, keys: std::sync::Arc::default() }
}

/// The first administrator.
pub struct FirstAdmin<'a> {
    /// Login.
    pub login: &'a str,
    /// Name on the screen.
    pub name: &'a str,
    /// First password.
    pub password: &'a str,
}

/// What a new installation is made of.
pub struct Setup<'a> {
    /// The programme file's text.
    pub programme: &'a str,
    /// Everything in it will be invented, and every page says so.
    pub demo: bool,
    /// What a guess at the passphrase costs; `Cost::MASTER` except in tests.
    pub cost: Cost,
    /// The first administrator.
    pub admin: FirstAdmin<'a>,
}

/// Makes an installation: the keys, the schema, the programme, its partner organisations, and the
/// first administrator, who belongs to the first partner of kind `iom`. The header is written last:
/// without it the folder counts for nothing, so an interrupted attempt leaves nothing half usable.
///
/// # Errors
/// There is something already, or any part of it cannot be made.
pub fn init(place: &Place, source: MasterSource<'_>, ctx: &Ctx, setup: &Setup<'_>) -> Result<Office> {
    let programme = Programme::parse(setup.programme)?;
    let FirstAdmin { login, name, password } = setup.admin;
    if crate::organisations::password_problem(password, login).is_some() {
        return Err(UpkeepError::Password);
    }
    if let Some(dir) = place.folder() {
        if let Place::Folder(_) = place
            && ["pristan.db", "keystore.db"].iter().any(|name| dir.join(name).exists())
        {
            return Err(UpkeepError::AlreadyThere(dir.display().to_string()));
        }
        if dir.join(HEADER_FILE).exists() {
            return Err(UpkeepError::AlreadyThere(dir.display().to_string()));
        }
        private_folder(dir)?;
    }
    let (master, header) = vault::master::create(source, setup.cost)?;
    let store = place.store(Options::default())?;
    store.migrate(store::MIGRATIONS)?;
    if store.read("upkeep.init", |tx| store::settings::get(tx, SETTING_INSTALLATION))?.is_some() {
        return Err(UpkeepError::AlreadyThere("the database".to_owned()));
    }
    let office = Office::new(store, Vault::new(&master), programme, setup.demo);
    let phc = vault::password::hash(password, Cost::PASSWORD);
    office.reserve_keys(office.programme.partners.len() + 16)?;
    office.act(ctx, "upkeep.init", |desk| {
        for (name, value) in [
            (SETTING_PROGRAMME, setup.programme),
            (SETTING_DEMO, if setup.demo { "yes" } else { "no" }),
            (SETTING_INSTALLATION, &ctx.id().to_string()),
        ] {
            store::settings::set(desk.tx, name, value)?;
        }
        if !setup.demo {
            store::settings::set(desk.tx, crate::doors::REQUIRE_PASSKEYS, "yes")?;
        }
        if place.folder().is_none() {
            store::settings::set(desk.tx, SETTING_MASTER, &header.to_json())?;
        }
        let home = partners(desk)?;
        let mut head = desk.new_head(RecordKind::User);
        head.organisation_id = home;
        Role::Admin.code().clone_into(&mut head.state);
        let values =
            Values::default().with("name", name).with("login", login).with("state", Role::Admin.code());
        let id = head.id;
        desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_COMMAND)?;
        store::doors::insert_login(desk.tx, login_key(desk.office, login), id, &phc)?;
        Ok(())
    })?;
    if let Some(dir) = place.folder() {
        write_header(dir, &header)?;
    }
    Ok(office)
}

/// Writes the programme's partners as organisations; gives the one the programme's own people belong to.
fn partners(desk: &mut Desk<'_, WriteTx<'_>>) -> crate::Result<Id> {
    let mut home = None;
    for partner in &desk.office.programme.partners {
        let mut head = desk.new_head(RecordKind::Organisation);
        head.organisation_id = head.id;
        if home.is_none() || partner.kind == "iom" {
            home.get_or_insert(head.id);
        }
        let values = Values::default()
            .with("name", partner.name.bg.as_str())
            .with("code", partner.code.as_str())
            .with("kind", partner.kind.as_str())
            .with("country", partner.country.as_str());
        desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_COMMAND)?;
    }
    match home {
        Some(home) => Ok(home),
        None => {
            // A programme without partners still needs a house for its first user.
            let mut head = desk.new_head(RecordKind::Organisation);
            head.organisation_id = head.id;
            let id = head.id;
            let values = Values::default()
                .with("name", desk.office.programme.name.bg.as_str())
                .with("code", "HOME")
                .with("kind", "other")
                .with("country", desk.office.programme.country.as_str());
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_COMMAND)?;
            Ok(id)
        }
    }
}

/// An installation that was found and is still locked.
pub struct Locked {
    place: Place,
    options: Options,
    store: Option<Store>,
    header: MasterHeader,
}

/// Looks for an installation and reads the header of its master key.
///
/// # Errors
/// Nothing there, or it cannot be read.
pub fn find(place: &Place, options: Options) -> Result<Locked> {
    let mut store = None;
    let text = match place.folder() {
        Some(dir) => {
            let path = dir.join(HEADER_FILE);
            match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    return Err(UpkeepError::NotThere(dir.display().to_string()));
                }
                Err(e) => return Err(file_error(&path)(e)),
            }
        }
        None => {
            let opened = place.store(options.clone())?;
            if opened.schema_version()? == 0 {
                return Err(UpkeepError::NotThere("the database".to_owned()));
            }
            let found = opened.read("upkeep.find", |tx| store::settings::get(tx, SETTING_MASTER))?;
            store = Some(opened);
            found.ok_or(UpkeepError::Incomplete(
                "the master key's header is not in the database; name its folder",
            ))?
        }
    };
    let header = MasterHeader::from_json(&text)?;
    Ok(Locked { place: place.clone(), options, store, header })
}

impl Locked {
    /// The header: says what opens it.
    #[must_use]
    pub fn header(&self) -> &MasterHeader {
        &self.header
    }

    /// Opens it: the master key, then the database, its schema brought up to date.
    ///
    /// # Errors
    /// The source does not open it; a schema newer than this program; the database.
    pub fn open(self, source: MasterSource<'_>) -> Result<Office> {
        let master = vault::master::open(&self.header, source)?;
        let store = match self.store {
            Some(store) => store,
            None => self.place.store(self.options)?,
        };
        if store.schema_version()? == 0 {
            return Err(UpkeepError::Incomplete("the database is empty"));
        }
        store.migrate(store::MIGRATIONS)?;
        let (programme, demo, grounds) = store.read("upkeep.open", |tx| {
            let programme = store::settings::get(tx, SETTING_PROGRAMME)?;
            let demo = store::settings::get(tx, SETTING_DEMO)?;
            Ok::<_, StoreError>((programme, demo, store::settings::get(tx, SETTING_GROUNDS)?))
        })?;
        let programme = programme.ok_or(UpkeepError::Incomplete("there is no programme"))?;
        let programme = Programme::parse(&programme)?;
        let mut office = Office::new(store, Vault::new(&master), programme, demo.as_deref() == Some("yes"));
        if let Some(grounds) = grounds {
            office.grounds = Grounds::parse(&grounds)?;
        }
        Ok(office)
    }
}

/// Puts another list of grounds in law into an installation. Processes that run take it with their next start;
/// a share on a ground that is in no list any more opens nothing.
///
/// # Errors
/// The text is no list of grounds; the database.
pub fn set_grounds(office: &mut Office, ctx: &Ctx, text: &str) -> Result<()> {
    let grounds = Grounds::parse(text)?;
    office.act(ctx, "upkeep.grounds", |desk| {
        store::settings::set(desk.tx, SETTING_GROUNDS, text)?;
        desk.note_many("grounds", RecordKind::Organisation, Vec::new(), Vec::new(), BY_COMMAND, Mask::NONE);
        Ok(())
    })?;
    office.grounds = grounds;
    Ok(())
}

/// Finds and opens an installation in one go.
///
/// # Errors
/// As [`find`] and [`Locked::open`].
pub fn open(place: &Place, source: MasterSource<'_>, options: Options) -> Result<Office> {
    find(place, options)?.open(source)
}
