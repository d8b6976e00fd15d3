//! Two files that hold a whole installation, sealed piece by piece: the data, and apart from them the keys.
//!
//! They are apart because they live differently long. Erasing a person destroys her keys; whoever still has a
//! copy of them can open an old copy of her data. So a file of keys says until when it may be kept, at most
//! [`KEYS_DAYS`] days, and an older one is refused. Files of data may be kept longer: beside today's keys they
//! show nobody who was erased since.
//!
//! In front, in the clear: a line that says what it is, the header of the master key (so that the
//! passphrase can be asked for), and a random id. Then pieces, each with its length: a table of
//! contents, the database file, and an empty piece that says "the end". Every piece is bound to
//! everything in front, to its place in the row, and to whether it is the last one: a piece that was
//! changed, left out, moved, or taken from another backup does not open.

use super::{
    BY_COMMAND, HEADER_FILE, Place, Result, UpkeepError, file_error, private_file, private_folder,
    sync_folder, write_header,
};
use crate::{Ctx, Office};
use domain::{Mask, RecordKind};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use store::{Dialect, Options};
use vault::{MasterHeader, MasterSource, Vault};

const MAGIC: &[u8] = b"PRISTAN BACKUP 2\n";
const PURPOSE: &str = "backup";
const PIECE: usize = 1 << 16;
/// A piece sealed is a little longer than open; anything much longer is none of ours.
const PIECE_SEALED: usize = PIECE + 256;
const HEADER_LIMIT: usize = 64 * 1024;
/// How long a copy of the keys may live (security design, decision 12).
pub const KEYS_DAYS: i64 = 35;
const DAY: i64 = 86_400_000_000;
/// Name of the data in a folder, and of the keys.
const DATA: &str = "pristan.db";
const KEYS: &str = "keystore.db";

#[derive(Serialize, Deserialize)]
struct Contents {
    /// Microseconds since 1970.
    made_at: i64,
    schema: i64,
    name: String,
    length: u64,
    /// Files of keys: the moment from which they are refused, microseconds since 1970.
    expires_at: Option<i64>,
}

/// A backup that was written.
pub struct Written {
    /// Bytes of the file of data.
    pub data: u64,
    /// The file of keys.
    pub keys_file: PathBuf,
    /// Its bytes.
    pub keys: u64,
    /// Until when it may be kept, microseconds since 1970.
    pub keys_until: i64,
}

/// What to restore from.
pub struct Wanted<'a> {
    /// The file of data.
    pub file: &'a Path,
    /// The file of keys; else the one beside it.
    pub keys: Option<&'a Path>,
    /// Take keys that are older than they may be: who was erased since is readable again, and has to be
    /// erased anew.
    pub old_keys: bool,
}

/// What was restored.
pub struct Restored {
    /// How many people, calls and signals came back with the data though they were erased since, and were
    /// taken away again.
    pub erased_again: usize,
}

/// What every piece is bound to.
struct Binding {
    front: [u8; 32],
    next: u64,
}

impl Binding {
    fn context(&mut self, last: bool) -> Vec<u8> {
        let context = [&self.front[..], &self.next.to_be_bytes(), &[u8::from(last)]].concat();
        self.next += 1;
        context
    }
}

/// Removes a folder with copies of the database, however the work ends.
struct Scratch(PathBuf);

impl Scratch {
    fn make(path: PathBuf) -> Result<Scratch> {
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(file_error(&path))?;
        }
        private_folder(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left is as well guarded as the installation itself and goes with the next attempt.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes the installation of a folder into two new files, while it is in use: `out` holds the data, and the
/// file beside it that ends in `.keys` the keys, both as they are at one moment.
///
/// # Errors
/// PostgreSQL (use `pg_dump`); a file of that name exists; the disk; the database.
pub fn backup(office: &Office, ctx: &Ctx, place: &Place, out: &Path) -> Result<Written> {
    let (Dialect::Sqlite, Place::Folder(dir)) = (office.store.dialect(), place) else {
        return Err(UpkeepError::NotForServer);
    };
    let keys_file = beside(out, "keys");
    for path in [out, &keys_file] {
        if path.exists() {
            return Err(UpkeepError::AlreadyThere(path.display().to_string()));
        }
    }
    let header =
        std::fs::read_to_string(dir.join(HEADER_FILE)).map_err(file_error(&dir.join(HEADER_FILE)))?;
    let header = MasterHeader::from_json(&header)?;
    // Taking everything away is an act like any other: it stands in the log before it is done.
    office.act(ctx, "upkeep.backup", |desk| {
        desk.note_many("backup", RecordKind::Case, Vec::new(), Vec::new(), BY_COMMAND, Mask::NONE);
        Ok(())
    })?;
    let scratch = Scratch::make(dir.join("backup.tmp"))?;
    let copies = scratch.0.join("copy");
    office.store.backup_sqlite(&copies)?;
    let schema = office.store.schema_version()?;
    let keys_until = ctx.now + KEYS_DAYS * DAY;
    let mut lengths = [0; 2];
    // Keys first, as everywhere: a crash leaves keys without data, never data without keys.
    let parts = [(KEYS, keys_file.as_path(), Some(keys_until)), (DATA, out, None)];
    for (slot, (name, to, expires_at)) in lengths.iter_mut().zip(parts) {
        let from = copies.join(name);
        let length = std::fs::metadata(&from).map_err(file_error(&from))?.len();
        let contents = Contents { made_at: ctx.now, schema, name: name.to_owned(), length, expires_at };
        *slot = one_file(office, &header, &contents, &from, to)?;
    }
    if let Some(folder) = out.parent().filter(|p| !p.as_os_str().is_empty()) {
        sync_folder(folder)?;
    }
    let [keys, data] = lengths;
    Ok(Written { data, keys_file, keys, keys_until })
}

/// Writes one of the files under another name and gives it its own when it is whole.
fn one_file(
    office: &Office,
    header: &MasterHeader,
    contents: &Contents,
    from: &Path,
    to: &Path,
) -> Result<u64> {
    let part = beside(to, "part");
    if part.exists() {
        std::fs::remove_file(&part).map_err(file_error(&part))?;
    }
    let written = write(office, header, contents, from, &part);
    match written.and_then(|n| std::fs::rename(&part, to).map_err(file_error(to)).map(|()| n)) {
        Ok(bytes) => Ok(bytes),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            Err(error)
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

fn write(
    office: &Office,
    header: &MasterHeader,
    contents: &Contents,
    path: &Path,
    part: &Path,
) -> Result<u64> {
    let mut out = BufWriter::new(private_file(part)?);
    let wrong = file_error(part);
    let (front, mut binding) = front(header);
    out.write_all(&front).map_err(&wrong)?;
    let mut total = front.len() as u64;
    let mut put = |plain: &[u8], last: bool| -> Result<()> {
        let blob = office.vault.seal_small(PURPOSE, &binding.context(last), plain);
        let length = u32::try_from(blob.len()).unwrap_or(u32::MAX);
        out.write_all(&length.to_be_bytes()).and_then(|()| out.write_all(&blob)).map_err(&wrong)?;
        total += 4 + blob.len() as u64;
        Ok(())
    };
    let table = serde_json::to_vec(contents).map_err(|_| UpkeepError::Backup("its table of contents"))?;
    put(&table, false)?;
    let mut buffer = vec![0; PIECE];
    let mut from = File::open(path).map_err(file_error(path))?;
    let mut left = contents.length;
    while left > 0 {
        let want = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let room = buffer.get_mut(..want).unwrap_or_default();
        from.read_exact(room).map_err(file_error(path))?;
        put(room, false)?;
        left -= want as u64;
    }
    put(b"", true)?;
    let file = out.into_inner().map_err(|e| wrong(e.into_error()))?;
    file.sync_all().map_err(&wrong)?;
    Ok(total)
}

fn front(header: &MasterHeader) -> (Vec<u8>, Binding) {
    let json = header.to_json();
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
    let id: [u8; 16] = vault::random::bytes();
    let front = [MAGIC, &length.to_be_bytes(), json.as_bytes(), &id].concat();
    let digest = vault::sha256(&front);
    (front, Binding { front: digest, next: 0 })
}

/// A backup whose front was read.
struct Reader {
    from: BufReader<File>,
    binding: Binding,
    header: MasterHeader,
}

impl Reader {
    fn open(path: &Path) -> Result<Reader> {
        let mut from = BufReader::new(File::open(path).map_err(file_error(path))?);
        let mut front = vec![0; MAGIC.len()];
        exact(&mut from, &mut front)?;
        if front != MAGIC {
            return Err(UpkeepError::Backup("it is no backup of Pristan, or one of a newer version"));
        }
        let length = length(&mut from, HEADER_LIMIT)?;
        let mut json = vec![0; length];
        exact(&mut from, &mut json)?;
        let mut id = [0; 16];
        exact(&mut from, &mut id)?;
        front.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_be_bytes());
        front.extend_from_slice(&json);
        front.extend_from_slice(&id);
        let text = String::from_utf8(json).map_err(|_| UpkeepError::Backup("its front was changed"))?;
        let header = MasterHeader::from_json(&text)?;
        Ok(Reader { from, binding: Binding { front: vault::sha256(&front), next: 0 }, header })
    }

    fn piece(&mut self, vault: &Vault, last: bool) -> Result<vault::Secret> {
        let length = length(&mut self.from, PIECE_SEALED)?;
        let mut blob = vec![0; length];
        exact(&mut self.from, &mut blob)?;
        vault
            .open_small(PURPOSE, &self.binding.context(last), &blob)
            .map_err(|_| UpkeepError::Backup("it was changed"))
    }
}

fn exact(from: &mut impl Read, room: &mut [u8]) -> Result<()> {
    from.read_exact(room).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => UpkeepError::Backup("it is cut short"),
        _ => UpkeepError::Backup("it cannot be read to its end"),
    })
}

fn length(from: &mut impl Read, limit: usize) -> Result<usize> {
    let mut bytes = [0; 4];
    exact(from, &mut bytes)?;
    let length = usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    if length > limit { Err(UpkeepError::Backup("it was changed")) } else { Ok(length) }
}

/// The header of the master key in a backup: says whether a passphrase or a key file opens it.
///
/// # Errors
/// The file cannot be read, or is no backup.
pub fn header(file: &Path) -> Result<MasterHeader> {
    Ok(Reader::open(file)?.header)
}

/// Puts a backup into a folder that is empty or not there yet. Everything is written and checked beside
/// it first; the folder gets its name when all is well, so there is never half an installation. What was
/// erased after the data were copied is taken away again.
///
/// # Errors
/// The folder is not empty; a file is cut short or changed; the keys are too old, or older than the data, or
/// those of another installation; the wrong master key; the disk.
pub fn restore(ctx: &Ctx, wanted: &Wanted<'_>, dir: &Path, source: MasterSource<'_>) -> Result<Restored> {
    if dir.exists() {
        let mut inside = std::fs::read_dir(dir).map_err(file_error(dir))?;
        if inside.next().is_some() {
            return Err(UpkeepError::AlreadyThere(dir.display().to_string()));
        }
    }
    // `name` and `name/` are the same folder.
    let dir: PathBuf = dir.components().collect();
    let scratch = Scratch::make(beside(&dir, "restoring"))?;
    let (data, header) = unpack(wanted.file, DATA, &scratch.0, source)?;
    let beside_it = beside(wanted.file, "keys");
    let keys_file = wanted.keys.unwrap_or(&beside_it);
    let (keys, _) = unpack(keys_file, KEYS, &scratch.0, source)?;
    if keys.expires_at.is_none_or(|until| until < ctx.now) && !wanted.old_keys {
        return Err(UpkeepError::OldKeys((ctx.now - keys.made_at) / DAY));
    }
    if keys.made_at < data.made_at {
        return Err(UpkeepError::Backup("its keys are older than its data; name newer ones with --keys"));
    }
    write_header(&scratch.0, &header)?;
    {
        let store = store::Store::open_sqlite(&scratch.0, Options::default())?;
        if !store.integrity()?.is_empty() {
            return Err(UpkeepError::Backup("the database in it is broken"));
        }
    }
    let erased_again = {
        let office = super::open(&Place::Folder(scratch.0.clone()), source, Options::default())?;
        let erased_again = crate::erasure::again(&office, ctx)?;
        if office.store.read("upkeep.restore", |tx| store::keys::missing(tx))? != 0 {
            return Err(UpkeepError::Backup("its keys are not those of its data"));
        }
        office.store.checkpoint()?;
        erased_again
    };
    std::fs::rename(&scratch.0, &dir).map_err(file_error(&dir))?;
    let parent = dir.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(parent)?;
    Ok(Restored { erased_again })
}

/// Unpacks one of the files into a folder.
fn unpack(
    file: &Path,
    name: &str,
    into: &Path,
    source: MasterSource<'_>,
) -> Result<(Contents, MasterHeader)> {
    let mut reader = Reader::open(file)?;
    let vault = Vault::new(&vault::master::open(&reader.header, source)?);
    let table = reader.piece(&vault, false)?;
    let contents: Contents = serde_json::from_slice(table.as_bytes())
        .map_err(|_| UpkeepError::Backup("its table of contents does not read"))?;
    let known = store::MIGRATIONS.last().map_or(0, |m| m.version);
    if contents.schema > known {
        return Err(UpkeepError::Newer { found: contents.schema, known });
    }
    if contents.name != name {
        return Err(UpkeepError::Backup("it is not what was asked for: data and keys have changed places"));
    }
    let path = into.join(name);
    let mut out = private_file(&path)?;
    let mut left = contents.length;
    while left > 0 {
        let piece = reader.piece(&vault, false)?;
        let length = piece.len() as u64;
        if length == 0 || length > left {
            return Err(UpkeepError::Backup("its lengths do not fit"));
        }
        out.write_all(piece.as_bytes()).map_err(file_error(&path))?;
        left -= length;
    }
    out.sync_all().map_err(file_error(&path))?;
    if !reader.piece(&vault, true)?.is_empty() {
        return Err(UpkeepError::Backup("its end is not where it belongs"));
    }
    let mut more = [0; 1];
    match reader.from.read(&mut more) {
        Ok(0) => Ok((contents, reader.header)),
        _ => Err(UpkeepError::Backup("something follows its end")),
    }
}
