//! A template ready to be matched: every pattern compiled once.

use crate::getopt::Getopt;
use crate::path::PathPattern;
use crate::pattern::Text;
use countersign_model::{
    Awaited, ClickPoint, Fallback, FieldName, FileOwner, KeyPress, Method, Presence, Role, StatePattern,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// A form.
#[derive(Debug, Default)]
pub(crate) struct CompiledForm {
    pub(crate) executable: Vec<PathPattern>,
    pub(crate) script: Vec<PathPattern>,
    pub(crate) started_by: Vec<PathPattern>,
    pub(crate) title: Option<Text>,
    /// One of them, if there are any.
    pub(crate) titles: Vec<Text>,
    pub(crate) class: Option<Text>,
    pub(crate) not_class: Vec<Text>,
    pub(crate) parent: Option<CompiledParent>,
    pub(crate) visible: Option<bool>,
    pub(crate) minimised: Option<bool>,
    pub(crate) owner: Vec<FileOwner>,
    pub(crate) loads: Vec<PathPattern>,
    pub(crate) package: Vec<String>,
    pub(crate) terminal: Option<CompiledTerminal>,
    pub(crate) require: Vec<CompiledRequirement>,
    /// In the order of `logon.fields`.
    pub(crate) bind: Vec<(FieldName, CompiledSelector)>,
    pub(crate) respond: Option<CompiledResponse>,
    /// Every field named as `{field}`.
    pub(crate) chooses_by: BTreeSet<FieldName>,
    /// What is typed when nothing is bound, in the order of `logon.fields`.
    pub(crate) typed: Vec<FieldName>,
    pub(crate) submits: Submits,
}

/// Whether an answer ends with submitting the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Submits {
    #[default]
    Yes,
    /// The user does it himself.
    No,
}

/// The window that a form's window belongs to.
#[derive(Debug)]
pub(crate) struct CompiledParent {
    pub(crate) title: Option<Text>,
    pub(crate) class: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct CompiledRequirement {
    pub(crate) control: CompiledSelector,
    pub(crate) is: Presence,
    pub(crate) text: Option<Text>,
    pub(crate) state: StatePattern,
    pub(crate) or: Vec<Self>,
}

#[derive(Debug)]
pub(crate) struct CompiledSelector {
    pub(crate) id: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) name: Option<Text>,
    pub(crate) label: Option<Text>,
    pub(crate) class: Option<Text>,
    pub(crate) parent: Option<Box<Self>>,
    pub(crate) ordinal: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct CompiledTerminal {
    pub(crate) program: Vec<PathPattern>,
    pub(crate) prompt: Option<u32>,
    pub(crate) getopt: Getopt,
    pub(crate) operands: Vec<Text>,
    pub(crate) options: Vec<CompiledOption>,
    pub(crate) forbid: Vec<CompiledForbidden>,
}

#[derive(Debug)]
pub(crate) struct CompiledOption {
    pub(crate) letter: char,
    pub(crate) value: Text,
    pub(crate) default: Option<String>,
}

#[derive(Debug)]
pub(crate) struct CompiledForbidden {
    pub(crate) letter: char,
    pub(crate) value: Option<Text>,
}

#[derive(Debug)]
pub(crate) struct CompiledResponse {
    pub(crate) method: Method,
    pub(crate) fallback: Fallback,
    pub(crate) submit: Option<CompiledSelector>,
    pub(crate) submit_key: Option<KeyPress>,
    pub(crate) wait: Option<CompiledStep>,
    pub(crate) focus: Option<CompiledSelector>,
    pub(crate) steps: Vec<CompiledStep>,
}

#[derive(Debug)]
pub(crate) enum CompiledStep {
    Set(FieldName),
    Type(FieldName),
    Text(String),
    Key(KeyPress),
    Keys(KeyPress, u32),
    ClickAt(Option<CompiledSelector>, ClickPoint),
    On(Deed, CompiledSelector),
    Select(CompiledSelector, Text),
    Pause(Duration),
    Await(Box<Awaited>),
}

/// What is done to a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Click,
    Press,
    Focus,
    Check,
    Uncheck,
    Clear,
}

impl CompiledRequirement {
    /// Whether it names a field of the logon, whatever stands instead of it.
    pub(crate) fn names_fields(&self) -> bool {
        self.control.names_fields() || self.text.as_ref().is_some_and(|text| text.fields().next().is_some())
    }

    /// It, and everything that will do instead.
    pub(crate) fn each(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        Box::new(std::iter::once(self).chain(self.or.iter().flat_map(Self::each)))
    }
}

impl CompiledSelector {
    /// Whether it says anything but an ordinal.
    pub(crate) fn is_described(&self) -> bool {
        self.id.is_some()
            || self.role.is_some()
            || self.name.is_some()
            || self.label.is_some()
            || self.class.is_some()
            || self.parent.is_some()
    }

    /// Whether it names a field of the logon: what it matches then depends on the logon.
    pub(crate) fn names_fields(&self) -> bool {
        let texts = [&self.name, &self.label, &self.class];
        texts.into_iter().flatten().any(|text| text.fields().next().is_some())
            || self.parent.as_deref().is_some_and(Self::names_fields)
    }

    /// How it is written in a template, for people.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        if let Some(role) = self.role {
            parts.push(role_name(role));
        }
        let texts = [("name", &self.name), ("label", &self.label), ("class", &self.class)];
        parts.extend(self.id.iter().map(|id| format!("id `{id}`")));
        parts.extend(
            texts
                .iter()
                .filter_map(|(what, text)| Some(format!("{what} `{}`", text.as_ref()?.source()))),
        );
        parts.extend(
            self.parent
                .iter()
                .map(|parent| format!("inside ({})", parent.describe())),
        );
        parts.extend(self.ordinal.map(|ordinal| format!("number {ordinal}")));
        parts.join(", ")
    }
}

/// A role as templates write it.
pub(crate) fn role_name(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "control".to_owned(),
    }
}

impl CompiledForm {
    /// Every selector of the form.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &CompiledSelector> {
        let steps = self
            .respond
            .iter()
            .flat_map(|respond| &respond.steps)
            .filter_map(|step| match step {
                CompiledStep::On(_, control)
                | CompiledStep::Select(control, _)
                | CompiledStep::ClickAt(Some(control), _) => Some(control),
                _ => None,
            });
        let required = self.require.iter().flat_map(CompiledRequirement::each);
        let required = required.map(|require| &require.control);
        let bound = self.bind.iter().map(|(_, control)| control);
        let submit = self.respond.iter().filter_map(|respond| respond.submit.as_ref());
        let focus = self.respond.iter().filter_map(|respond| respond.focus.as_ref());
        required.chain(bound).chain(submit).chain(focus).chain(steps)
    }
}
