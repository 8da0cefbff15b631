//! Fills by our guarded keys into a window that hears them.

use countersign_desktop::Desktop;
use countersign_desktop::linux::identity;
use countersign_model::port::KeySender as _;
use countersign_model::{KeyStep, KeyTarget, WindowFacts, WindowId};

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
    }
}

/// Types `text` once, and judges by what the victim heard.
pub fn fill(desktop: &Desktop, window: &WindowFacts, victim: &mut Ear, text: &str) -> Result<Fill, BenchError> {
    let target = KeyTarget {
        window,
        control: None,
        terminal: None,
    };
    let sent = desktop.send(&target, &[KeyStep::Text(text)]);
    let heard = victim.take()?;
    Ok(match sent {
        Ok(()) if heard == text => Fill::Complete,
        Ok(()) => Fill::Wrong(format!(
            "said to be done, but the window heard {} of {}",
            heard.len(),
            text.len()
        )),
        Err(refusal) if text.starts_with(&heard) => Fill::Refused(refusal.to_string()),
        Err(refusal) => Fill::Wrong(format!("refused ({refusal}), but the window heard something else")),
    })
}
