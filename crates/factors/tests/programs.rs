//! Programs that answer, and programs that do everything but.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use countersign_factors::{Program, Removal, check_source};
use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const VAULT: VaultId = VaultId([7; 16]);

struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn script(&self, name: &str, text: &str) -> Program {
        let path = self.path(name);
        // Written under another name: a file that is still open for writing cannot be run.
        std::fs::write(self.path("new"), format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(self.path("new"), std::fs::Permissions::from_mode(0o700)).unwrap();
        std::fs::rename(self.path("new"), &path).unwrap();
        Program::new(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }
}

/// Its secret depends on the vault alone.
const GOOD: &str = r#"read line
vault=$(printf %s "$line" | sed 's/.*"vault":"\([0-9a-f]*\)".*/\1/')
printf '{"version":1,"secret":"%s"}' "$(printf %s "$vault" | base64 -w0)""#;

fn fault(text: &str) -> FactorError {
    Room::new().script("broken", text).fetch(VAULT).unwrap_err()
}

#[test]
fn a_program_that_answers_keeps_the_contract() {
    let program = Room::new();
    let program = (program.script("good", GOOD), program);
    assert_eq!(check_source(&program.0, Removal::WorksOut), Ok(()));
    let secret = program.0.fetch(VAULT).unwrap();
    assert_eq!(secret.expose(), "07".repeat(16).as_bytes());
}

#[test]
fn it_is_told_version_purpose_and_vault_and_little_else() {
    let room = Room::new();
    let seen = room.path("seen");
    let text = format!("{{ cat; env; pwd; echo $#; }} > {}\nexit 1", seen.display());
    room.script("curious", &text).fetch(VAULT).unwrap_err();
    let seen = std::fs::read_to_string(seen).unwrap();
    let mut lines = seen.lines();
    assert_eq!(
        lines.next().unwrap(),
        r#"{"version":1,"purpose":"unlock","vault":"07070707070707070707070707070707"}"#
    );
    let known = [
        "DBUS_SESSION_BUS_ADDRESS",
        "HOME",
        "LANG",
        "LOGNAME",
        "USER",
        "XDG_RUNTIME_DIR",
        "PATH",
        "PWD",
        "_",
        "OLDPWD",
        "SHLVL",
    ];
    for variable in lines.clone().filter_map(|line| line.split_once('=')) {
        assert!(known.contains(&variable.0), "{variable:?}");
    }
    assert!(lines.clone().any(|line| line == "/"), "{seen}");
    assert_eq!(lines.last().unwrap(), "0", "{seen}");
}

#[test]
fn crashes_are_said() {
    assert!(matches!(fault("kill -SEGV $$"), FactorError::Failed { .. }));
    let FactorError::Failed { why, .. } = fault("exit 3") else {
        panic!("another error");
    };
    assert!(why.contains('3'), "{why}");
    // A good answer and a bad end is no answer.
    assert!(matches!(fault(&format!("{GOOD}\nexit 3")), FactorError::Failed { .. }));
}

#[test]
fn hanging_programs_are_ended_with_all_they_started() {
    for text in [
        "sleep 600 & echo $! > PIDS; wait",
        // Closed its output, but goes on.
        "sleep 600 >/dev/null & echo $! > PIDS; exec >&-; wait",
        // Ended, but what it started holds the output.
        "sleep 600 & echo $! > PIDS",
    ] {
        let room = Room::new();
        let pids = room.path("pids");
        let program = room.script("slow", &text.replace("PIDS", &pids.display().to_string()));
        assert!(
            matches!(program.fetch(VAULT), Err(FactorError::Late { seconds: 2, .. })),
            "{text}"
        );
        let left = std::fs::read_to_string(&pids).unwrap().trim().parse().unwrap();
        // It is gone, or on its way: an end that has been sent comes soon.
        if let Ok(process) = pidfd_open(Pid::from_raw(left).unwrap(), PidfdFlags::empty()) {
            let patience = Timespec { tv_sec: 60, tv_nsec: 0 };
            let mut ended = [PollFd::new(&process, PollFlags::IN)];
            assert_eq!(poll(&mut ended, Some(&patience)), Ok(1), "{text}");
        }
    }
}

#[test]
fn floods_are_cut_off() {
    assert!(matches!(
        fault("cat /dev/zero"),
        FactorError::Flooded { most: 8192, .. }
    ));
}

#[test]
fn short_answers_are_no_secrets() {
    let error = fault(r#"printf '{"version":1,"secret":"c2hvcnQ="}'"#);
    assert!(
        matches!(
            error,
            FactorError::Short {
                found: 5,
                least: 32,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn what_is_no_answer_is_said_without_repeating_it() {
    for answer in [
        "",
        "c2VjcmV0",
        r#"{"version":2,"secret":"c2VjcmV0"}"#,
        r#"{"version":1}"#,
        r#"{"version":1,"secret":"c2VjcmV0!"}"#,
        r#"{"version":1,"secret":"c2VjcmV0"} {}"#,
    ] {
        let error = fault(&format!("printf '{answer}'"));
        assert!(matches!(error, FactorError::Unreadable { .. }), "{answer}: {error:?}");
        assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
    }
}

#[test]
fn its_own_word_on_why_not_is_passed_on() {
    let FactorError::Failed { why, .. } = fault(r#"printf '{"version":1,"error":"insert the card\\u001b[2J"}'"#) else {
        panic!("another error");
    };
    assert_eq!(why, "insert the card[2J");
}

#[test]
fn a_program_that_answers_differently_each_time_is_refused_when_it_is_set_up() {
    let room = Room::new();
    let program = room.script(
        "dice",
        r#"printf '{"version":1,"secret":"%s"}' "$(head -c 32 /dev/urandom | base64 -w0)""#,
    );
    assert!(matches!(program.set_up(VAULT), Err(FactorError::Unsteady(_))));
}

#[test]
fn what_others_may_write_is_not_run() {
    let room = Room::new();
    let program = room.script("good", GOOD);
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(&room.path("good"), 0o722);
    assert!(matches!(program.fetch(VAULT), Err(FactorError::Untrusted { .. })));
    mode(&room.path("good"), 0o700);
    mode(room.0.path(), 0o777);
    assert!(matches!(program.fetch(VAULT), Err(FactorError::Untrusted { .. })));
    mode(room.0.path(), 0o700);
    program.fetch(VAULT).unwrap();
    assert!(matches!(
        Program::new("good").fetch(VAULT),
        Err(FactorError::Untrusted { .. })
    ));
    assert!(matches!(
        Program::new(room.0.path()).fetch(VAULT),
        Err(FactorError::Untrusted { .. })
    ));
    assert!(matches!(
        Program::new(room.path("none")).fetch(VAULT),
        Err(FactorError::Unreachable { .. })
    ));
}
