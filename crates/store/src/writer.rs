//! Appending batches to the log.

use crate::body::{self, Touched};
use crate::files::{Files, LogFile};
use crate::frame::{self, Kind, Links};
use crate::head::{Head, HeadFile, Stop};
use crate::keys::{Keys, MAC, Place};
use crate::manifest::{FileId, Spot};
use crate::read::{Handle, Handles};
use crate::segment::{self, StoreId};
use crate::tuning::Tuning;
use countersign_model::Change;
use countersign_model::port::StoreError;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// How much plain body a frame takes before the next one is begun. Who reads one value reads a frame.
const FULL: usize = 4 << 10;
/// About how many bytes a frame has around its changes.
const AROUND: usize = 384;

/// The end of the chain.
#[derive(Debug)]
pub(crate) struct Tip {
    pub(crate) sequence: u64,
    pub(crate) mac: [u8; MAC],
    /// What the last frame changed, if that is known.
    pub(crate) touched: Option<Vec<Touched>>,
}

/// Every file that values are read from, shared by the one who writes and those who read.
pub(crate) type Segments = Arc<RwLock<Handles>>;

/// The segment that is being written.
pub(crate) struct Active {
    pub(crate) number: u32,
    pub(crate) file: Arc<dyn LogFile>,
    /// Where the next frame goes.
    pub(crate) end: u64,
    /// How far the file has zeros to be written over.
    pub(crate) room: u64,
}

/// The generation that is being written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Begun {
    /// Its snapshot's number; 0 for none.
    pub(crate) snapshot: u32,
    /// Its snapshot's length.
    pub(crate) length: u64,
    /// Changes lost without a name up to now.
    pub(crate) unknown: u64,
}

/// What one frame of a batch became.
pub(crate) struct Written {
    pub(crate) sequence: u64,
    pub(crate) spot: Spot,
    /// Its changes, as a range of the batch.
    pub(crate) changes: Range<usize>,
}

/// What made the log behind a snapshot long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Growth {
    /// Bytes that set values that were not there before.
    pub(crate) fresh: u64,
    pub(crate) frames: u64,
}

/// The one who writes.
pub(crate) struct Writer {
    pub(crate) files: Box<dyn Files>,
    pub(crate) segments: Segments,
    pub(crate) store: StoreId,
    pub(crate) tip: Tip,
    /// The segment frames go to; `None`: the next commit begins a new one.
    pub(crate) active: Option<Active>,
    /// The highest segment number ever tried.
    pub(crate) last_segment: u32,
    pub(crate) head: Option<HeadFile>,
    pub(crate) begun: Begun,
    /// The length of the log behind the newest snapshot.
    pub(crate) logged: u64,
    /// How much of it set values that were not there before, and in how many frames it is; after opening nobody knows.
    pub(crate) growth: Option<Growth>,
    /// After a new generation could not be made: how long the log gets before it is tried again.
    pub(crate) patience: u64,
    /// Files in which something is damaged: they go to the quarantine, never away.
    pub(crate) damaged: BTreeSet<String>,
    pub(crate) tuning: Tuning,
}

impl Writer {
    /// Writes a batch and makes it survive a power cut, or changes nothing.
    pub(crate) fn append(&mut self, keys: &Keys, batch: &[Change]) -> Result<Vec<Written>, StoreError> {
        if self.active.is_none() {
            self.active = Some(self.begin_segment(keys)?);
        }
        let Some(active) = &self.active else {
            return Err(StoreError::NotSaved("there is no log to write to".into()));
        };
        let frames = split(batch);
        let batch_frames =
            u32::try_from(frames.len()).map_err(|_| StoreError::OutOfBounds("so large a batch".into()))?;
        let needed = batch.iter().map(size_of).sum::<usize>() + frames.len() * AROUND;
        let (mut bytes, mut written) = (Vec::with_capacity(needed), Vec::with_capacity(frames.len()));
        let mut tip = Tip {
            sequence: self.tip.sequence,
            mac: self.tip.mac,
            touched: self.tip.touched.clone(),
        };
        for changes in frames {
            let part = batch.get(changes.clone()).unwrap_or_default();
            let sequence = tip.sequence + 1;
            let links = Links {
                sequence,
                batch_first: self.tip.sequence + 1,
                batch_frames,
                previous: tip.mac,
            };
            let sealed = keys
                .seal(Place::Frame(sequence), &body::encode(tip.touched.as_deref(), part))
                .ok_or_else(|| StoreError::NotSaved("the change could not be sealed".into()))?;
            let start = bytes.len();
            let mac = frame::encode(keys, Kind::Change, &links, &sealed, &mut bytes);
            let offset = active.end + start as u64;
            let length = frame::used(sealed.len()) as u64;
            written.push(Written {
                sequence,
                spot: Spot {
                    file: FileId::Segment(active.number),
                    offset,
                    length,
                },
                changes,
            });
            tip = Tip {
                sequence,
                mac,
                touched: Some(part.iter().map(Touched::from).collect()),
            };
        }
        self.put_down(keys, &bytes)?;
        self.tip = tip;
        self.advance_head(keys);
        Ok(written)
    }

    fn put_down(&mut self, keys: &Keys, bytes: &[u8]) -> Result<(), StoreError> {
        let bound = self.bound();
        let Some(active) = &mut self.active else {
            return Err(StoreError::NotSaved("there is no log to write to".into()));
        };
        let end = active.end + bytes.len() as u64;
        if let Err(error) = active.file.write_at(active.end, bytes) {
            // What was written of it is a torn tail; where it cannot be cut off, it stays behind in a segment of the past.
            active.room = active.end;
            if active.file.set_length(active.end).is_err() {
                self.active = None;
            }
            return Err(StoreError::NotSaved(error.to_string()));
        }
        if end > active.room {
            // Zeros ahead, so that the next commits only overwrite: their sync then has no metadata to write. Without them all is as well.
            let ahead = self.tuning.ahead.min(bound.saturating_sub(self.logged)).max(4096);
            active.room = end + ahead;
            if active.file.zero(end, ahead).is_err() {
                active.room = end;
            }
        }
        if let Err(error) = active.file.sync() {
            // After a failed fsync nobody knows what is on the disk, and a second one may lie: this segment is never written again.
            // The next one's header says at once that what was just written does not count.
            let _ = active.file.set_length(active.end);
            self.active = self.begin_segment(keys).ok();
            return Err(StoreError::NotSaved(error.to_string()));
        }
        active.end = end;
        self.logged += bytes.len() as u64;
        Ok(())
    }

    /// Whether the log is long enough for a new generation.
    pub(crate) fn is_long(&self) -> bool {
        self.logged > self.bound().max(self.patience)
    }

    /// How long the log may get before a new generation begins.
    fn bound(&self) -> u64 {
        let bound = self.tuning.bound(self.begun.length);
        // What only grows has nothing to leave behind, and few frames, or large ones, are read as fast as a snapshot: a first sync is
        // not written again each time it has grown by a share.
        let only_grows = self.growth.is_some_and(|growth| {
            let few = self.tuning.few.max(self.logged / self.tuning.large);
            growth.frames <= few && self.logged.saturating_sub(growth.fresh) <= bound
        });
        match only_grows {
            true => bound.max(self.tuning.growth).max(self.begun.length),
            false => bound,
        }
    }

    /// Counts what a batch has added to a log that was `before` long: its part of what is new.
    pub(crate) fn count(&mut self, frames: usize, before: u64, (fresh, all): (usize, usize)) {
        let added = self.logged.saturating_sub(before);
        if let Some(growth) = &mut self.growth {
            growth.frames += frames as u64;
            growth.fresh += (added * fresh as u64).checked_div(all as u64).unwrap_or(0);
        }
    }

    /// Gives back the zeros at the end.
    pub(crate) fn trim(&mut self) {
        if let Some(active) = &mut self.active
            && active.room > active.end
            && active.file.set_length(active.end).is_ok()
        {
            active.room = active.end;
        }
    }

    /// Makes the next segment, which starts where the chain ends now.
    pub(crate) fn begin_segment(&mut self, keys: &Keys) -> Result<Active, StoreError> {
        self.last_segment = self.last_segment.saturating_add(1);
        let header = segment::Header {
            store: self.store,
            number: self.last_segment,
            after: self.tip.sequence,
            after_mac: self.tip.mac,
        };
        let file = self
            .files
            .place(&segment::name(header.number), &segment::encode(keys, &header))
            .map_err(|error| StoreError::NotSaved(error.to_string()))?;
        let file: Arc<dyn LogFile> = file.into();
        self.segments.write().unwrap_or_else(PoisonError::into_inner).insert(
            FileId::Segment(header.number),
            Handle {
                file: Arc::clone(&file),
                upto: 0,
            },
        );
        Ok(Active {
            number: header.number,
            file,
            end: segment::HEADER as u64,
            room: segment::HEADER as u64,
        })
    }

    /// The head as it is now.
    pub(crate) fn head_now(&self, stop: Stop) -> Head {
        Head {
            store: self.store,
            sequence: self.tip.sequence,
            mac: self.tip.mac,
            stop,
        }
    }

    fn advance_head(&mut self, keys: &Keys) {
        let head = self.head_now(Stop::Running);
        if let Some(file) = &mut self.head {
            // The batch is safe already. A head that lags only knows less about damage.
            let _ = file.advance(keys, &head);
        }
    }
}

/// How many bytes a change takes in a body.
pub(crate) fn size_of(change: &Change) -> usize {
    match change {
        Change::Put(key, value) => key.id.len() + value.len() + 8,
        Change::Remove(key) => key.id.len() + 4,
    }
}

/// Cuts a batch into the changes of its frames.
fn split(batch: &[Change]) -> Vec<Range<usize>> {
    let (mut frames, mut start, mut size) = (Vec::new(), 0, 0);
    for (at, change) in batch.iter().enumerate() {
        let add = size_of(change);
        if size > 0 && size + add > FULL {
            frames.push(start..at);
            (start, size) = (at, 0);
        }
        size += add;
    }
    if start < batch.len() {
        frames.push(start..batch.len());
    }
    frames
}
