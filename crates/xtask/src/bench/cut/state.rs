//! What a store must hold after a number of steps.

use std::collections::BTreeMap;

use super::Script;
use crate::bench::engines::{Engine, Fault, Write};

/// The values after the first `steps` steps of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// How many steps were made.
    pub steps: u64,
    values: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl State {
    /// Goes on to `steps` steps.
    pub fn advance(&mut self, script: &Script, steps: u64) {
        while self.steps < steps {
            for Write { id, value } in script.step(self.steps) {
                match value {
                    Some(value) => drop(self.values.insert(id, value)),
                    None => drop(self.values.remove(&id)),
                }
            }
            self.steps += 1;
        }
    }

    /// What an engine holds, read value by value.
    pub fn read(engine: &dyn Engine) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Fault> {
        let mut values = BTreeMap::new();
        for id in engine.ids()? {
            match engine.get(&id)? {
                Some(value) => drop(values.insert(id, value)),
                None => return Err(Fault("an id is listed that has no value".into())),
            }
        }
        Ok(values)
    }

    /// Whether these are its values.
    pub fn holds(&self, found: &BTreeMap<Vec<u8>, Vec<u8>>) -> bool {
        self.values == *found
    }

    /// How many values differ: missing, too many, or other bytes.
    pub fn differences(&self, found: &BTreeMap<Vec<u8>, Vec<u8>>) -> usize {
        let wrong = self.values.iter().filter(|(id, value)| found.get(*id) != Some(value));
        let more = found.keys().filter(|id| !self.values.contains_key(*id));
        wrong.count() + more.count()
    }
}
