//! What is destroyed with a device or a replica.

use super::World;
use crate::server::lock;
use crate::violation::Violation;
use countersign_model::StoreKind;
use std::collections::BTreeSet;

impl World {
    /// Something was destroyed: what has no copy left, nobody can be asked for.
    pub(super) fn disaster(&mut self) -> Result<(), Violation> {
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
}
