//! The sizes that decide when the store does what.

/// When a new generation begins, and how far segments are made ready ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    /// A new generation begins when the log behind the snapshot is longer than this and than a share of the snapshot.
    pub(crate) least_log: u64,
    /// Which share: the snapshot's length is divided by this.
    pub(crate) share: u64,
    /// How long a log may get that only grows: in so few frames, or in frames that are so large on average.
    pub(crate) growth: u64,
    pub(crate) few: u64,
    pub(crate) large: u64,
    /// How many bytes of zeros a segment gets ahead of its frames, so that syncing one changes nothing but its data.
    pub(crate) ahead: u64,
}

impl Tuning {
    /// How long the log behind a snapshot of this length may get.
    pub(crate) fn bound(self, snapshot: u64) -> u64 {
        self.least_log.max(snapshot / self.share.max(1))
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            least_log: 64 << 10,
            share: 8,
            growth: 64 << 20,
            few: 2_048,
            large: 4 << 10,
            ahead: 64 << 10,
        }
    }
}
