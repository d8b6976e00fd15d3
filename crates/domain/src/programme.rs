//! The programme as data, and the rules by which its indicators count.
//!
//! Source of the rules: domain reference, section 6. Persons are counted, never services or
//! calls; by the day of the event, not of the entry; each person once in a period.

use crate::policy::Role;
use crate::{PartialDate, Record, RecordKind, Values};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use facts::{Fact, facts, training_facts};
pub use outside::{SMALLEST_SHOWN, Shown, reads_from_outside, suppress, whole};
pub use pace::{Pace, Period, elapsed, pace, periods, reached};

mod facts;
mod outside;
mod pace;

/// A text in each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Bulgarian.
    pub bg: String,
    /// English.
    pub en: String,
}

impl Text {
    /// By language code; anything but `en` reads Bulgarian.
    #[must_use]
    pub fn get(&self, lang: &str) -> &str {
        if lang == "en" { &self.en } else { &self.bg }
    }
}

/// How a value meets its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Over: 101 meets 100.
    MoreThan,
    /// At least: 90 meets 90.
    AtLeast,
}

impl Comparison {
    /// Is the target met?
    #[must_use]
    pub fn met(self, value: i64, target: i64) -> bool {
        match self {
            Self::MoreThan => value > target,
            Self::AtLeast => value >= target,
        }
    }
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// R1, R1a, ...
    pub code: String,
    /// Name for the screen.
    pub name: Text,
    /// What is counted, in words.
    pub definition: Text,
    /// Shown under this one.
    #[serde(default)]
    pub part_of: Option<String>,
    /// Target, if there is one.
    #[serde(default)]
    pub target: Option<i64>,
    /// How the target is met.
    #[serde(default)]
    pub comparison: Option<Comparison>,
    /// Is the part included in the total of `part_of`?
    #[serde(default = "yes")]
    pub counted: bool,
}

fn yes() -> bool {
    true
}

/// When a condition before departure applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateWhen {
    /// To every return.
    Always,
    /// To children and those of unclear age.
    Child,
    /// Where health needs it.
    Medical,
    /// When leaving Bulgaria.
    Outbound,
    /// When protection was sought.
    Asylum,
    /// Under special protection.
    SpecialProtection,
}

/// A condition before departure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// One of [`crate::returns::GATE_CODES`].
    pub code: String,
    /// When it applies.
    pub when: GateWhen,
    /// May somebody write "not needed"?
    #[serde(default)]
    pub may_be_waived: bool,
    /// From background knowledge: labelled so on screen.
    #[serde(default)]
    pub provisional: bool,
}

/// Another line to name to callers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hotline {
    /// As people dial it.
    pub number: String,
    /// With country code.
    pub international: String,
    /// Others that may be named.
    #[serde(default)]
    pub other_lines: Vec<String>,
}

/// A partner of the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Code of the organisation, as the command line uses it.
    pub code: String,
    /// One of [`crate::codes::ORGANISATION_KIND`].
    pub kind: String,
    /// Name.
    pub name: Text,
    /// Country it works in.
    pub country: String,
}

/// A planned training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTraining {
    /// Title.
    pub title: Text,
    /// Topics.
    pub topics: Vec<String>,
}

/// How many people's names one user may open in a day. The numbers are ours: no source gives any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// With so many, those who answer for the organisation are told.
    pub tell_after: u32,
    /// With so many, no other one opens until tomorrow.
    pub stop_after: u32,
}

impl Default for Names {
    fn default() -> Names {
        Names { tell_after: 30, stop_after: 100 }
    }
}

/// The whole programme file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Code.
    pub code: String,
    /// Name.
    pub name: Text,
    /// Aim.
    pub aim: Text,
    /// Home country: alpha-2.
    pub country: String,
    /// First day of the period.
    pub from: Date,
    /// Last day of the period.
    pub to: Date,
    /// The line.
    pub hotline: Hotline,
    /// The two target groups, in words.
    pub target_groups: Vec<Text>,
    /// Count only persons in a target group.
    pub target_groups_only: bool,
    /// Service types that count for R3.
    pub service_types: Vec<String>,
    /// Partners.
    pub partners: Vec<Partner>,
    /// Trainings to be held.
    pub trainings: Vec<PlannedTraining>,
    /// Indicators.
    pub indicators: Vec<Indicator>,
    /// Conditions before departure.
    pub gates: Vec<Gate>,
    /// How long what is kept.
    #[serde(default)]
    pub retention: crate::retention::Retention,
    /// How many names one user may open in a day.
    #[serde(default)]
    pub names: Names,
    /// How requests of authorities are dealt with.
    #[serde(default)]
    pub legal: crate::legal::Rules,
}

/// The file cannot be read as a programme.
#[derive(Debug, thiserror::Error)]
#[error("not a programme file: {0}")]
pub struct ProgrammeError(String);

impl Programme {
    /// Reads a programme file and checks that its codes are known.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn parse(text: &str) -> Result<Programme, ProgrammeError> {
        let programme: Programme = toml::from_str(text)
            .map_err(|e| ProgrammeError(e.message().lines().next().unwrap_or_default().to_owned()))?;
        let fail = |what: String| Err(ProgrammeError(what));
        if programme.to < programme.from {
            return fail("the period ends before it begins".to_owned());
        }
        for gate in &programme.gates {
            if crate::returns::GATE_CODES.known(&gate.code).is_none() {
                return fail(format!("unknown gate {}", gate.code));
            }
        }
        for ground in &programme.legal.grounds {
            if crate::codes::REQUEST_GROUND.known(ground).is_none() {
                return fail(format!("unknown ground of a request {ground}"));
            }
        }
        for service in &programme.service_types {
            if crate::codes::SERVICE_TYPE.known(service).is_none() {
                return fail(format!("unknown service type {service}"));
            }
        }
        for partner in &programme.partners {
            if crate::codes::ORGANISATION_KIND.known(&partner.kind).is_none() {
                return fail(format!("unknown partner kind {}", partner.kind));
            }
        }
        Ok(programme)
    }

    /// An indicator by code.
    #[must_use]
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|i| i.code == code)
    }
}

/// One line of a calculation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Code of the indicator.
    pub code: String,
    /// What was counted.
    pub value: i64,
    /// Target, if any.
    pub target: Option<i64>,
    /// Met? Without a target: nothing to meet.
    pub met: Option<bool>,
}

/// Groups in which persons are counted apart: sex and child or adult on the day of the event.
pub const GROUPS: [&str; 6] =
    ["female-adult", "male-adult", "other-adult", "female-child", "male-child", "other-child"];

/// The group of a person on a day. Unclear age counts as adult here unless the case is on the children's track.
#[must_use]
pub fn group(person: &Values, child_track: bool, day: Date) -> &'static str {
    // The month is enough, and it is not sealed with her name; the day only where there is no month yet.
    let born = person.get("born").or_else(|| person.get("birth_date"));
    let child = match born.and_then(PartialDate::parse).and_then(|b| b.age_on(day)) {
        Some(age) => age < 18,
        None => child_track,
    };
    match (person.get("sex"), child) {
        (Some("female"), false) => "female-adult",
        (Some("male"), false) => "male-adult",
        (_, false) => "other-adult",
        (Some("female"), true) => "female-child",
        (Some("male"), true) => "male-child",
        (_, true) => "other-child",
    }
}

/// May this role read the programme page?
#[must_use]
pub fn reads_programme(role: Role) -> bool {
    !matches!(role, Role::Police | Role::Consul)
}

/// The kinds whose change makes the facts of a person be computed anew.
#[must_use]
pub fn moves_facts(kind: RecordKind) -> bool {
    matches!(
        kind,
        RecordKind::Person
            | RecordKind::Case
            | RecordKind::Identification
            | RecordKind::Return
            | RecordKind::Plan
            | RecordKind::Service
    )
}

/// A person with all of her cases, as far as the counting needs it.
pub struct PersonFile<'a> {
    /// C1 and birth date of the person.
    pub person: &'a Record,
    /// Each case with its records.
    pub cases: Vec<(&'a Record, Vec<&'a Record>)>,
}
