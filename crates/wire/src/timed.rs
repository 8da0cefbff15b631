use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

#[expect(
    clippy::disallowed_methods,
    reason = "deadlines of a socket; nothing else here asks for the time"
)]
fn now() -> Instant {
    Instant::now()
}

/// A stream with deadlines: how long until the first byte, and how long from there to the end of the frame. One byte now and then
/// gains nothing.
pub(crate) struct Timed<'a> {
    stream: &'a UnixStream,
    deadline: Instant,
    once_begun: Option<Duration>,
}

impl<'a> Timed<'a> {
    /// For reading: waits `silence` for the first byte, then `frame` for the rest.
    pub(crate) fn reading(stream: &'a UnixStream, silence: Duration, frame: Duration) -> Self {
        Self {
            stream,
            deadline: later(silence),
            once_begun: Some(frame),
        }
    }

    /// For writing: everything within `frame`.
    pub(crate) fn writing(stream: &'a UnixStream, frame: Duration) -> Self {
        Self {
            stream,
            deadline: later(frame),
            once_begun: None,
        }
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(now());
        // The system takes a time-out of zero for none at all, and counts in microseconds.
        if left < Duration::from_micros(1) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

fn later(by: Duration) -> Instant {
    let start = now();
    start.checked_add(by).unwrap_or(start)
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        let read = self.stream.read(into)?;
        if let Some(frame) = self.once_begun.take() {
            self.deadline = later(frame);
        }
        Ok(read)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
