//! The recorder: any window is drafted or refused with a reason; what it drafts recognises the window it was made of, and nothing of the
//! person at the machine is in it.
#![no_main]

use countersign_model::{
    ControlFacts, ControlToken, ControlTree, Coverage, Extents, Lineage, ProcessIdentity, Role, States, WindowFacts,
    WindowId, Writable,
};
use countersign_rules::record::{Naming, Personal, RecordProblem, Scene, record};
use std::path::PathBuf;

/// The user's name, and what stands in an editable field; neither is for a draft.
const PERSON: &str = "annabella";
const TYPED: &str = "typed-4711";
const MOST: usize = 40;

const ROLES: [Role; 16] = [
    Role::PasswordText,
    Role::Text,
    Role::Entry,
    Role::PushButton,
    Role::ToggleButton,
    Role::CheckBox,
    Role::ComboBox,
    Role::List,
    Role::ListItem,
    Role::Label,
    Role::Static,
    Role::Dialog,
    Role::Frame,
    Role::Panel,
    Role::Filler,
    Role::PageTab,
];

/// Words of forms, among them those that are easily mixed up.
const WORDS: [&str; 16] = [
    "", "User name", "User name:", "Password", "Password:", "Passwort", "OK", "Cancel", "Log in", "Log in as annabella",
    "Domain", "New password", "Repeat", "/home/annabella/x", "*?[x]", "a\"b\\c\n{tab}",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut given = Given(bytes);
    let window = window(&mut given);
    let tree = tree(&mut given);
    let scene = Scene {
        window: &window,
        tree: Some(&tree),
        terminal: None,
    };
    let personal = Personal::new().with(PERSON, "demo").at_home("/home/annabella");
    match record(scene, &personal, &Naming::default()) {
        Ok(recorded) => {
            for text in [&recorded.template, &recorded.fixture] {
                assert!(!text.contains(PERSON) && !text.contains(TYPED), "{text}");
            }
        }
        Err(RecordProblem::Unsound(why)) => panic!("{why}\n{window:?}\n{tree:#?}"),
        Err(_) => {}
    }
});

/// What the fuzzer gives, piece by piece; nothing, once it is used up.
struct Given<'a>(&'a [u8]);

impl Given<'_> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    fn text(&mut self) -> String {
        let choice = usize::from(self.byte());
        if let Some(word) = WORDS.get(choice) {
            return (*word).to_owned();
        }
        let length = (choice & 15).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(taken).replace(PERSON, "")
    }

    fn maybe(&mut self) -> Option<String> {
        (self.byte() & 1 == 1).then(|| self.text())
    }
}

fn window(given: &mut Given<'_>) -> WindowFacts {
    WindowFacts {
        id: WindowId(1),
        process: Ok(ProcessIdentity {
            lineage: Lineage { pid: 7, started: 9 },
            parent: None,
            started_by: None,
            executable: PathBuf::from("/usr/bin/application"),
            script: None,
            writable: Writable::RootOnly,
            owner: countersign_model::FileOwner::Root,
            package: None,
            foreign: None,
        }),
        title: given.text(),
        class: given.text(),
        instance: given.text(),
        stance: countersign_model::Stance::default(),
    }
}

fn tree(given: &mut Given<'_>) -> ControlTree {
    let mut controls: Vec<ControlFacts> = Vec::new();
    while !given.0.is_empty() && controls.len() < MOST {
        let number = controls.len();
        let role = ROLES[usize::from(given.byte()) % ROLES.len()];
        let bits = given.byte();
        let editable = matches!(role, Role::PasswordText | Role::Text | Role::Entry) && bits & 1 == 0;
        let place = given.byte();
        controls.push(ControlFacts {
            token: ControlToken(number.to_string()),
            role,
            name: given.text(),
            label: given.maybe(),
            id: given.maybe(),
            class: given.maybe(),
            // An application may say what an editable field holds all the same.
            text: if editable { Some(TYPED.to_owned()) } else { given.maybe() },
            states: States {
                enabled: bits & 2 == 0,
                showing: bits & 4 == 0,
                editable,
                focused: bits & 8 != 0,
                checked: bits & 16 != 0,
                multiline: bits & 32 != 0,
            },
            extents: (bits & 64 == 0).then(|| Extents {
                x: i32::from(place & 15) * 20,
                y: i32::from(place >> 4) * 20,
                width: 80,
                height: 20,
            }),
            parent: (number > 0 && bits & 128 != 0).then(|| usize::from(place) % number),
        });
    }
    ControlTree {
        controls,
        coverage: Coverage::Complete,
        toolkit: None,
    }
}
