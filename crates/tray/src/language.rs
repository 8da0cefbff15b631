use crate::words::{ENGLISH, FRENCH, GERMAN, Words};

/// The language people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, and whatever there is no table for.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
}

impl Language {
    /// The language of messages, by what `variable` says of `LANGUAGE`, `LC_ALL`, `LC_MESSAGES` and `LANG` (gettext's order).
    #[must_use]
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name| variable(name).filter(|value| !value.is_empty());
        let Some(locale) = given("LC_ALL")
            .or_else(|| given("LC_MESSAGES"))
            .or_else(|| given("LANG"))
        else {
            return Self::English;
        };
        // Without a locale nobody asks for a language.
        let is_plain = ["C", "POSIX"].contains(&locale.split('.').next().unwrap_or_default());
        let preferred = given("LANGUAGE").filter(|_| !is_plain).unwrap_or_default();
        let mut wanted = preferred.split(':').chain([locale.as_str()]);
        wanted.find_map(Self::named).unwrap_or_default()
    }

    fn named(locale: &str) -> Option<Self> {
        match locale.split(['_', '.', '@', '-']).next()? {
            "en" | "C" | "POSIX" => Some(Self::English),
            "de" => Some(Self::German),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(variables: &[(&str, &str)]) -> Language {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Language::of_environment(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_language_is_that_of_messages() {
        assert_eq!(language(&[]), Language::English);
        assert_eq!(language(&[("LANG", "de_AT.UTF-8")]), Language::German);
        assert_eq!(
            language(&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "fr_CA")]),
            Language::French
        );
        assert_eq!(language(&[("LANG", "de_DE"), ("LC_ALL", "C.UTF-8")]), Language::English);
        assert_eq!(
            language(&[("LANG", "pt_BR"), ("LANGUAGE", "pt:fr:en")]),
            Language::French
        );
        assert_eq!(language(&[("LANG", "C"), ("LANGUAGE", "de")]), Language::English);
        assert_eq!(language(&[("LANG", "ja_JP.UTF-8")]), Language::English);
    }
}
