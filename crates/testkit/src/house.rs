//! A whole office in a folder of its own: database on either engine, keys, programme, one
//! organisation, one user of each role, a clock that stands still.

use crate::pg;
use domain::policy::Role;
use domain::programme::Programme;
use domain::{Actor, Date, Decision, Id, Mask, OrganisationId, Record, RecordKind, UserId, Values};
use office::desk::WritingDesk;
use office::doors::SignedIn;
use office::doors::bound::Bond;
use office::{Ctx, Ids, Office};
use std::collections::HashMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::{MIGRATIONS, Options, Store};
use vault::{Half, UserSecret};

/// Which engine lies below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server, when one is named (see [`pg::VARIABLE`]).
    Postgres,
}

impl Engine {
    /// Both.
    pub const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];
}

/// 16 March 2017, 14:10 in Sofia, in microseconds since 1970.
pub const NOW: i64 = 1_489_666_200_000_000;
/// The day of [`NOW`].
pub const TODAY: Date = Date::constant(2017, 3, 16);
/// Password of every user; the login is the code of the role.
pub const PASSWORD: &str = "осем кораба в тихия пристан";
/// Code of the organisation.
pub const ORGANISATION: &str = "IOM-SOF";

/// Where this is set, every house is locked: its data hangs from its people's keys.
pub const LOCKED: &str = "PRISTAN_TEST_LOCKED";

/// The programme of the repository.
pub const PROGRAMME: &str = include_str!("../../../programmes/bg-2016-2017.toml");

/// An office that is taken down when dropped.
pub struct TestOffice {
    /// The office itself.
    pub office: Arc<Office>,
    /// The one organisation, `IOM-SOF`.
    pub organisation: Id,
    users: HashMap<Role, Id>,
    secrets: Mutex<HashMap<Id, UserSecret>>,
    // The order is the order of taking down: connections, then database, then folder.
    database: Option<pg::Database>,
    folder: Folder,
}

impl std::ops::Deref for TestOffice {
    type Target = Office;
    fn deref(&self) -> &Office {
        &self.office
    }
}

impl TestOffice {
    /// The user of a role.
    ///
    /// # Panics
    /// Never: there is one of each.
    #[must_use]
    pub fn user(&self, role: Role) -> Id {
        must(self.users.get(&role).copied().ok_or("no such user"))
    }

    /// Who acts, at [`NOW`], in English.
    #[must_use]
    pub fn ctx(&self, role: Role) -> Ctx {
        let actor = Actor::new(UserId(self.user(role)), OrganisationId(self.organisation), role, [7; 8]);
        self.with_keys(context(actor), &Half::BOTH)
    }

    /// Gives a user keys of her own, as setting up a passkey does.
    ///
    /// # Panics
    /// The store does not write.
    pub fn enrol(&self, user: Id) {
        let (secret, public) = vault::people::new_user();
        must(
            self.store.write("test.enrol", |tx| {
                store::roots::set_user(tx, user, &public.work, &public.identity, NOW)
            }),
        );
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(user, secret);
    }

    /// The same, with the keyring of a session that opened these halves; without keys of her own as she was.
    ///
    /// # Panics
    /// The store does not read.
    #[must_use]
    pub fn with_keys(&self, ctx: Ctx, halves: &[Half]) -> Ctx {
        let user = ctx.actor.user.0;
        let own = {
            let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(secret) = secrets.get(&user) else { return ctx };
            let half = |half: &Half| match half {
                Half::Work => (Half::Work, secret.work.share()),
                Half::Identity => (Half::Identity, secret.identity.share()),
            };
            halves.iter().map(half).collect()
        };
        let ring = must(self.store.read("test.ring", |tx| office::roots::keyring(tx, user, own)));
        Ctx { keys: Arc::new(ring), ..ctx }
    }

    /// Gives everybody of an organisation keys of her own and locks it, as the page of keys does; gives how
    /// many data keys were taken out of the server's hand.
    ///
    /// # Panics
    /// The office refuses.
    pub fn lock(&self, by: &Ctx) -> usize {
        let organisation = by.actor.organisation.0;
        if !must(self.store.read("test.locked", |tx| store::roots::roles(tx, organisation))).is_empty() {
            return 0;
        }
        let directory = must(self.office.directory(by));
        for user in directory.users.iter().filter(|u| u.organisation == organisation) {
            self.enrol(user.id);
        }
        must(office::roots::lock(&self.office, &self.with_keys(by.clone(), &Half::BOTH)));
        let ctx = self.with_keys(by.clone(), &Half::BOTH);
        let (mut progress, mut keys) = (office::roots::Progress::default(), 0);
        while !progress.done {
            progress = must(office::roots::convert(&self.office, &ctx, progress));
            keys += progress.keys;
        }
        keys
    }

    /// The folder of the database and for files of the test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// The database on the server, for a look behind the back of the store.
    #[must_use]
    pub fn database(&self) -> Option<&pg::Database> {
        self.database.as_ref()
    }

    /// Another organisation with one user of a role in it: who acts.
    ///
    /// # Panics
    /// The store does not write.
    #[must_use]
    pub fn partner(&self, code: &str, kind: &str, role: Role) -> Ctx {
        let by = self.ctx(Role::Admin);
        let made = self.act(&by, "test.partner", |desk| {
            let values = Values::default()
                .with("name", code)
                .with("code", code)
                .with("kind", kind)
                .with("country", "BG");
            let organisation = organisation(desk, values)?;
            Ok((
                organisation,
                user(desk, organisation, role, &format!("{}.{}", role.code(), code.to_lowercase()))?,
            ))
        });
        let (organisation, user) = must(made);
        let ctx = context(Actor::new(UserId(user), OrganisationId(organisation), role, [8; 8]));
        if std::env::var_os(LOCKED).is_some() && !office::roots::classes(role).is_empty() {
            self.lock(&ctx);
        }
        self.with_keys(ctx, &Half::BOTH)
    }

    /// A colleague of the same role in the house's own organisation.
    ///
    /// # Panics
    /// The store does not write.
    #[must_use]
    pub fn colleague(&self, role: Role, login: &str) -> Ctx {
        let made = self
            .act(&self.ctx(Role::Admin), "test.colleague", |desk| user(desk, self.organisation, role, login));
        let mut ctx = self.ctx(role);
        ctx.actor.user = UserId(must(made));
        ctx.keys = Arc::default();
        if std::env::var_os(LOCKED).is_some() && !office::roots::classes(role).is_empty() {
            self.enrol(ctx.actor.user.0);
            must(office::roots::admit(&self.office, &self.ctx(Role::Caseworker), ctx.actor.user.0));
        }
        self.with_keys(ctx, &Half::BOTH)
    }

    /// Somebody of a partner's: a colleague of whoever acts.
    ///
    /// # Panics
    /// The store does not write.
    #[must_use]
    pub fn colleague_of(&self, of: &Ctx, login: &str) -> Ctx {
        let (organisation, role) = (of.actor.organisation.0, of.actor.role);
        let made =
            self.act(&self.ctx(Role::Admin), "test.colleague", |desk| user(desk, organisation, role, login));
        let mut ctx = Ctx { keys: Arc::default(), ..of.clone() };
        ctx.actor.user = UserId(must(made));
        if std::env::var_os(LOCKED).is_some() && !office::roots::classes(role).is_empty() {
            self.enrol(ctx.actor.user.0);
            must(office::roots::admit(&self.office, of, ctx.actor.user.0));
        }
        self.with_keys(ctx, &Half::BOTH)
    }

    /// The session of whoever acts, with the keys she acts with.
    #[must_use]
    pub fn signed_in(&self, ctx: &Ctx) -> SignedIn {
        SignedIn {
            actor: ctx.actor,
            user: ctx.actor.user.0,
            name: String::new(),
            organisation: String::new(),
            house: self.organisation,
            expired: false,
            assurance: ctx.actor.assurance,
            proven_at: ctx.now,
            passkeys: 0,
            notices: 0,
            quiet: ctx.actor.duress,
            lock_after: 0,
            keys: Arc::clone(&ctx.keys),
            keyed: true,
            bond: Bond::Free,
            strict: false,
        }
    }

    /// Closes the office, lets somebody at its files, and opens it again (SQLite).
    ///
    /// # Panics
    /// The files do not open any more.
    #[must_use]
    pub fn while_closed(self, work: impl FnOnce(&Path)) -> TestOffice {
        let TestOffice { office, organisation, users, secrets, database, folder } = self;
        drop(office);
        work(&folder.0);
        let office = Arc::new(beside(&folder, database.as_ref()));
        TestOffice { office, organisation, users, secrets, database, folder }
    }

    /// The same house in another process: what this one keeps in memory, it does not know.
    ///
    /// # Panics
    /// The store does not open.
    #[must_use]
    pub fn another(&self) -> Office {
        beside(&self.folder, self.database.as_ref())
    }
}

/// A folder that goes with its value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder() -> Folder {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("pristan-test-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    // Left over by a test that was killed, long ago, under the same process number.
    let _ = std::fs::remove_dir_all(&path);
    must(std::fs::create_dir_all(&path));
    Folder(path)
}

fn context(actor: Actor) -> Ctx {
    Ctx {
        actor,
        now: NOW,
        today: TODAY,
        request: [1, 2, 3, 4],
        lang: "en",
        ids: Ids::Random,
        keys: std::sync::Arc::default(),
    }
}

/// An office on an engine; nothing when no PostgreSQL server is named.
///
/// # Panics
/// The machine does not let a database be made: that is a broken test machine.
#[must_use]
pub fn office(engine: Engine) -> Option<TestOffice> {
    let folder = folder();
    let (store, database) = match engine {
        Engine::Sqlite => (must(Store::open_sqlite(&folder.0, Options::default())), None),
        Engine::Postgres => {
            let database = pg::fresh_database()?;
            (must(Store::open_postgres(database.url(), Options::default())), Some(database))
        }
    };
    must(store.migrate(MIGRATIONS));
    let office = Arc::new(open(store));
    let (organisation, users) = people_the_house(&office);
    let secrets = Mutex::default();
    let house = TestOffice { office, organisation, users, secrets, database, folder };
    // The whole suite runs a second time over a house that is locked from the first day.
    if std::env::var_os(LOCKED).is_some() {
        house.lock(&house.ctx(Role::Caseworker));
    }
    Some(house)
}

fn beside(folder: &Folder, database: Option<&pg::Database>) -> Office {
    open(match database {
        None => must(Store::open_sqlite(&folder.0, Options::default())),
        Some(database) => must(Store::open_postgres(database.url(), Options::default())),
    })
}

fn open(store: Store) -> Office {
    let vault = vault::Vault::new(&vault::MasterKey::for_tests(7));
    Office::new(store, vault, must(Programme::parse(PROGRAMME)), false)
}

/// The organisation and its users, who come from nobody's hand.
fn people_the_house(office: &Office) -> (Id, HashMap<Role, Id>) {
    let nobody = Id([0; 16]);
    let actor = Actor::new(UserId(nobody), OrganisationId(nobody), Role::Admin, [0; 8]);
    let ctx = context(actor);
    let made = office.act(&ctx, "test.house", |desk| {
        let values = Values::default()
            .with("name", "МОМ София")
            .with("code", ORGANISATION)
            .with("kind", "iom")
            .with("country", "BG");
        let organisation = organisation(desk, values)?;
        let mut users = HashMap::new();
        for role in Role::ALL {
            users.insert(role, user(desk, organisation, role, role.code())?);
        }
        Ok((organisation, users))
    });
    must(made)
}

const BY_TEST: Decision = Decision::by("test-house", Mask::PRIVILEGED);

fn organisation(desk: &mut WritingDesk<'_, '_>, values: Values) -> office::Result<Id> {
    let mut head = desk.new_head(RecordKind::Organisation);
    head.organisation_id = head.id;
    let id = head.id;
    desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_TEST)?;
    Ok(id)
}

fn user(desk: &mut WritingDesk<'_, '_>, organisation: Id, role: Role, login: &str) -> office::Result<Id> {
    let mut head = desk.new_head(RecordKind::User);
    head.organisation_id = organisation;
    role.code().clone_into(&mut head.state);
    let id = head.id;
    let values = Values::default()
        .with("name", format!("Потребител {login}"))
        .with("login", login)
        .with("state", role.code());
    desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, BY_TEST)?;
    // Cheap on purpose, and once: thirteen real hashes would take longer than most tests.
    static PHC: OnceLock<String> = OnceLock::new();
    let phc = PHC.get_or_init(|| vault::password::hash(PASSWORD, vault::Cost::fast()));
    store::doors::insert_login(desk.tx, office::doors::login_key(desk.office, login), id, phc)?;
    Ok(id)
}

#[expect(clippy::panic, reason = "a test machine that is broken must fail, not skip")]
#[track_caller]
fn must<T, E: Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the test house cannot be built: {error:?}"),
    }
}
