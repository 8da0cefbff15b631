use std::io::{BufRead, BufReader, Write};
use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use rustix::process::geteuid;

use super::machine::Machine;
use super::provision::file;
use crate::account::lab_folder;
use crate::{LabError, Result};

/// Who runs the server.
#[derive(Debug)]
pub(super) enum Seat {
    /// We do, being root.
    Own(Box<Machine>),
    /// The laboratory's keeper does, as long as this connection lasts.
    Kept(BufReader<UnixStream>),
}

impl Seat {
    /// A server, its address, and the certificate to trust.
    pub(super) fn take() -> Result<(Self, Ipv4Addr, PathBuf)> {
        if geteuid().is_root() {
            let machine = Machine::start()?;
            let (address, ca) = (machine.address(), machine.ca());
            return Ok((Self::Own(Box::new(machine)), address, ca));
        }
        let socket = lab_folder().ok_or(LabError::NoAccounts("Samba"))?.join("keeper/socket");
        let keeper = UnixStream::connect(&socket).map_err(file("ask the keeper at", &socket))?;
        let mut keeper = BufReader::new(keeper);
        let answer = ask(&mut keeper, "samba")?;
        let parsed = answer
            .split_once(' ')
            .and_then(|(address, ca)| Some((address.parse().ok()?, ca.into())));
        let (address, ca) = parsed.ok_or_else(|| refused(&answer))?;
        Ok((Self::Kept(keeper), address, ca))
    }

    pub(super) fn stop(&mut self) -> Result<()> {
        match self {
            Self::Own(machine) => machine.stop(),
            Self::Kept(keeper) => done(keeper, "stop"),
        }
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        match self {
            Self::Own(machine) => machine.kill(),
            Self::Kept(keeper) => done(keeper, "kill"),
        }
    }

    pub(super) fn restart(&mut self) -> Result<()> {
        match self {
            Self::Own(machine) => machine.restart(),
            Self::Kept(keeper) => done(keeper, "restart"),
        }
    }
}

impl Machine {
    /// The keeper's side: does what the client asks until it hangs up.
    pub fn serve(client: &mut UnixStream) -> std::io::Result<()> {
        let mut machine = match Self::start() {
            Ok(machine) => machine,
            Err(error) => return writeln!(client, "error {error}"),
        };
        writeln!(client, "{} {}", machine.address(), machine.ca().display())?;
        let requests = BufReader::new(client.try_clone()?);
        for request in requests.lines() {
            let done = match request?.as_str() {
                "stop" => machine.stop(),
                "kill" => machine.kill(),
                "restart" => machine.restart(),
                _ => break,
            };
            match done {
                Ok(()) => writeln!(client, "ok")?,
                Err(error) => writeln!(client, "error {error}")?,
            }
        }
        Ok(())
    }
}

fn ask(keeper: &mut BufReader<UnixStream>, request: &str) -> Result<String> {
    let mut answer = String::new();
    let asked = writeln!(keeper.get_mut(), "{request}").and_then(|()| keeper.read_line(&mut answer));
    asked.map_err(file("ask", "the laboratory's keeper".as_ref()))?;
    Ok(answer.trim_end().to_owned())
}

fn done(keeper: &mut BufReader<UnixStream>, request: &str) -> Result<()> {
    let answer = ask(keeper, request)?;
    if answer == "ok" { Ok(()) } else { Err(refused(&answer)) }
}

fn refused(answer: &str) -> LabError {
    LabError::Tool {
        program: "samba".to_owned(),
        message: answer.to_owned(),
    }
}
