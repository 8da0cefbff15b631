//! Agents, replicas and what happens to them, step by step.

use crate::agent::{Agent, Edit, Ended, Locked, Outing, name};
use crate::chance::{Chance, mixed};
use crate::directory::{Directory, Refresh};
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::run::{Plan, Seals, Trace};
use crate::seal::{Plain, Sealer, Vault};
use crate::server::lock;
use crate::tally::Tally;
use crate::verify::verify;
use crate::violation::Violation;
use countersign_model::{DeviceId, RecordId, StoreKind};
use countersign_sync::{Fault, Report};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// How many ids a simulation has: some for the devices, the rest for those that were copied or set back.
const IDS: usize = 64;
/// The most devices, copies included.
const MOST_AGENTS: usize = 9;

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

    fn operation(&mut self, number: u32, chance: &mut Chance) -> Result<(), Violation> {
        let at = chance.index(self.agents.len());
        self.tally.count("operations");
        match chance.below(20) {
            0..=7 => {
                let locked = if chance.one_in(8) { Locked::Yes } else { Locked::No };
                let quiet = chance.one_in(2);
                let trouble = if quiet { 0 } else { self.weather.trouble };
                if let Some(agent) = self.agents.get(at) {
                    if chance.one_in(6) {
                        agent.fuse.light(u32::try_from(chance.below(14)).unwrap_or(0));
                    } else if chance.one_in(24) {
                        agent.fuse.fill_disk(1 + u32::try_from(chance.below(4)).unwrap_or(0));
                    }
                }
                self.sync(at, locked, trouble, None, (number, chance)).map(drop)
            }
            kind => {
                let edit = match kind {
                    8..=12 => Edit::Username(chance.below(1_000_000)),
                    13..=17 => Edit::Password(chance.below(1_000_000)),
                    18 if chance.one_in(3) => Edit::Delete,
                    _ => Edit::Fill,
                };
                self.edit(at, edit, (number, chance))
            }
        }
    }

    /// A logon this device has, or (`None`) a new one, since it has few.
    fn record(&self, at: usize, chance: &mut Chance) -> Result<Option<RecordId>, Violation> {
        let Some(agent) = self.agents.get(at) else {
            return Ok(None);
        };
        let sealer = agent.sealer(&self.sealers)?;
        let live = agent.logons(sealer);
        if live.is_empty() || (live.len() < self.records && chance.one_in(4)) {
            return Ok(None);
        }
        Ok(chance.pick(&live).copied())
    }

    fn edit(&mut self, at: usize, edit: Edit, (number, chance): (u32, &mut Chance)) -> Result<(), Violation> {
        let known = self.record(at, chance)?;
        let Some(agent) = self.agents.get_mut(at) else {
            return Ok(());
        };
        let sealer = agent.sealer(&self.sealers)?;
        let (record, edit) = match known {
            Some(record) => (record, edit),
            None => (fresh(number), Edit::Add),
        };
        if chance.one_in(16) {
            agent.fuse.light(u32::try_from(chance.below(2)).unwrap_or(0));
        }
        let done = agent.edit(&mut self.ledger, sealer, (record, edit), self.now, chance)?;
        let died = agent.fuse.is_burnt();
        if died {
            self.tally.count("deaths during an edit");
            agent.die();
        } else {
            agent.fuse.replace();
        }
        self.tally.count(match edit {
            Edit::Add => "logons added",
            Edit::Username(_) => "usernames edited",
            Edit::Password(_) => "passwords edited",
            Edit::Delete => "logons deleted",
            Edit::Fill => "logons sealed anew by a fill",
        });
        self.say(|| {
            let what = done.map_or("not acknowledged".to_owned(), |unit| format!("write {unit}"));
            format!(
                "{number:>5}  device {at}: {edit:?} {}: {what}{}",
                name(record),
                if died { ", dies" } else { "" }
            )
        });
        Ok(())
    }

    fn sync(
        &mut self,
        at: usize,
        locked: Locked,
        trouble: u64,
        with: Option<usize>,
        (number, chance): (u32, &mut Chance),
    ) -> Result<Option<Report>, Violation> {
        let Some(agent) = self.agents.get_mut(at) else {
            return Ok(None);
        };
        let reachable = match with {
            Some(replica) => vec![replica],
            None => agent.reaches.iter().copied().collect(),
        };
        self.tally.count("exchanges");
        if reachable.is_empty() {
            self.tally.count("exchanges with nobody in reach");
        }
        let said = self.trace.as_ref().map(|_| format!("{reachable:?}"));
        let ended = agent.sync(Outing {
            directory: &self.directory,
            sealers: &self.sealers,
            unused: &mut self.unused,
            ledger: &mut self.ledger,
            tally: &mut self.tally,
            reachable,
            trouble,
            chance: Chance::of(&[chance.number()]),
            locked,
        })?;
        let report = match ended {
            Ended::Died => {
                self.tally.count("deaths during an exchange");
                None
            }
            Ended::Unsaved => {
                self.tally.count("disks full during an exchange");
                None
            }
            Ended::Reported(report) => Some(*report),
        };
        let died = agent.fuse.is_burnt();
        if died {
            agent.die();
        } else {
            agent.fuse.replace();
        }
        self.say(|| {
            let what = match &report {
                Some(report) => format!(
                    "{} fetched, {} written, {} changed{}{}",
                    report.pulled,
                    report.pushed,
                    report.changed.len(),
                    if report.reached.is_err() { ", broken off" } else { "" },
                    match report.faults.len() {
                        0 => String::new(),
                        many => format!(", {many} faults"),
                    },
                ),
                None if died => "dies".to_owned(),
                None => "could not save".to_owned(),
            };
            let open = if locked == Locked::Yes { "fetches" } else { "exchanges" };
            format!(
                "{number:>5}  device {at}: {open} with {}: {what}",
                said.unwrap_or_default()
            )
        });
        Ok(report)
    }

    fn event(&mut self, number: u32, chance: &mut Chance) -> Result<(), Violation> {
        let replicas = lock(&self.directory).len();
        let (replica, other) = (chance.index(replicas), chance.index(replicas));
        let at = chance.index(self.agents.len());
        let said = match chance.below(12) {
            0..=2 if self.weather.partitions => {
                let Some(agent) = self.agents.get_mut(at) else {
                    return Ok(());
                };
                if agent.reaches.remove(&replica) {
                    self.tally.count("devices parted from a replica");
                    format!("device {at} loses replica {replica}")
                } else {
                    agent.reaches.insert(replica);
                    format!("device {at} finds replica {replica}")
                }
            }
            3 | 4 if self.weather.partitions && replica != other => {
                if lock(&self.directory).toggle(replica, other) {
                    self.tally.count("replicas parted from each other");
                    format!("replicas {replica} and {other} lose each other")
                } else {
                    format!("replicas {replica} and {other} find each other")
                }
            }
            5 | 6 if self.weather.restores => {
                lock(&self.directory).back_up(replica);
                format!("replica {replica} is backed up")
            }
            7 if self.weather.restores && chance.one_in(2) => {
                let refresh = if chance.one_in(2) { Refresh::Yes } else { Refresh::No };
                if !lock(&self.directory).restore(replica, refresh) {
                    return Ok(());
                }
                self.tally.count("replicas restored from a backup");
                self.disaster()?;
                format!("replica {replica} is restored, refreshed: {refresh:?}")
            }
            8 if self.weather.restores && chance.one_in(3) => {
                if !lock(&self.directory).restore_all(replica) {
                    return Ok(());
                }
                self.tally.count("whole directories restored from a backup");
                self.disaster()?;
                format!("the whole directory is restored from the backup of replica {replica}")
            }
            9 | 10 if self.weather.images => {
                let Some(agent) = self.agents.get_mut(at) else {
                    return Ok(());
                };
                agent.take_image();
                format!("an image of device {at} is taken")
            }
            11 if self.weather.images => return self.use_image(at, number, chance),
            _ => return Ok(()),
        };
        self.say(|| format!("{number:>5}  {said}"));
        Ok(())
    }

    fn use_image(&mut self, at: usize, number: u32, chance: &mut Chance) -> Result<(), Violation> {
        let count = self.agents.len();
        // Every copy and every device that is set back needs an id in the end.
        if self.unused + 2 * MOST_AGENTS > self.sealers.len() {
            return Ok(());
        }
        let Some(agent) = self.agents.get_mut(at) else {
            return Ok(());
        };
        let Some(image) = agent.image.clone() else {
            return Ok(());
        };
        let said = if chance.one_in(3) && count < MOST_AGENTS {
            let mut copy = Agent::new(count, 0, agent.skew, self.mutant);
            copy.reaches.clone_from(&agent.reaches);
            copy.restore(image);
            self.agents.push(copy);
            self.tally.count("devices copied");
            format!("device {count} begins as a copy of device {at}, of the image")
        } else {
            agent.restore(image);
            self.tally.count("devices set back to an image");
            format!("device {at} is set back to its image")
        };
        self.say(|| format!("{number:>5}  {said}"));
        self.disaster()
    }

    /// Something was destroyed: what has no copy left, nobody can be asked for.
    fn disaster(&mut self) -> Result<(), Violation> {
        let mut copies = BTreeSet::new();
        for agent in &self.agents {
            let sealer = agent.sealer(&self.sealers)?;
            for record in agent.records()? {
                copies.extend(agent.unit(&self.ledger, sealer, record)?.map(|(unit, _)| unit));
            }
            for disk in [&agent.vault, &agent.device] {
                for kind in [StoreKind::Record, StoreKind::Inbox] {
                    disk.each(kind, |key, _| {
                        let version = countersign_sync::history_of(&key.id);
                        copies.extend(version.and_then(|version| self.ledger.unit_of(&version)));
                    });
                }
            }
        }
        let directory = lock(&self.directory);
        copies.extend(
            directory
                .versions()
                .into_iter()
                .filter_map(|version| self.ledger.unit_of(&version)),
        );
        drop(directory);
        let excused = self.ledger.excuse_all_but(&copies);
        self.tally.add("writes whose last copy was destroyed", excused);
        Ok(())
    }

    /// Everything reaches everything again, every device exchanges a few times, and then all must be well.
    pub(crate) fn finish(&mut self) -> Result<(), Violation> {
        self.now += 60_000;
        let replicas = {
            let directory = &mut *lock(&self.directory);
            directory.now = self.now;
            directory.heal();
            directory.len()
        };
        let chance = &mut Chance::of(&[self.seed, 2]);
        let rounds = replicas + 3;
        for round in 0..=rounds {
            for at in 0..self.agents.len() {
                self.now += 1_000;
                lock(&self.directory).now = self.now;
                let with = Some((at + round) % replicas);
                let report = self.sync(at, Locked::No, 0, with, (0, chance))?;
                lock(&self.directory).settle();
                if round == rounds {
                    quiet(at, rounds, report.as_ref())?;
                }
            }
        }
        verify(self)
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

/// The record that is made in a step.
fn fresh(step: u32) -> RecordId {
    let mut id = [0; 16];
    for (byte, from) in id.iter_mut().zip(step.to_be_bytes()) {
        *byte = from;
    }
    RecordId(id)
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
