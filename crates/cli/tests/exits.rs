//! Exit codes, and the sentences that come with them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_model::{Decision, Outcome, Refusal, TemplateId};
use countersign_wire::{ErrorCode, ErrorReply, Reply, Request, UnlockTerms, VaultState};
use support::{Agent, countersign, explanation, run};

#[test]
fn every_error_of_the_agent_has_its_code() {
    for (code, exit) in [
        (ErrorCode::Failed, 1),
        (ErrorCode::Busy, 1),
        (ErrorCode::Protocol, 1),
        (ErrorCode::AlreadyEnrolled, 1),
        (ErrorCode::BadRequest, 2),
        (ErrorCode::Locked, 4),
        (ErrorCode::NotEnrolled, 4),
        (ErrorCode::WrongSecret, 4),
        (ErrorCode::TooSoon, 4),
        (ErrorCode::NoMatch, 5),
        (ErrorCode::Unreachable, 6),
        (ErrorCode::Refused, 7),
        (ErrorCode::Integrity, 8),
    ] {
        let agent = Agent::failing(ErrorReply::new(code, "it went wrong").next("do this"));
        let ran = agent.run(&["logon", "list"], "");
        assert_eq!((ran.code, ran.out.as_str()), (exit, ""), "{code:?}");
        assert_eq!(ran.err, "error: it went wrong\nnext: do this\n");
    }
}

#[test]
fn what_came_of_a_fill_has_its_code() {
    let refused = Outcome::Refused(Refusal::EchoOn);
    for (decision, exit) in [
        (Decision::Responded(Outcome::Done), 0),
        (Decision::LogonSucceeded("the form went away".to_owned()), 0),
        (Decision::Responded(Outcome::Interrupted(Refusal::WindowGone)), 1),
        (Decision::LogonFailed("530".to_owned()), 1),
        (Decision::Locked, 4),
        (Decision::NoMatch, 5),
        (Decision::NoLogon, 5),
        (Decision::Ambiguous(vec!["a".to_owned()]), 5),
        (Decision::Paused, 7),
        (Decision::Tied(vec![TemplateId::from("org.example.Other")]), 7),
        (Decision::Responded(refused), 7),
        (Decision::LoopStopped { fills: 3 }, 7),
        (
            Decision::BindingChanged {
                saved: "x".to_owned(),
                live: "y".to_owned(),
            },
            7,
        ),
    ] {
        let filled = explanation(decision.clone());
        let agent = Agent::with(move |_, _| Reply::Filled(Box::new(filled.clone())).into());
        assert_eq!(agent.run(&["logon", "fill"], "").code, exit, "{decision:?}");
        assert_eq!(agent.run(&["logon", "fill", "--json"], "").code, exit, "{decision:?}");
    }
}

#[test]
fn without_an_agent_it_says_how_to_start_one() {
    let runtime = tempfile::tempdir().unwrap();
    let mut command = countersign(&["status"]);
    command.env("XDG_RUNTIME_DIR", runtime.path());
    let ran = run(command, "");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("the agent is not running"), "{}", ran.err);
    assert!(ran.err.contains("systemctl --user start countersign"), "{}", ran.err);
}

#[test]
fn without_a_runtime_folder_it_says_what_to_set() {
    let ran = run(countersign(&["status"]), "");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("XDG_RUNTIME_DIR is not set"), "{}", ran.err);
}

#[test]
fn a_squatted_socket_folder_is_refused() {
    let agent = Agent::start();
    let folder = agent.runtime.path().join("countersign");
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let ran = agent.run(&["unlock"], "right\n");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("can be entered by others") || ran.err.contains("belongs to user"),
        "{}",
        ran.err
    );
    assert_eq!(agent.heard(), []);
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        ["frobnicate"].as_slice(),
        &["logon"],
        &["pause", "0"],
        &["pause", "5", "--resume"],
        &["why", "--limit", "0"],
        &["logon", "add", "x", "--set", "username"],
        &["template", "lint"],
    ] {
        assert_eq!(run(countersign(arguments), "").code, 2, "{arguments:?}");
    }
    assert_eq!(run(countersign(&["--help"]), "").code, 0);
    assert_eq!(run(countersign(&["--version"]), "").code, 0);
}

#[test]
fn a_vault_that_is_not_there_is_4_and_an_open_one_needs_no_password() {
    let in_state = |vault| {
        Agent::with(move |_, _| {
            Reply::UnlockTerms(UnlockTerms {
                vault,
                retry_after_ms: None,
                question: None,
                silent: false,
            })
            .into()
        })
    };
    let ran = in_state(VaultState::Unenrolled).run(&["unlock"], "");
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("countersign enroll"), "{}", ran.err);
    assert_eq!(in_state(VaultState::Unlocked).run(&["unlock"], "").code, 0);
}

#[test]
fn names_that_mean_nothing_or_too_much_are_told_apart() {
    let agent = Agent::start();
    assert_eq!(agent.run(&["logon", "remove", "nowhere", "--yes"], "").code, 5);
    assert_eq!(agent.run(&["logon", "remove", "org.example.Ftp", "--yes"], "").code, 2);
    assert_eq!(agent.run(&["logon", "remove", "work"], "").code, 2);
    assert!(
        !agent
            .heard()
            .iter()
            .any(|(request, _)| matches!(request, Request::LogonRemove { .. }))
    );
    assert_eq!(agent.run(&["logon", "remove", "work", "--yes"], "").code, 0);
    assert_eq!(agent.run(&["settings", "loop.fill"], "").code, 5);
    assert_eq!(agent.run(&["why", "--window", "0x99"], "").code, 5);
}
