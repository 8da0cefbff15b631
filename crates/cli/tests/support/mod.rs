//! A small agent behind a real socket, and the real program in front of it.
#![allow(
    dead_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite's support; each suite uses a part"
)]

use countersign_model::*;
use countersign_secret::Password;
use countersign_wire::*;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// What came in: the request, and its secrets in clear.
pub type Heard = (Request, Vec<String>);

type Answers = dyn Fn(&Request, &[Password]) -> Answer + Send + Sync;

struct Scripted {
    answers: Box<Answers>,
    heard: Mutex<Vec<Heard>>,
}

impl Handler for Scripted {
    fn program(&self) -> String {
        "scripted-agent 1".to_owned()
    }

    fn handle(&self, _: Peer, request: Request, secrets: Vec<Password>) -> Answer {
        let clear = secrets.iter().map(|secret| secret.expose().to_owned()).collect();
        self.heard.lock().unwrap().push((request.clone(), clear));
        (self.answers)(&request, &secrets)
    }
}

pub struct Agent {
    pub runtime: TempDir,
    scripted: Arc<Scripted>,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    /// An agent that answers by rote.
    pub fn start() -> Self {
        Self::with(by_rote)
    }

    /// An agent that answers everything with this error.
    pub fn failing(error: ErrorReply) -> Self {
        Self::with(move |_, _| error.clone().into())
    }

    pub fn with(answers: impl Fn(&Request, &[Password]) -> Answer + Send + Sync + 'static) -> Self {
        let runtime = tempfile::tempdir().unwrap();
        let listener = Listener::bind(&SocketPlace::under(runtime.path())).unwrap();
        let scripted = Arc::new(Scripted {
            answers: Box::new(answers),
            heard: Mutex::default(),
        });
        let stopper = listener.stopper();
        let serving = Arc::clone(&scripted);
        let thread = std::thread::spawn(move || serve(&listener, &serving).unwrap());
        Self {
            runtime,
            scripted,
            stopper,
            thread: Some(thread),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = countersign(arguments);
        command.env("XDG_RUNTIME_DIR", self.runtime.path());
        command
    }

    /// Runs the program with these lines as standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Ran {
        run(self.command(arguments), input)
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.scripted.heard.lock().unwrap().clone()
    }

    pub fn last(&self) -> Heard {
        self.heard().pop().unwrap()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The program, with nothing of this environment.
pub fn countersign(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).env_clear();
    command
}

#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> serde_json::Value {
        let value: serde_json::Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!(value["schema"], 1, "{self:?}");
        value
    }
}

pub fn run(mut command: Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that needs no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Ran {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

pub fn slot(kind: &str, rating: Rating) -> SlotReport {
    SlotReport {
        kind: kind.to_owned(),
        rating,
        words: format!("what the {kind} is worth"),
    }
}

pub fn status() -> Status {
    Status {
        version: "9.8.7".to_owned(),
        pid: 4242,
        vault: VaultState::Unlocked,
        user: "anna".into(),
        device: Some(DeviceId([1; 16])),
        slots: vec![slot("login", Rating::Strong), slot("passphrase", Rating::Fair)],
        devices: Vec::new(),
        logons: Some(2),
        logons_version: 3,
        templates: TemplateCounts {
            signed: 4,
            package: 3,
            unsigned: 1,
        },
        problems: vec![Problem {
            place: "/x/bad.toml".to_owned(),
            line: Some(3),
            column: Some(7),
            severity: Severity::Error,
            message: "no such key".to_owned(),
            help: Some("remove it".to_owned()),
        }],
        repository: RepositoryState {
            place: "/srv/repo".to_owned(),
            health: RepositoryHealth::Unreachable("it is not mounted".to_owned()),
            synced: Some(Timestamp(1)),
            waiting: 1,
            next_try: Some(Timestamp(4_102_444_800_000)),
        },
        paused_until: None,
        paused_until_unlocked: false,
        paused_applications: Vec::new(),
        desktop: DesktopState {
            display: DisplayState::Watching(":7".to_owned()),
            accessibility: AccessibilityState::Missing("no bus".to_owned()),
        },
        locks_on: SessionHearing {
            session_lock: Hearing::By {
                sources: vec!["logind (session 2)".to_owned()],
                lacks: None,
            },
            suspend: Hearing::Missing {
                why: "there is no system bus".to_owned(),
                next: "lock it yourself".to_owned(),
            },
            idle: Hearing::Off,
        },
        locked_by: None,
        protection: MemoryProtection::Locked,
    }
}

pub fn logon(id: u8, label: &str) -> LogonSummary {
    LogonSummary {
        id: RecordId([id; 16]),
        template: "org.example.Ftp".into(),
        application: Some("Example FTP".to_owned()),
        label: label.to_owned(),
        plain: vec![PlainField {
            name: "username".into(),
            value: "anna".to_owned(),
        }],
        secret_fields: vec!["password".into()],
        binding: Binding {
            publisher: Publisher::Unsigned,
            executable: Some("/usr/bin/ftp".into()),
        },
        changed: Timestamp(1_000),
    }
}

pub fn template() -> TemplateSummary {
    let field = |name: &str, kind, label: Option<&str>| TemplateField {
        name: name.into(),
        kind,
        label: label.map(str::to_owned),
        mask: kind == FieldKind::Secret,
        required: false,
        default: None,
        max_length: None,
        totp: false,
    };
    TemplateSummary {
        id: "org.example.Ftp".into(),
        name: "Example FTP".to_owned(),
        publisher: Publisher::Package,
        place: "/usr/share/countersign/templates/ftp.toml".to_owned(),
        fields: vec![
            field("username", FieldKind::Plain, None),
            field("password", FieldKind::Secret, None),
            field("third", FieldKind::Secret, Some("Account code")),
        ],
        in_use: true,
        description: None,
        revision: 0,
        notes: None,
        icon: None,
        group: None,
        policy: None,
        multiple: true,
        bulk_add: false,
        may_exclude: true,
        executables: vec!["/usr/bin/ftp".to_owned()],
    }
}

pub fn explanation(decision: Decision) -> Explanation {
    let criterion = |what: &str, wanted: &str, found: &str, verdict| Criterion {
        what: what.to_owned(),
        wanted: wanted.to_owned(),
        found: found.to_owned(),
        verdict,
    };
    Explanation {
        at: Timestamp(5),
        window: WindowId(0x1c0_0007),
        title: "Log on\x1b]0;owned\x07".to_owned(),
        program: "/usr/bin/ftp".to_owned(),
        toolkit: Some("GTK3".to_owned()),
        template: Some("org.example.Ftp".into()),
        form: Some(FormKind::Logon),
        logon: Some("work".to_owned()),
        criteria: vec![
            criterion("executable", "/usr/bin/ftp", "/usr/bin/ftp", Verdict::Passed),
            criterion("title", "*Logon", "Log on", Verdict::Failed),
            criterion("bind password", "password-text", "", Verdict::Skipped),
        ],
        decision,
        attempt: Some(Attempt {
            method: Method::Controls,
            timing: Timing {
                filled_us: Some(1_900),
                submitted_us: Some(2_400),
            },
        }),
        warnings: vec!["the program can be changed by you".to_owned()],
    }
}

pub fn terms() -> EnrollTerms {
    EnrollTerms {
        question: "Which words?".to_owned(),
        min_length: 16,
        min_strength: 3,
        slots: vec![slot("login", Rating::Strong), slot("passphrase", Rating::Fair)],
        primary: PrimaryReport {
            method: PrimaryMethod::Os,
            choice: PrimaryChoice::Setting,
            allowed: vec![PrimaryMethod::Os],
        },
    }
}

pub fn policy() -> PolicyReport {
    PolicyReport {
        id: "company".to_owned(),
        name: "Example Ltd".to_owned(),
        description: Some("For everything".to_owned()),
        publisher: Publisher::Signed {
            organisation: "Example".to_owned(),
            name: "desk".to_owned(),
        },
        place: "Sales policy company".to_owned(),
        named_by: PolicyNamedBy::Setting {
            layer: Layer::Directory,
            place: Some("Sales override base by desk of Example:2:1".to_owned()),
        },
        rules: vec![PolicyRule {
            rule: "length.min".to_owned(),
            words: "at least 14 characters".to_owned(),
        }],
    }
}

/// No organisation: nothing is pinned.
pub fn organisation() -> OrganisationReport {
    OrganisationReport {
        pinned: None,
        words: None,
        name: None,
        version: None,
        expires: None,
        stale: false,
        rings: Vec::new(),
        published: false,
        problem: None,
        units: Vec::new(),
        groups: Vec::new(),
        faults: Vec::new(),
    }
}

/// A password exit; one with a problem cannot be loaded.
pub fn exit(name: &str, role: ExitRole, problem: Option<&str>) -> ExitReport {
    ExitReport {
        name: name.to_owned(),
        role,
        file: Path::new("/etc/countersign/exits").join(name),
        sha256: Some("ab".repeat(32)),
        network: role == ExitRole::Change,
        held: problem.is_none().then_some(ExitHeld::Held),
        problem: problem.map(str::to_owned),
    }
}

fn by_rote(request: &Request, secrets: &[Password]) -> Answer {
    let reply = match request {
        Request::Status => Reply::Status(Box::new(status())),
        Request::Doctor => Reply::Doctor(vec![
            Check {
                name: "display".to_owned(),
                result: CheckResult::Good,
                found: ":7".to_owned(),
                next: None,
            },
            Check {
                name: "accessibility".to_owned(),
                result: CheckResult::Bad,
                found: "no bus".to_owned(),
                next: Some("install at-spi2-core".to_owned()),
            },
        ]),
        Request::Exits => Reply::Exits(vec![
            exit("good.so", ExitRole::Change, None),
            exit("made.so", ExitRole::Generate, Some("the exit crashed")),
        ]),
        Request::Why { window: Some(_), .. } => Reply::Why(Vec::new()),
        Request::WindowReport { .. } => Reply::Error(ErrorReply::new(ErrorCode::NoMatch, "there is no such window")),
        Request::Why { .. } => Reply::Why(vec![
            explanation(Decision::NoMatch),
            explanation(Decision::Responded(Outcome::Done)),
        ]),
        Request::Settings { .. } => Reply::Settings(vec![SettingReport {
            name: "loop.fills".to_owned(),
            value: SettingValue::Number(5),
            layer: Layer::User,
            place: Some("/home/anna/.config/countersign/settings.toml:2".to_owned()),
            default: "3".to_owned(),
            doc: "How often.".to_owned(),
        }]),
        Request::Policy { .. } => Reply::Policy(Box::new(policy())),
        Request::Pause { .. } => Reply::Paused(Timestamp(u64::MAX)),
        Request::EnrollTerms => Reply::EnrollTerms(terms()),
        Request::Organisation => Reply::Organisation(Box::new(organisation())),
        Request::Enroll => Reply::Enrolled(Enrolled {
            slots: terms().slots,
            warnings: vec!["barely".to_owned()],
        }),
        Request::UnlockTerms => Reply::UnlockTerms(UnlockTerms {
            vault: VaultState::Locked,
            retry_after_ms: None,
            question: Some("Which words?".to_owned()),
            silent: false,
        }),
        Request::Templates => Reply::Templates(vec![template()]),
        Request::LogonList => Reply::Logons(vec![logon(0xab, "work"), logon(0xcd, "home")]),
        Request::LogonAdd { .. } => Reply::LogonSaved(RecordId([0xef; 16])),
        Request::LogonEdit { id, .. } | Request::LogonRebind { id } => Reply::LogonSaved(*id),
        Request::LogonReveal { .. } if secrets[0].expose() == "right" => {
            return Answer::revealed(Password::from_utf8("s3cr€t \"quoted\"".as_bytes()).unwrap());
        }
        Request::LogonReveal { .. } | Request::Unlock if secrets[0].expose() != "right" => {
            return ErrorReply::new(ErrorCode::WrongSecret, "the password is wrong")
                .next("try again")
                .retry_after(std::time::Duration::from_secs(2))
                .into();
        }
        Request::LogonFill { .. } => Reply::Filled(Box::new(explanation(Decision::Responded(Outcome::Done)))),
        Request::Refresh => Reply::Refreshed(RefreshReport {
            templates: 4,
            pulled: 1,
            pushed: 2,
            problems: Vec::new(),
        }),
        Request::TemplateExplain { .. } => Reply::Judged {
            problems: Vec::new(),
            explanations: vec![explanation(Decision::NoMatch)],
        },
        Request::Windows => Reply::Windows(vec![WindowFacts {
            id: WindowId(0x1c0_0007),
            process: Err(IdentityProblem::Unreadable(77)),
            title: "Log on".to_owned(),
            class: "Ftp".to_owned(),
            instance: "ftp".to_owned(),
            stance: countersign_model::Stance::default(),
        }]),
        _ => Reply::Done,
    };
    reply.into()
}
