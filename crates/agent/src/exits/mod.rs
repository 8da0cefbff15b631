//! The site's password exits: asked before a password is changed, told when it is in use, and asked for new ones.
//!
//! What is here knows the settings and nothing of the engine. An exit may take two seconds to start and two for each call, so all of it
//! is for threads that may wait.

mod examining;
mod generating;
#[cfg(test)]
mod tests;

pub(crate) use examining::check_of;
pub use generating::NotGenerated;

use countersign_exits::{
    Agreed as AgreedExit, Change, ChangeExit, Confinement, Exit, ExitError, Network, Pins, Sentence,
};
use countersign_rules::Settings;
use countersign_secret::Password;
use countersign_wire::{ErrorCode, ErrorReply};

/// How a library is told from a program.
const LIBRARY: &str = ".so";

/// The exits of the settings in force. None named: nothing is asked.
#[derive(Clone, Debug, Default)]
pub struct Exits {
    /// In the order they are asked.
    change: Vec<Exit>,
    generate: Option<Exit>,
}

/// Whose password it is, as exits are told.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The user, as Countersign knows him.
    pub user: &'a str,
    /// The application.
    pub application: &'a str,
    /// The name he logs on with there.
    pub login: &'a str,
}

/// An exit that said no or gave no answer, and why. Nothing of the password is in it but in what it [said](Refusal::said).
#[derive(Debug, thiserror::Error)]
#[error("password exit `{exit}`: {why}")]
pub struct Refusal {
    /// Its file's name.
    pub exit: String,
    /// What became of it.
    pub why: ExitError,
}

/// A password that every exit agrees to, and the exits, which wait to hear that it is in use. Dropping it means that it is not.
#[must_use = "update the password, and then say so with `updated`"]
pub struct Agreed {
    password: Password,
    exits: Vec<(String, AgreedExit)>,
}

/// What an exit had to say when it was told of a password in use.
#[derive(Debug)]
pub struct Told {
    /// Its file's name.
    pub exit: String,
    /// What it said; or that it reported an error or gave no answer, which is to be reported. The password is changed.
    pub said: Result<Option<Sentence>, ExitError>,
}

impl Exits {
    /// Those that the settings name.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        // What is no hash was refused when the settings were read; without it nothing would be loaded that it stands for.
        let pins: Pins = settings
            .words("exits.pins")
            .iter()
            .filter_map(|pin| pin.parse().ok())
            .collect();
        let exit = |name: &String| exit(settings, name, pins.clone());
        Self {
            change: settings.words("exits.change").iter().map(exit).collect(),
            generate: Some(settings.text("exits.generate").to_owned())
                .filter(|name| !name.is_empty())
                .map(|name| exit(&name)),
        }
    }

    /// Asks every change exit about a new password, in order, until one refuses. Update the password only with what this returns.
    ///
    /// Each is read and checked against its pin anew, and may take two seconds to start, to make itself ready, and to answer.
    ///
    /// # Errors
    /// The first [`Refusal`]. The password stays as it is then, and no exit hears of it again.
    pub fn agree(&self, account: &Account<'_>, password: Password) -> Result<Agreed, Refusal> {
        let change = Change {
            user: account.user,
            application: account.application,
            login: account.login,
            password: &password,
        };
        let ask = |exit: &Exit| {
            let agreed = ChangeExit::open(exit.clone()).and_then(|open| open.agree(&change));
            let name = exit.name.clone();
            match agreed {
                Ok(agreed) => Ok((name, agreed)),
                Err(why) => Err(Refusal { exit: name, why }),
            }
        };
        let exits = self.change.iter().map(ask).collect::<Result<_, _>>()?;
        Ok(Agreed { password, exits })
    }
}

impl Refusal {
    /// What the exit has to say to the user. It may repeat the password: it is shown to him and to nobody else.
    #[must_use]
    pub fn said(&self) -> Option<&Sentence> {
        match &self.why {
            ExitError::Rejected { said, .. } | ExitError::Failed { said, .. } => said.as_ref(),
            _ => None,
        }
    }
}

impl From<&Refusal> for ErrorReply {
    /// For the client that asked for the change. What the exit said goes beside it, as a secret.
    fn from(refusal: &Refusal) -> Self {
        let reply = Self::new(ErrorCode::Refused, refusal.to_string());
        match refusal.why {
            ExitError::Rejected { .. } => reply,
            _ => reply
                .next("`countersign doctor` tries every exit; no password is changed before it finds all of them good"),
        }
    }
}

impl Agreed {
    /// The password.
    #[must_use]
    pub fn password(&self) -> &Password {
        &self.password
    }

    /// What each exit said with its yes, if it said anything.
    pub fn said(&self) -> impl Iterator<Item = (&str, &Sentence)> {
        let said = |(name, exit)| Some((String::as_str(name), AgreedExit::said(exit)?));
        self.exits.iter().map(|(name, exit)| (name, exit)).filter_map(said)
    }

    /// Tells every exit that the password is in use. One that fails keeps no other from hearing of it.
    pub fn updated(self) -> Vec<Told> {
        let Self { password, exits } = self;
        let tell = |(exit, agreed): (String, AgreedExit)| Told {
            exit,
            said: agreed.updated(&password),
        };
        exits.into_iter().map(tell).collect()
    }
}

fn exit(settings: &Settings, name: &str, pins: Pins) -> Exit {
    let folder = settings.text("exits.folder");
    let exit = match name.ends_with(LIBRARY) {
        true => Exit::library(folder, name, pins),
        false => Exit::program(folder, name, pins),
    };
    let may_connect = settings.words("exits.network").iter().any(|allowed| allowed == name);
    Exit {
        confinement: match settings.text("exits.confinement") {
            "best-effort" => Confinement::BestEffort,
            _ => Confinement::Require,
        },
        network: match may_connect {
            true => Network::Allowed,
            false => Network::Forbidden,
        },
        reads: settings.words("exits.reads").iter().map(Into::into).collect(),
        ..exit
    }
}
