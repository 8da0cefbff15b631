use clap::{Args, Subcommand};
use countersign_agent::AgentVersion;
use countersign_model::Unit;
use countersign_publish::PlanDigest;
use std::path::PathBuf;

use super::Format;
use super::trust::unit;

/// What publishers do with a signed folder. Where the directory wants a password, it is the first line of standard input.
#[derive(Debug, Subcommand)]
pub(crate) enum Publish {
    /// Shows what publishing would change: each object value by value, who is affected, what to look at twice. Exit code 3 if anything.
    Plan(PublishPlan),
    /// Publishes, if the directory is still as it was planned on. Users have it with their next sync.
    Apply(PublishApply),
    /// Takes a publication back: the files of before it, signed with the next number, are published. Standard input: the publisher's
    /// passphrase.
    Rollback(PublishRollback),
    /// Shows what in the directory is not as its own catalogue says. Exit code 3 if anything.
    Drift {
        /// The unit, such as `Sales/Berlin`.
        #[arg(long, value_name = "UNIT", value_parser = unit)]
        unit: Unit,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Signed {
    /// The folder, as `countersign trust sign` left it.
    pub(crate) folder: PathBuf,
    /// The unit, such as `Sales/Berlin`.
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    pub(crate) unit: Unit,
    /// The group that reads the unit. Default: the group of the unit's last name.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PublishPlan {
    #[command(flatten)]
    pub(crate) signed: Signed,
    /// Write the change as LDIF to this file, and the way back beside it with `.undo` at its end.
    #[arg(long, value_name = "FILE")]
    pub(crate) ldif: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PublishApply {
    #[command(flatten)]
    pub(crate) signed: Signed,
    /// The plan that was looked at, as `publish plan` shows its digest: any other is not published.
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<PlanDigest>,
    /// Many objects are deleted, and that is meant: the unit's path, typed.
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    pub(crate) confirm: Option<Unit>,
}

#[derive(Debug, Args)]
pub(crate) struct PublishRollback {
    #[command(flatten)]
    pub(crate) signed: Signed,
    /// The catalogue to go back to. Default: the one before the newest that was published from this folder.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: Option<u64>,
    /// The publisher's key file.
    #[arg(long, value_name = "FILE")]
    pub(crate) publisher: PathBuf,
    /// How long the catalogue holds, in days.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) expires: u32,
    /// Older agents do not take it.
    #[arg(long, value_name = "VERSION", default_value = "0.1.0")]
    pub(crate) min_agent: AgentVersion,
    /// Many objects are deleted, and that is meant: the unit's path, typed.
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    pub(crate) confirm: Option<Unit>,
}
