//! The store's folder: private, local, and used by one process at a time.

use countersign_model::port::StoreError;
use rustix::fs::{self, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::DirBuilder;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

/// Held while the store is open.
pub(crate) struct Lock(OwnedFd);

/// Makes the folder if need be, checks it and locks it. The notes say what was set right.
pub(crate) fn prepare(folder: &Path) -> Result<(Lock, Vec<String>), StoreError> {
    let unopened = |error: io::Error| StoreError::Unopened(format!("{}: {error}", folder.display()));
    let mut notes = Vec::new();
    if !folder.try_exists().map_err(unopened)? {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(unopened)?;
        if let Some(parent) = folder.parent() {
            std::fs::File::open(parent)
                .and_then(|parent| parent.sync_all())
                .map_err(unopened)?;
        }
    }
    let found = folder.metadata().map_err(unopened)?;
    if !found.is_dir() {
        return Err(StoreError::Unopened(format!(
            "{} is not a folder; move it away",
            folder.display()
        )));
    }
    if let Some(system) = network_file_system(folder).map_err(unopened)? {
        return Err(StoreError::Unopened(format!(
            "{} is on a network file system ({system}), which cannot keep a change safe; set XDG_STATE_HOME to a local folder",
            folder.display()
        )));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(StoreError::Unopened(format!(
            "{} belongs to another user (uid {}); start Countersign as that user or move the folder away",
            folder.display(),
            found.uid()
        )));
    }
    if found.mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(unopened)?;
        notes.push(format!(
            "{} was open to other users; it is private now",
            folder.display()
        ));
    }
    Ok((lock(folder)?, notes))
}

/// Locks a folder that is there without changing anything in it. Without a lock file nobody ever had it open.
pub(crate) fn look(folder: &Path) -> Result<Option<Lock>, StoreError> {
    let path = folder.join("lock");
    let unopened = |error: Errno| StoreError::Unopened(format!("{}: {error}", path.display()));
    match fs::open(
        &path,
        OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::RDONLY,
        Mode::empty(),
    ) {
        Err(Errno::NOENT) => Ok(None),
        file => hold(file.map_err(unopened)?, &path).map(Some),
    }
}

fn lock(folder: &Path) -> Result<Lock, StoreError> {
    let path = folder.join("lock");
    let unopened = |error: Errno| StoreError::Unopened(format!("{}: {error}", path.display()));
    let flags = OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let made = fs::open(&path, flags | OFlags::RDWR | OFlags::CREATE, Mode::RUSR | Mode::WUSR);
    let file = match made {
        // A folder that cannot be written can still be read, under the same lock.
        Err(Errno::ROFS | Errno::ACCESS) => fs::open(&path, flags | OFlags::RDONLY, Mode::empty()).map_err(unopened)?,
        made => made.map_err(unopened)?,
    };
    let Lock(file) = hold(file, &path)?;
    // Only for the message to others; the lock itself does not depend on it.
    let _ = fs::ftruncate(&file, 0)
        .and_then(|()| rustix::io::pwrite(&file, format!("{}\n", std::process::id()).as_bytes(), 0));
    Ok(Lock(file))
}

fn hold(file: OwnedFd, path: &Path) -> Result<Lock, StoreError> {
    match fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => {
            let mut text = [0; 16];
            let read = rustix::io::pread(&file, &mut text, 0).unwrap_or(0);
            let pid = String::from_utf8_lossy(text.get(..read).unwrap_or_default())
                .trim()
                .to_owned();
            return Err(StoreError::InUse(if pid.is_empty() {
                format!("{} is locked", path.display())
            } else {
                format!("pid {pid}")
            }));
        }
        held => held.map_err(|error| StoreError::Unopened(format!("{}: {error}", path.display())))?,
    }
    Ok(Lock(file))
}

/// The name of the network file system a folder is on, if it is on one.
fn network_file_system(folder: &Path) -> io::Result<Option<String>> {
    const NETWORK: [(u32, &str); 10] = [
        (0x0000_6969, "nfs"),
        (0x0000_517b, "smb"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb2"),
        (0x5346_414f, "afs"),
        (0x6b41_4653, "kafs"),
        (0x7375_7245, "coda"),
        (0x0000_564c, "ncp"),
        (0x00c3_6400, "ceph"),
        (0x0bd0_0bd0, "lustre"),
    ];
    const FUSE: u32 = 0x6573_5546;
    // The kernel's magic numbers have 32 bits; the field's width and sign differ by architecture.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only the low 32 bits mean anything"
    )]
    let kind = fs::statfs(folder)?.f_type as u32;
    if kind == FUSE {
        return Ok(network_fuse(
            &std::fs::read_to_string("/proc/self/mountinfo")?,
            &folder.canonicalize()?,
        ));
    }
    Ok(NETWORK
        .iter()
        .find(|(magic, _)| *magic == kind)
        .map(|(_, name)| (*name).to_owned()))
}

/// Which network file system in user space holds `folder`, by the longest mount point above it.
fn network_fuse(mounts: &str, folder: &Path) -> Option<String> {
    const NETWORK: [&str; 8] = [
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.davfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.gvfsd-fuse",
        "fuse.curlftpfs",
        "fuse.ceph-fuse",
    ];
    let mut holding = ("", 0);
    for line in mounts.lines() {
        let Some((before, after)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(point), Some(kind)) = (before.split(' ').nth(4), after.split(' ').next()) else {
            continue;
        };
        if folder.starts_with(point) && point.len() >= holding.1 {
            holding = (kind, point.len());
        }
    }
    NETWORK.contains(&holding.0).then(|| holding.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_decides() {
        let mounts = "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n\
                      40 21 0:40 / /home rw - fuse.gocryptfs x rw\n\
                      41 40 0:41 / /home/me/far rw - fuse.sshfs host: rw\n";
        assert_eq!(network_fuse(mounts, Path::new("/home/me")), None);
        assert_eq!(
            network_fuse(mounts, Path::new("/home/me/far/state")).as_deref(),
            Some("fuse.sshfs")
        );
    }
}
