//! Secrets typed at a terminal: no echo, straight into locked memory, the terminal as it was afterwards, whatever happens.

use countersign_secret::{Password, PasswordError};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Why a secret was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PromptError {
    #[error("cancelled; nothing was changed")]
    Cancelled,
    #[error("standard input ended where {0} was expected; give one line for each secret, in the order of `--help`")]
    Ended(String),
    #[error("{0} is empty; nothing was changed")]
    Empty(String),
    #[error(transparent)]
    Secret(#[from] PasswordError),
    #[error("the two entries differ; nothing was changed")]
    Differ,
    #[error("the terminal cannot be read: {0}")]
    Terminal(#[from] Errno),
    #[error("the terminal cannot be read: {0}")]
    Signals(#[from] io::Error),
}

/// Reads a secret without echo. The prompt is already there.
pub(crate) fn read_secret(terminal: BorrowedFd<'_>) -> Result<Password, PromptError> {
    let signals = Signals::held()?;
    let quiet = Quiet::begin(terminal)?;
    let read = Password::try_fill(Password::MAX, |into| edit(terminal, &signals, into));
    drop(quiet);
    read
}

/// A terminal that shows nothing and hands over every key at once, until dropped.
struct Quiet<'fd> {
    terminal: BorrowedFd<'fd>,
    before: Termios,
}

impl<'fd> Quiet<'fd> {
    fn begin(terminal: BorrowedFd<'fd>) -> Result<Self, PromptError> {
        let before = tcgetattr(terminal)?;
        let mut modes = before.clone();
        // No ISIG: Ctrl-C comes as a byte, so that it cannot end the program with the echo still off.
        modes.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before the prompt was shown on the screen: it is thrown away.
        tcsetattr(terminal, OptionalActions::Flush, &modes)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Signals that would end the program, held while a terminal is quiet. Otherwise they do what they always do.
struct Signals {
    arrived: UnixStream,
    registered: Vec<SigId>,
}

static AT_WORK: OnceLock<Arc<AtomicBool>> = OnceLock::new();

impl Signals {
    fn held() -> io::Result<Self> {
        let (arrived, arriving) = UnixStream::pair()?;
        let fatal = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
        if AT_WORK.get().is_none() {
            let usual = AT_WORK.get_or_init(|| Arc::new(AtomicBool::new(true)));
            for signal in fatal {
                signal_hook::flag::register_conditional_default(signal, Arc::clone(usual))?;
            }
        }
        let mut held = Self {
            arrived,
            registered: Vec::with_capacity(fatal.len()),
        };
        for signal in fatal {
            let id = signal_hook::low_level::pipe::register(signal, arriving.try_clone()?)?;
            held.registered.push(id);
        }
        Self::usual(false);
        Ok(held)
    }

    fn usual(usual: bool) {
        if let Some(flag) = AT_WORK.get() {
            flag.store(usual, Ordering::SeqCst);
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        Self::usual(true);
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

/// A line editor for what is not shown: Backspace, Ctrl-U, Ctrl-C, Ctrl-D, Return. Other control keys and arrows do nothing.
fn edit(terminal: BorrowedFd<'_>, signals: &Signals, into: &mut [u8]) -> Result<usize, PromptError> {
    let mut used = 0;
    let mut escape = Escape::None;
    loop {
        wait(terminal, signals)?;
        let Some(next) = into.get_mut(used..=used) else {
            return Err(PasswordError::TooLong.into());
        };
        match rustix::io::read(terminal, &mut *next) {
            Ok(0) => return Err(PromptError::Cancelled),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let byte = next.first().copied().unwrap_or_default();
        if escape.swallows(byte) {
            continue;
        }
        match byte {
            b'\n' | b'\r' => return Ok(used),
            0x03 => return Err(PromptError::Cancelled),
            0x04 if used == 0 => return Err(PromptError::Cancelled),
            0x04 => return Ok(used),
            0x08 | 0x7f => used = without_last(into, used),
            0x15 => used = 0,
            b'\t' | b' '.. => used += 1,
            _ => {}
        }
    }
}

fn wait(terminal: BorrowedFd<'_>, signals: &Signals) -> Result<(), PromptError> {
    loop {
        let mut wanted = [
            PollFd::new(&signals.arrived, PollFlags::IN),
            PollFd::from_borrowed_fd(terminal, PollFlags::IN),
        ];
        match rustix::event::poll(&mut wanted, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let [signal, _] = wanted;
        return if signal.revents().is_empty() {
            Ok(())
        } else {
            Err(PromptError::Cancelled)
        };
    }
}

/// Where in an escape sequence (an arrow key, say) the input is.
enum Escape {
    None,
    Begun,
    Inside,
}

impl Escape {
    /// Whether this byte is part of one.
    fn swallows(&mut self, byte: u8) -> bool {
        let (next, part) = match (&self, byte) {
            (Self::None, 0x1b) => (Self::Begun, true),
            (Self::None, _) => (Self::None, false),
            (Self::Begun, b'[' | b'O') => (Self::Inside, true),
            // Return, Ctrl-C and Ctrl-D count also after a lone Escape.
            (Self::Begun, byte) => (Self::None, byte >= b' '),
            (Self::Inside, b'@'..=b'~') => (Self::None, true),
            (Self::Inside, byte) if byte < b' ' => (Self::None, false),
            (Self::Inside, _) => (Self::Inside, true),
        };
        *self = next;
        part
    }
}

/// The length without the last character.
fn without_last(text: &[u8], used: usize) -> usize {
    let text = text.get(..used).unwrap_or_default();
    text.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backspace_takes_whole_characters() {
        assert_eq!(without_last("aß😀".as_bytes(), 7), 3);
        assert_eq!(without_last("aß".as_bytes(), 3), 1);
        assert_eq!(without_last(b"a", 1), 0);
        assert_eq!(without_last(b"", 0), 0);
    }

    #[test]
    fn arrow_keys_are_swallowed_whole() {
        let mut escape = Escape::None;
        let kept: Vec<u8> = b"a\x1b[1;5Db\x1bOPc\x1b\nd"
            .iter()
            .copied()
            .filter(|byte| !escape.swallows(*byte))
            .collect();
        assert_eq!(kept, b"abc\nd");
    }
}
