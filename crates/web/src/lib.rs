//! Pages of Pristan. Each room is a module with plain functions; `frame` alone knows the wire.

mod answer;
mod drafts;
pub mod format;
mod forms;
mod frame;
mod page;
#[rustfmt::skip]
mod parts;
mod texts;
mod visit;

mod cases;
mod consents;
mod doors;
mod erasure;
mod exports;
mod federation;
mod glass;
mod help;
mod home;
mod hotline;
mod legal;
mod organisations;
mod people;
mod programme;
mod records;
mod retention;
mod returns;
mod roots;
mod shares;
mod signals;
mod tasks;
mod training;

pub use answer::{Answer, Reply, WebError};
pub use frame::{Route, headers};
pub use texts::{LANGS, texts};

use office::Office;
use std::sync::Arc;

/// Microseconds since 1970, UTC. The wall clock is read in one place of the program, or a test sets it.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What every request shares.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub office: Arc<Office>,
    /// The clock.
    pub clock: Clock,
}

impl Web {
    /// Puts the floor together.
    #[must_use]
    pub fn new(office: Arc<Office>, clock: Clock) -> Web {
        Web { office, clock }
    }
}

/// Every route of every room: the table that the coverage test walks.
pub static ROUTES: &[&[Route]] = &[
    doors::ROUTES,
    doors::account::ROUTES,
    doors::pass::ROUTES,
    doors::recover::ROUTES,
    federation::ROUTES,
    home::ROUTES,
    cases::ROUTES,
    records::ROUTES,
    people::ROUTES,
    signals::ROUTES,
    consents::ROUTES,
    shares::ROUTES,
    glass::ROUTES,
    returns::ROUTES,
    hotline::ROUTES,
    training::ROUTES,
    programme::ROUTES,
    organisations::ROUTES,
    roots::ROUTES,
    tasks::ROUTES,
    help::ROUTES,
    erasure::ROUTES,
    retention::ROUTES,
    legal::ROUTES,
    exports::ROUTES,
];

/// The router.
pub fn router(web: Web) -> axum::Router {
    frame::router(web, ROUTES)
}
