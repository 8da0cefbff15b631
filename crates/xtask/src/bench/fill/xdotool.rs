//! xdotool: the script everybody writes.

use std::io::Write as _;
use std::process::Stdio;

use countersign_tests::{Process, Session};

use super::form::{PASSWORD, Shown, Start, USER, start_error};
use crate::bench::BenchError;

/// Types into the form as soon as it has the keyboard. The texts go by standard input, never by argument.
pub fn type_into(session: &Session, _form: Shown) -> Result<Start, BenchError> {
    let mut command = session.command("xdotool");
    command
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut xdotool = Process::adopt("xdotool", &mut command)?;
    if let Some(mut script) = xdotool.child().stdin.take() {
        let lines = format!(
            "type --delay 0 \"{USER}\"\nkey --delay 0 Tab\ntype --delay 0 \"{PASSWORD}\"\nkey --delay 0 Return\n"
        );
        script.write_all(lines.as_bytes()).map_err(start_error("xdotool"))?;
    }
    let ended = xdotool.wait(countersign_tests::Deadline::seconds(10))?;
    if ended.success() {
        return Ok(Start::Mapped);
    }
    Err(BenchError::NotReady {
        who: "xdotool",
        why: format!("it ended with {ended}"),
    })
}
