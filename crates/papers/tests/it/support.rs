//! Files to read: IOM's own templates (see `tests/data/NOTICE`), filled in as people fill them in.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

use jiff::civil::{Date, date};
use papers::htcds::{Cell, FieldId, OpenError, Options, Reader, Rejected, Row, standard};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub const TEMPLATE: &[u8] = include_bytes!("../data/htcds_template.xlsx");
pub const SINGLE: &[u8] = include_bytes!("../data/htcds_template_single_select.xlsx");
pub const XLSFORM: &[u8] = include_bytes!("../data/htcds_xlsform.xlsx");
pub const TODAY: Date = date(2026, 11, 24);

pub type Values = BTreeMap<FieldId, Cell>;

pub fn id(text: &str) -> FieldId {
    FieldId::parse(text).unwrap_or_else(|| panic!("{text} is not a field"))
}

pub fn open(bytes: impl Into<Vec<u8>>) -> Result<Reader, OpenError> {
    Reader::open(Cursor::new(bytes.into()), Options::new(TODAY))
}

pub fn read(bytes: impl Into<Vec<u8>>) -> Vec<Result<Row, Rejected>> {
    open(bytes).unwrap().rows().unwrap().collect()
}

/// The rows of a file without faults.
pub fn good(bytes: impl Into<Vec<u8>>) -> Vec<Row> {
    read(bytes).into_iter().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect()
}

/// A value in words, as `Debug` rightly shows nothing.
pub fn show(cell: Option<&Cell>) -> String {
    match cell {
        None => "-".into(),
        Some(Cell::Text(t)) => t.clone(),
        Some(Cell::Date(d)) => d.to_string(),
        Some(Cell::Bool(b)) => b.to_string(),
        Some(Cell::Codes(c)) => c.join(","),
    }
}

pub fn value(row: &Row, field: &str) -> String {
    show(row.values.get(&id(field)))
}

pub fn dump(values: &Values) -> Vec<String> {
    values.iter().map(|(k, v)| format!("{k}={:?}", show(Some(v)))).collect()
}

/// The workbook with its parts passed through `edit` (`None` drops a part) and further parts added.
pub fn rebuild(
    workbook: &[u8],
    mut edit: impl FnMut(&str, Vec<u8>) -> Option<Vec<u8>>,
    more: &[(&str, &[u8])],
) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut part = from.by_index(i).unwrap();
        let name = part.name().unwrap().to_string();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if let Some(content) = edit(&name, content) {
            to.start_file(name, SimpleFileOptions::default()).unwrap();
            to.write_all(&content).unwrap();
        }
    }
    for (name, content) in more {
        to.start_file(*name, SimpleFileOptions::default()).unwrap();
        to.write_all(content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// [`rebuild`] for one text part.
pub fn edit(workbook: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    rebuild(
        workbook,
        |name, content| {
            Some(if name == part {
                change(String::from_utf8(content).unwrap()).into_bytes()
            } else {
                content
            })
        },
        &[],
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The template with `rows` (ready XML, from row 3 on) under its own two heading rows.
pub fn with_rows(template: &[u8], rows: &str) -> Vec<u8> {
    edit(template, "xl/worksheets/sheet1.xml", |xml| {
        let data = xml.find("<row r=\"2\"").unwrap();
        let below = data + xml[data..].find("</row>").unwrap() + "</row>".len();
        let end = xml.find("</sheetData>").unwrap();
        format!("{}{rows}{}", &xml[..below], &xml[end..])
    })
}

/// The letters of a template column, from 1.
pub fn letters(mut n: u16) -> String {
    let mut out = String::new();
    while n > 0 {
        out.insert(0, char::from(b'A' + u8::try_from((n - 1) % 26).unwrap()));
        n = (n - 1) / 26;
    }
    out
}

/// The template column of a field.
pub fn column(field: &str) -> String {
    letters(id(field).field().unwrap().template_column.unwrap())
}

/// The template with rows of text cells: field, text.
pub fn filled(rows: &[&[(&str, &str)]]) -> Vec<u8> {
    let mut xml = String::new();
    for (i, row) in rows.iter().enumerate() {
        let r = i + 3;
        write!(xml, "<row r=\"{r}\"><c r=\"A{r}\"><v>{}</v></c>", i + 1).unwrap();
        for (field, text) in *row {
            let at = format!("{}{r}", column(field));
            write!(
                xml,
                "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                escape(text)
            )
            .unwrap();
        }
        xml.push_str("</row>");
    }
    with_rows(TEMPLATE, &xml)
}

/// A CSV file with these lines.
pub fn csv(lines: &[&str]) -> Vec<u8> {
    lines.join("\n").into_bytes()
}

/// A small deterministic sequence.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}

const FIRST: [&str; 6] = ["Мария", "Ivana", "Ахмед", "Zoë", "Цветанка", "Precious"];
const LAST: [&str; 6] = ["Петрова", "Ionescu", "Ал-Хасан", "O'Neill & Sons", "Иванова-Димитрова", "Okoro"];

/// The multi-choice template filled with `n` invented people, shared texts and all, as Excel stores it; and
/// what a reader must find in it.
pub fn fill_template_rows(n: usize, seed: u64) -> (Vec<u8>, Vec<Values>) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let table = part(TEMPLATE, "xl/sharedStrings.xml");
    let mut next = table.matches("<si>").count();
    let mut shared = String::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut expected = Vec::with_capacity(n);
    let mut xml = String::with_capacity(n * 900);
    for i in 0..n {
        let r = i + 3;
        let mut values = Values::new();
        write!(xml, "<row r=\"{r}\" spans=\"1:39\"><c r=\"A{r}\"><v>{}</v></c>", i + 1).unwrap();
        let days = i64::try_from(dice.below(20_000)).unwrap();
        for (field, text, cell) in person(&mut dice, i) {
            let index = *known.entry(text).or_insert_with_key(|text| {
                write!(shared, "<si><t xml:space=\"preserve\">{}</t></si>", escape(text)).unwrap();
                next += 1;
                next - 1
            });
            write!(xml, "<c r=\"{}{r}\" s=\"4\" t=\"s\"><v>{index}</v></c>", column(field)).unwrap();
            values.insert(id(field), cell);
        }
        let birth = date(1950, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        write!(xml, "<c r=\"{}{r}\" s=\"4\"><v>{}</v></c></row>", column("prs_Birthdate"), days + 18_264)
            .unwrap();
        values.insert(id("prs_Birthdate"), Cell::Date(birth));
        expected.push(values);
    }
    let book = edit(&with_rows(TEMPLATE, &xml), "xl/sharedStrings.xml", |t| {
        t.replace("</sst>", &format!("{shared}</sst>"))
    });
    (book, expected)
}

fn person(dice: &mut Dice, i: usize) -> Vec<(&'static str, String, Cell)> {
    let text = |field, text: String| (field, text.clone(), Cell::Text(text));
    let codes = |field, text: &str, codes: &[&str]| {
        (field, text.to_owned(), Cell::codes(id(field), codes.iter().copied()).unwrap())
    };
    let consent = dice.below(2) == 0;
    vec![
        text("prs_FirstName", FIRST[dice.below(6)].to_owned()),
        text("prs_SecondName", format!("{} {i}", LAST[dice.below(6)])),
        ("con_Consent", consent.to_string().to_uppercase(), Cell::Bool(consent)),
        [
            codes("prs_Gender", "Feminine", &["Feminine"]),
            codes("prs_Gender", "TransgenderFeminine", &["TransgenderFeminine"]),
            codes("prs_Gender", "Not Specified/Unknown", &["NonSpecifiedUnknown"]),
        ]
        .into_iter()
        .nth(dice.below(3))
        .unwrap(),
        [
            codes("prs_Citizenship", "Bulgaria", &["BG"]),
            codes("prs_Citizenship", "Nigeria; Niger", &["NG", "NE"]),
            codes("prs_Citizenship", "Namibia", &["NA"]),
        ]
        .into_iter()
        .nth(dice.below(3))
        .unwrap(),
        text("prs_MailingStreet", format!("ул. Шипка {}", dice.below(90))),
        text("prs_MailingCity", "Русе".to_owned()),
        codes("prs_MailingCountry", "BGR", &["BG"]),
        codes(
            "vic_MethodsOfControl",
            "Debt bondage ; Restricts movement",
            &["DebtBondage", "RestrictsMovement"],
        ),
        codes(
            "vic_ForcedLabourIndustry",
            "Water supply; sewerage, waste management and remediation; Construction",
            &["E_WaterSupplySewerageWasteManagement", "F_Construction"],
        ),
        codes("cas_Status", "Follow up", &["FollowUp"]),
        codes(
            "cas_ReasonForOutgoingReferral",
            "Migration Or Change Of Location",
            &["MigrationOrChangeOfLocation"],
        ),
    ]
}

/// One part of a workbook as text.
pub fn part(workbook: &[u8], name: &str) -> String {
    let mut zip = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A row with these values.
pub fn row(values: Values) -> Row {
    Row { number: 0, values, unknown: Vec::new() }
}

/// All fields of the standard.
pub fn fields() -> impl Iterator<Item = &'static papers::htcds::Field> {
    standard().fields.iter()
}
