use super::{Format, assignment, window};
use clap::Args;
use countersign_model::WindowId;

/// A window on the screen; with none of these the user points at one.
#[derive(Debug, Args)]
pub(crate) struct WindowChoice {
    /// The window, by its number as `windows` shows it.
    #[arg(long, value_name = "ID", value_parser = window, conflicts_with_all = ["pid", "title"])]
    pub(crate) window: Option<WindowId>,
    /// The only window of this process.
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// The only window whose title has this in it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LogonCapture {
    #[command(flatten)]
    pub(crate) window: WindowChoice,
    /// What a control is for, by its number: `username=1`, `submit=4`. With one of these nothing is guessed. Default: guessed, and you
    /// are asked.
    #[arg(long, value_name = "FIELD=NUMBER", value_parser = numbered)]
    pub(crate) field: Vec<(String, usize)>,
    /// Shows which controls there are and what they are taken for, and ends.
    #[arg(long, conflicts_with_all = ["name", "set", "yes"])]
    pub(crate) dry_run: bool,
    /// Asks nothing about the controls.
    #[arg(long)]
    pub(crate) yes: bool,
    /// The template's id, such as local.payroll. Default: made of the program's name.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The application's name. Default: the program's.
    #[arg(long, value_name = "NAME")]
    pub(crate) application: Option<String>,
    /// Your own name for the logon.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A field that is no secret, such as `username=anna`.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) format: Format,
}

fn numbered(text: &str) -> Result<(String, usize), String> {
    let (field, number) = assignment(text)?;
    match number.parse() {
        Ok(number) if number > 0 => Ok((field, number)),
        _ => Err("write it as FIELD=NUMBER; --dry-run shows the numbers".to_owned()),
    }
}
