use super::Format;
use clap::{Args, Subcommand};
use countersign_agent::{AgentVersion, EntryKind};
use countersign_model::Unit;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    /// Shows the organisation this device believes, and on whose word.
    Show(Format),
    /// Believes the organisation the repository shows. Standard input: its six words, which you got outside the repository.
    Pin,
    /// Makes the organisation's root and its first list. Needs no agent. Standard input: the passphrase of the key file.
    Init(TrustInit),
    /// Signs and publishes a list with these settings, which are laid over all others. Standard input: the root's passphrase.
    Settings(TrustSettings),
    /// Recovery rings: the helpdesk's keys.
    #[command(subcommand)]
    Ring(TrustRing),
    /// Publishers: those who sign templates, policies and overrides.
    #[command(subcommand)]
    Publisher(TrustPublisher),
    /// Signs the catalogue of a unit, beside its files. Needs no agent. Standard input: the publisher's passphrase.
    Sign(TrustSign),
    /// Tells who signed what, until when, and what is wrong with it.
    Verify(TrustVerify),
}

#[derive(Debug, Args)]
pub(crate) struct TrustInit {
    /// The organisation's name.
    pub(crate) organisation: String,
    /// The new key file of the root. Keep it off machines that are in daily use.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// How long the list holds, in days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustRing {
    /// Makes a ring's key file, for one operator of the helpdesk. Needs no agent. Standard input: the passphrase of the key file.
    New {
        /// The ring's name.
        name: String,
        /// The new key file.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Signs and publishes a list with this ring; with two, recovery takes two operators. Standard input: the root's passphrase.
    Add {
        /// The ring's key file, or those of two. Only its public part is read.
        #[arg(required = true, num_args = 1..=2, value_name = "RING")]
        rings: Vec<PathBuf>,
        /// The root's key file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// How long the list holds, in days.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TrustSettings {
    /// The settings, in TOML. An empty file takes those of before away.
    #[arg(value_name = "FILE")]
    pub(crate) settings: PathBuf,
    /// The root's key file.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// How long the list holds, in days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustPublisher {
    /// Makes a publisher's key file. Needs no agent. Standard input: the passphrase of the key file.
    Init {
        /// The publisher's name. Logons are bound to it: a new key goes under the same name.
        name: String,
        /// The new key file.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Signs and publishes a list that lets a publisher sign. Standard input: the root's passphrase.
    Add(TrustPublisherAdd),
    /// Signs and publishes a list on which a publisher's key is revoked: what it signed goes out of force. Standard input: the root's passphrase.
    Revoke {
        /// The publisher: its key file, its name or its six words.
        #[arg(value_name = "PUBLISHER")]
        which: String,
        /// The root's key file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// How long the list holds, in days.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// Lists the publishers on the newest list in the repository.
    List(Format),
}

#[derive(Debug, Args)]
pub(crate) struct TrustPublisherAdd {
    /// The publisher's key file. Only its public part is read.
    #[arg(value_name = "PUBLISHER")]
    pub(crate) publisher: PathBuf,
    /// The root's key file.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    /// The unit it may sign for, with all below it, such as Sales/Berlin. Blank: everywhere.
    #[arg(long, value_name = "PATH", default_value = "", value_parser = unit)]
    pub(crate) unit: Unit,
    /// What it may sign, separated by commas: template, policy, override. Default: everything.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind)]
    pub(crate) kinds: Vec<EntryKind>,
    /// How long the list holds, in days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
}

#[derive(Debug, Args)]
pub(crate) struct TrustSign {
    /// The unit's folder, with `templates`, `policies` and `overrides` in it.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The unit it is for, such as Sales/Berlin. Blank: the root of the configuration.
    #[arg(long, value_name = "PATH", value_parser = unit)]
    pub(crate) unit: Unit,
    /// The publisher's key file.
    #[arg(long, value_name = "FILE")]
    pub(crate) publisher: PathBuf,
    /// How long it holds, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) expires: u32,
    /// Its number. Default: one more than the newest in the folder.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) number: Option<u64>,
    /// Agents older than this version do not take it.
    #[arg(long, value_name = "VERSION", default_value = "0.1.0")]
    pub(crate) min_agent: AgentVersion,
}

#[derive(Debug, Args)]
pub(crate) struct TrustVerify {
    /// The unit's folder, or a catalogue.
    #[arg(value_name = "FOLDER|FILE")]
    pub(crate) path: PathBuf,
    /// The unit it has to be for. Default: the one it names.
    #[arg(long, value_name = "PATH", value_parser = unit)]
    pub(crate) unit: Option<Unit>,
    #[command(flatten)]
    pub(crate) format: Format,
}

pub(super) fn unit(text: &str) -> Result<Unit, String> {
    Unit::new(text).map_err(|error| error.to_string())
}

fn kind(text: &str) -> Result<EntryKind, String> {
    let found = EntryKind::ALL.into_iter().find(|kind| kind.name() == text);
    found.ok_or_else(|| "it is one of: template, policy, override".to_owned())
}
