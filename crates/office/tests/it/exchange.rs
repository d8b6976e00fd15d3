//! The standard's sheet comes in, is corrected, and goes out again.

#[expect(dead_code, reason = "made for the tests of the reader; some of it is of use here")]
#[path = "../../../papers/tests/it/support.rs"]
pub mod sheets;

use domain::values::Input;
use domain::{Mask, Record, RecordKind, Role};
use office::exchange::{self, Import, Report};
use office::{Ctx, OfficeError, cases};
use papers::htcds::{Cell, Layout, Options, Reader, Row, WriteOptions, Writer};
use sheets::{Values, csv, dump, fill_template_rows, id, row, value};
use std::collections::BTreeSet;
use std::io::Cursor;
use testkit::house::{Engine, TODAY, TestOffice, office};

fn read(bytes: Vec<u8>) -> Vec<Result<Row, papers::htcds::Rejected>> {
    let mut reader = Reader::open(Cursor::new(bytes), Options::new(TODAY)).unwrap();
    reader.rows().unwrap().collect()
}

fn import_as(house: &TestOffice, ctx: &Ctx, bytes: Vec<u8>, dry_run: bool) -> Report {
    let mut import = Import::new(house, ctx, dry_run);
    for row in read(bytes) {
        import.take(row).unwrap();
    }
    import.finish().unwrap()
}

fn import(house: &TestOffice, bytes: impl Into<Vec<u8>>) -> Report {
    import_as(house, &house.ctx(Role::Caseworker), bytes.into(), false)
}

fn counts(report: &Report) -> [u64; 5] {
    let rejected: BTreeSet<u32> = report.rejected.iter().map(|r| r.row).collect();
    [report.rows, report.created, report.updated, report.unchanged, rejected.len() as u64]
}

/// Exports as a file of a layout and reads it again.
fn export(house: &TestOffice, layout: Layout) -> (Vec<Row>, exchange::Exported, Vec<papers::htcds::Loss>) {
    let columns = exchange::columns(house, &BTreeSet::new()).unwrap();
    let options = WriteOptions { columns, ..WriteOptions::new(layout) };
    let mut writer = Writer::new(Cursor::new(Vec::new()), options).unwrap();
    let places = exchange::places(house).unwrap();
    let ctx = house.ctx(Role::Caseworker);
    let exported = exchange::export(house, &ctx, &places, |row| {
        writer.write(row).unwrap();
        Ok::<(), OfficeError>(())
    })
    .unwrap();
    let (out, losses) = writer.finish().unwrap();
    let rows = read(out.into_inner()).into_iter().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect();
    (rows, exported, losses)
}

fn both(story: impl Fn(&TestOffice)) {
    for engine in Engine::BOTH {
        if let Some(house) = office(engine) {
            story(&house);
            assert!(matches!(office::audit::verify(&house).unwrap(), office::audit::Verdict::Sound { .. }));
        }
    }
}

/// Opens everything, as nobody at a desk could.
fn all(house: &TestOffice, kind: RecordKind) -> Vec<Record> {
    house
        .look(&house.ctx(Role::Caseworker), "test.all", |desk| {
            let stored = store::records::of_kind(desk.tx, kind.code(), None, None, 10_000)?;
            stored.into_iter().map(|s| desk.unseal(s, Mask::PRIVILEGED)).collect::<office::Result<Vec<_>>>()
        })
        .unwrap()
}

/// Corrects a field behind the forms.
fn correct(house: &TestOffice, kind: RecordKind, field: &str, new: Option<&str>) {
    let mut record = all(house, kind).remove(0);
    match new {
        Some(new) => record.values.set(field, new),
        None => drop(record.values.0.remove(field)),
    }
    let values = record.values.clone();
    record.head.take(&values);
    let decision = domain::Decision::by("test", Mask::PRIVILEGED);
    house
        .act(&house.ctx(Role::Caseworker), "test", |desk| desk.update(&mut record, decision, "edit"))
        .unwrap();
}

#[test]
fn the_template_comes_in_once_and_goes_out_equal() {
    both(|house| {
        let (book, expected) = fill_template_rows(2000, 11);
        let dry = import_as(house, &house.ctx(Role::Caseworker), book.clone(), true);
        assert_eq!(counts(&dry), [2000, 2000, 0, 0, 0]);
        assert!(all(house, RecordKind::Person).is_empty());

        assert_eq!(counts(&import(house, book.clone())), [2000, 2000, 0, 0, 0]);
        assert_eq!(counts(&import(house, book.clone())), [2000, 0, 0, 2000, 0]);
        let dry = import_as(house, &house.ctx(Role::Caseworker), book, true);
        assert_eq!(counts(&dry), [2000, 0, 0, 2000, 0]);
        assert_eq!(all(house, RecordKind::Person).len(), 2000);
        assert_eq!(all(house, RecordKind::Case).len(), 2000);

        for layout in [Layout::Workbook, Layout::Csv] {
            let (rows, exported, losses) = export(house, layout);
            assert_eq!((rows.len(), exported.rows), (2000, 2000));
            assert!(exported.lost.is_empty(), "{exported:?}");
            assert!(losses.iter().all(|l| l.kind == papers::htcds::LossKind::Extension), "{losses:?}");
            for (row, expected) in rows.iter().zip(&expected) {
                assert_eq!(dump(&row.values), dump(expected));
            }
        }
    });
}

const HEAD: &str = "First Name,Second Name,Birthdate,Gender,Citizenship,Mobile Phone,Mailing City,Primary Language,\
                    Trafficking Status,Type of Exploitation,Methods of Control,Status,Incoming Referral Date,Email";
const MARIA: &str = "Мария,Петрова,1999-05-12,Feminine,Bulgaria,+359 88 1234567,Русе,Bulgarian,\
                     Actual victim of trafficking,Sexual exploitation,Debt bondage; Physical abuse,Active,2017-02-03,m@example.org";

#[test]
fn a_row_becomes_a_person_a_case_and_what_happened() {
    both(|house| {
        import(house, csv(&[HEAD, MARIA]));
        let person = all(house, RecordKind::Person).remove(0);
        for (field, wanted) in [
            ("given_name", "Мария"),
            ("family_name", "Петрова"),
            ("birth_date", "1999-05-12"),
            ("sex", "female"),
            ("citizenship", "BG"),
            ("phone", "+359 88 1234567"),
            ("spoken", "bg"),
            ("current_address", "Русе"),
            ("email", "m@example.org"),
        ] {
            assert_eq!(person.get(field), Some(wanted), "{field}");
        }
        let case = all(house, RecordKind::Case).remove(0);
        assert_eq!((case.head.state.as_str(), case.head.assignee), ("active", None));
        assert_eq!(case.head.on_date, Some(domain::Date::constant(2017, 2, 3)));
        // She is 17 on the day of the referral.
        assert_eq!(
            (case.get("track"), case.get("intake"), case.get("role")),
            (Some("children"), Some("import"), Some("victim"))
        );
        assert!(case.head.number.is_some() && case.head.person_id == Some(person.head.id));
        let happened = all(house, RecordKind::Exploitation).remove(0);
        assert_eq!((happened.get("forms"), happened.get("means")), (Some("sexual"), Some("debt physical")));
        let event = all(house, RecordKind::Identification).remove(0);
        assert_eq!(
            (event.get("outcome"), event.get("kind"), event.get("country")),
            (Some("identified"), Some("informal"), None)
        );
        assert!(all(house, RecordKind::Consent).is_empty());

        // Found in another script; nobody at the organisation leads the case yet.
        let ctx = house.ctx(Role::Caseworker);
        let found =
            office::people::search(house, &ctx, &office::people::Query { text: "Mariya Petrova".into() })
                .unwrap();
        assert_eq!(found.len(), 1);
        let page = cases::list(house, &ctx, domain::policy::CaseList::Organisation, None, None, 10).unwrap();
        assert_eq!(page.rows.len(), 1);
    });
}

#[test]
fn a_changed_cell_updates_and_keeps_corrections_and_history() {
    both(|house| {
        assert_eq!(counts(&import(house, csv(&[HEAD, MARIA]))), [1, 1, 0, 0, 0]);
        correct(house, RecordKind::Person, "phone", Some("112"));
        let changed = MARIA
            .replace("Debt bondage; ", "")
            .replace("Active", "Closed Referred")
            .replace("Actual victim", "Possible victim");
        assert_eq!(counts(&import(house, csv(&[HEAD, &changed]))), [1, 0, 1, 0, 0]);
        assert_eq!(counts(&import(house, csv(&[HEAD, &changed]))), [1, 0, 0, 1, 0]);
        let case = all(house, RecordKind::Case).remove(0);
        assert_eq!(
            (case.head.state.as_str(), case.get("closure_reason"), case.head.version),
            ("closed", Some("referred_on"), 2)
        );
        assert_eq!(case.get("track"), Some("children"));
        assert_eq!(all(house, RecordKind::Exploitation).remove(0).get("means"), Some("physical"));
        assert_eq!(all(house, RecordKind::Identification).remove(0).get("outcome"), Some("presumed"));
        let person = all(house, RecordKind::Person).remove(0);
        assert_eq!((person.get("phone"), person.head.version), (Some("112"), 2));
        let (rows, ..) = export(house, Layout::Csv);
        assert_eq!(value(&rows[0], "prs_MobilePhone"), "112");
        assert_eq!(value(&rows[0], "cas_Status"), "ClosedReferred");
    });
}

#[test]
fn a_bad_row_is_refused_whole_and_the_good_ones_are_in() {
    both(|house| {
        let lines = [
            HEAD.to_owned(),
            MARIA.to_owned(),
            MARIA.replace("1999-05-12", "31.02.1999"),
            MARIA.replace("Bulgaria,", "Atlantis,").replace("Feminine", "Feminin"),
            MARIA.replace("Мария", "Ана"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let report = import(house, csv(&lines));
        assert_eq!(counts(&report), [4, 2, 0, 0, 2]);
        let json: serde_json::Value = serde_json::to_value(&report).unwrap();
        assert_eq!(
            json["rejected"][0],
            serde_json::json!({"row": 3, "column": "Birthdate", "problem": "this day does not exist in the calendar"})
        );
        assert_eq!(
            (&json["rejected"][1]["column"], &json["rejected"][1]["row"]),
            (&"Gender".into(), &4.into())
        );
        assert_eq!(json["rejected"][2]["column"], "Citizenship");
        let text = json.to_string();
        assert!(
            !text.contains("Atlantis") && !text.contains("Feminin\"") && !text.contains("Петрова"),
            "{text}"
        );
        assert_eq!(all(house, RecordKind::Person).len(), 2);
    });
}

#[test]
fn the_same_twice_in_one_file_is_two_and_another_organisation_sees_its_own() {
    both(|house| {
        let nameless = ",,1999-05-12,Feminine,Bulgaria,,,,,,,,,";
        let file = csv(&[HEAD, MARIA, MARIA, nameless, nameless]);
        assert_eq!(counts(&import(house, file.clone())), [4, 4, 0, 0, 0]);
        assert_eq!(counts(&import(house, file.clone())), [4, 0, 0, 4, 0]);
        // The name in another script is the same name.
        let latin = MARIA.replace("Мария,Петрова", "Maria,Petrova");
        assert_eq!(counts(&import(house, csv(&[HEAD, &latin]))), [1, 0, 1, 0, 0]);
        let mut ctx = house.ctx(Role::Caseworker);
        ctx.actor.organisation = domain::OrganisationId(ctx.id());
        assert_eq!(counts(&import_as(house, &ctx, file, false)), [4, 4, 0, 0, 0]);
    });
}

/// Two women may bear one name: without a date of birth nothing of one is ever written over the other.
#[test]
fn a_name_alone_changes_nobody_and_a_trial_leaves_its_trace() {
    both(|house| {
        let unsure = MARIA.replace("1999-05-12", "");
        assert_eq!(counts(&import(house, csv(&[HEAD, &unsure]))), [1, 1, 0, 0, 0]);
        assert_eq!(counts(&import(house, csv(&[HEAD, &unsure]))), [1, 0, 0, 1, 0]);
        let other = unsure.replace("+359 88 1234567", "112");
        let report = import(house, csv(&[HEAD, &other]));
        assert_eq!(counts(&report), [1, 0, 0, 0, 1]);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            (&json["rejected"][0]["column"], &json["rejected"][0]["row"]),
            (&"Birthdate".into(), &2.into())
        );
        let person = all(house, RecordKind::Person).remove(0);
        assert_eq!((person.get("phone"), person.head.version), (Some("+359 88 1234567"), 1));

        // Who tries a row out learns whether she is known here: the log says so, about her case.
        correct(house, RecordKind::Case, "assignee", Some(&house.user(Role::Caseworker).to_string()));
        let case = all(house, RecordKind::Case).remove(0).head.id;
        let met = || {
            let entries = office::audit::who_looked(house, &house.ctx(Role::Caseworker), case);
            entries.unwrap().iter().filter(|e| e.action == "case.search").count()
        };
        let before = met();
        for (row, wanted) in [(&unsure, [1, 0, 0, 1, 0]), (&other, [1, 0, 0, 0, 1])] {
            let dry = import_as(house, &house.ctx(Role::Caseworker), csv(&[HEAD, row]), true);
            assert_eq!(counts(&dry), wanted);
        }
        assert_eq!(met(), before + 2);
    });
}

#[test]
fn corrections_go_out_and_what_the_standard_cannot_say_is_listed() {
    both(|house| {
        import(house, csv(&[HEAD, MARIA]));
        let (before, ..) = export(house, Layout::Csv);
        for (kind, field, new) in [
            (RecordKind::Person, "given_name", Some("Мариана")),
            (RecordKind::Person, "sex", Some("unknown")),
            (RecordKind::Person, "birth_date", Some("~1998")),
            (RecordKind::Person, "citizenship", Some("BG TR")),
            (RecordKind::Person, "current_address", Some("Варна, ул. Шипка 1")),
            (RecordKind::Person, "spoken", Some("bg tr other")),
            (RecordKind::Person, "email", None),
            (RecordKind::Exploitation, "means", Some("physical movement")),
            (RecordKind::Exploitation, "forms", Some("sexual criminality")),
            (RecordKind::Identification, "outcome", Some("potential")),
        ] {
            correct(house, kind, field, new);
        }
        let case = all(house, RecordKind::Case).remove(0);
        correct(house, RecordKind::Case, "assignee", Some(&house.user(Role::Caseworker).to_string()));
        let input: Input = [("closure_reason", "lost_contact"), ("closed_on", "2017-03-10")]
            .map(|(k, v)| (k.to_owned(), vec![v.to_owned()]))
            .into();
        cases::close(house, &house.ctx(Role::Caseworker), case.head.id, 2, &input).unwrap();

        let (rows, exported, losses) = export(house, Layout::Workbook);
        let mut wanted: Values = before[0].values.clone();
        let mut set = |field: &str, cell: Option<Cell>| match cell {
            Some(cell) => drop(wanted.insert(id(field), cell)),
            None => drop(wanted.remove(&id(field))),
        };
        let text = |t: &str| Some(Cell::Text(t.to_owned()));
        set("prs_FirstName", text("Мариана"));
        set("prs_Gender", Some(Cell::Codes(vec!["NonSpecifiedUnknown"])));
        set("prs_Birthdate", None);
        set("prs_Citizenship", Some(Cell::Codes(vec!["BG", "TR"])));
        set("prs_MailingCity", None);
        set("prs_MailingStreet", text("Варна, ул. Шипка 1"));
        set("prs_Email", None);
        set("vic_MethodsOfControl", Some(Cell::Codes(vec!["PhysicalAbuse", "RestrictsMovement"])));
        set("vic_TypeOfExploitation", Some(Cell::Codes(vec!["SexualExploitation", "Other"])));
        set("vic_TraffickingStatus", Some(Cell::Codes(vec!["PossibleVictimOfTrafficking"])));
        set("cas_Status", Some(Cell::Codes(vec!["Closed"])));
        set("cas_ReasonForCaseClosure", text("lost contact"));
        let mut got = rows[0].values.clone();
        // The second language has no column in the templates, nor did the file: the writer lists it.
        assert!(losses.iter().any(|l| l.field == Some(id("prs_SecondaryLanguage"))), "{losses:?}");
        got.remove(&id("prs_SecondaryLanguage"));
        assert_eq!(dump(&got), dump(&wanted));
        let lost: Vec<&str> = exported.lost.iter().filter_map(|l| l.field).map(|f| f.as_str()).collect();
        assert_eq!(lost, ["prs_Birthdate", "prs_PrimaryLanguage"]);
    });
}

#[test]
fn every_field_of_the_standard_and_columns_beyond_it_are_kept() {
    both(|house| {
        fn codes(field: &papers::htcds::Field) -> impl Iterator<Item = &str> {
            field.choices.iter().map(|c| c.code.as_str())
        }
        let mut values = Values::new();
        for field in sheets::fields() {
            use papers::htcds::Kind;
            let cell = match field.kind {
                Kind::Date => Cell::Date(domain::Date::constant(1990, 1, 2)),
                Kind::Bool => Cell::Bool(true),
                Kind::Number => Cell::Text("7".into()),
                Kind::Choice if field.multiple => Cell::codes(field.id, codes(field)).unwrap(),
                Kind::Choice => Cell::codes(field.id, codes(field).take(1)).unwrap(),
                Kind::Country | Kind::CountryOrText => Cell::Codes(vec!["NA"]),
                Kind::Language => Cell::Codes(vec!["mlt"]),
                _ => Cell::Text(format!("=1+1 {} 😔 שלום", field.id)),
            };
            values.insert(field.id, cell);
        }
        let row = Row { unknown: vec![("Shelter".into(), "x".into())], ..row(values.clone()) };
        let ctx = house.ctx(Role::Caseworker);
        let mut import = Import::new(house, &ctx, false);
        import.take(Ok(row)).unwrap();
        import.finish().unwrap();
        for layout in [Layout::Csv, Layout::Workbook] {
            let (rows, exported, losses) = export(house, layout);
            assert_eq!(dump(&rows[0].values), dump(&values));
            assert!(exported.lost.is_empty());
            assert!(losses.iter().any(|l| l.kind == papers::htcds::LossKind::NotInStandard));
        }
        // What was taken over can be saved by the form again.
        let person = all(house, RecordKind::Person).remove(0);
        let errors = domain::Values::parse(
            RecordKind::Person.spec(),
            &person.values.to_input(RecordKind::Person.spec()),
        )
        .err();
        assert_eq!(errors, None);
    });
}
