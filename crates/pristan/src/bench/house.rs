//! The installation that is measured: made anew, filled, and opened again by the server.

use super::names::Names;
use crate::cli::Failure;
use domain::policy::{Actor, Role};
use domain::{Date, Decision, Id, Mask, OrganisationId, Record, RecordKind, UserId, Values};
use office::desk::WritingDesk;
use office::upkeep::{self, FirstAdmin, Place, Setup};
use office::{Ctx, Ids, Office};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use vault::MasterSource;

/// 16 March 2017, 14:10 in Sofia, in microseconds since 1970: inside of the programme's period, so
/// that its figures count what was filled in.
pub const NOW: i64 = 1_489_666_200_000_000;
/// The day of [`NOW`].
const TODAY: Date = Date::constant(2017, 3, 16);
/// Login of the measured case worker.
pub const LOGIN: &str = "bench.caseworker";
/// Password of the measured case worker: of invented data on this machine's loopback.
pub const PASSWORD: &str = "седем лодки чакат топлия вятър";
/// Open cases of the measured case worker, if there are so many.
const OWN: u64 = 40;
/// Other case workers, who lead the rest.
const OTHERS: u64 = 24;
/// Cases in one transaction.
const BATCH: u64 = 50;
const DAY_US: i64 = 86_400_000_000;

const PROGRAMME: &str = include_str!("../../../../programmes/bg-2016-2017.toml");
const BY_BENCH: Decision = Decision::by("bench", Mask::PRIVILEGED);

fn place(data: &Path, database: Option<&str>) -> Place {
    match database {
        Some(url) => Place::Server { url: url.to_owned(), folder: Some(data.to_owned()) },
        None => Place::Folder(data.to_owned()),
    }
}

fn key_file(data: &Path) -> PathBuf {
    data.join("bench.key")
}

/// Is there a filled installation already?
pub fn exists(data: &Path) -> bool {
    data.join(upkeep::HEADER_FILE).exists()
}

/// Opens a filled installation, as `pristan serve` opens one.
pub fn open(data: &Path, database: Option<&str>) -> Result<Office, Failure> {
    open_with(data, database, store::Options::default())
}

fn open_with(data: &Path, database: Option<&str>, options: store::Options) -> Result<Office, Failure> {
    let key = key_file(data);
    Ok(upkeep::open(&place(data, database), MasterSource::KeyFile(&key), options)?)
}

/// A context of the measured house.
pub fn ctx(actor: Actor, now: i64, ids: &Ids) -> Ctx {
    Ctx { actor, now, today: TODAY, request: [0; 4], lang: "bg", ids: ids.clone(), keys: Arc::default() }
}

/// Makes an installation and fills it; `tell` hears how many cases there are. Filling is not what is
/// measured: it waits for no disk and has a large cache, and all of it is on the disk when this returns.
pub fn make(
    data: &Path,
    database: Option<&str>,
    cases: u64,
    seed: u64,
    tell: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    std::fs::create_dir_all(data)
        .map_err(|e| Failure::new(format!("cannot use the folder: {}", e.kind())))?;
    let key = key_file(data);
    vault::master::create_key_file(&key).map_err(|e| Failure::new(e.to_string()))?;
    let ids = Ids::Seeded(Arc::new(AtomicU64::new(seed << 40)));
    let start = Ctx { ids: ids.clone(), ..upkeep::system_ctx(NOW - 730 * DAY_US, TODAY) };
    let admin = FirstAdmin { login: "bench.admin", name: "Администратор", password: PASSWORD };
    let setup = Setup { programme: PROGRAMME, demo: true, cost: vault::Cost::MASTER, admin };
    drop(upkeep::init(&place(data, database), MasterSource::KeyFile(&key), &start, &setup)?);
    let options = store::Options {
        synchronous: store::Synchronous::Off,
        cache_kib: 256 * 1024,
        readers: 1,
        ..store::Options::default()
    };
    let office = open_with(data, database, options)?;
    let (organisation, users) = people_the_house(&office, &start)?;
    let mut filler = Filler { office: &office, ids, organisation, users, cases, seed };
    filler.fill(tell)?;
    drop(filler);
    office.store.checkpoint()?;
    drop(office);
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        std::fs::File::open(entry.path())
            .and_then(|file| file.sync_all())
            .map_err(|e| Failure::new(format!("the disk does not keep it: {}", e.kind())))?;
    }
    Ok(())
}

/// The measured case worker first, then the others.
fn people_the_house(office: &Office, ctx: &Ctx) -> Result<(Id, Vec<Id>), Failure> {
    let phc = vault::password::hash(PASSWORD, vault::Cost::PASSWORD);
    let made = office.act(ctx, "bench.house", |desk| {
        let first = store::records::of_kind(desk.tx, RecordKind::User.code(), None, None, 1)?;
        let organisation = first.first().map_or(Id([0; 16]), |s| s.head.organisation_id);
        let mut users = Vec::new();
        for n in 0..=OTHERS {
            let login = if n == 0 { LOGIN.to_owned() } else { format!("bench.{n}") };
            let mut head = desk.new_head(RecordKind::User);
            head.organisation_id = organisation;
            Role::Caseworker.code().clone_into(&mut head.state);
            let id = head.id;
            let values = Values::default()
                .with("name", format!("Социален работник {n}"))
                .with("login", login.as_str())
                .with("state", Role::Caseworker.code());
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_BENCH)?;
            store::doors::insert_login(desk.tx, office::doors::login_key(desk.office, &login), id, &phc)?;
            users.push(id);
        }
        Ok((organisation, users))
    })?;
    Ok(made)
}

struct Filler<'a> {
    office: &'a Office,
    ids: Ids,
    organisation: Id,
    users: Vec<Id>,
    cases: u64,
    seed: u64,
}

/// One case while it is written.
struct Episode {
    case: Id,
    opened: Date,
}

impl Filler<'_> {
    fn fill(&mut self, tell: &mut dyn FnMut(u64)) -> Result<(), Failure> {
        let mut done = 0;
        while done < self.cases {
            let to = (done + BATCH).min(self.cases);
            self.office.reserve_keys(usize::try_from(BATCH * 3).unwrap_or(200))?;
            // The oldest cases lie two years back; lists are in the order of the last touch.
            let span = 729 * DAY_US;
            let part = i64::try_from(u128::from(done) * 1_000_000 / u128::from(self.cases)).unwrap_or(0);
            let now = NOW - span + span / 1_000_000 * part;
            let actor = Actor::new(
                UserId(self.users.first().copied().unwrap_or(Id([0; 16]))),
                OrganisationId(self.organisation),
                Role::Caseworker,
                [0; 8],
            );
            let ctx = ctx(actor, now, &self.ids);
            self.office.act(&ctx, "bench.fill", |desk| {
                for n in done..to {
                    self.case(desk, n)?;
                }
                Ok(())
            })?;
            done = to;
            tell(done);
        }
        Ok(())
    }

    /// Who leads: every so-manieth case belongs to the measured case worker, and those stay open.
    fn lead(&self, n: u64) -> (Id, bool) {
        let every = (self.cases / OWN).max(1);
        let own = n % every == every / 2 && n / every < OWN;
        let index = if own { 0 } else { 1 + n % OTHERS };
        let id = usize::try_from(index).ok().and_then(|i| self.users.get(i)).copied();
        (id.unwrap_or(Id([0; 16])), own)
    }

    fn case(&self, desk: &mut WritingDesk<'_, '_>, n: u64) -> office::Result<()> {
        let mut names = Names::new(self.seed, n);
        let (lead, own) = self.lead(n);
        let ago = i64::try_from(names.below(700)).unwrap_or(0) + 20;
        let opened = TODAY.saturating_sub(jiff::Span::new().days(ago));
        let female = names.below(100) < 70;
        let foreign = names.below(100) < 8;
        let child = names.below(100) < 12;
        let (given, family) = names.name(female);
        let birth = if child { 2002 } else { 1960 + names.below(38) };
        let person = Values::default()
            .with("given_name", given)
            .with("family_name", family)
            .with("sex", if female { "female" } else { "male" })
            .with("birth_date", format!("{birth}-{:02}-{:02}", 1 + names.below(12), 1 + names.below(28)))
            .with("citizenship", if foreign { "UA" } else { "BG" })
            .with("phone", phone(n))
            .with("spoken", if foreign { "uk" } else { "bg" })
            .with("current_address", "гр. София, ул. Измислена 1");
        let person = self.put(desk, RecordKind::Person, None, None, lead, None, &person)?;
        let state = match names.below(100) {
            _ if own => ["active", "return", "reintegration"]
                .get(usize::try_from(names.below(3)).unwrap_or(0))
                .copied(),
            0..=14 => Some("active"),
            15..=19 => Some("return"),
            20..=29 => Some("reintegration"),
            _ => Some("closed"),
        };
        let case = Values::default()
            .with("on_date", opened.to_string())
            .with(
                "track",
                if child {
                    "children"
                } else if foreign {
                    "foreigners"
                } else {
                    "adults"
                },
            )
            .with("role", "victim")
            .with("intake", "partner")
            .with(
                "risk",
                ["high", "medium", "low"]
                    .get(usize::try_from(names.below(3)).unwrap_or(0))
                    .copied()
                    .unwrap_or("low"),
            )
            .with("home_district", "plovdiv")
            .with("summary", TEXT)
            .with("state", state.unwrap_or("active"));
        let number = format!("{:03}-{:04}", 100 + n / 10_000, n % 10_000);
        let case = self.put(desk, RecordKind::Case, Some(person), None, lead, Some(number), &case)?;
        let episode = Episode { case, opened };
        self.records(desk, &mut names, &episode, lead, foreign)
    }

    fn records(
        &self,
        desk: &mut WritingDesk<'_, '_>,
        names: &mut Names,
        episode: &Episode,
        lead: Id,
        foreign: bool,
    ) -> office::Result<()> {
        let day = |days: i64| episode.opened.saturating_add(jiff::Span::new().days(days)).to_string();
        let here = Some(episode.case);
        let (from, to) = if foreign { ("BG", "UA") } else { ("DE", "BG") };
        let consent = Values::default()
            .with("on_date", day(0))
            .with("given_how", "written")
            .with("scope", "contact identity needs")
            .with("purpose", "assistance return")
            .with("due_on", day(400))
            .with("state", "given");
        self.put(desk, RecordKind::Consent, None, here, lead, None, &consent)?;
        let found = Values::default()
            .with("on_date", day(1))
            .with("kind", "formal")
            .with("outcome", "identified")
            .with("country", from)
            .with("basis", TEXT);
        self.put(desk, RecordKind::Identification, None, here, lead, None, &found)?;
        for _ in 0..2 {
            let kind = if names.below(2) == 0 { "psychological" } else { "social" };
            let need = Values::default()
                .with("on_date", day(2))
                .with("service_type", kind)
                .with("urgency", "week")
                .with("state", "open");
            self.put(desk, RecordKind::Need, None, here, lead, None, &need)?;
            let service = Values::default()
                .with("on_date", day(14))
                .with("service_type", kind)
                .with("description", TEXT)
                .with("state", "delivered");
            self.put(desk, RecordKind::Service, None, here, lead, None, &service)?;
        }
        for n in 0..3 {
            let note = Values::default()
                .with("on_date", day(3 + n))
                .with("contact_kind", "meeting")
                .with("text", TEXT);
            self.put(desk, RecordKind::Note, None, here, lead, None, &note)?;
        }
        if names.below(100) < 60 {
            let moving = Values::default()
                .with("direction", if foreign { "to_origin" } else { "to_bulgaria" })
                .with("will", "voluntary")
                .with("from_country", from)
                .with("to_country", to)
                .with("on_date", day(8))
                .with("departed_on", day(8))
                .with("arrived_on", day(9))
                .with("state", "arrived");
            self.put(desk, RecordKind::Return, None, here, lead, None, &moving)?;
            let plan = Values::default()
                .with("on_date", day(10))
                .with("summary", TEXT)
                .with("signed_on", day(12))
                .with("due_on", day(190))
                .with("state", "signed");
            self.put(desk, RecordKind::Plan, None, here, lead, None, &plan)?;
        }
        let task = Values::default()
            .with("text", "Обаждане до близките")
            .with("kind", "call")
            .with("due_on", day(700))
            .with("state", if names.below(100) < 20 { "open" } else { "done" });
        self.put(desk, RecordKind::Task, None, here, lead, None, &task)?;
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of a record")]
    fn put(
        &self,
        desk: &mut WritingDesk<'_, '_>,
        kind: RecordKind,
        person: Option<Id>,
        case: Option<Id>,
        lead: Id,
        number: Option<String>,
        values: &Values,
    ) -> office::Result<Id> {
        let mut head = desk.new_head(kind);
        head.take(values);
        head.person_id = person;
        head.case_id = case;
        head.number = number;
        head.created_by = lead;
        head.updated_by = lead;
        if matches!(kind, RecordKind::Case | RecordKind::Task) {
            head.assignee = Some(lead);
        }
        let id = head.id;
        desk.insert(
            &Record { head, values: values.clone(), mask: Mask::PRIVILEGED, locked: Mask::NONE },
            BY_BENCH,
        )?;
        Ok(id)
    }
}

/// A telephone number that belongs to one case.
pub fn phone(n: u64) -> String {
    format!("+35988{n:07}")
}

/// As long as a narrative is on the average.
const TEXT: &str = "Измислен разказ за измислен човек. Срещата се проведе спокойно; жената каза, че се чувства \
    по-сигурна и че иска да продължи обучението. Уговорихме следваща среща и посещение при лекар. Документите са \
    готови, остава превод на удостоверението. Близките са уведомени с нейно съгласие и ще я посрещнат на гарата.";
