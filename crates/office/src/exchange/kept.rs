//! A row as it lies in the sealed `standard_fields`, and beside it what the import made of it.

use crate::{OfficeError, Result};
use domain::{Date, Id, Values};
use papers::htcds::{Cell, FieldId, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cells by field.
pub type Cells = BTreeMap<FieldId, Cell>;

/// What an import set, by field; long texts as digests.
pub type Marks = BTreeMap<String, String>;

/// Longest value kept in the clear beside the cells, in bytes. All of this is sealed.
const LONGEST_MARK: usize = 200;

/// Most characters that the cells of a person or of a case may take: `standard_fields` holds 50,000, and
/// what the import set must fit beside them.
pub const MOST: usize = 45_000;

/// A cell in JSON: `{"text":"..."}`, `{"date":"2001-12-31"}`, `{"bool":true}`, `{"codes":["BG"]}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wire {
    Text(String),
    Date(String),
    Bool(bool),
    Codes(Vec<String>),
}

/// A record that an import made under a case.
#[derive(Clone, Serialize, Deserialize)]
pub struct Made {
    /// Which one.
    pub id: Id,
    /// What was set in it.
    pub set: Marks,
}

/// The content of `standard_fields`. No `Debug`: it is somebody's whole story.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    cells: BTreeMap<String, Wire>,
    /// Values of columns that the standard does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<(String, String)>,
    /// What was set in the record itself.
    #[serde(default)]
    pub set: Marks,
    /// What happened to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploitation: Option<Made>,
    /// The trafficking status, when there is a day for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identification: Option<Made>,
}

impl Kept {
    /// With these cells and nothing else.
    pub fn of<'a>(cells: impl Iterator<Item = (&'a FieldId, &'a Cell)>) -> Kept {
        Kept {
            cells: cells.map(|(id, cell)| (id.as_str().to_owned(), wire(cell))).collect(),
            ..Kept::default()
        }
    }

    /// The person's part of a row, with everything from columns that nobody knows: they may hold names.
    pub fn person(row: &Row) -> Kept {
        let mut kept = Kept::of(row.values.iter().filter(|(id, _)| of_person(**id)));
        kept.unknown = row.unknown.iter().map(|(label, text)| (label.to_string(), text.clone())).collect();
        kept
    }

    /// The case's part of a row.
    pub fn case(row: &Row) -> Kept {
        Kept::of(row.values.iter().filter(|(id, _)| !of_person(**id)))
    }

    /// From the field of a record; empty when there is none.
    pub fn read(values: &Values) -> Result<Kept> {
        match values.get("standard_fields") {
            Some(text) => serde_json::from_str(text).map_err(|_| OfficeError::Sealed),
            None => Ok(Kept::default()),
        }
    }

    /// As the field holds it.
    pub fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|_| OfficeError::Sealed)
    }

    /// The cells again. A field or code that a later edition of the standard dropped is left out.
    pub fn cells(&self) -> Cells {
        self.cells
            .iter()
            .filter_map(|(id, wire)| {
                let id = FieldId::parse(id)?;
                let cell = match wire {
                    Wire::Text(text) => Cell::Text(text.clone()),
                    Wire::Date(text) => Cell::Date(text.parse::<Date>().ok()?),
                    Wire::Bool(value) => Cell::Bool(*value),
                    Wire::Codes(codes) => Cell::codes(id, codes.iter().map(String::as_str))?,
                };
                Some((id, cell))
            })
            .collect()
    }
}

/// Does a field belong to the person rather than to her case?
fn of_person(id: FieldId) -> bool {
    id.as_str().starts_with("prs_")
}

fn wire(cell: &Cell) -> Wire {
    match cell {
        Cell::Text(text) => Wire::Text(text.clone()),
        Cell::Date(date) => Wire::Date(date.to_string()),
        Cell::Bool(value) => Wire::Bool(*value),
        Cell::Codes(codes) => Wire::Codes(codes.iter().map(|c| (*c).to_owned()).collect()),
    }
}

/// A value as it is remembered: itself, or its digest when it is long.
pub fn mark(value: &str) -> String {
    if value.len() <= LONGEST_MARK {
        return value.to_owned();
    }
    let hex: String = vault::sha256(value.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!("#{hex}")
}

/// Everything that is set.
pub fn marks(values: &Values) -> Marks {
    values.0.iter().map(|(name, value)| (name.clone(), mark(value))).collect()
}

/// Was a field changed since the import set it?
pub fn changed(set: &Marks, now: &Values, name: &str) -> bool {
    set.get(name).cloned() != now.get(name).map(mark)
}

/// Takes over what a newer file says differently from the older one; where the file did not change, what
/// stands in Pristan stays, also when somebody corrected it.
pub fn merge(now: &mut Values, before: &Marks, theirs: &Values) {
    let after = marks(theirs);
    for name in before.keys().chain(after.keys()) {
        if before.get(name) == after.get(name) {
            continue;
        }
        match theirs.get(name) {
            Some(value) => now.set(name, value),
            // A case without its first day would be no case.
            None if name == "on_date" => {}
            None => {
                now.0.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_survive_and_a_row_has_one_text() {
        let id = |text| FieldId::parse(text).unwrap();
        let row = Row {
            number: 7,
            values: [
                (id("prs_FirstName"), Cell::Text("Йорданка \"Дани\"\n".into())),
                (id("prs_Birthdate"), Cell::Date(Date::constant(1999, 12, 31))),
                (id("prs_Citizenship"), Cell::Codes(vec!["NA", "BG"])),
                (id("con_Consent"), Cell::Bool(false)),
            ]
            .into(),
            unknown: vec![("Notes".into(), "x".into())],
        };
        let mut cells = Cells::new();
        for part in [Kept::person(&row), Kept::case(&row)] {
            let text = part.text().unwrap();
            let again = Kept::read(&Values::default().with("standard_fields", text.clone())).unwrap();
            assert_eq!(again.text().unwrap(), text);
            cells.extend(again.cells());
        }
        assert!(cells == row.values);
        assert!(Kept::case(&row).unknown.is_empty());
    }

    #[test]
    fn a_correction_survives_unless_the_file_changed_there() {
        let old =
            Values::default().with("given_name", "Ана").with("family_name", "Иванова").with("phone", "112");
        let mut now = old.clone().with("given_name", "Анна").with("family_name", "Петрова");
        let theirs = Values::default().with("given_name", "Ана").with("family_name", "Колева");
        merge(&mut now, &marks(&old), &theirs);
        assert!(now == Values::default().with("given_name", "Анна").with("family_name", "Колева"));
        let long = "а".repeat(500);
        assert!(mark(&long) != mark(&"а".repeat(501)) && mark(&long).len() < 100);
    }
}
