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
    /// A vault header that is one behind in the repository is written again, and nobody is told.
    WritesHeadersAgain,
    /// Which vault header the repository had is not remembered.
    ForgetsHeaders,
    /// Another vault header of the same number is followed like a newer one.
    HidesTwins,
    /// A change of the vault header is written over whatever is there.
    WritesOverHeaders,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::BelievesAbsence,
        Self::MixesFields,
        Self::DropsTombstones,
        Self::ForgetsWhatWasListed,
        Self::TrustsClocks,
        Self::KeepsNoHistory,
        Self::SharesItsId,
        Self::CountsByOne,
        Self::AcknowledgesEarly,
        Self::WritesHeadersAgain,
        Self::ForgetsHeaders,
        Self::HidesTwins,
        Self::WritesOverHeaders,
    ];
}
