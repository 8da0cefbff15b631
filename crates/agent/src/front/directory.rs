//! The directory as the user meets it: his password, shown to it once and then only kept for what follows, and what he may do there.

use super::Front;
use crate::message::{Call, Material, Message};
use countersign_model::port::{Finding, RepositoryError, Verdict};
use countersign_secret::Password;
use countersign_wire::{Answer, Check, CheckResult, ErrorCode, ErrorReply, PrimaryMethod, Reply, Request};

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
        let repository = material.repository.as_ref().ok_or_else(unusable)?;
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

    /// Looks at the directory from the user's side.
    pub(super) fn examine_directory(&self) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let repository = material.repository.as_ref().ok_or_else(unusable)?;
        let examined = repository.examine(&material.terms.user);
        repository.settle();
        let checks = match examined {
            Ok(found) if found.is_empty() => vec![Check {
                name: "directory".to_owned(),
                result: CheckResult::Warning,
                found: "there is none: the repository is a folder".to_owned(),
                next: Some("set `directory.servers` to use one".to_owned()),
            }],
            Ok(found) => found.into_iter().map(check_of).collect(),
            Err(error) => vec![Check {
                name: "directory".to_owned(),
                result: CheckResult::Bad,
                found: error.to_string(),
                next: None,
            }],
        };
        Ok(Reply::Doctor(checks).into())
    }

    /// A password that is to open the vault day by day: where that is the directory's, the directory proves it before anything is wrapped
    /// under it. One that cannot be asked says nothing about it.
    pub(super) fn prove_primary(&self, material: &Material, password: &Password) -> Result<(), ErrorReply> {
        let method = material.terms.primary.only().or(material.primary);
        if method != Some(PrimaryMethod::Directory) {
            return Ok(());
        }
        match self.authenticate(material, password) {
            Ok(()) => {
                let _ending = self
                    .inbox()
                    .send(Message::Repository(countersign_model::RepositoryEvent::Configuration));
                Ok(())
            }
            Err(error) if error.code == ErrorCode::WrongSecret => Err(error),
            Err(error) => {
                tracing::warn!("{}", error.message);
                Ok(())
            }
        }
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

fn unusable() -> ErrorReply {
    ErrorReply::new(ErrorCode::Unreachable, "the repository cannot be used").next("run `countersign doctor`")
}

fn check_of(finding: Finding) -> Check {
    Check {
        name: finding.about.to_owned(),
        result: match finding.verdict {
            Verdict::Good => CheckResult::Good,
            Verdict::Doubtful => CheckResult::Warning,
            Verdict::Bad => CheckResult::Bad,
        },
        found: finding.found,
        next: finding.next.map(str::to_owned),
    }
}
