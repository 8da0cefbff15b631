//! `bench fleet`: a thousand desktops on one slapd over LDAPS, beside bare ldap3 connections that ask the same.
//!
//! Each desktop is the client library as the agent has it, with a child process of its own, and the agent's code for a routine look. All
//! of them and the server share this machine, which desktops of an organisation do not: the server's own time on a processor is a row
//! of its own, and what `docs/operations/capacity.md` calculates with.

mod agents;
mod bare;
mod load;
mod organisation;
mod race;

use std::time::Duration;

use countersign_tests::servers::relay::Direction;
use countersign_tests::servers::{DirectoryServer, Relay};

use super::report::quantile;
use super::sync::directory::wrong;
use super::{BenchError, Options, Report};
use agents::{Agent, Change, Connection};
use bare::Bare;
use load::Meter;
use organisation::{LOGONS, Organisation, Person, TEMPLATES};
use race::{Finish, Heat};

/// How many desktops there are of ours, and how many connections of the rival's.
const DESKTOPS: usize = 1_000;
/// How many desktops look when the directory is a larger one.
const FEW: usize = 100;
/// How many people a larger directory has.
const PEOPLE: usize = 20_000;
/// How often each runs when nobody says.
const ROUNDS: u32 = 3;
/// One look in so many follows a change of a logon.
const CHANGES: usize = 20;
/// The least of the rival's rate.
const GOAL: f64 = 0.8;

/// Runs both in turn and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut report = Report::new("fleet");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(wrong)?;
    let mut organisation = Organisation::of(2 * DESKTOPS)?;
    let meter = meter(&mut organisation)?;
    let mut agents = arrived(&organisation, DESKTOPS, &mut report, meter)?;
    let mut bare = rivals(&organisation, DESKTOPS..2 * DESKTOPS)?;
    let kept = Heat {
        lanes: 32,
        turns: 4,
        changes: 0,
        connection: Connection::Kept,
    };
    let heats = [
        ("a look on a bound connection", kept),
        (
            "the same, one in 20 with a changed logon",
            Heat {
                changes: CHANGES,
                ..kept
            },
        ),
        (
            "a whole look: connect, TLS, bind, look, close",
            Heat {
                lanes: 16,
                turns: 1,
                connection: Connection::Closed,
                ..kept
            },
        ),
    ];
    for (what, heat) in heats {
        // Whoever has no connection yet makes it before the time counts.
        race::theirs(
            &runtime,
            &mut bare,
            Heat {
                turns: 1,
                changes: 0,
                ..heat
            },
            &meter,
        )?;
        race::ours(
            &mut agents,
            Heat {
                turns: 1,
                changes: 0,
                ..heat
            },
            &meter,
        )?;
        if heat.connection == Connection::Kept && heat.changes == 0 {
            report.figures(
                format!("slapd's memory with {} connections, 2,000 people", 2 * DESKTOPS),
                &[meter.memory()?],
                "MiB",
            );
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            theirs.push(race::theirs(&runtime, &mut bare, heat, &meter)?);
            ours.push(race::ours(&mut agents, heat, &meter)?);
        }
        judge(&mut report, what, &ours, &theirs);
    }
    drop(bare);
    sessions(&organisation, &mut agents, &mut report, meter)?;
    publication(&mut organisation, &mut agents, &mut report, meter)?;
    drop(agents);
    bytes(&mut organisation, &mut report)?;
    drop(organisation);
    larger(&runtime, &mut report)?;
    Ok(report)
}

fn meter(organisation: &mut Organisation) -> Result<Meter, BenchError> {
    let process = organisation
        .server
        .process()
        .ok_or_else(|| wrong("slapd does not run"))?;
    Ok(Meter(process.id()))
}

/// New desktops, each with its first look.
fn arrived(
    organisation: &Organisation,
    many: usize,
    report: &mut Report,
    meter: Meter,
) -> Result<Vec<Agent>, BenchError> {
    let before = meter.read()?;
    let url = organisation.server.url();
    let (mut agents, mut times) = (Vec::with_capacity(many), Vec::with_capacity(many));
    for person in (0..many).map(Person) {
        let (agent, taken) = Agent::first(organisation, &url, person)?;
        agents.push(agent);
        times.push(taken);
    }
    let load = meter.read()?.since(before);
    let what = format!("{} templates of 4 KiB, {LOGONS} logons", 3 * TEMPLATES);
    report.times(
        format!("a new desktop's first look, one after the other: {what}"),
        &times,
    );
    report.figures(
        "the same: slapd's time on a processor",
        &[each(load.processor, many)],
        "ms",
    );
    Ok(agents)
}

fn rivals(organisation: &Organisation, people: std::ops::Range<usize>) -> Result<Vec<Bare>, BenchError> {
    let roots = bare::roots(organisation)?;
    Ok(people
        .map(|number| Bare::of(organisation, &roots, Person(number)))
        .collect())
}

fn each(whole: Duration, many: usize) -> f64 {
    whole.as_secs_f64() * 1_000.0 / u32::try_from(many.max(1)).map_or(f64::MAX, f64::from)
}

fn judge(report: &mut Report, what: &str, ours: &[Finish], theirs: &[Finish]) {
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for (who, heats) in [("Countersign", ours), ("bare ldap3", theirs)] {
        let looks: Vec<Duration> = heats.iter().flat_map(|heat| heat.looks.iter().copied()).collect();
        report.times(format!("{who}: {what}"), &looks);
        let millis: Vec<f64> = looks.iter().map(|look| look.as_secs_f64() * 1_000.0).collect();
        report.figures("  its p99", &[quantile(&millis, 0.99).unwrap_or_default()], "ms");
        let figures: Vec<f64> = heats.iter().map(Finish::rate).collect();
        rates.push(report.figures("  its rate", &figures, "looks/s"));
        let figures: Vec<f64> = heats.iter().map(Finish::cost).collect();
        costs.push(report.figures("  slapd's time on a processor for one", &figures, "ms"));
    }
    let ratio = |figures: &[Option<f64>]| match figures {
        [Some(ours), Some(theirs)] => Some(ours / theirs),
        _ => None,
    };
    let said = |ratio: Option<f64>| ratio.map_or_else(|| "not measured".to_owned(), |ratio| format!("{ratio:.2}"));
    let rate = ratio(&rates);
    report.target(
        format!("rate against bare ldap3: {what}"),
        format!("≥ {GOAL}"),
        said(rate),
        rate.is_some_and(|rate| rate >= GOAL),
    );
    let cost = ratio(&costs);
    report.target(
        format!("slapd's time against bare ldap3: {what}"),
        format!("≤ {}", 1.0 / GOAL),
        said(cost),
        cost.is_some_and(|cost| cost <= 1.0 / GOAL),
    );
}

/// Everybody logs on.
fn sessions(
    organisation: &Organisation,
    agents: &mut [Agent],
    report: &mut Report,
    meter: Meter,
) -> Result<(), BenchError> {
    let (url, before) = (organisation.server.url(), meter.read()?);
    let starts = agents.iter_mut().map(|agent| agent.start(organisation, &url));
    let times = starts.collect::<Result<Vec<_>, _>>()?;
    let load = meter.read()?.since(before);
    report.times(
        "the start of a session, one after the other: every unit, the groups, all records",
        &times,
    );
    report.figures(
        "the same: slapd's time on a processor",
        &[each(load.processor, times.len())],
        "ms",
    );
    Ok(())
}

/// One template of everybody's unit is another one: every desktop finds, fetches and verifies it at its next look.
fn publication(
    organisation: &mut Organisation,
    agents: &mut [Agent],
    report: &mut Report,
    meter: Meter,
) -> Result<(), BenchError> {
    organisation.publish(1)?;
    let heat = Heat {
        lanes: 16,
        turns: 1,
        changes: 0,
        connection: Connection::Closed,
    };
    let finish = race::ours(agents, heat, &meter)?;
    agents.iter().try_for_each(|agent| agent.follows(organisation))?;
    report.times("a whole look after one template was published", &finish.looks);
    report.figures("the same: slapd's time on a processor", &[finish.cost()], "ms");
    Ok(())
}

/// What goes over the wire for one desktop, both ways with TLS.
fn bytes(organisation: &mut Organisation, report: &mut Report) -> Result<(), BenchError> {
    let relay = Relay::to(organisation.server.port())?;
    let mut last = 0;
    let mut passed = |report: &mut Report, what: &str| {
        let now = relay.passed(Direction::Up) + relay.passed(Direction::Down);
        let figure = usize::try_from(now - last).unwrap_or(usize::MAX);
        last = now;
        report.count(format!("bytes both ways with TLS: {what}"), 1, figure, "bytes");
    };
    let (mut agent, _) = Agent::first(organisation, &relay.url(), Person(1))?;
    passed(report, "a new desktop's first look");
    agent.look(Connection::Kept, Change::None)?;
    passed(report, "a look on a bound connection");
    agent.look(Connection::Closed, Change::None)?;
    agent.look(Connection::Closed, Change::None)?;
    passed(report, "two looks, one with connecting");
    agent.look(Connection::Closed, Change::None)?;
    passed(report, "a whole look");
    agent.start(organisation, &relay.url())?;
    passed(report, "the start of a session");
    agent.look(Connection::Closed, Change::Logon)?;
    passed(report, "a whole look with a changed logon, written and fetched");
    organisation.publish(2)?;
    agent.look(Connection::Closed, Change::None)?;
    passed(report, "a whole look after one template was published");
    Ok(())
}

/// The same looks where the directory has ten times the people.
fn larger(runtime: &tokio::runtime::Runtime, report: &mut Report) -> Result<(), BenchError> {
    let mut organisation = Organisation::of(PEOPLE)?;
    let meter = meter(&mut organisation)?;
    let url = organisation.server.url();
    let spread = |number: usize| Person(number * (PEOPLE / FEW / 2));
    let first = (0..FEW).map(|number| Agent::first(&organisation, &url, spread(number)));
    let mut agents = first
        .map(|first| first.map(|(agent, _)| agent))
        .collect::<Result<Vec<_>, _>>()?;
    let roots = bare::roots(&organisation)?;
    let mut bare: Vec<_> = (FEW..2 * FEW)
        .map(|number| Bare::of(&organisation, &roots, spread(number)))
        .collect();
    let heat = Heat {
        lanes: 8,
        turns: 5,
        changes: 0,
        connection: Connection::Closed,
    };
    let theirs = [race::theirs(runtime, &mut bare, heat, &meter)?];
    let ours = [race::ours(&mut agents, heat, &meter)?];
    judge(report, &format!("a whole look, {PEOPLE} people"), &ours, &theirs);
    report.figures(
        format!("slapd's memory with {PEOPLE} people"),
        &[meter.memory()?],
        "MiB",
    );
    Ok(())
}
