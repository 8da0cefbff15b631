//! What the device store remembers of the repository's header.

use super::HeaderAlarm;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, HeaderVersion, StoreKey, StoreKind};
use sha2::{Digest as _, Sha256};

pub(super) type Digest = [u8; 32];

const UNKNOWN: Digest = [0; 32];

/// The SHA-256 of a header; of no bytes where there is none.
pub(super) fn digest_of(header: &[u8]) -> Digest {
    Sha256::digest(header).into()
}

/// The newest header that was there, and what was found instead of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Its number; 0 when none was seen.
    seen: u64,
    digest: Digest,
    /// The one it followed, where that was seen.
    followed: Digest,
    /// What is there now, if that is older.
    back: Option<Back>,
    /// The older number that was found, until it was said.
    unsaid: Option<u64>,
    /// The number under which another one was found, until it was said.
    twin: Option<u64>,
    /// The one that the vault refused last: it never was the newest.
    refused: Digest,
}

/// A repository that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Back {
    /// The number that is there; 0 for none.
    found: u64,
    /// Whether it is the very one that the newest followed.
    is_followed: bool,
    is_said: bool,
}

impl Default for Mark {
    fn default() -> Self {
        Self {
            seen: 0,
            digest: digest_of(&[]),
            followed: UNKNOWN,
            back: None,
            unsaid: None,
            twin: None,
            refused: UNKNOWN,
        }
    }
}

impl Mark {
    /// This header is there; number 0 and the digest of no bytes for none.
    pub(super) fn look(&mut self, found: u64, digest: Digest) {
        if found < self.seen {
            let is_followed = found + 1 == self.seen && digest == self.followed;
            let before = self.back.filter(|back| back.found == found);
            if before.is_none() {
                self.unsaid = Some(self.unsaid.map_or(found, |unsaid| unsaid.min(found)));
            }
            self.back = Some(Back {
                found,
                is_followed,
                is_said: before.is_some_and(|before| before.is_said),
            });
            return;
        }
        self.back = None;
        if digest == self.digest || digest == self.refused {
            return;
        }
        self.followed = if found == self.seen + 1 { self.digest } else { UNKNOWN };
        if found == self.seen {
            self.twin = Some(found);
        }
        (self.seen, self.digest) = (found, digest);
    }

    /// The vault does not follow this header: what counts is the one that it has.
    pub(super) fn refuse(&mut self, refused: Digest, ours: HeaderVersion, digest: Digest) {
        self.refused = refused;
        if self.digest == refused {
            (self.seen, self.digest, self.followed) = (ours.0, digest, UNKNOWN);
            (self.back, self.twin) = (None, None);
        }
    }

    /// Whether a newer one was there than is there now.
    pub(super) fn is_back(&self) -> bool {
        self.back.is_some()
    }

    /// Whether this header may be written again: it is the newest that was there, what it followed is what is there now, and that was said.
    pub(super) fn may_return(&self, ours: HeaderVersion, digest: Digest) -> bool {
        let is_newest = ours.0 == self.seen && digest == self.digest;
        is_newest && self.back.is_some_and(|back| back.is_followed && back.is_said)
    }

    pub(super) fn alarms(&self) -> Vec<HeaderAlarm> {
        let back = self.unsaid.or(self.back.map(|back| back.found));
        let back = back.map(|found| HeaderAlarm::WentBack {
            had: HeaderVersion(self.seen),
            found: HeaderVersion(found),
        });
        let twin = self.twin.map(|number| HeaderAlarm::Replaced(HeaderVersion(number)));
        back.into_iter().chain(twin).collect()
    }

    pub(super) fn told(&mut self) {
        (self.unsaid, self.twin) = (None, None);
        if let Some(back) = &mut self.back {
            back.is_said = true;
        }
    }

    /// What is remembered; a mark that is damaged remembers nothing.
    pub(super) fn read(device: &dyn RecordStore) -> Result<Self, StoreError> {
        match device.get(&key()) {
            Ok(bytes) => Ok(bytes.and_then(|bytes| decode(&bytes)).unwrap_or_default()),
            Err(StoreError::Damaged(_)) => Ok(Self::default()),
            Err(other) => Err(other),
        }
    }

    pub(super) fn write(&self, device: &dyn RecordStore) -> Result<(), StoreError> {
        device.commit(&[Change::Put(key(), self.encode())])
    }

    /// Number (8 bytes), digest, digest of what it followed, digest of what was refused; what is there now, what was not said, the twin (8 bytes each, one more than the
    /// number, 0 for none); 1 for an older one that is the followed one, 2 if it was said. Numbers are big-endian.
    fn encode(&self) -> Vec<u8> {
        let optional = |number: Option<u64>| number.map_or(0, |number| number.saturating_add(1)).to_be_bytes();
        let back = self.back;
        let flags = back.map_or(0, |back| u8::from(back.is_followed) | u8::from(back.is_said) << 1);
        [
            &self.seen.to_be_bytes()[..],
            &self.digest,
            &self.followed,
            &self.refused,
            &optional(back.map(|back| back.found)),
            &optional(self.unsaid),
            &optional(self.twin),
            &[flags],
        ]
        .concat()
    }
}

fn decode(bytes: &[u8]) -> Option<Mark> {
    let (seen, rest) = bytes.split_first_chunk()?;
    let (digest, rest) = rest.split_first_chunk()?;
    let (followed, rest) = rest.split_first_chunk()?;
    let (refused, rest) = rest.split_first_chunk()?;
    let (found, rest) = rest.split_first_chunk()?;
    let (unsaid, rest) = rest.split_first_chunk()?;
    let (twin, rest) = rest.split_first_chunk()?;
    let [flags] = *rest else { return None };
    let optional = |number: &[u8; 8]| u64::from_be_bytes(*number).checked_sub(1);
    Some(Mark {
        seen: u64::from_be_bytes(*seen),
        digest: *digest,
        followed: *followed,
        back: optional(found).map(|found| Back {
            found,
            is_followed: flags & 1 != 0,
            is_said: flags & 2 != 0,
        }),
        unsaid: optional(unsaid),
        twin: optional(twin),
        refused: *refused,
    })
}

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Cursor,
        id: b"header.seen".to_vec(),
    }
}

/// The change that forgets what was there: another repository has headers of its own, and another vault, too.
pub(crate) fn forget() -> Change {
    Change::Remove(key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_the_vault_refuses_never_was_the_newest() {
        let (ours, forged) = (digest_of(b"ours"), digest_of(b"forged"));
        let mut mark = Mark::default();
        mark.look(4, ours);
        mark.look(u64::MAX, forged);
        mark.refuse(forged, HeaderVersion(4), ours);
        // It is still there, and then somebody takes it away.
        mark.look(u64::MAX, forged);
        mark.look(4, ours);
        assert!(!mark.is_back() && mark.alarms().is_empty());
        // One that was followed still counts.
        mark.look(5, digest_of(b"next"));
        mark.look(4, ours);
        assert!(mark.is_back());
    }

    #[test]
    fn what_is_kept_comes_back() {
        let mut mark = Mark::default();
        let same = |mark: &Mark| decode(&mark.encode()).as_ref() == Some(mark);
        assert!(same(&mark));
        for (found, header) in [(1, "one"), (2, "two"), (2, "twin"), (1, "one"), (0, "")] {
            mark.look(found, digest_of(header.as_bytes()));
            assert!(same(&mark));
            mark.told();
            assert!(same(&mark));
        }
        let bytes = mark.encode();
        assert_eq!(decode(&bytes[1..]), None);
        assert_eq!(decode(&[bytes, vec![0]].concat()), None);
    }
}
