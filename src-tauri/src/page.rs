//! The pages, a window each.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A page: its name is that of its file, of its window and of its capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Page {
    /// From nothing to the first fill.
    FirstUse,
    /// Opens the vault.
    Unlock,
    /// The stored logons.
    Logons,
    /// Adds or changes one.
    Logon,
    /// Shows a secret.
    Reveal,
    /// What forms ask for.
    Chooser,
    /// How passwords stand, and their changes.
    Password,
    /// Back in without the password.
    Recovery,
    /// The directory.
    Sync,
    /// Settings, and where each comes from.
    Settings,
    /// Why something was filled, or was not.
    Why,
    /// The user's machines.
    Devices,
    /// Versions and health.
    About,
    /// Logons out of another program's file.
    Import,
    /// A template for a window.
    Recorder,
    /// A signed folder into the directory.
    Publish,
    /// A caller of the helpdesk.
    Helpdesk,
}

impl Page {
    /// The name.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Width and height of its window at first, in logical pixels.
    pub(crate) fn size(self) -> (f64, f64) {
        match self {
            Self::Unlock => (440.0, 420.0),
            Self::Reveal => (520.0, 380.0),
            Self::Chooser => (460.0, 480.0),
            Self::Logon | Self::Recovery | Self::Helpdesk => (560.0, 680.0),
            Self::FirstUse => (680.0, 740.0),
            Self::Logons | Self::Password | Self::Sync | Self::Settings | Self::Why => (880.0, 680.0),
            Self::Devices | Self::About | Self::Import | Self::Recorder | Self::Publish => (880.0, 680.0),
        }
    }
}

/// A page and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) page: Page,
    pub(crate) argument: Option<String>,
}

impl Opening {
    pub(crate) fn new(page: Page, argument: Option<String>) -> Self {
        Self { page, argument }
    }

    /// The window's label: two windows about different things are two, so that what is typed in one is not lost.
    pub(crate) fn label(&self) -> String {
        let mut label = self.page.name();
        if let Some(argument) = &self.argument {
            label.push_str("--");
            let named = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
            label.extend(argument.chars().take(LONGEST_LABEL).map(named));
        }
        label
    }
}

const LONGEST_LABEL: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_about_different_things_are_different_windows() {
        let about = |argument: &str| Opening::new(Page::Logon, Some(argument.to_owned())).label();
        assert_eq!(Opening::new(Page::FirstUse, None).label(), "first-use");
        assert_eq!(about("org.example.App"), "logon--org_example_App");
        assert_ne!(about("a1"), about("a2"));
        assert!(about(&"\u{202e}x/".repeat(1000)).len() < 80);
    }
}
