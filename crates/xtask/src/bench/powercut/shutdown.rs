//! The switch: stops a file system at once, in the middle of whatever it does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::tool::failed;
use crate::bench::BenchError;

const PROGRAM: &str = include_str!("shutdown.py");

/// A program that waits to cut; the ioctl it makes needs no unsafe code there.
pub struct Switch {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Switch {
    /// Starts it.
    pub fn start() -> Result<Self, BenchError> {
        let mut child = Command::new("python3")
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed("python3"))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (orders, answers) = pipes.ok_or_else(|| failed("python3")(std::io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self {
            child,
            orders,
            answers: BufReader::new(answers),
        })
    }

    /// Cuts the file system mounted there and returns when it is dead.
    pub fn cut(&mut self, mount: &Path) -> Result<(), BenchError> {
        let mut answer = String::new();
        writeln!(self.orders, "{}", mount.display())
            .and_then(|()| self.orders.flush())
            .and_then(|()| self.answers.read_line(&mut answer))
            .map_err(failed("shutting the file system down"))?;
        if answer == "down\n" {
            return Ok(());
        }
        Err(failed("shutting the file system down")(std::io::Error::other(
            "the program that does it ended; its words are above",
        )))
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        let _it_may_have_ended = self.child.kill();
        let _it_may_have_ended = self.child.wait();
    }
}
