//! Compartments of a case: how sealed a field is (security design, section 3.1).

use serde::{Deserialize, Serialize};

/// Under which data key a field lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Compartment {
    /// Routing: random id, state, due dates, owner. In the clear in the database.
    C0,
    /// Statistics: coded values, sealed under the server's reporting key.
    C1,
    /// Case work: narrative, plans.
    C2,
    /// Identity: names, contacts, addresses, documents.
    C3,
    /// Sealed: protected witness, named persons only.
    C4,
    /// Privileged: clinical, legal.
    C5,
}

impl Compartment {
    /// All, in order.
    pub const ALL: [Compartment; 6] = [Self::C0, Self::C1, Self::C2, Self::C3, Self::C4, Self::C5];
    /// Those that are stored sealed.
    pub const SEALED: [Compartment; 5] = [Self::C1, Self::C2, Self::C3, Self::C4, Self::C5];

    /// `c0` to `c5`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::C0 => "c0",
            Self::C1 => "c1",
            Self::C2 => "c2",
            Self::C3 => "c3",
            Self::C4 => "c4",
            Self::C5 => "c5",
        }
    }
}

/// A set of compartments; what somebody may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mask(pub u8);

impl Mask {
    /// Nothing.
    pub const NONE: Mask = Mask(0);
    /// C0 to C5.
    pub const ALL: Mask = Mask(0b11_1111);
    /// C0 alone: that it is there.
    pub const CLEAR: Mask = Mask(0b00_0001);
    /// C0 and C4: a note that is sealed for named persons.
    pub const SEALED: Mask = Mask(0b01_0001);
    /// C0 and C1: what a pseudonymised list shows.
    pub const CODED: Mask = Mask(0b00_0011);
    /// C0 to C2.
    pub const WORK: Mask = Mask(0b00_0111);
    /// C0 to C3.
    pub const IDENTITY: Mask = Mask(0b00_1111);
    /// C0 to C3 and C5.
    pub const PRIVILEGED: Mask = Mask(0b10_1111);

    /// Is the compartment in the set?
    #[must_use]
    pub fn has(self, compartment: Compartment) -> bool {
        self.0 & (1 << compartment as u8) != 0
    }

    /// The set with one more compartment.
    #[must_use]
    pub fn with(self, compartment: Compartment) -> Mask {
        Mask(self.0 | 1 << compartment as u8)
    }

    /// Everything in either.
    #[must_use]
    pub fn union(self, other: Mask) -> Mask {
        Mask(self.0 | other.0)
    }

    /// The set without one compartment.
    #[must_use]
    pub fn without(self, compartment: Compartment) -> Mask {
        Mask(self.0 & !(1 << compartment as u8))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Mask) -> Mask {
        Mask(self.0 & other.0)
    }
}
