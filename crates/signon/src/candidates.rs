//! Asking `rules` what a window means.

use crate::LogonSummary;
use countersign_model::{
    Action, Choice, ControlTree, Criterion, Lineage, Plan, ProcessIdentity, TemplateId, TerminalFacts, Verdict,
    WindowFacts, Writable,
};
use countersign_rules::{Contents, FormRef, Matched, Needs, fallback_plan, plan as plan_of};

/// What was read of a window.
#[derive(Debug)]
pub(crate) enum Seen {
    Controls(ControlTree),
    Terminal(Box<TerminalFacts>),
    /// Nothing inside: no form needs it, or it cannot be read.
    Nothing,
}

impl Seen {
    pub(crate) fn contents(&self) -> Contents<'_> {
        match self {
            Self::Controls(tree) => Contents::Controls(tree),
            Self::Terminal(facts) => Contents::Terminal(facts),
            Self::Nothing => Contents::Nothing,
        }
    }
}

/// A form that was recognised.
#[derive(Debug)]
pub(crate) struct Found {
    pub form: FormRef,
    pub criteria: Vec<Criterion>,
}

/// What a window's forms came to.
pub(crate) struct Judged {
    /// Forms that tell how something ended.
    pub results: Vec<Found>,
    /// The first form that asks for something, or is to be left alone.
    pub asking: Option<Found>,
    /// Templates whose forms match as well and stand equal to it.
    pub tied: Vec<TemplateId>,
    /// When none does: the form that came nearest, and why not.
    pub nearest: Option<(FormRef, Vec<Criterion>)>,
}

/// Whether these forms ask inside a terminal. One template of a window's program with `[form.terminal]` makes it a terminal.
pub(crate) fn in_terminal(forms: &[FormRef]) -> bool {
    forms.iter().any(|form| form.needs() == Needs::Terminal)
}

/// Whether some of these forms are known by their window alone: they are typed into programs that offer nothing else.
pub(crate) fn some_need_nothing(forms: &[FormRef]) -> bool {
    forms.iter().any(|form| form.needs() == Needs::Nothing)
}

/// Whether all of them are.
pub(crate) fn all_need_nothing(forms: &[FormRef]) -> bool {
    forms.iter().all(|form| form.needs() == Needs::Nothing)
}

pub(crate) fn judge_all(forms: &[FormRef], window: &WindowFacts, seen: &Seen) -> Judged {
    let mut judged = Judged {
        results: Vec::new(),
        asking: None,
        tied: Vec::new(),
        nearest: None,
    };
    let mut best = None;
    for form in forms {
        let judgement = form.judge(window, seen.contents());
        let holds = judgement.matched.is_some();
        let asks = !form.kind().is_result();
        match (holds, asks) {
            (true, false) => judged.results.push(Found {
                form: form.clone(),
                criteria: judgement.criteria,
            }),
            (true, true) => match &judged.asking {
                Some(first) if form.ties_with(&first.form) => judged.tied.push(form.id().clone()),
                Some(_) => {}
                None => {
                    judged.asking = Some(Found {
                        form: form.clone(),
                        criteria: judgement.criteria,
                    });
                }
            },
            (false, true) => {
                let held = judgement
                    .criteria
                    .iter()
                    .filter(|criterion| criterion.verdict == Verdict::Passed)
                    .count();
                if best.is_none_or(|best| held > best) {
                    best = Some(held);
                    judged.nearest = Some((form.clone(), judgement.criteria));
                }
            }
            (false, false) => {}
        }
    }
    judged.tied.dedup();
    judged
}

/// Which of the stored logons fit.
pub(crate) enum Fitting<'a> {
    /// None; the criteria of the one that came nearest, if there is any.
    None(Vec<Criterion>),
    /// Exactly this one.
    One(&'a LogonSummary, Vec<Criterion>, Box<Matched>),
    /// These: the user has to choose.
    Several(Vec<Choice>),
}

/// Judges the form once for each logon, with the logon's own plain fields in the template's patterns.
pub(crate) fn fitting<'a>(
    found: &Found,
    window: &WindowFacts,
    seen: &Seen,
    logons: impl Iterator<Item = &'a LogonSummary>,
) -> Fitting<'a> {
    let mut fitting = Vec::new();
    let mut nearest = found.criteria.clone();
    for logon in logons {
        let judgement = found.form.judge_with(window, seen.contents(), &logon.plain);
        match judgement.matched {
            Some(matched) => fitting.push((logon, judgement.criteria, matched)),
            None => nearest = judgement.criteria,
        }
    }
    if fitting.len() > 1 {
        let choice = |logon: &LogonSummary| Choice {
            id: logon.id,
            label: logon.label.clone(),
        };
        return Fitting::Several(fitting.into_iter().map(|(logon, _, _)| choice(logon)).collect());
    }
    match fitting.pop() {
        Some((logon, criteria, matched)) => Fitting::One(logon, criteria, Box::new(matched)),
        None => Fitting::None(nearest),
    }
}

/// The plan that answers a form.
pub(crate) fn plan(matched: &Matched, window: &WindowFacts, seen: &Seen) -> Result<Plan, String> {
    let terminal = match seen {
        Seen::Terminal(facts) => Some(&**facts),
        Seen::Controls(_) | Seen::Nothing => None,
    };
    plan_of(matched, window, terminal).map_err(|problem| problem.to_string())
}

/// The plan for when its controls take no text, if the template has one.
pub(crate) fn fallback(matched: &Matched, window: &WindowFacts) -> Option<Plan> {
    fallback_plan(matched, window)
}

/// Who asks, where that is not the window's own process: a terminal's foreground program.
pub(crate) fn asker(seen: &Seen) -> Option<Lineage> {
    match seen {
        Seen::Terminal(facts) => Some(facts.foreground.lineage),
        Seen::Controls(_) | Seen::Nothing => None,
    }
}

/// Whether a plan types, and so needs the focus.
pub(crate) fn types(plan: &Plan) -> bool {
    plan.steps
        .iter()
        .any(|step| matches!(step.action, Action::Type { .. } | Action::Text(_) | Action::Key(_)))
}

/// What the user should know of a program he is logged on to.
pub(crate) fn warnings(process: &ProcessIdentity) -> Vec<String> {
    match process.writable {
        Writable::RootOnly => Vec::new(),
        Writable::ByUser => vec![format!(
            "{} can be changed by you, and so by anything you run; install it system-wide",
            process.script.as_ref().unwrap_or(&process.executable).display()
        )],
    }
}
