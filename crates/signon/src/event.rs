use countersign_model::port::{Attention, DesktopError};
use countersign_model::{
    Binding, Carried, ChangeStep, ControlQuery, ControlTree, Explanation, Lineage, LogonId, Monotonic, Plan, Prompt,
    Purpose, Stage, TemplateId, TerminalFacts, Timestamp, Which, WindowEvent, WindowFacts, WindowId,
};
use countersign_rules::TemplateSet;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Ties an answer to its question. An answer to a question nobody waits for any more is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// The time of an event, on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The steady clock, for intervals.
    pub steady: Monotonic,
    /// The wall clock, for people.
    pub wall: Timestamp,
}

/// Whether logons can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultState {
    /// Nobody has enrolled here, or the vault is locked.
    Locked,
    /// Logons can be opened.
    Unlocked,
}

/// How long nothing is filled by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Until this moment of the steady clock.
    Until(Monotonic),
    /// Until the vault is unlocked the next time.
    UntilUnlocked,
}

/// The settings the machine works by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Fill without being asked (`fill.automatic`).
    pub automatic: bool,
    /// How often one logon may be filled into one program within `grace` (`loop.fills`).
    pub fills: u32,
    /// The grace period (`loop.grace_seconds`).
    pub grace: Duration,
    /// What is done where an application asks for a new password (`password.change`).
    pub change: ChangeMode,
}

/// What is done where an application asks for a new password and none is made yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeMode {
    /// The user is asked.
    #[default]
    Ask,
    /// One is made by the policy, and typed.
    Silent,
    /// It is the user's own business.
    Never,
}

/// A change of a logon's password that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Underway {
    /// How far it is.
    pub stage: Stage,
    /// How many wrong passwords lock the account, by its policy; none: not known.
    pub wrong_passwords: Option<u32>,
}

/// What the machine may know of a stored logon: nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogonSummary {
    /// Its record.
    pub id: LogonId,
    /// The user's name for it.
    pub label: String,
    /// Its plain fields, by name.
    pub plain: std::collections::BTreeMap<String, String>,
    /// What it was saved for.
    pub binding: Binding,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Whether it is kept.
    pub standing: Standing,
    /// The change of its password, if one is under way.
    pub change: Option<Underway>,
    /// Whether its password has expired.
    pub expiry: Expiry,
    /// Since when its password counts, if that is known.
    pub since: Option<Timestamp>,
}

/// Whether a password has expired, by its policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// It has not, or nobody knows.
    #[default]
    Valid,
    /// It has, and may still be filled by itself.
    Grace,
    /// It has, and is filled only where the user asks for it.
    Over,
}

/// Whether a logon is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is stored.
    Stored,
    /// The user has just given it: it is filled only where he asks for it, and kept once the application has accepted it.
    OnTrial,
}

/// What became of a logon on trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The application accepted it, or its form went away and did not come back.
    Accepted,
    /// The application refused it.
    Refused,
    /// The form stayed, and nothing said whether it was accepted.
    Unseen,
    /// It did not get into the form.
    NotFilled,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The desktop reports.
    Window(WindowEvent),
    /// Answer to [`Effect::ReadControls`].
    ControlsRead(Ticket, Result<ControlTree, DesktopError>),
    /// Answer to [`Effect::ReadTerminal`].
    TerminalRead(Ticket, Result<TerminalFacts, DesktopError>),
    /// Answer to [`Effect::FindLogons`].
    Logons(Ticket, Vec<LogonSummary>),
    /// Answer to [`Effect::Respond`].
    Responded(Ticket, Carried),
    /// Templates were loaded, added or withdrawn.
    Templates(Arc<TemplateSet>),
    /// Settings changed.
    Rules(Rules),
    /// The vault was locked or unlocked, or logons were added or changed.
    Vault(VaultState),
    /// The user has just typed his password, and it was right: for the fill of this window, or for something else.
    Proven(Option<WindowId>),
    /// The user pauses filling (`None`: goes on).
    Pause(Option<Pause>),
    /// The user wants the applications of these templates left alone for now.
    PausedApplications(BTreeSet<TemplateId>),
    /// The user asks to fill, into the active window if none is named, with any fitting logon if none is named.
    Fill(Option<WindowId>, Option<LogonId>),
    /// Answer to [`Effect::MakePassword`]: it is made and durable, or why it is not.
    PasswordMade(LogonId, Result<(), String>),
    /// The user does not want to be asked about the form in this window.
    Dismissed(WindowId),
    /// The user does not want forms of these templates to be filled by themselves.
    Excluded(BTreeSet<TemplateId>),
    /// A time asked for by [`Effect::WakeAt`] came.
    Woken,
}

/// Something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Read these controls and answer with [`Event::ControlsRead`].
    ReadControls(Ticket, WindowFacts, ControlQuery),
    /// Read this terminal's prompt and answer with [`Event::TerminalRead`].
    ReadTerminal(Ticket, WindowFacts),
    /// Report changes inside this window.
    Attend(WindowFacts, Attention),
    /// Stop reporting them.
    Ignore(WindowId),
    /// Say which logons are stored for a template, with [`Event::Logons`].
    FindLogons(Ticket, TemplateId),
    /// Open this one logon, release it to `live` and no other binding, carry the plan out, and answer with [`Event::Responded`].
    Respond {
        /// The ticket to answer with.
        ticket: Ticket,
        /// The logon; none: nothing is opened, the plan writes no field.
        logon: Option<LogonId>,
        /// The template that matched.
        template: TemplateId,
        /// What the window is.
        live: Binding,
        /// What to do.
        plan: Box<Plan>,
        /// What the form is answered for.
        purpose: Purpose,
        /// The step that has to be durable in the logon's journal before anything is typed.
        before: Option<ChangeStep>,
    },
    /// Stop a response.
    Cancel(Ticket),
    /// Keep this for `countersign why`.
    Explain(Box<Explanation>),
    /// Tell the user.
    Notify(Notice),
    /// Ask the user. A question about a window takes the place of the one before.
    Ask(Prompt),
    /// The question about this window needs no answer any more.
    Withdraw(WindowId),
    /// Keep a logon that was on trial, or forget it.
    Settled(LogonId, Settlement),
    /// Make a password for this logon by its policy, durable as the next one, and answer with [`Event::PasswordMade`].
    MakePassword(LogonId, TemplateId),
    /// Write this step of a change into the logon's journal.
    Step(LogonId, ChangeStep),
    /// This password was filled, its form went away, and whoever asked has not asked again: where he is still there, it was taken.
    Quiet(LogonId, Which, Lineage),
    /// Send [`Event::Woken`] then.
    WakeAt(Monotonic),
}

/// One sentence for the user: what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The application's name, as its template has it.
    pub application: String,
    /// The sentence.
    pub text: String,
}
