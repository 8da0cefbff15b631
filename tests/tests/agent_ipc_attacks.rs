//! Attacks over the agent's socket and its folder, by programs of the same user and of another: none succeeds, and the agent serves on.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test's own functions"
)]

use std::io::{IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, PATIENCE, Package, Programs, Start};
use countersign_tests::stranger::{STRANGER, Stranger};
use countersign_tests::{Deadline, Process, Session};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};

const TEMPLATE: &str = r#"
schema = 1
id = "test.acme"
name = "Acme"
[logon]
fields = ["password"]
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/zenity"]
title = "Acme"
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "keys"
"#;
const STORED: &str = "Kq7-stored-Wm93zb";
const NEW: &str = "Bn6-renewed-Ty21ch";
const ROLE: &str = "COUNTERSIGN_ATTACK";
const PLACE: &str = "COUNTERSIGN_ATTACK_PLACE";
const HELLO: &str = r#"{"hello":{"protocol":1,"program":"attacker 1"}}"#;

fn rest(time: Duration) {
    Deadline::after(time).find(|| None::<()>);
}

// What the attackers are made of. They speak the protocol by themselves.

fn frame(header: &str, secrets: &[&str]) -> Vec<u8> {
    let mut frame = b"CS\x01".to_vec();
    frame.push(u8::try_from(secrets.len()).unwrap());
    frame.extend(u32::try_from(header.len()).unwrap().to_le_bytes());
    for secret in secrets {
        frame.extend(u16::try_from(secret.len()).unwrap().to_le_bytes());
    }
    frame.extend(header.as_bytes());
    frame.extend(secrets.iter().flat_map(|secret| secret.bytes()));
    frame
}

fn socket() -> PathBuf {
    PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap()).join("countersign/agent.sock")
}

fn place() -> PathBuf {
    std::env::var_os(PLACE).unwrap().into()
}

fn connected() -> UnixStream {
    let stream = UnixStream::connect(socket()).unwrap();
    let long = Some(Duration::from_secs(PATIENCE));
    stream.set_read_timeout(long).unwrap();
    stream.set_write_timeout(long).unwrap();
    stream
}

/// Everything the agent says until it closes.
fn everything(mut stream: &UnixStream) -> String {
    let mut said = Vec::new();
    let _cut_off = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

/// Plays a part; only does something when [`attacker`] or [`stranger`] started it.
#[test]
fn a_part() {
    let Ok(role) = std::env::var(ROLE) else { return };
    match role.as_str() {
        "oversize" => oversize(),
        "loris" => loris(),
        "descriptors" => descriptors(),
        "thief" => thief(place().to_str().unwrap().parse().unwrap()),
        "recorder" => recorder(&place()),
        "replay" => replay(&place()),
        "foreign client" => foreign_client(),
        "racer" => racer(&place()),
        other => panic!("no part {other}"),
    }
    println!("{role} is done");
}

/// Frames that announce more than is allowed, and more than there is.
fn oversize() {
    let long = |length: u32, secrets: u8| {
        let mut start = b"CS\x01".to_vec();
        start.push(secrets);
        start.extend(length.to_le_bytes());
        start
    };
    let mut secrets = long(10, 16);
    secrets.extend([0xff; 32]);
    let mut over = long((1 << 20) + 1, 0);
    over.extend(vec![b' '; 1 << 20]);
    for (start, greeted) in [
        (long(u32::MAX, 0), false),
        (long(u32::MAX, 16), true),
        (long(2, 255), true),
        (secrets, true),
        (over, true),
        ([b"CS\x01\x00", [0xff; 64].as_slice()].concat(), false),
        (vec![0x30; 1 << 16], false),
    ] {
        let mut stream = connected();
        if greeted {
            stream.write_all(&frame(HELLO, &[])).unwrap();
        }
        // The agent may close before all of it is written.
        let _closed = stream.write_all(&start);
        let _closed = stream.shutdown(Shutdown::Write);
        let said = everything(&stream);
        assert!(!said.contains("done") && (greeted || said.is_empty()), "{said}");
    }
    // As much as is allowed, but nonsense: answered, and the next request too.
    let mut stream = connected();
    stream.write_all(&frame(HELLO, &[])).unwrap();
    let nested = "[".repeat(200_000);
    stream.write_all(&frame(&nested, &[])).unwrap();
    stream.write_all(&frame("\"status\"", &[])).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let said = everything(&stream);
    assert!(said.contains("bad-request") && said.contains("\"vault\""), "{said}");
}

/// As many connections as there can be, each in the middle of something, and again when they are closed.
fn loris() {
    let hello = frame(HELLO, &[]);
    let starts = [
        &b"C"[..],
        b"CS\x01\x00\xff\xff\x00\x00 ",
        &hello[..hello.len() - 1],
        b"",
    ];
    let mut kept = Vec::new();
    println!("begun");
    for start in starts.iter().cycle() {
        let Ok(mut stream) = UnixStream::connect(socket()) else {
            rest(Duration::from_millis(1));
            continue;
        };
        let _closed = stream.write_all(start);
        kept.push(stream);
        if kept.len() > 100 {
            kept.remove(0);
        }
    }
}

/// Descriptors sent along, many at a time, which nobody asked for.
fn descriptors() {
    for _ in 0..50 {
        let stream = connected();
        let open = std::fs::File::open("/dev/null").unwrap();
        let sent = [open.as_fd(); 200];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(200))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&sent)));
        let hello = frame(HELLO, &[]);
        rustix::net::sendmsg(&stream, &[IoSlice::new(&hello)], &mut control, SendFlags::empty()).unwrap();
        (&stream).write_all(&frame("\"status\"", &[])).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let said = everything(&stream);
        assert!(said.contains("welcome") && said.contains("\"vault\""), "{said}");
    }
}

/// Takes the open sockets and files of another process of the same user.
fn thief(process: u32) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    let handle = rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).unwrap();
    for number in 0..64 {
        let got = rustix::process::pidfd_getfd(&handle, number, rustix::process::PidfdGetfdFlags::empty());
        if let Ok(got) = got {
            println!("got {number}: {got:?}");
        }
    }
}

/// Stands between a client and the agent, and writes down what the client says.
fn recorder(place: &Path) {
    let folder = place.join("countersign");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
    let listener = UnixListener::bind(folder.join("agent.sock")).unwrap();
    println!("listening");
    for (number, client) in listener.incoming().enumerate() {
        let (mut client, mut agent) = (client.unwrap(), connected());
        let (mut answers, mut to_client) = (agent.try_clone().unwrap(), client.try_clone().unwrap());
        let back = std::thread::spawn(move || {
            let _ended = std::io::copy(&mut answers, &mut to_client);
            let _ended = to_client.shutdown(Shutdown::Both);
        });
        let mut said = Vec::new();
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = client.read(&mut part) {
            said.extend(part.iter().take(length));
            agent.write_all(part.get(..length).unwrap()).unwrap();
        }
        let _ended = agent.shutdown(Shutdown::Both);
        back.join().unwrap();
        std::fs::write(place.join(format!("{number}.recorded")), said).unwrap();
    }
}

/// Says what was recorded again, and prints what it gets.
fn replay(place: &Path) {
    for number in 0.. {
        let Ok(said) = std::fs::read(place.join(format!("{number}.recorded"))) else {
            break;
        };
        let mut stream = connected();
        stream.write_all(&said).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        println!("{}", everything(&stream));
    }
}

fn foreign_client() {
    match UnixStream::connect(socket()) {
        // The folder is closed.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{error}"),
        Ok(mut stream) => {
            println!("connected");
            let _closed = stream.write_all(&frame(HELLO, &[]));
            let said = everything(&stream);
            assert!(said.is_empty(), "{said}");
        }
    }
}

/// Puts a link to a folder of his own, and that folder's like, where the agent's folder will be; says so if anybody talks to him.
fn racer(shared: &Path) {
    let own = shared.join("own");
    let wanted = shared.join("countersign");
    std::fs::create_dir(&own).unwrap();
    std::fs::set_permissions(&own, PermissionsExt::from_mode(0o777)).unwrap();
    let listener = UnixListener::bind(own.join("agent.sock")).unwrap();
    std::fs::set_permissions(own.join("agent.sock"), PermissionsExt::from_mode(0o777)).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut said = [0; 1];
            if let Ok(1..) = client.unwrap().read(&mut said) {
                println!("a client talked");
            }
        }
    });
    println!("begun");
    loop {
        if symlink(&own, &wanted).is_ok() {
            rest(Duration::from_micros(300));
            let _not_ours_any_more = std::fs::remove_file(&wanted);
        }
        // A moment in which nothing is there, then a folder that belongs to him.
        rest(Duration::from_micros(100));
        if std::fs::create_dir(&wanted).is_ok() {
            rest(Duration::from_micros(300));
            let _not_ours_any_more = std::fs::remove_dir(&wanted);
        }
    }
}

// The tests.

fn part(session: &Session, role: &str, place: &str) -> Command {
    let mut command = session.command(std::env::current_exe().unwrap());
    command.args(["--exact", "a_part", "--nocapture"]);
    command.env(ROLE, role).env(PLACE, place);
    command
}

/// A program of the same user plays a part to its end.
fn attacker(session: &Session, role: &str, place: &str) -> String {
    let answer = part(session, role, place).output().unwrap();
    let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
    assert!(answer.status.success() && said.contains("is done"), "{role}: {said}");
    said
}

/// One that goes on until it is dropped.
fn besieger(session: &Session, role: &str, place: &str, begun: &str) -> Process {
    let mut command = part(session, role, place);
    let process = Process::start(role, &mut command, &session.log(role)).unwrap();
    let deadline = Deadline::seconds(PATIENCE);
    deadline
        .wait_for(role, || process.said().contains(begun).then_some(()))
        .unwrap();
    process
}

/// A program of another user plays a part.
fn stranger(role: &str, runtime: &Path, place: &Path) -> Stranger {
    let environment = [
        (ROLE, role),
        (PLACE, place.to_str().unwrap()),
        ("XDG_RUNTIME_DIR", runtime.to_str().unwrap()),
    ];
    let words = ["--exact", "a_part", "--nocapture"];
    Stranger::start(&std::env::current_exe().unwrap(), &words, &environment).unwrap()
}

fn agent<'a>(session: &'a Session, start: &Start) -> Agent<'a> {
    let package = Package::with(session, "acme", TEMPLATE).unwrap();
    let agent = Agent::start_as(session, &package, start).unwrap().enrolled().unwrap();
    agent.done(&["logon", "add", "test.acme"], &[STORED]).unwrap();
    agent
}

/// With at most so many open files.
fn descriptors_allowed(most: u32) -> Start {
    let script = format!("ulimit -n {most}; exec \"$@\"");
    Start::usual().through(&["sh", "-c", &script, "sh"])
}

fn threads(agent: &Agent<'_>) -> usize {
    std::fs::read_dir(format!("/proc/{}/task", agent.id())).unwrap().count()
}

fn resident_kib(agent: &Agent<'_>) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn frames_that_are_too_large_cost_nothing_and_end_their_connection() {
    let session = Session::start().unwrap();
    let agent = agent(&session, &Start::usual());
    attacker(&session, "oversize", "");
    let before = resident_kib(&agent);
    for _ in 0..5 {
        attacker(&session, "oversize", "");
    }
    let after = resident_kib(&agent);
    assert!(after < before + 8 * 1024, "{before} KiB, then {after} KiB");
    agent.done(&["status"], &[]).unwrap();
}

#[test]
fn many_half_frames_keep_nobody_else_from_being_served() {
    besieged(&Start::usual());
}

/// Fewer descriptors than connections: they run out first, and each connection has to wait until another one has gone.
#[test]
fn many_half_frames_with_few_descriptors_keep_nobody_else_from_being_served() {
    besieged(&descriptors_allowed(48));
}

fn besieged(start: &Start) {
    let session = Session::start().unwrap();
    let agent = agent(&session, start);
    let before = threads(&agent);
    let siege: Vec<_> = (0..4).map(|_| besieger(&session, "loris", "", "begun")).collect();
    rest(Duration::from_secs(1));
    for _ in 0..10 {
        // Besiegers are quick: a person tries again.
        let deadline = Deadline::seconds(PATIENCE);
        let status = || (agent.run(&["status"], &[]).unwrap().code == 0).then_some(());
        deadline.wait_for("an answer under siege", status).unwrap();
    }
    let during = threads(&agent);
    assert!(during < before + 80, "{before} threads, then {during}");
    drop(siege);
    let revealed = agent.done(&["logon", "reveal", "test.acme"], &[PASSWORD]).unwrap();
    assert_eq!(revealed.out, STORED);
}

#[test]
fn descriptors_nobody_asked_for_do_not_stay() {
    let session = Session::start().unwrap();
    let agent = agent(&session, &descriptors_allowed(128));
    attacker(&session, "descriptors", "");
    agent.done(&["status"], &[]).unwrap();
}

#[test]
fn the_same_user_takes_no_descriptor_and_traces_nothing() {
    let session = Session::start().unwrap();
    let agent = agent(&session, &Start::usual());
    let open = session.spawn("sleep", &["60"]).unwrap();
    // What works on a program that does not protect itself does not on ours.
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").unwrap_or_default();
    if !matches!(scope.trim(), "1" | "2" | "3") {
        assert!(attacker(&session, "thief", &open.id().to_string()).contains("got 1:"));
    }
    let said = attacker(&session, "thief", &agent.id().to_string());
    assert!(!said.contains("got"), "{said}");
    let mut debugger = session.command("gdb");
    debugger.args([
        "-batch",
        "-nx",
        "-p",
        &agent.id().to_string(),
        "-ex",
        "print (int)getpid()",
    ]);
    let answer = debugger.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
    assert!(
        said.contains("not permitted") || said.contains("ermission denied"),
        "{said}"
    );
    for file in ["mem", "clear_refs", "oom_score_adj"] {
        let script = format!("printf x > /proc/{}/{file}", agent.id());
        assert!(
            !session.command("sh").args(["-c", &script]).status().unwrap().success(),
            "{file}"
        );
    }
    agent.done(&["status"], &[]).unwrap();
}

#[test]
fn a_recorded_conversation_opens_nothing_later() {
    let session = Session::start().unwrap();
    let agent = agent(&session, &Start::usual());
    let place = session.folder().join("between");
    session.write(&place.join("x"), "").unwrap();
    let between = besieger(&session, "recorder", place.to_str().unwrap(), "listening");
    let says = |words: &[&str], secret: &str| {
        let mut command = session.command(Programs::built().unwrap().command_line());
        command.args(words).env("XDG_RUNTIME_DIR", &place);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{secret}").unwrap();
        let answer = child.wait_with_output().unwrap();
        assert!(
            answer.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&answer.stderr)
        );
    };
    says(&["logon", "reveal", "test.acme"], PASSWORD);
    agent.done(&["lock"], &[]).unwrap();
    says(&["unlock"], PASSWORD);
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, NEW]).unwrap();
    let written = || {
        let said: Vec<u8> = (0..8)
            .filter_map(|number| std::fs::read(place.join(format!("{number}.recorded"))).ok())
            .flatten()
            .collect();
        let said = String::from_utf8_lossy(&said).into_owned();
        (said.contains("logon-reveal") && said.contains("\"unlock\"") && said.contains(PASSWORD)).then_some(())
    };
    Deadline::seconds(PATIENCE).wait_for("the recording", written).unwrap();
    drop(between);

    // The vault is open: what was true once is not any more.
    let said = attacker(&session, "replay", place.to_str().unwrap());
    assert!(said.contains("wrong-secret") && !said.contains(STORED), "{said}");
    // The vault is locked: it stays so.
    agent.done(&["lock"], &[]).unwrap();
    let said = attacker(&session, "replay", place.to_str().unwrap());
    assert!(said.contains("\"locked\"") && !said.contains(STORED), "{said}");
    assert_eq!(agent.json(&["status", "--json"], "status").unwrap()["vault"], "locked");
    // Whoever is told to wait waits; then the right password opens.
    let opened = || (agent.run(&["unlock"], &[NEW]).unwrap().code == 0).then_some(());
    Deadline::seconds(120)
        .wait_for("the right password's turn", opened)
        .unwrap();
}

#[test]
fn another_user_is_served_by_nobody() {
    if rustix::process::geteuid().as_raw() == STRANGER {
        return;
    }
    let session = Session::start().unwrap();
    let agent = agent(&session, &Start::usual());
    let said = stranger("foreign client", session.runtime(), Path::new(""))
        .all()
        .unwrap();
    assert!(said.contains("is done") && !said.contains("connected"), "{said}");
    // Even where every folder on the way has been opened to all, by mistake and while the agent runs.
    let folders = [session.folder(), session.runtime()];
    for folder in folders
        .iter()
        .copied()
        .chain([session.runtime().join("countersign").as_path()])
    {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o777)).unwrap();
    }
    let socket = session.runtime().join("countersign/agent.sock");
    std::fs::set_permissions(&socket, PermissionsExt::from_mode(0o777)).unwrap();
    for _ in 0..20 {
        let said = stranger("foreign client", session.runtime(), Path::new(""))
            .all()
            .unwrap();
        assert!(said.contains("connected") && said.contains("is done"), "{said}");
    }
    std::fs::set_permissions(session.runtime().join("countersign"), PermissionsExt::from_mode(0o700)).unwrap();
    agent.done(&["status"], &[]).unwrap();
}

#[test]
fn links_and_folders_that_come_and_go_lead_nobody_astray() {
    let session = Session::start().unwrap();
    // A runtime folder in which everybody may make things, as no session manager would make it.
    let shared = session.folder().join("shared");
    session.write(&shared.join("x"), "").unwrap();
    for (folder, mode) in [(session.folder(), 0o755), (&shared, 0o1777)] {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut racer = stranger("racer", &shared, &shared);
    let mut begun = String::new();
    while !begun.contains("begun") {
        let said = racer.says().unwrap();
        assert!(!said.is_empty(), "the racer has ended: {begun}");
        begun += &said;
    }
    for _ in 0..40 {
        let mut command = session.command(Programs::built().unwrap().command_line());
        command.arg("unlock").env("XDG_RUNTIME_DIR", &shared);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _refused_early = writeln!(child.stdin.take().unwrap(), "{PASSWORD}");
        let answer = child.wait_with_output().unwrap();
        assert_eq!(answer.status.code(), Some(1), "{answer:?}");
    }
    let (mut refused, mut served) = (0, 0);
    for _ in 0..20 {
        let mut command = session.command(Programs::built().unwrap().agent());
        command.arg("--package-dir").arg(session.folder().join("package"));
        command.env("XDG_RUNTIME_DIR", &shared);
        let mut agent = Process::start("agent", &mut command, &session.log("agent")).unwrap();
        let begun = || {
            let folder = std::fs::symlink_metadata(shared.join("countersign")).ok();
            let own = folder.is_some_and(|folder| folder.is_dir() && folder.uid() == session.account().uid);
            match agent.ended() {
                Some(status) => Some(Some(status)),
                None => (own && shared.join("countersign/agent.sock").exists()).then_some(None),
            }
        };
        match Deadline::seconds(PATIENCE)
            .wait_for("the agent's start or end", begun)
            .unwrap()
        {
            Some(status) => {
                assert_eq!(status.code(), Some(1), "{}", agent.said());
                refused += 1;
            }
            // It was first: the folder is its own, and in a folder like this nobody else can take it away.
            None => {
                let folder = std::fs::metadata(shared.join("countersign")).unwrap();
                assert_eq!(folder.mode() & 0o777, 0o700);
                agent.stop();
                std::fs::remove_dir_all(shared.join("countersign")).unwrap();
                served += 1;
            }
        }
    }
    println!("{refused} refused, {served} served");
    assert_eq!(refused + served, 20);
    // Nobody said a word to him, and the agent's socket did not go where his link led.
    let said = racer.stopped().unwrap();
    assert!(!said.contains("talked"), "{said}");
    let own = std::fs::read_dir(shared.join("own")).unwrap().count();
    assert_eq!(own, 1);
}

#[test]
fn a_listener_that_was_there_first_is_no_agent() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "acme", TEMPLATE).unwrap();
    let place = session.runtime().to_str().unwrap().to_owned();
    // A program of the same user listens in the agent's place: the agent does not start beside it, and names it.
    let squatter = besieger(&session, "recorder", &place, "listening");
    let (ended, said) = Agent::refused(&session, &package, &Start::usual()).unwrap();
    assert_eq!(ended.code(), Some(1), "{said}");
    assert!(said.contains(&format!("process {}", squatter.id())), "{said}");
    drop(squatter);
    // What it leaves behind is replaced.
    Agent::start(&session, &package).unwrap();
}
