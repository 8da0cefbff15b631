//! What is printed, for people and for programs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_model::Explanation;
use countersign_wire::{ErrorCode, ErrorReply, Reply, Request, Status};
use std::process::Stdio;
use support::{Agent, countersign, explanation, run, status};

#[test]
fn every_reading_command_prints_json_with_a_schema() {
    let agent = Agent::start();
    let template = agent.runtime.path().join("x.toml");
    std::fs::write(&template, "schema = 1\n").unwrap();
    let template = template.to_str().unwrap();
    for (arguments, key) in [
        (["status"].as_slice(), "status"),
        (&["doctor"], "checks"),
        (&["why"], "explanations"),
        (&["settings"], "settings"),
        (&["exits", "list"], "exits"),
        (&["logon", "list"], "logons"),
        (&["logon", "fill"], "explanation"),
        (&["windows"], "windows"),
        (&["policy", "show"], "policy"),
        (&["refresh"], "refreshed"),
        (&["template", "lint", template], "files"),
        (&["template", "explain", template], "files"),
    ] {
        let ran = agent.run(&[arguments, &["--json"]].concat(), "");
        assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
        assert!(!ran.json()[key].is_null(), "{ran:?}");
        assert_eq!(ran.err, "");
    }
}

#[test]
fn exits_are_told_with_what_is_wrong_with_them() {
    let agent = Agent::start();
    let ran = agent.run(&["exits", "list"], "");
    assert_eq!(ran.code, 1);
    let hash = "ab".repeat(32);
    for line in [
        "✓ good.so: is asked about new passwords, may connect",
        "  file     /etc/countersign/exits/good.so",
        &format!("  sha-256  {hash}"),
        "✗ made.so: makes passwords",
        "  the exit crashed",
    ] {
        assert!(ran.out.lines().any(|found| found == line), "{line}\n{}", ran.out);
    }
    let none = Agent::with(|_, _| Reply::Exits(Vec::new()).into());
    let ran = none.run(&["exits", "list"], "");
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("`exits.change`"), "{ran:?}");
}

#[test]
fn a_pin_is_a_line_for_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a\nb.so");
    std::fs::write(&file, "abc").unwrap();
    let pin = |path: &std::path::Path| run(countersign(&["exits", "pin", path.to_str().unwrap()]), "");
    let ran = pin(&file);
    let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, format!("\"{of_abc}\",  # ab.so\n").as_str()),
        "{ran:?}"
    );
    assert!(ran.err.contains("`exits.pins`"), "{ran:?}");
    let none = pin(&folder.path().join("none.so"));
    assert_eq!(none.code, 1);
    assert!(none.err.contains("none.so cannot be read"), "{none:?}");
}

#[test]
fn json_gives_the_messages_as_they_came() {
    let agent = Agent::start();
    let given: Status = serde_json::from_value(agent.run(&["status", "--json"], "").json()["status"].take()).unwrap();
    assert_eq!(given, status());
    let ran = agent.run(&["why", "--json", "--limit", "7"], "");
    let given: Vec<Explanation> = serde_json::from_value(ran.json()["explanations"].take()).unwrap();
    assert_eq!(given[0], explanation(countersign_model::Decision::NoMatch));
    assert_eq!(ran.json()["explanations"][1]["attempt"]["timing"]["filled_us"], 1_900);
    assert_eq!(
        agent.last().0,
        Request::Why {
            window: None,
            limit: Some(7)
        }
    );
}

#[test]
fn failures_are_json_too_where_json_is_wanted() {
    let agent = Agent::failing(ErrorReply::new(ErrorCode::Locked, "the vault is locked").next("unlock it"));
    let ran = agent.run(&["logon", "list", "--json"], "");
    assert_eq!(ran.code, 4);
    let error = &ran.json()["error"];
    assert_eq!(
        (error["code"].as_str(), error["next"].as_str()),
        (Some("locked"), Some("unlock it"))
    );
    assert!(ran.err.contains("the vault is locked"));
}

#[test]
fn why_tells_people_what_was_wanted_and_found() {
    let agent = Agent::start();
    let ran = agent.run(&["why"], "");
    assert_eq!(ran.code, 0);
    for line in [
        "window 0x1c00007 “Log on�]0;owned�”",
        "  program   /usr/bin/ftp (GTK3)",
        "  template  org.example.Ftp, logon form",
        "    ✓ executable     wanted /usr/bin/ftp, found /usr/bin/ftp",
        "    ✗ title          wanted *Logon, found Log on",
        "    · bind password  wanted password-text, not looked at",
        "  warning: the program can be changed by you",
        "  → not recognised: no form of any template fits this window",
        "  → filled with the logon `work` into its controls after 1.9 ms, submitted after 2.4 ms",
    ] {
        assert!(
            ran.out.lines().any(|printed| printed.starts_with(line)),
            "{line}\n{}",
            ran.out
        );
    }
    assert!(!ran.out.contains('\x1b'));
}

#[test]
fn status_tells_people_how_things_stand() {
    let out = Agent::start().run(&["status"], "").out;
    for part in [
        "unlocked, 2 logons",
        "4 signed, 3 of the package, 1 unsigned",
        "/srv/repo not reachable: it is not mounted",
        "1 record waiting, tries again in ",
        "login (strong): what the login is worth",
        "/x/bad.toml:3:7: error: no such key\n  remove it",
        "no bus",
        "9.8.7, process 4242",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[test]
fn doctor_fails_when_something_does_not_work() {
    let ran = Agent::start().run(&["doctor"], "");
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.out,
        "✓ display: :7\n✗ accessibility: no bus\n  next: install at-spi2-core\n"
    );
}

#[test]
fn logons_are_listed_without_secrets() {
    let out = Agent::start().run(&["logon", "list"], "").out;
    assert!(out.contains("abababab  work\n"), "{out}");
    assert!(out.contains("username=anna  password=••••"), "{out}");
    assert!(out.contains("saved for /usr/bin/ftp, template unsigned"), "{out}");
}

#[test]
fn windows_and_settings_are_tables() {
    let agent = Agent::start();
    let out = agent.run(&["windows"], "").out;
    assert!(
        out.starts_with("0x1c00007  -  the program of process 77 may not be looked at"),
        "{out}"
    );
    assert!(
        agent
            .run(&["settings"], "")
            .out
            .starts_with("loop.fills  5  user (/home/anna/")
    );
    assert!(agent.run(&["settings", "loop.fills"], "").out.contains("default  3"));
    assert!(
        agent
            .run(&["refresh"], "")
            .out
            .contains("4 templates in force; 1 record fetched, 2 sent")
    );
}

#[test]
fn templates_are_linted_without_an_agent() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, "schema = 1\nid = 3\n").unwrap();
    let bad = bad.to_str().unwrap();
    let ran = run(countersign(&["template", "lint", bad]), "");
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains(&format!("{bad}:2:6: error: ")), "{}", ran.out);
    let ran = run(countersign(&["template", "lint", "/nowhere/x.toml"]), "");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("/nowhere/x.toml cannot be read"), "{}", ran.err);
}

#[test]
fn the_agent_judges_a_template_by_its_text() {
    let agent = Agent::with(|request, _| match request {
        Request::TemplateExplain { place, text } if place.ends_with("t.toml") && text == "schema = 1" => {
            Reply::Judged {
                problems: vec![],
                explanations: vec![],
            }
            .into()
        }
        _ => panic!(),
    });
    let file = agent.runtime.path().join("t.toml");
    std::fs::write(&file, "schema = 1").unwrap();
    let ran = agent.run(&["template", "explain", file.to_str().unwrap()], "");
    assert_eq!(ran.code, 5);
    assert!(
        ran.out
            .contains("no window on the screen belongs to one of its programs"),
        "{}",
        ran.out
    );
}

#[test]
fn a_reader_that_goes_away_is_no_noise() {
    let agent = Agent::start();
    let mut child = agent
        .command(&["status"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let said = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(said.stderr).unwrap(), "");
}

#[test]
fn the_policy_in_force_is_shown_with_whom_it_is_from_and_who_names_it() {
    let agent = Agent::start();
    let ran = agent.run(&["policy", "show", "--template", "Example FTP"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let wanted = [
        "company (Example Ltd)",
        "  from      desk of Example (Sales policy company)",
        "  named by  the setting password.policy (directory, Sales override base by desk of Example:2:1)",
        "  For everything",
        "  at least 14 characters  length.min",
    ];
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), wanted);
    let template = Some("org.example.Ftp".into());
    assert_eq!(agent.last().0, Request::Policy { template });
    agent.run(&["policy", "show"], "");
    assert_eq!(agent.last().0, Request::Policy { template: None });
}
