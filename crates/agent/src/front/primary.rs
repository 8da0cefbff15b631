//! What opens the vault day by day: changed only after the one until now has been proven, and kept when that goes wrong.

use super::slots::refused_by_policy;
use super::{Front, enroll_error, enrolled, login_slot, owner, silent_kinds, this_device, unlock_error};
use crate::message::{Adoption, Material, Message};
use countersign_secret::Password;
use countersign_vault::{
    PolicyRefusal, Reauthenticated, SlotKind, SlotSecrets, UnlockError, Unlocked, inspect_device_slots,
    normalise_answer, unlock,
};
use countersign_wire::{Answer, ErrorCode, ErrorReply, PrimaryChoice, PrimaryMethod, Reply};

impl Front {
    /// Changes it. What is proven first is the one until now; on any error it stays.
    pub(super) fn change_primary(&self, to: PrimaryMethod, secrets: &[Password]) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let (header, slots) = enrolled(&material)?;
        if let Some(only) = material.terms.primary.only().filter(|only| *only != to) {
            let message = format!("your organisation allows only `{}` (`primary.method`)", only.name());
            return Err(ErrorReply::new(ErrorCode::Refused, message)
                .next(format!("`countersign primary change {}` takes it", only.name())));
        }
        let (current, new) = match (to, secrets) {
            (PrimaryMethod::None, [current]) => {
                can_be_silent(&material)?;
                (current, None)
            }
            (PrimaryMethod::Directory, [current, new]) => {
                self.authenticate(&material, new)?;
                (current, Some(new))
            }
            (PrimaryMethod::Os | PrimaryMethod::Own, [current, new]) => (current, Some(new)),
            _ => return Err(ErrorReply::new(ErrorCode::BadRequest, "a password is missing")),
        };
        let unlocked = self.open_by_primary(&material, current)?;
        let device_slots = match new {
            Some(new) => login_slot(&material, &unlocked, new)?,
            None => unlocked
                .device_slots_without(SlotKind::Login, &material.device_secret)
                .map_err(|error| enroll_error(&error))?
                .unwrap_or_else(|| slots.to_vec()),
        };
        let changed = Adoption::Rewrapped {
            unlocked: Box::new(unlocked),
            header: header.to_vec(),
            device_slots,
            by: match has_login(slots) {
                true => SlotKind::Login,
                false => SlotKind::Passphrase,
            },
            change: (
                SlotKind::Login,
                match to {
                    PrimaryMethod::Os => "primary: the login password",
                    PrimaryMethod::Directory => "primary: the directory's password",
                    PrimaryMethod::Own => "primary: a password of its own",
                    PrimaryMethod::None => "primary: none, the slot is gone",
                },
            ),
        };
        let choice = match material.terms.primary.only() {
            Some(_) => PrimaryChoice::Setting,
            None => PrimaryChoice::User,
        };
        let answer = self.adopt(&material, changed)?;
        if matches!(answer.reply, Reply::Error(_)) {
            return Ok(answer);
        }
        self.keep_primary(to, choice)?;
        Ok(answer)
    }

    /// Has the engine keep in mind what was chosen.
    pub(super) fn keep_primary(&self, method: PrimaryMethod, choice: PrimaryChoice) -> Result<(), ErrorReply> {
        let kept: Answer = self.ask(|reply| Message::Primary(method, choice, reply))?;
        match kept.reply {
            Reply::Error(error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Opens the vault by what opens it day by day; where nothing is typed, by the passphrase.
    pub(super) fn open_by_primary(&self, material: &Material, secret: &Password) -> Result<Unlocked, ErrorReply> {
        let (header, slots) = enrolled(material)?;
        let (owner, device) = (owner(material, header), this_device(material, slots));
        if has_login(slots) {
            let login = SlotSecrets::login(secret, &material.device_secret);
            return self.guarded(|| unlock(&owner, header, Some(&device), &login));
        }
        let answer = normalise_answer(secret).map_err(|_| {
            ErrorReply::new(ErrorCode::WrongSecret, "that is not right").next("type the passphrase answer")
        })?;
        self.guarded(|| unlock(&owner, header, Some(&device), &SlotSecrets::passphrase(&answer)))
    }

    /// The owner's proof for what only he may do with the open vault.
    pub(super) fn prove(
        &self,
        material: &Material,
        unlocked: &Unlocked,
        secret: &Password,
    ) -> Result<Reauthenticated, ErrorReply> {
        let (_, slots) = enrolled(material)?;
        if has_login(slots) {
            return self.guarded(|| unlocked.reauthenticate(slots, secret, &material.device_secret));
        }
        let opened = self.open_by_primary(material, secret)?;
        unlocked
            .recognise(&opened)
            .ok_or_else(|| unlock_error(&UnlockError::WrongSecret))
    }
}

pub(super) fn has_login(slots: &[u8]) -> bool {
    let facts = inspect_device_slots(slots).map(|facts| facts.slots).unwrap_or_default();
    facts.iter().any(|slot| slot.kind == Some(SlotKind::Login))
}

/// Without a password something else has to open the vault on this device.
fn can_be_silent(material: &Material) -> Result<(), ErrorReply> {
    if material.terms.policy.require.contains(&SlotKind::Login) {
        return Err(refused_by_policy(&PolicyRefusal::Missing(SlotKind::Login)));
    }
    match silent_kinds(material).is_empty() {
        false => Ok(()),
        true => Err(ErrorReply::new(
            ErrorCode::Refused,
            "no slot opens the vault on this device without a password; without one nothing would",
        )
        .next("add one first, such as `countersign slot add os-protection`")),
    }
}
