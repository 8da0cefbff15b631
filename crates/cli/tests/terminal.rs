//! At a terminal: no echo, typed twice, and the terminal as it was afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_model::{Choice, Decision, Outcome, Prompt, Question, RecordId, WindowId};
use countersign_wire::{
    Answer, Enrolled, ErrorCode, ErrorReply, PrimaryChoice, PrimaryMethod, PrimaryReport, Prompts, Reply, Request,
};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use support::{Agent, explanation};

/// A terminal with a program in it.
struct Terminal {
    ours: OwnedFd,
    theirs: File,
    child: Child,
    shown: String,
}

impl Terminal {
    fn with(mut command: Command) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs = File::options().read(true).write(true).open(name).unwrap();
        let side = || theirs.try_clone().unwrap();
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().unwrap();
        Self {
            ours,
            theirs,
            child,
            shown: String::new(),
        }
    }

    /// Waits until the screen ends with this. The prompt alone is not enough: the echo goes off after it.
    fn prompted(&mut self, prompt: &str) {
        while !self.shown.ends_with(prompt) {
            self.read(10);
        }
        while self.echoes() {
            self.read_for(1_000_000);
        }
    }

    /// Waits until the screen ends with a question whose answer is shown.
    fn asked(&mut self, question: &str) {
        while !self.shown.ends_with(question) {
            self.read(10);
        }
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.theirs).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    fn read(&mut self, seconds: i64) {
        assert!(
            self.read_for(seconds * 1_000_000_000),
            "nothing more came after {:?}",
            self.shown
        );
    }

    fn read_for(&mut self, nanoseconds: i64) -> bool {
        let mut wanted = [PollFd::new(&self.ours, PollFlags::IN)];
        let time = Timespec {
            tv_sec: nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000,
        };
        if rustix::event::poll(&mut wanted, Some(&time)).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        let read = rustix::io::read(&self.ours, &mut bytes).unwrap();
        self.shown.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        true
    }

    fn keys(&self, keys: &str) {
        assert_eq!(rustix::io::write(&self.ours, keys.as_bytes()).unwrap(), keys.len());
    }

    /// Waits for the end; the exit code and everything that was shown.
    fn end(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        while self.read_for(0) {}
        let modes = tcgetattr(&self.theirs).unwrap().local_modes;
        assert!(
            modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG),
            "{modes:?}"
        );
        (code, self.shown)
    }
}

fn terminal(agent: &Agent, arguments: &[&str]) -> Terminal {
    let mut command = agent.command(arguments);
    command.env("NO_COLOR", "1");
    Terminal::with(command)
}

#[test]
fn a_password_is_read_without_echo() {
    let agent = Agent::start();
    let mut terminal = terminal(&agent, &["unlock"]);
    terminal.prompted("Password: ");
    // Corrections: a wrong start wiped by Ctrl-U, an arrow key that does nothing, a wide character taken back.
    terminal.keys("n0nsense\x15rig\x1b[Dx😀\x7f\x7fht\r");
    let (code, shown) = terminal.end();
    assert_eq!((code, shown.as_str()), (0, "Password: \r\nunlocked\r\n"));
    assert_eq!(agent.last(), (Request::Unlock, vec!["right".to_owned()]));
}

#[test]
fn new_secrets_are_typed_twice() {
    let agent = Agent::start();
    let mut terminal = terminal(&agent, &["enroll"]);
    let answer = "correct horse battery staple";
    for (prompt, keys) in [
        ("Your login password: ", "p4ss"),
        ("Your login password, again: ", "p4sS"),
        ("the two entries differ; try again\r\nYour login password: ", "p4ss"),
        ("Your login password, again: ", "p4ss"),
        ("Which words?: ", "too short"),
        ("Which words?, again: ", "too short"),
        ("at least 16\r\nWhich words?: ", answer),
        ("Which words?, again: ", answer),
    ] {
        terminal.prompted(prompt);
        terminal.keys(keys);
        terminal.keys("\r");
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(
        !shown.contains("p4s") && !shown.contains("horse") && !shown.contains("too short"),
        "{shown}"
    );
    assert_eq!(
        agent.last(),
        (Request::Enroll, vec!["p4ss".to_owned(), answer.to_owned()])
    );
}

#[test]
fn who_wants_no_answer_of_his_own_gets_five_words_and_types_them_from_paper() {
    let agent = Agent::start();
    let mut terminal = terminal(&agent, &["enroll"]);
    for (prompt, keys) in [
        ("Your login password: ", "p4ss"),
        ("Your login password, again: ", "p4ss"),
        ("Which words?: ", ""),
    ] {
        terminal.prompted(prompt);
        terminal.keys(keys);
        terminal.keys("\r");
    }
    terminal.prompted("The five words, from your paper: ");
    let five = |line: &&str| line.trim().split(' ').count() == 5 && line.starts_with("    ");
    let words = terminal.shown.lines().find(five).unwrap().trim().to_owned();
    terminal.keys("something else\r");
    terminal.prompted("try again\r\nThe five words, from your paper: ");
    terminal.keys(&words);
    terminal.keys("\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(agent.last(), (Request::Enroll, vec!["p4ss".to_owned(), words]));
}

#[test]
fn what_is_in_an_imported_file_alone_is_lost_by_choice() {
    let agent = Agent::start();
    let file = agent.runtime.path().join("passwords.csv");
    let rows = "Example FTP,,anna,newer,\nExample FTP,,berta,p,a note\n";
    std::fs::write(&file, format!("name,url,username,password,note\n{rows}")).unwrap();
    let path = file.display().to_string();
    for (said, is_there) in [("no\r", true), ("yes\r", false)] {
        let mut terminal = terminal(&agent, &["import", &path, "--yes", "--delete"]);
        terminal.asked(&format!(
            "Delete {path} all the same? What is named above (2 things) is lost with it. (yes/no): "
        ));
        terminal.keys(said);
        let (code, shown) = terminal.end();
        assert_eq!((code, file.exists()), (0, is_there), "{shown}");
        assert!(shown.contains("1  Example FTP: stored already as `work`"), "{shown}");
        assert!(shown.contains("2  Example FTP: the notes\r\n"), "{shown}");
    }
}

#[test]
fn a_refused_answer_can_be_replaced() {
    let agent = Agent::with(|request, secrets| match request {
        Request::EnrollTerms => Reply::EnrollTerms(support::terms()).into(),
        Request::Organisation => Reply::Organisation(Box::new(support::organisation())).into(),
        Request::Enroll if secrets[1].expose().starts_with("aaaa") => {
            ErrorReply::new(ErrorCode::Refused, "that is easy to guess")
                .next("choose another")
                .into()
        }
        _ => Reply::Enrolled(Enrolled {
            slots: vec![],
            warnings: vec![],
        })
        .into(),
    });
    let mut terminal = terminal(&agent, &["enroll"]);
    for (prompt, answer) in [
        ("Your login password: ", "aaaaaaaaaaaaaaaa"),
        ("choose another\r\nYour login password: ", "correct horse battery"),
    ] {
        for (prompt, keys) in [
            (prompt, "p4ss"),
            ("Your login password, again: ", "p4ss"),
            ("Which words?: ", answer),
            ("Which words?, again: ", answer),
        ] {
            terminal.prompted(prompt);
            terminal.keys(keys);
            terminal.keys("\r");
        }
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
}

#[test]
fn plain_fields_are_asked_for_too_and_shown() {
    let agent = Agent::start();
    let mut terminal = terminal(&agent, &["logon", "add", "Example FTP"]);
    while !terminal.shown.ends_with("username: ") {
        terminal.read(10);
    }
    terminal.keys("anna\n");
    for (prompt, keys) in [
        ("password: ", "pa55"),
        ("password, again: ", "pa55"),
        ("Account code: ", ""),
    ] {
        terminal.prompted(prompt);
        terminal.keys(keys);
        terminal.keys("\r");
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("username: anna\r\n") && !shown.contains("pa55"),
        "{shown}"
    );
    let (Request::LogonAdd { plain, .. }, secrets) = agent.last() else {
        panic!()
    };
    assert_eq!((plain[0].value.as_str(), secrets), ("anna", vec!["pa55".to_owned()]));
}

#[test]
fn removing_asks_first() {
    let agent = Agent::start();
    for (answer, expected) in [("no\n", 1), ("yes\n", 0)] {
        let mut terminal = terminal(&agent, &["logon", "remove", "work"]);
        while !terminal.shown.ends_with("(yes/no): ") {
            terminal.read(10);
        }
        terminal.keys(answer);
        assert_eq!(terminal.end().0, expected);
    }
}

#[test]
fn ctrl_c_and_signals_leave_the_terminal_as_it_was() {
    let agent = Agent::start();
    let mut interrupted = terminal(&agent, &["unlock"]);
    interrupted.prompted("Password: ");
    interrupted.keys("secr\x03");
    let (code, shown) = interrupted.end();
    assert_eq!(code, 1);
    assert!(
        shown.contains("cancelled; nothing was changed") && !shown.contains("secr"),
        "{shown}"
    );

    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let mut killed = terminal(&agent, &["unlock"]);
        killed.prompted("Password: ");
        killed.keys("secr");
        kill_process(Pid::from_child(&killed.child), signal).unwrap();
        let (code, shown) = killed.end();
        assert_eq!(code, 1, "{signal:?} {shown}");
        assert!(!shown.contains("secr"), "{shown}");
    }
    assert!(!agent.heard().iter().any(|(request, _)| *request == Request::Unlock));
}

#[test]
fn colour_is_for_terminals_and_can_be_switched_off() {
    let agent = Agent::start();
    let (_, plain) = terminal(&agent, &["doctor"]).end();
    assert!(!plain.contains('\x1b'), "{plain:?}");
    let mut command = agent.command(&["doctor"]);
    command.env("TERM", "xterm");
    let (_, coloured) = Terminal::with(command).end();
    assert!(coloured.contains("\x1b[32m✓\x1b[0m"), "{coloured:?}");
}

#[test]
fn a_change_of_the_primary_that_is_cancelled_asks_the_agent_for_nothing() {
    for keys in [&["0ld\r", "\r"][..], &["0ld\r", "\x03"], &["\x03"]] {
        let agent = Agent::with(|_, _| {
            Reply::Primary(PrimaryReport {
                method: PrimaryMethod::Os,
                choice: PrimaryChoice::User,
                allowed: PrimaryMethod::ALL.to_vec(),
            })
            .into()
        });
        let mut terminal = terminal(&agent, &["primary", "change", "own"]);
        for (prompt, keys) in ["Password until now: ", "A password for your vault: "].iter().zip(keys) {
            terminal.prompted(prompt);
            terminal.keys(keys);
        }
        let (code, shown) = terminal.end();
        assert_ne!(code, 0, "{shown}");
        assert!(
            shown.contains("nothing was changed: the primary is still `os`"),
            "{shown}"
        );
        let heard = agent.heard();
        assert!(
            heard.iter().all(|(request, _)| *request == Request::Primary),
            "{heard:?}"
        );
    }
}

/// An agent that asks this about one window until it is answered, and is gone after that.
fn asking(question: Question) -> Agent {
    let prompt = Prompt {
        window: WindowId(0x1c0_0007),
        title: "Log on".to_owned(),
        template: "org.example.App".into(),
        application: "App".to_owned(),
        question,
        may_exclude: true,
    };
    Agent::with(move |request, _| match request {
        Request::Prompts { seen: 0, seconds } => {
            // The second look after an answer, and the first one.
            let open = vec![prompt.clone()].into_iter().filter(|_| *seconds > 0).collect();
            Reply::Prompts(Prompts { version: 1, open }).into()
        }
        Request::Prompts { .. } => Answer::from(ErrorReply::new(ErrorCode::Failed, "the agent ended")),
        Request::LogonFill { .. } | Request::LogonCapture { .. } => {
            Reply::Filled(Box::new(explanation(Decision::Responded(Outcome::Done)))).into()
        }
        Request::Templates => Reply::Templates(vec![support::template()]).into(),
        _ => Reply::Done.into(),
    })
}

fn choices() -> Question {
    let choice = |number, label: &str| Choice {
        id: RecordId([number; 16]),
        label: label.to_owned(),
    };
    Question::Choice(vec![choice(1, "work"), choice(2, "private")])
}

const WHICH: &str = "Which? (its number, n not now, x never for this application): ";

#[test]
fn a_logon_is_chosen_by_its_number() {
    let agent = asking(choices());
    let mut terminal = terminal(&agent, &["prompts"]);
    terminal.asked(WHICH);
    terminal.keys("9\n");
    terminal.asked(&format!("9\r\n{WHICH}"));
    terminal.keys("2\n");
    let (code, shown) = terminal.end();
    assert!(
        code == 1 && shown.contains("1  work") && shown.contains("2  private"),
        "{shown}"
    );
    let filled = agent.heard().into_iter().find_map(|(request, _)| match request {
        Request::LogonFill { id, window, .. } => Some((id, window)),
        _ => None,
    });
    assert_eq!(filled, Some((Some(RecordId([2; 16])), Some(WindowId(0x1c0_0007)))));
}

#[test]
fn what_is_not_wanted_is_not_asked_again() {
    for (keys, wanted) in [
        (
            "n",
            Request::PromptDismiss {
                window: WindowId(0x1c0_0007),
            },
        ),
        (
            "x",
            Request::Exclude {
                template: "org.example.App".into(),
            },
        ),
    ] {
        let agent = asking(choices());
        let mut terminal = terminal(&agent, &["prompts"]);
        terminal.asked(WHICH);
        terminal.keys(&format!("{keys}\n"));
        let (_, shown) = terminal.end();
        let heard: Vec<_> = agent.heard().into_iter().map(|(request, _)| request).collect();
        assert!(heard.contains(&wanted), "{shown}: {heard:?}");
    }
}
