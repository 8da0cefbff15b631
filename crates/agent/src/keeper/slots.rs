//! The ways to open the vault and what each is worth.

use super::Keeper;
use countersign_vault::{
    Circumstances, Grade, PolicyRefusal, SlotKind, SlotPolicy, inspect_device_slots, inspect_header,
};
use countersign_wire::{Rating, SlotReport};

impl Keeper {
    /// The kinds of slots the vault has.
    fn slot_kinds(&self) -> Vec<SlotKind> {
        let Some(enrolled) = &self.enrolled else {
            return Vec::new();
        };
        kinds_in(&enrolled.header, &enrolled.device_slots)
    }

    /// The slots of the vault.
    pub(crate) fn slots(&self, circumstances: Circumstances) -> Vec<SlotReport> {
        let kinds = self.slot_kinds();
        kinds.into_iter().map(|kind| report(kind, circumstances)).collect()
    }

    /// Where the slots are not as the organisation wants them, in sentences.
    pub(crate) fn slot_faults(&self, policy: &SlotPolicy, circumstances: Circumstances) -> Vec<String> {
        let kinds = self.slot_kinds();
        if kinds.is_empty() {
            return Vec::new();
        }
        // Each was agreed to when it was made.
        let refusals = kinds.iter().map(|kind| policy.admit(*kind, circumstances, &kinds));
        let refusals = refusals.filter_map(Result::err).map(|refusal| refusal.to_string());
        let missing = policy.require.iter().filter(|kind| !kinds.contains(kind));
        let missing = missing.map(|kind| PolicyRefusal::Missing(*kind).to_string());
        refusals.chain(missing).collect()
    }
}

/// The kinds of slots in a header and in a device's own set.
pub(crate) fn kinds_in(header: &[u8], device_slots: &[u8]) -> Vec<SlotKind> {
    let local = inspect_device_slots(device_slots).map(|facts| facts.slots);
    let roaming = inspect_header(header).map(|facts| facts.slots);
    let facts = local.into_iter().flatten().chain(roaming.into_iter().flatten());
    facts.filter_map(|slot| slot.kind).collect()
}

/// The slots an enrolment makes.
pub(crate) fn slots_to_come(circumstances: Circumstances) -> Vec<SlotReport> {
    [SlotKind::Login, SlotKind::Passphrase]
        .map(|kind| report(kind, circumstances))
        .to_vec()
}

fn report(kind: SlotKind, circumstances: Circumstances) -> SlotReport {
    let rating = kind.rating(circumstances);
    SlotReport {
        kind: kind.name().to_owned(),
        rating: match rating.grade() {
            Grade::Weak => Rating::Weak,
            Grade::Fair => Rating::Fair,
            Grade::Strong => Rating::Strong,
        },
        words: rating.sentences().join(" "),
    }
}
