use crate::error::{Entry, ExitError};
use crate::exit::{Confined, Exit};
use crate::host::Host;
use crate::protocol::{Call, Kind, Request};
use crate::rules::PasswordRules;
use crate::sentence::Sentence;
use countersign_secret::Password;

/// What a password is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The user, as Countersign knows him (`szSSOUserName`).
    pub user: &'a str,
    /// The application (`szApplName`).
    pub application: &'a str,
    /// The name he logs on with there (`szLoginName`).
    pub login: &'a str,
    /// What it has to be (`pPwdRules`). The exit is told; whether it obeys is for the caller to check.
    pub rules: PasswordRules,
    /// The room for it, in bytes, with its NUL (`iPwdSize`): 2 to 4,097.
    pub size: u16,
}

/// A password the exit made. Check it against the rules: an exit may forget one.
#[derive(Debug)]
pub struct Generated {
    /// The password. Never empty.
    pub password: Password,
    /// What the exit said with it.
    pub said: Option<Sentence>,
}

/// An exit that makes passwords. Its process lives like that of a [`ChangeExit`](crate::ChangeExit).
pub struct GeneratorExit(Host);

impl GeneratorExit {
    /// Reads, checks and loads the exit, and lets it initialise itself.
    ///
    /// # Errors
    /// Everything about the file, its process and its Init; see [`ExitError`].
    pub fn open(exit: Exit) -> Result<Self, ExitError> {
        Host::open(exit, Kind::Generator).map(Self)
    }

    /// What holds the exit's process.
    #[must_use]
    pub fn confined(&self) -> Confined {
        self.0.confined()
    }

    /// Has a password made (`ssod_Exit_PwdAutoGen`).
    ///
    /// # Errors
    /// [`ExitError::Failed`] when it reports an error; anything else when it made none.
    pub fn generate(&mut self, wanted: &Wanted<'_>) -> Result<Generated, ExitError> {
        if !(2..=Password::MAX + 1).contains(&usize::from(wanted.size)) {
            return Err(ExitError::Unsayable {
                what: "room for the password",
                why: "it has to be 2 to 4,097 bytes",
            });
        }
        let request = Request {
            user: wanted.user.to_owned(),
            application: wanted.application.to_owned(),
            login: wanted.login.to_owned(),
            call: Call::Generate {
                rules: wanted.rules,
                size: u32::from(wanted.size),
            },
        };
        let returned = self.0.call(&request, None)?;
        let said = returned.said;
        match (returned.code, returned.password) {
            (0, Some(password)) if password.expose().len() >= usize::from(wanted.size) => Err(ExitError::Unterminated),
            (0, Some(password)) => Ok(Generated { password, said }),
            (0, None) => Err(ExitError::NoPassword),
            (code, _) => {
                let entry = Entry::Generate;
                Err(ExitError::Failed { entry, code, said })
            }
        }
    }

    /// Lets the exit finish (`ssod_Exit_Auto_Term`) and waits for its end.
    ///
    /// # Errors
    /// When it crashed or did not come to an end. Its process is gone all the same.
    pub fn close(mut self) -> Result<(), ExitError> {
        self.0.close()
    }
}
