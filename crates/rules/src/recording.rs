//! The format of fixtures: facts of a window as they were recorded, short to write and easy to read.

use countersign_model::{
    ControlFacts, ControlToken, ControlTree, Coverage, Extents, FieldName, FileOwner, FormKind, Lineage, ParentWindow,
    ProcessIdentity, Role, Stance, States, TerminalFacts, WindowFacts, WindowId, Writable,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A recorded window and what a template must make of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it is a recording of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What the template must make of it.
    pub expect: Expected,
    /// The plain fields of a logon; without them `{field}` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon: Option<BTreeMap<FieldName, String>>,
    /// The window.
    pub window: Window,
    /// The terminal in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Terminal>,
    /// How much of the window the controls are.
    #[serde(default = "complete", skip_serializing_if = "is_complete")]
    pub coverage: Coverage,
    /// What the toolkit calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolkit: Option<String>,
    /// Its controls, counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<Control>,
}

fn complete() -> Coverage {
    Coverage::Complete
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls it with")]
fn is_complete(coverage: &Coverage) -> bool {
    *coverage == Coverage::Complete
}

/// What a template must make of a window (`[expect]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The kind of form it is, or `none`.
    pub form: Form,
    /// Which form of the template, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The control each field is bound to, by its count from 0.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bind: BTreeMap<FieldName, usize>,
    /// With `form = "none"`: the condition that must fail, such as `title` or `require 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
    /// The steps of the answer, as `template explain` writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<String>>,
}

/// The kind of form that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// This kind.
    Kind(FormKind),
    /// No form matches.
    None,
}

impl Serialize for Form {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kind(kind) => kind.serialize(to),
            Self::None => to.serialize_str("none"),
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        if word == "none" {
            return Ok(Self::None);
        }
        let kind = FormKind::deserialize(serde::de::value::StrDeserializer::<D::Error>::new(&word));
        kind.map(Self::Kind).map_err(|_| {
            let text = format!("`{word}` is not a form; write a kind, such as logon or logon-failed, or none");
            serde::de::Error::custom(text)
        })
    }
}

/// A recorded window (`[window]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The program.
    pub executable: PathBuf,
    /// The script it runs, if it is an interpreter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<PathBuf>,
    /// The program that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<PathBuf>,
    /// The title.
    #[serde(default)]
    pub title: String,
    /// The window class.
    #[serde(default)]
    pub class: String,
    /// The instance name.
    #[serde(default)]
    pub instance: String,
    /// It is not mapped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// It is an icon.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub minimised: bool,
    /// The window it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentWindow>,
    /// Whose file the executable is; root's, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<FileOwner>,
    /// The package of the executable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// A file with code that is loaded into it although the user may change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loads: Option<PathBuf>,
}

/// A recorded terminal (`[terminal]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The foreground program.
    pub program: PathBuf,
    /// Its arguments, program name first.
    pub arguments: Vec<String>,
    /// How many more processes of the program are in the foreground.
    #[serde(default)]
    pub siblings: u32,
    /// The terminal shows what is typed.
    pub echo: bool,
    /// The terminal hands over whole lines.
    pub canonical: bool,
    /// The program sleeps reading its terminal, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<bool>,
    /// Which of its prompts it shows, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<u32>,
}

/// A recorded control (`[[control]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its role.
    pub role: Role,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Its text. Never of an editable control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its states.
    #[serde(default)]
    pub states: Vec<State>,
    /// Its place: x, y, width, height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[i32; 4]>,
    /// Its parent, by its count from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<usize>,
}

/// A state of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It reacts to input.
    Enabled,
    /// It is on the screen.
    Showing,
    /// Its text may be changed.
    Editable,
    /// It has the focus.
    Focused,
    /// It is switched on.
    Checked,
    /// It takes several lines.
    Multiline,
}

/// Any process will do: fixtures have none.
const NOBODY: Lineage = Lineage { pid: 1, started: 0 };

impl Fixture {
    /// The window as the desktop would give it.
    #[must_use]
    pub fn window_facts(&self) -> WindowFacts {
        let window = &self.window;
        WindowFacts {
            id: WindowId(1),
            process: Ok(ProcessIdentity {
                script: window.script.clone(),
                started_by: window.started_by.clone(),
                owner: window.owner.unwrap_or(FileOwner::Root),
                package: window.package.clone(),
                foreign: window.loads.clone(),
                ..identity(window.executable.clone())
            }),
            title: window.title.clone(),
            class: window.class.clone(),
            instance: window.instance.clone(),
            stance: Stance {
                visible: !window.hidden,
                minimised: window.minimised,
                parent: window.parent.clone(),
            },
        }
    }

    /// The controls as the desktop would give them; `None` if none were recorded.
    #[must_use]
    pub fn tree(&self) -> Option<ControlTree> {
        if self.control.is_empty() && self.terminal.is_some() {
            return None;
        }
        let controls = self
            .control
            .iter()
            .enumerate()
            .map(|(index, control)| control.facts(index))
            .collect();
        Some(ControlTree {
            controls,
            coverage: self.coverage,
            toolkit: self.toolkit.clone(),
        })
    }

    /// The terminal as the desktop would give it.
    #[must_use]
    pub fn terminal_facts(&self) -> Option<TerminalFacts> {
        let terminal = self.terminal.as_ref()?;
        Some(TerminalFacts {
            tty: PathBuf::from("/dev/pts/0"),
            foreground: identity(terminal.program.clone()),
            arguments: terminal.arguments.clone(),
            siblings: (0..terminal.siblings).map(|_| NOBODY).collect(),
            echo: terminal.echo,
            canonical: terminal.canonical,
            waiting: terminal.waiting,
            sleeps: None,
            prompt: terminal.prompt,
        })
    }
}

fn identity(executable: PathBuf) -> ProcessIdentity {
    ProcessIdentity {
        lineage: NOBODY,
        parent: None,
        started_by: None,
        executable,
        script: None,
        writable: Writable::RootOnly,
        owner: FileOwner::Root,
        package: None,
        foreign: None,
    }
}

impl Control {
    fn facts(&self, index: usize) -> ControlFacts {
        let has = |state| self.states.contains(&state);
        ControlFacts {
            token: ControlToken(index.to_string()),
            role: self.role,
            name: self.name.clone(),
            label: self.label.clone(),
            id: self.id.clone(),
            class: self.class.clone(),
            text: self.text.clone().filter(|_| !has(State::Editable)),
            states: States {
                enabled: has(State::Enabled),
                showing: has(State::Showing),
                editable: has(State::Editable),
                focused: has(State::Focused),
                checked: has(State::Checked),
                multiline: has(State::Multiline),
            },
            extents: self.at.map(|[x, y, width, height]| Extents { x, y, width, height }),
            parent: self.parent,
        }
    }
}
