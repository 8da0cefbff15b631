//! The child process that speaks LDAP.

use super::protocol::{Answer, Attribute, Code, LONGEST, Operation, Request};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child as Process, Command, Stdio};
use std::time::Duration;

/// The child's file name, beside the program that starts it.
const PROGRAM: &str = "countersign-directory";
/// What the child sees of the environment: where Kerberos keeps its tickets.
const ENVIRONMENT: [&str; 3] = ["KRB5CCNAME", "KRB5_CONFIG", "SSL_CERT_FILE"];

/// A running child. Dropping it ends it.
pub(crate) struct Child {
    process: Process,
    socket: io::BufReader<UnixStream>,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) dn: String,
    pub(crate) attributes: Vec<Attribute>,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Code,
    pub(crate) text: String,
}

impl Child {
    /// Starts one. It answers each request within `patience`, or is ended.
    pub(crate) fn start(patience: Duration) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(patience))?;
        ours.set_write_timeout(Some(patience))?;
        let environment = ENVIRONMENT
            .iter()
            .filter_map(|name| Some((*name, std::env::var_os(name)?)));
        let process = Command::new(program()?)
            .env_clear()
            .envs(environment)
            // A child of a program with a group of its own does without that group.
            .gid(rustix::process::getgid().as_raw())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            process,
            socket: io::BufReader::with_capacity(256 << 10, ours),
        })
    }

    /// Asks for one thing that ends at once: connecting, binding.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Ended> {
        self.send(request)?;
        loop {
            match self.hear()? {
                Answer::Done { code, text, .. } => return Ok(Ended { code, text }),
                Answer::Entry { .. } | Answer::End => {}
            }
        }
    }

    /// Does all operations. `each` is handed every entry with the number of the operation that found it.
    pub(crate) fn run(
        &mut self,
        operations: Vec<Operation>,
        each: &mut dyn FnMut(usize, Found),
    ) -> io::Result<Vec<Ended>> {
        let lost = || Ended {
            code: Code::Lost,
            text: "the connection was lost".to_owned(),
        };
        let mut ended: Vec<Ended> = operations.iter().map(|_| lost()).collect();
        self.send(&Request::Run(operations))?;
        loop {
            let at = |of: u32| usize::try_from(of).unwrap_or(usize::MAX);
            match self.hear()? {
                Answer::Entry { of, dn, attributes } => each(at(of), Found { dn, attributes }),
                Answer::Done { of, code, text } => {
                    if let Some(place) = ended.get_mut(at(of)) {
                        *place = Ended { code, text };
                    }
                }
                Answer::End => return Ok(ended),
            }
        }
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        let frame = postcard::to_allocvec(request).map_err(io::Error::other)?;
        let length = u32::try_from(frame.len()).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("too much is asked for at once"))?;
        let socket = self.socket.get_mut();
        socket.write_all(&length.to_le_bytes())?;
        socket.write_all(&frame)
    }

    fn hear(&mut self) -> io::Result<Answer> {
        let mut length = [0; 4];
        self.socket.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > LONGEST {
            return Err(io::Error::other("too much came at once"));
        }
        let mut frame = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.socket.read_exact(&mut frame)?;
        postcard::from_bytes(&frame).map_err(io::Error::other)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let beside =
        |folder: Option<&std::path::Path>| folder.map(|folder| folder.join(PROGRAM)).filter(|path| path.is_file());
    // Tests are started from a folder below that of the programs.
    let found = beside(own.parent()).or_else(|| beside(own.parent()?.parent()));
    found.ok_or_else(|| {
        let why = format!("{PROGRAM} is not beside {}; install Countersign again", own.display());
        io::Error::new(io::ErrorKind::NotFound, why)
    })
}
