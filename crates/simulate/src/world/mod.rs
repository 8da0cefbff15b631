//! Agents, replicas and what happens to them, step by step.

mod disaster;
mod event;
mod finish;
mod operation;

use crate::agent::Agent;
use crate::chance::{Chance, mixed};
use crate::directory::Directory;
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::run::{Plan, Seals, Trace};
use crate::seal::{Plain, Sealer, Vault};
use crate::server::lock;
use crate::tally::Tally;
use crate::violation::Violation;
use countersign_model::DeviceId;
use std::sync::{Arc, Mutex};

/// How many ids a simulation has: some for the devices, the rest for those that were copied or set back.
const IDS: usize = 64;

/// Which disasters a seed has.
struct Weather {
    images: bool,
    restores: bool,
    partitions: bool,
    /// One call in so many goes wrong, when anything does.
    trouble: u64,
}

pub(crate) struct World {
    seed: u64,
    pub(crate) agents: Vec<Agent>,
    pub(crate) directory: Mutex<Directory>,
    pub(crate) sealers: Vec<Arc<dyn Sealer>>,
    pub(crate) ledger: Ledger,
    pub(crate) tally: Tally,
    unused: usize,
    /// How many logons a device makes.
    records: usize,
    weather: Weather,
    now: u64,
    mutant: Option<Mutant>,
    trace: Option<Vec<String>>,
    /// Whether there is one replica only, and it was never put back: nothing but the order of writes decides which vault header is there.
    pub(crate) is_linear: bool,
}

impl World {
    pub(crate) fn new(plan: &Plan) -> Self {
        let chance = &mut Chance::of(&[plan.seed, 0]);
        let count = 2 + chance.index(6);
        let replicas = 1 + chance.index(3);
        let skewed = chance.one_in(3);
        let skews: Vec<_> = (0..replicas)
            .map(|_| if skewed { chance.below(180_000) } else { 0 })
            .collect();
        let sealers = sealers(plan);
        let mut agents = Vec::new();
        for number in 0..count {
            let skew = skew(chance);
            let mut agent = Agent::new(number, number, skew, plan.mutant);
            agent.reaches = (0..replicas).collect();
            agents.push(agent);
        }
        Self {
            seed: plan.seed,
            agents,
            directory: Mutex::new(Directory::new(&skews)),
            sealers,
            ledger: Ledger::default(),
            tally: Tally::default(),
            unused: count,
            records: 2 + chance.index(4),
            weather: Weather {
                images: chance.one_in(2),
                restores: chance.one_in(2),
                partitions: !chance.one_in(4),
                trouble: 4 + chance.below(20),
            },
            now: 1_700_000_000_000,
            mutant: plan.mutant,
            trace: (plan.trace == Trace::On).then(Vec::new),
            is_linear: replicas == 1,
        }
    }

    pub(crate) fn into_parts(self) -> (Tally, Vec<String>) {
        (self.tally, self.trace.unwrap_or_default())
    }

    fn say(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(what());
        }
    }

    /// How many steps a plan has.
    pub(crate) fn steps(&self, plan: &Plan) -> u32 {
        let agents = u32::try_from(self.agents.len()).unwrap_or(2);
        plan.operations.saturating_mul(agents)
    }

    /// One operation of one agent, and what the world does meanwhile.
    pub(crate) fn step(&mut self, number: u32) -> Result<(), Violation> {
        let chance = &mut Chance::of(&[self.seed, 1, u64::from(number)]);
        self.now += match chance.below(3) {
            0 => chance.below(900),
            _ => chance.below(60_000),
        };
        let many = chance.index(12);
        {
            let mut directory = lock(&self.directory);
            directory.now = self.now;
            directory.deliver(chance, many);
        }
        if chance.one_in(9) {
            self.event(number, chance)?;
        }
        self.operation(number, chance)
    }
}

fn sealers(plan: &Plan) -> Vec<Arc<dyn Sealer>> {
    match &plan.seals {
        Seals::Plain => (0..IDS as u64)
            .map(|index| {
                let [a, b] = [mixed(&[plan.seed, 3, index]), index].map(u64::to_be_bytes);
                let mut id = [0; 16];
                for (byte, from) in id.iter_mut().zip(a.into_iter().chain(b)) {
                    *byte = from;
                }
                Arc::new(Plain(DeviceId(id))) as Arc<dyn Sealer>
            })
            .collect(),
        Seals::Vault(pool) => {
            let mut devices: Vec<_> = pool.devices().iter().enumerate().collect();
            devices.sort_by_key(|(index, _)| mixed(&[plan.seed, 3, *index as u64]));
            let sealer = |(_, device): (usize, &Arc<_>)| Arc::new(Vault(Arc::clone(device))) as Arc<dyn Sealer>;
            devices.into_iter().map(sealer).collect()
        }
    }
}

fn skew(chance: &mut Chance) -> i64 {
    let span = match chance.below(8) {
        0..=3 => 2_000,
        4 | 5 => 600_000,
        6 => 86_400_000,
        _ => 365 * 86_400_000,
    };
    let off = i64::try_from(chance.below(2 * span)).unwrap_or(0);
    off - i64::try_from(span).unwrap_or(0)
}
