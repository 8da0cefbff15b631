//! What a password begins and ends with.

use countersign_model::CharacterClass;

/// Which classes the first and the last character may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) first: Vec<CharacterClass>,
    pub(crate) last: Vec<CharacterClass>,
}

pub(super) type EndClasses = (Option<CharacterClass>, Option<CharacterClass>, Option<usize>);

impl Ends {
    pub(crate) fn first(&self, class: CharacterClass) -> bool {
        self.first.contains(&class)
    }

    pub(crate) fn last(&self, class: CharacterClass) -> bool {
        self.last.contains(&class)
    }

    /// Every choice for the ends that matter, and the only length it counts for, if it is only one.
    pub(super) fn variants(&self) -> Vec<EndClasses> {
        let choices = |allowed: &[CharacterClass]| -> Vec<Option<CharacterClass>> {
            let all = CharacterClass::ALL.into_iter();
            match all.clone().all(|class| allowed.contains(&class)) {
                true => vec![None],
                false => all.filter(|class| allowed.contains(class)).map(Some).collect(),
            }
        };
        let (firsts, lasts) = (choices(&self.first), choices(&self.last));
        let mut variants = Vec::new();
        for first in &firsts {
            variants.extend(lasts.iter().map(|last| (*first, *last, None)));
        }
        // The only character of a password is both its first and its last.
        let both = firsts.iter().filter(|first| first.is_some() && lasts.contains(first));
        variants.extend(both.map(|class| (*class, None, Some(1))));
        variants
    }
}
