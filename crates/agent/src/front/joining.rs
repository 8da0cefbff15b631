//! A machine joins with the approval of another one: six words typed there, six other words typed here.

use super::opening::Listed;
use super::{Front, enroll_error, enrolled, login_slot, unlock_error};
use crate::message::{Elsewhere, Material, Message, OwnerCall};
use crate::syncing::{Standing, machine_name};
use countersign_model::port::{Clock, RepositoryError};
use countersign_secret::Password;
use countersign_vault::{
    JoinError, Joining, Owner, complete_join, inspect_header, inspect_join_request, make_join_request,
};
use countersign_wire::{Answer, ErrorCode, ErrorReply, JoinApproval, JoinWords, Reply};

impl Front {
    /// Leaves this machine's request, or names the one that is waiting already.
    pub(super) fn ask_to_join(&self) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let elsewhere = to_be_joined(&material)?;
        let user = &material.terms.user;
        let mut waiting = self.joining();
        let joining = match waiting.take() {
            Some(joining) => joining,
            None => make_join_request(user, &machine_name()).map_err(|error| enroll_error(&error))?,
        };
        let wanted = inspect_join_request(&joining.request).map_err(|error| join_error(&error))?;
        let left = elsewhere
            .repository
            .leave_join_request(user, wanted.device, &joining.request);
        *waiting = Some(joining);
        left.map_err(|error| unreached(&error))?;
        let words = wanted.words.join(" ");
        Ok(Reply::Joining(JoinWords { words }).into())
    }

    /// Opens the vault that the approving device has sealed to this machine.
    pub(super) fn complete_joining(&self, words: &Password, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let elsewhere = to_be_joined(&material)?;
        let mut waiting = self.joining();
        let joining: &Joining = waiting.as_ref().ok_or_else(|| {
            ErrorReply::new(
                ErrorCode::NoMatch,
                "this machine has not asked to join since the agent was started",
            )
            .next("run `countersign device join`")
        })?;
        let user = &material.terms.user;
        // The newest there, not the one of the last exchange: the approval may be a moment old.
        let there = elsewhere.repository.header(user).map_err(|error| unreached(&error))?;
        let (version, header) = there.ok_or_else(|| join_error(&JoinError::NotYet))?;
        let owner = Owner {
            user,
            vault: None,
            filed: Some(version),
            at_least: elsewhere.version,
        };
        let unlocked = complete_join(&owner, &header, joining, words.expose()).map_err(|error| join_error(&error))?;
        self.prove_primary(&material, password)?;
        let device_slots = login_slot(&material, &unlocked, password)?;
        let listed = Listed {
            unlocked,
            header,
            device_slots,
        };
        let answer = self.join_with(&material, listed)?;
        if let Ok(wanted) = inspect_join_request(&joining.request) {
            // One that stays behind opens nothing.
            let _removed = elsewhere.repository.remove_join_request(user, wanted.device);
        }
        *waiting = None;
        Ok(answer)
    }

    /// Lets the machine in that waits under these words.
    pub(super) fn approve(&self, password: &Password, words: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let (header, _) = enrolled(&material)?;
        let Some(unlocked) = &material.open else {
            return Err(ErrorReply::new(ErrorCode::Locked, "the vault is locked").next("run `countersign unlock`"));
        };
        let proof = self.prove(&material, unlocked, password)?;
        let Some(Elsewhere { repository, .. }) = &material.elsewhere else {
            return Err(unreached(&RepositoryError::Missing("the vault header".to_owned())));
        };
        let user = &material.terms.user;
        let waiting = repository.join_requests(user).map_err(|error| unreached(&error))?;
        let at = self.clock.now();
        let tried = waiting.iter().map(|(id, request)| {
            let wanted = inspect_join_request(request)?;
            // Whoever can write there can file a request under another's id.
            if wanted.device != *id {
                return Err(JoinError::OtherRequest);
            }
            Ok((wanted, unlocked.approve(request, words.expose(), at)?))
        });
        let mut found = None;
        for tried in tried {
            match tried {
                Ok(approved) => found = Some(approved),
                Err(JoinError::Enroll(error)) => return Err(enroll_error(&error)),
                // Not the one that is meant.
                Err(_) => {}
            }
        }
        let (wanted, approved) = found.ok_or_else(|| match waiting.is_empty() {
            true => ErrorReply::new(ErrorCode::NoMatch, "no machine of yours waits to be let in")
                .next("run `countersign device join` there"),
            false => join_error(&JoinError::OtherRequest),
        })?;
        let own = inspect_header(header).map_err(|error| unlock_error(&error))?.version;
        match repository.replace_header(user, Some(own), &approved.header) {
            Ok(_) => {}
            Err(RepositoryError::Conflict(_)) => {
                return Err(
                    ErrorReply::new(ErrorCode::Failed, "another device changed the vault at the same time")
                        .next("run `countersign refresh`, then try again"),
                );
            }
            Err(error) => return Err(unreached(&error)),
        }
        let _removed = repository.remove_join_request(user, wanted.device);
        let entered: Answer = self.ask(|reply| Message::Owner(OwnerCall::Approved(wanted.device), proof, reply))?;
        if let Reply::Error(error) = entered.reply {
            return Err(error);
        }
        Ok(Reply::DeviceApproved(JoinApproval {
            id: wanted.device,
            name: wanted.name,
            words: approved.words.join(" "),
        })
        .into())
    }
}

/// The vault this machine is not in.
fn to_be_joined(material: &Material) -> Result<&Elsewhere, ErrorReply> {
    if material.vault.is_some() && material.standing == Standing::Listed {
        return Err(
            ErrorReply::new(ErrorCode::AlreadyEnrolled, "this machine is one of the vault's already")
                .next("run `countersign unlock`"),
        );
    }
    material.elsewhere.as_ref().ok_or_else(|| {
        ErrorReply::new(
            ErrorCode::NotEnrolled,
            "you have no vault yet that this machine could join",
        )
        .next("run `countersign refresh` if you have one elsewhere, or `countersign enroll` to make it")
    })
}

fn unreached(error: &RepositoryError) -> ErrorReply {
    ErrorReply::new(ErrorCode::Unreachable, error.to_string()).next("try again in a moment")
}

fn join_error(error: &JoinError) -> ErrorReply {
    let code = match error {
        JoinError::NotYet => ErrorCode::NoMatch,
        JoinError::OtherUser | JoinError::OtherRequest | JoinError::OtherApproval => ErrorCode::Refused,
        JoinError::Damaged(_) => ErrorCode::Integrity,
        JoinError::Unsupported(_) => ErrorCode::Failed,
        JoinError::Unlock(error) => return unlock_error(error),
        JoinError::Enroll(error) => return enroll_error(error),
    };
    ErrorReply::new(code, error.to_string())
}
