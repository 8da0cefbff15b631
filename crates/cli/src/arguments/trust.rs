use super::Format;
use clap::{Args, Subcommand};
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
