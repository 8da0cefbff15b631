use crate::error::{Entry, ExitError};
use crate::exit::{Confined, Exit};
use crate::host::Host;
use crate::protocol::{Call, Kind, Request};
use crate::sentence::Sentence;
use countersign_secret::Password;

/// A new password for one logon of one user.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The user, as Countersign knows him (`szSSOUserName`).
    pub user: &'a str,
    /// The application (`szApplName`).
    pub application: &'a str,
    /// The name he logs on with there (`szLoginName`).
    pub login: &'a str,
    /// The new password (`szPassword`).
    pub password: &'a Password,
}

/// An exit that judges new passwords and hears of changed ones.
///
/// Its process is started by [`ChangeExit::open`], serves every call, and is started again by the first call after one that went wrong.
/// Dropping it lets the exit finish, for which it has as long as for a call.
pub struct ChangeExit(Host);

impl ChangeExit {
    /// Reads, checks and loads the exit, and lets it initialise itself.
    ///
    /// # Errors
    /// Everything about the file, its process and its Init; see [`ExitError`].
    pub fn open(exit: Exit) -> Result<Self, ExitError> {
        Host::open(exit, Kind::Change).map(Self)
    }

    /// What holds the exit's process. After a restart it may hold otherwise only where the kernel does.
    #[must_use]
    pub fn confined(&self) -> Confined {
        self.0.confined()
    }

    /// Asks the exit about a new password, before anything is changed (`ssod_Exit_PreSetPwd`).
    ///
    /// Update the password only with what this returns, and then call [`Accepted::updated`].
    ///
    /// # Errors
    /// [`ExitError::Rejected`] when it says no; anything else when it gave no answer. In both cases the password has to stay as it is.
    pub fn before<'a>(&'a mut self, change: &'a Change<'a>) -> Result<Accepted<'a>, ExitError> {
        let password = length(change.password);
        let returned = self
            .0
            .call(&request(change, Call::Before { password }), Some(change.password))?;
        match returned.code {
            0 => Ok(Accepted {
                host: &mut self.0,
                change,
                said: returned.said,
            }),
            code => {
                let said = returned.said;
                Err(ExitError::Rejected { code, said })
            }
        }
    }

    /// The same for an update that is made elsewhere: what this returns may go to another thread, and takes the exit with it.
    ///
    /// # Errors
    /// Those of [`ChangeExit::before`]. The exit is let go then.
    pub fn agree(mut self, change: &Change<'_>) -> Result<Agreed, ExitError> {
        let said = self.before(change)?.said;
        Ok(Agreed {
            host: self.0,
            user: change.user.to_owned(),
            application: change.application.to_owned(),
            login: change.login.to_owned(),
            said,
        })
    }

    /// Lets the exit finish (`ssod_Exit_Pwd_Term`) and waits for its end.
    ///
    /// # Errors
    /// When it crashed or did not come to an end. Its process is gone all the same.
    pub fn close(mut self) -> Result<(), ExitError> {
        self.0.close()
    }
}

/// A change the exit agrees to. Dropping it means that the password was not updated after all: the exit hears nothing of it then.
#[must_use = "update the password, and then say so with `updated`"]
pub struct Accepted<'a> {
    host: &'a mut Host,
    change: &'a Change<'a>,
    said: Option<Sentence>,
}

impl Accepted<'_> {
    /// What the exit said with its yes.
    #[must_use]
    pub fn said(&self) -> Option<&Sentence> {
        self.said.as_ref()
    }

    /// Tells the exit that the password has been updated (`ssod_Exit_PostSetPwd`). What it has to say to that.
    ///
    /// # Errors
    /// [`ExitError::Failed`] when it reports an error; anything else when it gave no answer. The password is changed: report it.
    pub fn updated(self) -> Result<Option<Sentence>, ExitError> {
        tell(self.host, self.change)
    }
}

/// An exit that agreed to a change ([`ChangeExit::agree`]). It keeps everything about it but the password. Dropping it means that the
/// password was not updated after all.
#[must_use = "update the password, and then say so with `updated`"]
pub struct Agreed {
    host: Host,
    user: String,
    application: String,
    login: String,
    said: Option<Sentence>,
}

impl Agreed {
    /// What the exit said with its yes.
    #[must_use]
    pub fn said(&self) -> Option<&Sentence> {
        self.said.as_ref()
    }

    /// Tells the exit that the password it agreed to is in use, as [`Accepted::updated`] does.
    ///
    /// # Errors
    /// Those of [`Accepted::updated`].
    pub fn updated(mut self, password: &Password) -> Result<Option<Sentence>, ExitError> {
        let change = Change {
            user: &self.user,
            application: &self.application,
            login: &self.login,
            password,
        };
        tell(&mut self.host, &change)
    }
}

/// Says that a password has been updated.
fn tell(host: &mut Host, change: &Change<'_>) -> Result<Option<Sentence>, ExitError> {
    let password = length(change.password);
    let returned = host.call(&request(change, Call::After { password }), Some(change.password))?;
    let said = returned.said;
    match returned.code {
        0 => Ok(said),
        code => {
            let entry = Entry::After;
            Err(ExitError::Failed { entry, code, said })
        }
    }
}

fn request(change: &Change<'_>, call: Call) -> Request {
    Request {
        user: change.user.to_owned(),
        application: change.application.to_owned(),
        login: change.login.to_owned(),
        call,
    }
}

/// A password is no longer than [`Password::MAX`].
fn length(password: &Password) -> u32 {
    u32::try_from(password.expose().len()).unwrap_or(u32::MAX)
}
