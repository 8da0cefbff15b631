//! A planned step in a few words: `set username 4`, `press 14 (submits)`.

use countersign_model::{Action, ControlToken, Edge, KeyPress, Modifier, PlannedStep, Presence};

/// A planned step as fixtures and explanations write it. It names fields, never values.
#[must_use]
pub fn step_text(step: &PlannedStep) -> String {
    let text = match &step.action {
        Action::Set { field, control } => format!("set {field} {}", control.0),
        Action::Type {
            field,
            within: Some(control),
        } => format!("type {field} {}", control.0),
        Action::Type { field, within: None } => format!("type {field}"),
        Action::Text(_) => "text".to_owned(),
        Action::Key(key) => format!("key {}", key_text(key)),
        Action::Click(control) => on("click", control),
        Action::ClickAt(within, point) => {
            let edge = |edge, pixels| match edge {
                Edge::Near => format!("{pixels}"),
                Edge::Far => format!("-{pixels}"),
            };
            let place = format!("{},{}", edge(point.across, point.x), edge(point.down, point.y));
            match within {
                Some(control) => format!("click {} at {place}", control.0),
                None => format!("click at {place}"),
            }
        }
        Action::Press(control) => on("press", control),
        Action::Focus(control) => on("focus", control),
        Action::Check(control) => on("check", control),
        Action::Uncheck(control) => on("uncheck", control),
        Action::Clear(control) => on("clear", control),
        Action::Select { control, item } => format!("select {} {item}", control.0),
        Action::Pause(time) => format!("wait {} ms", time.as_millis()),
        Action::Await(awaited) => match awaited.is {
            Presence::Present => "wait for a control".to_owned(),
            Presence::Absent => "wait until a control is gone".to_owned(),
        },
    };
    if step.submits {
        format!("{text} (submits)")
    } else {
        text
    }
}

fn on(deed: &str, control: &ControlToken) -> String {
    format!("{deed} {}", control.0)
}

fn key_text(key: &KeyPress) -> String {
    let mut text = String::new();
    for modifier in &key.modifiers {
        text.push_str(match modifier {
            Modifier::Shift => "shift+",
            Modifier::Ctrl => "ctrl+",
            Modifier::Alt => "alt+",
            Modifier::Super => "super+",
        });
    }
    text.push_str(&key.key);
    text
}
