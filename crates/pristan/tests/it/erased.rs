//! An erasure is cut off between SQLite's two files: the keys are destroyed, the rows still there.

use crate::place::{PASSPHRASE, Place as Folder, copy};
use domain::values::Input;
use domain::{Id, RecordKind, Role};
use office::audit::Verdict;
use office::upkeep::{Place, open, system_ctx};
use office::{Ctx, Office};
use std::time::{SystemTime, UNIX_EPOCH};
use store::Options;
use vault::MasterSource;

fn form(pairs: &[(&str, &str)]) -> Input {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect()
}

#[expect(clippy::disallowed_methods, reason = "the served program has the clock of the machine as well")]
/// The served program has the clock of the machine, and so has what is done before it.
fn now() -> Ctx {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64;
    system_ctx(micros, domain::civil::day_of(micros))
}

fn opened(folder: &Folder, name: &str) -> Office {
    let place = Place::Folder(folder.path(name));
    open(&place, MasterSource::Passphrase(PASSPHRASE), Options::default()).unwrap()
}

/// Is there still a row about her?
fn there(office: &Office, person: Id) -> bool {
    office.store.read("test.there", |tx| store::records::get(tx, person)).unwrap().is_some()
}

#[test]
fn what_was_cut_off_is_finished_when_the_program_starts() {
    let folder = Folder::new();
    folder.keep("programme.toml", include_str!("../../../../programmes/bg-2016-2017.toml"));
    folder.good(&["init", "--data", "house", "--programme", "programme.toml"]);
    let (person, manager) = {
        let office = opened(&folder, "house");
        let partners = office.directory(&now()).unwrap();
        let organisation = partners.organisations.iter().find(|o| o.kind == "iom").unwrap().id;
        let colleague = |role: Role| {
            let input = form(&[
                ("name", role.code()),
                ("login", role.code()),
                ("state", role.code()),
                ("password", "пет чайки над тихия залив"),
            ]);
            let mut ctx = now();
            ctx.actor.user.0 =
                office::organisations::add_user(&office, &ctx, organisation, &input, None).unwrap();
            (ctx.actor.organisation.0, ctx.actor.role) = (organisation, role);
            ctx
        };
        let (worker, manager) = (colleague(Role::Caseworker), colleague(Role::Manager));
        let input = form(&[("given_name", "Никоя"), ("sex", "female"), ("birth_date", "1993")]);
        let person = office::people::create(&office, &worker, &input, None).unwrap();
        let today = worker.today.to_string();
        let input = form(&[("on_date", &today), ("track", "adults"), ("role", "victim"), ("intake", "self")]);
        office::cases::open(&office, &worker, person, None, &input, None).unwrap();
        let asked = form(&[("on_date", &today), ("asked_by", "self")]);
        let request = office::erasure::ask(&office, &worker, person, &asked, None).unwrap();
        (person, (manager, request))
    };
    copy(&folder.path("house"), &folder.path("before"));
    {
        let office = opened(&folder, "house");
        let (manager, request) = manager;
        let ctx = Ctx { now: now().now, ..manager };
        let sure = form(&[("outcome", "erase"), ("sure", "1")]);
        office::erasure::decide(&office, &ctx, request, 1, &sure).unwrap();
        assert!(!there(&office, person));
    }
    // The keys as they are after it, the data as they were before.
    copy(&folder.path("before"), &folder.path("cut"));
    for side in ["", "-wal", "-shm"] {
        let name = format!("keystore.db{side}");
        let _ = std::fs::remove_file(folder.path("cut").join(&name));
        let from = folder.path("house").join(&name);
        if from.exists() {
            std::fs::copy(from, folder.path("cut").join(&name)).unwrap();
        }
    }
    {
        let office = opened(&folder, "cut");
        assert!(there(&office, person), "the control");
        let held = office.look(&now(), "test.held", |desk| {
            let stored = desk.stored(person)?;
            desk.unseal(stored, domain::Mask::IDENTITY).map(drop)
        });
        assert!(held.is_err(), "her keys are gone");
    }
    drop(folder.served(&["serve", "--data", "cut", "--listen", "127.0.0.1:0"]));
    let office = opened(&folder, "cut");
    assert!(!there(&office, person));
    let left = office
        .store
        .read("test.left", |tx| store::records::of_kind(tx, RecordKind::Person.code(), None, None, 10));
    assert!(left.unwrap().is_empty());
    let verdict = office::audit::verify(&office).unwrap();
    assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
    // What had been served before is served as it was.
    drop(opened(&folder, "before"));
    drop(folder.served(&["serve", "--data", "before", "--listen", "127.0.0.1:0"]));
    assert!(there(&opened(&folder, "before"), person));
}
