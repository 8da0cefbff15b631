//! What happens to devices and replicas meanwhile.

use super::World;
use crate::agent::Agent;
use crate::chance::Chance;
use crate::directory::Refresh;
use crate::server::lock;
use crate::violation::Violation;

/// The most devices, copies included.
const MOST_AGENTS: usize = 9;

impl World {
    pub(super) fn event(&mut self, number: u32, chance: &mut Chance) -> Result<(), Violation> {
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
                self.is_linear = false;
                self.disaster()?;
                format!("replica {replica} is restored, refreshed: {refresh:?}")
            }
            8 if self.weather.restores && chance.one_in(3) => {
                if !lock(&self.directory).restore_all(replica) {
                    return Ok(());
                }
                self.tally.count("whole directories restored from a backup");
                self.is_linear = false;
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
}
