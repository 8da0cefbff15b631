//! A durable sealed log with a derived sled index.
//!
//! The truth is a log of sealed, chained, append-only frames that is on the disk before a commit is acknowledged. sled holds copies
//! of the values behind it: derived data, checked against the manifest in memory at every read and made again from the log whenever
//! it is in doubt. Nothing is dropped, rebuilt or empty without a sentence in [`Opened`]. The layout is in `docs/formats/store.md`.
//!
//! Two instances exist, which differ only in key and folder: the device store, readable before unlock, and the vault store.

mod body;
mod bytes;
mod export;
mod files;
mod frame;
mod generation;
mod head;
mod import;
mod index;
mod keys;
mod manifest;
mod opened;
mod place;
mod read;
mod reading;
mod recover;
mod repair;
mod rolling;
mod seal;
mod segment;
mod snapshot;
mod store;
mod story;
mod survey;
mod tuning;
mod verify;
mod walk;
mod writer;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;

pub use export::{Export, Exported, export};
pub use import::{Import, Imported, import};
pub use opened::{Condition, Damage, Opened};
pub use repair::{Losses, Repaired, repair};
pub use rolling::rolling_exports;
pub use store::{MAX_BATCH, MAX_ID, MAX_VALUE, Store};
pub use verify::{Verified, verify};

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
