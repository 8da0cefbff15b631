//! The characters of a policy's passwords, by class.

use countersign_model::{CharacterClass, CharacterRules};
use std::collections::BTreeSet;

/// Every character a policy allows, in order within its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alphabet([Vec<char>; 4]);

impl Alphabet {
    pub(crate) fn of(rules: &CharacterRules) -> Self {
        let keyboard = (b'!'..=b'~')
            .map(char::from)
            .filter(|character| rules.allowed.contains(&CharacterClass::of(*character)));
        let allowed: BTreeSet<char> = keyboard
            .chain(rules.more.chars())
            .filter(|character| !character.is_control() && !rules.forbidden.contains(*character))
            .collect();
        let of_class = |class| {
            allowed
                .iter()
                .copied()
                .filter(|c| CharacterClass::of(*c) == class)
                .collect()
        };
        Self(CharacterClass::ALL.map(of_class))
    }

    pub(crate) fn of_class(&self, class: CharacterClass) -> &[char] {
        self.0.get(class.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many characters a class has.
    pub(crate) fn size(&self, class: CharacterClass) -> usize {
        self.of_class(class).len()
    }

    pub(crate) fn contains(&self, character: char) -> bool {
        self.of_class(CharacterClass::of(character))
            .binary_search(&character)
            .is_ok()
    }

    /// The characters in words.
    pub(crate) fn shown(&self) -> String {
        let shown: Vec<String> = self
            .0
            .iter()
            .filter(|class| !class.is_empty())
            .map(|class| ranges(class))
            .collect();
        shown.join(" ")
    }
}

/// `a-z` for what follows without a gap.
fn ranges(characters: &[char]) -> String {
    let mut shown = String::new();
    let follows = |pair: &[char]| matches!(pair, [a, b] if u32::from(*a) + 1 == u32::from(*b));
    let same = |a: &char, b: &char| follows(&[*a, *b]) && a.is_alphanumeric() && b.is_alphanumeric();
    for run in characters.chunk_by(same) {
        match run {
            [first, _, .., last] if run.len() > 3 => shown.extend([*first, '-', *last]),
            run => shown.extend(run.iter().map(|c| if *c == ' ' { '␣' } else { *c })),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyboard_is_allowed_unless_something_else_is_said() {
        let all = Alphabet::of(&CharacterRules::default());
        assert_eq!(CharacterClass::ALL.map(|class| all.size(class)), [26, 26, 10, 32]);
        assert!(all.contains('~') && !all.contains(' ') && !all.contains('ä') && !all.contains('\0'));
        let rules = CharacterRules {
            allowed: vec![CharacterClass::Small, CharacterClass::Digit],
            more: "-ä -\0\n".to_owned(),
            forbidden: "0ol".to_owned(),
            ..CharacterRules::default()
        };
        let some = Alphabet::of(&rules);
        assert_eq!(CharacterClass::ALL.map(|class| some.size(class)), [25, 0, 9, 2]);
        assert_eq!(some.shown(), "a-kmnp-zä 1-9 ␣-");
    }
}
