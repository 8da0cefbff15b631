//! Templates that were found good, packed: thousands of them wait at little cost.

use crate::compile::compile;
use crate::lint::lint_compiled;
use crate::parse::ParsedTemplate;
use crate::problem::{Position, Problem, Severity, problem};
use countersign_model::{Template, TemplateId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A template without errors, packed into one piece of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTemplate {
    /// A head, then the template, as postcard writes them.
    packed: Arc<[u8]>,
}

/// What is asked of templates that are not opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) place: &'a str,
    pub(crate) revision: u32,
    line: u32,
    column: u32,
}

impl Head<'_> {
    /// Where its id is written.
    pub(crate) fn position(&self) -> Position {
        Position {
            line: self.line,
            column: self.column,
        }
    }
}

/// Lints a template. Without errors it can be put in force; all that was found is told either way.
#[must_use]
pub fn check(parsed: &ParsedTemplate) -> (Option<CheckedTemplate>, Vec<Problem>) {
    let (forms, mut problems) = compile(parsed);
    problems.extend(lint_compiled(parsed, &forms));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return (None, problems);
    }
    let packed = CheckedTemplate::pack(parsed);
    if packed.is_none() {
        let message = "it cannot be packed";
        let help = "shorten it; tell Countersign's developers";
        problems.push(problem(&parsed.place, Position::START, Severity::Error, message, help));
    }
    (packed, problems)
}

impl CheckedTemplate {
    fn pack(parsed: &ParsedTemplate) -> Option<Self> {
        let at = parsed.spans.value("id");
        let head = Head {
            id: parsed.template.id.as_str(),
            name: &parsed.template.name,
            place: &parsed.place,
            revision: parsed.template.revision,
            line: at.line,
            column: at.column,
        };
        let packed = postcard::to_allocvec(&(head, &parsed.template)).ok()?;
        let packed = Self { packed: packed.into() };
        // What comes out is what went in, or it is not taken.
        (packed.unpacked().as_ref() == Some(&parsed.template)).then_some(packed)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.head().id
    }

    /// Where it came from, for people.
    #[must_use]
    pub fn place(&self) -> &str {
        self.head().place
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.packed.len()
    }

    pub(crate) fn head(&self) -> Head<'_> {
        postcard::take_from_bytes(&self.packed).map_or_else(|_| Head::default(), |(head, _)| head)
    }

    pub(crate) fn template(&self) -> Template {
        // It was unpacked once before: this cannot fail.
        self.unpacked().unwrap_or_else(|| nothing(&self.head()))
    }

    fn unpacked(&self) -> Option<Template> {
        let (_, rest) = postcard::take_from_bytes::<Head<'_>>(&self.packed).ok()?;
        postcard::from_bytes(rest).ok()
    }
}

/// A template that does nothing.
fn nothing(head: &Head<'_>) -> Template {
    Template::new(TemplateId::from(head.id), head.name.to_owned())
}
