use super::Format;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Exits {
    /// Lists the exits in force in the order they are asked, and tries each: its file, its hash, its interface.
    List(Format),
    /// Prints the line that pins a file, to be put between the brackets of `exits.pins`. Needs no agent.
    Pin {
        /// The exit's file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
