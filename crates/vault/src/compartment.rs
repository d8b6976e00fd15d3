//! The compartments of a case. Each has its own data key, so that opening one opens no other.

/// Which drawer of a case something lies in. The number goes into associated data and into the audit log:
/// it never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Compartment {
    /// Routing: random id, state, due dates, owner. Readable by the server's own jobs.
    C0 = 0,
    /// Statistics: banded codes.
    C1 = 1,
    /// Case work: narrative, plans, services.
    C2 = 2,
    /// Identity: names, contacts, addresses, documents, photo.
    C3 = 3,
    /// Sealed: protected witness; named persons only.
    C4 = 4,
    /// Privileged: clinical and legal.
    C5 = 5,
}

impl Compartment {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::C0, Self::C1, Self::C2, Self::C3, Self::C4, Self::C5];

    /// The code kept in tables: `c0` to `c5`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::C0 => "c0",
            Self::C1 => "c1",
            Self::C2 => "c2",
            Self::C3 => "c3",
            Self::C4 => "c4",
            Self::C5 => "c5",
        }
    }

    /// The compartment of a code, or nothing.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// The number that goes into associated data: 0 to 5.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// This compartment's bit in the mask of an audit leaf.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self.byte()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_numbers_and_bits_are_fixed() {
        for (n, c) in Compartment::ALL.into_iter().enumerate() {
            assert_eq!(c.code(), format!("c{n}"));
            assert_eq!(Compartment::from_code(c.code()), Some(c));
            assert_eq!((usize::from(c.byte()), usize::from(c.bit())), (n, 1 << n));
        }
        assert_eq!(Compartment::from_code("c6"), None);
    }
}
