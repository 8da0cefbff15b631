//! Looking into windows, and what is seen there.

use super::{Machine, Turn};
use crate::candidates::{self, Found, Seen};
use crate::ledger::{Ending, OnTrial};
use crate::window::{Phase, Reading, Recognised, Watched, Wish, same};
use crate::{Effect, Pause, Settlement, Ticket, VaultState};
use countersign_model::port::{Attention, DesktopError};
use countersign_model::{Decision, FormKind, WindowId};
use countersign_rules::query;

impl Machine {
    /// Reads a window's controls or prompt, once at a time.
    pub(super) fn look(&mut self, id: WindowId, turn: &mut Turn) {
        let ticket = self.ticket();
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if window.forms.is_empty() {
            return;
        }
        // Reading now would only hold the application up, and cause much of what it reports. The response's end looks again.
        if matches!(window.phase, Phase::Responding(..) | Phase::Choosing(..)) {
            window.unseen = true;
            return;
        }
        if candidates::all_need_nothing(&window.forms) {
            return self.judge(id, Seen::Nothing, turn);
        }
        if let Some(reading) = &mut window.reading {
            reading.stale = true;
            return;
        }
        window.reading = Some(Reading { ticket, stale: false });
        let facts = window.facts.clone();
        turn.effects.push(match candidates::in_terminal(&window.forms) {
            true => Effect::ReadTerminal(ticket, facts),
            false => Effect::ReadControls(ticket, facts, query(&window.forms).unwrap_or_default()),
        });
    }

    pub(super) fn read_done(&mut self, ticket: Ticket, read: Result<Seen, DesktopError>, turn: &mut Turn) {
        let Some(id) = self.reader(ticket) else { return };
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let stale = window.reading.take().is_some_and(|reading| reading.stale);
        match read {
            Ok(mut seen) => {
                window.spoke();
                if let Seen::Terminal(facts) = &mut seen {
                    window.count_prompt(facts);
                }
                self.judge(id, seen, turn);
            }
            // Between prompts a terminal's program comes and goes: that is a form going away, not a fault.
            Err(DesktopError::NoTerminal(_) | DesktopError::WindowGone) => self.form_gone(id),
            // Without its controls a program may still be one that is typed into.
            Err(DesktopError::NoAccessibility(_) | DesktopError::NotAccessible)
                if candidates::some_need_nothing(&window.forms) =>
            {
                self.judge(id, Seen::Nothing, turn);
            }
            Err(error) => {
                if matches!(error, DesktopError::NotResponding | DesktopError::NotAccessible) {
                    window.look_later(turn);
                }
                let form = window.forms.first().cloned();
                window.explain_form(form.as_ref(), Vec::new(), Decision::Unreadable(error.to_string()), turn);
            }
        }
        self.attend_unless_answering(id, turn);
        if stale {
            self.look(id, turn);
        }
    }

    /// Attends to the controls of a window that is not being answered. What changes before is not missed: attending begins with a
    /// look.
    pub(super) fn attend_unless_answering(&mut self, id: WindowId, turn: &mut Turn) {
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Choosing(..) | Phase::Responding(..))
            && !candidates::all_need_nothing(&window.forms)
            && !candidates::in_terminal(&window.forms)
        {
            window.attend(Attention::Controls, turn);
        }
    }

    pub(super) fn reader(&self, ticket: Ticket) -> Option<WindowId> {
        let reads = |window: &Watched| window.reading.as_ref().is_some_and(|reading| reading.ticket == ticket);
        self.windows.iter().find(|(_, window)| reads(window)).map(|(id, _)| *id)
    }

    pub(super) fn form_gone(&mut self, id: WindowId) {
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Responding(..))
        {
            window.phase = Phase::Watching;
        }
    }

    /// Decides what the controls or the prompt of a window mean.
    pub(super) fn judge(&mut self, id: WindowId, seen: Seen, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if let Seen::Controls(tree) = &seen {
            window.toolkit.clone_from(&tree.toolkit);
        }
        let judged = candidates::judge_all(&window.forms, &window.facts, &seen);
        let ended = !judged.results.is_empty();
        for found in judged.results {
            self.result_seen(id, &found, turn);
        }
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        match judged.asking {
            Some(found) => {
                let same_question = match (&seen, &window.answered) {
                    (Seen::Terminal(now), Some(answered)) => now.is_same_prompt(answered),
                    _ => true,
                };
                let settled = same_question && window.phase.settled().is_some_and(|form| same(form, &found.form));
                let busy = matches!(window.phase, Phase::Responding(..) | Phase::Choosing(..));
                let asked = matches!(window.wish, Wish::Asked(_));
                if busy || (settled && !asked) {
                    return;
                }
                if !judged.tied.is_empty() {
                    window.wish = Wish::Automatic;
                    window.explain_form(Some(&found.form), found.criteria, Decision::Tied(judged.tied), turn);
                    window.phase = Phase::Held(found.form);
                    return;
                }
                match found.form.kind() {
                    FormKind::Ignore => self.left_alone(id, found, Decision::Ignored, turn),
                    // A message that nothing is said to do about.
                    FormKind::Message if found.form.form().is_none_or(|form| form.respond.is_none()) => {
                        self.left_alone(id, found, Decision::Ignored, turn);
                    }
                    _ => self.form_found(id, found, seen, turn),
                }
            }
            None => {
                if matches!(window.phase, Phase::Responding(..)) {
                    return;
                }
                let answered = matches!(window.phase, Phase::Answered(_) | Phase::Stopped(_));
                let asked = std::mem::replace(&mut window.wish, Wish::Automatic) != Wish::Automatic;
                window.phase = Phase::Watching;
                window.tries = 0;
                window.since = turn.now.steady;
                if (asked || !answered && !ended)
                    && let Some((form, criteria)) = judged.nearest
                {
                    window.explain_form(Some(&form), criteria, Decision::NoMatch, turn);
                }
            }
        }
    }

    /// A form that nothing is done about.
    fn left_alone(&mut self, id: WindowId, found: Found, decision: Decision, turn: &mut Turn) {
        if let Some(window) = self.windows.get_mut(&id) {
            window.wish = Wish::Automatic;
            window.explain_form(Some(&found.form), found.criteria, decision, turn);
            window.phase = Phase::Held(found.form);
        }
    }

    /// A form that says how something ended.
    pub(super) fn result_seen(&mut self, id: WindowId, found: &Found, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let Some(asker) = window.asker(&found.form) else { return };
        let ending = match found.form.kind() {
            FormKind::LogonFailed => Ending::Failed,
            FormKind::LogonSucceeded => Ending::Succeeded,
            _ => {
                let decision = self.change_ended(id, &found.form, turn);
                if let Some(window) = self.windows.get_mut(&id) {
                    window.explain_form(Some(&found.form), found.criteria.clone(), decision, turn);
                }
                return;
            }
        };
        let Some(entry) = self.ledger.end(found.form.id(), asker, ending) else {
            return;
        };
        let settlement = match ending {
            Ending::Failed => Settlement::Refused,
            _ => Settlement::Accepted,
        };
        let searches = matches!(entry.trial, Some(OnTrial::Password(_)));
        self.settle(entry.logon, settlement, turn);
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if searches && ending == Ending::Failed {
            // The other of the two comes next, or the user is asked.
            if matches!(window.phase, Phase::Answered(_)) {
                window.phase = Phase::Watching;
            }
            return;
        }
        let decision = match ending {
            Ending::Failed => Decision::LogonFailed(format!(
                "the application refused the logon \"{}\"; correct it with `countersign logon edit`",
                entry.label
            )),
            _ => Decision::LogonSucceeded(format!("the application accepted the logon \"{}\"", entry.label)),
        };
        if let Decision::LogonFailed(text) = &decision {
            turn.notify(&found.form, text);
            if let Phase::Answered(form) = &window.phase {
                window.phase = Phase::Stopped(form.clone());
            }
        }
        window.explain_form(Some(&found.form), found.criteria.clone(), decision, turn);
    }

    pub(super) fn form_found(&mut self, id: WindowId, found: Found, seen: Seen, turn: &mut Turn) {
        let ticket = self.ticket();
        let paused = self.paused_applications.contains(found.form.id())
            || match self.pause {
                Some(Pause::Until(until)) => until > turn.now.steady,
                Some(Pause::UntilUnlocked) => true,
                None => false,
            };
        let wants_proof = self.wants_proof(&found.form, id, turn.now.steady);
        let automatic = self.rules.automatic && found.form.template().fill.automatic;
        let excluded = self.excluded.contains(found.form.id()) && found.form.template().fill.exclude;
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if !matches!(&window.phase, Phase::Held(form) if same(form, &found.form)) && !window.fresh() {
            window.since = turn.now.steady;
        }
        // A fill that the user asked for and that waits for the focus is still his wish when the form is looked at again.
        let wish = match (window.wish, &window.phase) {
            (Wish::Automatic, Phase::AwaitingFocus(chosen)) if chosen.is_for(&found.form, &seen) => chosen.wish,
            (wish, _) => wish,
        };
        let hold = match wish {
            _ if self.vault == VaultState::Locked => Some(Decision::Locked),
            Wish::Automatic if excluded => Some(Decision::Excluded),
            Wish::Automatic if paused => Some(Decision::Paused),
            Wish::Automatic if !automatic => Some(Decision::Manual),
            _ if wants_proof => Some(Decision::Reauthenticate),
            Wish::Asked(_) | Wish::Automatic => None,
        };
        if let Some(decision) = hold {
            let news = window.explained.as_ref().is_none_or(|(before, _)| *before != decision);
            if decision == Decision::Reauthenticate && wish == Wish::Automatic && news {
                let text = "it wants your password before it is filled: run `countersign logon fill`";
                turn.notify(&found.form, text);
            }
            if decision == Decision::Reauthenticate {
                // Whoever asked asks again, with the proof.
                window.wish = Wish::Automatic;
            }
            window.explain_form(Some(&found.form), found.criteria, decision, turn);
            window.phase = Phase::Held(found.form);
            return;
        }
        if found.form.kind() == FormKind::Message {
            window.wish = Wish::Automatic;
            return self.dismiss(id, found, &seen, turn);
        }
        turn.effects.push(Effect::FindLogons(ticket, found.form.id().clone()));
        window.wish = Wish::Automatic;
        window.phase = Phase::Choosing(ticket, Box::new(Recognised { found, seen, wish }));
    }
}
