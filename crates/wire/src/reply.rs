use crate::{
    AuditTold, Check, DeviceReport, ErrorReply, ExitReport, JoinApproval, JoinWords, OperatorTerms, OrganisationReport,
    PasswordReport, Person, PlainField, PlanReport, PolicyReport, PrimaryReport, Problem, Rating, RecoverTerms,
    Recovered, Revocation, SlotReport, Status, StoreExported, StoreImported, StoreRepaired, StoreVerified,
    SyncProgress,
};
use countersign_model::{
    Binding, ControlToken, Explanation, FieldKind, FieldName, Layer, LogonId, Prompt, Publisher, SettingValue,
    TemplateId, Timestamp, UserId, WindowFacts, WindowId,
};
use countersign_secret::Password;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the agent answers. Secrets travel beside it where a variant says so.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It was not done.
    Error(ErrorReply),
    /// It was done; there is nothing to tell.
    Done,
    /// How things stand.
    Status(Box<Status>),
    /// What was looked at, and what is wrong.
    Doctor(Vec<Check>),
    /// The password exits, in the order they are asked.
    Exits(Vec<ExitReport>),
    /// Decisions, newest last.
    Why(Vec<Explanation>),
    /// The settings in force.
    Settings(Vec<SettingReport>),
    /// A password policy in force.
    Policy(Box<PolicyReport>),
    /// Paused until then.
    Paused(Timestamp),
    /// What an enrolment asks for.
    EnrollTerms(EnrollTerms),
    /// The vault is made.
    Enrolled(Enrolled),
    /// What opens the vault day by day.
    Primary(PrimaryReport),
    /// What an unlock asks for.
    UnlockTerms(UnlockTerms),
    /// What a recovery asks for.
    RecoverTerms(RecoverTerms),
    /// The recovery halves are made; the code to print comes beside this as one secret.
    RecoveryPrinted,
    /// The vault is open; the new code to print comes beside this as one secret, if there is one.
    Recovered(Recovered),
    /// The templates in force.
    Templates(Vec<TemplateSummary>),
    /// The stored logons.
    Logons(Vec<LogonSummary>),
    /// The logon is saved under this id.
    LogonSaved(LogonId),
    /// The secret comes beside this.
    Revealed,
    /// What was decided about the window, and how the filling went.
    Filled(Box<Explanation>),
    /// What the user is asked.
    Prompts(Prompts),
    /// The applications that are filled only when the user asks.
    Exclusions(Vec<TemplateId>),
    /// What was read again.
    Refreshed(RefreshReport),
    /// How far a sync is.
    Syncing(SyncProgress),
    /// What is wrong with the template, and, if it can be read, how it judges each window.
    Judged {
        /// What is wrong with it.
        problems: Vec<Problem>,
        /// How it judges the windows on the screen.
        explanations: Vec<Explanation>,
    },
    /// A window, looked at as it is now.
    WindowReport(Box<WindowReport>),
    /// The window the user pointed at; none: he gave up.
    Picked(Option<WindowId>),
    /// A draft.
    Drafted(Box<Draft>),
    /// A template of the user's own is in force.
    Adopted {
        /// Its id.
        id: TemplateId,
        /// Where it is kept.
        file: PathBuf,
    },
    /// The windows on the screen.
    Windows(Vec<WindowFacts>),
    /// The audit log.
    Audit(AuditTold),
    /// The organisation as this device knows it.
    Organisation(Box<OrganisationReport>),
    /// What reading the stores showed.
    StoresVerified(Vec<StoreVerified>),
    /// What was written.
    StoresExported(Vec<StoreExported>),
    /// What was put back.
    StoresImported(Vec<StoreImported>),
    /// What the repair did.
    StoresRepaired(Vec<StoreRepaired>),
    /// The devices the vault lists.
    Devices(Vec<DeviceReport>),
    /// The words this machine waits under.
    Joining(JoinWords),
    /// A waiting machine is let in.
    DeviceApproved(JoinApproval),
    /// What became of the wish to take a device off.
    DeviceRevoked(Revocation),
    /// An exit of the site refused a new password. Secret: what it has to say to the user.
    PasswordRefused(ErrorReply),
    /// How the password of one logon stands.
    Password(Box<PasswordReport>),
    /// How passwords stand.
    Passwords(Vec<PasswordReport>),
    /// A secret is on the clipboard.
    Copied {
        /// For so long.
        seconds: u32,
    },
    /// Who works with the directory.
    OperatorTerms(OperatorTerms),
    /// What the directory shows of a user.
    Person(Box<Person>),
    /// The words to read out to a caller come beside this as one secret.
    HelpdeskHalf {
        /// Whom they are sealed for.
        user: UserId,
        /// How many operators it takes, each with his own words.
        people: u8,
    },
    /// What publishing would change.
    PublishPlan(Box<PlanReport>),
    /// It is published.
    Published {
        /// So many objects were written.
        writes: u32,
    },
}

/// What the user is asked just now.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Another one whenever something has changed.
    pub version: u64,
    /// The questions, a window each.
    pub open: Vec<Prompt>,
}

/// A reply and the secrets that travel beside it.
#[derive(Debug)]
pub struct Answer {
    /// The reply.
    pub reply: Reply,
    /// The secrets.
    pub secrets: Vec<Password>,
}

impl Answer {
    /// Whether it was not done.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.reply, Reply::Error(_))
    }

    /// A secret of a logon.
    #[must_use]
    pub fn revealed(secret: Password) -> Self {
        Self {
            reply: Reply::Revealed,
            secrets: vec![secret],
        }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            secrets: Vec::new(),
        }
    }
}

impl From<ErrorReply> for Answer {
    fn from(error: ErrorReply) -> Self {
        Reply::Error(error).into()
    }
}

/// What can be done in a window, and what every template makes of it.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowReport {
    /// The window.
    pub window: WindowFacts,
    /// Each way to fill.
    pub methods: Vec<MethodReport>,
    /// Every form of its program, and of others that it looks like, criterion by criterion.
    pub candidates: Vec<Explanation>,
}

/// Whether a way to fill can work in a window.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodReport {
    /// `controls`, `keys` or `terminal`.
    pub method: String,
    /// Whether it can.
    pub works: bool,
    /// Why, or why not.
    pub why: String,
}

/// A draft of a template, made from a window.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The template's id.
    pub id: TemplateId,
    /// What the form is, as templates name it.
    pub kind: String,
    /// The template, as TOML.
    pub template: String,
    /// The fixture, as TOML. What belongs to the user is not in it.
    pub fixture: String,
    /// Which control it chose for what.
    pub choices: Vec<DraftChoice>,
    /// Every control that takes text or can be pressed, as a person reads.
    pub controls: Vec<DraftControl>,
    /// What its author should look at.
    pub notes: Vec<String>,
    /// How it judges the window it was made from, looked at once more.
    pub tried: Option<Explanation>,
}

/// Which control a draft chose.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftChoice {
    /// For what: a field's name, or `submit`.
    pub what: String,
    /// The control in a few words.
    pub control: String,
    /// By what it is named.
    pub selector: String,
    /// How long that may be expected to last, 0 to 100.
    pub stability: u8,
    /// Why no longer.
    pub why: String,
}

/// A control that a draft may be told the use of.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftControl {
    /// Names it when the window is recorded again.
    pub token: ControlToken,
    /// The control in a few words.
    pub control: String,
    /// What it was taken for: a field's name, or `submit`.
    pub what: Option<String>,
}

/// A setting in force, and where it comes from.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingReport {
    /// Its dotted name.
    pub name: String,
    /// Its value.
    pub value: SettingValue,
    /// The layer the value comes from.
    pub layer: Layer,
    /// The file or entry it comes from; none for built-in values.
    pub place: Option<String>,
    /// The default, written as in TOML. Empty: worked out at start.
    pub default: String,
    /// What it does.
    pub doc: String,
}

/// What an enrolment asks for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollTerms {
    /// The passphrase question.
    pub question: String,
    /// The shortest answer, in characters.
    pub min_length: u32,
    /// The weakest answer, 0 to 4.
    pub min_strength: u8,
    /// The slots that will be made, and what each is worth.
    pub slots: Vec<SlotReport>,
    /// What opens the vault day by day, unless the user chooses otherwise.
    pub primary: PrimaryReport,
}

/// A vault that was just made.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The slots that open it.
    pub slots: Vec<SlotReport>,
    /// What the user should know: an answer that is only just strong enough, say.
    pub warnings: Vec<String>,
}

/// What an unlock asks for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlockTerms {
    /// How the vault stands.
    pub vault: crate::VaultState,
    /// No attempt is taken before so many milliseconds have passed, after wrong ones.
    pub retry_after_ms: Option<u64>,
    /// The passphrase question, if a passphrase opens the vault.
    pub question: Option<String>,
    /// Whether a slot may open it without a word typed.
    #[serde(default)]
    pub silent: bool,
}

/// A template in force.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSummary {
    /// Its id.
    pub id: TemplateId,
    /// The application's name.
    pub name: String,
    /// Who answers for it.
    pub publisher: Publisher,
    /// Where it is from.
    pub place: String,
    /// What is stored for it, in order. What the template gives or works out by itself is left out.
    pub fields: Vec<TemplateField>,
    /// Whether anything is filled by it here; off: it is switched off, or for other platforms.
    pub in_use: bool,
    /// What the application is.
    pub description: Option<String>,
    /// The number of this edition.
    pub revision: u32,
    /// What its author leaves to the next one.
    pub notes: Option<String>,
    /// The name of the application's icon.
    pub icon: Option<String>,
    /// Which applications it shares its logons with.
    pub group: Option<String>,
    /// The password policy.
    pub policy: Option<String>,
    /// Whether several logons may be stored.
    pub multiple: bool,
    /// Whether users are asked for it together with others at first use.
    pub bulk_add: bool,
    /// Whether the user may say that it is never to be filled.
    pub may_exclude: bool,
    /// The programs of its forms: paths, globs or expressions, as the template writes them.
    #[serde(default)]
    pub executables: Vec<String>,
}

/// A field of a template.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateField {
    /// The field.
    pub name: FieldName,
    /// Whether it may be shown.
    pub kind: FieldKind,
    /// What people call it; none: its name.
    pub label: Option<String>,
    /// Whether it is hidden while it is typed in.
    pub mask: bool,
    /// Whether a logon is not stored without it.
    pub required: bool,
    /// What it holds where nothing is given.
    pub default: Option<String>,
    /// The most characters it may have.
    pub max_length: Option<u32>,
    /// Whether it is the key of one-time passwords.
    pub totp: bool,
}

/// A stored logon without its secrets.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogonSummary {
    /// Its id.
    pub id: LogonId,
    /// Its template.
    pub template: TemplateId,
    /// The application's name; none: no template of that id is in force.
    pub application: Option<String>,
    /// The user's name for it.
    pub label: String,
    /// Its plain fields.
    pub plain: Vec<PlainField>,
    /// The names of its secret fields.
    pub secret_fields: Vec<FieldName>,
    /// What it was saved for.
    pub binding: Binding,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// What a refresh read.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshReport {
    /// Templates now in force.
    pub templates: u32,
    /// Records that came from the repository.
    pub pulled: u32,
    /// Records that went to the repository.
    pub pushed: u32,
    /// What could not be read or written. What was good before stays in force.
    pub problems: Vec<Problem>,
}

impl Enrolled {
    /// The weakest rating of its slots: what the vault is worth.
    #[must_use]
    pub fn weakest(&self) -> Option<Rating> {
        self.slots.iter().map(|slot| slot.rating).min()
    }
}
