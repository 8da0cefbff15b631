//! Agents that are broken on purpose, to see that the checks notice.

/// One way to get it wrong. Each is something a plausible implementation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// What the repository lists is the truth: what it lacks is forgotten here, acknowledged or not.
    BelievesAbsence,
    /// Of two concurrent versions the username of one and the password of the other is kept.
    MixesFields,
    /// Tombstones of other devices are not taken.
    DropsTombstones,
    /// What the repository held before is not remembered.
    ForgetsWhatWasListed,
    /// A change has the time of the device's clock, whatever it follows.
    TrustsClocks,
    /// Versions that do not count are not kept.
    KeepsNoHistory,
    /// Versions under the own id that this device never wrote are nothing special.
    SharesItsId,
    /// The next number is the last one and one: a copy of a device counts alike.
    CountsByOne,
    /// An edit is acknowledged before it is on the disk.
    AcknowledgesEarly,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::BelievesAbsence,
        Self::MixesFields,
        Self::DropsTombstones,
        Self::ForgetsWhatWasListed,
        Self::TrustsClocks,
        Self::KeepsNoHistory,
        Self::SharesItsId,
        Self::CountsByOne,
        Self::AcknowledgesEarly,
    ];
}
