use super::{AuditShow, Format};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Recover {
    #[command(subcommand)]
    pub(crate) step: Option<RecoverStep>,
    /// Ask for the printed code: this machine does not have its half.
    #[arg(long)]
    pub(crate) printed: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecoverStep {
    /// Sets recovery up, or anew, and shows the code once. Standard input: the password, with --passphrase the new answer.
    Setup {
        /// Choose a new passphrase answer, too.
        #[arg(long)]
        passphrase: bool,
    },
    /// Tries a recovery with the helpdesk and changes nothing. Standard input: its words, with --printed the printed code.
    Drill {
        /// Try the printed code instead of this machine's half.
        #[arg(long)]
        printed: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Helpdesk {
    /// Shows what the directory says of a user's vault: its machines, and whether it can be recovered. Nothing that opens it.
    Show(HelpdeskShow),
    /// Shows the words to read out to a caller. Standard input: the three words he reads out, the passphrase of the ring's key file.
    Recover(HelpdeskRecover),
    /// Shows your log: for whom words were shown, what was refused. Exit code 8: it was changed or cut short.
    Log(AuditShow),
}

#[derive(Debug, Args)]
pub(crate) struct HelpdeskShow {
    /// The user's name in the directory.
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct HelpdeskRecover {
    /// The caller's name in the directory.
    pub(crate) user: String,
    /// The ring's key file.
    #[arg(long, value_name = "FILE")]
    pub(crate) ring: PathBuf,
    /// Why, for your log: a ticket's number, say.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
}
