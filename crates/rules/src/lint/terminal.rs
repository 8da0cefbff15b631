//! Lints of `[form.terminal]`: who may ask in a terminal.

use crate::compiled::{CompiledForm, CompiledTerminal};
use crate::lint::Report;
use crate::lint::window::interpreter;
use crate::spans::under;
use countersign_model::{Form, MethodName, TerminalSpec};

pub(crate) fn terminal(
    report: &mut Report<'_>,
    path: &str,
    form: &Form,
    spec: &TerminalSpec,
    compiled: &CompiledTerminal,
    form_compiled: &CompiledForm,
) {
    let at = under(path, "terminal");
    if spec.program.is_empty() {
        report.error(
            &at,
            "no program is named that may ask",
            "write `program = [\"/usr/bin/ssh\"]`",
        );
    }
    for name in compiled.program.iter().filter_map(interpreter) {
        let message = format!("this matches `{name}`, and so every script it runs");
        report.error(
            &under(&at, "program"),
            message,
            "name the program that reads the password",
        );
    }
    if !form.require.is_empty() || !form.bind.is_empty() {
        report.error(
            path,
            "a terminal has no controls",
            "remove `require` and `bind`, or `[form.terminal]`",
        );
    }
    if spec.operands.is_empty() && spec.options.is_empty() {
        let message = "whatever the program is started for, it gets the password";
        report.warn(
            &at,
            message,
            "say in `operands` and `options` what it is started for, with `{field}`",
        );
    }
    for letter in spec
        .defaults
        .keys()
        .filter(|letter| !spec.options.contains_key(*letter))
    {
        let path = under(&under(&at, "defaults"), letter);
        report.warn(
            &path,
            format!("the default of `-{letter}` is not used"),
            "add it to `options`, or remove it",
        );
    }
    let keys = form
        .respond
        .as_ref()
        .is_some_and(|respond| respond.method == MethodName::Keys);
    if keys && form_compiled.typed.len() != 1 {
        let message = format!(
            "a terminal prompt takes one secret, but {} would be typed",
            form_compiled.typed.len()
        );
        report.error(
            &under(path, "respond"),
            message,
            "keep one secret field, or use `method = \"steps\"` with a `type` step",
        );
    }
}
