//! The whole memory of our programs, searched for secrets as root sees it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use countersign_tests::agent::{Agent, Found, Fragments, PATIENCE, Package, Programs, Secret, Start};
use countersign_tests::memory::{Memory, Residence};
use countersign_tests::process::{Process, signal};
use countersign_tests::{Deadline, Session};
use hkdf::HkdfExtract;
use rustix::process::Signal;
use sha2::{Digest, Sha256};

const PASSWORD: &str = "Xq7#vKz2Wj9&bRt4";
const NEXT_PASSWORD: &str = "Gd8%nYw3Hs6*cMf5";
const WRONG_PASSWORD: &str = "Tz5!kQx8Jv2^wNb7";
const ANSWER: &str = "zymurgy quokka fjordic vexillum jukebox";
const BY_CONTROLS: &str = "pL9@xGq4Vz7~hDk2";
const BY_KEYS: &str = "mW3$jXb8Yq5=rFz6";
const OUTDATED: &str = "sN6+qJd9Kx4?vHw8";
const THIRD: &str = "uB2;zTg7Qm5:xCy9";

/// Many fills of one form in a short time are what loop protection is there to stop: it is set as wide as it goes.
const SETTINGS: &str = "[loop]\nfills = 20\ngrace_seconds = 5\n";

const SECOND: Duration = Duration::from_secs(1);

fn secrets() -> Vec<Secret<'static>> {
    let random = [
        PASSWORD,
        NEXT_PASSWORD,
        WRONG_PASSWORD,
        BY_CONTROLS,
        BY_KEYS,
        OUTDATED,
        THIRD,
    ];
    let mut all = random.map(Secret::Random).to_vec();
    all.push(Secret::Words(ANSWER));
    all
}

fn template(name: &str, respond: &str) -> String {
    format!(
        r#"
schema = 1
id = "test.{name}"
name = "{name}"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "{name}"
[form.bind]
password = {{ role = "password-text" }}
[form.respond]
{respond}
"#
    )
}

/// One form, filled and submitted with the right secret. What it got goes through a pipe and is kept nowhere.
fn fill(session: &Session, agent: &Agent<'_>, title: &str, secret: &str) {
    let script = format!("zenity --password --title={title} | sha256sum");
    let mut shown = session.spawn("sh", &["-c", &script]).unwrap();
    let ended = shown.wait(Deadline::seconds(PATIENCE));
    let sum: String = Sha256::digest(format!("{secret}\n"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let why = || agent.run(&["why", "--limit", "3"], &[]).unwrap().out;
    assert!(
        ended.is_ok() && shown.said().contains(&sum),
        "{title}: {}\n{}",
        shown.said(),
        why()
    );
}

fn rest(time: Duration) {
    Deadline::after(time).find(|| None::<()>);
}

/// A process and everything it started.
fn family(first: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let numbers: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let parent = |id: u32| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let parents: Vec<(u32, u32)> = numbers.iter().filter_map(|&id| Some((id, parent(id)?))).collect();
    let mut family = vec![first];
    let mut next = 0;
    while let Some(&one) = family.get(next) {
        family.extend(parents.iter().filter(|(_, parent)| *parent == one).map(|(id, _)| *id));
        next += 1;
    }
    family
}

fn nowhere(what: &str, found: &[Found]) {
    let told: Vec<_> = found.iter().take(12).map(Found::to_string).collect();
    assert!(found.is_empty(), "{what}: {} pieces:\n{}", found.len(), told.join("\n"));
}

/// The agent and its helpers hold no piece.
fn clean(when: &str, agent: &Agent<'_>, fragments: &Fragments) {
    for process in family(agent.id()) {
        let memory = Memory::of(process).unwrap();
        assert!(memory.size() > 1 << 20, "{} bytes of {process}", memory.size());
        nowhere(&format!("{when}, process {process}"), &fragments.found_in(&memory));
    }
}

/// The keys in locked pages: 32 bytes at a page's beginning and nothing else on it.
fn keys(memory: &Memory) -> BTreeSet<Vec<u8>> {
    let locked = memory.runs().iter().filter(|run| run.residence == Residence::Locked);
    let pages = locked.flat_map(|run| run.bytes.chunks(rustix::param::page_size()));
    let keys = pages.filter_map(|page| {
        let (key, rest) = page.split_at_checked(32)?;
        let random = key.iter().filter(|&&byte| byte != 0).count() > 24;
        (random && rest.iter().all(|&byte| byte == 0)).then(|| key.to_vec())
    });
    keys.collect()
}

fn hkdf<const N: usize>(salt: &[u8], key: &[u8], info: &[&[u8]]) -> [u8; N] {
    let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
    extract.input_ikm(key);
    let mut out = [0; N];
    extract.finalize().1.expand_multi_info(info, &mut out).unwrap();
    out
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let framed = parts.iter().flat_map(|part| {
        let length = u32::try_from(part.len()).unwrap().to_le_bytes();
        length.into_iter().chain(part.iter().copied())
    });
    framed.collect()
}

/// The keys of single records, by `docs/formats/vault.md`; and that the vault key itself is among `keys`.
fn record_keys(session: &Session, keys: &BTreeSet<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut open = vec![session.folder().to_owned()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let record = std::fs::read(&path).unwrap_or_default();
        let Some((header, rest)) = record.split_at_checked(144) else {
            continue;
        };
        if !header.starts_with(b"CSRECRD\n") {
            continue;
        }
        let purpose = framed(&[b"rec"]);
        let info: [&[u8]; 3] = [b"countersign/v1/seal\0", &purpose, &Sha256::digest(header)];
        for key in keys {
            let made: [u8; 76] = hkdf(&rest[..32], key, &info);
            if made[44..] == rest[32..64] {
                found.push(made[..32].to_vec());
                let of_records = framed(&[b"countersign/v1/key", b"rec", &header[16..32], &header[32..40]]);
                let derives = |vault: &Vec<u8>| hkdf::<32>(&[], vault, &[&of_records]).as_slice() == key;
                assert!(keys.iter().any(derives), "the vault key is not among them");
            }
        }
    }
    found
}

/// A command line that has been given some lines and still runs.
fn waiting(agent: &Agent<'_>, words: &[&str], lines: &[&str]) -> Child {
    let mut child = agent.command_line().spawn(words).unwrap();
    let input = child.stdin.as_mut().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    child
}

/// What a command line holds because it still needs it is in locked pages and nowhere else.
fn only_locked(what: &str, process: u32, fragments: &Fragments) {
    let deadline = Deadline::seconds(PATIENCE);
    let holds = || {
        let memory = Memory::of(process).ok()?;
        (!fragments.found_in(&memory).is_empty()).then_some(())
    };
    deadline.wait_for(what, holds).unwrap();
    rest(SECOND);
    let memory = Memory::of(process).unwrap();
    let elsewhere = |one: &Found| !one.place.contains("(Locked");
    let found: Vec<_> = fragments.found_in(&memory).into_iter().filter(elsewhere).collect();
    nowhere(what, &found);
}

/// `fills` forms, half by controls and half by keys, and everything else that handles a secret.
fn a_day(fills: usize) {
    let fragments = Fragments::of(&secrets());
    let session = Session::start().unwrap();
    session
        .write(&session.config_home().join("countersign/settings.toml"), SETTINGS)
        .unwrap();
    let submit = "method = \"controls\"\nsubmit = { role = \"push-button\", name = \"OK\" }";
    let package = Package::with(&session, "controls", &template("Controls", submit)).unwrap();
    package
        .template("keys", &template("Keys", "method = \"keys\""))
        .unwrap();

    // The search finds what is there, in a process that does not protect itself.
    let mut careless = session.command("sh");
    careless.args(["-c", "read secret; read more"]).stdin(Stdio::piped());
    let mut careless = Process::adopt("sh", &mut careless).unwrap();
    let mut input = careless.child().stdin.take().unwrap();
    writeln!(input, "{THIRD}").unwrap();
    let planted = || {
        let found = fragments.found_in(&Memory::of(careless.id()).ok()?);
        (found.len() >= THIRD.len() - 5).then_some(())
    };
    let deadline = Deadline::seconds(PATIENCE);
    deadline.wait_for("finding what was planted", planted).unwrap();
    drop((input, careless));

    let agent = Agent::start(&session, &package).unwrap();
    clean("before anything", &agent, &fragments);
    let of_the_device = keys(&Memory::of(agent.id()).unwrap());

    agent.done(&["enroll"], &[PASSWORD, ANSWER]).unwrap();
    agent.done(&["logon", "add", "test.Controls"], &[OUTDATED]).unwrap();
    agent.done(&["logon", "edit", "test.Controls"], &[BY_CONTROLS]).unwrap();
    agent.done(&["logon", "add", "test.Keys"], &[BY_KEYS]).unwrap();
    for number in 0..fills.div_ceil(2) {
        fill(&session, &agent, "Controls", BY_CONTROLS);
        if number == 0 {
            rest(SECOND);
            clean("a second after a fill by controls", &agent, &fragments);
        }
        fill(&session, &agent, "Keys", BY_KEYS);
        if number == 0 {
            rest(SECOND);
            clean("a second after a fill by keys", &agent, &fragments);
        }
    }
    rest(SECOND);
    clean("a second after all fills", &agent, &fragments);

    // A wrong password, a reveal, a new password by the passphrase; command lines that still hold what they were given.
    assert_eq!(
        agent
            .run(&["logon", "reveal", "test.Keys"], &[WRONG_PASSWORD])
            .unwrap()
            .code,
        4
    );
    let revealed = agent.done(&["logon", "reveal", "test.Keys"], &[PASSWORD]).unwrap();
    assert_eq!(revealed.out, BY_KEYS);
    a_reveal_that_nobody_reads(&session, &fragments);
    rest(SECOND);
    clean("a second after the reveals", &agent, &fragments);
    let mut client = waiting(&agent, &["unlock", "--passphrase"], &[ANSWER]);
    only_locked("a passphrase that waits for the password", client.id(), &fragments);
    writeln!(client.stdin.as_mut().unwrap(), "{NEXT_PASSWORD}").unwrap();
    assert!(client.wait_with_output().unwrap().status.success());
    let mut client = waiting(&agent, &["logon", "add", "test.Keys", "--name", "third"], &[]);
    rest(Duration::from_millis(200));
    nowhere("a prompt", &fragments.found_in(&Memory::of(client.id()).unwrap()));
    writeln!(client.stdin.as_mut().unwrap(), "{THIRD}").unwrap();
    assert!(client.wait_with_output().unwrap().status.success());
    agent.done(&["refresh"], &[]).unwrap();
    rest(SECOND);
    clean("a second after the new password", &agent, &fragments);

    // The keys are there while the vault is open, and gone 100 ms after it was locked.
    let memory = Memory::of(agent.id()).unwrap();
    let of_the_vault: BTreeSet<_> = keys(&memory).difference(&of_the_device).cloned().collect();
    assert!(of_the_vault.len() >= 5, "{} keys", of_the_vault.len());
    let of_records = record_keys(&session, &of_the_vault);
    assert!(of_records.len() >= 3, "{} records", of_records.len());
    let single: Vec<_> = of_records.iter().map(|key| Secret::Key(key)).collect();
    nowhere("keys of single records", &Fragments::of(&single).found_in(&memory));
    let all: Vec<_> = of_the_vault
        .iter()
        .chain(&of_records)
        .map(|key| Secret::Key(key))
        .collect();
    let keys = Fragments::of(&all);
    assert!(keys.found_in(&memory).len() >= of_the_vault.len());
    let elsewhere = |one: &Found| !one.place.contains("(Locked");
    let found: Vec<_> = keys.found_in(&memory).into_iter().filter(elsewhere).collect();
    nowhere("keys outside locked pages", &found);
    agent.done(&["lock"], &[]).unwrap();
    rest(Duration::from_millis(100));
    let memory = Memory::of(agent.id()).unwrap();
    nowhere("keys 100 ms after lock", &keys.found_in(&memory));
    clean("after lock", &agent, &fragments);

    // No file has any of it, while the agent runs and after it has ended.
    for part in [&fragments, &keys] {
        let (found, files) = part.found_below(session.folder());
        nowhere("files", &found);
        assert!(files > 10, "{files} files");
    }
    drop(agent);
    nowhere("files at the end", &fragments.found_below(session.folder()).0);
}

/// `reveal` into a pipe that is full: the command line stands still with the secret in hand.
fn a_reveal_that_nobody_reads(session: &Session, fragments: &Fragments) {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut filled = 0;
    while let Ok(more) = rustix::io::write(&writer, &[b'.'; 4096]) {
        filled += more;
    }
    rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::empty()).unwrap();
    let mut command = session.command(Programs::built().unwrap().command_line());
    command.args(["logon", "reveal", "test.Keys"]);
    let mut client = command.stdin(Stdio::piped()).stdout(writer).spawn().unwrap();
    drop(command);
    writeln!(client.stdin.as_mut().unwrap(), "{PASSWORD}").unwrap();
    drop(client.stdin.take());
    only_locked("a reveal that nobody reads", client.id(), fragments);
    let mut text = String::new();
    std::fs::File::from(reader).read_to_string(&mut text).unwrap();
    assert_eq!(text.get(filled..), Some(BY_KEYS));
    assert!(client.wait().unwrap().success());
}

#[test]
fn no_piece_of_a_secret_stays_in_memory_or_files() {
    a_day(20);
}

#[test]
#[ignore = "200 real forms take minutes"]
fn after_two_hundred_fills_no_piece_of_a_secret_is_left() {
    a_day(200);
}

#[test]
fn neither_a_debugger_nor_a_crash_gets_a_copy() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "keys", &template("Keys", "method = \"keys\"")).unwrap();
    // Wherever the system writes core files, this user allows them.
    let allowed = "ulimit -c unlimited 2>&- || ulimit -c $(ulimit -H -c); exec \"$@\"";
    let start = Start::usual().through(&["sh", "-c", allowed, "sh"]);
    let mut agent = Agent::start_as(&session, &package, &start).unwrap();
    agent.done(&["enroll"], &[PASSWORD, ANSWER]).unwrap();
    let mut client = waiting(&agent, &["unlock", "--passphrase"], &[ANSWER]);
    only_locked("a passphrase that waits", client.id(), &Fragments::of(&secrets()));

    // A debugger of the same user gets a program that does not protect itself, and neither of ours.
    let core = session.folder().join("copy");
    let copy = |process: u32| {
        let mut command = session.command("gcore");
        let answer = command.arg("-o").arg(&core).arg(process.to_string()).output().unwrap();
        let told = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
        (core.with_extension(process.to_string()).exists(), told)
    };
    let open = session.spawn("sleep", &["60"]).unwrap();
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    if !matches!(scope.trim(), "1" | "2" | "3") {
        let (copied, told) = copy(open.id());
        assert!(copied, "{told}");
    }
    for process in [agent.id(), client.id()] {
        let (copied, told) = copy(process);
        assert!(!copied, "{told}");
        assert!(
            told.contains("not permitted") || told.contains("ermission denied"),
            "{told}"
        );
    }
    agent.done(&["status"], &[]).unwrap();

    // A crash ends them and leaves nothing. (Rust's runtime takes the first such signal that no fault has caused for a mistake.)
    let id = client.id();
    crashed(id, || client.try_wait().unwrap());
    crashed(agent.id(), || agent.process().ended());
    let (found, files) = Fragments::of(&secrets()).found_below(session.folder());
    nowhere("files after the crash", &found);
    assert!(files > 5, "{files} files");
}

fn crashed(process: u32, mut ended: impl FnMut() -> Option<ExitStatus>) {
    let crash = || {
        signal(process, Signal::SEGV);
        rest(Duration::from_millis(50));
        ended()
    };
    let status = Deadline::seconds(PATIENCE).wait_for("the crash", crash).unwrap();
    assert!(status.signal() == Some(11) && !status.core_dumped(), "{status:?}");
}
