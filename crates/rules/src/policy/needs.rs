//! What a password still needs while it is made.

use countersign_model::{CharacterClass, CharacterRules};

/// How many characters of each kind are still needed. Where other needs imply more letters, or more letters and digits, those numbers
/// say so: equal needs are equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Needs {
    classes: [u32; 4],
    letters: u32,
    letters_or_digits: u32,
}

impl Needs {
    pub(crate) fn of(rules: &CharacterRules) -> Self {
        let needs = Self {
            classes: [rules.small, rules.capital, rules.digits, rules.others],
            letters: rules.letters,
            letters_or_digits: rules.letters_or_digits,
        };
        needs.settled()
    }

    fn settled(mut self) -> Self {
        let [small, capital, digits, _] = self.classes;
        self.letters = self.letters.max(small.saturating_add(capital));
        self.letters_or_digits = self.letters_or_digits.max(self.letters.saturating_add(digits));
        self
    }

    /// How many of this class are needed.
    pub(crate) fn of_class(&self, class: CharacterClass) -> u32 {
        self.classes.get(class.index()).copied().unwrap_or_default()
    }

    pub(crate) fn letters(&self) -> u32 {
        self.letters
    }

    pub(crate) fn letters_or_digits(&self) -> u32 {
        self.letters_or_digits
    }

    /// The fewest characters that meet all of them.
    pub(crate) fn least(&self) -> u32 {
        self.letters_or_digits
            .saturating_add(self.of_class(CharacterClass::Other))
    }

    /// What is left after one more character of a class.
    pub(crate) fn after(mut self, class: CharacterClass) -> Self {
        if let Some(need) = self.classes.get_mut(class.index()) {
            *need = need.saturating_sub(1);
        }
        if matches!(class, CharacterClass::Small | CharacterClass::Capital) {
            self.letters = self.letters.saturating_sub(1);
        }
        if class != CharacterClass::Other {
            self.letters_or_digits = self.letters_or_digits.saturating_sub(1);
        }
        self.settled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_need_implies_another() {
        let rules = CharacterRules {
            small: 1,
            capital: 1,
            digits: 1,
            others: 2,
            letters_or_digits: 4,
            ..CharacterRules::default()
        };
        let needs = Needs::of(&rules);
        assert_eq!((needs.letters(), needs.letters_or_digits(), needs.least()), (2, 4, 6));
        let two_capitals = needs.after(CharacterClass::Capital).after(CharacterClass::Capital);
        assert_eq!((two_capitals.letters(), two_capitals.letters_or_digits()), (1, 2));
        assert_eq!(two_capitals.after(CharacterClass::Other).least(), 3);
    }
}
