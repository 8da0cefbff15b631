//! A password prompt in a terminal is told from everything else, without reading the screen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod display;

use countersign_desktop::linux::keys::X11Typist;
use countersign_desktop::linux::terminal;
use countersign_desktop::pace;
use countersign_model::port::{DesktopError, KeySender as _};
use countersign_model::{KeyPress, KeyStep, KeyTarget, Refusal, TerminalFacts, WindowEvent, WindowFacts};
use display::{Events, PATIENCE, Program, Screen, await_file};
use std::path::Path;
use std::time::Duration;

/// Reads a terminal until it is as wanted.
fn await_facts(window: &WindowFacts, wanted: impl Fn(&TerminalFacts) -> bool) -> TerminalFacts {
    let mut last = None;
    pace::until(PATIENCE, Duration::from_millis(5), || {
        last = Some(terminal::facts(window));
        match &last {
            Some(Ok(facts)) if wanted(facts) => Some(facts.clone()),
            _ => None,
        }
    })
    .unwrap_or_else(|| panic!("never as wanted: {last:#?}"))
}

fn open(screen: &Screen, line: &str) -> (Program, WindowFacts, Events) {
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal(line);
    let window = events.appeared(&terminal);
    (terminal, window, events)
}

fn runs(facts: &TerminalFacts, name: &str) -> bool {
    facts
        .foreground
        .executable
        .file_name()
        .is_some_and(|file| file.to_string_lossy().starts_with(name))
}

#[test]
fn a_password_prompt_is_known_and_answered_once() {
    let screen = Screen::managed();
    let line = "read -rsp 'Password: ' line; printf %s \"$line\" > line.part; mv line.part line; read -r rest";
    let (_terminal, window, _events) = open(&screen, line);
    let prompt = await_facts(&window, TerminalFacts::asks_for_secret);
    assert_eq!(prompt.waiting, Some(true));
    assert!(prompt.tty.starts_with("/dev/pts"));
    assert!(runs(&prompt, "bash"));
    assert_eq!(prompt.arguments[..3], ["bash", "--norc", "-c"]);
    assert_eq!(prompt.siblings, []);
    let typist = X11Typist::open(&screen.display()).unwrap();
    typist.await_focus(&window, PATIENCE).unwrap();
    let enter = KeyPress {
        modifiers: vec![],
        key: "Return".into(),
    };
    let target = KeyTarget {
        window: &window,
        control: None,
        terminal: Some(&prompt),
    };
    let secret = "Pässwört mit 30 Zeichen, und {ENTER}";
    typist
        .send(&target, &[KeyStep::Text(secret), KeyStep::Press(&enter)])
        .unwrap();
    assert_eq!(await_file(&screen.path("line")), secret);
    // The prompt is over: the same program now shows what is typed.
    await_facts(&window, |facts| facts.echo);
    assert_eq!(typist.send(&target, &[KeyStep::Text(secret)]), Err(Refusal::EchoOn));
}

#[test]
fn what_shows_its_input_is_no_prompt() {
    let screen = Screen::managed();
    let (_terminal, window, _events) = open(&screen, "set -m; cat; true");
    let facts = await_facts(&window, |facts| runs(facts, "cat"));
    assert!(facts.echo && facts.canonical && !facts.asks_for_secret());
}

#[test]
fn a_shell_at_its_prompt_and_an_editor_are_no_prompts() {
    let screen = Screen::managed();
    let (_terminal, window, _events) = open(&screen, "exec bash --norc -i");
    let facts = await_facts(&window, |facts| runs(facts, "bash") && !facts.canonical);
    assert!(!facts.asks_for_secret());
    if Path::new("/usr/bin/vi").exists() {
        let (_editor, window, _events) = open(&screen, "exec vi file");
        let facts = await_facts(&window, |facts| runs(facts, "vi") && !facts.canonical);
        assert!(!facts.echo && !facts.asks_for_secret());
    }
}

#[test]
fn another_program_in_the_foreground_ends_the_prompt() {
    let screen = Screen::managed();
    // A prompt that the user answers himself; then something else reads without echo, as a trap would.
    let line = "set -m; read -rs line; stty -echo; cat > caught";
    let (_terminal, window, _events) = open(&screen, line);
    let prompt = await_facts(&window, TerminalFacts::asks_for_secret);
    let typist = X11Typist::open(&screen.display()).unwrap();
    typist.await_focus(&window, PATIENCE).unwrap();
    screen.run("xdotool", &["key", "Return"]);
    await_facts(&window, |facts| runs(facts, "cat") && facts.asks_for_secret());
    let target = KeyTarget {
        window: &window,
        control: None,
        terminal: Some(&prompt),
    };
    assert_eq!(
        typist.send(&target, &[KeyStep::Text("secret")]),
        Err(Refusal::ForegroundChanged)
    );
    assert_eq!(std::fs::read_to_string(screen.path("caught")).unwrap(), "");
}

#[test]
fn a_second_process_of_the_program_is_seen() {
    let screen = Screen::managed();
    let line = "cat < /dev/tty & wait";
    let (_terminal, window, _events) = open(&screen, line);
    // Without job control a child stays in the foreground group.
    let facts = await_facts(&window, |facts| facts.siblings.is_empty() && runs(facts, "bash"));
    assert!(facts.siblings.is_empty());
    let (_terminal, window, _events) = open(&screen, "bash --norc -c 'sleep 100; true' & read -rs line");
    await_facts(&window, |facts| facts.siblings.len() == 1 && facts.asks_for_secret());
}

#[test]
fn multiplexers_hide_who_reads() {
    if !Path::new("/usr/bin/tmux").exists() {
        return;
    }
    let screen = Screen::managed();
    let (_terminal, window, _events) = open(
        &screen,
        "exec tmux -L countersign-test -f /dev/null new-session 'sleep 100'",
    );
    let why = pace::until(PATIENCE, Duration::from_millis(5), || match terminal::facts(&window) {
        Err(DesktopError::NoTerminal(why)) if why.contains("tmux") => Some(why),
        _ => None,
    });
    let ended = pace::until(PATIENCE, Duration::from_millis(20), || {
        let kill = screen
            .command("tmux")
            .args(["-L", "countersign-test", "kill-server"])
            .status();
        kill.is_ok_and(|status| status.success()).then_some(())
    });
    assert!(ended.is_some());
    assert!(why.is_some());
}

#[test]
fn a_window_without_a_terminal_says_so() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let zenity = screen.spawn("zenity", &["--entry"]);
    let window = events.appeared(&zenity);
    assert!(matches!(terminal::facts(&window), Err(DesktopError::NoTerminal(_))));
}

#[test]
fn a_prompt_is_announced_by_the_display_and_silence_is_silent() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal("until [ -e go ]; do read -t 0.05 <> <(:); done; read -rsp 'Password: ' line");
    let window = events.appeared(&terminal);
    windows.watch_terminal(window.id);
    await_facts(&window, |facts| runs(facts, "bash"));
    // What was drawn when the window came is over when nothing is told for a while.
    while events.said.recv_timeout(Duration::from_millis(600)).is_ok() {}
    std::fs::write(screen.path("go"), "").unwrap();
    let told = WindowEvent::ControlsChanged(window.id);
    events.find(|event| {
        (*event == told && terminal::facts(&window).is_ok_and(|facts| facts.asks_for_secret())).then_some(())
    });
    while events.said.recv_timeout(Duration::from_millis(600)).is_ok() {}
    // Busy contents are told in bounded number.
    windows.unwatch_terminal(window.id);
    let busy = screen.terminal("while :; do echo busy; done");
    let window = events.appeared(&busy);
    windows.watch_terminal(window.id);
    let until = pace::steady().after(Duration::from_secs(2));
    let mut count = 0;
    while pace::steady() < until {
        count += usize::from(
            events.said.recv_timeout(Duration::from_millis(50)) == Ok(WindowEvent::ControlsChanged(window.id)),
        );
    }
    assert!((2..40).contains(&count), "{count}");
}
