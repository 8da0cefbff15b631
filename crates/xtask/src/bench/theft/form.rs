//! A form of GTK 3 that stays: what is submitted to it is written out, and it is empty again.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use countersign_desktop::Desktop;
use countersign_model::port::{Cancel, ControlAccess as _, Responder as _, WindowSource as _};
use countersign_model::{
    Action, ControlFacts, ControlQuery, ControlToken, FieldKind, FieldName, FieldValues, Method, Outcome, Plan,
    PlannedStep, Role, WindowFacts,
};
use countersign_secret::Password;
use countersign_tests::{Deadline, Process, Session};
use x11rb::protocol::xproto::Window;

use super::tally::Fill;
use crate::bench::BenchError;

const SCRIPT: &str = include_str!("form.py");
/// How long a form takes at most to say what was submitted.
const PATIENCE: Duration = Duration::from_secs(10);

/// The form, and the plans that fill it.
#[derive(Debug)]
pub struct Form {
    // Held for its end.
    _process: Process,
    lines: Receiver<String>,
    window: WindowFacts,
    user: ControlToken,
    password: ControlToken,
    submit: ControlToken,
}

impl Form {
    /// Shows it.
    pub fn show(session: &Session, desktop: &Desktop) -> Result<Self, BenchError> {
        let script = session.home().join("theft.py");
        session.write(&script, SCRIPT)?;
        let mut command = session.command("/usr/bin/python3");
        command.arg(&script).args(["Theft", "stay"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = Process::adopt("the form", &mut command)?;
        let (to, lines) = channel();
        if let Some(stdout) = process.child().stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let _nobody_asks_any_more = to.send(line);
                }
            });
        }
        let pid = process.id();
        let its = |window: &WindowFacts| window.process.as_ref().is_ok_and(|process| process.lineage.pid == pid);
        let look = || desktop.snapshot().ok()?.into_iter().find(its);
        let window = Deadline::seconds(20).wait_for("the form's window", look)?;
        let [user, password, submit] =
            Deadline::seconds(20).wait_for("the form's controls", || controls(desktop, &window))?;
        Ok(Self {
            _process: process,
            lines,
            window,
            user,
            password,
            submit,
        })
    }

    /// Its window, as the X server numbers it.
    pub fn window(&self) -> Window {
        u32::try_from(self.window.id.0).unwrap_or_default()
    }

    /// Fills and submits it by this method, and judges by what it says.
    pub fn fill(&self, desktop: &Desktop, method: Method, text: &str) -> Result<Fill, BenchError> {
        let value = |name: &str, kind| {
            let password = Password::from_utf8(text.as_bytes()).map_err(|error| BenchError::NotReady {
                who: "the text to fill",
                why: error.to_string(),
            })?;
            Ok::<_, BenchError>((FieldName::from(name), kind, password))
        };
        let values = FieldValues(vec![
            value("username", FieldKind::Plain)?,
            value("password", FieldKind::Secret)?,
        ]);
        let carried = desktop.respond(&self.plan(method), &values, &Cancel::default());
        let right = format!("{text}|{text}");
        Ok(match carried.outcome {
            Outcome::Done => match self.lines.recv_timeout(PATIENCE) {
                Ok(said) if said == right => Fill::Complete,
                Ok(said) => Fill::Wrong(format!("said to be done, but the form said {said:?}")),
                Err(_) => Fill::Wrong("said to be done, but the form said nothing".to_owned()),
            },
            Outcome::Refused(refusal) | Outcome::Interrupted(refusal) => match self.lines.try_recv() {
                Ok(said) => Fill::Wrong(format!("refused ({refusal}), but the form said {said:?}")),
                Err(_) => Fill::Refused(refusal.to_string()),
            },
        })
    }

    /// What a template of that method makes. Of the mixed one only the password is typed, into the control that must have the focus.
    fn plan(&self, method: Method) -> Plan {
        let set = |field: &str, control: &ControlToken| Action::Set {
            field: field.into(),
            control: control.clone(),
        };
        let user = set("username", &self.user);
        let mut actions = vec![user];
        if method == Method::Steps {
            actions.extend([
                Action::Clear(self.password.clone()),
                Action::Focus(self.password.clone()),
                Action::Type {
                    field: "password".into(),
                    within: Some(self.password.clone()),
                },
            ]);
        } else {
            actions.push(set("password", &self.password));
        }
        let mut steps: Vec<_> = actions
            .into_iter()
            .map(|action| PlannedStep { action, submits: false })
            .collect();
        steps.push(PlannedStep {
            action: Action::Press(self.submit.clone()),
            submits: true,
        });
        Plan {
            window: self.window.clone(),
            terminal: None,
            method,
            steps,
        }
    }
}

/// The field for the user, the one for the password, and the button.
fn controls(desktop: &Desktop, window: &WindowFacts) -> Option<[ControlToken; 3]> {
    let query = ControlQuery {
        roles: [Role::Text, Role::PasswordText, Role::PushButton].into(),
        ..ControlQuery::default()
    };
    let tree = desktop.read(window, &query).ok()?;
    let token = |found: &dyn Fn(&ControlFacts) -> bool| {
        let mut showing = tree.controls.iter().filter(|control| control.states.showing);
        showing
            .find(|control| found(control))
            .map(|control| control.token.clone())
    };
    Some([
        token(&|control| control.role == Role::Text && control.states.editable)?,
        token(&|control| control.role == Role::PasswordText)?,
        token(&|control| control.role == Role::PushButton && control.name == "OK")?,
    ])
}
