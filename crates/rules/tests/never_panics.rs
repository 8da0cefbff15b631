//! Whatever comes in, an answer comes out.

mod support;

use countersign_model::{
    ControlFacts, ControlTree, Coverage, Extents, Layer, Pattern, Publisher, Role, States, TerminalSpec,
};
use countersign_rules::{
    Contents, Settings, TemplateSet, judge_answer, judge_terminal, lint, parse_fixture, parse_settings, parse_template,
    plan,
};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{control, prompt, window};

const SEED: &str = include_str!("../../../templates/org.filezilla-project.FileZilla.toml");
const SSH: &str = include_str!("../../../templates/org.openssh.ssh.toml");

/// A shipped template with one piece replaced.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("[".to_owned()),
        Just("]]".to_owned()),
        Just("{".to_owned()),
        Just("= ".to_owned()),
        Just("'''".to_owned()),
        Just("\\u{0}".to_owned()),
        Just("9999999999999999999".to_owned()),
        ".{0,12}",
    ];
    (
        prop_oneof![Just(SEED), Just(SSH)],
        any::<prop::sample::Index>(),
        0_usize..40,
        piece,
    )
        .prop_map(|(text, at, cut, piece)| {
            let at = at.index(text.chars().count());
            let before = text.chars().take(at);
            let after = text.chars().skip(at + cut);
            before.chain(piece.chars().collect::<Vec<_>>()).chain(after).collect()
        })
}

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Text),
        Just(Role::Entry),
        Just(Role::PasswordText),
        Just(Role::Label),
        Just(Role::PushButton),
        Just(Role::Panel),
    ]
}

fn any_control() -> impl Strategy<Value = ControlFacts> {
    let place = proptest::option::of((any::<i32>(), any::<i32>(), any::<i32>(), any::<i32>()));
    let name = prop_oneof![
        Just("OK".to_owned()),
        Just("Host:".to_owned()),
        Just("Name:".to_owned()),
        ".{0,8}"
    ];
    (
        any_role(),
        name,
        proptest::option::of(".{0,8}"),
        any::<bool>(),
        place,
        proptest::option::of(0_usize..12),
    )
        .prop_map(|(role, name, label, showing, place, parent)| ControlFacts {
            name,
            label,
            states: States {
                showing,
                editable: role == Role::Text,
                ..States::default()
            },
            extents: place.map(|(x, y, width, height)| Extents { x, y, width, height }),
            parent,
            ..control(role)
        })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_in_place(bytes in vec(any::<u8>(), 0..400)) {
        for problem in parse_template("x", &bytes).err().into_iter().flatten() {
            prop_assert!(problem.line >= 1 && problem.column >= 1);
        }
        let (layer, _) = parse_settings("x", &bytes, Layer::User);
        let _ = Settings::resolve(&[layer]);
        let _ = parse_fixture("x", &bytes);
    }
}

proptest! {
    // Compiling patterns and judging strength is slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_change_of_a_template_is_read_or_refused(text in mutated()) {
        if let Ok(parsed) = parse_template("x", text.as_bytes()) {
            let _ = lint(&parsed);
            let (set, _) = TemplateSet::build(vec![(Publisher::Unsigned, parsed)]);
            let _ = set.candidates(&window("/usr/bin/filezilla", "Enter password"));
        }
        let _ = parse_settings("x", text.as_bytes(), Layer::User);
    }

    #[test]
    fn any_tree_is_judged(controls in vec(any_control(), 0..12), truncated in any::<bool>(), title in "(Enter password|.{0,6}FileZilla)") {
        let Ok(parsed) = parse_template("x", SEED.as_bytes()) else { unreachable!() };
        let (set, _) = TemplateSet::build(vec![(Publisher::Package, parsed)]);
        let window = window("/usr/bin/filezilla", &title);
        let coverage = if truncated { Coverage::Truncated } else { Coverage::Complete };
        let tree = ControlTree { controls, coverage, toolkit: None };
        for form in set.related(&window) {
            let judged = form.judge(&window, Contents::Controls(&tree));
            let nobody = support::fields(&[("username", ""), ("host", "*")]);
            let _ = form.judge_with(&window, Contents::Controls(&tree), &nobody);
            if let Some(matched) = judged.matched {
                let _ = plan(&matched, &window, None);
            }
        }
    }

    #[test]
    fn any_command_line_is_judged(
        getopt in "[a-z:]{0,8}", arguments in "[-a-z=@ ]{0,40}", operand in ".{0,12}", forbid in ".{0,8}",
    ) {
        let spec = TerminalSpec {
            program: vec![Pattern::from("/usr/bin/ssh")],
            prompt: Some(1),
            getopt,
            operands: vec![Pattern(operand)],
            options: [("p".to_owned(), Pattern::from("{port}"))].into(),
            defaults: [("p".to_owned(), "22".to_owned())].into(),
            forbid: vec![forbid],
        };
        let _ = judge_terminal(&spec, &prompt(&arguments), None);
    }

    #[test]
    fn any_answer_is_judged(text in ".{0,60}") {
        let _ = judge_answer(&text, 8, 3);
    }
}
