//! Taking cases out from a session: what its keys open, counted, once, and nothing for whoever has no keys.

use crate::exchange::sheets::{csv, dump, value};
use crate::tale::{Tale, form, on_both};
use domain::policy::Assurance;
use domain::{FieldError, Id, Mask, Problem, Role};
use office::exchange::{self, Import};
use office::{Ctx, OfficeError};
use papers::htcds::{Options, Reader, Row};

use std::io::Cursor;
use std::sync::Arc;
use testkit::house::{TODAY, TestOffice};
use vault::Half;

const HEAD: &str = "First Name,Second Name,Birthdate,Gender,Citizenship,Trafficking Status,Type of Exploitation,Status,Incoming Referral Date";
const MARIA: &str = "Канарка-Мария,Петрова,1989-05-12,Feminine,Bulgaria,Actual victim of trafficking,Sexual exploitation,Active,2017-02-03";
const ANA: &str = "Канарка-Ана,'=1+1,1991-01-02,Feminine,Bulgaria,Possible victim of trafficking,Forced labour,Active,2016-02-03";

fn read(bytes: Vec<u8>) -> Vec<Row> {
    let mut reader = Reader::open(Cursor::new(bytes), Options::new(TODAY)).unwrap();
    reader.rows().unwrap().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect()
}

fn import(house: &TestOffice, ctx: &Ctx, bytes: Vec<u8>) -> exchange::Report {
    let mut reader = Reader::open(Cursor::new(bytes), Options::new(TODAY)).unwrap();
    let mut import = Import::new(house, ctx, false);
    for row in reader.rows().unwrap() {
        import.take(row).unwrap();
    }
    import.finish().unwrap()
}

/// A house that has locked: two cases that came by file, one that was opened by hand.
struct Locked<'h> {
    house: &'h TestOffice,
    head: Ctx,
    by_hand: Id,
    person: Id,
}

fn locked(house: &TestOffice) -> Locked<'_> {
    import(house, &house.ctx(Role::Caseworker), csv(&[HEAD, MARIA, ANA]));
    house.lock(&house.ctx(Role::Caseworker));
    let tale = Tale { house, ctx: house.with_keys(house.ctx(Role::Caseworker), &Half::BOTH) };
    let person = tale.person(&[("given_name", "Канарка-Вера"), ("family_name", "Колева"), ("sex", "female")]);
    let by_hand = tale.case(person, "victim", "2016-06-01");
    Locked { house, head: house.with_keys(house.ctx(Role::Manager), &Half::BOTH), by_hand, person }
}

impl Locked<'_> {
    fn prepare(&self, who: &Ctx, more: &[(&str, &str)]) -> office::Result<Id> {
        let mut pairs = vec![("purpose", "own_records"), ("note", "за архива")];
        pairs.extend_from_slice(more);
        exchange::prepare(self.house, who, &form(&pairs), None)
    }

    /// Rows and cases left out, as the list says.
    fn counts(&self, id: Id) -> (String, String, String) {
        let page = exchange::export_page(self.house, &self.head, id).unwrap();
        let of = |name: &str| page.record.get(name).unwrap_or_default().to_owned();
        (page.record.head.state.clone(), of("rows"), of("left_out"))
    }

    fn leaves(&self, case: Id, action: &str) -> Vec<u8> {
        let leaves = self.house.store.read("test", |tx| store::audit::of_case(tx, case, 10_000)).unwrap();
        let leaves = leaves.iter().map(|bytes| vault::log::Leaf::decode(bytes).unwrap());
        leaves.filter(|l| l.action == action).map(|l| l.compartments).collect()
    }
}

fn said(state: &str, rows: &str, left: &str) -> (String, String, String) {
    (state.to_owned(), rows.to_owned(), left.to_owned())
}

#[test]
fn a_locked_house_goes_out_whole_and_comes_in_again() {
    on_both(|house| {
        let locked = locked(house);
        let id = locked.prepare(&locked.head, &[]).unwrap();
        assert_eq!(locked.counts(id), said("prepared", "3", "0"));
        assert!(locked.leaves(locked.by_hand, "case.export").is_empty(), "counting opens nothing");
        let file = exchange::take(house, &locked.head, id).unwrap();
        assert_eq!(locked.counts(id), said("taken", "3", "0"));
        assert_eq!(locked.leaves(locked.by_hand, "case.export"), [Mask::IDENTITY.0]);
        let rows = read(file.clone());
        let names: Vec<String> = rows.iter().map(|r| value(r, "prs_FirstName")).collect();
        assert_eq!(names, ["Канарка-Ана", "Канарка-Вера", "Канарка-Мария"], "by the day they were opened");
        assert_eq!(value(&rows[0], "prs_SecondName"), "=1+1", "a text, whatever it looks like");
        // The rows are those that came in.
        let came = read(csv(&[HEAD, ANA, MARIA]));
        for (out, came) in [(&rows[0], &came[0]), (&rows[2], &came[1])] {
            assert_eq!(dump(&out.values), dump(&came.values));
        }
        // Back into the same house: those that came by file are here already, exactly so.
        let again = import(house, &locked_ctx(house), file.clone());
        assert_eq!((again.rows, again.unchanged, again.rejected.len()), (3, 2, 0));
        // Into another one: everybody is new.
        if let Some(other) = testkit::house::office(testkit::house::Engine::Sqlite) {
            let there = import(&other, &other.ctx(Role::Caseworker), file);
            assert_eq!((there.rows, there.created, there.rejected.len()), (3, 3, 0));
        }
    });
}

fn locked_ctx(house: &TestOffice) -> Ctx {
    house.with_keys(house.ctx(Role::Caseworker), &Half::BOTH)
}

#[test]
fn what_a_key_does_not_open_is_left_out_and_counted() {
    on_both(|house| {
        let locked = locked(house);
        let organisation = house.organisation;
        house
            .store
            .write("test", |tx| {
                for (key, _) in store::keys::of_subject(tx, locked.person)? {
                    store::keys::ungrant(tx, &key, organisation)?;
                }
                Ok::<_, store::StoreError>(())
            })
            .unwrap();
        let id = locked.prepare(&locked.head, &[]).unwrap();
        assert_eq!(locked.counts(id), said("prepared", "2", "1"));
        let rows = read(exchange::take(house, &locked.head, id).unwrap());
        assert_eq!(rows.len(), 2);
        assert_eq!(locked.counts(id), said("taken", "2", "1"));
        assert!(locked.leaves(locked.by_hand, "case.export").is_empty());
        assert_eq!(locked.leaves(locked.by_hand, "case.export-locked"), [0]);
        // A password without a passkey opens no name: nothing goes out.
        let phished = house.with_keys(locked.head.clone(), &[Half::Work]);
        let id = locked.prepare(&phished, &[]).unwrap();
        assert_eq!(locked.counts(id), said("prepared", "0", "3"));
    });
}

/// The host, the administrator and the command line have the database and the master key.
#[test]
fn without_somebodys_keys_nothing_goes_out() {
    on_both(|house| {
        let locked = locked(house);
        let bare = Ctx { keys: Arc::default(), ..locked.head.clone() };
        let id = locked.prepare(&bare, &[]).unwrap();
        assert_eq!(locked.counts(id), said("prepared", "0", "3"));
        let file = exchange::take(house, &bare, id).unwrap();
        assert!(read(file).is_empty());
        // The command line stops before the first row.
        let places = exchange::places(house).unwrap();
        assert_eq!(places.len(), 2);
        for role in [Role::Admin, Role::Caseworker] {
            let command = Ctx { keys: Arc::default(), ..house.ctx(role) };
            let mut handed = 0;
            let out = exchange::export(house, &command, &places, |_| {
                handed += 1;
                Ok::<(), OfficeError>(())
            });
            assert!(matches!(out, Err(OfficeError::Locked(_))), "{role:?}");
            assert_eq!(handed, 0);
        }
        // Control: with keys the same call hands over both.
        let mut handed = 0;
        exchange::export(house, &locked_ctx(house), &places, |_| {
            handed += 1;
            Ok::<(), OfficeError>(())
        })
        .unwrap();
        assert_eq!(handed, 2);
    });
}

#[test]
fn who_may_what_once_and_what_for() {
    on_both(|house| {
        let locked = locked(house);
        let id = locked.prepare(&locked.head, &[]).unwrap();
        for role in Role::ALL.into_iter().filter(|r| *r != Role::Manager) {
            let who = house.ctx(role);
            assert!(matches!(locked.prepare(&who, &[]), Err(OfficeError::NotFound)), "{role:?}");
            assert!(matches!(exchange::take(house, &who, id), Err(OfficeError::NotFound)), "{role:?}");
            assert_eq!(exchange::exports(house, &who).is_ok(), role == Role::Admin, "{role:?}");
        }
        // The administrator sees who took how many, never what for in words.
        let seen = exchange::exports(house, &house.ctx(Role::Admin)).unwrap();
        assert!(!seen.may && seen.rows.len() == 1);
        assert_eq!((seen.rows[0].get("rows"), seen.rows[0].get("note")), (Some("3"), None));
        // Another head neither takes what this one prepared nor, elsewhere, learns of it.
        let other = house.colleague(Role::Manager, "second.head");
        assert!(matches!(exchange::take(house, &other, id), Err(OfficeError::WrongState)));
        let elsewhere = house.partner("ANIMUS", "ngo", Role::Manager);
        assert!(matches!(exchange::take(house, &elsewhere, id), Err(OfficeError::NotFound)));
        assert!(exchange::exports(house, &elsewhere).unwrap().rows.is_empty());
        let none = locked.prepare(&elsewhere, &[]).unwrap();
        assert!(read(exchange::take(house, &elsewhere, none).unwrap()).is_empty(), "nobody else's cases");
        let mut tired = locked.head.clone();
        tired.actor.assurance = Assurance::Passkey;
        assert!(matches!(exchange::take(house, &tired, id), Err(OfficeError::StepUp(Assurance::Fresh))));
        let mut late = locked.head.clone();
        late.now += 3601 * 1_000_000;
        assert!(matches!(exchange::take(house, &late, id), Err(OfficeError::WrongState)));
        exchange::take(house, &locked.head, id).unwrap();
        assert!(matches!(exchange::take(house, &locked.head, id), Err(OfficeError::WrongState)));
        // A purpose and a few words are needed; a period goes forward.
        for (pairs, field, problem) in [
            (&[("note", "x")][..], "purpose", Problem::Required),
            (&[("purpose", "report")], "note", Problem::Required),
            (
                &[
                    ("purpose", "report"),
                    ("note", "x"),
                    ("first_day", "2017-01-02"),
                    ("last_day", "2017-01-01"),
                ],
                "last_day",
                Problem::DateOutOfRange,
            ),
        ] {
            let refused = exchange::prepare(house, &locked.head, &form(pairs), None);
            assert!(
                matches!(refused, Err(OfficeError::Invalid(e)) if e == [FieldError::new(field, problem)])
            );
        }
        let id =
            locked.prepare(&locked.head, &[("first_day", "2016-06-01"), ("last_day", "2016-12-31")]).unwrap();
        let rows = read(exchange::take(house, &locked.head, id).unwrap());
        assert_eq!(rows.iter().map(|r| value(r, "prs_FirstName")).collect::<Vec<_>>(), ["Канарка-Вера"]);
    });
}
