//! How a response ended, and what follows from it.

use super::{Machine, Turn};
use crate::Ticket;
use crate::window::{Chosen, Phase, Watched};
use countersign_model::{Attempt, Carried, Decision, Monotonic, Outcome, Refusal, Timing};

/// How often a fill waits for the focus again after losing it.
const FOCUS_TRIES: u32 = 3;

impl Machine {
    pub(super) fn responded(&mut self, ticket: Ticket, carried: &Carried, turn: &mut Turn) {
        let mine = |window: &Watched| matches!(&window.phase, Phase::Responding(own, _) if *own == ticket);
        if let Some(at) = self.leaving.iter().position(mine) {
            let gone = self.leaving.remove(at);
            return self.responded_to_gone(gone, carried, turn);
        }
        let Some(window) = self.windows.values_mut().find(|window| mine(window)) else {
            return;
        };
        let id = window.facts.id;
        let Phase::Responding(_, mut chosen) = std::mem::take(&mut window.phase) else {
            return;
        };
        if let (Outcome::Refused(_), Some(entry)) = (&carried.outcome, &chosen.entry) {
            self.ledger.take_back(entry);
        }
        if let Outcome::Refused(refusal) = &carried.outcome
            && takes_no_text(refusal)
            && let Some(plan) = chosen.fallback.take()
        {
            chosen.plan = plan;
            chosen
                .warnings
                .push(format!("{refusal}; typed instead, as the template wants"));
            return self.respond_or_wait(id, chosen, turn);
        }
        let attempt = attempt(&chosen, window.since, carried);
        window.explain_attempt(&chosen, Decision::Responded(carried.outcome.clone()), attempt, turn);
        if let Outcome::Refused(refusal) = &carried.outcome
            && waits_for_focus(refusal)
            && window.tries < FOCUS_TRIES
        {
            window.tries += 1;
            window.phase = Phase::AwaitingFocus(chosen);
            if self.active == Some(id) {
                self.focus_came(id, turn);
            }
            return;
        }
        window.tries = 0;
        let form = chosen.form.clone();
        match &carried.outcome {
            Outcome::Done => window.phase = Phase::Answered(form),
            // By a lock: once it is undone, the form is looked at again.
            Outcome::Refused(Refusal::Cancelled) => window.phase = Phase::Held(form),
            Outcome::Refused(refusal) | Outcome::Interrupted(refusal) => {
                turn.notify(&form, &refusal.to_string());
                window.phase = Phase::Stopped(form);
            }
        }
        self.trial_responded(&chosen, &carried.outcome, turn);
        Self::change_responded(&chosen, &carried.outcome, turn);
        self.attend_unless_answering(id, turn);
        // What changed during the response was not judged then.
        self.look(id, turn);
    }

    pub(super) fn responded_to_gone(&mut self, mut window: Watched, carried: &Carried, turn: &mut Turn) {
        let Phase::Responding(_, chosen) = std::mem::take(&mut window.phase) else {
            return;
        };
        // It was stopped because the window went.
        let outcome = match &carried.outcome {
            Outcome::Refused(Refusal::Cancelled) => Outcome::Refused(Refusal::WindowGone),
            Outcome::Interrupted(Refusal::Cancelled) => Outcome::Interrupted(Refusal::WindowGone),
            other => other.clone(),
        };
        let attempt = attempt(&chosen, window.since, carried);
        window.explain_attempt(&chosen, Decision::Responded(outcome.clone()), attempt, turn);
        self.trial_responded(&chosen, &outcome, turn);
        Self::change_responded(&chosen, &outcome, turn);
        match &outcome {
            Outcome::Done => {}
            Outcome::Refused(_) => {
                if let Some(entry) = &chosen.entry {
                    self.ledger.take_back(entry);
                }
            }
            Outcome::Interrupted(refusal) => turn.notify(&chosen.form, &refusal.to_string()),
        }
    }
}

fn attempt(chosen: &Chosen, since: Monotonic, carried: &Carried) -> Attempt {
    let micros = |at: Monotonic| u64::try_from(at.since(since).as_micros()).unwrap_or(u64::MAX);
    Attempt {
        method: chosen.plan.method,
        timing: Timing {
            filled_us: carried.filled.map(micros),
            submitted_us: carried.submitted.map(micros),
        },
    }
}

/// Whether a control would not be written, and was not.
fn takes_no_text(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotEditable(_) | Refusal::NotKept(_))
}

fn waits_for_focus(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::FocusMoved | Refusal::FieldNotFocused | Refusal::ModifierHeld
    )
}
