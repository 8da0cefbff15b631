//! redb, with the durability its documentation guarantees to be persistent when `commit` returns.

use std::path::Path;

use redb::{Database, Durability, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use super::{Engine, Fault, Write};

const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");

struct Redb(Database);

pub fn open(folder: &Path) -> Result<Box<dyn Engine>, Fault> {
    let database = Database::create(folder.join("records.redb")).map_err(Fault::said)?;
    // Reading a table that was never written is an error there: make it, as a program would at its first start.
    let missing = {
        let read = database.begin_read().map_err(Fault::said)?;
        read.open_table(TABLE).is_err()
    };
    let mut engine = Redb(database);
    if missing {
        engine.commit(Vec::new())?;
    }
    Ok(Box::new(engine))
}

impl Engine for Redb {
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault> {
        let mut transaction = self.0.begin_write().map_err(Fault::said)?;
        transaction.set_durability(Durability::Immediate).map_err(Fault::said)?;
        {
            let mut table = transaction.open_table(TABLE).map_err(Fault::said)?;
            for Write { id, value } in &batch {
                match value {
                    Some(value) => table.insert(id.as_slice(), value.as_slice()).map_err(Fault::said)?,
                    None => table.remove(id.as_slice()).map_err(Fault::said)?,
                };
            }
        }
        transaction.commit().map_err(Fault::said)
    }

    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let read = self.0.begin_read().map_err(Fault::said)?;
        let table = read.open_table(TABLE).map_err(Fault::said)?;
        let found = table.get(id).map_err(Fault::said)?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let read = self.0.begin_read().map_err(Fault::said)?;
        let table = read.open_table(TABLE).map_err(Fault::said)?;
        let entries = table.iter().map_err(Fault::said)?;
        entries
            .map(|entry| entry.map(|(id, _)| id.value().to_vec()).map_err(Fault::said))
            .collect()
    }

    fn close(self: Box<Self>) -> Result<(), Fault> {
        drop(self.0);
        Ok(())
    }
}
