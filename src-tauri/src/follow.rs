//! Tells the pages when something has changed, for as long as there are windows.

use crate::agent;
use countersign_wire::{Reply, Request};
use std::time::Duration;
use tauri::{AppHandle, Emitter};

/// Between looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Looks on a thread of its own; pages hear the event `agent-changed`.
pub(crate) fn start(app: AppHandle) {
    std::thread::spawn(move || {
        let mut seen = look();
        loop {
            pause();
            let now = look();
            if seen != now {
                if app.emit("agent-changed", ()).is_err() {
                    return;
                }
                seen = now;
            }
        }
    });
}

/// What is asked, by its number, how things stand, and what was decided last; none of them: no agent answers.
type Seen = (Option<u64>, Option<Reply>, Option<Reply>);

/// Without waiting: who waits for prompts counts as somebody who shows them.
fn look() -> Seen {
    let version = match agent::ask(&Request::Prompts { seen: 0, seconds: 0 }, &[]) {
        Ok((Reply::Prompts(prompts), _)) => Some(prompts.version),
        _ => None,
    };
    let told = |request: &Request| agent::ask(request, &[]).ok().map(|(reply, _)| reply);
    let latest = Request::Why {
        window: None,
        limit: Some(1),
    };
    (version, told(&Request::Status), told(&latest))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the agent tells nobody of what it does; it is looked at while there are windows"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}
