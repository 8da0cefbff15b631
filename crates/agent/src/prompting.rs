//! The questions that are open, and whoever shows them to the user.

use crate::engine::Engine;
use countersign_model::{Monotonic, Prompt, WindowId};
use countersign_signon::Event;
use countersign_tray::Page;
use countersign_wire::{Answer, ErrorCode, ErrorReply, Prompts, Reply};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How long a client may wait for something new at most.
const LONGEST: Duration = Duration::from_secs(600);
/// A client that was told of a change comes back within this time, unless it has gone.
const AWAY: Duration = Duration::from_secs(2);

/// What is asked just now.
#[derive(Debug, Default)]
pub(crate) struct Prompting {
    open: BTreeMap<WindowId, Prompt>,
    /// Counts the changes.
    version: u64,
    watchers: Vec<Watcher>,
    /// When a client was last told.
    told_at: Option<Monotonic>,
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

    /// What is asked just now, of some window.
    pub(crate) fn first(&self) -> Option<&Prompt> {
        self.open.values().next()
    }

    /// Whether some client shows the user what he is asked.
    fn is_watched(&self, now: Monotonic) -> bool {
        !self.watchers.is_empty() || self.told_at.is_some_and(|at| now.since(at) < AWAY)
    }

    /// Asks. Returns whether nobody has heard of it.
    pub(crate) fn ask(&mut self, prompt: Prompt, now: Monotonic) -> Heard {
        if self.open.get(&prompt.window) == Some(&prompt) {
            return Heard::Before;
        }
        let heard = match self.is_watched(now) {
            true => Heard::Now,
            false => Heard::ByNobody,
        };
        self.open.insert(prompt.window, prompt);
        self.changed(now);
        heard
    }

    pub(crate) fn withdraw(&mut self, window: WindowId, now: Monotonic) {
        if self.open.remove(&window).is_some() {
            self.changed(now);
        }
    }

    fn changed(&mut self, now: Monotonic) {
        self.version += 1;
        if !self.watchers.is_empty() {
            self.told_at = Some(now);
        }
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

/// Who has heard of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It was asked already.
    Before,
    /// A client that waits for questions.
    Now,
    /// Nobody.
    ByNobody,
}

impl Engine {
    /// Asks the user. Where no client is there to show it, a window is.
    pub(crate) fn prompt(&mut self, prompt: Prompt) {
        let heard = self.prompting.ask(prompt, self.clock.both().steady);
        if heard == Heard::ByNobody && self.configuration.settings().text("prompts.show") == "window" {
            self.open_window(Page::Chooser);
        }
    }

    /// Tells a client what is asked, once that is something else than it has seen or so many seconds are over.
    pub(crate) fn prompts(&mut self, seen: u64, seconds: u32, reply: Sender<Answer>) {
        let patience = Duration::from_secs(seconds.into()).min(LONGEST);
        if seen != self.prompting.version || patience.is_zero() {
            // Who takes no time at all only looks.
            if !patience.is_zero() {
                self.prompting.told_at = Some(self.clock.both().steady);
            }
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
        prompting.ask(prompt(1), Monotonic(0));
        assert_eq!((told(&first), told(&first)), (Some((1, 1)), None));
        let second = watch(&mut prompting, 100);
        prompting.ask(prompt(1), Monotonic(0));
        prompting.withdraw(WindowId(2), Monotonic(0));
        assert_eq!(told(&second), None, "nothing has changed");
        prompting.withdraw(WindowId(1), Monotonic(0));
        assert_eq!(told(&second), Some((2, 0)));
    }

    #[test]
    fn who_has_waited_long_enough_is_told_that_nothing_changed() {
        let mut prompting = Prompting::default();
        let (soon, later) = (watch(&mut prompting, 10), watch(&mut prompting, 20));
        prompting.answer_late(Monotonic(10));
        assert_eq!((told(&soon), told(&later)), (Some((0, 0)), None));
    }

    #[test]
    fn a_question_is_heard_by_who_waits_and_by_who_was_told_a_moment_ago() {
        let now = |seconds: u64| Monotonic(0).after(Duration::from_secs(seconds));
        let mut prompting = Prompting::default();
        assert_eq!(prompting.ask(prompt(1), now(0)), Heard::ByNobody);
        assert_eq!(prompting.ask(prompt(1), now(1)), Heard::Before);
        let _waits = watch(&mut prompting, 100);
        assert_eq!(prompting.ask(prompt(2), now(2)), Heard::Now);
        assert_eq!(prompting.ask(prompt(3), now(3)), Heard::Now, "it is about to ask again");
        assert_eq!(prompting.ask(prompt(4), now(60)), Heard::ByNobody, "it has gone");
    }
}
