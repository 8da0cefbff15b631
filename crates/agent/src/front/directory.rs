//! The user's password for the directory: shown to it once, and then only kept for what follows.

use super::Front;
use crate::message::{Call, Material, Message};
use countersign_model::port::RepositoryError;
use countersign_secret::Password;
use countersign_wire::{Answer, ErrorCode, ErrorReply, PrimaryMethod, Reply, Request};

impl Front {
    /// Shows the directory a password and reads everything again.
    pub(super) fn log_in(&self, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        self.authenticate(&material, password)?;
        let refreshed: Answer = self.ask(|reply| {
            Message::Call(Call {
                request: Request::Refresh,
                secrets: Vec::new(),
                reply,
            })
        })?;
        Ok(match refreshed.reply {
            Reply::Error(error) => error.into(),
            _ => Reply::Done.into(),
        })
    }

    /// Proves a password by the directory.
    pub(super) fn authenticate(&self, material: &Material, password: &Password) -> Result<(), ErrorReply> {
        let repository = material.repository.as_ref().ok_or_else(|| {
            ErrorReply::new(ErrorCode::Unreachable, "the repository cannot be used").next("run `countersign doctor`")
        })?;
        repository
            .authenticate(&material.terms.user, password)
            .map_err(|error| {
                let code = match &error {
                    RepositoryError::NeedsPassword { .. } | RepositoryError::PasswordWithdrawn { .. } => {
                        ErrorCode::WrongSecret
                    }
                    RepositoryError::AccountClosed { .. } | RepositoryError::Denied { .. } => ErrorCode::Refused,
                    _ => ErrorCode::Unreachable,
                };
                ErrorReply::new(code, error.to_string())
            })
    }

    /// What opened the vault day by day is the directory's password: it is shown there, too, and nobody waits for that.
    pub(super) fn log_in_with(&self, material: &Material, password: &Password) {
        let wanted = material.primary == Some(PrimaryMethod::Directory);
        let Some(repository) = material.repository.clone().filter(|_| wanted) else {
            return;
        };
        let (user, password) = (material.terms.user.clone(), password.duplicate());
        let inbox = self.inbox();
        let started = std::thread::Builder::new().name("directory".to_owned()).spawn(move || {
            match repository.authenticate(&user, &password) {
                Ok(()) => {
                    let _ending = inbox.send(Message::Repository(countersign_model::RepositoryEvent::Configuration));
                }
                Err(error) => tracing::warn!("{error}"),
            }
        });
        if let Err(error) = started {
            tracing::error!("the directory is not asked now: {error}");
        }
    }
}
