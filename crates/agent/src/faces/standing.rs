//! How things stand, for the icon.

use crate::engine::Engine;
use crate::keeper::State;
use countersign_model::port::RepositoryError;
use countersign_rules::Severity;
use countersign_signon::Pause as Paused;
use countersign_tray::{Attention, Health, Pause, TrayState, Vault};
use countersign_wire::VaultState;

impl Engine {
    pub(super) fn tray_state(&self) -> TrayState {
        TrayState {
            vault: match self.vault_report() {
                VaultState::Unenrolled => Vault::Absent,
                VaultState::Locked => Vault::Locked,
                VaultState::Unlocked => Vault::Open,
            },
            health: self.health(),
            pause: self.pause_told(),
            application: self.faces.at_hand.as_ref().map(|at_hand| at_hand.name.clone()),
            synced: self.syncing.synced(),
            windows: self.faces.starter.presence(),
        }
    }

    fn pause_told(&self) -> Option<Pause> {
        match (self.machine.pause(), self.machine.paused_applications()) {
            (Some(Paused::UntilUnlocked), _) => Some(Pause::UntilUnlocked),
            (Some(Paused::Until(_)), _) => self.paused_until().map(Pause::Until),
            (None, templates) if templates.is_empty() => None,
            (None, templates) => Some(Pause::Applications(
                templates.iter().map(|template| self.application(template)).collect(),
            )),
        }
    }

    /// What matters most comes first: a form that waits for the user, then what only he can mend.
    fn health(&self) -> Health {
        if let Some(prompt) = self.prompting.first() {
            return Health::Attention(Attention::Asked(prompt.application.clone()));
        }
        if let Some(sentence) = self.trouble() {
            return Health::Attention(Attention::Trouble(sentence));
        }
        match (self.syncing.is_running(), self.syncing.health()) {
            (true, _) => Health::Syncing,
            (false, Err(_)) => Health::Offline,
            (false, Ok(())) => Health::Well,
        }
    }

    /// The first thing that does not mend itself. That the repository cannot be reached is none: it comes back.
    fn trouble(&self) -> Option<String> {
        let passes = |error: &RepositoryError| matches!(error, RepositoryError::Unreachable { .. });
        let hurt = self.keeper.tales().find(|(_, state)| *state == State::Hurt);
        let refused = || {
            self.syncing
                .health()
                .err()
                .filter(|error| !passes(error))
                .map(ToString::to_string)
        };
        let header = || self.header_faults().next().map(str::to_owned);
        let mistake = || {
            let mut problems = self.configuration.problems().iter();
            let error = problems.find(|problem| problem.severity == Severity::Error);
            error.map(ToString::to_string)
        };
        let fault = || {
            let mut faults = self.configuration.faults().iter();
            faults.find(|error| !passes(error)).map(ToString::to_string)
        };
        hurt.map(|(sentence, _)| sentence)
            .or_else(refused)
            .or_else(header)
            .or_else(|| self.keeper.export_problem().map(str::to_owned))
            .or_else(mistake)
            .or_else(fault)
    }
}
