//! `[form.respond]`.

use super::Compiler;
use crate::compiled::{CompiledResponse, CompiledStep, Deed};
use crate::key::parse_key;
use crate::spans::{item, under};
use countersign_model::{
    Awaited, ClickPoint, Edge, KeyName, KeyPress, Method, MethodName, Response, Selector, Step, Wait,
};
use std::time::Duration;

/// How long a condition is waited for when nothing is said.
const USUAL_MS: u32 = 5000;

impl Compiler<'_> {
    pub(super) fn respond(&mut self, path: &str, respond: &Response) -> CompiledResponse {
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
            wait: respond
                .wait
                .as_ref()
                .and_then(|wait| self.wait(&under(path, "wait"), wait)),
            focus: respond
                .focus
                .as_ref()
                .map(|control| self.selector(&under(path, "focus"), control)),
            steps: steps
                .filter_map(|(index, step)| self.step(&item(&under(path, "step"), index), step))
                .collect(),
        }
    }

    pub(super) fn step(&mut self, path: &str, step: &Step) -> Option<CompiledStep> {
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
            Step::Wait(wait) => self.wait(&under(path, "wait"), wait),
            Step::Keys(run) => {
                let key = self.key(&under(&under(path, "keys"), "key"), &run.key);
                key.map(|key| CompiledStep::Keys(key, run.repeat))
            }
            Step::ClickAt(point) => {
                let path = under(&under(path, "click_at"), "control");
                let control = point.control.as_ref().map(|control| self.selector(&path, control));
                let edge = |far| if far { Edge::Far } else { Edge::Near };
                let point = ClickPoint {
                    x: point.x,
                    y: point.y,
                    across: edge(point.from_right),
                    down: edge(point.from_bottom),
                };
                Some(CompiledStep::ClickAt(control, point))
            }
        }
    }

    fn wait(&mut self, path: &str, wait: &Wait) -> Option<CompiledStep> {
        let awaited = match wait {
            Wait::Ms(ms) => return Some(CompiledStep::Pause(Duration::from_millis(u64::from(*ms)))),
            Wait::Control(control) => {
                self.awaited(&under(path, "control"), control);
                Awaited::control(control.clone())
            }
            Wait::Until(watched) => {
                self.awaited(&under(&under(path, "until"), "control"), &watched.control);
                let patience = watched.timeout_ms.unwrap_or(USUAL_MS);
                Awaited {
                    control: watched.control.clone(),
                    is: watched.is,
                    state: watched.state,
                    patience: Duration::from_millis(u64::from(patience)),
                }
            }
        };
        Some(CompiledStep::Await(Box::new(awaited)))
    }

    /// What is waited for is looked up while the answer is carried out, by whatever logon.
    fn awaited(&mut self, path: &str, control: &Selector) {
        let before = self.fields.clone();
        self.selector(path, control);
        if self.fields != before {
            self.fields = before;
            self.error(
                path,
                "a `wait` cannot name fields",
                "describe the control without `{…}`",
            );
        }
    }

    pub(super) fn key(&mut self, path: &str, name: &KeyName) -> Option<KeyPress> {
        parse_key(name)
            .map_err(|wrong| self.error(path, wrong.to_string(), "see docs/formats/template.md, “Keys”"))
            .ok()
    }
}
