//! The way to a server: which one, and how it is reached.

use super::bind::{Shown, Who};
use super::child::{Child, Ended, Found};
use super::faults::fault;
use super::protocol::{self, Code, Operation, Request, Server};
use super::settings::{Credentials, Identity, LdapSettings, StartTls};
use countersign_model::port::{Clock, RepositoryError};
use countersign_model::{Monotonic, UserId};
use countersign_secret::Password;
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How much longer than the child itself its parent waits.
const GRACE: Duration = Duration::from_secs(3);
/// A server that does not answer is left alone for this long, and each time twice as long.
const FIRST_REST: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(600);

/// Connections to one directory.
pub(crate) struct Link {
    pub(super) settings: LdapSettings,
    clock: Arc<dyn Clock>,
    open: Option<Open>,
    resting: BTreeMap<usize, Resting>,
    pub(super) who: Who,
}

struct Open {
    child: Child,
    server: usize,
}

struct Resting {
    until: Monotonic,
    rest: Duration,
}

impl Link {
    pub(crate) fn new(settings: LdapSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            clock,
            open: None,
            resting: BTreeMap::new(),
            who: Who::default(),
        }
    }

    pub(crate) fn settings(&self) -> &LdapSettings {
        &self.settings
    }

    /// Where errors say they are: the server that is connected, or the first.
    pub(crate) fn place(&self) -> String {
        let at = self.open.as_ref().map_or(0, |open| open.server);
        self.settings.servers.get(at).cloned().unwrap_or_default()
    }

    /// Which server is connected, by its place in the settings; `None` when none is.
    pub(crate) fn server(&self) -> Option<usize> {
        self.open.as_ref().map(|open| open.server)
    }

    /// Closes the connection.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// Takes a name and password for the binds from now on, and makes one. When they are turned down, those that were good until now stay.
    pub(crate) fn authenticate(&mut self, user: &UserId, password: &Password) -> Result<(), RepositoryError> {
        self.close();
        let turned_down = std::mem::take(&mut self.who.turned_down);
        let wanted = Who {
            user: Some(user.clone()),
            password: Some(password.duplicate()),
            turned_down,
            ..Who::default()
        };
        let before = std::mem::replace(&mut self.who, wanted);
        if let Err(error) = self.opened_for(Shown::Password) {
            // One that could not be shown yet is shown later.
            if self.who.password.is_none() && before.password.is_some() && before.was_good {
                let turned_down = std::mem::take(&mut self.who.turned_down);
                self.who = Who { turned_down, ..before };
            }
            return Err(error);
        }
        if self.settings.credentials == Credentials::Local {
            // It was to be proved, no more: what follows is asked with the ticket.
            self.close();
            self.who.password = None;
        }
        Ok(())
    }

    /// Does operations on a server, the first that answers. When the connection is lost meanwhile, that is the result: some may have
    /// been done.
    pub(crate) fn run(
        &mut self,
        operations: Vec<Operation>,
        each: &mut dyn FnMut(usize, Found),
    ) -> Result<Vec<Ended>, RepositoryError> {
        let within = self.settings.patience.exchange + GRACE;
        let open = self.opened()?;
        let server = open.server;
        let ran = open.child.run(operations, within, each);
        let lost = match ran {
            Ok(ended) => match ended.iter().find(|ended| is_lost(ended.code)) {
                None => return Ok(ended),
                Some(lost) => lost.clone(),
            },
            Err(error) => broken(&error),
        };
        let place = self.place();
        self.close();
        self.rest(server);
        Err(fault(&place, &lost))
    }

    fn opened(&mut self) -> Result<&mut Open, RepositoryError> {
        let shown = match self.settings.credentials {
            Credentials::Directory => Shown::Password,
            Credentials::Local | Credentials::LocalThenDirectory => Shown::Local,
        };
        self.opened_for(shown)
    }

    fn opened_for(&mut self, shown: Shown) -> Result<&mut Open, RepositoryError> {
        if self.open.is_none() {
            let open = self.connect_and_bind(shown)?;
            self.open = Some(open);
        }
        let place = self.place();
        self.open.as_mut().ok_or_else(|| RepositoryError::Unreachable {
            place,
            why: "there is no connection".to_owned(),
        })
    }

    /// Tries the servers in order: those that rest only when all do.
    fn connect_and_bind(&mut self, shown: Shown) -> Result<Open, RepositoryError> {
        self.check_password(shown)?;
        let now = self.clock.steady();
        let rests = |at: &usize| self.resting.get(at).is_some_and(|resting| resting.until > now);
        let all: Vec<usize> = (0..self.settings.servers.len()).collect();
        let awake: Vec<usize> = all.iter().copied().filter(|at| !rests(at)).collect();
        let mut last = None;
        for at in if awake.is_empty() { all } else { awake } {
            let tried = self.connect(at).and_then(|mut child| {
                self.bind(&mut child, at, shown)?;
                Ok(child)
            });
            match tried {
                Ok(child) => {
                    self.resting.remove(&at);
                    return Ok(Open { child, server: at });
                }
                Err(error @ RepositoryError::Unreachable { .. }) => {
                    self.rest(at);
                    last = Some(error);
                }
                // Another server would say the same, and count it as another failure.
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| RepositoryError::Unreachable {
            place: "the directory".to_owned(),
            why: "no server is named; set `directory.servers`".to_owned(),
        }))
    }

    fn rest(&mut self, server: usize) {
        let now = self.clock.steady();
        let before = self.resting.get(&server).map(|resting| resting.rest * 2);
        let rest = before.unwrap_or(FIRST_REST).min(LONGEST_REST);
        let until = now.after(rest);
        self.resting.insert(server, Resting { until, rest });
    }

    fn connect(&self, at: usize) -> Result<Child, RepositoryError> {
        let url = self.settings.servers.get(at).cloned().unwrap_or_default();
        let invalid = |why: &str| RepositoryError::Invalid {
            place: url.clone(),
            why: why.to_owned(),
        };
        if self.settings.start_tls == StartTls::Refused && !url.starts_with("ldaps://") {
            return Err(invalid(
                "only ldaps:// is used unless `directory.start_tls` is on; a password is never sent in the clear",
            ));
        }
        let read = |name: &str, file: &Path| {
            let pem = std::fs::read(file).map(ByteBuf::from);
            pem.map_err(|error| invalid(&format!("`{name}`, {}, cannot be read: {error}", file.display())))
        };
        let authorities = self.settings.authorities.as_ref();
        let authorities = authorities.map(|file| read("directory.ca", file)).transpose()?;
        let identity = match &self.settings.identity {
            None => None,
            Some(Identity { certificate, key }) => Some(protocol::Identity {
                certificate: read("directory.certificate", certificate)?,
                key: read("directory.key", key)?,
            }),
        };
        let patience = self.settings.patience;
        let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let request = Request::Connect(Server {
            url: url.clone(),
            authorities,
            identity,
            connect_ms: millis(patience.connect),
            operation_ms: millis(patience.operation),
            exchange_ms: millis(patience.exchange),
        });
        let started = Child::start(patience.connect.max(patience.operation) + GRACE).and_then(|mut child| {
            let ended = child.ask(&request)?;
            Ok((child, ended))
        });
        match started {
            Ok((child, ended)) if ended.code == Code::Result(0) => Ok(child),
            Ok((_, ended)) => Err(fault(&url, &ended)),
            Err(error) => Err(fault(&url, &broken(&error))),
        }
    }
}

pub(super) fn is_lost(code: Code) -> bool {
    match code {
        // After more than was asked for, who knows what else is on the way.
        Code::Lost | Code::Tls | Code::Late | Code::Garbled | Code::TooMany => true,
        Code::Result(_) | Code::Policy(_) | Code::Unable => false,
    }
}

pub(super) fn broken(error: &io::Error) -> Ended {
    let text = match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "it does not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
            "what it sent could not be read, and the connection was closed".to_owned()
        }
        _ => error.to_string(),
    };
    Ended { code: Code::Lost, text }
}
