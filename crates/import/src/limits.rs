//! How much is read.

use countersign_secret::Password;

/// The longest file, in bytes.
pub const LONGEST_FILE: usize = 32 << 20;
/// The most entries a file may have.
pub const MOST_ENTRIES: usize = 10_000;
/// The longest title, address, user name or secret, in bytes.
pub(crate) const LONGEST_TEXT: usize = Password::MAX;
/// The longest note or further field, in bytes.
pub(crate) const LONGEST_NOTE: usize = 64 << 10;
/// The most columns of a CSV file, and the most further fields and addresses of an entry.
pub(crate) const MOST_FIELDS: usize = 256;
