//! `bench theft`: does a character reach a window that steals the keyboard while we fill?
//!
//! Each contestant types out of an alphabet of its own, so that what the thief hears names who leaked it.

mod controls;
mod ear;
mod keys;
mod tally;
mod thief;
mod unguarded;

use std::time::Duration;

use countersign_tests::Session;

use super::random::Chance;
use super::{BenchError, Report, clock, complain};
use ear::{Ear, Kind};
use tally::Tally;
use thief::{Loot, Thief};
use unguarded::Unguarded;

/// Keys of one fill.
const KEYS: usize = 20;
/// Keys that must have arrived, or leaked, before it is enough.
const ENOUGH: usize = 3_000;
/// The most fills by keys, should too few of them be complete.
const MOST: usize = 3 * ENOUGH / KEYS;
/// After so many fills by keys there is one by controls.
const CONTROLS_EVERY: usize = 5;
/// The rest before each fill, so that it begins anywhere in the thief's doings.
const REST: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(9)];

/// Runs everybody in turn while the thief is at work.
pub fn run() -> Result<Report, BenchError> {
    let session = Session::start()?;
    let desktop = countersign_desktop::connect(&countersign_desktop::Session {
        display: Some(session.display().to_owned()),
        bus: Some(session.bus().to_owned()),
        ..countersign_desktop::Session::default()
    })
    .map_err(|error| BenchError::NotReady {
        who: "our desktop",
        why: error.to_string(),
    })?;
    let mut victim = Ear::open(&session, "victim", Kind::Ordinary)?;
    let plan = keys::plan(keys::facts_of(&victim));
    let unguarded = Unguarded::open(&session)?;
    let thief = Thief::start(&session, victim.window())?;
    let alphabets = Alphabets::new();
    let mut chance = Chance::seeded(0x5eed);
    let mut tallies = Tallies::default();
    for round in 1..=MOST {
        if tallies.keys.complete * KEYS >= ENOUGH {
            break;
        }
        clock::rest(chance.between(REST[0], REST[1]));
        let text = chance.text(&alphabets.guarded, KEYS);
        tallies.keys.add(keys::fill(&desktop, &plan, &mut victim, &text)?);
        clock::rest(chance.between(REST[0], REST[1]));
        unguarded.type_text(&chance.text(&alphabets.unguarded, KEYS))?;
        victim.take()?;
        if round % CONTROLS_EVERY == 0 {
            let text = chance.text(&alphabets.controls, KEYS);
            tallies.controls.add(controls::fill(&session, &desktop, &thief, &text)?);
            thief.turn_to(victim.window());
        }
    }
    let loot = thief.stop()?;
    Ok(judge(&tallies, &loot, &alphabets))
}

#[derive(Debug, Default)]
struct Tallies {
    keys: Tally,
    controls: Tally,
}

struct Alphabets {
    guarded: Vec<char>,
    unguarded: Vec<char>,
    controls: Vec<char>,
}

impl Alphabets {
    fn new() -> Self {
        Self {
            guarded: ('a'..='m').collect(),
            unguarded: ('n'..='z').collect(),
            controls: ('A'..='Z').collect(),
        }
    }
}

fn judge(tallies: &Tallies, loot: &Loot, alphabets: &Alphabets) -> Report {
    let mut report = Report::new("theft");
    let heard = |alphabet: &[char]| {
        loot.heard
            .chars()
            .filter(|character| alphabet.contains(character))
            .count()
    };
    let (ours, theirs, controls) = (
        heard(&alphabets.guarded),
        heard(&alphabets.unguarded),
        heard(&alphabets.controls),
    );
    let unknown = loot.heard.chars().count() - ours - theirs - controls;
    report.count("thief held the keyboard", 1, loot.held, "times");
    for (name, tally) in [("guarded keys", &tallies.keys), ("controls", &tallies.controls)] {
        report.count(format!("{name}: complete"), tally.all(), tally.complete, "fills");
        report.count(format!("{name}: refused by name"), tally.all(), tally.refused, "fills");
        report.count(format!("{name}: neither"), tally.all(), tally.wrong.len(), "fills");
        for line in tally.wrong.iter().chain(&tally.reasons) {
            complain(&format!("{name}: {line}"));
        }
    }
    report.count(
        "guarded keys: heard by the thief",
        tallies.keys.all() * KEYS,
        ours,
        "characters",
    );
    report.count(
        "controls: heard by the thief",
        tallies.controls.all() * KEYS * 2,
        controls,
        "characters",
    );
    report.count(
        "unguarded typist: heard by the thief",
        tallies.keys.all() * KEYS,
        theirs,
        "characters",
    );

    report.target(
        "keys that reached the thief from guarded keys",
        "0",
        ours.to_string(),
        ours == 0,
    );
    report.target(
        "keys that reached the thief from controls",
        "0",
        (controls + unknown).to_string(),
        controls + unknown == 0,
    );
    report.target(
        "keys that reached the thief from the unguarded typist",
        "> 0",
        theirs.to_string(),
        theirs > 0,
    );
    report.target(
        "times the thief held the keyboard",
        "≥ 500",
        loot.held.to_string(),
        loot.held >= 500,
    );
    for (name, tally) in [("keys", &tallies.keys), ("controls", &tallies.controls)] {
        let (complete, accounted) = (tally.complete_percent(), tally.accounted_percent());
        let what = format!("fills by {name} complete or refused by name");
        report.target(what, "≥ 95 %", format!("{accounted:.1} %"), accounted >= 95.0);
        report.target(
            format!("fills by {name} complete"),
            "≥ 50 %",
            format!("{complete:.1} %"),
            complete >= 50.0,
        );
    }
    report
}
