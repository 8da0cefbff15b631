use crate::Monotonic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A top-level window as the desktop numbers it (an X11 window id, an HWND).
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WindowId(pub u64);

/// A process that cannot be mistaken for a later one with the same number.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lineage {
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks since boot (field 22 of `/proc/PID/stat`).
    pub started: u64,
}

/// Who may change a program's file.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writable {
    /// Only root (the file and every folder above it).
    RootOnly,
    /// The user himself or others: the program may be replaced by anything the user runs. Warned of.
    ByUser,
}

/// Which program a window belongs to.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessIdentity {
    /// The process.
    #[serde(flatten)]
    pub lineage: Lineage,
    /// Its parent, so that prompts started again by the same program are known as repeats.
    pub parent: Option<Lineage>,
    /// The parent's executable, if it may be looked at: on whose behalf a prompter asks.
    #[serde(default)]
    pub started_by: Option<PathBuf>,
    /// The executable, links resolved (`/proc/PID/exe`).
    pub executable: PathBuf,
    /// For interpreters: the script, jar or package that is being run.
    pub script: Option<PathBuf>,
    /// Who may change the executable (or the script, if that is weaker).
    pub writable: Writable,
    /// Whose file the executable is.
    #[serde(default, skip_serializing_if = "FileOwner::is_other")]
    pub owner: FileOwner,
    /// The package the executable was installed with. Only asked for where a template wants to know: it takes long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// A file with code that is loaded into it although somebody other than root may change it (`LD_PRELOAD`, a plugin).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<PathBuf>,
}

/// Whose file a program is.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileOwner {
    /// Root's.
    Root,
    /// The user's own.
    User,
    /// Somebody else's, or not known.
    #[default]
    Other,
}

impl FileOwner {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls it with")]
    fn is_other(&self) -> bool {
        *self == Self::Other
    }
}

/// How a window stands on the screen.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stance {
    /// It is mapped, whether or not something covers it.
    pub visible: bool,
    /// It is an icon.
    pub minimised: bool,
    /// The window it belongs to (`WM_TRANSIENT_FOR`): of a dialog, the application's main window.
    pub parent: Option<ParentWindow>,
}

impl Default for Stance {
    fn default() -> Self {
        Self {
            visible: true,
            minimised: false,
            parent: None,
        }
    }
}

impl Stance {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The window that another one belongs to.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentWindow {
    /// Its title.
    pub title: String,
    /// Its class.
    pub class: String,
}

/// Why a window's program is not known. Nothing is filled then.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityProblem {
    /// The window names no process, or two sources name different ones.
    #[error("the window does not say which process it belongs to")]
    NoProcess,
    /// `/proc/PID/exe` cannot be read: the program made itself undumpable.
    #[error("the program of process {0} may not be looked at; install countersign-identify to allow it")]
    Unreadable(u32),
    /// The window belongs to a program on another machine.
    #[error("the window belongs to a program on another machine ({0})")]
    Remote(String),
    /// The process ended while being looked at.
    #[error("process {0} has ended")]
    Ended(u32),
}

/// What is known of a top-level window without looking inside.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowFacts {
    /// The window.
    pub id: WindowId,
    /// Its program, or why that is not known.
    pub process: Result<ProcessIdentity, IdentityProblem>,
    /// The title (`_NET_WM_NAME`, else `WM_NAME`). Never proof of anything.
    pub title: String,
    /// The window class (`WM_CLASS`, second part).
    pub class: String,
    /// The instance name (`WM_CLASS`, first part).
    pub instance: String,
    /// How it stands on the screen.
    #[serde(default, skip_serializing_if = "Stance::is_usual")]
    pub stance: Stance,
}

/// What a desktop reports, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowEvent {
    /// A window is on the screen.
    Appeared {
        /// The window.
        window: WindowFacts,
        /// When it was mapped, as near as the desktop knows.
        at: Monotonic,
    },
    /// Its title or identity changed.
    Changed(WindowFacts),
    /// Something inside changed: controls came, went or changed state; a terminal's contents changed.
    /// Only for windows that are attended to (`ControlAccess::attend`), and for those whose program did not answer when they were read
    /// and does now.
    ControlsChanged(WindowId),
    /// It is the active window now (`None`: no window is).
    Activated(Option<WindowId>),
    /// It is gone.
    Gone(WindowId),
    /// The desktop connection ended; the text says why and what to do.
    Lost(String),
}
