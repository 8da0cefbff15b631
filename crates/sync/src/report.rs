use crate::check::Refused;
use crate::overtaken::Overtaken;
use crate::sent::SetBack;
use countersign_model::port::RepositoryError;
use countersign_model::{RecordId, RecordVersion};

/// What an exchange came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether the repository answered to the end. Offline is a normal state.
    pub reached: Result<(), RepositoryError>,
    /// How many versions were fetched.
    pub pulled: u32,
    /// How many were written.
    pub pushed: u32,
    /// Records of which another version counts now.
    pub changed: Vec<RecordId>,
    /// How many versions still have to go to the repository.
    pub waiting: u32,
    /// What is not as it should be, each with what to do. Everything else went on.
    pub faults: Vec<Fault>,
    /// Later versions in the repository that a higher number of the same device was not pushed over: each has to be made to count under this
    /// device's id ([`crate::bring_forward`]) before the next exchange.
    pub overtaken: Vec<Overtaken>,
    /// Whether this device was set back. Nothing was merged or written then: it needs another id first.
    pub set_back: Option<SetBack>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            reached: Ok(()),
            pulled: 0,
            pushed: 0,
            changed: Vec::new(),
            waiting: 0,
            faults: Vec::new(),
            overtaken: Vec::new(),
            set_back: None,
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A fetched version is not what it was filed as. It is kept aside and counts for nothing.
    #[error("record {} as device {} wrote it (version {}) was not taken: {why}", .version.record, .version.device, .version.counter)]
    Refused {
        /// What it was filed as.
        version: RecordVersion,
        /// Why it is not that.
        why: Refused,
    },
    /// A record of this device cannot be read. It comes back from the repository if it is there.
    #[error("record {record} cannot be read on this device: {why}")]
    Unreadable {
        /// The record.
        record: RecordId,
        /// Why.
        why: String,
    },
    /// The repository had a version and has it no more. It is written again if it is here.
    #[error("the repository went back: it no longer has record {} version {} of device {}; look for a restored backup", .0.record, .0.counter, .0.device)]
    WentBack(RecordVersion),
    /// More versions wait to be merged than there is room for; the rest is fetched after an unlock.
    #[error(
        "more than {0} fetched versions wait to be merged; unlock the vault, and look for who floods the repository"
    )]
    TooMany(usize),
    /// The repository would not give or take one version.
    #[error(transparent)]
    Repository(RepositoryError),
}
