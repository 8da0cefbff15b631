//! The control: a file a value, never synced. A power cut must take its writes back, or the cut is none.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Engine, Fault, Write};

struct Unsynced(PathBuf);

pub fn open(folder: &Path) -> Box<dyn Engine> {
    Box::new(Unsynced(folder.to_owned()))
}

impl Unsynced {
    fn file(&self, id: &[u8]) -> PathBuf {
        let name: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        self.0.join(name + ".value")
    }
}

impl Engine for Unsynced {
    fn commit(&mut self, batch: Vec<Write>) -> Result<(), Fault> {
        for Write { id, value } in batch {
            match value {
                Some(value) => fs::write(self.file(&id), value).map_err(Fault::said)?,
                None => match fs::remove_file(self.file(&id)) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(Fault::said(error)),
                    _ => {}
                },
            }
        }
        Ok(())
    }

    fn get(&self, id: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match fs::read(self.file(id)) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::said(error)),
        }
    }

    fn ids(&self) -> Result<Vec<Vec<u8>>, Fault> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(Fault::said)? {
            let name = entry.map_err(Fault::said)?.file_name();
            let Some(digits) = name.to_str().and_then(|name| name.strip_suffix(".value")) else {
                continue;
            };
            let bytes = (0..digits.len() / 2).map(|at| {
                let pair = digits.get(2 * at..2 * at + 2).unwrap_or_default();
                u8::from_str_radix(pair, 16).map_err(Fault::said)
            });
            ids.push(bytes.collect::<Result<_, _>>()?);
        }
        ids.sort();
        Ok(ids)
    }

    fn close(self: Box<Self>) -> Result<(), Fault> {
        Ok(())
    }
}
