//! Countries (ISO 3166-1) and languages (ISO 639-2), by code and by English name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::text::fold;

/// A country. Names are those of the templates' own lists.
#[derive(Clone, Copy, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2: what stands on the wire. Namibia is `NA`.
    pub code: &'static str,
    /// ISO 3166-1 alpha-3.
    pub alpha3: &'static str,
    /// English name.
    pub name: &'static str,
}

/// A language.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// ISO 639-2 terminological code.
    pub code: &'static str,
    /// English name.
    pub name: &'static str,
}

struct List<T> {
    items: Vec<T>,
    index: HashMap<String, usize>,
}

/// The tab-separated columns of a list, comments left out.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split('\t').collect())
}

/// First come, first kept: codes are entered before names, so that no name hides a code.
fn index(entries: impl Iterator<Item = (usize, &'static str)>) -> HashMap<String, usize> {
    let mut map = HashMap::new();
    for (at, key) in entries.filter(|(_, k)| !k.is_empty()) {
        map.entry(fold(key)).or_insert(at);
    }
    map
}

fn country_list() -> &'static List<Country> {
    static LIST: OnceLock<List<Country>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut items = Vec::new();
        let mut codes = Vec::new();
        let mut names = Vec::new();
        for line in lines(include_str!("../../data/countries.tsv")) {
            let [code, alpha3, name, rest @ ..] = line.as_slice() else { continue };
            let at = items.len();
            items.push(Country { code, alpha3, name });
            codes.extend([(at, *code), (at, *alpha3)]);
            names.push((at, *name));
            names.extend(rest.iter().flat_map(|r| r.split('|')).map(|n| (at, n)));
        }
        List { items, index: index(codes.into_iter().chain(names)) }
    })
}

fn language_list() -> &'static List<Language> {
    static LIST: OnceLock<List<Language>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut items = Vec::new();
        let mut codes = Vec::new();
        let mut short = Vec::new();
        let mut names = Vec::new();
        for line in lines(include_str!("../../data/languages.tsv")) {
            let [code, other, alpha2, name, rest @ ..] = line.as_slice() else { continue };
            let at = items.len();
            items.push(Language { code, name });
            codes.extend([(at, *code), (at, *other)]);
            short.push((at, *alpha2));
            names.push((at, *name));
            names.extend(rest.iter().flat_map(|r| r.split('|')).map(|n| (at, n)));
        }
        List { items, index: index(codes.into_iter().chain(short).chain(names)) }
    })
}

/// Every country, by code.
#[must_use]
pub fn countries() -> &'static [Country] {
    &country_list().items
}

/// Every language, by code.
#[must_use]
pub fn languages() -> &'static [Language] {
    &language_list().items
}

/// A country by alpha-2, alpha-3 or name, whatever the case.
pub fn country(folded: &str) -> Option<&'static Country> {
    let list = country_list();
    list.index.get(folded).and_then(|i| list.items.get(*i))
}

/// A language by ISO 639-2 (either form), ISO 639-1 or name, whatever the case.
pub fn language(folded: &str) -> Option<&'static Language> {
    let list = language_list();
    list.index.get(folded).and_then(|i| list.items.get(*i))
}
