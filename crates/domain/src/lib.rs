//! The words and the rules of Pristan. Pure: no input or output, no clock, no keys.
//!
//! Every room has one module here with its record kinds (what may be written down, in which
//! compartment, checked how) and its rules. The same room names stand on each floor above.

pub mod civil;
pub mod codes;
pub mod compartment;
pub mod field;
pub mod ids;
pub mod kinds;
pub mod numbers;
pub mod policy;
pub mod record;
pub mod values;

pub mod assistance;
pub mod cases;
pub mod consents;
pub mod erasure;
pub mod exports;
pub mod grounds;
pub mod hotline;
pub mod legal;
pub mod organisations;
pub mod people;
pub mod programme;
pub mod reintegration;
pub mod retention;
pub mod returns;
pub mod screening;
pub mod signals;
pub mod tasks;
pub mod training;

pub use civil::PartialDate;
pub use compartment::{Compartment, Mask};
pub use field::{CodeList, Field, Kind, Spec};
pub use ids::{CaseId, Id, OrganisationId, PersonId, UserId};
pub use jiff::civil::Date;
pub use kinds::{RecordKind, Room};
pub use policy::{Action, Actor, Assurance, Decision, Held, Relation, Role};
pub use record::{Head, Record};
pub use values::{FieldError, Problem, Values};
