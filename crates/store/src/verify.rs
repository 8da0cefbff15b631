//! Reading a whole store and saying what is wrong with it, changing nothing.

use crate::files::{Disk, Files};
use crate::keys::Keys;
use crate::manifest::Entry;
use crate::opened::{Condition, Damage};
use crate::place;
use crate::read::{self, Opened};
use crate::reading::Reading;
use crate::segment;
use crate::snapshot;
use crate::store::Store;
use crate::survey::{self, Survey, Surveyed};
use countersign_model::port::StoreError;
use countersign_secret::Key;
use std::path::Path;

/// What reading a whole store showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Changes (frames of the log) that could be read.
    pub frames: u64,
    /// Snapshots that could be read.
    pub snapshots: u64,
    /// Values that could be read and are as they were stored.
    pub values: u64,
    /// What is lost, if anything is.
    pub damage: Option<Damage>,
    /// What is not as it was written although nothing is lost by it: a flaw the generation before makes good, a torn tail.
    pub notes: Vec<String>,
    /// All of it in one sentence, for the user.
    pub sentence: String,
}

/// Reads every change, snapshot and value of the store in `folder`. Nothing is changed.
///
/// # Errors
/// [`StoreError::InUse`] while another process has it open; [`StoreError::Unopened`] when there is no store or it cannot be read;
/// [`StoreError::Damaged`] when nothing in it can be read with this key.
pub fn verify(folder: &Path, key: &Key) -> Result<Verified, StoreError> {
    let _lock = place::look(folder)?;
    let files = Disk::open(folder).map_err(|error| StoreError::Unopened(format!("{}: {error}", folder.display())))?;
    verify_files(&files, &Keys::derive(key))
}

impl Store {
    /// As [`verify`], for a store that this process has open. Commits wait until it is done.
    ///
    /// # Errors
    /// As for [`verify`].
    pub fn verify(&self) -> Result<Verified, StoreError> {
        let writer = self.writer();
        verify_files(&*writer.files, &self.keys)
    }
}

/// A store that is there, as it was read.
pub(crate) fn surveyed(files: &dyn Files, keys: &Keys) -> Result<Survey, StoreError> {
    match survey::survey(files, keys)? {
        Surveyed::Store(survey) => Ok(*survey),
        Surveyed::Nothing(_) => Err(StoreError::Unopened("there is no store in this folder".into())),
    }
}

pub(crate) fn verify_files(files: &dyn Files, keys: &Keys) -> Result<Verified, StoreError> {
    let survey = surveyed(files, keys)?;
    let Survey {
        mut manifest,
        mut story,
        handles,
        ..
    } = survey;
    let (mut opened, mut values) = (Opened::default(), 0);
    let mut unreadable = Vec::new();
    for (key, entry) in manifest.entries() {
        let Entry::Held(held) = entry else { continue };
        let handle = handles.get(&held.spot.file);
        if handle.is_some_and(|handle| read::value(keys, handle, key, &held, &mut opened).is_ok()) {
            values += 1;
        } else {
            let sequence = held.sequence;
            unreadable.push((key.clone(), Entry::Lost { sequence }));
        }
    }
    unreadable.into_iter().for_each(|(key, entry)| manifest.set(key, entry));
    let (older, mut frames, mut snapshots) = older(files, keys, &survey.base)?;
    frames += survey.frames.len() as u64;
    snapshots += u64::from(survey.base.is_some());
    for name in older {
        if !story.damaged_files.contains(&name) {
            story.notes.push(format!(
                "{name}, of the generation before, is damaged; nothing is lost by it"
            ));
        }
    }
    let told = story.tell(&manifest, survey.head, survey.tip.sequence);
    let damage = match told.condition {
        Condition::Damaged(damage) => Some(damage),
        _ => None,
    };
    let read = format!("{frames} changes, {snapshots} snapshots and {values} values were read");
    let sentence = match (&damage, told.notes.is_empty()) {
        (Some(damage), _) => format!("{read}: {}", damage.sentence),
        (None, true) => format!("{read}; all of them are as they were written"),
        (None, false) => format!("{read}; nothing is lost ({})", told.notes.join("; ")),
    };
    Ok(Verified {
        frames,
        snapshots,
        values,
        damage,
        notes: told.notes,
        sentence,
    })
}

/// Reads what the survey had no need of: the names of the damaged files among it, and how many changes and snapshots it has.
fn older(files: &dyn Files, keys: &Keys, base: &Option<survey::Base>) -> Result<(Vec<String>, u64, u64), StoreError> {
    let (mut damaged, mut frames, mut snapshots) = (Vec::new(), 0, 0);
    let Some(base) = base else {
        return Ok((damaged, frames, snapshots));
    };
    let names = files.list().map_err(|error| StoreError::Unopened(error.to_string()))?;
    let mut last = None;
    let mut segments: Vec<u32> = names.iter().filter_map(|name| segment::number(name)).collect();
    segments.sort_unstable();
    let mut reading = Reading::new(files, keys);
    for number in names.iter().filter_map(|name| snapshot::number(name)) {
        if number != base.number && reading.snapshot(number)?.is_some() {
            snapshots += 1;
        }
    }
    for (number, scan) in reading.segments(segments.into_iter().filter(|number| *number < base.number))? {
        frames += scan.frames.len() as u64;
        let gap = |(before, next): (u64, u64)| next != before + 1;
        let sequences: Vec<u64> = scan.frames.iter().map(|frame| frame.links.sequence).collect();
        let inside = sequences
            .iter()
            .copied()
            .zip(sequences.iter().copied().skip(1))
            .any(gap);
        let begins = scan.header.map(|header| header.after);
        let at_start = begins.zip(sequences.first().copied()).is_some_and(gap);
        let between = last.zip(begins).is_some_and(|(last, begins)| begins > last);
        if scan.header.is_none() || inside || at_start || between {
            reading.story.damaged_files.insert(segment::name(number));
        }
        last = sequences.last().copied().or(begins).or(last);
    }
    damaged.extend(reading.story.damaged_files);
    Ok((damaged, frames, snapshots))
}
