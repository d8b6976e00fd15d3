//! `pristan witness`: run by somebody else, it signs how long a log is and never signs a log that has
//! become shorter or other than it was. It keeps one line for each log and learns nothing else.

use crate::audit::verifier_key;
use crate::cli::{Failure, WitnessInitArgs, WitnessServeArgs, WitnessStatusArgs};
use crate::connection::{self, Patience};
use crate::{clock, out, serve};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use vault::log::witness::{Refusal, cosign, decide};
use vault::log::{Checkpoint, Note, NoteKey, VerifierKey};

const SECRET: &str = "witness.key";
const PUBLIC: &str = "witness.vkey";
const LOGS: &str = "logs";
const STATE: &str = "state.json";
const LOCK: &str = "lock";
/// Requests are some kilobytes.
const BODY: usize = 128 * 1024;
/// How long one may take to arrive.
const TIME: std::time::Duration = std::time::Duration::from_secs(60);

/// What was signed last, by origin.
type Seen = BTreeMap<String, Last>;

#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Last {
    size: u64,
    /// Base64, as in the checkpoint.
    root: String,
}

fn broken(path: &Path) -> impl Fn(std::io::Error) -> Failure + use<> {
    let path = path.display().to_string();
    move |e| Failure::new(format!("cannot use {path}: {}", e.kind()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(broken(path))
}

fn new_file(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(broken(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(broken(path))
}

fn sync_folder(dir: &Path) -> Result<(), Failure> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(broken(dir))
}

/// `pristan witness init`.
pub fn init(args: &WitnessInitArgs) -> Result<u8, Failure> {
    let logs = args.log.iter().map(|log| verifier_key(log)).collect::<Result<Vec<_>, _>>()?;
    let (key, secret) = NoteKey::new_witness(&args.name)
        .map_err(|_| Failure::new("the name must not be empty and has no blanks and no plus sign"))?;
    let dir = &args.dir;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(broken(dir))?;
    new_file(&dir.join(SECRET), &format!("{}\n", secret.as_str()))?;
    new_file(&dir.join(PUBLIC), &format!("{}\n", key.public()))?;
    new_file(&dir.join(LOGS), &logs.iter().map(|log| format!("{log}\n")).collect::<String>())?;
    new_file(&dir.join(STATE), "{}\n")?;
    sync_folder(dir)?;
    out::line(&key.public().to_string());
    Ok(0)
}

/// An opened witness. No `Debug`: it holds a key.
struct Witness {
    dir: PathBuf,
    key: NoteKey,
    logs: Vec<VerifierKey>,
    seen: Mutex<Seen>,
    /// Two processes on one folder would let a log be signed twice over.
    _lock: File,
}

fn open(dir: &Path) -> Result<Witness, Failure> {
    let damaged = |what: &str| Failure::new(format!("{} is damaged", dir.join(what).display()));
    let public = VerifierKey::parse(&read(&dir.join(PUBLIC))?).map_err(|_| damaged(PUBLIC))?;
    let digits = zeroize::Zeroizing::new(read(&dir.join(SECRET))?);
    let key = NoteKey::witness(public.name(), &digits).map_err(|_| damaged(SECRET))?;
    if *key.public() != public {
        return Err(damaged(PUBLIC));
    }
    let lines = read(&dir.join(LOGS))?;
    let lines = lines.lines().filter(|line| !line.trim().is_empty());
    let logs = lines.map(VerifierKey::parse).collect::<Result<Vec<_>, _>>().map_err(|_| damaged(LOGS))?;
    let seen = serde_json::from_str(&read(&dir.join(STATE))?).map_err(|_| damaged(STATE))?;
    let path = dir.join(LOCK);
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let lock = lock.map_err(broken(&path))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| Failure::new(format!("{} is in use by another witness", dir.display())))?;
    Ok(Witness { dir: dir.to_owned(), key, logs, seen: Mutex::new(seen), _lock: lock })
}

/// `pristan witness status`: what was signed last, as notes signed now. They are what
/// `pristan audit verify --seen` takes.
pub fn status(args: &WitnessStatusArgs) -> Result<u8, Failure> {
    let dir = &args.dir;
    let public = VerifierKey::parse(&read(&dir.join(PUBLIC))?).map_err(|e| Failure::new(e.to_string()))?;
    let digits = zeroize::Zeroizing::new(read(&dir.join(SECRET))?);
    let key = NoteKey::witness(public.name(), &digits).map_err(|e| Failure::new(e.to_string()))?;
    let seen: Seen = serde_json::from_str(&read(&dir.join(STATE))?)
        .map_err(|_| Failure::new(format!("{} is damaged", dir.join(STATE).display())))?;
    for (origin, last) in seen.iter().filter(|(origin, _)| args.log.as_ref().is_none_or(|log| log == *origin))
    {
        let text = format!("{origin}\n{}\n{}\n", last.size, last.root);
        out::text(&Note { signatures: vec![key.sign(&text, seconds())], text }.to_string());
    }
    Ok(0)
}

fn seconds() -> u64 {
    u64::try_from(clock::now() / 1_000_000).unwrap_or(0)
}

impl Witness {
    /// One request: the decision, the state on the disk, the signature.
    fn add_checkpoint(&self, body: &str) -> Result<String, Problem> {
        // Held until the state is on the disk: of two requests one comes first.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (checkpoint, _) = decide(body, &self.logs, |origin| {
            let last = seen.get(origin)?;
            let text = format!("{origin}\n{}\n{}\n", last.size, last.root);
            Checkpoint::parse(&text).ok().map(|c| (c.size, c.root))
        })
        .map_err(Problem::Refused)?;
        let root = checkpoint.text().lines().nth(2).unwrap_or_default().to_owned();
        let last = Last { size: checkpoint.size, root };
        if seen.get(&checkpoint.origin) != Some(&last) {
            let mut next = seen.clone();
            next.insert(checkpoint.origin.clone(), last);
            self.keep(&next).map_err(|_| Problem::Disk)?;
            *seen = next;
        }
        Ok(cosign(&self.key, &checkpoint, seconds()))
    }

    fn keep(&self, seen: &Seen) -> Result<(), Failure> {
        let (path, next) = (self.dir.join(STATE), self.dir.join("state.next"));
        let json = serde_json::to_vec_pretty(seen).map_err(|_| Failure::new("the state does not write"))?;
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next);
        let mut file = file.map_err(broken(&next))?;
        file.write_all(&json).and_then(|()| file.sync_all()).map_err(broken(&next))?;
        std::fs::rename(&next, &path).map_err(broken(&path))?;
        sync_folder(&self.dir)
    }
}

enum Problem {
    Refused(Refusal),
    /// What cannot be remembered is not signed.
    Disk,
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let worked = tokio::task::spawn_blocking(move || match std::str::from_utf8(&body) {
        Ok(text) => witness.add_checkpoint(text),
        Err(_) => Err(Problem::Refused(Refusal::Malformed)),
    })
    .await
    .unwrap_or(Err(Problem::Disk));
    match worked {
        Ok(line) => line.into_response(),
        Err(Problem::Refused(Refusal::Seen(size))) => {
            let kind = [(header::CONTENT_TYPE, "text/x.tlog.size")];
            (StatusCode::CONFLICT, kind, format!("{size}\n")).into_response()
        }
        Err(Problem::Refused(refusal)) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, format!("{refusal}\n")).into_response()
        }
        Err(Problem::Disk) => {
            tracing::error!("the state cannot be written");
            StatusCode::INSUFFICIENT_STORAGE.into_response()
        }
    }
}

/// Whoever sends half a checkpoint does not hold the connection for good.
async fn in_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(TIME, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// `pristan witness serve`.
pub fn serve(args: &WitnessServeArgs) -> Result<u8, Failure> {
    serve::logs();
    let witness = Arc::new(open(&args.dir)?);
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn(in_time))
        .with_state(witness);
    serve::listen(args.listen, |listener, until| async move {
        connection::serve(listener, router, Patience::default(), until).await
    })
}
