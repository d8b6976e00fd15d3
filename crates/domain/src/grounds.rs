//! Grounds in law on which a case may be shared without a consent: data of the installation, not of the
//! program, since which articles apply is for lawyers to say and changes without us.
//!
//! Source of the list that comes with the program: domain reference, 2.5 and 2.6; its days are a choice.

use crate::codes::{CONSENT_SCOPE, ORGANISATION_KIND, TRACK};
use crate::policy::{FieldGroup, Groups, Purpose};
use crate::programme::Text;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The list that comes with the program.
pub const BUILT_IN: &str = include_str!("../../../grounds/bg.toml");

/// Longer than this nothing is shared without a consent, whatever a file says: days.
const LONGEST_DAYS: i64 = 366;

/// One ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalGround {
    /// As stored with a share.
    pub code: String,
    /// Name for the screen.
    pub name: Text,
    /// What may be shared on it at most.
    pub groups: Groups,
    /// The purpose that goes with it.
    pub purpose: Purpose,
    /// For how many days at most; afterwards it has to be opened anew, with its reason.
    pub days: i64,
    /// Kinds of organisation that may receive (codes of `organisation-kind`); none named is any.
    receives: Vec<String>,
    /// The one track of a case in which it counts; none is all.
    track: Option<String>,
    /// Is its reading still to be confirmed? The screen says so.
    pub provisional: bool,
}

impl LegalGround {
    /// May this kind of organisation receive on it?
    #[must_use]
    pub fn receives(&self, organisation_kind: &str) -> bool {
        self.receives.is_empty() || self.receives.iter().any(|kind| kind == organisation_kind)
    }

    /// Does it count in a case of this track?
    #[must_use]
    pub fn counts_in(&self, track: Option<&str>) -> bool {
        self.track.is_none() || self.track.as_deref() == track
    }
}

/// The grounds of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grounds {
    /// In the order in which they are offered.
    pub all: Vec<LegalGround>,
    /// Who is to confirm those that are provisional.
    pub confirm: Option<Text>,
}

/// The file cannot be read as a list of grounds.
#[derive(Debug, thiserror::Error)]
#[error("not a file of grounds: {0}")]
pub struct GroundsError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    confirm: Option<Text>,
    grounds: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    code: String,
    name: Text,
    groups: Vec<String>,
    purpose: String,
    days: i64,
    #[serde(default)]
    receives: Vec<String>,
    #[serde(default)]
    track: Option<String>,
    #[serde(default = "yes")]
    provisional: bool,
}

fn yes() -> bool {
    true
}

impl Grounds {
    /// The list that comes with the program. Were it not readable, nothing could be shared without a consent.
    #[must_use]
    pub fn built_in() -> Grounds {
        static LIST: LazyLock<Grounds> = LazyLock::new(|| Grounds::parse(BUILT_IN).unwrap_or_default());
        LIST.clone()
    }

    /// Reads a file of grounds and checks that its codes are known, and that each purpose can need what it is
    /// to open.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn parse(text: &str) -> Result<Grounds, GroundsError> {
        let file: File = toml::from_str(text)
            .map_err(|e| GroundsError(e.message().lines().next().unwrap_or_default().to_owned()))?;
        let mut codes = BTreeSet::new();
        let mut all = Vec::new();
        for line in file.grounds {
            let code = line.code.clone();
            if !codes.insert(code.clone()) {
                return Err(GroundsError(format!("{code} stands twice")));
            }
            all.push(ground(line).map_err(|what| GroundsError(format!("{code}: {what}")))?);
        }
        Ok(Grounds { all, confirm: file.confirm })
    }

    /// A ground by its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&LegalGround> {
        self.all.iter().find(|ground| ground.code == code)
    }
}

fn ground(line: Line) -> Result<LegalGround, String> {
    let letters = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    // The word of a consent is not a ground's; an id has digits.
    if line.code.is_empty() || line.code.len() > 40 || !letters(&line.code) || line.code == "consent" {
        return Err("a code has up to 40 small letters and is not `consent`".to_owned());
    }
    if let Some(code) = line.groups.iter().find(|code| CONSENT_SCOPE.known(code).is_none()) {
        return Err(format!("unknown group {code}"));
    }
    let purpose = Purpose::from_code(&line.purpose).ok_or(format!("unknown purpose {}", line.purpose))?;
    let groups = Groups::of(line.groups.iter().map(String::as_str));
    if groups == Groups::NONE {
        return Err("it opens nothing".to_owned());
    }
    if let Some(group) = FieldGroup::ALL.iter().find(|g| groups.has(**g) && !purpose.groups().has(**g)) {
        return Err(format!("the purpose {} never needs {}", purpose.code(), group.code()));
    }
    if !(1..=LONGEST_DAYS).contains(&line.days) {
        return Err(format!("days are 1 to {LONGEST_DAYS}"));
    }
    if let Some(kind) = line.receives.iter().find(|kind| ORGANISATION_KIND.known(kind).is_none()) {
        return Err(format!("unknown kind of organisation {kind}"));
    }
    if let Some(track) = line.track.iter().find(|track| TRACK.known(track).is_none()) {
        return Err(format!("unknown track {track}"));
    }
    if line.name.bg.trim().is_empty() || line.name.en.trim().is_empty() {
        return Err("it has no name".to_owned());
    }
    let Line { code, name, days, receives, track, provisional, .. } = line;
    Ok(LegalGround { code, name, groups, purpose, days, receives, track, provisional })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_program_reads_and_says_that_it_is_provisional() {
        let grounds = Grounds::parse(BUILT_IN).unwrap();
        assert_eq!(grounds, Grounds::built_in());
        let codes: Vec<&str> = grounds.all.iter().map(|g| g.code.as_str()).collect();
        assert_eq!(codes, ["life_health", "law_enforcement", "child_notice"]);
        assert!(grounds.all.iter().all(|g| g.provisional) && grounds.confirm.is_some());
        let [life, law, child] =
            ["life_health", "law_enforcement", "child_notice"].map(|c| grounds.get(c).unwrap());
        assert!(life.receives("ngo") && !law.receives("ngo") && law.receives("prosecution"));
        assert!(
            child.counts_in(Some("children")) && !child.counts_in(Some("adults")) && !child.counts_in(None)
        );
        assert!(life.counts_in(None));
        // Proceedings never get what the therapist wrote, nor the needs (domain reference, 2.6).
        assert!(!law.groups.has(FieldGroup::Health) && !law.groups.has(FieldGroup::Needs));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let good = "[[grounds]]\ncode = \"a\"\nname = { bg = \"а\", en = \"a\" }\ngroups = [\"identity\"]\n\
            purpose = \"protection\"\ndays = 3\nreceives = [\"ngo\"]\ntrack = \"adults\"\nprovisional = false\n";
        assert!(Grounds::parse(good).is_ok_and(|g| !g.all[0].provisional), "the control");
        for (was, now) in [
            ("code = \"a\"", "code = \"consent\""),
            ("code = \"a\"", "code = \"A1\""),
            ("[\"identity\"]", "[\"soul\"]"),
            ("[\"identity\"]", "[]"),
            ("[\"identity\"]", "[\"health\"]"),
            ("\"protection\"", "\"curiosity\""),
            ("days = 3", "days = 0"),
            ("days = 3", "days = 367"),
            ("[\"ngo\"]", "[\"club\"]"),
            ("\"adults\"", "\"ladies\""),
            ("en = \"a\"", "en = \" \""),
            ("days = 3", "days = 3\nweeks = 1"),
        ] {
            assert!(good.contains(was));
            assert!(Grounds::parse(&good.replace(was, now)).is_err(), "{now}");
        }
        let twice = format!("{good}{good}");
        assert!(Grounds::parse(&twice).is_err_and(|e| e.to_string().contains("twice")));
    }
}
