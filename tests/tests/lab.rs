//! The laboratory itself: what the other suites stand on.

use countersign_tests::accessible::Bus;
use countersign_tests::{Deadline, Session};

#[test]
fn a_session_shows_zenity_to_eyes_and_to_assistive_technology() {
    let session = Session::start().unwrap();
    let zenity = session
        .spawn(
            "zenity",
            &[
                "--forms",
                "--title=Acme",
                "--text=Log on",
                "--add-entry=User",
                "--add-password=Password",
            ],
        )
        .unwrap();
    let seen = session
        .screen()
        .unwrap()
        .wait_for_window_of(zenity.id(), Deadline::seconds(20))
        .unwrap();
    assert_eq!(seen.title, "Acme");
    let bus = Bus::of(&session).unwrap();
    let password = bus
        .wait_for_node(zenity.id(), "the password field", Deadline::seconds(20), |node| {
            node.role == 40
        })
        .unwrap();
    assert!(password.is("editable"), "{password:?}");
    let picture = session.folder().join("screen.png");
    session.screenshot(&picture).unwrap();
    assert!(std::fs::metadata(picture).unwrap().len() > 1_000);
}

#[test]
fn what_a_session_started_ends_with_it() {
    let session = Session::start().unwrap();
    let mut command = session.command("sh");
    // A process that left its parent and would outlive it.
    let orphan = command
        .args(["-c", "sleep 1000 >/dev/null 2>&1 & echo $!"])
        .output()
        .unwrap();
    let pid: u32 = String::from_utf8(orphan.stdout).unwrap().trim().parse().unwrap();
    let display = session.display().to_owned();
    assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
    drop(session);
    // It may still wait for its new parent to notice, but it runs no more.
    assert!(
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .unwrap_or_default()
            .is_empty()
    );
    assert!(countersign_tests::window::Screen::open(&display).is_err());
}

#[test]
fn a_session_on_a_display_that_is_there_leaves_it_as_it_was() {
    let desktop = Session::start().unwrap();
    let announced = || desktop.screen().unwrap().text_property("AT_SPI_BUS");
    let before = announced();
    assert!(before.is_some());
    let guest = Session::on(desktop.display()).unwrap();
    let zenity = guest.spawn("zenity", &["--password", "--title=Guest"]).unwrap();
    let bus = Bus::of(&guest).unwrap();
    let field = |node: &countersign_tests::accessible::Node| node.role == 40;
    bus.wait_for_node(zenity.id(), "the guest's field", Deadline::seconds(20), field)
        .unwrap();
    drop(zenity);
    drop(guest);
    assert_eq!(announced(), before);
    // The display's own applications are as visible as before.
    let zenity = desktop.spawn("zenity", &["--password", "--title=Own"]).unwrap();
    let bus = Bus::of(&desktop).unwrap();
    bus.wait_for_node(zenity.id(), "the display's own field", Deadline::seconds(20), field)
        .unwrap();
}
