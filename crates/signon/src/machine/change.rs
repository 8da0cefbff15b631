//! Changing passwords: which one of a logon a form gets, and what is learnt of it.

use super::{Machine, Turn};
use crate::ledger::{Ending, Entry, OnTrial};
use crate::window::{Begun, Chosen, Phase, Watched, Wish};
use crate::{ChangeMode, Effect, Expiry, LogonSummary, Standing, Underway};
use countersign_model::{
    Action, AsksFor, ChangeStep, Choice, Decision, FormKind, Lineage, LogonId, Outcome, Plan, Purpose, Question, Stage,
    TerminalFacts, Which, WindowId,
};
use countersign_rules::FormRef;

/// What a form gets.
pub(super) enum Answering {
    /// This.
    With {
        purpose: Purpose,
        step: Option<Begun>,
        trial: Option<OnTrial>,
    },
    /// Nothing.
    Hold(Decision),
    /// Nothing before a password is made.
    Make,
    /// Nothing before the user says so.
    Ask,
}

impl Machine {
    /// What a form gets of a logon.
    pub(super) fn answering(
        &self,
        form: &FormRef,
        (logon, asker): (&LogonSummary, Lineage),
        (plan, wish): (&Plan, Wish),
    ) -> Answering {
        if form.kind().is_change() {
            return self.answering_change(logon, asker, plan);
        }
        let expired = Decision::PasswordExpired(logon.label.clone());
        if logon.expiry == Expiry::Over && wish == Wish::Automatic && logon.change.is_none() {
            return Answering::Hold(expired);
        }
        let in_grace = logon.expiry != Expiry::Valid && form.kind() == FormKind::Logon;
        let current = Answering::With {
            purpose: Purpose::Logon(Which::Current),
            step: in_grace.then_some(Begun::Grace),
            trial: (logon.standing == Standing::OnTrial).then_some(OnTrial::Given),
        };
        let Some(Underway { stage, wrong_passwords }) = logon.change else {
            return current;
        };
        let unsure = || Answering::Hold(Decision::PasswordUnsure(logon.label.clone()));
        match stage {
            Stage::Made => current,
            Stage::Sent(_) | Stage::Unsure => match stage.candidate(wrong_passwords) {
                Some(which) => Answering::With {
                    purpose: Purpose::Logon(which),
                    step: Some(Begun::Try(which)),
                    trial: Some(OnTrial::Password(which)),
                },
                None => unsure(),
            },
        }
    }

    fn answering_change(&self, logon: &LogonSummary, asker: Lineage, plan: &Plan) -> Answering {
        let Some(Underway { stage, .. }) = logon.change else {
            return match self.rules.change {
                ChangeMode::Silent => Answering::Make,
                ChangeMode::Ask => Answering::Ask,
                ChangeMode::Never => Answering::Hold(Decision::ChangeAsked),
            };
        };
        let is_first = stage == Stage::Made;
        // What was sent once and not heard of may be the old one by now.
        if !is_first && !self.ledger.is_changing(logon.id, asker) {
            return Answering::Hold(Decision::PasswordUnsure(logon.label.clone()));
        }
        Answering::With {
            purpose: Purpose::Change,
            step: writes_next(plan).then_some(if is_first { Begun::FirstSend } else { Begun::Send }),
            trial: None,
        }
    }

    /// Asks the user about a change form, or has a password made for it.
    pub(super) fn want_password(&mut self, id: WindowId, form: &FormRef, logon: &LogonSummary, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        match self.rules.change {
            ChangeMode::Silent if self.making.insert(logon.id) => {
                turn.effects.push(Effect::MakePassword(logon.id, form.id().clone()));
            }
            ChangeMode::Silent | ChangeMode::Never => {}
            ChangeMode::Ask => {
                let choice = Choice {
                    id: logon.id,
                    label: logon.label.clone(),
                };
                window.ask(form, Question::Change(choice), turn);
            }
        }
    }

    /// A password was made, or could not be.
    pub(super) fn password_made(&mut self, logon: LogonId, made: Result<(), String>, turn: &mut Turn) {
        self.making.remove(&logon);
        let Err(why) = made else {
            return self.look_again_at_held(turn);
        };
        for window in self.windows.values_mut() {
            if let Phase::Held(form) = &window.phase
                && form.kind().is_change()
            {
                let form = form.clone();
                turn.notify(&form, &why);
                window.explain_form(Some(&form), Vec::new(), Decision::ChangeFailed(why.clone()), turn);
                window.phase = Phase::Stopped(form);
            }
        }
    }

    /// A change form was answered, or was not.
    pub(super) fn change_responded(chosen: &Chosen, outcome: &Outcome, turn: &mut Turn) {
        if let (Outcome::Refused(_), Some(Begun::FirstSend), Some((logon, _))) = (outcome, chosen.step, &chosen.logon) {
            turn.effects.push(Effect::Step(*logon, ChangeStep::TakeBack));
        }
    }

    /// A form says how a change ended.
    pub(super) fn change_ended(&mut self, id: WindowId, form: &FormRef, turn: &mut Turn) -> Decision {
        let failed = form.kind() == FormKind::ChangeFailed;
        let ending = if failed { Ending::Failed } else { Ending::Succeeded };
        let Some(entry) = self.changed_by(id, form, ending) else {
            let application = &form.template().name;
            return match failed {
                true => Decision::ChangeFailed(format!("{application} did not take it")),
                false => Decision::ChangeSucceeded(format!("{application} took it")),
            };
        };
        let step = match failed {
            true => ChangeStep::Revert,
            false => ChangeStep::Take(Which::Pending),
        };
        turn.effects.push(Effect::Step(entry.logon, step));
        let label = &entry.label;
        let decision = match failed {
            true => Decision::ChangeFailed(format!(
                "the application did not take the new password of \"{label}\"; the one until now stays. Make another one with `countersign password change`"
            )),
            false => Decision::ChangeSucceeded(format!(
                "the application took the new password of \"{label}\"; it is the one that counts now"
            )),
        };
        if let Decision::ChangeFailed(text) | Decision::ChangeSucceeded(text) = &decision {
            turn.notify(form, text);
        }
        if failed
            && let Some(window) = self.windows.get_mut(&id)
            && let Phase::Answered(answered) = &window.phase
        {
            window.phase = Phase::Stopped(answered.clone());
        }
        decision
    }

    /// The change that was typed into the program of a window, ended.
    fn changed_by(&mut self, id: WindowId, form: &FormRef, ending: Ending) -> Option<Entry> {
        let window = self.windows.get(&id)?;
        let (asker, prompter) = (window.asker(form)?, window.prompter());
        let mut end = |asker| self.ledger.end_change(form.id(), asker, ending);
        end(asker).or_else(|| end(prompter?))
    }
}

impl Watched {
    /// Says which of its program's prompts a terminal shows. A program that wakes between two looks asks for something else.
    pub(super) fn count_prompt(&mut self, facts: &mut TerminalFacts) {
        if !facts.asks_for_secret() {
            return;
        }
        let number = match &self.counted {
            Some((before, number)) if facts.is_same_prompt(before) => *number,
            Some((before, number)) if before.foreground.lineage == facts.foreground.lineage => number.saturating_add(1),
            _ => 1,
        };
        facts.prompt = Some(number);
        self.counted = Some((facts.clone(), number));
    }

    /// For whom a form in this window asks or speaks; none where its program is not known.
    pub(super) fn asker(&self, form: &FormRef) -> Option<Lineage> {
        let process = self.facts.process.as_ref().ok()?;
        Some(match form.form().map(|form| form.asks_for).unwrap_or_default() {
            AsksFor::Itself => process.lineage,
            AsksFor::Parent => process.parent.unwrap_or(process.lineage),
        })
    }

    /// The program that asked last in this terminal.
    fn prompter(&self) -> Option<Lineage> {
        let answered = self.answered.as_ref();
        answered.map(|facts| facts.foreground.lineage)
    }
}

/// Whether a plan writes the next password.
fn writes_next(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| match &step.action {
        Action::Set { field, .. } | Action::Type { field, .. } => matches!(field.as_str(), "new" | "confirm"),
        _ => false,
    })
}

/// What the user is told to do about a password that is not filled, or not for long.
pub(super) fn advice(decision: &Decision) -> Option<String> {
    match decision {
        Decision::PasswordUnsure(label) => Some(format!(
            "which password \"{label}\" has is not known: try both by hand, then say which one holds with `countersign password confirm` or `countersign password revert`"
        )),
        Decision::PasswordExpired(label) => Some(format!(
            "the password of \"{label}\" has expired: change it in the application; `countersign password change` makes the new one"
        )),
        _ => None,
    }
}
