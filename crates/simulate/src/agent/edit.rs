//! What the user does to a logon, as the agent's keeper does it.

use super::{Agent, random};
use crate::chance::Chance;
use crate::ledger::{Fields, Ledger, Write};
use crate::mutant::Mutant;
use crate::seal::{Checking, Sealer, ToSeal};
use crate::violation::Violation;
use countersign_model::port::RecordStore;
use countersign_model::{RecordId, RecordVersion};
use countersign_sync::{highest_counter, next_counter, record_key, remembered, replace, time_of_change};
use countersign_vault::Commitment;

/// What the user does to a logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Add,
    Username(u64),
    Password(u64),
    Delete,
    /// Nothing: the first fill seals the logon anew, with its program.
    Fill,
}

impl Agent {
    /// Does what the user wants done to a logon, and returns the write if he was told that it is done.
    pub(crate) fn edit(
        &mut self,
        ledger: &mut Ledger,
        sealer: &dyn Sealer,
        (record, edit): (RecordId, Edit),
        now: u64,
        chance: &mut Chance,
    ) -> Result<Option<u64>, Violation> {
        let check = Checking {
            sealer,
            mutant: self.mutant,
        };
        let before = self.unit(ledger, sealer, record)?;
        let unit = ledger.next();
        let fields = match (&before, edit) {
            (None, Edit::Add) => Some([unit; 4].map(|unit| (unit, unit))),
            (Some((_, looked)), edit) => match (looked.fields, edit) {
                (Some(_), Edit::Delete) => None,
                (Some(fields), edit) => Some(edited(fields, unit, edit)),
                (None, _) => return Ok(None),
            },
            (None, _) => return Ok(None),
        };
        let version = RecordVersion {
            record,
            device: sealer.device(),
            counter: self.next_counter(&check, chance)?,
        };
        let (parent, at) = match &before {
            None => (Commitment::NONE, self.clock(now)),
            Some((_, looked)) if self.mutant == Some(Mutant::TrustsClocks) => {
                (looked.checked.commitment, self.clock(now))
            }
            Some((_, looked)) => (
                looked.checked.commitment,
                time_of_change(self.clock(now), looked.checked.changed),
            ),
        };
        let sealed = match (&before, edit) {
            (Some((same, looked)), Edit::Fill) => {
                let current = self
                    .vault
                    .get(&record_key(record))
                    .map_err(|error| self.broken(error))?;
                ledger.again(version, *same);
                sealer.seal_again(&looked.checked.version, &current.unwrap_or_default(), version.counter)
            }
            _ => {
                let write = Write {
                    record,
                    parent: before.as_ref().map(|(unit, _)| *unit),
                    fields,
                    changed: at.0,
                    acknowledged: false,
                    excused: false,
                };
                ledger.enter(unit, write, version);
                sealer.seal(&ToSeal {
                    record,
                    counter: version.counter,
                    parent,
                    changed: at.0,
                    fields,
                })
            }
        };
        let sealed = sealed.map_err(|error| self.broken(error))?;
        let changes = replace(&self.vault, &check, &version, sealed).map_err(|error| self.broken(error))?;
        let committed = self.vault.commit(&changes);
        // It may die after the commit, before it says so.
        if committed.is_err() || !self.fuse.step() || edit == Edit::Fill {
            return Ok(None);
        }
        ledger.acknowledge(unit);
        Ok(Some(unit))
    }

    pub(super) fn next_counter(&mut self, check: &Checking<'_>, chance: &mut Chance) -> Result<u64, Violation> {
        let own = check.sealer.device();
        let highest = match self.used {
            Some(used) => used,
            None => {
                let here = highest_counter(&self.vault, check, own).map_err(|error| self.broken(error))?;
                let remembered = remembered(&self.device).map_err(|error| self.broken(error))?;
                let remembered = remembered.into_iter().filter(|version| version.device == own);
                remembered.map(|version| version.counter).max().unwrap_or(0).max(here)
            }
        };
        let next = match self.mutant {
            Some(Mutant::CountsByOne) => highest + 1,
            _ => next_counter(highest, random(chance)),
        };
        self.used = Some(next);
        Ok(next)
    }
}

fn edited(fields: Fields, unit: u64, edit: Edit) -> Fields {
    let [(_, mut username), (_, mut password), (_, further), (_, mut pending)] = fields;
    match edit {
        Edit::Username(value) => username = value,
        Edit::Password(value) => (password, pending) = (value, value),
        Edit::Fill => return fields,
        Edit::Add | Edit::Delete => {}
    }
    [username, password, further, pending].map(|value| (unit, value))
}
