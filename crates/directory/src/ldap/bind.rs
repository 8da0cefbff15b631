//! Who asks: what is shown to a server, and what it turned down.

use super::child::{Child, Ended};
use super::faults::fault;
use super::link::{Link, broken, is_lost};
use super::protocol::{Bind, Code, Request};
use super::settings::Credentials;
use countersign_model::UserId;
use countersign_model::port::RepositoryError;
use countersign_secret::Password;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

/// Who asks, and what is known about that.
#[derive(Default)]
pub(super) struct Who {
    pub(super) user: Option<UserId>,
    pub(super) password: Option<Password>,
    /// What the directory turned down: it is sent to no server again.
    pub(super) turned_down: Vec<[u8; 32]>,
    /// A password was good once, and then another bind was turned down.
    pub(super) lost_favour: bool,
    pub(super) was_good: bool,
}

/// What is shown to the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The session's ticket, or the certificate of the settings.
    Local,
    /// Name and password.
    Password,
}

/// How a bind without a password ended.
enum Locally {
    Bound,
    /// There is nothing to show, or the server knows nobody by it.
    NotTaken,
}

impl Link {
    pub(super) fn needs_password(&self, why: &str) -> RepositoryError {
        RepositoryError::NeedsPassword {
            place: self.place(),
            why: why.to_owned(),
        }
    }

    /// A password that was turned down is not tried again, so there is no need to connect.
    pub(super) fn check_password(&mut self, shown: Shown) -> Result<(), RepositoryError> {
        if shown == Shown::Local {
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

    pub(super) fn bind(&mut self, child: &mut Child, at: usize, shown: Shown) -> Result<(), RepositoryError> {
        let place = self.settings.servers.get(at).cloned().unwrap_or_default();
        if shown == Shown::Local {
            match self.bind_locally(child, &place)? {
                Locally::Bound => return Ok(()),
                Locally::NotTaken => self.check_password(Shown::Password)?,
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

    /// Binds with what this machine's session has: the certificate of the settings, or the Kerberos ticket.
    fn bind_locally(&self, child: &mut Child, place: &str) -> Result<Locally, RepositoryError> {
        let (bind, what) = match self.settings.identity {
            Some(_) => (
                Bind::External,
                "the certificate of `directory.certificate` is not taken",
            ),
            None => (Bind::Kerberos, "there is no Kerberos ticket to show"),
        };
        let is_certificate = matches!(bind, Bind::External);
        let ended = child.ask(&Request::Bind(bind)).unwrap_or_else(|error| broken(&error));
        let lost = "it closed the connection when it was shown the certificate of `directory.certificate`: it may not know its authority, or the certificate has expired";
        let is_taken = match ended.code {
            Code::Result(0) => return Ok(Locally::Bound),
            // No such mechanism, none here, nobody whom it stands for (RFC 4511, appendix A.2).
            Code::Result(7 | 48 | 49) if is_certificate => false,
            Code::Lost if is_certificate => {
                let text = lost.to_owned();
                return Err(fault(place, &Ended { text, ..ended }));
            }
            Code::Unable => false,
            _ => true,
        };
        match (is_taken, self.settings.credentials) {
            (true, _) => Err(self.turned_down(place, &ended)),
            (false, Credentials::LocalThenDirectory) => Ok(Locally::NotTaken),
            (false, _) => Err(self.needs_password(&format!("{what} ({})", ended.text))),
        }
    }
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

/// Whether a server could not answer a bind at all: that says nothing about the password (RFC 4511, appendix A.2).
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Result(1 | 3 | 51 | 52 | 80))
}
