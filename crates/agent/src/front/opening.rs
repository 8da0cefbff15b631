//! Opening a vault: by the password, by the passphrase, and on a machine that joins.

use super::recovery::find;
use super::{Front, enroll_error, enrolled, login_slot, owner, refused, this_device, unlock_error};
use crate::message::{Adoption, Before, Elsewhere, Material};
use crate::syncing::{Standing, machine_name};
use countersign_model::port::Clock;
use countersign_secret::Password;
use countersign_vault::{Owner, SlotKind, SlotSecrets, Unlocked, normalise_answer, unlock};
use countersign_wire::{Answer, ErrorCode, ErrorReply, PrimaryChoice, Reply};
use std::sync::PoisonError;

impl Front {
    pub(super) fn unlock(&self, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        if let (None, Some(elsewhere)) = (&material.vault, &material.elsewhere)
            && let Some(joined) = self.join_silently(&material, elsewhere, password)
        {
            return joined;
        }
        let (header, slots) = enrolled(&material)?;
        let owner = owner(&material, header);
        let secrets = SlotSecrets::login(password, &material.device_secret);
        let unlocked = self.guarded(|| unlock(&owner, header, Some(&this_device(&material, slots)), &secrets))?;
        let answer = self.adopt(&material, Adoption::Unlocked(SlotKind::Login, Box::new(unlocked)))?;
        self.log_in_with(&material, password);
        Ok(answer)
    }

    pub(super) fn unlock_with_passphrase(&self, answer: &Password, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let answer = normalise_answer(answer).map_err(|error| refused(error.to_string()))?;
        // A device that was taken off comes back as a new one.
        let is_new = material.vault.is_none() || material.standing == Standing::Revoked;
        if let (true, Some(elsewhere)) = (is_new, &material.elsewhere) {
            return self.join(&material, elsewhere, &SlotSecrets::passphrase(&answer), password);
        }
        let secrets = SlotSecrets::passphrase(&answer);
        if let (Standing::Replaced, Some(elsewhere)) = (material.standing, &material.elsewhere)
            && self.opens(&material, elsewhere, &secrets)
        {
            return self.join(&material, elsewhere, &secrets, password);
        }
        let newest = find(&material)?;
        let (own, slots) = enrolled(&material)?;
        // What other devices renewed counts; a header in the repository that is none must not keep the user out.
        let (unlocked, header) = self.guarded(|| {
            let opened = unlock(&newest.owner, newest.header, newest.device.as_ref(), &secrets);
            if let (Err(_), true) = (&opened, newest.header != own) {
                let device = this_device(&material, slots);
                return Ok((unlock(&owner(&material, own), own, Some(&device), &secrets)?, own));
            }
            Ok((opened?, newest.header))
        })?;
        self.prove_primary(&material, password)?;
        let device_slots = login_slot(&material, &unlocked, password)?;
        self.adopt(
            &material,
            Adoption::Rewrapped {
                unlocked: Box::new(unlocked),
                header: header.to_vec(),
                device_slots,
                by: SlotKind::Passphrase,
                change: (SlotKind::Login, "a new password"),
            },
        )
    }

    /// Whether an answer opens the vault there: anybody can have put one there that it does not open.
    pub(super) fn opens(&self, material: &Material, elsewhere: &Elsewhere, secrets: &SlotSecrets<'_>) -> bool {
        let held_back = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = Owner {
            user: &material.terms.user,
            vault: None,
            filed: Some(elsewhere.version),
            at_least: elsewhere.version,
        };
        held_back.wait(self.clock.steady()).is_none() && unlock(&owner, &elsewhere.header, None, secrets).is_ok()
    }

    /// Makes this device one of the user's: a slot in the directory opens his vault, the header gets the device by compare-and-set, and a
    /// login slot is made here. The records come with the next exchange.
    pub(super) fn join(
        &self,
        material: &Material,
        elsewhere: &Elsewhere,
        secrets: &SlotSecrets<'_>,
        password: &Password,
    ) -> Result<Answer, ErrorReply> {
        let user = &material.terms.user;
        let owner = Owner {
            user,
            vault: None,
            filed: Some(elsewhere.version),
            at_least: elsewhere.version,
        };
        let unlocked = self.guarded(|| unlock(&owner, &elsewhere.header, None, secrets))?;
        let listed = self.listed(material, elsewhere, unlocked, password)?;
        self.join_with(material, listed)
    }

    /// Has a vault taken over that this machine has just joined.
    pub(super) fn join_with(&self, material: &Material, listed: Listed) -> Result<Answer, ErrorReply> {
        let answer = self.adopt(material, listed.adoption(material)?)?;
        let Reply::Enrolled(_) = answer.reply else {
            return Ok(answer);
        };
        if let Some(only) = material.terms.primary.only() {
            self.keep_primary(only, PrimaryChoice::Setting)?;
        }
        // To the client it is an unlock.
        Ok(Reply::Done.into())
    }

    /// Puts this device into the header of an opened vault, and makes its login slot.
    pub(super) fn listed(
        &self,
        material: &Material,
        elsewhere: &Elsewhere,
        unlocked: Unlocked,
        password: &Password,
    ) -> Result<Listed, ErrorReply> {
        self.prove_primary(material, password)?;
        let device_slots = login_slot(material, &unlocked, password)?;
        let next = unlocked.join_header(&machine_name(), self.clock.now());
        let header = match next.map_err(|error| enroll_error(&error))? {
            Some(next) => {
                elsewhere
                    .repository
                    .replace_header(&material.terms.user, Some(elsewhere.version), &next)
                    .map_err(|error| {
                        ErrorReply::new(ErrorCode::Unreachable, error.to_string()).next("try again in a moment")
                    })?;
                next
            }
            None => elsewhere.header.clone(),
        };
        Ok(Listed {
            unlocked,
            header,
            device_slots,
        })
    }
}

/// A vault whose header lists this machine since a moment.
pub(super) struct Listed {
    pub(super) unlocked: Unlocked,
    pub(super) header: Vec<u8>,
    pub(super) device_slots: Vec<u8>,
}

impl Listed {
    /// The vault as that header has it.
    pub(super) fn adoption(self, material: &Material) -> Result<Adoption, ErrorReply> {
        let owner = Owner {
            user: &material.terms.user,
            vault: None,
            filed: None,
            at_least: self.unlocked.header_version(),
        };
        let followed = self.unlocked.followed(&owner, &self.header);
        let (unlocked, _) = followed.map_err(|error| unlock_error(&error))?;
        Ok(Adoption::Enrolled {
            unlocked: Box::new(unlocked),
            header: self.header,
            device_slots: self.device_slots,
            before: match material.standing {
                Standing::Replaced => Before::SetAside,
                Standing::Listed | Standing::Revoked => Before::Same,
            },
        })
    }
}
