//! The agent's protocol: messages, codec, client, server plumbing, peer check.
//!
//! One Unix socket per user (`$XDG_RUNTIME_DIR/countersign/agent.sock` in a folder of mode 0700), spoken by the command line, the
//! windows and everything else that wants something from the agent. A message is a bounded frame ([`frame`]): a JSON header, and beside
//! it the secrets, which go from socket to locked memory and back without passing through any other buffer. Both ends check whom they
//! talk to ([`peer`]).
//!
//! A client: [`SocketPlace::from_environment`], [`Client::connect`], [`Client::call`]. The agent: [`Listener::bind`] or
//! [`Listener::from_activated`], then [`serve`] with a [`Handler`].

mod audit;
mod client;
mod connection;
mod devices;
mod error;
mod exits;
mod folder;
pub mod frame;
mod hello;
mod listener;
mod operator;
mod organisation;
mod passwords;
pub mod peer;
mod place;
mod policy;
mod primary;
mod recovery;
mod reply;
mod request;
mod seats;
mod serve;
mod status;
mod stores;
mod timed;

pub use audit::{AuditLine, AuditTold};
pub use client::{Client, ClientError};
pub use connection::{Connection, ConnectionError};
pub use devices::{DeviceReport, DeviceState, JoinApproval, JoinWords, Revocation};
pub use error::{ErrorCode, ErrorReply};
pub use exits::{ExitHeld, ExitReport, ExitRole};
pub use folder::FolderProblem;
pub use hello::PROTOCOL;
pub use listener::{AcceptError, BindError, Limits, Listener, Stopper};
pub use operator::{
    Change, ChangedValue, MachineFacts, OperatorTerms, Person, PlanReport, PlannedChange, Publication, RecoveryHalves,
    VaultFacts,
};
pub use organisation::{OrganisationReport, PinnedBy, UnitReport};
pub use passwords::{PasswordReport, PasswordVerdict};
pub use peer::Peer;
pub use place::{PlaceError, SocketPlace};
pub use policy::{PolicyNamedBy, PolicyReport, PolicyRule};
pub use primary::{PrimaryChoice, PrimaryMethod, PrimaryReport};
pub use recovery::{RecoverTerms, Recovered};
pub use reply::{
    Answer, Draft, DraftChoice, DraftControl, EnrollTerms, Enrolled, LogonSummary, MethodReport, Prompts,
    RefreshReport, Reply, SettingReport, TemplateField, TemplateSummary, UnlockTerms, WindowReport,
};
pub use request::{Losses, PlainField, Removed, Request, Show};
pub use serve::{Handler, ServeError, Trouble, serve};
pub use status::{
    AccessibilityState, Check, CheckResult, DesktopState, DisplayState, LockCause, MemoryProtection, Problem, Rating,
    RepositoryHealth, RepositoryState, Severity, SlotReport, Status, SyncProgress, TemplateCounts, VaultState,
};
pub use stores::{StoreExported, StoreImported, StoreName, StoreRepaired, StoreVerified};
