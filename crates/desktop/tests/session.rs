//! A session without logind: what the display and a screen saver tell.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

use countersign_desktop::{null, watch_session};
use countersign_model::port::SessionWatch;
use countersign_model::{Hearing, LockOn, SessionEvent};
use countersign_tests::logind::{Logind, ScreenSaver};
use countersign_tests::{Deadline, Session, keyboard};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than anything takes on a slow machine.
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(600);

const ALL: LockOn = LockOn {
    session_lock: true,
    suspend: true,
    idle: Some(SHORT),
};

fn place(session: &Session, system_bus: &str) -> countersign_desktop::Session {
    countersign_desktop::Session {
        display: Some(session.display().to_owned()),
        bus: Some(session.bus().to_owned()),
        system_bus: Some(system_bus.to_owned()),
    }
}

fn watch(session: &Session, lock_on: LockOn) -> (Box<dyn SessionWatch>, Receiver<SessionEvent>) {
    let (sender, events) = channel();
    (
        watch_session(&place(session, "unix:path=/nonexistent/bus"), lock_on, sender),
        events,
    )
}

fn is_heard(hearing: &Hearing) -> bool {
    matches!(hearing, Hearing::By { .. })
}

#[test]
fn the_display_tells_when_nobody_touches_it() {
    let session = Session::start().unwrap();
    let only_idle = LockOn {
        idle: Some(SHORT),
        ..LockOn::default()
    };
    let (watch, events) = watch(&session, only_idle);
    assert!(matches!(events.recv_timeout(LONG), Ok(SessionEvent::Idle)));
    let hearing = watch.hearing();
    assert!(is_heard(&hearing.idle), "{hearing:?}");
    assert_eq!(hearing.suspend, Hearing::Off);
    // Once each time: it is told again only after somebody was there.
    assert!(events.recv_timeout(SHORT * 3).is_err());
    keyboard::press(&session, &["Shift_L"]).unwrap();
    assert!(matches!(events.recv_timeout(LONG), Ok(SessionEvent::Idle)));

    // Another time, and none.
    watch.want(LockOn {
        idle: Some(SHORT * 2),
        ..LockOn::default()
    });
    keyboard::press(&session, &["Shift_L"]).unwrap();
    assert!(matches!(events.recv_timeout(LONG), Ok(SessionEvent::Idle)));
    watch.want(LockOn::default());
    keyboard::press(&session, &["Shift_L"]).unwrap();
    assert!(events.recv_timeout(SHORT * 3).is_err());
    assert_eq!(watch.hearing().idle, Hearing::Off);
}

#[test]
fn a_screen_saver_is_heard_and_what_is_missing_is_said() {
    let session = Session::start().unwrap();
    let (watch, events) = watch(&session, LockOn { idle: None, ..ALL });
    let deadline = Deadline::seconds(30);
    let what = "the session bus to be looked at";
    deadline
        .wait_for(what, || match watch.hearing().session_lock {
            Hearing::Missing { why, .. } if why.contains("no screen saver") => Some(()),
            _ => None,
        })
        .unwrap();
    assert!(matches!(&watch.hearing().suspend, Hearing::Missing { why, .. } if why.contains("no system bus")));
    let saver = ScreenSaver::start(&session, "org.mate.ScreenSaver").unwrap();
    deadline
        .wait_for("the screen saver", || {
            is_heard(&watch.hearing().session_lock).then_some(())
        })
        .unwrap();
    saver.is_active(false).unwrap();
    saver.is_active(true).unwrap();
    assert!(matches!(events.recv_timeout(LONG), Ok(SessionEvent::Locked)));
    assert!(events.try_recv().is_err());
}

#[test]
fn a_logind_that_comes_back_is_found_again() {
    let session = Session::start().unwrap();
    let logind = Logind::start(&session).unwrap();
    let (sender, events) = channel();
    let watch = watch_session(&place(&session, logind.address()), ALL, sender);
    let deadline = Deadline::seconds(60);
    let heard = || is_heard(&watch.hearing().suspend).then_some(());
    deadline.wait_for("logind", heard).unwrap();
    drop(logind);
    deadline
        .wait_for("its end", || (!is_heard(&watch.hearing().suspend)).then_some(()))
        .unwrap();
    std::fs::remove_file(session.runtime().join("system-bus")).ok();
    let logind = Logind::start(&session).unwrap();
    // Looked for again when settings are read.
    deadline
        .wait_for("logind", || {
            watch.want(ALL);
            heard()
        })
        .unwrap();
    logind.sleeps(true).unwrap();
    let delay = loop {
        if let SessionEvent::Suspending(delay) = events.recv_timeout(LONG).unwrap() {
            break delay;
        }
    };
    // The machine waits as long as the delay is held.
    assert_eq!(logind.inhibitors().unwrap().len(), 1);
    drop(delay);
    deadline
        .wait_for("the end of the delay", || {
            logind.inhibitors().unwrap().is_empty().then_some(())
        })
        .unwrap();
}

#[test]
fn every_watch_says_what_is_off_and_what_is_missing() {
    let nowhere = countersign_desktop::Session {
        display: Some(":9876".to_owned()),
        bus: Some("unix:path=/nonexistent/bus".to_owned()),
        system_bus: Some("unix:path=/nonexistent/bus".to_owned()),
    };
    for watched in [watch_session, null::watch_session] {
        let (sender, events) = channel();
        let watch = watched(&nowhere, ALL, sender);
        let hearing = watch.hearing();
        for hearing in [hearing.session_lock, hearing.suspend, hearing.idle] {
            assert!(matches!(hearing, Hearing::Missing { .. }), "{hearing:?}");
        }
        watch.want(LockOn::default());
        let hearing = watch.hearing();
        assert_eq!(
            [hearing.session_lock, hearing.suspend, hearing.idle],
            [const { Hearing::Off }; 3]
        );
        drop(watch);
        assert!(events.try_recv().is_err());
    }
}
