//! Keys never go to a window that steals the focus, and clicks never to one that covers the target.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod display;

use countersign_desktop::linux::keys::X11Typist;
use countersign_desktop::linux::pointer::X11Pointer;
use countersign_desktop::pace;
use countersign_identify as identity;
use countersign_model::port::KeySender as _;
use countersign_model::{KeyStep, KeyTarget, Refusal, WindowFacts, WindowId};
use display::{Events, PATIENCE, Screen};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, GrabStatus, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How many keys are typed against the thief.
const KEYS: usize = 600;

/// A window that counts the keys it gets.
struct Counter {
    conn: RustConnection,
    window: Window,
}

impl Counter {
    fn new(screen: &Screen, x: i16) -> Self {
        let (conn, number) = x11rb::connect(Some(&screen.name)).unwrap();
        let root = conn.setup().roots[number].root;
        let window = conn.generate_id().unwrap();
        let aux = CreateWindowAux::new()
            .override_redirect(1)
            .event_mask(EventMask::KEY_PRESS | EventMask::BUTTON_PRESS | EventMask::EXPOSURE);
        conn.create_window(0, window, root, x, 0, 100, 100, 0, WindowClass::INPUT_OUTPUT, 0, &aux)
            .unwrap();
        conn.map_window(window).unwrap();
        conn.flush().unwrap();
        while !matches!(conn.wait_for_event().unwrap(), Event::Expose(_)) {}
        Self { conn, window }
    }

    fn facts(&self) -> WindowFacts {
        WindowFacts {
            id: WindowId(self.window.into()),
            process: identity::of_process(std::process::id()),
            title: String::new(),
            class: String::new(),
            instance: String::new(),
            stance: countersign_model::Stance::default(),
        }
    }

    fn focus(&self) {
        self.conn.set_input_focus(InputFocus::NONE, self.window, 0u32).unwrap();
        self.conn.sync().unwrap();
    }

    fn keys(&self) -> usize {
        self.conn.sync().unwrap();
        let mut count = 0;
        while let Some(event) = self.conn.poll_for_event().unwrap() {
            count += usize::from(matches!(event, Event::KeyPress(_) | Event::ButtonPress(_)));
        }
        count
    }
}

/// Takes the focus away and gives it back, at uneven moments, until told to stop. Returns how often it had it.
fn steal(thief: &Counter, victim: &Counter, stop: &AtomicBool) -> usize {
    let mut thefts = 0;
    let mut seed = 0x2545_f491u32;
    let mut pause = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        pace::pause(Duration::from_micros(200 + u64::from(seed % 2500)));
    };
    while !stop.load(Ordering::Relaxed) {
        thief.focus();
        thefts += 1;
        pause();
        thief
            .conn
            .set_input_focus(InputFocus::NONE, victim.window, 0u32)
            .unwrap();
        thief.conn.sync().unwrap();
        pause();
    }
    thefts
}

/// Tells the thief to stop, also when the test fails.
struct Arrest<'a>(&'a AtomicBool);

impl Drop for Arrest<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Types one key after another without looking: what the guard is measured against.
fn type_unguarded(screen: &Screen, count: usize) {
    let (conn, _) = x11rb::connect(Some(&screen.name)).unwrap();
    for _ in 0..count {
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            conn.xtest_fake_input(kind, 38, 0, 0, 0, 0, 0).unwrap();
        }
        conn.sync().unwrap();
    }
}

fn type_guarded(typist: &X11Typist, window: &WindowFacts, count: usize) {
    let target = KeyTarget {
        window,
        control: None,
        terminal: None,
    };
    let mut left = count / 20;
    while left > 0 {
        match typist.send(&target, &[KeyStep::Text("aaaaaaaaaaaaaaaaaaaa")]) {
            Ok(()) => left -= 1,
            Err(Refusal::FocusMoved) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_focus_thief_gets_no_key_from_us_and_some_from_an_unguarded_typist() {
    let screen = Screen::bare();
    let (victim, thief) = (Counter::new(&screen, 0), Counter::new(&screen, 200));
    let typist = X11Typist::open(&screen.display()).unwrap();
    let facts = victim.facts();
    victim.focus();
    let stop = AtomicBool::new(false);
    let thefts = std::thread::scope(|scope| {
        let stealing = scope.spawn(|| steal(&thief, &victim, &stop));
        let _arrested = Arrest(&stop);
        type_guarded(&typist, &facts, KEYS);
        assert_eq!((victim.keys(), thief.keys()), (KEYS, 0));
        stop.store(true, Ordering::Relaxed);
        stealing.join().unwrap()
    });
    assert!(thefts > 0, "the thief never had the focus: nothing was tested");
    stop.store(false, Ordering::Relaxed);
    std::thread::scope(|scope| {
        scope.spawn(|| steal(&thief, &victim, &stop));
        let _arrested = Arrest(&stop);
        type_unguarded(&screen, KEYS);
        assert!(thief.keys() > 0, "an unguarded typist leaks to this thief");
    });
}

#[test]
fn a_focus_that_is_given_back_at_once_is_waited_for_before_the_first_key_only() {
    let screen = Screen::bare();
    let (victim, thief) = (Counter::new(&screen, 0), Counter::new(&screen, 200));
    let typist = X11Typist::open(&screen.display()).unwrap();
    let facts = victim.facts();
    let target = KeyTarget {
        window: &facts,
        control: None,
        terminal: None,
    };
    thief.focus();
    let asked = std::cell::Cell::new(0);
    let typed = typist.send_when(&target, &[KeyStep::Text("secret")], &|| {
        asked.set(asked.get() + 1);
        if asked.get() == 3 {
            victim.focus();
        }
        Ok(())
    });
    assert_eq!(typed, Ok(()));
    assert_eq!((victim.keys(), thief.keys()), (6, 0));
    thief.focus();
    let typed = typist.send(&target, &[KeyStep::Text("secret")]);
    assert_eq!(typed, Err(Refusal::FocusMoved));
    assert_eq!((victim.keys(), thief.keys()), (0, 0));
}

#[test]
fn a_long_text_stops_where_the_focus_went() {
    let screen = Screen::bare();
    let (victim, thief) = (Counter::new(&screen, 0), Counter::new(&screen, 200));
    let typist = X11Typist::open(&screen.display()).unwrap();
    let facts = victim.facts();
    victim.focus();
    let asked = std::cell::Cell::new(0);
    let target = KeyTarget {
        window: &facts,
        control: None,
        terminal: None,
    };
    let text = "b".repeat(60);
    // The focus goes away between the second and the third burst.
    let sent = typist.send_when(&target, &[KeyStep::Text(&text)], &|| {
        asked.set(asked.get() + 1);
        if asked.get() == 3 {
            thief.focus();
        }
        Ok(())
    });
    assert_eq!(sent, Err(Refusal::FocusMoved));
    assert_eq!((victim.keys(), thief.keys()), (40, 0));
    // A field that lost the focus stops it as well.
    victim.focus();
    let sent = typist.send_when(&target, &[KeyStep::Text(&text)], &|| Err(Refusal::FieldNotFocused));
    assert_eq!(sent, Err(Refusal::FieldNotFocused));
    assert_eq!((victim.keys(), thief.keys()), (0, 0));
}

#[test]
fn a_menu_or_a_screen_lock_that_holds_the_keyboard_gets_nothing() {
    let screen = Screen::bare();
    let (victim, thief) = (Counter::new(&screen, 0), Counter::new(&screen, 200));
    let typist = X11Typist::open(&screen.display()).unwrap();
    let pointer = X11Pointer::open(&screen.display()).unwrap();
    let facts = victim.facts();
    victim.focus();
    let target = KeyTarget {
        window: &facts,
        control: None,
        terminal: None,
    };
    let grabbed = thief
        .conn
        .grab_keyboard(false, thief.window, 0u32, GrabMode::ASYNC, GrabMode::ASYNC);
    assert_eq!(grabbed.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
    let events = EventMask::BUTTON_PRESS;
    let grabbed = thief.conn.grab_pointer(
        false,
        thief.window,
        events,
        GrabMode::ASYNC,
        GrabMode::ASYNC,
        0u32,
        0u32,
        0u32,
    );
    assert_eq!(grabbed.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
    // The focus is where it should be all the time: only the grab leads the keys away.
    assert_eq!(
        victim.conn.get_input_focus().unwrap().reply().unwrap().focus,
        victim.window
    );
    assert_eq!(
        typist.send(&target, &[KeyStep::Text("secret")]),
        Err(Refusal::FocusMoved)
    );
    assert_eq!(pointer.click_at(&facts, 20, 20), Err(Refusal::FocusMoved));
    assert_eq!((victim.keys(), thief.keys()), (0, 0));
    thief.conn.ungrab_keyboard(0u32).unwrap();
    thief.conn.ungrab_pointer(0u32).unwrap();
    thief.conn.sync().unwrap();
    assert_eq!(typist.send(&target, &[KeyStep::Text("secret")]), Ok(()));
    assert_eq!(pointer.click_at(&facts, 20, 20), Ok(()));
    assert_eq!((victim.keys(), thief.keys()), (7, 0));
}

#[test]
fn a_window_of_another_process_is_refused() {
    let screen = Screen::managed();
    let windows = screen.windows();
    let events = Events::of(&windows);
    let terminal = screen.terminal("read line");
    let window = events.appeared(&terminal);
    let typist = X11Typist::open(&screen.display()).unwrap();
    typist.await_focus(&window, PATIENCE).unwrap();
    let mut other = window.clone();
    other.process = identity::of_process(std::process::id());
    let target = |window| KeyTarget {
        window,
        control: None,
        terminal: None,
    };
    assert_eq!(
        typist.send(&target(&other), &[KeyStep::Text("x")]),
        Err(Refusal::IdentityChanged)
    );
    let mut other = window.clone();
    if let Ok(process) = &mut other.process {
        process.executable = "/usr/bin/other".into();
    }
    assert_eq!(
        typist.send(&target(&other), &[KeyStep::Text("x")]),
        Err(Refusal::IdentityChanged)
    );
    drop(terminal);
    events.find(|event| (*event == countersign_model::WindowEvent::Gone(window.id)).then_some(()));
    assert!(matches!(
        typist.send(&target(&window), &[KeyStep::Text("x")]),
        Err(Refusal::WindowGone | Refusal::IdentityChanged)
    ));
}

#[test]
fn clicks_go_to_the_target_only() {
    let screen = Screen::bare();
    let (below, above) = (Counter::new(&screen, 0), Counter::new(&screen, 50));
    let pointer = X11Pointer::open(&screen.display()).unwrap();
    let facts = below.facts();
    assert_eq!(pointer.click_at(&facts, 20, 20), Ok(()));
    assert_eq!((below.keys(), above.keys()), (1, 0));
    assert_eq!(pointer.click_at(&facts, 70, 20), Err(Refusal::FocusMoved));
    assert_eq!(pointer.click_at(&facts, 500, 500), Err(Refusal::FocusMoved));
    assert_eq!((below.keys(), above.keys()), (0, 0));
}
