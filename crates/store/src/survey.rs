//! From the files of a folder to a manifest, changing nothing.
//!
//! The newest snapshot whose table can be read is the base; the log's frames behind it are applied to it. What is damaged in the base
//! is looked up in the generation before it.

use crate::files::Files;
use crate::head::{self, Head};
use crate::keys::{Keys, MAC};
use crate::manifest::Manifest;
use crate::read::Handles;
use crate::reading::Reading;
use crate::segment::{self, Found, StoreId};
use crate::snapshot;
use crate::story::Story;
use crate::walk::{order, walk};
use crate::writer::Tip;
use countersign_model::port::StoreError;
use std::io;

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
