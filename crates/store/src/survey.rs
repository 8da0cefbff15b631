//! From the files of a folder to a manifest, changing nothing.
//!
//! The newest snapshot whose table can be read is the base; the log's frames behind it are applied to it. What is damaged in the base
//! is looked up in the generation before it.

use crate::body::Touched;
use crate::files::{Access, Files, LogFile};
use crate::head::{self, Head};
use crate::keys::{Keys, MAC};
use crate::manifest::{Entry, FileId, Manifest, Spot};
use crate::read::{Handle, Handles};
use crate::segment::{self, Found, Scan, StoreId};
use crate::snapshot::{self, Purpose, Scanned, Stamp};
use crate::story::Story;
use crate::writer::Tip;
use countersign_model::port::StoreError;
use std::io;
use std::sync::Arc;

/// The MAC before the first frame.
pub(crate) const BEGINNING: [u8; MAC] = [0; MAC];

/// What a folder holds.
pub(crate) enum Surveyed {
    /// No store, or one whose making was interrupted once it had an id.
    Nothing(Option<StoreId>),
    Store(Box<Survey>),
}

/// What was read of a store.
pub(crate) struct Survey {
    pub(crate) manifest: Manifest,
    pub(crate) tip: Tip,
    pub(crate) last: Last,
    pub(crate) head: Option<Head>,
    pub(crate) head_file: HeadFileState,
    pub(crate) store: StoreId,
    pub(crate) segments: Vec<Shape>,
    pub(crate) frames: Vec<Place>,
    pub(crate) handles: Handles,
    pub(crate) story: Story,
    /// The snapshot it begins with.
    pub(crate) base: Option<Base>,
    /// The highest numbers there are of segments and snapshots; 0 for none.
    pub(crate) highest: Highest,
    /// Whether the newest generation should be written anew.
    pub(crate) generation: Generation,
}

/// The snapshot a survey begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) number: u32,
    pub(crate) length: u64,
    pub(crate) chunks: u64,
}

/// Whether the newest generation is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    Whole,
    /// Something in its snapshot is damaged; what could be read came from it and the one before.
    Flawed,
}

/// The highest numbers in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Highest {
    pub(crate) segment: u32,
    pub(crate) snapshot: u32,
}

/// Whether the head file can be written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadFileState {
    Whole,
    /// It has to be made anew.
    Wanting,
}

/// A segment as it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) number: u32,
    pub(crate) header: Option<segment::Header>,
    /// The file's length.
    pub(crate) length: u64,
    /// Where its last byte that is not zero ends.
    pub(crate) filled: u64,
}

/// Where a frame that counts is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) sequence: u64,
    pub(crate) segment: u32,
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) end: u64,
}

/// Where the chain ends in the files.
pub(crate) struct Last {
    /// The last frame's segment and end, if it can be read.
    pub(crate) spot: Option<(u32, u64)>,
    pub(crate) sequence: u64,
}

/// Reads everything that can be read.
pub(crate) fn survey(files: &dyn Files, keys: &Keys) -> Result<Surveyed, StoreError> {
    let unopened = |error: io::Error| StoreError::Unopened(error.to_string());
    let names = files.list().map_err(unopened)?;
    let numbered = |number: fn(&str) -> Option<u32>| {
        let mut numbers: Vec<u32> = names.iter().filter_map(|name| number(name)).collect();
        numbers.sort_unstable();
        numbers
    };
    let (segments, snapshots) = (numbered(segment::number), numbered(snapshot::number));
    let head = head::read(keys, files).map_err(unopened)?;
    if segments.is_empty() && snapshots.is_empty() {
        match head.as_ref().map(|read| read.head) {
            None => return Ok(Surveyed::Nothing(None)),
            // Making it was interrupted between the head and the first segment.
            Some(Some(head)) if head.sequence == 0 => return Ok(Surveyed::Nothing(Some(head.store))),
            _ => {}
        }
    }
    let known_head = head.as_ref().and_then(|read| read.head);
    let mut reading = Reading::new(files, keys);
    let (base, generation) = reading.base(&snapshots)?;
    let from = base.as_ref().map_or(0, |base| base.header.stamp.number);
    let mut scans = reading.segments(segments.iter().copied().filter(|number| *number >= from))?;
    let authentic = known_head.is_some() || base.is_some() || scans.iter().any(|(_, scan)| scan.is_authentic());
    if !authentic {
        return Err(StoreError::Damaged(
            "nothing in it can be read with this key; it belongs to another key or is destroyed. Its files are left as they are".into(),
        ));
    }
    reading.story.judge_head(head.as_ref());
    let shapes: Vec<Shape> = scans.iter().map(|(number, scan)| scan.shape(*number)).collect();
    for shape in shapes.iter().filter(|shape| shape.header.is_none()) {
        let name = segment::name(shape.number);
        reading.story.harm.push(format!("the beginning of {name} is damaged"));
        reading.story.damaged_files.insert(name);
    }
    let store = base
        .as_ref()
        .map(|base| base.header.stamp.store)
        .or_else(|| shapes.iter().find_map(|shape| shape.header.map(|header| header.store)))
        .or(known_head.map(|head| head.store));
    let mut manifest = Manifest::default();
    let mut tip = Tip {
        sequence: 0,
        mac: BEGINNING,
        touched: Some(Vec::new()),
    };
    let mut begins = None;
    if let Some(base) = base {
        let stamp = base.header.stamp;
        begins = Some(Base {
            number: stamp.number,
            length: base.header.length,
            chunks: base.chunks,
        });
        tip = Tip {
            sequence: stamp.upto,
            mac: stamp.upto_mac,
            touched: None,
        };
        reading.story.unnamed += stamp.unknown;
        manifest = reading.whole_manifest(base, &snapshots, &segments)?;
    }
    for (_, scan) in &mut scans {
        scan.frames.retain(|frame| frame.links.sequence > tip.sequence);
    }
    let frames = order(scans, known_head, &mut reading.story);
    let (tip, last) = walk(&frames, known_head, tip, &mut manifest, &mut reading.story);
    Ok(Surveyed::Store(Box::new(Survey {
        manifest,
        tip,
        last,
        head: known_head,
        head_file: match head {
            Some(read) if read.damaged == 0 => HeadFileState::Whole,
            _ => HeadFileState::Wanting,
        },
        store: store.unwrap_or_default(),
        segments: shapes,
        frames: frames.iter().map(Found::place).collect(),
        handles: reading.handles,
        story: reading.story,
        base: begins,
        highest: Highest {
            segment: segments.last().copied().unwrap_or(0),
            snapshot: snapshots.last().copied().unwrap_or(0),
        },
        generation,
    })))
}

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
    fn base(&mut self, snapshots: &[u32]) -> Result<(Option<Scanned>, Generation), StoreError> {
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
    fn whole_manifest(&mut self, base: Scanned, snapshots: &[u32], segments: &[u32]) -> Result<Manifest, StoreError> {
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

/// The frames that count, by number.
pub(crate) fn order(scans: Vec<(u32, Scan)>, head: Option<Head>, story: &mut Story) -> Vec<Found> {
    let mut frames: Vec<Found> = Vec::new();
    // A later segment says, or shows, where it begins: what an earlier one holds beyond that was never acknowledged.
    let mut void_from = u64::MAX;
    for (_, scan) in scans.into_iter().rev() {
        let begins = scan.header.map(|header| header.after + 1);
        let first = scan.frames.iter().map(|frame| frame.links.sequence).min();
        frames.extend(scan.frames.into_iter().filter(|frame| frame.links.sequence < void_from));
        void_from = [begins, first].into_iter().flatten().fold(void_from, u64::min);
    }
    frames.sort_by_key(|frame| (frame.links.sequence, frame.offset));
    let count = frames.len();
    frames.dedup_by_key(|frame| frame.links.sequence);
    if frames.len() < count {
        story.harm.push("some changes are there twice".into());
    }
    let acknowledged = head.map_or(0, |head| head.sequence);
    if let Some(last) = frames.last().map(|frame| frame.links) {
        let there = frames
            .iter()
            .filter(|frame| frame.links.batch_first == last.batch_first)
            .count() as u64;
        if there < u64::from(last.batch_frames) && last.batch_first > acknowledged {
            frames.retain(|frame| {
                let keep = frame.links.batch_first < last.batch_first;
                story.torn += if keep { 0 } else { frame.length };
                keep
            });
        }
    }
    frames
}

/// Applies the frames in order to what there is at `tip`, and notes every gap.
pub(crate) fn walk(
    frames: &[Found],
    head: Option<Head>,
    mut tip: Tip,
    manifest: &mut Manifest,
    story: &mut Story,
) -> (Tip, Last) {
    let differs = |tip: &Tip| head.is_some_and(|head| head.sequence == tip.sequence && head.mac != tip.mac);
    let mut spot = None;
    if differs(&tip) {
        story
            .harm
            .push(format!("change {} is not the one that was acknowledged", tip.sequence));
    }
    for frame in frames {
        let missing = frame.links.sequence - tip.sequence - 1;
        if missing > 0 || frame.links.previous != tip.mac {
            let around = [Some(frame.segment), spot.map(|(segment, _)| segment)];
            let around = around.into_iter().flatten().map(segment::name);
            story.damaged_files.extend(around);
        }
        if missing > 0 {
            match &frame.body.echo {
                Some(echo) => {
                    manifest.lose(frame.links.sequence - 1, echo);
                    story.named += 1;
                    story.unnamed += missing - 1;
                }
                None => story.unnamed += missing,
            }
        } else if frame.links.previous != tip.mac {
            story.harm.push(format!(
                "change {} does not follow the one before it",
                frame.links.sequence
            ));
        }
        let here = Spot {
            file: FileId::Segment(frame.segment),
            offset: frame.offset,
            length: frame.length,
        };
        manifest.apply(frame.links.sequence, here, &frame.body.changes);
        spot = Some((frame.segment, frame.end()));
        let touched = frame.body.changes.iter().map(Touched::from).collect();
        tip = Tip {
            sequence: frame.links.sequence,
            mac: frame.mac,
            touched: Some(touched),
        };
        if differs(&tip) {
            story
                .harm
                .push(format!("change {} is not the one that was acknowledged", tip.sequence));
        }
    }
    if let Some(head) = head.filter(|head| head.sequence > tip.sequence) {
        story.unnamed += head.sequence - tip.sequence;
        story
            .damaged_files
            .extend(spot.map(|(number, _): (u32, u64)| segment::name(number)));
        tip = Tip {
            sequence: head.sequence,
            mac: head.mac,
            touched: None,
        };
        spot = None;
    }
    let sequence = tip.sequence;
    (tip, Last { spot, sequence })
}
