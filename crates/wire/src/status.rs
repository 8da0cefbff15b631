use countersign_model::{DeviceId, SessionHearing, TemplateId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How the vault stands.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultState {
    /// There is none on this machine.
    Unenrolled,
    /// It is there and locked.
    Locked,
    /// It is open.
    Unlocked,
}

/// What a slot is worth, weakest first.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// It opens without anything the user knows.
    Weak,
    /// It only slows an attacker who has the stored part.
    Fair,
    /// It holds against an attacker who has the stored part.
    Strong,
}

/// A way to open the vault.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotReport {
    /// Its kind: `login`, `passphrase`…
    pub kind: String,
    /// What it is worth.
    pub rating: Rating,
    /// The rating in plain words: who could open it and who could not.
    pub words: String,
}

/// How many templates are in force, by publisher.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCounts {
    /// Signed by publishers of the organisation.
    #[serde(default)]
    pub signed: u32,
    /// Shipped ones.
    pub package: u32,
    /// Others.
    pub unsigned: u32,
}

/// How bad a problem is.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works, but somebody should look at it.
    Warning,
    /// What it is in is not in force; the last good one stays.
    Error,
}

/// Something wrong in a file or entry.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file or entry.
    pub place: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Whether the repository answers.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepositoryHealth {
    /// It answered the last time.
    Reachable,
    /// It did not; why. Logons work from the local store meanwhile.
    Unreachable(String),
}

/// The repository.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryState {
    /// Where it is.
    pub place: String,
    /// Whether it answers.
    pub health: RepositoryHealth,
    /// When records were last exchanged.
    pub synced: Option<Timestamp>,
    /// Records that still have to go there.
    pub waiting: u32,
    /// When it is asked again without anybody asking for it, if it is.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
}

/// The display.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisplayState {
    /// Windows are watched on it.
    Watching(String),
    /// There is none; why and what to do.
    Missing(String),
}

/// The accessibility bus.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessibilityState {
    /// Controls can be read and written.
    Available,
    /// They cannot; why and what to do. Keys still work.
    Missing(String),
}

/// The desktop.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesktopState {
    /// Its display.
    pub display: DisplayState,
    /// Its accessibility bus.
    pub accessibility: AccessibilityState,
}

/// Whether secrets in memory can reach the disk.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryProtection {
    /// Locked into memory.
    Locked,
    /// Some could not be locked (`RLIMIT_MEMLOCK`); they may be swapped out.
    Swappable,
}

impl From<countersign_secret::Protection> for MemoryProtection {
    fn from(protection: countersign_secret::Protection) -> Self {
        match protection {
            countersign_secret::Protection::Locked => Self::Locked,
            countersign_secret::Protection::Swappable => Self::Swappable,
        }
    }
}

/// Why the vault was locked.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockCause {
    /// The user asked.
    Asked,
    /// The session was locked, or ended.
    Session,
    /// The machine went to sleep.
    Suspend,
    /// Nobody touched keyboard or pointer.
    Idle,
    /// The directory no longer lets the user in.
    Account,
    /// The directory was out of reach for longer than the organisation allows.
    Offline,
}

impl fmt::Display for LockCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "you asked for it",
            Self::Session => "the session was locked or has ended",
            Self::Suspend => "the machine went to sleep",
            Self::Idle => "nobody touched keyboard or pointer",
            Self::Account => "the directory no longer lets you in",
            Self::Offline => "the directory was out of reach for longer than your organisation allows",
        })
    }
}

/// How far a sync is.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncProgress {
    /// Whether one is under way.
    pub running: bool,
    /// Objects that came.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many objects are wanted, as far as that is known; 0: nothing is.
    pub of: u64,
    /// Which repository they come from.
    pub source: String,
}

/// How things stand.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The agent's version.
    pub version: String,
    /// The agent's process.
    pub pid: u32,
    /// The vault.
    pub vault: VaultState,
    /// The user, as the repository knows him.
    pub user: UserId,
    /// This device, once enrolled.
    pub device: Option<DeviceId>,
    /// The ways to open the vault.
    pub slots: Vec<SlotReport>,
    /// The devices the vault lists, as far as this one knows.
    pub devices: Vec<crate::DeviceReport>,
    /// Stored logons; unknown while locked.
    pub logons: Option<u32>,
    /// Higher whenever `LogonList` and `Templates` may be answered otherwise than before by this process.
    #[serde(default)]
    pub logons_version: u64,
    /// Templates in force.
    pub templates: TemplateCounts,
    /// What is not in force because of a mistake in it.
    pub problems: Vec<Problem>,
    /// The repository.
    pub repository: RepositoryState,
    /// Until when nothing is filled, if paused.
    pub paused_until: Option<Timestamp>,
    /// Whether nothing is filled until the vault is unlocked the next time.
    #[serde(default)]
    pub paused_until_unlocked: bool,
    /// The applications that are left alone until the pause is ended.
    #[serde(default)]
    pub paused_applications: Vec<TemplateId>,
    /// The desktop.
    pub desktop: DesktopState,
    /// When the vault is locked by itself, and by what that is heard.
    pub locks_on: SessionHearing,
    /// Why the vault was locked, if it was since the agent started.
    pub locked_by: Option<LockCause>,
    /// Whether secrets in memory can reach the disk.
    pub protection: MemoryProtection,
}

/// How a check came out.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// As it should be.
    Good,
    /// It works, but weaker or slower than it could.
    Warning,
    /// It does not work.
    Bad,
}

/// One thing `doctor` looked at.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it came out.
    pub result: CheckResult,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub next: Option<String>,
}
