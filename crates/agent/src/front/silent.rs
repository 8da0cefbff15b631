//! The vault opened by what nobody types, and on a new machine by the password alone.

use super::factors::{self, Asking};
use super::slots::kinds_of;
use super::{Front, enrolled, owner, this_device, unlock_error};
use crate::message::{Adoption, Elsewhere, Material};
use crate::syncing::Standing;
use countersign_secret::Password;
use countersign_vault::{SlotKind, UnlockError, inspect_header, unlock};
use countersign_wire::{Answer, ErrorCode, ErrorReply};

/// In the order they are tried: what stays on this machine first.
const SILENT: [SlotKind; 4] = [
    SlotKind::OsProtection,
    SlotKind::DirectoryIdentity,
    SlotKind::Program,
    SlotKind::DirectoryKey,
];
/// What lets a new machine in with the password alone.
const JOINING: [SlotKind; 2] = [SlotKind::Silent, SlotKind::DirectoryKey];

/// The slots that open the vault without a word typed, as far as the organisation still allows them. None where this device was taken off.
pub(crate) fn silent_kinds(material: &Material) -> Vec<SlotKind> {
    if material.standing == Standing::Revoked {
        return Vec::new();
    }
    let there = kinds_of(material);
    let terms = &material.terms;
    let mut kinds = SILENT.to_vec();
    // Each was agreed to when it was made.
    kinds.retain(|kind| there.contains(kind) && terms.policy.admit(*kind, terms.circumstances, &SILENT).is_ok());
    kinds
}

impl Front {
    /// Opens the vault by the first slot that asks for nothing and opens.
    pub(crate) fn unlock_silently(&self) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let (header, slots) = enrolled(&material)?;
        let owner = owner(&material, header);
        let device = this_device(&material, slots);
        let mut reasons = Vec::new();
        for kind in silent_kinds(&material) {
            let vault = owner
                .vault
                .or_else(|| inspect_header(header).ok().map(|facts| facts.vault));
            let Some(vault) = vault else { break };
            let got = factors::get(kind, &material, vault, Asking::Fetch);
            let opened = got.and_then(|got| {
                let secrets = factors::secrets(kind, &got, None, &material.device_secret)?;
                unlock(&owner, header, Some(&device), &secrets).map_err(|error| match error {
                    UnlockError::WrongSecret => other_secret(kind),
                    error => unlock_error(&error),
                })
            });
            match opened {
                Ok(unlocked) => {
                    let by = Adoption::Unlocked(kind, Box::new(unlocked));
                    return self.adopt(&material, by);
                }
                Err(error) => {
                    tracing::warn!("the {} slot does not open the vault: {error}", kind.name());
                    reasons.push(format!("{}: {error}", kind.name()));
                }
            }
        }
        let why = match reasons.as_slice() {
            [] => "no slot opens this vault without a password".to_owned(),
            reasons => reasons.join("; "),
        };
        Err(ErrorReply::new(ErrorCode::NoMatch, why).next("type the password"))
    }

    /// Opens the vault when the agent starts, where a slot does that without a word.
    pub(crate) fn open_at_start(&self) {
        let wanted = self
            .material()
            .is_ok_and(|material| !silent_kinds(&material).is_empty());
        if wanted && let Err(error) = self.unlock_silently() {
            tracing::warn!("the vault stays locked: {error}");
        }
    }

    /// Joins the user's vault with his password and a key the directory keeps; none where no slot is made for that.
    pub(super) fn join_silently(
        &self,
        material: &Material,
        elsewhere: &Elsewhere,
        password: &Password,
    ) -> Option<Result<Answer, ErrorReply>> {
        let facts = inspect_header(&elsewhere.header).ok()?;
        let terms = &material.terms;
        let kind = JOINING.into_iter().find(|kind| {
            facts.slots.iter().any(|slot| slot.kind == Some(*kind))
                && terms.policy.admit(*kind, terms.circumstances, &JOINING).is_ok()
        })?;
        let joined = factors::get(kind, material, facts.vault, Asking::Fetch).and_then(|got| {
            let secrets = factors::secrets(kind, &got, Some(password), &material.device_secret)?;
            self.join(material, elsewhere, &secrets, password)
        });
        Some(joined)
    }
}

fn other_secret(kind: SlotKind) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::WrongSecret,
        format!("what the {} slot asks for is not what it was made with", kind.name()),
    )
    .next("unlock another way, then remove the slot and add it again")
}
