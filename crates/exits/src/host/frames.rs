//! Speaking to a process that has loaded a library.

use super::process::Process;
use super::{Returned, Trouble};
use crate::exit::Confined;
use crate::protocol::{Answer, Launch, Request, hear, say, written};
use crate::sentence::Sentence;
use countersign_secret::Password;
use std::io::Read;

/// Says what is to be loaded, and hears how it is confined.
pub(super) fn launch(process: &mut Process, launch: &Launch) -> Result<Confined, Trouble> {
    say(process, launch)?;
    match hear(process)? {
        Answer::Confined(confined) => Ok(confined),
        other => Err(unexpected(other)),
    }
}

/// Waits for one answer.
pub(super) fn expect(process: &mut Process, is_it: impl FnOnce(&Answer) -> bool) -> Result<(), Trouble> {
    let answer = hear(process)?;
    if is_it(&answer) {
        Ok(())
    } else {
        Err(unexpected(answer))
    }
}

/// What Init returned.
pub(super) fn initialised(process: &mut Process) -> Result<Returned, Trouble> {
    match hear(process)? {
        Answer::Ready => Ok(Returned {
            code: 0,
            said: None,
            password: None,
        }),
        Answer::Returned {
            code,
            said,
            password: 0,
        } if code != 0 => Ok(Returned {
            code,
            said: sentence(said),
            password: None,
        }),
        other => Err(unexpected(other)),
    }
}

/// Calls a function.
pub(super) fn call(process: &mut Process, request: &Request, secret: &[u8]) -> Result<Returned, Trouble> {
    process.ask(&written(request)?, secret, &[])?;
    match hear(process)? {
        Answer::Returned { code, said, password } => {
            let said = sentence(said);
            let length = usize::try_from(password).unwrap_or(usize::MAX);
            let password = (length > 0).then(|| made(process, length)).transpose()?;
            Ok(Returned { code, said, password })
        }
        other => Err(unexpected(other)),
    }
}

/// Reads a password straight into locked memory.
pub(super) fn made(process: &mut impl Read, length: usize) -> Result<Password, Trouble> {
    Password::try_fill(length, |room| {
        process.read_exact(room)?;
        Ok(length)
    })
}

fn sentence(said: Option<Vec<u8>>) -> Option<Sentence> {
    let said = zeroize::Zeroizing::new(said?);
    Sentence::of(&said)
}

fn unexpected(answer: Answer) -> Trouble {
    match answer {
        Answer::Fault(fault) => Trouble::Said(fault),
        _ => Trouble::Garbled("it is another answer than the one that was due".to_owned()),
    }
}
