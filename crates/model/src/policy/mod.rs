//! The password policy model: what stands in a policy's TOML file.

mod characters;
mod life;
mod rule;

pub use characters::{CharacterClass, CharacterRules, RepeatRules};
pub use life::{ExitRules, LifeRules};
pub use rule::Rule;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A password policy: what a password must be like, and how long it lives.
///
/// A number of 0 and a switch that is off ask for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The version of this format: 1.
    pub schema: u32,
    /// What templates call it, such as `company`.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// What the next one who edits it should know.
    #[serde(default)]
    pub notes: Option<String>,
    /// How long a password is.
    pub length: LengthRules,
    /// Which characters it is made of.
    #[serde(default)]
    pub characters: CharacterRules,
    /// What may not come again and again.
    #[serde(default)]
    pub repeats: RepeatRules,
    /// What it may not look like.
    #[serde(default)]
    pub unlike: UnlikeRules,
    /// Lists of passwords that nobody may use.
    #[serde(default)]
    pub lists: ListRules,
    /// How hard it must be to guess.
    #[serde(default)]
    pub strength: StrengthRules,
    /// How long it lives, and what follows on mistakes.
    #[serde(default)]
    pub life: LifeRules,
    /// What only a site's own password exits use.
    #[serde(default)]
    pub exits: ExitRules,
    /// How passwords are made.
    #[serde(default)]
    pub generate: GenerateRules,
}

/// How long a password is (`[length]`), in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LengthRules {
    /// The fewest, 1 to 128.
    pub min: u32,
    /// The most, up to 128.
    #[serde(default = "longest")]
    pub max: u32,
}

fn longest() -> u32 {
    Policy::LONGEST
}

/// What a password may not look like (`[unlike]`). Without regard to case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UnlikeRules {
    /// The user's name may not be in it, nor it in the name.
    pub user_name: bool,
    /// The password until now may not be in it, nor it in that one.
    pub old_password: bool,
    /// The application's name may not be in it, nor it in the name.
    pub application: bool,
    /// How many earlier passwords may not come again.
    pub history: u32,
}

/// Lists of passwords that nobody may use (`[lists]`): files, by their path; one that does not begin with `/` lies beside the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListRules {
    /// Words, one a line. No password is one of them, in any case, with or without digits and signs around it.
    pub dictionary: Option<String>,
    /// Passwords that are known to others, one a line, or the SHA-1 of each in 40 hexadecimal digits, with or without `:COUNT`.
    pub breached: Option<String>,
}

/// How hard a password must be to guess (`[strength]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StrengthRules {
    /// The least zxcvbn score, up to 4.
    pub zxcvbn: u32,
}

/// How passwords are made (`[generate]`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateRules {
    /// So many characters. Left out: any length the policy allows; as there are many more long passwords than short ones, nearly
    /// always the longest.
    pub length: Option<u32>,
}

impl Policy {
    /// The longest password of any policy, in characters.
    pub const LONGEST: u32 = 128;

    /// A policy that asks for nothing but a length.
    #[must_use]
    pub fn new(id: &str, length: LengthRules) -> Self {
        Self {
            schema: 1,
            id: id.to_owned(),
            name: id.to_owned(),
            description: None,
            notes: None,
            length,
            characters: CharacterRules::default(),
            repeats: RepeatRules::default(),
            unlike: UnlikeRules::default(),
            lists: ListRules::default(),
            strength: StrengthRules::default(),
            life: LifeRules::default(),
            exits: ExitRules::default(),
            generate: GenerateRules::default(),
        }
    }
}
