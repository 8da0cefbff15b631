//! Lints of waiting: how long, and for what can never come.

use super::Report;
use super::selectors::covers;
use crate::spans::{item, under};
use countersign_model::{Form, Presence, Response, Selector, Step, Wait, Watchpoint};

/// The longest pause of one step, in milliseconds.
const LONGEST_PAUSE: u32 = 5000;
/// The longest wait for a condition.
const LONGEST_WAIT: u32 = 30_000;
/// How long an answer may wait altogether.
const ALTOGETHER: u32 = 60_000;

pub(super) fn waits(report: &mut Report<'_>, path: &str, form: &Form, respond: &Response) {
    let mut all: Vec<(String, &Wait, usize)> = Vec::new();
    all.extend(respond.wait.as_ref().map(|wait| (under(path, "wait"), wait, 0)));
    for (index, step) in respond.step.iter().enumerate() {
        if let Step::Wait(wait) = step {
            all.push((item(&under(path, "step"), index), wait, index + 1));
        }
    }
    let mut altogether = 0_u32;
    for (at, wait, next) in &all {
        altogether = altogether.saturating_add(longest(wait));
        match wait {
            Wait::Ms(ms) if *ms > LONGEST_PAUSE => {
                report.error(
                    at,
                    format!("{ms} ms is too long to wait"),
                    "wait for a control, or 5000 ms at most",
                );
            }
            Wait::Until(watched) if longest(wait) > LONGEST_WAIT || watched.timeout_ms == Some(0) => {
                report.error(
                    &under(at, "timeout_ms"),
                    "a condition is waited for 1 to 30000 ms",
                    "write such a number",
                );
            }
            _ => {}
        }
        let controls = !matches!(wait, Wait::Ms(_));
        if controls && form.terminal.is_some() {
            report.error(
                at,
                "a terminal has no controls",
                "wait so many milliseconds: `{ ms = … }`",
            );
        }
        if let Wait::Until(watched) = wait {
            cycle(report, at, watched, form, respond, *next);
        }
    }
    if altogether > ALTOGETHER {
        let message = format!("the answer may wait {altogether} ms altogether; {ALTOGETHER} are the most");
        report.error(path, message, "wait less");
    }
}

fn longest(wait: &Wait) -> u32 {
    match wait {
        Wait::Ms(ms) => *ms,
        Wait::Control(_) => 5000,
        Wait::Until(watched) => watched.timeout_ms.unwrap_or(5000),
    }
}

/// A wait that goes round in a circle: for what only a step behind it brings about, or for the end of what a step behind it needs.
fn cycle(report: &mut Report<'_>, at: &str, watched: &Watchpoint, form: &Form, respond: &Response, next: usize) {
    let later = respond.step.iter().skip(next);
    let mut earlier = respond.step.iter().take(next);
    let behind: Vec<&Selector> = later.clone().filter_map(|step| control_of(step, form)).collect();
    let submit = respond.submit.iter();
    let needs = |wanted: &Selector| {
        behind
            .iter()
            .copied()
            .chain(submit.clone())
            .any(|control| covers(wanted, control))
    };
    if watched.is == Presence::Absent && needs(&watched.control) {
        report.error(
            at,
            "this waits until a control is gone that a later step needs",
            "put the step before the wait, or wait for something else",
        );
    }
    let switches = |step: &Step, on: bool| match step {
        Step::Check(control) => on && covers(&watched.control, control),
        Step::Uncheck(control) => !on && covers(&watched.control, control),
        _ => false,
    };
    if watched.is == Presence::Present
        && let Some(on) = watched.state.checked
        && later.clone().any(|step| switches(step, on))
        && !earlier.any(|step| switches(step, on))
    {
        report.error(
            at,
            "this waits for what only a later step brings about",
            "put that step before the wait",
        );
    }
    let focuses = |step: &Step| matches!(step, Step::Focus(control) if covers(&watched.control, control));
    if watched.is == Presence::Present && watched.state.focused == Some(true) && later.clone().any(focuses) {
        let before = respond.step.iter().take(next).any(focuses) || respond.focus.as_ref() == Some(&watched.control);
        if !before {
            report.error(
                at,
                "this waits for the focus that only a later step gives",
                "put that step before the wait",
            );
        }
    }
}

fn control_of<'a>(step: &'a Step, form: &'a Form) -> Option<&'a Selector> {
    match step {
        Step::Set(field) | Step::Type(field) => form.bind.get(field),
        Step::Click(control)
        | Step::Press(control)
        | Step::Focus(control)
        | Step::Check(control)
        | Step::Uncheck(control)
        | Step::Clear(control) => Some(control),
        Step::Select(selection) => Some(&selection.control),
        Step::ClickAt(point) => point.control.as_ref(),
        Step::Text(_) | Step::Key(_) | Step::Keys(_) | Step::Wait(_) => None,
    }
}
