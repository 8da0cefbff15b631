//! The laboratory: a headless desktop with real servers and real applications on it.
//!
//! [`Session`] is a private X display, window manager, session bus and accessibility bus with its own HOME and XDG
//! folders, run as an ordinary user even when the caller is root. [`servers`] are the counterparts that accept or
//! refuse a logon and [`applications`] the programs that ask for one. Everything started here ends when its value is
//! dropped, by process id.

pub mod accessible;
pub mod account;
pub mod agent;
pub mod applications;
pub mod deadline;
pub mod keyboard;
pub mod logind;
pub mod memory;
pub mod notices;
pub mod pages;
pub mod panel;
pub mod portal;
pub mod process;
pub mod reborn;
pub mod screen;
pub mod servers;
pub mod session;
pub mod stranger;
pub mod stress;
pub mod window;

mod error;

pub use account::Account;
pub use deadline::Deadline;
pub use error::{LabError, Result};
pub use process::Process;
pub use session::{Session, SessionOptions};
