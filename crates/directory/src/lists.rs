//! `config/organisation/N`: the lists the organisation's root has signed.

use crate::tree::{Folder, Placed};
use crate::{MAX_LIST, faults, names};
use countersign_model::port::RepositoryError;
use rustix::fs::FileType;

const LISTS: &str = "organisation";
/// So many are read: a change of root needs the list before it, nothing needs older ones.
pub(crate) const NEWEST: usize = 64;

/// The lists from a number on, oldest first. One that cannot be read is left out: what makes a list good is its signature.
pub(crate) fn read(config: &Folder, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError> {
    let Some(lists) = config.find(LISTS)? else {
        return Ok(Vec::new());
    };
    let entries = lists.entries()?;
    let files = entries.iter().filter(|entry| entry.kind == FileType::RegularFile);
    let mut numbers: Vec<u64> = files
        .filter_map(|entry| names::parse_header(&entry.name))
        .map(|number| number.0)
        .filter(|number| *number >= from)
        .collect();
    numbers.sort_unstable();
    let surplus = numbers.len().saturating_sub(NEWEST);
    let newest = numbers.split_off(surplus);
    let read = newest.iter().map(|number| lists.read(&number.to_string(), MAX_LIST));
    Ok(read.filter_map(Result::ok).collect())
}

pub(crate) fn publish(config: &Folder, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
    let lists = config.open_or_make_public(LISTS)?;
    let name = number.to_string();
    let place = lists.path().join(&name);
    if list.len() as u64 > MAX_LIST || number == 0 {
        return Err(faults::invalid(&place, "a list has a number from 1 and at most 64 KiB"));
    }
    // Lists are never removed: whoever gets the name is the one.
    match lists.place_public(&name, list)? {
        Placed::New => Ok(()),
        Placed::Taken => Err(RepositoryError::Conflict(place.display().to_string())),
    }
}
