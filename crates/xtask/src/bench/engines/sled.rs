//! sled on its own: a batch, then `flush`, which its documentation calls durable.

use std::path::Path;

use countersign_tests::Deadline;

use super::{Engine, Fault, Write};

/// How many seconds a lock of its own may stay at most.
const RELEASE: u64 = 10;

struct Sled(sled::Db);

pub fn open(folder: &Path) -> Result<Box<dyn Engine>, Fault> {
    let config = sled::Config::new().path(folder.join("sled")).flush_every_ms(None);
    // Its threads may hold the file's lock for a moment after the database that had them is gone.
    let deadline = Deadline::seconds(RELEASE);
    loop {
        match config.open() {
            Ok(database) => return Ok(Box::new(Sled(database))),
            Err(error) if error.to_string().contains("could not acquire lock") && !deadline.is_over() => {
                deadline.pause();
            }
            Err(error) => return Err(Fault::said(error)),
        }
    }
}

impl Engine for Sled {
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault> {
        let mut changes = sled::Batch::default();
        for Write { id, value } in batch {
            match value {
                Some(value) => changes.insert(id, value),
                None => changes.remove(id),
            }
        }
        self.0.apply_batch(changes).map_err(Fault::said)?;
        self.0.flush().map_err(Fault::said)?;
        Ok(())
    }

    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let found = self.0.get(id).map_err(Fault::said)?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let ids = self.0.iter().keys();
        ids.map(|id| id.map(|id| id.to_vec()).map_err(Fault::said)).collect()
    }

    fn close(self: Box<Self>) -> Result<(), Fault> {
        self.0.flush().map_err(Fault::said)?;
        Ok(())
    }
}
