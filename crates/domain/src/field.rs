//! Fields as data: one description gives the form, the check, the page, the sealing, the
//! history and the search for canaries. A room widens by adding a line here.

use crate::{Compartment, RecordKind};

/// A closed list of codes; texts are `{name}-{code}` in the languages.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeList {
    /// Name, unique; prefix of the text keys.
    pub name: &'static str,
    /// Codes in the order in which people read them.
    pub codes: &'static [&'static str],
}

impl CodeList {
    /// The list's own copy of a code it knows.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<&'static str> {
        self.codes.iter().copied().find(|c| *c == code)
    }
}

/// What a field holds. All values are kept as canonical text (see [`crate::values`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line, at most so many characters.
    Text(usize),
    /// Several lines, at most so many characters.
    Long(usize),
    /// A day.
    Date,
    /// A day of which perhaps only the year is known.
    PartialDate,
    /// One code.
    Code(&'static CodeList),
    /// Several codes, space separated.
    Codes(&'static CodeList),
    /// Ticked or not: `yes` or absent.
    Tick,
    /// Whole number between the two, inclusive.
    Number(i64, i64),
    /// Amount with currency: `120.50 EUR`.
    Money,
    /// ISO 3166 alpha-2 code.
    Country,
    /// Several of them.
    Countries,
    /// Telephone number as given.
    Phone,
    /// Personal number, checked by the sibling field `identifier_kind`.
    PersonalNumber,
    /// A partner organisation's id.
    Organisation,
    /// Several of them.
    Organisations,
    /// A user's id.
    User,
    /// Another record of the same case.
    Record(RecordKind),
}

/// One field of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in forms and in storage; the label is the text `{kind}-{name}`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Where it lies. Fields in C0 are columns of the record's head: `state`, `on_date`, `due_on`, `assignee`.
    pub compartment: Compartment,
    /// Must be given.
    pub required: bool,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, compartment: Compartment) -> Field {
        Field { name, kind, compartment, required: false }
    }
    /// Routing field: a column of the head.
    #[must_use]
    pub const fn c0(name: &'static str, kind: Kind) -> Field {
        Field::new(name, kind, Compartment::C0)
    }
    /// Coded, for statistics.
    #[must_use]
    pub const fn c1(name: &'static str, kind: Kind) -> Field {
        Field::new(name, kind, Compartment::C1)
    }
    /// Case work.
    #[must_use]
    pub const fn c2(name: &'static str, kind: Kind) -> Field {
        Field::new(name, kind, Compartment::C2)
    }
    /// Identity.
    #[must_use]
    pub const fn c3(name: &'static str, kind: Kind) -> Field {
        Field::new(name, kind, Compartment::C3)
    }
    /// Privileged.
    #[must_use]
    pub const fn c5(name: &'static str, kind: Kind) -> Field {
        Field::new(name, kind, Compartment::C5)
    }
    /// The same field, required.
    #[must_use]
    pub const fn required(self) -> Field {
        Field { required: true, ..self }
    }
}

/// The description of one kind of record.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// Which kind.
    pub kind: RecordKind,
    /// Its fields in the order in which they are asked.
    pub fields: &'static [Field],
    /// States it can be in; the first is where it starts. Empty: it has none.
    pub states: &'static [&'static str],
}

impl Spec {
    /// A field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Does the kind keep anything in the compartment?
    #[must_use]
    pub fn uses(&self, compartment: Compartment) -> bool {
        self.fields.iter().any(|f| f.compartment == compartment)
    }
}
