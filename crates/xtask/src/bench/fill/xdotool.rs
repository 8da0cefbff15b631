//! xdotool: the script everybody writes.

use std::io::Write as _;
use std::process::Stdio;

use countersign_tests::{Process, Session};

use super::form::{PASSWORD, Shown, Start, USER, start_error};
use super::toolkit::Ways;
use crate::bench::BenchError;

/// Types into the form as soon as it has the keyboard. The texts go by standard input, never by argument.
pub fn type_into(session: &Session, ways: Ways, form: Shown) -> Result<Start, BenchError> {
    let user = match ways {
        Ways::All | Ways::TypedPage => format!("type --delay 0 \"{USER}\"\nkey --delay 0 Tab\n"),
        Ways::TypedPassword => {
            prompt(form.pid)?;
            String::new()
        }
    };
    carry_out(
        session,
        &format!("{user}type --delay 0 \"{PASSWORD}\"\nkey --delay 0 Return\n"),
    )?;
    Ok(Start::Mapped)
}

/// It is told once the terminal asks, which a script of its own would have to wait for.
fn prompt(terminal: u32) -> Result<(), BenchError> {
    Ok(countersign_tests::applications::wait_for_prompt(
        terminal,
        countersign_tests::Deadline::seconds(10),
    )?)
}

/// Has it carry out a script of its own.
pub fn carry_out(session: &Session, script: &str) -> Result<(), BenchError> {
    let mut command = session.command("xdotool");
    command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut xdotool = Process::adopt("xdotool", &mut command)?;
    if let Some(mut stdin) = xdotool.child().stdin.take() {
        stdin.write_all(script.as_bytes()).map_err(start_error("xdotool"))?;
    }
    let ended = xdotool.wait(countersign_tests::Deadline::seconds(10))?;
    if ended.success() {
        return Ok(());
    }
    Err(BenchError::NotReady {
        who: "xdotool",
        why: format!("it ended with {ended}"),
    })
}
