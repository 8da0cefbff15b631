//! The key that fills, given by the desktop's portal.

use super::{SECRET, add, check, form};
use countersign_tests::agent::{Agent, Explained, LEDGER, PATIENCE, Package};
use countersign_tests::portal::{Impostor, Portal, User};
use countersign_tests::{Deadline, Session};

/// How long, in seconds, nothing happens that must not.
const STILL: u64 = 2;

/// A template that is filled only when the user asks.
fn asked_for() -> String {
    LEDGER.replace("[[form]]", "[fill]\nautomatic = false\n[[form]]")
}

fn wanting_a_key<'a>(session: &'a Session, template: &str) -> Package<'a> {
    let package = Package::with(session, "Ledger", template).unwrap();
    let settings = package.folder().join("settings.toml");
    let usual = std::fs::read_to_string(&settings).unwrap();
    session
        .write(&settings, &format!("{usual}\n[shortcut]\nfill = \"CTRL+ALT+f\"\n"))
        .unwrap();
    package
}

fn until_told(agent: &Agent<'_>, told: &str) {
    let said = || {
        let found = check(agent, "shortcut")["found"].to_string();
        found.contains(told).then_some(())
    };
    Deadline::seconds(PATIENCE).wait_for(told, said).unwrap();
}

#[test]
fn the_key_that_the_desktop_gives_fills() {
    let session = Session::start().unwrap();
    let portal = Portal::start(&session, User::Takes("Meta+Shift+L")).unwrap();
    let package = wanting_a_key(&session, &asked_for());
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    add(&agent, "test.ledger");
    let wanted = portal.wanted().unwrap();
    assert_eq!(
        (wanted.name.as_str(), wanted.description.as_str(), wanted.key.as_str()),
        ("fill", "Fill now", "CTRL+ALT+f")
    );
    until_told(&agent, "Meta+Shift+L fills the active window");

    let mut explained = Explained::from_now(&agent).unwrap();
    let mut waiting = form(&session, "Ledger");
    explained.wait("manual").unwrap();
    portal.press(&wanted).unwrap();
    let ended = waiting.wait(Deadline::seconds(PATIENCE));
    assert!(ended.is_ok(), "{}", agent.run(&["why"], &[]).unwrap().out);
    assert!(waiting.said().contains(SECRET), "{}", waiting.said());
}

#[test]
fn nobody_but_the_portal_gives_a_key_or_presses_it() {
    let session = Session::start().unwrap();
    let package = wanting_a_key(&session, &asked_for());
    let impostor = Impostor::start(&session).unwrap();
    let asking = Portal::start(&session, User::Thinks).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    add(&agent, "test.ledger");
    impostor.give(&asking.wanted().unwrap(), "Meta+E").unwrap();
    let told = || check(&agent, "shortcut")["found"].to_string();
    let taken = Deadline::seconds(STILL).find(|| told().contains("Meta+E").then_some(()));
    assert!(taken.is_none(), "{}", told());
    drop(asking);
    until_told(&agent, "the desktop took it back");

    let portal = Portal::start(&session, User::Takes("Meta+L")).unwrap();
    until_told(&agent, "Meta+L fills the active window");
    let wanted = portal.wanted().unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();
    let mut waiting = form(&session, "Ledger");
    explained.wait("manual").unwrap();
    impostor.press(&wanted).unwrap();
    let ended = waiting.wait(Deadline::seconds(STILL));
    assert!(ended.is_err(), "{}", agent.run(&["why"], &[]).unwrap().out);
    portal.press(&wanted).unwrap();
    let ended = waiting.wait(Deadline::seconds(PATIENCE));
    assert!(ended.is_ok(), "{}", agent.run(&["why"], &[]).unwrap().out);
}

#[test]
fn a_user_who_declines_is_told_of_and_the_next_portal_is_asked() {
    let session = Session::start().unwrap();
    let package = wanting_a_key(&session, LEDGER);
    let first = Portal::start(&session, User::Declines).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    until_told(&agent, "its user did not agree");
    drop(first);
    let second = Portal::start(&session, User::Takes("Meta+L")).unwrap();
    until_told(&agent, "Meta+L fills the active window");
    drop(second);
    until_told(&agent, "the desktop took it back");
}
