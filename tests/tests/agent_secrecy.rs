//! Secrets stay in the agent's memory and in the fields they are for.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use std::io::Write;

use countersign_tests::agent::{Agent, Explained, Needles, PASSPHRASE, PASSWORD, PATIENCE, Package, Start};
use countersign_tests::{Deadline, Session};

const TEMPLATE: &str = r#"
schema = 1
id = "test.acme"
name = "Acme"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Acme"
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;
const KEYS: &str = r#"
schema = 1
id = "test.keys"
name = "Keys"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Keys"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "keys"
"#;
const STORED: &str = "Kq7-stored-Wm93zb";
const TYPED: &str = "Jr4-typed-Px58vd";
const NEW: &str = "Bn6-renewed-Ty21ch";

fn secrets() -> [&'static str; 5] {
    [PASSWORD, PASSPHRASE, STORED, TYPED, NEW]
}

/// What an ordinary program of the same user gets when it tries.
fn tries(session: &Session, script: &str) -> (bool, String) {
    let answer = session.command("sh").args(["-c", script]).output().unwrap();
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    (answer.status.success() && !answer.stdout.is_empty(), said)
}

#[test]
fn no_other_program_of_the_user_reads_the_agents_memory() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "acme", TEMPLATE).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "test.acme", "--set", "username=anna"], &[STORED])
        .unwrap();
    let pid = agent.id();
    for file in ["mem", "maps", "environ", "auxv", "syscall"] {
        let (got, said) = tries(&session, &format!("head -c 1 /proc/{pid}/{file}"));
        assert!(!got, "{file} was read");
        assert!(said.contains("denied"), "{file}: {said}");
    }
    // The same user reads the same of a program that does not protect itself.
    let (got, said) = tries(&session, "sleep 5 & head -c 1 /proc/$!/maps; kill $!");
    assert!(got, "{said}");
    let (_, said) = tries(&session, &format!("ls -l /proc/{pid}/fd; cat /proc/{pid}/fd/0"));
    assert!(said.contains("denied"), "{said}");
    // No core file, whatever the user's limit is.
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    assert_eq!(core.split_whitespace().nth(5), Some("0"), "{core}");
    // Who asks for ptrace is refused: gdb is not needed to see that.
    let (_, said) = tries(&session, &format!("readlink /proc/{pid}/exe || echo refused >&2"));
    assert!(said.contains("refused"), "{said}");
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert_eq!(status["protection"], "locked", "{status}");
}

#[test]
fn a_run_at_trace_level_leaves_no_secret_anywhere() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "acme", TEMPLATE).unwrap();
    package.template("keys", KEYS).unwrap();
    let start = Start::usual()
        .with("RUST_LOG", "trace")
        .with("RUST_BACKTRACE", "full")
        .with("G_MESSAGES_DEBUG", "all");
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "test.acme", "--set", "username=anna"], &["not yet"])
        .unwrap();
    agent.done(&["logon", "edit", "test.acme"], &[STORED]).unwrap();
    agent.done(&["logon", "add", "test.keys"], &[TYPED]).unwrap();
    // Forms that keep what they get: everything written here is the agent's doing.
    let mut explained = Explained::from_now(&agent).unwrap();
    for (title, expected) in [("Acme", STORED), ("Keys", TYPED)] {
        let script = format!("zenity --password --username --title={title} | sha256sum; exit 0");
        let script = match title {
            "Keys" => script.replace(" --username", ""),
            _ => script,
        };
        let mut shown = session.spawn("sh", &["-c", &script]).unwrap();
        explained.wait("responded").unwrap();
        shown.wait(Deadline::seconds(PATIENCE)).unwrap();
        let said = shown.said();
        let sum = |text: &str| {
            let script = "printf '%s\\n' \"$TEXT\" | sha256sum";
            let answer = session
                .command("sh")
                .args(["-c", script])
                .env("TEXT", text)
                .output()
                .unwrap();
            String::from_utf8(answer.stdout).unwrap()
        };
        let wanted = match title {
            "Acme" => sum(&format!("anna|{expected}")),
            _ => sum(expected),
        };
        assert!(said.contains(wanted.trim()), "{title} got something else: {said}");
    }
    agent.done(&["logon", "reveal", "test.acme"], &[PASSWORD]).unwrap();
    agent.run(&["unlock"], &[STORED]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    agent.run(&["unlock"], &[STORED]).unwrap();
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, NEW]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    agent.done(&["doctor"], &[]).ok();
    let why = agent.done(&["why", "--limit", "1000", "--json"], &[]).unwrap().out;
    let needles = Needles::of(&secrets());
    assert_eq!(needles.found(why.as_bytes()), Vec::<String>::new());
    let said = agent.said();
    assert!(
        said.contains("TRACE") || said.contains("DEBUG"),
        "the agent was silent:\n{said}"
    );
    drop(agent);
    let (hits, files) = needles.found_below(session.folder());
    assert_eq!(hits, Vec::<String>::new());
    assert!(files > 10, "{files} files");
}

#[test]
fn arguments_and_environment_hold_no_secret() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "acme", TEMPLATE).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "test.acme", "--set", "username=anna"], &[STORED])
        .unwrap();
    let needles = Needles::of(&secrets());
    // The command line while it holds one secret and waits for the next.
    let mut waiting = agent.command_line().spawn(&["unlock", "--passphrase"]).unwrap();
    let mut input = waiting.stdin.take().unwrap();
    writeln!(input, "{PASSPHRASE}").unwrap();
    let client = waiting.id();
    let deadline = Deadline::seconds(PATIENCE);
    let hardened = || {
        let (got, _) = tries(&session, &format!("head -c 1 /proc/{client}/environ"));
        (!got).then_some(())
    };
    deadline.wait_for("the client's protection", hardened).unwrap();
    for id in [agent.id(), client] {
        for file in ["cmdline", "environ"] {
            // Root sees the environment; to everybody else it is closed.
            let bytes = std::fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
            assert!(file == "environ" || !bytes.is_empty());
            assert_eq!(needles.found(&bytes), Vec::<String>::new(), "{file} of {id}");
        }
    }
    let (got, said) = tries(&session, &format!("head -c 1 /proc/{client}/mem"));
    assert!(!got && said.contains("denied"), "{said}");
    writeln!(input, "{NEW}").unwrap();
    drop(input);
    let ended = waiting.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    agent.done(&["logon", "reveal", "test.acme"], &[NEW]).unwrap();
}
