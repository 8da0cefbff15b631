//! What a process that made itself undumpable keeps even from its own user (ptrace(2), proc(5)), and how it is asked for.
//!
//! A question is its letter and the process's number (4 bytes, least first). The answer is a status, the length of what follows (4 bytes,
//! least first) and what follows. Paths are bytes as the kernel has them.

use crate::code;
use crate::proc::{self, ProcError};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// How long a question is.
pub const ASKED: usize = 5;
/// How long status and length of an answer are.
pub const HEAD: usize = 5;
/// The longest answer: a path, or the wait channels of a few hundred threads.
pub const LONGEST: usize = 64 << 10;

/// What is asked of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The executable, behind a byte that is 1 where the same file is at that path here.
    Program,
    /// The first file with code in it that somebody other than root may change; nothing where there is none.
    Code,
    /// The kernel functions its threads sleep in, a line each.
    Waiting,
}

impl Question {
    /// As it is sent.
    #[must_use]
    pub fn letter(self) -> u8 {
        match self {
            Self::Program => b'p',
            Self::Code => b'c',
            Self::Waiting => b'w',
        }
    }

    /// As it was sent; nothing for a letter that asks nothing.
    #[must_use]
    pub fn of(letter: u8) -> Option<Self> {
        [Self::Program, Self::Code, Self::Waiting]
            .into_iter()
            .find(|question| question.letter() == letter)
    }

    /// Looks, with whatever this process may see.
    ///
    /// # Errors
    /// See [`ProcError`].
    pub fn answer(self, pid: u32) -> Result<Vec<u8>, ProcError> {
        match self {
            Self::Program => {
                let path = proc::executable(pid)?;
                let is_here = proc::same_mounts(pid)? || proc::is_file_at(pid, &path);
                let mut answer = vec![u8::from(is_here)];
                answer.extend_from_slice(path.as_os_str().as_bytes());
                Ok(answer)
            }
            Self::Code => {
                let found = code::foreign(pid)?;
                Ok(found.map(|path| path.into_os_string().into_vec()).unwrap_or_default())
            }
            Self::Waiting => {
                let channels = proc::wait_channels(pid);
                if channels.is_empty() {
                    // To those who may not know the kernel says the same as of a process that runs.
                    proc::executable(pid)?;
                }
                Ok(channels.join("\n").into_bytes())
            }
        }
    }
}

/// An answer as it is sent. One that is too long is none.
#[must_use]
pub fn written(answer: Result<Vec<u8>, ProcError>) -> Vec<u8> {
    let answer = answer.and_then(|bytes| (bytes.len() <= LONGEST).then_some(bytes).ok_or(ProcError::Denied));
    let (status, bytes) = match answer {
        Ok(bytes) => (0, bytes),
        Err(ProcError::Ended) => (1, Vec::new()),
        Err(ProcError::Denied) => (2, Vec::new()),
    };
    let mut sent = vec![status];
    sent.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
    sent.extend(bytes);
    sent
}

/// Status and length of an answer that was sent: what it says without its bytes, and how many of them follow. Nothing for what is none.
pub(crate) fn head(sent: [u8; HEAD]) -> Option<(Result<(), ProcError>, usize)> {
    let [status, length @ ..] = sent;
    let status = match status {
        0 => Ok(()),
        1 => Err(ProcError::Ended),
        2 => Err(ProcError::Denied),
        _ => return None,
    };
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    (length <= LONGEST).then_some((status, length))
}

/// The executable of a process, and whether the same file is at that path here.
pub(crate) fn program(answer: &[u8]) -> Option<(PathBuf, bool)> {
    let (is_here, path) = answer.split_first()?;
    Some((path_of(path)?, *is_here == 1))
}

/// A path that was sent; nothing for an empty one.
pub(crate) fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    (!bytes.is_empty()).then(|| PathBuf::from(OsString::from_vec(bytes.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_are_read_as_they_were_written() {
        for question in [Question::Program, Question::Code, Question::Waiting] {
            assert_eq!(Question::of(question.letter()), Some(question));
        }
        assert_eq!(Question::of(b'x'), None);
        for (answer, said) in [
            (Ok(b"/bin/sh".to_vec()), Ok(())),
            (Err(ProcError::Ended), Err(ProcError::Ended)),
        ] {
            let sent = written(answer.clone());
            let (status, length) = head(sent[..HEAD].try_into().unwrap()).unwrap();
            assert_eq!((status, length), (said, answer.map_or(0, |bytes| bytes.len())));
        }
        assert_eq!(written(Ok(vec![b'/'; LONGEST + 1])), written(Err(ProcError::Denied)));
        assert_eq!(head([3, 0, 0, 0, 0]), None);
        assert_eq!(head([0, 255, 255, 255, 255]), None);
        assert_eq!(program(b"\x01/bin/sh"), Some(("/bin/sh".into(), true)));
        assert_eq!((program(b""), program(b"\x01")), (None, None));
    }

    #[test]
    fn of_ourselves_everything_is_known() {
        let me = std::process::id();
        let answer = Question::Program.answer(me).unwrap();
        assert_eq!(program(&answer), Some((std::env::current_exe().unwrap(), true)));
        assert_eq!(Question::Program.answer(u32::MAX - 1), Err(ProcError::Ended));
        assert!(Question::Waiting.answer(me).is_ok());
    }
}
