//! Windows, controls and keys of the desktop.
//!
//! [`connect`] gives the [`Desktop`] of this platform, which implements the ports of `countersign_model::port`: `WindowSource`,
//! `ControlAccess`, `Responder` and `KeySender`; [`watch_session`] hears when the session is locked, sleeps or is left alone. Plans are carried out by one interpreter ([`respond`]) everywhere.

mod clipboard;
pub mod null;
pub mod pace;
pub mod respond;
mod session;

#[cfg(target_os = "linux")]
pub mod linux;

pub use clipboard::{Beginning, Clipboard, ClipboardError};
pub use session::Session;

#[cfg(target_os = "linux")]
pub use countersign_identify::{package_of, runs, version_of};
#[cfg(target_os = "linux")]
pub use linux::{Desktop, connect, watch_session};
#[cfg(not(target_os = "linux"))]
pub use null::{Desktop, connect, package_of, runs, version_of, watch_session};
