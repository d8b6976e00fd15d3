//! A canary in every field of every kind of record, in logins, passwords, drafts, searches and reasons.
//! Then everything that the program left behind is searched for them: database, log of the database,
//! keystore, log output at the finest level, messages of errors and of a crash, temporary files.

use crate::canary_grep::Net;
use crate::tale::{form, said, sound};
use domain::policy::Role;
use domain::values::Input;
use domain::{Id, Kind, RecordKind};
use office::people::Query;
use office::records::{Under, create};
use office::{Ctx, OfficeError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use testkit::house::{Engine, TestOffice, office};

/// Makes canaries that nobody else writes, and remembers them.
struct Aviary {
    run: u32,
    next: u32,
    all: Vec<String>,
}

impl Aviary {
    fn new() -> Aviary {
        let [a, b, ..] = vault::random::bytes::<4>();
        Aviary { run: u32::from(a) << 8 | u32::from(b), next: 0, all: Vec::new() }
    }

    /// A word in letters and digits, Latin and Cyrillic.
    fn word(&mut self) -> String {
        self.next += 1;
        let word = format!("жqz{:04x}v{:03}юk", self.run, self.next);
        self.all.push(word.clone());
        // Part of it in the folded form of search terms.
        self.all.push(format!("qz{:04x}v{:03}", self.run, self.next));
        word
    }

    /// At most so many characters.
    fn short(&mut self, most: usize) -> String {
        if most >= 15 {
            return self.word();
        }
        self.next += 1;
        let short: String = format!("ѭ{:03}ѫ", self.next % 1000).chars().take(most).collect();
        self.all.push(short.clone());
        short
    }

    fn phone(&mut self) -> String {
        self.next += 1;
        let digits = format!("{:05}{:03}", self.run, self.next);
        self.all.push(digits.clone());
        format!("+35988{digits}")
    }

    fn number(&mut self) -> String {
        self.next += 1;
        let number = format!("QY{:05}{:03}", self.run, self.next);
        self.all.push(number.clone());
        number
    }

    /// A whole form of a kind: canaries where text is taken, else whatever passes the check.
    fn form(&mut self, kind: RecordKind, known: &Known) -> Input {
        let mut input = Input::new();
        let not_asked = office::records::not_on_form(kind);
        for field in kind.spec().fields.iter().filter(|f| !not_asked.contains(&f.name)) {
            let value = match field.kind {
                Kind::Text(most) => self.short(most),
                Kind::Long(_) => format!("{}\n{} 😔", self.word(), self.word()),
                Kind::Phone => self.phone(),
                Kind::PersonalNumber => self.number(),
                Kind::Date | Kind::PartialDate => "2016-06-01".to_owned(),
                Kind::Code(list) | Kind::Codes(list) => match field.name {
                    "identifier_kind" => "passport".to_owned(),
                    "state" if kind == RecordKind::Contact => "follow_up".to_owned(),
                    // Of some kinds there is one organisation.
                    "kind" if kind == RecordKind::Organisation => "shelter".to_owned(),
                    _ => list.codes[0].to_owned(),
                },
                Kind::Tick => "yes".to_owned(),
                Kind::Number(low, _) => low.to_string(),
                Kind::Money => "12.50".to_owned(),
                Kind::Country | Kind::Countries => "BG".to_owned(),
                Kind::Organisation | Kind::Organisations => known.organisation.to_string(),
                Kind::User => known.user.to_string(),
                Kind::Record(_) => match known.need {
                    Some(need) => need.to_string(),
                    None => continue,
                },
            };
            input.insert(field.name.to_owned(), vec![value]);
        }
        input
    }
}

struct Known {
    organisation: Id,
    user: Id,
    need: Option<Id>,
}

/// Takes what the subscriber writes.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn line(&self, text: &str) {
        let mut paper = self.clone();
        writeln!(paper, "{text}").unwrap();
    }
}

fn must<T>(result: office::Result<T>) -> T {
    result.unwrap_or_else(|e| panic!("{}", said(&e)))
}

/// One record of every kind, all forms full.
fn plant(house: &TestOffice, birds: &mut Aviary) -> Vec<Id> {
    let worker = house.ctx(Role::Caseworker);
    let admin = house.ctx(Role::Admin);
    let hotline = house.ctx(Role::Hotline);
    let mut known = Known { organisation: house.organisation, user: worker.actor.user.0, need: None };
    let mut planted: Vec<(RecordKind, Id)> = Vec::new();
    let mut of = |kind, id| {
        planted.push((kind, id));
        id
    };
    let alone = Under::default();
    let write = |birds: &mut Aviary, ctx: &Ctx, kind, under, known: &Known| {
        let input = birds.form(kind, known);
        must(create(house, ctx, kind, under, &input, None))
    };

    let organisation =
        of(RecordKind::Organisation, write(birds, &admin, RecordKind::Organisation, alone, &known));
    let mut user = birds.form(RecordKind::User, &known);
    let login = format!("qy{:04x}.login", birds.run);
    let password = birds.word() + &birds.word();
    birds.all.push(login.clone());
    user.insert("login".to_owned(), vec![login.clone()]);
    user.insert("password".to_owned(), vec![password.clone()]);
    of(RecordKind::User, must(office::organisations::add_user(house, &admin, organisation, &user, None)));
    let token = must(office::doors::sign_in(house, &worker, &login, &password));
    birds.all.push(token);
    let wrong = birds.word() + &login;
    assert!(office::doors::sign_in(house, &worker, &login, &wrong).is_err());
    assert!(office::doors::sign_in(house, &worker, &birds.word(), &birds.word()).is_err());

    let input = birds.form(RecordKind::Contact, &known);
    let contact = of(RecordKind::Contact, must(office::hotline::log(house, &hotline, &input, None)));
    must(office::hotline::convert(house, &hotline, contact, None));
    let signal = of(RecordKind::Signal, write(birds, &worker, RecordKind::Signal, alone, &known));
    let under = |id| Under { case_id: None, parent_id: Some(id) };
    let noted =
        of(RecordKind::SignalPerson, write(birds, &worker, RecordKind::SignalPerson, under(signal), &known));
    let person = of(RecordKind::Person, write(birds, &worker, RecordKind::Person, alone, &known));
    must(office::people::link(house, &worker, noted, person, None));
    let mut input = birds.form(RecordKind::Case, &known);
    input.insert("state".to_owned(), vec!["active".to_owned()]);
    let case =
        of(RecordKind::Case, must(office::cases::open(house, &worker, person, Some(signal), &input, None)));
    let within = Under { case_id: Some(case), parent_id: None };
    for kind in RecordKind::IN_CASE {
        let id = of(*kind, write(birds, &worker, *kind, within, &known));
        let children: &[RecordKind] = match kind {
            RecordKind::Need => {
                known.need = Some(id);
                &[]
            }
            RecordKind::Return => &[RecordKind::Gate, RecordKind::Leg],
            RecordKind::Plan => &[RecordKind::Goal],
            _ => &[],
        };
        for child in children {
            of(*child, write(birds, &worker, *child, under(id), &known));
        }
        if *kind == RecordKind::Consent {
            let note = birds.word();
            let input = form(&[("withdrawn_on", "2016-07-01"), ("withdrawal_note", &note)]);
            must(office::consents::withdraw(house, &worker, id, &input));
        }
    }
    let manager = house.ctx(Role::Manager);
    let hold = birds.form(RecordKind::Hold, &known);
    of(RecordKind::Hold, must(office::erasure::hold(house, &manager, case, &hold, None)));
    let paper = birds.form(RecordKind::LegalRequest, &known);
    let request =
        of(RecordKind::LegalRequest, must(office::legal::register(house, &worker, case, &paper, None)));
    let second = house.colleague(Role::Manager, "second.manager");
    let yes = form(&[("outcome", "approve"), ("groups", "contact"), ("sure", "1")]);
    must(office::legal::decide(house, &manager, request, 1, &yes));
    must(office::legal::decide(house, &second, request, 2, &yes));
    let (_, given) = must(office::legal::answer(house, &second, request));
    assert!(given.parts.iter().any(|p| birds.all.iter().any(|b| p.values.0.values().any(|v| v.contains(b)))));
    let counted = birds.form(RecordKind::Export, &known);
    let export = of(RecordKind::Export, must(office::exchange::prepare(house, &manager, &counted, None)));
    assert!(!must(office::exchange::take(house, &manager, export)).is_empty());
    let asked = birds.form(RecordKind::Erasure, &known);
    of(RecordKind::Erasure, must(office::erasure::ask(house, &worker, person, &asked, None)));
    let training = of(RecordKind::Training, write(birds, &worker, RecordKind::Training, alone, &known));
    for child in [RecordKind::TrainingSession, RecordKind::Attendance] {
        of(child, write(birds, &worker, child, under(training), &known));
    }
    for kind in RecordKind::ALL {
        assert!(planted.iter().any(|(k, _)| k == kind), "no canary in {kind:?}");
    }
    planted.into_iter().map(|(_, id)| id).collect()
}

/// Reads, changes, searches, reveals, drafts, closes: every way by which a value passes.
fn live(house: &TestOffice, birds: &mut Aviary, planted: &[Id], paper: &Paper) {
    let worker = house.ctx(Role::Caseworker);
    let mut case = None;
    for id in planted {
        let Ok((record, _)) = office::records::for_edit(house, &worker, *id) else { continue };
        let kind = record.head.kind;
        if kind == RecordKind::Case {
            case = Some(*id);
        }
        let mut input = record.values.to_input(kind.spec());
        for field in kind.spec().fields.iter().filter(|f| matches!(f.kind, Kind::Long(_))) {
            input.insert(field.name.to_owned(), vec![birds.word()]);
        }
        must(office::records::edit(house, &worker, *id, record.head.version, &input));
        must(office::records::history(house, &worker, *id));
        // Everything that can go wrong, said in every way in which a program says it.
        let stale = office::records::edit(house, &worker, *id, record.head.version, &input).err();
        assert!(matches!(stale, Some(OfficeError::Stale(_))), "{kind:?}");
        let mut bad = input.clone();
        for field in kind.spec().fields {
            bad.insert(field.name.to_owned(), vec![birds.word().repeat(9_000)]);
        }
        let invalid = office::records::edit(house, &worker, *id, record.head.version + 1, &bad).err();
        assert!(matches!(invalid, Some(OfficeError::Invalid(_))), "{kind:?}");
        for error in [stale, invalid].into_iter().flatten() {
            paper.line(&format!("{error} {error:?} {error:#?}"));
        }
    }
    let case = case.expect("a case");
    must(office::people::reveal(house, &worker, case, &birds.word()));
    must(office::people::search(house, &worker, &Query { text: birds.word() }));
    for bird in birds.all.clone().iter().take(40) {
        must(office::people::search(house, &worker, &Query { text: bird.clone() }));
    }
    let draft = birds.word() + &birds.word();
    must(office::doors::save_draft(
        house,
        &house.signed_in(&worker),
        worker.now,
        "/people/new",
        draft.as_bytes(),
    ));
    let page = must(office::cases::page(house, &worker, case));
    let note = birds.word();
    let closing =
        form(&[("closure_reason", "goals_reached"), ("closed_on", "2016-09-01"), ("closure_note", &note)]);
    must(office::cases::close(house, &worker, case, page.case.head.version, &closing));
    must(office::cases::reopen(house, &worker, case, None));
    must(office::tasks::home(house, &worker));
}

/// A use case that crashes while a person's whole identity lies open on its desk.
fn crash(house: &TestOffice, planted: &[Id], paper: &Paper) {
    let ctx = house.ctx(Role::Caseworker);
    let said = paper.clone();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        said.line(&format!("{info}\n{info:?}\n{}", std::backtrace::Backtrace::force_capture()));
    }));
    let crashed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        house.act(&ctx, "test.crash", |desk| {
            let mut open = Vec::new();
            for id in planted {
                open.extend(desk.fetch(domain::Action::View, *id));
            }
            assert!(!open.is_empty());
            let nothing = open.get(1_000).map(|r| r.head.id);
            Ok(nothing.expect("something has gone wrong in the middle of a use case"))
        })
    }));
    std::panic::set_hook(before);
    assert!(crashed.is_err());
    // The next one works: the crash took nothing with it.
    must(office::tasks::home(house, &ctx));
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&path, out),
            Ok(kind) if kind.is_file() => out.push(path),
            _ => {}
        }
    }
}

/// Files right in the folder for temporary files that were written since; other tests have folders there.
fn temporary(since: SystemTime) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let fresh = entry
            .metadata()
            .is_ok_and(|m| m.is_file() && m.len() < 64 << 20 && m.modified().is_ok_and(|at| at >= since));
        if fresh {
            out.push(entry.path());
        }
    }
    out
}

/// Everything that lies in the tables of the server, each value as it is.
fn server(house: &TestOffice) -> Vec<(String, Vec<u8>)> {
    let Some(database) = house.database() else { return Vec::new() };
    let mut client = database.connect().unwrap();
    let columns = client
        .query(
            "select table_schema, table_name, column_name, data_type from information_schema.columns \
             where table_schema not in ('pg_catalog', 'information_schema')",
            &[],
        )
        .unwrap();
    assert!(columns.len() > 60, "{} columns", columns.len());
    let mut out = Vec::new();
    for row in columns {
        let [schema, table, column, kind]: [String; 4] = [0, 1, 2, 3].map(|n| row.get(n));
        let read =
            if kind == "bytea" { column.clone() } else { format!("convert_to({column}::text, 'UTF8')") };
        let mut bytes = Vec::new();
        for row in client.query(&format!("select {read} from {schema}.{table}"), &[]).unwrap() {
            bytes.extend_from_slice(row.get::<_, Option<&[u8]>>(0).unwrap_or_default());
            bytes.extend_from_slice(b"\n\n");
        }
        out.push((format!("{schema}.{table}.{column}"), bytes));
    }
    // What the server remembers of statements: they carry no values.
    for row in client.query("select coalesce(query, '') from pg_stat_activity", &[]).unwrap() {
        out.push(("pg_stat_activity".to_owned(), row.get::<_, String>(0).into_bytes()));
    }
    out
}

fn caught(house: &TestOffice, net: &Net, paper: &Paper, since: SystemTime) -> (Vec<String>, usize) {
    let mut out = Vec::new();
    let mut looked = 0;
    let mut look = |place: &str, bytes: &[u8]| {
        looked += bytes.len();
        for (canary, disguise) in net.caught(bytes) {
            out.push(format!("{canary} ({disguise}) in {place}"));
        }
    };
    let mut paths = temporary(since);
    files(house.folder(), &mut paths);
    for path in paths {
        look(&path.display().to_string(), path.display().to_string().as_bytes());
        if let Ok(bytes) = std::fs::read(&path) {
            look(&path.display().to_string(), &bytes);
        }
    }
    for (place, bytes) in server(house) {
        look(&place, &bytes);
    }
    look("the log output", &paper.0.lock().unwrap());
    (out, looked)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "compared with times of files, which the system's clock gives")]
fn no_canary_sings() {
    let paper = Paper::default();
    let writer = paper.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .init();
    for engine in Engine::BOTH {
        let since = SystemTime::now();
        let Some(house) = office(engine) else { continue };
        let mut birds = Aviary::new();
        let planted = plant(&house, &mut birds);
        live(&house, &mut birds, &planted, &paper);
        crash(&house, &planted, &paper);

        let net = Net::new(birds.all.iter().map(String::as_str));
        if engine == Engine::Sqlite {
            assert!(
                house.folder().join("pristan.db-wal").exists(),
                "the log of SQLite must be there to be read"
            );
        }
        let (found, looked) = caught(&house, &net, &paper, since);
        assert!(found.is_empty(), "{engine:?}: {}", found.join("\n"));
        assert!(looked > 300_000, "{engine:?}: only {looked} bytes were there to look at");
        let logged = String::from_utf8_lossy(&paper.0.lock().unwrap()).into_owned();
        assert!(
            logged.contains("records.create") && logged.contains("something has gone wrong"),
            "no log, no test"
        );
        sound(&house);

        // The control: one canary written in clear into a column, one into a file, one into the log.
        let [column, file, log] = [0, 1, 2].map(|_| birds.word());
        let net = Net::new(birds.all.iter().map(String::as_str));
        house
            .store
            .write("test.control", |tx| store::settings::set(tx, "control", &format!("a {column} b")))
            .unwrap();
        std::fs::write(
            house.folder().join("control.txt"),
            file.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
        )
        .unwrap();
        paper.line(&format!("somebody said {log} aloud"));
        let (found, _) = caught(&house, &net, &paper, since);
        for canary in [&column, &file, &log] {
            assert!(
                found.iter().any(|f| f.starts_with(canary.as_str())),
                "{engine:?}: the net has a hole: {found:?}"
            );
        }
        *paper.0.lock().unwrap() = Vec::new();
    }
}
