//! What is left of a secret in memory once the window that showed it is gone.

use super::*;
use countersign_tests::agent::{Found, Fragments, Secret};
use countersign_tests::keyboard;
use countersign_tests::memory::Memory;
use countersign_tests::pages::family;
use std::time::Duration;

/// What is revealed: characters that are in no program and no text.
const REVEALED: &str = "pL9@xGq4Vz7~hDk2";
/// What proves that it is its user.
const PROOF: &str = "Xq7#vKz2Wj9&bRt4";
const SECOND: Duration = Duration::from_secs(1);

/// Everything of ours that runs: the agent, the windows, and whatever they started. The driver is the test's own hand.
fn ours(agent: &Agent<'_>, pages: &Pages) -> Vec<(u32, String)> {
    let all = family(agent.id()).into_iter().chain(family(pages.id()));
    let all: Vec<_> = all.filter(|(id, _)| *id != pages.id()).collect();
    for name in [
        "countersign-age",
        "countersign-win",
        "WebKitWebProces",
        "WebKitNetworkPr",
    ] {
        assert!(all.iter().any(|(_, one)| one == name), "no {name} among {all:?}");
    }
    all
}

/// Copies of what they have in memory.
fn copies(processes: Vec<(u32, String)>) -> Vec<(String, Memory)> {
    let copy = |(id, name): (u32, String)| {
        // One that has ended since holds nothing.
        let memory = Memory::of(id).ok().or_else(|| {
            assert!(
                !std::path::Path::new(&format!("/proc/{id}")).exists(),
                "{name} cannot be looked into"
            );
            None
        })?;
        assert!(memory.size() > 1 << 20, "{} bytes of {name}", memory.size());
        Some((format!("{name} ({id})"), memory))
    };
    processes.into_iter().filter_map(copy).collect()
}

/// The pieces in each copy that has some. It takes a while: all are searched at once.
fn found(copies: &[(String, Memory)], fragments: &Fragments) -> Vec<(String, Vec<Found>)> {
    std::thread::scope(|scope| {
        let search = |(name, memory): &'_ (String, Memory)| (name.clone(), fragments.found_in(memory));
        let all: Vec<_> = copies.iter().map(|one| scope.spawn(move || search(one))).collect();
        let all = all.into_iter().map(|one| one.join().unwrap());
        all.filter(|(_, found)| !found.is_empty()).collect()
    })
}

fn told(found: &[(String, Vec<Found>)]) -> String {
    let one = |(process, all): &(String, Vec<Found>)| {
        let places: Vec<String> = all.iter().take(24).map(Found::to_string).collect();
        format!("{process}: {} pieces:\n  {}", all.len(), places.join("\n  "))
    };
    found.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_second_after_a_reveal_was_closed_no_process_holds_a_piece_of_it() {
    let fragments = Fragments::of(&[Secret::Random(REVEALED), Secret::Random(PROOF)]);
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    agent.done(&["enroll"], &[PROOF, PASSPHRASE]).unwrap();
    let words = ["logon", "add", "test.Given", "--name", "work", "--set", "username=anna"];
    agent.done(&words, &[REVEALED]).unwrap();
    let mut pages = Pages::start(&session, &["logons"]).unwrap();
    pages
        .go("logons")
        .unwrap()
        .says("work")
        .unwrap()
        .click("Reveal")
        .unwrap();
    pages.go("reveal").unwrap().says("Prove that it is you.").unwrap();

    // By hand: nothing of it goes through the driver.
    let ready = || {
        let focused = "return document.hasFocus() && document.activeElement.type === 'password'";
        (pages.run(focused, &json!([])).ok()? == true).then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("the field to have the keyboard", ready)
        .unwrap();
    keyboard::type_text(&session, PROOF).unwrap();
    keyboard::press(&session, &["Return"]).unwrap();
    let shown = || {
        let count = "return document.querySelectorAll('.glyphs li').length";
        (pages.run(count, &json!([])).ok()? == REVEALED.chars().count()).then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("the secret to be shown", shown)
        .unwrap();
    let shown = copies(ours(&agent, &pages));
    keyboard::press(&session, &["Escape"]).unwrap();
    closed(&mut pages, "reveal");
    Deadline::after(SECOND).find(|| None::<()>);
    let after = copies(ours(&agent, &pages));
    pages.go("logons").unwrap().says("work").unwrap();

    // The search finds it where it was while it was there.
    let there = found(&shown, &fragments);
    assert!(!there.is_empty());
    let left = found(&after, &fragments);
    assert!(left.is_empty(), "{}", told(&left));
}
