//! Reading snapshots and segments, and making up for a damaged snapshot from the generation before it.

use crate::files::{Access, Files, LogFile};
use crate::keys::Keys;
use crate::manifest::{Entry, FileId, Manifest};
use crate::read::{Handle, Handles};
use crate::segment::{self, Scan};
use crate::snapshot::{self, Purpose, Scanned, Stamp};
use crate::story::Story;
use crate::survey::{BEGINNING, Generation};
use crate::walk::{order, walk};
use crate::writer::Tip;
use countersign_model::port::StoreError;
use std::sync::Arc;

/// Whether a generation gives everything it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    Yes,
    No,
}

/// Files being read, and what there is to say of them.
pub(crate) struct Reading<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) keys: &'a Keys,
    pub(crate) handles: Handles,
    pub(crate) story: Story,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(files: &'a dyn Files, keys: &'a Keys) -> Self {
        Self {
            files,
            keys,
            handles: Handles::new(),
            story: Story::default(),
        }
    }

    /// The newest snapshot whose whole table can be read; failing that, the newest of which anything can be read.
    pub(crate) fn base(&mut self, snapshots: &[u32]) -> Result<(Option<Scanned>, Generation), StoreError> {
        let (mut partial, mut generation) = (None, Generation::Whole);
        for number in snapshots.iter().rev() {
            let scanned = self.snapshot(*number)?;
            let flawed = scanned.as_ref().is_none_or(|scanned| scanned.flaw.is_some());
            if flawed {
                generation = Generation::Flawed;
            }
            match scanned {
                Some(scanned) if scanned.unnamed == 0 => return Ok((Some(scanned), generation)),
                Some(scanned) if partial.is_none() => partial = Some(scanned),
                _ => {}
            }
        }
        Ok((partial, generation))
    }

    /// Scans one snapshot and notes what is wrong with it.
    pub(crate) fn snapshot(&mut self, number: u32) -> Result<Option<Scanned>, StoreError> {
        let name = snapshot::name(number);
        let file: Arc<dyn LogFile> = self.open(&name)?;
        let bytes = self.read_what_can_be_read(&*file, &name);
        let scanned = snapshot::scan(self.keys, Purpose::Snapshot, number, &bytes);
        let flaw = match &scanned {
            None => Some("it cannot be read at all".to_owned()),
            Some(scanned) => scanned.flaw.clone(),
        };
        if let Some(flaw) = flaw {
            self.story.notes.push(format!("{name} is damaged: {flaw}"));
            self.story.damaged_files.insert(name);
        }
        if let Some(scanned) = &scanned {
            let upto = scanned.header.stamp.upto;
            self.handles.insert(FileId::Snapshot(number), Handle { file, upto });
        }
        Ok(scanned)
    }

    pub(crate) fn segments(&mut self, numbers: impl Iterator<Item = u32>) -> Result<Vec<(u32, Scan)>, StoreError> {
        let mut scans = Vec::new();
        for number in numbers {
            let name = segment::name(number);
            let file = self.open(&name)?;
            let bytes = self.read_what_can_be_read(&*file, &name);
            scans.push((number, segment::scan(self.keys, number, &bytes)));
            self.handles.insert(FileId::Segment(number), Handle { file, upto: 0 });
        }
        Ok(scans)
    }

    fn open(&self, name: &str) -> Result<Arc<dyn LogFile>, StoreError> {
        let file = self.files.open(name, Access::Read);
        Ok(file
            .map_err(|error| StoreError::Unopened(format!("{name}: {error}")))?
            .into())
    }

    /// A whole file, with zeros where the disk does not answer.
    fn read_what_can_be_read(&mut self, file: &dyn LogFile, name: &str) -> Vec<u8> {
        let error = match file.read_all() {
            Ok(bytes) => return bytes,
            Err(error) => error,
        };
        self.story
            .harm
            .push(format!("{name} cannot be read in places ({error})"));
        self.story.damaged_files.insert(name.to_owned());
        let length = file.length().ok().and_then(|length| usize::try_from(length).ok());
        let mut bytes = vec![0; length.unwrap_or(0)];
        for (block, into) in bytes.chunks_mut(4096).enumerate() {
            if file.read_at(block as u64 * 4096, into).is_err() {
                into.fill(0);
            }
        }
        bytes
    }

    /// The base's entries, with what is damaged in it taken from the generation before it.
    pub(crate) fn whole_manifest(
        &mut self,
        base: Scanned,
        snapshots: &[u32],
        segments: &[u32],
    ) -> Result<Manifest, StoreError> {
        let stamp = base.header.stamp;
        let mut manifest: Manifest = base.entries.into_iter().collect();
        if base.damaged.is_empty() && base.unnamed == 0 {
            return Ok(manifest);
        }
        let (before, whole) = self.generation_before(&stamp, snapshots, segments)?;
        for (key, sequence) in base.damaged {
            match before.get(&key) {
                Some(entry @ Entry::Held(held)) if held.sequence == sequence => manifest.set(key, entry),
                _ => {}
            }
        }
        if base.unnamed > 0 {
            let mut back = 0;
            for (key, entry) in before.entries() {
                if manifest.get(key).is_none() {
                    manifest.set(key.clone(), entry);
                    back += 1;
                }
            }
            if whole == Whole::No {
                self.story.unnamed += base.unnamed.saturating_sub(back).max(1);
            }
        }
        Ok(manifest)
    }

    /// What the generation before a snapshot gives for the state the snapshot is of.
    fn generation_before(
        &mut self,
        stamp: &Stamp,
        snapshots: &[u32],
        segments: &[u32],
    ) -> Result<(Manifest, Whole), StoreError> {
        let (number, upto) = (stamp.number, stamp.upto);
        // What there is to say of it is not what the store is like: only the files that are damaged are remembered.
        let mut aside = std::mem::take(&mut self.story);
        let before = self
            .base(snapshots.split(|other| *other >= number).next().unwrap_or_default())?
            .0;
        let from = before.as_ref().map_or(0, |before| before.header.stamp.number);
        let numbers = segments.iter().copied().filter(|other| (from..number).contains(other));
        let mut scans = self.segments(numbers)?;
        let tip = Tip {
            sequence: before.as_ref().map_or(0, |before| before.header.stamp.upto),
            mac: before.as_ref().map_or(BEGINNING, |before| before.header.stamp.upto_mac),
            touched: None,
        };
        for (_, scan) in &mut scans {
            scan.frames
                .retain(|frame| (tip.sequence + 1..=upto).contains(&frame.links.sequence));
        }
        let mut unsaid = Story {
            unnamed: before
                .as_ref()
                .map_or(0, |before| before.unnamed + before.header.stamp.unknown),
            ..Story::default()
        };
        let mut manifest: Manifest = before.into_iter().flat_map(|before| before.entries).collect();
        let frames = order(scans, None, &mut unsaid);
        let (tip, _) = walk(&frames, None, tip, &mut manifest, &mut unsaid);
        aside.damaged_files.append(&mut self.story.damaged_files);
        aside.damaged_files.append(&mut unsaid.damaged_files);
        self.story = aside;
        let reaches = tip.sequence == upto && tip.mac == stamp.upto_mac;
        let whole = if reaches && unsaid.unnamed == stamp.unknown && unsaid.harm.is_empty() {
            Whole::Yes
        } else {
            Whole::No
        };
        Ok((manifest, whole))
    }
}
