//! Old copies: whoever was erased stays unreadable when older data are put back beside today's keys.

use crate::tale::{form, said};
use domain::policy::Role;
use domain::{Actor, Id, Mask, OrganisationId, RecordKind, UserId};
use office::erasure;
use office::upkeep::{self, FirstAdmin, KEYS_DAYS, Place, Restored, Setup, UpkeepError, Wanted};
use office::{Ctx, Office};
use std::path::{Path, PathBuf};
use testkit::house::{NOW, PROGRAMME, TODAY};
use vault::{Cost, MasterSource};

const SECRET: MasterSource<'static> = MasterSource::Passphrase("пет лодки в една тиха зора");
const DAY: i64 = 86_400_000_000;
const NAME: &str = "Канарка-Ружа";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pristan-backups-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An installation as `pristan init` makes it, with a case worker and two who lead.
struct Installation {
    folder: Folder,
    office: Office,
    worker: Ctx,
    manager: Ctx,
}

impl Installation {
    fn new(name: &str) -> Installation {
        let folder = Folder::new(name);
        let ctx = upkeep::system_ctx(NOW, TODAY);
        let admin = FirstAdmin {
            login: "admin", name: "Админ", password: "осем лодки върху синя вода"
        };
        let setup = Setup { programme: PROGRAMME, demo: false, cost: Cost::fast(), admin };
        let office = upkeep::init(&Place::Folder(folder.at("house")), SECRET, &ctx, &setup).unwrap();
        let partners = office.directory(&ctx).unwrap();
        let organisation = partners.organisations.iter().find(|o| o.kind == "iom").unwrap().id;
        let user = |login: &str, role: Role| {
            let input = form(&[
                ("name", login),
                ("login", login),
                ("state", role.code()),
                ("password", "девет гълъба над стария мост"),
            ]);
            let id = office::organisations::add_user(&office, &ctx, organisation, &input, None)
                .unwrap_or_else(|e| panic!("{}", said(&e)));
            let actor = Actor::new(UserId(id), OrganisationId(organisation), role, [7; 8]);
            Ctx { actor, ..ctx.clone() }
        };
        let (worker, manager) = (user("worker", Role::Caseworker), user("manager", Role::Manager));
        Installation { folder, office, worker, manager }
    }

    fn person(&self, name: &str) -> Id {
        let input = form(&[("given_name", name), ("sex", "female"), ("birth_date", "1993")]);
        let person = office::people::create(&self.office, &self.worker, &input, None).unwrap();
        let opened =
            form(&[("on_date", "2016-01-10"), ("track", "adults"), ("role", "victim"), ("intake", "self")]);
        office::cases::open(&self.office, &self.worker, person, None, &opened, None).unwrap();
        person
    }

    fn erase(&self, person: Id) {
        let input = form(&[("on_date", "2017-03-16"), ("asked_by", "self")]);
        let request = erasure::ask(&self.office, &self.worker, person, &input, None).unwrap();
        let input = form(&[("outcome", "erase"), ("sure", "1")]);
        erasure::decide(&self.office, &self.manager, request, 1, &input).unwrap();
    }

    fn backup(&self, name: &str, days: i64) {
        let ctx = upkeep::system_ctx(NOW + days * DAY, TODAY);
        let place = Place::Folder(self.folder.at("house"));
        let written = upkeep::backup(&self.office, &ctx, &place, &self.folder.at(name)).unwrap();
        assert_eq!(written.keys_until, ctx.now + KEYS_DAYS * DAY);
    }

    /// Restores the data of one backup beside the keys of another, after so many days.
    fn restore(
        &self,
        data: &str,
        keys: &str,
        days: i64,
        old: bool,
        to: &str,
    ) -> Result<Restored, UpkeepError> {
        let ctx = upkeep::system_ctx(NOW + days * DAY, TODAY);
        let (file, keys) = (self.folder.at(data), self.folder.at(&format!("{keys}.keys")));
        let wanted = Wanted { file: &file, keys: Some(&keys), old_keys: old };
        upkeep::restore(&ctx, &wanted, &self.folder.at(to), SECRET)
    }
}

/// Whatever still opens in a folder, names first.
fn names(dir: &Path) -> Vec<String> {
    let office = upkeep::open(&Place::Folder(dir.to_owned()), SECRET, store::Options::default()).unwrap();
    let verdict = office::audit::verify(&office).unwrap();
    assert!(matches!(verdict, office::audit::Verdict::Sound { .. }), "{verdict:?}");
    let ctx = upkeep::system_ctx(NOW, TODAY);
    office
        .look(&ctx, "test.names", |desk| {
            let mut out = Vec::new();
            for stored in store::records::of_kind(desk.tx, RecordKind::Person.code(), None, None, 100)? {
                let person = desk.unseal(stored, Mask::IDENTITY)?;
                out.extend(person.get("given_name").map(str::to_owned));
            }
            out.sort();
            Ok(out)
        })
        .unwrap()
}

#[test]
fn older_data_beside_todays_keys_show_nobody_who_was_erased() {
    let house = Installation::new("erased");
    let (hers, _) = (house.person(NAME), house.person("Друга"));
    house.backup("before", 0);
    let figures = |dir: &Path| {
        let office = upkeep::open(&Place::Folder(dir.to_owned()), SECRET, store::Options::default()).unwrap();
        let figures = office::programme::figures_for_command(&office, None, None).unwrap();
        (figures.way.clone(), figures.figures.clone())
    };
    // The control: while she is not erased, the old data open beside today's keys.
    house.backup("control", 1);
    house.restore("before", "control", 1, false, "control-house").unwrap();
    assert_eq!(names(&house.folder.at("control-house")), ["Друга", NAME]);
    house.erase(hers);
    house.backup("after", 1);
    let restored = house.restore("before", "after", 1, false, "restored").unwrap();
    assert_eq!(restored.erased_again, 1);
    let dir = house.folder.at("restored");
    assert_eq!(names(&dir), ["Друга"]);
    assert_eq!(figures(&dir), figures(&house.folder.at("control-house")), "and the figures stay");
    assert!(house.restore("after", "after", 1, false, "as-it-was").unwrap().erased_again == 0);
    // The other control: beside the old keys she opens. Which is why they may not be kept.
    house.restore("before", "before", 1, false, "too-early").unwrap();
    assert_eq!(names(&house.folder.at("too-early")), ["Друга", NAME]);
}

#[test]
fn keys_older_than_thirty_five_days_are_refused_unless_told() {
    let house = Installation::new("old");
    house.person(NAME);
    house.backup("one", 0);
    assert!(house.restore("one", "one", KEYS_DAYS, false, "in-time").is_ok());
    let late = house.restore("one", "one", KEYS_DAYS + 1, false, "late");
    assert!(matches!(late, Err(UpkeepError::OldKeys(36))));
    assert!(!house.folder.at("late").exists() && !house.folder.at("late.restoring").exists());
    assert!(house.restore("one", "one", KEYS_DAYS + 1, true, "late").is_ok());
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let house = Installation::new("fit");
    house.backup("empty", 0);
    house.person(NAME);
    house.backup("one", 1);
    let older = house.restore("one", "empty", 1, false, "new");
    assert!(matches!(older, Err(UpkeepError::Backup(why)) if why.contains("older")));
    // The file of keys in the place of the data.
    let swapped = house.restore("one.keys", "one", 1, false, "new");
    assert!(matches!(swapped, Err(UpkeepError::Backup(why)) if why.contains("places")));
    let other = Installation::new("other");
    other.person(NAME);
    other.backup("theirs", 2);
    for name in ["theirs", "theirs.keys"] {
        std::fs::copy(other.folder.at(name), house.folder.at(name)).unwrap();
    }
    let foreign = house.restore("one", "theirs", 2, false, "new");
    assert!(matches!(foreign, Err(UpkeepError::Backup(why)) if why.contains("not those")));
    assert!(!house.folder.at("new").exists());
    assert!(house.restore("one", "one", 1, false, "new").is_ok());
}
