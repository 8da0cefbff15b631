//! Which root is believed, and on whose word.

use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_trust::RootPublic;
use countersign_wire::PinnedBy;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A pinned root. A list that changes the root moves `current`; `origin` is what was pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pinned {
    pub(super) by: PinnedBy,
    origin: RootPublic,
    pub(super) current: RootPublic,
}

/// Why the machine's file pins nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MachineRootError {
    #[error("{path} cannot be read: {why}", path = .0.display(), why = .1)]
    Unreadable(PathBuf, std::io::Error),
    #[error(
        "{path} pins no root: others than root can write it; run `chown root {path}` and `chmod 644 {path}`",
        path = .0.display()
    )]
    Writable(PathBuf),
    #[error("{path} pins no root: it holds 64 hexadecimal digits and nothing else", path = .0.display())]
    Malformed(PathBuf),
}

/// The root in the machine's file, which root alone can write. No file: none.
pub(crate) fn machine_root(path: &Path) -> Result<Option<RootPublic>, MachineRootError> {
    let unreadable = |error| MachineRootError::Unreadable(path.to_owned(), error);
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let facts = file.metadata().map_err(unreadable)?;
    if !facts.is_file() || facts.uid() != 0 || facts.mode() & 0o022 != 0 {
        return Err(MachineRootError::Writable(path.to_owned()));
    }
    let mut text = String::new();
    file.take(256).read_to_string(&mut text).map_err(unreadable)?;
    from_hex(text.trim())
        .map(Some)
        .ok_or_else(|| MachineRootError::Malformed(path.to_owned()))
}

fn from_hex(text: &str) -> Option<RootPublic> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, at) in key.iter_mut().zip((0..64).step_by(2)) {
        *place = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(RootPublic(key))
}

fn pin_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"root-pin".to_vec(),
    }
}

impl Pinned {
    pub(super) fn by_user(root: RootPublic) -> Self {
        Self {
            by: PinnedBy::User,
            origin: root,
            current: root,
        }
    }

    /// What was kept on this device.
    pub(super) fn kept(device: &dyn RecordStore) -> Option<Self> {
        let bytes = device.get(&pin_key()).ok().flatten()?;
        let (by, roots) = bytes.split_first()?;
        let (origin, current) = roots.split_first_chunk::<32>()?;
        Some(Self {
            by: match by {
                0 => PinnedBy::User,
                _ => PinnedBy::Machine,
            },
            origin: RootPublic(*origin),
            current: RootPublic(current.try_into().ok()?),
        })
    }

    /// The one in force, and whether it is the one that was kept. What a machine's file pinned goes with the file.
    pub(super) fn choose(machine: Option<RootPublic>, kept: Option<Self>) -> (Option<Self>, bool) {
        match (machine, kept) {
            (Some(root), Some(kept)) if kept.origin == root => (
                Some(Self {
                    by: PinnedBy::Machine,
                    ..kept
                }),
                true,
            ),
            (Some(root), _) => (
                Some(Self {
                    by: PinnedBy::Machine,
                    ..Self::by_user(root)
                }),
                false,
            ),
            (None, Some(kept)) if kept.by == PinnedBy::User => (Some(kept), true),
            (None, _) => (None, false),
        }
    }

    pub(super) fn change(self) -> Change {
        let by = match self.by {
            PinnedBy::User => 0,
            PinnedBy::Machine => 1,
        };
        Change::Put(pin_key(), [&[by], &self.origin.0[..], &self.current.0[..]].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_machine_file_counts_only_when_root_alone_can_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root");
        assert!(matches!(machine_root(&path), Ok(None)));
        std::fs::write(&path, format!("{}\n", "Ab".repeat(32))).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(machine_root(&path), Err(MachineRootError::Writable(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let read = machine_root(&path);
        if rustix::process::getuid().is_root() {
            assert_eq!(read.unwrap(), Some(RootPublic([0xab; 32])));
            std::fs::write(&path, "ab").unwrap();
            assert!(matches!(machine_root(&path), Err(MachineRootError::Malformed(_))));
        } else {
            assert!(matches!(read, Err(MachineRootError::Writable(_))));
        }
    }

    #[test]
    fn the_machine_stands_above_the_user() {
        let (mine, theirs) = (RootPublic([1; 32]), RootPublic([2; 32]));
        let kept = Pinned::by_user(mine);
        assert_eq!(Pinned::choose(None, Some(kept)), (Some(kept), true));
        let (chosen, same) = Pinned::choose(Some(theirs), Some(kept));
        assert_eq!((chosen.unwrap().current, same), (theirs, false));
        // The root was changed by a list since: the file still names the one that was pinned.
        let changed = Pinned {
            current: RootPublic([3; 32]),
            ..chosen.unwrap()
        };
        assert_eq!(Pinned::choose(Some(theirs), Some(changed)), (Some(changed), true));
        assert_eq!(Pinned::choose(None, Some(changed)), (None, false));
    }
}
