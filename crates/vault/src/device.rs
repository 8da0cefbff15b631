//! A device's key pair, and whether a device is still the one it was.

use crate::bytes::frame;
use crate::derive::mac;
use crate::header::SealedDeviceKey;
use crate::hpke::{PublicKey, derive_public};
use crate::slot::Place;
use countersign_secret::Key;

const MARK_LABEL: &[u8] = b"countersign/v1/machine";

/// A key pair in locked memory.
pub(crate) struct KeyPair {
    public: PublicKey,
    private: Key,
}

impl KeyPair {
    pub(crate) fn of(private: Key) -> Self {
        Self {
            public: derive_public(&private),
            private,
        }
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self {
            public: self.public,
            private: Key::from_fill(|out| out.copy_from_slice(self.private.expose())),
        }
    }

    pub(crate) fn public(&self) -> PublicKey {
        self.public
    }

    pub(crate) fn private(&self) -> &Key {
        &self.private
    }
}

/// The key pair of this device, as far as it is known while the vault is open.
pub(crate) enum DeviceKey {
    Open(KeyPair),
    /// Under the vault key of this place and the device secret, which was not at hand.
    Sealed(Place, SealedDeviceKey),
}

impl DeviceKey {
    pub(crate) fn make_random() -> Result<Self, getrandom::Error> {
        Key::make_random().map(|private| Self::Open(KeyPair::of(private)))
    }

    pub(crate) fn open(private: Key) -> Self {
        Self::Open(KeyPair::of(private))
    }

    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Open(pair) => pair.public,
            Self::Sealed(_, sealed) => sealed.public,
        }
    }
}

/// What names the machine a device id was given to, without telling which machine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MachineMark(pub [u8; 32]);

/// The mark of a machine: from the device secret and whatever tells the machine from its copies (machine id, disk, network card).
#[must_use]
pub fn derive_machine_mark(device_secret: &Key, facts: &[&[u8]]) -> MachineMark {
    MachineMark(mac(device_secret, &[&frame(&[MARK_LABEL]), &frame(facts)]))
}

/// What a device knows about itself before it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceEvidence {
    /// The machine its id was given to.
    pub given_to: MachineMark,
    /// The machine it runs on.
    pub runs_on: MachineMark,
    /// The newest of its own counters this device remembers to have written to the directory, over all records.
    pub remembered: u64,
    /// The newest counter under its id in the directory, if the directory was reached.
    pub found: Option<u64>,
    /// The newest header version this device remembers.
    pub remembered_header: u64,
    /// The header's version in the directory, if it was reached, and whether it was this device that wrote it.
    pub found_header: Option<(u64, Writer)>,
}

/// Who wrote the newest header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// This device id.
    ThisId,
    /// Another, or nobody knows.
    Another,
}

/// Whether a device may go on writing under its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceDecision {
    /// It is what it was.
    Keep,
    /// It has to take a new id before it writes anything.
    NewId(NewIdReason),
}

/// Why a device needs a new id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewIdReason {
    /// Another machine than the one the id was given to: a clone.
    #[error(
        "the vault's files on this machine are a copy of another machine's, or were put back from a backup; it goes on as a device of its own"
    )]
    Clone,
    /// The directory has newer writes under this id than this device remembers: a restored image, or a clone that goes on elsewhere.
    #[error("this machine was set back to an earlier state; it goes on as a new device")]
    WentBack,
}

/// Decides whether a device may write under its id.
#[must_use]
pub fn decide_device(evidence: &DeviceEvidence) -> DeviceDecision {
    if evidence.given_to != evidence.runs_on {
        return DeviceDecision::NewId(NewIdReason::Clone);
    }
    let records = evidence.found.is_some_and(|found| found > evidence.remembered);
    let header = evidence
        .found_header
        .is_some_and(|(version, writer)| writer == Writer::ThisId && version > evidence.remembered_header);
    if records || header {
        return DeviceDecision::NewId(NewIdReason::WentBack);
    }
    DeviceDecision::Keep
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Key {
        Key::from_fill(|out| out.fill(7))
    }

    fn evidence() -> DeviceEvidence {
        let mark = derive_machine_mark(&secret(), &[b"machine-id", b"disk"]);
        DeviceEvidence {
            given_to: mark,
            runs_on: mark,
            remembered: 9,
            found: Some(9),
            remembered_header: 3,
            found_header: Some((3, Writer::ThisId)),
        }
    }

    #[test]
    fn the_same_machine_goes_on() {
        assert_eq!(decide_device(&evidence()), DeviceDecision::Keep);
        let offline = DeviceEvidence {
            found: None,
            found_header: None,
            ..evidence()
        };
        assert_eq!(decide_device(&offline), DeviceDecision::Keep);
        let ahead = DeviceEvidence {
            remembered: 12,
            found: Some(9),
            found_header: Some((8, Writer::Another)),
            ..evidence()
        };
        assert_eq!(decide_device(&ahead), DeviceDecision::Keep);
    }

    #[test]
    fn a_clone_takes_a_new_id_even_offline() {
        let clone = DeviceEvidence {
            runs_on: derive_machine_mark(&secret(), &[b"machine-id", b"other disk"]),
            found: None,
            found_header: None,
            ..evidence()
        };
        assert_eq!(decide_device(&clone), DeviceDecision::NewId(NewIdReason::Clone));
    }

    #[test]
    fn a_restored_image_takes_a_new_id() {
        let records = DeviceEvidence {
            found: Some(10),
            ..evidence()
        };
        let header = DeviceEvidence {
            found_header: Some((4, Writer::ThisId)),
            ..evidence()
        };
        for restored in [records, header] {
            assert_eq!(decide_device(&restored), DeviceDecision::NewId(NewIdReason::WentBack));
        }
    }

    #[test]
    fn marks_tell_machines_apart_and_nothing_else() {
        let mark = derive_machine_mark(&secret(), &[b"ab", b"c"]);
        assert_ne!(mark, derive_machine_mark(&secret(), &[b"a", b"bc"]));
        assert_ne!(
            mark,
            derive_machine_mark(&Key::from_fill(|out| out.fill(8)), &[b"ab", b"c"])
        );
        assert_eq!(mark, derive_machine_mark(&secret(), &[b"ab", b"c"]));
    }
}
