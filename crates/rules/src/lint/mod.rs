//! What a template says that cannot be meant.

mod behaviour;
mod logon;
pub(crate) mod respond;
pub(crate) mod selectors;
mod terminal;
mod waits;
mod window;

use crate::compile::compile;
use crate::compiled::CompiledForm;
use crate::parse::ParsedTemplate;
use crate::problem::{Problem, Severity, problem};
use crate::spans::{item, under};
use countersign_model::{CHANGE_FIELDS, FieldKind, FieldName, Form, FormKind};
use std::collections::BTreeSet;

/// The version of the template format that is read.
pub(crate) const SCHEMA: u32 = 1;

/// Looks at a template's meaning. A template with errors is not used; warnings are for its author.
#[must_use]
pub fn lint(parsed: &ParsedTemplate) -> Vec<Problem> {
    let (forms, mut problems) = compile(parsed);
    problems.extend(lint_compiled(parsed, &forms));
    problems.sort_by(|a, b| (a.line, a.column, b.severity).cmp(&(b.line, b.column, a.severity)));
    problems.dedup();
    problems
}

/// Everything but what compiling already found.
pub(crate) fn lint_compiled(parsed: &ParsedTemplate, forms: &[CompiledForm]) -> Vec<Problem> {
    let mut report = Report {
        parsed,
        problems: Vec::new(),
    };
    head(&mut report);
    logon::logon(&mut report);
    behaviour::behaviour(&mut report);
    for (index, (form, compiled)) in parsed.template.form.iter().zip(forms).enumerate() {
        let path = item("form", index);
        window::window(&mut report, &path, form, compiled);
        bindings(&mut report, &path, form);
        selectors::selectors(&mut report, &path, form);
        respond::respond(&mut report, &path, form);
        if let (Some(spec), Some(terminal)) = (&form.terminal, &compiled.terminal) {
            terminal::terminal(&mut report, &path, form, spec, terminal, compiled);
        }
    }
    window::unreachable(&mut report);
    written(&mut report, forms);
    report.problems
}

/// Problems of one template, placed by path.
pub(crate) struct Report<'a> {
    pub(crate) parsed: &'a ParsedTemplate,
    pub(crate) problems: Vec<Problem>,
}

impl Report<'_> {
    /// What is risky and may be needed: no warning where the template's `notes` say why it is.
    pub(crate) fn warn_without_reason(&mut self, path: &str, message: &str, help: &str) {
        let notes = &self.parsed.template.notes;
        if notes.as_ref().is_none_or(|notes| notes.trim().is_empty()) {
            self.warn(path, message, help);
        }
    }

    pub(crate) fn error(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.note(path, Severity::Error, message, help);
    }

    pub(crate) fn warn(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.note(path, Severity::Warning, message, help);
    }

    fn note(&mut self, path: &str, severity: Severity, message: impl Into<String>, help: impl Into<String>) {
        let at = self.parsed.spans.value(path);
        self.problems
            .push(problem(&self.parsed.place, at, severity, message, help));
    }
}

fn head(report: &mut Report<'_>) {
    let template = &report.parsed.template;
    if template.schema != SCHEMA {
        let message = format!("schema {} is not known", template.schema);
        report.error("schema", message, "write `schema = 1`, or update Countersign");
    }
    if !is_template_id(template.id.as_str()) {
        let message = format!("`{}` is not an id in reverse domain style", template.id);
        report.error(
            "id",
            message,
            "write it like `org.example.Application`: letters, digits, `-` and `_`, with dots between",
        );
    }
    if template.name.trim().is_empty() {
        report.error("name", "the name is empty", "write what people call the application");
    }
    if template.form.is_empty() {
        report.warn(
            "",
            "there is no form, so nothing is ever filled",
            "add a `[[form]]` of kind `logon`",
        );
    }
}

/// `org.example.App`: at least two parts.
fn is_template_id(id: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    id.len() <= 128 && id.split('.').count() >= 2 && id.split('.').all(part)
}

/// The fields a form may write.
pub(crate) fn writable(report: &Report<'_>, form: &Form) -> Vec<FieldName> {
    let change = form.kind.is_change().then(|| CHANGE_FIELDS.map(FieldName::from));
    let own = report.parsed.template.logon.fields.iter().cloned();
    own.chain(change.into_iter().flatten()).collect()
}

fn bindings(report: &mut Report<'_>, path: &str, form: &Form) {
    let fields = writable(report, form);
    for name in form.bind.keys().filter(|name| !fields.contains(name)) {
        let path = under(&under(path, "bind"), name.as_str());
        let known: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
        let help = crate::nearest::suggestion(name.as_str(), &known);
        report.error(&path, format!("`{name}` is not a field of this logon"), help);
    }
    let writes = form.kind.takes_logon() || form.kind.is_change();
    if !writes && !form.bind.is_empty() {
        report.warn(
            &under(path, "bind"),
            format!("`{}` forms write no fields", form.kind.name()),
            "use `[[form.require]]` to ask for controls",
        );
    }
    let asks_new = form.bind.keys().any(|name| matches!(name.as_str(), "new" | "confirm"));
    if form.kind.is_change() && !form.bind.is_empty() && !asks_new {
        report.warn(
            &under(path, "bind"),
            "nothing is bound that takes the new password",
            "bind `new`, and `confirm` where it is asked for twice",
        );
    }
}

/// Every field is written, or says which logon it is; and some form writes a secret.
fn written(report: &mut Report<'_>, forms: &[CompiledForm]) {
    let template = &report.parsed.template;
    let logon_forms = || {
        template
            .form
            .iter()
            .zip(forms)
            .filter(|(form, _)| form.kind.takes_logon())
    };
    let written: BTreeSet<_> = logon_forms()
        .flat_map(|(form, compiled)| respond::written(form, compiled))
        .collect();
    let chosen: BTreeSet<_> = logon_forms()
        .flat_map(|(_, compiled)| compiled.chooses_by.iter().cloned())
        .collect();
    if !template.form.iter().any(|form| form.kind == FormKind::Logon) {
        return;
    }
    for (index, field) in template.logon.fields.iter().enumerate() {
        if !written.contains(field) && !chosen.contains(field) {
            let message = format!("no form uses the field `{field}`");
            report.warn(
                &item("logon.fields", index),
                message,
                "bind it, type it, or take it out",
            );
        }
    }
    if !written
        .iter()
        .any(|field| template.logon.kind(field) == FieldKind::Secret)
    {
        report.error(
            "logon.fields",
            "no form writes a secret field",
            "bind or type `password` in a `logon` form",
        );
    }
}
