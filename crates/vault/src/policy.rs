//! What the organisation's settings ask of the slots of a vault (`unlock.require`, `unlock.forbid`, `unlock.floor`).

use crate::slot::{Circumstances, Grade, SlotKind};

/// Who vouches for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// The organisation's root signed it.
    Root,
    /// Nobody: built-in or machine settings.
    Nobody,
}

/// The organisation's settings for unlocking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotPolicy {
    /// Kinds every vault has to have.
    pub require: Vec<SlotKind>,
    /// Kinds that are off by default and switched on; what is required is, too.
    pub allow: Vec<SlotKind>,
    /// Kinds no vault may have.
    pub forbid: Vec<SlotKind>,
    /// The least a slot has to be worth.
    pub floor: Grade,
    /// Who vouches for it.
    pub vouched: Vouched,
}

impl Default for SlotPolicy {
    /// Nothing required or forbidden; no slot that is off by default.
    fn default() -> Self {
        Self {
            require: Vec::new(),
            allow: Vec::new(),
            forbid: Vec::new(),
            floor: Grade::Weak,
            vouched: Vouched::Nobody,
        }
    }
}

/// Why the policy refuses a set of slots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// A required slot is missing.
    #[error("the organisation requires a {} slot (`unlock.require`); set it up as well", .0.name())]
    Missing(SlotKind),
    /// A slot is forbidden.
    #[error("the organisation forbids the {} slot (`unlock.forbid`); unlock another way", .0.name())]
    Forbidden(SlotKind),
    /// A slot is off by default and not switched on.
    #[error("the {} slot is off; the organisation can switch it on in settings signed by its root", .0.name())]
    SwitchedOff(SlotKind),
    /// The settings that switch it on are not signed.
    #[error("the {} slot takes settings signed by the organisation's root; these are not signed", .0.name())]
    NotSigned(SlotKind),
    /// The user has not agreed to a slot that lets the directory in.
    #[error("the {} slot can let the directory's administrators open the vault; agree to that first", .0.name())]
    NotAgreed(SlotKind),
    /// A slot is worth too little.
    #[error(
        "the {} slot is {grade} here and the organisation's floor is {floor} (`unlock.floor`): {words}",
        .kind.name()
    )]
    BelowFloor {
        /// Its kind.
        kind: SlotKind,
        /// What it is worth.
        grade: Grade,
        /// What it would have to be worth.
        floor: Grade,
        /// The rating in plain words.
        words: String,
    },
}

impl SlotPolicy {
    /// Whether one slot may be made. `agreed`: the kinds the user agreed to after seeing what they are worth.
    ///
    /// # Errors
    /// [`PolicyRefusal`].
    pub fn admit(
        &self,
        kind: SlotKind,
        circumstances: Circumstances,
        agreed: &[SlotKind],
    ) -> Result<(), PolicyRefusal> {
        if self.forbid.contains(&kind) {
            return Err(PolicyRefusal::Forbidden(kind));
        }
        if kind.is_off_by_default() {
            if !self.allow.contains(&kind) && !self.require.contains(&kind) {
                return Err(PolicyRefusal::SwitchedOff(kind));
            }
            if self.vouched != Vouched::Root {
                return Err(PolicyRefusal::NotSigned(kind));
            }
            if kind.opens_to_the_directory(circumstances) && !agreed.contains(&kind) {
                return Err(PolicyRefusal::NotAgreed(kind));
            }
        }
        let rating = kind.rating(circumstances);
        if rating.grade() < self.floor {
            return Err(PolicyRefusal::BelowFloor {
                kind,
                grade: rating.grade(),
                floor: self.floor,
                words: rating.sentences().join(" "),
            });
        }
        Ok(())
    }

    /// Whether a vault may have exactly these slots.
    ///
    /// # Errors
    /// [`PolicyRefusal`] for the first that does not hold.
    pub fn check(
        &self,
        kinds: &[SlotKind],
        circumstances: Circumstances,
        agreed: &[SlotKind],
    ) -> Result<(), PolicyRefusal> {
        for kind in kinds {
            self.admit(*kind, circumstances, agreed)?;
        }
        let missing = self.require.iter().find(|kind| !kinds.contains(kind));
        missing.map_or(Ok(()), |kind| Err(PolicyRefusal::Missing(*kind)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::{AnswerOrigin, DeviceSecretHome};

    const HERE: Circumstances = Circumstances {
        device_secret: DeviceSecretHome::MachineSecret,
        answer: AnswerOrigin::Own,
    };
    const WORDS: Circumstances = Circumstances {
        answer: AnswerOrigin::RandomWords,
        ..HERE
    };
    const DEFAULT: [SlotKind; 3] = [SlotKind::Login, SlotKind::Passphrase, SlotKind::Recovery];
    const OFF: [SlotKind; 5] = [
        SlotKind::Silent,
        SlotKind::DirectoryKey,
        SlotKind::DirectoryIdentity,
        SlotKind::OsProtection,
        SlotKind::Program,
    ];

    fn signed(allow: &[SlotKind]) -> SlotPolicy {
        SlotPolicy {
            allow: allow.to_vec(),
            vouched: Vouched::Root,
            ..SlotPolicy::default()
        }
    }

    #[test]
    fn without_settings_only_what_is_safe_may_be_made() {
        let policy = SlotPolicy::default();
        assert_eq!(policy.check(&DEFAULT, HERE, &[]), Ok(()));
        assert_eq!(policy.admit(SlotKind::Device, HERE, &[]), Ok(()));
        for kind in OFF {
            assert_eq!(policy.admit(kind, HERE, &OFF), Err(PolicyRefusal::SwitchedOff(kind)));
        }
    }

    #[test]
    fn what_is_off_takes_a_signature_and_where_the_directory_gets_in_the_users_word() {
        for kind in OFF {
            let mut policy = signed(&[kind]);
            let asks = matches!(
                kind,
                SlotKind::Silent | SlotKind::DirectoryKey | SlotKind::DirectoryIdentity
            );
            let wanted = if asks {
                Err(PolicyRefusal::NotAgreed(kind))
            } else {
                Ok(())
            };
            assert_eq!(policy.admit(kind, HERE, &[]), wanted, "{kind:?}");
            assert_eq!(policy.admit(kind, HERE, &[kind]), Ok(()));
            policy.vouched = Vouched::Nobody;
            assert_eq!(policy.admit(kind, HERE, &[kind]), Err(PolicyRefusal::NotSigned(kind)));
            let required = SlotPolicy {
                require: vec![kind],
                ..signed(&[])
            };
            assert_eq!(required.check(&[kind], HERE, &[kind]), Ok(()));
        }
    }

    #[test]
    fn what_is_required_is_missed_and_what_is_forbidden_refused() {
        let policy = SlotPolicy {
            require: vec![SlotKind::Login, SlotKind::Recovery],
            forbid: vec![SlotKind::Passphrase],
            ..SlotPolicy::default()
        };
        assert_eq!(
            policy.check(&[SlotKind::Login], HERE, &[]),
            Err(PolicyRefusal::Missing(SlotKind::Recovery))
        );
        assert_eq!(
            policy.check(&DEFAULT, HERE, &[]),
            Err(PolicyRefusal::Forbidden(SlotKind::Passphrase))
        );
        assert_eq!(policy.check(&[SlotKind::Recovery, SlotKind::Login], HERE, &[]), Ok(()));
        let both = SlotPolicy {
            forbid: vec![SlotKind::Program],
            ..signed(&[SlotKind::Program])
        };
        assert_eq!(
            both.admit(SlotKind::Program, HERE, &[]),
            Err(PolicyRefusal::Forbidden(SlotKind::Program))
        );
    }

    #[test]
    fn below_the_floor_is_refused_in_words() {
        let strong = SlotPolicy {
            floor: Grade::Strong,
            ..SlotPolicy::default()
        };
        let refusal = strong.admit(SlotKind::Passphrase, HERE, &[]).unwrap_err();
        assert!(matches!(
            refusal,
            PolicyRefusal::BelowFloor {
                kind: SlotKind::Passphrase,
                grade: Grade::Fair,
                floor: Grade::Strong,
                ..
            }
        ));
        let text = refusal.to_string();
        assert!(
            text.contains("fair") && text.contains("unlock.floor") && text.contains("can try guesses"),
            "{text}"
        );
        assert_eq!(strong.admit(SlotKind::Passphrase, WORDS, &[]), Ok(()));
        let fair = SlotPolicy {
            floor: Grade::Fair,
            ..signed(&[SlotKind::DirectoryKey, SlotKind::Silent])
        };
        assert_eq!(fair.admit(SlotKind::Passphrase, HERE, &[]), Ok(()));
        assert_eq!(fair.admit(SlotKind::Silent, HERE, &[SlotKind::Silent]), Ok(()));
        assert!(matches!(
            fair.admit(SlotKind::DirectoryKey, HERE, &[SlotKind::DirectoryKey]),
            Err(PolicyRefusal::BelowFloor { grade: Grade::Weak, .. })
        ));
    }

    #[test]
    fn grades_are_ordered_and_said() {
        assert!(Grade::Weak < Grade::Fair && Grade::Fair < Grade::Strong);
        assert_eq!(
            [Grade::Weak, Grade::Fair, Grade::Strong].map(|grade| grade.to_string()),
            ["weak", "fair", "strong"]
        );
        for grade in [Grade::Weak, Grade::Fair, Grade::Strong] {
            assert_eq!(grade.to_string().parse(), Ok(grade));
        }
        assert!("excellent".parse::<Grade>().is_err());
        assert_eq!(SlotKind::Login.rating(HERE).grade(), Grade::Fair);
        assert_eq!(SlotKind::Recovery.rating(HERE).grade(), Grade::Strong);
        assert_eq!(SlotKind::DirectoryKey.rating(HERE).grade(), Grade::Weak);
    }
}
