//! From the cells of a row to the fields of records. Nothing is guessed: what a cell does not say is
//! left empty, and what a field here does not take stays in the kept cells alone.

use super::codes::{self, Table, forward};
use super::kept::Cells;
use domain::values::Input;
use domain::{Date, Kind, PartialDate, Problem, RecordKind, Spec, Values};
use papers::htcds::{Cell, FieldId};

/// Fields that are the same text in both.
pub static TEXTS: [(&str, &str); 7] = [
    ("prs_FirstName", "given_name"),
    ("prs_MiddleName", "middle_name"),
    ("prs_SecondName", "family_name"),
    ("prs_Title", "title"),
    ("prs_IdentityNumber", "identifier"),
    ("prs_Email", "email"),
    ("cco_CaseComment", "summary"),
];

/// The parts of an address in the order in which they are joined.
pub static ADDRESS: [&str; 5] = [
    "prs_MailingStreet",
    "prs_MailingPostalCode",
    "prs_MailingCity",
    "prs_MailingState",
    "prs_MailingCountry",
];

/// What of an exploitation is a choice in both.
pub static EXPLOITATION: [(&str, &str, Table); 5] = [
    ("vic_TypeOfExploitation", "forms", codes::FORMS),
    ("vic_MethodsOfControl", "means", codes::MEANS),
    ("vic_ForcedLabourIndustry", "sector", codes::SECTOR),
    ("vic_RelationshipToTrafficker", "recruiter", codes::RECRUITER),
    ("vic_MethodOfRecruitment", "recruitment", codes::RECRUITMENT),
];

/// A row as records.
pub struct Mapped {
    /// The person.
    pub person: Values,
    /// The case.
    pub case: Values,
    /// What happened to her, when the row says any of it.
    pub exploitation: Option<Values>,
    /// Her status, when the row says it and a day for it.
    pub identification: Option<Values>,
}

/// The text of a cell.
pub fn text<'a>(cells: &'a Cells, field: &str) -> Option<&'a str> {
    match cells.get(&FieldId::parse(field)?)? {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

/// The codes of a cell.
pub fn choices<'a>(cells: &'a Cells, field: &str) -> &'a [&'static str] {
    match FieldId::parse(field).and_then(|id| cells.get(&id)) {
        Some(Cell::Codes(codes)) => codes,
        _ => &[],
    }
}

/// The date of a cell.
pub fn date(cells: &Cells, field: &str) -> Option<Date> {
    match cells.get(&FieldId::parse(field)?)? {
        Cell::Date(date) => Some(*date),
        _ => None,
    }
}

/// Reads a row. `today` is needed since what has happened cannot lie in the future.
pub fn map(cells: &Cells, today: Date) -> Mapped {
    let referred = date(cells, "cas_IncomingReferralDate").filter(|d| *d <= today);
    Mapped {
        person: person(cells),
        case: case(cells, referred, today),
        exploitation: exploitation(cells),
        identification: referred.and_then(|on| identification(cells, on)),
    }
}

fn person(cells: &Cells) -> Values {
    let mut input = Input::new();
    texts(cells, &mut input, RecordKind::Person.spec());
    let sex = choices(cells, "prs_Gender").first().and_then(|c| forward(codes::SEX, c));
    put(&mut input, "sex", Some(sex.unwrap_or("unknown")));
    put(&mut input, "birth_date", date(cells, "prs_Birthdate").map(|d| d.to_string()).as_deref());
    let known = |code: &&&str| domain::codes::COUNTRIES.known(code).is_some();
    put_all(&mut input, "citizenship", choices(cells, "prs_Citizenship").iter().filter(known).copied());
    put(&mut input, "phone", text(cells, "prs_MobilePhone").or_else(|| text(cells, "prs_HomePhone")));
    put(&mut input, "current_address", address(cells).as_deref());
    let spoken = ["prs_PrimaryLanguage", "prs_SecondaryLanguage"].into_iter().flat_map(|f| choices(cells, f));
    put_all(&mut input, "spoken", spoken.map(|c| language(c)));
    checked(RecordKind::Person.spec(), input)
}

/// Our code of a language.
pub fn language(code: &str) -> &'static str {
    forward(codes::LANGUAGE, code).unwrap_or("other")
}

/// The address in one line.
fn address(cells: &Cells) -> Option<String> {
    let mut parts: Vec<&str> = ADDRESS.iter().filter_map(|f| text(cells, f)).collect();
    let country = FieldId::parse("prs_MailingCountry").and_then(FieldId::field);
    parts.extend(choices(cells, "prs_MailingCountry").iter().filter_map(|c| country?.code_label(c)));
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn case(cells: &Cells, referred: Option<Date>, today: Date) -> Values {
    let mut input = Input::new();
    texts(cells, &mut input, RecordKind::Case.spec());
    put(&mut input, "on_date", referred.map(|d| d.to_string()).as_deref());
    let status = choices(cells, "cas_Status").first().copied();
    let state = status.and_then(|s| forward(codes::STATUS, s)).unwrap_or("active");
    put(&mut input, "state", Some(state));
    if state == "closed" {
        put(&mut input, "closure_note", text(cells, "cas_ReasonForCaseClosure"));
    }
    if status == Some("ClosedReferred") {
        put(&mut input, "closure_reason", Some("referred_on"));
        let passed = date(cells, "cas_OutgoingReferralDate").filter(|d| *d <= today);
        put(&mut input, "closed_on", passed.map(|d| d.to_string()).as_deref());
    }
    checked(RecordKind::Case.spec(), input)
}

/// What a new case needs and no row says. Not remembered as imported: a newer file does not touch it.
pub fn opening(case: &mut Values, person: &Values, home: &str, today: Date) {
    if case.get("on_date").is_none() {
        case.set("on_date", today.to_string());
    }
    let day = case.date("on_date").unwrap_or(today);
    let age = person.get("birth_date").and_then(PartialDate::parse).and_then(|b| b.age_on(day));
    let foreign = person.get("citizenship").is_some() && !person.codes("citizenship").any(|c| c == home);
    let track = match age {
        Some(age) if age < 18 => "children",
        _ if foreign => "foreigners",
        _ => "adults",
    };
    case.set("track", track);
    case.set("role", "victim");
    case.set("intake", "import");
}

fn exploitation(cells: &Cells) -> Option<Values> {
    let mut input = Input::new();
    for (theirs, ours, table) in EXPLOITATION {
        let several = matches!(spec_kind(RecordKind::Exploitation, ours), Some(Kind::Codes(_)));
        let other = if ours == "sector" { Some("other") } else { None };
        let codes = choices(cells, theirs).iter().filter_map(|c| forward(table, c).or(other));
        put_all(&mut input, ours, codes.take(if several { usize::MAX } else { 1 }));
    }
    let known = |code: &&&str| domain::codes::COUNTRIES.known(code).is_some();
    put_all(&mut input, "countries", choices(cells, "hte_Country").iter().filter(known).copied());
    put(&mut input, "story", text(cells, "hte_Description"));
    if input.is_empty() {
        return None;
    }
    input.entry("forms".to_owned()).or_insert_with(|| vec!["unknown".to_owned()]);
    Some(checked(RecordKind::Exploitation.spec(), input))
}

/// The standard says nothing of the country, so that no indicator counts the person before somebody
/// has written down where she was identified.
fn identification(cells: &Cells, on: Date) -> Option<Values> {
    let status = choices(cells, "vic_TraffickingStatus").first()?;
    let by = choices(cells, "vic_TraffickingStatusDecisionMakingOrg").first().copied();
    let formal = matches!(by, Some("Police" | "CourtOrProsecution"));
    let mut input = Input::new();
    put(&mut input, "on_date", Some(&on.to_string()));
    put(&mut input, "kind", Some(if formal { "formal" } else { "informal" }));
    put(&mut input, "outcome", forward(codes::OUTCOME, status));
    Some(checked(RecordKind::Identification.spec(), input))
}

fn spec_kind(kind: RecordKind, field: &str) -> Option<Kind> {
    kind.spec().field(field).map(|f| f.kind)
}

/// One-line texts are cut to what the field takes: the whole of them stays in the kept cells.
fn texts(cells: &Cells, input: &mut Input, spec: &Spec) {
    for (theirs, ours) in TEXTS {
        let Some(field) = spec.field(ours) else { continue };
        let most = match field.kind {
            Kind::Text(most) if ours != "email" => most,
            _ => usize::MAX,
        };
        let cut: Option<String> = text(cells, theirs).map(|t| t.chars().take(most).collect());
        put(input, ours, cut.as_deref());
    }
}

fn put(input: &mut Input, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        input.insert(name.to_owned(), vec![value.to_owned()]);
    }
}

fn put_all<'a>(input: &mut Input, name: &str, values: impl Iterator<Item = &'a str>) {
    let values: Vec<String> = values.map(str::to_owned).collect();
    if !values.is_empty() {
        input.insert(name.to_owned(), values);
    }
}

/// The values in canonical form, without those that a form would not take: a record with one of them
/// could not be saved again. What is required and missing stays missing.
fn checked(spec: &Spec, mut input: Input) -> Values {
    let mut missing: Vec<String> = Vec::new();
    loop {
        let errors = match Values::parse(spec, &input) {
            Ok(mut values) => {
                missing.iter().for_each(|name| drop(values.0.remove(name)));
                return values;
            }
            Err(errors) => errors,
        };
        for error in errors {
            let known = input.remove(&error.field).is_some();
            if error.problem == Problem::Required && !known && !missing.contains(&error.field) {
                let stand_in = spec.field(&error.field).map_or("-", |f| stand_in(f.kind));
                input.insert(error.field.clone(), vec![stand_in.to_owned()]);
                missing.push(error.field);
            } else if !known {
                // Neither given nor to be stood in for: nothing more can be done for this record.
                return Values::default();
            }
        }
    }
}

/// Something that passes the check of a missing field; it is taken out again.
fn stand_in(kind: Kind) -> &'static str {
    match kind {
        Kind::Code(list) | Kind::Codes(list) => list.codes.first().copied().unwrap_or_default(),
        Kind::Date | Kind::PartialDate => "2000-01-01",
        Kind::Country | Kind::Countries => "BG",
        _ => "-",
    }
}
