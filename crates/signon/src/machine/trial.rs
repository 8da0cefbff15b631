//! Logons on trial: filled because the user has just given them, and kept only if the application accepts them.

use super::{Machine, Turn};
use crate::window::{Chosen, Phase, same};
use crate::{Effect, Settlement};
use countersign_model::{FormKind, Lineage, LogonId, Monotonic, Outcome, TemplateId};
use countersign_rules::FormRef;
use std::time::Duration;

/// How long a form has to be gone, and its asker quiet, before that counts as accepted where nothing else tells.
const QUIET: Duration = Duration::from_secs(4);
/// How long is waited for the application's word at all.
const LONGEST: Duration = Duration::from_secs(60);

/// One that was filled and submitted.
#[derive(Debug)]
pub(super) struct Trial {
    logon: LogonId,
    form: FormRef,
    asker: Lineage,
    /// When it is looked at next.
    due: Monotonic,
    until: Monotonic,
}

impl Machine {
    /// A form was answered with a logon on trial, or was not.
    pub(super) fn trial_responded(&mut self, chosen: &Chosen, outcome: &Outcome, turn: &mut Turn) {
        let Some(entry) = chosen.entry.as_ref().filter(|entry| entry.on_trial) else {
            return;
        };
        if *outcome != Outcome::Done {
            turn.effects.push(Effect::Settled(entry.logon, Settlement::NotFilled));
            return;
        }
        let due = turn.now.steady.after(QUIET);
        self.trials.push(Trial {
            logon: entry.logon,
            form: chosen.form.clone(),
            asker: entry.asker,
            due,
            until: turn.now.steady.after(LONGEST),
        });
        turn.effects.push(Effect::WakeAt(due));
    }

    /// What an application said of a logon.
    pub(super) fn settle(&mut self, logon: LogonId, settlement: Settlement, turn: &mut Turn) {
        let mut settled = false;
        self.trials.retain(|trial| {
            let is_it = trial.logon == logon;
            settled |= is_it;
            !is_it
        });
        if settled {
            turn.effects.push(Effect::Settled(logon, settlement));
        }
    }

    /// The same asker asks again: what it got was refused.
    pub(super) fn asked_again(&mut self, template: &TemplateId, asker: Lineage, turn: &mut Turn) {
        let trial = self
            .trials
            .iter()
            .find(|trial| trial.form.id() == template && trial.asker == asker);
        if let Some(logon) = trial.map(|trial| trial.logon) {
            self.settle(logon, Settlement::Refused, turn);
        }
    }

    /// Looks at the trials whose time has come.
    pub(super) fn judge_trials(&mut self, turn: &mut Turn) {
        let now = turn.now.steady;
        let mut settled = Vec::new();
        for trial in &mut self.trials {
            if trial.due > now {
                continue;
            }
            let is_there = self
                .windows
                .values()
                .any(|window| matches!(&window.phase, Phase::Answered(form) if same(form, &trial.form)));
            let will_say = trial
                .form
                .template()
                .form
                .iter()
                .any(|form| form.kind == FormKind::LogonSucceeded);
            if !is_there && !will_say {
                settled.push((trial.logon, Settlement::Accepted));
            } else if now >= trial.until {
                settled.push((trial.logon, Settlement::Unseen));
            } else {
                trial.due = now.after(QUIET);
                turn.effects.push(Effect::WakeAt(trial.due));
            }
        }
        for (logon, settlement) in settled {
            self.settle(logon, settlement, turn);
        }
    }
}
