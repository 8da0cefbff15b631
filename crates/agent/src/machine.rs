//! What tells this machine, and these very files, from their copies.

use crate::paths::Paths;
use countersign_directory::is_shared;
use countersign_secret::Key;
use countersign_vault::{MachineMark, derive_machine_mark};
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use std::path::Path;

/// The machine's own name for itself, on Linux with systemd and without.
const MACHINE_ID: &str = "/etc/machine-id";

/// The mark of the machine and the files this agent runs on.
///
/// It goes by the machine's id, and by the number and the birth of the device secret's file, or where it has none of the state folder: a
/// copied or restored home folder has files of its own. On a share several machines have the same files and none of that says anything; there, nothing does.
pub(crate) fn mark(paths: &Paths, device_secret: &Key) -> MachineMark {
    let file = paths.device_secret();
    let own = if file.exists() { &file } else { &paths.state };
    let facts = facts(own);
    let facts: Vec<&[u8]> = facts.iter().map(Vec::as_slice).collect();
    derive_machine_mark(device_secret, &facts)
}

fn facts(secret: &Path) -> Vec<Vec<u8>> {
    if secret.parent().is_some_and(is_shared) {
        return Vec::new();
    }
    let machine = std::fs::read(MACHINE_ID).unwrap_or_default();
    let mut facts = vec![machine.trim_ascii().to_vec()];
    let wanted = StatxFlags::INO | StatxFlags::BTIME;
    if let Ok(found) = statx(CWD, secret, AtFlags::SYMLINK_NOFOLLOW, wanted) {
        facts.push(found.stx_ino.to_le_bytes().to_vec());
        // Some file systems do not know when a file was made.
        if found.stx_mask & StatxFlags::BTIME.bits() != 0 {
            let born = found.stx_btime;
            facts.push([&born.tv_sec.to_le_bytes()[..], &born.tv_nsec.to_le_bytes()].concat());
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_file_is_another_one_and_the_same_file_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("device-secret"), folder.path().join("copy"));
        std::fs::write(&one, [7; 32]).unwrap();
        std::fs::copy(&one, &two).unwrap();
        let before = facts(&one);
        assert!(before.len() >= 2);
        assert_ne!(before, facts(&two));
        std::fs::rename(&one, folder.path().join("moved")).unwrap();
        assert_eq!(before, facts(&folder.path().join("moved")));
    }
}
