//! Templates that answer the same window with one priority, found by the windows that were recorded for them.

use crate::fixture::parse_fixture;
use crate::form::{FormRef, Needs};
use crate::judge::Contents;
use crate::parse::ParsedTemplate;
use crate::problem::{Problem, Severity, problem};
use crate::set::TemplateSet;
use crate::spans::{item, under};
use countersign_model::Publisher;

/// Judges every recorded window by all templates together. Where the first form that matches stands equal to another template's, that is
/// an error of the other one: at run time nothing would be filled.
///
/// `recordings` are places and contents of fixtures; those that cannot be read are no matter here.
#[must_use]
pub fn ties<'a>(templates: &[ParsedTemplate], recordings: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<Problem> {
    let sources = templates.iter().map(|template| (Publisher::Package, template.clone()));
    let (set, _) = TemplateSet::build(sources.collect());
    let mut problems = Vec::new();
    for (place, bytes) in recordings {
        let Ok(fixture) = parse_fixture(place, bytes) else {
            continue;
        };
        let (window, tree, terminal) = (fixture.window_facts(), fixture.tree(), fixture.terminal_facts());
        let matches = |form: &FormRef| {
            let contents = match (form.needs(), &tree, &terminal) {
                (Needs::Terminal, _, Some(terminal)) => Contents::Terminal(terminal),
                (Needs::Controls, Some(tree), _) => Contents::Controls(tree),
                _ => Contents::Nothing,
            };
            !form.kind().is_result() && form.judge(&window, contents).matched.is_some()
        };
        let mut matching = set.candidates(&window).into_iter().filter(matches);
        let Some(first) = matching.next() else { continue };
        for other in matching.filter(|other| other.ties_with(&first)) {
            problems.extend(tie(templates, &first, &other, place));
        }
    }
    problems
}

fn tie(templates: &[ParsedTemplate], first: &FormRef, other: &FormRef, place: &str) -> Option<Problem> {
    let written = templates.iter().find(|template| template.template.id == *other.id())?;
    let at = written.spans.value(&under(&item("form", other.index()), "kind"));
    let message = format!(
        "this form answers the window of {place}, and so does form {} of {}, with the same priority",
        first.index() + 1,
        first.id()
    );
    let help = "give one of them a higher `priority`, or a condition that tells them apart";
    Some(problem(&written.place, at, Severity::Error, message, help))
}
