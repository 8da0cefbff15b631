//! The demo's applications and their counterparts, with a person's hands in the agent's place: what is accepted here
//! with the right password and refused with a wrong one is what the demo's evidence rests on.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use countersign_tests::accessible::{Bus, Node};
use countersign_tests::account::lab_password;
use countersign_tests::applications::{AskpassSsh, FileZilla, TerminalSsh};
use countersign_tests::servers::{Ftp, Sshd};
use countersign_tests::window::Seen;
use countersign_tests::{Deadline, Session, keyboard};

const PASSWORD_TEXT: u32 = 40;

fn soon() -> Deadline {
    Deadline::seconds(30)
}

fn askpass(seen: &Seen) -> bool {
    seen.class.0 == "lxqt-openssh-askpass"
}

#[test]
fn the_programs_are_an_ordinary_users() {
    let session = Session::start().unwrap();
    let answer = session.command("id").output().unwrap();
    let text = String::from_utf8(answer.stdout).unwrap();
    assert!(!text.contains("uid=0") && !text.contains("gid=0"), "{text}");
    // The account is known inside the laboratory.
    let known = session.command("getent").args(["passwd", "demo"]).output().unwrap();
    assert!(known.status.success(), "run through `cargo xtask test`");
}

#[test]
fn ssh_asks_through_askpass_and_asks_again_after_a_wrong_password() {
    let session = Session::start().unwrap();
    let mut server = Sshd::start(&session).unwrap();
    let mut ssh = AskpassSsh::start(&session, &server).unwrap().process;
    let screen = session.screen().unwrap();
    let bus = Bus::of(&session).unwrap();
    let first = screen.wait_for_window("askpass", soon(), askpass).unwrap();
    fill(&bus, first.pid.unwrap(), &[(PASSWORD_TEXT, "", "not the password")]);
    assert!(!server.verdict(soon()).unwrap().is_accepted());
    let again = screen
        .wait_for_window("askpass again", soon(), |seen| askpass(seen) && seen.pid != first.pid)
        .unwrap();
    fill(
        &bus,
        again.pid.unwrap(),
        &[(PASSWORD_TEXT, "", &lab_password().unwrap())],
    );
    assert!(server.verdict(soon()).unwrap().is_accepted());
    assert!(ssh.wait(soon()).unwrap().success());
}

#[test]
fn ssh_in_xterm_asks_and_asks_again_after_a_wrong_password() {
    let session = Session::start().unwrap();
    let mut server = Sshd::start(&session).unwrap();
    let ssh = TerminalSsh::start(&session, &server).unwrap();
    let window = session
        .screen()
        .unwrap()
        .wait_for_window_of(ssh.process.id(), soon())
        .unwrap();
    assert_eq!(window.class, ("xterm".to_owned(), "XTerm".to_owned()));
    for (password, accepted) in [("not the password".to_owned(), false), (lab_password().unwrap(), true)] {
        ssh.wait_for_prompt(soon()).unwrap();
        keyboard::type_text(&session, &password).unwrap();
        keyboard::press(&session, &["Return"]).unwrap();
        assert_eq!(server.verdict(soon()).unwrap().is_accepted(), accepted);
    }
}

#[test]
fn filezilla_asks_once_and_says_why_it_failed() {
    let session = Session::start().unwrap();
    let mut server = Ftp::start().unwrap();
    for (password, accepted, told) in [
        ("not the password".to_owned(), false, "530 Login incorrect"),
        (lab_password().unwrap(), true, "Logged in"),
    ] {
        let application = FileZilla::start(&session, &server).unwrap().process;
        let screen = session.screen().unwrap();
        let form = |seen: &Seen| seen.title == "Enter username and password";
        screen.wait_for_window("FileZilla's form", soon(), form).unwrap();
        let bus = Bus::of(&session).unwrap();
        fill(
            &bus,
            application.id(),
            &[(61, "User:", "demo"), (PASSWORD_TEXT, "Password:", &password)],
        );
        let verdict = server.verdict(soon()).unwrap();
        assert_eq!(verdict.is_accepted(), accepted, "{verdict:?}");
        let log = |node: &Node| node.text.as_deref().is_some_and(|text| text.contains(told));
        bus.wait_for_node(application.id(), told, soon(), log).unwrap();
    }
}

/// Writes each text into the field of that role and label (of the form, not of what is behind it) and presses OK.
fn fill(bus: &Bus, pid: u32, fields: &[(u32, &str, &str)]) {
    let application = bus.wait_for_application(pid, soon()).unwrap();
    let ok = |node: &Node| node.name == "OK" && node.is("showing");
    bus.wait_for_node(pid, "the OK button", soon(), ok).unwrap();
    let tree = bus.tree(&application).unwrap();
    for (role, label, text) in fields {
        let field = tree
            .iter()
            .find(|node| node.role == *role && node.label == *label && node.is("editable"));
        assert!(bus.set_text(field.unwrap(), text).unwrap(), "{label}");
    }
    assert!(bus.press(tree.iter().find(|node| ok(node)).unwrap()).unwrap());
}
