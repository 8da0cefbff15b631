//! The agent: the parts put together.
//!
//! One engine thread owns all state; what may block runs on threads of its own and answers with a message. See `ARCHITECTURE.md`.

mod audit;
mod authoring;
mod capture;
mod clock;
mod configuration;
mod device_secret;
mod doctor;
mod engine;
mod exclusions;
mod exits;
mod faces;
mod front;
mod journal;
mod keeper;
mod locking;
mod log;
mod logons;
mod machine;
mod machine_secret;
#[cfg(feature = "measuring")]
pub mod measuring;
mod message;
mod organisation;
mod owner;
mod packages;
mod passwords;
mod paths;
mod policy_report;
mod primary;
mod prompting;
mod requests;
mod serve;
mod sharing;
mod stores;
mod syncing;
mod tasks;
mod templates;
mod throttle;
mod values;
mod window_report;

pub use configuration::{UnreadList, read_lists};
pub use countersign_trust::{AgentVersion, EntryKind, Kinds};
pub use exits::{Account, Agreed, Exits, NotGenerated, Refusal, Told};
pub use log::log_to_stderr;
pub use organisation::{
    Administration, Helpdesk, MadeRoot, NamedRings, Planned, PublisherGrant, PublisherListed, PublisherShown, Ring,
    SignedFolder, ToSign, Verified,
};
pub use serve::{Options, ServeError, serve};
pub use stores::Offline;
