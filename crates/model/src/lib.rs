//! The nouns of single sign-on and the traits its parts meet at.
//!
//! Nothing here acts: templates, policies, logons, windows, controls, plans, refusals, settings, and in [`port`] the traits that adapters
//! (desktop, store, directory) implement and the pure machines (signon, sync) are written against.

mod binding;
mod civil;
mod config;
mod controls;
mod explain;
mod factor;
mod ids;
mod journal;
mod logon;
mod pattern;
mod policy;
pub mod port;
mod prompt;
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
pub use controls::{ControlFacts, ControlQuery, ControlToken, ControlTree, Coverage, Extents, Places, Role, States};
pub use explain::{Attempt, Criterion, Decision, Explanation, Verdict};
pub use ids::{DeviceId, FieldName, IdError, LogonId, RecordId, TemplateId, UserId, VaultId};
pub use journal::{
    ChangeStep, Ending, Former, JournalFacts, MOST_FORMER, Misstep, PasswordJournal, Pending, Purpose, Search, Stage,
    Which,
};
pub use logon::{FieldKind, FieldValues, Logon};
pub use pattern::Pattern;
pub use policy::{
    CharacterClass, CharacterRules, ExitRules, GenerateRules, LengthRules, LifeRules, ListRules, Policy, RepeatRules,
    Rule, StrengthRules, UnlikeRules,
};
pub use prompt::{Choice, Prompt, Question};
pub use record::{HeaderVersion, RecordVersion, RepositoryEvent};
pub use respond::{
    Action, Awaited, Carried, ClickPoint, Edge, KeyName, KeyPress, KeyStep, KeyTarget, Method, Modifier, Outcome, Plan,
    PlannedStep, Refusal, Timing,
};
pub use session::{Delay, Hearing, LockOn, SessionEvent, SessionHearing};
pub use setting::{Authority, Item, Layer, Reach, SETTINGS, Setting, SettingKind, SettingValue, setting};
pub use stored::{Change, StoreKey, StoreKind};
pub use template::{
    Access, AsksFor, CHANGE_FIELDS, Fallback, FieldRule, FieldScope, FieldSpec, FillSpec, Form, FormKind, KeyRun,
    LogonSpec, LoopSpec, MethodName, ParentPattern, Platform, Point, Presence, Reauthenticate, Requirement, Response,
    Selection, Selector, StatePattern, Step, Template, TotpAlgorithm, TotpSpec, Wait, Watchpoint, WindowPattern,
};
pub use terminal::{TerminalFacts, TerminalSpec};
pub use time::{Monotonic, Timestamp};
pub use unit::{BadUnit, Unit};
pub use windows::{
    FileOwner, IdentityProblem, Lineage, ParentWindow, ProcessIdentity, Stance, WindowEvent, WindowFacts, WindowId,
    Writable,
};
