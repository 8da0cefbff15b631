//! The child process that speaks LDAP.

use super::names::Place;
use super::protocol::{Answer, Attribute, Code, Depth, LONGEST, LONGEST_ANSWER, Operation, Request};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child as Process, Command, Stdio};
use std::time::{Duration, Instant};

/// The child's file name, beside the program that starts it.
const PROGRAM: &str = "countersign-directory";
/// What the child sees of the environment: where Kerberos keeps its tickets.
const ENVIRONMENT: [&str; 3] = ["KRB5CCNAME", "KRB5_CONFIG", "SSL_CERT_FILE"];

/// How many bytes of entries a child may hand on for one request: four times 100,000 objects of 2 KiB.
const MOST_BYTES: usize = 1 << 30;

/// A running child. Dropping it ends it.
///
/// Whoever owns a directory server may own the child, too: it is not believed more than a server is. What it says has bounds, and
/// entries that no operation asked for end it.
pub(crate) struct Child {
    process: Process,
    socket: io::BufReader<Timed>,
}

/// The socket to a child, which is read until a moment and no longer.
struct Timed {
    stream: UnixStream,
    /// How long it may be silent.
    silence: Duration,
    until: Instant,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(moment());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left.min(self.silence)))?;
        self.stream.read(buffer)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child that is not believed is not waited for, whatever the clock of the port says"
)]
fn moment() -> Instant {
    Instant::now()
}

/// What a search may find.
struct Asked {
    /// As it was asked for, and as it is compared.
    written: String,
    base: Place,
    depth: Depth,
    most: u32,
}

impl Asked {
    fn by(operation: &Operation) -> Option<Self> {
        match operation {
            Operation::Search(search) => Some(Self {
                written: search.base.clone(),
                base: Place::of(&search.base),
                depth: search.depth,
                most: search.most,
            }),
            _ => None,
        }
    }

    /// Takes note of an entry that came. False when it is none that was asked for.
    fn takes(&mut self, dn: &str) -> bool {
        let some = self.most > 0;
        self.most = self.most.saturating_sub(1);
        some && (self.is_plainly_below(dn) || Place::of(dn).is_within(&self.base, self.depth))
    }

    /// Whether it is directly below the base, written as that was asked for: most servers answer so, and it need not be taken apart.
    fn is_plainly_below(&self, dn: &str) -> bool {
        let name = dn.strip_suffix(&self.written).and_then(|name| name.strip_suffix(','));
        let is_one = |name: &str| name.contains('=') && !name.contains([',', '\\', '"']);
        self.depth != Depth::Base && !self.written.is_empty() && name.is_some_and(is_one)
    }
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
    /// Starts one. It is never silent for longer than `silence`, or is ended.
    pub(crate) fn start(silence: Duration) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_write_timeout(Some(silence))?;
        let environment = ENVIRONMENT
            .iter()
            .filter_map(|name| Some((*name, std::env::var_os(name)?)));
        let mut program = Command::new(program()?);
        let group = rustix::process::getgid();
        if rustix::process::getegid() != group {
            // A child of a program with a group of its own does without that group. Where it has none it is not said: the process would
            // be copied before the child begins.
            program.gid(group.as_raw());
        }
        let process = program
            .env_clear()
            .envs(environment)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            process,
            socket: io::BufReader::with_capacity(
                256 << 10,
                Timed {
                    stream: ours,
                    silence,
                    until: moment(),
                },
            ),
        })
    }

    /// Asks for one thing that ends at once: connecting, binding.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Ended> {
        let silence = self.socket.get_ref().silence;
        self.send(request, silence)?;
        loop {
            match self.hear()?.0 {
                Answer::Done { code, text, .. } => return Ok(Ended { code, text }),
                Answer::Entry { .. } | Answer::End => {}
            }
        }
    }

    /// Does all operations within a time. `each` is handed every entry with the number of the operation that found it.
    pub(crate) fn run(
        &mut self,
        operations: Vec<Operation>,
        within: Duration,
        each: &mut dyn FnMut(usize, Found),
    ) -> io::Result<Vec<Ended>> {
        let lost = || Ended {
            code: Code::Lost,
            text: "the connection was lost".to_owned(),
        };
        let mut ended: Vec<Ended> = operations.iter().map(|_| lost()).collect();
        let mut asked: Vec<Option<Asked>> = operations.iter().map(Asked::by).collect();
        self.send(&Request::Run(operations), within)?;
        let mut room = MOST_BYTES;
        loop {
            let at = |of: u32| usize::try_from(of).unwrap_or(usize::MAX);
            let (answer, size) = self.hear()?;
            match answer {
                Answer::Entry { of, dn, attributes } => {
                    let search = asked.get_mut(at(of)).and_then(Option::as_mut);
                    if !search.is_some_and(|search| search.takes(&dn)) {
                        return Err(io::Error::other("it sent an entry that nobody asked for"));
                    }
                    room = room.checked_sub(size).ok_or_else(too_much)?;
                    each(at(of), Found { dn, attributes });
                }
                Answer::Done { of, code, text } => {
                    if let Some(place) = ended.get_mut(at(of)) {
                        *place = Ended { code, text };
                    }
                }
                Answer::End => return Ok(ended),
            }
        }
    }

    /// Asks. What is heard after that is the answer, for as long as this.
    fn send(&mut self, request: &Request, within: Duration) -> io::Result<()> {
        // In one piece: the child would wake for the length, and again for the rest.
        let mut frame = postcard::to_extend(request, vec![0; size_of::<u32>()]).map_err(io::Error::other)?;
        let length = u32::try_from(frame.len().saturating_sub(size_of::<u32>()));
        let length = length.ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("too much is asked for at once"))?;
        if let Some(place) = frame.first_chunk_mut() {
            *place = length.to_le_bytes();
        }
        let socket = self.socket.get_mut();
        socket.until = moment() + within;
        socket.stream.write_all(&frame)
    }

    /// The next answer, and how long it was.
    fn hear(&mut self) -> io::Result<(Answer, usize)> {
        let mut length = [0; 4];
        self.socket.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length > LONGEST_ANSWER {
            return Err(too_much());
        }
        let mut frame = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.socket.read_exact(&mut frame)?;
        let answer = postcard::from_bytes(&frame);
        let answer = answer.map_err(|_| io::Error::other("what it sent could not be read"))?;
        Ok((answer, frame.len()))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn too_much() -> io::Error {
    io::Error::other("more came than there is room for")
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

#[cfg(test)]
mod tests {
    use super::super::entries::reading;
    use super::*;
    use serde_bytes::ByteBuf;

    const BASE: &str = "cn=a,dc=x";

    /// A child that was taken over: it says this, whatever it is asked.
    fn taken_over(within: Duration, says: impl Fn(&mut UnixStream) + Send + 'static) -> io::Result<Vec<String>> {
        let (ours, mut theirs) = UnixStream::pair()?;
        let speaking = std::thread::spawn(move || {
            let mut length = [0; 4];
            theirs.read_exact(&mut length).unwrap();
            theirs
                .read_exact(&mut vec![0; u32::from_le_bytes(length) as usize])
                .unwrap();
            says(&mut theirs);
        });
        let socket = Timed {
            stream: ours,
            silence: Duration::from_secs(20),
            until: moment(),
        };
        let mut child = Child {
            process: Command::new("true").spawn()?,
            socket: io::BufReader::new(socket),
        };
        let mut found = Vec::new();
        let ran = child.run(vec![reading(BASE, &["cn"])], within, &mut |_, entry| {
            found.push(entry.dn)
        });
        drop(child);
        speaking.join().unwrap();
        ran.map(|_| found)
    }

    fn say(stream: &mut UnixStream, answer: &Answer) {
        let frame = postcard::to_allocvec(answer).unwrap();
        let length = u32::try_from(frame.len()).unwrap();
        let _ended = stream
            .write_all(&length.to_le_bytes())
            .and_then(|()| stream.write_all(&frame));
    }

    fn entry(of: u32, dn: &str, attributes: usize) -> Answer {
        let attribute = ("cn".to_owned(), vec![ByteBuf::from("a")]);
        Answer::Entry {
            of,
            dn: dn.to_owned(),
            attributes: vec![attribute; attributes],
        }
    }

    fn patient(says: impl Fn(&mut UnixStream) + Send + 'static) -> io::Result<Vec<String>> {
        taken_over(Duration::from_secs(60), says)
    }

    #[test]
    fn what_is_below_a_base_is_seen_without_taking_it_apart() {
        let below = |depth, dn: &str| {
            let asked = Asked {
                written: BASE.to_owned(),
                base: Place::of(BASE),
                depth,
                most: 1,
            };
            asked.is_plainly_below(dn)
        };
        assert!(below(Depth::Level, "cn=b,cn=a,dc=x") && below(Depth::Tree, "cn=b+cn=c,cn=a,dc=x"));
        assert!(!below(Depth::Base, "cn=b,cn=a,dc=x"));
        for other in [
            "cn=a,dc=x",
            "cn=b,cn=c,cn=a,dc=x",
            "cn=b\\,cn=a,dc=x",
            "b,cn=a,dc=x",
            ",cn=a,dc=x",
        ] {
            assert!(!below(Depth::Level, other), "{other}");
        }
    }

    #[test]
    fn a_child_that_was_taken_over_is_not_believed() {
        let good = patient(|stream| {
            say(stream, &entry(0, "CN=a, dc=x", 1));
            say(stream, &Answer::End);
        });
        assert_eq!(good.unwrap(), ["CN=a, dc=x"]);
        type Says = fn(&mut UnixStream);
        let wrong: [(&str, Says); 7] = [
            ("an operation there is not", |stream| say(stream, &entry(7, BASE, 1))),
            ("another place", |stream| say(stream, &entry(0, "cn=b,dc=x", 1))),
            ("more than asked for", |stream| {
                say(stream, &entry(0, BASE, 1));
                say(stream, &entry(0, BASE, 1));
            }),
            ("many attributes", |stream| say(stream, &entry(0, BASE, 100_000))),
            ("a long frame", |stream| {
                let _ended = stream.write_all(&u32::MAX.to_le_bytes());
            }),
            ("no message", |stream| {
                let _ended = stream.write_all(&[4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
            }),
            ("the end", |_| {}),
        ];
        for (what, says) in wrong {
            assert!(patient(says).is_err(), "{what}");
        }
    }

    #[test]
    fn a_child_that_talks_for_ever_is_not_listened_to_for_ever() {
        let done = Answer::Done {
            of: 0,
            code: Code::Lost,
            text: String::new(),
        };
        let late = taken_over(Duration::from_millis(300), move |stream| {
            let frame = postcard::to_allocvec(&done).unwrap();
            let length = u32::try_from(frame.len()).unwrap().to_le_bytes();
            while stream
                .write_all(&length)
                .and_then(|()| stream.write_all(&frame))
                .is_ok()
            {}
        });
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
