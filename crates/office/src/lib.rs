//! The use cases of Pristan: authorise, open, decide, store, log. One function each, by room.
//!
//! Every use case takes a [`Ctx`] first and runs inside one named transaction at a [`desk::Desk`],
//! which alone asks the policy, opens seals and writes leaves of the log.

pub mod clock;
mod ctx;
pub mod desk;
mod error;
mod keys;
pub mod names;
pub mod records;

pub mod access_document;
pub mod audit;
pub mod cases;
pub mod consents;
pub mod doors;
pub mod erasure;
pub mod exchange;
pub mod federation;
pub mod glass;
pub mod hotline;
pub mod legal;
pub mod organisations;
pub mod people;
pub mod programme;
pub mod returns;
pub mod roots;
pub mod shares;
pub mod signals;
pub mod tasks;
pub mod training;
pub mod upkeep;

pub use ctx::{Ctx, Ids};
pub use error::{OfficeError, Result, Stale};

use desk::Desk;
use desk::looked::Kept;
use domain::grounds::Grounds;
use domain::programme::Programme;
use store::{ReadTx, Store, WriteTx};
use vault::Vault;

/// The office: one per process, shared by all requests.
pub struct Office {
    /// The database.
    pub store: Store,
    /// The keys.
    pub vault: Vault,
    /// What is counted.
    pub programme: Programme,
    /// On what may be shared without a consent.
    pub grounds: Grounds,
    /// Everything here is invented, and every page says so.
    pub demo: bool,
    pool: keys::Pool,
    figures: programme::Cache,
    names: names::Cache,
    /// What the door keeps in memory.
    pub doors: doors::Doors,
    converting: roots::Running,
    /// Number of this process among those that write into the same log.
    pub node: u16,
    /// Witnesses named on the command line; further ones are settings of the installation.
    pub witnesses: Vec<audit::Target>,
    anchored: audit::AnchoredState,
    clock: clock::Clock,
    /// The wire to partners' identity providers.
    pub federation: federation::Wire,
}

impl Office {
    /// Puts an office together from its parts.
    #[must_use]
    pub fn new(store: Store, vault: Vault, programme: Programme, demo: bool) -> Office {
        store.bind_rows(std::sync::Arc::new(vault.row_seal()));
        Office {
            store,
            vault,
            programme,
            grounds: Grounds::built_in(),
            demo,
            pool: keys::Pool::default(),
            figures: programme::Cache::default(),
            names: names::Cache::default(),
            doors: doors::Doors::default(),
            converting: roots::Running::default(),
            node: 1,
            witnesses: Vec::new(),
            anchored: audit::AnchoredState::default(),
            clock: clock::Clock::default(),
            federation: federation::Wire::default(),
        }
    }

    /// A reading use case: reads, then writes its leaves before it answers. If the leaves cannot be
    /// written, nothing is shown.
    ///
    /// # Errors
    /// Those of the use case, and of the database.
    pub fn look<T>(
        &self,
        ctx: &Ctx,
        name: &'static str,
        work: impl FnOnce(&mut Desk<'_, ReadTx<'_>>) -> Result<T>,
    ) -> Result<T> {
        let (mut leaves, mut met_an_end) = (Vec::new(), false);
        let answer = self.store.read(name, |tx| {
            let mut desk = Desk::new(self, ctx, tx);
            let answer = work(&mut desk);
            met_an_end = desk.met_an_end;
            leaves = match answer {
                Ok(_) => desk.into_leaves(),
                Err(_) => desk.into_leaves_of_failure(Kept::All),
            };
            answer
        });
        if !leaves.is_empty() {
            self.store.write("log", |tx| audit::append(self, tx, &leaves))?;
        }
        // The share opens nothing any more in either case; its keys can go when they can be written.
        if met_an_end && let Err(error) = shares::let_go(self, ctx) {
            tracing::warn!(fault = %error, "keys of a share that ran out stay for now");
        }
        answer
    }

    /// A writing use case: everything, leaves included, in one transaction. When it fails, what was refused and
    /// what was opened is logged as well, in a transaction of its own, since its own is rolled back, and before
    /// the failure is answered: an answer may show what was opened.
    ///
    /// # Errors
    /// Those of the use case, and of the database.
    pub fn act<T>(
        &self,
        ctx: &Ctx,
        name: &'static str,
        work: impl FnOnce(&mut Desk<'_, WriteTx<'_>>) -> Result<T>,
    ) -> Result<T> {
        self.fits_the_clock(ctx)?;
        self.reserve_keys(16)?;
        let mut failed = Vec::new();
        let answer = self.store.write(name, |tx| {
            let mut desk = Desk::new(self, ctx, tx);
            match work(&mut desk) {
                Ok(value) => {
                    desk.write_leaves()?;
                    Ok(value)
                }
                Err(error) => {
                    failed = desk.into_leaves_of_failure(Kept::Refusals);
                    Err(error)
                }
            }
        });
        if !failed.is_empty() {
            self.store.write("log", |tx| audit::append(self, tx, &failed))?;
        }
        answer
    }
}
