//! Recovery with the helpdesk, between processes that share nothing but the repository and what people say on the telephone.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own functions"
)]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, CommandLine, Needles, PASSPHRASE, PASSWORD, Package, SETTINGS, Start};
use std::path::PathBuf;

const ROOT_PHRASE: &str = "granite lantern otter basil quiver";
const RING_PHRASE: &str = "copper meadow falcon ginger twilight";

/// A command line on another machine: its own state, the same repository.
fn other_machine<'a>(session: &'a Session, name: &str) -> CommandLine<'a> {
    let state = session.folder().join(name);
    let start = Start::usual().with("XDG_STATE_HOME", &state.display().to_string());
    CommandLine::of(session, &start).unwrap()
}

fn key_file(session: &Session, name: &str) -> PathBuf {
    session.home().join(name)
}

/// The root, published; its six words.
fn root(session: &Session) -> String {
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, SETTINGS).unwrap();
    let key = key_file(session, "root.key").display().to_string();
    let made = other_machine(session, "desk").done(&["trust", "init", "Example", "--key", &key], &[ROOT_PHRASE]);
    line_of_words(&made.unwrap().out, 6)
}

fn rings(session: &Session, names: &[&str]) {
    let desk = other_machine(session, "desk");
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
fn line_of_words(shown: &str, count: usize) -> String {
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase());
    let line = shown.lines().map(str::trim).find(|line| {
        let words: Vec<_> = line.split(' ').collect();
        words.len() == count && words.iter().all(|word| !word.is_empty() && is_word(word))
    });
    line.unwrap_or_else(|| panic!("no line of {count} words in:\n{shown}"))
        .to_owned()
}

/// What the user's machine shows him to read out.
fn three_words(agent: &Agent<'_>) -> String {
    let asked = agent.run(&["recover", "drill"], &[]).unwrap();
    line_of_words(&asked.err, 3)
}

fn user(agent: &Agent<'_>) -> String {
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["user"].as_str().unwrap().to_owned()
}

/// The helpdesk's eight words.
fn helpdesk(session: &Session, user: &str, ring: &str, name: &str) -> String {
    let key = key_file(session, ring).display().to_string();
    let shown =
        other_machine(session, "desk").done(&["helpdesk", "recover", user, "--ring", &key], &[name, RING_PHRASE]);
    let shown = shown.unwrap();
    assert!(shown.err.contains(&format!("Sealed for: {user}")), "{shown:?}");
    line_of_words(&shown.out, 8)
}

/// An enrolled user of an organisation with these rings, and his printed code.
fn enrolled<'a>(session: &'a Session, package: &Package<'_>, names: &[&str]) -> (Agent<'a>, String) {
    let words = root(session);
    rings(session, names);
    let agent = Agent::start(session, package).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let enrolled = agent.done(&["enroll"], &[PASSWORD, PASSPHRASE]).unwrap();
    let printed = line_of_words(&enrolled.out, 12);
    (agent, printed)
}

#[test]
fn an_organisation_counts_once_its_six_words_are_typed() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let none = agent.run(&["trust", "pin"], &["one two three four five six"]).unwrap();
    assert_eq!(none.code, 5, "{none:?}");
    let words = root(&session);
    rings(&session, &["desk-1"]);
    agent.done(&["refresh"], &[]).unwrap();
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    assert!(
        shown["published"] == true && shown["pinned"].is_null() && shown["name"].is_null(),
        "{shown}"
    );
    let five: Vec<&str> = words.split(' ').skip(1).collect();
    for wrong in [five.join(" "), format!("{} {}", five.join(" "), five[0])] {
        assert_eq!(agent.run(&["trust", "pin"], &[&wrong]).unwrap().code, 7);
    }
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    assert_eq!(
        (&shown["pinned"], &shown["name"]),
        (&"user".into(), &"Example".into()),
        "{shown}"
    );
    assert_eq!(shown["rings"], serde_json::json!(["desk-1"]));

    // A second root does not take the place of the first; a key file is never written over; a wrong passphrase signs nothing.
    let desk = other_machine(&session, "desk");
    let root = key_file(&session, "root.key").display().to_string();
    let ring = key_file(&session, "desk-1").display().to_string();
    let again = desk
        .run(
            &["trust", "init", "Other", "--key", "/nowhere/root.key"],
            &[ROOT_PHRASE],
        )
        .unwrap();
    assert_eq!(again.code, 7, "{again:?}");
    let over = desk
        .run(&["trust", "ring", "new", "desk-1", "--key", &ring], &[RING_PHRASE])
        .unwrap();
    assert_eq!(over.code, 1, "{over:?}");
    let wrong = desk
        .run(&["trust", "ring", "add", &ring, "--root", &root], &[RING_PHRASE])
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let other = desk
        .run(&["trust", "ring", "add", &root, "--root", &root], &[ROOT_PHRASE])
        .unwrap();
    assert_eq!(other.code, 2, "{other:?}");
    let weak = desk.run(
        &["trust", "ring", "new", "weak", "--key", "/nowhere/weak"],
        &["aaaaaaaaaaaaaaaaaaaa"],
    );
    assert_eq!(weak.unwrap().code, 7);
}

#[test]
fn the_helpdesk_and_the_user_each_have_half_and_only_words_pass() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let (agent, printed) = enrolled(&session, &package, &["desk-1"]);
    agent.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&agent), three_words(&agent));

    // The helpdesk: somebody else, other words, another passphrase, another ring.
    let desk = other_machine(&session, "desk");
    let ring = key_file(&session, "desk-1").display().to_string();
    let asked = |user: &str, name: &str, phrase: &str| {
        desk.run(&["helpdesk", "recover", user, "--ring", &ring], &[name, phrase])
            .unwrap()
    };
    assert_eq!(asked("somebody.else", &name, RING_PHRASE).code, 5);
    let wrong = asked(&user, "abandon ability able", RING_PHRASE);
    assert!(wrong.code == 7 && wrong.err.contains("another vault"), "{wrong:?}");
    assert_eq!(asked(&user, &name, ROOT_PHRASE).code, 4);
    let other = key_file(&session, "elsewhere").display().to_string();
    desk.done(&["trust", "ring", "new", "elsewhere", "--key", &other], &[RING_PHRASE])
        .unwrap();
    let wrong = desk
        .run(&["helpdesk", "recover", &user, "--ring", &other], &[&name, RING_PHRASE])
        .unwrap();
    assert!(
        wrong.code == 7 && wrong.err.contains("another recovery ring"),
        "{wrong:?}"
    );
    let words = helpdesk(&session, &user, "desk-1", &name);
    let log = std::fs::read(session.folder().join("desk/countersign/helpdesk.log")).unwrap();
    assert!(!log.is_empty() && Needles::of(&[&words]).found(&log).is_empty());

    // The drill opens the vault and changes nothing, as often as it is run; with the paper instead of the machine's half as well.
    for _ in 0..2 {
        agent.done(&["recover", "drill"], &[&words]).unwrap();
    }
    agent
        .done(&["recover", "drill", "--printed"], &[&words, &printed])
        .unwrap();
    assert_eq!(agent.json(&["status", "--json"], "status").unwrap()["vault"], "locked");

    // A word misheard, words of nobody, the wrong paper.
    let mut heard: Vec<&str> = words.split(' ').collect();
    heard.swap(0, 7);
    let wrong = agent.run(&["recover", "drill"], &[&heard.join(" ")]).unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let wrong = agent.run(&["recover", "drill"], &[&words.replace(' ', " x")]).unwrap();
    assert!(wrong.code == 4 && wrong.err.contains("word 2"), "{wrong:?}");
    let mut paper: Vec<&str> = printed.split(' ').collect();
    paper.swap(0, 11);
    let wrong = agent
        .run(&["recover", "drill", "--printed"], &[&words, &paper.join(" ")])
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");

    // New halves: the words that were read out and the paper are old.
    assert_eq!(agent.run(&["recover", "setup"], &[PASSWORD]).unwrap().code, 4);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let fresh = agent.done(&["recover", "setup"], &[PASSWORD]).unwrap();
    let newer = line_of_words(&fresh.out, 12);
    assert_ne!(newer, printed);
    let old = agent.run(&["recover", "drill"], &[&words]).unwrap();
    assert!(old.code == 7 && old.err.contains("old"), "{old:?}");
    let words = helpdesk(&session, &user, "desk-1", &name);
    let old = agent
        .run(&["recover", "drill", "--printed"], &[&words, &printed])
        .unwrap();
    assert!(old.code == 7 && old.err.contains("older printed code"), "{old:?}");
    agent
        .done(&["recover", "drill", "--printed"], &[&words, &newer])
        .unwrap();
}

#[test]
fn two_rings_take_two_operators() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let (agent, _) = enrolled(&session, &package, &["desk-1", "desk-2"]);
    let (user, name) = (user(&agent), three_words(&agent));
    let one = helpdesk(&session, &user, "desk-1", &name);
    let other = helpdesk(&session, &user, "desk-2", &name);
    let alone = agent.run(&["recover", "drill"], &[&one]).unwrap();
    assert!(alone.code == 7 && alone.err.contains("one of two"), "{alone:?}");
    agent.done(&["recover", "drill"], &[&format!("{other} {one}")]).unwrap();
}
