//! The sign-on state machine: events in, effects out.
//!
//! The machine knows no operating system, no thread and no clock. The agent feeds it what the desktop, the vault and the user
//! report, each with the time, and carries out the effects it returns. It holds no secret: it names logons and fields, and the
//! agent opens a record only when an [`Effect::Respond`] says so.

mod candidates;
mod event;
mod explaining;
mod ledger;
mod machine;
mod record;
mod window;

pub use event::{
    ChangeMode, Effect, Event, Expiry, LogonSummary, Notice, Now, Pause, Rules, Settlement, Standing, Ticket, Underway,
    VaultState,
};
pub use explaining::{explain_template, explain_window};
pub use machine::Machine;
