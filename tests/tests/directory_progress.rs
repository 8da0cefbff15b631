//! Whoever waits for a sync sees how far it is.

mod machines;

use countersign_tests::agent::{Agent, LEDGER, Package};
use countersign_tests::servers::relay::{Direction, Fault};
use countersign_tests::servers::{DirectoryServer, Relay, Slapd};
use machines::{ADA, Site, machine, publish};
use std::io::{BufRead, BufReader, Read};

const TEMPLATES: usize = 200;

/// Templates of 4 KiB and more.
fn templates() -> Vec<(String, String)> {
    let filling = "# Nothing that matters, and it takes room.\n".repeat(100);
    let template = |number: usize| {
        let id = format!("test.ledger-{number:03}");
        (
            format!("ledger-{number:03}"),
            LEDGER.replace("test.ledger", &id) + &filling,
        )
    };
    (0..TEMPLATES).map(template).collect()
}

/// The objects of a line such as `███··· 12 of 200 objects, 48 kB, from ldaps://…`, how many there are, and the rest.
fn read(line: &str) -> Option<(usize, usize, String)> {
    let mut words = line.split_whitespace().skip(1);
    let objects = words.next()?.parse().ok()?;
    let of = words.nth(1)?.parse().ok()?;
    Some((objects, of, words.collect::<Vec<_>>().join(" ")))
}

#[test]
fn whoever_waits_sees_how_far_it_is() {
    let server = Slapd::start().unwrap();
    let relay = Relay::to(server.port()).unwrap();
    let site = Site::directory(Box::new(server));
    site.administer(|server| server.add_unit("Sales").unwrap());
    site.administer(|server| server.join("Sales", ADA).unwrap());
    let office = machine();
    let words = publish(&office, &site.desk(&office), &templates());

    // Ada's machine reaches the directory through a relay, which stops in the midst of the templates.
    let session = site.machine();
    let settings = session.config_home().join("countersign/settings.toml");
    let direct = std::fs::read_to_string(&settings).unwrap();
    let url = site.administer(|server| server.url()).unwrap();
    session.write(&settings, &direct.replace(&url, &relay.url())).unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = site.started(&session, &package);
    let after = relay.passed(Direction::Down).min(40_000) + 200_000;
    relay
        .set(Fault::HalfOpen {
            direction: Direction::Down,
            after,
        })
        .unwrap();
    let pinned = agent.run(&["trust", "pin"], &[&words]).unwrap();
    assert_eq!(pinned.code, 0, "{pinned:?}");
    let mut waiting = agent.command_line().spawn(&["refresh", "--wait"]).unwrap();
    let mut lines = BufReader::new(waiting.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let seen = lines.find_map(|line| read(&line).filter(|(objects, ..)| *objects > 20));
    let (objects, of, rest) = seen.unwrap_or_else(|| none(&agent));
    // Beside the templates there are the pages that list them.
    assert!(objects < of && of > TEMPLATES, "{objects} of {of}");
    assert!(
        rest.contains("kB") && rest.contains(&format!("from {}", relay.url())),
        "{rest}"
    );
    relay.heal().unwrap();
    let last = lines.last();
    let mut out = String::new();
    waiting.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(waiting.wait().unwrap().success(), "{last:?} {out}");
    assert!(out.contains(&format!("{TEMPLATES} templates in force")), "{out}");

    // With nothing to fetch it says the same at once.
    let again = agent.done(&["refresh", "--wait"], &[]).unwrap();
    assert_eq!(again.out.lines().next(), out.lines().next());
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
fn none<T>(agent: &Agent<'_>) -> T {
    panic!("no line of progress came; the agent said:\n{}", agent.said())
}
