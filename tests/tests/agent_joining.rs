//! A machine that another one lets in.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD};
use machines::{
    Hands, OTHER_PASSWORD, Site, add, devices, id_of, labels, on_each_site, package, problems, reveals, until,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;

/// `countersign device join`, which waits for the words of the approving machine.
struct Waiting {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    words: String,
}

/// The line that is nothing but six words.
fn six_words(lines: impl Iterator<Item = String>) -> String {
    let mut lines = lines.map(|line| line.trim().to_owned());
    lines
        .find(|line| line.split(' ').count() == 6 && line.bytes().all(|byte| byte == b' ' || byte.is_ascii_lowercase()))
        .unwrap()
}

impl Waiting {
    fn on(agent: &Agent<'_>) -> Self {
        let mut child = agent.command_line().spawn(&["device", "join"]).unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let words = six_words(out.by_ref().lines().map(Result::unwrap));
        Self { child, out, words }
    }

    /// Types what the other machine shows; the exit code and what was said.
    fn answered(mut self, words: &str, password: &str) -> (i32, String) {
        let mut input = self.child.stdin.take().unwrap();
        writeln!(input, "{words}\n{password}").unwrap();
        drop(input);
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap(), said)
    }
}

on_each_site!(slow:
    a_machine_is_let_in_by_six_words_each_way,
    a_machine_that_has_joined_can_take_others_off_at_once,
    a_request_that_the_directory_swapped_lets_nobody_in,
);

fn a_machine_is_let_in_by_six_words_each_way(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let none = first.run(&["device", "approve"], &[PASSWORD, "a b c d e f"]).unwrap();
    assert_eq!(none.code, 5, "{none:?}");
    let already = first.run(&["device", "join"], &["a b c d e f", PASSWORD]).unwrap();
    assert_ne!(already.code, 0, "{already:?}");

    let two = site.machine();
    let package_two = package(&two);
    let new = site.started(&two, &package_two);
    let waiting = Waiting::on(&new);
    // It waits under the same words as long as the agent runs.
    let again = Waiting::on(&new);
    assert_eq!(waiting.words, again.words);
    let early = again.answered("one two three four five six", OTHER_PASSWORD);
    assert_eq!(early.0, 5, "not approved yet: {early:?}");

    // The wrong password, the wrong words: nobody is let in.
    let guess = first.run(&["device", "approve"], &["not-it", &waiting.words]).unwrap();
    assert_eq!(guess.code, 4, "{guess:?}");
    let mut other: Vec<_> = waiting.words.split(' ').collect();
    other.swap(0, 5);
    let wrong = first
        .run(&["device", "approve"], &[PASSWORD, &other.join(" ")])
        .unwrap();
    assert_eq!(wrong.code, 7, "{wrong:?}");
    assert_eq!(devices(&first).len(), 1);

    let said = first
        .done(&["device", "approve"], &[PASSWORD, &waiting.words])
        .unwrap()
        .out;
    let words = six_words(said.lines().map(str::to_owned));
    assert_ne!(words, waiting.words);
    // The approval's words are typed wrong, then right.
    let mut swapped: Vec<_> = words.split(' ').collect();
    swapped.swap(1, 2);
    let refused = waiting.answered(&swapped.join(" "), OTHER_PASSWORD);
    assert_eq!(refused.0, 7, "{refused:?}");
    let done = Waiting::on(&new).answered(&words, OTHER_PASSWORD);
    assert_eq!(done.0, 0, "{done:?}");
    until(&new, "the logon", |agent| labels(agent) == ["ledger"]);
    reveals(&new, "ledger", OTHER_PASSWORD);
    assert!(Hands::on(site, &first).requests().is_empty());
    for agent in [&first, &new] {
        until(agent, "both", |agent| devices(agent).len() == 2);
    }
    // It is a device as any other: it can take the first one off, at once, and opens after a restart.
    new.done(&["device", "revoke", &id_of(&first)], &[OTHER_PASSWORD])
        .unwrap();
    assert_eq!(devices(&new).len(), 1);
    drop(new);
    let new = Agent::start(&two, &package_two).unwrap();
    new.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    reveals(&new, "ledger", OTHER_PASSWORD);
    until(&first, "the news", |agent| {
        problems(agent).contains("taken off the vault")
    });
    let entered = first.done(&["audit", "show"], &[]).unwrap().out;
    assert!(entered.contains("let in"), "{entered}");
}

fn a_machine_that_has_joined_can_take_others_off_at_once(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let new = site.joined(&two, &package_two);
    let said = new
        .done(&["device", "revoke", &id_of(&first)], &[OTHER_PASSWORD])
        .unwrap()
        .out;
    assert!(said.contains("is off"), "{said}");
    reveals(&new, "ledger", OTHER_PASSWORD);
}

fn a_request_that_the_directory_swapped_lets_nobody_in(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.enrolled(&one, &package_one);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let new = site.started(&two, &package_two);
    let waiting = Waiting::on(&new);
    // Whoever can write there puts his own key into the request that waits.
    let hands = Hands::on(site, &first);
    let request = hands.requests().remove(0);
    let mut bytes = hands.request(&request);
    *bytes.last_mut().unwrap() ^= 1;
    hands.put_request(&request, &bytes);
    let refused = first.run(&["device", "approve"], &[PASSWORD, &waiting.words]).unwrap();
    assert_eq!(refused.code, 7, "{refused:?}");
    // Rubbish beside it changes nothing.
    hands.put_request(&"ff".repeat(16), b"rubbish");
    let refused = first.run(&["device", "approve"], &[PASSWORD, &waiting.words]).unwrap();
    assert_eq!(refused.code, 7, "{refused:?}");
    assert_eq!(devices(&first).len(), 1);
    drop(waiting.answered("", OTHER_PASSWORD));
    // The passphrase still lets it in.
    new.done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    until(&new, "the logon", |agent| labels(agent) == ["ledger"]);
}
