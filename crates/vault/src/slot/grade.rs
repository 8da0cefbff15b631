//! A rating in one word, and the policy that holds slots against it.

use super::{Attacker, Circumstances, Exposure, Rating, SlotKind};
use std::fmt;

/// A rating in one word: that of the attacker who comes closest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// Somebody opens it by his office alone.
    Weak,
    /// Somebody may open it with luck, patience or another step.
    Fair,
    /// Nobody opens it.
    Strong,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weak => "weak",
            Self::Fair => "fair",
            Self::Strong => "strong",
        })
    }
}

/// A text that names no grade.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no grade; there are weak, fair and strong")]
pub struct NoSuchGrade(pub String);

impl std::str::FromStr for Grade {
    type Err = NoSuchGrade;

    /// Reads a grade as settings write it (`unlock.floor`).
    fn from_str(text: &str) -> Result<Self, NoSuchGrade> {
        match text.trim() {
            "weak" => Ok(Self::Weak),
            "fair" => Ok(Self::Fair),
            "strong" => Ok(Self::Strong),
            _ => Err(NoSuchGrade(text.to_owned())),
        }
    }
}

impl Rating {
    /// The rating in one word.
    #[must_use]
    pub fn grade(&self) -> Grade {
        let weakest = Attacker::ALL.map(|attacker| self.against(attacker)).into_iter().min();
        match weakest {
            Some(Exposure::Opens | Exposure::ActingAsUser) | None => Grade::Weak,
            Some(Exposure::Fails) => Grade::Strong,
            Some(_) => Grade::Fair,
        }
    }
}

impl SlotKind {
    /// Whether it is there only where the organisation's signed settings switch it on.
    #[must_use]
    pub const fn is_off_by_default(self) -> bool {
        matches!(
            self,
            Self::Silent | Self::DirectoryKey | Self::DirectoryIdentity | Self::OsProtection | Self::Program
        )
    }

    /// Whether it lets somebody open the vault by his office in the directory, so that the user has to agree to it.
    #[must_use]
    pub fn opens_to_the_directory(self, circumstances: Circumstances) -> bool {
        let rating = self.rating(circumstances);
        [rating.directory_admin, rating.helpdesk]
            .into_iter()
            .any(|exposure| exposure <= Exposure::KnowingPassword)
    }
}
