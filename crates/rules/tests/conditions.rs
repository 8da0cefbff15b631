//! Conditions on windows and controls: states, alternatives, classes that it must not be; and which of several forms counts.
#![expect(clippy::panic, reason = "a test's own functions")]

mod support;

use countersign_model::{ControlFacts, Publisher, Role, States, WindowFacts};
use countersign_rules::{Contents, ParsedTemplate, TemplateSet, parse_template, query, ties};
use support::{control, cut_off, failed, form, named, tree, window};

const WINDOW: &str = "[[form]]\nkind = \"logon-failed\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\n";

fn app() -> WindowFacts {
    window("/usr/bin/app", "App")
}

fn with(control: ControlFacts, change: impl FnOnce(&mut States)) -> ControlFacts {
    let mut states = control.states;
    change(&mut states);
    ControlFacts { states, ..control }
}

/// Whether a form with these requirements is these controls, and what failed.
fn judged(require: &str, controls: Vec<ControlFacts>) -> Result<(), String> {
    let form = form(&format!("{WINDOW}{require}"));
    let judgement = form.judge(&app(), Contents::Controls(&tree(controls)));
    match judgement.matched {
        Some(_) => Ok(()),
        None => Err(failed(&judgement.criteria).join("; ")),
    }
}

#[test]
fn a_control_must_be_in_the_states_that_are_named() {
    let button = || named(Role::PushButton, "Log on");
    let check = || named(Role::CheckBox, "Remember me");
    let entry = || control(Role::Text);
    type Change = fn(&mut States);
    let cases: [(&str, ControlFacts, Change); 5] = [
        ("push-button", button(), |states| states.enabled = !states.enabled),
        ("text", entry(), |states| states.editable = !states.editable),
        ("text", entry(), |states| states.focused = !states.focused),
        ("check-box", check(), |states| states.checked = !states.checked),
        ("text", entry(), |states| states.multiline = !states.multiline),
    ];
    for ((role, found, other), state) in
        cases
            .into_iter()
            .zip(["enabled", "editable", "focused", "checked", "multiline"])
    {
        let is = match state {
            "enabled" => found.states.enabled,
            "editable" => found.states.editable,
            "focused" => found.states.focused,
            "multiline" => found.states.multiline,
            _ => found.states.checked,
        };
        let wants = |wanted: bool| {
            format!("[[form.require]]\ncontrol = {{ role = \"{role}\" }}\nstate = {{ {state} = {wanted} }}\n")
        };
        assert_eq!(judged(&wants(is), vec![found.clone()]), Ok(()), "{state}");
        assert_eq!(judged(&wants(!is), vec![with(found.clone(), other)]), Ok(()), "{state}");
        let why = judged(&wants(!is), vec![found.clone()]).unwrap_err();
        assert!(why.contains(state), "{why}");
        assert!(judged(&wants(is), vec![with(found, other)]).is_err(), "{state}");
    }
    // Of several that match one has to be so; absent means that none is.
    let absent = "[[form.require]]\nis = \"absent\"\ncontrol = { role = \"check-box\" }\nstate = { checked = true }\n";
    assert_eq!(judged(absent, vec![check(), check()]), Ok(()));
    assert!(judged(absent, vec![check(), with(check(), |states| states.checked = true)]).is_err());
}

#[test]
fn one_of_several_will_do() {
    let either = "[[form.require]]\ncontrol = { role = \"label\" }\ntext = \"Wrong password\"\nor = [\n\
        { control = { role = \"label\" }, text = \"Locked*\" },\n\
        { control = { role = \"push-button\", name = \"OK\" }, is = \"absent\" },\n]\n";
    let label = |text: &str| named(Role::Label, text);
    let ok = || named(Role::PushButton, "OK");
    assert_eq!(judged(either, vec![label("Wrong password"), ok()]), Ok(()));
    assert_eq!(judged(either, vec![label("Locked until noon"), ok()]), Ok(()));
    assert_eq!(judged(either, vec![label("Welcome")]), Ok(()));
    let why = judged(either, vec![label("Welcome"), ok()]).unwrap_err();
    assert_eq!(why, "require 1: only label “Welcome”; or push-button “OK”");
    // What is named in an alternative is read, too.
    let asked = query(&[form(&format!("{WINDOW}{either}"))]).unwrap();
    assert!(asked.texts && asked.roles.contains(&Role::PushButton), "{asked:?}");
    // What was not read makes only the alternative that needs it fail.
    let form = form(&format!("{WINDOW}{either}"));
    let known = form.judge(&app(), Contents::Controls(&cut_off(vec![label("Locked now")])));
    assert!(known.matched.is_some());
    let unsure = form.judge(&app(), Contents::Controls(&cut_off(vec![label("Welcome")])));
    assert!(unsure.matched.is_none());
}

#[test]
fn a_window_is_not_of_a_class_that_is_ignored() {
    let ignoring = form(&format!(
        "{WINDOW}class = \"App*\"\nnot_class = [\"AppSplash\", \"/App(Tip|Menu)/\"]\n"
    ));
    for (class, holds) in [
        ("App", true),
        ("AppSplash", false),
        ("AppTip", false),
        ("AppTips", true),
        ("Other", false),
    ] {
        let window = WindowFacts {
            class: class.to_owned(),
            ..app()
        };
        assert_eq!(ignoring.fits(&window), holds, "{class}");
        let judgement = ignoring.judge(&window, Contents::Nothing);
        assert_eq!(judgement.matched.is_some(), holds, "{class}: {:?}", judgement.criteria);
    }
    let text = format!(
        "{}{WINDOW}title = \"App\"\nnot_class = [\"{{username}}\"]\n",
        support::HEAD
    );
    let problems = match countersign_rules::parse_template("app.toml", text.as_bytes()) {
        Ok(parsed) => countersign_rules::lint(&parsed),
        Err(problems) => problems,
    };
    assert!(
        problems
            .iter()
            .any(|problem| problem.to_string().contains("cannot name fields")),
        "{problems:#?}"
    );
}

/// Two templates for the same program, with these lines in their forms.
fn two(first: &str, second: &str) -> Vec<ParsedTemplate> {
    let template = |id: &str, more: &str| {
        let text = format!(
            "{}[[form]]\nkind = \"logon\"\n{more}\n[form.window]\nexecutable = [\"/usr/bin/app\"]\ntitle = \"*App*\"\n\
             [form.bind]\npassword = {{ role = \"password-text\" }}\n[form.respond]\nmethod = \"controls\"\nsubmit_key = \"Return\"\n",
            support::HEAD.replace("org.example.App", id)
        );
        let parsed = parse_template(&format!("{id}.toml"), text.as_bytes());
        parsed.unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    vec![template("org.example.One", first), template("org.example.Two", second)]
}

#[test]
fn the_higher_priority_counts_and_equal_ones_tie() {
    let order = |templates: Vec<ParsedTemplate>, publishers: [Publisher; 2]| {
        let (set, _) = TemplateSet::build(publishers.into_iter().zip(templates).collect());
        let forms = set.candidates(&app());
        let ids: Vec<String> = forms.iter().map(|form| form.id().to_string()).collect();
        let tie = matches!(forms.as_slice(), [first, second] if second.ties_with(first));
        (ids.join(" "), tie)
    };
    let package = || [Publisher::Package, Publisher::Package];
    assert_eq!(
        order(two("", ""), package()),
        ("org.example.One org.example.Two".to_owned(), true)
    );
    let (ids, tie) = order(two("", "priority = 2"), package());
    assert_eq!((ids.as_str(), tie), ("org.example.Two org.example.One", false));
    let signed = Publisher::Signed {
        organisation: "Example".to_owned(),
        name: "desk".to_owned(),
    };
    // The organisation's counts, whatever a package says of its own.
    let (ids, tie) = order(two("priority = 9", ""), [Publisher::Package, signed]);
    assert_eq!((ids.as_str(), tie), ("org.example.Two org.example.One", false));
}

#[test]
fn ties_are_found_by_what_was_recorded() {
    let recorded = "[expect]\nform = \"logon\"\n[window]\nexecutable = \"/usr/bin/app\"\ntitle = \"My App\"\n\
        [[control]]\nrole = \"password-text\"\nstates = [\"enabled\", \"showing\", \"editable\"]\n";
    let found = |templates: &[ParsedTemplate]| ties(templates, [("window.toml", recorded.as_bytes())].into_iter());
    let tied = found(&two("", ""));
    assert_eq!(tied.len(), 1, "{tied:#?}");
    let told = tied.first().unwrap().to_string();
    assert!(
        told.starts_with("org.example.Two.toml:") && told.contains("org.example.One"),
        "{told}"
    );
    assert_eq!(found(&two("priority = 1", "")), []);
    let other = recorded.replace("My App", "Mail");
    assert_eq!(ties(&two("", ""), [("window.toml", other.as_bytes())].into_iter()), []);
}
