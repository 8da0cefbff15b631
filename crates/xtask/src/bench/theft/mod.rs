//! `bench theft`: does a character reach a window that steals the keyboard while we fill?
//!
//! Each contestant types out of an alphabet of its own, so that what the thief hears names who leaked it.

mod ear;
mod form;
mod keys;
mod rivals;
mod tally;
mod thief;
mod unguarded;
mod verdict;

use std::time::Duration;

use countersign_desktop::Desktop;
use countersign_model::Method;
use countersign_tests::Session;

use super::random::Chance;
use super::{BenchError, Options, Report, clock};
use ear::{Ear, Kind};
use form::Form;
use rivals::KeePassXcs;
use tally::Tally;
use thief::{Loot, Thief};
use unguarded::Unguarded;

/// Injections by each method.
const ROUNDS: u32 = 10_000;
/// Characters of one injection.
const KEYS: usize = 20;
/// After so many rounds the typists without a guard have one.
const RIVALS_EVERY: u32 = 10;
/// The rest before each injection, so that it begins anywhere in the thief's doings.
const REST: [Duration; 2] = [Duration::from_millis(2), Duration::from_millis(9)];

/// Runs everybody in turn while the thief is at work.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let session = Session::start()?;
    let race = Race::run(&session, options.rounds.unwrap_or(ROUNDS))?;
    let keepassxc = KeePassXcs::run(&session)?;
    Ok(verdict::judge(&race, &keepassxc))
}

/// What happened.
#[derive(Debug)]
struct Race {
    keys: Tally,
    controls: Tally,
    steps: Tally,
    /// Injections by each typist without a guard.
    rivals: usize,
    loot: Loot,
}

/// Who types what.
const GUARDED: &str = "abcdefgh";
const UNGUARDED: &str = "ijklmnop";
const XDOTOOL: &str = "qrstuvwxyz";
const CONTROLS: &str = "ABCDEFGHIJKLM";
const STEPS: &str = "NOPQRSTUVWXYZ";

impl Race {
    /// So many injections by each method, and a tenth of it by the others.
    fn run(session: &Session, rounds: u32) -> Result<Self, BenchError> {
        let desktop = connect(session)?;
        let mut victim = Ear::open(session, "victim", Kind::Ordinary)?;
        let plan = keys::plan(keys::facts_of(&victim));
        let form = Form::show(session, &desktop)?;
        let unguarded = Unguarded::open(session)?;
        let thief = Thief::start(session, victim.window())?;
        let mut chance = Chance::seeded(0x5eed);
        let mut text = |alphabet: &str, victim: u32| {
            thief.turn_to(victim);
            clock::rest(chance.between(REST[0], REST[1]));
            chance.text(&alphabet.chars().collect::<Vec<_>>(), KEYS)
        };
        let [mut keys, mut controls, mut steps] = [Tally::default(), Tally::default(), Tally::default()];
        let mut rivals = 0;
        for round in 0..rounds {
            let window = victim.window();
            keys.add(keys::fill(&desktop, &plan, &mut victim, &text(GUARDED, window))?);
            if round % RIVALS_EVERY == 0 {
                rivals += 1;
                unguarded.type_text(&text(UNGUARDED, window))?;
                rivals::xdotool(session, &text(XDOTOOL, window))?;
                victim.take()?;
            }
            controls.add(form.fill(&desktop, Method::Controls, &text(CONTROLS, form.window()))?);
            steps.add(form.fill(&desktop, Method::Steps, &text(STEPS, form.window()))?);
        }
        Ok(Self {
            keys,
            controls,
            steps,
            rivals,
            loot: thief.stop()?,
        })
    }
}

fn connect(session: &Session) -> Result<Desktop, BenchError> {
    let options = countersign_desktop::Session {
        display: Some(session.display().to_owned()),
        bus: Some(session.bus().to_owned()),
        ..countersign_desktop::Session::default()
    };
    countersign_desktop::connect(&options).map_err(|error| BenchError::NotReady {
        who: "our desktop",
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 injections; how many are complete depends on the machine, what the thief hears does not.
    #[test]
    fn the_thief_hears_nothing_of_ours() {
        let session = Session::start().unwrap();
        let race = Race::run(&session, 100).unwrap();
        for tally in [&race.keys, &race.controls, &race.steps] {
            assert_eq!(tally.all(), 100);
        }
        assert!(race.controls.complete > 0, "{:?}", race.controls);
        assert_eq!(
            race.loot.of(&[GUARDED, CONTROLS, STEPS].concat()),
            0,
            "{}",
            race.loot.heard
        );
        assert_eq!(race.loot.unknown(), 0);
        assert!(race.loot.of(UNGUARDED) > 0 && race.loot.held >= 100);
    }
}
