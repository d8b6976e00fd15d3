//! `pristan bench`: how fast it is, measured through HTTP against a server in a process of its own,
//! signed in, with log and encryption on, beside the floors of the same machine in the same run.

mod child;
mod floors;
mod house;
mod load;
mod locked;
mod names;
mod process;
mod report;
mod wire;
mod work;

pub use child::{ChildArgs, serve};

use crate::cli::{Failure, Format};
use crate::out;
use domain::policy::{Actor, Role};
use domain::{OrganisationId, RecordKind, UserId};
use load::{Bound, drive};
use names::Names;
use office::Office;
use process::Process;
use report::{Header, Row};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wire::Client;
use work::{Subject, Workload};

/// Numbers of connections.
const CONNECTIONS: [u64; 2] = [1, 8];

/// `pristan bench`.
#[derive(clap::Args)]
pub struct BenchArgs {
    /// How many cases to fill in
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=9_000_000))]
    pub cases: u64,
    /// Empty PostgreSQL database to measure; else SQLite
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// How to write the figures
    #[arg(long, value_enum, default_value = "json")]
    pub format: Format,
    /// How long each workload runs at most
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub seconds: u64,
    /// How many requests each workload makes at most
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub requests: u64,
    /// The same seed fills in the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Fill this folder and keep it; filled already, it is measured again, with what earlier runs wrote
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Show on standard error where the server's time in the database went
    #[arg(long)]
    pub stats: bool,
}

/// A folder that is removed with its value, unless it is to be kept.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// The server's process; it ends with its value.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(data: &Path, database: Option<&str>) -> Result<Server, Failure> {
        let program =
            std::env::current_exe().map_err(|_| Failure::new("this program does not find itself"))?;
        let mut command = Command::new(program);
        command.arg("bench-server").arg("--data").arg(data).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Not as an argument: those are everybody's to read.
        if let Some(url) = database {
            command.env("PRISTAN_BENCH_DATABASE", url);
        }
        let child =
            command.spawn().map_err(|e| Failure::new(format!("the server does not start: {}", e.kind())))?;
        let mut server = Server { child, port: 0 };
        let mut line = String::new();
        if let Some(said) = server.child.stdout.take() {
            let _ = BufReader::new(said).read_line(&mut line);
        }
        server.port = line.trim().parse().map_err(|_| Failure::new("the server does not start"))?;
        Ok(server)
    }

    fn process(&self) -> Process {
        Process::new(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its standard input ends, and so does it.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn actor(office: &Office) -> Result<Actor, Failure> {
    let key = office::doors::login_key(office, house::LOGIN);
    let found = office.store.read("bench.actor", |tx| -> Result<_, store::StoreError> {
        let Some(login) = store::doors::login(tx, key)? else { return Ok(None) };
        store::records::head(tx, login.user_id)
    })?;
    let head = found.ok_or_else(|| Failure::new("the folder was not filled by `pristan bench`"))?;
    Ok(Actor::new(UserId(head.id), OrganisationId(head.organisation_id), Role::Caseworker, [0; 8]))
}

/// Does it.
pub fn run(args: &BenchArgs) -> Result<u8, Failure> {
    let temporary = std::env::temp_dir().join(format!("pristan-bench-{}", std::process::id()));
    let folder = Folder { path: args.data.clone().unwrap_or(temporary), keep: args.data.is_some() };
    let (data, database) = (folder.path.as_path(), args.database.as_deref());
    let mut fill_seconds = None;
    if !house::exists(data) {
        let bar = out::progress(args.cases, "filling in cases");
        let begun = Instant::now();
        house::make(data, database, args.cases, args.seed, &mut |n| bar.set_position(n))?;
        bar.finish_and_clear();
        fill_seconds = Some((begun.elapsed().as_secs_f64() * 10.0).round() / 10.0);
    }
    let office = house::open(data, database)?;
    let cases = count(&office)?;
    let rows = floors::rows(&office, actor(&office)?)?;
    let (fsync, fsync95) = floors::sync(data)?;

    let server = Server::start(data, database)?;
    let mut client = Client::new(server.port, &std::collections::BTreeMap::new())?;
    let csrf = work::sign_in(&mut client)?;
    let about = floors::subject(&rows, cases, csrf)?;
    let begun = Instant::now();
    work::request(&mut client, Workload::Programme, &about, &mut Names::new(0, 0))?;
    let cold = begun.elapsed().as_secs_f64() * 1000.0;

    let bound = Bound { time: Duration::from_secs(args.seconds), requests: args.requests };
    let mut table = Vec::new();
    for connections in CONNECTIONS {
        for what in Workload::READS {
            table.push(measure(&office, &server, &client, what, &about, &rows, connections, bound, fsync)?);
        }
    }
    for connections in CONNECTIONS {
        for what in Workload::WRITES {
            table.push(measure(&office, &server, &client, what, &about, &rows, connections, bound, fsync)?);
        }
    }
    // The same again after the organisation has locked, with a session that carries its keys.
    let (token, locking) = locked::lock(&office, actor(&office)?)?;
    let cookies = std::collections::BTreeMap::from([("__Host-pristan".to_owned(), token)]);
    let mut keyed = Client::new(server.port, &cookies)?;
    keyed.get("/cases?list=mine")?;
    let csrf = keyed.hidden("_csrf").ok_or_else(|| Failure::new("no page for the session with keys"))?;
    let about = Subject { csrf, ..about };
    let mut again = Vec::new();
    for connections in CONNECTIONS {
        for what in Workload::READS.into_iter().chain(Workload::WRITES) {
            let mut row = measure(&office, &server, &keyed, what, &about, &rows, connections, bound, fsync)?;
            row.locked = true;
            let open =
                table.iter().find(|r: &&Row| r.workload == row.workload && r.connections == connections);
            row.to_open = open.map(|open| report::round(row.p50_ms / open.p50_ms.max(1e-6)));
            again.push(row);
        }
    }
    table.extend(again);
    table.sort_by_key(|row| (row.locked, row.workload, row.connections));
    if args.stats {
        client.get("/bench-stats")?;
        out::note(&String::from_utf8_lossy(&client.body));
    }
    let header = Header {
        cases,
        engine: if database.is_some() { "postgres" } else { "sqlite" },
        server_peak_mb: server.process().peak_mb().round(),
        fill_seconds,
        db_mb: size_mb(&office, data, database.is_some())?.round(),
        fsync_ms: [fsync, fsync95].map(report::round),
        programme_cold_ms: report::round(cold),
        locking,
    };
    drop(server);
    report::write(&header, &table, args.format)?;
    Ok(0)
}

fn count(office: &Office) -> Result<u64, Failure> {
    let cases = office.store.read("bench.count", |tx| store::records::count(tx, RecordKind::Case.code()))?;
    Ok(u64::try_from(cases).unwrap_or(0))
}

#[expect(clippy::too_many_arguments, reason = "what a measurement needs, in one place")]
fn measure(
    office: &Office,
    server: &Server,
    signed_in: &Client,
    what: Workload,
    about: &Subject,
    rows: &floors::Rows,
    connections: u64,
    bound: Bound,
    fsync: f64,
) -> Result<Row, Failure> {
    out::note(&format!("{} at {connections}", what.code()));
    let connect =
        |n: u64| Ok((Client::new(server.port, signed_in.cookies())?, Names::new(7 + connections, n)));
    let step = |(client, names): &mut (Client, Names)| work::request(client, what, about, names);
    let warm = Bound { time: bound.time.min(Duration::from_millis(500)), requests: 40 };
    drive(connections, warm, None, connect, step)?;
    let process = server.process();
    let measured = drive(connections, bound, Some(&process), connect, step)?;
    let (mut client, mut names) = connect(99)?;
    work::request(&mut client, what, about, &mut names)?;
    let brief = Bound { time: Duration::from_secs(1).min(bound.time), requests: bound.requests };
    let f0 = floors::static_route(server.port, what, &client.body, connections, brief)?;
    let f1 = floors::straight(office, what, rows, connections, brief)?;
    Ok(Row::new(what, connections, &measured, (f0.p50, f1.map(|m| m.p50), fsync), client.body.len()))
}

static DATABASE_SIZE: store::Sql = store::sql("select pg_database_size(current_database())");

/// The two files of SQLite with their side files, or what the server says.
fn size_mb(office: &Office, data: &Path, server: bool) -> Result<f64, Failure> {
    use store::Tx;
    if server {
        let bytes: i64 = office
            .store
            .read("bench.size", |tx| tx.query_one(&DATABASE_SIZE, store::params![], |row| row.get(0)))?;
        return Ok(bytes as f64 / 1e6);
    }
    let entries =
        std::fs::read_dir(data).map_err(|e| Failure::new(format!("cannot read the folder: {}", e.kind())))?;
    let bytes: u64 = entries
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().contains(".db"))
        .filter_map(|e| e.metadata().ok())
        .map(|m| m.len())
        .sum();
    Ok(bytes as f64 / 1e6)
}
