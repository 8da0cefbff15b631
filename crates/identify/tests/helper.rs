//! `countersign-identify` asked about real processes, with its capability and without.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use countersign_identify::question::{ASKED, HEAD, Question};
use countersign_tests::agent::Programs;
use countersign_tests::{Deadline, Process, Session};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// One that was started, and answers.
struct Helper(Child);

impl Helper {
    fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).env_clear();
        Self(command.spawn().unwrap())
    }

    fn send(&mut self, asked: [u8; ASKED]) {
        self.0.stdin.as_mut().unwrap().write_all(&asked).unwrap();
    }

    /// Status and text of the answer.
    fn ask(&mut self, question: Question, pid: u32) -> (u8, String) {
        let [a, b, c, d] = pid.to_le_bytes();
        self.send([question.letter(), a, b, c, d]);
        let answers = self.0.stdout.as_mut().unwrap();
        let mut head = [0; HEAD];
        answers.read_exact(&mut head).unwrap();
        let [status, length @ ..] = head;
        let mut text = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap()];
        answers.read_exact(&mut text).unwrap();
        (status, String::from_utf8(text).unwrap())
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

/// A program of the user's that lets nobody look at it.
fn undumpable(session: &Session) -> Process {
    let socket = session.folder().join("keys");
    let path = socket.display().to_string();
    let agent = session.spawn("ssh-agent", &["-D", "-a", &path]).unwrap();
    let listens = Deadline::seconds(20).find(|| socket.exists().then_some(()));
    assert!(listens.is_some(), "{}", agent.said());
    let denied = std::fs::read_link(format!("/proc/{}/exe", agent.id())).unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
    agent
}

const KNOWN: u8 = 0;
const ENDED: u8 = 1;
const DENIED: u8 = 2;

#[test]
fn undumpable_programs_of_the_caller_are_known_and_nobody_elses() {
    let session = Session::start().unwrap();
    let agent = undumpable(&session);
    let mut helper = Helper::start(&Programs::built().unwrap().identify());
    let known = helper.ask(Question::Program, agent.id());
    assert_eq!(known, (KNOWN, "\u{1}/usr/bin/ssh-agent".to_owned()));
    assert_eq!(helper.ask(Question::Code, agent.id()), (KNOWN, String::new()));
    // It waits for somebody, once it has made its socket.
    let waits = Deadline::seconds(20).find(|| {
        let (status, waits) = helper.ask(Question::Waiting, agent.id());
        assert_eq!(status, KNOWN, "{waits}");
        waits.contains("poll").then_some(())
    });
    assert!(waits.is_some());

    // Root's first process, and one that is not there.
    for question in [Question::Program, Question::Code, Question::Waiting] {
        assert_eq!(helper.ask(question, 1), (DENIED, String::new()));
    }
    assert_eq!(helper.ask(Question::Program, u32::MAX - 1), (ENDED, String::new()));
}

#[test]
fn without_its_capability_it_knows_no_more_than_its_caller() {
    let session = Session::start().unwrap();
    let agent = undumpable(&session);
    let mut helper = Helper::start(Path::new(env!("CARGO_BIN_EXE_countersign-identify")));
    assert_eq!(helper.ask(Question::Program, agent.id()), (DENIED, String::new()));
    let own = format!("\u{1}{}", std::env::current_exe().unwrap().display());
    assert_eq!(helper.ask(Question::Program, std::process::id()), (KNOWN, own));
}

#[test]
fn what_is_no_question_ends_it() {
    let mut helper = Helper::start(&Programs::built().unwrap().identify());
    helper.send(*b"x\0\0\0\0");
    assert!(!helper.0.wait().unwrap().success());
}
