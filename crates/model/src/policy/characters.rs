//! Which characters a password is made of, and how often they may come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a character is. Each is in exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CharacterClass {
    /// A small letter.
    Small,
    /// A capital letter.
    Capital,
    /// A digit from 0 to 9.
    Digit,
    /// Anything else.
    Other,
}

impl CharacterClass {
    /// Every class, in order.
    pub const ALL: [Self; 4] = [Self::Small, Self::Capital, Self::Digit, Self::Other];

    /// The class of a character.
    #[must_use]
    pub fn of(character: char) -> Self {
        if character.is_ascii_digit() {
            Self::Digit
        } else if character.is_lowercase() {
            Self::Small
        } else if character.is_uppercase() {
            Self::Capital
        } else {
            Self::Other
        }
    }

    /// Its place in [`CharacterClass::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Small => 0,
            Self::Capital => 1,
            Self::Digit => 2,
            Self::Other => 3,
        }
    }

    /// What people call one of them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Small => "small letter",
            Self::Capital => "capital letter",
            Self::Digit => "digit",
            Self::Other => "other character",
        }
    }
}

/// Which characters a password is made of (`[characters]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CharacterRules {
    /// At least so many small letters.
    pub small: u32,
    /// At least so many capital letters.
    pub capital: u32,
    /// At least so many digits.
    pub digits: u32,
    /// At least so many characters that are neither letters nor digits.
    pub others: u32,
    /// At least so many letters, small or capital.
    pub letters: u32,
    /// At least so many letters and digits together.
    pub letters_or_digits: u32,
    /// The classes whose characters may be used, as far as a plain keyboard has them (ASCII without the space). Left out: all four.
    pub allowed: Vec<CharacterClass>,
    /// More characters that may be used, such as ` äöü`.
    pub more: String,
    /// Characters that may not be used, such as `0O1lI`.
    pub forbidden: String,
    /// What the first character is one of; left out: anything.
    pub first: Vec<CharacterClass>,
    /// What the last character is one of; left out: anything.
    pub last: Vec<CharacterClass>,
}

impl Default for CharacterRules {
    fn default() -> Self {
        Self {
            small: 0,
            capital: 0,
            digits: 0,
            others: 0,
            letters: 0,
            letters_or_digits: 0,
            allowed: CharacterClass::ALL.to_vec(),
            more: String::new(),
            forbidden: String::new(),
            first: CharacterClass::ALL.to_vec(),
            last: CharacterClass::ALL.to_vec(),
        }
    }
}

/// What may not come again and again (`[repeats]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepeatRules {
    /// At most so many of the same character in a row.
    pub in_a_row: u32,
    /// At most so many of the same character in all.
    pub of_one: u32,
    /// The longest piece, in characters, that may come more often than `piece_times`. Counts only where that is given.
    pub piece: u32,
    /// How often a longer piece may come; occurrences may overlap.
    pub piece_times: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_a_class() {
        use CharacterClass::*;
        for (character, class) in [
            ('a', Small),
            ('ß', Small),
            ('Ä', Capital),
            ('7', Digit),
            ('٣', Other),
            ('-', Other),
            (' ', Other),
            ('漢', Other),
        ] {
            assert_eq!(CharacterClass::of(character), class, "{character}");
        }
        for (index, class) in CharacterClass::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), index);
        }
    }
}
