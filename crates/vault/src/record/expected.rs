use super::{Commitment, RecordKind};
use countersign_model::{Binding, DeviceId, RecordId, TemplateId, VaultId};

/// The kind of record the caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedKind {
    /// This kind and no other.
    Exactly(RecordKind),
    /// Any kind this version knows: a pulled record may be a logon or a tombstone.
    Any,
}

/// Which version of a record the caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The one this device wrote with this number.
    By(DeviceId, u64),
    /// Any version of this device from this number on: an older one is a rollback.
    Since(DeviceId, u64),
    /// Any version of any device from this number on.
    AtLeast(u64),
}

/// What the tag of a record is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A logon for this template and binding.
    Of {
        /// The template.
        template: &'a TemplateId,
        /// Publisher and executable.
        binding: &'a Binding,
    },
    /// Whatever it is for.
    Any,
}

/// What a caller expects of a sealed record. The record's own header is only ever compared with this, never believed.
///
/// Made by [`Unlocked::expect`](crate::Unlocked::expect) for the vault that is open, and narrowed down from there.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The vault.
    pub vault: VaultId,
    /// The epoch of the key.
    pub epoch: u64,
    /// The kind.
    pub kind: ExpectedKind,
    /// The record it was filed under.
    pub record: RecordId,
    /// The version it was filed under.
    pub written: Written,
    /// What it is for.
    pub subject: Subject<'a>,
    /// The version it must have replaced; `None`: any.
    pub parent: Option<Commitment>,
}

impl<'a> Expected<'a> {
    /// Expects this kind only.
    #[must_use]
    pub fn of_kind(mut self, kind: RecordKind) -> Self {
        self.kind = ExpectedKind::Exactly(kind);
        self
    }

    /// Expects a record of an earlier epoch ([`Unlocked::epochs`](crate::Unlocked::epochs)).
    #[must_use]
    pub fn of_epoch(mut self, epoch: u64) -> Self {
        self.epoch = epoch;
        self
    }

    /// Expects exactly this version.
    #[must_use]
    pub fn written(mut self, written: Written) -> Self {
        self.written = written;
        self
    }

    /// Expects a logon for this template and binding.
    #[must_use]
    pub fn about(mut self, template: &'a TemplateId, binding: &'a Binding) -> Self {
        self.subject = Subject::Of { template, binding };
        self
    }

    /// Expects that it replaced this version.
    #[must_use]
    pub fn replacing(mut self, parent: Commitment) -> Self {
        self.parent = Some(parent);
        self
    }
}

/// How a record differs from what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Of another vault.
    #[error("it belongs to another vault")]
    Vault,
    /// Of another epoch.
    #[error("it was sealed in another epoch")]
    Epoch,
    /// Of another kind.
    #[error("it is of another kind")]
    Kind,
    /// Another record.
    #[error("it is another record")]
    Record,
    /// Another version of the record.
    #[error("it is another version")]
    Version,
    /// For another template, publisher or executable.
    #[error("it is for another application")]
    Subject,
    /// It replaced another version.
    #[error("it follows another version")]
    Parent,
}

/// Why a record does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is not the record that belongs here.
    #[error("the record is not in its place: {0}; refresh to fetch the right one, and look for who moved it")]
    Misplaced(Mismatch),
    /// It is older than what was seen before.
    #[error(
        "the record went back from version {at_least} to {found}; keep the newer one and look for a restored backup"
    )]
    RolledBack {
        /// The oldest version that would do.
        at_least: u64,
        /// Its version.
        found: u64,
    },
    /// Its bytes are not those that were sealed.
    #[error("the record is damaged ({0}); refresh to fetch it again")]
    Damaged(&'static str),
    /// A newer version of Countersign wrote it.
    #[error(
        "the record is of format {format}, suite {suite}, kind {kind}, which this version does not know; update Countersign"
    )]
    Unsupported {
        /// Its format.
        format: u16,
        /// Its suite.
        suite: u16,
        /// Its kind.
        kind: u16,
    },
}

/// Why something could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A value is out of bounds.
    #[error("the logon cannot be stored: {0}")]
    OutOfBounds(&'static str),
    /// There is no randomness.
    #[error("the system gives no random numbers ({0}); nothing was stored")]
    Random(getrandom::Error),
}
