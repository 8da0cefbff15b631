//! Programs with the process number of one that has ended: the kernel gives numbers out in order, and root may say where it goes on.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The number that the kernel gave out last.
const LAST: &str = "/proc/sys/kernel/ns_last_pid";
/// Others start programs too, and may be quicker.
const TRIES: u32 = 2_000;

/// Runs `PID WORD\0WORD…` as the ordinary user under that number until the client hangs up. The client is told `ok` once it runs.
pub fn serve(client: &mut UnixStream, request: &str, account: (u32, u32)) -> std::io::Result<()> {
    let (number, words) = request.split_once(' ').unwrap_or_default();
    let number: u32 = number.parse().map_err(std::io::Error::other)?;
    let mut child = match with_number(number, &mut command(words, account)) {
        Ok(child) => child,
        Err(error) => return writeln!(client, "error {error}"),
    };
    // A handle, not a number: the number may be somebody else's by the time the client hangs up.
    let handle = pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
    let told = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(b"go\n"));
    let told = told.and_then(|()| writeln!(client, "ok"));
    let _hung_up = told.and_then(|()| client.read_to_end(&mut Vec::new()).map(drop));
    let _gone_already = pidfd_send_signal(handle, Signal::KILL);
    child.wait().map(drop)
}

/// It does nothing before it is told to, and ends if it never is.
fn command(words: &str, (uid, gid): (u32, u32)) -> Command {
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={uid}"), format!("--regid={gid}")]);
    command.args(["--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]);
    command.args(["--pdeathsig", "KILL", "--", "sh", "-c", r#"read go && exec "$0" "$@""#]);
    command
        .args(words.split('\0'))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn with_number(number: u32, command: &mut Command) -> std::io::Result<Child> {
    for _ in 0..TRIES {
        std::fs::write(LAST, (number.saturating_sub(1)).to_string())?;
        let mut child = command.spawn()?;
        if child.id() == number {
            return Ok(child);
        }
        drop(child.stdin.take());
        child.wait()?;
    }
    Err(std::io::Error::other(format!("somebody else has number {number}")))
}
