//! The program is killed at random moments while eight threads write. What was acknowledged is there
//! when it comes back, and everything fits together.
//!
//! The writer is this test program itself, started once more with the name of one ignored test: so
//! the product carries no command that exists for its own destruction.
//!
//! `PRISTAN_KILLS` says how often in all (on both engines together); the whole proof is 300.

use domain::values::Input;
use domain::{Date, Decision, Id, Mask, Record, RecordKind, Role, Values};
use office::audit::Verdict;
use office::records::Under;
use office::upkeep::{FirstAdmin, Place, Setup, doctor, init, open, system_ctx};
use office::{Ctx, Office};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{Dialect, Options};
use vault::{Cost, MasterSource};

const KILLS: &str = "PRISTAN_KILLS";
/// In CI; a developer who touches the writer asks for 300.
const USUAL: usize = 30;
const THREADS: usize = 8;
const PASSPHRASE: &str = "четири вълни и един фар";
const PROGRAMME: &str = include_str!("../../../../programmes/bg-2016-2017.toml");
const NOW: i64 = 1_489_666_200_000_000;
const TODAY: Date = Date::constant(2017, 3, 16);

// What the writer is told.
const DIR: &str = "PRISTAN_CRASH_DIR";
const URL: &str = "PRISTAN_CRASH_DATABASE";
const CASE: &str = "PRISTAN_CRASH_CASE";
const ACTOR: &str = "PRISTAN_CRASH_ACTOR";
const EARLY: &str = "PRISTAN_CRASH_EARLY";

fn form(pairs: &[(&str, &str)]) -> Input {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect()
}

fn note(text: &str) -> Input {
    form(&[("on_date", "2016-06-02"), ("contact_kind", "phone"), ("text", text)])
}

// ---- the writer ----

/// Eight threads that write a note, change it, and log a call, over and over. Each line on standard
/// output is a promise: `id version` is on the disk. With `EARLY` the promise is given before the commit.
#[test]
#[ignore = "is the process that gets killed; the test beside it starts it"]
fn crash_writer() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let place = place(Path::new(&dir), std::env::var(URL).ok());
    let office = open(&place, MasterSource::Passphrase(PASSPHRASE), Options::default()).unwrap();
    let [case, user, organisation] = {
        let ids = std::env::var(ACTOR).unwrap();
        let (user, organisation) = ids.split_once(' ').unwrap();
        [&std::env::var(CASE).unwrap(), user, organisation].map(|id| id.parse::<Id>().unwrap())
    };
    let early = std::env::var(EARLY).is_ok();
    let clock = AtomicI64::new(NOW + i64::from(std::process::id()) * 1_000_000);
    say("ready");
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (office, clock) = (&office, &clock);
            scope.spawn(move || {
                for round in 0.. {
                    let mut ctx = worker(user, organisation);
                    ctx.now = clock.fetch_add(1, Ordering::Relaxed);
                    let text = format!("нишка {thread}, кръг {round}");
                    if early {
                        write_early(office, &ctx, case, &text);
                    } else {
                        write(office, &ctx, case, &text);
                    }
                }
            });
        }
    });
}

fn write(office: &Office, ctx: &Ctx, case: Id, text: &str) {
    let under = Under { case_id: Some(case), parent_id: None };
    let id =
        office::records::create(office, ctx, RecordKind::Note, under, &note(text), Some(ctx.id())).unwrap();
    say(&format!("{id} 1"));
    office::records::edit(office, ctx, id, 1, &note(&format!("{text}, пак"))).unwrap();
    say(&format!("{id} 2"));
}

fn write_early(office: &Office, ctx: &Ctx, case: Id, text: &str) {
    office
        .act(ctx, "test.early", |desk| {
            let mut head = desk.new_head(RecordKind::Note);
            head.case_id = Some(case);
            let id = head.id;
            let values = Values::default().with("text", text);
            let decision = Decision::by("test-early", Mask::PRIVILEGED);
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, decision)?;
            say(&format!("{id} 1"));
            Ok(())
        })
        .unwrap();
}

/// One line in one call, past the capture of the test harness.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n#{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

fn worker(user: Id, organisation: Id) -> Ctx {
    let mut ctx = system_ctx(NOW, TODAY);
    ctx.actor.user.0 = user;
    ctx.actor.organisation.0 = organisation;
    ctx.actor.role = Role::Caseworker;
    ctx
}

fn place(dir: &Path, url: Option<String>) -> Place {
    match url {
        None => Place::Folder(dir.to_owned()),
        Some(url) => Place::Server { url, folder: Some(dir.to_owned()) },
    }
}

// ---- the one who kills ----

struct Victim {
    place: Place,
    dir: PathBuf,
    url: Option<String>,
    ctx: Ctx,
    case: Id,
    // Goes after the folder's last use; with it the database on the server.
    _database: Option<testkit::pg::Database>,
    _folder: tempfile::TempDir,
}

/// A new installation with one case in it; nothing when no server is named.
fn victim(dialect: Dialect) -> Option<Victim> {
    let database = match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(testkit::pg::fresh_database()?),
    };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    let url = database.as_ref().map(|d| d.url().to_owned());
    let place = place(&dir, url.clone());
    let setup = Setup {
        programme: PROGRAMME,
        demo: true,
        cost: Cost::fast(),
        admin: FirstAdmin {
            login: "admin",
            name: "Администратор",
            password: "седем кораба без нито една котва",
        },
    };
    let system = system_ctx(NOW, TODAY);
    let office = init(&place, MasterSource::Passphrase(PASSPHRASE), &system, &setup).unwrap();
    let organisation = office.directory(&system).unwrap().organisations[0].id;
    let input = form(&[
        ("name", "Дежурен"),
        ("login", "night"),
        ("state", "caseworker"),
        ("password", "девет фара над тъмното море"),
    ]);
    let user = office::organisations::add_user(&office, &system, organisation, &input, None).unwrap();
    let ctx = worker(user, organisation);
    let person = form(&[("given_name", "Никой"), ("sex", "unknown")]);
    let person = office::people::create(&office, &ctx, &person, None).unwrap();
    let case =
        form(&[("on_date", "2016-06-01"), ("track", "adults"), ("role", "victim"), ("intake", "self")]);
    let case = office::cases::open(&office, &ctx, person, None, &case, None).unwrap();
    Some(Victim { place, dir, url, ctx, case, _database: database, _folder: folder })
}

/// Kills the writer when it dies with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Victim {
    /// Lets the writer run for a while after its first promise, kills it, and gives its promises.
    fn kill(&self, after: Duration, early: bool) -> HashMap<Id, i64> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "kill::crash_writer", "--ignored", "--nocapture", "--test-threads=1"])
            .env(DIR, &self.dir)
            .env(CASE, self.case.to_string())
            .env(ACTOR, format!("{} {}", self.ctx.actor.user, self.ctx.actor.organisation))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(url) = &self.url {
            command.env(URL, url);
        }
        if early {
            command.env(EARLY, "yes");
        }
        let mut child = Running(command.spawn().unwrap());
        let mut out = BufReader::new(child.0.stdout.take().unwrap());
        let mut errors = child.0.stderr.take().unwrap();
        let listener = std::thread::spawn(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            said
        });
        // Its life is counted from its first promise, sometimes from its first step: then keys are still
        // being made.
        let [coin] = vault::random::bytes::<1>();
        let starts: &[u8] = if coin < 40 && !early { b"#ready" } else { b"#0" };
        let mut said_before = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let ended = out.read_until(b'\n', &mut line).unwrap() == 0;
            assert!(!ended, "the writer ended by itself: {}", listener.join().unwrap());
            said_before.extend_from_slice(&line);
            if line.starts_with(starts) {
                break;
            }
        }
        let reader = std::thread::spawn(move || {
            let _ = out.read_to_end(&mut said_before);
            said_before
        });
        std::thread::sleep(after);
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        let rest = reader.join().unwrap();
        let said = listener.join().unwrap();
        assert!(!said.contains("panicked"), "the writer broke before it was killed: {said}");
        let mut promises = HashMap::new();
        // A line that the kill cut in two is no promise.
        let whole = rest.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        for line in String::from_utf8_lossy(&rest[..whole]).lines() {
            let Some((id, version)) = line.strip_prefix('#').and_then(|l| l.split_once(' ')) else {
                continue;
            };
            let (Ok(id), Ok(version)) = (id.parse(), version.parse::<i64>()) else { continue };
            let kept = promises.entry(id).or_insert(0);
            *kept = (*kept).max(version);
        }
        promises
    }

    fn reopen(&self) -> Arc<Office> {
        Arc::new(open(&self.place, MasterSource::Passphrase(PASSPHRASE), Options::default()).unwrap())
    }

    /// Promises that were not kept.
    fn broken(&self, office: &Office, promises: &HashMap<Id, i64>) -> usize {
        office
            .look(&self.ctx, "test.promises", |desk| {
                let mut broken = 0;
                for (id, version) in promises {
                    let kept = match store::records::get(desk.tx, *id)? {
                        Some(stored) => {
                            let fits = stored.head.version >= *version;
                            // There is also: it opens.
                            desk.unseal(stored, Mask::PRIVILEGED)?;
                            fits
                        }
                        None => false,
                    };
                    broken += usize::from(!kept);
                }
                Ok(broken)
            })
            .unwrap()
    }

    fn looked_over(&self, office: &Office) {
        let verdict = office::audit::verify(office).unwrap();
        assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
        let checks = doctor(office, &self.ctx, &self.place, false).unwrap();
        let ill: Vec<_> = checks.iter().filter(|c| !c.ok).collect();
        assert!(ill.is_empty(), "{ill:?}");
    }
}

/// Up to 120 ms, of which short ones are more likely: most of what can go wrong happens early.
fn a_while() -> Duration {
    let [a, b, c, d] = vault::random::bytes::<4>();
    let random = f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX);
    Duration::from_micros((random * random * 120_000.0) as u64 + 500)
}

#[test]
fn heavy_kill_minus_nine() {
    let kills = std::env::var(KILLS).ok().and_then(|n| n.parse().ok()).unwrap_or(USUAL);
    let victims: Vec<Victim> = [Dialect::Sqlite, Dialect::Postgres].into_iter().filter_map(victim).collect();
    for victim in &victims {
        let engine = if victim.url.is_some() { "PostgreSQL" } else { "SQLite" };
        let mut all: HashMap<Id, i64> = HashMap::new();
        let mine = kills.div_ceil(victims.len());
        let mut silent = 0;
        for kill in 1..=mine {
            let promises = victim.kill(a_while(), false);
            silent += usize::from(promises.is_empty());
            let office = victim.reopen();
            assert_eq!(victim.broken(&office, &promises), 0, "{engine}, kill {kill}: of {}", promises.len());
            all.extend(promises);
            if kill % 10 == 0 || kill == mine {
                assert_eq!(victim.broken(&office, &all), 0, "{engine}, all promises after kill {kill}");
                victim.looked_over(&office);
            }
        }
        println!(
            "{engine}: {mine} kills, {} records promised, none lost; {silent} killed before any promise",
            all.len()
        );
        assert!(all.len() >= mine, "{engine}: hardly anything was written");
    }

    // The control: whoever promises before the commit is found out.
    for victim in &victims {
        let engine = if victim.url.is_some() { "PostgreSQL" } else { "SQLite" };
        let mut promised = 0;
        let caught = (1..=60).find_map(|kill| {
            let promises = victim.kill(a_while(), true);
            promised += promises.len();
            let broken = victim.broken(&victim.reopen(), &promises);
            (broken > 0).then_some((kill, broken))
        });
        let Some((kill, broken)) = caught else {
            panic!("{engine}: {promised} early promises and none broken: this test cannot fail");
        };
        println!("{engine}: promising early lost {broken} at kill {kill}");
        // What was never promised in earnest is gone, and the rest still fits together.
        victim.looked_over(&victim.reopen());
    }
}
