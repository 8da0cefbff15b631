//! An exit and the process that holds it: started once, kept for many calls, and started again after one that went wrong.

mod frames;
mod lines;
mod process;

use crate::error::{Entry, ExitError};
use crate::exit::{Confined, Exit, Form};
use crate::image::Image;
use crate::protocol::{
    Answer, Call, ENDED_BY_OVERRUN, ENDED_BY_UNDERRUN, ENDED_UNRUN, Fault, Kind, LONGEST_NAME, Launch, Request,
};
use crate::sentence::Sentence;
use countersign_secret::{Password, PasswordError};
use process::Process;
use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;

/// The signal of a forbidden system call, SIGSYS, on every architecture we are built for.
const SIGSYS: i32 = 31;
/// The signal of a write to a file, SIGXFSZ: none may grow.
const SIGXFSZ: i32 = 25;

/// See the module.
pub(crate) struct Host {
    exit: Exit,
    kind: Kind,
    image: Image,
    /// The process, unless its last call went wrong.
    running: Option<Process>,
    confined: Confined,
}

/// What a function of an exit returned.
pub(crate) struct Returned {
    pub(crate) code: u64,
    pub(crate) said: Option<Sentence>,
    pub(crate) password: Option<Password>,
}

/// What ends a process.
#[derive(Debug)]
enum Trouble {
    Pipe(io::Error),
    Said(Fault),
    Garbled(String),
    Password(PasswordError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Pipe(error)
    }
}

impl From<PasswordError> for Trouble {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

impl Host {
    /// Reads and checks the file, starts a process for it, and lets it initialise itself.
    pub(crate) fn open(exit: Exit, kind: Kind) -> Result<Self, ExitError> {
        let image = Image::read(&exit)?;
        let (running, confined) = start(&exit, kind, &image)?;
        Ok(Self {
            exit,
            kind,
            image,
            running: Some(running),
            confined,
        })
    }

    pub(crate) fn confined(&self) -> Confined {
        self.confined
    }

    /// Calls a function. After anything but an answer the process is ended.
    pub(crate) fn call(&mut self, request: &Request, password: Option<&Password>) -> Result<Returned, ExitError> {
        check(request, password)?;
        let entry = match request.call {
            Call::Before { .. } => Entry::Before,
            Call::After { .. } => Entry::After,
            Call::Generate { .. } => Entry::Generate,
        };
        let mut process = match self.running.take().filter(Process::waits) {
            Some(process) => process,
            None => {
                let (process, confined) = start(&self.exit, self.kind, &self.image)?;
                self.confined = confined;
                process
            }
        };
        process.allow(self.exit.limit);
        let secret = password.map_or(&[][..], |password| password.expose().as_bytes());
        let returned = match self.exit.form {
            Form::Library => frames::call(&mut process, request, secret),
            Form::Program => lines::call(&mut process, request, secret),
        };
        match returned {
            Ok(returned) => {
                self.running = Some(process);
                Ok(returned)
            }
            Err(trouble) => Err(told(&self.exit, &process, entry, trouble)),
        }
    }

    /// Lets the exit finish (its Term), and waits for its end.
    pub(crate) fn close(&mut self) -> Result<(), ExitError> {
        let Some(mut process) = self.running.take().filter(Process::waits) else {
            return Ok(());
        };
        process.allow(self.exit.limit);
        process.hang_up();
        match process.end() {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(ended(Entry::Term, status)),
            None => Err(ExitError::Late {
                entry: Entry::Term,
                limit: self.exit.limit,
            }),
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`.
        let _ = self.close();
    }
}

/// Starts a process and waits until the exit in it can be called. It has the limit's time to be loaded, and again to initialise itself.
fn start(exit: &Exit, kind: Kind, image: &Image) -> Result<(Process, Confined), ExitError> {
    let mut process = Process::start(image).map_err(ExitError::NotStarted)?;
    let launch = Launch {
        form: exit.form,
        kind,
        confinement: exit.confinement,
        network: exit.network,
        reads: exit.reads.clone(),
        memory: exit.memory,
    };
    process.allow(exit.limit);
    let confined = match frames::launch(&mut process, &launch) {
        Ok(confined) => confined,
        Err(trouble) => return Err(told(exit, &process, Entry::Load, trouble)),
    };
    if exit.form == Form::Library
        && let Err(trouble) = frames::expect(&mut process, |answer| matches!(answer, Answer::Loaded))
    {
        return Err(told(exit, &process, Entry::Load, trouble));
    }
    process.allow(exit.limit);
    let ready = match exit.form {
        Form::Library => frames::initialised(&mut process),
        Form::Program => lines::init(&mut process, kind),
    };
    match ready {
        Ok(Returned { code: 0, .. }) => Ok((process, confined)),
        Ok(Returned { code, said, .. }) => {
            let entry = Entry::Init;
            Err(ExitError::Failed { entry, code, said })
        }
        Err(trouble) => Err(told(exit, &process, Entry::Init, trouble)),
    }
}

/// What happened to a process, for its caller.
fn told(exit: &Exit, process: &Process, entry: Entry, trouble: Trouble) -> ExitError {
    let late = || ExitError::Late {
        entry,
        limit: exit.limit,
    };
    match trouble {
        Trouble::Pipe(error) if error.kind() == ErrorKind::TimedOut => late(),
        Trouble::Pipe(error) if error.kind() == ErrorKind::InvalidData => garbled(entry, error.to_string()),
        // It has closed its pipe: it has ended, or is about to.
        Trouble::Pipe(_) => process.end().map_or_else(late, |status| ended(entry, status)),
        Trouble::Garbled(why) => garbled(entry, why),
        Trouble::Password(error) => ExitError::NotAPassword(error),
        Trouble::Said(fault) => match fault {
            Fault::NotConfined(why) => ExitError::NotConfined(why),
            Fault::Unloadable(why) => ExitError::Unloadable(why),
            Fault::Lacks(name) => ExitError::Lacks(name),
            Fault::Version(found) => ExitError::Version { found },
            Fault::Underrun => ExitError::Underrun { entry },
            Fault::Unterminated => ExitError::Unterminated,
        },
    }
}

fn ended(entry: Entry, status: std::process::ExitStatus) -> ExitError {
    match (status.signal(), status.code()) {
        (Some(SIGSYS | SIGXFSZ), _) => ExitError::Forbidden { entry },
        (Some(signal), _) => ExitError::Crashed { entry, signal },
        (None, Some(ENDED_BY_OVERRUN)) => ExitError::Overrun { entry },
        (None, Some(ENDED_BY_UNDERRUN)) => ExitError::Underrun { entry },
        (None, Some(ENDED_UNRUN)) => {
            ExitError::Unloadable("it is no program, or the interpreter in its first line is not there".to_owned())
        }
        (None, code) => ExitError::Ended {
            entry,
            status: code.unwrap_or_default(),
        },
    }
}

fn garbled(entry: Entry, why: String) -> ExitError {
    ExitError::Garbled { entry, why }
}

/// Whether all of it can be written as C has it.
fn check(request: &Request, password: Option<&Password>) -> Result<(), ExitError> {
    let names = [
        ("user's name", &request.user),
        ("application's name", &request.application),
        ("logon's name", &request.login),
    ];
    for (what, name) in names {
        if name.len() > LONGEST_NAME {
            let why = "it is longer than 1,024 bytes";
            return Err(ExitError::Unsayable { what, why });
        }
        if name.contains('\0') {
            return Err(with_nul(what));
        }
    }
    if password.is_some_and(|password| password.expose().contains('\0')) {
        return Err(with_nul("password"));
    }
    Ok(())
}

fn with_nul(what: &'static str) -> ExitError {
    let why = "it contains a NUL, where C ends a text";
    ExitError::Unsayable { what, why }
}
