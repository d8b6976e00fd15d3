//! Who looked at a case: the log in words.

use crate::format;
use crate::page::Page;

/// One line of "who looked": everything one person did at one moment.
pub struct LookRow {
    /// Who.
    pub who: String,
    /// When, in words.
    pub when: String,
    /// What was done with what.
    pub what: String,
    /// Opened identity.
    pub identity: bool,
    /// Was refused.
    pub refused: bool,
    /// It only stood in a list.
    pub listed: bool,
}

/// What somebody did, as a sentence without its subject: "opened the case". Kinds are codes, the first of them what
/// the sentence is about.
#[must_use]
pub fn deed(page: &Page, verb: &str, kinds: &[&str]) -> String {
    let texts = page.texts();
    let mut what: Vec<String> = Vec::new();
    for kind in kinds {
        let own = texts.maybe(&format!("cases-looked-{kind}"));
        let own = if own.is_empty() { texts.maybe(&format!("kind-{kind}")).to_lowercase() } else { own };
        if !own.is_empty() && !what.contains(&own) {
            what.push(own);
        }
    }
    let key = format!("cases-look-{verb}");
    let key = if texts.maybe(&key).is_empty() { "cases-look-other" } else { key.as_str() };
    page.ta(key, &[("what", &what.join(", "))])
}

/// What the log wrote, in words. One page opened writes a leaf for each kind of record on it: here it is one line.
#[must_use]
pub fn look_rows(page: &Page, looks: &[office::audit::Look]) -> Vec<LookRow> {
    let texts = page.texts();
    let mut out: Vec<LookRow> = Vec::new();
    for group in
        looks.chunk_by(|a, b| a.who == b.who && a.at == b.at && verb(a) == verb(b) && a.refused == b.refused)
    {
        let Some(first) = group.first() else { continue };
        let kinds: Vec<&str> = group.iter().filter_map(|l| l.action.split('.').next()).collect();
        let kind = if kinds.contains(&"case") { "case" } else { kinds.last().copied().unwrap_or_default() };
        let row = LookRow {
            who: if first.who == page.user { page.t("cases-look-you") } else { first.who.clone() },
            when: format::moment(texts, first.at, page.today),
            what: if first.refused { page.t("looked-refused") } else { deed(page, verb(first), &[kind]) },
            identity: group.iter().any(|l| l.identity),
            refused: first.refused,
            listed: verb(first) == "list",
        };
        // The same within one minute says nothing new.
        let same = |l: &LookRow| (&l.who, &l.what, l.refused) == (&row.who, &row.what, row.refused);
        let again = out.iter().rev().take_while(|l| l.when == row.when).any(same);
        if !again {
            out.push(row);
        }
    }
    out
}

fn verb(look: &office::audit::Look) -> &str {
    look.action.split_once('.').map_or(look.action.as_str(), |(_, verb)| verb)
}
