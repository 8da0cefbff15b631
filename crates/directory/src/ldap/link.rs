//! The way to a server: which one, who asks, and what was turned down.

use super::child::{Child, Ended, Found};
use super::faults::fault;
use super::protocol::{Bind, Code, Operation, Request, Server};
use super::settings::{Credentials, LdapSettings, StartTls};
use countersign_model::port::{Clock, RepositoryError};
use countersign_model::{Monotonic, UserId};
use countersign_secret::Password;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// How much longer than the child itself its parent waits.
const GRACE: Duration = Duration::from_secs(3);
/// A server that does not answer is left alone for this long, and each time twice as long.
const FIRST_REST: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(600);

/// Connections to one directory.
pub(crate) struct Link {
    settings: LdapSettings,
    clock: Arc<dyn Clock>,
    open: Option<Open>,
    resting: BTreeMap<usize, Resting>,
    who: Who,
}

struct Open {
    child: Child,
    server: usize,
}

struct Resting {
    until: Monotonic,
    rest: Duration,
}

/// Who asks, and what is known about that.
#[derive(Default)]
struct Who {
    user: Option<UserId>,
    password: Option<Password>,
    /// What the directory turned down: it is sent to no server again.
    turned_down: Vec<[u8; 32]>,
    /// A password was good once, and then another bind was turned down.
    lost_favour: bool,
    was_good: bool,
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

    /// Takes a name and password for the binds from now on, and makes one.
    pub(crate) fn authenticate(&mut self, user: &UserId, password: &Password) -> Result<(), RepositoryError> {
        self.close();
        self.who.user = Some(user.clone());
        self.who.password = Some(password.duplicate());
        (self.who.was_good, self.who.lost_favour) = (false, false);
        self.opened_for(Shown::Password)?;
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
            Credentials::Local | Credentials::LocalThenDirectory => Shown::Ticket,
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
        let authorities = match &self.settings.authorities {
            None => None,
            Some(file) => match std::fs::read(file) {
                Ok(pem) => Some(ByteBuf::from(pem)),
                Err(error) => {
                    let why = format!("`directory.ca`, {}, cannot be read: {error}", file.display());
                    return Err(invalid(&why));
                }
            },
        };
        let patience = self.settings.patience;
        let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let request = Request::Connect(Server {
            url: url.clone(),
            authorities,
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

    fn needs_password(&self, why: &str) -> RepositoryError {
        RepositoryError::NeedsPassword {
            place: self.place(),
            why: why.to_owned(),
        }
    }

    /// A password that was turned down is not tried again, so there is no need to connect.
    fn check_password(&mut self, shown: Shown) -> Result<(), RepositoryError> {
        if shown == Shown::Ticket {
            return Ok(());
        }
        match (&self.who.password, self.digest()) {
            (None, _) if self.who.lost_favour => Err(RepositoryError::PasswordWithdrawn { place: self.place() }),
            (None, _) => Err(self.needs_password("it has not been typed yet")),
            (Some(_), digest) if self.who.turned_down.contains(&digest) => {
                self.who.password = None;
                Err(self.needs_password("it turned this one down before, and it is not sent again until it is another"))
            }
            (Some(_), _) => Ok(()),
        }
    }

    /// What stands for name and password among those that were turned down. It stays in this process.
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let user = self.who.user.as_ref().map(UserId::as_str).unwrap_or_default();
        hash.update(user.len().to_le_bytes());
        hash.update(user);
        hash.update(self.who.password.as_ref().map_or("", Password::expose));
        hash.finalize().into()
    }

    fn bind(&mut self, child: &mut Child, at: usize, shown: Shown) -> Result<(), RepositoryError> {
        let place = self.settings.servers.get(at).cloned().unwrap_or_default();
        if shown == Shown::Ticket {
            let ended = child
                .ask(&Request::Bind(Bind::Kerberos))
                .unwrap_or_else(|error| broken(&error));
            match (ended.code, self.settings.credentials) {
                (Code::Result(0), _) => return Ok(()),
                (Code::Unable, Credentials::LocalThenDirectory) => self.check_password(Shown::Password)?,
                (Code::Unable, _) => {
                    return Err(self.needs_password(&format!("there is no Kerberos ticket to show ({})", ended.text)));
                }
                _ => return Err(self.turned_down(&place, &ended)),
            }
        }
        let user = self.who.user.as_ref().map(UserId::as_str).unwrap_or_default();
        let name = bind_name(&self.settings.bind_name, user);
        let password = self.who.password.as_ref().map_or("", Password::expose);
        let bind = Bind::Simple {
            name,
            password: ByteBuf::from(password.as_bytes()),
        };
        let ended = child.ask(&Request::Bind(bind)).unwrap_or_else(|error| broken(&error));
        if ended.code == Code::Result(0) {
            self.who.was_good = true;
            return Ok(());
        }
        if is_lost(ended.code) || is_passing(ended.code) {
            return Err(fault(&place, &ended));
        }
        let digest = self.digest();
        self.who.turned_down.push(digest);
        self.who.password = None;
        self.who.lost_favour |= self.who.was_good;
        Err(self.turned_down(&place, &ended))
    }

    fn turned_down(&self, place: &str, ended: &Ended) -> RepositoryError {
        let closed = |why: &str| RepositoryError::AccountClosed {
            place: place.to_owned(),
            why: why.to_owned(),
        };
        // Active Directory says why in its text; 525, 533 and 701 are the codes of no such user, disabled, expired.
        let data = ended.text.split("data ").nth(1).and_then(|rest| rest.split(',').next());
        match (ended.code, data) {
            (Code::Policy(1), _) => closed("it is locked"),
            (Code::Result(49), Some("533")) => closed("it is disabled"),
            (Code::Result(49), Some("701")) => closed("it has expired"),
            (Code::Result(49), Some("525")) => closed("it is not there"),
            (Code::Result(49), Some("775")) => closed("it is locked"),
            (Code::Policy(0 | 2), _) | (Code::Result(49), Some("532" | "773")) => {
                self.needs_password("the password has expired or must be changed first")
            }
            (Code::Result(53), _) => closed("the server does not let it in"),
            (Code::Result(49), _) if self.who.was_good => RepositoryError::PasswordWithdrawn {
                place: place.to_owned(),
            },
            (Code::Result(49) | Code::Policy(_), _) => self.needs_password("it turned this one down"),
            _ => fault(place, ended),
        }
    }
}

/// What is shown to the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Ticket,
    Password,
}

/// A DN takes the name as a value, anything else as it is.
fn bind_name(pattern: &str, user: &str) -> String {
    let is_dn = pattern.contains('=');
    let user = if is_dn {
        super::names::in_dn(user)
    } else {
        user.to_owned()
    };
    pattern.replace("{user}", &user)
}

fn is_lost(code: Code) -> bool {
    match code {
        // After more than was asked for, who knows what else is on the way.
        Code::Lost | Code::Tls | Code::Late | Code::Garbled | Code::TooMany => true,
        Code::Result(_) | Code::Policy(_) | Code::Unable => false,
    }
}

/// Whether a server could not answer a bind at all: that says nothing about the password (RFC 4511, appendix A.2).
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Result(1 | 3 | 51 | 52 | 80))
}

fn broken(error: &io::Error) -> Ended {
    let text = match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "it does not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => {
            "what it sent could not be read, and the connection was closed".to_owned()
        }
        _ => error.to_string(),
    };
    Ended { code: Code::Lost, text }
}
