//! From the files of a folder to a manifest, and a sentence for everything that is not as it should be.

use crate::body::Touched;
use crate::files::{Access, Files, LogFile};
use crate::head::{self, Head, HeadFile, Stop};
use crate::keys::{Keys, MAC};
use crate::manifest::{Manifest, Spot};
use crate::opened::{Condition, Damage, Opened};
use crate::segment::{self, Found, Scan, StoreId};
use crate::writer::{Active, Segments, Tip, Writer};
use countersign_model::port::StoreError;
use countersign_secret::Key;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError};

/// The MAC before the first frame.
const BEGINNING: [u8; MAC] = [0; MAC];

/// An opened folder.
pub(crate) struct Recovered {
    pub(crate) manifest: Manifest,
    pub(crate) writer: Writer,
    pub(crate) opened: Opened,
}

/// Whether the folder shows traces of a store besides the log and the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traces {
    None,
    Left,
}

/// Reads everything that can be read.
pub(crate) fn recover(files: Box<dyn Files>, keys: &Keys, traces: Traces) -> Result<Recovered, StoreError> {
    let unopened = |error: io::Error| StoreError::Unopened(error.to_string());
    let mut numbers: Vec<u32> = files
        .list()
        .map_err(unopened)?
        .iter()
        .filter_map(|name| segment::number(name))
        .collect();
    numbers.sort_unstable();
    let head = head::read(keys, &*files).map_err(unopened)?;
    let mut story = Story::default();
    if numbers.is_empty() {
        match head.as_ref().map(|read| read.head) {
            None => return make(files, keys, None, traces),
            // Making it was interrupted between the head and the first segment.
            Some(Some(head)) if head.sequence == 0 => return make(files, keys, Some(head.store), traces),
            _ => {}
        }
    }
    let (mut scans, mut handles) = (Vec::new(), BTreeMap::new());
    for number in &numbers {
        let file = files.open(&segment::name(*number), Access::Read).map_err(unopened)?;
        let bytes = read_what_can_be_read(&*file, *number, &mut story);
        scans.push((*number, segment::scan(keys, *number, &bytes)));
        handles.insert(*number, Arc::from(file));
    }
    let known_head = head.as_ref().and_then(|read| read.head);
    let authentic = known_head.is_some()
        || scans
            .iter()
            .any(|(_, scan)| scan.header.is_some() || !scan.frames.is_empty());
    if !authentic {
        return Err(StoreError::Damaged(
            "nothing in it can be read with this key; it belongs to another key or is destroyed. Its files are left as they are".into(),
        ));
    }
    story.judge_head(head.as_ref());
    let shapes: Vec<_> = scans
        .iter()
        .map(|(number, scan)| (*number, scan.header, scan.length, scan.unreadable))
        .collect();
    let store = shapes
        .iter()
        .find_map(|(_, header, ..)| header.map(|header| header.store))
        .or(known_head.map(|head| head.store));
    let frames = order(scans, known_head, &mut story);
    let mut manifest = Manifest::default();
    let (tip, last) = walk(&frames, known_head, &mut manifest, &mut story);
    for (number, header, ..) in &shapes {
        if header.is_none() {
            story
                .harm
                .push(format!("the beginning of {} is damaged", segment::name(*number)));
        }
    }
    let segments = Segments::default();
    let mut writer = Writer {
        files,
        segments: Arc::clone(&segments),
        store: store.unwrap_or_default(),
        tip,
        active: None,
        last_segment: numbers.last().copied().unwrap_or(0),
        head: None,
    };
    if known_head.is_some() {
        let tail = shapes
            .last()
            .map(|(number, header, length, _)| (*number, *header, *length));
        writer.active = tail.and_then(|tail| resume(&*writer.files, tail, &frames, &last, known_head, &mut story));
        if let Some(active) = &writer.active {
            handles.insert(active.number, Arc::clone(&active.file));
        }
    }
    let head_file = match known_head {
        Some(_) if head.is_some_and(|read| read.damaged == 0) => writer.files.open(head::NAME, Access::ReadWrite),
        _ => writer
            .files
            .place(head::NAME, &head::both(keys, &writer.head_now(Stop::Running))),
    };
    match head_file {
        Ok(file) => writer.head = Some(HeadFile::new(file)),
        Err(error) => story.notes.push(format!("the head file cannot be written: {error}")),
    }
    let opened = story.tell(&manifest, known_head, frames.len() as u64);
    *segments.write().unwrap_or_else(PoisonError::into_inner) = handles;
    Ok(Recovered {
        manifest,
        writer,
        opened,
    })
}

/// Makes a store that is not there yet.
fn make(files: Box<dyn Files>, keys: &Keys, store: Option<StoreId>, traces: Traces) -> Result<Recovered, StoreError> {
    let not_saved = |error: io::Error| StoreError::NotSaved(error.to_string());
    let store = match store {
        Some(store) => store,
        None => {
            let random = Key::make_random().map_err(|error| StoreError::NotSaved(error.to_string()))?;
            random.expose().first_chunk().copied().unwrap_or_default()
        }
    };
    let tip = Tip {
        sequence: 0,
        mac: BEGINNING,
        touched: Some(Vec::new()),
    };
    let mut writer = Writer {
        files,
        segments: Segments::default(),
        store,
        tip,
        active: None,
        last_segment: 0,
        head: None,
    };
    let head = writer
        .files
        .place(head::NAME, &head::both(keys, &writer.head_now(Stop::Running)))
        .map_err(not_saved)?;
    writer.head = Some(HeadFile::new(head));
    writer.active = Some(writer.begin_segment(keys)?);
    let condition = match traces {
        Traces::None => Condition::Fresh,
        Traces::Left => Condition::Damaged(Damage {
            sentence: "its log is gone; everything it held is lost here and has to come back from the repository"
                .into(),
            lost: Vec::new(),
            unknown: 1,
        }),
    };
    let opened = Opened {
        condition,
        values: 0,
        notes: Vec::new(),
    };
    Ok(Recovered {
        manifest: Manifest::default(),
        writer,
        opened,
    })
}

/// Everything worth saying.
#[derive(Default)]
struct Story {
    notes: Vec<String>,
    /// Damage beside lost frames.
    harm: Vec<String>,
    /// Lost frames whose keys are known.
    named: u64,
    /// Lost frames whose keys are not.
    unnamed: u64,
    /// Bytes cut off the end that were never acknowledged.
    torn: u64,
}

impl Story {
    fn judge_head(&mut self, head: Option<&head::Read>) {
        match head {
            Some(read) if read.head.is_some() && read.damaged == 0 => {}
            Some(read) if read.head.is_some() => {
                self.notes
                    .push("one of the two entries of the head file was damaged and is written again".into());
            }
            _ => self.harm.push(
                "the head file is missing or destroyed, so it cannot be told whether the newest changes are all there"
                    .into(),
            ),
        }
    }

    fn tell(mut self, manifest: &Manifest, head: Option<Head>, frames: u64) -> Opened {
        let (values, lost) = (manifest.readable(), manifest.lost());
        if self.unnamed > 0 {
            self.harm.push(format!(
                "{} of {} changes cannot be read; what they changed may be missing or show an earlier state",
                self.unnamed,
                frames + self.unnamed + self.named
            ));
        }
        if !lost.is_empty() {
            self.harm
                .push(format!("{} values are lost and known by name", lost.len()));
        } else if self.named > 0 {
            self.notes.push(format!(
                "{} damaged changes were made good by later ones; nothing is lost",
                self.named
            ));
        }
        if self.torn > 0 {
            self.notes.push(format!(
                "{} bytes of a change that was never acknowledged were dropped",
                self.torn
            ));
        }
        let condition = if !self.harm.is_empty() {
            let sentence = format!("{}; the other {values} values are readable", self.harm.join("; "));
            Condition::Damaged(Damage {
                sentence,
                lost,
                unknown: self.unnamed,
            })
        } else if head.is_some_and(|head| head.stop == Stop::Clean) && self.torn == 0 {
            Condition::Clean
        } else {
            Condition::Recovered
        };
        Opened {
            condition,
            values,
            notes: self.notes,
        }
    }
}

/// A whole file, with zeros where the disk does not answer.
fn read_what_can_be_read(file: &dyn LogFile, number: u32, story: &mut Story) -> Vec<u8> {
    let error = match file.read_all() {
        Ok(bytes) => return bytes,
        Err(error) => error,
    };
    story
        .harm
        .push(format!("{} cannot be read in places ({error})", segment::name(number)));
    let length = file
        .length()
        .ok()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let mut bytes = vec![0; length];
    for (block, into) in bytes.chunks_mut(4096).enumerate() {
        if file.read_at(block as u64 * 4096, into).is_err() {
            into.fill(0);
        }
    }
    bytes
}

/// The frames that count, by number.
fn order(scans: Vec<(u32, Scan)>, head: Option<Head>, story: &mut Story) -> Vec<Found> {
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

/// Where the chain ends in the files.
struct Last {
    /// The last frame's segment and end, if it can be read.
    spot: Option<(u32, u64)>,
    sequence: u64,
}

/// Applies the frames in order and notes every gap.
fn walk(frames: &[Found], head: Option<Head>, manifest: &mut Manifest, story: &mut Story) -> (Tip, Last) {
    let mut tip = Tip {
        sequence: 0,
        mac: BEGINNING,
        touched: Some(Vec::new()),
    };
    let mut spot = None;
    for frame in frames {
        let missing = frame.links.sequence - tip.sequence - 1;
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
            sequence: frame.links.sequence,
            segment: frame.segment,
            offset: frame.offset,
            length: frame.length,
        };
        manifest.apply(here, &frame.body.changes);
        spot = Some((frame.segment, frame.end()));
        let touched = frame.body.changes.iter().map(Touched::from).collect();
        tip = Tip {
            sequence: frame.links.sequence,
            mac: frame.mac,
            touched: Some(touched),
        };
        if head.is_some_and(|head| head.sequence == tip.sequence && head.mac != tip.mac) {
            story
                .harm
                .push(format!("change {} is not the one that was acknowledged", tip.sequence));
        }
    }
    if let Some(head) = head.filter(|head| head.sequence > tip.sequence) {
        story.unnamed += head.sequence - tip.sequence;
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

/// Takes the last segment up again, if its end is beyond doubt. Otherwise the next commit begins a new one.
fn resume(
    files: &dyn Files,
    (number, header, length): (u32, Option<segment::Header>, u64),
    frames: &[Found],
    last: &Last,
    head: Option<Head>,
    story: &mut Story,
) -> Option<Active> {
    let header = header?;
    let end = match last.spot {
        Some((segment, end)) if segment == number => end,
        _ if header.after == last.sequence => segment::HEADER as u64,
        _ => return None,
    };
    // Frames out of their order: leave everything where it is.
    let furthest = frames
        .iter()
        .filter(|frame| frame.segment == number)
        .map(Found::end)
        .max();
    if furthest.is_some_and(|furthest| furthest > end) {
        return None;
    }
    let file = match files.open(&segment::name(number), Access::ReadWrite) {
        Ok(file) => file,
        Err(error) => {
            story
                .notes
                .push(format!("{} cannot be written: {error}", segment::name(number)));
            return None;
        }
    };
    if let Err(error) = settle(&*file, number, length, end, frames, head) {
        story
            .notes
            .push(format!("{} is not written any further: {error}", segment::name(number)));
        return None;
    }
    story.torn = story.torn.max(length.saturating_sub(end));
    Some(Active {
        number,
        file: file.into(),
        end,
    })
}

/// Cuts off what was never acknowledged, and makes frames beyond the head safe before they count.
fn settle(
    file: &dyn LogFile,
    number: u32,
    length: u64,
    end: u64,
    frames: &[Found],
    head: Option<Head>,
) -> io::Result<()> {
    let acknowledged = head.map_or(0, |head| head.sequence);
    let doubtful = |frame: &&Found| frame.segment == number && frame.links.sequence > acknowledged;
    let mut changed = length > end;
    if changed {
        file.set_length(end)?;
    }
    for frame in frames.iter().filter(doubtful) {
        // A failed fsync may have left pages that look written and are not; writing them again makes the sync below honest.
        let mut bytes = vec![0; usize::try_from(frame.length).map_err(io::Error::other)?];
        file.read_at(frame.offset, &mut bytes)?;
        file.write_at(frame.offset, &bytes)?;
        changed = true;
    }
    if changed { file.sync() } else { Ok(()) }
}
