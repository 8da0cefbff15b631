//! How a form is answered: what each key of `[form.respond]` becomes, and what cannot be meant.

mod support;

use countersign_model::{Action, Awaited, ControlFacts, Presence, Role, States};
use countersign_rules::{Contents, Severity, holds, plan, query, step_text};
use support::{HEAD, control, cut_off, form, named, problems, tree, window};

const FORM: &str = "[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\n[form.bind]\n\
    username = { role = \"text\" }\npassword = { role = \"password-text\" }\n[form.respond]\n";

fn controls() -> Vec<ControlFacts> {
    vec![
        control(Role::Text),
        control(Role::PasswordText),
        named(Role::PushButton, "Log on"),
        named(Role::CheckBox, "Remember me"),
        named(Role::Panel, "Canvas"),
    ]
}

/// The plan of an answer, as it is told.
fn steps(respond: &str) -> Vec<String> {
    let form = form(&format!("{FORM}{respond}"));
    let window = window("/usr/bin/app", "App");
    let judgement = form.judge(&window, Contents::Controls(&tree(controls())));
    let matched = judgement.matched.as_ref();
    let plan = matched.and_then(|matched| plan(matched, &window, None).ok());
    assert!(plan.is_some(), "{:?}", judgement.criteria);
    plan.into_iter()
        .flat_map(|plan| plan.steps)
        .map(|step| step_text(&step))
        .collect()
}

const PRESS: &str = "method = \"controls\"\nsubmit = { role = \"push-button\" }\n";

#[test]
fn waiting_and_the_focus_come_first() {
    let usual = ["set username 0", "set password 1", "press 2 (submits)"];
    assert_eq!(steps(PRESS), usual);
    let before = |lines: &str| {
        let all = steps(&format!("{PRESS}{lines}"));
        assert_eq!(
            all.get(all.len() - 3..).map(<[String]>::to_vec),
            Some(usual.map(str::to_owned).to_vec())
        );
        all.into_iter().next()
    };
    assert_eq!(before("focus = { role = \"text\" }").as_deref(), Some("focus 0"));
    assert_eq!(before("wait = { ms = 300 }").as_deref(), Some("wait 300 ms"));
    assert_eq!(
        before("wait = { control = { role = \"push-button\" } }").as_deref(),
        Some("wait for a control")
    );
    let both = steps(&format!(
        "{PRESS}wait = {{ ms = 300 }}\nfocus = {{ role = \"text\" }}\nfallback = \"keys\""
    ));
    assert_eq!(
        both.get(..2).map(<[String]>::to_vec),
        Some(vec!["wait 300 ms".to_owned(), "focus 0".to_owned()])
    );
    // What the focus is to be given to must be there, and is read.
    let form = form(&format!(
        "{FORM}{PRESS}focus = {{ role = \"check-box\", name = \"Other\" }}"
    ));
    let window = window("/usr/bin/app", "App");
    assert!(
        form.judge(&window, Contents::Controls(&tree(controls())))
            .matched
            .is_none()
    );
    assert!(query(&[form]).is_some_and(|query| query.roles.contains(&Role::CheckBox)));
}

#[test]
fn every_step_becomes_an_action() {
    let list = "method = \"steps\"\nstep = [\n\
        { wait = { until = { control = { role = \"label\" }, is = \"absent\", timeout_ms = 900 } } },\n\
        { click_at = { x = 3, y = 4, control = { role = \"panel\" }, from_right = true } },\n\
        { click_at = { x = 1, y = 2, from_bottom = true } },\n\
        { set = \"username\" },\n{ key = \"shift+Tab\" },\n{ keys = { key = \"Tab\", repeat = 3 } },\n{ type = \"password\" },\n\
        { text = \"@example\" },\n{ focus = { role = \"text\" } },\n{ clear = { role = \"text\" } },\n{ check = { role = \"check-box\" } },\n\
        { uncheck = { role = \"check-box\" } },\n{ select = { control = { role = \"panel\" }, item = \"Production\" } },\n\
        { click = { role = \"panel\" } },\n{ wait = { ms = 20 } },\n{ press = { role = \"push-button\" } },\n]\n";
    assert_eq!(
        steps(list),
        [
            "wait until a control is gone",
            "click 4 at -3,4",
            "click at 1,-2",
            "set username 0",
            "key shift+Tab",
            "key Tab",
            "key Tab",
            "key Tab",
            "type password 1",
            "text",
            "focus 0",
            "clear 0",
            "check 3",
            "uncheck 3",
            "select 4 Production",
            "click 4",
            "wait 20 ms",
            "press 2 (submits)",
        ]
    );
    // The last key of several submits, if nothing later does.
    let keys =
        steps("method = \"steps\"\nstep = [{ type = \"password\" }, { keys = { key = \"Return\", repeat = 2 } }]");
    assert_eq!(keys, ["type password 1", "key Return", "key Return (submits)"]);
    let point = steps("method = \"steps\"\nstep = [{ set = \"password\" }, { click_at = { x = 1, y = 1 } }]");
    assert_eq!(point.last().map(String::as_str), Some("click at 1,1 (submits)"));
}

#[test]
fn what_is_waited_for_is_as_it_is_written() {
    let form = form(&format!(
        "{FORM}method = \"steps\"\nstep = [{{ wait = {{ until = {{ control = {{ role = \"password-text\" }}, state = {{ enabled = true }}, \
         timeout_ms = 700 }} }} }}, {{ wait = {{ control = {{ role = \"text\" }} }} }}, {{ set = \"password\" }}, {{ key = \"Return\" }}]"
    ));
    let window = window("/usr/bin/app", "App");
    let matched = form.judge(&window, Contents::Controls(&tree(controls()))).matched;
    let steps = matched
        .and_then(|matched| plan(&matched, &window, None).ok())
        .map(|plan| plan.steps)
        .unwrap_or_default();
    let waits: Vec<&Awaited> = steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::Await(awaited) => Some(awaited.as_ref()),
            _ => None,
        })
        .collect();
    let [password, text] = waits.as_slice() else {
        unreachable!("{steps:?}")
    };
    assert_eq!(
        (password.patience.as_millis(), password.state.enabled),
        (700, Some(true))
    );
    assert_eq!(
        (text.patience.as_millis(), text.state.enabled, text.is),
        (5000, Some(true), Presence::Present)
    );
    let asleep = || {
        let password = control(Role::PasswordText);
        let states = States {
            enabled: false,
            ..password.states
        };
        ControlFacts { states, ..password }
    };
    assert!(!holds(password, &tree(vec![asleep()])));
    assert!(!holds(password, &tree(Vec::new())));
    assert!(holds(password, &tree(controls())));
    let gone = Awaited {
        is: Presence::Absent,
        ..(*password).clone()
    };
    assert!(holds(&gone, &tree(vec![asleep()])) && !holds(&gone, &tree(controls())));
    // What was not read proves no absence.
    assert!(!holds(&gone, &cut_off(Vec::new())));
}

fn in_steps(steps: &str) -> String {
    format!(
        "{HEAD}{FORM}method = \"steps\"\nstep = [{steps}, {{ set = \"username\" }}, {{ set = \"password\" }}, {{ check = {{ role = \"check-box\" }} }}, {{ press = {{ role = \"push-button\" }} }}]"
    )
}

#[test]
fn waits_that_cannot_end_are_refused() {
    use Severity::Error;
    let until = |what: &str| in_steps(&format!("{{ wait = {{ until = {{ {what} }} }} }}"));
    let six = ["{ wait = { until = { control = { role = \"panel\" }, timeout_ms = 30000 } } }"; 3].join(", ");
    for (text, says) in [
        (
            until("control = { role = \"password-text\" }, is = \"absent\""),
            "gone that a later step needs",
        ),
        (
            until("control = { role = \"push-button\" }, is = \"absent\""),
            "gone that a later step needs",
        ),
        (
            until("control = { role = \"check-box\" }, state = { checked = true }"),
            "only a later step brings about",
        ),
        (
            until("control = { role = \"panel\" }, timeout_ms = 40000"),
            "1 to 30000",
        ),
        (until("control = { role = \"panel\" }, timeout_ms = 0"), "1 to 30000"),
        (in_steps("{ wait = { ms = 6000 } }"), "too long to wait"),
        (in_steps(&six), "60000 are the most"),
        (
            in_steps("{ keys = { key = \"Tab\", repeat = 0 } }"),
            "not pressed 0 times",
        ),
        (
            in_steps("{ keys = { key = \"Tab\", repeat = 51 } }"),
            "not pressed 51 times",
        ),
        (
            in_steps("{ keys = { key = \"Tob\", repeat = 1 } }"),
            "did you mean `Tab`?",
        ),
        (
            in_steps("{ wait = { until = { controll = { role = \"text\" } } } }"),
            "did you mean `control`?",
        ),
        (in_steps("{ clickat = { x = 1, y = 1 } }"), "did you mean `click_at`?"),
    ] {
        let found = problems(&text);
        assert!(
            found.iter().any(|(how, told)| *how == Error && told.contains(says)),
            "{text}: {found:#?}"
        );
    }
    for fine in [
        until("control = { role = \"panel\" }, is = \"absent\""),
        until("control = { role = \"password-text\" }, state = { enabled = true }"),
        until("control = { role = \"check-box\" }, state = { checked = false }"),
        in_steps(
            "{ check = { role = \"check-box\" } }, { wait = { until = { control = { role = \"check-box\" }, state = { checked = true } } } }",
        ),
    ] {
        assert_eq!(problems(&fine), [], "{fine}");
    }
}

#[test]
fn selectors_and_windows_that_cannot_be_meant_are_named() {
    use Severity::{Error, Warning};
    let text = format!("{HEAD}{FORM}{PRESS}");
    let (user, password) = (
        "username = { role = \"text\" }",
        "password = { role = \"password-text\" }",
    );
    let require = |more: &str| format!("[[form.require]]\n{more}\n[form.bind]");
    let window = |more: &str| format!("executable = [\"/usr/bin/app\"]\n{more}");
    let executable = "executable = [\"/usr/bin/app\"]";
    for (old, new, severity, says) in [
        (
            password,
            "password = { role = \"text\", label = \"Password:\" }",
            Warning,
            "a field that shows what is in it",
        ),
        (password, "password = { role = \"text\" }", Error, "the same control"),
        (
            user,
            "username = { role = \"password-text\", ordinal = 1 }",
            Error,
            "also matches the control of `username`",
        ),
        (
            user,
            "username = { name = \"User\", ordinal = 2 }",
            Warning,
            "every control counts here",
        ),
        (
            user,
            "username = { id = \"gtk_entry_0x55d0c3a1\" }",
            Warning,
            "made anew at each start",
        ),
        (
            user,
            "username = { id = \"field1234567\" }",
            Warning,
            "made anew at each start",
        ),
        (
            "[form.bind]",
            &require("control = { role = \"password-text\" }\nis = \"absent\""),
            Error,
            "a bound control is always such a one",
        ),
        (
            "[form.bind]",
            &require(
                "control = { role = \"label\" }\n[[form.require]]\ncontrol = { role = \"label\" }\nis = \"absent\"",
            ),
            Error,
            "wants the opposite",
        ),
        (
            executable,
            &window("visible = true\nminimised = true"),
            Error,
            "an icon is not on the screen",
        ),
        (
            executable,
            &window("parent = {}"),
            Error,
            "says nothing about the parent",
        ),
        (
            executable,
            &window("package = [\"App Suite\"]"),
            Error,
            "cannot be the name of a package",
        ),
        (
            executable,
            &window("title = \"Log\\u200b on\""),
            Error,
            "cannot be seen",
        ),
        (
            executable,
            &window("titles = [\"a\", \"\\u202eb\"]"),
            Error,
            "cannot be seen",
        ),
        (executable, &window("owner = [\"rot\"]"), Error, "did you mean `root`?"),
        (
            executable,
            &window("minimized = true"),
            Error,
            "did you mean `minimised`?",
        ),
    ] {
        let found = problems(&text.replace(old, new));
        assert!(
            found.iter().any(|(how, told)| *how == severity && told.contains(says)),
            "{new}: {found:#?}"
        );
    }
    assert_eq!(problems(&text), []);
    let by_title = format!(
        "{HEAD}[[form]]\nkind = \"logon\"\n[form.window]\nexecutable = [\"/usr/bin/app\"]\ntitle = \"App\"\n[form.respond]\nmethod = \"keys\"\n"
    );
    assert!(
        problems(&by_title)
            .iter()
            .any(|(_, told)| told.contains("only the title tells"))
    );
    for fine in [
        "id = \"passwordEntry1\"",
        "id = \"login-form-2024\"",
        "role = \"text\", ordinal = 1",
    ] {
        assert_eq!(
            problems(&text.replace(user, &format!("username = {{ {fine} }}"))),
            [],
            "{fine}"
        );
    }
}
