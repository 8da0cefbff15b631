//! Windows and templates for tests.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

use countersign_model::{
    ControlFacts, ControlToken, ControlTree, Coverage, Criterion, Extents, Lineage, ProcessIdentity, Publisher, Role,
    States, TerminalFacts, Verdict, WindowFacts, WindowId, Writable,
};
use countersign_rules::{FormRef, ParsedTemplate, Problem, Severity, TemplateSet, lint, parse_template};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub const HEAD: &str = r#"schema = 1
id = "org.example.App"
name = "App"
[logon]
fields = ["username", "password"]
"#;

pub fn parsed(text: &str) -> ParsedTemplate {
    parse_template("app.toml", text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What is wrong with a template, in reading it or in its meaning: how bad, the message and what to do.
pub fn problems(text: &str) -> Vec<(Severity, String)> {
    let found = match parse_template("app.toml", text.as_bytes()) {
        Ok(parsed) => lint(&parsed),
        Err(problems) => problems,
    };
    let told = |problem: Problem| (problem.severity, format!("{} {}", problem.message, problem.help));
    found.into_iter().map(told).collect()
}

/// A set of one template whose only form has this body.
pub fn form(body: &str) -> FormRef {
    let template = parsed(&format!("{HEAD}{body}"));
    let id = template.template.id.clone();
    let (set, problems) = TemplateSet::build(vec![(Publisher::Package, template)]);
    set.form(&id, 0).unwrap_or_else(|| panic!("{problems:#?}"))
}

pub fn process(executable: &str) -> ProcessIdentity {
    ProcessIdentity {
        lineage: Lineage { pid: 7, started: 9 },
        parent: None,
        started_by: None,
        executable: PathBuf::from(executable),
        script: None,
        writable: Writable::RootOnly,
        owner: countersign_model::FileOwner::Root,
        package: None,
        foreign: None,
    }
}

pub fn window(executable: &str, title: &str) -> WindowFacts {
    WindowFacts {
        id: WindowId(1),
        process: Ok(process(executable)),
        title: title.to_owned(),
        class: "App".to_owned(),
        instance: "app".to_owned(),
        stance: countersign_model::Stance::default(),
    }
}

pub fn control(role: Role) -> ControlFacts {
    let editable = matches!(role, Role::Text | Role::Entry | Role::PasswordText);
    ControlFacts {
        token: ControlToken(String::new()),
        role,
        name: String::new(),
        label: None,
        id: None,
        class: None,
        text: None,
        states: States {
            enabled: true,
            showing: true,
            editable,
            ..States::default()
        },
        extents: None,
        parent: None,
    }
}

pub fn named(role: Role, name: &str) -> ControlFacts {
    ControlFacts {
        name: name.to_owned(),
        ..control(role)
    }
}

pub fn labelled(role: Role, label: &str) -> ControlFacts {
    ControlFacts {
        label: Some(label.to_owned()),
        ..control(role)
    }
}

pub fn at(control: ControlFacts, x: i32, y: i32) -> ControlFacts {
    ControlFacts {
        extents: Some(Extents {
            x,
            y,
            width: 100,
            height: 20,
        }),
        ..control
    }
}

pub fn inside(control: ControlFacts, parent: usize) -> ControlFacts {
    ControlFacts {
        parent: Some(parent),
        ..control
    }
}

pub fn hidden(mut control: ControlFacts) -> ControlFacts {
    control.states.showing = false;
    control
}

/// A complete tree; tokens are the controls' numbers.
pub fn tree(controls: Vec<ControlFacts>) -> ControlTree {
    let number = |(index, control): (usize, ControlFacts)| ControlFacts {
        token: ControlToken(index.to_string()),
        ..control
    };
    ControlTree {
        controls: controls.into_iter().enumerate().map(number).collect(),
        coverage: Coverage::Complete,
        toolkit: None,
    }
}

pub fn cut_off(controls: Vec<ControlFacts>) -> ControlTree {
    ControlTree {
        coverage: Coverage::Truncated,
        ..tree(controls)
    }
}

pub fn prompt(arguments: &str) -> TerminalFacts {
    TerminalFacts {
        tty: PathBuf::from("/dev/pts/3"),
        foreground: process("/usr/bin/ssh"),
        arguments: arguments.split_whitespace().map(str::to_owned).collect(),
        siblings: Vec::new(),
        echo: false,
        canonical: true,
        waiting: Some(true),
        sleeps: None,
        prompt: None,
    }
}

pub fn fields(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The criteria that failed, as `what: found`.
pub fn failed(criteria: &[Criterion]) -> Vec<String> {
    criteria
        .iter()
        .filter(|criterion| criterion.verdict == Verdict::Failed)
        .map(|criterion| format!("{}: {}", criterion.what, criterion.found))
        .collect()
}
