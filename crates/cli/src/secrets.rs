//! Where secrets come from: a terminal without echo, or the lines of standard input.

use crate::screen::Screen;
use crate::terminal::{PromptError, read_secret};
use countersign_secret::{Password, PasswordError};
use rustix::io::Errno;
use std::io::{IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};

/// Standard input as a source of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A person at a terminal.
    Terminal,
    /// Something else: one secret a line.
    Lines,
}

impl Source {
    pub(crate) fn standard_input() -> Self {
        if std::io::stdin().is_terminal() {
            Self::Terminal
        } else {
            Self::Lines
        }
    }

    /// A secret that exists already.
    pub(crate) fn existing(self, what: &str) -> Result<Password, PromptError> {
        match self {
            Self::Terminal => ask(what),
            Self::Lines => line(what),
        }
    }

    /// A secret that is new: typed twice at a terminal.
    pub(crate) fn fresh(self, what: &str, screen: &mut Screen) -> Result<Password, PromptError> {
        if self == Self::Lines {
            return line(what);
        }
        for _ in 0..3 {
            let first = ask(what)?;
            if first.is_empty() {
                return Ok(first);
            }
            if ask(&format!("{what}, again"))? == first {
                return Ok(first);
            }
            screen.note("the two entries differ; try again");
        }
        Err(PromptError::Differ)
    }

    /// Words that are spoken on the telephone, or compared with paper or another screen: shown while they are typed.
    pub(crate) fn words(self, what: &str) -> Result<Password, PromptError> {
        if self == Self::Terminal {
            prompt(what);
        }
        line(what)
    }

    /// Something that is no secret: shown while it is typed. Never taken from the lines of standard input, which are secrets.
    pub(crate) fn plain(self, what: &str) -> Result<Option<String>, PromptError> {
        if self == Self::Lines {
            return Ok(None);
        }
        prompt(what);
        Ok(Some(line(what)?.expose().to_owned()))
    }
}

fn ask(what: &str) -> Result<Password, PromptError> {
    prompt(what);
    let read = read_secret(std::io::stdin().as_fd());
    let _ = writeln!(std::io::stderr().lock());
    read
}

fn prompt(what: &str) {
    let mut err = std::io::stderr().lock();
    let what: String = what.chars().filter(|c| !c.is_control()).collect();
    let _ = write!(err, "{what}: ");
    let _ = err.flush();
}

fn line(what: &str) -> Result<Password, PromptError> {
    read_line(std::io::stdin().as_fd(), what)
}

/// A line, byte by byte into locked memory: a buffered reader would keep the secrets of later lines.
fn read_line(from: BorrowedFd<'_>, what: &str) -> Result<Password, PromptError> {
    Password::try_fill(Password::MAX, |into| {
        let mut used = 0;
        loop {
            let mut over = [0; 1];
            let next = into.get_mut(used..=used).unwrap_or(&mut over);
            match rustix::io::read(from, &mut *next) {
                Ok(0) if used == 0 => return Err(PromptError::Ended(what.to_owned())),
                Ok(0) => return Ok(used),
                Ok(_) if next == b"\n" => return Ok(without_return(into, used)),
                Ok(_) if used == Password::MAX => return Err(PasswordError::TooLong.into()),
                Ok(_) => used += 1,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    })
}

/// The length without the `\r` of a file that was written on Windows.
fn without_return(text: &[u8], used: usize) -> usize {
    match text.get(..used) {
        Some([.., b'\r']) => used - 1,
        _ => used,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<Result<String, String>> {
        let (from, to) = rustix::pipe::pipe().unwrap();
        let writing = std::thread::spawn({
            let text = text.to_vec();
            move || std::fs::File::from(to).write_all(&text)
        });
        let mut read = Vec::new();
        loop {
            match read_line(from.as_fd(), "the password") {
                Ok(line) => read.push(Ok(line.expose().to_owned())),
                Err(PromptError::Ended(_)) => break,
                Err(error) => {
                    read.push(Err(error.to_string()));
                    break;
                }
            }
        }
        drop(from);
        let _ = writing.join();
        read
    }

    #[test]
    fn lines_are_taken_one_by_one() {
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(
            lines(b"one\ntwo\r\n\n tab\t\nlast"),
            [ok("one"), ok("two"), ok(""), ok(" tab\t"), ok("last")]
        );
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn the_longest_line_is_bounded() {
        assert_eq!(
            lines(&[[b'x'; 4096].as_slice(), b"\n"].concat())[0]
                .as_ref()
                .map(String::len),
            Ok(4096)
        );
        assert!(lines(&[b'x'; 4098])[0].is_err());
        assert!(lines(b"\xff\n")[0].is_err());
    }
}
