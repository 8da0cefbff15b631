//! What is typed arrives, character for character, whatever the keyboard is like.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod display;

use countersign_desktop::linux::keys::X11Typist;
use countersign_desktop::pace;
use countersign_model::port::KeySender as _;
use countersign_model::{KeyPress, KeyStep, KeyTarget, Modifier, Refusal, WindowFacts};
use display::{Events, PATIENCE, Program, Screen, await_file};
use std::process::Stdio;
use std::time::Duration;
use x11rb::protocol::xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::wrapper::ConnectionExt as _;

/// Capitals, umlauts, dead keys of some layouts, signs outside the layout and outside the basic plane, quotes, and what other tools
/// would read as a key name.
const TEXT: &str = r#"Grüße ÄÖÜ ß ñ Ñ € 漢 😀 {ENTER} "q" 'Q' ^ ` ´ ~ é\ @|#<> [x] %V% $1 zZyY-_+*/ 0aA"#;

fn target(window: &WindowFacts) -> KeyTarget<'_> {
    KeyTarget {
        window,
        control: None,
        terminal: None,
    }
}

fn enter() -> KeyPress {
    KeyPress {
        modifiers: vec![],
        key: "Return".into(),
    }
}

/// A terminal that writes the first line it reads to a file.
fn line_reader(screen: &Screen) -> Program {
    screen.terminal("IFS= read -r line; printf %s \"$line\" > line.part; mv line.part line")
}

fn type_into_terminal(screen: &Screen, typist: &X11Typist, text: &str) -> String {
    let windows = screen.windows();
    let events = Events::of(&windows);
    let reader = line_reader(screen);
    let window = events.appeared(&reader);
    typist.await_focus(&window, PATIENCE).unwrap();
    let enter = enter();
    typist
        .send(&target(&window), &[KeyStep::Text(text), KeyStep::Press(&enter)])
        .unwrap();
    let line = await_file(&screen.path("line"));
    std::fs::remove_file(screen.path("line")).unwrap();
    line
}

fn type_into_entry(screen: &Screen, typist: &X11Typist, text: &str) -> String {
    let windows = screen.windows();
    let events = Events::of(&windows);
    let mut command = screen.command("zenity");
    command.args(["--entry", "--title", "Logon"]).stdout(Stdio::piped());
    let mut zenity = Program(command.spawn().unwrap());
    let window = events.appeared(&zenity);
    typist.await_focus(&window, PATIENCE).unwrap();
    let enter = enter();
    typist
        .send(&target(&window), &[KeyStep::Text(text), KeyStep::Press(&enter)])
        .unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(zenity.0.stdout.as_mut().unwrap(), &mut said).unwrap();
    said.trim_end_matches('\n').to_owned()
}

fn every_way(layout: &str) {
    let screen = Screen::managed();
    screen.layout(layout);
    let typist = X11Typist::open(&screen.display()).unwrap();
    assert_eq!(type_into_terminal(&screen, &typist, TEXT), TEXT);
    assert_eq!(type_into_entry(&screen, &typist, TEXT), TEXT);
    toggle(&screen, 66);
    assert_eq!(locked(&screen), 2, "Caps Lock is on");
    assert_eq!(type_into_terminal(&screen, &typist, TEXT), TEXT);
    assert_eq!(type_into_entry(&screen, &typist, TEXT), TEXT);
    assert_eq!(locked(&screen), 2, "Caps Lock is as it was");
}

/// Presses and releases a key by its code.
fn toggle(screen: &Screen, keycode: u8) {
    let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
    for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
        conn.xtest_fake_input(kind, keycode, 0, 0, 0, 0, 0).unwrap();
    }
    conn.sync().unwrap();
}

fn locked(screen: &Screen) -> u16 {
    use x11rb::protocol::xkb::ConnectionExt as _;
    let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
    conn.xkb_use_extension(1, 0).unwrap().reply().unwrap();
    conn.xkb_get_state(256).unwrap().reply().unwrap().locked_mods.into()
}

/// The whole core keyboard map.
fn keyboard(screen: &Screen) -> Vec<Vec<u32>> {
    let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
    (8..=255)
        .map(|keycode| {
            let mut row = conn.get_keyboard_mapping(keycode, 1).unwrap().reply().unwrap().keysyms;
            while row.last() == Some(&0) {
                row.pop();
            }
            row
        })
        .collect()
}

#[test]
fn everything_arrives_with_the_us_layout() {
    every_way("us");
}

#[test]
fn everything_arrives_with_the_german_layout() {
    every_way("de");
}

#[test]
fn everything_arrives_with_the_french_layout() {
    every_way("fr");
}

#[test]
fn the_active_one_of_two_layouts_counts() {
    let screen = Screen::managed();
    screen.layout("us,de");
    let typist = X11Typist::open(&screen.display()).unwrap();
    assert_eq!(type_into_terminal(&screen, &typist, "zy{[?ö"), "zy{[?ö");
    {
        use x11rb::protocol::xkb::{ConnectionExt as _, Group};
        let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
        conn.xkb_use_extension(1, 0).unwrap().reply().unwrap();
        let none = 0u16.into();
        conn.xkb_latch_lock_state(256, none, none, true, Group::M2, none, false, 0)
            .unwrap();
        conn.sync().unwrap();
    }
    assert_eq!(type_into_terminal(&screen, &typist, "zy{[?ö"), "zy{[?ö");
}

#[test]
fn more_foreign_characters_than_spare_keys_arrive_in_turns() {
    let screen = Screen::managed();
    let typist = X11Typist::open(&screen.display()).unwrap();
    let text: String = (0x4e00u32..).filter_map(char::from_u32).take(120).collect();
    assert_eq!(type_into_terminal(&screen, &typist, &text), text);
}

#[test]
fn borrowed_keys_are_given_back() {
    let screen = Screen::managed();
    let before = keyboard(&screen);
    let typist = X11Typist::open(&screen.display()).unwrap();
    type_into_terminal(&screen, &typist, "漢字");
    assert!(keyboard(&screen).iter().any(|row| row.contains(&0x0100_6f22)));
    let back = pace::until(PATIENCE, Duration::from_millis(20), || {
        (keyboard(&screen) == before).then_some(())
    });
    assert_eq!(back, Some(()));
    // And at the end, however soon that comes.
    type_into_terminal(&screen, &typist, "漢字");
    drop(typist);
    assert!(keyboard(&screen) == before, "given back");
}

#[test]
fn what_a_crashed_typist_had_borrowed_is_given_back_by_the_next() {
    let screen = Screen::managed();
    let before = keyboard(&screen);
    let typist = X11Typist::open(&screen.display()).unwrap();
    type_into_terminal(&screen, &typist, "漢字");
    let during = keyboard(&screen);
    assert!(during != before);
    // As if it had been killed: its connection is closed by force, so that its own giving back fails.
    let (conn, root) = x11rb::connect(Some(&screen.name)).unwrap();
    let name = conn
        .intern_atom(false, b"_COUNTERSIGN_BORROWED_KEYS")
        .unwrap()
        .reply()
        .unwrap()
        .atom;
    let root = {
        use x11rb::connection::Connection as _;
        conn.setup().roots[root].root
    };
    let marks: Vec<u32> = conn
        .get_property(false, root, name, 6u32, 0, 1000)
        .unwrap()
        .reply()
        .unwrap()
        .value32()
        .unwrap()
        .collect();
    conn.kill_client(marks[0]).unwrap();
    conn.sync().unwrap();
    drop(typist);
    assert!(keyboard(&screen) == during, "nobody gave them back");
    let _next = X11Typist::open(&screen.display()).unwrap();
    assert!(keyboard(&screen) == before, "given back");
    assert_eq!(
        conn.get_property(false, root, name, 6u32, 0, 1)
            .unwrap()
            .reply()
            .unwrap()
            .type_,
        0
    );
}

#[test]
fn nothing_is_typed_while_a_modifier_is_held() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let typist = X11Typist::open(&screen.display()).unwrap();
    let reader = line_reader(&screen);
    let window = events.appeared(&reader);
    typist.await_focus(&window, PATIENCE).unwrap();
    let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
    let control = |kind: u8| {
        conn.xtest_fake_input(kind, 37, 0, 0, 0, 0, 0).unwrap();
        conn.sync().unwrap();
    };
    control(KEY_PRESS_EVENT);
    assert_eq!(
        typist.send(&target(&window), &[KeyStep::Text("c")]),
        Err(Refusal::ModifierHeld)
    );
    // Released while it waits: typed then.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            pace::pause(Duration::from_millis(100));
            control(KEY_RELEASE_EVENT);
        });
        let enter = enter();
        typist
            .send(&target(&window), &[KeyStep::Text("c"), KeyStep::Press(&enter)])
            .unwrap();
    });
    assert_eq!(await_file(&screen.path("line")), "c");
}

#[test]
fn named_keys_and_modifiers_do_what_they_say() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let typist = X11Typist::open(&screen.display()).unwrap();
    let mut command = screen.command("zenity");
    command
        .args(["--entry", "--title", "Logon", "--entry-text", "old text"])
        .stdout(Stdio::piped());
    let mut zenity = Program(command.spawn().unwrap());
    let window = events.appeared(&zenity);
    typist.await_focus(&window, PATIENCE).unwrap();
    let key = |modifiers: &[Modifier], key: &str| KeyPress {
        modifiers: modifiers.to_vec(),
        key: key.into(),
    };
    let (end, all, word, enter) = (
        key(&[], "End"),
        key(&[Modifier::Ctrl], "a"),
        key(&[Modifier::Shift], "Left"),
        enter(),
    );
    typist
        .send(
            &target(&window),
            &[
                KeyStep::Press(&end),
                KeyStep::Press(&all),
                KeyStep::Text("New wordx"),
                KeyStep::Press(&word),
                KeyStep::Text("!"),
                KeyStep::Press(&enter),
            ],
        )
        .unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(zenity.0.stdout.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(said, "New word!\n");
}

#[test]
fn control_characters_and_unknown_keys_are_refused_before_anything_is_typed() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let typist = X11Typist::open(&screen.display()).unwrap();
    let reader = line_reader(&screen);
    let window = events.appeared(&reader);
    typist.await_focus(&window, PATIENCE).unwrap();
    assert!(matches!(
        typist.send(&target(&window), &[KeyStep::Text("secret\n")]),
        Err(Refusal::Untypable(_))
    ));
    let unknown = KeyPress {
        modifiers: vec![],
        key: "NoSuchKey".into(),
    };
    assert!(matches!(
        typist.send(&target(&window), &[KeyStep::Press(&unknown)]),
        Err(Refusal::Desktop(_))
    ));
    let enter = enter();
    typist.send(&target(&window), &[KeyStep::Press(&enter)]).unwrap();
    assert_eq!(await_file(&screen.path("line")), "");
}

#[test]
fn keys_follow_the_pointer_where_no_window_manager_gives_the_focus() {
    let screen = Screen::bare();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let typist = X11Typist::open(&screen.display()).unwrap();
    let reader = line_reader(&screen);
    let window = events.appeared(&reader);
    screen.run("xdotool", &["mousemove", "1000", "760"]);
    assert_eq!(
        typist.send(&target(&window), &[KeyStep::Text("x")]),
        Err(Refusal::FocusMoved)
    );
    screen.run("xdotool", &["mousemove", "50", "50"]);
    let enter = enter();
    typist
        .send(&target(&window), &[KeyStep::Text("here"), KeyStep::Press(&enter)])
        .unwrap();
    assert_eq!(await_file(&screen.path("line")), "here");
}
