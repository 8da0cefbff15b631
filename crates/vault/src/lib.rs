//! Slots, keys and sealed records: bytes in, bytes out.
//!
//! One random vault key a user and epoch is used only to derive other keys. Slots wrap it under what the user knows and what the
//! device has; [`enroll`], [`unlock_login`] and [`unlock_passphrase`] lead to [`Unlocked`], which seals and opens records. A record is
//! opened only against what the caller [`Expected`], and its secrets leave an [`Opened`] only through [`release`], which wants the
//! live window's binding to equal the saved one, or through [`release_for_owner`], which wants the password typed again.
//!
//! The crate reads no files and no clock. The layouts are described in `docs/formats/vault.md`.

mod answer;
mod bytes;
mod container;
mod derive;
mod enroll;
mod header;
mod kdf;
mod path;
mod record;
mod release;
mod seal;
mod slot;
mod stack;
#[cfg(test)]
mod tests;
mod unlock;
mod unlocked;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing {
    //! Entry points for a fuzzer.
    pub use crate::record::fuzzing::record;
}

pub use answer::{Answer, AnswerError, normalise_answer};
pub use container::{open_bytes, seal_bytes};
pub use derive::derive_device_store_key;
pub use enroll::{Enroll, EnrollError, Enrolled, enroll};
pub use header::{HeaderFacts, Owner, inspect_device_slots, inspect_header};
pub use kdf::{KdfError, KdfParameters, OutOfBounds};
pub use record::{
    Commitment, Expected, ExpectedKind, Mismatch, OpenError, Opened, OpenedRecord, RecordKind, SealError, Subject,
    Summary, Tombstone, Written,
};
pub use release::{
    BindingChanged, BindingState, LiveBinding, NotTheOwner, Reauthenticated, Released, release, release_for_owner,
};
pub use slot::{
    AnswerOrigin, Attacker, Circumstances, DeviceSecretHome, Exposure, Factor, Rating, Roaming, SlotFacts, SlotKind,
    Stored, rate,
};
pub use unlock::{UnlockError, unlock_login, unlock_passphrase};
pub use unlocked::{Amendment, Unlocked};
