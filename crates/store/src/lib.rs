//! A durable sealed log with a derived sled index.
//!
//! The truth is a log of sealed, chained, append-only frames that is on the disk before a commit is acknowledged. sled holds copies
//! of the values behind it: derived data, checked against the manifest in memory at every read and made again from the log whenever
//! it is in doubt. Nothing is dropped, rebuilt or empty without a sentence in [`Opened`]. The layout is in `docs/formats/store.md`.
//!
//! Two instances exist, which differ only in key and folder: the device store, readable before unlock, and the vault store.

mod body;
mod bytes;
mod files;
mod frame;
mod head;
mod index;
mod keys;
mod manifest;
mod opened;
mod place;
mod recover;
mod seal;
mod segment;
mod store;
mod writer;

pub use opened::{Condition, Damage, Opened};
pub use store::{MAX_BATCH, MAX_ID, MAX_VALUE, Store};

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
