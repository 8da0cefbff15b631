//! Fills by our guarded keys into a window that hears them.

use countersign_desktop::Desktop;
use countersign_identify as identity;
use countersign_model::port::{Cancel, Responder as _};
use countersign_model::{
    Action, FieldKind, FieldName, FieldValues, Method, Outcome, Plan, PlannedStep, WindowFacts, WindowId,
};
use countersign_secret::Password;

use super::ear::Ear;
use super::tally::Fill;
use crate::bench::BenchError;

/// What the desktop would say of the victim. It does not list windows of its own process, which the victim's is here.
pub fn facts_of(victim: &Ear) -> WindowFacts {
    WindowFacts {
        id: WindowId(u64::from(victim.window())),
        process: identity::of_process(std::process::id()),
        title: "victim".to_owned(),
        class: "victim".to_owned(),
        instance: "victim".to_owned(),
        stance: countersign_model::Stance::default(),
    }
}

/// The plan that a template of one field and `method = "keys"` makes.
pub fn plan(window: WindowFacts) -> Plan {
    let action = Action::Type {
        field: FieldName::from("password"),
        within: None,
    };
    Plan {
        window,
        terminal: None,
        method: Method::Keys,
        steps: vec![PlannedStep { action, submits: false }],
    }
}

/// Types `text` once, and judges by what the victim heard.
pub fn fill(desktop: &Desktop, plan: &Plan, victim: &mut Ear, text: &str) -> Result<Fill, BenchError> {
    let password = Password::from_utf8(text.as_bytes()).map_err(|error| BenchError::NotReady {
        who: "the text to type",
        why: error.to_string(),
    })?;
    let values = FieldValues(vec![(FieldName::from("password"), FieldKind::Secret, password)]);
    let carried = desktop.respond(plan, &values, &Cancel::default());
    let heard = victim.take()?;
    Ok(match carried.outcome {
        Outcome::Done if heard == text => Fill::Complete,
        Outcome::Done => Fill::Wrong(format!(
            "said to be done, but the window heard {} of {}",
            heard.len(),
            text.len()
        )),
        Outcome::Refused(refusal) | Outcome::Interrupted(refusal) if text.starts_with(&heard) => {
            Fill::Refused(refusal.to_string())
        }
        Outcome::Refused(refusal) | Outcome::Interrupted(refusal) => {
            Fill::Wrong(format!("refused ({refusal}), but the window heard something else"))
        }
    })
}
