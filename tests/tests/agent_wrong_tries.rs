//! Wrong passwords over the socket: held back longer and longer, said, and never the end of a vault.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use countersign_tests::Deadline;
use countersign_tests::agent::{Agent, PASSWORD, PATIENCE};
use machines::{add, labels, machine, package, reveals};
use serde_json::{Value, json};

const ROLE: &str = "COUNTERSIGN_GUESSER";
/// How long passwords are guessed.
const LONG: Duration = Duration::from_secs(8);

fn frame(header: &Value, secrets: &[&str]) -> Vec<u8> {
    let header = header.to_string();
    let mut frame = b"CS\x01".to_vec();
    frame.push(u8::try_from(secrets.len()).unwrap());
    frame.extend(u32::try_from(header.len()).unwrap().to_le_bytes());
    for secret in secrets {
        frame.extend(u16::try_from(secret.len()).unwrap().to_le_bytes());
    }
    frame.extend(header.bytes());
    frame.extend(secrets.iter().flat_map(|secret| secret.bytes()));
    frame
}

/// The header of the next message; the answers to a guess have no secrets.
fn answer(stream: &mut UnixStream) -> Value {
    let mut start = [0; 8];
    stream.read_exact(&mut start).unwrap();
    let length = u32::from_le_bytes(*start.last_chunk().unwrap());
    let mut header = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut header).unwrap();
    serde_json::from_slice(&header).unwrap()
}

/// Guesses passwords as fast as it can, without regard to what it is told; only does something when the test below started it.
#[test]
fn a_guesser() {
    let Ok(number) = std::env::var(ROLE) else { return };
    let socket = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap()).join("countersign/agent.sock");
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(PATIENCE))).unwrap();
    stream
        .write_all(&frame(&json!({"hello": {"protocol": 1, "program": "guesser 1"}}), &[]))
        .unwrap();
    answer(&mut stream);
    let deadline = Deadline::after(LONG);
    for nth in 0.. {
        stream
            .write_all(&frame(&json!("unlock"), &[&format!("guess-{number}-{nth}")]))
            .unwrap();
        println!("ANSWER {}", answer(&mut stream));
        if deadline.is_over() {
            break;
        }
    }
}

/// What three programs that guess at once were told.
fn guessed(session: &countersign_tests::Session) -> Vec<Value> {
    let guessers: Vec<_> = (0..3)
        .map(|number| {
            let mut command = session.command(std::env::current_exe().unwrap());
            command.args(["--exact", "a_guesser", "--nocapture"]);
            command.env(ROLE, number.to_string());
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut told = Vec::new();
    for guesser in guessers {
        let output = guesser.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}");
        let answers = said.lines().filter_map(|line| line.split_once("ANSWER ")?.1.into());
        told.extend(answers.map(|text| serde_json::from_str::<Value>(text).unwrap()));
    }
    told
}

#[test]
fn however_many_are_wrong_the_vault_is_slowed_and_never_lost() {
    let one = machine();
    let package = package(&one);
    let agent = Agent::start(&one, &package).unwrap().enrolled().unwrap();
    add(&agent, "ledger");
    agent.done(&["lock"], &[]).unwrap();

    let told = guessed(&one);
    let of = |code: &str| -> Vec<Option<u64>> {
        let errors = told.iter().map(|answer| answer.get("error").unwrap());
        let errors = errors.filter(|error| error.get("code").and_then(Value::as_str) == Some(code));
        errors
            .map(|error| error.get("retry_after_ms").and_then(Value::as_u64))
            .collect()
    };
    let (wrong, soon) = (of("wrong-secret"), of("too-soon"));
    println!(
        "{} tries: {} looked at, {} too soon",
        told.len(),
        wrong.len(),
        soon.len()
    );
    assert_eq!(wrong.len() + soon.len(), told.len(), "{told:?}");
    // Two are free; the third says a second, and so on: of all of them only a handful is looked at.
    assert!((3..10).contains(&wrong.len()), "{wrong:?}");
    assert!(soon.len() > wrong.len(), "{} and {}", soon.len(), wrong.len());
    assert_eq!(wrong.iter().filter(|wait| wait.is_none()).count(), 2, "{wrong:?}");
    let mut said: Vec<u64> = wrong.iter().copied().flatten().collect();
    said.sort_unstable();
    let doubling: Vec<u64> = (0..said.len()).map(|nth| 1000 << nth).collect();
    assert_eq!(said, doubling);
    let longest = said.last().copied().unwrap();
    assert!(
        soon.iter()
            .all(|wait| wait.is_some_and(|wait| (1..=longest).contains(&wait))),
        "{} waits are not from 1 to {longest} ms",
        soon.len()
    );

    // The right one comes too soon as well; when the wait is over it opens at once, and nothing is lost.
    let deadline = Deadline::seconds(PATIENCE);
    let mut held_back = 0;
    loop {
        let opened = agent.run(&["unlock"], &[PASSWORD]).unwrap();
        if opened.code == 0 {
            break;
        }
        assert!(
            opened.code == 4 && opened.err.contains("too many wrong tries") && opened.err.contains("next attempt"),
            "{opened:?}"
        );
        held_back += 1;
        assert!(!deadline.is_over(), "{opened:?}");
        deadline.pause();
    }
    println!("the right one was held back {held_back} times");
    assert_eq!(labels(&agent), ["ledger"]);
    reveals(&agent, "ledger", PASSWORD);
    agent.done(&["store", "verify"], &[]).unwrap();
    agent.done(&["audit", "verify"], &[]).unwrap();
    // The log has those that were looked at; those that came too soon do not fill it.
    let entered = agent.done(&["audit", "show"], &[]).unwrap().out;
    let refusals = entered.lines().filter(|line| line.contains("a wrong password")).count();
    assert_eq!(refusals, wrong.len(), "{entered}");
}
