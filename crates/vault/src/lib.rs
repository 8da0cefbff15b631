//! Slots, keys and sealed records: bytes in, bytes out.
//!
//! One random vault key a user and epoch is used only to derive other keys. Slots wrap it under what the user knows and what the
//! device has; [`enroll`], [`unlock_login`] and [`unlock_passphrase`] lead to [`Unlocked`], which seals and opens records. A record is
//! opened only against what the caller [`Expected`], and its secrets leave an [`Opened`] only through [`release`], which wants the
//! live window's binding to equal the saved one, or through [`release_for_owner`], which wants the password typed again.
//!
//! The crate reads no files and no clock. The layouts are described in `docs/formats/vault.md`.

mod answer;
mod audit;
mod bytes;
mod changing;
mod container;
mod derive;
mod device;
mod editing;
mod enroll;
mod epochs;
mod header;
mod hpke;
mod join;
mod kdf;
mod keyfile;
mod path;
mod policy;
mod record;
mod recovery;
mod release;
mod seal;
mod slot;
mod stack;
#[cfg(test)]
mod tests;
mod unlock;
mod unlocked;
mod words;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing {
    //! Entry points for a fuzzer.
    pub use crate::record::fuzzing::record;
}

#[cfg(feature = "measuring")]
#[doc(hidden)]
pub mod measuring {
    //! The password hash by itself.
    use crate::{KdfError, KdfParameters};
    use countersign_secret::Key;

    /// Runs Argon2id exactly as a slot does.
    ///
    /// # Errors
    /// As unlocking.
    pub fn stretch(parameters: KdfParameters, secret: &[u8], salt: &[u8; 32]) -> Result<Key, KdfError> {
        parameters.stretch(secret, salt)
    }
}

pub use answer::{Answer, AnswerError, normalise_answer};
pub use audit::{AuditEntry, AuditEvent, AuditFault, AuditHead, AuditReport, append_audit, verify_audit};
pub use changing::{InUse, StepError};
pub use container::{open_bytes, seal_bytes};
pub use derive::{derive_audit_key, derive_device_secret, derive_device_store_key};
pub use device::{
    DeviceDecision, DeviceEvidence, MachineMark, NewIdReason, Writer, decide_device, derive_machine_mark,
};
pub use editing::NewRecovery;
pub use enroll::{Enroll, EnrollError, Enrolled, enroll};
pub use epochs::{Followed, RecoveryAtRoll, RollError, RollPlan, Rolled};
pub use header::{DeviceFacts, HeaderFacts, Owner, RecoveryFacts, Tampering, inspect_device_slots, inspect_header};
pub use hpke::PublicKey;
pub use join::{Approved, JoinError, JoinRequest, Joining, complete_join, inspect_join_request, make_join_request};
pub use kdf::{KdfError, KdfParameters, OutOfBounds};
pub use keyfile::{KeyFileError, KeyFileFacts, KeyKind, inspect_key_file, open_key_file, seal_key_file};
pub use policy::{PolicyRefusal, SlotPolicy, Vouched};
pub use record::{
    Commitment, Expected, ExpectedKind, Mismatch, OpenError, Opened, OpenedRecord, RecordKind, SealError, Subject,
    Summary, Tombstone, Written,
};
pub use recovery::{
    HalfA, HalfB, HalfError, HelpdeskHalf, RecoverError, RingKey, Rings, UnsealError, derive_vault_name, make_ring_key,
    recover, ring_key, unseal_half,
};
pub use release::{
    BindingChanged, BindingState, LiveBinding, NotTheOwner, Reauthenticated, Released, release, release_for_owner,
};
pub use slot::{
    AnswerOrigin, Attacker, Circumstances, DeviceSecretHome, Exposure, Factor, Grade, NoSuchGrade, NoSuchKind, Rating,
    Roaming, ShortSecret, SlotFacts, SlotKind, SlotSecrets, Stored, rate,
};
pub use unlock::{ThisDevice, UnlockError, unlock, unlock_login, unlock_passphrase};
pub use unlocked::{Amendment, ResealError, Unlocked};
pub use words::{WordsError, derive_name};
