//! From a recognised form to a response: which logon, whether it may go there, and when.

use super::{Machine, Turn};
use crate::candidates::{self};
use crate::ledger::{Ending, Entry, Leave};
use crate::window::{Chosen, Phase, Recognised, Watched, Wish};
use crate::{Effect, LogonSummary, Ticket};
use countersign_model::{AsksFor, Binding, Decision, WindowId};

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
        let held = |window: &mut Watched, criteria, decision, turn: &mut Turn| {
            window.explain_form(Some(&found.form), criteria, decision, turn);
        };

        let wanted = |logon: &&LogonSummary| !matches!(wish, Wish::Asked(Some(id)) if id != logon.id);
        let fitting = candidates::fitting(&found, &window.facts, &seen, logons.iter().filter(wanted));
        let (logon, criteria, matched) = match fitting {
            candidates::Fitting::None(criteria) => return held(window, criteria, Decision::NoLogon, turn),
            candidates::Fitting::Several(labels) => {
                return held(window, found.criteria.clone(), Decision::Ambiguous(labels), turn);
            }
            candidates::Fitting::One(logon, criteria, matched) => (logon, criteria, matched),
        };
        let Ok(process) = window.facts.process.clone() else {
            return;
        };
        let live = Binding {
            publisher: found.form.publisher().clone(),
            executable: Some(process.script.clone().unwrap_or_else(|| process.executable.clone())),
        };
        if let Some(decision) = binding_changed(&logon.binding, &live) {
            return held(window, criteria, decision, turn);
        }

        let asks_for = found.form.form().map(|form| form.asks_for).unwrap_or_default();
        let entry = Entry {
            logon: logon.id,
            label: logon.label.clone(),
            template: found.form.id().clone(),
            asker: match asks_for {
                AsksFor::Itself => candidates::asker(&seen).unwrap_or(process.lineage),
                AsksFor::Parent => process.parent.unwrap_or(process.lineage),
            },
            process: process.lineage,
            executable: process.executable.clone(),
            at: turn.now.steady,
            wall: turn.now.wall,
            ending: Ending::Open,
        };
        if wish == Wish::Automatic {
            let stop = match self
                .ledger
                .leave(&entry, logon.changed, self.rules.fills, self.rules.grace)
            {
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
                turn.notify(&found.form, &text);
                return held(window, criteria, decision, turn);
            }
        }

        let plan = match candidates::plan(&matched, &window.facts, &seen) {
            Ok(plan) => plan,
            Err(why) => return held(window, criteria, Decision::Unreadable(why), turn),
        };
        let warnings = candidates::warnings(&process);
        let chosen = Box::new(Chosen {
            form: found.form.clone(),
            logon: logon.id,
            label: logon.label.clone(),
            criteria,
            plan: Box::new(plan),
            fallback: candidates::fallback(&matched, &window.facts).map(Box::new),
            live,
            warnings,
            wish,
            entry,
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
        // Only what is begun counts: a form that waits for the focus may be looked at again meanwhile.
        self.ledger.enter(Entry {
            at: turn.now.steady,
            wall: turn.now.wall,
            ..chosen.entry.clone()
        });
        turn.effects.push(Effect::Respond {
            ticket,
            logon: chosen.logon,
            template: chosen.form.id().clone(),
            live: chosen.live.clone(),
            plan: chosen.plan.clone(),
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
