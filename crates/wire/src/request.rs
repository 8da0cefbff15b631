use crate::{PasswordVerdict, PrimaryMethod, Publication};
use countersign_model::{ControlToken, DeviceId, FieldName, LogonId, TemplateId, UserId, WindowId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// A plain (never a secret) field and its value.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainField {
    /// The field.
    pub name: FieldName,
    /// What it holds.
    pub value: String,
}

impl fmt::Debug for PlainField {
    /// Only the name: values are sealed in the vault and have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=…", self.name)
    }
}

/// What a client asks. Secrets travel beside it, in the order each request names; [`Request::secrets`] is how many.
///
/// `Debug` shows no field's value and may be logged.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// How things stand. Answer: `Status`.
    Status,
    /// Looks for what is wrong. Answer: `Doctor`.
    Doctor,
    /// Looks at the directory from the user's side: schema, and rights that are neither too small nor too large. Answer: `Doctor`.
    DoctorDirectory,
    /// The password exits in force, each tried out. Answer: `Exits`.
    Exits,
    /// The latest decisions. Answer: `Why`, newest last.
    Why {
        /// Only about this window.
        window: Option<WindowId>,
        /// So many at most.
        limit: Option<u32>,
    },
    /// The settings in force. Answer: `Settings`.
    Settings {
        /// Only this one.
        name: Option<String>,
    },
    /// The password policy in force. Answer: `Policy`.
    Policy {
        /// For this application; none: for whatever names none.
        template: Option<TemplateId>,
    },
    /// Fills nothing for a while. Answer: `Paused`.
    Pause {
        /// How long.
        seconds: u32,
    },
    /// Fills nothing until the vault is unlocked the next time. Answer: `Done`.
    PauseUntilUnlocked,
    /// Leaves an application alone until `Resume`, or until the agent ends; the user can still ask to fill it. Answer: `Done`.
    PauseApplication {
        /// Its template.
        template: TemplateId,
    },
    /// Ends every pause. Answer: `Done`.
    Resume,
    /// What an enrolment asks for. Answer: `EnrollTerms`.
    EnrollTerms,
    /// Makes the vault. Secrets: the password, the passphrase answer. Answer: `Enrolled`.
    Enroll,
    /// As `EnrollTerms`, for `StartOver`. Answer: `EnrollTerms`.
    StartOverTerms,
    /// Makes a vault in the place of one that nothing opens any more, which is set aside for 90 days. Secrets and answer: those of
    /// `Enroll`.
    StartOver,
    /// The same, as the user wants it. Secrets: the password, the passphrase answer. Answer: `Enrolled`.
    EnrollAs {
        /// What opens the vault day by day; none: what the settings say.
        primary: Option<PrimaryMethod>,
        /// Also when it cannot be seen whether there is a vault already.
        unseen: bool,
    },
    /// What opens the vault day by day. Answer: `Primary`.
    Primary,
    /// Changes that. Secrets: the password until now (the passphrase answer where none is typed), and unless it is `none` the password from
    /// now on. Answer: `Done`.
    PrimaryChange {
        /// What it is to be.
        to: PrimaryMethod,
    },
    /// What an unlock asks for. Answer: `UnlockTerms`.
    UnlockTerms,
    /// Unlocks. Secret: the password. Answer: `Done`.
    Unlock,
    /// Unlocks by the passphrase and makes the new password open the vault from now on. Secrets: the answer, the new password. Answer:
    /// `Done`.
    UnlockWithPassphrase,
    /// Unlocks by a slot that asks for nothing. Answer: `Done`.
    UnlockSilently,
    /// Makes a slot, or makes it anew. Secrets: the password; for the passphrase slot the new answer, too. Answer: `Done`.
    SlotAdd {
        /// Its kind.
        kind: String,
        /// Whether the user agreed to what it is worth.
        agreed: bool,
    },
    /// Takes a slot away. Secret: the password. Answer: `Done`.
    SlotRemove {
        /// Its kind.
        kind: String,
    },
    /// What a recovery asks for. Answer: `RecoverTerms`.
    RecoverTerms,
    /// Makes new recovery halves. Secrets: the password, the answer of a new passphrase if one is wanted. Answer: `RecoveryPrinted` with
    /// one secret.
    RecoverSetup {
        /// Whether a new passphrase is wanted; the vault gets a new key then.
        passphrase: bool,
    },
    /// Opens the vault by its recovery halves. Secrets: the helpdesk's words, the printed code if it is given, the answer of the new
    /// passphrase, the new password. Answer: `Recovered`, with one secret if there is a new code to print.
    Recover {
        /// Whether the printed code is given.
        printed: bool,
    },
    /// Tries a recovery and changes nothing. Secrets: the helpdesk's words, the printed code if it is given. Answer: `Done`.
    RecoverDrill {
        /// Whether the printed code is given.
        printed: bool,
    },
    /// Locks. Answer: `Done`.
    Lock,
    /// The templates in force. Answer: `Templates`.
    Templates,
    /// The stored logons, without secrets. Answer: `Logons`.
    LogonList,
    /// Stores a logon. Secrets: one for each of `secret_fields`, in that order. Answer: `LogonSaved`.
    LogonAdd {
        /// The application.
        template: TemplateId,
        /// The user's name for it; empty: the agent makes one.
        label: String,
        /// The plain fields.
        plain: Vec<PlainField>,
        /// The secret fields whose values come as secrets.
        secret_fields: Vec<FieldName>,
    },
    /// Changes a logon. Secrets: one for each of `secret_fields`. What is not named stays. Answer: `LogonSaved`.
    LogonEdit {
        /// Which.
        id: LogonId,
        /// A new name for it.
        label: Option<String>,
        /// Plain fields with new values.
        plain: Vec<PlainField>,
        /// Secret fields whose new values come as secrets.
        secret_fields: Vec<FieldName>,
    },
    /// Forgets which program a logon was saved for, so that the next fill fixes it anew. Secret: the password, for re-authentication.
    /// Answer: `LogonSaved`.
    LogonRebind {
        /// Which.
        id: LogonId,
    },
    /// Removes a logon. Answer: `Done`.
    LogonRemove {
        /// Which.
        id: LogonId,
    },
    /// Hands a secret out. Secret: the password, for re-authentication. Answer: `Revealed` with one secret.
    LogonReveal {
        /// Which logon.
        id: LogonId,
        /// Which field.
        field: FieldName,
    },
    /// Puts a secret on the desktop's clipboard, marked as one, and takes it off again after `clipboard.seconds` or when the vault is
    /// locked. Secret: the password, for re-authentication. Answer: `Copied`.
    LogonCopy {
        /// Which logon.
        id: LogonId,
        /// Which field.
        field: FieldName,
    },
    /// Makes a password by the policy that is in force for an application. Nothing is stored. Answer: `Revealed` with one secret.
    PasswordMake {
        /// The application.
        template: TemplateId,
    },
    /// Makes the next password of a logon, or takes the user's own. Secret: that one, if it is his own. Answer: `Password`.
    PasswordChange {
        /// Which logon.
        id: LogonId,
        /// Whether it is his own.
        own: bool,
    },
    /// How passwords stand. Answer: `Passwords`.
    PasswordStatus {
        /// Only of this logon.
        id: Option<LogonId>,
    },
    /// Hands a password of a journal out. Secret: the password, for re-authentication. Answer: `Revealed` with one secret.
    PasswordReveal {
        /// Which logon.
        id: LogonId,
        /// 0 for the next one, else which of those before, the latest being 1.
        number: u32,
    },
    /// Says what became of a new password. Answer: `Password`.
    PasswordSettle {
        /// Which logon.
        id: LogonId,
        /// What.
        verdict: PasswordVerdict,
    },
    /// Fills now. Answer: `Filled`.
    LogonFill {
        /// This logon, where several would do.
        id: Option<LogonId>,
        /// This window; otherwise the active one.
        window: Option<WindowId>,
        /// Whether the password comes with it, as some templates want. Secret then: the password.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        proven: bool,
    },
    /// What the user is asked just now. Answer: `Prompts`, once it is something else than was seen.
    Prompts {
        /// The version that was seen last; 0 for none.
        seen: u64,
        /// How long it may take; then the answer is what was seen.
        seconds: u32,
    },
    /// The user does not want to be asked about the form in this window. Answer: `Done`.
    PromptDismiss {
        /// The window.
        window: WindowId,
    },
    /// Fills a logon that is not stored into the window that asks for one, and stores it once the application has accepted it. Secrets: one
    /// for each of `secret_fields`. Answer: `Filled`.
    LogonCapture {
        /// The window; something is asked about it.
        window: WindowId,
        /// The user's name for the logon; empty: the agent makes one.
        label: String,
        /// The plain fields.
        plain: Vec<PlainField>,
        /// The secret fields whose values come as secrets.
        secret_fields: Vec<FieldName>,
    },
    /// The applications that are filled only when the user asks. Answer: `Exclusions`.
    Exclusions,
    /// From now on an application is one of them. Answer: `Done`.
    Exclude {
        /// Its template.
        template: TemplateId,
    },
    /// It is no longer one of them. Answer: `Done`.
    Include {
        /// Its template.
        template: TemplateId,
    },
    /// Reads templates, settings and records again. Answer: `Refreshed`.
    Refresh,
    /// How far a sync is. Answer: `Syncing`.
    Syncing,
    /// Shows the directory the user's password, once, and reads everything again. Secret: the password. Answer: `Done`.
    DirectoryLogin,
    /// Judges a template against the windows on the screen now, without taking it into use. Answer: `Judged`.
    TemplateExplain {
        /// Where it is from, for messages.
        place: String,
        /// Its text.
        text: String,
    },
    /// What can be done in a window, and what every template makes of it. Answer: `WindowReport`.
    WindowReport {
        /// The window.
        window: WindowId,
    },
    /// Lets the user point at a window. Answer: `Picked`.
    WindowPick {
        /// How long he may take.
        seconds: u32,
    },
    /// Drafts a template for a window, and the fixture that tests it. Nothing is stored. Answer: `Drafted`.
    TemplateRecord {
        /// The window.
        window: WindowId,
        /// The template's id; left out: made of the program's name.
        id: Option<TemplateId>,
        /// The application's name; left out: the program's.
        name: Option<String>,
        /// What controls are for, as the user says: names of fields, or `submit`. Empty: guessed.
        #[serde(default)]
        named: BTreeMap<String, ControlToken>,
        /// Whether what would be filled gets a frame on the screen.
        show: Show,
    },
    /// Keeps a template for a window that no template knows as the user's own, and puts it in force. Answer: `Adopted`.
    TemplateAdopt {
        /// The window.
        window: WindowId,
        /// The template, as TOML.
        text: String,
    },
    /// The windows on the screen now. Answer: `Windows`.
    Windows,
    /// The audit log, read again from its start. Answer: `Audit`.
    Audit {
        /// So many of the latest entries at most; never more than 500.
        limit: Option<u32>,
    },
    /// The organisation as this device knows it. Answer: `Organisation`.
    Organisation,
    /// Pins the root the repository shows. Answer: `Organisation`.
    OrganisationPin {
        /// The six words the user got outside the repository.
        words: String,
    },
    /// Reads both stores from end to end and changes nothing. Answer: `StoresVerified`.
    StoreVerify,
    /// Writes everything both stores hold into sealed files. Answer: `StoresExported`.
    StoreExport {
        /// The folder for the files, absolute; made if it is not there.
        folder: PathBuf,
    },
    /// Puts back what is lost or missing here, from an export. Answer: `StoresImported`.
    StoreImport {
        /// The folder of the export, absolute.
        folder: PathBuf,
        /// What becomes of logons that were removed since.
        removed: Removed,
    },
    /// Writes damaged stores anew from what can be read, and puts damaged files aside. Answer: `StoresRepaired`.
    StoreRepair {
        /// What becomes of what cannot be read any more.
        losses: Losses,
    },
    /// The devices the vault lists. Answer: `Devices`.
    DeviceList,
    /// Asks the user's other devices to let this machine in. Answer: `Joining`. Asked again it answers the same words.
    DeviceJoin,
    /// Joins once that is approved. Secrets: the six words of the approving device, the password from now on. Answer: `Done`.
    DeviceJoined,
    /// Lets a waiting machine in. Secrets: the password, for re-authentication; the six words the waiting machine shows. Answer:
    /// `DeviceApproved`.
    DeviceApprove,
    /// Takes a device off the vault, which gets a new key. Secret: the password, for re-authentication. Answer: `DeviceRevoked`.
    DeviceRevoke {
        /// Which.
        id: DeviceId,
    },
    /// Who works with the directory here, as administrator or operator. Answer: `OperatorTerms`.
    OperatorTerms,
    /// What the directory shows an operator of a user: nothing that opens anything. Answer: `Person`.
    HelpdeskShow {
        /// His name in the directory.
        user: UserId,
        /// Whether the operator's directory password comes with it.
        password: bool,
    },
    /// Takes the helpdesk's half out of a user's vault header; it is noted in the operator's log first. Secrets: the operator's directory
    /// password if it comes with it, the three words the caller reads out, the passphrase of the ring's key file. Answer: `HelpdeskHalf`
    /// with one secret, the words to read out.
    HelpdeskRecover {
        /// The caller.
        user: UserId,
        /// The ring's key file, absolute.
        ring: PathBuf,
        /// Why, for the operator's log; may be empty.
        reason: String,
        /// Whether the operator's directory password comes with it.
        password: bool,
    },
    /// The operator's log, newest last. Answer: `Audit`.
    HelpdeskLog {
        /// So many of the latest entries at most.
        limit: Option<u32>,
    },
    /// What publishing a signed folder would change in a unit. Secret: the administrator's directory password if it comes with it. Answer:
    /// `PublishPlan`.
    PublishPlan {
        /// What to publish, and where.
        #[serde(flatten)]
        #[cfg_attr(feature = "ts", ts(flatten))]
        wanted: Publication,
        /// Whether the administrator's directory password comes with it.
        password: bool,
    },
    /// Publishes it. Secret: as for `PublishPlan`. Answer: `Published`.
    PublishApply {
        /// What to publish, and where.
        #[serde(flatten)]
        #[cfg_attr(feature = "ts", ts(flatten))]
        wanted: Publication,
        /// The digest of the plan that was looked at.
        plan: String,
        /// Whether the unit's name was typed.
        confirmed: bool,
        /// Whether the administrator's directory password comes with it.
        password: bool,
    },
}

/// What is shown on the screen of a draft.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// Nothing.
    Nothing,
    /// A frame around each control it would fill or press, for some seconds.
    Frames,
}

/// What an import does about logons that were removed since the export was made.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removed {
    /// They stay removed.
    Stay,
    /// They come back.
    ComeBack,
}

/// What a repair does about what cannot be read any more.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Losses {
    /// It stays known as lost, and can still come back.
    Keep,
    /// It is given up.
    GiveUp,
}

impl Request {
    /// How many secrets travel with it.
    #[must_use]
    pub fn secrets(&self) -> usize {
        match self {
            Self::RecoverDrill { printed } => 1 + usize::from(*printed),
            Self::Recover { printed } => 3 + usize::from(*printed),
            Self::RecoverSetup { passphrase } => 1 + usize::from(*passphrase),
            Self::PrimaryChange { to } => 1 + usize::from(*to != PrimaryMethod::None),
            Self::SlotAdd { kind, .. } => 1 + usize::from(kind.eq_ignore_ascii_case("passphrase")),
            Self::LogonFill { proven, .. } => usize::from(*proven),
            Self::PasswordChange { own, .. } => usize::from(*own),
            Self::HelpdeskRecover { password, .. } => 2 + usize::from(*password),
            Self::HelpdeskShow { password, .. }
            | Self::PublishPlan { password, .. }
            | Self::PublishApply { password, .. } => usize::from(*password),
            Self::SlotRemove { .. } => 1,
            Self::Enroll
            | Self::EnrollAs { .. }
            | Self::StartOver
            | Self::UnlockWithPassphrase
            | Self::DeviceJoined
            | Self::DeviceApprove => 2,
            Self::Unlock
            | Self::DirectoryLogin
            | Self::LogonRebind { .. }
            | Self::LogonReveal { .. }
            | Self::LogonCopy { .. }
            | Self::PasswordReveal { .. }
            | Self::DeviceRevoke { .. } => 1,
            Self::LogonAdd { secret_fields, .. }
            | Self::LogonEdit { secret_fields, .. }
            | Self::LogonCapture { secret_fields, .. } => secret_fields.len(),
            _ => 0,
        }
    }
}
