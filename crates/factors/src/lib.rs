//! What a slot's factor is got from when nobody types it: the Secret Service, external programs, a key in the directory.
//!
//! All implement [`FactorSource`](countersign_model::port::FactorSource). The protocol of programs is in
//! `docs/formats/factor-program.md`. The crate asks nothing of the user and ends every call in bounded time.

mod contract;
mod directory_key;
mod encoding;
mod memory;
mod program;
mod secret_service;

pub use contract::{Removal, check_source};
pub use directory_key::DirectoryKey;
pub use memory::MemorySource;
pub use program::Program;
pub use secret_service::SecretService;
