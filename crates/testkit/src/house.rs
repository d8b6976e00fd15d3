//! A whole office in a folder of its own: database on either engine, keys, programme, one
//! organisation, one user of each role, a clock that stands still.

use crate::pg;
use domain::policy::Role;
use domain::programme::Programme;
use domain::{Actor, Date, Decision, Id, Mask, OrganisationId, Record, RecordKind, UserId, Values};
use office::{Ctx, Ids, Office};
use std::collections::HashMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{MIGRATIONS, Options, Store};

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

/// The programme of the repository.
pub const PROGRAMME: &str = include_str!("../../../programmes/bg-2016-2017.toml");

/// An office that is taken down when dropped.
pub struct TestOffice {
    /// The office itself.
    pub office: Office,
    /// The one organisation, `IOM-SOF`.
    pub organisation: Id,
    users: HashMap<Role, Id>,
    // The order is the order of taking down: connections, then database, then folder.
    _database: Option<pg::Database>,
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
        let actor = Actor {
            user: UserId(self.user(role)),
            organisation: OrganisationId(self.organisation),
            role,
            session: [7; 8],
        };
        context(actor)
    }

    /// The folder of the database and for files of the test.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder.0
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
    Ctx { actor, now: NOW, today: TODAY, request: [1, 2, 3, 4], lang: "en", ids: Ids::Random }
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
    let vault = vault::Vault::new(&vault::MasterKey::for_tests(7));
    let office = Office::new(store, vault, must(Programme::parse(PROGRAMME)), false);
    let (organisation, users) = people_the_house(&office);
    Some(TestOffice { office, organisation, users, _database: database, folder })
}

/// The organisation and its users, who come from nobody's hand.
fn people_the_house(office: &Office) -> (Id, HashMap<Role, Id>) {
    let nobody = Id([0; 16]);
    let actor = Actor {
        user: UserId(nobody),
        organisation: OrganisationId(nobody),
        role: Role::Admin,
        session: [0; 8],
    };
    let ctx = context(actor);
    // Cheap on purpose: thirteen real hashes would take longer than most tests.
    let phc = vault::password::hash(PASSWORD, vault::Cost::fast());
    let decision = Decision { allow: true, rule: "test-house", mask: Mask::PRIVILEGED };
    let made = office.act(&ctx, "test.house", |desk| {
        let mut head = desk.new_head(RecordKind::Organisation);
        head.organisation_id = head.id;
        let organisation = head.id;
        let values = Values::default()
            .with("name", "МОМ София")
            .with("code", ORGANISATION)
            .with("kind", "iom")
            .with("country", "BG");
        desk.insert(&Record { head, values, mask: Mask::PRIVILEGED }, decision)?;
        let mut users = HashMap::new();
        for role in Role::ALL {
            let mut head = desk.new_head(RecordKind::User);
            head.organisation_id = organisation;
            role.code().clone_into(&mut head.state);
            let id = head.id;
            let values = Values::default()
                .with("name", format!("Потребител {}", role.code()))
                .with("login", role.code())
                .with("state", role.code());
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED }, decision)?;
            let key = office::doors::login_key(desk.office, role.code());
            store::doors::insert_login(desk.tx, key, id, &phc)?;
            users.insert(role, id);
        }
        Ok((organisation, users))
    });
    must(made)
}

#[expect(clippy::panic, reason = "a test machine that is broken must fail, not skip")]
#[track_caller]
fn must<T, E: Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the test house cannot be built: {error:?}"),
    }
}
