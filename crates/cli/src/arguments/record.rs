use super::{Format, WindowChoice};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct TemplateRecord {
    #[command(flatten)]
    pub(crate) window: WindowChoice,
    /// The template's id, such as org.example.App. Default: made of the program's name.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The application's name. Default: the program's.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Where the draft goes: `ID.toml`, and `fixtures/ID/` beside it.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
    /// Write nothing: show the draft, and on the screen a frame around everything it would fill or press.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}
