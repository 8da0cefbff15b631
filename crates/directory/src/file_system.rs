//! Which kind of file system a folder is on.

use std::path::Path;

/// How changes on a file system are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine's own: the kernel reports every change.
    Local,
    /// Shared with others: their changes are seen only by looking.
    Shared,
}

/// Whether a folder is on a share: other machines may have the very same files.
#[must_use]
pub fn is_shared(folder: &Path) -> bool {
    reach(folder) == Reach::Shared
}

/// Where `folder` is. What cannot be told counts as local.
pub(crate) fn reach(folder: &Path) -> Reach {
    const SHARED: [u32; 13] = [
        0x0000_6969, // NFS
        0x0000_517b, // SMB
        0xff53_4d42, // CIFS
        0xfe53_4d42, // SMB2
        0x0102_1997, // 9P
        0x6a65_6a63, // virtiofs
        0x786f_4256, // vboxsf
        0x5346_414f, // AFS
        0x6b41_4653, // kAFS
        0x7375_7245, // Coda
        0x00c3_6400, // Ceph
        0x0bd0_0bd0, // Lustre
        0x6573_5546, // FUSE: sshfs and others; a local one loses nothing by being looked at
    ];
    let Ok(found) = rustix::fs::statfs(folder) else {
        return Reach::Local;
    };
    // The kernel's magic numbers have 32 bits; the field's width and sign differ by architecture.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only the low 32 bits mean anything"
    )]
    let kind = found.f_type as u32;
    if SHARED.contains(&kind) {
        Reach::Shared
    } else {
        Reach::Local
    }
}
