//! The ways to open the vault and what each is worth.

use super::Keeper;
use countersign_vault::{
    AnswerOrigin, Attacker, Circumstances, DeviceSecretHome, Exposure, SlotKind, inspect_device_slots, inspect_header,
};
use countersign_wire::{Rating, SlotReport};

impl Keeper {
    /// The slots of the vault.
    pub(crate) fn slots(&self) -> Vec<SlotReport> {
        let Some(enrolled) = &self.enrolled else {
            return Vec::new();
        };
        let local = inspect_device_slots(&enrolled.device_slots).map(|facts| facts.slots);
        let roaming = inspect_header(&enrolled.header).map(|facts| facts.slots);
        let facts = local.into_iter().flatten().chain(roaming.into_iter().flatten());
        facts.filter_map(|slot| slot.kind).map(report).collect()
    }

    /// The slots an enrolment makes.
    pub(crate) fn slots_to_come(&self) -> Vec<SlotReport> {
        [SlotKind::Login, SlotKind::Passphrase].map(report).to_vec()
    }
}

fn report(kind: SlotKind) -> SlotReport {
    let circumstances = Circumstances {
        device_secret: DeviceSecretHome::UserFile,
        answer: AnswerOrigin::Own,
    };
    let rating = kind.rating(circumstances);
    let weakest = Attacker::ALL.map(|attacker| rating.against(attacker)).into_iter().min();
    SlotReport {
        kind: kind.name().to_owned(),
        rating: match weakest {
            Some(Exposure::Opens | Exposure::ActingAsUser) | None => Rating::Weak,
            Some(Exposure::Fails) => Rating::Strong,
            Some(_) => Rating::Fair,
        },
        words: rating.sentences().join(" "),
    }
}
