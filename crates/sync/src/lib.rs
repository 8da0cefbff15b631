//! The exchange of sealed records with a repository, over the ports.
//!
//! Records travel whole. What is fetched goes to the inbox of the device store first, so that it can be fetched while the vault is
//! locked; [`exchange`] then checks every version through the vault, merges it into the vault store, and pushes what the repository
//! does not have. The rules:
//!
//! - **Absence is never deletion.** Only a sealed tombstone deletes. What the repository had and has no more is pushed again.
//! - **Nothing is lost.** Of every device the newest version that was ever seen is kept, and ten before it: one counts, the others are
//!   history.
//! - **Which one counts** depends on nothing but these versions, so that all devices agree: a version that another one directly
//!   follows is out; of the rest the one changed last counts, then the higher counter, then the higher device id.
//! - **Nothing pulled is believed.** A version that does not open as exactly what it was filed as stays in the inbox and is named.
//! - **What follows is later.** A new version is later than the one it follows, whatever the clock says ([`time_of_change`]).
//! - **A repository that goes back is said** until somebody was told ([`told`]), and what is missing there is written again.
//! - **A vault header that was there is not written there again unsaid**, and another one of the same number is an alarm ([`exchange_header`]).
//! - **A device that was set back writes nothing.** What the repository has under its id that it never wrote is a [`SetBack`];
//!   [`take_over`] lets it go on under another id. Numbers grow in random steps, so that two copies of a device do not file alike.
//! - **The later one is not written over** by a higher number of a copy of the same device: it is sealed anew ([`bring_forward`]).
//! - **Offline is normal.** It is part of the [`Report`], not an error.

mod check;
mod cursor;
mod exchange;
mod header;
mod layout;
mod merge;
mod order;
mod overtaken;
mod plan;
mod replace;
mod report;
mod sent;
mod takeover;
#[cfg(test)]
mod tests;

pub use check::{Checked, RecordCheck, Refused, Resealer};
pub use cursor::{forget_repository, forget_vault, remembered, told};
pub use exchange::{Ends, exchange, fetch};
pub use header::{
    HeaderAlarm, HeaderOutcome, HeaderReport, exchange_header, header_refused, header_told, replace_header,
};
pub use layout::{history_key, history_of, record_key};
pub use merge::choose;
pub use order::{next_counter, time_of_change};
pub use overtaken::{Overtaken, bring_forward};
pub use plan::{Held, SyncStep, plan};
pub use replace::{highest_counter, replace};
pub use report::{Fault, Report};
pub use sent::{SetBack, sent};
pub use takeover::{TakeOver, take_over};
