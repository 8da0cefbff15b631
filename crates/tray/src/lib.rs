//! The tray icon and the notifications of the desktop, without a toolkit: StatusNotifierItem, com.canonical.dbusmenu and
//! org.freedesktop.Notifications, spoken over the session bus.
//!
//! Nothing of the agent is known here. [`Tray::show`] takes how things stand, [`Notifier::post`] what the user should hear, and both give
//! what he chooses back through a channel. A desktop without either has neither, and nothing else follows: [`Tray::presence`] and
//! [`notification_service`] say so. All texts are in one table for each language ([`Language`]).

mod board;
mod drawing;
mod item;
mod language;
mod news;
mod notifier;
mod service;
mod shortcut;
mod standing;
mod tray;
mod words;

pub use drawing::Look;
pub use language::Language;
pub use news::{Cause, News, Topic};
pub use notifier::Notifier;
pub use service::{NoService, notification_service};
pub use shortcut::{Bound, Shortcut};
pub use standing::{Attention, Health, Page, Pause, TrayChoice, TrayState, Vault, Windows};
pub use tray::{Presence, Tray, TrayOptions};
