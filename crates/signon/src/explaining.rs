//! What every form makes of a window, for people who ask.

use crate::Now;
use crate::candidates::Seen;
use countersign_model::port::{ControlAccess, DesktopError};
use countersign_model::{Criterion, Decision, Explanation, Verdict, WindowFacts};
use countersign_rules::{Contents, FormRef, Needs, TemplateSet, query};

/// Judges every form of `templates` against the windows on the screen, for somebody who is writing a template.
///
/// Windows of other programs are left out; a window whose program none of the templates names has no explanation.
pub fn explain_template(
    templates: &TemplateSet,
    windows: &[WindowFacts],
    desktop: &dyn ControlAccess,
    now: Now,
) -> Vec<Explanation> {
    let explained = windows
        .iter()
        .map(|window| explain_forms(window, templates.related(window), desktop, now));
    explained.flatten().collect()
}

/// Judges a window by every form of its program, and by those of other programs that it looks like: each with what kept it away.
pub fn explain_window(
    templates: &TemplateSet,
    window: &WindowFacts,
    desktop: &dyn ControlAccess,
    now: Now,
) -> Vec<Explanation> {
    explain_forms(window, templates.lookalikes(window), desktop, now)
}

fn explain_forms(window: &WindowFacts, forms: Vec<FormRef>, desktop: &dyn ControlAccess, now: Now) -> Vec<Explanation> {
    // Each is looked at once, and only if a form asks for it.
    let of = |needs: Needs| -> Vec<FormRef> { forms.iter().filter(|form| form.needs() == needs).cloned().collect() };
    let by_controls = of(Needs::Controls);
    let controls = (!by_controls.is_empty()).then(|| {
        desktop
            .read(window, &query(&by_controls).unwrap_or_default())
            .map(Seen::Controls)
    });
    let terminal = (!of(Needs::Terminal).is_empty())
        .then(|| desktop.terminal(window).map(|facts| Seen::Terminal(Box::new(facts))));
    let nothing = Ok(Seen::Nothing);
    let explain = |form: &FormRef| {
        let seen = match form.needs() {
            Needs::Controls => controls.as_ref(),
            Needs::Terminal => terminal.as_ref(),
            Needs::Nothing => None,
        };
        explained(window, form, seen.unwrap_or(&nothing), now)
    };
    forms.iter().map(explain).collect()
}

fn explained(window: &WindowFacts, form: &FormRef, seen: &Result<Seen, DesktopError>, now: Now) -> Explanation {
    let contents = seen.as_ref().map_or(Contents::Nothing, Seen::contents);
    let judgement = form.judge(window, contents);
    let unused = unused(form);
    let decision = match seen {
        // What it is by its window is said all the same.
        Err(error) => Decision::Unreadable(error.to_string()),
        Ok(_) if judgement.matched.is_some() && unused.is_none() => Decision::Manual,
        Ok(_) => Decision::NoMatch,
    };
    Explanation {
        at: now.wall,
        window: window.id,
        title: window.title.clone(),
        program: match &window.process {
            Ok(process) => process.executable.display().to_string(),
            Err(problem) => problem.to_string(),
        },
        toolkit: seen.as_ref().ok().and_then(|seen| match seen {
            Seen::Controls(tree) => tree.toolkit.clone(),
            Seen::Terminal(_) | Seen::Nothing => None,
        }),
        template: Some(form.id().clone()),
        form: Some(form.kind()),
        logon: None,
        criteria: unused.into_iter().chain(judgement.criteria).collect(),
        decision,
        attempt: None,
        warnings: Vec::new(),
    }
}

/// What keeps a template's forms from being looked at, as a criterion.
fn unused(form: &FormRef) -> Option<Criterion> {
    let template = form.template();
    let what = template.unused()?;
    Some(Criterion {
        what: what.to_owned(),
        wanted: "a template that is in use here".to_owned(),
        found: match what {
            "enabled" => "`enabled = false`".to_owned(),
            _ => format!("it is for other platforms than {}", std::env::consts::OS),
        },
        verdict: Verdict::Failed,
    })
}
