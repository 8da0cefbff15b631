//! The X display: connections, windows and their properties.

mod connection;
mod damage;
mod facts;
mod focus;
mod hand;
mod listing;
mod showing;
mod watcher;
mod windows;

pub use connection::Display;
pub(crate) use connection::{Link, as_error, as_refusal, number};
pub(crate) use facts::{ask_owner, pid_of};
pub(crate) use focus::{is_under_pointer, leads_to};
pub(crate) use showing::{mark, pick};
pub use windows::X11Windows;
