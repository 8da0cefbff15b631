//! The questions that are open, and whoever shows them to the user.

use crate::engine::Engine;
use countersign_model::{Monotonic, Prompt, WindowId};
use countersign_signon::Event;
use countersign_wire::{Answer, ErrorCode, ErrorReply, Prompts, Reply};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How long a client may wait for something new at most.
const LONGEST: Duration = Duration::from_secs(600);

/// What is asked just now.
#[derive(Debug, Default)]
pub(crate) struct Prompting {
    open: BTreeMap<WindowId, Prompt>,
    /// Counts the changes.
    version: u64,
    watchers: Vec<Watcher>,
}

/// A client that waits for a change.
#[derive(Debug)]
struct Watcher {
    until: Monotonic,
    reply: Sender<Answer>,
}

impl Prompting {
    pub(crate) fn about(&self, window: WindowId) -> Option<&Prompt> {
        self.open.get(&window)
    }

    pub(crate) fn ask(&mut self, prompt: Prompt) {
        if self.open.get(&prompt.window) != Some(&prompt) {
            self.open.insert(prompt.window, prompt);
            self.changed();
        }
    }

    pub(crate) fn withdraw(&mut self, window: WindowId) {
        if self.open.remove(&window).is_some() {
            self.changed();
        }
    }

    fn changed(&mut self) {
        self.version += 1;
        for watcher in std::mem::take(&mut self.watchers) {
            // One that has gone does not want it any more.
            let _ = watcher.reply.send(self.told());
        }
    }

    fn told(&self) -> Answer {
        Reply::Prompts(Prompts {
            version: self.version,
            open: self.open.values().cloned().collect(),
        })
        .into()
    }

    /// Answers those who have waited long enough.
    pub(crate) fn answer_late(&mut self, now: Monotonic) {
        let waiting = std::mem::take(&mut self.watchers);
        let (late, early) = waiting.into_iter().partition(|watcher| watcher.until <= now);
        self.watchers = early;
        let late: Vec<Watcher> = late;
        for watcher in late {
            let _ = watcher.reply.send(self.told());
        }
    }
}

impl Engine {
    /// Tells a client what is asked, once that is something else than it has seen or so many seconds are over.
    pub(crate) fn prompts(&mut self, seen: u64, seconds: u32, reply: Sender<Answer>) {
        let patience = Duration::from_secs(seconds.into()).min(LONGEST);
        if seen != self.prompting.version || patience.is_zero() {
            let _ = reply.send(self.prompting.told());
            return;
        }
        let until = self.clock.both().steady.after(patience);
        self.wake_at(until);
        self.prompting.watchers.push(Watcher { until, reply });
    }

    /// The user does not want to be asked about the form in this window.
    pub(crate) fn dismiss_prompt(&mut self, window: WindowId) -> Result<(), ErrorReply> {
        self.open_prompt(window)?;
        self.signon(Event::Dismissed(window));
        Ok(())
    }

    pub(crate) fn open_prompt(&self, window: WindowId) -> Result<&Prompt, ErrorReply> {
        self.prompting.about(window).ok_or_else(|| {
            ErrorReply::new(
                ErrorCode::NoMatch,
                format!("nothing is asked about the window {:#x}", window.0),
            )
            .next("the form may have gone, or been filled; `countersign prompts --once` shows what is asked now")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::Question;
    use std::sync::mpsc::{Receiver, channel};

    fn prompt(window: u64) -> Prompt {
        Prompt {
            window: WindowId(window),
            title: "Log on".to_owned(),
            template: "org.example.App".into(),
            application: "App".to_owned(),
            question: Question::Logon,
            may_exclude: true,
        }
    }

    fn watch(prompting: &mut Prompting, until: u64) -> Receiver<Answer> {
        let (reply, answers) = channel();
        let until = Monotonic(until);
        prompting.watchers.push(Watcher { until, reply });
        answers
    }

    fn told(answers: &Receiver<Answer>) -> Option<(u64, usize)> {
        match answers.try_recv().ok()?.reply {
            Reply::Prompts(prompts) => Some((prompts.version, prompts.open.len())),
            _ => None,
        }
    }

    #[test]
    fn who_waits_is_told_of_every_change_once() {
        let mut prompting = Prompting::default();
        let first = watch(&mut prompting, 100);
        prompting.ask(prompt(1));
        assert_eq!((told(&first), told(&first)), (Some((1, 1)), None));
        let second = watch(&mut prompting, 100);
        prompting.ask(prompt(1));
        prompting.withdraw(WindowId(2));
        assert_eq!(told(&second), None, "nothing has changed");
        prompting.withdraw(WindowId(1));
        assert_eq!(told(&second), Some((2, 0)));
    }

    #[test]
    fn who_has_waited_long_enough_is_told_that_nothing_changed() {
        let mut prompting = Prompting::default();
        let (soon, later) = (watch(&mut prompting, 10), watch(&mut prompting, 20));
        prompting.answer_late(Monotonic(10));
        assert_eq!((told(&soon), told(&later)), (Some((0, 0)), None));
    }
}
