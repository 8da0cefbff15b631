//! Templates: read, linted, packed, put in force, matched, planned. Fixtures too.
#![no_main]

use countersign_model::{
    ControlFacts, ControlToken, ControlTree, Coverage, Lineage, ProcessIdentity, Publisher, Role, States, WindowFacts,
    WindowId, Writable,
};
use countersign_rules::{Contents, TemplateSet, check, parse_fixture, parse_template, plan};
use std::path::PathBuf;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = parse_fixture("fuzz.toml", bytes);
    let Ok(parsed) = parse_template("fuzz.toml", bytes) else {
        return;
    };
    let (Some(checked), _) = check(&parsed) else { return };
    assert_eq!(checked.id(), parsed.template.id.as_str());
    let (set, problems) = TemplateSet::of([(Publisher::Unsigned, checked)]);
    assert!(problems.is_empty());
    for executable in ["/usr/bin/filezilla", "/usr/bin/xterm"] {
        let window = window(executable);
        let every: Vec<_> = set.templates().flat_map(|loaded| loaded.forms()).collect();
        let fitting: Vec<_> = every.iter().filter(|form| form.fits(&window)).cloned().collect();
        assert_eq!(
            set.candidates(&window),
            fitting,
            "the index differs from looking at every form"
        );
        for form in every {
            let matched = form.judge(&window, Contents::Controls(&tree())).matched;
            let _ = matched.map(|matched| plan(&matched, &window, None));
        }
    }
});

fn window(executable: &str) -> WindowFacts {
    WindowFacts {
        id: WindowId(1),
        process: Ok(ProcessIdentity {
            lineage: Lineage { pid: 7, started: 9 },
            parent: None,
            started_by: None,
            executable: PathBuf::from(executable),
            script: None,
            writable: Writable::RootOnly,
            owner: countersign_model::FileOwner::Root,
            package: None,
            foreign: None,
        }),
        title: "Enter password".to_owned(),
        class: "XTerm".to_owned(),
        instance: "xterm".to_owned(),
        stance: countersign_model::Stance::default(),
    }
}

fn tree() -> ControlTree {
    let control = |number: usize, (role, name): (Role, &str)| ControlFacts {
        token: ControlToken(number.to_string()),
        role,
        name: name.to_owned(),
        label: None,
        id: None,
        class: None,
        text: None,
        states: States {
            enabled: true,
            showing: true,
            editable: matches!(role, Role::Text | Role::PasswordText),
            ..States::default()
        },
        extents: None,
        parent: None,
    };
    let controls = [
        (Role::Label, "Password:"),
        (Role::Text, ""),
        (Role::PasswordText, ""),
        (Role::PushButton, "OK"),
    ];
    ControlTree {
        controls: controls
            .into_iter()
            .enumerate()
            .map(|(number, one)| control(number, one))
            .collect(),
        coverage: Coverage::Complete,
        toolkit: None,
    }
}
