//! Lints of selectors: which of them contradict each other, match too much, or will not last; and where secrets go.

use super::Report;
use crate::spans::{item, under};
use countersign_model::{FieldKind, Form, Presence, Requirement, Role, Selector, StatePattern};

pub(super) fn selectors(report: &mut Report<'_>, path: &str, form: &Form) {
    contradictions(report, path, form);
    let bind = under(path, "bind");
    for (name, control) in &form.bind {
        let at = under(&bind, name.as_str());
        lasting(report, &at, control);
        let shown = matches!(control.role, Some(Role::Text | Role::Entry));
        let spec = report.parsed.template.logon.spec(name);
        let secret = report.parsed.template.logon.kind(name) == FieldKind::Secret;
        if shown && secret && spec.totp.is_none() && spec.mask.unwrap_or(true) {
            let message = format!("`{name}` is secret and goes into a field that shows what is in it");
            let help = "use a `password-text`; if the application has none, write `mask = false` for the field, or make it plain";
            report.warn(&at, message, help);
        }
        let other = form
            .bind
            .iter()
            .find(|(other, wanted)| *other != name && covers(control, wanted));
        if let Some((other, wanted)) = other {
            let (message, help) = if control == wanted {
                (
                    format!("`{name}` and `{other}` are bound to the same control"),
                    "say which of the controls each is",
                )
            } else {
                (
                    format!("this also matches the control of `{other}`, and so never only one"),
                    "say more: an `id`, a `label`, a `name` or an `ordinal`",
                )
            };
            report.error(&at, message, help);
        }
    }
    for (index, require) in form.require.iter().enumerate() {
        lasting(
            report,
            &under(&item(&under(path, "require"), index), "control"),
            &require.control,
        );
    }
}

/// What can never hold: a control that must be there and must not.
fn contradictions(report: &mut Report<'_>, path: &str, form: &Form) {
    for (index, require) in form.require.iter().enumerate() {
        let opposite = |other: &Requirement| {
            other.is != require.is
                && other.control == require.control
                && other.text == require.text
                && other.state == require.state
                && other.or.is_empty()
                && require.or.is_empty()
        };
        let at = item(&under(path, "require"), index);
        if form.require.iter().take(index).any(opposite) {
            report.error(
                &at,
                "an earlier condition wants the opposite, so the form never matches",
                "remove one of them",
            );
        }
        let plain = require.text.is_none() && require.state == StatePattern::default() && require.or.is_empty();
        let bound = form.bind.values().find(|control| covers(&require.control, control));
        if require.is == Presence::Absent && plain && bound.is_some() {
            report.error(
                &at,
                "a bound control is always such a one, so the form never matches",
                "say more about the control that must not be there",
            );
        }
    }
}

/// Whether every control that `other` names is one that `wanted` names, as far as that can be read off them.
pub(super) fn covers(wanted: &Selector, other: &Selector) -> bool {
    fn same<T: PartialEq>(wanted: &Option<T>, other: &Option<T>) -> bool {
        wanted.is_none() || wanted == other
    }
    (wanted.ordinal.is_none() || wanted == other)
        && same(&wanted.id, &other.id)
        && same(&wanted.role, &other.role)
        && same(&wanted.name, &other.name)
        && same(&wanted.label, &other.label)
        && same(&wanted.class, &other.class)
        && same(&wanted.parent, &other.parent)
}

/// What will not be the same tomorrow.
fn lasting(report: &mut Report<'_>, path: &str, control: &Selector) {
    if control.ordinal.is_some() && control.role.is_none() && control.class.is_none() {
        report.warn(
            &under(path, "ordinal"),
            "every control counts here, also those that the next version adds",
            "add the `role`, so that only such controls count",
        );
    }
    if control.id.as_deref().is_some_and(looks_made) {
        report.warn(
            &under(path, "id"),
            "this id looks as if it were made anew at each start",
            "use `label` or `name`, or `ordinal` with a `role`",
        );
    }
    if let Some(parent) = &control.parent {
        lasting(report, &under(path, "parent"), parent);
    }
}

/// Addresses, counters and hashes: six digits in a row, or eight hexadecimal ones of which some are digits and some letters.
pub(crate) fn looks_made(id: &str) -> bool {
    let run = |of: fn(char) -> bool| {
        let runs = id.split(move |c: char| !of(c));
        runs.map(str::to_owned)
    };
    let digits = run(|c| c.is_ascii_digit()).any(|run| run.len() >= 6);
    let mixed = |run: &String| {
        run.len() >= 8 && run.contains(|c: char| c.is_ascii_digit()) && run.contains(|c: char| c.is_ascii_alphabetic())
    };
    digits || run(|c| c.is_ascii_hexdigit()).any(|run| mixed(&run))
}
