//! Answering calls with a library.

use crate::fault;
use crate::guarded::Guarded;
use crate::library::{Library, Moment, Names, Returned};
use crate::pipes::Pipes;
use countersign_exits::protocol::{Answer, Call, Fault, Kind, LONGEST, Request, hear, say};
use std::io::{self, ErrorKind, Read, Write};

/// Loads the library, and answers until the caller has no more calls.
pub(crate) fn serve(pipes: &mut Pipes, kind: Kind) -> io::Result<()> {
    fault::catch()?;
    let mut library = match Library::load(&pipes.image(), kind) {
        Ok(library) => library,
        Err(fault) => return say(&mut pipes.output, &Answer::Fault(fault)),
    };
    say(&mut pipes.output, &Answer::Loaded)?;
    match library.init() {
        Ok(0) => say(&mut pipes.output, &Answer::Ready)?,
        Ok(code) => {
            let answer = Answer::Returned {
                code,
                said: None,
                password: 0,
            };
            return say(&mut pipes.output, &answer);
        }
        Err(fault) => return say(&mut pipes.output, &Answer::Fault(fault)),
    }
    loop {
        let request = match hear(&mut pipes.input) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            heard => heard?,
        };
        if let Err(fault) = answer(pipes, &library, &request)? {
            return say(&mut pipes.output, &Answer::Fault(fault));
        }
    }
    library.term();
    Ok(())
}

fn answer(pipes: &mut Pipes, library: &Library, request: &Request) -> io::Result<Result<(), Fault>> {
    let mut names = Names {
        user: Guarded::text(request.user.as_bytes())?,
        application: Guarded::text(request.application.as_bytes())?,
        login: Guarded::text(request.login.as_bytes())?,
    };
    match request.call {
        Call::Before { password } => tell(pipes, library, Moment::Before, &mut names, password),
        Call::After { password } => tell(pipes, library, Moment::After, &mut names, password),
        Call::Generate { rules, size } => {
            let mut room = Guarded::zeroed(size_of_room(size)?)?;
            room.watch();
            let returned = library
                .generate(&mut names, rules, &mut room)
                .ok_or(ErrorKind::Unsupported)?;
            generated(pipes, returned, &mut room)
        }
    }
}

fn tell(
    pipes: &mut Pipes,
    library: &Library,
    moment: Moment,
    names: &mut Names,
    length: u32,
) -> io::Result<Result<(), Fault>> {
    let length = size_of_room(length)?;
    let mut password = Guarded::zeroed(length + 1)?;
    if let Some(place) = password.bytes().get_mut(..length) {
        pipes.input.read_exact(place)?;
    }
    password.watch();
    let returned = library
        .tell(moment, names, &mut password)
        .ok_or(ErrorKind::Unsupported)?;
    if !password.is_whole() {
        return Ok(Err(Fault::Underrun));
    }
    let Returned { code, said } = returned;
    let answer = Answer::Returned {
        code,
        said,
        password: 0,
    };
    say(&mut pipes.output, &answer).map(Ok)
}

fn generated(pipes: &mut Pipes, returned: Returned, room: &mut Guarded) -> io::Result<Result<(), Fault>> {
    if !room.is_whole() {
        return Ok(Err(Fault::Underrun));
    }
    let Returned { code, said } = returned;
    let made = match (code, room.bytes().iter().position(|byte| *byte == 0)) {
        (0, None) => return Ok(Err(Fault::Unterminated)),
        (0, Some(end)) => room.bytes().get(..end).unwrap_or_default(),
        (_, _) => &[],
    };
    let password = u32::try_from(made.len()).map_err(io::Error::other)?;
    say(&mut pipes.output, &Answer::Returned { code, said, password })?;
    pipes.output.write_all(made).map(Ok)
}

fn size_of_room(size: u32) -> io::Result<usize> {
    let size = usize::try_from(size.min(LONGEST)).map_err(io::Error::other)?;
    Ok(size)
}
