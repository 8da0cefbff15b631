//! Windows come, change and go; each is told with the program behind it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod display;

use countersign_desktop::linux::x11::X11Windows;
use countersign_identify as identity;
use countersign_model::port::WindowSource as _;
use countersign_model::{FileOwner, IdentityProblem, Refusal, Stance, WindowEvent, WindowFacts, WindowId, Writable};
use display::{Events, Program, Screen, belongs};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

#[test]
fn a_window_appears_changes_its_title_is_activated_and_goes() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let before = countersign_desktop::pace::steady();
    let terminal = screen.terminal(r#"printf '\033]0;grün 漢\007'; read line"#);
    let (window, at) = events.find(|event| match event {
        WindowEvent::Appeared { window, at } if belongs(window, &terminal) => Some((window.clone(), *at)),
        _ => None,
    });
    assert!(at > before && at <= countersign_desktop::pace::steady());
    assert_eq!((window.instance.as_str(), window.class.as_str()), ("xterm", "XTerm"));
    let process = window.process.clone().unwrap();
    assert_eq!(process.executable, Path::new("/usr/bin/xterm"));
    assert_eq!(process.writable, Writable::RootOnly);
    assert_eq!(process.parent.unwrap().pid, std::process::id());
    if window.title != "grün 漢" {
        events.find(|event| match event {
            WindowEvent::Changed(now) if now.id == window.id && now.title == "grün 漢" => Some(()),
            _ => None,
        });
    }
    // The window manager lists it a moment later.
    let listed = countersign_desktop::pace::until(display::PATIENCE, Duration::from_millis(2), || {
        let snapshot = windows.snapshot().unwrap();
        snapshot.into_iter().find(|seen| seen.id == window.id)
    });
    assert_eq!(listed.unwrap().title, "grün 漢");
    assert_eq!(windows.still(&window), Ok(()));
    drop(terminal);
    events.find(|event| (*event == WindowEvent::Gone(window.id)).then_some(()));
    assert_eq!(windows.still(&window), Err(Refusal::WindowGone));
    assert!(windows.snapshot().unwrap().is_empty());
}

#[test]
fn a_window_tells_how_it_stands_and_which_window_it_belongs_to() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let (main, dialog) = (screen.terminal("read line"), screen.terminal("read line"));
    let owner = windows_of(&windows, &main);
    let window = windows_of(&windows, &dialog);
    let process = window.process.clone().unwrap();
    assert_eq!((process.owner, process.package), (FileOwner::Root, None));
    let stance = |wanted: &dyn Fn(&Stance) -> bool| {
        events.find(|event| match event {
            WindowEvent::Changed(now) if now.id == window.id && wanted(&now.stance) => Some(()),
            _ => None,
        });
    };
    let (id, owner) = (window.id.0.to_string(), owner.id.0.to_string());
    screen.run(
        "xprop",
        &[
            "-id",
            &id,
            "-f",
            "WM_TRANSIENT_FOR",
            "32x",
            "-set",
            "WM_TRANSIENT_FOR",
            &owner,
        ],
    );
    stance(&|now| now.parent.as_ref().is_some_and(|parent| parent.class == "XTerm"));
    screen.run("xdotool", &["windowminimize", "--sync", &id]);
    stance(&|now| now.minimised && !now.visible);
    screen.run("xdotool", &["windowmap", "--sync", &id]);
    stance(&|now| !now.minimised && now.visible);
    let place = windows.place(window.id).unwrap();
    assert!(place.width > 50 && place.height > 50, "{place:?}");
    assert_eq!(windows.place(WindowId(1)), Err(Refusal::WindowGone));
}

/// The window of a program, once it is on the screen.
fn windows_of(windows: &X11Windows, program: &Program) -> WindowFacts {
    let shown = || {
        let snapshot = windows.snapshot().unwrap();
        snapshot
            .into_iter()
            .find(|window| belongs(window, program) && window.stance.visible)
    };
    countersign_desktop::pace::until(display::PATIENCE, Duration::from_millis(5), shown).unwrap()
}

#[test]
fn the_package_of_an_installed_program_is_known() {
    assert_eq!(
        countersign_desktop::package_of(Path::new("/usr/bin/xterm")).as_deref(),
        Some("xterm")
    );
    assert_eq!(
        countersign_desktop::package_of(Path::new("/usr/bin/no-such-program")),
        None
    );
}

#[test]
fn activation_follows_the_window_manager() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal("read line");
    let mut appeared = None;
    let active = events.find(|event| {
        if let WindowEvent::Appeared { window, .. } = event
            && belongs(window, &terminal)
        {
            appeared = Some(window.id);
        }
        match event {
            WindowEvent::Activated(Some(id)) if Some(*id) == appeared => Some(*id),
            _ => None,
        }
    });
    drop(terminal);
    events.find(|event| matches!(event, WindowEvent::Activated(now) if *now != Some(active)).then_some(()));
}

#[test]
fn windows_that_are_there_already_are_told_first() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let first = Events::of(&windows);
    let terminal = screen.terminal("read line");
    let window = first.appeared(&terminal);
    let second = Events::of(&windows);
    assert_eq!(second.appeared(&terminal), window);
}

#[test]
fn without_a_window_manager_the_roots_children_are_windows() {
    let screen = Screen::bare();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal("read line");
    let window = events.appeared(&terminal);
    drop(terminal);
    events.find(|event| (*event == WindowEvent::Gone(window.id)).then_some(()));
}

#[test]
fn a_window_taken_down_and_shown_again_goes_and_appears() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal("read line");
    let window = events.appeared(&terminal);
    let id = window.id.0.to_string();
    screen.run("xdotool", &["windowunmap", "--sync", &id]);
    events.find(|event| (*event == WindowEvent::Gone(window.id)).then_some(()));
    screen.run("xdotool", &["windowmap", "--sync", &id]);
    assert_eq!(events.appeared(&terminal).id, window.id);
    // Iconified is not gone.
    screen.run("xdotool", &["windowminimize", "--sync", &id]);
    screen.run("xdotool", &["set_window", "--name", "marker", &id]);
    events.find(|event| match event {
        WindowEvent::Gone(gone) if *gone == window.id => panic!("an icon is not gone"),
        WindowEvent::Changed(now) if now.title == "marker" => Some(()),
        _ => None,
    });
}

#[test]
fn menus_and_dialog_helpers_are_no_windows() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let zenity = screen.spawn("zenity", &["--entry", "--title", "Logon"]);
    let window = events.appeared(&zenity);
    assert_eq!(window.title, "Logon");
    events.find(|event| matches!(event, WindowEvent::Activated(Some(id)) if *id == window.id).then_some(()));
    assert_eq!(windows.snapshot().unwrap(), [window]);
    assert!(
        events
            .said
            .try_iter()
            .all(|event| !matches!(event, WindowEvent::Appeared { .. }))
    );
}

#[test]
fn the_end_of_the_display_is_told() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    drop(screen);
    events.find(|event| matches!(event, WindowEvent::Lost(_)).then_some(()));
}

#[test]
fn a_watch_ends_when_dropped() {
    let screen = Screen::bare();
    let windows = screen.windows();
    let (sender, said) = std::sync::mpsc::channel();
    drop(windows.watch(sender).unwrap());
    assert!(said.iter().next().is_none());
}

#[test]
fn a_copy_is_the_users_and_a_deleted_program_is_said() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let copy = screen.path("xterm");
    std::fs::copy("/usr/bin/xterm", &copy).unwrap();
    // As anybody's own file is, even where this test runs as root.
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o777)).unwrap();
    let program = screen.spawn(copy.to_str().unwrap(), &["-e", "sleep", "100"]);
    let window = events.appeared(&program);
    let process = window.process.clone().unwrap();
    assert_eq!(process.executable, copy.canonicalize().unwrap());
    assert_eq!(process.writable, Writable::ByUser);
    std::fs::remove_file(&copy).unwrap();
    let now = windows.window(window.id).unwrap().process.unwrap();
    assert_eq!(
        (now.executable, now.writable),
        (process.executable.clone(), Writable::ByUser)
    );
    // Another program in the same place is another program, not the one that was seen.
    assert!(identity::still(&process).is_ok());
    drop(program);
    assert!(identity::still(&process).is_err());
}

#[test]
fn a_program_that_hides_from_others_is_not_identified() {
    if !Path::new("/usr/bin/ssh-agent").exists() {
        return;
    }
    let screen = Screen::bare();
    // ssh-agent forbids looking at it, as password keepers do.
    let agent = screen.spawn("ssh-agent", &["-D", "-a", screen.path("agent").to_str().unwrap()]);
    let listening = countersign_desktop::pace::until(display::PATIENCE, Duration::from_millis(5), || {
        screen.path("agent").exists().then_some(())
    });
    assert!(listening.is_some());
    let pid = agent.0.id();
    match identity::of_process(pid) {
        // Root sees through.
        Ok(process) => assert!(rustix::process::getuid().is_root(), "{process:?}"),
        Err(problem) => assert_eq!(problem, IdentityProblem::Unreadable(pid)),
    }
}

#[test]
fn interpreters_are_known_by_their_script() {
    let screen = Screen::bare();
    let script = screen.path("logon.sh");
    std::fs::write(&script, "read line\nexit\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o666)).unwrap();
    let mut command = screen.command("bash");
    let program = display::Program(
        command
            .arg("logon.sh")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let process = countersign_desktop::pace::until(display::PATIENCE, Duration::from_millis(5), || {
        identity::of_process(program.0.id())
            .ok()
            .filter(|process| process.script.is_some())
    })
    .unwrap();
    assert_eq!(process.script, Some(script.canonicalize().unwrap()));
    assert_eq!(process.writable, Writable::ByUser);
    assert_eq!(identity::of_process(0), Err(IdentityProblem::Ended(0)));
}
