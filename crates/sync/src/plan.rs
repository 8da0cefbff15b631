use countersign_model::{DeviceId, RecordId, RecordVersion};
use std::collections::BTreeMap;

/// The newest version of each record by each device that is held somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held(BTreeMap<(RecordId, DeviceId), u64>);

impl Held {
    /// Counts a version in.
    pub fn add(&mut self, version: RecordVersion) {
        let counter = self.0.entry((version.record, version.device)).or_insert(0);
        *counter = version.counter.max(*counter);
    }

    /// Whether this version, or a newer one of the same record and device, is held.
    #[must_use]
    pub fn covers(&self, version: &RecordVersion) -> bool {
        self.0
            .get(&(version.record, version.device))
            .is_some_and(|counter| *counter >= version.counter)
    }

    /// The newest versions, in order.
    pub fn versions(&self) -> impl Iterator<Item = RecordVersion> + '_ {
        self.0.iter().map(|((record, device), counter)| RecordVersion {
            record: *record,
            device: *device,
            counter: *counter,
        })
    }
}

impl FromIterator<RecordVersion> for Held {
    fn from_iter<I: IntoIterator<Item = RecordVersion>>(versions: I) -> Self {
        let mut held = Self::default();
        versions.into_iter().for_each(|version| held.add(version));
        held
    }
}

/// One step of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SyncStep {
    /// Fetch this version.
    Pull(RecordVersion),
    /// Write this version.
    Push(RecordVersion),
}

/// What has to be done so that both sides hold the newest version of each device: pulls first.
///
/// A record or version that is not listed is pushed, whoever wrote it: absence is never deletion.
#[must_use]
pub fn plan(held: &Held, listed: &[RecordVersion]) -> Vec<SyncStep> {
    let there: Held = listed.iter().copied().collect();
    let pulls = there
        .versions()
        .filter(|version| !held.covers(version))
        .map(SyncStep::Pull);
    let pushes = held
        .versions()
        .filter(|version| !there.covers(version))
        .map(SyncStep::Push);
    pulls.chain(pushes).collect()
}
