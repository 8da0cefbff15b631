use countersign_model::{DeviceId, RecordId, RecordVersion, Timestamp};
use countersign_vault::{Commitment, OpenError, OpenedRecord, Unlocked, Written};

/// What a sealed version turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which version it is.
    pub version: RecordVersion,
    /// Its commitment: what a version that follows it names as parent.
    pub commitment: Commitment,
    /// The commitment of the version it followed.
    pub parent: Commitment,
    /// When it was changed, or deleted.
    pub changed: Timestamp,
}

/// Why sealed bytes are not what they were filed as.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Opens records only to see what they are.
pub trait RecordCheck {
    /// Checks bytes that were filed as exactly this version.
    ///
    /// # Errors
    /// [`Refused`] when they are anything else.
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused>;

    /// Checks bytes that just came in, filed as exactly this version.
    ///
    /// # Errors
    /// As [`RecordCheck::check`]; and when somebody may have written them who no longer may.
    fn check_incoming(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        self.check(version, sealed)
    }

    /// The device these records are exchanged for, if it is to be noticed that it was set back.
    fn own(&self) -> Option<DeviceId> {
        None
    }

    /// Finds out which version of a record these bytes from the own vault store are.
    ///
    /// # Errors
    /// [`Refused`] when they are none.
    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused>;
}

/// Seals versions anew as the device's own.
pub trait Resealer {
    /// Seals what this version holds as this device's version `counter`, following it.
    ///
    /// # Errors
    /// [`Refused`] when the bytes are anything else than this version.
    fn seal_again(&self, was: &RecordVersion, sealed: &[u8], counter: u64) -> Result<Vec<u8>, Refused>;
}

impl Resealer for Unlocked {
    fn seal_again(&self, was: &RecordVersion, sealed: &[u8], counter: u64) -> Result<Vec<u8>, Refused> {
        let expected = self.expect(was.record, Written::By(was.device, was.counter));
        let expected = expected.of_epoch(self.epoch_of(sealed));
        Self::seal_again(self, &expected, sealed, counter).map_err(|error| Refused(error.to_string()))
    }
}

impl RecordCheck for Unlocked {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        open(
            self,
            version.record,
            Written::By(version.device, version.counter),
            sealed,
        )
    }

    /// Whoever was taken off the vault still has the keys of earlier epochs. What he wrote before is sealed anew by those who had it.
    fn check_incoming(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        if self.epoch_of(sealed) < self.epoch() && !self.devices().contains(&version.device) {
            return Err(Refused(format!(
                "it is of an earlier key of the vault, and device {} was taken off the vault since",
                version.device
            )));
        }
        self.check(version, sealed)
    }

    fn own(&self) -> Option<DeviceId> {
        Some(self.device_id())
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        open(self, record, Written::AtLeast(1), sealed)
    }
}

fn open(vault: &Unlocked, record: RecordId, written: Written, sealed: &[u8]) -> Result<Checked, Refused> {
    let refused = |error: OpenError| Refused(error.to_string());
    Ok(
        match vault
            .open_record(&vault.expect(record, written).of_epoch(vault.epoch_of(sealed)), sealed)
            .map_err(refused)?
        {
            OpenedRecord::Logon(opened) => Checked {
                version: opened.version(),
                commitment: opened.commitment(),
                parent: opened.parent(),
                changed: opened.summary().changed,
            },
            OpenedRecord::Tombstone(tombstone) => Checked {
                version: tombstone.version,
                commitment: tombstone.commitment,
                parent: tombstone.parent,
                changed: tombstone.removed,
            },
        },
    )
}
