//! Passwords and keys in locked memory, wiped on drop.
//!
//! Every secret lives in pages of its own that are locked (never swapped), left out of core dumps and wiped before they are
//! returned. The types have no `Clone`, `Serialize`, `Deref` or `Display`; `Debug` shows a fixed word. Reading one is a visible
//! call: [`Password::expose`], [`Key::expose`]. All unsafe code for secrets is in this crate.

mod allocator;
mod buffer;
#[cfg(target_os = "linux")]
mod code;
mod key;
mod pages;
mod password;
mod process;
mod scratch;

pub use allocator::{ZeroOnFree, give_back_memory, keep_memory_small};
pub use buffer::SecretBytes;
pub use key::Key;
pub use pages::{Protection, protection};
pub use password::{Password, PasswordError};
pub use process::{HardenError, harden_process};
pub use scratch::Scratch;
