//! Publishing an organisational unit's configuration.
//!
//! What is published is a signed catalogue with everything it names ([`Release`]): whoever may write to the directory need not hold the
//! publisher's key. [`plan`] says what would change, object by object and value by value; [`apply`] does it, if the directory is still
//! as it was planned on, and the swap of the catalogue is the moment it comes into force; a [`PlanDigest`] ties it to the plan that was
//! looked at before; [`drift`] says what in the directory is not as its own catalogue says.

mod apply;
mod difference;
mod digest;
mod drift;
mod plan;
mod release;
mod risk;
mod standing;

pub use apply::apply;
pub use difference::{Difference, differences};
pub use digest::{NoPlanDigest, PlanDigest};
pub use drift::{Drift, drift};
pub use plan::{Change, Kind, Plan, plan, undoing, writes};
pub use release::{Object, Release};
pub use risk::Risk;
pub use standing::Standing;

use countersign_model::Unit;
use countersign_model::port::RepositoryError;
use countersign_trust::CatalogueError;

/// Why something is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The repository refused or did not answer.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// A catalogue is not one.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The release is not whole.
    #[error("{0} is named by the catalogue and not as it says; sign the folder again")]
    NotAsSigned(String),
    /// The catalogue is for another unit.
    #[error("the catalogue is signed for {signed}, not for {asked}; sign the folder for this unit")]
    OtherUnit {
        /// What it is signed for.
        signed: Unit,
        /// What it was to be published in.
        asked: Unit,
    },
    /// The release is older than what is there.
    #[error("catalogue {found} is there, and this one is number {new}; sign the folder with a higher number")]
    NotNewer {
        /// What is there.
        found: u64,
        /// What was to come.
        new: u64,
    },
    /// Somebody else published or changed something since the plan.
    #[error("the directory is not as it was when the plan was made ({0}); nothing was changed, make the plan anew")]
    ChangedSince(String),
    /// The plan is another one than was looked at.
    #[error("{0}; nothing was written, look at the plan again")]
    NotAsSeen(String),
}
