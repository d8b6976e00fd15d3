//! What can be done.

use super::Assurance;
use crate::RecordKind;

/// What somebody wants to do. A route names one or does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Needs no session: sign-in, assets, the public page.
    Public,
    /// Needs a session and nothing more: home, language, lock, own drafts.
    Session,
    /// See that it exists, in a list.
    List,
    /// Read it.
    View,
    /// Write a new one.
    Create,
    /// Change it.
    Edit,
    /// See the full name.
    Reveal,
    /// Search people and cases.
    Search,
    /// Let a person depart, record arrival.
    Move,
    /// Close and reopen.
    Close,
    /// Name the team, send to another organisation.
    Grant,
    /// See who looked.
    Log,
    /// Read the programme's figures.
    Figures,
    /// Ask that a person's file be erased; give her what is written about her.
    Ask,
    /// Set and lift a legal hold.
    Hold,
    /// Decide on a request to erase.
    Erase,
    /// See whose time is over.
    Retain,
    /// Know that something is sealed for a protected witness in a case, and write such a note.
    Seal,
    /// Open a note that is sealed for named persons.
    Unseal,
    /// Decide on an authority's request; read what was handed out.
    Release,
    /// Take cases out of the house as a file.
    Export,
}

impl Action {
    /// All.
    pub const ALL: [Action; 21] = [
        Action::Public,
        Action::Session,
        Action::List,
        Action::View,
        Action::Create,
        Action::Edit,
        Action::Reveal,
        Action::Search,
        Action::Move,
        Action::Close,
        Action::Grant,
        Action::Log,
        Action::Figures,
        Action::Ask,
        Action::Hold,
        Action::Erase,
        Action::Retain,
        Action::Seal,
        Action::Unseal,
        Action::Release,
        Action::Export,
    ];

    /// How surely one must have signed in for it (security design, 5.1: a fresh passkey before identity is
    /// revealed, before anything is shared or exported, before a consent is changed, before anything is
    /// erased; what is sealed for a witness is an identity too). The form of a person reveals her; who works here
    /// decides who is given keys.
    #[must_use]
    pub fn assurance(self, kind: RecordKind) -> Assurance {
        match self {
            Action::Reveal
            | Action::Unseal
            | Action::Grant
            | Action::Erase
            | Action::Release
            | Action::Export => Assurance::Fresh,
            Action::Edit if matches!(kind, RecordKind::Consent | RecordKind::Person) => Assurance::Fresh,
            Action::Create | Action::Edit if kind == RecordKind::User => Assurance::Fresh,
            _ => Assurance::Password,
        }
    }
}
