use crate::drawing::Look;
use countersign_model::Timestamp;

/// How things stand, as far as the tray shows it. Plain data; nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayState {
    /// The vault.
    pub vault: Vault,
    /// What else is the matter.
    pub health: Health,
    /// The pause, if filling is paused.
    pub pause: Option<Pause>,
    /// The application whose window was active last, by the name its template has; none: no template knows it.
    pub application: Option<String>,
    /// When the repository was last in step with this machine.
    pub synced: Option<Timestamp>,
    /// The program that shows windows.
    pub windows: Windows,
}

/// The vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vault {
    /// There is none on this machine.
    Absent,
    /// It is locked.
    Locked,
    /// It is open.
    Open,
}

/// What is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing.
    Well,
    /// An exchange with the repository is under way.
    Syncing,
    /// The repository cannot be reached. Logons are filled all the same.
    Offline,
    /// The user has to do something.
    Attention(Attention),
}

/// What the user has to do something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attention {
    /// A form of this application waits for an answer of his.
    Asked(String),
    /// Something is wrong: one sentence, as the agent has it.
    Trouble(String),
}

/// How filling is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Until then.
    Until(Timestamp),
    /// Until the vault is unlocked the next time.
    UntilUnlocked,
    /// For these applications, until the pause is ended.
    Applications(Vec<String>),
}

/// The program that shows windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Windows {
    /// It is installed.
    There,
    /// It is not.
    Missing,
}

/// A page of the windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Page {
    /// First-time use.
    FirstUse,
    /// Unlocking.
    Unlock,
    /// The list of logons.
    Logons,
    /// The question a form waits for.
    Chooser,
    /// How passwords stand.
    Password,
    /// The repository.
    Sync,
    /// The settings.
    Settings,
    /// Why something was filled, or was not.
    Why,
}

impl Page {
    /// Its name, as the program that shows windows takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstUse => "first-use",
            Self::Unlock => "unlock",
            Self::Logons => "logons",
            Self::Chooser => "chooser",
            Self::Password => "password",
            Self::Sync => "sync",
            Self::Settings => "settings",
            Self::Why => "why",
        }
    }
}

/// What the user chose in the tray or in a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrayChoice {
    /// A page is to be shown.
    Open(Page),
    /// Fill now.
    Fill,
    /// Lock.
    Lock,
    /// Unlock.
    Unlock,
    /// Fill nothing for 15 minutes.
    PauseShortly,
    /// Fill nothing until the vault is unlocked the next time.
    PauseUntilUnlocked,
    /// Leave the application alone whose window was active last.
    PauseApplication,
    /// Fill again.
    Resume,
    /// Read everything from the repository again.
    Sync,
    /// End the agent.
    Quit,
}

impl TrayState {
    /// What the icon shows. A locked vault comes first: nothing else can be done about it.
    #[must_use]
    pub fn look(&self) -> Look {
        match (self.vault, &self.health) {
            (Vault::Absent | Vault::Locked, _) => Look::Locked,
            (Vault::Open, Health::Attention(_)) => Look::Attention,
            (Vault::Open, _) if matches!(self.pause, Some(Pause::Until(_) | Pause::UntilUnlocked)) => Look::Paused,
            (Vault::Open, Health::Offline) => Look::Offline,
            (Vault::Open, Health::Syncing) => Look::Syncing,
            (Vault::Open, Health::Well) => Look::Ready,
        }
    }

    /// What a left click opens.
    #[must_use]
    pub fn first_page(&self) -> Page {
        match (self.vault, &self.health) {
            (Vault::Absent, _) => Page::FirstUse,
            (Vault::Open, Health::Attention(Attention::Asked(_))) => Page::Chooser,
            _ => Page::Logons,
        }
    }

    /// What a middle click does, and the menu's item for it.
    #[must_use]
    pub fn turn_key(&self) -> TrayChoice {
        match self.vault {
            Vault::Absent => TrayChoice::Open(Page::FirstUse),
            Vault::Locked => TrayChoice::Unlock,
            Vault::Open => TrayChoice::Lock,
        }
    }
}

#[cfg(test)]
pub(crate) fn well() -> TrayState {
    TrayState {
        vault: Vault::Open,
        health: Health::Well,
        pause: None,
        application: None,
        synced: None,
        windows: Windows::There,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_tells_what_matters_most() {
        let attention = Health::Attention(Attention::Trouble("a store is damaged".to_owned()));
        for (vault, health, pause, look) in [
            (Vault::Absent, Health::Well, None, Look::Locked),
            (Vault::Locked, attention.clone(), None, Look::Locked),
            (Vault::Open, attention, Some(Pause::UntilUnlocked), Look::Attention),
            (
                Vault::Open,
                Health::Offline,
                Some(Pause::Until(Timestamp(9))),
                Look::Paused,
            ),
            (Vault::Open, Health::Offline, None, Look::Offline),
            (Vault::Open, Health::Syncing, None, Look::Syncing),
            (
                Vault::Open,
                Health::Well,
                Some(Pause::Applications(vec!["A".to_owned()])),
                Look::Ready,
            ),
        ] {
            let state = TrayState {
                vault,
                health,
                pause,
                ..well()
            };
            assert_eq!(state.look(), look, "{state:?}");
        }
    }

    #[test]
    fn a_left_click_leads_to_what_is_asked_and_a_middle_click_turns_the_key() {
        let asked = Health::Attention(Attention::Asked("Ledger".to_owned()));
        let asked = TrayState {
            health: asked,
            ..well()
        };
        assert_eq!(
            (asked.first_page(), asked.turn_key()),
            (Page::Chooser, TrayChoice::Lock)
        );
        let locked = TrayState {
            vault: Vault::Locked,
            ..asked
        };
        assert_eq!(
            (locked.first_page(), locked.turn_key()),
            (Page::Logons, TrayChoice::Unlock)
        );
        let absent = TrayState {
            vault: Vault::Absent,
            ..locked
        };
        assert_eq!(absent.turn_key(), TrayChoice::Open(Page::FirstUse));
    }
}
