//! `countersign doctor`: what is wrong and what to do about it.

use crate::engine::Engine;
use crate::faces::program;
use crate::keeper::State;
use countersign_model::Hearing;
use countersign_model::port::{DesktopError, WindowSource};
use countersign_secret::Protection;
use countersign_tray::{Bound, Presence};
use countersign_wire::{AccessibilityState, Check, CheckResult, DisplayState, ErrorReply};

impl Engine {
    pub(crate) fn doctor(&self) -> Vec<Check> {
        vec![
            self.check_vault(),
            self.check_stores(),
            self.check_display(),
            self.check_accessibility(),
            check_memory(),
            check_hearing(
                "session lock",
                self.locking.hearing().session_lock,
                "lock.on_session_lock",
            ),
            check_hearing("suspend", self.locking.hearing().suspend, "lock.on_suspend"),
            check_hearing("idle", self.locking.hearing().idle, "lock.idle_minutes"),
            self.check_templates(),
            self.check_policies(),
            self.check_repository(),
            self.check_organisation(),
            self.check_session_programs(),
            self.check_tray(),
            self.check_shortcut(),
            check_windows(),
        ]
    }

    fn check_vault(&self) -> Check {
        match (self.keeper.is_enrolled(), self.keeper.count()) {
            (false, _) => check(
                "vault",
                CheckResult::Warning,
                "there is none on this machine",
                "run `countersign enroll`",
            ),
            (true, None) => check("vault", CheckResult::Warning, "locked", "run `countersign unlock`"),
            (true, Some(logons)) => good("vault", format!("unlocked, {logons} logons")),
        }
    }

    fn check_stores(&self) -> Check {
        let tales: Vec<_> = self.keeper.tales().collect();
        let sentences: Vec<_> = tales.iter().map(|(sentence, _)| sentence.as_str()).collect();
        if tales.iter().any(|(_, state)| *state == State::Hurt) {
            return check(
                "stores",
                CheckResult::Bad,
                sentences.join(" "),
                "keep a copy of the state folder before anything else; `countersign refresh` asks the repository again, `countersign store import` takes an older export",
            );
        }
        if let Some(problem) = self.keeper.export_problem() {
            return check(
                "stores",
                CheckResult::Warning,
                problem,
                "free some space or check the disk",
            );
        }
        match sentences.as_slice() {
            [] => good("stores", "whole".to_owned()),
            mended => check(
                "stores",
                CheckResult::Warning,
                mended.join(" "),
                "check the disk; `countersign store verify` reads everything again",
            ),
        }
    }

    fn check_display(&self) -> Check {
        match self.desktop_state().display {
            DisplayState::Watching(display) => good("display", format!("watching {display}")),
            DisplayState::Missing(why) => check(
                "display",
                CheckResult::Bad,
                why,
                "start the agent from a graphical session: `systemctl --user restart countersign`",
            ),
        }
    }

    fn check_accessibility(&self) -> Check {
        match self.desktop_state().accessibility {
            AccessibilityState::Available => good("accessibility", "controls can be read and written".to_owned()),
            AccessibilityState::Missing(why) => check(
                "accessibility",
                CheckResult::Bad,
                why,
                "install at-spi2-core and log on again; until then only templates with `method = \"keys\"` work",
            ),
        }
    }

    fn check_templates(&self) -> Check {
        let count = self.configuration.templates().templates().count();
        let of_policies: Vec<_> = self.configuration.policies().problems().collect();
        let problems = self.configuration.problems().iter();
        let problems: Vec<_> = problems.filter(|problem| !of_policies.contains(problem)).collect();
        match (problems.as_slice(), count) {
            ([], 0) => check(
                "templates",
                CheckResult::Warning,
                "none",
                "install the package's templates, or put some into the repository's config folder",
            ),
            ([], count) => good("templates", format!("{count} in force")),
            ([first, rest @ ..], count) => check(
                "templates",
                CheckResult::Warning,
                format!(
                    "{count} in force; {} problems, first {first}",
                    rest.len().saturating_add(1)
                ),
                first.help.clone(),
            ),
        }
    }

    fn check_policies(&self) -> Check {
        let policies = self.configuration.policies();
        let count = policies.in_force().count();
        let mut problems = policies.problems();
        if let Some(first) = problems.next() {
            let found = format!(
                "{count} in force; {} problems, first {first}",
                problems.count().saturating_add(1)
            );
            return check("policies", CheckResult::Warning, found, first.help.clone());
        }
        if let Some((policy, unread)) = policies
            .in_force()
            .find_map(|policy| Some((policy, policy.unread_list()?)))
        {
            return check(
                "policies",
                CheckResult::Warning,
                format!("no password is made or passes by {}: {unread}", policy.place()),
                "put the list there, or have the policy name another path",
            );
        }
        match self.configuration.usual_policy() {
            Ok(_) => good("policies", format!("{count} in force")),
            Err(none) => {
                let none = ErrorReply::from(none);
                check(
                    "policies",
                    CheckResult::Warning,
                    none.message,
                    none.next.unwrap_or_default(),
                )
            }
        }
    }

    fn check_organisation(&self) -> Check {
        let report = self.organisation_report();
        let Some(name) = report.name else {
            return good(
                "organisation",
                "none: nothing in the directory counts but your own vault".to_owned(),
            );
        };
        let trial = self.configuration.trial_told();
        let mut wrong = report.problem.into_iter().chain(trial).chain(report.faults);
        match wrong.next() {
            None => good("organisation", format!("{name}, {} units in force", report.units.len())),
            Some(first) => check(
                "organisation",
                CheckResult::Warning,
                format!(
                    "{first}{}",
                    match wrong.count() {
                        0 => String::new(),
                        more => format!(" (and {more} more)"),
                    }
                ),
                "run `countersign trust show`; what is in force stays so",
            ),
        }
    }

    fn check_repository(&self) -> Check {
        match self.syncing.health() {
            Ok(()) => good("repository", self.syncing.place()),
            Err(error) => check(
                "repository",
                CheckResult::Warning,
                error.to_string(),
                "logons work from this machine's store meanwhile; check `countersign settings repository.path`",
            ),
        }
    }

    fn check_tray(&self) -> Check {
        match self.faces.presence() {
            None => good("tray", "no icon: `tray.show` is off".to_owned()),
            Some(Presence::Shown) => good("tray", "the icon is on the panel".to_owned()),
            Some(Presence::NoPanel) => check(
                "tray",
                CheckResult::Warning,
                "no panel of this desktop takes icons; the icon is there as soon as one does",
                "on GNOME install and switch on the extension AppIndicator (Debian: gnome-shell-extension-appindicator), elsewhere add the status tray to the panel; without it, `countersign` does everything that the icon's menu does",
            ),
            Some(Presence::Failed(why)) => check(
                "tray",
                CheckResult::Warning,
                format!("there is no icon: {why}"),
                "start the agent from a graphical session: `systemctl --user restart countersign`",
            ),
        }
    }

    fn check_shortcut(&self) -> Check {
        match self.faces.shortcut() {
            None => good("shortcut", "none is wanted: `shortcut.fill` is empty".to_owned()),
            Some(Bound::Key(key)) => good("shortcut", format!("{key} fills the active window")),
            Some(Bound::Asking) => check(
                "shortcut",
                CheckResult::Warning,
                "the desktop has not given a key yet",
                "answer the desktop's own question, if it shows one",
            ),
            Some(Bound::Refused(why)) => check(
                "shortcut",
                CheckResult::Warning,
                format!("there is none: {why}"),
                "give a key of the desktop's own keyboard settings the command `countersign logon fill`",
            ),
        }
    }

    /// Programs on the screen that could be replaced by anything the user runs, or that cannot be identified.
    fn check_session_programs(&self) -> Check {
        let windows = match self.screen.as_ref().map(|desktop| desktop.snapshot()) {
            Ok(Ok(windows)) => windows,
            Ok(Err(error)) => return unreadable(&error),
            Err(error) => return unreadable(error),
        };
        let mut found = Vec::new();
        for window in &windows {
            match &window.process {
                Ok(process) if process.writable == countersign_model::Writable::ByUser => {
                    found.push(format!("{} can be changed by you", process.executable.display()));
                }
                Ok(_) => {}
                Err(problem) => found.push(format!("\"{}\": {problem}", window.title)),
            }
        }
        found.sort();
        found.dedup();
        if found.is_empty() {
            return good(
                "programs",
                format!("{} windows, every program identified", windows.len()),
            );
        }
        check(
            "programs",
            CheckResult::Warning,
            found.join("; "),
            "install these programs system-wide to be sure what is filled",
        )
    }
}

/// Whether the vault is locked by itself for this reason.
fn check_hearing(name: &str, hearing: Hearing, setting: &str) -> Check {
    match hearing {
        Hearing::Off => good(name, format!("does not lock the vault: `{setting}` is off")),
        Hearing::By { sources, lacks: None } => good(name, format!("locks the vault, heard by {}", sources.join(", "))),
        Hearing::By {
            sources,
            lacks: Some(lacks),
        } => check(
            name,
            CheckResult::Warning,
            format!("locks the vault, heard by {}, but {lacks}", sources.join(", ")),
            "run `countersign lock` before the machine sleeps",
        ),
        Hearing::Missing { why, next } => check(
            name,
            CheckResult::Warning,
            format!("does not lock the vault: {why}"),
            next,
        ),
    }
}

fn check_windows() -> Check {
    match program() {
        Some(program) => good("windows", format!("shown by {}", program.display())),
        None => check(
            "windows",
            CheckResult::Warning,
            "countersign-windows is neither beside the agent nor in PATH: no window can be shown",
            "install it; until then, `countersign` does the same on the command line",
        ),
    }
}

fn check_memory() -> Check {
    match countersign_secret::protection() {
        Protection::Locked => good("memory", "secrets are locked into memory".to_owned()),
        Protection::Swappable => check(
            "memory",
            CheckResult::Warning,
            "some secrets may be swapped to disk",
            "raise LimitMEMLOCK (systemd) or `ulimit -l` for this user",
        ),
    }
}

fn unreadable(error: &DesktopError) -> Check {
    check(
        "programs",
        CheckResult::Warning,
        error.to_string(),
        "see the display above",
    )
}

fn good(name: &str, found: String) -> Check {
    Check {
        name: name.to_owned(),
        result: CheckResult::Good,
        found,
        next: None,
    }
}

fn check(name: &str, result: CheckResult, found: impl Into<String>, next: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        result,
        found: found.into(),
        next: Some(next.into()),
    }
}
