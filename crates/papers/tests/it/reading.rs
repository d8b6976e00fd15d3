//! Dates, formulas, row numbers, delimiters, faults and what they must not say.

use std::sync::{Arc, Mutex};

use papers::htcds::{Problem, Progress, Rejected};

use crate::support::*;

fn birth(text: &str) -> Result<String, Problem> {
    let file = csv(&["First Name;Birthdate;Gender", &format!("A;{text};")]);
    read(file).remove(0).map(|r| value(&r, "prs_Birthdate")).map_err(|e| e.faults[0].problem.clone())
}

#[test]
fn dates_as_people_write_them() {
    for text in [
        "2001-02-03",
        "03.02.2001",
        "3.2.2001",
        "03/02/2001",
        "3-2-2001",
        "03.02.2001 г.",
        "2001/02/03",
        "2001-02-03T00:00:00",
        "36925",
        " 03 . 02 . 2001 ",
    ] {
        assert_eq!(birth(text).as_deref(), Ok("2001-02-03"), "{text}");
    }
    for (text, problem) in [
        ("31.02.2001", Problem::ImpossibleDate),
        ("29.02.2023", Problem::ImpossibleDate),
        ("01.13.2001", Problem::ImpossibleDate),
        ("2001-13-01", Problem::ImpossibleDate),
        ("00.01.2001", Problem::ImpossibleDate),
        ("25.11.2026", Problem::BirthInFuture),
        ("01.01.1899", Problem::AbsurdYear),
        ("01.01.9999", Problem::AbsurdYear),
        ("2001", Problem::YearOnly),
        ("03.02.01", Problem::NotADate),
        ("spring 2001", Problem::NotADate),
        ("2001-02", Problem::NotADate),
        ("1.2.3.2001", Problem::NotADate),
        ("+1.02.2001", Problem::NotADate),
        ("20010203", Problem::NotADate),
        ("é9.02.2001", Problem::NotADate),
    ] {
        assert_eq!(birth(text), Err(problem), "{text}");
    }
    assert_eq!(birth("29.02.2024").as_deref(), Ok("2024-02-29"));
    assert_eq!(birth("24.11.2026").as_deref(), Ok("2026-11-24"));
    // Only a birth must lie in the past.
    assert_eq!(good(csv(&["First Name,Planned End Date,Gender", "A,2031-01-01,"])).len(), 1);
}

#[test]
fn excel_serial_numbers() {
    let number = |n: &str| {
        let book = with_rows(TEMPLATE, &format!("<row r=\"3\"><c r=\"G3\"><v>{n}</v></c></row>"));
        read(book).remove(0).map(|r| value(&r, "prs_Birthdate")).map_err(|e| e.faults[0].problem.clone())
    };
    assert_eq!(number("36925").as_deref(), Ok("2001-02-03"));
    assert_eq!(number("36925.75").as_deref(), Ok("2001-02-03"));
    assert_eq!(number("1").as_deref(), Ok("1900-01-01"));
    assert_eq!(number("59").as_deref(), Ok("1900-02-28"));
    assert_eq!(number("60"), Err(Problem::ImpossibleDate));
    assert_eq!(number("61").as_deref(), Ok("1900-03-01"));
    assert_eq!(number("1990"), Err(Problem::YearOnly));
    assert_eq!(number("-5"), Err(Problem::ImpossibleDate));
    assert_eq!(number("99999999"), Err(Problem::ImpossibleDate));
    // Old Excel for Mac counts from 1904.
    let book = with_rows(TEMPLATE, "<row r=\"3\"><c r=\"G3\"><v>35463</v></c></row>");
    let mac = edit(&book, "xl/workbook.xml", |x| x.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    assert_eq!(value(&good(mac)[0], "prs_Birthdate"), "2001-02-03");
}

#[test]
fn formulas_are_never_run() {
    let book = with_rows(
        TEMPLATE,
        r#"<row r="3"><c r="D3" t="inlineStr"><is><t>=HYPERLINK("http://x")</t></is></c></row>
           <row r="4"><c r="D4" t="str"><f>UPPER("a")</f><v>A</v></c></row>
           <row r="5"><c r="D5"><f>UPPER("a")</f></c></row>
           <row r="6"><c r="D6" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
           <row r="7"><c r="L7"><v>359888123456</v></c></row>"#,
    );
    let rows = read(book);
    assert_eq!(value(rows[0].as_ref().unwrap(), "prs_FirstName"), "=HYPERLINK(\"http://x\")");
    assert_eq!(value(rows[1].as_ref().unwrap(), "prs_FirstName"), "A");
    assert_eq!(rows[2].as_ref().unwrap_err().faults[0].problem, Problem::FormulaWithoutValue);
    assert_eq!(rows[3].as_ref().unwrap_err().faults[0].problem, Problem::ErrorCell);
    assert_eq!(value(rows[4].as_ref().unwrap(), "prs_HomePhone"), "359888123456");
}

#[test]
fn all_faults_of_a_row_and_no_content() {
    let book = filled(&[
        &[
            ("prs_FirstName", "Тайна"),
            ("prs_Birthdate", "31.02.1999"),
            ("prs_Gender", "Тайна Петрова"),
            ("prs_Citizenship", "Bulgarria"),
        ],
        &[("prs_FirstName", "Мария"), ("cas_Status", "Active; Closed")],
    ]);
    let rows = read(book);
    let first = rows[0].as_ref().unwrap_err();
    assert_eq!(first.row, 3);
    assert_eq!(
        first.to_string(),
        "row 3: Birthdate: this day does not exist in the calendar; Gender: not in the list of this column; \
         Citizenship: not a country name or an ISO 3166 code; did you mean \"Bulgaria\"?"
    );
    let second = rows[1].as_ref().unwrap_err();
    assert_eq!(second.to_string(), "row 4: Status: only one choice is possible here");
    let secret = filled(&[&[("prs_FirstName", "Тайна"), ("prs_Email", "t@example.org")]]);
    let row = good(secret).remove(0);
    let shown = format!("{row:?} {first:?}");
    assert!(!shown.contains("Тайна") && !shown.contains("example.org"), "{shown}");
}

#[test]
fn row_numbers_are_those_a_person_sees() {
    let book = with_rows(
        TEMPLATE,
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="9"><c r="D9" t="inlineStr"><is><t>A</t></is></c></row>
           <row r="10"><c r="D10" t="inlineStr"><is><t>  </t></is></c></row>
           <row r="700"><c r="D700" t="inlineStr"><is><t>B</t></is></c></row>"#,
    );
    assert_eq!(good(book).iter().map(|r| r.number).collect::<Vec<_>>(), [9, 700]);
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "First Name,Gender,Status", "", "A,,", ",,", "\"B\n\nC\",,", "", "", "D,,"].join(end);
        let rows = good(text);
        assert_eq!(rows.iter().map(|r| r.number).collect::<Vec<_>>(), [4, 6, 9], "{end:?}");
        assert_eq!(value(&rows[1], "prs_FirstName"), "B\n\nC");
    }
}

#[test]
fn delimiters_and_byte_order_mark() {
    for delimiter in [",", ";", "\t"] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}First Name|Second Name|Birthdate|Incoming Referral Details\nМария|\"П;е,т\tр\"|31.12.1999|x\n")
                .replace('|', delimiter);
            let rows = good(text);
            assert_eq!(value(&rows[0], "prs_SecondName"), "П;е,т\tр");
            assert_eq!(value(&rows[0], "prs_Birthdate"), "1999-12-31");
        }
    }
}

#[test]
fn shared_labels_go_by_their_neighbours() {
    let columns = |line: &str| {
        let reader = open(format!("{line}\n")).unwrap();
        let ids: Vec<_> = reader.columns().iter().map(|i| i.as_str()).collect();
        (ids.join(" "), reader.columns_unknown().len())
    };
    assert_eq!(columns("Objectives,Action Plan,Type"), ("spl_Objectives spl_ActionPlan spl_Type".into(), 0));
    assert_eq!(columns("Type,Organisation Name,Phone"), ("org_Type org_Name org_Phone".into(), 0));
    assert_eq!(
        columns("Mailing City,Longitude,Latitude,City,Longitude,Latitude"),
        (
            "prs_MailingCity prs_MailingLongitude prs_MailingLatitude hte_City hte_Longitude hte_Latitude"
                .into(),
            0
        )
    );
    assert_eq!(
        columns("First Name,Type (Support Plan),Type (Historic Trafficking Event),Type (Organisation)"),
        ("prs_FirstName spl_Type hte_Type org_Type".into(), 0)
    );
    // Nothing near that could be meant: not guessed.
    assert_eq!(
        columns("First Name,Second Name,Gender,Type"),
        ("prs_FirstName prs_SecondName prs_Gender".into(), 1)
    );
    // The same field twice.
    assert_eq!(columns("First Name,Gender,Email,Email"), ("prs_FirstName prs_Gender prs_Email".into(), 1));
}

#[test]
fn stray_cells_without_heading_are_kept_as_unknown() {
    let book = with_rows(
        TEMPLATE,
        r#"<row r="3"><c r="D3" t="inlineStr"><is><t>A</t></is></c><c r="AN3" t="inlineStr"><is><t>remark</t></is></c></row>"#,
    );
    let row = good(book).remove(0);
    assert_eq!((&*row.unknown[0].0, row.unknown[0].1.as_str()), ("column AN", "remark"));
}

#[test]
fn numbers_have_bounds() {
    let file = csv(&[
        "First Name,Number of Children,Age when Trafficked,Latitude (Person)",
        "A,3,17,\"42,69\"",
        "B,-1,300,95",
        "C,many,2.5,",
    ]);
    let rows: Vec<Result<_, Rejected>> = read(file);
    let first = rows[0].as_ref().unwrap();
    assert_eq!(
        (value(first, "prs_NumberOfChildren"), value(first, "prs_MailingLatitude")),
        ("3".into(), "42.69".into())
    );
    let problems =
        |i: usize| rows[i].as_ref().unwrap_err().faults.iter().map(|f| f.problem.clone()).collect::<Vec<_>>();
    assert_eq!(problems(1), [Problem::OutOfRange, Problem::OutOfRange, Problem::OutOfRange]);
    assert_eq!(problems(2), [Problem::NotANumber, Problem::OutOfRange]);
}

#[test]
fn languages_countries_and_vanished_states() {
    let file = csv(&[
        "First Name,Primary Language,Secondary Language,City,Country",
        "A,Bulgarian,ger,Beograd,Yugoslavia",
        "B,xx1,,Sofia,bgr",
    ]);
    let rows = read(file);
    let first = rows[0].as_ref().unwrap();
    assert_eq!(value(first, "prs_PrimaryLanguage"), "bul");
    assert_eq!(value(first, "prs_SecondaryLanguage"), "deu");
    assert_eq!(value(first, "hte_Country"), "Yugoslavia");
    assert_eq!(rows[1].as_ref().unwrap_err().faults[0].problem, Problem::UnknownLanguage { nearest: None });
}

#[test]
fn progress_ends_at_the_total() {
    for bytes in [fill_template_rows(1200, 3).0, {
        let mut text = String::from("First Name,Gender,Status\n");
        text.push_str(&"Мария,Feminine,Active\n".repeat(1200));
        text.into_bytes()
    }] {
        let total = bytes.len() as u64;
        let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let sink = Arc::clone(&seen);
        let mut reader = open(bytes).unwrap();
        reader.on_progress(move |p| sink.lock().unwrap().push(p));
        assert_eq!(reader.rows().unwrap().count(), 1200);
        let seen = seen.lock().unwrap();
        assert_eq!(seen.iter().map(|p| p.rows).collect::<Vec<_>>(), [500, 1000, 1200]);
        assert!(seen.windows(2).all(|w| w[0].done <= w[1].done));
        assert_eq!(*seen.last().unwrap(), Progress { rows: 1200, done: total, total });
    }
}
