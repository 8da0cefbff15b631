use super::Format;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Looks for mistakes in policies: what cannot be met, and what is weaker than it looks. Needs no agent.
    Lint(PolicyFiles),
    /// Says which rules a password breaks. Standard input: the password; with --old the password until now. Exit code 7: it breaks some.
    Check(PolicyCheck),
    /// Makes passwords, one a line. Standard input: with --old the password until now.
    Generate(PolicyGenerate),
    /// Shows the policy in force for an application: who names it, where it comes from, and its rules in words.
    Show(PolicyShow),
}

#[derive(Debug, Args)]
pub(crate) struct PolicyShow {
    /// The application: its template's id or its name. Without it: the policy of whatever names none.
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) template: Option<String>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// The policies' files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) format: Format,
}

/// Whose password it is.
#[derive(Debug, Args)]
pub(crate) struct PasswordOf {
    /// The user's name in the application, where a password may not look like it.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The application's name, where a password may not look like it.
    #[arg(long, value_name = "NAME")]
    pub(crate) application: Option<String>,
    /// Ask for the password until now, too, which the new one may not look like.
    #[arg(long)]
    pub(crate) old: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyCheck {
    /// The policy's file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) of: PasswordOf,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyGenerate {
    /// The policy's file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// So many passwords.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: u32,
    /// Any password the policy allows, syllables, or words.
    #[arg(long, value_name = "KIND", value_enum, default_value_t = PasswordKind::Random)]
    pub(crate) kind: PasswordKind,
    #[command(flatten)]
    pub(crate) of: PasswordOf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PasswordKind {
    Random,
    Pronounceable,
    Diceware,
}
