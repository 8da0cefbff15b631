//! Rolling exports: one folder, the last few and one a day.

use crate::export::Exported;
use crate::store::Store;
use countersign_model::port::StoreError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many of the newest exports are kept.
const LAST: usize = 5;
/// On how many days, the newest export of each is kept.
const DAYS: usize = 7;
const DAY: u64 = 86_400;

impl Store {
    /// Writes an export named after the time into `folder` (which must be there and private), and removes exports there that are
    /// neither among the last 5 nor the newest of one of the last 7 days that have any. `now` is in seconds since 1970, UTC.
    ///
    /// # Errors
    /// As for [`Store::export`]; older exports are removed only after the new one was read back.
    pub fn export_rolling(&self, folder: &Path, now: u64) -> Result<Exported, StoreError> {
        let exported = self.export(&folder.join(name(now)))?;
        for (_, path) in surplus(rolling_exports(folder)) {
            // One too many does no harm; the next time it is tried again.
            let _ = std::fs::remove_file(path);
        }
        Ok(exported)
    }
}

/// The exports that [`Store::export_rolling`] left in a folder with the seconds they were made at, newest first.
#[must_use]
pub fn rolling_exports(folder: &Path) -> Vec<(u64, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let file = entry.file_name();
            let made = file.to_str()?.strip_prefix("export.")?.parse().ok()?;
            (file.to_str()? == name(made)).then(|| (made, entry.path()))
        })
        .collect();
    found.sort_by_key(|(made, _)| std::cmp::Reverse(*made));
    found
}

fn name(made: u64) -> String {
    format!("export.{made}")
}

/// Which of the exports, newest first, are not kept.
fn surplus(exports: Vec<(u64, PathBuf)>) -> Vec<(u64, PathBuf)> {
    let mut days = BTreeSet::new();
    let mut surplus = Vec::new();
    for (at, export) in exports.into_iter().enumerate() {
        let newest_of_its_day = days.len() < DAYS && days.insert(export.0 / DAY);
        if at >= LAST && !newest_of_its_day {
            surplus.push(export);
        }
    }
    surplus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_five_and_one_a_day_are_kept() {
        let mut there: Vec<(u64, PathBuf)> = Vec::new();
        for hour in 0..24 * 20 {
            there.insert(0, (hour * 3600, PathBuf::new()));
            let gone = surplus(there.clone());
            there.retain(|export| !gone.contains(export));
        }
        let days: BTreeSet<u64> = there.iter().map(|(made, _)| made / DAY).collect();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), (13..20).collect::<Vec<_>>());
        assert_eq!(there.len(), 5 + 6);
        assert!(there.iter().take(5).map(|(made, _)| made / 3600).eq((475..480).rev()));
    }
}
