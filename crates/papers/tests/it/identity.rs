//! What goes out comes back.

use std::io::Cursor;

use jiff::civil::date;
use papers::htcds::{
    Cell, Columns, FieldId, Kind, Layout, LossKind, Row, WriteOptions, Writer, countries, languages,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::support::*;

fn write(layout: Layout, columns: Columns, rows: &[Row]) -> (Vec<u8>, Vec<papers::htcds::Loss>) {
    let options = WriteOptions { columns, ..WriteOptions::new(layout) };
    let mut writer = Writer::new(Cursor::new(Vec::new()), options).unwrap();
    for row in rows {
        writer.write(row).unwrap();
    }
    let (out, losses) = writer.finish().unwrap();
    (out.into_inner(), losses)
}

/// Text that spreadsheets and parsers trip over.
fn words() -> impl Strategy<Value = String> {
    let tricky = select(vec![
        "=1+1",
        "+359 88 812",
        "-5",
        "@x",
        "'=x",
        "''+x",
        "'",
        "a;b; c",
        "a,b",
        "\"quoted\"",
        "two\nlines",
        "a\r\nb",
        "a\rb",
        "_x0041_",
        "_x005F_x000D_",
        "<b>&amp;</b>",
        "NA",
        "TRUE",
        "2001-02-03",
        "0012",
        "1e5",
        "Мария Петрова",
        "🙂",
        "sep=;",
        "http://example.org/x",
        "#N/A",
        "]]>",
    ])
    .prop_map(str::to_owned);
    let free = "\\PC{0,12}[ \t]?\\PC{1,30}";
    prop_oneof![
        tricky,
        free.prop_map(|s| s.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned())
    ]
    .prop_filter("blank", |s| !s.is_empty() && !s.contains(['\u{fffe}', '\u{ffff}']))
}

fn cell(id: FieldId) -> BoxedStrategy<Cell> {
    let field = id.field().unwrap();
    let several = |codes: Vec<&'static str>| {
        let most = if field.multiple { codes.len().min(4) } else { 1 };
        subsequence(codes, 1..=most).prop_shuffle().prop_map(Cell::Codes).boxed()
    };
    match field.kind {
        Kind::Text | Kind::Long => words().prop_map(Cell::Text).boxed(),
        Kind::Number if id.as_str().ends_with("tude") => {
            (-9000_i32..=9000).prop_map(|n| Cell::Text((f64::from(n) / 100.0).to_string())).boxed()
        }
        Kind::Number => (0_u8..=40).prop_map(|n| Cell::Text(n.to_string())).boxed(),
        Kind::Bool => any::<bool>().prop_map(Cell::Bool).boxed(),
        Kind::Date => (0_i64..46_000)
            .prop_map(|n| Cell::Date(date(1900, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap()))
            .boxed(),
        Kind::Choice => several(field.choices.iter().map(|c| c.code.as_str()).collect()),
        Kind::Country | Kind::CountryOrText => several(countries().iter().map(|c| c.code).collect()),
        _ => several(languages().iter().map(|l| l.code).collect()),
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let ids: Vec<FieldId> = fields().map(|f| f.id).collect();
    let values = subsequence(ids, 1..20)
        .prop_flat_map(|ids| {
            ids.into_iter().map(|id| cell(id).prop_map(move |c| (id, c))).collect::<Vec<_>>()
        })
        .prop_map(|v| row(v.into_iter().collect()));
    prop::collection::vec(values, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn export_then_import_changes_nothing(rows in rows(), workbook in any::<bool>()) {
        let layout = if workbook { Layout::Workbook } else { Layout::Csv };
        let (file, losses) = write(layout, Columns::All, &rows);
        prop_assert!(losses.iter().all(|l| l.kind == LossKind::Extension), "{losses:?}");
        let mut reader = open(file).unwrap();
        prop_assert_eq!(reader.columns().len(), 84);
        let back: Vec<Row> = reader.rows().unwrap().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect();
        prop_assert_eq!(back.len(), rows.len());
        for ((i, was), is) in rows.iter().enumerate().zip(&back) {
            prop_assert_eq!(dump(&was.values), dump(&is.values));
            prop_assert_eq!(is.number as usize, i + 2);
        }
    }
}

#[test]
fn the_filled_template_survives_both_forms() {
    let (book, expected) = fill_template_rows(200, 42);
    let rows = good(book);
    assert_eq!(rows.len(), 200);
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(dump(&row.values), dump(expected));
    }
    for layout in [Layout::Workbook, Layout::Csv] {
        let (file, _) = write(layout, Columns::Template, &rows);
        for (row, expected) in good(file).iter().zip(&expected) {
            assert_eq!(dump(&row.values), dump(expected));
        }
    }
}

#[test]
fn csv_is_safe_to_open_and_dates_are_dates_in_a_workbook() {
    let values: Values = [
        (id("prs_FirstName"), Cell::Text("=cmd|' /C calc'!A0".into())),
        (id("prs_MobilePhone"), Cell::Text("+359888".into())),
        (id("prs_Birthdate"), Cell::Date(date(1999, 12, 31))),
        (id("prs_Citizenship"), Cell::Codes(vec!["NA", "BG"])),
        (id("con_Consent"), Cell::Bool(true)),
    ]
    .into();
    let (csv, losses) = write(Layout::Csv, Columns::Template, &[row(values.clone())]);
    assert!(losses.is_empty());
    let text = String::from_utf8(csv).unwrap();
    assert!(text.starts_with("\u{feff}Case Owner,Salutation,First Name,"), "{text}");
    assert!(text.contains(",'=cmd|' /C calc'!A0,,TRUE,1999-12-31,,Namibia; Bulgaria,,,,'+359888,"), "{text}");
    let (book, _) = write(Layout::Workbook, Columns::Template, &[row(values)]);
    let xml = part(&book, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<v>36525</v>") && !xml.contains("<f>"), "{xml}");
    assert!(xml.contains("=cmd|"));
}

#[test]
fn what_cannot_be_expressed_is_listed() {
    let bad: Values = [
        (id("prs_FirstName"), Cell::Text("a\u{1}b".into())),
        (id("prs_Birthdate"), Cell::Text("soon".into())),
        (id("prs_Gender"), Cell::Codes(vec!["Feminine", "Masculine"])),
        (id("prs_Citizenship"), Cell::Codes(vec!["ZZ"])),
        (id("cas_IncomingReferralDate"), Cell::Date(date(1850, 1, 1))),
        (id("cas_IncomingReferralDetails"), Cell::Text("x".repeat(40_000))),
        (id("hte_City"), Cell::Text("Sofia".into())),
    ]
    .into();
    let mut first = row(bad);
    first.unknown.push(("Remark".into(), "x".into()));
    let (file, losses) = write(Layout::Workbook, Columns::Template, &[first.clone(), first]);
    let kinds: Vec<_> = losses.iter().map(|l| (l.kind, l.field.map_or("-", FieldId::as_str))).collect();
    assert_eq!(
        kinds,
        [
            (LossKind::NoColumn, "hte_City"),
            (LossKind::NotInStandard, "-"),
            (LossKind::WrongKind, "prs_Birthdate"),
            (LossKind::UnknownCode, "prs_Citizenship"),
            (LossKind::AbsurdYear, "cas_IncomingReferralDate"),
            (LossKind::TooLong, "cas_IncomingReferralDetails"),
            (LossKind::OnlyFirst, "prs_Gender"),
            (LossKind::ControlCharacters, "prs_FirstName"),
        ]
    );
    assert!(losses.iter().all(|l| l.rows == 2 && l.first_row == 2));
    let back = good(file);
    assert_eq!(
        (value(&back[0], "prs_FirstName"), value(&back[0], "prs_Gender")),
        ("ab".into(), "Feminine".into())
    );
}

#[test]
fn cells_are_made_of_known_codes_only() {
    assert!(Cell::codes(id("prs_Gender"), ["Feminine"]).is_some());
    assert!(Cell::codes(id("prs_Gender"), ["Feminine", "Nobody"]).is_none());
    assert!(FieldId::parse("prs_firstname").is_none());
}
