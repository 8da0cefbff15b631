//! Repositories of templates and sealed records.
//!
//! [`FolderRepository`] is the embedded default: a folder that stands for the organisation's directory, for one machine, tests, or a
//! network share. Its layout is in `docs/formats/repository.md`.

mod config;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod faults;
mod file_system;
mod folder;
mod groups;
mod in_order;
pub mod ldap;
mod lists;
#[cfg(any(test, feature = "contract"))]
mod memory;
mod names;
pub mod tree;
mod units;
mod users;
mod watch;

pub use file_system::is_shared;
pub use folder::{FolderRepository, WhenAbsent};
pub use in_order::InOrder;
#[cfg(any(test, feature = "contract"))]
pub use memory::MemoryRepository;

/// The largest template or setting override.
pub const MAX_OBJECT: u64 = 1 << 20;
/// The largest list of an organisation's root.
pub const MAX_LIST: u64 = 64 << 10;
/// The largest catalogue of a unit.
pub const MAX_CATALOGUE: u64 = 1 << 20;
/// The largest sealed record or vault header.
pub const MAX_SEALED: u64 = 1 << 20;

#[cfg(test)]
mod tests;
