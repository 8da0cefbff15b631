//! What comes before the first question: the child's start, TLS, the bind.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use countersign_directory::ldap::protocol::{Answer, Bind, Code, Request, Server};
use countersign_tests::servers::DirectoryServer;

use super::super::{BenchError, clock};
use super::directory::{Directory, PASSWORD, USER, wrong};

/// A child that is asked by hand.
struct Asked {
    process: Child,
    socket: UnixStream,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Asked {
    fn start(program: &Path) -> Result<Self, BenchError> {
        let (socket, theirs) = UnixStream::pair().map_err(wrong)?;
        let process = Command::new(program).stdin(Stdio::from(OwnedFd::from(theirs))).spawn();
        Ok(Self {
            process: process.map_err(wrong)?,
            socket,
        })
    }

    fn ask(&mut self, request: &Request) -> Result<Code, BenchError> {
        let frame = postcard::to_allocvec(request).map_err(wrong)?;
        let length = u32::try_from(frame.len()).map_err(wrong)?;
        self.socket.write_all(&length.to_le_bytes()).map_err(wrong)?;
        self.socket.write_all(&frame).map_err(wrong)?;
        loop {
            let mut length = [0; 4];
            self.socket.read_exact(&mut length).map_err(wrong)?;
            let mut frame = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(wrong)?];
            self.socket.read_exact(&mut frame).map_err(wrong)?;
            match postcard::from_bytes(&frame).map_err(wrong)? {
                Answer::Done { code, .. } => return Ok(code),
                Answer::End | Answer::Entry { .. } => {}
            }
        }
    }

    fn well(&mut self, request: &Request) -> Result<(), BenchError> {
        match self.ask(request)? {
            Code::Result(0) => Ok(()),
            other => Err(wrong(format!("{other:?}"))),
        }
    }
}

/// Start (to the first answer), TLS, bind.
pub fn measure(directory: &Directory, program: &Path) -> Result<[Duration; 3], BenchError> {
    let mut marks = vec![clock::now()];
    let mut child = Asked::start(program)?;
    // Without a connection a run is refused at once: the child is there.
    child.ask(&Request::Run(Vec::new()))?;
    marks.push(clock::now());
    let authorities = std::fs::read(directory.server.ca()).map_err(wrong)?;
    child.well(&Request::Connect(Server {
        url: directory.server.url(),
        authorities: Some(authorities.into()),
        connect_ms: 5_000,
        operation_ms: 5_000,
        exchange_ms: 60_000,
    }))?;
    marks.push(clock::now());
    child.well(&Request::Bind(Bind::Simple {
        name: directory.server.bind_name(USER),
        password: PASSWORD.as_bytes().to_vec().into(),
    }))?;
    marks.push(clock::now());
    let mut stages = marks.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(after.saturating_duration_since(*before)),
        _ => None,
    });
    let mut next = || stages.next().unwrap_or_default();
    Ok([next(), next(), next()])
}
