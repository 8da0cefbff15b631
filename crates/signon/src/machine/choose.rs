//! From a recognised form to a response: which logon, whether it may go there, and when.

use super::change::{self, Answering};
use super::{Machine, Turn};
use crate::candidates::{self, Found, Seen};
use crate::ledger::{Counts, Ending, Entry, Leave, Limits};
use crate::window::{Begun, Chosen, Phase, Recognised, Watched, Wish};
use crate::{Effect, LogonSummary, Rules, Standing, Ticket};
use countersign_model::{Binding, Decision, FormKind, ProcessIdentity, Purpose, Question, Which, WindowId};
use countersign_rules::FormRef;
use std::time::Duration;

impl Machine {
    pub(super) fn logons_found(&mut self, ticket: Ticket, logons: &[LogonSummary], turn: &mut Turn) {
        let chooses = |window: &Watched| matches!(&window.phase, Phase::Choosing(mine, _) if *mine == ticket);
        let Some((id, _)) = self.windows.iter().find(|(_, window)| chooses(window)) else {
            return;
        };
        let id = *id;
        self.choose(id, logons, turn);
        self.attend_unless_answering(id, turn);
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Responding(..))
            && std::mem::take(&mut window.unseen)
        {
            self.look(id, turn);
        }
    }

    pub(super) fn choose(&mut self, id: WindowId, logons: &[LogonSummary], turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let Phase::Choosing(_, recognised) = std::mem::take(&mut window.phase) else {
            return;
        };
        let Recognised { found, seen, wish } = *recognised;
        window.phase = Phase::Held(found.form.clone());
        let is_change = found.form.kind().is_change();
        let held = |window: &mut Watched, criteria, decision, turn: &mut Turn| {
            window.explain_form(Some(&found.form), criteria, decision, turn);
        };

        let Ok(process) = window.facts.process.clone() else {
            return;
        };
        let asker = candidates::asker(&seen).or_else(|| window.asker(&found.form));
        let asker = asker.unwrap_or(process.lineage);
        if !is_change && self.asked_again(found.form.id(), asker, turn).is_some() {
            // What is known of its two passwords is not what it was when the logons were asked for.
            let ticket = self.ticket();
            if let Some(window) = self.windows.get_mut(&id) {
                turn.effects.push(Effect::FindLogons(ticket, found.form.id().clone()));
                window.phase = Phase::Choosing(ticket, Box::new(Recognised { found, seen, wish }));
            }
            return;
        }
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let wanted = |logon: &&LogonSummary| match wish {
            Wish::Asked(Some(id)) => id == logon.id,
            _ => logon.standing == Standing::Stored,
        };
        let stored = || logons.iter().filter(|logon| logon.standing == Standing::Stored);
        let fitting = candidates::fitting(&found, &window.facts, &seen, logons.iter().filter(wanted));
        let (logon, criteria, matched) = match fitting {
            candidates::Fitting::None(criteria) => {
                let template = found.form.template();
                if is_change {
                    return held(window, criteria, Decision::NoLogon, turn);
                }
                let is_first = stored().next().is_none();
                if is_first || template.logon.multiple {
                    window.ask(&found.form, Question::Logon, turn);
                }
                if is_first && template.fill.prompts() && self.told.insert(template.id.clone()) {
                    let text = format!(
                        "no logon is stored for it; `countersign logon add {}` stores one",
                        template.id
                    );
                    turn.notify(&found.form, &text);
                }
                return held(window, criteria, Decision::NoLogon, turn);
            }
            candidates::Fitting::Several(choices) => {
                let labels = choices.iter().map(|choice| choice.label.clone()).collect();
                window.ask(&found.form, Question::Choice(choices), turn);
                return held(window, found.criteria.clone(), Decision::Ambiguous(labels), turn);
            }
            candidates::Fitting::One(logon, criteria, matched) => (logon, criteria, matched),
        };
        let live = live(&found.form, &process);
        if let Some(decision) = binding_changed(&logon.binding, &live) {
            return held(window, criteria, decision, turn);
        }

        if is_change && found.form.form().is_none_or(|form| form.respond.is_none()) {
            return held(window, criteria, Decision::ChangeAsked, turn);
        }
        let plan = match candidates::plan(&matched, &window.facts, &seen) {
            Ok(plan) => plan,
            Err(why) => return held(window, criteria, Decision::Unreadable(why), turn),
        };
        let answering = self.answering(&found.form, (logon, asker), (&plan, wish));
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let (purpose, step, trial) = match answering {
            Answering::With { purpose, step, trial } => {
                if step == Some(Begun::Grace)
                    && let Some(text) = change::advice(&Decision::PasswordExpired(logon.label.clone()))
                {
                    turn.notify(&found.form, &text);
                }
                (purpose, step, trial)
            }
            Answering::Hold(decision) => {
                if let Some(text) = change::advice(&decision) {
                    turn.notify(&found.form, &text);
                }
                return held(window, criteria, decision, turn);
            }
            Answering::Make => return self.want_password(id, &found.form, logon, turn),
            Answering::Ask => {
                held(window, criteria, Decision::ChangeAsked, turn);
                return self.want_password(id, &found.form, logon, turn);
            }
        };

        let entry = Entry {
            logon: logon.id,
            label: logon.label.clone(),
            template: found.form.id().clone(),
            counts: match found.form.kind() {
                FormKind::Custom => Counts::Step(found.form.index()),
                FormKind::Change | FormKind::Confirm => Counts::Change(found.form.index()),
                _ => Counts::Logon,
            },
            asker,
            process: process.lineage,
            executable: process.executable.clone(),
            at: turn.now.steady,
            changed: logon.changed,
            since: logon.since,
            trial,
            ending: Ending::Open,
        };
        if wish == Wish::Automatic {
            let limits = limits(&self.rules, &found.form);
            let stop = match self.ledger.leave(&entry, limits) {
                Leave::Granted => None,
                Leave::AlreadyRefused => Some(Decision::LogonFailed(format!(
                    "it asks again after the logon \"{}\" was filled: refused. Correct it with `countersign logon edit`, or fill once more with `countersign logon fill`",
                    logon.label
                ))),
                Leave::TooOften(fills) => Some(Decision::LoopStopped { fills }),
            };
            if let Some(decision) = stop {
                window.phase = Phase::Stopped(found.form.clone());
                let text = match &decision {
                    Decision::LogonFailed(text) => text.clone(),
                    _ => format!(
                        "the logon \"{}\" was filled too often in a short time; filling stopped. Fill once more with `countersign logon fill`",
                        logon.label
                    ),
                };
                if found.form.template().limits.tell {
                    turn.notify(&found.form, &text);
                }
                return held(window, criteria, decision, turn);
            }
        }

        let warnings = candidates::warnings(&process);
        let chosen = Box::new(Chosen {
            form: found.form.clone(),
            logon: Some((logon.id, logon.label.clone())),
            criteria,
            plan: Box::new(plan),
            fallback: candidates::fallback(&matched, &window.facts).map(Box::new),
            live,
            warnings,
            wish,
            entry: Some(entry),
            purpose,
            step,
        });
        self.respond_or_wait(id, chosen, turn);
    }

    /// A message in the way is answered without a logon. It is answered once, however often it comes back while it is there.
    pub(super) fn dismiss(&mut self, id: WindowId, found: Found, seen: &Seen, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let Ok(process) = window.facts.process.clone() else {
            return;
        };
        let matched = found.form.judge(&window.facts, seen.contents()).matched;
        let plan = match matched
            .as_ref()
            .map(|matched| candidates::plan(matched, &window.facts, seen))
        {
            Some(Ok(plan)) => plan,
            Some(Err(why)) => {
                window.explain_form(Some(&found.form), found.criteria, Decision::Unreadable(why), turn);
                window.phase = Phase::Held(found.form);
                return;
            }
            None => return,
        };
        let chosen = Box::new(Chosen {
            logon: None,
            criteria: found.criteria,
            plan: Box::new(plan),
            fallback: None,
            live: live(&found.form, &process),
            warnings: Vec::new(),
            wish: Wish::Automatic,
            entry: None,
            form: found.form,
            purpose: Purpose::Logon(Which::Current),
            step: None,
        });
        self.respond_or_wait(id, chosen, turn);
    }

    pub(super) fn respond_or_wait(&mut self, id: WindowId, chosen: Box<Chosen>, turn: &mut Turn) {
        let ticket = self.ticket();
        let focused = self.active == Some(id);
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if candidates::types(&chosen.plan) && !focused {
            let decision = Decision::AwaitsFocus;
            window.explain_form(Some(&chosen.form), chosen.criteria.clone(), decision, turn);
            window.phase = Phase::AwaitingFocus(chosen);
            return;
        }
        window.answered.clone_from(&chosen.plan.terminal);
        self.spend_proof(&chosen.form);
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        // Only what is begun counts: a form that waits for the focus may be looked at again meanwhile.
        if let Some(entry) = chosen.entry.clone() {
            self.ledger.enter(Entry {
                at: turn.now.steady,
                ..entry
            });
        }
        turn.effects.push(Effect::Respond {
            ticket,
            logon: chosen.logon.as_ref().map(|(id, _)| *id),
            template: chosen.form.id().clone(),
            live: chosen.live.clone(),
            plan: chosen.plan.clone(),
            purpose: chosen.purpose,
            before: chosen.step.map(Begun::before),
        });
        window.phase = Phase::Responding(ticket, chosen);
    }

    pub(super) fn focus_came(&mut self, id: WindowId, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if matches!(window.phase, Phase::AwaitingFocus(_))
            && let Phase::AwaitingFocus(chosen) = std::mem::take(&mut window.phase)
        {
            self.respond_or_wait(id, chosen, turn);
        }
    }
}

/// What a window is, as far as a logon may be bound to it.
fn live(form: &FormRef, process: &ProcessIdentity) -> Binding {
    Binding {
        publisher: form.publisher().clone(),
        executable: Some(process.script.clone().unwrap_or_else(|| process.executable.clone())),
    }
}

/// What the settings say, where the template says nothing for itself.
fn limits(rules: &Rules, form: &FormRef) -> Limits {
    let own = form.template().limits;
    Limits {
        fills: own.fills.unwrap_or(rules.fills),
        grace: own
            .grace_seconds
            .map_or(rules.grace, |seconds| Duration::from_secs(seconds.into())),
        retries: own.retries,
    }
}

fn binding_changed(saved: &Binding, live: &Binding) -> Option<Decision> {
    let same_program = saved.executable.is_none() || saved.executable == live.executable;
    if same_program && saved.publisher == live.publisher {
        return None;
    }
    let text = |binding: &Binding| match &binding.executable {
        Some(path) => format!("{} (template: {})", path.display(), binding.publisher),
        None => format!("any program (template: {})", binding.publisher),
    };
    Some(Decision::BindingChanged {
        saved: text(saved),
        live: text(live),
    })
}
