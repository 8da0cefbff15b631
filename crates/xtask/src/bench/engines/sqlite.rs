//! SQLite with a write-ahead log that is synced at every commit.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Engine, Fault, Write};

struct Sqlite(Connection);

pub fn open(folder: &Path) -> Result<Box<dyn Engine>, Fault> {
    let connection = Connection::open(folder.join("records.sqlite")).map_err(Fault::said)?;
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(Fault::said)?;
    if mode != "wal" {
        return Err(Fault(format!("the journal is in mode {mode}, not WAL")));
    }
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(Fault::said)?;
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS records (id BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        .map_err(Fault::said)?;
    Ok(Box::new(Sqlite(connection)))
}

impl Sqlite {
    fn write(&mut self, batch: &[Write]) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        for Write { id, value } in batch {
            match value {
                Some(value) => transaction
                    .prepare_cached("INSERT INTO records VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET value = ?2")?
                    .execute(params![id, value])?,
                None => transaction
                    .prepare_cached("DELETE FROM records WHERE id = ?1")?
                    .execute(params![id])?,
            };
        }
        transaction.commit()
    }
}

impl Engine for Sqlite {
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault> {
        self.write(&batch).map_err(Fault::said)
    }

    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let found = self
            .0
            .prepare_cached("SELECT value FROM records WHERE id = ?1")
            .and_then(|mut select| select.query_row([id], |row| row.get(0)).optional());
        found.map_err(Fault::said)
    }

    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let mut select = self
            .0
            .prepare("SELECT id FROM records ORDER BY id")
            .map_err(Fault::said)?;
        let rows = select.query_map([], |row| row.get(0)).map_err(Fault::said)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Fault::said)
    }

    fn close(self: Box<Self>) -> Result<(), Fault> {
        self.0.close().map_err(|(_, error)| Fault::said(error))
    }
}
