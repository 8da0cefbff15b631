//! Programs that people type passwords with.

use std::time::Duration;

use countersign_tests::Session;

use super::ear::{Ear, Kind};
use super::thief::{Loot, Thief};
use crate::bench::fill::form::{PASSWORD, Shown, USER};
use crate::bench::fill::keepassxc::{Delays, ENTRY, KeePassXc};
use crate::bench::fill::xdotool::carry_out;
use crate::bench::{BenchError, clock};

/// How often KeePassXC types, each time with its own delays.
const TIMES: usize = 20;
/// What it gets for it: half a second at first and 25 ms for each key.
const TYPING: Duration = Duration::from_millis(2_500);

/// Has xdotool type into whatever has the keyboard.
pub fn xdotool(session: &Session, text: &str) -> Result<(), BenchError> {
    carry_out(session, &format!("type --delay 0 \"{text}\"\n"))
}

/// What became of what KeePassXC typed.
#[derive(Debug)]
pub struct KeePassXcs {
    /// Characters that somebody heard.
    pub typed: usize,
    /// Those of them that the thief heard.
    pub leaked: usize,
    /// Entries that reached the window whole.
    pub complete: usize,
    /// How often it was asked.
    pub all: usize,
}

impl KeePassXcs {
    /// It types while a thief of its own is at work: it has no alphabet.
    pub fn run(session: &Session) -> Result<Self, BenchError> {
        let keepassxc = KeePassXc::start(session, Delays::Default)?;
        let mut victim = Ear::open(session, ENTRY, Kind::Ordinary)?;
        let shown = Shown {
            mapped: clock::now(),
            window: victim.window(),
            pid: std::process::id(),
        };
        let thief = Thief::start(session, victim.window())?;
        let (mut reached, mut complete) = (0, 0);
        for _ in 0..TIMES {
            keepassxc.trigger(shown)?;
            clock::rest(TYPING);
            let heard = victim.take()?;
            let heard: String = heard.chars().filter(|&character| character != Loot::UNKNOWN).collect();
            reached += heard.chars().count();
            complete += usize::from(heard == format!("{USER}{PASSWORD}"));
        }
        let loot = thief.stop()?;
        let leaked = loot.heard.chars().count() - loot.unknown();
        Ok(Self {
            typed: reached + leaked,
            leaked,
            complete,
            all: TIMES,
        })
    }
}
