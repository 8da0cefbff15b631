//! What opens the vault day by day: what may be chosen, and what is picked where nobody chooses.

use countersign_rules::Settings;
use countersign_wire::{PrimaryChoice, PrimaryMethod, PrimaryReport};

/// What the settings say of primaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PrimaryTerms {
    /// The only one there may be.
    only: Option<PrimaryMethod>,
    first_use: FirstUse,
    directory: Directory,
}

/// Whether there is a directory that knows the user's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directory {
    Named,
    None,
}

/// Whether a user who enrols may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstUse {
    Chooses,
    IsNotAsked,
}

impl PrimaryTerms {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            only: PrimaryMethod::named(settings.text("primary.method")),
            first_use: match settings.switch("primary.first_use") {
                true => FirstUse::Chooses,
                false => FirstUse::IsNotAsked,
            },
            directory: match settings.text("directory.servers").trim() {
                "" => Directory::None,
                _ => Directory::Named,
            },
        }
    }

    /// The only one there may be, if there is only one.
    pub(crate) fn only(&self) -> Option<PrimaryMethod> {
        self.only
    }

    /// What may be chosen.
    pub(crate) fn allowed(&self) -> Vec<PrimaryMethod> {
        let mut allowed = PrimaryMethod::ALL.to_vec();
        allowed.retain(|method| self.only.is_none_or(|only| only == *method));
        allowed.retain(|method| *method != PrimaryMethod::Directory || self.directory == Directory::Named);
        allowed
    }

    /// What an enrolment makes when its user does not choose. A new vault has no slot yet that asks nobody, so that it is never `none`.
    pub(crate) fn at_first_use(&self) -> PrimaryReport {
        let (method, choice) = match (self.only, self.first_use) {
            (Some(PrimaryMethod::None), _) => (
                PrimaryMethod::Os,
                PrimaryChoice::Picked(
                    "`primary.method` is none, and a new vault has no slot yet that opens without a word; once it has one, run `countersign primary change none`"
                        .to_owned(),
                ),
            ),
            (Some(only), _) => (only, PrimaryChoice::Setting),
            (None, FirstUse::Chooses) => (
                PrimaryMethod::Os,
                PrimaryChoice::Picked("nobody has chosen; `countersign primary change` does".to_owned()),
            ),
            (None, FirstUse::IsNotAsked) => (
                PrimaryMethod::Os,
                PrimaryChoice::Picked(
                    "`primary.method` is blank and `primary.first_use` is off: the first of os, own, none that a new vault can have".to_owned(),
                ),
            ),
        };
        PrimaryReport {
            method,
            choice,
            allowed: match (self.only, self.first_use) {
                (None, FirstUse::Chooses) => {
                    let mut allowed = self.allowed();
                    allowed.retain(|method| *method != PrimaryMethod::None);
                    allowed
                }
                _ => vec![method],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::Layer;
    use countersign_rules::parse_settings;

    fn terms(text: &str) -> PrimaryTerms {
        let (read, problems) = parse_settings("s.toml", text.as_bytes(), Layer::Machine);
        assert!(problems.is_empty(), "{problems:?}");
        PrimaryTerms::of(&Settings::resolve(&[read]))
    }

    #[test]
    fn blank_and_not_asked_picks_the_same_every_time_and_says_so() {
        let report = terms("primary.first_use = false").at_first_use();
        assert_eq!(
            (report.method, report.allowed),
            (PrimaryMethod::Os, vec![PrimaryMethod::Os])
        );
        assert!(matches!(report.choice, PrimaryChoice::Picked(why) if why.contains("primary.first_use` is off")));
    }

    #[test]
    fn one_that_is_set_is_the_only_one() {
        let own = terms("primary.method = \"own\"");
        assert_eq!(own.allowed(), [PrimaryMethod::Own]);
        let report = own.at_first_use();
        assert_eq!(
            (report.method, report.choice),
            (PrimaryMethod::Own, PrimaryChoice::Setting)
        );
        let none = terms("primary.method = \"none\"");
        assert_eq!(none.allowed(), [PrimaryMethod::None]);
        assert_eq!(none.at_first_use().method, PrimaryMethod::Os);
    }

    #[test]
    fn where_nothing_is_set_the_user_chooses() {
        let plain = terms("");
        let (os, own, none) = (PrimaryMethod::Os, PrimaryMethod::Own, PrimaryMethod::None);
        assert_eq!(plain.allowed(), [os, own, none]);
        assert_eq!(plain.at_first_use().allowed, [os, own]);
        // The directory's password is one where there is a directory.
        let named = terms("directory.servers = \"ldaps://directory.example.org\"");
        assert_eq!(named.allowed(), PrimaryMethod::ALL);
    }
}
