//! Fills by our controls into a zenity form whose focus is being stolen.

use std::io::Read as _;
use std::process::Stdio;

use countersign_desktop::Desktop;
use countersign_model::port::{Cancel, ControlAccess as _, Responder as _, WindowSource as _};
use countersign_model::{
    Action, ControlFacts, ControlQuery, ControlToken, FieldKind, FieldName, FieldValues, Method, Outcome, Plan,
    PlannedStep, Role, WindowFacts, WindowId,
};
use countersign_secret::Password;
use countersign_tests::{Deadline, Process, Session};

use super::tally::Fill;
use super::thief::Thief;
use crate::bench::BenchError;

/// Fills one form while the thief is after it, and judges by what the form says on its standard output.
pub fn fill(session: &Session, desktop: &Desktop, thief: &Thief, text: &str) -> Result<Fill, BenchError> {
    let mut command = session.command("zenity");
    command.args(["--password", "--username", "--title=Theft"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut zenity = Process::adopt("zenity", &mut command)?;
    let pid = zenity.id();
    let its = |window: &WindowFacts| window.process.as_ref().is_ok_and(|process| process.lineage.pid == pid);
    let look = || desktop.snapshot().ok()?.into_iter().find(its);
    let window = Deadline::seconds(10).wait_for("the form's window", look)?;
    thief.turn_to(number(window.id));
    let form = Deadline::seconds(10).wait_for("the form's controls", || Form::read(desktop, &window))?;
    let values = values(text);
    let carried = desktop.respond(&form.plan(window), &values, &Cancel::default());
    let mut said = String::new();
    if carried.outcome == Outcome::Done {
        let _ended = zenity.wait(Deadline::seconds(5));
    }
    zenity.stop();
    if let Some(stdout) = zenity.child().stdout.as_mut() {
        stdout.read_to_string(&mut said).map_err(|source| BenchError::File {
            path: "zenity".into(),
            source,
        })?;
    }
    Ok(match carried.outcome {
        Outcome::Done if said.trim_end() == format!("{text}|{text}") => Fill::Complete,
        Outcome::Done => Fill::Wrong(format!("said to be done, but the form said {said:?}")),
        Outcome::Refused(refusal) | Outcome::Interrupted(refusal) => Fill::Refused(refusal.to_string()),
    })
}

fn number(id: WindowId) -> u32 {
    u32::try_from(id.0).unwrap_or_default()
}

fn values(text: &str) -> FieldValues {
    let value = |name: &str, kind| Some((FieldName::from(name), kind, Password::from_utf8(text.as_bytes()).ok()?));
    let values = [
        value("username", FieldKind::Plain),
        value("password", FieldKind::Secret),
    ];
    FieldValues(values.into_iter().flatten().collect())
}

struct Form {
    user: ControlToken,
    password: ControlToken,
    submit: ControlToken,
}

impl Form {
    fn read(desktop: &Desktop, window: &WindowFacts) -> Option<Self> {
        let roles = [Role::Text, Role::PasswordText, Role::PushButton].into();
        let tree = desktop
            .read(
                window,
                &ControlQuery {
                    roles,
                    ..ControlQuery::default()
                },
            )
            .ok()?;
        let token = |found: &dyn Fn(&ControlFacts) -> bool| {
            tree.controls
                .iter()
                .find(|control| control.states.showing && found(control))
                .map(|control| control.token.clone())
        };
        Some(Self {
            user: token(&|control| control.role == Role::Text && control.states.editable)?,
            password: token(&|control| control.role == Role::PasswordText)?,
            submit: token(&|control| control.role == Role::PushButton && control.name == "OK")?,
        })
    }

    fn plan(self, window: WindowFacts) -> Plan {
        let set = |field: &str, control| Action::Set {
            field: field.into(),
            control,
        };
        let fill = [set("username", self.user), set("password", self.password)];
        let mut steps: Vec<_> = fill.map(|action| PlannedStep { action, submits: false }).into();
        steps.push(PlannedStep {
            action: Action::Press(self.submit),
            submits: true,
        });
        Plan {
            window,
            terminal: None,
            method: Method::Controls,
            steps,
        }
    }
}
