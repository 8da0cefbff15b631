//! Lints of `[form.window]`: which window a form is.

use crate::compiled::CompiledForm;
use crate::lint::Report;
use crate::path::PathPattern;
use crate::spans::{item, under};
use crate::unseen::hides_characters;
use countersign_model::{AsksFor, Form, Pattern};
use std::path::Path;

/// Programs that run whatever they are given: alone they identify nothing.
const INTERPRETERS: &[&str] = &[
    "bash",
    "busybox",
    "dash",
    "dotnet",
    "electron",
    "fish",
    "gjs",
    "gjs-console",
    "guile",
    "java",
    "ksh",
    "lua",
    "lua5.4",
    "mono",
    "node",
    "nodejs",
    "perl",
    "perl5.36",
    "php",
    "php8.2",
    "python",
    "python2",
    "python2.7",
    "python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "ruby",
    "ruby3.1",
    "Rscript",
    "sh",
    "tclsh",
    "tclsh8.6",
    "wine",
    "wine64",
    "wine64-preloader",
    "wish",
    "wish8.6",
    "zsh",
];

/// Whether a pattern matches an interpreter.
pub(crate) fn interpreter(pattern: &PathPattern) -> Option<&'static str> {
    if let PathPattern::Literal(path) = pattern {
        let name = path.file_name()?.to_str()?;
        let stem = name
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
            .trim_end_matches('-');
        return INTERPRETERS
            .iter()
            .find(|known| **known == name || **known == stem)
            .copied();
    }
    let folders = ["/usr/bin", "/bin", "/usr/local/bin", "/opt/x/bin"];
    let matched = |name: &&&str| {
        folders
            .iter()
            .any(|folder| pattern.matches(&Path::new(folder).join(name)))
    };
    INTERPRETERS.iter().find(matched).copied()
}

pub(crate) fn window(report: &mut Report<'_>, path: &str, form: &Form, compiled: &CompiledForm) {
    let window = under(path, "window");
    let executables = under(&window, "executable");
    if form.window.executable.is_empty() {
        report.error(
            &executables,
            "no executable is named",
            "write its path, such as `[\"/usr/bin/zenity\"]`",
        );
    }
    if form.window.script.is_empty() {
        for name in compiled.executable.iter().filter_map(interpreter) {
            let message = format!("this matches `{name}`, and so every script it runs");
            report.error(&executables, message, "name the script, jar or package in `script` too");
        }
    }
    if form.asks_for == AsksFor::Parent && form.window.started_by.is_empty() {
        let message = "any program can ask through this prompter and read the answer";
        report.warn(&window, message, "name the programs it may ask for in `started_by`");
    }
    for (index, pattern) in form.window.executable.iter().enumerate() {
        if let Some(why) = anybodys(pattern) {
            let message = format!("`{pattern}` {why}, so any program could take its place");
            report.warn(
                &item(&executables, index),
                message,
                "name the folder where only administrators install",
            );
        }
    }
    standing(report, &window, form);
    let titled = form.window.title.is_some() || !form.window.titles.is_empty();
    let told_apart = titled
        || form.window.class.is_some()
        || form.window.parent.is_some()
        || form.terminal.is_some()
        || !form.require.is_empty()
        || !form.bind.is_empty();
    let inside = form.terminal.is_some() || !form.require.is_empty() || !form.bind.is_empty();
    if titled && !inside && form.kind.takes_logon() {
        let message = "only the title tells this form from the program's other windows, and many titles change or lie";
        let at = if form.window.title.is_some() { "title" } else { "titles" };
        report.warn_without_reason(
            &under(&window, at),
            message,
            "add a `[[form.require]]` or `[form.bind]`; if the application offers no controls, say so in `notes`",
        );
    }
    if !told_apart {
        let message = "nothing tells this form from the program's other windows";
        report.error(&window, message, "add `title`, a `[[form.require]]` or `[form.bind]`");
    }
}

/// What `[form.window]` says beside the program.
fn standing(report: &mut Report<'_>, window: &str, form: &Form) {
    let wanted = &form.window;
    if wanted.visible == Some(true) && wanted.minimised == Some(true) {
        report.error(
            &under(window, "minimised"),
            "an icon is not on the screen, so the form never matches",
            "remove `visible` or `minimised`",
        );
    }
    if wanted
        .parent
        .as_ref()
        .is_some_and(|parent| parent.title.is_none() && parent.class.is_none())
    {
        let help = "give it a `title` or a `class`: `{ title = \"*\" }` for any window";
        report.error(&under(window, "parent"), "this says nothing about the parent", help);
    }
    for (index, name) in wanted.package.iter().enumerate() {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
        if name.len() < 2 || !name.chars().all(fine) {
            report.error(
                &item(&under(window, "package"), index),
                format!("`{name}` cannot be the name of a package"),
                "write it as `dpkg -S /path/of/the/program` does",
            );
        }
    }
    let single = wanted.title.iter().map(|title| (under(window, "title"), title));
    let several = wanted.titles.iter().enumerate();
    let several = several.map(|(index, title)| (item(&under(window, "titles"), index), title));
    for (at, title) in single.chain(several) {
        if hides_characters(&title.0) {
            let message = "this has characters that cannot be seen; windows with such titles are never answered";
            report.error(&at, message, "type it anew, or put `*` in their place");
        }
    }
}

fn anybodys(pattern: &Pattern) -> Option<&'static str> {
    let text = pattern.0.as_str();
    if text.starts_with('*') {
        return Some("matches in every folder");
    }
    let open = ["/tmp/", "/var/tmp/", "/home/", "/dev/shm/", "/run/user/"];
    open.iter()
        .any(|folder| text.starts_with(folder))
        .then_some("is where users write")
}

/// A later form that an earlier one always answers first.
pub(crate) fn unreachable(report: &mut Report<'_>) {
    let forms = &report.parsed.template.form;
    for (index, form) in forms.iter().enumerate() {
        let catches_all = |earlier: &&Form| {
            earlier.kind.is_result() == form.kind.is_result()
                && (!form.kind.is_result() || earlier.kind == form.kind)
                && earlier.priority >= form.priority
                && earlier.window == form.window
                && earlier.terminal == form.terminal
                && earlier.require.iter().all(|require| form.require.contains(require))
                && earlier
                    .bind
                    .iter()
                    .all(|(field, control)| form.bind.get(field) == Some(control))
        };
        if forms.iter().take(index).any(|earlier| catches_all(&earlier)) {
            let message = "this form is never reached: an earlier one matches wherever it does";
            report.warn(&item("form", index), message, "put the form that asks for more first");
        }
    }
}
