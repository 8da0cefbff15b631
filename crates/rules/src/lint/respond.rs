//! Lints of `[form.respond]`: how a form is answered.

use crate::compiled::CompiledForm;
use crate::lint::{Report, waits};
use crate::spans::{item, under};
use countersign_model::{Fallback, FieldName, Form, FormKind, MethodName, Response, Step};

/// How often one step may press a key.
const MOST_KEYS: u32 = 50;

/// The fields a form writes.
pub(crate) fn written(form: &Form, compiled: &CompiledForm) -> Vec<FieldName> {
    let Some(respond) = &form.respond else {
        return Vec::new();
    };
    match respond.method {
        MethodName::Controls => form.bind.keys().cloned().collect(),
        MethodName::Keys if form.bind.is_empty() => compiled.typed.clone(),
        MethodName::Keys => form.bind.keys().cloned().collect(),
        MethodName::Steps => respond
            .step
            .iter()
            .filter_map(|step| match step {
                Step::Set(field) | Step::Type(field) => Some(field.clone()),
                _ => None,
            })
            .collect(),
    }
}

pub(crate) fn respond(report: &mut Report<'_>, path: &str, form: &Form) {
    let path = under(path, "respond");
    let Some(respond) = &form.respond else {
        if form.kind.takes_logon() {
            report.error(
                &path,
                format!("a `{}` form says how to answer it", form.kind.name()),
                "add `[form.respond]` with `method = \"controls\"`",
            );
        }
        return;
    };
    if form.kind.is_result() || form.kind == FormKind::Ignore {
        let message = format!("`{}` forms are not answered", form.kind.name());
        report.error(&path, message, "remove `[form.respond]`");
        return;
    }
    if form.kind == FormKind::Message {
        message(report, &path, respond);
    }
    submitting(report, &path, respond);
    waits::waits(report, &path, form, respond);
    if respond.focus.is_some() && form.terminal.is_some() {
        report.error(
            &under(&path, "focus"),
            "a terminal has no controls",
            "remove it: keys go to the terminal",
        );
    }
    match respond.method {
        MethodName::Controls if form.terminal.is_some() => {
            report.error(
                &under(&path, "method"),
                "a terminal has no controls",
                "use `method = \"keys\"`",
            );
        }
        MethodName::Controls if form.bind.is_empty() && form.kind != FormKind::Message => {
            report.error(
                &path,
                "`controls` needs `[form.bind]`",
                "say which control holds which field",
            );
        }
        MethodName::Keys if form.terminal.is_none() && !form.bind.is_empty() => {
            let message = "keys, although the controls are known";
            let help = "`controls` is faster and cannot go astray; if the application ignores it, keep `keys` and say so in `notes`";
            report.warn_without_reason(&under(&path, "method"), message, help);
        }
        MethodName::Keys if form.terminal.is_none() => {
            let message = "keys go wherever the focus is inside the window";
            let help = "use `controls` if the application offers its controls; if not, keep it and say why in `notes`";
            report.warn_without_reason(&under(&path, "method"), message, help);
        }
        MethodName::Steps => steps(report, &path, form, respond),
        _ => {}
    }
    if respond.fallback == Fallback::Keys {
        let at = under(&path, "fallback");
        if respond.method == MethodName::Controls {
            let message = "falling back to keys can leak what is typed when the focus changes";
            report.warn(
                &at,
                message,
                "leave it out unless the application cannot be filled otherwise",
            );
        } else {
            report.error(&at, "only `controls` can fall back to keys", "remove `fallback`");
        }
    }
}

/// A message is answered whoever is logged on, so nothing of a logon can be in the answer.
fn message(report: &mut Report<'_>, path: &str, respond: &Response) {
    let writes = |step: &Step| matches!(step, Step::Set(_) | Step::Type(_));
    for (index, _) in respond.step.iter().enumerate().filter(|(_, step)| writes(step)) {
        report.error(
            &item(&under(path, "step"), index),
            "a message is answered without any field",
            "make the form `custom`, or remove the step",
        );
    }
}

fn submitting(report: &mut Report<'_>, path: &str, respond: &Response) {
    let ways = usize::from(respond.submit.is_some()) + usize::from(respond.submit_key.is_some());
    match (respond.method, ways) {
        (MethodName::Controls, 0) => {
            let help = "add `submit` (a button) or `submit_key` (such as \"Return\")";
            report.error(path, "nothing submits the form", help);
        }
        (MethodName::Controls | MethodName::Keys, 2) => {
            report.error(
                path,
                "there are two ways to submit",
                "keep `submit` or `submit_key`, not both",
            );
        }
        (MethodName::Steps, 1..) => {
            report.error(
                path,
                "steps submit by a step of their own",
                "make `submit` or `submit_key` the last step",
            );
        }
        _ => {}
    }
    if respond.method != MethodName::Steps && !respond.step.is_empty() {
        report.error(
            &item(&under(path, "step"), 0),
            "this step is never run",
            "write `method = \"steps\"`, or remove the steps",
        );
    }
}

fn steps(report: &mut Report<'_>, path: &str, form: &Form, respond: &Response) {
    let list = under(path, "step");
    if respond.step.is_empty() {
        report.error(path, "`steps` needs steps", "add `[[form.respond.step]]`");
    }
    for (index, step) in respond.step.iter().enumerate() {
        let at = item(&list, index);
        match step {
            Step::Set(field) | Step::Type(field) => field_step(report, &at, form, step, field),
            Step::Keys(run) if !(1..=MOST_KEYS).contains(&run.repeat) => {
                let help = format!("write 1 to {MOST_KEYS}");
                report.error(&at, format!("a key is not pressed {} times", run.repeat), help);
            }
            Step::Text(text) if text.is_empty() => report.error(&at, "there is no text to type", "remove the step"),
            Step::Key(_) | Step::Keys(_) | Step::Text(_) | Step::Wait(_) => {}
            _ if form.terminal.is_some() => {
                report.error(
                    &at,
                    "a terminal has no controls",
                    "use `type`, `text`, `key` and `wait = { ms = … }`",
                );
            }
            _ => {}
        }
    }
    let sends = |step: &Step| {
        matches!(
            step,
            Step::Key(_) | Step::Keys(_) | Step::Press(_) | Step::Click(_) | Step::ClickAt(_)
        )
    };
    let writes = |step: &Step| matches!(step, Step::Set(_) | Step::Type(_));
    let last_write = respond.step.iter().rposition(writes);
    let last_send = respond.step.iter().rposition(sends);
    if last_write.is_some() && last_send < last_write {
        report.warn(
            &list,
            "no step submits what was written",
            "end with `press`, `click` or `key`",
        );
    }
}

fn field_step(report: &mut Report<'_>, at: &str, form: &Form, step: &Step, field: &FieldName) {
    if !crate::lint::writable(report, form).contains(field) {
        report.error(
            at,
            format!("`{field}` is not a field of this logon"),
            "add it to `logon.fields`",
        );
    } else if matches!(step, Step::Set(_)) && !form.bind.contains_key(field) {
        report.error(
            at,
            format!("`{field}` is not bound to a control"),
            format!("add `{field}` to `[form.bind]`"),
        );
    }
}
