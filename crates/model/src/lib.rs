//! The nouns of single sign-on and the traits its parts meet at.
//!
//! Nothing here acts: templates, logons, windows, controls, plans, refusals, settings, and in [`port`] the traits that adapters
//! (desktop, store, directory) implement and the pure machines (signon, sync) are written against.

mod binding;
mod civil;
mod config;
mod controls;
mod explain;
mod factor;
mod ids;
mod logon;
mod pattern;
pub mod port;
mod record;
mod respond;
mod session;
mod setting;
mod stored;
mod template;
mod terminal;
mod time;
mod unit;
mod windows;
pub mod words;

pub use binding::{Binding, Publisher};
pub use civil::Civil;
pub use config::{ConfigKind, ConfigName, ConfigObject, UnitState, Wanted};
pub use controls::{ControlFacts, ControlQuery, ControlToken, ControlTree, Coverage, Extents, Role, States};
pub use explain::{Attempt, Criterion, Decision, Explanation, Verdict};
pub use ids::{DeviceId, FieldName, IdError, LogonId, RecordId, TemplateId, UserId, VaultId};
pub use logon::{FieldKind, FieldValues, Logon};
pub use pattern::Pattern;
pub use record::{HeaderVersion, RecordVersion, RepositoryEvent};
pub use respond::{
    Action, Carried, KeyName, KeyPress, KeyStep, KeyTarget, Method, Modifier, Outcome, Plan, PlannedStep, Refusal,
    Timing,
};
pub use session::{Delay, Hearing, LockOn, SessionEvent, SessionHearing};
pub use setting::{Authority, Layer, Reach, SETTINGS, Setting, SettingKind, SettingValue, setting};
pub use stored::{Change, StoreKey, StoreKind};
pub use template::{
    Access, AsksFor, Fallback, FieldSpec, Form, FormKind, LogonSpec, MethodName, Presence, Requirement, Response,
    Selection, Selector, Step, Template, Wait, WindowPattern,
};
pub use terminal::{TerminalFacts, TerminalSpec};
pub use time::{Monotonic, Timestamp};
pub use unit::{BadUnit, Unit};
pub use windows::{IdentityProblem, Lineage, ProcessIdentity, WindowEvent, WindowFacts, WindowId, Writable};
