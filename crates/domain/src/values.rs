//! What somebody wrote, checked once at the border: every value here is canonical text.

use crate::civil::parse_date;
use crate::field::{Field, Kind, Spec};
use crate::numbers::{NumberProblem, check_egn, check_lnch};
use crate::{Compartment, Id, Mask, PartialDate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Input as a form sends it: name to values.
pub type Input = BTreeMap<String, Vec<String>>;

/// Checked values by field name. No `Debug`: they may be anybody's secret.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(pub BTreeMap<String, String>);

/// Why a value is refused; the text key is `problem-{code}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing given where something is needed.
    Required,
    /// Not a day of the calendar.
    ImpossibleDate,
    /// A day that cannot be: before something it must follow, or in the future.
    DateOutOfRange,
    /// More characters than the field takes.
    TooLong,
    /// A code the list does not have.
    UnknownChoice,
    /// A role that people of this organisation do not have.
    RoleElsewhere,
    /// What kind of organisation it is stays, where roles hang from it.
    KindStays,
    /// A state that a step of its own sets.
    OwnStep,
    /// There is an organisation of this kind already, and only one.
    KindTaken,
    /// Not a number, or outside its bounds.
    NotANumber,
    /// Not an amount with a currency.
    NotMoney,
    /// Not a telephone number.
    NotAPhone,
    /// A personal number has ten digits.
    NumberLength,
    /// The date in the personal number does not exist.
    NumberDate,
    /// One digit of the personal number does not match.
    NumberCheck,
    /// The birth date and the personal number disagree.
    NumberBirthDate,
    /// A login that somebody already has, or of wrong shape.
    Login,
    /// A password that is too short.
    PasswordShort,
    /// A password that is easily guessed.
    PasswordCommon,
    /// The password that is there already.
    PasswordSame,
    /// More than the person agreed to, or than the ground in law allows.
    NotAgreed,
    /// The consent has ended, or does not name this organisation.
    NoConsent,
    /// This kind of organisation receives nothing on this ground.
    WrongRecipient,
    /// Somebody who seeks asylum: nothing goes to her country of origin.
    AsylumLock,
    /// A circle of officers needs three.
    TooFewOfficers,
    /// More than can be taken at once.
    TooMany,
}

impl Problem {
    /// Last part of the text key.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::ImpossibleDate => "impossible-date",
            Self::DateOutOfRange => "date-out-of-range",
            Self::TooLong => "too-long",
            Self::UnknownChoice => "unknown-choice",
            Self::RoleElsewhere => "role-elsewhere",
            Self::KindStays => "kind-stays",
            Self::OwnStep => "own-step",
            Self::KindTaken => "kind-taken",
            Self::NotANumber => "not-a-number",
            Self::NotMoney => "not-money",
            Self::NotAPhone => "not-a-phone",
            Self::NumberLength => "number-length",
            Self::NumberDate => "number-date",
            Self::NumberCheck => "number-check",
            Self::NumberBirthDate => "number-birth-date",
            Self::Login => "login",
            Self::PasswordShort => "password-short",
            Self::PasswordCommon => "password-common",
            Self::PasswordSame => "password-same",
            Self::NotAgreed => "not-agreed",
            Self::NoConsent => "no-consent",
            Self::WrongRecipient => "wrong-recipient",
            Self::AsylumLock => "asylum-lock",
            Self::TooFewOfficers => "too-few-officers",
            Self::TooMany => "too-many",
        }
    }
}

/// One field that must be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl FieldError {
    /// An error at a field.
    #[must_use]
    pub fn new(field: &str, problem: Problem) -> FieldError {
        FieldError { field: field.to_owned(), problem }
    }
}

impl Values {
    /// Checks what a form sent against the description. Unknown names are left out.
    ///
    /// # Errors
    /// Every field that must be corrected, in the order of the form.
    pub fn parse(spec: &Spec, input: &Input) -> Result<Values, Vec<FieldError>> {
        let mut values = BTreeMap::new();
        let mut errors = Vec::new();
        for field in spec.fields {
            let given = input.get(field.name).map(Vec::as_slice).unwrap_or_default();
            let given: Vec<&str> = given.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).collect();
            let currency = input.get(&format!("{}_currency", field.name)).and_then(|v| v.first());
            match canonical(field, &given, currency.map(String::as_str)) {
                Ok(Some(value)) => {
                    values.insert(field.name.to_owned(), value);
                }
                Ok(None) if field.required => errors.push(FieldError::new(field.name, Problem::Required)),
                Ok(None) => {}
                Err(problem) => errors.push(FieldError::new(field.name, problem)),
            }
        }
        let values = Values(values);
        values.check_personal_number(&mut errors);
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }

    fn check_personal_number(&self, errors: &mut Vec<FieldError>) {
        let (Some(number), Some(kind)) = (self.get("identifier"), self.get("identifier_kind")) else {
            return;
        };
        // A document can be wrong: the reason given overrules the check.
        if self.get("identifier_overruled").is_some() {
            return;
        }
        let found = match kind {
            "egn" => check_egn(number).map(Some),
            "lnch" => check_lnch(number).map(|()| None),
            _ => return,
        };
        match found {
            Err(NumberProblem::NotTenDigits) => {
                errors.push(FieldError::new("identifier", Problem::NumberLength))
            }
            Err(NumberProblem::ImpossibleDate) => {
                errors.push(FieldError::new("identifier", Problem::NumberDate))
            }
            Err(NumberProblem::CheckDigit) => {
                errors.push(FieldError::new("identifier", Problem::NumberCheck))
            }
            Ok(Some(born)) => {
                let stated = self.get("birth_date").and_then(PartialDate::parse).filter(|p| !p.approximate);
                let differs = stated.is_some_and(|p| {
                    p.year != born.year()
                        || p.month.is_some_and(|m| m != born.month())
                        || p.day.is_some_and(|d| d != born.day())
                });
                if differs {
                    errors.push(FieldError::new("identifier", Problem::NumberBirthDate));
                }
            }
            Ok(None) => {}
        }
    }

    /// The value of a field, if given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A day.
    #[must_use]
    pub fn date(&self, name: &str) -> Option<Date> {
        self.get(name).and_then(|text| text.parse().ok())
    }

    /// An identifier.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<Id> {
        self.get(name).and_then(|text| text.parse().ok())
    }

    /// The codes of a field of several.
    pub fn codes(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split_ascii_whitespace()
    }

    /// Ticked?
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        self.get(name) == Some("yes")
    }

    /// Sets a value that is already canonical.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The values with one more, already canonical: for fixtures and fixed values.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Values {
        self.set(name, value);
        self
    }

    /// The part that lies in one compartment.
    #[must_use]
    pub fn within(&self, spec: &Spec, compartment: Compartment) -> Values {
        Values(
            spec.fields
                .iter()
                .filter(|f| f.compartment == compartment)
                .filter_map(|f| self.0.get(f.name).map(|v| (f.name.to_owned(), v.clone())))
                .collect(),
        )
    }

    /// Only what the mask allows.
    #[must_use]
    pub fn masked(&self, spec: &Spec, mask: Mask) -> Values {
        Values(
            self.0
                .iter()
                .filter(|(name, _)| spec.field(name).is_some_and(|f| mask.has(f.compartment)))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// Adds everything of another.
    pub fn extend(&mut self, other: Values) {
        self.0.extend(other.0);
    }

    /// Back to the shape of a form, for editing.
    #[must_use]
    pub fn to_input(&self, spec: &Spec) -> Input {
        let mut input = Input::new();
        for (name, value) in &self.0 {
            let kind = spec.field(name).map(|f| f.kind);
            let texts = match kind {
                Some(Kind::Codes(_) | Kind::Countries | Kind::Organisations) => {
                    value.split_ascii_whitespace().map(str::to_owned).collect()
                }
                Some(Kind::Money) => {
                    let (amount, currency) = value.split_once(' ').unwrap_or((value, "EUR"));
                    input.insert(format!("{name}_currency"), vec![currency.to_owned()]);
                    vec![amount.to_owned()]
                }
                _ => vec![value.clone()],
            };
            input.insert(name.clone(), texts);
        }
        input
    }
}

fn one<'a>(given: &[&'a str]) -> Option<&'a str> {
    given.first().copied()
}

fn canonical(field: &Field, given: &[&str], currency: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(first) = one(given) else { return Ok(None) };
    let value = match field.kind {
        Kind::Text(max) | Kind::Long(max) => {
            if first.chars().count() > max {
                return Err(Problem::TooLong);
            }
            let multiline = matches!(field.kind, Kind::Long(_));
            first
                .replace("\r\n", "\n")
                .chars()
                .filter(|c| !c.is_control() || (multiline && matches!(c, '\n' | '\t')))
                .collect()
        }
        Kind::Date => parse_date(first).ok_or(Problem::ImpossibleDate)?.to_string(),
        Kind::PartialDate => PartialDate::parse(first).ok_or(Problem::ImpossibleDate)?.to_string(),
        Kind::Code(list) => list.known(first).ok_or(Problem::UnknownChoice)?.to_owned(),
        Kind::Codes(list) => {
            if given.iter().any(|code| list.known(code).is_none()) {
                return Err(Problem::UnknownChoice);
            }
            let chosen: Vec<&str> = list.codes.iter().copied().filter(|c| given.contains(c)).collect();
            chosen.join(" ")
        }
        Kind::Tick => match first {
            "yes" | "on" | "1" => "yes".to_owned(),
            _ => return Err(Problem::UnknownChoice),
        },
        Kind::Number(low, high) => {
            let n: i64 = first.parse().map_err(|_| Problem::NotANumber)?;
            if !(low..=high).contains(&n) {
                return Err(Problem::NotANumber);
            }
            n.to_string()
        }
        Kind::Money => money(first, currency.unwrap_or("EUR"))?,
        Kind::Country => country(first)?,
        Kind::Countries => {
            let all: Result<Vec<String>, Problem> = given.iter().map(|c| country(c)).collect();
            all?.join(" ")
        }
        Kind::Phone => {
            let digits = first.chars().filter(char::is_ascii_digit).count();
            let strange = first.chars().any(|c| !(c.is_ascii_digit() || " +-()/.".contains(c)));
            if strange || !(3..=18).contains(&digits) || first.len() > 40 {
                return Err(Problem::NotAPhone);
            }
            first.to_owned()
        }
        Kind::PersonalNumber => {
            if first.chars().count() > 40 {
                return Err(Problem::TooLong);
            }
            first.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
        }
        Kind::Organisation | Kind::User | Kind::Record(_) => {
            first.parse::<Id>().map_err(|_| Problem::UnknownChoice)?.to_string()
        }
        Kind::Organisations => {
            if given.iter().any(|id| id.parse::<Id>().is_err()) {
                return Err(Problem::UnknownChoice);
            }
            given.join(" ")
        }
    };
    Ok(if value.is_empty() { None } else { Some(value) })
}

/// Currencies the programme accounts in.
pub const CURRENCIES: [&str; 4] = ["EUR", "BGN", "CHF", "USD"];

fn money(amount: &str, currency: &str) -> Result<String, Problem> {
    let currency = CURRENCIES.iter().find(|c| **c == currency).ok_or(Problem::NotMoney)?;
    let text: String = amount.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.replace(',', ".");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || cents.len() > 2 || !all_digits(whole) || !all_digits(cents) {
        return Err(Problem::NotMoney);
    }
    let whole: i64 = whole.parse().map_err(|_| Problem::NotMoney)?;
    Ok(format!("{whole}.{cents:0<2} {currency}"))
}

fn country(code: &str) -> Result<String, Problem> {
    crate::codes::COUNTRIES.known(code).map(str::to_owned).ok_or(Problem::UnknownChoice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordKind;

    fn input(pairs: &[(&str, &str)]) -> Input {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect()
    }

    #[test]
    fn a_person_with_a_wrong_digit_is_asked_and_may_be_overruled() {
        let spec = RecordKind::Person.spec();
        let mut form = input(&[
            ("given_name", "Йорданка"),
            ("sex", "female"),
            ("identifier_kind", "egn"),
            ("identifier", "8503126549"),
        ]);
        let errors = Values::parse(spec, &form).err().unwrap();
        assert_eq!(errors, vec![FieldError::new("identifier", Problem::NumberCheck)]);
        form.extend(input(&[("identifier_overruled", "така е в паспорта")]));
        assert!(Values::parse(spec, &form).is_ok());
    }

    #[test]
    fn money_reads_what_people_write() {
        assert_eq!(money("1 800,5", "BGN").unwrap(), "1800.50 BGN");
        assert_eq!(money("120", "EUR").unwrap(), "120.00 EUR");
        for bad in ["-1", "1.234", "a", "", "1e5", "9999999999"] {
            assert_eq!(money(bad, "EUR"), Err(Problem::NotMoney), "{bad}");
        }
        assert_eq!(money("1", "XXX"), Err(Problem::NotMoney));
    }

    #[test]
    fn long_text_with_emoji_and_right_to_left_is_kept() {
        let spec = RecordKind::Note.spec();
        let story = "Тя каза 😔 שלום مرحبا\n".repeat(1500);
        let form = input(&[("text", &story), ("on_date", "16.03.2017"), ("contact_kind", "meeting")]);
        let values = Values::parse(spec, &form).unwrap_or_default();
        assert_eq!(values.get("text").unwrap(), story.trim());
        let back = Values::parse(spec, &values.to_input(spec)).unwrap_or_default();
        assert!(back == values);
    }
}
