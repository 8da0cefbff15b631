//! A recovery leaves none of its words behind: the whole memory of agent and command lines, searched as root sees it, and all files.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::agent::{Agent, Found, Fragments, PASSPHRASE, PASSWORD, PATIENCE, Programs, Secret};
use countersign_tests::memory::Memory;
use countersign_tests::{Deadline, Session};
use helpdesk::{RING_PHRASE, enrolled, helpdesk, key_file, line_of_words, three_words, user};
use machines::{Site, add, package, reveals};
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::time::Duration;

const NEW_ANSWER: &str = "saddle nectar plywood umbrella comet";
const NEW_PASSWORD: &str = "Xq7#vKz2Wj9&bRt4";

fn rest(milliseconds: u64) {
    Deadline::after(Duration::from_millis(milliseconds)).find(|| None::<()>);
}

/// What programs hold that never had these words: they speak English, too.
struct English(Vec<String>);

impl English {
    /// By their files, an agent, and command lines that wait for their first line.
    fn of(agent: &Agent<'_>, session: &Session, fragments: &Fragments) -> Self {
        let operator: &[&str] = &["helpdesk", "recover", "nobody", "--ring", "/nowhere"];
        let asking = [&["enroll"], operator].map(|words| agent.command_line().spawn(words).unwrap());
        rest(500);
        let mut found = fragments.found_below(session.folder()).0;
        let programs = Programs::built().unwrap();
        for program in [programs.agent(), programs.command_line()] {
            found.extend(fragments.found(&std::fs::read(program).unwrap(), |_| String::new()));
        }
        for process in asking.iter().map(Child::id).chain([agent.id()]) {
            // One may have ended already; then it has nothing.
            found.extend(
                Memory::of(process)
                    .map(|memory| fragments.found_in(&memory))
                    .unwrap_or_default(),
            );
        }
        for mut child in asking {
            drop(child.stdin.take());
            child.wait().unwrap();
        }
        Self(found.into_iter().map(|found| found.piece).collect())
    }

    fn nowhere(&self, what: &str, found: &[Found]) {
        let found = found.iter().filter(|found| !self.0.contains(&found.piece));
        let told: Vec<_> = found.map(Found::to_string).collect();
        assert!(told.is_empty(), "{what}: {} pieces: {told:#?}", told.len());
    }

    /// A command line that stands still holds what it needs in locked pages and nowhere else.
    fn only_locked(&self, what: &str, process: u32, fragments: &Fragments) {
        let deadline = Deadline::seconds(PATIENCE);
        let locked = |one: &Found| one.place.contains("(Locked");
        let holds = || {
            let found = fragments.found_in(&Memory::of(process).ok()?);
            found.iter().any(locked).then_some(())
        };
        deadline.wait_for(what, holds).unwrap();
        rest(1000);
        let found = fragments.found_in(&Memory::of(process).unwrap());
        let elsewhere: Vec<_> = found.into_iter().filter(|one| !locked(one)).collect();
        self.nowhere(what, &elsewhere);
    }
}

/// The operator's command line with the words in hand, into a pipe that is full; and the end to read them from.
fn operator(session: &Session, user: &str, lines: &[&str]) -> (Child, std::fs::File, usize) {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut filled = 0;
    while let Ok(more) = rustix::io::write(&writer, &[b'.'; 4096]) {
        filled += more;
    }
    rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::empty()).unwrap();
    let mut command = session.command(Programs::built().unwrap().command_line());
    command
        .args(["helpdesk", "recover", user, "--ring"])
        .arg(key_file(session, "desk-1"))
        .env("XDG_STATE_HOME", session.folder().join("desk"))
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .stdout(writer);
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    (child, reader.into(), filled)
}

#[test]
#[ignore = "searching programs and memory six times takes a minute"]
fn no_word_of_a_recovery_stays_in_memory_or_files() {
    let site = &Site::folder();
    let session = site.machine();
    let ledger = package(&session);
    let (first, code) = enrolled(site, &session, &ledger, &["desk-1"]);
    add(&first, "ledger");
    first.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&first), three_words(&first));
    let words = helpdesk(site, &session, &user, "desk-1", &name);
    let elsewhere = site.machine();
    let other = package(&elsewhere);
    let bare = Agent::start(&elsewhere, &other).unwrap();

    // The operator's side.
    let heard = Fragments::of(&[Secret::Words(&words), Secret::Words(RING_PHRASE)]);
    let english = English::of(&bare, &elsewhere, &heard);
    let (mut desk, reader, filled) = operator(&session, &user, &[&name, RING_PHRASE]);
    english.only_locked("an operator whose words nobody hears", desk.id(), &heard);
    let mut text = String::new();
    let mut reader = reader;
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text.get(filled..).map(str::trim_end), Some(words.as_str()));
    assert!(desk.wait().unwrap().success());

    // The user's: a command line that waits for the new password, then the agent.
    let typed = Fragments::of(&[Secret::Words(&words), Secret::Words(NEW_ANSWER)]);
    let english = English::of(&bare, &elsewhere, &typed);
    let mut client = first.command_line().spawn(&["recover"]).unwrap();
    let input = client.stdin.as_mut().unwrap();
    for line in [words.as_str(), NEW_ANSWER] {
        writeln!(input, "{line}").unwrap();
    }
    english.only_locked("a recovery that waits for the new password", client.id(), &typed);
    writeln!(client.stdin.as_mut().unwrap(), "{NEW_PASSWORD}").unwrap();
    let done = client.wait_with_output().unwrap();
    let printed = line_of_words(&String::from_utf8(done.stdout).unwrap(), 12);
    reveals(&first, "ledger", NEW_PASSWORD);

    let all = [
        Secret::Words(&words),
        Secret::Words(&code),
        Secret::Words(&printed),
        Secret::Words(NEW_ANSWER),
        Secret::Words(PASSPHRASE),
        Secret::Words(RING_PHRASE),
        Secret::Random(NEW_PASSWORD),
        Secret::Random(PASSWORD),
    ];
    let all = Fragments::of(&all);
    let english = English::of(&bare, &elsewhere, &all);
    rest(1000);
    english.nowhere(
        "a second after the recovery",
        &all.found_in(&Memory::of(first.id()).unwrap()),
    );
    first.done(&["lock"], &[]).unwrap();
    rest(100);
    english.nowhere("after the lock", &all.found_in(&Memory::of(first.id()).unwrap()));
    let (found, files) = all.found_below(session.folder());
    english.nowhere("files", &found);
    assert!(files > 10, "{files} files");
}
