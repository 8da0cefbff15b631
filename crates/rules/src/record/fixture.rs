//! A window as a fixture records it, without what belongs to the person at the machine.

use super::Scene;
use super::personal::Personal;
use crate::recording::{Control, Expected, Fixture, Form, State, Terminal, Window};
use countersign_model::{ControlFacts, ControlTree, Coverage, ParentWindow, Role};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longer texts are cut: no template needs them.
const LONGEST: usize = 200;

/// The window, its controls and its terminal; what is expected of it is not filled in.
pub(super) fn of(scene: Scene<'_>, personal: &Personal, about: String) -> Fixture {
    let tree = scene.tree;
    Fixture {
        about,
        expect: Expected {
            form: Form::None,
            number: None,
            bind: BTreeMap::new(),
            failing: None,
            steps: None,
        },
        logon: None,
        window: window(scene, personal),
        terminal: scene.terminal.map(|terminal| Terminal {
            program: path(personal, &terminal.foreground.executable),
            arguments: terminal.arguments.iter().map(|word| personal.redacted(word)).collect(),
            siblings: u32::try_from(terminal.siblings.len()).unwrap_or(u32::MAX),
            echo: terminal.echo,
            canonical: terminal.canonical,
            waiting: terminal.waiting,
            prompt: terminal.prompt,
        }),
        coverage: tree.map_or(Coverage::Complete, |tree| tree.coverage),
        toolkit: tree.and_then(|tree| tree.toolkit.clone()),
        control: tree.map(|tree| controls(tree, personal)).unwrap_or_default(),
    }
}

/// What it is a recording of.
pub(super) fn about(name: &str, version: Option<&str>, tree: Option<&ControlTree>) -> String {
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    let toolkit = tree.and_then(|tree| tree.toolkit.as_deref());
    let toolkit = toolkit.map(|toolkit| format!(" ({toolkit})")).unwrap_or_default();
    format!("Recorded from {name}{version}{toolkit}.")
}

/// As TOML, each control with its number.
pub(super) fn text(fixture: &Fixture) -> String {
    let whole = toml::to_string(fixture).unwrap_or_default();
    let mut numbered = String::with_capacity(whole.len() + 8 * fixture.control.len());
    let mut number = 0;
    for line in whole.lines() {
        numbered.push_str(line);
        if line == "[[control]]" {
            numbered.push_str(&format!(" # {number}"));
            number += 1;
        }
        numbered.push('\n');
    }
    numbered
}

fn window(scene: Scene<'_>, personal: &Personal) -> Window {
    let facts = scene.window;
    let process = facts.process.as_ref().ok();
    let of_process = |file: Option<&PathBuf>| file.map(|file| path(personal, file));
    let parent = facts.stance.parent.as_ref();
    Window {
        executable: of_process(process.map(|process| &process.executable)).unwrap_or_default(),
        script: of_process(process.and_then(|process| process.script.as_ref())),
        started_by: of_process(process.and_then(|process| process.started_by.as_ref())),
        title: personal.redacted(&facts.title),
        class: personal.redacted(&facts.class),
        instance: personal.redacted(&facts.instance),
        hidden: !facts.stance.visible,
        minimised: facts.stance.minimised,
        parent: parent.map(|parent| ParentWindow {
            title: personal.redacted(&parent.title),
            class: personal.redacted(&parent.class),
        }),
        owner: process
            .map(|process| process.owner)
            .filter(|owner| *owner != countersign_model::FileOwner::Root),
        package: process.and_then(|process| process.package.clone()),
        loads: of_process(process.and_then(|process| process.foreign.as_ref())),
    }
}

fn path(personal: &Personal, file: &Path) -> PathBuf {
    PathBuf::from(personal.redacted_path(&file.to_string_lossy()))
}

fn controls(tree: &ControlTree, personal: &Personal) -> Vec<Control> {
    tree.controls
        .iter()
        .map(|control| recorded(control, personal))
        .collect()
}

fn recorded(control: &ControlFacts, personal: &Personal) -> Control {
    let states = control.states;
    let said = |text: &str| cut(&personal.redacted(text));
    let is_content = holds_content(control.role) || states.editable && control.role == Role::ComboBox;
    let all = [
        (states.enabled, State::Enabled),
        (states.showing, State::Showing),
        (states.editable, State::Editable),
        (states.focused, State::Focused),
        (states.checked, State::Checked),
        (states.multiline, State::Multiline),
    ];
    Control {
        role: control.role,
        name: if is_content { String::new() } else { said(&control.name) },
        label: control.label.as_deref().map(said),
        id: control.id.as_deref().map(said),
        class: control.class.as_deref().map(said),
        text: control
            .text
            .as_deref()
            .filter(|_| !is_content && !states.editable)
            .map(said),
        states: all.into_iter().filter(|(is, _)| *is).map(|(_, state)| state).collect(),
        at: control
            .extents
            .map(|place| [place.x, place.y, place.width, place.height]),
        parent: control.parent,
    }
}

/// Roles whose names are what somebody keeps in the application, not what its makers wrote.
fn holds_content(role: Role) -> bool {
    matches!(
        role,
        Role::ListItem | Role::TableCell | Role::Tree | Role::Document | Role::Paragraph | Role::Terminal | Role::Link
    )
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
