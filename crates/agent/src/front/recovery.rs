//! Recovery with the helpdesk: the halves are made and printed, tried, and used.

use super::{Front, enroll_error, enrolled, judged, login_slot, owner, this_device, unlock_error};
use crate::message::{Adoption, Material, Message, Opening, OwnerCall};
use crate::syncing::{Cause, Renewal, Standing};
use countersign_secret::Password;
use countersign_vault::{
    AuditEvent, EnrollError, HalfA, HalfB, HalfError, Owner, RecoverError, SlotKind, ThisDevice, UnlockError, Unlocked,
    derive_vault_name, inspect_header, recover,
};
use countersign_wire::{Answer, ErrorCode, ErrorReply, RecoverTerms, Reply};

/// Words that were heard on the telephone, and those that were printed.
pub(super) struct Halves<'a> {
    pub(super) helpdesk: &'a Password,
    pub(super) printed: Option<&'a Password>,
}

/// The vault as recovery finds it: this device's, or the user's in the repository.
pub(super) struct Found<'a> {
    pub(super) header: &'a [u8],
    pub(super) device: Option<ThisDevice<'a>>,
    pub(super) owner: Owner<'a>,
}

impl Front {
    pub(super) fn recover_terms(&self) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let found = find(&material)?;
        let facts = inspect_header(found.header).map_err(|error| unlock_error(&error))?;
        let Some(recovery) = facts.recovery else {
            return Err(recover_error(&RecoverError::NoRecovery));
        };
        Ok(Reply::RecoverTerms(RecoverTerms {
            words: derive_vault_name(facts.vault).join(" "),
            people: recovery.people,
            needs_printed: found.device.is_none(),
            question: material.terms.question.clone(),
        })
        .into())
    }

    /// Makes new halves, with a new passphrase if one is given, and hands the code to print out.
    pub(super) fn recover_setup(
        &self,
        password: &Password,
        passphrase: Option<&Password>,
    ) -> Result<Answer, ErrorReply> {
        let passphrase = match passphrase {
            Some(typed) => Some(judged(typed, &self.material()?.terms)?),
            None => None,
        };
        let renewal = Renewal {
            passphrase,
            cause: Cause::Asked,
        };
        self.as_owner(OwnerCall::Renew(renewal), password)
    }

    /// Opens the vault by its halves and lets it go again: nothing is changed.
    pub(super) fn recover_drill(&self, halves: &Halves<'_>) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        self.opened(&find(&material)?, halves)?;
        self.enter(AuditEvent::Recovery, "vault", "a drill: the words open it");
        Ok(Reply::Done.into())
    }

    /// Opens the vault by its halves. This machine gets a new password at once; a new passphrase, new halves and a new key of the vault
    /// are written to the repository, or follow when it answers.
    pub(super) fn recover(
        &self,
        halves: &Halves<'_>,
        passphrase: &Password,
        password: &Password,
    ) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        // Before the words are used up.
        let passphrase = judged(passphrase, &material.terms)?;
        if password.is_empty() {
            return Err(enroll_error(&EnrollError::EmptyPassword));
        }
        let found = find(&material)?;
        let unlocked = self.opened(&found, halves)?;
        let adoption = match (&found.device, &material.elsewhere) {
            (None, Some(elsewhere)) => self
                .listed(&material, elsewhere, unlocked, password)?
                .adoption(&material)?,
            _ => {
                self.prove_primary(&material, password)?;
                Adoption::Rewrapped {
                    device_slots: login_slot(&material, &unlocked, password)?,
                    unlocked: Box::new(unlocked),
                    header: found.header.to_vec(),
                    by: SlotKind::Recovery,
                    change: (SlotKind::Login, "a new password"),
                }
            }
        };
        let with = match halves.printed {
            Some(_) => "opened with the helpdesk's words and the printed code",
            None => "opened with the helpdesk's words and this machine's half",
        };
        self.enter(AuditEvent::Recovery, "vault", with);
        let opening = Opening {
            adoption,
            locks: material.locks,
            renewal: Some(Renewal {
                passphrase: Some(passphrase),
                cause: Cause::Used,
            }),
        };
        self.ask(|reply| Message::Adopt(opening, reply))
    }

    fn opened(&self, found: &Found<'_>, halves: &Halves<'_>) -> Result<Unlocked, ErrorReply> {
        open(found, halves).inspect_err(|refused| {
            self.enter(AuditEvent::Refusal, "recovery", &refused.message);
        })
    }
}

/// The newest header of the user's vault, which is the one the helpdesk reads.
pub(super) fn find(material: &Material) -> Result<Found<'_>, ErrorReply> {
    let there = material.elsewhere.as_ref();
    let own = material.vault.as_ref();
    // A device that was taken off comes back as a new one, and so does one whose vault has a successor.
    let own = own.filter(|_| material.standing == Standing::Listed || there.is_none());
    let Some((own, slots)) = own else {
        let Some(there) = there else {
            return Err(enrolled(material)
                .err()
                .unwrap_or_else(|| ErrorReply::new(ErrorCode::NotEnrolled, "there is no vault on this machine yet")));
        };
        return Ok(Found {
            header: &there.header,
            device: None,
            owner: Owner {
                user: &material.terms.user,
                vault: None,
                filed: Some(there.version),
                at_least: there.version,
            },
        });
    };
    let ours = owner(material, own);
    let newer = there.filter(|there| there.version > ours.at_least);
    Ok(Found {
        header: newer.map_or(own, |there| &there.header),
        device: Some(this_device(material, slots)),
        owner: Owner {
            filed: newer.map(|there| there.version),
            ..ours
        },
    })
}

fn open(found: &Found<'_>, halves: &Halves<'_>) -> Result<Unlocked, ErrorReply> {
    let wrong = |message: String, next: &str| ErrorReply::new(ErrorCode::WrongSecret, message).next(next);
    let half_a = HalfA::from_words(halves.helpdesk).map_err(|error| match error {
        HalfError::OneOfTwo => ErrorReply::new(ErrorCode::Refused, error.to_string()),
        HalfError::Words(error) => wrong(
            format!("the helpdesk's words: {error}"),
            "have them read out again, word by word",
        ),
    })?;
    let half_b = halves.printed.map(HalfB::from_words).transpose();
    let half_b =
        half_b.map_err(|error| wrong(format!("the printed code: {error}"), "compare each word with the paper"))?;
    recover(
        &found.owner,
        found.header,
        found.device.as_ref(),
        &half_a,
        half_b.as_ref(),
    )
    .map_err(|error| recover_error(&error))
}

fn recover_error(error: &RecoverError) -> ErrorReply {
    let code = match error {
        RecoverError::NoRecovery => ErrorCode::NoMatch,
        RecoverError::OldWords | RecoverError::UsedWords | RecoverError::OldCode | RecoverError::HalfBMissing => {
            ErrorCode::Refused
        }
        RecoverError::OtherCode | RecoverError::OtherWords => ErrorCode::WrongSecret,
        RecoverError::Unlock(UnlockError::WrongSecret) => ErrorCode::WrongSecret,
        RecoverError::Unlock(error) => return unlock_error(error),
    };
    let reply = ErrorReply::new(code, error.to_string());
    match error {
        RecoverError::HalfBMissing => reply.next("run it again with --printed"),
        RecoverError::NoRecovery => reply.next("with the password, `countersign recover setup` sets recovery up"),
        _ => reply,
    }
}
