use super::Exits;
use countersign_exits::{ChangeExit, Confined, Exit, ExitError, Files, GeneratorExit, Network, Sha256};
use countersign_wire::{Check, CheckResult, ExitHeld, ExitReport, ExitRole};

impl Exits {
    /// Tries every exit: its file, its hash, whether it can be held, and its interface up to its Init and Term. Each may take six seconds.
    pub(crate) fn examine(&self) -> Vec<ExitReport> {
        let change = self.change.iter().map(|exit| (exit, ExitRole::Change));
        let generate = self.generate.iter().map(|exit| (exit, ExitRole::Generate));
        change.chain(generate).map(|(exit, role)| examine(exit, role)).collect()
    }
}

fn examine(exit: &Exit, role: ExitRole) -> ExitReport {
    let file = exit.folder.join(&exit.name);
    let tried = match role {
        ExitRole::Change => ChangeExit::open(exit.clone()).and_then(|open| {
            let confined = open.confined();
            open.close().map(|()| confined)
        }),
        ExitRole::Generate => GeneratorExit::open(exit.clone()).and_then(|open| {
            let confined = open.confined();
            open.close().map(|()| confined)
        }),
    };
    let problem = tried.as_ref().err().map(ExitError::to_string);
    ExitReport {
        name: exit.name.clone(),
        role,
        sha256: Sha256::of_file(&file).ok().map(|hash| hash.to_string()),
        file,
        network: exit.network == Network::Allowed,
        held: tried.ok().map(held),
        problem,
    }
}

fn held(confined: Confined) -> ExitHeld {
    match confined.files {
        Files::Held => ExitHeld::Held,
        Files::Partly => ExitHeld::Partly,
        Files::Open => ExitHeld::Open,
    }
}

/// An exit among what `countersign doctor` looks at.
pub(crate) fn check_of(exit: ExitReport) -> Check {
    let (result, found, next) = match (exit.problem, exit.held) {
        (Some(problem), _) => (
            CheckResult::Bad,
            problem,
            Some(match exit.role {
                ExitRole::Change => "no password is changed until then, unless `exits.change` does without it",
                ExitRole::Generate => "no password is made until then, unless `exits.generate` is blank",
            }),
        ),
        (None, Some(ExitHeld::Open)) => (
            CheckResult::Warning,
            "can be loaded, and may read whatever you may: this kernel has no Landlock".to_owned(),
            Some("use a kernel with Landlock, and set `exits.confinement` to \"require\""),
        ),
        (None, _) => (CheckResult::Good, "can be loaded, pinned and confined".to_owned(), None),
    };
    Check {
        name: format!("exit {}", exit.name),
        result,
        found,
        next: next.map(str::to_owned),
    }
}
