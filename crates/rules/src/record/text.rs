//! A draft as TOML, the way a person would write it.

use super::fields::{Answer, Draft};
use super::personal::Personal;
use super::{Scene, command};
use countersign_model::{CHANGE_FIELDS, FormKind, ProcessIdentity, Role, Selector, TemplateId};
use std::path::Path;
use toml::Value;

/// What it is called.
pub(super) struct Head<'a> {
    pub(super) id: &'a TemplateId,
    pub(super) name: &'a str,
}

/// Writes the template.
pub(super) fn template(head: &Head<'_>, scene: Scene<'_>, draft: &Draft, personal: &Personal) -> String {
    let mut lines = vec![
        "#:schema ./template.schema.json".to_owned(),
        format!("# {}: a draft; see to what `template record` said of it.", head.name),
        String::new(),
        "schema = 1".to_owned(),
        format!("id = {}", quoted(head.id.as_str())),
        format!("name = {}", quoted(head.name)),
    ];
    if draft.answer == Answer::Typed {
        lines.push("notes = \"The window shows no controls.\"".to_owned());
    }
    lines.push(String::new());
    lines.extend(logon(draft));
    lines.push("[[form]]".to_owned());
    lines.push(format!("kind = {}", quoted(draft.kind.name())));
    let process = scene.window.process.as_ref().ok();
    let prompter = process.filter(|process| is_prompter(process));
    if prompter.is_some() {
        lines.push("asks_for = \"parent\"".to_owned());
    }
    lines.push(String::new());
    lines.extend(window(scene, draft, personal));
    if let Some(terminal) = scene.terminal {
        lines.extend(command::form(terminal, personal));
    }
    if draft.answer == Answer::Controls {
        lines.push("[form.bind]".to_owned());
        for field in draft.fields() {
            if let Some(choice) = draft.choice(field) {
                lines.push(format!("{field} = {}", selector(&choice.selector)));
            }
        }
        lines.push(String::new());
    }
    lines.extend(respond(draft));
    lines.push(String::new());
    lines.join("\n")
}

fn logon(draft: &Draft) -> Vec<String> {
    // What forms that ask for a new password bind is none of the logon's own fields.
    let mut own = draft.fields();
    if draft.kind == FormKind::Change {
        own.retain(|field| !CHANGE_FIELDS.contains(field));
        own.push("password");
    }
    let named: Vec<String> = own.iter().map(|field| quoted(field)).collect();
    let mut lines = vec![
        "[logon]".to_owned(),
        format!("fields = [{}]", named.join(", ")),
        String::new(),
    ];
    for field in own.iter().filter(|field| !matches!(**field, "username" | "password")) {
        let choice = draft.choice(field);
        let is_secret = choice.is_none_or(|choice| choice.selector.role == Some(Role::PasswordText));
        lines.push(format!("[logon.field.{field}]"));
        if let Some(label) = choice.and_then(|choice| choice.selector.label.as_ref()) {
            let label = label.0.trim_end_matches([':', ' ', '*']);
            lines.push(format!("label = {}", quoted(label)));
        }
        lines.push(format!("kind = \"{}\"", if is_secret { "secret" } else { "plain" }));
        lines.push(String::new());
    }
    lines
}

fn window(scene: Scene<'_>, draft: &Draft, personal: &Personal) -> Vec<String> {
    let facts = scene.window;
    let mut lines = vec!["[form.window]".to_owned()];
    if let Ok(process) = &facts.process {
        lines.push(format!("executable = [{}]", path(personal, &process.executable)));
        if let Some(script) = &process.script {
            lines.push(format!("script = [{}]", path(personal, script)));
        }
        if let Some(asker) = process.started_by.as_ref().filter(|_| is_prompter(process)) {
            lines.push(format!("started_by = [{}]", path(personal, asker)));
        }
    }
    // A terminal's title is whatever the program in it says.
    if !facts.title.trim().is_empty() && draft.answer != Answer::Terminal {
        lines.push(format!("title = {}", quoted(&personal.pattern(&facts.title))));
    }
    if !facts.class.trim().is_empty() {
        lines.push(format!("class = {}", quoted(&personal.pattern(&facts.class))));
    }
    lines.push(String::new());
    lines
}

fn respond(draft: &Draft) -> Vec<String> {
    let submit = draft.choice("submit");
    let mut lines = vec!["[form.respond]".to_owned()];
    match draft.answer {
        Answer::Controls => {
            lines.push("method = \"controls\"".to_owned());
            lines.push(match submit {
                Some(choice) => format!("submit = {}", selector(&choice.selector)),
                None => "submit_key = \"Return\"".to_owned(),
            });
        }
        Answer::Terminal => lines.push("method = \"keys\" # terminals offer no controls".to_owned()),
        Answer::Typed => {
            lines.push("method = \"steps\"".to_owned());
            for step in ["type = \"password\"", "key = \"Return\""] {
                lines.extend(["[[form.respond.step]]".to_owned(), step.to_owned()]);
            }
        }
    }
    lines
}

/// A program that asks on behalf of the one that started it.
fn is_prompter(process: &ProcessIdentity) -> bool {
    let name = process.executable.file_name().unwrap_or_default().to_string_lossy();
    process.started_by.is_some() && (name.contains("askpass") || name.contains("pinentry"))
}

/// A selector as an inline table.
pub(super) fn selector(selector: &Selector) -> String {
    let mut parts = Vec::new();
    let mut part = |key: &str, value: String| parts.push(format!("{key} = {value}"));
    if let Some(id) = &selector.id {
        part("id", quoted(id));
    }
    if let Some(role) = selector.role {
        part("role", quoted(&crate::compiled::role_name(role)));
    }
    let patterns = [
        ("name", &selector.name),
        ("label", &selector.label),
        ("class", &selector.class),
    ];
    for (key, pattern) in patterns {
        if let Some(pattern) = pattern {
            part(key, quoted(&pattern.0));
        }
    }
    if let Some(parent) = &selector.parent {
        part("parent", self::selector(parent));
    }
    if let Some(ordinal) = selector.ordinal {
        part("ordinal", ordinal.to_string());
    }
    format!("{{ {} }}", parts.join(", "))
}

pub(super) fn path(personal: &Personal, file: &Path) -> String {
    quoted(&personal.path(&file.to_string_lossy()))
}

pub(super) fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
