//! A desktop and a vault in a few lines: the machine is fed events, its effects are looked at.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]
#![allow(dead_code, reason = "each test file uses its part")]

use countersign_model::port::DesktopError;
use countersign_model::{
    Binding, Carried, ChangeStep, ControlFacts, ControlToken, ControlTree, Coverage, Decision, Explanation, FieldKind,
    FieldName, FieldValues, Lineage, LogonId, Monotonic, Outcome, PasswordJournal, Plan, ProcessIdentity, Prompt,
    Publisher, Purpose, RecordId, Refusal, Role, Stage, States, TerminalFacts, Timestamp, Which, WindowEvent,
    WindowFacts, WindowId, Writable,
};
use countersign_rules::{TemplateSet, parse_template};
use countersign_secret::Password;
use countersign_signon::{
    ChangeMode, Effect, Event, Expiry, LogonSummary, Machine, Notice, Now, Rules, Settlement, Standing, Ticket,
    Underway, VaultState,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub const WINDOW: WindowId = WindowId(7);

pub const DIALOG: &str = r#"
schema = 1
id = "org.example.Dialog"
name = "Dialog"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/dialog"]
[form.bind]
username = { role = "text" }
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
[[form]]
kind = "logon-failed"
[form.window]
executable = ["/usr/bin/dialog"]
[[form.require]]
control = { role = "label", name = "Wrong password" }
"#;

pub const PROMPTER: &str = r#"
schema = 1
id = "org.example.Prompter"
name = "Prompter"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
asks_for = "parent"
[form.window]
executable = ["/usr/bin/prompter"]
[[form.require]]
control = { role = "label" }
text = "Password of {username}:"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

pub const TERMINAL: &str = r#"
schema = 1
id = "org.example.Shell"
name = "Remote shell"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/xterm"]
[form.terminal]
program = ["/usr/bin/ssh"]
getopt = "p:"
operands = ["{username}@*"]
[form.respond]
method = "keys"
"#;

/// A machine, a clock and everything it has said.
pub struct Bench {
    machine: Machine,
    pub now: Monotonic,
    pub logons: Vec<LogonSummary>,
    pub tree: ControlTree,
    /// Why the controls cannot be read, if they cannot.
    pub silent: Option<DesktopError>,
    /// How often they were asked for, and how often attention to them.
    pub reads: usize,
    pub attends: usize,
    /// When the machine wants to be woken.
    pub wakes: Vec<Monotonic>,
    pub prompt: Result<TerminalFacts, DesktopError>,
    pub explained: Vec<Explanation>,
    pub notices: Vec<Notice>,
    /// Responses that were started and not answered yet.
    pub responding: Vec<(Ticket, Option<LogonId>, Plan)>,
    pub cancelled: Vec<Ticket>,
    /// The questions that are open.
    pub asked: Vec<Prompt>,
    pub settled: Vec<(LogonId, Settlement)>,
    /// What the forms were answered for.
    pub typed: Vec<Purpose>,
    /// Logons a password is wanted for.
    pub making: Vec<LogonId>,
    /// Tries that nothing was heard of.
    pub quiet: Vec<(Which, Lineage)>,
    /// The change journal of the first logon, and its password.
    pub journal: PasswordJournal,
    pub fields: FieldValues,
    /// How many wrong passwords lock its account.
    pub wrong_passwords: Option<u32>,
    pub expiry: Expiry,
}

impl Bench {
    /// An unlocked machine with one logon for `user`.
    pub fn new(template: &str) -> Self {
        Self::of(&[template])
    }

    /// The same with several templates of the package.
    pub fn of(templates: &[&str]) -> Self {
        let parsed = templates
            .iter()
            .map(|template| parse_template("test.toml", template.as_bytes()).unwrap());
        let (set, problems) = TemplateSet::build(parsed.map(|parsed| (Publisher::Package, parsed)).collect());
        assert!(
            problems
                .iter()
                .all(|problem| problem.severity != countersign_rules::Severity::Error),
            "{problems:?}"
        );
        let rules = Rules {
            automatic: true,
            fills: 3,
            grace: Duration::from_secs(60),
            change: ChangeMode::Ask,
        };
        let mut bench = Self {
            machine: Machine::new(Arc::new(set), rules),
            now: Monotonic(1_000_000),
            logons: vec![logon(1, "user")],
            tree: form(&[]),
            silent: None,
            reads: 0,
            attends: 0,
            wakes: Vec::new(),
            prompt: Err(DesktopError::NoTerminal("no pty".to_owned())),
            explained: Vec::new(),
            notices: Vec::new(),
            responding: Vec::new(),
            cancelled: Vec::new(),
            asked: Vec::new(),
            settled: Vec::new(),
            typed: Vec::new(),
            making: Vec::new(),
            quiet: Vec::new(),
            journal: PasswordJournal::default(),
            fields: FieldValues(vec![(FieldName::from("password"), FieldKind::Secret, secret("old"))]),
            wrong_passwords: None,
            expiry: Expiry::Valid,
        };
        bench.send(Event::Vault(VaultState::Unlocked));
        bench
    }

    pub fn rules(&mut self, rules: Rules) {
        self.send(Event::Rules(rules));
    }

    /// Waits until the machine wants to be woken, and wakes it. False: it does not.
    pub fn wake(&mut self) -> bool {
        let next = self.wakes.iter().copied().filter(|at| *at > self.now).min();
        if let Some(at) = next {
            self.now = at;
            self.send(Event::Woken);
        }
        next.is_some()
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
    }

    /// Takes a step in the journal, as an agent does.
    pub fn step(&mut self, step: ChangeStep) {
        let (field, now) = (FieldName::from("password"), Timestamp(self.now.0 / 1000));
        self.journal.step(&mut self.fields, &field, step, now).unwrap();
    }

    pub fn stage(&self) -> Option<Stage> {
        self.journal.pending.as_ref().map(|pending| pending.stage)
    }

    pub fn password(&self) -> &str {
        self.fields.get(&FieldName::from("password")).unwrap().expose()
    }

    /// The logons, with what the first one's journal says.
    fn known(&self) -> Vec<LogonSummary> {
        let mut known = self.logons.clone();
        if let Some(first) = known.first_mut() {
            first.expiry = self.expiry;
            first.since = self.journal.since;
            first.change = self.stage().map(|stage| Underway {
                stage,
                wrong_passwords: self.wrong_passwords,
            });
        }
        known
    }

    /// Feeds an event in and answers every question the machine asks, but not its responses.
    pub fn send(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            self.now.0 += 1000;
            let now = Now {
                steady: self.now,
                wall: Timestamp(self.now.0 / 1000),
            };
            for effect in self.machine.handle(event, now) {
                match effect {
                    Effect::ReadControls(ticket, ..) => {
                        self.reads += 1;
                        let read = self.silent.clone().map_or_else(|| Ok(self.tree.clone()), Err);
                        events.push(Event::ControlsRead(ticket, read));
                    }
                    Effect::ReadTerminal(ticket, ..) => events.push(Event::TerminalRead(ticket, self.prompt.clone())),
                    Effect::FindLogons(ticket, _) => events.push(Event::Logons(ticket, self.known())),
                    Effect::Respond {
                        ticket,
                        logon,
                        plan,
                        purpose,
                        before,
                        ..
                    } => {
                        if let Some(step) = before {
                            self.step(step);
                        }
                        self.typed.push(purpose);
                        self.responding.push((ticket, logon, *plan));
                    }
                    Effect::MakePassword(logon, _) => self.making.push(logon),
                    Effect::Step(_, step) => self.step(step),
                    Effect::Quiet(_, which, asker) => self.quiet.push((which, asker)),
                    Effect::Cancel(ticket) => self.cancelled.push(ticket),
                    Effect::Explain(explanation) => self.explained.push(*explanation),
                    Effect::Notify(notice) => self.notices.push(notice),
                    Effect::Ask(prompt) => {
                        self.asked.retain(|before| before.window != prompt.window);
                        self.asked.push(prompt);
                    }
                    Effect::Withdraw(window) => self.asked.retain(|prompt| prompt.window != window),
                    Effect::Settled(logon, settlement) => self.settled.push((logon, settlement)),
                    Effect::Attend(..) => self.attends += 1,
                    Effect::WakeAt(at) => self.wakes.push(at),
                    Effect::Ignore(_) => {}
                }
            }
        }
    }

    pub fn appear(&mut self, window: WindowFacts) {
        let at = self.now;
        self.send(Event::Window(WindowEvent::Appeared { window, at }));
    }

    pub fn changed(&mut self) {
        self.send(Event::Window(WindowEvent::ControlsChanged(WINDOW)));
    }

    pub fn focus(&mut self) {
        self.send(Event::Window(WindowEvent::Activated(Some(WINDOW))));
    }

    /// Ends the one response that is under way.
    pub fn end(&mut self, outcome: Outcome) {
        assert_eq!(
            self.responding.len(),
            1,
            "one response is under way; last said: {:?}",
            self.last()
        );
        let (ticket, ..) = self.responding.remove(0);
        let at = Some(self.now);
        self.send(Event::Responded(
            ticket,
            Carried {
                outcome,
                filled: at,
                submitted: at,
            },
        ));
    }

    pub fn done(&mut self) {
        self.end(Outcome::Done);
    }

    pub fn refuse(&mut self, refusal: Refusal) {
        self.end(Outcome::Refused(refusal));
    }

    /// The last decision.
    pub fn last(&self) -> Option<&Decision> {
        self.explained.last().map(|explanation| &explanation.decision)
    }
}

pub fn secret(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

pub fn logon(number: u8, user: &str) -> LogonSummary {
    LogonSummary {
        id: RecordId([number; 16]),
        label: format!("{user} {number}"),
        plain: [("username".to_owned(), user.to_owned())].into(),
        binding: Binding {
            publisher: Publisher::Package,
            executable: None,
        },
        changed: Timestamp(0),
        standing: Standing::Stored,
        change: None,
        expiry: Expiry::Valid,
        since: None,
    }
}

/// A window of `/usr/bin/NAME` with process `pid`, started by process 1000.
pub fn window(program: &str, pid: u32) -> WindowFacts {
    WindowFacts {
        id: WINDOW,
        process: Ok(process(program, pid)),
        title: "Log on".to_owned(),
        class: "Dialog".to_owned(),
        instance: "dialog".to_owned(),
        stance: countersign_model::Stance::default(),
    }
}

pub fn process(program: &str, pid: u32) -> ProcessIdentity {
    ProcessIdentity {
        lineage: Lineage { pid, started: 5 },
        parent: Some(Lineage { pid: 1000, started: 1 }),
        started_by: None,
        executable: PathBuf::from("/usr/bin").join(program),
        script: None,
        writable: Writable::RootOnly,
        owner: countersign_model::FileOwner::Root,
        package: None,
        foreign: None,
    }
}

/// The controls of a logon form, with these labels besides.
pub fn form(labels: &[&str]) -> ControlTree {
    let mut controls = vec![
        control(0, Role::Text, ""),
        control(1, Role::PasswordText, ""),
        control(2, Role::PushButton, "OK"),
    ];
    controls.extend(
        labels
            .iter()
            .enumerate()
            .map(|(at, label)| control(at + 3, Role::Label, label)),
    );
    tree(controls)
}

/// [`DIALOG`] with these lines before `[logon]`.
pub fn dialog(lines: &str) -> String {
    DIALOG.replace("[logon]", &format!("{lines}\n[logon]"))
}

/// A window in which no form is.
pub fn nothing() -> ControlTree {
    tree(Vec::new())
}

fn tree(controls: Vec<ControlFacts>) -> ControlTree {
    ControlTree {
        controls,
        coverage: Coverage::Complete,
        toolkit: None,
    }
}

fn control(number: usize, role: Role, name: &str) -> ControlFacts {
    let editable = matches!(role, Role::Text | Role::PasswordText);
    ControlFacts {
        token: ControlToken(format!("control {number}")),
        role,
        name: name.to_owned(),
        label: None,
        id: None,
        class: None,
        text: None,
        states: States {
            enabled: true,
            showing: true,
            editable,
            focused: false,
            checked: false,
            multiline: false,
        },
        extents: None,
        parent: None,
    }
}

/// A terminal in which `ssh user@host` of process `pid` asks for a password.
pub fn prompt(pid: u32) -> TerminalFacts {
    TerminalFacts {
        tty: PathBuf::from("/dev/pts/3"),
        foreground: process("ssh", pid),
        arguments: vec!["ssh".to_owned(), "user@host".to_owned()],
        siblings: Vec::new(),
        echo: false,
        canonical: true,
        waiting: Some(true),
        sleeps: None,
        prompt: None,
    }
}
