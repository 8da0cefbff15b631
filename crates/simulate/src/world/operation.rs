//! What a user and his agents do in a step.

use super::World;
use crate::agent::{Agent, Edit, Ended, Locked, Outing, name};
use crate::chance::Chance;
use crate::header::Wish;
use crate::violation::Violation;
use countersign_model::RecordId;
use countersign_sync::Report;

impl World {
    pub(super) fn operation(&mut self, number: u32, chance: &mut Chance) -> Result<(), Violation> {
        let at = chance.index(self.agents.len());
        self.tally.count("operations");
        match chance.below(21) {
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
            20 => self.change_header(at, (number, chance)),
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

    /// The user changes his vault and waits: the header is exchanged at once.
    fn change_header(&mut self, at: usize, (number, chance): (u32, &mut Chance)) -> Result<(), Violation> {
        let Some(agent) = self.agents.get_mut(at).filter(|agent| agent.wish.is_none()) else {
            return Ok(());
        };
        let change = self.ledger.wish();
        let wish = if chance.one_in(4) {
            Wish::Roll(change)
        } else {
            Wish::Slot(change)
        };
        agent.wish = Some(wish);
        let trouble = if chance.one_in(2) { 0 } else { self.weather.trouble };
        if chance.one_in(8) {
            agent.fuse.light(u32::try_from(chance.below(8)).unwrap_or(0));
        }
        self.tally.count("changes of the vault header wanted");
        self.say(|| format!("{number:>5}  device {at}: wants {wish:?} in the vault header"));
        self.sync(at, Locked::No, trouble, None, (number, chance)).map(drop)
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

    pub(super) fn sync(
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
        let header = self.agents.get(at).map(Agent::tell_header).unwrap_or_default();
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
                "{number:>5}  device {at}: {open} with {}: {what}; {header}",
                said.unwrap_or_default()
            )
        });
        Ok(report)
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
