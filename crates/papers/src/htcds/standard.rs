//! The standard as data, read once from `data/htcds.json`.
//!
//! Human Trafficking Case Data Standard (HTCDS) 2.0 by IOM, CC BY 4.0. Definitions reworded.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::FieldId;
use super::lists;
use super::text::{fold, fold_heading, fold_id};

/// How a field's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A line of text; also the standard's lookups (organisation, case worker), which are names in a sheet.
    Text,
    /// Text of several lines.
    Long,
    /// A number in decimal form.
    Number,
    /// A calendar date.
    Date,
    /// A checkbox.
    Bool,
    /// Codes of the field's own list.
    Choice,
    /// ISO 3166-1 countries.
    Country,
    /// A country if it is one, text otherwise: past events also happened in states that are gone.
    CountryOrText,
    /// An ISO 639-2 language.
    Language,
}

/// One entry of a field's list.
#[derive(Debug, Deserialize)]
pub struct Choice {
    /// The code on the wire, misspellings of the standard included (`Unaquainted`).
    pub code: String,
    /// The English label.
    pub label: String,
    /// Defined in the standard's guidance and missing from its list: other readers may not know it.
    #[serde(default)]
    pub extension: bool,
}

/// One field of the standard.
#[derive(Debug)]
pub struct Field {
    /// The id on the wire.
    pub id: FieldId,
    /// The English label, not unique: see [`Field::heading`].
    pub label: &'static str,
    /// What the field belongs to: Person, Victim, Case..
    pub group: &'static str,
    /// How the value is written.
    pub kind: Kind,
    /// Whether several choices are taken.
    pub multiple: bool,
    /// One choice in the standard's sheet, several in its templates (`vic_ForcedLabourIndustry`).
    pub single_in_standard: bool,
    /// Withdrawn by the standard, still read.
    pub deprecated: bool,
    /// Part of the minimum set.
    pub core: bool,
    /// The column of the Excel templates, from 1.
    pub template_column: Option<u16>,
    /// The list, empty unless `kind` is [`Kind::Choice`].
    pub choices: Vec<Choice>,
    /// The label, with the group in brackets where several fields share it ("Type (Support Plan)").
    pub heading: String,
    index: HashMap<String, usize>,
}

impl Field {
    /// The code that `text` (a code or a label, whatever the case) stands for in this field.
    #[must_use]
    pub fn code(&'static self, text: &str) -> Option<&'static str> {
        let folded = fold(text);
        match self.kind {
            Kind::Choice => {
                self.index.get(&folded).and_then(|i| self.choices.get(*i)).map(|c| c.code.as_str())
            }
            Kind::Country | Kind::CountryOrText => lists::country(&folded).map(|c| c.code),
            Kind::Language => lists::language(&folded).map(|l| l.code),
            Kind::Text | Kind::Long | Kind::Number | Kind::Date | Kind::Bool => None,
        }
    }

    /// The English label of a code of this field.
    #[must_use]
    pub fn code_label(&'static self, code: &str) -> Option<&'static str> {
        match self.kind {
            Kind::Choice => self.choices.iter().find(|c| c.code == code).map(|c| c.label.as_str()),
            Kind::Country | Kind::CountryOrText => {
                lists::country(&fold(code)).filter(|c| c.code == code).map(|c| c.name)
            }
            Kind::Language => lists::language(&fold(code)).filter(|l| l.code == code).map(|l| l.name),
            Kind::Text | Kind::Long | Kind::Number | Kind::Date | Kind::Bool => None,
        }
    }

    /// Whether `code` is one of ours beyond the standard's list.
    #[must_use]
    pub fn is_extension(&self, code: &str) -> bool {
        self.choices.iter().any(|c| c.extension && c.code == code)
    }
}

/// The whole standard.
#[derive(Debug)]
pub struct Standard {
    /// Whose work this is; to be shown wherever the standard's words are.
    pub attribution: &'static str,
    /// The version of the standard.
    pub version: &'static str,
    /// Every field, in the standard's order.
    pub fields: Vec<Field>,
    ids: HashMap<&'static str, usize>,
    folded_ids: HashMap<String, usize>,
    labels: HashMap<String, Vec<usize>>,
}

impl Standard {
    /// The field of exactly this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Field> {
        self.ids.get(id).and_then(|i| self.fields.get(*i))
    }

    /// The field an id-like heading means, underscores and case left aside (`vic_Methods_of_Control`).
    pub(super) fn by_loose_id(&self, heading: &str) -> Option<&Field> {
        // Without the prefix's underscore it is a word, not an id.
        heading.get(3..4).filter(|u| *u == "_")?;
        self.folded_ids.get(&fold_id(heading)).and_then(|i| self.fields.get(*i))
    }

    /// The fields a heading can mean: usually one, several for "Type" or "Longitude".
    pub(super) fn by_label(&self, heading: &str) -> Vec<&Field> {
        let hits = self.labels.get(&fold_heading(heading));
        hits.into_iter().flatten().filter_map(|i| self.fields.get(*i)).collect()
    }

    /// The fields of the Excel templates in the templates' order.
    #[must_use]
    pub fn template(&self) -> Vec<&Field> {
        let mut fields: Vec<_> = self.fields.iter().filter(|f| f.template_column.is_some()).collect();
        fields.sort_by_key(|f| f.template_column);
        fields
    }
}

#[derive(Default, Deserialize)]
struct RawStandard {
    attribution: String,
    version: String,
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
struct RawField {
    id: String,
    label: String,
    group: String,
    kind: Kind,
    #[serde(default)]
    multiple: bool,
    #[serde(default)]
    single_in_standard: bool,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    core: bool,
    template_column: Option<u16>,
    #[serde(default)]
    values: Vec<Choice>,
}

/// The standard, parsed on first use.
#[must_use]
pub fn standard() -> &'static Standard {
    static STANDARD: OnceLock<Standard> = OnceLock::new();
    STANDARD.get_or_init(|| {
        // The file is part of the program, and a test parses it: a fault here cannot reach a user.
        let raw: RawStandard =
            serde_json::from_str(include_str!("../../data/htcds.json")).unwrap_or_default();
        build(raw)
    })
}

/// The standard lives as long as the program: its words are given out as `&'static str`.
fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn build(raw: RawStandard) -> Standard {
    let mut shared: HashMap<String, u32> = HashMap::new();
    for f in &raw.fields {
        *shared.entry(fold_heading(&f.label)).or_default() += 1;
    }
    let fields: Vec<Field> = raw
        .fields
        .into_iter()
        .map(|f| {
            let mut index = HashMap::new();
            for (i, c) in f.values.iter().enumerate() {
                index.insert(fold(&c.code), i);
                index.insert(fold(&c.label), i);
            }
            let alone = shared.get(&fold_heading(&f.label)).is_none_or(|n| *n == 1);
            Field {
                heading: if alone { f.label.clone() } else { format!("{} ({})", f.label, f.group) },
                id: FieldId(keep(f.id)),
                label: keep(f.label),
                group: keep(f.group),
                kind: f.kind,
                multiple: f.multiple,
                single_in_standard: f.single_in_standard,
                deprecated: f.deprecated,
                core: f.core,
                template_column: f.template_column,
                choices: f.values,
                index,
            }
        })
        .collect();
    let mut ids = HashMap::new();
    let mut folded_ids = HashMap::new();
    let mut labels: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, f) in fields.iter().enumerate() {
        ids.insert(f.id.0, i);
        folded_ids.insert(fold_id(f.id.0), i);
        labels.entry(fold_heading(f.label)).or_default().push(i);
        if f.heading != f.label {
            labels.entry(fold_heading(&f.heading)).or_default().push(i);
        }
    }
    Standard {
        attribution: keep(raw.attribution),
        version: keep(raw.version),
        fields,
        ids,
        folded_ids,
        labels,
    }
}
