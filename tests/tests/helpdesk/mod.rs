//! An organisation's desk: its root, its rings, and what its operator reads out on the telephone.
#![allow(dead_code, reason = "each test uses some of it")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own functions"
)]

use super::machines::Site;
use countersign_tests::Session;
use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, Package};
use std::path::PathBuf;

pub const ROOT_PHRASE: &str = "granite lantern otter basil quiver";
pub const RING_PHRASE: &str = "copper meadow falcon ginger twilight";

pub fn key_file(session: &Session, name: &str) -> PathBuf {
    session.home().join(name)
}

/// The root, published; its six words.
pub fn root(site: &Site, session: &Session) -> String {
    let key = key_file(session, "root.key").display().to_string();
    let made = site
        .desk(session)
        .done(&["trust", "init", "Example", "--key", &key], &[ROOT_PHRASE]);
    let out = made.unwrap().out;
    let is_hex = |line: &str| line.len() == 64 && line.chars().all(|c| c.is_ascii_hexdigit());
    assert!(out.lines().any(|line| is_hex(line.trim())), "{out}");
    line_of_words(&out, 6)
}

pub fn rings(site: &Site, session: &Session, names: &[&str]) {
    let desk = site.desk(session);
    let mut words = vec!["trust".to_owned(), "ring".to_owned(), "add".to_owned()];
    for name in names {
        let key = key_file(session, name).display().to_string();
        desk.done(&["trust", "ring", "new", name, "--key", &key], &[RING_PHRASE])
            .unwrap();
        words.push(key);
    }
    words.extend(["--root".to_owned(), key_file(session, "root.key").display().to_string()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    desk.done(&words, &[ROOT_PHRASE]).unwrap();
}

/// The one line that is so many words and nothing else.
pub fn line_of_words(shown: &str, count: usize) -> String {
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase());
    let line = shown.lines().map(str::trim).find(|line| {
        let words: Vec<_> = line.split(' ').collect();
        words.len() == count && words.iter().all(|word| !word.is_empty() && is_word(word))
    });
    line.unwrap_or_else(|| panic!("no line of {count} words in:\n{shown}"))
        .to_owned()
}

/// What the user's machine shows him to read out.
pub fn three_words(agent: &Agent<'_>) -> String {
    let asked = agent.run(&["recover", "drill"], &[]).unwrap();
    line_of_words(&asked.err, 3)
}

pub fn user(agent: &Agent<'_>) -> String {
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["user"].as_str().unwrap().to_owned()
}

/// The helpdesk's eight words.
pub fn helpdesk(site: &Site, session: &Session, user: &str, ring: &str, name: &str) -> String {
    let key = key_file(session, ring).display().to_string();
    let shown = site
        .desk(session)
        .done(&["helpdesk", "recover", user, "--ring", &key], &[name, RING_PHRASE]);
    let shown = shown.unwrap();
    assert!(shown.err.contains(&format!("Sealed for: {user}")), "{shown:?}");
    line_of_words(&shown.out, 8)
}

/// An enrolled user of an organisation with these rings, and his printed code.
pub fn enrolled<'a>(site: &Site, session: &'a Session, package: &Package<'_>, names: &[&str]) -> (Agent<'a>, String) {
    let words = root(site, session);
    rings(site, session, names);
    member(site, session, package, &words)
}

/// A user who enrols once he has pinned the root by its words; his printed code.
pub fn member<'a>(site: &Site, session: &'a Session, package: &Package<'_>, words: &str) -> (Agent<'a>, String) {
    let agent = site.started(session, package);
    agent.done(&["trust", "pin"], &[words]).unwrap();
    let enrolled = agent.done(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    let printed = line_of_words(&enrolled.out, 12);
    (agent, printed)
}
