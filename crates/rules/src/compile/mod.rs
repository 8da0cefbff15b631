//! Compiles a template's patterns, and says which of them mean nothing.

mod patterns;
mod respond;
mod terminal;

use crate::compiled::{CompiledForm, CompiledParent, CompiledRequirement, CompiledSelector, Submits};
use crate::parse::ParsedTemplate;
use crate::pattern::{PatternProblem, Text};
use crate::problem::{Problem, Severity, problem};
use crate::spans::{Spans, item, under};
use countersign_model::{
    CHANGE_FIELDS, FieldKind, FieldName, Form, FormKind, Pattern, Requirement, Selector, Template,
};
use std::collections::BTreeSet;

/// Compiles every form. What cannot be compiled is left out and named: a template with such problems is not used.
pub(crate) fn compile(parsed: &ParsedTemplate) -> (Vec<CompiledForm>, Vec<Problem>) {
    compile_as(parsed, Patterns::Unknown)
}

/// Compiles a template that was found good before: what takes long is left until it is asked for.
pub(crate) fn compile_good(template: Template) -> (Vec<CompiledForm>, Template) {
    let parsed = ParsedTemplate {
        place: String::new(),
        template,
        spans: Spans::default(),
    };
    let (forms, _) = compile_as(&parsed, Patterns::Good);
    (forms, parsed.template)
}

/// Whether patterns were compiled before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patterns {
    Unknown,
    Good,
}

fn compile_as(parsed: &ParsedTemplate, patterns: Patterns) -> (Vec<CompiledForm>, Vec<Problem>) {
    let mut compiler = Compiler {
        patterns,
        parsed,
        problems: Vec::new(),
        fields: BTreeSet::new(),
    };
    let forms = parsed
        .template
        .form
        .iter()
        .enumerate()
        .map(|(index, form)| compiler.form(&item("form", index), form))
        .collect();
    (forms, compiler.problems)
}

/// Compiles one selector that stands alone.
pub(crate) fn selector(wanted: &Selector) -> Result<CompiledSelector, PatternProblem> {
    let text = |pattern: &Option<Pattern>| pattern.as_ref().map(Text::new).transpose();
    let compiled = CompiledSelector {
        id: wanted.id.clone(),
        role: wanted.role,
        name: text(&wanted.name)?,
        label: text(&wanted.label)?,
        class: text(&wanted.class)?,
        parent: wanted.parent.as_deref().map(selector).transpose()?.map(Box::new),
        ordinal: wanted.ordinal,
    };
    let texts = [&compiled.name, &compiled.label, &compiled.class];
    texts.into_iter().flatten().try_for_each(Text::check)?;
    Ok(compiled)
}

struct Compiler<'a> {
    patterns: Patterns,
    parsed: &'a ParsedTemplate,
    problems: Vec<Problem>,
    fields: BTreeSet<FieldName>,
}

impl Compiler<'_> {
    fn form(&mut self, path: &str, form: &Form) -> CompiledForm {
        self.fields.clear();
        let window = under(path, "window");
        let mut compiled = CompiledForm {
            executable: self.paths(&under(&window, "executable"), &form.window.executable),
            script: self.paths(&under(&window, "script"), &form.window.script),
            started_by: self.paths(&under(&window, "started_by"), &form.window.started_by),
            title: self.optional(&under(&window, "title"), form.window.title.as_ref()),
            class: self.optional(&under(&window, "class"), form.window.class.as_ref()),
            not_class: self.without_fields(&under(&window, "not_class"), &form.window.not_class),
            titles: self.texts(&under(&window, "titles"), &form.window.titles),
            parent: form.window.parent.as_ref().map(|parent| {
                let path = under(&window, "parent");
                CompiledParent {
                    title: self.optional(&under(&path, "title"), parent.title.as_ref()),
                    class: self.optional(&under(&path, "class"), parent.class.as_ref()),
                }
            }),
            visible: form.window.visible,
            minimised: form.window.minimised,
            owner: form.window.owner.clone(),
            loads: self.paths(&under(&window, "loads"), &form.window.loads),
            package: form.window.package.clone(),
            ..CompiledForm::default()
        };
        compiled.terminal = form
            .terminal
            .as_ref()
            .map(|spec| self.terminal(&under(path, "terminal"), spec));
        for (index, require) in form.require.iter().enumerate() {
            let path = item(&under(path, "require"), index);
            let require = self.requirement(&path, require);
            compiled.require.push(require);
        }
        let written = self.fields_of(form);
        let mut bound: Vec<_> = form.bind.iter().collect();
        bound.sort_by_key(|(name, _)| written.iter().position(|field| field == *name));
        for (name, control) in bound {
            let control = self.selector(&under(&under(path, "bind"), name.as_str()), control);
            compiled.bind.push((name.clone(), control));
        }
        compiled.respond = form
            .respond
            .as_ref()
            .map(|respond| self.respond(&under(path, "respond"), respond));
        compiled.chooses_by = std::mem::take(&mut self.fields);
        compiled.typed = self.typed(form, &compiled.chooses_by);
        if !self.parsed.template.fill.submit {
            compiled.submits = Submits::No;
        }
        compiled
    }

    fn requirement(&mut self, path: &str, require: &Requirement) -> CompiledRequirement {
        let instead = require.or.iter().enumerate();
        CompiledRequirement {
            control: self.selector(&under(path, "control"), &require.control),
            is: require.is,
            text: self.optional(&under(path, "text"), require.text.as_ref()),
            state: require.state,
            or: instead
                .map(|(index, other)| self.requirement(&item(&under(path, "or"), index), other))
                .collect(),
        }
    }

    /// Fields that say where (a host in `{host}`) are not typed; a terminal prompt takes only a secret.
    fn typed(&self, form: &Form, placeholders: &BTreeSet<FieldName>) -> Vec<FieldName> {
        let logon = &self.parsed.template.logon;
        let typed = |name: &FieldName| {
            !placeholders.contains(name) && (form.terminal.is_none() || logon.kind(name) == FieldKind::Secret)
        };
        match form.kind {
            FormKind::Message => Vec::new(),
            FormKind::Change | FormKind::Confirm => CHANGE_FIELDS.map(FieldName::from).into(),
            _ => logon.fields.iter().filter(|name| typed(name)).cloned().collect(),
        }
    }

    /// What a form may write, in the order in which it is written.
    fn fields_of(&self, form: &Form) -> Vec<FieldName> {
        let change = form.kind.is_change().then(|| CHANGE_FIELDS.map(FieldName::from));
        let logon = self.parsed.template.logon.fields.iter().cloned();
        logon.chain(change.into_iter().flatten()).collect()
    }

    fn selector(&mut self, path: &str, wanted: &Selector) -> CompiledSelector {
        if wanted.ordinal == Some(0) {
            self.error(
                &under(path, "ordinal"),
                "ordinals count from 1",
                "write 1 for the first",
            );
        }
        let parent = wanted
            .parent
            .as_deref()
            .map(|parent| Box::new(self.selector(&under(path, "parent"), parent)));
        let compiled = CompiledSelector {
            id: wanted.id.clone(),
            role: wanted.role,
            name: self.optional(&under(path, "name"), wanted.name.as_ref()),
            label: self.optional(&under(path, "label"), wanted.label.as_ref()),
            class: self.optional(&under(path, "class"), wanted.class.as_ref()),
            parent,
            ordinal: wanted.ordinal,
        };
        if !compiled.is_described() {
            self.error(
                path,
                "this selector names nothing",
                "give it a `role`, and a `name`, `label`, `id` or `ordinal`",
            );
        }
        compiled
    }

    fn error(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = self.parsed.spans.value(path);
        self.problems
            .push(problem(&self.parsed.place, at, Severity::Error, message, help));
    }
}
