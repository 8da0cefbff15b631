//! The thief: takes the keyboard, keeps it for a moment, gives it back, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use countersign_tests::Session;
use x11rb::protocol::xproto::Window;

use super::ear::{Ear, Kind};
use crate::bench::random::Chance;
use crate::bench::{BenchError, clock};

/// From one theft to the next.
const EVERY: [Duration; 2] = [Duration::from_micros(200), Duration::from_micros(2_700)];
/// The part of that time for which it keeps the keyboard, in tenths.
const KEPT: [u32; 2] = [1, 5];

/// A thief at work, on a thread and a connection of its own.
#[derive(Debug)]
pub struct Thief {
    shared: Arc<Shared>,
    thread: JoinHandle<Result<Loot, BenchError>>,
}

#[derive(Debug)]
struct Shared {
    victim: AtomicU32,
    over: AtomicBool,
}

/// What it got.
#[derive(Debug)]
pub struct Loot {
    /// Every character it heard.
    pub heard: String,
    /// How often it held the keyboard.
    pub held: usize,
}

impl Loot {
    /// What stands for keys that write nothing.
    pub const UNKNOWN: char = '\u{fffd}';

    /// How many characters of these it heard.
    pub fn of(&self, alphabet: &str) -> usize {
        let heard = self.heard.chars();
        heard.filter(|&character| alphabet.contains(character)).count()
    }

    /// How many keys it heard that write nothing.
    pub fn unknown(&self) -> usize {
        let heard = self.heard.chars();
        heard.filter(|&character| character == Self::UNKNOWN).count()
    }
}

impl Thief {
    /// Lets it loose on a window.
    pub fn start(session: &Session, victim: Window) -> Result<Self, BenchError> {
        let ear = Ear::open(session, "thief", Kind::Unmanaged)?;
        let shared = Arc::new(Shared {
            victim: AtomicU32::new(victim),
            over: AtomicBool::new(false),
        });
        let its = Arc::clone(&shared);
        Ok(Self {
            shared,
            thread: thread::spawn(move || steal(ear, &its)),
        })
    }

    /// From now on it takes the keyboard from this window, and gives it back to it.
    pub fn turn_to(&self, victim: Window) {
        self.shared.victim.store(victim, Ordering::Relaxed);
    }

    /// Ends it and looks into its sack.
    pub fn stop(self) -> Result<Loot, BenchError> {
        self.shared.over.store(true, Ordering::Relaxed);
        self.thread
            .join()
            .unwrap_or_else(|_| Err(BenchError::Display("the thief fell over".to_owned())))
    }
}

fn steal(mut ear: Ear, shared: &Shared) -> Result<Loot, BenchError> {
    let mut chance = Chance::seeded(0x7_4e1f);
    let [least, most] = EVERY;
    while !shared.over.load(Ordering::Relaxed) {
        let every = chance.between(least, most);
        let kept = chance.between(every * KEPT[0] / 10, every * KEPT[1] / 10);
        ear.focus(ear.window())?;
        clock::rest(kept);
        ear.listen()?;
        ear.focus(shared.victim.load(Ordering::Relaxed))?;
        clock::rest(every - kept);
    }
    let heard = ear.take()?;
    Ok(Loot {
        heard,
        held: ear.focused(),
    })
}
