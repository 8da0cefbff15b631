//! Reading and filling real applications over the accessibility bus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, takes its own time, and pretends to be others"
)]

mod common;

use common::{Lab, VALUES, ended, fields, fill, logon_query, named, plan, set, submit, whole};
use countersign_model::port::{Attention, Cancel, ControlAccess as _, DesktopError, Responder as _, WindowSource as _};
use countersign_model::{Action, ControlQuery, Coverage, Method, Outcome, Places, Plan, Refusal, Role, WindowEvent};
use countersign_tests::{Deadline, Process};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_gtk3_form_is_read_with_its_labels_and_filled_and_submitted() {
    Lab::run(|lab| {
        let (mut zenity, window) = lab.form();
        let tree = lab.read(&window);
        assert_eq!(tree.coverage, Coverage::Complete);
        let password = named(&tree, Role::PasswordText, "Password");
        assert!(password.states.enabled && password.states.showing && password.states.editable);
        assert_eq!(
            tree.controls
                .iter()
                .filter(|control| control.role == Role::Text)
                .count(),
            2
        );

        let carried = lab.respond(&whole(&window, &tree), &VALUES);
        assert_eq!(carried.outcome, Outcome::Done);
        assert!(carried.filled <= carried.submitted && carried.filled.is_some());
        assert!(ended(&mut zenity));
        assert_eq!(zenity.said().trim(), VALUES.map(|(_, value)| value).join("|"));
    });
}

#[test]
fn a_qt5_dialog_is_walked_and_filled() {
    Lab::run(|lab| {
        let (mut askpass, plan) = askpass(lab);
        assert_eq!(lab.respond(&plan, &VALUES).outcome, Outcome::Done);
        assert!(ended(&mut askpass));
        // What Qt says about icons stands before it.
        assert_eq!(askpass.said().lines().last(), Some(VALUES[2].1));
    });
}

/// Qt5's dialog for ssh, and the plan that answers it.
fn askpass(lab: &Lab<'_>) -> (Process, Plan) {
    let process = lab
        .session
        .spawn("lxqt-openssh-askpass", &["demo@127.0.0.1's password: "])
        .unwrap();
    let (window, _) = lab.appeared(process.id());
    let tree = lab.read(&window);
    let password = tree
        .controls
        .iter()
        .find(|control| control.role == Role::PasswordText)
        .unwrap();
    let ok = named(&tree, Role::PushButton, "OK");
    let steps = vec![
        set("password", &password.token),
        submit(Action::Press(ok.token.clone())),
    ];
    (process, plan(&window, Method::Controls, steps))
}

#[test]
fn queries_bring_what_they_ask_for() {
    Lab::run(|lab| {
        let (_zenity, window) = lab.form();
        let all = ControlQuery {
            texts: true,
            parents: true,
            extents: Places::All,
            labels: true,
            ..ControlQuery::default()
        };
        let tree = lab.desktop.read(&window, &all).unwrap();
        assert!(matches!(tree.controls[0].role, Role::Dialog | Role::Frame));
        assert_eq!(tree.controls[0].name, "Acme");
        for (place, control) in tree.controls.iter().enumerate().skip(1) {
            assert!(control.parent.is_some_and(|parent| parent < place), "{control:?}");
            assert!(control.extents.is_some(), "{control:?}");
        }
        let label = named(&tree, Role::Label, "Company");
        assert_eq!(label.text.as_deref(), Some("Company"));
        assert!(
            tree.controls
                .iter()
                .filter(|control| control.states.editable)
                .all(|field| field.text.is_none())
        );
        let user = named(&tree, Role::Text, "User").extents.unwrap();
        let password = named(&tree, Role::PasswordText, "Password").extents.unwrap();
        assert!(user.y < password.y);
    });
}

#[test]
fn without_an_accessibility_bus_windows_and_keys_still_work() {
    Lab::run(|lab| {
        let desktop = countersign_desktop::connect(&countersign_desktop::Session {
            display: Some(lab.session.display().to_owned()),
            bus: Some("unix:path=/nonexistent/bus".to_owned()),
            ..countersign_desktop::Session::default()
        })
        .unwrap();
        assert!(matches!(desktop.accessibility(), Err(DesktopError::NoAccessibility(_))));
        let (_zenity, window) = lab.form();
        assert!(matches!(
            desktop.read(&window, &logon_query()),
            Err(DesktopError::NoAccessibility(_))
        ));
        // The window manager lists a window a moment after it is mapped.
        Deadline::seconds(5)
            .wait_for("the window in the list", || {
                desktop
                    .snapshot()
                    .unwrap()
                    .iter()
                    .any(|seen| seen.id == window.id)
                    .then_some(())
            })
            .unwrap();
        let no_display = countersign_desktop::Session {
            display: Some(":999".to_owned()),
            ..countersign_desktop::Session::default()
        };
        assert!(matches!(
            countersign_desktop::connect(&no_display),
            Err(DesktopError::NoDisplay(_))
        ));
    });
}

#[test]
fn a_program_without_accessibility_is_told_apart_soon() {
    Lab::run(|lab| {
        let xterm = lab.session.spawn("xterm", &[]).unwrap();
        let (window, _) = lab.appeared(xterm.id());
        let began = Instant::now();
        assert_eq!(
            lab.desktop.read(&window, &logon_query()),
            Err(DesktopError::NotAccessible)
        );
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    });
}

#[test]
fn a_stopped_application_does_not_answer_and_holds_nobody_up() {
    Lab::run(|lab| {
        let (zenity, window) = lab.form();
        let tree = lab.read(&window);
        signal("STOP", zenity.id());
        let began = Instant::now();
        assert_eq!(
            lab.desktop.read(&window, &logon_query()),
            Err(DesktopError::NotResponding)
        );
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        let carried = lab.respond(&whole(&window, &tree), &VALUES);
        assert_eq!(carried.outcome, Outcome::Refused(Refusal::NotResponding));

        // Others are served meanwhile.
        let (mut other, second) = lab.form();
        let tree = lab.read(&second);
        assert_eq!(lab.respond(&whole(&second, &tree), &VALUES).outcome, Outcome::Done);
        assert!(ended(&mut other));
        signal("CONT", zenity.id());
        lab.read(&window);
    });
}

#[test]
fn a_window_is_told_of_once_its_stopped_application_answers_again() {
    Lab::run(|lab| {
        let (zenity, window) = lab.form();
        lab.read(&window);
        signal("STOP", zenity.id());
        assert_eq!(
            lab.desktop.read(&window, &logon_query()),
            Err(DesktopError::NotResponding)
        );
        while lab.events.try_recv().is_ok() {}
        signal("CONT", zenity.id());
        let told = |event| matches!(event, WindowEvent::ControlsChanged(id) if id == window.id).then_some(());
        Deadline::seconds(5)
            .wait_for("the window to be told of", || lab.events.try_recv().ok().and_then(told))
            .unwrap();
        lab.read(&window);
    });
}

#[test]
fn an_application_killed_midway_interrupts_and_nothing_goes_elsewhere() {
    Lab::run(|lab| {
        let (zenity, window) = lab.form();
        let (_other, _) = lab.form();
        let tree = lab.read(&window);
        let mut dying = whole(&window, &tree);
        dying.steps.insert(1, fill(Action::Pause(Duration::from_millis(600))));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(300));
                signal("KILL", zenity.id());
            });
            let carried = lab.respond(&dying, &VALUES);
            assert_eq!(carried.outcome, Outcome::Interrupted(Refusal::WindowGone));
            assert_eq!(carried.submitted, None);
        });
        assert!(matches!(
            lab.desktop.read(&window, &logon_query()),
            Err(DesktopError::WindowGone | DesktopError::NotAccessible)
        ));
    });
}

#[test]
fn what_takes_no_text_is_refused_by_name() {
    Lab::run(|lab| {
        let (_zenity, window) = lab.form();
        let tree = lab.read(&window);
        let button = named(&tree, Role::PushButton, "Log on");
        let steps = vec![set("password", &button.token)];
        let carried = lab.respond(&plan(&window, Method::Controls, steps), &VALUES);
        assert_eq!(
            carried.outcome,
            Outcome::Refused(Refusal::NotEditable("password".to_owned()))
        );
    });
}

#[test]
fn a_handle_of_another_program_is_no_control_of_this_window() {
    Lab::run(|lab| {
        let (_one, window) = lab.form();
        let (_two, other) = lab.form();
        let tree = lab.read(&window);
        let mut crossed = whole(&window, &tree);
        crossed.window = other;
        let carried = lab.respond(&crossed, &VALUES);
        assert_eq!(carried.outcome, Outcome::Refused(Refusal::WindowGone));
    });
}

#[test]
fn a_plan_without_a_value_writes_nothing() {
    Lab::run(|lab| {
        let (_zenity, window) = lab.form();
        let tree = lab.read(&window);
        let carried = lab.respond(&whole(&window, &tree), &VALUES[..2]);
        assert_eq!(
            carried.outcome,
            Outcome::Refused(Refusal::NoValue("password".to_owned()))
        );
        assert_eq!(carried.filled, None);
        let cancel = Cancel::default();
        cancel.cancel();
        let carried = lab.desktop.respond(&whole(&window, &tree), &fields(&VALUES), &cancel);
        assert_eq!(carried.outcome, Outcome::Refused(Refusal::Cancelled));
    });
}

#[test]
fn the_secret_is_not_on_the_shared_bus_where_the_toolkit_offers_its_own_socket() {
    Lab::run(|lab| {
        let address = lab.accessibility_address();
        let mut watching = lab.session.command("dbus-monitor");
        watching.args(["--address", &address]);
        let monitor = Process::start("dbus-monitor", &mut watching, &lab.session.log("monitor")).unwrap();
        let saw = |what: &str, text: &str| {
            let seen = || monitor.said().contains(text).then_some(());
            Deadline::seconds(5).wait_for(what, seen).unwrap();
        };
        saw("the monitor", "NameAcquired");

        let (mut zenity, window) = lab.form();
        let tree = lab.read(&window);
        assert_eq!(lab.respond(&whole(&window, &tree), &VALUES).outcome, Outcome::Done);
        assert!(ended(&mut zenity));

        // Qt5 has no socket of its own: the same monitor sees its fill, and so would have seen the other.
        let (_askpass, plan) = askpass(lab);
        let values = [("password", "what Qt5 cannot keep to itself")];
        assert_eq!(lab.respond(&plan, &values).outcome, Outcome::Done);
        saw("Qt5's fill", values[0].1);
        let seen = monitor.said();
        assert_eq!(seen.matches("SetTextContents").count(), 1);
        assert!(VALUES.iter().all(|(_, value)| !seen.contains(value)));
    });
}

#[test]
fn changes_inside_an_attended_window_come_as_events() {
    Lab::run(|lab| {
        let list = [
            "--list",
            "--checklist",
            "--title=Pick",
            "--column=a",
            "--column=b",
            "FALSE",
            "one",
            "FALSE",
            "two",
        ];
        let (_form, window) = lab.form();
        lab.desktop.attend(&window, Attention::Controls).unwrap();
        let changed = |wait: Duration| {
            let until = Instant::now() + wait;
            while let Ok(event) = lab.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                if event == WindowEvent::ControlsChanged(window.id) {
                    return true;
                }
            }
            false
        };
        assert!(
            changed(Duration::from_secs(5)),
            "what changed before listening began is told once"
        );
        while changed(Duration::from_millis(300)) {}
        // Another program's windows are none of ours.
        let _other = lab.session.spawn("zenity", &list).unwrap();
        assert!(!changed(Duration::from_millis(700)));
        lab.desktop.ignore(window.id);
    });
}

#[test]
fn whoever_is_attended_to_is_heard_after_another_one_is_ignored() {
    Lab::run(|lab| {
        let mut command = lab.session.command("zenity");
        command
            .args(["--progress", "--title=Work", "--text=Begun"])
            .stdin(Stdio::piped());
        let mut work = Process::adopt("zenity", &mut command).unwrap();
        let (window, _) = lab.appeared(work.id());
        lab.desktop.attend(&window, Attention::Controls).unwrap();
        let changed = |wait: Duration| {
            let until = Instant::now() + wait;
            while let Ok(event) = lab.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                if event == WindowEvent::ControlsChanged(window.id) {
                    return true;
                }
            }
            false
        };
        let (_form, other) = lab.form();
        lab.desktop.attend(&other, Attention::Controls).unwrap();
        while changed(Duration::from_millis(500)) {}
        lab.desktop.ignore(other.id);
        while changed(Duration::from_millis(500)) {}
        let mut says = work.child().stdin.take().unwrap();
        writeln!(says, "# Half of it").unwrap();
        assert!(changed(Duration::from_secs(5)), "its new text was not heard");
    });
}

fn signal(name: &str, pid: u32) {
    let done = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}
