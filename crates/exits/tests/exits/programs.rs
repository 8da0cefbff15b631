//! Exits that are programs: JSON over standard input and output.

use crate::lab::{Lab, after, before, change, documented, password, pinned, shown, wanted};
use countersign_exits::{ChangeExit, Entry, Exit, ExitError, Files, GeneratorExit, Sha256};
use std::time::Duration;

/// A shell that answers with what `$answer` is, whatever it is asked; `BODY` comes before each answer.
const SHELL: &str = r#"#!/bin/sh
while read -r line; do
  answer='{"version":1,"code":0}'
  case $line in
    *'"call":"before"'*) read -r password; BEFORE ;;
    *'"call":"after"'*) read -r password; AFTER ;;
    *'"call":"init"'*) INIT ;;
    *'"call":"generate"'*) GENERATE ;;
  esac
  printf '%s\n' "$answer"
done
"#;

fn shell(lab: &Lab, at: &str, what: &str) -> Exit {
    let mut text = SHELL.to_owned();
    for place in ["BEFORE", "AFTER", "INIT", "GENERATE"] {
        text = text.replace(place, if place == at { what } else { ":" });
    }
    lab.program(&text)
}

fn failed(lab: &Lab, at: &str, what: &str) -> ExitError {
    ChangeExit::open(shell(lab, at, what))
        .and_then(|mut exit| before(&mut exit))
        .unwrap_err()
}

#[test]
fn the_sample_rejects_what_is_short_and_serves_many_calls() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(documented("long_enough.py")).unwrap();
    let mut exit = ChangeExit::open(lab.program(&text)).unwrap();
    assert_ne!(exit.confined().files, Files::Open);
    for _ in 0..20 {
        let Err(ExitError::Rejected {
            code: 1,
            said: Some(said),
        }) = before(&mut exit)
        else {
            panic!("not rejected")
        };
        assert_eq!(said.expose(), "Use twelve characters or more.");
        // With a line feed in it: its length counts, not its lines.
        let long = password("twelve\nchärs!");
        exit.before(&change(&long)).unwrap().updated().unwrap();
    }
    exit.close().unwrap();
}

#[test]
fn it_is_told_everything() {
    let lab = Lab::new();
    let what = r#"[ "$password" = hunter2 ] || answer='{"version":1,"code":2}'
        [ "$line" = '{"version":1,"call":"before","user":"ada","application":"Ledger","login":"a.l","password_bytes":7}' ] ||
          answer='{"version":1,"code":3}'"#;
    let mut exit = ChangeExit::open(shell(&lab, "BEFORE", what)).unwrap();
    before(&mut exit).unwrap();
    let what = r#"case $line in *'"rules":{"min_len":0,'*'"max_len":0,'*'"most_bytes":8}'* | *'"most_bytes":8,'*) ;; *) exit 9 ;; esac
        printf '%s\n' '{"version":1,"code":0,"password_bytes":5}'; answer=abcde"#;
    let mut generator = GeneratorExit::open(shell(&lab, "GENERATE", what)).unwrap();
    assert_eq!(generator.generate(&wanted(9)).unwrap().password.expose(), "abcde");
    assert!(matches!(
        generator.generate(&wanted(5)),
        Err(ExitError::Ended { status: 9, .. })
    ));
}

#[test]
fn a_password_longer_than_its_room_is_refused() {
    let lab = Lab::new();
    let what = r#"printf '%s\n' '{"version":1,"code":0,"password_bytes":5}'; answer=abcde"#;
    let mut generator = GeneratorExit::open(shell(&lab, "GENERATE", what)).unwrap();
    assert!(generator.generate(&wanted(6)).is_ok());
    assert!(matches!(generator.generate(&wanted(5)), Err(ExitError::Unterminated)));
}

#[test]
fn a_program_in_machine_code_runs_from_the_hashed_bytes() {
    let lab = Lab::new();
    let source = lab.folder().join("exit.c");
    let text = r#"#include <stdio.h>
        #include <string.h>
        int main(void) {
            char line[9999];
            while (fgets(line, sizeof line, stdin)) {
                if (strstr(line, "password_bytes")) fgets(line, sizeof line, stdin);
                printf("{\"version\":1,\"code\":%d}\n", strcmp(line, "hunter2\n") ? 0 : 4);
                fflush(stdout);
            }
            return 0;
        }"#;
    std::fs::write(&source, text).unwrap();
    let program = lab.folder().join("exit");
    let built = std::process::Command::new("cc")
        .arg("-o")
        .arg(&program)
        .arg(&source)
        .status();
    assert!(built.unwrap().success());
    let mut exit = ChangeExit::open(Exit::program(lab.folder(), "exit", pinned(&program))).unwrap();
    std::fs::remove_file(&program).unwrap();
    assert!(matches!(before(&mut exit), Err(ExitError::Rejected { code: 4, .. })));
    exit.close().unwrap();
}

#[test]
fn crashes_ends_and_nonsense_are_told_apart() {
    let lab = Lab::new();
    for (at, entry_of) in [("INIT", Entry::Init), ("BEFORE", Entry::Before)] {
        let crashed = failed(&lab, at, "kill -SEGV $$");
        assert!(
            matches!(crashed, ExitError::Crashed { entry, signal: 11 } if entry == entry_of),
            "{crashed}"
        );
        let ended = failed(&lab, at, "exit 3");
        assert!(
            matches!(ended, ExitError::Ended { entry, status: 3 } if entry == entry_of),
            "{ended}"
        );
        for nonsense in [
            "answer=$password",
            "answer=yes",
            "answer=hunter2",
            "answer='{\"version\":2,\"code\":0}'",
        ] {
            let garbled = failed(&lab, at, nonsense);
            let right = matches!(garbled, ExitError::Garbled { entry, .. } if entry == entry_of);
            assert!(right, "{nonsense}: {}", shown(&garbled));
        }
    }
    let refused = failed(
        &lab,
        "INIT",
        "answer='{\"version\":1,\"code\":6,\"message\":\"closed\"}'",
    );
    assert!(
        matches!(
            refused,
            ExitError::Failed {
                entry: Entry::Init,
                code: 6,
                said: Some(_)
            }
        ),
        "{refused}"
    );
    let mut exit = ChangeExit::open(shell(&lab, "AFTER", "answer='{\"version\":1,\"code\":8}'")).unwrap();
    assert!(matches!(
        after(&mut exit),
        Err(ExitError::Failed {
            entry: Entry::After,
            code: 8,
            ..
        })
    ));
}

#[test]
fn what_does_not_answer_is_ended() {
    let lab = Lab::new();
    for what in ["while :; do :; done", "read -r more"] {
        let exit = Exit {
            limit: Duration::from_millis(500),
            ..shell(&lab, "BEFORE", what)
        };
        let late = ChangeExit::open(exit)
            .and_then(|mut exit| before(&mut exit))
            .unwrap_err();
        assert!(
            matches!(
                late,
                ExitError::Late {
                    entry: Entry::Before,
                    ..
                }
            ),
            "{late}"
        );
    }
}

#[test]
fn it_cannot_start_others_or_connect_or_write() {
    let lab = Lab::new();
    for what in ["/bin/true", "( : )", "kill -0 $PPID"] {
        let forbidden = failed(&lab, "BEFORE", what);
        assert!(
            matches!(forbidden, ExitError::Forbidden { entry: Entry::Before }),
            "{what}: {forbidden}"
        );
    }
    let connects = "#!/usr/bin/python3\nimport socket\nsocket.socket()\n";
    let forbidden = ChangeExit::open(lab.program(connects)).err().unwrap();
    assert!(
        matches!(forbidden, ExitError::Forbidden { entry: Entry::Init }),
        "{forbidden}"
    );
    let looks = "{ true </etc/passwd; } 2>/dev/null && exit 1; { true >/tmp/x; } 2>/dev/null && exit 2; true </dev/null || exit 3";
    let mut exit = ChangeExit::open(shell(&lab, "BEFORE", looks)).unwrap();
    before(&mut exit).unwrap();
}

#[test]
fn what_cannot_be_run_or_was_changed_is_refused() {
    let lab = Lab::new();
    for text in ["no program", "#!/no/such/interpreter\n"] {
        let error = ChangeExit::open(lab.program(text)).err().unwrap();
        assert!(matches!(error, ExitError::Unloadable(_)), "{error}");
    }
    let exit = shell(&lab, "BEFORE", ":");
    std::fs::write(lab.folder().join("exit"), "#!/bin/sh\n").unwrap();
    let changed = ChangeExit::open(exit).err().unwrap();
    let now = Sha256::of(b"#!/bin/sh\n");
    assert!(
        matches!(changed, ExitError::NotPinned { found, .. } if found == now),
        "{changed}"
    );
}
