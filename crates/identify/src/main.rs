//! `countersign-identify`: says which program runs in a process that made itself undumpable.
//!
//! Its file has the one capability CAP_SYS_PTRACE (capabilities(7)); it uses it only to read links and files of `/proc`, only of
//! processes whose real user id is its caller's, and says neither addresses nor contents. Questions come on the standard input.

use countersign_identify::proc::{self, ProcError};
use countersign_identify::question::{ASKED, Question, written};
use rustix::process::{Resource, Rlimit, getuid, setrlimit};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if setrlimit(Resource::Core, none).is_err() {
        return ExitCode::FAILURE;
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Answers until the caller is gone.
fn serve() -> io::Result<()> {
    let (mut questions, mut answers) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut asked = [0; ASKED];
        match questions.read_exact(&mut asked) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let [letter, pid @ ..] = asked;
        let question = Question::of(letter).ok_or(ErrorKind::InvalidData)?;
        answers.write_all(&written(answer(question, u32::from_le_bytes(pid))))?;
        answers.flush()?;
    }
}

/// Looks, if the process is the caller's before and after.
fn answer(question: Question, pid: u32) -> Result<Vec<u8>, ProcError> {
    let before = owned(pid)?;
    let answer = question.answer(pid)?;
    // Meanwhile it may have become another process, or a program with the rights of another user.
    if owned(pid)? == before {
        Ok(answer)
    } else {
        Err(ProcError::Ended)
    }
}

/// When the process began, if the caller started it: its real user id is his. A program that acts as root then, such as `passwd`, is one
/// he is asked by all the same.
fn owned(pid: u32) -> Result<u64, ProcError> {
    let [real, ..] = proc::users(pid)?;
    if real != getuid().as_raw() {
        return Err(ProcError::Denied);
    }
    Ok(proc::stat(pid)?.lineage.started)
}
