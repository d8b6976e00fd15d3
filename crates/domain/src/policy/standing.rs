//! How an actor stands to a record, and under which conditions.

use super::{Ground, Groups, Purpose, Terms};
use crate::{Id, Mask};

/// How an actor stands to a record. A row of the table `access` names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Leads the case, or wrote the record.
    Own,
    /// Named in the team.
    Team,
    /// Same organisation as the case.
    Organisation,
    /// Shared with the actor's organisation: only within a consent or a ground in law.
    Addressed,
    /// Opened to one user for a few hours, against a reason (security design, 3.4).
    BreakGlass,
    /// Wrote a note that is sealed for a protected witness, or was named for it by a holder. Never a row of
    /// `access`: it opens that one note, not its case.
    Named,
    /// Every case, pseudonymous: national coordination and the programme's head.
    National,
    /// Not about a case, and open to the role.
    General,
    /// None.
    Nothing,
}

impl Relation {
    /// All.
    pub const ALL: [Relation; 9] = [
        Self::Own,
        Self::Team,
        Self::Organisation,
        Self::Addressed,
        Self::BreakGlass,
        Self::Named,
        Self::National,
        Self::General,
        Self::Nothing,
    ];

    /// As stored in `access`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Team => "team",
            Self::Organisation => "organisation",
            Self::Addressed => "addressed",
            Self::BreakGlass => "break_glass",
            Self::Named => "named",
            Self::National => "national",
            Self::General => "general",
            Self::Nothing => "nothing",
        }
    }

    /// By stored code. What is never stored there is none.
    #[must_use]
    pub fn from_code(code: &str) -> Relation {
        [Self::Own, Self::Team, Self::Organisation, Self::Addressed, Self::BreakGlass, Self::National]
            .into_iter()
            .find(|r| r.code() == code)
            .unwrap_or(Self::Nothing)
    }
}

/// The holder of the row by which national coordination may list every case.
pub const EVERYONE_NATIONAL: Id = Id([0xff; 16]);

/// The end of what has no end, microseconds.
pub const FOREVER: i64 = i64::MAX;

/// A break-glass grant lasts four hours at most, microseconds (security design, 3.4).
pub const BREAK_GLASS_LONGEST: i64 = 4 * 3600 * 1_000_000;

/// Who wrote the record that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Author {
    /// The question is about a kind and no record.
    #[default]
    Unasked,
    /// The actor's own organisation.
    Own,
    /// Another one.
    Other,
}

/// A relation with its conditions, as it stands at one moment. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which one.
    pub relation: Relation,
    /// Who wrote what is asked about.
    pub author: Author,
    /// No more than this is opened through it.
    pub mask: Mask,
    /// Holds from this moment on.
    pub since: i64,
    /// Holds before this moment; [`FOREVER`] has no end.
    pub until: i64,
    /// The moment of the question.
    pub at: i64,
    /// What was agreed, for a share.
    pub terms: Option<Terms>,
}

impl Held {
    /// Does it hold at the moment of the question? Time is compared each time, so nothing has to run for a
    /// relation to end.
    #[must_use]
    pub fn holds(&self) -> bool {
        let now = self.since <= self.at && self.at < self.until;
        match self.relation {
            Relation::BreakGlass => now && self.until.saturating_sub(self.since) <= BREAK_GLASS_LONGEST,
            Relation::Nothing => false,
            _ => now,
        }
    }

    /// A relation at its widest: a share of everything on a consent, a break-glass grant that has just begun.
    /// For questions about the table, such as which lists a role has, never about a record.
    #[must_use]
    pub fn at_best(relation: Relation) -> Held {
        let terms =
            Terms { groups: Groups::ALL, purpose: Purpose::Assistance, ground: Ground::Consent(Id([0; 16])) };
        Held {
            terms: (relation == Relation::Addressed).then_some(terms),
            until: if relation == Relation::BreakGlass { BREAK_GLASS_LONGEST } else { FOREVER },
            ..Held::from(relation)
        }
    }
}

impl From<Relation> for Held {
    /// Without conditions. A share without terms and a break-glass grant without an end open nothing.
    fn from(relation: Relation) -> Held {
        Held {
            relation,
            author: Author::Unasked,
            mask: Mask::ALL,
            since: 0,
            until: FOREVER,
            at: 0,
            terms: None,
        }
    }
}
