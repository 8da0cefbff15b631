//! Compiles a template's patterns, and says which of them mean nothing.

use crate::compiled::{
    CompiledForbidden, CompiledForm, CompiledOption, CompiledRequirement, CompiledResponse, CompiledSelector,
    CompiledStep, CompiledTerminal, Deed,
};
use crate::getopt::Getopt;
use crate::key::parse_key;
use crate::parse::ParsedTemplate;
use crate::path::{PathPattern, PathProblem};
use crate::pattern::{PatternProblem, Text};
use crate::problem::{Problem, Severity, problem};
use crate::spans::{Spans, item, under};
use countersign_model::{
    FieldKind, FieldName, Form, KeyName, KeyPress, Method, MethodName, Pattern, Response, Selector, Step, Template,
    TerminalSpec, Wait,
};
use std::collections::BTreeSet;
use std::time::Duration;

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
            ..CompiledForm::default()
        };
        compiled.terminal = form
            .terminal
            .as_ref()
            .map(|spec| self.terminal(&under(path, "terminal"), spec));
        for (index, require) in form.require.iter().enumerate() {
            let path = item(&under(path, "require"), index);
            let control = self.selector(&under(&path, "control"), &require.control);
            let text = self.optional(&under(&path, "text"), require.text.as_ref());
            compiled.require.push(CompiledRequirement {
                control,
                is: require.is,
                text,
            });
        }
        let order = |name: &FieldName| self.parsed.template.logon.fields.iter().position(|field| field == name);
        let mut bound: Vec<_> = form.bind.iter().collect();
        bound.sort_by_key(|(name, _)| order(name));
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
        compiled
    }

    /// Fields that say where (a host in `{host}`) are not typed; a terminal prompt takes only a secret.
    fn typed(&self, form: &Form, placeholders: &BTreeSet<FieldName>) -> Vec<FieldName> {
        let logon = &self.parsed.template.logon;
        let typed = |name: &&FieldName| {
            !placeholders.contains(*name) && (form.terminal.is_none() || logon.kind(name) == FieldKind::Secret)
        };
        logon.fields.iter().filter(typed).cloned().collect()
    }

    fn terminal(&mut self, path: &str, spec: &TerminalSpec) -> CompiledTerminal {
        let getopt = Getopt::new(&spec.getopt).unwrap_or_else(|wrong| {
            let message = format!("`{wrong}` cannot stand there in a getopt text");
            self.error(
                &under(path, "getopt"),
                message,
                "write each option letter once, with `:` after those that take a value",
            );
            Getopt::default()
        });
        let mut options = Vec::new();
        for (letter, pattern) in &spec.options {
            let path = under(&under(path, "options"), letter);
            let Some(letter) = self.letter(&path, letter) else {
                continue;
            };
            if getopt.knows(letter) && !getopt.takes_value(letter) {
                self.error(
                    &path,
                    format!("`-{letter}` takes no value"),
                    "use `forbid`, or write `:` after it in `getopt`",
                );
            }
            let default = spec.defaults.get(&letter.to_string()).cloned();
            options.extend(
                self.text(&path, pattern)
                    .map(|value| CompiledOption { letter, value, default }),
            );
        }
        let mut forbid = Vec::new();
        for (index, text) in spec.forbid.iter().enumerate() {
            let path = item(&under(path, "forbid"), index);
            let (letter, value) = match text.split_once('=') {
                Some((letter, value)) => (letter, Some(Pattern::from(value))),
                None => (text.as_str(), None),
            };
            let Some(letter) = self.letter(&path, letter) else {
                continue;
            };
            let value = self.optional(&path, value.as_ref());
            forbid.push(CompiledForbidden { letter, value });
        }
        for forbidden in &forbid {
            if !getopt.knows(forbidden.letter) {
                let message = format!("`getopt` does not know `-{}`", forbidden.letter);
                self.error(&under(path, "forbid"), message, "add the letter to `getopt`");
            }
        }
        for option in &options {
            if !getopt.knows(option.letter) {
                let message = format!("`getopt` does not know `-{}`", option.letter);
                self.error(
                    &under(path, "options"),
                    message,
                    "add the letter to `getopt`, with `:` after it",
                );
            }
        }
        let operands = spec.operands.iter().enumerate();
        let operands = operands
            .filter_map(|(n, one)| self.text(&item(&under(path, "operands"), n), one))
            .collect();
        CompiledTerminal {
            program: self.paths(&under(path, "program"), &spec.program),
            getopt,
            operands,
            options,
            forbid,
        }
    }

    fn letter(&mut self, path: &str, text: &str) -> Option<char> {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(letter), None) if letter.is_ascii_alphanumeric() => Some(letter),
            _ => {
                self.error(
                    path,
                    format!("`{text}` is not the letter of an option"),
                    "write one letter without `-`",
                );
                None
            }
        }
    }

    fn respond(&mut self, path: &str, respond: &Response) -> CompiledResponse {
        let steps = respond.step.iter().enumerate();
        CompiledResponse {
            method: match respond.method {
                MethodName::Controls => Method::Controls,
                MethodName::Keys => Method::Keys,
                MethodName::Steps => Method::Steps,
            },
            fallback: respond.fallback,
            submit: respond
                .submit
                .as_ref()
                .map(|control| self.selector(&under(path, "submit"), control)),
            submit_key: respond
                .submit_key
                .as_ref()
                .and_then(|key| self.key(&under(path, "submit_key"), key)),
            steps: steps
                .filter_map(|(index, step)| self.step(&item(&under(path, "step"), index), step))
                .collect(),
        }
    }

    fn step(&mut self, path: &str, step: &Step) -> Option<CompiledStep> {
        let mut on = |deed, key, control| Some(CompiledStep::On(deed, self.selector(&under(path, key), control)));
        match step {
            Step::Set(field) => Some(CompiledStep::Set(field.clone())),
            Step::Type(field) => Some(CompiledStep::Type(field.clone())),
            Step::Text(text) => Some(CompiledStep::Text(text.clone())),
            Step::Key(key) => self.key(&under(path, "key"), key).map(CompiledStep::Key),
            Step::Click(control) => on(Deed::Click, "click", control),
            Step::Press(control) => on(Deed::Press, "press", control),
            Step::Focus(control) => on(Deed::Focus, "focus", control),
            Step::Check(control) => on(Deed::Check, "check", control),
            Step::Uncheck(control) => on(Deed::Uncheck, "uncheck", control),
            Step::Clear(control) => on(Deed::Clear, "clear", control),
            Step::Select(selection) => {
                let path = under(path, "select");
                let control = self.selector(&under(&path, "control"), &selection.control);
                self.text(&under(&path, "item"), &selection.item)
                    .map(|item| CompiledStep::Select(control, item))
            }
            Step::Wait(Wait::Ms(ms)) => Some(CompiledStep::Pause(Duration::from_millis(u64::from(*ms)))),
            Step::Wait(Wait::Control(control)) => {
                let path = under(&under(path, "wait"), "control");
                let before = self.fields.clone();
                self.selector(&path, control);
                if self.fields != before {
                    self.fields = before;
                    self.error(
                        &path,
                        "a `wait` cannot name fields",
                        "describe the control without `{…}`",
                    );
                }
                Some(CompiledStep::Await(control.clone()))
            }
        }
    }

    fn key(&mut self, path: &str, name: &KeyName) -> Option<KeyPress> {
        parse_key(name)
            .map_err(|wrong| self.error(path, wrong.to_string(), "see docs/formats/template.md, “Keys”"))
            .ok()
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

    fn optional(&mut self, path: &str, pattern: Option<&Pattern>) -> Option<Text> {
        pattern.and_then(|pattern| self.text(path, pattern))
    }

    fn text(&mut self, path: &str, pattern: &Pattern) -> Option<Text> {
        match Text::new(pattern).and_then(|text| self.checked(text, Text::check)) {
            Ok(text) => {
                for name in text.fields() {
                    self.placeholder(path, name);
                }
                self.fields.extend(text.fields().cloned());
                Some(text)
            }
            Err(wrong) => {
                let help = match wrong {
                    PatternProblem::Empty => "write the text, or leave the key out",
                    PatternProblem::Regex(_) => "mend it, or write a glob without the slashes",
                };
                self.error(path, wrong.to_string(), help);
                None
            }
        }
    }

    fn checked<T, E>(&self, pattern: T, check: impl FnOnce(&T) -> Result<(), E>) -> Result<T, E> {
        if self.patterns == Patterns::Unknown {
            check(&pattern)?;
        }
        Ok(pattern)
    }

    fn placeholder(&mut self, path: &str, name: &FieldName) {
        let logon = &self.parsed.template.logon;
        if !logon.fields.contains(name) {
            let message = format!("`{{{name}}}` is not a field of this logon");
            self.error(
                path,
                message,
                format!("add `{name}` to `logon.fields`, or write `\\{{` for a brace"),
            );
        } else if logon.kind(name) == FieldKind::Secret {
            let message = format!("`{{{name}}}` is a secret field: secrets never take part in matching");
            let help = format!("make it plain with `[logon.field.{name}] kind = \"plain\"`, if it may be shown");
            self.error(path, message, help);
        }
    }

    fn paths(&mut self, path: &str, patterns: &[Pattern]) -> Vec<PathPattern> {
        let mut found = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match PathPattern::new(pattern).and_then(|path| self.checked(path, PathPattern::check)) {
                Ok(compiled) => found.push(compiled),
                Err(wrong) => {
                    let help = match &wrong {
                        PathProblem::Relative(name) => format!("write where it is, such as `/usr/bin/{name}`"),
                        PathProblem::Folder(_) => "add the program's name, or `*` for all in it".to_owned(),
                        PathProblem::Long => format!("write at most {} bytes", crate::path::LONGEST),
                        PathProblem::Empty => "write the program's path".to_owned(),
                        PathProblem::Glob { .. } => "mend it: `*`, `?`, `[…]`, `{a,b}` and `**` are known".to_owned(),
                    };
                    self.error(&item(path, index), wrong.to_string(), help);
                }
            }
        }
        found
    }

    fn error(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = self.parsed.spans.value(path);
        self.problems
            .push(problem(&self.parsed.place, at, Severity::Error, message, help));
    }
}
