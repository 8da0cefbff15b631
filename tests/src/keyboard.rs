//! A person's hands: `xdotool`, for what a test must do without the agent.

use std::io::Write;
use std::process::Stdio;

use crate::{LabError, Result, Session};

/// Types `text` into whatever has the keyboard. The text goes by standard input, never by argument.
pub fn type_text(session: &Session, text: &str) -> Result<()> {
    let mut command = session.command("xdotool");
    command
        .args(["type", "--clearmodifiers", "--delay", "15", "--file", "-"])
        .stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let start = |source| LabError::Start {
        program: "xdotool".to_owned(),
        source,
    };
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(start)?;
    }
    let answer = child.wait_with_output().map_err(start)?;
    if answer.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
    Err(LabError::Tool {
        program: "xdotool".to_owned(),
        message,
    })
}

/// Presses keys by their X names: `Tab`, `Return`, `alt+o`.
pub fn press(session: &Session, keys: &[&str]) -> Result<()> {
    crate::process::output(session.command("xdotool").args(["key", "--clearmodifiers"]).args(keys)).map(drop)
}

/// Moves the pointer into a window, near its upper left corner.
pub fn point_at(session: &Session, window: u32) -> Result<()> {
    let window = window.to_string();
    let words = ["mousemove", "--sync", "--window", &window, "20", "20"];
    crate::process::output(session.command("xdotool").args(words)).map(drop)
}

/// Clicks the left button where the pointer is.
pub fn click(session: &Session) -> Result<()> {
    crate::process::output(session.command("xdotool").args(["click", "1"])).map(drop)
}
