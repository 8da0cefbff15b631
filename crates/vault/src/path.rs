//! Executable paths as bytes. On Unix a path is any bytes without NUL; elsewhere it is kept as UTF-8 text.

use std::path::{Path, PathBuf};

/// The bytes of a path.
pub(crate) fn to_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path of bytes.
#[cfg(unix)]
pub(crate) fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec())))
}

/// The path of bytes.
#[cfg(not(unix))]
pub(crate) fn from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}
