use countersign_model::RecordVersion;

/// The newest version of each record by each device that is held somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held(
    /// In order, one of each record and device.
    Vec<RecordVersion>,
);

impl Held {
    /// Counts a version in.
    pub fn add(&mut self, version: RecordVersion) {
        match self.place(&version) {
            Ok(at) => {
                if let Some(known) = self.0.get_mut(at) {
                    known.counter = version.counter.max(known.counter);
                }
            }
            Err(at) => self.0.insert(at, version),
        }
    }

    /// Whether this version, or a newer one of the same record and device, is held.
    #[must_use]
    pub fn covers(&self, version: &RecordVersion) -> bool {
        let known = self.newest_of(version);
        known.is_some_and(|known| known.counter >= version.counter)
    }

    /// The newest version held of the same record and device.
    pub(crate) fn newest_of(&self, version: &RecordVersion) -> Option<RecordVersion> {
        self.place(version).ok().and_then(|at| self.0.get(at)).copied()
    }

    /// What either of them covers.
    pub(crate) fn with(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        self.versions().chain(other.versions()).collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The newest versions, in order.
    pub fn versions(&self) -> impl Iterator<Item = RecordVersion> + '_ {
        self.0.iter().copied()
    }

    fn place(&self, version: &RecordVersion) -> Result<usize, usize> {
        let wanted = (version.record, version.device);
        self.0
            .binary_search_by(|known| (known.record, known.device).cmp(&wanted))
    }
}

impl FromIterator<RecordVersion> for Held {
    fn from_iter<I: IntoIterator<Item = RecordVersion>>(versions: I) -> Self {
        let mut versions: Vec<_> = versions.into_iter().collect();
        versions.sort();
        // Of each record and device the highest is the last.
        versions.dedup_by(|next, kept| {
            let same = (next.record, next.device) == (kept.record, kept.device);
            if same {
                kept.counter = next.counter;
            }
            same
        });
        Self(versions)
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
pub fn plan(held: &Held, there: &Held) -> Vec<SyncStep> {
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
