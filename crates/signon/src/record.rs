//! Explanations: what `countersign why` shows.

use crate::Effect;
use crate::machine::Turn;
use crate::window::{Chosen, Watched};
use countersign_model::{Attempt, Criterion, Decision, Explanation, FormKind};
use countersign_rules::FormRef;

impl Watched {
    fn explanation(&self, criteria: Vec<Criterion>, decision: Decision, turn: &Turn) -> Explanation {
        Explanation {
            at: turn.now.wall,
            window: self.facts.id,
            title: self.facts.title.clone(),
            program: match &self.facts.process {
                Ok(process) => process.executable.display().to_string(),
                Err(problem) => problem.to_string(),
            },
            toolkit: self.toolkit.clone(),
            template: None,
            form: None,
            logon: None,
            criteria,
            decision,
            attempt: None,
            warnings: Vec::new(),
        }
    }

    /// Explains a decision unless it is the one explained last.
    fn explain_once(&mut self, explanation: Explanation, form: Option<FormKind>, turn: &mut Turn) {
        let said = Some((explanation.decision.clone(), form));
        if self.explained != said {
            self.explained = said;
            turn.effects.push(Effect::Explain(Box::new(explanation)));
        }
    }

    pub(crate) fn explain(
        &mut self,
        form: Option<FormKind>,
        criteria: Vec<Criterion>,
        decision: Decision,
        turn: &mut Turn,
    ) {
        let explanation = self.explanation(criteria, decision, turn);
        self.explain_once(explanation, form, turn);
    }

    pub(crate) fn explain_form(
        &mut self,
        form: Option<&FormRef>,
        criteria: Vec<Criterion>,
        decision: Decision,
        turn: &mut Turn,
    ) {
        let mut explanation = self.explanation(criteria, decision, turn);
        explanation.template = form.map(|form| form.id().clone());
        explanation.form = form.map(FormRef::kind);
        let kind = explanation.form;
        self.explain_once(explanation, kind, turn);
    }

    pub(crate) fn explain_attempt(&mut self, chosen: &Chosen, decision: Decision, attempt: Attempt, turn: &mut Turn) {
        let mut explanation = self.explanation(chosen.criteria.clone(), decision.clone(), turn);
        explanation.template = Some(chosen.form.id().clone());
        explanation.form = Some(chosen.form.kind());
        explanation.logon = chosen.logon.as_ref().map(|(_, label)| label.clone());
        explanation.attempt = Some(attempt);
        explanation.warnings.clone_from(&chosen.warnings);
        self.explained = Some((decision, explanation.form));
        turn.effects.push(Effect::Explain(Box::new(explanation)));
    }
}
