//! Roles of users.

/// Role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Case worker of the programme's own office.
    Caseworker,
    /// Head of the programme.
    Manager,
    /// Staff of an IOM mission abroad.
    Mission,
    /// National commission.
    Coordinator,
    /// Border police, organised crime, migration directorate.
    Police,
    /// Prosecution.
    Prosecutor,
    /// Embassy or consulate.
    Consul,
    /// Child protection and social assistance.
    ChildSocial,
    /// Refugee agency.
    Refugees,
    /// NGO or shelter.
    Ngo,
    /// Hotline counsellor.
    Hotline,
    /// Monitoring, donor.
    Monitor,
    /// Administrator.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 13] = [
        Role::Caseworker,
        Role::Manager,
        Role::Mission,
        Role::Coordinator,
        Role::Police,
        Role::Prosecutor,
        Role::Consul,
        Role::ChildSocial,
        Role::Refugees,
        Role::Ngo,
        Role::Hotline,
        Role::Monitor,
        Role::Admin,
    ];

    /// Has somebody of this kind of organisation (codes of `organisation-kind`) this role? Those that see the whole
    /// country's cases belong to one house each: the programme's own, and the national commission (domain
    /// reference, 2.6).
    #[must_use]
    pub fn is_of(self, organisation_kind: &str) -> bool {
        match self {
            Role::Manager => organisation_kind == "iom",
            Role::Coordinator => organisation_kind == "ncctb",
            _ => true,
        }
    }

    /// Do roles hang from an organisation being of this kind? There is one such house of each kind, and it stays one.
    #[must_use]
    pub fn hang_from(organisation_kind: &str) -> bool {
        Self::ALL.iter().any(|role| role.is_of(organisation_kind) != role.is_of(""))
    }

    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Role::Caseworker => "caseworker",
            Role::Manager => "manager",
            Role::Mission => "mission",
            Role::Coordinator => "coordinator",
            Role::Police => "police",
            Role::Prosecutor => "prosecutor",
            Role::Consul => "consul",
            Role::ChildSocial => "child_social",
            Role::Refugees => "refugees",
            Role::Ngo => "ngo",
            Role::Hotline => "hotline",
            Role::Monitor => "monitor",
            Role::Admin => "admin",
        }
    }

    /// By stored code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.code() == code)
    }
}
