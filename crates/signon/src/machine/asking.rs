//! Asking the user: which logon, or for one that is not stored.

use super::{Machine, Turn};
use crate::Effect;
use crate::window::{Asking, Phase, Watched};
use countersign_model::{Prompt, Question, TemplateId, WindowId};
use countersign_rules::FormRef;
use std::collections::BTreeSet;

impl Watched {
    /// Asks about the form that is held, unless its template is not to ask or the user did not want to be asked about it.
    pub(super) fn ask(&mut self, form: &FormRef, question: Question, turn: &mut Turn) {
        let template = form.template();
        if self.asking == Asking::Dismissed || !template.fill.prompts() {
            return;
        }
        self.asking = Asking::Open;
        turn.effects.push(Effect::Ask(Prompt {
            window: self.facts.id,
            title: self.facts.title.clone(),
            template: template.id.clone(),
            application: template.name.clone(),
            question,
            may_exclude: template.fill.exclude,
        }));
    }

    pub(super) fn withdraw(&mut self, then: Asking, turn: &mut Turn) {
        if std::mem::replace(&mut self.asking, then) == Asking::Open {
            turn.effects.push(Effect::Withdraw(self.facts.id));
        }
    }
}

impl Machine {
    /// Questions about forms that wait no longer are withdrawn; a form that comes again is asked about again.
    pub(super) fn withdraw_stale(&mut self, turn: &mut Turn) {
        for window in self.windows.values_mut() {
            let waits = matches!(window.phase, Phase::Held(_) | Phase::Choosing(..));
            let left = matches!(window.phase, Phase::Watching) && window.reading.is_none();
            match window.asking {
                Asking::Open if !waits => window.withdraw(Asking::No, turn),
                Asking::Dismissed if left => window.asking = Asking::No,
                _ => {}
            }
        }
    }

    /// The user does not want to be asked about the form that is in this window now.
    pub(super) fn dismissed(&mut self, id: WindowId, turn: &mut Turn) {
        if let Some(window) = self.windows.get_mut(&id) {
            window.withdraw(Asking::Dismissed, turn);
        }
    }

    /// The templates whose forms are not filled by themselves because the user does not want it.
    pub(super) fn excluded(&mut self, templates: BTreeSet<TemplateId>, turn: &mut Turn) {
        self.excluded.clone_from(&templates);
        self.leave_alone(&templates, turn);
    }

    /// Asks nothing more about these templates' forms, and looks at all that wait again: some others may go on now.
    pub(super) fn leave_alone(&mut self, templates: &BTreeSet<TemplateId>, turn: &mut Turn) {
        for window in self.windows.values_mut() {
            if matches!(&window.phase, Phase::Held(form) if templates.contains(form.id())) {
                window.withdraw(Asking::No, turn);
            }
        }
        self.look_again_at_held(turn);
    }
}
