//! A secret on the clipboard: marked, found there, and gone again.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Fragments, PASSWORD, PATIENCE, Package, Secret};
use countersign_tests::memory::Memory;
use countersign_tests::process::output;
use countersign_tests::{Deadline, Process, Session};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEvent, SelectionEventMask};
use x11rb::protocol::xproto::ConnectionExt as _;

const SECRET: &str = "pL9@x{TAB}|\"'\\%~^Gq4Vz7ü hDk2";
const HINT: &str = "x-kde-passwordManagerHint";
const TEMPLATE: &str = "schema = 1\nid = \"test.Given\"\nname = \"Given\"\n[logon]\nfields = [\"username\", \"password\"]\n[[form]]\nkind = \"logon\"\n\
     [form.window]\nexecutable = [\"/usr/bin/zenity\"]\ntitle = \"Given\"\n[form.bind]\nusername = { role = \"text\" }\n\
     password = { role = \"password-text\" }\n[form.respond]\nmethod = \"controls\"\nsubmit = { role = \"push-button\", name = \"OK\" }\n";

/// An agent with one logon, and how long secrets stay on the clipboard.
fn with_logon<'a>(session: &'a Session, template: &str, seconds: u32) -> Agent<'a> {
    let package = Package::with(session, "Given", template).unwrap();
    let settings = package.folder().join("settings.toml");
    let usual = std::fs::read_to_string(&settings).unwrap();
    session
        .write(&settings, &format!("{usual}\n[clipboard]\nseconds = {seconds}\n"))
        .unwrap();
    let agent = Agent::start(session, &package).unwrap().enrolled().unwrap();
    let words = ["logon", "add", "test.Given", "--name", "anna", "--set", "username=anna"];
    agent.done(&words, &[SECRET]).unwrap();
    agent
}

/// What a program that pastes gets, in this form.
fn pasted(session: &Session, target: &str) -> String {
    let mut paste = session.command("xclip");
    paste.args(["-selection", "clipboard", "-out", "-target", target]);
    // Nobody holds it: then there is nothing, and xclip says so by failing.
    output(&mut paste).unwrap_or_default()
}

fn until_gone(session: &Session) {
    let gone = || pasted(session, "UTF8_STRING").is_empty().then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("the clipboard to be cleared", gone)
        .unwrap();
}

fn copied_by_another(session: &Session) -> Process {
    let mut copy = session.command("sh");
    copy.args(["-c", "printf mine | exec xclip -selection clipboard -in -quiet"]);
    let process = Process::start("xclip", &mut copy, &session.log("xclip")).unwrap();
    let there = || (pasted(session, "UTF8_STRING") == "mine").then_some(());
    Deadline::seconds(PATIENCE)
        .wait_for("another program's copy", there)
        .unwrap();
    process
}

#[test]
fn what_is_copied_is_marked_and_leaves_the_clipboard_in_its_time() {
    let session = Session::start().unwrap();
    let agent = with_logon(&session, TEMPLATE, 5);
    let said = agent.done(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
    assert!(
        said.out.contains("in 5 seconds") && !said.out.contains(SECRET),
        "{}",
        said.out
    );
    assert_eq!(pasted(&session, "UTF8_STRING"), SECRET);
    assert_eq!(pasted(&session, HINT), "secret");
    until_gone(&session);
    // Also out of the agent's own memory.
    let fragments = Fragments::of(&[Secret::Random(SECRET)]);
    let traces = || {
        fragments
            .found_in(&Memory::of(agent.id()).unwrap())
            .is_empty()
            .then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("the last trace of the secret in the agent to go", traces)
        .unwrap();
}

#[test]
fn a_lock_takes_it_off_and_what_another_program_copied_stays() {
    let session = Session::start().unwrap();
    let agent = with_logon(&session, TEMPLATE, 300);
    agent.done(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
    assert_eq!(pasted(&session, "UTF8_STRING"), SECRET);
    agent.done(&["lock"], &[]).unwrap();
    until_gone(&session);

    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
    let _other = copied_by_another(&session);
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(pasted(&session, "UTF8_STRING"), "mine");
    // The next copy takes the place of that one, and the one after of ours.
    for _ in 0..2 {
        agent.done(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
        assert_eq!(pasted(&session, "UTF8_STRING"), SECRET);
    }
}

/// A clipboard manager keeps what is on the clipboard of a program that ends, but not what its program takes off.
#[test]
fn an_agent_that_ends_leaves_it_to_no_clipboard_manager() {
    let session = Session::start().unwrap();
    let mut agent = with_logon(&session, TEMPLATE, 300);
    let screen = session.screen().unwrap();
    let server = screen.connection();
    let clipboard = server.intern_atom(false, b"CLIPBOARD").unwrap().reply().unwrap().atom;
    server.xfixes_query_version(5, 0).unwrap().reply().unwrap();
    let every = SelectionEventMask::SET_SELECTION_OWNER
        | SelectionEventMask::SELECTION_WINDOW_DESTROY
        | SelectionEventMask::SELECTION_CLIENT_CLOSE;
    server
        .xfixes_select_selection_input(screen.root(), clipboard, every)
        .unwrap()
        .check()
        .unwrap();
    agent.done(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
    agent.process().stop();
    // Whatever happened before this is answered has been told.
    server.get_input_focus().unwrap().reply().unwrap();
    let mut told = Vec::new();
    while let Some(event) = server.poll_for_event().unwrap() {
        if let Event::XfixesSelectionNotify(event) = event {
            told.push((event.subtype, event.owner == x11rb::NONE));
        }
    }
    let put = (SelectionEvent::SET_SELECTION_OWNER, false);
    let taken_off = (SelectionEvent::SET_SELECTION_OWNER, true);
    assert_eq!(told, [put, taken_off]);
}

#[test]
fn nothing_is_copied_without_the_password_or_against_the_template() {
    let session = Session::start().unwrap();
    let sealed = TEMPLATE.replace("[[form]]", "reveal = false\n[[form]]");
    let agent = with_logon(&session, &sealed, 300);
    let refused = agent.run(&["logon", "copy", "anna"], &[PASSWORD]).unwrap();
    assert!(
        refused.code == 7 && refused.err.contains("does not let its secrets be shown"),
        "{}",
        refused.shown()
    );
    let wrong = agent.run(&["logon", "copy", "anna"], &["wrong-4711"]).unwrap();
    assert!(wrong.code != 0, "{}", wrong.shown());
    assert_eq!(pasted(&session, "UTF8_STRING"), "");
}
