//! A demo that looks like life: invented people with a two-year history that ends today.
//!
//! Everything is made up before anything is written (`story`, `journey`, `around`), from a seed and from
//! nothing else but the day; then it is written in the order of its history, each record by the person and
//! at the moment of the story, through the same desk as everything else.

mod accounts;
mod around;
mod journey;
mod movement;
mod names;
mod plan;
mod profile;
mod rng;
mod story;
mod texts;

use crate::cli::{DemoArgs, Failure};
use crate::key::DEMO_KEY;
use crate::{clock, out, serve};
use accounts::{ACCOUNTS, Staff};
use domain::{Date, Decision, Mask};
use office::desk::Desk;
use office::upkeep::{self, FirstAdmin, HEADER_FILE, Place, Setup, UpkeepError};
use office::{Ctx, Office, OfficeError};
use plan::{Op, Planner, Write};
use std::path::Path;
use store::StoreError;
use vault::MasterSource;

const PROGRAMME: &str = include_str!("../../../../programmes/bg-2016-2017.toml");
/// The setting that says which demo is complete.
const MADE: &str = "demo_made";
/// Records in one transaction.
const BATCH: usize = 200;
/// Cases made up at a time: memory stays flat however many there are.
const CHUNK: u64 = 500;
/// So many cases are told in full at most; the others in brief.
const FULL: u64 = 5_000;
/// Up to this many cases the whole history is written in the order of time.
const ONE_HISTORY: u64 = 1_000;

/// `pristan demo`.
pub fn run(args: &DemoArgs) -> Result<u8, Failure> {
    if args.cases > 100_000 {
        return Err(Failure::new("a demo has at most 100000 cases"));
    }
    let office = office(args)?;
    for account in &ACCOUNTS {
        out::line(&format!("account: {} {} {}", account.login, account.password, account.role.code()));
    }
    if args.no_serve {
        return Ok(0);
    }
    serve::serve(office, args.listen, 60, None)
}

/// The demo that is there already, or a new one.
fn office(args: &DemoArgs) -> Result<Office, Failure> {
    let dir = &args.data;
    let place = match &args.database {
        Some(url) => Place::Server { url: url.clone(), folder: Some(dir.clone()) },
        None => Place::Folder(dir.clone()),
    };
    let key = dir.join(DEMO_KEY);
    if dir.join(HEADER_FILE).exists() {
        if !key.exists() {
            return Err(Failure::new(format!(
                "{} holds an installation that is no demo; nothing was changed",
                dir.display()
            )));
        }
        match found(&place, &key, args) {
            Ok(Some(office)) => return Ok(office),
            Ok(None) => {}
            // A demo of another program version: what is in it is invented and made anew.
            Err(
                UpkeepError::Newer { .. }
                | UpkeepError::Incomplete(_)
                | UpkeepError::Store(StoreError::SchemaChanged(_)),
            ) => {}
            Err(other) => return Err(other.into()),
        }
        if args.database.is_some() {
            return Err(Failure::new(
                "the database holds something else: give an empty database and an empty --data folder",
            ));
        }
    }
    if key.exists() {
        out::note("The demo that was there is another one; it is made anew.");
        clear(dir)?;
    }
    make(&place, &key, args)
}

fn found(place: &Place, key: &Path, args: &DemoArgs) -> Result<Option<Office>, UpkeepError> {
    let office = upkeep::open(place, MasterSource::KeyFile(key), store::Options::default())?;
    let made = office.store.read("demo.found", |tx| store::settings::get(tx, MADE))?;
    Ok((office.demo && made == Some(mark(args))).then_some(office))
}

fn mark(args: &DemoArgs) -> String {
    format!("cases {} seed {}", args.cases, args.seed)
}

/// Removes the files of a demo and nothing else.
fn clear(dir: &Path) -> Result<(), Failure> {
    let mut names = vec![HEADER_FILE.to_owned()];
    for file in ["pristan.db", "keystore.db"] {
        names.extend(["", "-wal", "-shm", "-journal"].map(|side| format!("{file}{side}")));
    }
    // Last: while it is there, the folder counts as a demo.
    names.push(DEMO_KEY.to_owned());
    for name in names {
        let path = dir.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(format!("cannot remove {}: {}", path.display(), error.kind())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn make(place: &Place, key: &Path, args: &DemoArgs) -> Result<Office, Failure> {
    let dir = &args.data;
    if !dir.is_dir() {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| Failure::new(format!("cannot make {}: {}", dir.display(), e.kind())))?;
    }
    vault::master::create_key_file(key).map_err(|e| Failure::new(e.to_string()))?;
    let ctx = clock::ctx();
    let programme = programme(ctx.today);
    let first = accounts::first();
    let admin = FirstAdmin { login: first.login, name: first.name(), password: first.password };
    let setup = Setup { programme: &programme, demo: true, cost: vault::Cost::MASTER, admin };
    let office = upkeep::init(place, MasterSource::KeyFile(key), &ctx, &setup)?;
    out::note("Making the demo's accounts.");
    accounts::make(&office, &ctx)?;
    let filled = fill(&office, &ctx, args.cases, args.seed, false)?;
    office.store.write("demo.made", |tx| store::settings::set(tx, MADE, &mark(args)))?;
    out::note(&format!("{} cases, {} entries.", filled.cases, filled.writes));
    Ok(office)
}

/// The programme of the demo: the same, but its period is last year and this one, so that its figures move.
fn programme(today: Date) -> String {
    let mut text = String::with_capacity(PROGRAMME.len());
    let mut heading = true;
    for line in PROGRAMME.lines() {
        heading &= !line.starts_with('[');
        match line.split_once(" = ") {
            Some(("from", _)) if heading => text.push_str(&format!("from = \"{}-01-01\"", today.year() - 1)),
            Some(("to", _)) if heading => text.push_str(&format!("to = \"{}-12-31\"", today.year())),
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Cases.
    pub cases: u64,
    /// Records and changes.
    pub writes: u64,
}

/// Fills an office that has no cases yet with so many. `lean` makes a person, a case and three records
/// each and nothing around them; else up to [`FULL`] cases, evenly spread, have their whole story. Case workers lead the cases; where there are none, `ctx.actor` does.
///
/// # Errors
/// The database.
pub fn fill(office: &Office, ctx: &Ctx, cases: u32, seed: u64, lean: bool) -> Result<Filled, OfficeError> {
    let staff = Staff::of(office, ctx)?;
    let cases = u64::from(cases);
    let bar = out::progress(cases, "Making invented cases");
    let chunk = if !lean && cases <= ONE_HISTORY { ONE_HISTORY } else { CHUNK };
    let mut filled = Filled::default();
    let mut from = 0;
    while from < cases || (from == 0 && !lean) {
        let until = (from + chunk).min(cases);
        let mut planner = Planner::new(&staff, &office.programme, ctx.now, ctx.today);
        if from == 0 && !lean {
            around(&mut planner, seed, cases);
        }
        for index in from..until {
            let brief = lean || !index.is_multiple_of(cases.div_ceil(FULL));
            story::tell(&mut planner, seed, index, cases, brief);
        }
        let mut writes = planner.out;
        // Stable: what happens at the same moment keeps its order.
        writes.sort_by_key(|w| w.at);
        let all = writes.len() as u64;
        let mut done = 0;
        for batch in writes.chunks(BATCH) {
            write(office, ctx, batch)?;
            done += batch.len() as u64;
            bar.set_position(from + (until - from) * done / all.max(1));
        }
        filled.writes += all;
        filled.cases = until;
        from = until.max(1);
    }
    bar.finish_and_clear();
    Ok(filled)
}

fn around(planner: &mut Planner<'_>, seed: u64, cases: u64) {
    around::calls(planner, seed, cases);
    around::trainings(planner, seed);
    around::desks(planner, seed);
}

/// One transaction: each record written by the person and at the moment of the story.
fn write(office: &Office, ctx: &Ctx, batch: &[Write]) -> Result<(), OfficeError> {
    let moments: Vec<Ctx> = batch
        .iter()
        .map(|w| Ctx { actor: w.actor, now: w.at, today: clock::today(w.at), ..ctx.clone() })
        .collect();
    office.reserve_keys(batch.len() + 16)?;
    let decision = Decision::by("demo", Mask::PRIVILEGED);
    office.store.write("demo.fill", |tx| {
        let mut desk = Desk::new(office, ctx, tx);
        for (write, moment) in batch.iter().zip(&moments) {
            desk.ctx = moment;
            match &write.op {
                Op::Share { case_id, wish } => {
                    // A desk remembers how its actor stands to a case; here another one sits down.
                    desk.write_leaves()?;
                    desk = Desk::new(office, moment, tx);
                    let case = desk.stored(*case_id)?;
                    let case = desk.unseal(case, Mask::PRIVILEGED)?;
                    office::shares::enter(&mut desk, &case, wish, decision)?;
                    desk.write_leaves()?;
                    desk = Desk::new(office, moment, tx);
                }
                Op::Insert(record) => desk.insert(record, decision)?,
                Op::Update(record, action) => desk.update(&mut record.clone(), decision, action)?,
                Op::Grant { case_id, holder, relation } => {
                    let state = desk.stored(*case_id)?.head.state;
                    let row = store::access::Row::new(*case_id, *holder, relation.code(), &state, moment.now);
                    let kind = domain::RecordKind::Case;
                    store::access::insert(desk.tx, &row)?;
                    desk.note_many(
                        "grant",
                        kind,
                        vec![*case_id, *holder],
                        vec![*case_id],
                        decision,
                        Mask::NONE,
                    );
                }
            }
        }
        desk.write_leaves()
    })
}

#[cfg(test)]
mod tests;
