//! Logons on trial: filled because the user has just given them, and kept only if the application accepts them.

use super::{Machine, Turn};
use crate::ledger::OnTrial;
use crate::window::{Chosen, Phase, same};
use crate::{Effect, Settlement};
use countersign_model::{ChangeStep, FormKind, Lineage, LogonId, Monotonic, Outcome, TemplateId};
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
    /// What hangs on it.
    on: OnTrial,
    form: FormRef,
    asker: Lineage,
    /// When it is looked at next.
    due: Monotonic,
    until: Monotonic,
}

impl Machine {
    /// A form was answered with a logon on trial, or was not.
    pub(super) fn trial_responded(&mut self, chosen: &Chosen, outcome: &Outcome, turn: &mut Turn) {
        let Some((entry, on)) = chosen.entry.as_ref().and_then(|entry| Some((entry, entry.trial?))) else {
            return;
        };
        if *outcome != Outcome::Done {
            if on == OnTrial::Given {
                turn.effects.push(Effect::Settled(entry.logon, Settlement::NotFilled));
            }
            return;
        }
        let due = turn.now.steady.after(QUIET);
        self.trials.push(Trial {
            logon: entry.logon,
            on,
            form: chosen.form.clone(),
            asker: entry.asker,
            due,
            until: turn.now.steady.after(LONGEST),
        });
        turn.effects.push(Effect::WakeAt(due));
    }

    /// What an application said of a logon.
    pub(super) fn settle(&mut self, logon: LogonId, settlement: Settlement, turn: &mut Turn) {
        let ended = self.trials.extract_if(.., |trial| trial.logon == logon);
        // Of one logon the latest trial is what the application speaks of.
        let Some(trial) = ended.last() else { return };
        turn.effects.push(match (trial.on, settlement) {
            (OnTrial::Given, settlement) => Effect::Settled(logon, settlement),
            (OnTrial::Password(which), Settlement::Accepted) => Effect::Step(logon, ChangeStep::Take(which)),
            (OnTrial::Password(which), Settlement::Refused) => Effect::Step(logon, ChangeStep::Refuse(which)),
            // Nothing is known that is not in the journal.
            (OnTrial::Password(_), Settlement::Unseen | Settlement::NotFilled) => return,
        });
    }

    /// The same asker asks again: what it got was refused. Returns the logon whose journal has changed by that.
    pub(super) fn asked_again(&mut self, template: &TemplateId, asker: Lineage, turn: &mut Turn) -> Option<LogonId> {
        let trial = self
            .trials
            .iter()
            .find(|trial| trial.form.id() == template && trial.asker == asker)?;
        let (logon, on) = (trial.logon, trial.on);
        self.settle(logon, Settlement::Refused, turn);
        matches!(on, OnTrial::Password(_)).then_some(logon)
    }

    /// Looks at the trials whose time has come.
    pub(super) fn judge_trials(&mut self, turn: &mut Turn) {
        let now = turn.now.steady;
        let mut settled = Vec::new();
        let mut quiet = Vec::new();
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
                match trial.on {
                    OnTrial::Given => settled.push((trial.logon, Settlement::Accepted)),
                    OnTrial::Password(which) => quiet.push((trial.logon, which, trial.asker)),
                }
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
        for (logon, which, asker) in quiet {
            self.trials.retain(|trial| trial.logon != logon);
            turn.effects.push(Effect::Quiet(logon, which, asker));
        }
    }
}
