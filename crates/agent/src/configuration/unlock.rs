//! What the settings ask of the slots of a vault.

use countersign_model::Layer;
use countersign_rules::Settings;
use countersign_vault::{Grade, SlotKind, SlotPolicy, Vouched};
use std::path::PathBuf;

const ALLOW: &str = "unlock.allow";
const REQUIRE: &str = "unlock.require";

/// The policy in force. What is off by default counts only where the organisation's root says it.
pub(crate) fn slot_policy(settings: &Settings) -> SlotPolicy {
    let kinds = |name| {
        let words = settings.words(name).iter();
        words.filter_map(|word| word.parse().ok()).collect::<Vec<SlotKind>>()
    };
    let is_signed = |name| settings.get(name).is_some_and(|found| found.layer == Layer::Root);
    let (mut allow, mut require) = (kinds(ALLOW), kinds(REQUIRE));
    let vouched = match (is_signed(ALLOW), is_signed(REQUIRE)) {
        (true, true) => Vouched::Root,
        (true, false) => {
            require.retain(|kind| !kind.is_off_by_default() || allow.contains(kind));
            Vouched::Root
        }
        (false, true) => {
            allow.clear();
            Vouched::Root
        }
        (false, false) => Vouched::Nobody,
    };
    SlotPolicy {
        require,
        allow,
        forbid: kinds("unlock.forbid"),
        floor: settings.text("unlock.floor").parse().unwrap_or(Grade::Weak),
        vouched,
    }
}

/// The program of the program slot.
pub(crate) fn slot_program(settings: &Settings) -> Option<PathBuf> {
    let path = settings.text("unlock.program");
    (!path.is_empty()).then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_rules::parse_settings;

    fn policy(layers: &[(Layer, &str)]) -> SlotPolicy {
        let layers: Vec<_> = layers
            .iter()
            .map(|(layer, text)| {
                let (read, problems) = parse_settings("s.toml", text.as_bytes(), *layer);
                assert!(problems.is_empty(), "{problems:?}");
                read
            })
            .collect();
        slot_policy(&Settings::resolve(&layers))
    }

    #[test]
    fn only_the_root_switches_on_what_is_off() {
        let allows = "unlock.allow = [\"silent\"]";
        let alone = policy(&[(Layer::User, allows)]);
        assert_eq!((alone.allow, alone.vouched), (vec![SlotKind::Silent], Vouched::Nobody));
        let signed = policy(&[(Layer::Root, allows)]);
        assert_eq!((signed.allow, signed.vouched), (vec![SlotKind::Silent], Vouched::Root));
        // The root's word on one thing is not lent to another.
        let mixed = policy(&[
            (Layer::Root, allows),
            (Layer::Machine, "unlock.require = [\"directory-key\", \"recovery\"]"),
        ]);
        assert_eq!(mixed.require, [SlotKind::Recovery]);
        let mixed = policy(&[(Layer::Root, "unlock.require = [\"program\"]"), (Layer::User, allows)]);
        assert_eq!((mixed.require, mixed.allow), (vec![SlotKind::Program], vec![]));
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let read = policy(&[(
            Layer::Machine,
            "unlock.floor = \"fair\"\nunlock.forbid = [\"passphrase\"]",
        )]);
        assert_eq!((read.floor, read.forbid), (Grade::Fair, vec![SlotKind::Passphrase]));
        assert_eq!(policy(&[]), SlotPolicy::default());
    }
}
