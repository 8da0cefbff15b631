//! What a slot's factor can be got from, when no person types it.

use crate::VaultId;
use countersign_secret::SecretBytes;

/// Why a factor could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactorError {
    /// Nothing is there that could be asked.
    #[error("{source_name} cannot be reached: {why}; start it, or unlock another way")]
    Unreachable {
        /// What was asked.
        source_name: String,
        /// Why.
        why: String,
    },
    /// It is locked, and only its owner can open it.
    #[error("{0} is locked; unlock it, then try again")]
    Locked(String),
    /// What was kept there is gone.
    #[error("{0} no longer has the slot's secret; unlock another way, then remove the slot and add it again")]
    Missing(String),
    /// What is kept there is not what was stored.
    #[error("{0} keeps something else in the place of the slot's secret; remove the slot and add it again")]
    Damaged(String),
    /// It may not be trusted to answer.
    #[error("{source_name} is not asked: {why}")]
    Untrusted {
        /// What was to be asked.
        source_name: String,
        /// Why not.
        why: String,
    },
    /// It was asked and said no, or broke.
    #[error("{source_name} failed: {why}")]
    Failed {
        /// What was asked.
        source_name: String,
        /// What it said or did.
        why: String,
    },
    /// It did not answer in time.
    #[error("{source_name} did not answer within {seconds} seconds")]
    Late {
        /// What was asked.
        source_name: String,
        /// How long it had.
        seconds: u64,
    },
    /// It answered more than an answer can be.
    #[error("{source_name} answered more than {most} bytes")]
    Flooded {
        /// What was asked.
        source_name: String,
        /// The longest answer.
        most: usize,
    },
    /// Its answer is not in the form that was agreed.
    #[error("the answer of {source_name} cannot be read: {why}")]
    Unreadable {
        /// What was asked.
        source_name: String,
        /// What is wrong. Never a part of the answer.
        why: String,
    },
    /// Its answer holds too few bytes to be a secret.
    #[error("{source_name} answered {found} bytes; a secret has at least {least}")]
    Short {
        /// What was asked.
        source_name: String,
        /// How many.
        found: usize,
        /// How many there have to be.
        least: usize,
    },
    /// It answers something else each time, so that what is wrapped under one answer would never open again.
    #[error("{0} answers something else each time it is asked; it has to answer the same for the same vault")]
    Unsteady(String),
}

/// The fewest bytes a factor may have.
pub const SHORTEST_FACTOR: usize = 32;

/// Keeps or makes the secret of a slot: the directory, the operating system, an external program.
///
/// Each call ends in bounded time. Nothing is asked of the user.
pub trait FactorSource: Send + Sync {
    /// What it is, for people.
    fn name(&self) -> String;

    /// Sets the secret for a vault up and hands it over. What was set up before for the same vault stays and is handed over again.
    ///
    /// # Errors
    /// See [`FactorError`].
    fn set_up(&self, vault: VaultId) -> Result<SecretBytes, FactorError>;

    /// The secret that was set up: [`SHORTEST_FACTOR`] bytes or more.
    ///
    /// # Errors
    /// [`FactorError::Missing`] when there is none, and see [`FactorError`].
    fn fetch(&self, vault: VaultId) -> Result<SecretBytes, FactorError>;

    /// Forgets the secret. None there is success.
    ///
    /// # Errors
    /// See [`FactorError`].
    fn remove(&self, vault: VaultId) -> Result<(), FactorError>;
}
