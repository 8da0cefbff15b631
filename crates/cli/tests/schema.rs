//! `countersign schema`: what it prints goes to a server as it is.

#![allow(clippy::unwrap_used, reason = "a test suite")]

use std::process::Command;

fn schema(words: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("schema").args(words).output().unwrap()
}

#[test]
fn each_kind_of_server_gets_its_own() {
    for server in countersign_schema::Server::ALL {
        let printed = schema(&["--for", server.name()]);
        assert!(printed.status.success(), "{printed:?}");
        assert_eq!(
            String::from_utf8(printed.stdout).unwrap(),
            countersign_schema::render(server)
        );
        assert!(printed.stderr.is_empty());
    }
}

#[test]
fn an_unknown_kind_is_wrong_usage() {
    for words in [&["--for", "oracle"][..], &[]] {
        let printed = schema(words);
        assert_eq!(printed.status.code(), Some(2));
        assert!(printed.stdout.is_empty());
        let said = String::from_utf8(printed.stderr).unwrap();
        assert!(said.contains("--for"), "{said}");
    }
    let said = String::from_utf8(schema(&["--for", "oracle"]).stderr).unwrap();
    for server in countersign_schema::Server::ALL {
        assert!(said.contains(server.name()), "{said}");
    }
}
