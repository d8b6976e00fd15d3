//! How long what is kept, as data of the programme: what is due for erasure or anonymisation on a day, and why.
//!
//! The periods are a proposal from background knowledge (domain reference, section 5), so the programme file says
//! that they are provisional and who has to confirm them; every screen that shows them says it too.

use crate::PartialDate;
use crate::programme::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// A call that led to no signal.
    CallWithoutCase,
    /// A signal that turned out to be about something else.
    SignalNotTrafficking,
    /// A closed case of somebody who was found not to be a victim.
    NotVictim,
    /// Every other closed case.
    ClosedCase,
    /// What is left of an anonymised case as evidence of spending.
    FinanceEvidence,
}

impl Applies {
    /// All, in the order of the page.
    pub const ALL: [Applies; 5] = [
        Self::CallWithoutCase,
        Self::SignalNotTrafficking,
        Self::NotVictim,
        Self::ClosedCase,
        Self::FinanceEvidence,
    ];

    /// As in addresses and text keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CallWithoutCase => "call",
            Self::SignalNotTrafficking => "signal",
            Self::NotVictim => "not-victim",
            Self::ClosedCase => "closed-case",
            Self::FinanceEvidence => "finance",
        }
    }
}

/// What is done when the time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Nothing of it stays but what is counted.
    Erase,
    /// Coded values in bands stay, without any person.
    Anonymise,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it speaks of.
    pub applies: Applies,
    /// How long, in months from the day it begins to run.
    pub months: u16,
    /// For children: not before this age, in completed years.
    #[serde(default)]
    pub until_age: Option<u8>,
    /// What is done then.
    pub then: Then,
    /// May the unattended job do it without anybody's decision?
    #[serde(default)]
    pub unattended: bool,
    /// The rule in words.
    pub name: Text,
}

/// The rules of a programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Nobody has confirmed the periods yet.
    #[serde(default)]
    pub provisional: bool,
    /// Who has to confirm them.
    #[serde(default)]
    pub confirm: Option<Text>,
    /// The rules, one for each matter.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

impl Retention {
    /// The rule for a matter.
    #[must_use]
    pub fn rule(&self, applies: Applies) -> Option<&Rule> {
        self.rules.iter().find(|r| r.applies == applies)
    }
}

/// What is known of something whose time may be over. Codes and days alone: the unattended job sees no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// A contact with the hotline that became no signal.
    Call {
        /// The day of the call.
        on: Date,
    },
    /// A signal judged to be about something else.
    Signal {
        /// The day of the signal.
        on: Date,
    },
    /// A closed case.
    Case {
        /// The day it was opened.
        opened: Date,
        /// The day it was closed.
        closed: Date,
        /// The latest identification found no trafficking.
        not_victim: bool,
        /// On the children's track.
        child: bool,
        /// Birth, where the reader may open it.
        birth: Option<PartialDate>,
    },
    /// What is left of an anonymised case, and the day until which it is evidence.
    Remainder {
        /// The last day.
        until: Date,
    },
}

/// Something whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<'a> {
    /// By which rule.
    pub rule: &'a Rule,
    /// Since which day.
    pub since: Date,
    /// A child's birth is not known to the reader: somebody who may open it has to look first.
    pub check_age: bool,
}

fn later(day: Date, months: u16) -> Option<Date> {
    jiff::Span::new().try_months(i32::from(months)).ok().and_then(|span| day.checked_add(span).ok())
}

/// Is its time over on a day? Nothing when no rule speaks of it, or its time is not over.
#[must_use]
pub fn due(retention: &Retention, matter: Matter, day: Date) -> Option<Due<'_>> {
    let (applies, from) = match matter {
        Matter::Call { on } => (Applies::CallWithoutCase, on),
        Matter::Signal { on } => (Applies::SignalNotTrafficking, on),
        Matter::Case { closed, not_victim: true, .. } => (Applies::NotVictim, closed),
        Matter::Case { closed, .. } => (Applies::ClosedCase, closed),
        Matter::Remainder { until } => {
            let rule = retention.rule(Applies::FinanceEvidence)?;
            return (until < day).then_some(Due { rule, since: until, check_age: false });
        }
    };
    let rule = retention.rule(applies)?;
    let mut since = later(from, rule.months)?;
    let mut check_age = false;
    if let (Matter::Case { opened, child, birth, .. }, Some(age)) = (matter, rule.until_age) {
        let minor = birth.and_then(|b| b.age_on(opened)).map_or(child, |years| years < 18);
        if minor {
            let grown = match birth.and_then(latest_birth) {
                Some(born) => later(born, u16::from(age) * 12)?,
                // Whoever is a child on the first day is seventeen at most.
                None => {
                    check_age = true;
                    later(opened, u16::from(age.saturating_sub(17)) * 12)?
                }
            };
            since = since.max(grown);
        }
    }
    (since <= day).then_some(Due { rule, since, check_age })
}

/// The latest day that a birth of which only the year or month is known can mean.
fn latest_birth(birth: PartialDate) -> Option<Date> {
    let month = birth.month.unwrap_or(12);
    match birth.day {
        Some(day) => Date::new(birth.year, month, day).ok(),
        None => Date::new(birth.year, month, 1).ok().map(Date::last_of_month),
    }
}

/// The last day on which what is left of a case serves as evidence of spending.
#[must_use]
pub fn evidence_until(retention: &Retention, closed: Date) -> Option<Date> {
    later(closed, retention.rule(Applies::FinanceEvidence)?.months)
}

/// The day by which a request has to be answered: one month (GDPR, article 12(3)).
#[must_use]
pub fn answer_by(asked: Date) -> Date {
    later(asked, 1).unwrap_or(asked)
}

/// The band of an age in completed years, as in the list of age bands.
#[must_use]
pub fn age_band(age: i16) -> &'static str {
    match age {
        ..18 => "child",
        18..25 => "18-24",
        25..35 => "25-34",
        35..50 => "35-49",
        _ => "50-plus",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::Programme;

    fn rules() -> Retention {
        Programme::parse(include_str!("../../../programmes/bg-2016-2017.toml")).unwrap().retention
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn since(matter: Matter, on: &str) -> Option<(&'static str, String, bool)> {
        let rules = rules();
        due(&rules, matter, day(on)).map(|d| (d.rule.applies.code(), d.since.to_string(), d.check_age))
    }

    #[test]
    fn the_file_says_that_its_periods_are_provisional_and_has_one_rule_for_each_matter() {
        let rules = rules();
        assert!(rules.provisional && rules.confirm.is_some());
        for applies in Applies::ALL {
            assert_eq!(rules.rules.iter().filter(|r| r.applies == applies).count(), 1, "{applies:?}");
        }
        let alone: Vec<_> = rules.rules.iter().filter(|r| r.unattended).map(|r| r.applies).collect();
        assert_eq!(
            alone,
            [Applies::CallWithoutCase, Applies::FinanceEvidence],
            "no person's file goes by itself"
        );
    }

    #[test]
    fn a_call_is_due_after_twelve_months_and_not_a_day_before() {
        let call = Matter::Call { on: day("2016-02-29") };
        assert_eq!(since(call, "2017-02-27"), None);
        assert_eq!(since(call, "2017-02-28"), Some(("call", "2017-02-28".to_owned(), false)));
    }

    #[test]
    fn a_child_is_kept_until_grown() {
        let case = |child, birth: Option<&str>, not_victim| Matter::Case {
            opened: day("2016-05-01"),
            closed: day("2017-01-31"),
            not_victim,
            child,
            birth: birth.and_then(PartialDate::parse),
        };
        let closed = |d: &str, check| Some(("closed-case", d.to_owned(), check));
        assert_eq!(since(case(false, Some("1990"), false), "2022-01-30"), None);
        assert_eq!(since(case(false, Some("1990"), false), "2022-01-31"), closed("2022-01-31", false));
        // Thirteen when the case was opened: until the last day she can have turned twenty-three.
        assert_eq!(since(case(true, Some("2003"), false), "2026-12-30"), None);
        assert_eq!(since(case(true, Some("2003"), false), "2026-12-31"), closed("2026-12-31", false));
        assert_eq!(since(case(true, Some("2003-02-12"), false), "2026-02-12"), closed("2026-02-12", false));
        // A minor by her birth, whatever the track says.
        assert_eq!(since(case(false, Some("2003-02-12"), false), "2026-02-11"), None);
        // Without a birth nobody can say: the job asks for a look, and not before she could be grown.
        assert_eq!(since(case(true, None, false), "2022-04-30"), None);
        assert_eq!(since(case(true, None, false), "2022-05-01"), closed("2022-05-01", true));
        assert_eq!(
            since(case(false, None, true), "2019-01-31"),
            Some(("not-victim", "2019-01-31".to_owned(), false))
        );
    }

    #[test]
    fn without_rules_nothing_is_ever_due() {
        let none = Retention::default();
        assert_eq!(due(&none, Matter::Call { on: day("1990-01-01") }, day("2030-01-01")), None);
        assert_eq!(evidence_until(&none, day("2017-01-31")), None);
        assert_eq!(evidence_until(&rules(), day("2017-01-31")), Some(day("2027-01-31")));
    }

    #[test]
    fn bands_meet_without_a_gap() {
        let bands: Vec<_> = [0, 17, 18, 24, 25, 34, 35, 49, 50, 99].map(age_band).into();
        assert_eq!(
            bands,
            ["child", "child", "18-24", "18-24", "25-34", "25-34", "35-49", "35-49", "50-plus", "50-plus"]
        );
        for band in bands {
            assert!(crate::codes::AGE_BAND.known(band).is_some(), "{band}");
        }
    }
}
