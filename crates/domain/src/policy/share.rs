//! What may be shared with a partner: field groups, purposes, grounds. A share never opens more than the
//! groups agreed, cut down to what its purpose needs.

use crate::codes::{CONSENT_PURPOSE, CONSENT_SCOPE};
use crate::{Compartment, Id, Mask, RecordKind as K};

/// A group of fields that a person agrees to share; the codes are those of a consent's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldGroup {
    /// Telephone and address. They lie beside the name: alone it opens nothing more than the case's codes.
    Contact,
    /// Name, birth date, documents' numbers, contact.
    Identity,
    /// Needs, services, plans, visits.
    Needs,
    /// What happened: summary, notes, exploitation.
    Story,
    /// Clinical and legal notes.
    Health,
    /// Where somebody travels and who meets her.
    Location,
    /// Conditions of travel and papers.
    Documents,
    /// Codes of everything, nothing else.
    Statistics,
}

impl FieldGroup {
    /// In the order of the consent's scope.
    pub const ALL: [FieldGroup; 8] = [
        Self::Contact,
        Self::Identity,
        Self::Needs,
        Self::Story,
        Self::Health,
        Self::Location,
        Self::Documents,
        Self::Statistics,
    ];

    /// As in a consent's scope.
    #[must_use]
    pub fn code(self) -> &'static str {
        CONSENT_SCOPE.codes.get(self as usize).copied().unwrap_or_default()
    }

    /// By code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<FieldGroup> {
        Self::ALL.into_iter().find(|g| g.code() == code)
    }

    /// What the group opens of a kind, beyond what every share shows.
    fn opens(self, kind: K) -> Mask {
        let of_case = !matches!(kind, K::Organisation | K::User | K::Contact | K::Signal | K::SignalPerson)
            && !matches!(kind, K::Training | K::TrainingSession | K::Attendance);
        match self {
            Self::Identity if kind == K::Person => Mask::CODED.with(Compartment::C3),
            Self::Needs if matches!(kind, K::Need | K::Service | K::Plan | K::Goal | K::Visit | K::Task) => {
                Mask::WORK
            }
            Self::Story
                if matches!(
                    kind,
                    K::Case | K::Note | K::Exploitation | K::Identification | K::Consent | K::Person
                ) =>
            {
                Mask::WORK
            }
            Self::Health if matches!(kind, K::Note | K::Service) => Mask::CODED.with(Compartment::C5),
            Self::Location if matches!(kind, K::Return | K::Leg) => Mask::CODED.with(Compartment::C3),
            Self::Documents if matches!(kind, K::Return | K::Gate) => Mask::WORK,
            Self::Statistics if of_case => Mask::CODED,
            _ => Mask::NONE,
        }
    }
}

/// Some field groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Groups(pub u8);

impl Groups {
    /// None.
    pub const NONE: Groups = Groups(0);
    /// All eight.
    pub const ALL: Groups = Groups(0xff);

    /// Of these codes; codes that are no group are left out.
    pub fn of<'a>(codes: impl IntoIterator<Item = &'a str>) -> Groups {
        codes.into_iter().filter_map(FieldGroup::from_code).fold(Groups::NONE, Groups::with)
    }

    /// With one more.
    #[must_use]
    pub fn with(self, group: FieldGroup) -> Groups {
        Groups(self.0 | 1 << group as u8)
    }

    /// Is the group among them?
    #[must_use]
    pub fn has(self, group: FieldGroup) -> bool {
        self.0 & (1 << group as u8) != 0
    }

    /// Those in both.
    #[must_use]
    pub fn intersection(self, other: Groups) -> Groups {
        Groups(self.0 & other.0)
    }

    /// Are all of them among the others?
    #[must_use]
    pub fn within(self, other: Groups) -> bool {
        self.intersection(other) == self
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = FieldGroup> {
        FieldGroup::ALL.into_iter().filter(move |g| self.has(*g))
    }

    /// What they open of a kind. Every share shows that there is a case and its codes: without them nobody
    /// can work on it.
    #[must_use]
    pub fn mask(self, kind: K) -> Mask {
        let always = match kind {
            K::Case | K::Person | K::Consent | K::Identification | K::Task => Mask::CODED,
            _ => Mask::NONE,
        };
        self.iter().fold(always, |mask, group| mask.union(group.opens(kind)))
    }

    /// Every compartment that they open of any kind: whose keys a share hands over.
    #[must_use]
    pub fn compartments(self) -> Mask {
        K::ALL.iter().fold(Mask::NONE, |mask, kind| mask.union(self.mask(*kind)))
    }
}

/// What a share is for; the codes are those of a consent's purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Help.
    Assistance,
    /// A movement.
    Return,
    /// Another organisation takes over.
    Referral,
    /// Safety.
    Protection,
    /// Police, prosecution, court.
    Proceedings,
    /// Figures.
    Statistics,
}

impl Purpose {
    /// In the order of the consent's purpose.
    pub const ALL: [Purpose; 6] = [
        Self::Assistance,
        Self::Return,
        Self::Referral,
        Self::Protection,
        Self::Proceedings,
        Self::Statistics,
    ];

    /// As in a consent's purpose.
    #[must_use]
    pub fn code(self) -> &'static str {
        CONSENT_PURPOSE.codes.get(self as usize).copied().unwrap_or_default()
    }

    /// By code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Purpose> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The widest set of groups that this purpose can need (domain reference 2.6: limited to what the
    /// service needs; proceedings never get needs or health).
    #[must_use]
    pub fn groups(self) -> Groups {
        use FieldGroup::{Contact, Documents, Health, Identity, Location, Needs, Statistics, Story};
        let of: &[FieldGroup] = match self {
            Self::Assistance => &FieldGroup::ALL,
            Self::Return => &[Contact, Identity, Needs, Health, Location, Documents],
            Self::Referral => &[Contact, Identity, Needs, Story, Health, Documents],
            Self::Protection => &[Contact, Identity, Needs, Story, Location, Documents],
            Self::Proceedings => &[Contact, Identity, Story, Location, Documents],
            Self::Statistics => &[Statistics],
        };
        of.iter().copied().fold(Groups::NONE, Groups::with)
    }
}

/// Why something may be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// A consent record.
    Consent(Id),
    /// A ground in law ([`crate::grounds`]), which allows these groups at most.
    Law(Groups),
}

/// What was agreed for a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Which field groups.
    pub groups: Groups,
    /// What for.
    pub purpose: Purpose,
    /// Why it may be.
    pub ground: Ground,
}

impl Terms {
    /// The groups that count: those agreed which the purpose can need and the ground allows.
    #[must_use]
    pub fn effective(&self) -> Groups {
        let groups = self.groups.intersection(self.purpose.groups());
        match self.ground {
            Ground::Consent(_) => groups,
            Ground::Law(allowed) => groups.intersection(allowed),
        }
    }

    /// What they open of a kind.
    #[must_use]
    pub fn mask(&self, kind: K) -> Mask {
        self.effective().mask(kind)
    }
}
