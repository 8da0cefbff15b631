//! Looking at a process: by ourselves, and where we may not by `countersign-identify`, which may.

use crate::proc::ProcError;
use crate::question::{ASKED, HEAD, Question, head, path_of, program as read_program};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The program's file name, beside the program that starts it.
const PROGRAM: &str = "countersign-identify";
/// How long it may be silent: it reads some files of `/proc`.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Started when it is needed first, and gone with us: it reads its questions from us.
static HELPER: Mutex<Option<Helper>> = Mutex::new(None);

/// The executable of a process, and whether the same file is at that path here.
pub(crate) fn program(pid: u32) -> Result<(PathBuf, bool), ProcError> {
    read_program(&ask(Question::Program, pid)?).ok_or(ProcError::Denied)
}

/// The first file with code of a process that somebody other than root may change.
pub(crate) fn foreign_code(pid: u32) -> Result<Option<PathBuf>, ProcError> {
    Ok(path_of(&ask(Question::Code, pid)?))
}

/// The kernel functions the threads of a process sleep in; none where it runs or nobody may know.
#[must_use]
pub fn wait_channels(pid: u32) -> Vec<String> {
    let answer = ask(Question::Waiting, pid).unwrap_or_default();
    String::from_utf8_lossy(&answer).lines().map(str::to_owned).collect()
}

fn ask(question: Question, pid: u32) -> Result<Vec<u8>, ProcError> {
    match question.answer(pid) {
        Err(ProcError::Denied) => {}
        answer => return answer,
    }
    let mut place = HELPER.lock().unwrap_or_else(PoisonError::into_inner);
    let asked = match &mut *place {
        Some(helper) => helper.ask(question, pid),
        None => Helper::start().and_then(|helper| place.insert(helper).ask(question, pid)),
    };
    asked.unwrap_or_else(|error| {
        tracing::debug!(%error, "countersign-identify cannot be asked");
        // What went wrong in the middle of an answer goes wrong in the next one, too.
        *place = None;
        Err(ProcError::Denied)
    })
}

struct Helper {
    process: Child,
    questions: ChildStdin,
    answers: ChildStdout,
}

impl Helper {
    fn start() -> io::Result<Self> {
        let path = std::env::current_exe()?.with_file_name(PROGRAM);
        // Where it is not installed every look at such a process would start a process in vain.
        if !path.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut program = Command::new(path);
        let group = rustix::process::getgid();
        if rustix::process::getegid() != group {
            // A child of a program with a group of its own does without that group.
            program.gid(group.as_raw());
        }
        let mut process = program
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(questions), Some(answers)) => Ok(Self {
                process,
                questions,
                answers,
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn ask(&mut self, question: Question, pid: u32) -> io::Result<Result<Vec<u8>, ProcError>> {
        let mut asked = [question.letter(); ASKED];
        let [_, number @ ..] = &mut asked;
        *number = pid.to_le_bytes();
        self.questions.write_all(&asked)?;
        let mut first = [0; HEAD];
        self.read(&mut first)?;
        let (status, length) = head(first).ok_or(io::ErrorKind::InvalidData)?;
        let mut answer = vec![0; length];
        self.read(&mut answer)?;
        Ok(status.map(|()| answer))
    }

    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            let mut waiting = [PollFd::new(&self.answers, PollFlags::IN)];
            if poll(&mut waiting, Some(&PATIENCE))? == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match self.answers.read(buffer)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => buffer = buffer.get_mut(count..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}
