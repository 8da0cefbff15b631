use crate::arguments::{Format, LogonChoice};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Password {
    /// Makes the next password of a logon by its policy, or takes your own. It is kept beside the one until now, and typed where the
    /// application next asks for a new one. Standard input with --own: the new password. In a script: what `chlogin` is elsewhere.
    Change(PasswordChange),
    /// Shows how passwords stand: changes under way, what expires, which applications of a group still have the one until now.
    Status(PasswordStatus),
    /// Lists the passwords a logon had, without showing them; with --reveal shows one. Standard input with --reveal: the vault's password.
    History(PasswordHistory),
    /// Says that the application took the next password: it is the one that counts from now on. In a script: what `notify` is elsewhere.
    Confirm(PasswordSettled),
    /// Says that the application did not take it: the one until now stays, and the next one is kept in the history.
    Revert(PasswordSettled),
}

#[derive(Debug, Args)]
pub(crate) struct PasswordChange {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    /// Give the new password instead of having one made.
    #[arg(long)]
    pub(crate) own: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordStatus {
    /// Only of this logon: its name, the beginning of its id, or its application.
    pub(crate) logon: Option<String>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordHistory {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    /// Show this one: its number in the list, or 0 for the next password of a change under way.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reveal: Option<u32>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordSettled {
    #[command(flatten)]
    pub(crate) choice: LogonChoice,
    #[command(flatten)]
    pub(crate) format: Format,
}

impl Password {
    /// Whether what is printed is to be JSON.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Change(change) => change.format.json,
            Self::Status(status) => status.format.json,
            Self::History(history) => history.format.json,
            Self::Confirm(settled) | Self::Revert(settled) => settled.format.json,
        }
    }
}
