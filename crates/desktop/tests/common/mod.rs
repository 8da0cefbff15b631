//! A private desktop session and our desktop in it.
#![allow(dead_code, reason = "each suite uses its part")]

pub mod pretender;

use countersign_desktop::Desktop;
use countersign_model::port::{Cancel, ControlAccess as _, Responder as _, Watch, WindowSource as _};
use countersign_model::{
    Action, Carried, ControlFacts, ControlQuery, ControlToken, ControlTree, FieldKind, FieldName, FieldValues, Method,
    Monotonic, Plan, PlannedStep, Role, WindowEvent, WindowFacts,
};
use countersign_secret::Password;
use countersign_tests::{Deadline, Process, Session};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub struct Lab<'a> {
    pub desktop: Desktop,
    pub events: Receiver<WindowEvent>,
    _watch: Box<dyn Watch>,
    pub session: &'a Session,
}

pub const FORM: [&str; 12] = [
    "--forms",
    "--title=Acme",
    "--text=Log_on",
    "--separator=|",
    "--add-entry",
    "User",
    "--add-entry",
    "Company",
    "--add-password",
    "Password",
    "--ok-label",
    "Log on",
];

impl Lab<'_> {
    /// Runs a test in a session of its own, as the session's ordinary user: root would hide permission faults.
    pub fn run(test: impl FnOnce(&Lab<'_>) + Send) {
        let session = Session::start().unwrap();
        std::thread::scope(|scope| {
            let running = scope.spawn(|| {
                become_ordinary(&session);
                let (desktop, events, watch) = Self::connect(&session);
                desktop.accessibility().unwrap();
                test(&Lab {
                    desktop,
                    events,
                    _watch: watch,
                    session: &session,
                });
            });
            if let Err(panic) = running.join() {
                std::panic::resume_unwind(panic);
            }
        });
    }

    pub fn connect(session: &Session) -> (Desktop, Receiver<WindowEvent>, Box<dyn Watch>) {
        let desktop = countersign_desktop::connect(&countersign_desktop::Session {
            display: Some(session.display().to_owned()),
            bus: Some(session.bus().to_owned()),
            ..countersign_desktop::Session::default()
        })
        .unwrap();
        let (sender, events) = channel();
        let watch = desktop.watch(sender).unwrap();
        (desktop, events, watch)
    }

    pub fn appeared(&self, pid: u32) -> (WindowFacts, Monotonic) {
        let mut others = Vec::new();
        loop {
            match self.events.recv_timeout(Duration::from_secs(10)) {
                Ok(WindowEvent::Appeared { window, at })
                    if window.process.as_ref().is_ok_and(|process| process.lineage.pid == pid) =>
                {
                    return (window, at);
                }
                Ok(other) => others.push(other),
                Err(_) => panic!("no window of process {pid}, but {others:#?}"),
            }
        }
    }

    pub fn accessibility_address(&self) -> String {
        let mut asking = self.session.command("dbus-send");
        asking.args(["--session", "--print-reply=literal", "--dest=org.a11y.Bus"]);
        let address = asking
            .args(["/org/a11y/bus", "org.a11y.Bus.GetAddress"])
            .output()
            .unwrap()
            .stdout;
        String::from_utf8(address).unwrap().trim().to_owned()
    }

    pub fn form(&self) -> (Process, WindowFacts) {
        let process = self.session.spawn("zenity", &FORM).unwrap();
        let (window, _) = self.appeared(process.id());
        (process, window)
    }

    pub fn read(&self, window: &WindowFacts) -> ControlTree {
        self.desktop.read(window, &logon_query()).unwrap()
    }

    pub fn respond(&self, plan: &Plan, values: &[(&str, &str)]) -> Carried {
        self.desktop.respond(plan, &fields(values), &Cancel::default())
    }
}

/// Only this thread, and those it starts, become the session's user.
fn become_ordinary(session: &Session) {
    let account = session.account();
    if rustix::process::geteuid().is_root() {
        rustix::thread::set_thread_groups(&[]).unwrap();
        rustix::thread::set_thread_gid(rustix::process::Gid::from_raw(account.gid)).unwrap();
        rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(account.uid)).unwrap();
    }
}

pub fn logon_query() -> ControlQuery {
    ControlQuery {
        roles: [Role::PasswordText, Role::Text, Role::Entry, Role::PushButton].into(),
        labels: true,
        ..ControlQuery::default()
    }
}

pub fn named<'a>(tree: &'a ControlTree, role: Role, label: &str) -> &'a ControlFacts {
    let fits = |control: &&ControlFacts| {
        control.role == role && (control.label.as_deref() == Some(label) || control.name == label)
    };
    tree.controls
        .iter()
        .find(fits)
        .unwrap_or_else(|| panic!("{role:?} {label} in {tree:#?}"))
}

pub fn fields(values: &[(&str, &str)]) -> FieldValues {
    FieldValues(
        values
            .iter()
            .map(|(name, value)| {
                let value = Password::from_utf8(value.as_bytes()).unwrap();
                (FieldName::from(*name), FieldKind::Secret, value)
            })
            .collect(),
    )
}

pub fn set(field: &str, control: &ControlToken) -> PlannedStep {
    fill(Action::Set {
        field: field.into(),
        control: control.clone(),
    })
}

pub fn fill(action: Action) -> PlannedStep {
    PlannedStep { action, submits: false }
}

pub fn submit(action: Action) -> PlannedStep {
    PlannedStep { action, submits: true }
}

pub fn plan(window: &WindowFacts, method: Method, steps: Vec<PlannedStep>) -> Plan {
    Plan {
        window: window.clone(),
        terminal: None,
        method,
        steps,
    }
}

/// The plan that fills the whole form by controls.
pub fn whole(window: &WindowFacts, tree: &ControlTree) -> Plan {
    let steps = vec![
        set("username", &named(tree, Role::Text, "User").token),
        set("company", &named(tree, Role::Text, "Company").token),
        set("password", &named(tree, Role::PasswordText, "Password").token),
        submit(Action::Press(named(tree, Role::PushButton, "Log on").token.clone())),
    ];
    plan(window, Method::Controls, steps)
}

pub const VALUES: [(&str, &str); 3] = [
    ("username", "anna.müller"),
    ("company", "Acme & Söhne"),
    ("password", "pa55 漢字 ß€\"'{ENTER}"),
];

pub fn ended(process: &mut Process) -> bool {
    process.wait(Deadline::seconds(60)).unwrap().success()
}
