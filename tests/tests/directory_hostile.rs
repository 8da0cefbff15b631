//! The agent facing a hostile directory: it stays alive and small, says what is wrong in one sentence, loses nothing, and goes on when
//! the directory is good again. `docs/hostile-directory.md` lists what it endures and is checked against this suite.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a suite's own functions fail by panicking"
)]

#[path = "machines/mod.rs"]
mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PATIENCE, Package, Start};
use countersign_tests::process::output;
use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, Request, ber, polite};
use countersign_tests::servers::relay::{Direction, Ending, Fault};
use countersign_tests::servers::{DirectoryServer, Question, Relay, Samba, Slapd};
use countersign_tests::{Deadline, Session};
use machines::{add, labels, machine, package, problems, reveals, until};
use serde_json::Value;
use std::sync::Arc;

const ADA: &str = "Qx7-orbit-Lm20pRt";
const MEMORY_KIB: u64 = 150 << 10;

/// What is in the place of the directory, what it is, and a part of what the status says.
type Attack = (&'static str, &'static str, fn() -> Bad);

enum Bad {
    Network(Fault),
    Server(Hostile),
}

fn shows(identity: Identity) -> Bad {
    Bad::Server(Hostile::start(Opening::Tls(identity), polite).unwrap())
}

/// Takes any bind, and answers searches so.
fn answers(script: impl Fn(&Request) -> Vec<Answer> + Send + Sync + 'static) -> Bad {
    let script = move |request: &Request| match request.is_search() {
        true => script(request),
        false => polite(request),
    };
    Bad::Server(Hostile::start(Opening::Tls(Identity::Right), script).unwrap())
}

const ATTACKS: &[Attack] = &[
    ("nobody listens", "nobody listens there", || Bad::Network(Fault::Refuse)),
    ("each connection is reset", "it closed the connection", || {
        Bad::Network(Fault::Reset)
    }),
    (
        "the network goes silent after 1,000 bytes",
        "it does not answer",
        || {
            Bad::Network(Fault::HalfOpen {
                direction: Direction::Down,
                after: 1_000,
            })
        },
    ),
    (
        "the certificate is of an unknown authority",
        "an authority that is not trusted here",
        || shows(Identity::WrongAuthority),
    ),
    (
        "the certificate is for another host",
        "its certificate is for another name",
        || shows(Identity::WrongHost),
    ),
    (
        "the certificate has expired",
        "has expired, or this machine's clock is wrong",
        || shows(Identity::Expired),
    ),
    (
        "the certificate is not valid yet",
        "not valid yet, or this machine's clock is wrong",
        || shows(Identity::NotYet),
    ),
    (
        "an LDAP message comes before TLS",
        "it does not speak TLS on this port",
        || {
            let early = ber::message(0, &ber::extended_response(0, "hello"));
            Bad::Server(Hostile::start(Opening::ClearThenTls(early), polite).unwrap())
        },
    ),
    ("the two bytes `30 00`", "cannot be reached", || {
        answers(|_| vec![Answer::Bytes(vec![0x30, 0x00]), Answer::Close])
    }),
    ("80,000 nested sequences", "cannot be reached", || {
        answers(|_| vec![Answer::Bytes(ber::nested(80_000)), Answer::Close])
    }),
    (
        "a message of 2^62 bytes, of which the first come until nobody listens",
        "cannot be reached",
        || {
            answers(|_| {
                let some: Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync> = Arc::new(|_| vec![0; 1 << 16]);
                vec![Answer::Bytes(ber::promise(0x30, 1 << 62)), Answer::Endless(some)]
            })
        },
    ),
    (
        // Whoever asks without pages hears that there is nothing.
        "empty pages without end",
        "the repository's vault header went back from version",
        || answers(|request| vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(7, b"again")])]),
    ),
    ("entries of elsewhere", "it sent an entry that nobody asked for", || {
        answers(|request| {
            vec![
                Answer::to(request, &ber::entry("cn=elsewhere,dc=evil", &[])),
                Answer::to(request, &ber::done(0, "")),
            ]
        })
    }),
    (
        "the size limit ends every search",
        "the server's size or time limit was reached",
        || answers(|request| vec![Answer::to(request, &ber::done(4, ""))]),
    ),
    (
        "every search is referred to another server",
        "the server refers to another one",
        || answers(|request| vec![Answer::to(request, &ber::referral(0x65, &["ldaps://127.0.0.1/"]))]),
    ),
];

/// What somebody who may write in the directory does, each with a test of its own.
const WRITTEN: &[(&str, &str, &str)] = &[
    (
        "records_swapped_and_replayed",
        "a record is put under another record's name; a colleague's is put under this user's",
        "neither opens: the status names them, and the good ones this machine has stay",
    ),
    (
        "records_removed_silently",
        "records are removed",
        "the log says that the repository went back; this machine keeps its own and writes them anew",
    ),
    (
        "an_older_header",
        "the vault header is given an older number",
        "this machine goes on with the one it has; nothing is lost",
    ),
    (
        "a_full_disk_in_a_sync",
        "the disk is full while records come",
        "nothing half-written is shown, and the status says that they cannot be kept; when there is room again they are fetched",
    ),
    (
        "a_hundred_triggers_with_a_stale_password",
        "a hundred refreshes against three servers with a password that is no longer right",
        "one bad password is counted; typing it again counts no other",
    ),
];

const BEGIN: &str = "<!-- agent: begin -->\n";
const END: &str = "<!-- agent: end -->";

#[test]
fn the_list_in_the_documents_is_this_suite() {
    let mut table = "\n| Attack or fault | The status says |\n|---|---|\n".to_owned();
    for (attack, says, _) in ATTACKS {
        table += &format!("| {attack} | … {says} … |\n");
    }
    table += "\n| Test | Attack or fault | What happens |\n|---|---|---|\n";
    for (name, attack, must) in WRITTEN {
        table += &format!("| `{name}` | {attack} | {must} |\n");
    }
    table += "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/hostile-directory.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (listed, after) = rest.split_once(END).unwrap();
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        std::fs::write(file, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(listed, table, "run the suite with COUNTERSIGN_BLESS=1");
    }
}

fn on(session: &Session, server: &dyn DirectoryServer, servers: &[String], authorities: &str) {
    let ca = session.config_home().join("countersign/authorities.pem");
    session.write(&ca, authorities).unwrap();
    let text = server.agent_settings("ada");
    let text = text.replace(&server.url(), &servers.join(" "));
    let text = text.replace(&server.ca().display().to_string(), &ca.display().to_string());
    session
        .write(&session.config_home().join("countersign/settings.toml"), &text)
        .unwrap();
}

fn authority(file: &std::path::Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

fn status(agent: &Agent<'_>) -> Value {
    agent.json(&["status", "--json"], "status").unwrap()
}

fn enroll(agent: &Agent<'_>) {
    agent
        .done(&["enroll", "--primary", "directory"], &[ADA, PASSPHRASE])
        .unwrap();
}

fn memory_kib(agent: &Agent<'_>) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Refreshes until the status has a sentence.
fn until_said(agent: &Agent<'_>, says: &str) -> String {
    let deadline = Deadline::seconds(2 * PATIENCE);
    loop {
        agent.run(&["refresh"], &[]).unwrap();
        let now = status(agent);
        let text = format!("{} {}", now["repository"], now["problems"]);
        if text.contains(says) {
            return text;
        }
        assert!(!deadline.is_over(), "{says}: {now}\n{}", agent.said());
        deadline.pause();
    }
}

#[test]
fn the_agent_outlives_its_directory() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let relay = Relay::to(server.port()).unwrap();
    let session = machine();
    let package = package(&session);
    on(&session, &server, &[relay.url()], &authority(server.ca()));
    let agent = Agent::start(&session, &package).unwrap();
    enroll(&agent);
    add(&agent, "ledger");
    let mut expected = vec!["ledger".to_owned()];
    for (number, (attack, says, bad)) in ATTACKS.iter().enumerate() {
        let bad = bad();
        let ca = session.config_home().join("countersign/authorities.pem");
        match &bad {
            Bad::Network(fault) => relay.set(*fault).unwrap(),
            Bad::Server(hostile) => {
                session
                    .write(&ca, &format!("{}{}", authority(server.ca()), authority(hostile.ca())))
                    .unwrap();
                relay.lead_to(hostile.port());
            }
        }
        relay.cut(Ending::Close);
        until_said(&agent, says);
        // Offline is a normal state: what is written now is not lost.
        let name = format!("made-{number:02}");
        let words = ["logon", "add", "test.ledger", "--name", &name, "--set", "username=anna"];
        agent.done(&words, &[&format!("Secret-of-{name}-7391")]).unwrap();
        expected.push(name);
        expected.sort();
        let peak = memory_kib(&agent);
        assert!(peak <= MEMORY_KIB, "{attack}: {peak} KiB");
        if let Bad::Server(hostile) = &bad {
            assert!(!hostile.saw_in_clear(ADA.as_bytes()), "{attack}");
        }
        relay.heal().unwrap();
        relay.lead_to(server.port());
        until(&agent, attack, |agent| {
            status(agent)["repository"]["health"]
                .to_string()
                .to_lowercase()
                .contains("reachable")
                && !status(agent).to_string().contains(says)
                && status(agent)["repository"]["waiting"] == 0
        });
        assert_eq!(labels(&agent), expected, "{attack}");
    }
    reveals(&agent, "ledger", ADA);
    // What was made meanwhile is in the directory.
    assert_eq!(records(&server).len(), expected.len());
}

/// The names of the user's records in the directory.
fn records(server: &Slapd) -> Vec<String> {
    let vault = format!("cn=countersign,{}", server.user_dn("ada"));
    let question = Question {
        attributes: &["cn"],
        ..Question::tree(&vault, "(countersignKind=record)")
    };
    let found = server.search(&server.admin(), &question).unwrap();
    let mut names: Vec<String> = found.values("cn").into_iter().map(|name| name.to_string()).collect();
    names.sort();
    names
}

fn enrolled<'a>(session: &'a Session, package: &Package<'_>, server: &Slapd, start: &Start) -> Agent<'a> {
    on(session, server, &[server.url()], &authority(server.ca()));
    let agent = Agent::start_as(session, package, start).unwrap();
    enroll(&agent);
    agent
}

fn record_dn(server: &Slapd, name: &str) -> String {
    format!("cn={name},cn=countersign,{}", server.user_dn("ada"))
}

fn data_of(server: &Slapd, name: &str) -> Vec<String> {
    let dn = record_dn(server, name);
    let question = Question {
        attributes: &["countersignData"],
        ..Question::entry(&dn)
    };
    let found = server.search(&server.admin(), &question).unwrap();
    found
        .values("countersignData")
        .into_iter()
        .map(|value| value.to_string())
        .collect()
}

#[test]
fn records_swapped_and_replayed() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let session = machine();
    let package = package(&session);
    let agent = enrolled(&session, &package, &server, &Start::usual());
    add(&agent, "ledger");
    let old = records(&server);
    let [one] = old.as_slice() else { panic!("{old:?}") };
    let first = data_of(&server, one);
    add(&agent, "travel");
    let two = records(&server).into_iter().find(|name| name != one).unwrap();
    // The first one's sealed bytes under the second one's name, as something new.
    let swapped = format!(
        "dn: {}\nchangetype: modify\nreplace: countersignData\ncountersignData:: {}\n-\nreplace: countersignVersion\ncountersignVersion: 900000000000000000\n",
        record_dn(&server, &two),
        first[0]
    );
    server.change(&server.admin(), &swapped).unwrap();
    // And under a name that no device of this user's has.
    let (record, device) = one.split_at(32);
    let strange = format!("{record}{}", device.chars().rev().collect::<String>());
    let planted = format!(
        "dn: {}\nobjectClass: countersignSecret\ncn: {strange}\ncountersignKind: record\ncountersignVersion: 7\ncountersignData:: {}\n",
        record_dn(&server, &strange),
        first[0]
    );
    server.change(&server.admin(), &planted).unwrap();
    let deadline = Deadline::seconds(PATIENCE);
    loop {
        agent.run(&["refresh"], &[]).unwrap();
        let said = problems(&agent);
        if said.contains("it is another record") && said.contains("it is another version") {
            break;
        }
        assert!(!deadline.is_over(), "{}", agent.said());
        deadline.pause();
    }
    assert_eq!(labels(&agent), ["ledger", "travel"]);
    reveals(&agent, "travel", ADA);
    reveals(&agent, "ledger", ADA);
}

#[test]
fn records_removed_silently() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let session = machine();
    let package = package(&session);
    let agent = enrolled(&session, &package, &server, &Start::usual());
    add(&agent, "ledger");
    add(&agent, "travel");
    let names = records(&server);
    for name in &names {
        server
            .change(
                &server.admin(),
                &format!("dn: {}\nchangetype: delete\n", record_dn(&server, name)),
            )
            .unwrap();
    }
    let agent = again(agent, &session, &package);
    let deadline = Deadline::seconds(PATIENCE);
    while records(&server) != names {
        agent.run(&["refresh"], &[]).unwrap();
        assert!(!deadline.is_over(), "{} {}", problems(&agent), agent.said());
        deadline.pause();
    }
    assert!(agent.said().contains("the repository went back"), "{}", agent.said());
    assert_eq!(labels(&agent), ["ledger", "travel"]);
}

/// The agent started anew looks through everything.
fn again<'a>(agent: Agent<'a>, session: &'a Session, package: &Package<'_>) -> Agent<'a> {
    drop(agent);
    let agent = Agent::start(session, package).unwrap();
    agent.done(&["directory", "login"], &[ADA]).unwrap();
    agent.done(&["unlock"], &[ADA]).unwrap();
    agent
}

#[test]
fn an_older_header() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let session = machine();
    let package = package(&session);
    let agent = enrolled(&session, &package, &server, &Start::usual());
    add(&agent, "ledger");
    let dn = format!("cn=countersign,{}", server.user_dn("ada"));
    let found = server.search(&server.admin(), &Question::entry(&dn)).unwrap();
    let number: u64 = found.value("countersignVersion").unwrap().parse().unwrap();
    assert!(number > 1);
    let set_back = format!("dn: {dn}\nchangetype: modify\nreplace: countersignVersion\ncountersignVersion: 1\n");
    server.change(&server.admin(), &set_back).unwrap();
    for _ in 0..3 {
        agent.run(&["refresh"], &[]).unwrap();
    }
    assert_eq!(labels(&agent), ["ledger"]);
    reveals(&agent, "ledger", ADA);
}

#[test]
fn a_full_disk_in_a_sync() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let (one, two) = (machine(), machine());
    let packages = [package(&one), package(&two)];
    let first = enrolled(&one, &packages[0], &server, &Start::usual());
    let start = Start::usual().through(&["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
    on(&two, &server, &[server.url()], &authority(server.ca()));
    let second = Agent::start_as(&two, &packages[1], &start).unwrap();
    second.done(&["directory", "login"], &[ADA]).unwrap();
    second.done(&["unlock", "--passphrase"], &[PASSPHRASE, ADA]).unwrap();
    let room = |limit: &str| {
        let (pid, limit) = (second.id().to_string(), format!("--fsize={limit}:"));
        output(two.command("prlimit").args(["--pid", &pid, &limit])).unwrap();
    };
    room("1");
    for number in 0..5 {
        add(&first, &format!("ledger-{number}"));
    }
    let said = until_said(&second, "is not kept on this machine");
    assert!(said.contains("not saved") && said.contains("free some space"), "{said}");
    assert!(labels(&second).is_empty());
    room("unlimited");
    until(&second, "room again", |agent| labels(agent).len() == 5);
    let problems = status(&second)["problems"].to_string();
    assert!(!problems.contains("is not kept on this machine"), "{problems}");
    reveals(&second, "ledger-3", ADA);
}

/// Three addresses of one directory.
fn stale(server: &dyn DirectoryServer, servers: &[String]) {
    let session = machine();
    let package = package(&session);
    on(&session, server, servers, &authority(server.ca()));
    let agent = Agent::start(&session, &package).unwrap();
    enroll(&agent);
    add(&agent, "ledger");
    server.set_password("ada", "Another-password-51").unwrap();
    let before = server.bad_password_count("ada").unwrap();
    for _ in 0..100 {
        agent.run(&["refresh"], &[]).unwrap();
    }
    assert_eq!(
        server.bad_password_count("ada").unwrap() - before,
        1,
        "{}",
        agent.said()
    );
    for _ in 0..3 {
        assert_ne!(agent.run(&["directory", "login"], &[ADA]).unwrap().code, 0);
    }
    assert_eq!(
        server.bad_password_count("ada").unwrap() - before,
        1,
        "{}",
        agent.said()
    );
    let said = status(&agent).to_string();
    assert!(said.contains("countersign directory login"), "{said}");
    agent.done(&["directory", "login"], &["Another-password-51"]).unwrap();
}

#[test]
fn a_hundred_triggers_with_a_stale_password() {
    let server = Slapd::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    let relays: Vec<_> = (0..3).map(|_| Relay::to(server.port()).unwrap()).collect();
    stale(&server, &relays.iter().map(Relay::url).collect::<Vec<_>>());
}

#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn a_hundred_triggers_with_a_stale_password_on_active_directory() {
    let server = Samba::start().unwrap();
    server.add_user("ada", ADA).unwrap();
    // Its certificate names its address: three ways to write it.
    let url = server.url();
    stale(
        &server,
        &[format!("ldaps://{}", server.host()), url.clone(), format!("{url}/")],
    );
}
