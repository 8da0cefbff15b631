//! Making a vault.

use super::Front;
use super::anew::{enrolled_as, made};
use crate::message::{Before, Material};
use crate::requests::vault_elsewhere;
use countersign_model::HeaderVersion;
use countersign_secret::Password;
use countersign_wire::{Answer, ErrorCode, ErrorReply, PrimaryChoice, PrimaryMethod, PrimaryReport, Reply};

/// Whether it has to be seen that the user has no vault yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Needed,
    NotNeeded,
}

impl Front {
    pub(super) fn enroll(
        &self,
        wanted: Option<PrimaryMethod>,
        sight: Sight,
        password: &Password,
        answer: &Password,
    ) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        if material.vault.is_some() {
            return Err(
                ErrorReply::new(ErrorCode::AlreadyEnrolled, "there is a vault on this machine already")
                    .next("run `countersign unlock`; if nothing opens it any more, `countersign enroll --start-over`"),
            );
        }
        let primary = at_first_use(material.terms.primary.at_first_use(), wanted)?;
        if primary.method == PrimaryMethod::Directory {
            self.authenticate(&material, password)?;
        }
        has_none_elsewhere(&material, sight)?;
        let made = made(&material, (password, answer), HeaderVersion(0))?;
        let mut answer = self.adopt(&material, enrolled_as(made, Before::Same))?;
        if let Reply::Enrolled(enrolled) = &mut answer.reply {
            if let (PrimaryChoice::Picked(why), None) = (&primary.choice, wanted) {
                enrolled
                    .warnings
                    .push(format!("your login password opens the vault day by day: {why}"));
            }
            self.keep_primary(primary.method, primary.choice)?;
        }
        Ok(answer)
    }
}

/// A new vault never takes the place of one the user has: what cannot be seen may be there.
fn has_none_elsewhere(material: &Material, sight: Sight) -> Result<(), ErrorReply> {
    let unseen = |why: String| match sight {
        Sight::NotNeeded => Ok(()),
        Sight::Needed => {
            let message = format!("whether you have a vault already cannot be seen: {why}");
            let next = "try again when the repository can be reached; if you are sure that you have none, `countersign enroll --unseen`";
            Err(ErrorReply::new(ErrorCode::Unreachable, message).next(next))
        }
    };
    if material.elsewhere.is_some() {
        return Err(vault_elsewhere());
    }
    match &material.repository {
        None => unseen("the repository cannot be used".to_owned()),
        Some(repository) => match repository.header(&material.terms.user) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(vault_elsewhere()),
            Err(error) => unseen(error.to_string()),
        },
    }
}

/// What an enrolment makes: what its user wants, if he may.
fn at_first_use(picked: PrimaryReport, wanted: Option<PrimaryMethod>) -> Result<PrimaryReport, ErrorReply> {
    match wanted {
        None => Ok(picked),
        Some(method) if picked.allowed.contains(&method) => Ok(PrimaryReport {
            method,
            choice: match picked.choice {
                PrimaryChoice::Setting => PrimaryChoice::Setting,
                _ => PrimaryChoice::User,
            },
            ..picked
        }),
        Some(method) => Err(ErrorReply::new(
            ErrorCode::Refused,
            format!("a new vault does not get `{}` for its primary here", method.name()),
        )
        .next("`countersign settings primary.method` says what is set; afterwards `countersign primary change` changes it")),
    }
}
