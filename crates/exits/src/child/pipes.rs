//! The only three files this process has.
#![expect(
    unsafe_code,
    reason = "closing whatever was inherited takes a system call on numbers"
)]

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout, stderr, stdin, stdout};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The first descriptor after the standard ones.
const OTHERS: u32 = 3;

/// Where the caller speaks and listens, and what is to be loaded.
pub(crate) struct Pipes {
    pub(crate) input: File,
    pub(crate) output: File,
    image: OwnedFd,
}

impl Pipes {
    /// Takes them from the standard descriptors, which lead nowhere from then on: what an exit prints is no answer.
    pub(crate) fn take() -> io::Result<Self> {
        // SAFETY: nothing of this process has opened a file yet, so none of the numbers is owned by anything.
        if unsafe { libc::close_range(OTHERS, u32::MAX, 0) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let above = 10;
        let pipes = Self {
            input: fcntl_dupfd_cloexec(stdin(), above)?.into(),
            output: fcntl_dupfd_cloexec(stdout(), above)?.into(),
            image: fcntl_dupfd_cloexec(stderr(), above)?,
        };
        let nowhere = open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
        dup2_stdin(&nowhere)?;
        dup2_stdout(&nowhere)?;
        dup2_stderr(&nowhere)?;
        Ok(pipes)
    }

    /// Where the bytes to load are to be found by their name.
    pub(crate) fn image(&self) -> String {
        format!("/proc/self/fd/{}", self.image.as_raw_fd())
    }

    /// Runs the image in place of this program, with the pipes for its standard input and output. Returns only what went wrong.
    pub(crate) fn become_program(&self) -> io::Error {
        let ready = || -> io::Result<()> {
            dup2_stdin(&self.input)?;
            dup2_stdout(&self.output)?;
            // An interpreter opens its script by the same name, after this program is gone.
            fcntl_setfd(&self.image, FdFlags::empty())?;
            Ok(())
        };
        match ready() {
            Ok(()) => Command::new(self.image())
                .env_clear()
                .env("PATH", "/usr/bin:/bin")
                // Without one, interpreters look it up, for which the C library opens a connection.
                .env("HOME", "/")
                .env("LANG", "C.UTF-8")
                .exec(),
            Err(error) => error,
        }
    }
}
