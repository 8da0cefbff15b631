//! What is told of the audit log.

use countersign_model::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

/// The latest entries, and whether the whole log holds.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTold {
    /// The latest entries that hold, oldest first.
    pub entries: Vec<AuditLine>,
    /// How many entries hold, from the first on.
    pub count: u64,
    /// What is wrong; empty when the log is whole.
    pub faults: Vec<String>,
}

/// One entry. It never holds a secret.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// On which device; zeros before enrolment.
    pub device: DeviceId,
    /// What happened: `release`, `reveal`, `refusal`, `unlock`, `lock`, `slot-change`…
    pub event: String,
    /// To what: a template, a slot, a store.
    pub subject: String,
    /// How: a program, a reason.
    pub detail: String,
}
