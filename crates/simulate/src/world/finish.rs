//! The end: everything is healed, everybody exchanges, and all must be well.

use super::World;
use crate::agent::Locked;
use crate::chance::Chance;
use crate::directory::Entry;
use crate::server::lock;
use crate::verify::{headers, verify};
use crate::violation::Violation;
use countersign_sync::{Fault, Report};

/// After so many rounds nothing may be left to do.
const MOST_ROUNDS: usize = 200;

impl World {
    /// Everything reaches everything again, every device exchanges a few times, and then all must be well.
    pub(crate) fn finish(&mut self) -> Result<(), Violation> {
        self.now += 60_000;
        let replicas = {
            let directory = &mut *lock(&self.directory);
            directory.now = self.now;
            directory.heal();
            directory.len()
        };
        // Whoever waits for a change of his vault gives up.
        for agent in &mut self.agents {
            agent.wish = None;
        }
        let chance = &mut Chance::of(&[self.seed, 2]);
        let rounds = replicas + 3;
        for round in 0..=MOST_ROUNDS {
            let before = self.headers_there();
            for at in 0..self.agents.len() {
                self.now += 1_000;
                lock(&self.directory).now = self.now;
                let with = Some((at + round) % replicas);
                let report = self.sync(at, Locked::No, 0, with, (0, chance))?;
                lock(&self.directory).settle();
                if round >= rounds {
                    quiet(at, round, report.as_ref())?;
                }
            }
            // A vault header that went back returns number by number, each from a device that has it.
            if round >= rounds && self.headers_there() == before {
                verify(self)?;
                return headers(self, |at| (at + round) % replicas);
            }
        }
        Err(Violation::Restless {
            agent: 0,
            rounds: MOST_ROUNDS,
            what: "the vault header does not come to rest".to_owned(),
        })
    }

    /// The vault header of every replica.
    fn headers_there(&self) -> Vec<Option<Entry>> {
        let directory = lock(&self.directory);
        (0..directory.len())
            .map(|replica| directory.read(replica, None).cloned())
            .collect()
    }
}

/// Whether an exchange found that everything is done.
fn quiet(agent: usize, rounds: usize, report: Option<&Report>) -> Result<(), Violation> {
    let restless = |what: String| Violation::Restless { agent, rounds, what };
    let report = report.ok_or_else(|| restless("it did not report".to_owned()))?;
    if report.reached.is_err() || report.pulled > 0 || report.pushed > 0 || report.waiting > 0 {
        return Err(restless(format!("{report:?}")));
    }
    match report
        .faults
        .iter()
        .find(|fault| !matches!(fault, Fault::Refused { .. }))
    {
        Some(fault) => Err(restless(fault.to_string())),
        None => Ok(()),
    }
}
