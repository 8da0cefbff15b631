//! A new vault: the user's first, or one in the place of a vault that nothing opens any more.

use super::{Front, enroll_error, judged, slots};
use crate::message::{Adoption, Before, Call, Material, Message};
use countersign_model::HeaderVersion;
use countersign_model::port::{Clock, RepositoryError};
use countersign_secret::Password;
use countersign_vault::{Enroll, Enrolled, SlotKind, enroll};
use countersign_wire::{Answer, ErrorCode, ErrorReply, PrimaryChoice, PrimaryMethod, Reply, Request};

impl Front {
    /// Makes a vault in the place of one that nothing opens any more. That one is set aside, here and in the repository.
    pub(super) fn start_over(&self, password: &Password, answer: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        judged(answer, &material.terms)?;
        self.prove_primary(&material, password)?;
        // What there is now, not what there was at the last exchange.
        self.ask(|reply| {
            Message::Call(Call {
                request: Request::Refresh,
                secrets: Vec::new(),
                reply,
            })
        })?;
        let material = self.material()?;
        if material.vault.is_none() && material.elsewhere.is_none() {
            return Err(
                ErrorReply::new(ErrorCode::NotEnrolled, "you have no vault that could be begun anew")
                    .next("run `countersign enroll`"),
            );
        }
        let repository = material.repository.as_ref().ok_or_else(|| {
            ErrorReply::new(ErrorCode::Unreachable, "the repository cannot be reached")
                .next("try again when it can be: your other machines have to hear of it")
        })?;
        let user = &material.terms.user;
        let newest = repository.header(user).map_err(unreached)?.map(|(version, _)| version);
        let made = made(&material, (password, answer), newest.unwrap_or(HeaderVersion(0)))?;
        // First the records: whatever stops this before the header is written, machines of the old vault put them back.
        repository.set_aside(user, self.clock.now()).map_err(unreached)?;
        repository
            .replace_header(user, newest, &made.header)
            .map_err(|error| match error {
                RepositoryError::Conflict(_) => {
                    ErrorReply::new(ErrorCode::Failed, "another machine changed the vault at the same time")
                        .next("look whether it opens there; then try again")
                }
                error => unreached(error),
            })?;
        // It was for slots of the old vault; one that stays there opens nothing of the new one.
        let _gone = repository.remove_slot_key(user);
        let answer = self.adopt(&material, enrolled_as(made, Before::SetAside))?;
        if matches!(answer.reply, Reply::Enrolled(_)) {
            let picked = material.terms.primary.at_first_use();
            let (method, choice) = match (material.primary, picked.choice) {
                // It was proven above.
                (Some(PrimaryMethod::Directory), PrimaryChoice::Picked(_)) => {
                    (PrimaryMethod::Directory, PrimaryChoice::User)
                }
                (_, choice) => (picked.method, choice),
            };
            self.keep_primary(method, choice)?;
        }
        Ok(answer)
    }
}

/// A new vault, after this header.
pub(super) fn made(
    material: &Material,
    (password, answer): (&Password, &Password),
    after: HeaderVersion,
) -> Result<Enrolled, ErrorReply> {
    let terms = &material.terms;
    let answer = judged(answer, terms)?;
    for kind in [SlotKind::Login, SlotKind::Passphrase] {
        let admitted = terms.policy.admit(kind, terms.circumstances, &[]);
        admitted.map_err(|refusal| slots::refused_by_policy(&refusal))?;
    }
    let wanted = Enroll {
        user: &terms.user,
        password,
        answer: &answer,
        device_secret: &material.device_secret,
        kdf: terms.kdf,
        after,
    };
    enroll(&wanted).map_err(|error| enroll_error(&error))
}

pub(super) fn enrolled_as(made: Enrolled, before: Before) -> Adoption {
    Adoption::Enrolled {
        unlocked: Box::new(made.unlocked),
        header: made.header,
        device_slots: made.device_slots,
        before,
    }
}

fn unreached(error: RepositoryError) -> ErrorReply {
    ErrorReply::new(ErrorCode::Unreachable, error.to_string()).next("try again when it can be reached")
}
